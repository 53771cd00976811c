"""Tables found anywhere in a file, arranged anew: stood upright, gathered by number, cut into their fields.

Whatever reader or coding a table came from, these ways of laying out rows are asked of it; what the file
openly holds has been asked by `disguises`. Knows no records; what it finds is searched and never written.
Bounded; pure; called by `judge` and `sightings`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from sandbox.egress.content import Content, Form, Sheet
from sandbox.egress.documents import unique_names
from sandbox.egress.fused import unfused
from sandbox.egress.headings import by_number
from sandbox.files.types import FileType

MAX_LINES = 12
MAX_CELLS = 60_000
MAX_CONTENTS = 12
MAX_NAME = 40
_LEAST = 8


def arranged(contents: Sequence[Content]) -> list[Content]:
    """Return what tables of contents say once they are gathered by number or cut into fields."""
    some = [one for one in contents if one.sheets][-MAX_CONTENTS:]
    sheets = tuple(Sheet("", table, plain=False) for table in (*by_number(some), *unfused(some, ())))
    return [Content(FileType.BINARY, Form.UNREAD, sheets=sheets, guessed=True)] if sheets else []


def upright(table: pa.Table) -> list[pa.Table]:
    """Return a table that lies on its side as it was before, a line a column; none for any other.

    The first cell of a line is its name; the old headings are a column as well, for they may be a line.
    """
    rows, width = table.num_rows, table.num_columns
    if not 1 <= rows <= MAX_LINES or width < max(_LEAST, 2 * rows) or rows * width > MAX_CELLS:
        return []
    columns = [column.to_pylist() for column in table.columns]
    lines = [list(map(str, table.column_names)), *map(list, zip(*columns, strict=True))]
    names = unique_names([str(line[0] or "")[:MAX_NAME] for line in lines])
    return [
        pa.table({name: pa.array(line[1:], pa.string()) for name, line in zip(names, lines, strict=True)})
    ]
