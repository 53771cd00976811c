"""Arrays of numbers of one type that a file holds as bytes: constants of an ONNX graph, and runs of base 64.

A chart that is written by a program, a model or a page keeps its columns so: eight bytes a number, in base 64
or raw behind a field. Numbers that are whole, or all but whole amounts, come out as sequences: each array by
itself in lines of its last dimension, and those of one length side by side. Bounded; pure; called by
`channels`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.blobs import decoded, encoded_runs
from sandbox.egress.content import Sheet
from sandbox.egress.graphs import is_graph
from sandbox.egress.gridded import period_of
from sandbox.egress.protobuf import Field, fields
from sandbox.egress.streams import Stream, stream
from sandbox.kernel.errors import InputError

MAX_ARRAYS = 40
MAX_VALUES = 1 << 14
MAX_TEXT = 1 << 20
LEAST = 10
_MOST = 1e15
_WIDEST = 12
_KINDS = {
    1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 10: "<f2", 11: "<f8", 12: "<u4",
    13: "<u8",
}  # fmt: skip
"""The types of TensorProto whose raw bytes are numbers."""
_REALS = ("<f8", ">f8", "<f4", ">f4")
_WHOLES = ("<i8", ">i8", "<i4", ">i4")
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Array:
    """Whole numbers, and how many of them make a line; nought where the file does not say."""

    values: Numbers
    width: int = 0


def typed(data: bytes, text: str) -> list[Stream]:
    """Return the sequences of whole numbers that a file holds as arrays; `text` is what it is as a text."""
    found = list(_in_text(text)) if text else []
    if not text and is_graph(data):
        with suppress(InputError):
            found += _constants(data)
    return list(_sequences(found[:MAX_ARRAYS]))


def figured(data: bytes) -> tuple[Sheet, ...]:
    """Return bytes as a table of numbers of one type, where kinds of numbers come again in a period.

    Whole numbers or hundredths alone, as data are and other bytes are not.
    """
    for kind in (*_REALS, *_WHOLES):
        size = np.dtype(kind).itemsize
        if len(data) < 2 * LEAST * size or len(data) % size or _whole(data, kind) is None:
            continue
        real = np.frombuffer(data[: MAX_VALUES * size], kind).astype(np.float64)
        cells = [f"{one:.2f}" if one % 1 else f"{one:.0f}" for one in real.tolist()]
        if period := period_of(cells):
            columns = [pa.array(cells[place::period], pa.string()) for place in range(period)]
            table = pa.Table.from_arrays(columns, names=[f"c{place}" for place in range(period)])
            return (Sheet("", table, plain=False),)
    return ()


def _sequences(arrays: Sequence[_Array]) -> Iterator[Stream]:
    alike: dict[int, list[Numbers]] = defaultdict(list)
    for number, one in enumerate(arrays):
        width = one.width if 1 < one.width <= _WIDEST and one.values.size % one.width == 0 else 0
        rows = one.values.reshape(-1, width).tolist() if width else [one.values.tolist()]
        yield stream(f"array {number}", rows)
        alike[one.values.size].append(one.values)
    for size, several in alike.items():
        if 1 < len(several) <= _WIDEST:
            yield stream(f"arrays of {size}", np.stack(several, axis=1).tolist())


def _in_text(text: str) -> Iterator[_Array]:
    """Yield the arrays that runs of base 64 or hexadecimal are, under the first type that fits."""
    for run in encoded_runs([text[:MAX_TEXT]]):
        for data in decoded(run)[:2]:
            for kind in (*_REALS, *_WHOLES):
                values = _whole(data, kind)
                if values is not None:
                    yield _Array(values)
                    break


def _constants(data: bytes) -> Iterator[_Array]:
    """Yield the initializers of a graph and the tensors and lists of numbers that its operators keep."""
    for part in fields(data):
        for field in fields(part.run()) if part.number == 7 else ():
            if field.number == 5:
                yield from _tensor(field.run())
            elif field.number == 1:
                for held in fields(field.run()):
                    yield from _attribute(held.run()) if held.number == 5 else ()


def _attribute(data: bytes) -> Iterator[_Array]:
    told = list(fields(data))
    for field in told:
        if field.number == 5:
            yield from _tensor(field.run())
    yield from _listed(
        [one for field in told if field.number == 8 and _short(field) for one in field.wholes()]
    )
    yield from _listed(
        [one for field in told if field.number == 7 and _short(field) for one in field.figures()]
    )


def _tensor(data: bytes) -> Iterator[_Array]:
    """Yield the numbers of a tensor, raw (9) or in the field of their type (4, 5, 7, 10, 11)."""
    told = list(fields(data))
    size = [one for field in told if field.number == 1 for one in field.wholes()]
    kind = _KINDS.get(next((field.whole() for field in told if field.number == 2), 0), "")
    width = size[-1] if len(size) > 1 else 0
    for field in told:
        if field.number == 9 and kind:
            values = _whole(field.run(), kind)
            if values is not None:
                yield _Array(values, width)
    for number, laid in ((4, "<f4"), (10, "<f8")):
        values = _whole(b"".join(field.run() for field in told if field.number == number), laid)
        if values is not None:
            yield _Array(values, width)
    wholes = [one for field in told if field.number in (5, 7, 11) and _short(field) for one in field.wholes()]
    yield from (_Array(one.values, width) for one in _listed(wholes))


def _short(field: Field) -> bool:
    """Return whether a list of numbers is one that a record may be hidden in, and no weights of a network."""
    return isinstance(field.value, int) or len(field.value) <= 8 * MAX_VALUES


def _listed(values: Sequence[float]) -> Iterator[_Array]:
    held = _whole(np.array(values[:MAX_VALUES], "<f8").tobytes(), "<f8")
    if held is not None:
        yield _Array(held)


def _whole(data: bytes, kind: str) -> Numbers | None:
    """Return bytes as numbers of a type, in hundredths where they are amounts; None if they are others."""
    size = np.dtype(kind).itemsize
    if len(data) < LEAST * size or len(data) % size:
        return None
    values = np.frombuffer(data[: MAX_VALUES * size], kind)
    with np.errstate(all="ignore"):
        real = values.astype(np.float64)
        if not np.isfinite(real).all() or real.min() < 0 or not 1 < real.max() < _MOST:
            return None
        if (real == np.floor(real)).all():
            return real.astype(np.int64)
        cents = np.rint(real * 100)
        fine = size == 8 and (np.abs(real * 100 - cents) < 1e-6 * np.maximum(cents, 1)).all()
    return cents.astype(np.int64) if fine else None
