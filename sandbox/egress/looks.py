"""抽查: a share of the instances that left is drawn for people to look at, by a key only the gate has.

The developer can neither foresee nor learn the draw; the first instance is looked at, and one of any ten at
least, however small the share. A look that is overdue is shown and told to the
authority; a bad one suspends the template in the same write. Recalling what has left is the authority's.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from sandbox.egress import service, templates
from sandbox.egress.desk import GateDesk
from sandbox.egress.judgements import gate_key
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import may, require
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import Template, TemplateLook
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link, Stored

MOST_APART = 10
"""Of so many instances of a template in a row at least one is looked at."""


def drawn(desk: GateDesk, template: Template, submission: Submission) -> tuple[Change, ...]:
    """Return the change that puts a look at this instance on record, where the draw falls on it."""
    if not falls_on(desk, template, submission.id):
        return ()
    made = TemplateLook(
        state="due",
        organisation=template.organisation,
        environment=template.environment,
        template=template.id,
        submission=submission.id,
        due=service.started(desk, submission).due,
    )
    situation = with_record(desk.directory.situation(SYSTEM), record=made, template=template)
    require(SYSTEM, step("template-look:draw"), situation)
    links = (Link("template", template.id), Link("submission", submission.id))
    return (Change(step("template-look:draw"), made, links=links),)


def falls_on(desk: GateDesk, template: Template, submission_id: str) -> bool:
    """Return whether the draw falls on an instance: by the gate's key, so that nobody outside can tell.

    `template.used` counts it already.
    """
    key = gate_key(desk).derive("gate/template-looks", 32)
    if _in_turn(key, template):
        return True
    return _number(key, f"{template.id}:{template.used}:{submission_id}") * 100 < template.share << 64


def _in_turn(key: bytes, template: Template) -> bool:
    """Return whether an instance is looked at in any case: the first, then one within ten of the last."""
    place, turn = 1, 0
    while place < template.used:
        turn += 1
        place += 1 + _number(key, f"{template.id}:turn:{turn}") % MOST_APART
    return place == template.used


def _number(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, text.encode(), "sha256")[:8], "big")


def passed(desk: GateDesk, actor: Actor, look_id: str, *, reason: str = "") -> TemplateLook:
    """Return the look, ended well."""
    stored = found(desk, look_id)
    changed = _by(actor, stored, reason)
    require(actor, step("template-look:pass"), _situation(desk, actor, changed))
    kept: TemplateLook = desk.directory.store.write(actor, _ended(stored, changed, "template-look:pass"))[
        0
    ].record
    return kept


@dataclass(frozen=True, slots=True)
class Failed:
    """A look that ended badly, and the releases that were recalled with it."""

    look: TemplateLook
    recalled: tuple[Release, ...]


def failed(desk: GateDesk, actor: Actor, look_id: str, *, reason: str, recall: bool = False) -> Failed:
    """Return the look, ended badly; the template is suspended in the same write, if it still was in force.

    With `recall` everything that left by it is recalled in that write too: all of it is done, or nothing.
    """
    stored = found(desk, look_id)
    changed = _by(actor, stored, reason)
    require(actor, step("template-look:fail"), _situation(desk, actor, changed))
    changes = [_ended(stored, changed, "template-look:fail")]
    template = templates.found(desk, changed.template)
    spoken = replace(template.record, reason=reason.strip())
    situation = templates.template_situation(desk, actor, spoken)
    if template.record.state == "in-force":
        require(actor, step("template:suspend"), situation)
        note = {"reason": spoken.reason, "look": look_id}
        ended = replace(spoken, state="suspended")
        changes.append(Change(step("template:suspend"), ended, expected=template.version, note=note))
    recalled = _recalls(desk, actor, changed.template, reason=reason) if recall else ()
    written = desk.directory.store.write(actor, *changes, *recalled)
    look: TemplateLook = written[0].record
    return Failed(look, tuple(one.record for one in written[len(changes) :]))


def _by(actor: Actor, stored: Stored[TemplateLook], reason: str) -> TemplateLook:
    return replace(stored.record, account=actor.account, person=actor.person, reason=reason.strip())


def _ended(stored: Stored[TemplateLook], changed: TemplateLook, name: str) -> Change:
    ended = replace(changed, state=step(name).target)
    return Change(step(name), ended, expected=stored.version, note={"reason": changed.reason})


def _situation(desk: GateDesk, actor: Actor, look: TemplateLook) -> Situation:
    template = templates.found(desk, look.template).record
    return with_record(templates.template_situation(desk, actor, template), record=look)


def recall_instances(desk: GateDesk, actor: Actor, template_id: str, *, reason: str) -> tuple[Release, ...]:
    """Return every instance's release that was still handed out, recalled by the authority in one write."""
    changes = _recalls(desk, actor, template_id, reason=reason)
    if not changes:
        return ()
    return tuple(one.record for one in desk.directory.store.write(actor, *changes))


def _recalls(desk: GateDesk, actor: Actor, template_id: str, *, reason: str) -> tuple[Change, ...]:
    from sandbox.egress import release

    stored = desk.directory.store.find(Release, state="issued", linked=("template", template_id))
    return tuple(release.recalling(desk, actor, one, reason=reason) for one in stored)


def releases_of(desk: GateDesk, template_id: str) -> tuple[Release, ...]:
    """Return the releases of a template's instances, oldest first."""
    return tuple(one.record for one in desk.directory.store.find(Release, linked=("template", template_id)))


def looks_of(desk: GateDesk, template_id: str) -> tuple[TemplateLook, ...]:
    """Return the looks that were drawn at a template's instances, oldest first."""
    return tuple(
        one.record for one in desk.directory.store.find(TemplateLook, linked=("template", template_id))
    )


def overdue(desk: GateDesk) -> tuple[TemplateLook, ...]:
    """Return the looks that are due and whose day has passed."""
    today = desk.directory.today()
    due = desk.directory.store.find(TemplateLook, state="due")
    return tuple(one.record for one in due if one.record.due < today)


def escalate(desk: GateDesk) -> tuple[TemplateLook, ...]:
    """Return the overdue looks that have just been told to the authority, each once."""
    told = []
    for look in overdue(desk):
        if look.escalated_on is not None:
            continue
        stored = found(desk, look.id)
        situation = with_record(desk.directory.situation(SYSTEM), record=look)
        require(SYSTEM, step("template-look:escalate"), situation)
        changed = replace(look, escalated_on=desk.directory.today())
        change = Change(step("template-look:escalate"), changed, expected=stored.version)
        desk.directory.store.write(SYSTEM, change)
        told.append(changed)
    return tuple(told)


def may_look(desk: GateDesk, actor: Actor, look: TemplateLook) -> bool:
    """Return whether the actor, once he shows his credential, could end a look."""
    mine = replace(look, account=actor.account, person=actor.person)
    decision = may(actor, step("template-look:pass"), _situation(desk, actor, mine))
    return {one.code for one in decision.refusals} <= templates.CREDENTIALS


def found(desk: GateDesk, look_id: str) -> Stored[TemplateLook]:
    """Return the look; `NotFoundError` if there is none."""
    return desk.directory.store.load(TemplateLook, look_id)
