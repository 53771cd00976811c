"""The access policy (访问策略): a signed agreement as one value that everything which enforces it reads.

Frozen, with a canonical text and a digest; the agreement names the digest, and so does whatever was
judged under it. Answers questions about itself, loads and compiles nothing. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum

from sandbox.kernel.application_records import Extent
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.grades import Thresholds, Zone
from sandbox.kernel.message import Message, say
from sandbox.kernel.terms import NO_QUOTAS, Hours, Join, Quotas, RowRange, join_of, open_at

FORMAT = 1
_LATER = frozenset({"drip_products", "advantage", "near_excess", "coverage_gap"})
"""Limits that came after policies had been signed: written only where they are not what held until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetTerms:
    """One dataset of the agreement: which columns and rows, from which approved items, under which limits.

    `thresholds` are the regime's for the grade, with the smallest group raised to the boundary's.
    """

    dataset: str
    code: str
    provider: str
    grade: int
    items: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[RowRange, ...]
    extents: tuple[Extent, ...]
    thresholds: Thresholds
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Who may do what with which data, when, where, how much, and in which form it leaves.

    `joins` is an allow-list. Empty `outputs`, `hours` and `regions` restrict nothing.
    """

    format: int = FORMAT
    agreement: str
    lineage: tuple[str, ...]
    organisation: str
    operator: str
    environment: str
    environment_code: str
    regions: tuple[str, ...]
    scenario: str
    scenario_kinds: tuple[str, ...]
    regime: str
    regime_digest: str
    zone: Zone
    term_from: date
    term_to: date
    users: tuple[str, ...]
    seats: int
    hours: tuple[Hours, ...]
    quotas: Quotas = NO_QUOTAS
    datasets: tuple[DatasetTerms, ...]
    joins: tuple[Join, ...]
    outputs: tuple[OutputForm, ...]
    reviewers: int

    def part(self, dataset: str) -> DatasetTerms | None:
        """Return what the policy says of a dataset, by id or code; None if it may not be used at all."""
        return next((one for one in self.datasets if dataset in (one.dataset, one.code)), None)

    def in_term(self, day: date) -> bool:
        """Return whether the day lies within the term."""
        return self.term_from <= day <= self.term_to

    def open_at(self, moment: datetime) -> bool:
        """Return whether seats may be used at a moment of China's time."""
        return open_at(self.hours, moment)

    def joinable(self, one: str, other: str) -> bool:
        """Return whether two datasets, by id, may be used together; a dataset always with itself."""
        return one == other or join_of(one, other) in self.joins

    def may_leave_as(self, forms: Iterable[OutputForm]) -> bool:
        """Return whether a product that could be any of these forms may leave in one of them."""
        return not self.outputs or any(one in self.outputs for one in forms)

    def group(self, dataset: str) -> tuple[str, ...]:
        """Return the datasets, by id, that joins connect with this one, itself included, in order."""
        found, waiting = {dataset}, [dataset]
        while waiting:
            one = waiting.pop()
            near = {
                join.second if join.first == one else join.first
                for join in self.joins
                if one in (join.first, join.second)
            }
            waiting += near - found
            found |= near
        return tuple(sorted(found))

    @property
    def text(self) -> str:
        """Return the canonical form: JSON with sorted keys and without blanks."""
        return json.dumps(
            plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical form, in hexadecimal."""
        return digest_of(self.text)


def covers(
    now: AccessPolicy, before: AccessPolicy, dataset: str, *, columns: Iterable[str], keyed_apart: bool = True
) -> bool:
    """Return whether a later policy still covers what was landed of a dataset under an earlier one.

    It must have the columns that were landed and the same rows; and no token may meet one of a dataset
    that it does not join with this one. `keyed_apart` is False for what was landed when one key served all.
    """
    part, landed = now.part(dataset), before.part(dataset)
    if part is None or landed is None:
        return False
    met = before.group(dataset) if keyed_apart else tuple(one.dataset for one in before.datasets)
    still = {one.dataset for one in now.datasets}
    apart = set(met) & still - set(now.group(dataset))
    return set(columns) <= set(part.columns) and landed.rows == part.rows and not apart


def digest_of(text: str) -> str:
    """Return the digest that a canonical text has."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: object) -> object:
    """Return a value of the policy as JSON: objects by field name, lists, texts, numbers, ISO dates."""
    if is_dataclass(value) and not isinstance(value, type):
        said = {field.name: getattr(value, field.name) for field in fields(value)}
        silent = {
            field.name
            for field in fields(value)
            if field.name in _LATER and said[field.name] == field.default
        }
        return {name: plain(part) for name, part in said.items() if name not in silent}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value


def differences(first: AccessPolicy, second: AccessPolicy) -> tuple[tuple[str, object, object], ...]:
    """Return the fields in which two policies differ, with both values as JSON; dataset by dataset."""
    one, other = _flat(first), _flat(second)
    names = sorted(one.keys() | other.keys())
    return tuple((name, one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name))


_OWN_NAMES = frozenset({"agreement", "lineage"})


def _flat(policy: AccessPolicy) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for field in fields(policy):
        if field.name == "datasets":
            for part in policy.datasets:
                found |= {
                    f"{part.code}.{inner.name}": plain(getattr(part, inner.name)) for inner in fields(part)
                }
        elif field.name not in _OWN_NAMES:
            found[field.name] = plain(getattr(policy, field.name))
    return found


def forbidden_pairs(policy: AccessPolicy, datasets: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return every pair of the datasets, by id, that may not be used together."""
    every = sorted(set(datasets))
    return tuple(
        (one, other)
        for place, one in enumerate(every)
        for other in every[place + 1 :]
        if not policy.joinable(one, other)
    )


def out_of_hours(policy: AccessPolicy) -> Message:
    """Return the sentence for a seat that is used outside the agreed hours."""
    return say(
        "不在协议约定的使用时段（{hours}）：请在时段内打开席位", hours="；".join(map(str, policy.hours))
    )
