"""The leaves of trees beside tables and other trees: what a leaf less a cell, or less another leaf, gives.

A leaf says its subjects in whole tens and its figures roughly, so that what is found is for people and
refuses nothing by itself. That two models of one target differ by a few rows is `beside.refits`. Pure; called
by `judge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.egress.beside import UNITS, Fit
from sandbox.egress.cells import COUNT, Family, families
from sandbox.egress.checks import check
from sandbox.egress.differencing import Published, search
from sandbox.egress.kept import LEAVES, Kept
from sandbox.egress.origin import Source
from sandbox.egress.proof import Proof
from sandbox.egress.units import Ids
from sandbox.kernel.findings import Finding, Verdict
from sandbox.kernel.message import say


@dataclass(frozen=True, slots=True)
class _Grove:
    """Counts of tables and leaves of trees over the rows of one version; `trees` are the owners of leaves."""

    smallest: int
    units: Mapping[str, Ids]
    files: frozenset[str]
    trees: frozenset[str]
    published: tuple[Published, ...]


def beside_leaves(
    fits: Sequence[Fit], proofs: Mapping[str, Proof], kept: Sequence[Kept] = ()
) -> tuple[Finding, ...]:
    """Return a finding for people wherever a tree and another product of the same version give too few units.

    `kept` must be comparable; what is kept of another version is left to the models' own comparison.
    """
    found: list[Finding] = []
    for table in sorted({source.name for source in _sources(fits, proofs)}):
        grove = _grove(table, fits, proofs, kept)
        if grove is not None:
            found += _told(grove)
    return tuple(found)


def _grove(
    table: str, fits: Sequence[Fit], proofs: Mapping[str, Proof], kept: Sequence[Kept]
) -> _Grove | None:
    """Return what is to be compared of one table, None where no tree is among it."""
    grown = [one for one in fits if one.source.name == table and one.leaves is not None]
    here = {path: proof for path, proof in proofs.items() if proof.source.name == table}
    source = next(iter(_sources(grown, here)), None)
    if source is None:
        return None
    held = [one for one in kept if one.table == table and one.snapshot == source.snapshot]
    leaves = [one.leaves for one in grown if one.leaves is not None]
    trees = {one.published.owner for one in leaves}
    trees |= {one.owner for one in held if any(part.quantity == LEAVES for part in one.parts)}
    if not trees:
        return None
    units = dict(source.units)
    for proof in here.values():
        units.update(proof.units)
    told = [*leaves, *(part for path, proof in here.items() for part in _cells(path, proof))]
    told += [part for one in held for part in one.families() if part.quantity in (COUNT, LEAVES)]
    files = frozenset({one.published.owner for one in leaves} | here.keys())
    published = tuple(part.published for part in told)
    return _Grove(source.thresholds.smallest, units, files, frozenset(trees), published)


def _sources(fits: Sequence[Fit], proofs: Mapping[str, Proof]) -> list[Source]:
    return [*(one.source for one in fits), *(one.source for one in proofs.values())]


def _cells(path: str, proof: Proof) -> list[Family]:
    shown = proof.comparison.published(proof.truth.count)
    return [part for part in families(proof.truth, shown, owner=path) if part.quantity == COUNT]


def _told(grove: _Grove) -> list[Finding]:
    """Return what people are told: the other product and how few are left, or that not all was looked at."""
    searched = search(grove.published, grove.units, smallest=grove.smallest, new=grove.files)
    least: dict[tuple[str, ...], int] = {}
    for one in searched.found:
        owners = set(one.owners)
        if len(owners) > 1 and owners & grove.trees and owners & grove.files:
            key = tuple(sorted(owners))
            least[key] = min(least.get(key, one.units), one.units)
    kinds = {kind for kind in grove.units if ":" not in kind}
    unit = UNITS.get(next(iter(kinds)), say("个统计对象")) if len(kinds) == 1 else say("个统计对象")
    found = [
        check("ledger").finding(
            evidence=say(
                "树的叶子与 {owner} 相减得到 {units} {unit}",
                owner="、".join(sorted(set(owners) - grove.files) or owners),
                units=units,
                unit=unit,
            ),
            verdict=Verdict.REVIEW,
            paths=tuple(sorted(grove.files & set(owners))),
        )
        for owners, units in sorted(least.items())
    ]
    if not searched.whole:
        evidence = say("单元格过多，无法逐一核算与其他产品相减的结果")
        paths = tuple(sorted(grove.files))
        found.append(
            check("set-differencing").finding(evidence=evidence, verdict=Verdict.REVIEW, paths=paths)
        )
    return found
