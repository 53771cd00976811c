"""What waits for a person, what he waits for, and which clocks run: read from records, by role.

A list to work from, not a permission: whether a step may be taken is asked when it is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sandbox.access import lists, reading
from sandbox.access.clocks import OpenClock, open_clocks
from sandbox.app import Platform
from sandbox.catalog.reading import of_authority
from sandbox.egress import audience, looks, review, templates
from sandbox.egress import lists as gate_lists
from sandbox.kernel.actors import JUDGING_ROLES, Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Consultation, Coordination, Item
from sandbox.kernel.dataset_records import Dataset, Delivery, MaskingPolicy
from sandbox.kernel.message import Message
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.records import Account, Environment, Grant, OperatingAgreement, Organisation
from sandbox.kernel.review_records import Phase, Release, Review, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.template_records import Template, TemplateLook
from sandbox.oversight import duties
from sandbox.people.directory import CHINA
from sandbox.store.changes import R, Stored
from sandbox.store.lists import Order, Sieve
from sandbox.web.language import word
from sandbox.web.timeline import WHATS

SOON = timedelta(days=30)
MOST, LOOKED_AT = 50, 200
"""Lines of one list: the nearest, or the oldest; the lists of each kind show the rest. Of what is looked
at one by one so many at most."""


@dataclass(frozen=True, slots=True)
class Task:
    """One line: what is to be done, on which record, since when, until when."""

    what: Message
    title: str
    url: str
    kind: str
    state: str
    since: datetime | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A term that runs; a term of review also with the working days that are left, and how it stands."""

    what: Message
    title: str
    url: str
    due: date
    review: OpenClock | None = None


Tasks = Iterator[Task]


def for_me(platform: Platform, actor: Actor) -> tuple[Task, ...]:
    """Return what waits for the person, what has a due day first, then the oldest."""
    found = [task for role in sorted(actor.roles) for task in _OF_ROLE.get(role, _nothing)(platform, actor)]
    once = {(task.url, task.what.template): task for task in found}
    return tuple(sorted(once.values(), key=lambda one: (one.due or date.max, str(one.since or ""))))


def for_others(platform: Platform, actor: Actor) -> tuple[Task, ...]:
    """Return what the person waits for."""
    waits = (_applications_under_way, _submissions_under_way, _grants_under_way, _agreements_under_way)
    return tuple(task for each in waits for task in each(platform, actor))


def clocks(platform: Platform, actor: Actor) -> tuple[Clock, ...]:
    """Return the terms that concern the person, the nearest first."""
    today = platform.directory.today()
    found = [*_review_clocks(platform, actor), *_term_clocks(platform, actor, today)]
    if of_authority(platform.directory, actor):
        found += _qualifications(platform, today)
    return tuple(sorted(found, key=lambda one: one.due))


def _nothing(_: Platform, __: Actor) -> Tasks:
    return iter(())


def _officer(platform: Platform, actor: Actor) -> Tasks:
    store = platform.store
    for asked in store.lists.cut(Application, Sieve(states=("submitted",)), limit=MOST, order=Order.DUE):
        one, url = asked.record, f"/console/applications/{asked.id}"
        yield Task(word("初审"), one.scenario, url, "application", one.state, asked.created_at)
    unpushed = Sieve(states=("accepted",), unlinked=("application", "item"))
    for asked in store.lists.cut(Application, unpushed, limit=MOST, order=Order.OLDEST):
        one, url, what = asked.record, f"/console/applications/{asked.id}", word("推送给数据提供部门")
        yield Task(what, one.scenario, url, "application", one.state, asked.updated_at)
    for drafted in store.find(OperatingAgreement, state="drafted"):
        title = drafted.record.scope
        yield Task(
            word("签署开发利用协议"),
            title,
            "/console/agreements",
            "operating-agreement",
            "drafted",
            drafted.created_at,
        )
    for grant in store.find(Grant, state="proposed"):
        if grant.record.role in JUDGING_ROLES:
            title = store.load(Account, grant.record.account).record.display_name
            yield Task(
                word("会签角色"), title, "/console/accounts#waiting", "grant", "proposed", grant.created_at
            )
    yield from _to_report(platform)
    yield from _items(platform, actor)
    yield from _cases(platform)
    yield from _to_release(platform, actor)


def _to_report(platform: Platform) -> Tasks:
    for stored in platform.store.find(Incident, states=("open", "reported")):
        one, url = stored.record, f"/console/incidents/{stored.id}"
        if one.report:
            yield Task(word("办结安全事件"), one.title, url, "incident", one.state, stored.created_at)
            continue
        due = one.report_due.astimezone(CHINA).date()
        yield Task(word("报告安全事件"), one.title, url, "incident", one.state, stored.created_at, due)


def _items(platform: Platform, actor: Actor) -> Tasks:
    pushed = Sieve(states=("pushed",), partner=actor.organisation)
    for stored in platform.store.lists.cut(Item, pushed, limit=MOST, order=Order.DUE):
        one = stored.record
        title = platform.store.load(Dataset, one.dataset).record.title
        url = f"/console/items/{one.id}"
        yield Task(word("审核需求"), title, url, "item", one.state, stored.created_at, one.due_on)
    yield from _opinions(platform, actor)


def _opinions(platform: Platform, actor: Actor) -> Tasks:
    mine = Sieve(states=("asked",), organisation=actor.organisation)
    asked = platform.store.lists.cut(Consultation, mine, limit=MOST, order=Order.DUE)
    platform.store.ahead(Item, (one.record.item for one in asked))
    for stored in asked:
        one = stored.record
        item = platform.store.load(Item, one.item).record
        if item.state == "pushed":
            title = platform.store.load(Dataset, item.dataset).record.title
            url = f"/console/consultations/{one.id}"
            what = word("答复征求意见")
            yield Task(what, title, url, "consultation", one.state, stored.created_at, one.clock.due)


def _cases(platform: Platform) -> Tasks:
    opened = platform.store.lists.cut(Coordination, Sieve(states=("open",)), limit=MOST, order=Order.DUE)
    platform.store.ahead(Item, (one.record.item for one in opened))
    for stored in opened:
        one = stored.record
        title = platform.store.load(Dataset, platform.store.load(Item, one.item).record.dataset).record.title
        url = f"/console/items/{one.item}#cases"
        yield Task(word("协调处理"), title, url, "coordination", one.state, stored.created_at, one.clock.due)


def _to_release(platform: Platform, actor: Actor) -> Tasks:
    approved = Sieve(states=("approved",))
    for stored in platform.store.lists.cut(Submission, approved, limit=MOST, order=Order.OLDEST):
        if of_authority(platform.directory, actor):
            yield _submission(word("放行"), stored.record, stored.updated_at)


def _before_reviewers(platform: Platform, actor: Actor) -> tuple[Stored[Submission], ...]:
    """Return the submissions that lie before reviewers and may lie before this one, the oldest first."""
    seen = gate_lists.submissions(platform.gate, actor)
    if seen is None:
        return ()
    waiting = replace(seen, states=("in-review",))
    found = platform.store.lists.cut(Submission, waiting, limit=MOST, order=Order.OLDEST)
    gate_lists.ahead(platform.gate, [one.record for one in found])
    return found


def _to_vote(platform: Platform, actor: Actor) -> Tasks:
    for stored in _before_reviewers(platform, actor):
        one = stored.record
        if audience.audience_of(platform.gate, actor, one) is not audience.Audience.REVIEWER:
            continue
        due = one.clock.due if one.clock is not None else None
        mine = any(vote.person == actor.person for vote in review.votes_of(platform.gate, one))
        if one.phase is Phase.CONSOLIDATING:
            yield _submission(word("审查意见有分歧，请合议"), one, stored.updated_at, due)
        elif not mine:
            yield _submission(word("审查并投票"), one, stored.updated_at, due)


def _submission(what: Message, one: Submission, since: datetime | None, due: date | None = None) -> Task:
    return Task(what, one.title, f"/console/submissions/{one.id}", "submission", one.state, since, due)


def _returned(platform: Platform, actor: Actor) -> Tasks:
    mine = Sieve(states=("returned",), organisation=actor.organisation, partner=actor.account)
    for stored in platform.store.lists.cut(Submission, mine, limit=MOST, order=Order.OLDEST):
        if stored.record.author == actor.account and not stored.record.sample:
            yield _submission(word("按审查意见修改后重新提交"), stored.record, stored.updated_at)


def _reviewer(platform: Platform, actor: Actor) -> Tasks:
    yield from _to_vote(platform, actor)
    yield from _to_release(platform, actor)
    yield from _of_templates(platform, actor)


def _provider(platform: Platform, actor: Actor) -> Tasks:
    yield from _items(platform, actor)
    yield from _to_vote(platform, actor)
    yield from _of_templates(platform, actor)


def _of_templates(platform: Platform, actor: Actor) -> Tasks:
    """Yield the templates that the person has still to sign, and the looks that are due."""
    gate, cut = platform.gate, platform.store.lists.cut
    for stored in cut(Template, Sieve(states=("signing",)), limit=LOOKED_AT, order=Order.OLDEST):
        if templates.may_sign(gate, actor, stored.record):
            url = f"/console/templates/{stored.id}"
            title = stored.record.title
            yield Task(word("签署审定模板"), title, url, "template", "signing", stored.updated_at)
    for drawn in cut(TemplateLook, Sieve(states=("due",)), limit=MOST, order=Order.OLDEST):
        one, what = drawn.record, word("抽查已放行的产品")
        if looks.may_look(gate, actor, one):
            url = f"/console/templates/{one.template}#looks"
            yield Task(what, one.submission, url, "template-look", "due", drawn.created_at, one.due)


def _steward(platform: Platform, actor: Actor) -> Tasks:
    store, own = platform.store, actor.organisation

    def mine(cls: type[R], state: str) -> tuple[Stored[R], ...]:
        sieve = Sieve(states=(state,), organisation=own)
        return store.lists.cut(cls, sieve, limit=MOST, order=Order.OLDEST)

    for entry in mine(Dataset, "registered"):
        url = f"/console/datasets/{entry.id}"
        yield Task(word("确认分类"), entry.record.title, url, "dataset", "registered", entry.created_at)
    for batch in mine(Delivery, "read"):
        url = f"/console/deliveries/{batch.id}"
        yield Task(word("核对并接收"), batch.record.file_name, url, "delivery", "read", batch.created_at)
    for policy in mine(MaskingPolicy, "drafted"):
        title = store.load(Dataset, policy.record.dataset).record.title
        url = f"/console/datasets/{policy.record.dataset}"
        yield Task(word("确认脱敏策略"), title, url, "masking-policy", "drafted", policy.created_at)


def _operator(platform: Platform, actor: Actor) -> Tasks:
    store = platform.store
    yield from _to_countersign(platform, actor)
    places = tuple(one.id for one in store.find(Environment, organisation=actor.organisation))
    ready = Sieve(
        states=("accepted",),
        environments=places,
        unlinked=("application", "service-agreement"),
        all_linked=("application", "item", "approved"),
    )
    for asked in store.lists.cut(Application, ready, limit=MOST, order=Order.OLDEST) if places else ():
        url, title = f"/console/applications/{asked.id}", asked.record.scenario
        yield Task(word("拟订授权服务协议"), title, url, "application", asked.record.state)


def _to_countersign(platform: Platform, actor: Actor) -> Tasks:
    """Yield the agreements that the operator has to sign or to open seats for, the latest of these."""
    cut, own = platform.store.lists.cut, actor.organisation
    accepted = cut(ServiceAgreement, Sieve(states=("accepted",), partner=own), limit=MOST, order=Order.OLDEST)
    active = cut(ServiceAgreement, Sieve(states=("active",), partner=own), limit=LOOKED_AT)
    taken = platform.store.lists.hanging(Seat, "agreement", [one.id for one in active])
    lacking = [one for one in active if len(taken.get(one.id, ())) < one.record.seats]
    for what, found in ((word("签署协议"), accepted), (word("开通席位"), lacking[:MOST])):
        for stored in found:
            one, url = stored.record, f"/console/service-agreements/{stored.id}"
            yield Task(what, one.scenario, url, "service-agreement", one.state, stored.updated_at)


def _to_sign(platform: Platform, actor: Actor) -> Tasks:
    active = Sieve(states=("active",), organisation=actor.organisation)
    found = platform.store.lists.cut(ServiceAgreement, active, limit=LOOKED_AT)[::-1]
    wanted = duties.unsigned(platform.oversight, [one.record for one in found], actor.account)
    for stored in found:
        if stored.id in wanted:
            title, url = stored.record.scenario, f"/console/undertakings/{stored.id}"
            yield Task(word("签署承诺书"), title, url, "undertaking", "wanted", stored.updated_at)


def _to_write(platform: Platform, actor: Actor) -> Tasks:
    cut, own = platform.store.lists.cut, actor.organisation
    returned = cut(Application, Sieve(states=("returned",), organisation=own), limit=MOST, order=Order.DUE)
    drafts = cut(Application, Sieve(states=("draft",), organisation=own, partner=actor.account), limit=MOST)
    for stored in (*returned, *drafts):
        one, url = stored.record, f"/console/applications/{stored.id}"
        until = one.supplement.answer_by if one.supplement is not None else None
        if one.state == "returned":
            due = until.due if until is not None else None
            what = word("按补正通知重新提交")
            yield Task(what, one.scenario, url, "application", one.state, stored.updated_at, due)
        elif one.applicant == actor.account:
            yield Task(word("写完并提交"), one.scenario, url, "application", one.state, stored.updated_at)


def _developer(platform: Platform, actor: Actor) -> Tasks:
    store, own = platform.store, actor.organisation
    yield from _to_write(platform, actor)
    yield from _returned(platform, actor)
    unaccepted = Sieve(states=("drafted",), organisation=own)
    for drafted in store.lists.cut(ServiceAgreement, unaccepted, limit=MOST, order=Order.OLDEST):
        url = f"/console/service-agreements/{drafted.id}"
        title = drafted.record.scenario
        yield Task(word("接受协议"), title, url, "service-agreement", "drafted", drafted.created_at)
    to_sign = list(_to_sign(platform, actor))
    yield from to_sign[:MOST]
    unsigned = {task.url.rpartition("/")[2] for task in to_sign}
    seats = Sieve(states=("provisioned", "open", "closed"), organisation=own, partner=actor.account)
    for seat in store.lists.cut(Seat, seats, limit=MOST):
        if seat.record.agreement not in unsigned:
            url = f"/console/seats/{seat.id}"
            yield Task(word("进入席位"), seat.record.name, url, "seat", seat.record.state, seat.updated_at)
    yield from _to_collect(platform, actor)


def _to_collect(platform: Platform, actor: Actor) -> Tasks:
    """Yield what was released and the person has not collected, the latest."""
    store = platform.store
    issued = Sieve(states=("issued",), organisation=actor.organisation)
    latest = store.lists.cut(Release, issued, limit=LOOKED_AT)
    since = latest[-1].created_at if latest else None
    taken = store.facts(actor=actor.account, verb="release:collect", since=since) if latest else ()
    collected = {fact.record_id for fact in taken}
    left = [one for one in latest if one.id not in collected][:MOST][::-1]
    asked = store.lists.every(Submission, (one.record.submission for one in left))
    for made in left:
        url, title = f"/console/releases/{made.id}", asked[made.record.submission].record.title
        yield Task(word("领取产品"), title, url, "release", "issued", made.created_at)


def _accounts(platform: Platform, actor: Actor) -> Tasks:
    for stored in platform.store.find(Account, state="locked", organisation=actor.organisation):
        title = stored.record.display_name
        yield Task(word("解锁账户"), title, "/console/accounts", "account", "locked", stored.updated_at)


_OF_ROLE: dict[Role, Callable[[Platform, Actor], Tasks]] = {
    Role.AUTHORITY_OFFICER: _officer,
    Role.SECURITY_REVIEWER: _reviewer,
    Role.PROVIDER_REVIEWER: _provider,
    Role.STEWARD: _steward,
    Role.OPERATOR: _operator,
    Role.DEVELOPER: _developer,
    Role.ORGANISATION_OFFICER: _accounts,
}


def _applications_under_way(platform: Platform, actor: Actor) -> Tasks:
    store, own = platform.store, actor.organisation
    submitted = Sieve(states=("submitted",), organisation=own)
    for stored in store.lists.cut(Application, submitted, limit=MOST, order=Order.DUE):
        one, url = stored.record, f"/console/applications/{stored.id}"
        yield Task(word("主管部门初审"), one.scenario, url, "application", one.state, stored.created_at)
    pushed = Sieve(states=("pushed",), organisation=own)
    items = store.lists.cut(Item, pushed, limit=MOST, order=Order.DUE)
    asked = store.lists.every(Application, (item.record.application for item in items))
    for item in items:
        one, url = asked[item.record.application].record, f"/console/applications/{item.record.application}"
        since, due = item.created_at, item.record.due_on
        yield Task(word("数据提供部门审核"), one.scenario, url, "item", item.record.state, since, due)


def _submissions_under_way(platform: Platform, actor: Actor) -> Tasks:
    whats = {"frozen": word("闸口检查"), "in-review": word("审查人投票"), "approved": word("主管部门放行")}
    mine = Sieve(states=tuple(whats), partner=actor.account)
    for stored in platform.store.lists.cut(Submission, mine, limit=MOST, order=Order.OLDEST):
        if not stored.record.sample:
            yield _submission(whats[stored.record.state], stored.record, stored.updated_at)
    waiting = _before_reviewers(platform, actor)
    votes = platform.store.lists.hanging(Review, "submission", [one.id for one in waiting])
    for stored in waiting:
        one = stored.record
        cast = [vote.record for vote in votes.get(stored.id, ()) if vote.record.round == one.round]
        if one.author != actor.account and any(vote.voter == actor.account for vote in cast):
            yield _submission(whats[one.state], one, stored.updated_at)


def _grants_under_way(platform: Platform, actor: Actor) -> Tasks:
    for stored in platform.store.find(Grant, state="proposed", organisation=actor.organisation):
        if actor.account in (stored.record.proposed_by, stored.record.account):
            title = platform.store.load(Account, stored.record.account).record.display_name
            url = "/console/accounts#waiting"
            yield Task(word("主管部门会签"), title, url, "grant", "proposed", stored.created_at)


def _agreements_under_way(platform: Platform, actor: Actor) -> Tasks:
    own = actor.organisation
    unsigned = (
        Sieve(states=("drafted",), partner=own),
        Sieve(states=("accepted",), organisation=own),
    )
    cut = platform.store.lists.cut
    found = [cut(ServiceAgreement, one, limit=MOST, order=Order.OLDEST) for one in unsigned]
    for stored in (one for each in found for one in each):
        one, url = stored.record, f"/console/service-agreements/{stored.id}"
        if one.state == "drafted" and one.operator == actor.organisation:
            what = word("开发利用者接受协议")
            yield Task(what, one.scenario, url, "service-agreement", one.state, stored.created_at)
        if one.state == "accepted" and one.organisation == actor.organisation:
            what = word("运营商签署协议")
            yield Task(what, one.scenario, url, "service-agreement", one.state, stored.updated_at)


def _review_clocks(platform: Platform, actor: Actor) -> Iterable[Clock]:
    for one in open_clocks(platform.access, actor, limit=MOST):
        url = f"/console/applications/{one.application}"
        if one.what == "consultation" and one.organisation == actor.organisation:
            url = f"/console/consultations/{one.record}"
        elif one.what == "provider-review":
            url = f"/console/items/{one.record}"
        yield Clock(WHATS[one.what], one.title, url, one.clock.due, one)


def _term_clocks(platform: Platform, actor: Actor, today: date) -> Iterable[Clock]:
    seen = lists.agreements(platform.access, actor)
    if seen is not None:
        ending = replace(seen, states=("active", "suspended"), due_until=(today + SOON).isoformat())
        for stored in platform.store.lists.cut(ServiceAgreement, ending, limit=MOST, order=Order.DUE):
            url = f"/console/service-agreements/{stored.id}"
            yield Clock(word("协议到期"), stored.record.scenario, url, stored.record.term_to)
    for old in reading.operating(platform.access, actor):
        if old.state == "active" and old.term_to - today <= SOON:
            yield Clock(word("开发利用协议到期"), old.scope, "/console/agreements", old.term_to)


def _qualifications(platform: Platform, today: date) -> Iterable[Clock]:
    for stored in platform.store.find(Organisation, state="registered"):
        until = stored.record.qualified_until
        if until is not None and until - today <= SOON:
            yield Clock(word("第三方资质到期"), stored.record.name, "/console/accounts#bodies", until)
