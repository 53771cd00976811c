"""Every kind of record of the platform, as frozen values.

A record is what stands; the facts in the log are how it came to stand. `id` is empty until
the store gives one; `state` is a state of `lifecycle`. Records hold references by id and
never values of data columns. `organisation` is whose record it is, `environment` where it
lives: the store indexes both, and cities and counties see nothing of each other by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sandbox.kernel.actors import Role
from sandbox.kernel.boundary import UNBOUND, Boundary, OutputForm
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.findings import Verdict
from sandbox.kernel.grades import Grading, Zone
from sandbox.kernel.metadata import UNSTATED, Clearance, Core, Exclusion, Media, Origin
from sandbox.kernel.terms import PLAIN, Seal, Terms
from sandbox.kernel.terms import RowRange as RowRange  # part of the vocabulary of records


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The head that all records share."""

    KIND: ClassVar[str] = ""
    id: str = ""
    state: str


class OrganisationRole(StrEnum):
    """What an organisation is under the measure (第三条, 第四条)."""

    AUTHORITY = "authority"  # 大数据主管部门
    PROVIDER = "provider"  # 数据提供部门
    OPERATOR = "operator"  # 数据运营商
    DEVELOPER = "developer"  # 数据开发利用者
    THIRD_PARTY_REVIEWER = "third-party-reviewer"  # 具备资质的第三方
    SUPERVISOR = "supervisor"  # 网信、公安等监管部门
    PURCHASER = "purchaser"  # 数据产品和服务购买方


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A named person's decision where 第三条 leaves open whether a body may hold a role.

    `evidence` are digests of papers of the organisation that the decision rests on.
    """

    role: str
    eligible: bool
    reason: str
    evidence: tuple[str, ...]
    decided_by: str
    decided_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Record):
    """A department, firm or body, with its code and its roles."""

    KIND: ClassVar[str] = "organisation"
    name: str
    uscc: str
    kind: str
    roles: tuple[OrganisationRole, ...]
    region: str
    qualified_until: date | None = None
    fiscally_funded: bool = False
    evidence: tuple[Attachment, ...] = ()
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Record):
    """One person's account in one organisation; `person` is a keyed digest of the identity."""

    KIND: ClassVar[str] = "account"
    organisation: str
    name: str
    display_name: str
    person: str
    public_key: str = ""
    duties: tuple[Role, ...] = ()
    signed_out: tuple[str, ...] = ()
    """Digests of the browser sessions that ended last: what was signed in by them is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Record):
    """One role of one account: proposed by the own organisation, countersigned if it judges."""

    KIND: ClassVar[str] = "grant"
    organisation: str
    account: str
    role: Role
    proposed_by: str
    founding: bool = False
    deputy_for: str = ""
    start: date | None = None
    until: date | None = None

    def runs(self, day: date) -> bool:
        """Return whether the grant counts on the day: a deputy's only within its term."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingAgreement(Record):
    """开发利用协议 between the authority and an operator for one environment (第十一条).

    `document` is the digest of the text that was signed, `seals` the platform's signatures under it.
    """

    KIND: ClassVar[str] = "operating-agreement"
    organisation: str
    authority: str
    environment_code: str
    scope: str
    term_from: date
    term_to: date
    document: str = ""
    seals: tuple[Seal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Record):
    """安全可信开发利用环境 of the city or a county (第三条, 第十一条)."""

    KIND: ClassVar[str] = "environment"
    organisation: str
    code: str
    name: str
    region: str
    agreement: str


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
class Attachment:
    """A paper of an application by the digest of its bytes; `pages` is 0 where it has none."""

    name: str
    digest: str
    size: int
    type: str
    pages: int = 0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(Record):
    """开发席位 of one service agreement for one named user; `mounted` are the snapshots of its last run."""

    KIND: ClassVar[str] = "seat"
    organisation: str
    environment: str
    agreement: str
    user: str
    name: str
    host_uid: int = 0
    mounted: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedFile:
    """One frozen file of a submission and, once judged, what the gate said of it.

    A `supporting` file is for the reviewers' eyes: it has a `reading` and never a rewriting, so it
    cannot be voted on and cannot leave. `ledger` is the digest of what the ledger of releases keeps of it.
    """

    name: str
    digest: str
    size: int
    claim: str = ""
    verdict: Verdict | None = None
    rewritten: str = ""
    approved: bool | None = None
    supporting: bool = False
    reading: str = ""
    ledger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRound:
    """An earlier round of a submission: the files as they then stood, and the gate's judgement."""

    round: int
    files: tuple[SubmittedFile, ...]
    judgement: str = ""


class Phase(StrEnum):
    """How far the votes of a round are: blind, or on the table because they differ (第十九条)."""

    INDEPENDENT = "independent"
    CONSOLIDATING = "consolidating"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Record):
    """出域申请: files frozen by digest, made on named snapshots, for review in rounds.

    Votes count in the `round` they were cast in; `past` are the earlier ones. `records_found` are the
    moments at which the gate found source records in it. `assessed` says that it may leave only with a
    risk assessment (第十八条); those made before that was asked have it false. A `sample` is a planted
    leak that measures the reviewers: it never leaves. `template` is the reviewed template that it left
    by, without a vote; `ordered` the one by which the gate wrote its files, from the snapshots alone.
    """

    KIND: ClassVar[str] = "submission"
    organisation: str
    environment: str
    agreement: str
    seat: str
    author: str
    title: str
    files: tuple[SubmittedFile, ...]
    snapshots: tuple[str, ...]
    judgement: str = ""
    request: str = ""
    commissioned: tuple[str, ...] = ()
    policy: str = ""
    round: int = 1
    phase: Phase = Phase.INDEPENDENT
    past: tuple[PastRound, ...] = ()
    clock: Clock | None = None
    records_found: tuple[datetime, ...] = ()
    assessed: bool = False
    sample: str = ""
    template: str = ""
    ordered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVote:
    """One reviewer's vote on one rewritten file, bound to its digest."""

    digest: str
    approve: bool
    comment: str = ""


class Capacity(StrEnum):
    """In which capacity a review is given (第十九条)."""

    AUTHORITY = "authority"
    PROVIDER = "provider"
    THIRD_PARTY = "third-party"


class Standing(StrEnum):
    """How a vote came about: blind, changed or upheld on the table, or the third one on a conflict."""

    BLIND = "blind"
    REVISED = "revised"
    THIRD = "third"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Record):
    """One person's votes in one round of one submission; blind until all are in."""

    KIND: ClassVar[str] = "review"
    organisation: str
    environment: str
    submission: str
    voter: str
    person: str
    capacity: Capacity
    votes: tuple[FileVote, ...]
    round: int = 1
    standing: Standing = Standing.BLIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Record):
    """审查留言 on one round of a submission: for the reviewers alone, or `public` to the author as well."""

    KIND: ClassVar[str] = "comment"
    organisation: str
    environment: str
    submission: str
    round: int
    account: str
    text: str
    public: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody(Record):
    """认领: one person of an organisation has taken a round of a submission in hand until a moment."""

    KIND: ClassVar[str] = "custody"
    organisation: str
    environment: str
    submission: str
    round: int
    account: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppage(Record):
    """暂停提交 of a seat whose products were source records too often, until it is lifted (第十七条).

    `times` within `days` was too often, by the regime of its agreement.
    """

    KIND: ClassVar[str] = "stoppage"
    organisation: str
    environment: str
    seat: str
    submissions: tuple[str, ...]
    reason: str = ""
    times: int = 3
    days: int = 30


class RiskKind(StrEnum):
    """The five risks that 第十八条 names."""

    POLICY = "policy"  # 政策风险
    COMPLIANCE = "compliance"  # 合规性风险
    LEGAL = "legal"  # 法律风险
    OPERATIONAL = "operational"  # 操作风险
    MARKET = "market"  # 市场风险


class RiskLevel(StrEnum):
    """How grave a risk is as its owner sees it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One of the five: what was found, how grave it is, what is done about it."""

    kind: RiskKind
    level: RiskLevel
    finding: str
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Record):
    """风险评估 of a product before it leaves (第十八条), or the fact that earlier ones are `exempt`.

    One that is filed with a reviewed template holds for all its instances: it names the template and
    the digest of its terms, and no submission.
    """

    KIND: ClassVar[str] = "assessment"
    organisation: str
    environment: str
    submission: str
    round: int
    account: str
    risks: tuple[Risk, ...] = ()
    exempt: tuple[str, ...] = ()
    template: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedFile:
    """One product that left: the digest submitted and the digest handed out."""

    name: str
    submitted: str
    released: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Record):
    """出域: exactly the approved digests, with a signed receipt; recallable."""

    KIND: ClassVar[str] = "release"
    organisation: str
    environment: str
    submission: str
    agreement: str
    files: tuple[ReleasedFile, ...]
    receipt: str
    issued_at: datetime
    reason: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Record):
    """The installation itself: when it was founded, whether it is a demonstration."""

    KIND: ClassVar[str] = "home"
    name: str
    demo: bool
    format: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAttempt(Record):
    """An attempt that the rules refused: who, which step, on what, by which rules."""

    KIND: ClassVar[str] = "refused-attempt"
    organisation: str
    account: str
    attempted: str
    subject: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination(Record):
    """A look at what only reviewers see of a submission: its evidence, or the products to be voted on."""

    KIND: ClassVar[str] = "examination"
    organisation: str
    account: str
    submission: str
    looked_at: str


class Duty(StrEnum):
    """The three sides of security of a dataset (第十六条)."""

    SUPERVISE = "supervise"  # 数据监管
    PROVIDE = "provide"  # 数据提供
    USE = "use"  # 数据使用


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility(Record):
    """责任分工: one named person of one side for one dataset; `organisation` owns the dataset (第十六条)."""

    KIND: ClassVar[str] = "responsibility"
    organisation: str
    environment: str
    dataset: str
    duty: Duty
    holder: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking(Record):
    """承诺书 of one user for one service agreement: which version of the text, by its digest (第十六条)."""

    KIND: ClassVar[str] = "undertaking"
    organisation: str
    environment: str
    account: str
    agreement: str
    version: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Record):
    """安全事件: what was stopped and recalled at once, frozen as evidence, reported (第十六、十七条)."""

    KIND: ClassVar[str] = "incident"
    organisation: str
    target: str
    title: str
    reason: str
    known_at: datetime
    report_due: datetime
    opened_by: str
    stopped: tuple[str, ...] = ()
    recalled: tuple[str, ...] = ()
    evidence: str = ""
    report: str = ""
    conclusion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Record):
    """通知 in one account's inbox: which template, with which values, about which record."""

    KIND: ClassVar[str] = "notice"
    organisation: str
    account: str
    template: str
    subject: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Record):
    """通知订阅: where an account's notices go besides the console, or an organisation's own system."""

    KIND: ClassVar[str] = "subscription"
    organisation: str
    account: str
    channel: str
    address: str
    language: str = "zh"
