"""Finds the records in a block of delimited UTF-8 text, and what is wrong with each.

RFC 4180 as spreadsheets write it: records end at LF, CRLF or CR outside quotes, blank lines
are none, a quote is an opening one only at the start of a cell. The point of this scanner
is the lost quote: a cell that runs on over line ends until the next quote must not swallow
the rows between. One source serves both as plain Python (small inputs, tests) and compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

GOOD, WRONG_COUNT, AFTER_QUOTE, UNCLOSED, DOUBTFUL, ODD_QUOTES, LONG_CELL = range(7)
MAX_RECORD_LINES = 1_000
CAPACITY = 65_536
COMPILE_FROM_BYTES = 1 << 17
_QUOTE, _LF, _CR = 34, 10, 13
_MORE = -1
_NEVER_CLOSED = -2


@dataclass(frozen=True, slots=True)
class Found:
    """Records of one scan: byte spans (terminator excluded), status, cell count, line number.

    `resume` is the offset from which the next scan goes on, `line` the physical line there.
    """

    starts: np.ndarray[Any, np.dtype[np.int64]]
    stops: np.ndarray[Any, np.dtype[np.int64]]
    status: np.ndarray[Any, np.dtype[np.int64]]
    cells: np.ndarray[Any, np.dtype[np.int64]]
    lines: np.ndarray[Any, np.dtype[np.int64]]
    resume: int
    line: int


def find(
    data: bytes,
    start: int,
    *,
    line: int,
    delimiter: int,
    columns: int,
    final: bool,
    cell_limit: int,
    most: int = CAPACITY,
) -> Found:
    """Return at most `most` (and a little) records of `data` from `start` on.

    `columns` is the number of cells expected, 0 for any. A record that the block does not
    finish is left for the next one unless `final`. The result does not depend on how the
    text is cut into blocks.
    """
    room = CAPACITY + MAX_RECORD_LINES + 2
    out = np.empty((5, room), dtype=np.int64)
    fast = len(data) - start >= COMPILE_FROM_BYTES and most == CAPACITY
    text: Any = np.frombuffer(data, dtype=np.uint8) if fast else data
    scan = _compiled() if fast else _scan
    count, resume, line = scan(text, start, len(data), line, delimiter, columns, final, cell_limit, most, out)
    starts, stops, status, cells, lines = (row[:count] for row in out)
    return Found(starts, stops, status, cells, lines, int(resume), int(line))


@cache
def _compiled() -> Callable[..., tuple[int, int, int]]:
    # Imported here: small inputs never need the compiler, and it takes most of a second to load.
    from numba.extending import register_jitable

    from sandbox.files.loops import compiled

    for helper in _HELPERS:
        register_jitable(helper)
    # Nothing is allocated, so nobody need count at every cell who refers to the text.
    return compiled(_nrt=False)(_scan)  # type: ignore[no-any-return]


def _quoted_end(text: Any, i: int, end: int, final: bool, limit: int) -> int:
    """Offset of the closing quote of the cell that opens before `i`, or a negative answer."""
    first = i
    while i < end and i - first <= limit:
        if text[i] == _QUOTE:
            if i + 1 == end and not final:
                return _MORE
            if i + 1 == end or text[i + 1] != _QUOTE:
                return i
            i += 1
        i += 1
    return _NEVER_CLOSED if final or i - first > limit else _MORE


def _plain_end(text: Any, i: int, end: int, delimiter: int) -> tuple[int, int]:
    """Offset of what ends the unquoted cell at `i`, and the number of quotes in it."""
    quotes = 0
    high = max(delimiter, _QUOTE)
    while i < end:
        c = text[i]
        if c > high:  # nearly every byte, by one comparison
            i += 1
            continue
        if c in (delimiter, _LF, _CR):
            break
        if c == _QUOTE:
            quotes += 1
        i += 1
    return i, quotes


def _line_stop(text: Any, i: int, end: int) -> int:
    while i < end and text[i] != _LF and text[i] != _CR:
        i += 1
    return i


def _skip_break(text: Any, i: int, end: int) -> int:
    """Offset behind the line end at `i` (CRLF counts as one)."""
    if i < end and text[i] == _CR:
        i += 1
        if i < end and text[i] == _LF:
            i += 1
    elif i < end:
        i += 1
    return i


def _cell(text: Any, i: int, end: int, delimiter: int, final: bool, limit: int) -> tuple[int, int]:
    """Offset behind the cell at `i` and its status; a negative offset is an answer of `_quoted_end`."""
    if i < end and text[i] == _QUOTE:
        close = _quoted_end(text, i + 1, end, final, limit)
        if close < 0:
            return close, UNCLOSED
        i = close + 1
        if i < end and text[i] != delimiter and text[i] != _LF and text[i] != _CR:
            return i, AFTER_QUOTE
        return i, GOOD
    stop, quotes = _plain_end(text, i, end, delimiter)
    if stop - i > limit:
        return stop, LONG_CELL
    return stop, ODD_QUOTES if quotes % 2 else GOOD


def _record(
    text: Any, start: int, end: int, delimiter: int, final: bool, limit: int
) -> tuple[int, int, int, bool]:
    """Stop, status and cell count of the record at `start`, and if a cell is quoted; stops as in `_cell`."""
    i, cells, status, quoted = start, 1, GOOD, False
    while True:
        quoted = quoted or (i < end and text[i] == _QUOTE)
        i, found = _cell(text, i, end, delimiter, final, limit)
        if i < 0 or found == AFTER_QUOTE:
            return i, found, cells, quoted
        if found != GOOD:
            status = found
        if i >= end or text[i] != delimiter:
            break
        cells += 1
        i += 1
    if not final and (i >= end or (text[i] == _CR and i + 1 >= end)):
        return _MORE, status, cells, quoted
    return i, status, cells, quoted


def _line_marks(text: Any, start: int, stop: int, delimiter: int, inside: bool) -> tuple[int, int, int, bool]:
    """Delimiters of one physical line from `start`: where it stops, all, those in a torn cell, inside.

    A torn cell is a quoted one that crosses a line end; delimiters in quoted cells that begin
    and end on the line are text and do not count.
    """
    bare = held = torn_marks = 0
    torn = inside
    i = start
    while i < stop and text[i] not in (_LF, _CR):
        c = text[i]
        if c == _QUOTE and inside and i + 1 < stop and text[i + 1] == _QUOTE:
            i += 1
        elif c == _QUOTE:
            torn_marks += held if torn else 0
            held, torn = 0, False
            inside = not inside
        elif c == delimiter:
            bare += 0 if inside else 1
            held += 1 if inside else 0
        i += 1
    torn_marks += held if inside else 0
    return i, bare + torn_marks, torn_marks, inside


def _spread(text: Any, start: int, stop: int, delimiter: int, columns: int) -> tuple[int, bool]:
    """Number of line ends inside a record, and whether its lines look like whole rows.

    A lost quote that some later quote happens to close leaves a record that is well formed,
    with whole rows inside a cell: lines wholly inside the cell, or both the first and the
    last, then carry exactly the delimiters of a row.
    """
    want = columns - 1
    i, total, torn, inside = _line_marks(text, start, stop, delimiter, False)
    first, edge_torn = total, torn
    breaks = inner_rows = 0
    while i < stop:
        inner_rows += 1 if breaks > 0 and total == want and torn == total else 0
        breaks += 1
        i = _skip_break(text, i, stop)
        i, total, torn, inside = _line_marks(text, i, stop, delimiter, inside)
    edges = first == want and total == want and edge_torn + torn > 0
    if columns == 2:
        return breaks, edges and inner_rows == breaks - 1
    return breaks, columns > 2 and (edges or inner_rows > 0)


def _has_break(text: Any, start: int, stop: int) -> bool:
    return bool(_line_stop(text, start, stop) < stop)


def _put(out: Any, n: int, start: int, stop: int, status: int, cells: int, line: int) -> int:
    out[0, n], out[1, n], out[2, n], out[3, n], out[4, n] = start, stop, status, cells, line
    return n + 1


def _put_lines(out: Any, n: int, text: Any, start: int, stop: int, line: int) -> int:
    """Every physical line of a doubtful record as a bad record of its own."""
    while start < stop:
        until = _line_stop(text, start, stop)
        if until > start:
            n = _put(out, n, start, until, DOUBTFUL, 0, line)
        start = _skip_break(text, until, stop)
        line += 1
    return n


def _settle(
    text: Any, start: int, stop: int, end: int, status: int, delimiter: int, columns: int, quoted: bool
) -> tuple[int, int, int]:
    """Final stop and status of a record whose extent is known, and its inner line ends."""
    if status in (AFTER_QUOTE, UNCLOSED):
        until = _line_stop(text, start, end)
        # Garbage behind a quote on a later line: the quote was lost on the first one.
        lost = status == UNCLOSED or (stop > until)
        return until, UNCLOSED if lost else AFTER_QUOTE, 0
    if not quoted or not _has_break(text, start, stop):
        return stop, status, 0
    breaks, rows_inside = _spread(text, start, stop, delimiter, columns)
    if breaks > MAX_RECORD_LINES:
        return _line_stop(text, start, end), UNCLOSED, 0
    return stop, DOUBTFUL if rows_inside else status, breaks


def _scan(
    text: Any,
    start: int,
    end: int,
    line: int,
    delimiter: int,
    columns: int,
    final: bool,
    limit: int,
    most: int,
    out: Any,
) -> tuple[int, int, int]:
    n = 0
    while start < end and n < most:
        if text[start] == _LF or text[start] == _CR:
            if not final and text[start] == _CR and start + 1 >= end:
                break
            start = _skip_break(text, start, end)
            line += 1
            continue
        stop, status, cells, quoted = _record(text, start, end, delimiter, final, limit)
        if stop == _MORE:
            break
        stop, status, breaks = _settle(text, start, stop, end, status, delimiter, columns, quoted)
        if not final and (stop >= end or (text[stop] == _CR and stop + 1 >= end)):
            break  # half a CRLF is no line end yet
        if status == GOOD and columns > 0 and cells != columns:
            status = WRONG_COUNT
        if status == DOUBTFUL:
            n = _put_lines(out, n, text, start, stop, line)
        else:
            n = _put(out, n, start, stop, status, cells, line)
        start = _skip_break(text, stop, end)
        line += breaks + (1 if stop < end else 0)
    return n, start, line


_HELPERS = (
    _quoted_end,
    _plain_end,
    _line_stop,
    _skip_break,
    _cell,
    _record,
    _line_marks,
    _spread,
    _has_break,
    _put,
    _put_lines,
    _settle,
)
