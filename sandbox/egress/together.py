"""What shows only across files: proven tables that subtract to a few, records split by column.

Takes the files' own results and answers with findings that name the files concerned. Claims
released before take part in the subtraction. Pure; called by `judge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pyarrow as pa

from sandbox.egress.cells import Family, families
from sandbox.egress.checks import check
from sandbox.egress.content import Content
from sandbox.egress.differencing import exposures
from sandbox.egress.proof import Proof
from sandbox.egress.recognise import recognise_views
from sandbox.egress.recompute import Recomputed
from sandbox.egress.units import Ids
from sandbox.egress.views import View
from sandbox.fingerprint.index import RecordIndex
from sandbox.kernel.findings import Finding, Verdict
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

MAX_ROWS = 200_000
MAX_JOINS = 60


@dataclass(frozen=True, slots=True)
class Earlier:
    """A claim of an earlier submission, recomputed over the same source: who handed it in, and its cells.

    `declined` says that it never left: what it would give is shown to people and refuses nothing.
    """

    owner: str
    truth: Recomputed
    declined: bool = False


def differencing(proofs: Mapping[str, Proof], earlier: Sequence[Earlier] = ()) -> tuple[Finding, ...]:
    """Return a finding for every pair of tables or more whose cells subtract to a few units."""
    found: list[Finding] = []
    declined = {one.owner for one in earlier if one.declined}
    for table in sorted({proof.source.name for proof in proofs.values()}):
        here = {path: proof for path, proof in proofs.items() if proof.source.name == table}
        parts = [
            part for path, proof in here.items()
            for part in families(proof.truth, proof.comparison.published(proof.truth.count), owner=path)
        ]  # fmt: skip
        before = [part for old in earlier for part in families(old.truth, old.truth.shown, owner=old.owner)
                  if old.truth.claim.table == table]  # fmt: skip
        units: dict[str, Ids] = {}
        for proof in here.values():
            units.update(proof.units)
        thresholds = next(iter(here.values())).source.thresholds
        out = [part for part in before if part.published.owner not in declined]
        found += _exposed([*parts, *out], units, thresholds, tuple(here))
        for owner in sorted(declined):
            own = [part for part in before if part.published.owner == owner]
            found += _beside_declined([*parts, *own], units, thresholds, tuple(here))
    return tuple(found)


def _beside_declined(
    parts: Sequence[Family],
    units: Mapping[str, Ids],
    thresholds: Thresholds,
    files: tuple[str, ...],
) -> list[Finding]:
    """Return what a submission that never left would give together with these, for people to look at."""
    found = [one for one in _exposed(parts, units, thresholds, files) if one.rule == check("ledger").code]
    return [replace(one, verdict=Verdict.REVIEW) for one in found]


def _exposed(
    parts: Sequence[Family], units: Mapping[str, Ids], thresholds: Thresholds, files: tuple[str, ...]
) -> list[Finding]:
    """Return the findings for one table: per quantity, all families of all files together."""
    owners: set[str] = set()
    least: dict[str, int] = {}
    for quantity in sorted({part.quantity for part in parts}):
        same = [part.published for part in parts if part.quantity == quantity]
        if len({part.owner for part in same}) < 2:
            continue
        try:
            exposed = exposures(same, units, smallest=thresholds.smallest)
        except ValueError:
            owners.update(part.owner for part in same)
            continue
        for exposure in exposed:
            if len(exposure.owners) > 1 and not set(files).isdisjoint(exposure.owners):
                owners.update(exposure.owners)
                for owner in set(exposure.owners) - set(files):
                    least[owner] = min(least.get(owner, exposure.units), exposure.units)
    concerned = tuple(path for path in files if path in owners)
    if not concerned:
        return []
    found = [
        check("ledger").finding(
            evidence=say("与 {owner} 号申请合并后可得 {units} 个统计对象", owner=owner, units=units_left),
            paths=concerned,
        )
        for owner, units_left in sorted(least.items())
    ]
    if not least or len(owners & set(files)) > 1:
        evidence = say("{files} 个产品的单元格相减后少于阈值", files=len(owners))
        found.append(check("set-differencing").finding(evidence=evidence, paths=concerned))
    return found


def split_records(
    contents: Mapping[str, Sequence[Content]], indexes: Sequence[RecordIndex]
) -> tuple[Finding, ...]:
    """Return a finding for files that, put side by side or joined by a key, show source records."""
    tables = {
        path: sheet.table
        for path, parts in contents.items()
        for content in parts for sheet in content.sheets
        if 0 < sheet.table.num_rows <= MAX_ROWS
    }  # fmt: skip
    found: list[Finding] = []
    seen: set[str] = set()
    joins = list(_joins(tables))[:MAX_JOINS]
    for paths, table in joins:
        if seen.issuperset(paths):
            continue
        shown = recognise_views([View("joined", table, aligned=False)] * max(len(joins), 1), indexes)
        if shown:
            seen.update(paths)
            found.append(check("set-record").finding(records=len(shown.records), where="joined", paths=paths))
    return tuple(found)


def _joins(tables: Mapping[str, pa.Table]) -> list[tuple[tuple[str, ...], pa.Table]]:
    """Return files of equal length side by side (all of them, then pairs), and pairs by a shared key."""
    joined: list[tuple[tuple[str, ...], pa.Table]] = []
    by_length: dict[int, list[str]] = {}
    for path, table in tables.items():
        by_length.setdefault(table.num_rows, []).append(path)
    for paths in by_length.values():
        if len(paths) > 1:
            joined.append((tuple(paths), _beside([tables[path] for path in paths])))
        if 2 < len(paths) <= 6:
            joined += [(pair, _beside([tables[path] for path in pair])) for pair in combinations(paths, 2)]
    if len(tables) <= 8:
        for one, other in combinations(tables, 2):
            merged = _by_key(tables[one], tables[other])
            if merged is not None:
                joined.append(((one, other), merged))
    return joined


def _beside(tables: Sequence[pa.Table]) -> pa.Table:
    columns = [column for table in tables for column in table.columns]
    return pa.Table.from_arrays(columns, names=[f"c{place}" for place in range(len(columns))])


def _by_key(one: pa.Table, other: pa.Table) -> pa.Table | None:
    """Return two tables joined on a column that is unique in both and shares most of its values."""
    for left in one.column_names:
        known = set(one.column(left).to_pylist()) if one.num_rows <= 20_000 else set()
        if len(known) != one.num_rows or len(known) < 2:
            continue
        for right in other.column_names:
            values = other.column(right).to_pylist() if other.num_rows <= 20_000 else []
            if len(set(values)) == len(values) and len(known.intersection(values)) >= 0.5 * len(values) > 0:
                return _merged(one, left, other, right)
    return None


def _merged(one: pa.Table, left: str, other: pa.Table, right: str) -> pa.Table:
    first = one.rename_columns([f"a{place}" for place in range(one.num_columns)])
    second = other.rename_columns([f"b{place}" for place in range(other.num_columns)])
    keys = f"a{one.column_names.index(left)}", f"b{other.column_names.index(right)}"
    return first.join(second, keys=keys[0], right_keys=keys[1], join_type="inner")
