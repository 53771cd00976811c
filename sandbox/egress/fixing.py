"""The remedy: the same table with as few rows left out as make it safe, ready to be handed in with its claim.

Primary suppression takes out what a rule of cells names; complementary suppression takes out more, smallest
first, until neither the total nor a line of a cross table gives a cell back. Figures are never changed: the
claim stays as it is and the gate proves the result. `fix_by_rounding` changes them instead: counts with their
margins, rounded so that they still add up, which people look at. Called by `sandbox egress fix`; reads
sources alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.cells import judge_cells
from sandbox.egress.claims import read_claim
from sandbox.egress.coding import Coded, grouped
from sandbox.egress.compare import Comparison
from sandbox.egress.content import Content, Form
from sandbox.egress.origin import Source
from sandbox.egress.proof import run_claim
from sandbox.egress.recompute import Recomputed
from sandbox.egress.rewrite import rewrite_proven, write_table
from sandbox.egress.rounding import MAX_CELLS, Grid, Rounded, rounded, widths
from sandbox.egress.rowwise import Budget
from sandbox.egress.units import Ids, Sets, distinct_per_set, smallest_units
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

MAX_ROUNDS = 500
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Fixed:
    """A table that the gate can prove: its CSV, how many rows it has, how many were left out."""

    data: bytes
    rows: int
    left_out: int


def fix(claim_file: bytes, sources: Sequence[Source], *, budget: Budget | None = None) -> Fixed:
    """Return the claim's table without the rows that would disclose somebody.

    Raises InputError for a claim that the gate cannot compute, or of which nothing safe is left.
    """
    claim = read_claim(claim_file)
    source, truth, units = run_claim(claim, sources, budget=budget or Budget())
    shown = safe_cells(truth, units, source.thresholds)
    cells = np.flatnonzero(shown)
    written = rewrite_proven(truth, Comparison(cells, decimals_of(truth)), Content(FileType.CSV, Form.TABLE))
    return Fixed(written.data, int(cells.size), int(truth.shown.sum() - cells.size))


@dataclass(frozen=True, slots=True)
class RoundedTable:
    """A table of counts with its margins, rounded; `hidden` cells that are 0 now are not written."""

    data: bytes
    rows: int
    hidden: int


TOTAL = "合计"
_KEYS = 16
"""How often another drawing is tried before a table is said to be too thin to be rounded."""


def fix_by_rounding(
    claim_file: bytes, sources: Sequence[Source], *, base: int, budget: Budget | None = None
) -> RoundedTable:
    """Return the counts of a claim with one or two keys, with margins, rounded to multiples of `base`.

    Raises InputError for any other claim, a base below the threshold, counts that do not add up, or where
    a figure of a few could be told more closely than by the base: such tables are for suppression.
    """
    source, truth, units = run_claim(read_claim(claim_file), sources, budget=budget or Budget())
    return written(truth, drawn(source, truth, units, base=base))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Counts of a claim with one or two keys before and after rounding; `lines`, `columns` name the places.

    `line_of` and `column_of` say where each cell of the claim stands.
    """

    lines: list[str]
    columns: list[str]
    line_of: NDArray[np.int64]
    column_of: NDArray[np.int64]
    table: Grid
    made: Rounded

    @property
    def alone(self) -> bool:
        """Return whether there is one key only, and so no margins but the total."""
        return self.columns == [""]


def drawn(source: Source, truth: Recomputed, units: Mapping[str, Ids], *, base: int) -> Drawn:
    """Return the counts of a claim rounded to multiples of `base`: the same counts always the same way.

    Raises InputError as `fix_by_rounding` does.
    """
    smallest = source.thresholds.smallest
    if base < smallest:
        raise InputError(say("取整的基数不能小于阈值 {smallest}", smallest=smallest))
    places, table, held = counts_of(truth, units)
    thin = (held > 0) & (held < smallest)
    if (thin & (table >= base)).any():
        raise InputError(say("有单元格的对象很少而行数很多，取整遮不住：请改用隐去（不带 --round）"))
    key = _key_of(table, source)
    for attempt in range(_KEYS):
        made = rounded(table, base, key=key + bytes([attempt]))
        if (widths(table, made, base, thin, enough=smallest - 1)[thin] >= smallest - 1).all():
            return Drawn(*places, table, made)
    raise InputError(say("取整之后仍能由合计推算出个别单元格：请改用隐去（不带 --round）"))


def _key_of(table: Grid, source: Source) -> bytes:
    """Return the key of the drawing, known to no outsider: who asks in other words gets no other drawing."""
    digest = sha256(repr((table.shape, table.tolist())).encode())
    for batch in source.table.to_batches():
        for column in batch.columns:
            for buffer in column.buffers():
                digest.update(buffer or b"")
    return digest.digest()


Places = tuple[list[str], list[str], NDArray[np.int64], NDArray[np.int64]]


def counts_of(truth: Recomputed, units: Mapping[str, Ids]) -> tuple[Places, Grid, Grid]:
    """Return where lines and columns stand, the counts, and the units behind each; InputError for others."""
    items = truth.claim.items
    keys = [f"k{item.key}" for item in items if item.key is not None]  # as they are shown, not as grouped by
    counts = [one for one in items if one.aggregate is not None or one.figure is not None]
    plain = len(counts) == 1 and counts[0].aggregate is not None
    function = counts[0].aggregate.function if plain and counts[0].aggregate else ""
    shown = sorted(keys) == sorted(truth.keys)
    if function not in ("count", "count_distinct") or not shown or not 1 <= len(keys) <= 2:
        raise InputError(say("只有一到两个分组列、一列计数的表可以取整：其他的表请用隐去（不带 --round）"))
    values = np.asarray(truth.values(counts[0]), dtype=np.float64)
    rows = truth.measures[counts[0].aggregate].sets if counts[0].aggregate else truth.sets
    if function == "count_distinct" and not _adds_up(rows, units, values):
        raise InputError(say("同一对象出现在几个单元格里，去重的计数不能相加：请用隐去（不带 --round）"))
    lines, line_of = _places(truth.keys[keys[0]])
    columns, column_of = _places(truth.keys[keys[1]]) if len(keys) == 2 else ([""], np.zeros_like(line_of))
    if len(lines) * len(columns) > MAX_CELLS:
        raise InputError(say("表太大，不能取整：最多 {most} 格，请合并分组或用隐去", most=MAX_CELLS))
    table = np.zeros((len(lines), len(columns)), dtype=np.int64)
    held = np.zeros_like(table)
    cells = np.flatnonzero(truth.shown)
    table[line_of[cells], column_of[cells]] = np.rint(values[cells]).astype(np.int64)
    held[line_of[cells], column_of[cells]] = smallest_units(truth.sets, units, truth.count)[cells]
    held[table > 0] = np.maximum(held[table > 0], 1)  # rows of nobody are of a few as well
    return (lines, columns, line_of, column_of), table, held


def _adds_up(sets: Sets, units: Mapping[str, Ids], values: NDArray[np.float64]) -> bool:
    whole = np.where(sets >= 0, 0, -1)
    return any(int(distinct_per_set(whole, ids, 1)[0]) == int(np.nansum(values)) for ids in units.values())


def _places(key: Coded) -> tuple[list[str], NDArray[np.int64]]:
    texts = [text or "" for text in key.texts()]
    names = sorted(set(texts))
    place = {name: at for at, name in enumerate(names)}
    return names, np.array([place[text] for text in texts], dtype=np.int64)


def written(truth: Recomputed, drawn: Drawn) -> RoundedTable:
    """Return rounded counts as the table that may leave."""
    lines, columns, made, alone = drawn.lines, drawn.columns, drawn.made, drawn.alone
    out: list[tuple[str, str, int]] = []
    for line, column in np.argwhere(made.inside > 0):
        out.append((lines[line], columns[column], int(made.inside[line, column])))
    if not alone:
        out += [(name, TOTAL, int(made.lines[at])) for at, name in enumerate(lines) if made.lines[at]]
        out += [(TOTAL, name, int(made.columns[at])) for at, name in enumerate(columns) if made.columns[at]]
    out.append((TOTAL, TOTAL, int(made.inside.sum())))
    keyed = [item.name for item in truth.claim.items if item.key is not None]
    counted = next(item.name for item in truth.claim.items if item.key is None)
    fields = {keyed[0]: [one[0] for one in out]}
    if not alone:
        fields[keyed[1]] = [one[1] for one in out]
    fields[counted] = [str(one[2]) for one in out]
    text = {name: pa.array(values, pa.string()) for name, values in fields.items()}
    data = write_table(pa.table(text), FileType.CSV).data
    return RoundedTable(data, len(out), int(((drawn.table > 0) & (made.inside == 0)).sum()))


def decimals_of(truth: Recomputed) -> tuple[int, ...]:
    """Return the decimals that every item of a claim is written with: its own, or as many as are kept."""
    digits = [item.aggregate.digits if item.aggregate else None for item in truth.claim.items]
    return tuple(DECIMALS if one is None else max(0, min(DECIMALS, one)) for one in digits)


def safe_cells(truth: Recomputed, units: Mapping[str, Ids], thresholds: Thresholds) -> NDArray[np.bool_]:
    """Return which cells may be shown together; InputError where none may."""
    shown = truth.shown.copy()
    held = smallest_units(truth.sets, units, truth.count)
    for _ in range(MAX_ROUNDS):
        problems = judge_cells(truth, shown, units, thresholds) if shown.any() else ()
        named = sorted({cell for problem in problems for cell in problem.cells})
        if named:
            shown[named] = False
        elif problems:
            _least(shown, held, np.flatnonzero(shown))  # the rest follows from the total: hide more of it
        if not shown.any():
            raise InputError(say("没有可以公布的单元格：请合并分组后再试"))
        if not _lines_closed(truth, shown, held, thresholds.smallest) and not problems:
            return shown
    raise InputError(say("没有可以公布的单元格：请合并分组后再试"))


def _least(shown: NDArray[np.bool_], held: NDArray[np.int64], among: NDArray[np.int64]) -> None:
    """Take out the cell with fewest units."""
    shown[among[np.argmin(held[among])]] = False


def _lines_closed(
    truth: Recomputed, shown: NDArray[np.bool_], held: NDArray[np.int64], smallest: int
) -> bool:
    """Take out one more cell in every line of a cross table that hides too little; whether any was.

    A line is all cells that differ in one key only: its total may be known from another table. What it hides
    is two cells at least, with twice the units that a cell needs: then neither is known but for the other.
    """
    keys = list(truth.keys)
    changed = False
    for name in keys if len(keys) > 1 else ():
        lines = grouped([truth.keys[other] for other in keys if other != name])
        hidden = truth.shown & ~shown
        number = np.bincount(lines, weights=hidden)
        units = np.bincount(lines, weights=np.where(hidden, held, 0))
        for line in np.flatnonzero((number == 1) | ((number > 1) & (units < 2 * smallest))):
            among = np.flatnonzero((lines == line) & shown)
            if among.size:
                _least(shown, held, among)
                changed = True
    return changed
