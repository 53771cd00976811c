"""Records of what was agreed: service agreement and its text, its policy, transfers (第十一条, 第十二条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sandbox.kernel.grades import Zone
from sandbox.kernel.records import Record
from sandbox.kernel.terms import PLAIN, Seal, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAgreement(Record):
    """授权服务协议: what the developer may do, for whom, how long (第十二条).

    `policy` and `document` are the digests of the compiled access policy and of the text that both
    sides sign; `lineage` are the earlier versions, oldest first, `amendments` the applications that
    they were widened by.
    """

    KIND: ClassVar[str] = "service-agreement"
    organisation: str
    operator: str
    environment: str
    application: str
    items: tuple[str, ...]
    scenario: str
    term_from: date
    term_to: date
    users: tuple[str, ...]
    seats: int
    key_id: str
    zone: Zone = Zone.DEVELOPMENT
    terms: Terms = PLAIN
    policy: str = ""
    document: str = ""
    lineage: tuple[str, ...] = ()
    amendments: tuple[str, ...] = ()
    seals: tuple[Seal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Record):
    """跨环境转移 of one dataset's columns, masked, into another environment until a day (第十一条).

    `organisation` owns the dataset, `environment` is where it is registered, `target` the environment
    that asks for it, `proposed_by` that environment's operator.
    """

    KIND: ClassVar[str] = "transfer"
    organisation: str
    environment: str
    target: str
    dataset: str
    columns: tuple[str, ...]
    purpose: str
    until: date
    proposed_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord(Record):
    """访问策略 of one agreement as canonical text and digest; never changed (第十七条)."""

    KIND: ClassVar[str] = "access-policy"
    organisation: str
    environment: str
    agreement: str
    digest: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementText(Record):
    """协议文本 of an agreement of either kind, as it is signed: canonical text and digest; never changed."""

    KIND: ClassVar[str] = "agreement-text"
    organisation: str
    agreement: str
    digest: str
    text: str
