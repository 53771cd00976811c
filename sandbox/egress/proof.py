"""From a claim file and a table to a proof, or to the reason why there is none.

Ties together reading, checking and recomputing a claim, comparing the product with it, and the
rules for its cells. A proof holds the recomputed result, which is what gets rewritten. Called
by `judge`; sources are given by it, with units and thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from sandbox.egress.cells import Problem, examine, judge_cells
from sandbox.egress.claims import CheckedClaim, Claim, check_claim, read_claim
from sandbox.egress.compare import Comparison, compare
from sandbox.egress.content import Issue
from sandbox.egress.joining import assemble
from sandbox.egress.origin import Source
from sandbox.egress.overlaid import alone, as_seen, in_truth
from sandbox.egress.recompute import Recomputed, recompute, recompute_both
from sandbox.egress.rowwise import Budget
from sandbox.egress.spotting import spot_text
from sandbox.egress.subjects import subject_units
from sandbox.egress.units import Ids
from sandbox.fingerprint.canonical import canonical_array
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_PRODUCT_ROWS = 200_000
_SHORTEST_NAME, _LONGEST_NAME, _LONGEST_LABEL = 3, 30, 200

Ran: TypeAlias = tuple[Source, Recomputed, Mapping[str, Ids]]
"""A claim that was run: its source, the cells, and the units that count, subject included."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim that holds: the source, the recomputed cells, the comparison, the rules broken.

    `apart` are the rules that cells break which the seat's canaries alone fill, as if those were real.
    `bounds` says how far combinations of cells were searched.
    """

    source: Source
    truth: Recomputed
    comparison: Comparison
    problems: tuple[Problem, ...]
    units: Mapping[str, Ids]
    apart: tuple[Problem, ...] = ()
    bounds: str = ""

    @property
    def told(self) -> tuple[Problem, ...]:
        """Return the rules broken as they are told: a canary's cell must not look unlike a real one's."""
        return self.apart or self.problems

    @property
    def safe(self) -> bool:
        """Return whether every published cell is safe."""
        return not self.told


@dataclass(frozen=True, slots=True)
class Unproven:
    """Why there is no proof: issues by check name."""

    issues: tuple[Issue, ...]


def prove(
    claim_file: bytes, table: pa.Table | None, sources: Sequence[Source], *, budget: Budget
) -> Proof | Unproven:
    """Return the proof of a product's claim, or why it has none; never raises for bad input."""
    named = leaks(claim_file)
    if named:
        return Unproven(named)
    if table is None or table.num_rows > MAX_PRODUCT_ROWS:
        return Unproven((Issue("claim", evidence=say("产品不是单独一张普通的表，无法与声明比较")),))
    try:
        claim = read_claim(claim_file)
        (source, truth, units), (shown, seen, own) = run_as_seen(claim, sources, budget=budget)
    except InputError as error:
        return Unproven((Issue("claim", evidence=error.message),))
    if labels_name_somebody(truth, shown):
        return Unproven((Issue("identifier", where="claim", evidence=say("声明中的标签与数据中的标识相同")),))
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True)) if table.num_rows else []
    comparison = compare(table.column_names, rows, seen)
    if comparison.mismatch is not None:
        return Unproven((Issue("compare", where=comparison.where, evidence=comparison.mismatch),))
    apart: tuple[Problem, ...] = ()
    if seen is not truth:
        if alone(comparison, seen, truth):
            apart = judge_cells(seen, comparison.published(seen.count), own, source.thresholds)
        comparison = in_truth(comparison, seen, truth)
    found = examine(truth, comparison.published(truth.count), units, source.thresholds)
    return Proof(source, truth, comparison, found.problems, units, apart, found.bounds)


def run_claim(claim: Claim, sources: Sequence[Source], *, budget: Budget) -> Ran:
    """Return the claim's source, its recomputed cells and the units that count, subject included.

    Raises InputError for a claim outside the accepted language or over its budget.
    """
    return _run(_checked(claim, sources), sources, budget)


def _checked(claim: Claim, sources: Sequence[Source]) -> CheckedClaim:
    by_name = table_names(sources)
    return check_claim(claim, {name: source.scope() for name, source in by_name.items()})


def _run(checked: CheckedClaim, sources: Sequence[Source], budget: Budget) -> Ran:
    whole = assemble(checked, {source.name: source for source in sources})
    source = whole.source
    with ThreadPoolExecutor(1) as beside:
        subjects = beside.submit(subject_units, source, checked.subject)
        truth = recompute(checked, source.table, amounts=source.amounts, budget=budget, present=whole.present)
        return source, truth, {**source.units, **subjects.result()}


def run_as_seen(claim: Claim, sources: Sequence[Source], *, budget: Budget) -> tuple[Ran, Ran]:
    """Return the claim run on the snapshot, and as the seat saw it; one run where it has no canaries.

    A claim on one table is evaluated once: the canaries are its last rows. What a row finds in another table
    may be a canary there, so that with lookups every row may be another one.
    """
    checked, with_canaries = _checked(claim, sources), as_seen(sources)
    if with_canaries is None:
        alone = _run(checked, sources, budget)
        return alone, alone
    if checked.lookups:
        return _run(checked, sources, budget), _run(checked, with_canaries, budget)
    source = next(one for one in sources if one.name == checked.table)
    seen = next(one for one in with_canaries if one.name == checked.table)
    many = source.table.num_rows
    with ThreadPoolExecutor(1) as beside:
        found = beside.submit(subject_units, seen, checked.subject, own=many)
        cells, truth = recompute_both(checked, seen.table, many, amounts=seen.amounts, budget=budget)
        subjects = found.result()
    own = {kind: ids[:many] for kind, ids in subjects.items()}
    return (source, truth, {**source.units, **own}), (seen, cells, {**seen.units, **subjects})


def table_names(sources: Sequence[Source]) -> dict[str, Source]:
    """Return the sources by every name a claim may use; a lone source is also `source`."""
    names = {alias: source for source in sources for alias in (*source.aliases, source.name)}
    if len(sources) == 1:
        names.setdefault("source", sources[0])
    return names


def leaks(claim_file: bytes) -> tuple[Issue, ...]:
    """Return what names somebody in a claim file itself."""
    text = claim_file[: 1 << 20].decode("utf-8", errors="ignore")
    return tuple(
        Issue("identifier", where="claim", evidence=say("声明中有 {kind}", kind=found.kind))
        for found in spot_text(text, where="claim")
    )


def labels_name_somebody(truth: Recomputed, source: Source) -> bool:
    """Return whether a text that the author wrote has in it a value of a column that names somebody."""
    labels = {
        label for label in canonical_array(pa.array(truth.claim.labels, pa.string())).to_pylist() if label
    }
    labels -= {
        label for name in source.table.column_names for label in canonical_array(pa.array([name])).to_pylist()
    }
    if not labels:
        return False
    written = labels.union(*map(_pieces, labels))
    for name in source.identifiers:
        known = canonical_array(source.table.column(name).unique())
        if any(value in written for value in known.to_pylist() if value):
            return True
    return False


def _pieces(label: str) -> set[str]:
    """Return the parts of a label that are long enough for a name of its own."""
    text = label[:_LONGEST_LABEL]
    return {
        text[start:end]
        for start in range(len(text))
        for end in range(start + _SHORTEST_NAME, min(start + _LONGEST_NAME, len(text)) + 1)
    }
