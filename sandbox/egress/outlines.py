"""Figures that no cell holds: attributes of marked-up parts, and how high a picture's columns are drawn.

The heights of rows in a workbook, the widths of cells of a page, the bars of a chart are columns of figures
like any other. Bounded in parts, figures and columns; pure; called by `sightings`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from sandbox.egress import planes
from sandbox.egress.lattice import FEWEST
from sandbox.files.members import head_of

MAX_PARTS = 40
MAX_MEMBERS = 40
MAX_BYTES = 4 << 20
MAX_FIGURES = 5_000
MAX_TABLES = 24
_TAG = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*\"[^\"<]*\")+)\s*/?>")
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]+)\s*=\s*\"(-?\d{1,9}\.\d{1,12})\"")
"""Attributes with decimals: whole ones number and count, and are read by `channels`."""


def outlined(parts: Sequence[bytes]) -> list[pa.Table]:
    """Return a table of one column for every sequence of figures that stands outside of cells."""
    found: list[pa.Table] = []
    for data in parts[:MAX_PARTS]:
        columns = _of_picture(data) if planes.pictured(data) else _of_markup(data)
        for name, cells in columns.items():
            if len(set(cells)) >= FEWEST and len(cells) <= MAX_FIGURES and len(found) < MAX_TABLES:
                found.append(pa.table({name: pa.array(cells, pa.string())}))
    return found


def _of_picture(data: bytes) -> Mapping[str, list[str]]:
    """Return how many pixels of every column and line are no ground, neighbours alike taken as one."""
    found: dict[str, list[str]] = {}
    for pixels, _ in planes.tried(lambda: list(planes.frames(data))[:1], []):
        drawn = pixels[:, :, 0] != pixels[0, 0, 0]
        for axis, name in enumerate(("columns", "lines")):
            counts = drawn.sum(axis=axis)
            fresh = counts[np.flatnonzero(np.diff(counts, prepend=-1))]
            found[f"heights of {name}"] = [str(one) for one in fresh[fresh > 0].tolist()]
    return found


def _of_markup(data: bytes) -> Mapping[str, list[str]]:
    """Return the figures of every attribute of marked-up text, the parts of a package taken one by one."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, text in enumerate(_texts(data)):
        for tag, inner in _TAG.findall(text):
            for name, value in _ATTRIBUTE.findall(inner):
                found[f"{number} {tag} {name}"].append(value)
    return found


def _texts(data: bytes) -> Iterator[str]:
    if data[:2] != b"PK":
        head = data[:MAX_BYTES]
        if b"\0" not in head[:1024] and head.lstrip()[:1] == b"<":
            yield head.decode("utf-8", errors="replace")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for one in [one for one in package.infolist() if one.filename.endswith(".xml")][:MAX_MEMBERS]:
                yield head_of(package, one, MAX_BYTES).decode("utf-8", errors="replace")
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return
