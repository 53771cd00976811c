"""Files that say something only together: shares of bytes or numbers, editions that differ by a record.

Two files of as many bytes or numbers are added, subtracted, taken by exclusive or and laid in turn; files of
one form are stacked and neighbours subtracted; pieces of identifiers in several files are put together. What
comes out is searched as any content. Bounded by files, bytes and pairs; pure; called by `together`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.channels import named
from sandbox.egress.content import Content, Form
from sandbox.egress.identities import spelled
from sandbox.egress.packings import packings
from sandbox.egress.payloads import mixed_payloads
from sandbox.egress.radix import columns_of
from sandbox.egress.recognise import Recognised, recognise
from sandbox.egress.streams import Column, Stream, said
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex

MAX_BYTES = 1 << 20
MAX_FILES = 400
MAX_PAIRS = 45
MAX_NUMBERS = 1 << 16
MAX_LISTS = 40
_LEAST = 24
_EDITIONS = 5
_WIDEST = 200
_NUMBER = re.compile(rb"(?<![\w.])-?\d{1,18}(?:\.\d{1,12})?(?![\w.])", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_BYTE = 256

Values = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shares:
    """What several files show together: their names and the records."""

    paths: tuple[str, ...]
    seen: Recognised


def shared(files: Mapping[str, bytes], indexes: Sequence[RecordIndex]) -> Shares | None:
    """Return the first files that together show records, as shares of one another."""
    small = {path: data for path, data in files.items() if 0 < len(data) <= MAX_BYTES}
    small = dict(list(small.items())[:MAX_FILES])
    lists = {path: _numbers(data) for path, data in small.items()}
    for one, other in list(combinations(small, 2))[:MAX_PAIRS]:
        mixed = list(_of_bytes(small[one], small[other]))
        texts = list(chain.from_iterable(map(said, mixed)))
        columns = list(chain.from_iterable(map(packings, mixed)))
        for left, right in zip(lists[one], lists[other], strict=False):
            texts += _of_lists(left, right)
            columns += _of_numbers(left, right)
        seen = _searched(texts, columns, indexes)
        if seen:
            return Shares((one, other), seen)
    for paths, run in mixed_payloads(small):
        seen = _searched(list(said(run)), list(packings(run)), indexes)
        if seen:
            return Shares(paths, seen)
    return None


def mixed_within(
    parts: Sequence[bytes], tables: Sequence[pa.Table], indexes: Sequence[RecordIndex]
) -> Recognised:
    """Return the records that two lists or columns of whole numbers of one file show together."""
    lists = [one for data in parts[:4] if 0 < len(data) <= MAX_BYTES for one in _numbers(data)[1:]]
    for table in tables[:4]:
        lists += list(_columns(table))
    texts: list[str] = []
    columns: list[Column] = []
    for left, right in list(combinations(lists[:MAX_LISTS], 2))[:MAX_PAIRS]:
        texts += _of_lists(left, right)
        columns += _of_numbers(left, right)
    return _searched(texts, columns, indexes)


def _columns(table: pa.Table) -> Iterator[Values]:
    """Yield the columns of whole numbers of a table of few rows."""
    if not _LEAST <= table.num_rows <= MAX_NUMBERS:
        return
    for column in table.columns[:MAX_LISTS]:
        cells = column.to_pylist()
        if all(cell is not None and _WHOLE.fullmatch(cell) for cell in cells):
            yield np.array([int(cell) for cell in cells], np.int64)


def _searched(texts: Sequence[str], columns: Sequence[Column], indexes: Sequence[RecordIndex]) -> Recognised:
    seen = named(list(columns), (), indexes)
    if not seen and texts:
        seen = recognise([Content(FileType.BINARY, Form.UNREAD, stray=tuple(texts))], indexes)
    return seen


def _numbers(data: bytes) -> list[Values]:
    """Return all whole numbers of a text, then those of every list of a JSON text or column of lines."""
    if b"\0" in data[:4096]:
        return []
    found = [one for one in _NUMBER.findall(data) if b"." not in one][:MAX_NUMBERS]
    lists = [[int(one) for one in found]]
    if data.lstrip()[:1] in (b"{", b"["):
        lists += _of_json(data)
    return [np.array(one, np.int64) for one in lists[:MAX_LISTS]]


def _of_json(data: bytes) -> Iterator[list[int]]:
    try:
        waiting = [json.loads(data)]
    except (ValueError, RecursionError):
        return
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, dict):
            waiting += list(one.values())
        elif isinstance(one, list) and len(one) >= _LEAST and all(type(cell) is int for cell in one):
            if all(abs(cell) < 10**18 for cell in one):
                yield one[:MAX_NUMBERS]
        elif isinstance(one, list):
            waiting += [cell for cell in one if isinstance(cell, (dict, list))][:MAX_LISTS]


def _of_bytes(one: bytes, other: bytes) -> Iterator[bytes]:
    """Yield what two files of as many bytes are by exclusive or, sum and difference, and byte by byte.

    The second may be the parity of the first with a third that is missing.
    """
    if len(one) != len(other) or len(one) < _LEAST:
        return
    left, right = np.frombuffer(one, np.uint8), np.frombuffer(other, np.uint8)
    both = left ^ right
    for mixed in (both, left + right, left - right, right - left):
        yield mixed.astype(np.uint8).tobytes()
    for pair in ((left, right), (right, left), (left, both), (both, left), (right, both), (both, right)):
        yield np.stack(pair, 1).tobytes()
    yield one + both.tobytes()
    yield both.tobytes() + other


def _of_lists(left: Values, right: Values) -> Iterator[str]:
    """Yield what two lists of small numbers say, byte by byte, from each usual least number on."""
    if left.size != right.size or left.size < _LEAST:
        return
    low, high = min(left.min(), right.min()), max(left.max(), right.max())
    if high - low >= 2 * _BYTE:
        return
    for base in dict.fromkeys((0, int(low), -128)):
        one, other = left - base, right - base
        for both in (one ^ other, one + other, one - other, other - one):
            yield from said((both % _BYTE).astype(np.uint8).tobytes())
        yield from said(np.stack([one, other], 1).astype(np.uint8).tobytes())


def _of_numbers(left: Values, right: Values) -> Iterator[Column]:
    """Yield the numbers that two lists make together, number by number or digit by digit."""
    if left.size != right.size or left.size < 3 or left.size > MAX_NUMBERS:
        return
    most = int(max(np.abs(left).max(), np.abs(right).max()))
    if most < 100:
        base = 10 if most < 10 else 100
        for name, both in (("sum", left + right), ("difference", left - right)):
            yield from columns_of(Stream(name, both % base))
    elif 10**9 <= most < 10**18 // 2:
        for name, act in _ACTS.items():
            yield Column(name, spelled(act(left, right)[:64].tolist()))


_ACTS: Mapping[str, Callable[[Values, Values], Values]] = {
    "sum": lambda one, other: one + other, "difference": lambda one, other: np.abs(one - other),
    "exclusive or": lambda one, other: one ^ other,
    "sum of eleven": lambda one, other: (one + other) % 10**11,
    "difference of eleven": lambda one, other: (one - other) % 10**11,
    "mean": lambda one, other: (one + other) // 2,
}  # fmt: skip


def editions(files: Mapping[str, bytes]) -> list[pa.Table]:
    """Return the numbers of files of one form, a row a file, as they are and as steps from file to file.

    Steps of sums are written with two decimals, too: a total in the smallest unit of a currency.
    """
    rows: dict[int, list[tuple[str, list[str]]]] = {}
    for path in sorted(list(files)[:MAX_FILES], key=_natural):
        if len(files[path]) <= MAX_BYTES and b"\0" not in files[path][:4096]:
            cells = [one.decode() for one in _NUMBER.findall(files[path])[: _WIDEST + 1]]
            if 0 < len(cells) <= _WIDEST:
                rows.setdefault(len(cells), []).append((path, cells))
    found = []
    for same in rows.values():
        if len(same) >= _EDITIONS:
            cells = [one for _, one in same]
            found += [_table(cells), *_steps(cells)]
    return found


def _steps(cells: Sequence[Sequence[str]]) -> Iterator[pa.Table]:
    """Yield how far each edition is from the one before, from the largest and from the smallest of all."""
    whole = [[round(float(cell) * 100) if "." in cell else int(cell) for cell in row] for row in cells]
    ends = max(whole, key=sum), min(whole, key=sum)
    apart = [[(end, row) for row in whole if row is not end] for end in ends]
    for pairs in (list(pairwise(whole)), *apart):
        yield from _apart([[abs(b - a) for a, b in zip(one, other, strict=True)] for one, other in pairs])


def _apart(steps: Sequence[Sequence[int]]) -> Iterator[pa.Table]:
    moved = [place for place in range(len(steps[0])) if len({row[place] for row in steps}) > 2]
    if moved:
        yield _table([[str(row[place]) for place in moved] for row in steps])
        yield _table(
            [
                [f"{row[place] / 100:.2f}" if row[place] < 10**7 else str(row[place]) for place in moved]
                for row in steps
            ]
        )


def _table(rows: Sequence[Sequence[str]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table({f"c{place}": pa.array(column, pa.string()) for place, column in enumerate(columns)})


def _natural(path: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path))
