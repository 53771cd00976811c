"""Tables of counts that a claim declares as rounded: held against it, drawn anew, kept in the ledger.

Every figure must be a multiple of the base beside the true one; what leaves are the gate's own drawing and
margins (`fixing`), so that nobody chooses which way a figure goes. Beside other tables of the data the counts
of a few may not become known more closely than rounding promises (`narrowing`). People look at every one.
Pure; called by `judge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow as pa

from sandbox.egress.cells import COUNT, Family, families
from sandbox.egress.checks import check
from sandbox.egress.claims import read_declared
from sandbox.egress.compare import canonical_key
from sandbox.egress.content import Issue
from sandbox.egress.differencing import Published
from sandbox.egress.fixing import TOTAL, Drawn, counts_of, drawn, written
from sandbox.egress.kept import ROUNDED, SHOWN, Bounds, Kept, pack
from sandbox.egress.narrowing import Told, exact, narrowed
from sandbox.egress.origin import Source
from sandbox.egress.proof import Proof, Unproven, labels_name_somebody, leaks, run_as_seen
from sandbox.egress.recompute import Recomputed
from sandbox.egress.rowwise import Budget
from sandbox.egress.units import Ids, Sets
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Finding, Verdict
from sandbox.kernel.message import Message, say


@dataclass(frozen=True, slots=True)
class Rounding:
    """A rounded table that fits its claim: its rows by cell, what it leaves open, what may leave of it."""

    source: Source
    base: int
    units: Mapping[str, Ids]
    parts: tuple[Sets, ...]
    bounds: tuple[Bounds, ...]
    data: bytes

    def told(self) -> list[Told]:
        """Return its counts as they are compared."""
        return [_told(sets, ends) for sets, ends in zip(self.parts, self.bounds, strict=True)]

    def packed(self) -> bytes:
        """Return what the ledger keeps of it."""
        parts = [Family(self.source.name, ROUNDED, Published("", one)) for one in self.parts]
        return pack(parts, self.bounds)


def _told(sets: Sets, bounds: Bounds) -> Told:
    ends = np.asarray(bounds, dtype=np.float64).reshape(-1, 2)
    return Told(sets, ends[:, 0].copy(), ends[:, 1].copy())


def base_of(claim_file: bytes | None) -> int:
    """Return to multiples of what a claim file declares its counts rounded; 0 for not, or for no claim."""
    try:
        return read_declared(claim_file)[1] if claim_file is not None else 0
    except InputError:
        return 0


def examine(
    claim_file: bytes, table: pa.Table | None, sources: Sequence[Source], *, budget: Budget
) -> Rounding | Unproven:
    """Return a product that is a rounding of its claim's counts, or why it is none; never raises."""
    if named := leaks(claim_file):
        return Unproven(named)
    try:
        rounding, seen = round_claim(claim_file, sources, budget=budget)
    except InputError as error:
        return Unproven((Issue("claim", evidence=error.message),))
    why = mismatch(table, seen, rounding.base)
    return rounding if why is None else Unproven((Issue("compare", evidence=why),))


def round_claim(claim_file: bytes, sources: Sequence[Source], *, budget: Budget) -> tuple[Rounding, Drawn]:
    """Return the table of a claim as the gate rounds it, and the counts as the seat saw them.

    Raises InputError for a claim whose counts cannot be rounded, or with words that name somebody.
    """
    claim, base = read_declared(claim_file)
    (source, truth, units), (shown, seen, own) = run_as_seen(claim, sources, budget=budget)
    if labels_name_somebody(truth, shown):
        raise InputError(say("声明中的标签与数据中的标识相同"))
    made = drawn(source, truth, units, base=base)
    if TOTAL in (*made.lines, *made.columns):
        raise InputError(say("分组里有名为“{total}”的取值，与取整后的合计分不开", total=TOTAL))
    places, table, _ = counts_of(seen, own)
    parts, bounds = _parts(truth, made, base)
    rounding = Rounding(source, base, units, parts, bounds, written(truth, made).data)
    return rounding, Drawn(*places, table, made.made)


def mismatch(table: pa.Table | None, seen: Drawn, base: int) -> Message | None:
    """Return why a product is no rounding of its claim's counts; None where every figure is."""
    width = 2 if seen.alone else 3
    if table is None or table.num_columns != width:
        return say("取整的表须正好是分组列和一列计数")
    known = _margins(seen)
    met: set[tuple[str | None, ...]] = set()
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        key, figure = tuple(canonical_key(one) for one in row[:-1]), str(row[-1])
        number = int(figure) if figure.isascii() and figure.isdigit() and len(figure) < 16 else -1
        if key not in known or key in met or number % base or abs(number - known[key]) >= base:
            return say("产品中有数值不是声明所得计数按基数的取整，或有多余的行")
        met.add(key)
    return None


def _margins(seen: Drawn) -> dict[tuple[str | None, ...], int]:
    """Return every count by its place, the totals of lines, columns and all among them."""
    lines, columns = ([canonical_key(one) for one in names] for names in (seen.lines, seen.columns))
    told: dict[tuple[str | None, ...], int] = {}
    if seen.alone:
        told = {(name,): int(seen.table[at, 0]) for at, name in enumerate(lines)}
        return {**told, (TOTAL,): int(seen.table.sum())}
    for (at, line), (place, column) in product(enumerate(lines), enumerate(columns)):
        told[line, column] = int(seen.table[at, place])
    told |= {(name, TOTAL): int(seen.table[at].sum()) for at, name in enumerate(lines)}
    told |= {(TOTAL, name): int(seen.table[:, at].sum()) for at, name in enumerate(columns)}
    return {**told, (TOTAL, TOTAL): int(seen.table.sum())}


def _parts(truth: Recomputed, made: Drawn, base: int) -> tuple[tuple[Sets, ...], tuple[Bounds, ...]]:
    """Return the rows of cells, lines, columns and all, and what their rounded counts leave open."""
    aggregate = truth.claim.aggregates[0]
    of = truth.measures[aggregate].sets
    inside = (of >= 0) & truth.shown[np.maximum(of, 0)]
    line, column = (np.where(inside, at[np.maximum(of, 0)], -1) for at in (made.line_of, made.column_of))
    wide = len(made.columns)
    figures = [
        (np.where(inside, line * wide + column, -1), made.table.ravel(), made.made.inside.ravel()),
        (np.where(inside, 0, -1), np.asarray([made.table.sum()]), np.asarray([made.made.inside.sum()])),
    ]
    if not made.alone:
        figures.append((line, made.table.sum(axis=1), made.made.lines))
        figures.append((column, made.table.sum(axis=0), made.made.columns))
    ends = [
        tuple((max(-int(true), int(shown) - base + 1 - int(true)), int(shown) + base - 1 - int(true))
              for true, shown in zip(counts, rounded, strict=True))
        for _, counts, rounded in figures
    ]  # fmt: skip
    return tuple(sets.astype(np.int64) for sets, _, _ in figures), tuple(ends)


def beside_rounded(
    rounded: Mapping[str, Rounding], proofs: Mapping[str, Proof], kept: Sequence[Kept] = ()
) -> tuple[Finding, ...]:
    """Return a finding wherever rounded counts of a few are known more closely beside another table.

    Tables of the same version are compared; `kept` must be comparable. What never left is for people.
    """
    sources = {one.source.name: one.source for one in rounded.values()}
    sources |= {one.source.name: one.source for one in proofs.values()}
    return tuple(found for source in sources.values() for found in _of_table(source, rounded, proofs, kept))


def _of_table(
    source: Source, rounded: Mapping[str, Rounding], proofs: Mapping[str, Proof], kept: Sequence[Kept]
) -> list[Finding]:
    new = {path: one.told() for path, one in rounded.items() if one.source.name == source.name}
    units = dict(source.units)
    for path, proof in proofs.items():
        if proof.source.name == source.name:
            new[path] = _exact(proof, path)
            units.update(proof.units)
    held = [one for one in kept if one.table == source.name and one.snapshot == source.snapshot]
    old = {one.owner: _kept(one) for one in held}
    if not new or not any(one.rounded for told in (*new.values(), *old.values()) for one in told):
        return []
    paths, smallest = tuple(sorted(new)), source.thresholds.smallest
    here = [one for told in new.values() for one in told]
    together = narrowed(here, units, smallest=smallest)
    if together is not None:
        return [check("set-differencing").finding(evidence=_evidence("", together), paths=paths)]
    found: list[Finding] = []
    for one in held:
        room = narrowed([*here, *old[one.owner]], units, smallest=smallest)
        if room is not None:
            verdict = Verdict.REVIEW if one.standing in SHOWN else None
            told = _evidence(one.owner, room)
            found.append(check("ledger").finding(evidence=told, verdict=verdict, paths=paths))
    standing = [told for one in held if one.standing not in SHOWN for told in old[one.owner]]
    if not found and (room := narrowed([*here, *standing], units, smallest=smallest)) is not None:
        found.append(check("set-differencing").finding(evidence=_evidence("", room), paths=paths))
    return found


def _exact(proof: Proof, path: str) -> list[Told]:
    shown = proof.comparison.published(proof.truth.count)
    parts = families(proof.truth, shown, owner=path)
    return [exact(one.published.sets) for one in parts if one.quantity == COUNT]


def _kept(one: Kept) -> list[Told]:
    told = [_told(part.sets, part.bounds) for part in one.parts if part.quantity == ROUNDED and part.bounds]
    return told + [exact(part.sets) for part in one.parts if part.quantity == COUNT]


def _evidence(owner: str, room: int) -> Message:
    if owner:
        return say("与 {owner} 合看，取整过的少数对象的计数只剩 {room} 的余地", owner=owner, room=room)
    return say("几个产品合看，取整过的少数对象的计数只剩 {room} 的余地", room=room)
