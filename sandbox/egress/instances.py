"""Instances of reviewed templates: products that the gate writes itself, and that leave without a new vote.

What leaves is computed from the snapshot by the gate, whoever asked for it: a developer's bytes at most
happen to be the same. The plan is held against the signed one, and everything is judged anew at the very
moment of leaving, together with all that has left or is about to. Whatever does not fit stays in review.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from sandbox.access.policy import policy_of
from sandbox.access.versions import standing
from sandbox.egress import court, looks, plans, release, scribing, telling, templates
from sandbox.egress.claims import Claim, read_claim
from sandbox.egress.court import sources_of
from sandbox.egress.desk import GateDesk
from sandbox.egress.isolated import SnapshotSource
from sandbox.egress.receipt import receipt_body, template_signature
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.decision import Decision
from sandbox.kernel.errors import ConflictError, InputError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message
from sandbox.kernel.permits import may, require
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.seat_records import Seat, Stoppage
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import Instance, Template
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Effect, Link, Stored

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Departure:
    """What became of a submission that was held against the templates of its agreement.

    `release` is None where it stays in review; `decision` then says why the template that it is an
    instance of does not let it leave, and is None where it is no template's plan at all.
    """

    release: Release | None = None
    template: str = ""
    decision: Decision | None = None


def claim_of(template: Template, values: Mapping[str, str]) -> bytes:
    """Return the claim file of an instance with these values; InputError for a value that is missing."""
    sql = plans.filled(template.sql, values, template.parameters)
    return json.dumps({"sql": sql, "subject": template.subject}, ensure_ascii=False).encode()


def leave(desk: GateDesk, submission_id: str) -> Departure:
    """Return whether the submission left as an instance of a template in force; else it stays as it stands.

    Two that try at the same moment are judged one after the other, the second with the first in sight.
    """
    for _ in range(_TRIES):
        try:
            return _leave(desk, submission_id)
        except ConflictError:
            continue  # the template or the submission moved: look again at what holds now
    return Departure()


def _leave(desk: GateDesk, submission_id: str) -> Departure:
    store = desk.directory.store
    stored = store.load(Submission, submission_id)
    claim = _lone_claim(desk, stored.record)
    if claim is None:
        return Departure()
    candidates = tuple(
        one
        for one in store.find(Template, state="in-force", linked=("agreement", stored.record.agreement))
        if stored.record.ordered in ("", one.id)  # what was asked of one template counts for no other
    )
    if not candidates:
        return Departure()
    refused = Departure()
    for template, written in _matching(desk, stored.record, claim, candidates):
        situation = _situation(desk, stored.record, template.record, written)
        decision = may(SYSTEM, step("submission:instantiate"), situation)
        if decision:
            made = _release(desk, stored, template, situation)
            return Departure(made, template.id, decision)
        refused = refused if refused.template else Departure(template=template.id, decision=decision)
    return refused


def _lone_claim(desk: GateDesk, submission: Submission) -> Claim | None:
    """Return the claim of a submission that is one proven file in review and nothing besides."""
    if submission.state != "in-review" or submission.sample or len(submission.files) != 1:
        return None
    file = submission.files[0]
    if file.supporting or not file.claim or not file.rewritten or file.verdict is not Verdict.RELEASE:
        return None
    try:
        return read_claim(desk.frozen.get(file.claim))
    except InputError:
        return None


def _matching(
    desk: GateDesk, submission: Submission, claim: Claim, candidates: tuple[Stored[Template], ...]
) -> list[tuple[Stored[Template], tuple[scribing.Writing, dict[str, str]]]]:
    """Return the templates whose plan the claim has, with what the gate writes for it under each."""
    policy = court.policy_for(desk, submission)
    orders = [scribing.Order(claim, one.record.form, one.record.decimals) for one in candidates]
    written = scribing.write(orders, _sources(desk, submission, policy), limits=desk.limits)
    found = []
    for template, writing in zip(candidates, written, strict=True):
        if isinstance(writing, Message):
            continue
        values = plans.values_in(json.loads(template.record.plan_text), writing.plan)
        if values is not None:
            found.append((template, (writing, values)))
    return found


def _sources(desk: GateDesk, submission: Submission, policy: AccessPolicy) -> tuple[SnapshotSource, ...]:
    store = desk.directory.store
    return sources_of(desk, policy, [store.load(Snapshot, one).record for one in submission.snapshots])


def _situation(
    desk: GateDesk,
    submission: Submission,
    template: Template,
    found: tuple[scribing.Writing, dict[str, str]],
) -> Situation:
    """Return everything the rules ask about letting this submission leave by this template, judged anew."""
    writing, values = found
    templates.check_signed(desk, templates.signatures_of(desk, template.id))
    store, file = desk.directory.store, submission.files[0]
    judged = court.judge(desk, submission).judgement
    again = judged.files[0]
    proven = judged.verdict is Verdict.RELEASE and again.rewritten_digest == file.rewritten
    tree = json.loads(template.plan_text)
    instance = Instance(
        plan=plans.digest_of(plans.put_back(tree, writing.plan)),
        values=tuple(sorted(values.items())),
        recipient=submission.organisation,
        agreement=submission.agreement,
        policy=submission.policy,
        proven=proven,
        written=file.rewritten == sha256(writing.data).hexdigest(),
    )
    named = replace(submission, template=template.id)
    return with_record(
        templates.template_situation(desk, SYSTEM, template),
        record=named,
        submission=named,
        seat=store.load(Seat, submission.seat).record,
        stoppages=tuple(one.record for one in store.find(Stoppage, linked=("seat", submission.seat))),
        snapshots=tuple(store.load(Snapshot, one).record for one in submission.snapshots),
        inputs=_inputs(desk, template, writing.tables),
        instance=instance,
    )


def _inputs(desk: GateDesk, template: Template, tables: tuple[str, ...]) -> tuple[Dataset, ...]:
    """Return the datasets that the claim really reads, by their codes in the policy that stands."""
    agreement = standing(desk.directory, template.agreement)
    parts = [one for one in policy_of(desk.directory, agreement).datasets if one.code in tables]
    return tuple(desk.directory.store.load(Dataset, one.dataset).record for one in parts)


def _release(
    desk: GateDesk, stored: Stored[Submission], template: Stored[Template], situation: Situation
) -> Release:
    store, counted = desk.directory.store, replace(template.record, used=template.record.used + 1)
    files = tuple(replace(one, approved=True) for one in stored.record.files)
    ended = replace(stored.record, state="released", template=template.id, files=files)
    out = tuple(release.released_file(desk, one) for one in files)
    body = receipt_body(desk, ended, (), out) | {"template": _told(desk, counted, situation)}
    receipt = desk.frozen.put(release.sealed(desk, body))
    made = Release(
        state="issued",
        organisation=ended.organisation,
        environment=ended.environment,
        submission=ended.id,
        agreement=ended.agreement,
        files=out,
        receipt=receipt,
        issued_at=desk.directory.clock(),
        policy=template.record.policy,
    )
    require(SYSTEM, step("release:instantiate"), with_record(situation, record=made))
    use = "template:use-up" if counted.used >= counted.number else "template:use"
    require(SYSTEM, step(use), with_record(situation, record=template.record))
    after = replace(counted, state=step(use).target)
    links = (Link("submission", ended.id), Link("agreement", ended.agreement), Link("template", template.id))
    note = {"receipt": receipt, "digests": [one.released for one in out], "template": template.id}
    changes = [
        Change(step("release:instantiate"), made, links=links, note=note),
        Change(step("submission:instantiate"), ended, expected=stored.version, links=links[2:]),
        Change(step(use), after, expected=template.version, note={"used": counted.used}),
        *looks.drawn(desk, counted, ended),
    ]
    effect = Effect("release.issued", {"receipt": receipt})
    kept: Release = store.write(SYSTEM, *changes, outbox=(effect,))[0].record
    telling.publish(desk, store.load(Seat, ended.seat).record)
    return kept


def _told(desk: GateDesk, template: Template, situation: Situation) -> dict[str, object]:
    """Return what a receipt says of the template: its digest, which instance this is, who signed."""
    signed = [template_signature(desk, one) for one in situation.signatures or ()]
    values = dict(situation.instance.values) if situation.instance is not None else {}
    return {
        "id": template.id,
        "digest": template.digest,
        "title": template.title,
        "instance": template.used,
        "of": template.number,
        "values": values,
        "signatures": signed,
    }
