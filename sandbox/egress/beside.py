"""Proven tables beside one another and beside the ledger: pairs, triples, margins, complements, time slices.

What several tables give by subtraction, however often they were handed in, by whom, and on which version
of the data. Tables of the ledger come with the rows behind their cells and are never computed again; older
ones without them are (`Earlier`). Answers with findings: the reviewers' evidence names the other product,
the author reads rule and remedy. Pure; called by `judge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.cells import Family, families
from sandbox.egress.checks import check
from sandbox.egress.differencing import Published, Searched, search
from sandbox.egress.fitting import MAX_CATEGORIES
from sandbox.egress.kept import LEAVES, SHOWN, Kept, Standing
from sandbox.egress.numbering import Numbered, number
from sandbox.egress.origin import Source
from sandbox.egress.proof import Proof
from sandbox.egress.recompute import Recomputed
from sandbox.egress.report import Modelled
from sandbox.egress.twins import twins
from sandbox.egress.units import Ids, Sets
from sandbox.kernel.findings import Finding, Verdict
from sandbox.kernel.message import Message, say

_MODEL = "model:"
UNITS: Mapping[str, Message] = {"person": say("人"), "firm": say("家企业"), "household": say("户")}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A claim of an earlier submission, recomputed over the same source: who handed it in, and its cells.

    `declined` says that it never left: what it would give is shown to people and refuses nothing.
    """

    owner: str
    truth: Recomputed
    declined: bool = False


@dataclass(frozen=True, slots=True)
class _Old:
    """What a table is held against: its cells, how it stands, whether it is of another version."""

    owner: str
    standing: Standing
    parts: tuple[Family, ...]
    other: bool = False


@dataclass(frozen=True, slots=True)
class _Stage:
    """One table's new cells and the old ones, over the same rows with the same units."""

    files: frozenset[str]
    smallest: int
    units: Mapping[str, Ids]
    new: tuple[Family, ...]
    old: tuple[_Old, ...] = ()


def comparable(kept: Kept, source: Source) -> bool:
    """Return whether a kept table can be compared as it is: same version, or rows known in both."""
    if kept.snapshot == source.snapshot:
        return all(part.sets.size == source.table.num_rows for part in kept.parts)
    here, there = source.numbered, kept.numbered
    if here is None or there is None or not (here.known and there.known):
        return False
    return bool(here.names.keys() & there.names.keys())


def differencing(
    proofs: Mapping[str, Proof], earlier: Sequence[Earlier] = (), kept: Sequence[Kept] = ()
) -> tuple[Finding, ...]:
    """Return a finding for every set of tables whose cells subtract to fewer units than the threshold.

    `kept` must be comparable with the source of their table. What involves a table that never left, or that
    people still look at, is for people; the rest is refused.
    """
    found: list[Finding] = []
    for table in sorted({proof.source.name for proof in proofs.values()}):
        here = {path: proof for path, proof in proofs.items() if proof.source.name == table}
        before = [_recomputed(one) for one in earlier if one.truth.claim.table == table]
        held = [one for one in kept if one.table == table]
        for stage in _stages(here, before, held):
            found += _judged(stage, [one for one in stage.old if one.standing not in SHOWN])
            for one in stage.old:
                if one.standing in SHOWN:
                    found += _for_people(stage, one)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Fit:
    """A model as it is compared: the version it was fitted on, and its rows as the one cell of its target.

    `groups` are the leaves of a tree, or for each variable of a linear model the rows of each category.
    """

    source: Source
    family: Family
    groups: tuple[Family, ...] = ()

    @property
    def families(self) -> tuple[Family, ...]:
        """Return what the ledger keeps of it."""
        return (self.family, *self.groups)


def fitted(owner: str, modelled: Modelled, source: Source) -> Fit:
    """Return a model as it is compared; ValueError for columns that the source does not have."""
    if not set(modelled.columns) <= set(source.table.column_names):
        raise ValueError("columns")
    present = np.ones(source.table.num_rows, dtype=bool)
    for name in modelled.columns:
        present &= pc.is_valid(source.table.column(name)).to_numpy(zero_copy_only=False)
    sets = np.where(present, 0, -1).astype(np.int64)
    whole = Family(source.name, f"{_MODEL}{modelled.columns[0]}", Published(owner, sets))
    parts = [modelled.leaves] if modelled.leaves is not None else _categories(modelled, source, present)
    return Fit(source, whole, tuple(Family(source.name, LEAVES, Published(owner, one)) for one in parts))


def _categories(modelled: Modelled, source: Source, present: NDArray[np.bool_]) -> list[Sets]:
    """Return for each variable of few values the rows of each: a coefficient of a dummy is a mean of them."""
    found: list[Sets] = []
    for name in modelled.columns[1:]:
        values = source.table.column(name).filter(pa.array(present)).combine_chunks().dictionary_encode()
        if 1 < len(values.dictionary) <= MAX_CATEGORIES:
            sets = np.full(present.size, -1, dtype=np.int64)
            sets[present] = values.indices.to_numpy(zero_copy_only=False)
            found.append(sets)
    return found


def refits(fits: Sequence[Fit], kept: Sequence[Kept] = ()) -> tuple[Finding, ...]:
    """Return a finding for every two models of one target whose rows differ by too few units.

    A model asked for again with a column that a few rows have no value in is the model without those rows:
    the two differ by what these few are. `kept` must be comparable.
    """
    found: list[Finding] = []
    for table in sorted({one.family.table for one in fits}):
        here = [one for one in fits if one.family.table == table]
        source = here[0].source
        held = [one for one in kept if one.table == table]
        own = [
            _Old(one.owner, one.standing, one.families()) for one in held if one.snapshot == source.snapshot
        ]
        others = [one for one in held if one.snapshot != source.snapshot]
        files = frozenset(one.family.published.owner for one in here)
        new = tuple(one.family for one in here)
        stages = [_Stage(files, source.thresholds.smallest, source.units, new, tuple(own))]
        if others and source.numbered is not None:
            stages.append(_over_versions(stages[0], source.numbered, [], others))
        found += [one for stage in stages for one in _alike(stage)]
    return tuple(dict.fromkeys(found))


def _alike(stage: _Stage) -> list[Finding]:
    found: list[Finding] = []
    for at, one in enumerate(stage.new):
        among = [other.published for other in stage.new[:at] if other.quantity == one.quantity]
        if twins([one.published], among, stage.units, smallest=stage.smallest):
            found += _told(stage, (), set(stage.files), {})
        for old in stage.old:
            before = [part.published for part in old.parts if part.quantity == one.quantity]
            exposed = twins([one.published], before, stage.units, smallest=stage.smallest)
            if exposed:
                least = {old.owner: min(each.units for each in exposed)}
                told = _told(stage, [old], {one.published.owner, old.owner}, least)
                found += [
                    replace(each, verdict=Verdict.REVIEW) if old.standing in SHOWN else each for each in told
                ]
    return found


def _recomputed(one: Earlier) -> _Old:
    standing = Standing.DECLINED if one.declined else Standing.EARLIER
    return _Old(one.owner, standing, families(one.truth, one.truth.shown, owner=one.owner))


def _stages(here: Mapping[str, Proof], before: Sequence[_Old], held: Sequence[Kept]) -> list[_Stage]:
    """Return the table's own version with all units of its claims, and all versions together if there are."""
    source = next(iter(here.values())).source
    units: dict[str, Ids] = {}
    for proof in here.values():
        units.update(proof.units)
    new = tuple(
        part for path, proof in here.items()
        for part in families(proof.truth, proof.comparison.published(proof.truth.count), owner=path)
    )  # fmt: skip
    own = [_Old(one.owner, one.standing, one.families()) for one in held if one.snapshot == source.snapshot]
    first = _Stage(frozenset(here), source.thresholds.smallest, units, new, (*before, *own))
    others = [one for one in held if one.snapshot != source.snapshot]
    if not others or source.numbered is None:
        return [first]
    return [first, _over_versions(first, source.numbered, [one for one in held if one not in others], others)]


def _over_versions(first: _Stage, here: Numbered, own: Sequence[Kept], others: Sequence[Kept]) -> _Stage:
    versions = {one.snapshot: one.numbered for one in others if one.numbered is not None}
    whole = number([here, *versions.values()])
    place = {snapshot: at for at, snapshot in enumerate(versions, 1)}
    new = tuple(
        replace(part, published=Published(part.published.owner, whole.spread(0, part.published.sets)))
        for part in first.new
    )
    old = [
        _Old(
            one.owner,
            one.standing,
            one.families([whole.spread(place.get(one.snapshot, 0), part.sets) for part in one.parts]),
            other=one.snapshot in place,
        )
        for one in (*own, *others)
    ]
    return _Stage(first.files, first.smallest, whole.units(), new, tuple(old))


def _for_people(stage: _Stage, one: _Old) -> list[Finding]:
    """Return what a table that never left would give together with these, for people to look at."""
    found = [part for part in _judged(stage, [one]) if part.rule == check("ledger").code]
    return [replace(part, verdict=Verdict.REVIEW) for part in found]


def _judged(stage: _Stage, old: Sequence[_Old]) -> list[Finding]:
    """Return the findings for one table: per quantity, all cells of all tables together."""
    owners: set[str] = set()
    least: dict[str, int] = {}
    unable: set[str] = set()
    for quantity in sorted({part.quantity for part in stage.new}):
        searched = _exposed(stage, old, quantity)
        if not searched.whole:
            unable.update(stage.files)
        for exposure in searched.found:
            if len(exposure.owners) > 1 and not stage.files.isdisjoint(exposure.owners):
                owners.update(exposure.owners)
                for owner in set(exposure.owners) - stage.files:
                    least[owner] = min(least.get(owner, exposure.units), exposure.units)
    return [*_told(stage, old, owners, least), *_not_done(unable)]


def _exposed(stage: _Stage, old: Sequence[_Old], quantity: str) -> Searched:
    new = [part.published for part in stage.new if part.quantity == quantity]
    before = [part.published for one in old for part in one.parts if part.quantity == quantity]
    slices = [part.published for one in old if one.other for part in one.parts if part.quantity == quantity]
    searched = Searched((), whole=True)
    if len({part.owner for part in (*new, *before)}) > 1:
        searched = search([*new, *before], stage.units, smallest=stage.smallest, new=stage.files)
    alike = twins(new, slices, stage.units, smallest=stage.smallest)
    return Searched((*searched.found, *alike), searched.whole)


def _told(stage: _Stage, old: Sequence[_Old], owners: set[str], least: Mapping[str, int]) -> list[Finding]:
    concerned = tuple(sorted(stage.files & owners))
    if not concerned:
        return []
    kinds = {kind for kind in stage.units if ":" not in kind}
    unit = UNITS.get(next(iter(kinds)), say("个统计对象")) if len(kinds) == 1 else say("个统计对象")
    standing = {one.owner: one.standing for one in old}
    found = [
        check("ledger").finding(evidence=_evidence(standing[owner], owner, units, unit), paths=concerned)
        for owner, units in sorted(least.items())
    ]
    if not least or len(owners & stage.files) > 1:
        evidence = say("{files} 个产品的单元格相减后少于阈值", files=len(owners))
        found.append(check("set-differencing").finding(evidence=evidence, paths=concerned))
    return found


def _evidence(standing: Standing, owner: str, units: int, unit: Message) -> Message:
    if standing in (Standing.PENDING, Standing.HELD):
        return say("与在审的申请 {owner} 相减得到 {units} {unit}", owner=owner, units=units, unit=unit)
    if standing is Standing.DECLINED:
        return say("与未放行的申请 {owner} 相减得到 {units} {unit}", owner=owner, units=units, unit=unit)
    return say("与放行 {owner} 相减得到 {units} {unit}", owner=owner, units=units, unit=unit)


def _not_done(files: set[str]) -> list[Finding]:
    """Return the finding for tables with too many cells to combine exactly: people look at them."""
    evidence = say("单元格过多，无法逐一核算与其他产品相减的结果")
    paths = tuple(sorted(files))
    return (
        [check("set-differencing").finding(evidence=evidence, verdict=Verdict.REVIEW, paths=paths)]
        if paths
        else []
    )
