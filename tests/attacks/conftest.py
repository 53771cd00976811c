"""Which of the gate's attacks run every day: each kind of each file; all their siblings when it is long.

A file of `test_gate_*` hides records in dozens of ways that differ by a word. Of more than a few siblings
every sixth is judged each day, and whichever stands first; of more than two dozen four, from the first to
the last. `make test-long` judges every other one of the rest and skips its neighbour, which the report
then says; with LONG=full it judges every one.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil

import pytest

from tests.lengths import length

FEW, EVERY, MOST = 8, 6, 4
OF_THE_REST = length(2, 1)
LATER = pytest.mark.skip(reason="its neighbour is judged; this one too when SANDBOX_LONG=full")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    siblings: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.path.name.startswith("test_gate_") and not item.get_closest_marker("long"):
            siblings[item.nodeid.partition("[")[0]].append(item)
    for found in siblings.values():
        every = max(EVERY, ceil(len(found) / MOST))
        for place, item in enumerate(found):
            if len(found) > FEW and place % every:
                item.add_marker(pytest.mark.long)
                if (place - place // every) % OF_THE_REST:
                    item.add_marker(LATER)
