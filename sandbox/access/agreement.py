"""Agreements: operating agreement before an environment, service agreement before a seat.

A service agreement is drafted by the operator from approved items, accepted by the
developer and signed by the operator; its masking key is born with the signature. It is
never changed afterwards: suspended, ended or replaced (第十一条, 第十二条, 第十七条).
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access.desk import AccessDesk
from sandbox.access.document import Document, operating_document, record_text, seal_text, service_document
from sandbox.access.policy import check_extents, compiled, record_policy
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.errors import ConflictError, InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.records import Account, Environment, OperatingAgreement
from sandbox.kernel.situation import Situation
from sandbox.kernel.terms import Seal
from sandbox.kernel.words import check_record, checked
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Effect, Link, R, Stored
from sandbox.vault.signers import seal

_ENDED = frozenset({"terminated", "expired"})


def draft_operating(desk: AccessDesk, actor: Actor, agreement: OperatingAgreement) -> OperatingAgreement:
    """Return the operating agreement as drafted by the operator."""
    check_record(agreement)
    situation = with_record(
        desk.directory.situation(actor), record=agreement, longest_term_days=_longest(desk)
    )
    require(actor, step("operating-agreement:draft"), situation)
    change = Change(step("operating-agreement:draft"), agreement)
    kept: OperatingAgreement = desk.directory.store.write(actor, change)[0].record
    return kept


def sign_operating(desk: AccessDesk, actor: Actor, identifier: str) -> OperatingAgreement:
    """Return the operating agreement in force, signed by the authority."""
    stored = desk.directory.store.load(OperatingAgreement, identifier)
    other_side = desk.directory.persons_of(stored.record.organisation)
    situation = with_record(
        desk.directory.situation(actor),
        record=stored.record,
        acted=other_side,
        longest_term_days=_longest(desk),
    )
    require(actor, step("operating-agreement:sign"), situation)
    text = operating_document(desk.directory, stored.record)
    record_text(desk.directory, stored.record.organisation, text)
    made = replace(stored.record, state="active", document=text.digest)
    changed = replace(made, seals=_sealed(desk, made.id, text.digest, ""))
    note = {"document": text.digest}
    change = Change(step("operating-agreement:sign"), changed, expected=stored.version, note=note)
    desk.directory.store.write(actor, change)
    return changed


def _longest(desk: AccessDesk) -> int:
    """Return the longest term that a measure in force lets an operating agreement have, in days."""
    today, every = desk.directory.today(), tuple(desk.regimes.values())
    standing = [one for one in every if one.in_force(today)] or every
    return max((one.longest_term_days for one in standing), default=0)


def _sealed(desk: AccessDesk, number: str, document: str, policy: str) -> tuple[Seal, ...]:
    message = seal_text(number, document, policy)
    return tuple(seal(key, message) for key in desk.seals)


def establish(desk: AccessDesk, actor: Actor, environment: Environment) -> Environment:
    """Return the environment, established under an operating agreement in force."""
    check_record(environment)
    operating = desk.directory.store.load(OperatingAgreement, environment.agreement).record
    if operating.environment_code != environment.code:
        raise InputError(say("开发利用协议约定的不是环境 {code}", code=environment.code))
    if operating.organisation != environment.organisation:
        raise InputError(say("环境 {code} 的运营商不是协议的一方", code=environment.code))
    if any(one.record.code == environment.code for one in desk.directory.store.find(Environment)):
        raise InputError(say("环境 {code} 已经建立", code=environment.code))
    situation = with_record(desk.directory.situation(actor), record=environment, operating=operating)
    require(actor, step("environment:establish"), situation)
    links = (Link("agreement", operating.id), Link("operator", environment.organisation))
    change = Change(step("environment:establish"), environment, links=links)
    kept: Environment = desk.directory.store.write(actor, change)[0].record
    return kept


def draft(desk: AccessDesk, actor: Actor, agreement: ServiceAgreement) -> ServiceAgreement:
    """Return the service agreement as drafted by the operator from approved items."""
    agreement = replace(agreement, key_id="", policy="", document="", seals=())  # the platform's own to write
    check_parties(desk, agreement)
    require(actor, step("service-agreement:draft"), situation_of(desk, actor, agreement))
    # What contradicts itself is told now, not at the signature.
    check_extents(desk.directory, compiled(desk.directory, agreement))
    links = (
        Link("application", agreement.application),
        *(Link("item", item) for item in agreement.items),
        *(Link("user", user) for user in agreement.users),
    )
    change = Change(step("service-agreement:draft"), agreement, links=links)
    kept: ServiceAgreement = desk.directory.store.write(actor, change)[0].record
    return kept


def check_parties(desk: AccessDesk, agreement: ServiceAgreement) -> None:
    """Raise `InputError` unless parties, term, items and users fit the applications."""
    store = desk.directory.store
    application = store.load(Application, agreement.application).record
    if application.organisation != agreement.organisation or application.environment != agreement.environment:
        raise InputError(say("协议的当事方或环境与申请不一致"))
    amending = [store.load(Application, one).record for one in agreement.amendments]
    last = max(one.term_to for one in (application, *amending))
    if agreement.term_from < application.term_from or agreement.term_to > last:
        raise InputError(say("协议期限超出了申请的使用期限"))
    for item in agreement.items:
        if store.load(Item, item).record.application not in (application.id, *agreement.amendments):
            raise InputError(say("需求 {item} 不属于这项申请", item=item))
    for user in agreement.users:
        if store.load(Account, user).record.organisation != agreement.organisation:
            raise InputError(say("用户 {user} 不是开发利用者的人员", user=user))
    if agreement.seats < 1 or not agreement.users:
        raise InputError(say("协议须写明至少一个席位和一名用户"))


def accept(desk: AccessDesk, actor: Actor, identifier: str) -> ServiceAgreement:
    """Return the agreement as accepted by the developer, with the policy and the text that he accepted.

    Raises `InputError` where what the agreement names contradicts itself.
    """
    stored = desk.directory.store.load(ServiceAgreement, identifier)
    require(actor, step("service-agreement:accept"), situation_of(desk, actor, stored.record))
    policy, text = _put_down(desk, stored.record)
    record_policy(desk.directory, policy)
    record_text(desk.directory, stored.record.organisation, text)
    changed = replace(stored.record, state="accepted", policy=policy.digest, document=text.digest)
    note = {"policy": policy.digest, "document": text.digest}
    change = Change(step("service-agreement:accept"), changed, expected=stored.version, note=note)
    desk.directory.store.write(actor, change)
    return changed


def _put_down(desk: AccessDesk, agreement: ServiceAgreement) -> tuple[AccessPolicy, Document]:
    """Return what the agreement comes to as things stand now, as policy and as text."""
    policy = compiled(desk.directory, agreement)
    return policy, service_document(desk.directory, agreement, policy)


def sign(desk: AccessDesk, actor: Actor, identifier: str) -> ServiceAgreement:
    """Return the agreement in force; makes the masking key that only this agreement has.

    A version that amends an earlier one keeps its key and takes its place, its seats and its data.
    Raises `ConflictError` when what the developer accepted is not what would be signed.
    """
    stored = desk.directory.store.load(ServiceAgreement, identifier)
    agreement = stored.record
    require(actor, step("service-agreement:sign"), situation_of(desk, actor, agreement))
    policy, text = _put_down(desk, agreement)
    if agreement.policy and (policy.digest, text.digest) != (agreement.policy, agreement.document):
        raise ConflictError(
            say("协议 {id} 的依据在乙方同意之后变了：请终止这一份，重新拟订", id=agreement.id)
        )
    record_policy(desk.directory, policy)
    record_text(desk.directory, agreement.organisation, text)
    superseded = _superseded(desk, actor, agreement)
    key_id = superseded.record.key_id if superseded is not None else f"agreement-{agreement.id}"
    if not desk.vault.exists(key_id):
        desk.vault.create(key_id)
    changed = replace(
        agreement,
        state="active",
        key_id=key_id,
        policy=policy.digest,
        document=text.digest,
        seals=_sealed(desk, agreement.id, text.digest, policy.digest),
    )
    note = {"policy": policy.digest, "document": text.digest}
    changes = [Change(step("service-agreement:sign"), changed, expected=stored.version, note=note)]
    if superseded is not None:
        ended = replace(superseded.record, state="superseded")
        told = {"by": agreement.id}
        changes.append(
            Change(step("service-agreement:supersede"), ended, expected=superseded.version, note=told)
        )
    desk.directory.store.write(actor, *changes)
    return changed


def _superseded(
    desk: AccessDesk, actor: Actor, agreement: ServiceAgreement
) -> Stored[ServiceAgreement] | None:
    """Return the version whose place this one takes, if it may be taken."""
    if not agreement.lineage:
        return None
    old = desk.directory.store.load(ServiceAgreement, agreement.lineage[-1])
    require(actor, step("service-agreement:supersede"), situation_of(desk, actor, old.record))
    return old


def suspend(desk: AccessDesk, actor: Actor, identifier: str, *, reason: str) -> ServiceAgreement:
    """Return the agreement as suspended: its seats open no more."""
    return _move(desk, actor, identifier, "service-agreement:suspend", reason)


def terminate(desk: AccessDesk, actor: Actor, identifier: str, *, reason: str) -> ServiceAgreement:
    """Return the agreement as ended before its term."""
    return _move(desk, actor, identifier, "service-agreement:terminate", reason)


def resume(desk: AccessDesk, actor: Actor, identifier: str, *, reason: str) -> ServiceAgreement:
    """Return a suspended agreement, in force again by the authority's word."""
    return _move(desk, actor, identifier, "service-agreement:resume", reason)


def terminate_operating(
    desk: AccessDesk, actor: Actor, identifier: str, *, reason: str
) -> OperatingAgreement:
    """Return the operating agreement, ended by the authority: no seat of its environment opens any more."""
    return _end(desk, actor, OperatingAgreement, (identifier, "operating-agreement:terminate", reason))


def close_environment(desk: AccessDesk, actor: Actor, identifier: str, *, reason: str) -> Environment:
    """Return the environment, closed by the authority: nothing new begins in it."""
    return _end(desk, actor, Environment, (identifier, "environment:close", reason))


def _end(desk: AccessDesk, actor: Actor, kind: type[R], what: tuple[str, str, str]) -> R:
    identifier, name, reason = what
    if not checked(reason, where="reason"):
        raise InputError(say("终止或关闭须写明理由"))
    stored = desk.directory.store.load(kind, identifier)
    require(actor, step(name), with_record(desk.directory.situation(actor), record=stored.record))
    changed = replace(stored.record, state=step(name).target)
    change = Change(step(name), changed, expected=stored.version, note={"reason": reason})
    desk.directory.store.write(actor, change)
    return changed


def expire_due(desk: AccessDesk) -> tuple[ServiceAgreement, ...]:
    """Return the agreements whose term has passed, now marked as expired."""
    today = desk.directory.today()
    over = [
        stored
        for stored in desk.directory.store.find(ServiceAgreement, states=("active", "suspended"))
        if stored.record.term_to < today
    ]
    return tuple(_move(desk, SYSTEM, one.record.id, "service-agreement:expire") for one in over)


def _move(desk: AccessDesk, actor: Actor, identifier: str, name: str, reason: str = "") -> ServiceAgreement:
    checked(reason, where="reason")
    stored = desk.directory.store.load(ServiceAgreement, identifier)
    require(actor, step(name), situation_of(desk, actor, stored.record))
    changed = replace(stored.record, state=step(name).target)
    change = Change(step(name), changed, expected=stored.version, note={"reason": reason})
    ended = changed.state in _ENDED and changed.key_id
    effects = (Effect("agreement.ended", {"key": changed.key_id}),) if ended else ()
    desk.directory.store.write(actor, change, outbox=effects)
    return changed


def situation_of(desk: AccessDesk, actor: Actor, agreement: ServiceAgreement) -> Situation:
    """Return everything the rules ask about a step on this agreement."""
    store = desk.directory.store
    application = store.load(Application, agreement.application).record
    environment = store.load(Environment, agreement.environment).record
    operating = store.load(OperatingAgreement, environment.agreement).record
    return with_record(
        desk.directory.situation(actor),
        record=agreement,
        agreement=agreement,
        application=application,
        environment=environment,
        operating=operating,
        items=tuple(store.load(Item, item).record for item in agreement.items),
        longest_term_days=desk.regime(application.regime).longest_term_days,
        amended=store.load(ServiceAgreement, agreement.lineage[-1]).record if agreement.lineage else None,
        amendments=tuple(store.load(Application, one).record for one in agreement.amendments),
    )
