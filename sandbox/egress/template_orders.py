"""An instance of a reviewed template, asked for by name and values: the gate makes every byte of it.

Refused at once, with all reasons, where the template would not let it leave; what the gate then finds may
still send it to the reviewers. Called by the desks of the terminal and the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sandbox.access.policy import policy_of
from sandbox.access.versions import standing
from sandbox.egress import asked, court, instances, intake, scribing, templates
from sandbox.egress.claims import read_claim
from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import Attempt, InputError, RefusedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.permits import may, require
from sandbox.kernel.review_records import Submission, SubmittedFile
from sandbox.kernel.seat_records import Seat, Stoppage
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import Instance, Template
from sandbox.people.directory import with_record
from sandbox.seats.seat import current_snapshots
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link


def ask(desk: GateDesk, actor: Actor, template_id: str, values: Mapping[str, str]) -> Submission:
    """Return the submission of one instance on the data as it lies there now: released, in review or refused.

    Raises `RefusedError` where the template does not allow it, `InputError` where the gate cannot write it.
    """
    template = templates.found(desk, template_id).record
    snapshots = tuple(
        one
        for one in current_snapshots(desk.directory, template.agreement)
        if one.dataset in template.datasets
    )
    situation = _situation(desk, actor, template, snapshots)
    _allowed(actor, template, situation, values)
    made = _written(desk, template, snapshots, values)
    submission = Submission(
        state="frozen",
        organisation=template.organisation,
        environment=template.environment,
        agreement=template.agreement,
        seat=situation.seat.id if situation.seat is not None else "",
        author=actor.account,
        title=template.title,
        files=(made,),
        snapshots=tuple(one.id for one in snapshots),
        policy=situation.access.digest if situation.access is not None else "",
        assessed=True,
        ordered=template.id,
    )
    require(actor, step("submission:submit"), with_record(situation, record=submission))
    if situation.seat is not None and situation.access is not None:
        asked.requests_left(desk, actor, situation.seat, situation.access)
    links = (
        Link("seat", submission.seat),
        Link("agreement", submission.agreement),
        *(Link("snapshot", one.id) for one in snapshots),
    )
    note: dict[str, Json] = {"template": template.id, "values": dict(values), "digests": [made.digest]}
    change = Change(step("submission:submit"), submission, links=links, note=note)
    kept: Submission = desk.directory.store.write(actor, change)[0].record
    return intake.judge(desk, kept.id)


def _written(
    desk: GateDesk, template: Template, snapshots: tuple[Snapshot, ...], values: Mapping[str, str]
) -> SubmittedFile:
    """Return the file that the gate makes of the template with these values, frozen."""
    claim = instances.claim_of(template, values)
    policy = policy_of(desk.directory, standing(desk.directory, template.agreement))
    order = scribing.Order(read_claim(claim), template.form, template.decimals)
    found = scribing.write([order], court.sources_of(desk, policy, snapshots), limits=desk.limits)[0]
    if isinstance(found, Message):
        raise InputError(found)
    name = f"{template.title}.{template.form}"
    size = len(found.data)
    return SubmittedFile(
        name=name, digest=desk.frozen.put(found.data), size=size, claim=desk.frozen.put(claim)
    )


def _allowed(actor: Actor, template: Template, situation: Situation, values: Mapping[str, str]) -> None:
    """Raise `RefusedError` with every reason for which even a flawless product would not leave."""
    hoped = Instance(
        plan=template.plan,
        values=tuple(sorted(values.items())),
        recipient=actor.organisation,
        agreement=situation.agreement.id if situation.agreement is not None else "",
        policy=template.policy,
        proven=True,
        written=True,
    )
    about = with_record(situation, record=template, instance=hoped)
    decision = may(SYSTEM, step("template:use"), replace(about, own=None))
    if not decision:
        attempt = Attempt("template:use", template.id, actor.account, actor.organisation)
        raise RefusedError(decision, attempt=attempt)


def _situation(
    desk: GateDesk, actor: Actor, template: Template, snapshots: tuple[Snapshot, ...]
) -> Situation:
    store = desk.directory.store
    agreement = standing(desk.directory, template.agreement)
    seats = [
        one.record
        for one in store.find(Seat, linked=("agreement", agreement.id))
        if one.record.user == actor.account and one.record.state != "expired"
    ]
    if not seats:
        raise InputError(say("本人在这份协议下没有席位：请先由运营商开通席位"))
    stops = store.find(Stoppage, linked=("seat", seats[-1].id))
    return with_record(
        templates.template_situation(desk, actor, template),
        seat=seats[-1],
        snapshots=snapshots,
        stoppages=tuple(one.record for one in stops),
    )
