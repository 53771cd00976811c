"""A released or judged table as the ledger keeps it: which rows lay behind each of its cells, packed.

One array a quantity, the number of each row's cell, in as few bytes as it takes, then zstd: what bitmaps of
all cells would say. The rows and their units are those of a snapshot and its sidecar, whose keyed words
tell them in other versions. Values alone; `ledger` seals them, `together` compares them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.cells import Family
from sandbox.egress.claims import Claim
from sandbox.egress.differencing import Published
from sandbox.egress.numbering import Numbered
from sandbox.egress.units import Sets
from sandbox.fingerprint.arrays import read_arrays, write_arrays
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say

FORMAT = 2
_READ = (1, 2)
LEAVES = "leaves:"
"""The quantity of a model's groups, told roughly: the leaves of a tree, the categories of a variable."""
ROUNDED = "rounded:"
"""The quantity of counts rounded to multiples: what follows from them is no set but how far it is known."""
_CODEC = "zstd"
Bounds: TypeAlias = tuple[tuple[int, int], ...]


class Standing(StrEnum):
    """How a product of the ledger stands: what has left or may yet refuses, what never left is shown."""

    RELEASED = "released"
    PENDING = "pending"
    EARLIER = "earlier"  # by its claim alone, from before sets were kept
    HELD = "held"  # people are asked about it: it meets the others again when it would leave
    DECLINED = "declined"


SHOWN = frozenset({Standing.HELD, Standing.DECLINED})
"""What is told to people and refuses nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """One quantity of a kept table: what it is of, and the cell of every row, -1 for none.

    `bounds` says of rounded counts, cell by cell, how far below and above the truth they leave it.
    """

    quantity: str
    sets: Sets
    bounds: Bounds = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of the ledger beside which a new one is judged.

    `owner` is what reviewers call it; `snapshot` the version its rows are of. `numbered` tells its rows in
    other versions, None for one of the version at hand; `claim` is run again where they cannot be told.
    """

    owner: str
    table: str
    snapshot: str
    standing: Standing
    parts: tuple[Part, ...]
    numbered: Numbered | None = None
    claim: Claim | None = None

    def families(self, sets: Sequence[Sets] | None = None) -> tuple[Family, ...]:
        """Return its cells as they are compared; `sets` where they were spread over other rows."""
        chosen = [part.sets for part in self.parts] if sets is None else sets
        return tuple(
            Family(self.table, part.quantity, Published(self.owner, each))
            for part, each in zip(self.parts, chosen, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept table as it comes from the ledger, still packed, and its claim; `rounded` says of which kind."""

    owner: str
    table: str
    snapshot: str
    standing: Standing
    data: bytes
    claim: Claim | None = None
    rounded: bool = False


def pack(families: Sequence[Family], bounds: Sequence[Bounds] = ()) -> bytes:
    """Return the cells of a table's quantities as bytes; `bounds` are those of rounded ones, in order."""
    arrays, told = {}, []
    for place, family in enumerate(families):
        cells = family.published.sets + 1
        kind = np.min_scalar_type(int(cells.max(initial=0)))
        raw = np.ascontiguousarray(cells.astype(kind.newbyteorder("<"))).tobytes()
        squeezed = pa.Codec(_CODEC).compress(raw, asbytes=True)
        arrays[str(place)] = np.frombuffer(squeezed, np.uint8)
        told.append([family.quantity, kind.itemsize, cells.size, bounds[place] if bounds else ()])
    out = io.BytesIO()
    write_arrays(out, arrays, note={"format": FORMAT, "parts": told})
    return out.getvalue()


def unpack(data: bytes) -> tuple[Part, ...]:
    """Return the parts of a packed table; TamperedError for bytes that are none."""
    arrays, note = read_arrays(io.BytesIO(data))
    try:
        if note["format"] not in _READ:
            raise ValueError("format")
        return tuple(_part(arrays[str(place)], *told) for place, told in enumerate(note["parts"]))
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise TamperedError(say("放行台账的一项不完整或已损坏，请从备份恢复")) from error


def _part(
    squeezed: NDArray[np.uint8], quantity: str, width: int, rows: int, bounds: Sequence[Sequence[int]] = ()
) -> Part:
    known = tuple((int(low), int(high)) for low, high in bounds)
    return Part(str(quantity), _cells(squeezed.tobytes(), int(width), int(rows)), known)


def _cells(squeezed: bytes, width: int, rows: int) -> Sets:
    raw = pa.Codec(_CODEC).decompress(squeezed, decompressed_size=width * rows, asbytes=True)
    return np.frombuffer(raw, np.dtype(f"<u{width}")).astype(np.int64) - 1
