"""Records of an application and its review: items, running terms, consultations (第七条 to 第十条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sandbox.kernel.boundary import UNBOUND, Boundary, OutputForm
from sandbox.kernel.records import Attachment, Record
from sandbox.kernel.terms import RowRange


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReason:
    """Why one information item is needed (第七条; minimum necessary, PIPL 第六条)."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Which time and place the data asked for covers; empty means not limited. `regions` are codes."""

    start: date | None = None
    end: date | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRequest:
    """What an application asks of one dataset, with a reason for every column.

    `reasons` are single columns' own; `justification` stands for the columns that have none.
    """

    dataset: str
    columns: tuple[str, ...]
    justification: str
    rows: tuple[RowRange, ...] = ()
    reasons: tuple[ColumnReason, ...] = ()
    extent: Extent = Extent()
    refresh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A running term as it was last counted; `due` between `earliest` and `latest` while provisional.

    The days are those of the regime at the start. Reminders go by `earliest`, escalation by `latest`.
    """

    started_on: date
    days: int
    region: str
    due: date
    earliest: date
    latest: date
    provisional: bool = False
    extension: int = 0
    reminded_on: date | None = None
    escalated_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """补正通知: everything that is missing, told once."""

    points: tuple[str, ...]
    told_on: date
    answer_by: Clock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preliminary:
    """The two findings of 初审: on the demand and on the applicant's qualification (第八条).

    None is a finding that was not stated.
    """

    demand: bool | None
    qualification: bool | None
    on_demand: str
    on_qualification: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Record):
    """数据需求申请 with the five named elements of 第七条.

    `amends` names the service agreement that it would add to; only the difference is asked for.
    """

    KIND: ClassVar[str] = "application"
    organisation: str
    environment: str
    regime: str
    scenario: str
    scope: str
    term_from: date
    term_to: date
    security_controls: str
    applicant: str
    requests: tuple[ItemRequest, ...]
    regime_override: str = ""
    regime_digest: str = ""
    override_confirmed_by: str = ""
    scenario_kinds: tuple[str, ...] = ()
    outputs: tuple[OutputForm, ...] = ()
    contact: str = ""
    portal_number: str = ""
    attachments: tuple[Attachment, ...] = ()
    supplement: Supplement | None = None
    supplements: int = 0
    preliminary: Preliminary | None = None
    clock: Clock | None = None
    amends: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """延长期限: how long, who of the provider approved it by which document, when the authority was told."""

    days: int
    leader: str
    document: str
    approved_on: date
    notified_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Record):
    """One dataset's part of an application, reviewed by its own provider with its own clock.

    `impact_asked` says that its data lands only with an impact assessment; items pushed before that was
    asked have it false.
    """

    KIND: ClassVar[str] = "item"
    organisation: str
    environment: str
    application: str
    dataset: str
    reviewer: str
    columns: tuple[str, ...]
    rows: tuple[RowRange, ...] = ()
    justification: str = ""
    pushed_on: date
    due_on: date
    conditions: str = ""
    reasons: tuple[ColumnReason, ...] = ()
    extent: Extent = Extent()
    clock: Clock | None = None
    extensions: tuple[Extension, ...] = ()
    boundary: Boundary = UNBOUND
    round: int = 1
    impact_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactAssessment(Record):
    """个人信息保护影响评估 of giving one item's data to an outside firm, by its department (PIPL 55, 56)."""

    KIND: ClassVar[str] = "impact-assessment"
    organisation: str
    environment: str
    dataset: str
    item: str
    account: str
    lawfulness: str
    impact: str
    measures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation(Record):
    """征求意见: an industry authority is asked about one item (第八条); `organisation` is the one asked."""

    KIND: ClassVar[str] = "consultation"
    organisation: str
    environment: str
    item: str
    asked_by: str
    question: str
    clock: Clock
    objects: bool = False
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordination(Record):
    """协调处理: what the authority does about a refused item (第八条); `organisation` is the applicant's."""

    KIND: ClassVar[str] = "coordination"
    organisation: str
    environment: str
    item: str
    reviewer: str
    refusal: str
    clock: Clock
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarNotice(Record):
    """节假日安排: days off and weekend days worked, by the document that fixes them.

    With `year` it publishes that whole year. `region` is the city or the one county it is for.
    """

    KIND: ClassVar[str] = "calendar-notice"
    organisation: str
    region: str
    document: str
    rest: tuple[date, ...] = ()
    work: tuple[date, ...] = ()
    year: int | None = None
