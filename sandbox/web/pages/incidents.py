"""The incident switch in the browser: stop at once, what is stopped, evidence, the clock, the report."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.kernel.seat_records import Seat
from sandbox.locale import words
from sandbox.oversight import evidence, incident, paper, reporting
from sandbox.oversight.audience import record_of, what_of
from sandbox.people.directory import CHINA
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.pages.notices import place
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

LIST = "/console/oversight/incidents"
MOST = 100


def path(identifier: str) -> str:
    """Return the page of an incident."""
    return f"/console/incidents/{identifier}"


_STEPS = frozenset(one.name for one in STEPS)


def _opened(call: Call, target: str, known: datetime | None) -> Outcome:
    desk, form = call.platform.oversight, call.form
    made = incident.open_incident(
        desk, call.actor, target, title=form.one("title"), reason=form.one("reason"), known_at=known
    )
    evidence.freeze(desk, call.actor, made.id)
    told = word(
        "已停止 {stopped} 项、召回 {recalled} 项，证据已冻结",
        stopped=len(made.stopped),
        recalled=len(made.recalled),
    )
    return Outcome(path(made.id), told)


def _open(call: Call) -> Outcome:
    target = call.form.one("other") or call.form.one("target")
    if not target:
        raise InputError(word("请选择或写明事件针对的协议、席位、开发利用者或数据集"))
    return _opened(call, target, _known(call.form.one("known_at")))


def _known(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(word("时间 {text} 应写成 2026-11-25T09:30 的样子", text=text[:20])) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=CHINA)


def _suspend(call: Call) -> Outcome:
    return _opened(call, call.id, None)


def _freeze(call: Call) -> Outcome:
    evidence.freeze(call.platform.oversight, call.actor, call.id)
    return Outcome(path(call.id), word("证据已按现在的日志再次冻结，先前的一份仍在"))


def _report(call: Call) -> Outcome:
    form = call.form
    findings = reporting.Findings(
        cause=form.one("cause"),
        harm=form.one("harm"),
        advice=form.one("advice"),
        contact=form.one("contact"),
    )
    reporting.report(call.platform.oversight, call.actor, call.id, findings)
    return Outcome(path(call.id), word("事件报告已形成并冻结"))


def _close(call: Call) -> Outcome:
    incident.close(call.platform.oversight, call.actor, call.id, conclusion=call.form.one("conclusion"))
    return Outcome(path(call.id), word("安全事件已办结；停止的各项由主管部门逐项恢复"))


def _reinstate(call: Call) -> Outcome:
    made = incident.reinstate_dataset(
        call.platform.oversight, call.actor, call.id, reason=call.form.one("reason")
    )
    return Outcome(f"/console/datasets/{made.id}", word("数据集已恢复使用"))


def _targets(platform: Platform, actor: Actor) -> Options:
    """Return what an incident may aim at, the latest of each kind; nothing to who may open none."""
    store = platform.store
    if not actor.has(Role.AUTHORITY_OFFICER):
        return ()
    agreements = store.find(ServiceAgreement, states=("active", "suspended"), newest_first=True, limit=MOST)
    seats = store.find(Seat, states=("provisioned", "open", "closed"), newest_first=True, limit=MOST)
    bodies = [
        one
        for one in store.find(Organisation, state="registered")
        if OrganisationRole.DEVELOPER in one.record.roles
    ]
    datasets = store.find(Dataset, state="classified", newest_first=True, limit=MOST)
    return (
        ("", word("（写在下一栏）")),
        *((one.id, word("协议 {what}（{id}）", what=one.record.scenario, id=one.id)) for one in agreements),
        *((one.id, word("席位 {what}（{id}）", what=one.record.name, id=one.id)) for one in seats),
        *((one.id, word("开发利用者 {what}", what=one.record.name)) for one in bodies[:MOST]),
        *((one.id, word("数据集 {what}", what=one.record.title)) for one in datasets),
    )


_TITLE = Field("title", word("事件名称"))
_REASON = Field("reason", word("情况"), "area", help=word("已经知道的：何人、何时、何事"))
OPEN = Action(
    "incident:open",
    "incidents",
    word("登记安全事件"),
    _open,
    fields=(
        Field("target", word("针对"), "choice", required=False, choices=_targets),
        Field("other", word("或直接写编号"), required=False, help=word("协议、席位、单位或数据集的编号")),
        _TITLE,
        _REASON,
        Field("known_at", word("发现时间"), "moment", required=False, help=word("不填就是现在")),
    ),
    grave=True,
    hint=word("立即停止所针对的协议、席位和数据，召回其产品并冻结证据；报告期限从发现时起算"),
)
SUSPEND = Action(
    "dataset:suspend",
    "datasets",
    word("停止使用"),
    _suspend,
    fields=(_TITLE, _REASON),
    record=Dataset,
    grave=True,
    hint=word("按安全事件登记：用到它的协议和席位即时停止，产品召回"),
)
REINSTATE = Action(
    "dataset:reinstate",
    "datasets",
    word("恢复使用"),
    _reinstate,
    fields=(reason_field(),),
    record=Dataset,
)
FREEZE = Action(
    "incident:freeze",
    "incidents",
    word("再次冻结证据"),
    _freeze,
    record=Incident,
    hint=word("有新情况时按现在的日志再冻结一份"),
)
REPORT = Action(
    "incident:report",
    "incidents",
    word("提出报告"),
    _report,
    record=Incident,
    fields=(
        Field("cause", word("原因"), "area"),
        Field("harm", word("可能造成的危害"), "area"),
        Field("advice", word("个人可以采取的措施"), "area"),
        Field("contact", word("联系方式")),
    ),
    hint=word("其余内容由平台按日志写成；报告按摘要冻结，可补充后再次提出"),
)
CLOSE = Action(
    "incident:close",
    "incidents",
    word("办结"),
    _close,
    record=Incident,
    fields=(Field("conclusion", word("处理结论"), "area"),),
    hint=word("由登记人以外的经办人办结"),
)
ACTIONS = (OPEN, SUSPEND, REINSTATE, FREEZE, REPORT, CLOSE)


def listing(visitor: Visitor) -> Response:
    """Return every incident, the latest first."""
    part = pager.part(visitor, Incident, incident.seen(visitor.platform.oversight, visitor.actor))
    return visitor.page("incidents.html", incidents=part.records, part=part, open=OPEN)


def one(visitor: Visitor, identifier: str) -> Response:
    """Return one incident: its clock, what it stopped and recalled, its evidence, its report."""
    desk = visitor.platform.oversight
    stored = incident.incident(desk, visitor.actor, identifier)
    found = stored.record
    return visitor.page(
        "incident.html",
        incident=found,
        version=stored.version,
        target=what_of(desk.directory, record_of(desk.directory, found.target)),
        target_place=place(visitor.platform, found.target),
        stopped=[_named(visitor, one) for one in found.stopped],
        recalled=[_named(visitor, one) for one in found.recalled],
        left=int((found.report_due - visitor.now).total_seconds() // 60),
        evidence=evidence.read(desk.evidence.get(found.evidence))[0] if found.evidence else None,
        facts=visitor.platform.store.facts(record=identifier),
        actions=(FREEZE, REPORT, CLOSE),
    )


def _named(visitor: Visitor, identifier: str) -> dict[str, str]:
    directory = visitor.platform.directory
    record = record_of(directory, identifier)
    return {
        "id": identifier,
        "kind": record.KIND,
        "state": record.state,
        "what": what_of(directory, record),
        "place": place(visitor.platform, identifier),
    }


def printed(visitor: Visitor, identifier: str) -> Response:
    """Return the report as a paper: as it was frozen, before that as the facts stand now."""
    desk = visitor.platform.oversight
    found = incident.incident(desk, visitor.actor, identifier).record
    told = paper.read(desk.evidence.get(found.report).decode()) if found.report else None
    drafted = visitor.request.query_params.get("draft") == "yes" or told is None
    shown = reporting.draft(desk, visitor.actor, identifier) if drafted or told is None else told
    return visitor.page("incident_report.html", incident=found, paper=shown, drafted=drafted, plainly=plainly)


def plainly(cell: str) -> str:
    """Return a cell of the paper with a step or a state in it as people call it; the paper stays as it is."""
    if cell in _STEPS:
        return str(words.step_name(cell))
    return str(words.state_of("", cell)[0])


def evidence_file(visitor: Visitor, identifier: str) -> Response:
    """Return the frozen evidence as it was kept, checked by its digest."""
    desk = visitor.platform.oversight
    found = incident.incident(desk, visitor.actor, identifier).record
    if not found.evidence:
        raise InputError(word("证据尚未冻结"))
    headers = {"Content-Disposition": f'attachment; filename="{identifier}-evidence.jsonl"'}
    return Response(desk.evidence.get(found.evidence), media_type="application/jsonl", headers=headers)
