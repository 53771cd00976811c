"""Reviewed templates (审定模板): drafted from a claim with named parameters, signed by all, ended by any.

The gate binds the plan; what is signed is the digest of all terms. A template comes into force by the
platform's own step, once the authority and every input's provider (or a commissioned third party with one
of them) have signed. What leaves by it is `instances`'; what is looked at afterwards, `looks`'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sandbox.access.policy import policy_of
from sandbox.access.versions import standing
from sandbox.egress import plans, scribing
from sandbox.egress.claims import Claim
from sandbox.egress.court import sources_of
from sandbox.egress.desk import GateDesk
from sandbox.egress.receipt import keys_of
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.permits import may, require
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.records import Account
from sandbox.kernel.review_records import Assessment, Capacity, Risk
from sandbox.kernel.review_rules import capacity_of
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import (
    Parameter,
    Template,
    TemplateLimits,
    TemplateSignature,
    terms_digest,
)
from sandbox.people.directory import with_record
from sandbox.seats.seat import current_snapshots
from sandbox.store.changes import Change, Link, Stored
from sandbox.store.proofs import signed_by

CREDENTIALS = frozenset({"credential", "fresh-credential"})
"""What alone stands between a person and a step that is his: asked for when he takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a developer writes down of a template; everything else the platform finds by itself."""

    title: str
    sql: str
    subject: str
    parameters: tuple[Parameter, ...]
    decimals: int
    form: str
    number: int
    term_from: date
    term_to: date
    share: int


def draft(desk: GateDesk, actor: Actor, agreement_id: str, wanted: Wanted) -> Template:
    """Return the template, its plan bound by the gate against the data as it lies there now.

    Raises `InputError` for a claim that the gate cannot compute, `RefusedError` by the rules.
    """
    agreement = standing(desk.directory, agreement_id)
    policy = policy_of(desk.directory, agreement)
    tree, writing = _bound(desk, agreement, policy, wanted)
    parts = [one for one in policy.datasets if one.code in writing.tables]
    limits = tuple(
        TemplateLimits(
            dataset=one.code,
            smallest=one.thresholds.smallest,
            largest_share=one.thresholds.largest_share,
            two_largest_share=one.thresholds.two_largest_share,
            p_percent=one.thresholds.p_percent,
        )
        for one in parts
    )
    made = Template(
        state="drafted",
        organisation=agreement.organisation,
        environment=agreement.environment,
        agreement=agreement.id,
        author=actor.account,
        title=wanted.title.strip(),
        sql=wanted.sql.strip(),
        subject=wanted.subject,
        plan=plans.digest_of(tree),
        plan_text=plans.text_of(tree),
        columns=writing.columns,
        decimals=wanted.decimals,
        form=wanted.form,
        datasets=tuple(one.dataset for one in parts),
        limits=limits,
        parameters=wanted.parameters,
        recipient=agreement.organisation,
        number=wanted.number,
        term_from=wanted.term_from,
        term_to=wanted.term_to,
        share=wanted.share,
        policy=policy.digest,
    )
    made = replace(made, digest=terms_digest(made))
    require(actor, step("template:draft"), template_situation(desk, actor, made))
    links = (Link("agreement", agreement.id), *(Link("dataset", one) for one in made.datasets))
    kept: Template = desk.directory.store.write(
        actor, Change(step("template:draft"), made, links=links, note={"digest": made.digest})
    )[0].record
    return kept


def _bound(
    desk: GateDesk, agreement: ServiceAgreement, policy: AccessPolicy, wanted: Wanted
) -> tuple[plans.Tree, scribing.Writing]:
    """Return the plan with its slots, and what the gate says of the claim; InputError for no template."""
    from sandbox.egress.scribe import FORMS

    if wanted.form not in FORMS:
        raise InputError(say("模板产品的格式只能是 {forms}", forms="、".join(FORMS)))
    named = set(plans.names_in(wanted.sql))
    if named != {one.name for one in wanted.parameters}:
        raise InputError(say("SQL 里的 $参数 须与所列的参数一一对应"))
    standing_in = plans.stand_ins(wanted.parameters, wanted.sql)
    claim = Claim(plans.filled(wanted.sql.strip(), standing_in, wanted.parameters), wanted.subject)
    snapshots = current_snapshots(desk.directory, agreement.id)
    if not snapshots:
        raise InputError(say("协议还没有可用的数据快照：落地之后再拟定模板"))
    found = scribing.write([scribing.Order(claim)], sources_of(desk, policy, snapshots), limits=desk.limits)[
        0
    ]
    if isinstance(found, Message):
        raise InputError(found)
    if any(one in label for one in standing_in.values() for label in found.labels):
        raise InputError(say("参数不能出现在输出的文字或列名里：只能作条件里的常量，并给输出列起名"))
    tree = plans.with_slots(found.plan, standing_in)
    if set(plans.slots_of(tree)) != named:
        raise InputError(say("参数只能作条件里的常量"))
    return tree, found


def assess(desk: GateDesk, actor: Actor, template_id: str, risks: tuple[Risk, ...]) -> Assessment:
    """Return the risk assessment, filed once for every instance and bound to the terms (第十八条)."""
    template = found(desk, template_id).record
    made = Assessment(
        state="filed",
        organisation=actor.organisation,
        environment=template.environment,
        submission="",
        round=0,
        account=actor.account,
        risks=tuple(replace(one, finding=one.finding.strip(), control=one.control.strip()) for one in risks),
        template=template.id,
        terms=template.digest,
    )
    situation = with_record(template_situation(desk, actor, template), record=made)
    require(actor, step("assessment:file"), situation)
    links = (Link("template", template.id), Link("agreement", template.agreement))
    kept: Assessment = desk.directory.store.write(actor, Change(step("assessment:file"), made, links=links))[
        0
    ].record
    return kept


def propose(desk: GateDesk, actor: Actor, template_id: str) -> Template:
    """Return the template, laid before those who have to sign; it is changed no more from here on."""
    return _moved(desk, actor, template_id, "template:propose")


def withdraw(desk: GateDesk, actor: Actor, template_id: str) -> Template:
    """Return the template, taken back by its developer before it came into force."""
    return _moved(desk, actor, template_id, "template:withdraw")


def commission(desk: GateDesk, actor: Actor, template_id: str, body: str) -> Template:
    """Return the template with a third party commissioned to examine it (第十九条)."""
    stored = found(desk, template_id)
    third = desk.directory.organisation_named(body)
    situation = with_record(template_situation(desk, actor, stored.record), other=third)
    require(actor, step("template:commission"), situation)
    changed = replace(stored.record, commissioned=tuple(sorted({*stored.record.commissioned, third.id})))
    link = (Link("commissioned", third.id),)
    change = Change(step("template:commission"), changed, expected=stored.version, links=link)
    kept: Template = desk.directory.store.write(actor, change)[0].record
    return kept


def sign(
    desk: GateDesk, actor: Actor, template_id: str, *, digest: str, capacity: Capacity | None = None
) -> Template:
    """Return the template after a signature under the digest that was seen; in force once all signed."""
    template = found(desk, template_id).record
    situation = template_situation(desk, actor, template)
    made = TemplateSignature(
        state="given",
        organisation=actor.organisation,
        environment=template.environment,
        template=template.id,
        account=actor.account,
        person=actor.person,
        capacity=capacity or _capacity(actor, situation),
        digest=digest,
    )
    require(actor, step("template-signature:give"), with_record(situation, record=made))
    change = Change(
        step("template-signature:give"),
        made,
        links=(Link("template", template.id), Link("signer", actor.account)),
        note={"digest": digest},
        names=(f"template-signature:{template.id}:{actor.person}",),
    )
    desk.directory.store.write(actor, change)
    return _settle(desk, template.id)


def may_sign(desk: GateDesk, actor: Actor, template: Template) -> bool:
    """Return whether the actor, once he shows his credential, could sign the terms as they lie there."""
    situation = template_situation(desk, actor, template)
    made = TemplateSignature(
        state="given",
        organisation=actor.organisation,
        environment=template.environment,
        template=template.id,
        account=actor.account,
        person=actor.person,
        capacity=_capacity(actor, situation),
        digest=template.digest,
    )
    decision = may(actor, step("template-signature:give"), with_record(situation, record=made))
    return {one.code for one in decision.refusals} <= CREDENTIALS


def _capacity(actor: Actor, situation: Situation) -> Capacity:
    capacity = capacity_of(situation.own, situation) if situation.own is not None else None
    first = any(one.capacity is Capacity.AUTHORITY for one in situation.signatures or ())
    if capacity is Capacity.AUTHORITY and first and actor.organisation in situation.providers:
        return Capacity.PROVIDER
    return capacity or Capacity.PROVIDER


def _settle(desk: GateDesk, template_id: str) -> Template:
    """Return the template, in force if the signatures are whom the law asks for."""
    stored = found(desk, template_id)
    situation = template_situation(desk, SYSTEM, stored.record)
    if not may(SYSTEM, step("template:enact"), situation):
        return stored.record
    check_signed(desk, situation.signatures or ())
    changed = replace(stored.record, state="in-force")
    note = {"signatures": [one.id for one in situation.signatures or ()], "digest": changed.digest}
    change = Change(step("template:enact"), changed, expected=stored.version, note=note)
    kept: Template = desk.directory.store.write(SYSTEM, change)[0].record
    return kept


def check_signed(desk: GateDesk, signatures: tuple[TemplateSignature, ...]) -> None:
    """Raise `TamperedError` unless every signature still is what its person signed with his own key."""
    store = desk.directory.store
    for one in signatures:
        signer = store.load(Account, one.account).record
        genuine = (one.person, one.organisation) == (signer.person, signer.organisation)
        proven = (
            signed_by(store, one.id, verb="template-signature:give", account=signer.id, public_key=key)
            for key in keys_of(desk, signer)
        )
        if not genuine or not any(proven):
            raise TamperedError(say("模板签名 {id} 没有签署人本人的有效签名：不得据此放行", id=one.id))


def refuse(desk: GateDesk, actor: Actor, template_id: str, *, reason: str) -> Template:
    """Return the template, refused by one who would have to sign; the developer may draft another."""
    return _moved(desk, actor, template_id, "template:refuse", reason=reason)


def suspend(desk: GateDesk, actor: Actor, template_id: str, *, reason: str) -> Template:
    """Return the template, suspended at once: nothing leaves by it any more."""
    return _moved(desk, actor, template_id, "template:suspend", reason=reason)


def revoke(desk: GateDesk, actor: Actor, template_id: str, *, reason: str) -> Template:
    """Return the template, revoked for good by any side that signed it."""
    return _moved(desk, actor, template_id, "template:revoke", reason=reason)


def expire(desk: GateDesk) -> tuple[Template, ...]:
    """Return the templates whose term has passed, ended by the platform."""
    today = desk.directory.today()
    ended = []
    for state in sorted(step("template:expire").sources):
        for stored in desk.directory.store.find(Template, state=state):
            if today > stored.record.term_to:
                ended.append(_moved(desk, SYSTEM, stored.id, "template:expire"))
    return tuple(ended)


def _moved(desk: GateDesk, actor: Actor, template_id: str, name: str, *, reason: str = "") -> Template:
    stored = found(desk, template_id)
    spoken = replace(stored.record, reason=reason.strip()) if reason.strip() else stored.record
    if name != "template:expire" and not reason.strip():
        spoken = replace(spoken, reason="")
    require(actor, step(name), template_situation(desk, actor, spoken))
    changed = replace(spoken, state=step(name).target)
    note = {"reason": spoken.reason, "digest": spoken.digest}
    change = Change(step(name), changed, expected=stored.version, note=note)
    kept: Template = desk.directory.store.write(actor, change)[0].record
    return kept


def found(desk: GateDesk, template_id: str) -> Stored[Template]:
    """Return the template; `NotFoundError` if there is none."""
    return desk.directory.store.load(Template, template_id)


def signatures_of(desk: GateDesk, template_id: str) -> tuple[TemplateSignature, ...]:
    """Return the signatures under a template, in the order in which they were given."""
    found = desk.directory.store.find(TemplateSignature, state="given", linked=("template", template_id))
    return tuple(stored.record for stored in found)


def template_situation(desk: GateDesk, actor: Actor, template: Template) -> Situation:
    """Return everything the rules ask about a template: its sides, signatures, assessment, inputs."""
    store, directory = desk.directory.store, desk.directory
    agreement = standing(directory, template.agreement)
    inputs = tuple(store.load(Dataset, one).record for one in template.datasets)
    assessed = store.find(Assessment, state="filed", linked=("template", template.id)) if template.id else ()
    return with_record(
        directory.situation(actor),
        record=template,
        template=template,
        agreement=agreement,
        access=policy_of(directory, agreement),
        signatures=signatures_of(desk, template.id) if template.id else (),
        assessment=assessed[-1].record if assessed else None,
        inputs=inputs,
        providers=frozenset(one.organisation for one in inputs),
        acted=directory.persons_of(template.organisation) | directory.persons_of(agreement.operator),
        incidents=tuple(one.record for one in store.find(Incident) if one.record.state != "closed"),
    )
