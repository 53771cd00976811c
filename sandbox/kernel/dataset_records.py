"""Records of data: dataset, consent, delivery, masking policy, landing order, snapshot (第四条 to 第六条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sandbox.kernel.boundary import UNBOUND, Boundary
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.grades import Grading, Zone
from sandbox.kernel.metadata import UNSTATED, Clearance, Core, Exclusion, Media, Origin
from sandbox.kernel.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One information item of a dataset as its steward confirmed it."""

    name: str
    comment: str = ""
    type: EntityType | None = None
    identifier: IdentifierClass = IdentifierClass.OTHER
    sensitive: bool = False
    level: int = 1
    technique: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Which columns identify one person, firm or household of the dataset."""

    kind: str
    columns: tuple[str, ...]
    sentinels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Record):
    """A catalogue entry: whose, of what grade, with which columns and units."""

    KIND: ClassVar[str] = "dataset"
    organisation: str
    environment: str
    code: str
    title: str
    grading: Grading
    resource_code: str = ""
    library: str = "department"
    special_regime: str = ""
    columns: tuple[Column, ...] = ()
    units: tuple[Unit, ...] = ()
    boundary: Boundary = UNBOUND
    core: Core = UNSTATED
    media: Media = Media.TABLE
    origin: Origin = Origin.GOVERNMENT
    exclusions: tuple[Exclusion, ...] = ()
    derived_from: tuple[str, ...] = ()
    delivered_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Record):
    """授权书 of a contributor of social data (第五条): for what use, by the digest of its text."""

    KIND: ClassVar[str] = "consent"
    organisation: str
    environment: str
    dataset: str
    document: str
    purposes: tuple[str, ...]
    until: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Record):
    """A file handed in for a dataset, sealed in quarantine and reconciled."""

    KIND: ClassVar[str] = "delivery"
    organisation: str
    environment: str
    dataset: str
    file_name: str
    digest: str
    size: int
    declared_rows: int | None
    key_id: str
    counted_rows: int = 0
    good_rows: int = 0
    bad_rows: int = 0
    encoding: str = ""
    columns: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingPolicy(Record):
    """A version of how a dataset is masked, as text and digest."""

    KIND: ClassVar[str] = "masking-policy"
    organisation: str
    environment: str
    dataset: str
    version: int
    text: str
    digest: str
    zone: Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingOrder(Record):
    """The order to mask an approved item of one delivery for one agreement (第九条)."""

    KIND: ClassVar[str] = "landing-order"
    organisation: str
    environment: str
    agreement: str
    item: str
    dataset: str
    delivery: str
    policy: str
    columns: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Record):
    """One immutable masked version of a dataset for one agreement."""

    KIND: ClassVar[str] = "snapshot"
    organisation: str
    environment: str
    agreement: str
    dataset: str
    order: str
    series: str
    version: int
    manifest_digest: str
    sidecar: str
    rows: int
    smallest_class: int
    interactive: bool
    reason: str = ""
    exclusions: tuple[Exclusion, ...] = ()
    cleared: tuple[Clearance, ...] = ()
    delivered_by: tuple[str, ...] = ()
    consent: str = ""
