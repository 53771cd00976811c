"""Which of the gate's attacks run every day: each kind of each file; all their siblings when it is long.

A file of `test_gate_*` hides records in dozens of ways that differ by a word. Every one is judged by
`make test-long`; of more than a few siblings every fourth is, each day, and whichever stands first; of more
than fifty a dozen, from the first to the last.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil

import pytest

FEW, EVERY, MOST = 8, 4, 12


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
