"""Identifiers cut into pieces that stand in several columns, in any order of columns or of rows.

Pieces of fixed width that together have the places of an identifier are put together within a row, over the
attributes of an entity, and each with each where the rows were mixed. Only what has the form and the check
digit of an identifier is looked up, and only many of them count. Bounded; pure; called by `sightings` and
`together`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice, permutations

import pyarrow as pa

from sandbox.egress.fragments import fragments, in_one_order, tiled, turned
from sandbox.egress.identities import spelled
from sandbox.egress.recognise import Recognised
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.vocabulary import Laid, Vocabulary
from sandbox.kernel.identifiers import is_mobile, is_resident_id, is_uscc

MAX_ROWS = 400
"""Rows of a column whose pieces are tried each with each."""
MAX_COLUMNS = 24
MAX_PAIRS = 1 << 18
MAX_CELLS = 60_000
MAX_ENTITIES = 5_000
_LEAST = 3
_SHARE = 0.3
_ALIKE = 0.9
_BEYOND = 3
"""How many times what the decoy gives must be found, besides the least."""
_TURNED = str.maketrans("0123456789", "3456789012")
_WIDTHS = (11, 17, 18)
_PIECE = re.compile(r"[0-9A-Z]{2,16}")
_INDEX = re.compile(
    r"(?<![\W_])(?:(?<!\d)|(?=[\W_]))[\W_]*\d+$|(?<![\W_])[\W_]*[a-zA-Z甲乙丙丁上中下前后左右]$"
)

Column = tuple[int, tuple[str, ...]]


def pieced(tables: Sequence[pa.Table], indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the records that pieces in the columns of the tables show once they are put together."""
    columns = []
    found: list[tuple[int, list[str]]] = []
    for table in tables:
        if 0 < table.num_rows * table.num_columns <= MAX_CELLS:
            columns += _columns(table)
            for pivot in _pivots(table):
                whole = [[cell or "" for cell in column.to_pylist()] for column in pivot.columns]
                found += [(len(cells), _shaped(cells)) for cells in whole]
                found += _rows(_columns(pivot)[:MAX_COLUMNS])
            for laid in (table, *in_one_order(table), *turned(table)):
                found += [(rows, _shaped(cells)) for rows, cells in tiled(fragments(laid))]
    found += _rows(columns[:MAX_COLUMNS])
    asked = dict.fromkeys((least, tuple(dict.fromkeys(cells))) for least, cells in found)
    words = Vocabulary()
    laid = [
        (least, words.rows([(cell,) for cell in unique])) for least, unique in asked if len(unique) >= _LEAST
    ]
    for least, unique in laid:
        seen = _known(unique, least, indexes)
        if seen:
            return seen
    for least, *both in _mixed(columns[:MAX_COLUMNS]):
        cells, decoy = (words.rows([(cell,) for cell in dict.fromkeys(one)]) for one in both)
        seen = _known(cells, least, indexes, decoy)
        if seen:
            return seen
    return Recognised()


def _columns(table: pa.Table) -> list[Column]:
    """Return the columns of pieces: bare cells, nearly all of one width, mostly different."""
    found = []
    for column in table.columns:
        cells = [(cell or "").strip().upper() for cell in column.to_pylist()]
        widths = Counter(map(len, cells)).most_common(1)
        if not widths or not 2 <= widths[0][0] <= 16 or widths[0][1] < max(_LEAST, _ALIKE * len(cells)):
            continue
        if all(_PIECE.fullmatch(cell) for cell in cells if len(cell) == widths[0][0]):
            found.append((widths[0][0], tuple(cells)))
    return found


def _rows(columns: Sequence[Column]) -> Iterator[tuple[int, list[str]]]:
    """Yield what two or three columns of as many rows make row by row, in any order."""
    for size in (2, 3, 4):
        few = columns if size == 2 else columns[: 18 // size]
        for chosen in permutations(few, size):
            rows = len(chosen[0][1])
            if sum(width for width, _ in chosen) in _WIDTHS and all(len(one) == rows for _, one in chosen):
                cells = ["".join(row) for row in zip(*(one for _, one in chosen), strict=True)]
                yield rows, _shaped(cells)


def _mixed(columns: Sequence[Column]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield what each piece of one column makes with each of another, for rows that stand in no order.

    The last list is a decoy: the same with other digits in the second piece, which shows what chance gives.
    """
    room = MAX_PAIRS
    for (width, one), (other_width, other) in permutations(columns, 2):
        if width + other_width not in _WIDTHS or not set(one) or len(one) > MAX_ROWS or len(other) > MAX_ROWS:
            continue
        heads = sorted({cell for cell in one if _may_begin(cell)})
        tails = sorted(set(other))
        room -= len(heads) * len(tails)
        if room < 0:
            return
        turned = [tail.translate(_TURNED) for tail in tails]
        yield (
            min(len(one), len(other)),
            _shaped([head + tail for head in heads for tail in tails]),
            _shaped([head + tail for head in heads for tail in turned]),
        )


def _may_begin(cell: str) -> bool:
    return bool(cell) and cell[0] in "123456789ANY"


def _shaped(cells: Sequence[str]) -> list[str]:
    """Return the cells that have form and check digit of an identifier."""
    found = []
    for cell in cells:
        if len(cell) == 11 and is_mobile(cell):
            found.append(cell)
        elif len(cell) == 17 and cell.isdigit():
            found += [whole for whole in spelled([int(cell)]) if len(whole) == 18]
        elif len(cell) == 18 and (is_resident_id(cell) or is_uscc(cell, inner=False)):
            found.append(cell)
    return found


def _known(cells: Laid, rows: int, indexes: Sequence[RecordIndex], decoy: Laid | None = None) -> Recognised:
    """Return the records of identifiers put together, if so many rows show one that it is no chance."""
    unique = len(cells.lengths)
    if unique < _LEAST:
        return Recognised()
    for number, index in enumerate(indexes):
        records = set(match(index, cells).records.tolist())
        if len(records) < max(_LEAST, _SHARE * min(rows, unique)):
            continue
        by_chance = len(match(index, decoy).rows) if decoy is not None else 0
        if len(records) >= _BEYOND * by_chance + _LEAST:
            shown = frozenset((number, record) for record in records)
            return Recognised(shown, "pieces", named=True, wholly=True)
    return Recognised()


def _pivots(table: pa.Table) -> Iterator[pa.Table]:
    """Yield tables of entities, attributes and pieces as one row an entity, pieces of an attribute joined."""
    if not 3 <= table.num_columns <= 4 or table.num_rows < 2 * _LEAST:
        return
    columns = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    different = [len(set(column)) for column in columns]
    for key, attribute in permutations(range(table.num_columns), 2):
        if not (_LEAST <= different[key] <= MAX_ENTITIES and 2 <= different[attribute] <= 64):
            continue
        if (
            different[key] * different[attribute] > 2 * table.num_rows
            or different[key] < different[attribute]
        ):
            continue
        if len(set(zip(columns[key], columns[attribute], strict=True))) < _ALIKE * table.num_rows:
            continue
        for value in range(table.num_columns):
            if value not in (key, attribute):
                yield from islice(_pivot(columns[key], columns[attribute], columns[value]), 2)


def _pivot(keys: Sequence[str], attributes: Sequence[str], values: Sequence[str]) -> Iterator[pa.Table]:
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for key, attribute, value in zip(keys, attributes, values, strict=True):
        held[key][attribute] = value
    names = sorted(set(attributes), key=_natural)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[_INDEX.sub("", name)].append(name)
    plain = {name: [one.get(name) for one in held.values()] for name in names}
    yield pa.table({name: pa.array(cells, pa.string()) for name, cells in plain.items()})
    if len(groups) < len(names):
        joined = {
            name: ["".join(one.get(part, "") for part in parts) for one in held.values()]
            for name, parts in groups.items()
        }
        yield pa.table({f"{name}+": pa.array(cells, pa.string()) for name, cells in joined.items()})


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name))
