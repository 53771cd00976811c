"""The desk of oversight: what may be looked at from here, retention, regimes, articles and bans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.access.transition import transition
from sandbox.catalog.reading import of_authority
from sandbox.kernel.actors import Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.message import Message
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.records import OrganisationRole
from sandbox.locale import rules, words
from sandbox.oversight import duties as answering
from sandbox.oversight import incident, retention
from sandbox.oversight.controls import controls
from sandbox.regulation.regime import Regime, Rule
from sandbox.web.language import word
from sandbox.web.pages import (
    amendments,
    duties,
    impacts,
    incidents,
    notices,
    organisations,
    pager,
    policies,
    printed,
    replaying,
    traces,
    transfers,
    undertakings,
    use,
)
from sandbox.web.pages.audit import reads_all
from sandbox.web.visitor import Visitor

RECORD_PAGES: dict[str, Callable[[Visitor, str], Response]] = {
    "/undertakings/{id}": undertakings.one,
    "/undertakings/{id}/sign": undertakings.one,
    "/datasets/{id}/duties": duties.of_dataset,
    "/incidents/{id}": incidents.one,
    "/incidents/{id}/paper": incidents.printed,
    "/incidents/{id}/evidence": incidents.evidence_file,
    "/traces/{id}": traces.one,
    "/organisations/{id}": organisations.one,
    "/service-agreements/{id}/policy": policies.page,
    "/service-agreements/{id}/replay": replaying.page,
    "/service-agreements/{id}/document": printed.document,
    "/service-agreements/{id}/document.pdf": printed.pdf,
    "/operating-agreements/{id}/document": printed.document,
    "/operating-agreements/{id}/document.pdf": printed.pdf,
}
ACTIONS = (
    *undertakings.ACTIONS,
    *duties.ACTIONS,
    *notices.ACTIONS,
    *incidents.ACTIONS,
    *traces.ACTIONS,
    *organisations.ACTIONS,
    *transfers.ACTIONS,
    *amendments.ACTIONS,
)
BACK = {
    "transfers": "transfers",
    "undertakings": "oversight/undertakings",
    "responsibilities": "oversight/duties",
    "notices": "notices",
    "subscriptions": "notices",
    "incidents": "oversight/incidents",
    "traces": "oversight/traces",
    "impact-assessments": "oversight/impacts",
}
"""The list that each kind of form goes back to."""
_TRANSFERS = frozenset({Role.OPERATOR, Role.PROVIDER_REVIEWER, Role.AUTHORITY_OFFICER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to look at, with what it is for; `shown` says to whom it opens: no way leads to a refusal."""

    path: str
    name: Message
    text: Message
    icon: str
    shown: Callable[[Visitor], bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a class of records is kept, by which rule of which regime, and what belongs to it."""

    code: str
    days: int
    regime: Regime
    rule: Rule
    covers: tuple[str, ...]


def _anyone(_: Visitor) -> bool:
    return True


def _provides(visitor: Visitor) -> bool:
    own = visitor.platform.directory.organisation(visitor.actor.organisation).roles
    return OrganisationRole.PROVIDER in own or _watches(visitor)


def _watches(visitor: Visitor) -> bool:
    return of_authority(visitor.platform.directory, visitor.actor) or visitor.actor.has(Role.SUPERVISOR)


def _of(roles: frozenset[Role]) -> Callable[[Visitor], bool]:
    return lambda visitor: visitor.actor.has(*roles)


PLACES = (
    Place(
        "/oversight/duties",
        word("责任分工"),
        word("每个数据集由谁监管、谁提供、谁使用，落实到人"),
        "accounts",
        lambda visitor: answering.may_look(visitor.platform.oversight, visitor.actor),
    ),
    Place(
        "/oversight/incidents",
        word("安全事件一览"),
        word("即时停止、召回、冻结证据，24 小时内报告"),
        "stop",
        lambda visitor: incident.may_look(visitor.platform.oversight, visitor.actor),
    ),
    Place(
        "/oversight/traces",
        word("溯源"),
        word("外面发现的文件出自哪个席位"),
        "seat",
        traces.seen,
    ),
    Place(
        "/oversight/impacts",
        word("个人信息保护影响评估"),
        word("哪些需求要评估，谁评估了，保存到什么时候"),
        "signed",
        impacts.seen,
    ),
    Place(
        "/oversight/use",
        word("使用账目"),
        word("数据被落地、打开、查询、产出的数量，按提供部门计"),
        "landing",
        _provides,
    ),
    Place(
        "/oversight/undertakings",
        word("承诺书签署情况"),
        word("进入席位之前由本人签署的承诺，谁签了、谁还没签"),
        "signed",
        _anyone,
    ),
    Place(
        "/transfers",
        word("跨环境转移"),
        word("哪些数据集可以脱敏后落地到另一个环境，谁同意的，到哪一天"),
        "agreement",
        _of(_TRANSFERS),
    ),
    Place(
        "/oversight/retention",
        word("保存期限"),
        word("哪些记录保存多久、依据哪条规则"),
        "wait",
        _anyone,
    ),
    Place(
        "/oversight/regimes",
        word("制度与过渡"),
        word("制度版本的规则，和失效之后仍在执行的协议"),
        "agreement",
        _of(frozenset({Role.AUTHORITY_OFFICER, Role.SUPERVISOR})),
    ),
    Place(
        "/oversight/controls",
        word("条款与控制"),
        word("办法各条和第十七条各项禁止，由什么控制、什么测试保证"),
        "audit",
        _anyone,
    ),
)


def index(visitor: Visitor) -> Response:
    """Return the ways to what this person may look at."""
    found = [one for one in PLACES if one.shown(visitor)]
    opened: tuple[Incident, ...] = ()
    if incident.may_look(visitor.platform.oversight, visitor.actor):
        stored = visitor.platform.store.find(Incident, states=("open", "reported"))
        opened = tuple(one.record for one in stored)
    return visitor.page("oversight.html", ways=found, opened=opened)


def kept(regimes: tuple[Regime, ...]) -> tuple[Kept, ...]:
    """Return each class with the rule that keeps it longest."""
    codes = (retention.ACCESS, retention.PROVISION, retention.IMPACT, retention.DECISION)
    return tuple(_kept(regimes, code) for code in codes)


def _kept(regimes: tuple[Regime, ...], code: str) -> Kept:
    longest = max(regimes, key=lambda one: retention.term(one, code))
    covers = tuple(name for name, own in retention.CLASSES.items() if own == code)
    return Kept(code, retention.term(longest, code).days, longest, longest.rule(code), covers)


def retention_page(visitor: Visitor) -> Response:
    """Return what is kept how long; for those who read the log, what the next removal would take."""
    desk = visitor.platform.oversight
    whole = reads_all(visitor.actor)
    opened = visitor.platform.store.find(Incident, states=("open", "reported")) if whole else ()
    due = retention.due(desk, visitor.platform.gate) if whole else None
    counts: Counter[str] = Counter()
    for name, count in due.by_step if due is not None else ():
        counts[retention.class_of(name)] += count
    return visitor.page(
        "retention.html",
        counts=counts,
        kept=kept(tuple(desk.regimes.values())),
        covered=covered,
        due=due,
        opened=opened,
    )


def covered(name: str) -> Message:
    """Return what a row of the classes is called: a step or a kind of record."""
    return words.step_name(name) if ":" in name else words.kind_name(name)


def regimes_page(visitor: Visitor) -> Response:
    """Return the regimes with their rules, and what still runs under which."""
    place = pager.place_of(visitor)
    found = transition(
        visitor.platform.access, visitor.actor, most=pager.PAGE, offset=(place - 1) * pager.PAGE
    )
    pages = max(1, -(-max(found.running, found.under_way) // pager.PAGE))
    part: pager.Part[ServiceAgreement] = pager.Part((), found.running, place, pages)
    return visitor.page(
        "regimes.html",
        found=found,
        part=part,
        regime_name=rules.regime_name,
        rule_name=rules.rule_name,
        measure=rules.measure,
    )


def controls_page(visitor: Visitor) -> Response:
    """Return article, control and test; of the bans each with what carries it."""
    rows = controls()
    return visitor.page(
        "controls.html",
        articles=[one for one in rows if not one.ban],
        bans=[one for one in rows if one.ban],
        log=reads_all(visitor.actor),
    )


PAGES: dict[str, Callable[[Visitor], Response]] = {
    "/notices": notices.inbox,
    "/transfers": transfers.listing,
    "/oversight": index,
    "/oversight/duties": duties.matrix,
    "/oversight/incidents": incidents.listing,
    "/oversight/impacts": impacts.listing,
    "/oversight/traces": traces.listing,
    "/oversight/use": use.page,
    "/oversight/use/export": use.exported,
    "/oversight/undertakings": undertakings.listing,
    "/oversight/retention": retention_page,
    "/oversight/regimes": regimes_page,
    "/oversight/controls": controls_page,
}
