"""The remedy: the same table with as few rows left out as make it safe, ready to be handed in with its claim.

Primary suppression takes out what a rule of cells names; complementary suppression takes out more, smallest
first, until neither the total nor a line of a cross table gives a cell back. Figures are never changed: the
claim stays as it is and the gate proves the result. Called by `sandbox egress fix`; reads sources alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.cells import judge_cells
from sandbox.egress.claims import read_claim
from sandbox.egress.compare import Comparison
from sandbox.egress.content import Content, Form
from sandbox.egress.origin import Source
from sandbox.egress.proof import run_claim
from sandbox.egress.recompute import Budget, Recomputed
from sandbox.egress.rewrite import rewrite_proven
from sandbox.egress.units import Ids, smallest_units
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
    decimals = tuple(
        _decimals(item.aggregate.digits if item.aggregate else None) for item in truth.claim.items
    )
    written = rewrite_proven(truth, Comparison(cells, decimals), Content(FileType.CSV, Form.TABLE))
    return Fixed(written.data, int(cells.size), int(truth.shown.sum() - cells.size))


def _decimals(digits: int | None) -> int:
    return DECIMALS if digits is None else max(0, min(DECIMALS, digits))


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
    keys = list(truth.keys.columns)
    changed = False
    for name in keys if len(keys) > 1 else ():
        rest = [other for other in keys if other != name]
        lines = truth.keys.groupby(rest, dropna=False, sort=False).ngroup().to_numpy()
        hidden = truth.shown & ~shown
        number = np.bincount(lines, weights=hidden)
        units = np.bincount(lines, weights=np.where(hidden, held, 0))
        for line in np.flatnonzero((number == 1) | ((number > 1) & (units < 2 * smallest))):
            among = np.flatnonzero((lines == line) & shown)
            if among.size:
                _least(shown, held, among)
                changed = True
    return changed
