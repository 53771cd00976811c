"""What models tell of groups beside tables and other models: what a group less a cell, or another, gives.

Tables without a claim that are tied to the data by their figures are compared here as well.

A leaf of a tree, and the rows of one category of a linear model's variable, whose coefficient is a mean of
them, say their subjects in whole tens and their figures roughly: what is found is for people and refuses
nothing by itself. That two models of one target differ by a few rows is `beside.refits`. Pure; called by
`judge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sandbox.egress.beside import UNITS, Fit
from sandbox.egress.cells import COUNT, Family, families
from sandbox.egress.checks import check
from sandbox.egress.differencing import Exposure, Published, search
from sandbox.egress.kept import LEAVES, Kept
from sandbox.egress.numbering import Numbered, number
from sandbox.egress.origin import Source
from sandbox.egress.proof import Proof
from sandbox.egress.twins import twins
from sandbox.egress.tying import Tied
from sandbox.egress.units import Ids
from sandbox.kernel.findings import Finding, Verdict
from sandbox.kernel.message import Message, say


@dataclass(frozen=True, slots=True)
class _Grove:
    """Counts of tables and groups of models over the same rows; `models` are the owners of groups.

    `files` are the owners of what is new, `undeclared` those of tables without a claim among them; `slices`
    is what was told of other versions of the rows.
    """

    smallest: int
    units: Mapping[str, Ids]
    files: frozenset[str]
    models: frozenset[str]
    published: tuple[Published, ...]
    undeclared: frozenset[str] = frozenset()
    slices: tuple[Published, ...] = ()

    @property
    def asked(self) -> frozenset[str]:
        """Return the owners of what is for people here: the rest is told by the tables' own comparison."""
        return self.models | self.undeclared


def beside_leaves(
    fits: Sequence[Fit],
    proofs: Mapping[str, Proof],
    kept: Sequence[Kept] = (),
    undeclared: Mapping[str, Tied] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """Return a finding for people wherever a model or an undeclared table and another give too few units.

    `kept` must be comparable; on another version of the data cells are compared that hold nearly the same.
    """
    found: list[Finding] = []
    sources = [*_sources(fits, proofs), *(one.source for one in undeclared.values())]
    for source in {one.name: one for one in sources}.values():
        held = [one for one in kept if one.table == source.name and _told_of(one)]
        bare = [(path, one) for path, one in undeclared.items() if one.source.name == source.name]
        told = [part for path, one in bare for part in one.families(path)]
        own = _grove(source, fits, proofs, [one for one in held if one.snapshot == source.snapshot], told)
        others = [one for one in held if one.snapshot != source.snapshot]
        groves = [own]
        if source.numbered and (
            own.asked or any(part.quantity == LEAVES for one in others for part in one.parts)
        ):
            groves.append(_over_versions(own, source.numbered, others))
        found += [each for grove in groves if grove.asked for each in _told(grove)]
    return tuple(dict.fromkeys(found))


def _sources(fits: Sequence[Fit], proofs: Mapping[str, Proof]) -> list[Source]:
    return [*(one.source for one in fits), *(one.source for one in proofs.values())]


def _told_of(kept: Kept) -> tuple[Family, ...]:
    return tuple(part for part in kept.families() if part.quantity in (COUNT, LEAVES))


def _grove(
    source: Source,
    fits: Sequence[Fit],
    proofs: Mapping[str, Proof],
    held: Sequence[Kept],
    undeclared: Sequence[Family],
) -> _Grove:
    """Return what is to be compared on the version at hand."""
    grown = [one for fit in fits if fit.source.name == source.name for one in fit.groups]
    here = {path: proof for path, proof in proofs.items() if proof.source.name == source.name}
    units = dict(source.units)
    for proof in here.values():
        units.update(proof.units)
    told = [*grown, *undeclared, *(part for path, proof in here.items() for part in _cells(path, proof))]
    files = frozenset(one.published.owner for one in told)
    told += [part for one in held for part in _told_of(one)]
    models = frozenset(one.published.owner for one in told if one.quantity == LEAVES)
    published = tuple(one.published for one in told)
    bare = frozenset(one.published.owner for one in undeclared)
    return _Grove(source.thresholds.smallest, units, files, models, published, bare)


def _cells(path: str, proof: Proof) -> list[Family]:
    shown = proof.comparison.published(proof.truth.count)
    return [part for part in families(proof.truth, shown, owner=path) if part.quantity == COUNT]


def _over_versions(own: _Grove, here: Numbered, others: Sequence[Kept]) -> _Grove:
    """Return what is new beside what was told of other versions; nothing where there is none."""
    versions = {one.snapshot: one.numbered for one in others if one.numbered is not None}
    if not versions:
        return replace(own, models=frozenset(), undeclared=frozenset())
    whole = number([here, *versions.values()])
    place = {snapshot: at for at, snapshot in enumerate(versions, 1)}
    new = tuple(
        Published(one.owner, whole.spread(0, one.sets)) for one in own.published if one.owner in own.files
    )
    old = [
        (part.quantity, Published(one.owner, whole.spread(place[one.snapshot], part.published.sets)))
        for one in others if one.snapshot in place
        for part in _told_of(one)
    ]  # fmt: skip
    grown = own.models & own.files | {one.owner for quantity, one in old if quantity == LEAVES}
    slices = tuple(one for _, one in old)
    return _Grove(own.smallest, whole.units(), own.files, grown, new, own.undeclared, slices)


def _told(grove: _Grove) -> list[Finding]:
    """Return what people are told: the other product and how few are left, or that not all was looked at."""
    everything = (*grove.published, *grove.slices)
    searched = search(everything, grove.units, smallest=grove.smallest, new=grove.files)
    new = [one for one in grove.published if one.owner in grove.files]
    alike = twins(new, grove.slices, grove.units, smallest=grove.smallest)
    found = _findings(grove, (*searched.found, *alike))
    if not searched.whole:
        evidence = say("单元格过多，无法逐一核算与其他产品相减的结果")
        paths = tuple(sorted(grove.files))
        found.append(
            check("set-differencing").finding(evidence=evidence, verdict=Verdict.REVIEW, paths=paths)
        )
    return found


def _findings(grove: _Grove, exposures: Sequence[Exposure]) -> list[Finding]:
    least: dict[tuple[str, ...], int] = {}
    for one in exposures:
        owners = set(one.owners)
        if len(owners) > 1 and owners & grove.asked and owners & grove.files:
            key = tuple(sorted(owners))
            least[key] = min(least.get(key, one.units), one.units)
    kinds = {kind for kind in grove.units if ":" not in kind}
    unit = UNITS.get(next(iter(kinds)), say("个统计对象")) if len(kinds) == 1 else say("个统计对象")
    return [
        check("ledger").finding(
            evidence=_evidence(grove, owners, units, unit),
            verdict=Verdict.REVIEW,
            paths=tuple(sorted(grove.files & set(owners))),
        )
        for owners, units in sorted(least.items())
    ]


def _evidence(grove: _Grove, owners: tuple[str, ...], units: int, unit: Message) -> Message:
    owner = "、".join(sorted(set(owners) - grove.files) or owners)
    if grove.models.isdisjoint(owners):
        return say("没有声明的表与 {owner} 相减得到 {units} {unit}", owner=owner, units=units, unit=unit)
    return say(
        "模型的分组（叶子或类别）与 {owner} 相减得到 {units} {unit}", owner=owner, units=units, unit=unit
    )
