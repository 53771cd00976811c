"""The report of an incident, drafted from the facts: who, what data, what was done, when (PIPL 第五十七条).

What no fact can know (cause, possible harm, what people can do) is asked of the officer and
stays marked as open until he writes it. The paper that was reported is frozen by its digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Duty, Incident
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Release
from sandbox.oversight import evidence
from sandbox.oversight.audience import record_of, what_of
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.duties import rows_of
from sandbox.oversight.incident import incident as incident_of
from sandbox.oversight.paper import Block, Grid, Heading, Paper, Words
from sandbox.people.directory import CHINA, with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change

_OPEN = "【待补充】"
_LONGEST_COURSE = 500


@dataclass(frozen=True, slots=True)
class Findings:
    """What the officer adds to the facts: cause, possible harm, what the people concerned can do, contact."""

    cause: str = ""
    harm: str = ""
    advice: str = ""
    contact: str = ""


_NOTHING = Findings()


@dataclass(frozen=True, slots=True)
class Reported:
    """The incident as reported, and its paper."""

    incident: Incident
    paper: Paper


def draft(desk: OversightDesk, actor: Actor, identifier: str, findings: Findings = _NOTHING) -> Paper:
    """Return the report as the facts stand now; nothing is written."""
    return _paper(desk, incident_of(desk, actor, identifier).record, findings)


def report(desk: OversightDesk, actor: Actor, identifier: str, findings: Findings) -> Reported:
    """Return the incident, reported, with the paper frozen by its digest; may be repeated with more known.

    Raises `InputError` while evidence has not been frozen or cause, harm, advice or contact is empty.
    """
    stored = incident_of(desk, actor, identifier)
    base = desk.directory.situation(actor)
    require(actor, step("incident:report"), with_record(base, record=stored.record))
    if not stored.record.evidence:
        raise InputError(say("报告之前须冻结 {id} 的证据：请先办理“冻结证据”", id=identifier))
    if not all(one.strip() for one in (findings.cause, findings.harm, findings.advice, findings.contact)):
        raise InputError(say("报告须写明原因、可能的危害、个人可以采取的措施和联系方式"))
    paper = _paper(desk, stored.record, findings)
    digest = desk.evidence.put(paper.markdown().encode())
    late = desk.directory.clock() > stored.record.report_due
    changed = replace(stored.record, state="reported", report=digest)
    note: dict[str, Json] = {"report": digest, "late": late}
    change = Change(step("incident:report"), changed, expected=stored.version, note=note)
    desk.directory.store.write(actor, change)
    return Reported(changed, paper)


def _paper(desk: OversightDesk, incident: Incident, findings: Findings) -> Paper:
    blocks = (
        *_head(desk, incident),
        *_data(desk, incident),
        *_judged(findings),
        *_measures(desk, incident),
        *_course(desk, incident),
        *_proof(desk, incident),
        *_people(desk, incident, findings),
    )
    return Paper(say("数据安全事件报告"), blocks)


def _moment(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _head(desk: OversightDesk, incident: Incident) -> Iterator[Block]:
    now = desk.directory.clock()
    target = record_of(desk.directory, incident.target)
    yield Grid(
        (say("事项"), say("内容")),
        (
            (str(say("事件")), f"{incident.title}（{incident.id}）"),
            (str(say("报告单位")), desk.directory.organisation(incident.organisation).name),
            (str(say("针对")), f"{what_of(desk.directory, target)}（{incident.target}）"),
            (str(say("发现时间")), _moment(incident.known_at)),
            (str(say("报告期限")), _moment(incident.report_due)),
            (str(say("形成时间")), _moment(now)),
            (str(say("是否逾期")), str(say("是") if now > incident.report_due else say("否"))),
        ),
    )
    yield Heading(say("一、情况"))
    yield Words(say("{reason}", reason=incident.reason))


def datasets_of(desk: OversightDesk, incident: Incident) -> tuple[Dataset, ...]:
    """Return the datasets that the incident touches."""
    store = desk.directory.store
    ids = evidence.concerned(desk, incident)
    found = {one for one in ids if one.rpartition("-")[0] == Dataset.KIND}
    beyond = {to for one in ids for _, to in store.links(one)}
    for near in ids | beyond:
        if near.rpartition("-")[0] == ServiceAgreement.KIND:
            agreement = store.load(ServiceAgreement, near).record
            found |= {store.load(Item, item).record.dataset for item in agreement.items}
    return tuple(store.load(Dataset, one).record for one in sorted(found))


def _data(desk: OversightDesk, incident: Incident) -> Iterator[Block]:
    yield Heading(say("二、涉及的数据"))
    rows = []
    for one in datasets_of(desk, incident):
        kinds = sorted({column.type.value for column in one.columns if column.type and column.sensitive})
        rows.append(
            (
                f"{one.title}（{one.code}）",
                desk.directory.organisation(one.organisation).name,
                str(int(one.grading.grade)),
                "、".join(kinds) or "—",
            )
        )
    yield Grid((say("数据集"), say("提供部门"), say("级别"), say("敏感信息种类")), tuple(rows))
    yield Words(say("席位中的数据均经脱敏，仍属去标识化的个人信息，按个人信息处理。"))


def _judged(findings: Findings) -> Iterator[Block]:
    for title, text in (
        (say("三、原因"), findings.cause),
        (say("四、可能造成的危害"), findings.harm),
        (say("五、个人可以采取的减轻危害的措施"), findings.advice),
    ):
        yield Heading(title)
        yield Words(say("{text}", text=text.strip() or _OPEN))


def _measures(desk: OversightDesk, incident: Incident) -> Iterator[Block]:
    yield Heading(say("六、已采取的补救措施"))
    directory = desk.directory
    rows = []
    for one in incident.stopped:
        record = record_of(directory, one)
        rows.append((str(say("停止")), f"{what_of(directory, record)}（{one}）", record.state))
    for one in incident.recalled:
        release = directory.store.load(Release, one).record
        names = "、".join(file.name for file in release.files)
        rows.append(
            (str(say("召回")), f"{names}（{one}）", str(say("已领取：{who}", who=_holders(desk, one))))
        )
    yield Grid((say("措施"), say("对象"), say("现状")), tuple(rows))


def _holders(desk: OversightDesk, release: str) -> str:
    facts = desk.directory.store.facts(record=release, verb="release:collect")
    names = [record_of(desk.directory, one) for one in dict.fromkeys(fact.actor for fact in facts)]
    return "、".join(str(getattr(one, "display_name", one.id)) for one in names) or str(say("无人"))


def _course(desk: OversightDesk, incident: Incident) -> Iterator[Block]:
    yield Heading(say("七、经过（摘自日志）"))
    found = evidence.facts_of(desk, incident)
    shown = found[-_LONGEST_COURSE:]
    if len(shown) < len(found):
        yield Words(say("只列最近 {shown} 条，全部 {count} 条见证据。", shown=len(shown), count=len(found)))
    rows = tuple(
        (
            str(one.header.seq),
            _moment(datetime.fromisoformat(one.header.at)),
            one.header.verb,
            one.header.record_id,
            _name(desk, one.header.actor),
        )
        for one in shown
    )
    yield Grid((say("序号"), say("时间"), say("步骤"), say("记录"), say("操作人")), rows)


def _name(desk: OversightDesk, account: str) -> str:
    if account == "system":
        return str(say("平台"))
    return str(getattr(record_of(desk.directory, account), "display_name", account))


def _proof(desk: OversightDesk, incident: Incident) -> Iterator[Block]:
    yield Heading(say("八、证据"))
    if not incident.evidence:
        yield Words(say("{open}证据尚未冻结。", open=_OPEN))
        return
    head, facts = evidence.read(desk.evidence.get(incident.evidence))
    yield Words(
        say(
            "已冻结日志 {count} 条，文件摘要 SHA-256 {digest}；冻结时日志共 {size} 条，树根 {root}。",
            count=len(facts),
            digest=incident.evidence,
            size=int(head["log_size"]),
            root=str(head["log_root"]),
        )
    )


def _people(desk: OversightDesk, incident: Incident, findings: Findings) -> Iterator[Block]:
    yield Heading(say("九、责任人与联系方式"))
    sides = {Duty.SUPERVISE: say("监管"), Duty.PROVIDE: say("提供"), Duty.USE: say("使用")}
    rows = [
        (entry.title, str(sides[row.duty]), row.organisation, row.person)
        for entry in datasets_of(desk, incident)
        for row in rows_of(desk, entry)
    ]
    yield Grid((say("数据集"), say("责任"), say("单位"), say("责任人")), tuple(dict.fromkeys(rows)))
    yield Words(say("联系方式：{contact}", contact=findings.contact.strip() or _OPEN))
