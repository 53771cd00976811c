"""Every step, every single role, every proof, in a situation where all else is lawful.

A step passes for exactly the roles of its row and the proofs that its row takes; for nobody
from another organisation's side. A new step must be given its lawful situation here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from sandbox.kernel.actors import STRONG_PROOFS, Actor, Proof, Role
from sandbox.kernel.agreement_records import AgreementText, PolicyRecord, ServiceAgreement, Transfer
from sandbox.kernel.application_records import (
    Application,
    CalendarNotice,
    Clock,
    Consultation,
    Coordination,
    Extension,
    ImpactAssessment,
    Item,
    ItemRequest,
    Preliminary,
    Supplement,
)
from sandbox.kernel.dataset_records import (
    Column,
    Consent,
    Dataset,
    Delivery,
    LandingOrder,
    MaskingPolicy,
    Snapshot,
)
from sandbox.kernel.decision import Answer, decide
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel, Thresholds, Zone
from sandbox.kernel.lifecycle import STEPS, Step
from sandbox.kernel.metadata import Origin
from sandbox.kernel.oversight_records import Duty, Incident, Notice, Responsibility, Subscription
from sandbox.kernel.permits import may
from sandbox.kernel.policy import AccessPolicy, DatasetTerms
from sandbox.kernel.records import (
    Account,
    Attachment,
    Environment,
    Grant,
    Home,
    OperatingAgreement,
    Organisation,
    OrganisationRole,
    Record,
    RefusedAttempt,
    Ruling,
)
from sandbox.kernel.review_records import (
    Assessment,
    Capacity,
    Comment,
    Custody,
    Examination,
    Phase,
    Release,
    Risk,
    RiskKind,
    RiskLevel,
)
from sandbox.kernel.seat_records import Seat, Stoppage, Undertaking
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import (
    Instance,
    Template,
    TemplateLook,
    TemplateSignature,
    terms_digest,
)
from sandbox.kernel.trace_records import Trace, TraceOutcome
from sandbox.municipality.numbers import uscc
from tests.kernel.people import TODAY, organisation, review, submission

NEXT_YEAR = TODAY + timedelta(days=300)
SIDES = {
    "authority": organisation("authority", OrganisationRole.AUTHORITY),
    "dept": organisation("dept", OrganisationRole.PROVIDER),
    "operator": organisation("operator", OrganisationRole.OPERATOR),
    "firm": organisation("firm", OrganisationRole.DEVELOPER),
}
PLACE = {"organisation": "dept", "environment": "env"}
COLUMN = Column(name="地区")
DATASET = Dataset(
    id="dataset", state="classified", code="firms", title="企业", columns=(COLUMN,), **PLACE,
    grading=Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L3),
)  # fmt: skip
ENVIRONMENT = Environment(
    id="env", state="established", organisation="operator", code="520300", name="市", region="520300",
    agreement="operating",
)  # fmt: skip
OPERATING = OperatingAgreement(
    id="operating", state="active", organisation="operator", authority="authority", environment_code="520300",
    scope="运营", term_from=TODAY, term_to=NEXT_YEAR,
)  # fmt: skip
APPLICATION = Application(
    id="application", state="accepted", organisation="firm", environment="env", regime="r", scenario="统计",
    scope="汇总", term_from=TODAY, term_to=NEXT_YEAR, security_controls="专席", applicant="me",
    requests=(ItemRequest(dataset="dataset", columns=("地区",), justification="需要"),),
)  # fmt: skip
ITEM = Item(
    id="item", state="approved", organisation="firm", environment="env", application="application",
    dataset="dataset", reviewer="dept", columns=("地区",), pushed_on=TODAY, due_on=TODAY,
)  # fmt: skip
CLOCK = Clock(started_on=TODAY, days=15, region="520300", due=NEXT_YEAR, earliest=NEXT_YEAR, latest=NEXT_YEAR)
UNANSWERED = Supplement(
    points=("缺",), told_on=TODAY, answer_by=replace(CLOCK, latest=TODAY - timedelta(days=1))
)
EXTENSION = Extension(
    days=15, leader="李", document="文", approved_on=TODAY, notified_on=TODAY, reason="复杂"
)
CONSULTATION = Consultation(
    id="consultation", state="asked", organisation="dept", environment="env", item="item",
    asked_by="authority", question="?", clock=CLOCK,
)  # fmt: skip
COORDINATION = Coordination(
    id="coordination", state="open", organisation="firm", environment="env", item="item", reviewer="dept",
    refusal="不", clock=CLOCK,
)  # fmt: skip
CALENDAR_NOTICE = CalendarNotice(
    id="calendar-notice",
    state="in-force",
    organisation="authority",
    region="520300",
    document="d",
    rest=(TODAY,),
)
AGREEMENT = ServiceAgreement(
    id="agreement", state="active", organisation="firm", operator="operator", environment="env",
    application="application", items=("item",), scenario="统计", term_from=TODAY, term_to=NEXT_YEAR,
    users=("me",), seats=1, key_id="k",
)  # fmt: skip
ACCESS = AccessPolicy(
    agreement="agreement", lineage=(), organisation="firm", operator="operator", environment="env",
    environment_code="520300", regions=(), scenario="统计", scenario_kinds=(), regime="r", regime_digest="d",
    zone=Zone.DEVELOPMENT, term_from=TODAY, term_to=NEXT_YEAR, users=("me",), seats=1, hours=(), joins=(),
    outputs=(), reviewers=2,
    datasets=(
        DatasetTerms(
            dataset="dataset", code="firms", provider="dept", grade=3, items=("item",), columns=("地区",),
            rows=(), extents=(), thresholds=Thresholds(),
        ),
    ),
)  # fmt: skip
POLICY_RECORD = PolicyRecord(
    id="access-policy", state="in-force", organisation="firm", environment="env", agreement="agreement",
    digest=ACCESS.digest, text=ACCESS.text,
)  # fmt: skip
COUNTY = replace(ENVIRONMENT, id="county", code="520328", region="520328")
TRANSFER = Transfer(
    id="transfer", state="in-force", target="county", dataset="dataset", columns=("地区",), purpose="统计",
    until=NEXT_YEAR, proposed_by="operator", **PLACE,
)  # fmt: skip
AGREEMENT_TEXT = AgreementText(
    id="agreement-text", state="in-force", organisation="firm", agreement="agreement", digest="d", text="{}"
)
DELIVERY = Delivery(
    id="delivery", state="accepted", dataset="dataset", file_name="a.csv", digest="d", size=1,
    declared_rows=1, key_id="k", **PLACE,
)  # fmt: skip
POLICY = MaskingPolicy(
    id="policy", state="confirmed", dataset="dataset", version=1, text="", digest="", zone=Zone.DEVELOPMENT,
    **PLACE,
)  # fmt: skip
ORDER = LandingOrder(
    id="order", state="ordered", agreement="agreement", item="item", dataset="dataset", delivery="delivery",
    policy="policy", columns=("地区",), **PLACE,
)  # fmt: skip
SNAPSHOT = Snapshot(
    id="snapshot", state="published", agreement="agreement", dataset="dataset", order="order", series="s",
    version=1, manifest_digest="m", sidecar="s", rows=9, smallest_class=9, interactive=True, **PLACE,
)  # fmt: skip
SEAT = Seat(
    id="seat",
    state="open",
    organisation="firm",
    environment="env",
    agreement="agreement",
    user="me",
    name="s",
)
ACCOUNT = Account(id="me", state="active", organisation="own", name="w", display_name="王", person="p")
GRANT = Grant(
    id="grant",
    state="proposed",
    organisation="own",
    account="other",
    role=Role.SUPERVISOR,
    proposed_by="third",
)
SUBMISSION = submission(org="firm", author="me")
APPROVED = replace(
    SUBMISSION,
    author="author",
    state="approved",
    files=tuple(replace(one, approved=True) for one in SUBMISSION.files),
)
VOTES = (review(Capacity.AUTHORITY, "authority", "a"), review(Capacity.PROVIDER, "dept", "b"))
SPLIT = (VOTES[0], review(Capacity.PROVIDER, "dept", "b", yes=(), no=("d1",)))
ROUND = {"environment": "env", "submission": "submission-1", "round": 1, "account": "me"}
COMMENT = Comment(id="comment", state="posted", organisation="authority", text="请合并小组", **ROUND)
TOLD = replace(COMMENT, account="b", public=True)
ANSWER = replace(COMMENT, organisation="firm", public=True)
CUSTODY = Custody(
    id="custody", state="held", organisation="authority", until=datetime(2024, 6, 4, tzinfo=UTC), **ROUND
)
STOPPAGE = Stoppage(
    id="stoppage", state="in-force", organisation="firm", environment="env", seat="seat", submissions=("s",),
    reason="已查明",
)  # fmt: skip
RISKS = tuple(Risk(kind=kind, level=RiskLevel.LOW, finding="小", control="有") for kind in RiskKind)
ASSESSMENT = Assessment(id="assessment", state="filed", organisation="firm", risks=RISKS, **ROUND)
_TERMS = Template(
    id="template", state="in-force", organisation="firm", environment="env", agreement="agreement",
    author="author", title="各区企业数", sql="SELECT 1", subject="s", plan="p", plan_text="{}",
    columns=("企业数",), decimals=0, form="csv", datasets=("dataset",), limits=(),
    parameters=(), recipient="firm", number=5, term_from=TODAY, term_to=NEXT_YEAR, share=20,
    policy=ACCESS.digest, reason="有疑问",
)  # fmt: skip
TEMPLATE = replace(_TERMS, digest=terms_digest(_TERMS))
_OVER = replace(_TERMS, term_from=TODAY - timedelta(days=9), term_to=TODAY - timedelta(days=1))
SIGNATURE = TemplateSignature(
    id="template-signature", state="given", organisation="dept", environment="env", template="template",
    account="me", person="p", capacity=Capacity.PROVIDER, digest=TEMPLATE.digest,
)  # fmt: skip
SIGNED = (
    replace(SIGNATURE, account="a", person="a", organisation="authority", capacity=Capacity.AUTHORITY),
    replace(SIGNATURE, account="b", person="b"),
)
TRACE = Trace(
    id="trace", state="reported", organisation="authority", account="me", name="f.csv", digest="d" * 64,
    size=1, asked_at=datetime(2026, 11, 26, tzinfo=UTC), outcome=TraceOutcome.NOBODY,
)  # fmt: skip
LOOK = TemplateLook(
    id="template-look", state="due", organisation="firm", environment="env", template="template",
    submission="submission-1", due=NEXT_YEAR, account="me", person="p", reason="数字不对",
)  # fmt: skip
INSTANCE = Instance(
    plan="p",
    values=(),
    recipient="firm",
    agreement="agreement",
    policy=ACCESS.digest,
    proven=True,
    written=True,
)
ONCE = Assessment(
    id="assessment-2", state="filed", organisation="firm", environment="env", submission="", round=0,
    account="me", risks=RISKS, template="template", terms=TEMPLATE.digest,
)  # fmt: skip
RELEASE = Release(
    id="release", state="issued", organisation="firm", environment="env", submission="submission-1",
    agreement="agreement", files=(), receipt="r", issued_at=None,
)  # fmt: skip
HOME = Home(id="home", state="in-service", name="h", demo=False, format=1)
LOOKED = Examination(
    id="x", state="recorded", organisation="authority", account="a", submission="s", looked_at="evidence"
)
NOTED = RefusedAttempt(
    id="r", state="recorded", organisation="o", account="a", attempted="x", subject="", rules=(), reasons=()
)
LAB = Organisation(
    id="lab", state="registered", name="检测机构", uscc="", kind="事业单位", region="520300",
    roles=(OrganisationRole.THIRD_PARTY_REVIEWER,), qualified_until=NEXT_YEAR,
)  # fmt: skip
FIRM = Organisation(
    id="new", state="registered", name="新", uscc="", kind="企业", region="520300",
    roles=(OrganisationRole.DEVELOPER,),
)  # fmt: skip
RESPONSIBILITY = Responsibility(
    id="responsibility", state="in-force", dataset="dataset", duty=Duty.PROVIDE, holder="dept",
    account="other", **PLACE,
)  # fmt: skip
UNDERTAKING = Undertaking(
    id="undertaking", state="signed", organisation="firm", environment="env", account="me",
    agreement="agreement", version=1, text="d",
)  # fmt: skip
INCIDENT = Incident(
    id="incident", state="open", organisation="authority", target="agreement", title="t", reason="r",
    known_at=None, report_due=None, opened_by="other",
)  # fmt: skip
NOTICE = Notice(id="notice", state="posted", organisation="own", account="me", template="t", subject="s")
SUBSCRIPTION = Subscription(
    id="subscription", state="active", organisation="authority", account="me", channel="mail", address="a@b"
)
CONSENT = Consent(
    id="consent", state="in-force", dataset="dataset", document="d", purposes=("统计",), until=NEXT_YEAR,
    **PLACE,
)  # fmt: skip
IMPACT = ImpactAssessment(
    id="impact", state="filed", dataset="dataset", item="item", account="me", lawfulness="法", impact="险",
    measures="措", **PLACE,
)  # fmt: skip
SOCIAL = replace(DATASET, origin=Origin.SOCIAL)
PAPER = Attachment(name="证明.pdf", digest="d", size=1, type="pdf")
TRADER = replace(FIRM, uscc=uscc("92", "520302", "MA6H0000"), kind="个体工商户", evidence=(PAPER,))
RULING = Ruling(
    role="developer", eligible=True, reason="从事数据服务", evidence=("d",), decided_by="me", decided_on=TODAY
)  # fmt: skip

KINDS: dict[str, tuple[str, Record]] = {
    "home": ("authority", HOME),
    "refused-attempt": ("authority", NOTED),
    "examination": ("authority", LOOKED),
    "organisation": ("authority", FIRM),
    "account": ("authority", ACCOUNT),
    "grant": ("authority", GRANT),
    "operating-agreement": ("authority", OPERATING),
    "environment": ("authority", ENVIRONMENT),
    "dataset": ("dept", DATASET),
    "consent": ("dept", CONSENT),
    "impact-assessment": ("dept", IMPACT),
    "delivery": ("dept", DELIVERY),
    "masking-policy": ("dept", POLICY),
    "application": ("firm", APPLICATION),
    "item": ("dept", replace(ITEM, clock=CLOCK)),
    "consultation": ("dept", CONSULTATION),
    "coordination": ("authority", COORDINATION),
    "calendar-notice": ("authority", CALENDAR_NOTICE),
    "service-agreement": ("operator", AGREEMENT),
    "access-policy": ("operator", POLICY_RECORD),
    "agreement-text": ("operator", AGREEMENT_TEXT),
    "transfer": ("operator", TRANSFER),
    "landing-order": ("dept", ORDER),
    "snapshot": ("dept", SNAPSHOT),
    "seat": ("firm", SEAT),
    "submission": ("firm", SUBMISSION),
    "review": ("authority", VOTES[0]),
    "comment": ("authority", COMMENT),
    "custody": ("authority", CUSTODY),
    "stoppage": ("authority", STOPPAGE),
    "assessment": ("firm", ASSESSMENT),
    "template": ("dept", TEMPLATE),
    "template-signature": ("dept", SIGNATURE),
    "template-look": ("dept", LOOK),
    "release": ("authority", RELEASE),
    "responsibility": ("dept", RESPONSIBILITY),
    "undertaking": ("firm", UNDERTAKING),
    "incident": ("authority", INCIDENT),
    "trace": ("authority", TRACE),
    "notice": ("authority", NOTICE),
    "subscription": ("authority", SUBSCRIPTION),
}
"""Who acts on what, unless the step says otherwise."""
SIDE_OF = {
    "operating-agreement:draft": "operator",
    "application:accept": "authority",
    "application:reject": "authority",
    "dataset:suspend": "authority",
    "dataset:reinstate": "authority",
    "item:push": "authority",
    "item:reopen": "authority",
    "item:close": "authority",
    "item:withdraw": "firm",
    "consultation:ask": "authority",
    "consultation:withdraw": "authority",
    "coordination:open": "dept",
    "coordination:drop": "firm",
    "application:import": "authority",
    "application:supplement": "authority",
    "service-agreement:accept": "firm",
    "service-agreement:resume": "authority",
    "seat:provision": "operator",
    "seat:suspend": "operator",
    "seat:reinstate": "authority",
    "transfer:consent": "dept",
    "transfer:confirm": "authority",
    "transfer:decline": "authority",
    "transfer:revoke": "authority",
    "submission:release": "authority",
    "submission:commission": "authority",
    "submission:conclude": "authority",
    "submission:return": "authority",
    "submission:plant": "authority",
    "template:draft": "firm",
    "template:propose": "firm",
    "template:withdraw": "firm",
    "template:commission": "authority",
    "release:collect": "firm",
}
RECORD_OF: dict[str, Record] = {
    "service-agreement:amend": replace(AGREEMENT, id="", lineage=("old",)),
    "grant:found": replace(GRANT, founding=True),
    "grant:appoint": replace(GRANT, role=Role.ORGANISATION_OFFICER),
    "grant:countersign": replace(GRANT, role=Role.STEWARD),
    "submission:release": APPROVED,
    "submission:plant": replace(SUBMISSION, sample="small-group"),
    "review:revise": replace(VOTES[0], voter="me", person="p"),
    "organisation:decide": TRADER,
    "application:import": replace(APPLICATION, portal_number="1"),
    "application:reject": replace(APPLICATION, supplement=UNANSWERED),
}


VOTED_ON = {"review", "comment", "custody", "submission:conclude", "submission:return"}
"""Kinds and steps that concern a submission in review."""
CONSULTED_ITEM = replace(ITEM, state="pushed", reviewer="authority")


def lawful(row: Step) -> tuple[str, Situation]:
    """Return the side that acts and a situation in which nothing but role and proof is open."""
    side, base = KINDS[row.kind]
    side = SIDE_OF.get(row.name, side)
    state = row.target if row.creates else sorted(row.sources)[0]
    record = replace(RECORD_OF.get(row.name, base), state=state)
    if isinstance(record, Account | Grant):
        record = replace(record, organisation=side)
    reviews = {"review:cast": (), "submission:consolidate": SPLIT}.get(row.name, VOTES)
    judged = (
        replace(APPROVED, state="in-review") if row.kind in VOTED_ON or row.name in VOTED_ON else APPROVED
    )
    if row.name in ("submission:conclude", "review:revise"):
        judged = replace(judged, phase=Phase.CONSOLIDATING)
    return side, Situation(
        today=TODAY,
        **_by_template(row, state),
        record=record,
        own=SIDES[side],
        account=replace(ACCOUNT, id="other", organisation=side, person="q"),
        environment=ENVIRONMENT,
        operating=OPERATING,
        dataset=SOCIAL if row.kind == "consent" else DATASET,
        delivery=DELIVERY,
        policy=POLICY,
        application=APPLICATION,
        items=(CONSULTED_ITEM if row.kind == "consultation" else ITEM,),
        agreement=AGREEMENT,
        amended=replace(AGREEMENT, id="old") if row.name == "service-agreement:amend" else None,
        access=ACCESS,
        target=COUNTY,
        region_names={"520300": "遵义市"},
        moment=datetime(TODAY.year, TODAY.month, TODAY.day, 9),
        order=ORDER,
        snapshots=(SNAPSHOT,),
        seat=SEAT,
        submission=judged,
        reviews=reviews,
        comments=(ANSWER,) if row.name == "submission:resubmit" else (TOLD,),
        custodies=(),
        stoppages=(),
        providers=frozenset({"dept"}),
        eligibility=decide([Answer("ok")]),
        isolation=decide([Answer("ok")]),
        longest_term_days=400,
        other={
            "submission:commission": LAB,
            "template:commission": LAB,
            "responsibility:assign": SIDES["dept"],
        }.get(row.name),
        undertaking=UNDERTAKING,
        undertaking_version=1,
        incidents=(),
        consents=(),
        ruling=RULING,
        preliminary=Preliminary(demand=True, qualification=True, on_demand="好"),
        supplements_allowed=1,
        extension=EXTENSION,
        extension_days=15,
        extensions_allowed=1,
        consultations=(),
        must_consult=False,
        coordination=COORDINATION,
        unstaffed=(),
    )


def _by_template(row: Step, state: str) -> dict[str, object]:
    """Return what a situation has of a reviewed template: only where the step is about one."""
    if not row.kind.startswith("template") and not row.name.endswith(":instantiate"):
        return {"assessment": ASSESSMENT}
    standing = state if row.kind == "template" else "in-force"
    if row.name == "template-signature:give":
        standing = "signing"
    template = _OVER if row.name == "template:expire" else TEMPLATE
    return {
        "assessment": ONCE,
        "template": replace(template, state=standing),
        "signatures": () if row.name == "template-signature:give" else SIGNED,
        "instance": INSTANCE,
        "inputs": (DATASET,),
    }


def actor(side: str, roles: frozenset[Role], proof: Proof, **fields: str) -> Actor:
    """Return the person `me` on a side."""
    given = {"account": "me", "person": "p", "organisation": side} | fields
    return Actor(roles=roles, proof=proof, **given)


def expected(row: Step, role: Role, proof: Proof) -> bool:
    """Return what the row alone says of a role and a proof."""
    if row.name == "account:enrol":
        return proof is Proof.ENROLMENT
    if row.by_system:
        return proof is Proof.SYSTEM
    if role not in row.roles:
        return False
    if row.name == "account:issue-token":
        return proof is Proof.PASSWORD_TOTP
    if row.name in ("submission:submit", "submission:resubmit"):
        return proof in STRONG_PROOFS | {Proof.SESSION, Proof.SEAT}
    return proof in STRONG_PROOFS or (proof is Proof.SESSION and not row.signed)


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_exactly_the_rows_roles_and_proofs_pass(row: Step) -> None:
    side, now = lawful(row)
    for role, proof in product(Role, Proof):
        decision = may(actor(side, frozenset({role}), proof), row, now)
        found = (bool(decision), [one.code for one in decision.refusals])
        assert found[0] is expected(row, role, proof), (role, proof, found)


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_no_state_but_the_rows_own_passes(row: Step) -> None:
    side, now = lawful(row)
    allowed = row.sources or {row.target}
    for state in {one.target for one in STEPS} - allowed:
        changed = replace(now, record=replace(now.record, state=state))
        for proof in (Proof.PASSWORD_TOTP, Proof.SYSTEM, Proof.ENROLMENT):
            assert not may(actor(side, frozenset(Role), proof), row, changed), state


PEOPLES = [row for row in STEPS if not row.by_system]


@pytest.mark.parametrize("row", PEOPLES, ids=lambda row: row.name)
def test_nobody_acts_for_a_suspended_or_unknown_organisation(row: Step) -> None:
    side, now = lawful(row)
    everything = actor(side, frozenset(Role), Proof.PASSWORD_TOTP)
    assert may(everything, row, now)
    for own in (None, replace(SIDES[side], state="suspended"), SIDES["firm" if side != "firm" else "dept"]):
        assert not may(everything, row, replace(now, own=own))


ELSEWHERE = {
    "account:invite", "account:suspend", "service-agreement:suspend", "service-agreement:terminate",
    "seat:close", "seat:suspend", "snapshot:withdraw", "submission:withdraw", "responsibility:assign",
    "responsibility:relieve", "organisation:attach", "transfer:decline", "transfer:revoke",
}  # fmt: skip
"""Steps that the authority, or the person alone, may take from another organisation."""


@pytest.mark.parametrize("row", PEOPLES, ids=lambda row: row.name)
def test_all_roles_in_the_wrong_organisation_are_none(row: Step) -> None:
    """Another organisation of each kind, with every role at once and another person and account."""
    _, now = lawful(row)
    for kind in OrganisationRole:
        if kind is OrganisationRole.AUTHORITY and (row.name in ELSEWHERE or _any_authority(row)):
            continue
        other = organisation("other-org", kind)
        who = actor("other-org", frozenset(Role), Proof.PASSWORD_TOTP, account="stranger", person="stranger")
        assert not may(who, row, replace(now, own=other)), kind


def _any_authority(row: Step) -> bool:
    """There is one authority (`no-second-authority`): its steps need not say which."""
    return row.roles <= {Role.AUTHORITY_OFFICER, Role.SECURITY_REVIEWER, Role.PROVIDER_REVIEWER}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (row, field)
        for row in PEOPLES
        for field in ("record", "own")
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)  # fmt: skip
def test_what_is_missing_refuses(row: Step, field: str) -> None:
    side, now = lawful(row)
    assert not may(actor(side, frozenset(Role), Proof.TOKEN), row, replace(now, **{field: None}))


def test_terms_are_asked_at_every_use() -> None:
    over = date(2030, 1, 1)
    for name in (
        "seat:open",
        "seat:run",
        "submission:submit",
        "landing-order:order",
        "service-agreement:sign",
    ):
        row = next(one for one in STEPS if one.name == name)
        side, now = lawful(row)
        assert not may(actor(side, frozenset(Role), Proof.TOKEN), row, replace(now, today=over)), name
