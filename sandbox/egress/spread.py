"""An encoded run that is cut over several files: put together in their order, and judged as one file is.

Each file carries a piece that says nothing by itself; all of them are refused as opaque anyhow, and what the
whole says is evidence. Only the longest run of each is taken. Bounded; called by `judge` and `worker`, which
judge the whole as they judge any other file, the second in a process of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from sandbox.egress.checks import check
from sandbox.egress.content import Issue
from sandbox.egress.report import FileReport, Product

MAX_FILES = 12
MAX_BYTES = 1 << 20
NAME = "run.txt"
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,6}")
_RECORDS = check("source-record").code


def note_spread(reports: Sequence[FileReport], judged: Callable[[Product], FileReport]) -> None:
    """Add a finding to files whose longest runs, put together, say source records."""
    silent = [one for one in reports if one.product.claim is None and not one.has("source-record")]
    for paths, run in _joined({one.product.path: one.product.data for one in silent}):
        found = [one for one in judged(Product(NAME, run)).findings if one.rule == _RECORDS]
        if found:
            for report in silent:
                if report.product.path in paths:
                    report.add(Issue("source-record", where="spread"), records=found[0].records)
            return


def _joined(files: Mapping[str, bytes]) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Yield the paths of files with a run, as they were handed in and by name, and their runs as one."""
    runs = {path: max(found, key=len) for path, data in files.items() if (found := _runs(data))}
    if not 2 <= len(runs) <= MAX_FILES:
        return
    for paths in dict.fromkeys((tuple(runs), tuple(sorted(runs)))):
        run = b"".join(runs[path].rstrip(b"=") for path in paths)
        yield paths, run + b"=" * (-len(run) % 4)


def _runs(data: bytes) -> list[bytes]:
    return _RUN.findall(data) if len(data) <= MAX_BYTES else []
