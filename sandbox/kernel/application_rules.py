"""The single rules of applications and their review: supplement, extension, consultation, deputies.

The frame is in `rules`; `permits` says which steps ask them. What the measure leaves open comes in
as a number of the regime; a number that is absent refuses.
"""

from __future__ import annotations

from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import (
    Application,
    Consultation,
    Coordination,
    Extension,
    Item,
    ItemRequest,
)
from sandbox.kernel.boundary import Demand, breaches
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import Environment, Grant, OperatingAgreement
from sandbox.kernel.rules import MISSING, Rule, term_fault
from sandbox.kernel.situation import Situation


def _from_portal(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Application):
        return MISSING
    return None if now.record.portal_number.strip() else say("从门户导入的申请须带有门户的申请编号")


def _two_findings(_: Actor, now: Situation) -> Message | None:
    """Demand and qualification are judged apart, and both must hold (第八条)."""
    found = now.preliminary
    if found is None:
        return MISSING
    if found.demand is True and found.qualification is True:
        return None
    return say("初审须对需求和资质能力分别作出结论，两项都通过才能受理")


def _supplement_once(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Application) or not now.supplements_allowed:
        return MISSING
    if now.record.supplements >= now.supplements_allowed:
        return say("补正已一次性告知，不得再次要求补正：请据现有材料作出初审结论")
    return None


def _answer_overdue(_: Actor, now: Situation) -> Message | None:
    """What was sent back is judged as it lies only when nobody answered within the whole term."""
    one = now.record
    if not isinstance(one, Application):
        return MISSING
    if one.state != "returned":
        return None
    if one.supplement is None or one.supplement.answer_by is None:
        return MISSING
    until = one.supplement.answer_by.latest
    if now.today > until:
        return None
    return say("补正期限 {day} 尚未届满：届满之前不能作出不予通过的结论", day=until.isoformat())


def _extension(_: Actor, now: Situation) -> Message | None:
    item, asked = now.record, now.extension
    if not isinstance(item, Item) or asked is None or not now.extension_days or not now.extensions_allowed:
        return MISSING
    if len(item.extensions) >= now.extensions_allowed:
        return say("同一需求的审核期限已延长过，不得再次延长")
    if not 1 <= asked.days <= now.extension_days:
        return say("延长期限应为 1 至 {most} 个工作日", most=now.extension_days)
    return _on_time(item, asked, now)


def _on_time(item: Item, asked: Extension, now: Situation) -> Message | None:
    """Leader's approval and notice to the authority lie between the push and the end of the due day."""
    last = item.clock.latest if item.clock is not None else item.due_on
    if not (asked.leader.strip() and asked.document.strip() and asked.reason.strip()):
        return say("延长期限须写明同意的主要领导、批准文件和理由")
    if not item.pushed_on <= asked.approved_on <= asked.notified_on <= now.today:
        return say("主要领导同意和告知主管部门的日期应在推送之后、今日之前，且先同意后告知")
    if asked.notified_on > last or now.today > last:
        return say("审核期限已届满：延长须在期限届满前经同意并告知主管部门")
    return None


def _consulted(_: Actor, now: Situation) -> Message | None:
    """What was asked must be answered, and an industry's own authority must have been asked (第八条)."""
    asked = now.consultations
    if asked is None or not isinstance(now.record, Item):
        return MISSING
    mine = [one for one in asked if one.item == now.record.id and one.state != "withdrawn"]
    if any(one.state == "asked" for one in mine):
        return say("行业主管部门的意见尚未答复：答复之前不能同意")
    if now.must_consult and not any(one.organisation in now.industry for one in mine):
        return say("数据涉及行业管理：同意之前须征求行业主管部门意见")
    return None


def demand_of(application: Application, item: Item | ItemRequest, environment: Environment | None) -> Demand:
    """Return what an item asks, as boundary conditions see it."""
    others = (one.dataset for one in application.requests)
    return Demand(
        scenarios=application.scenario_kinds,
        outputs=application.outputs,
        columns=len(item.columns),
        term_days=(application.term_to - application.term_from).days,
        together_with=tuple(one for one in others if one != item.dataset),
        regions=item.extent.regions,
        environment=environment.code if environment is not None else "",
    )


def _within_boundary(_: Actor, now: Situation) -> Message | None:
    item = now.record
    if not isinstance(item, Item) or now.dataset is None or now.application is None:
        return MISSING
    if now.dataset.id != item.dataset or now.application.id != item.application:
        return MISSING
    found = breaches(now.dataset.boundary, demand_of(now.application, item, now.environment))
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    return say("{first}；另有 {others} 处不符合边界条件", first=found[0], others=len(found) - 1)


def _conditions_kept(_: Actor, now: Situation) -> Message | None:
    """An agreement stays within the conditions of every item that it lists."""
    one = now.record
    if not isinstance(one, ServiceAgreement):
        return MISSING
    days = (one.term_to - one.term_from).days
    together = {item.dataset for item in now.items}
    for item in now.items:
        limit = item.boundary.longest_term_days
        if limit and days > limit:
            return say("协议期限 {days} 天，超过审核条件的 {most} 天", days=days, most=limit)
        if banned := (together - {item.dataset}) & set(item.boundary.joins_banned):
            return say("审核条件禁止与数据集 {names} 关联使用", names="、".join(sorted(banned)))
    return None


def _operating_whole(_: Actor, now: Situation) -> Message | None:
    """An operating agreement says what is operated, where, and how long: no longer than a measure lets it."""
    one = now.record
    if not isinstance(one, OperatingAgreement):
        return MISSING
    if not (one.scope.strip() and one.environment_code.strip()):
        return say("开发利用协议须写明运营范围和开发利用环境的代码")
    return term_fault(one, now)


def _amends(_: Actor, now: Situation) -> Message | None:
    """A new version takes the place of one in force, and adds nothing that was not reviewed (第十七条)."""
    one = now.record
    if not isinstance(one, ServiceAgreement):
        return MISSING
    if not one.lineage:
        return None
    old = now.amended
    if old is None or one.lineage != (*old.lineage, old.id):
        return MISSING
    if old.state != "active":
        return say("被变更的协议未生效、已暂停或已被取代：请就现行的一版变更")
    if _fixed(one) != _fixed(old):
        return say("变更不能更换当事方、环境、场景或申请：请另行申请")
    return _reviewed(one, old, now)


def _fixed(one: ServiceAgreement) -> tuple[object, ...]:
    return one.organisation, one.operator, one.environment, one.application, one.scenario, one.zone


def _reviewed(one: ServiceAgreement, old: ServiceAgreement, now: Situation) -> Message | None:
    asked = {a.id: a for a in now.amendments if a.state == "accepted" and a.amends in one.lineage}
    if set(one.amendments) - asked.keys():
        return say("变更所依据的申请没有通过初审，或不是就这份协议提出的")
    for item in now.items:
        mine = asked.get(item.application)
        if mine is None and item.id not in old.items:
            return say("变更列入了没有重新审核的需求 {item}", item=item.id)
        if one.term_to > old.term_to and (mine is None or mine.term_to < one.term_to):
            return say("延长期限须就每个数据集重新申请和审核：需求 {item} 没有", item=item.id)
    return None


def _first_version(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, ServiceAgreement):
        return MISSING
    first = not now.record.lineage and not now.record.amendments
    return None if first else say("新的一版由“变更”拟订")


def _later_version(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, ServiceAgreement):
        return MISSING
    return None if now.record.lineage else say("变更须写明所变更的协议")


def _case_reviewer(actor: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Coordination):
        return MISSING
    return None if now.record.reviewer == actor.organisation else say("这项需求不由本单位审核")


def _coordinated(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Item) or now.coordination is None:
        return MISSING
    if now.coordination.item != now.record.id or now.coordination.state != "open":
        return say("这项需求没有正在协调的事项")
    return None


def _consults(actor: Actor, now: Situation) -> Message | None:
    """Whoever reviews the item asks, and asks somebody else."""
    one, item = now.record, now.items[0] if len(now.items) == 1 else None
    if not isinstance(one, Consultation) or item is None or one.item != item.id:
        return MISSING
    if item.reviewer != actor.organisation or one.asked_by != actor.organisation:
        return say("征求意见由审核这项需求的单位办理")
    if one.organisation in (actor.organisation, item.organisation):
        return say("征求意见的对象不能是本单位或申请人")
    return None


def _item_open(_: Actor, now: Situation) -> Message | None:
    if len(now.items) != 1:
        return MISSING
    return None if now.items[0].state == "pushed" else say("这项需求已经审结，不再征求意见")


def _reviewers_named(_: Actor, now: Situation) -> Message | None:
    """Nobody waits for a department in which nobody may review."""
    if now.unstaffed is None:
        return MISSING
    if not now.unstaffed:
        return None
    bodies = "、".join(now.unstaffed)
    return say("{bodies}还没有指定审核人：请主管部门督促其指定审核人或代理人，再推送", bodies=bodies)


def _deputy_fits(_: Actor, now: Situation) -> Message | None:
    """A deputy stands for a colleague who holds the role, for a term, and is never a party (第八条)."""
    grant = now.record
    if not isinstance(grant, Grant) or now.account is None:
        return MISSING
    if not grant.deputy_for:
        return None if grant.start is None and grant.until is None else say("只有代理才写明起止日期")
    return _deputy_term(grant, now) or _deputy_person(grant, now)


def _deputy_person(grant: Grant, now: Situation) -> Message | None:
    if now.principal is None or now.account is None or now.principal.id != grant.deputy_for:
        return MISSING
    if now.principal.organisation != grant.organisation or now.principal.person == now.account.person:
        return say("代理人须是同一单位的另一个人")
    if grant.role not in now.principal_roles:
        return say("被代理人没有担任这一角色，无从代理")
    if now.account.person in now.parties:
        return say("开发利用者和运营商的人员不得代理审查")
    return None


def _deputy_term(grant: Grant, now: Situation) -> Message | None:
    if not now.deputy_days:
        return MISSING
    if grant.start is None or grant.until is None or grant.until < max(grant.start, now.today):
        return say("代理须写明起止日期，且尚未结束")
    if (grant.until - grant.start).days >= now.deputy_days:
        return say("代理一次最长 {days} 天", days=now.deputy_days)
    return None


FROM_PORTAL = Rule("from-portal", "第七条", _from_portal)
TWO_FINDINGS = Rule("two-findings", "第八条", _two_findings)
SUPPLEMENT_ONCE = Rule("supplement-once", "第七条", _supplement_once)
ANSWER_OVERDUE = Rule("answer-overdue", "第七条", _answer_overdue)
EXTENSION = Rule("extension", "第八条", _extension)
CONSULTED = Rule("consulted", "第八条", _consulted)
WITHIN_BOUNDARY = Rule("within-boundary", "第八条", _within_boundary)
CONDITIONS_KEPT = Rule("conditions-kept", "第十七条", _conditions_kept)
OPERATING_WHOLE = Rule("operating-whole", "第十一条", _operating_whole)
AMENDS = Rule("amends", "第十七条", _amends)
FIRST_VERSION = Rule("first-version", "第十二条", _first_version)
LATER_VERSION = Rule("later-version", "第十七条", _later_version)
REVIEWERS_NAMED = Rule("reviewers-named", "第四条", _reviewers_named)
CASE_REVIEWER = Rule("case-reviewer", "第八条", _case_reviewer)
COORDINATED = Rule("coordinated", "第八条", _coordinated)
CONSULTS = Rule("consults", "第八条", _consults)
ITEM_OPEN = Rule("item-open", "第八条", _item_open)
DEPUTY_FITS = Rule("deputy-fits", "第八条", _deputy_fits)
