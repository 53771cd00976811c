"""Submissions, votes and releases in the browser: who sees what is decided by `egress.audience`."""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.catalog.reading import require_reader
from sandbox.egress import (
    assessment,
    audience,
    court,
    custody,
    differences,
    intake,
    mending,
    release,
    review,
    samples,
    service,
)
from sandbox.egress import lists as gate_lists
from sandbox.egress.bundle import pack
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.records import Account, Organisation, OrganisationRole
from sandbox.kernel.review_records import Capacity, Phase, Release, Submission
from sandbox.kernel.review_rules import quorum
from sandbox.locale import words
from sandbox.store.changes import Stored
from sandbox.store.facts import Header
from sandbox.web import framed
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages import pager, reviews
from sandbox.web.pages.ballots import votes_on
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

DESK = frozenset({Role.SECURITY_REVIEWER, Role.PROVIDER_REVIEWER, Role.AUTHORITY_OFFICER})


def _cast(call: Call) -> Outcome:
    capacity = call.form.one("capacity")
    try:
        chosen = Capacity(capacity) if capacity else None
    except ValueError:
        raise InputError(word("投票身份只能是主管部门、提供部门或第三方")) from None
    after = review.cast(call.platform.gate, call.actor, call.id, votes_on(call), capacity=chosen)
    told = word("已投票")
    if after.state != "in-review":
        told = word("已投票，审查意见已到齐")
    elif after.phase is Phase.CONSOLIDATING:
        told = word("已投票，审查意见有分歧，进入合议")
    return Outcome(f"/console/submissions/{call.id}", told)


def _release(call: Call) -> Outcome:
    made = release.release(call.platform.gate, call.actor, call.id)
    call.platform.checkpoint()
    return Outcome(f"/console/releases/{made.id}", word("已放行，回执已签发"))


def _withdraw(call: Call) -> Outcome:
    intake.withdraw(call.platform.gate, call.actor, call.id)
    return Outcome(f"/console/submissions/{call.id}", word("出域申请已撤回"))


def _commission(call: Call) -> Outcome:
    after = review.commission(call.platform.gate, call.actor, call.id, call.form.one("body"))
    return Outcome(f"/console/submissions/{after.id}", word("已委托第三方审查，由其审查人投票"))


def third_parties(platform: Platform, _: Actor) -> Options:
    """Return the third parties that can be commissioned."""
    found = platform.store.find(Organisation, state="registered")
    kind = OrganisationRole.THIRD_PARTY_REVIEWER
    return tuple((one.record.id, one.record.name) for one in found if kind in one.record.roles)


def _capacities(_: Platform, __: Actor) -> Options:
    return (("", word("按本单位的身份")), *((one.value, words.term(one.value)) for one in Capacity))


def _recall(call: Call) -> Outcome:
    release.recall(call.platform.gate, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(f"/console/releases/{call.id}", word("已召回：不再发放，已领取的人记录在案"))


def collected(call: Call) -> bytes:
    """Return the release bundle as one archive; the collection is put on record."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="collect-") as folder:
        handed = release.hand_out(call.platform.gate, call.actor, call.id, Path(folder) / "out")
        pack({name: handed.folder / name for name in handed.files}, packed)
    return packed.getvalue()


CAST = Action(
    "review:cast",
    "submissions",
    word("投票"),
    _cast,
    verb="vote",
    record=Submission,
    fields=(
        Field("approve", word("同意的文件摘要"), "checks", required=False),
        Field("reject", word("不同意的文件摘要"), "checks", required=False),
        Field("comment", word("意见"), "area", required=False),
        Field("capacity", word("投票身份"), "choice", required=False, choices=_capacities),
    ),
    hint=word("一人一票，互不可见；投票绑定文件摘要，投出后不能更改"),
    extra_states=frozenset({"in-review"}),
)
RELEASE = Action(
    "submission:release",
    "submissions",
    word("放行"),
    _release,
    record=Submission,
    hint=word("只放行审查人一致同意的摘要，并签发回执"),
)
RECALL = Action(
    "release:recall",
    "releases",
    word("召回"),
    _recall,
    fields=(reason_field(),),
    record=Release,
    grave=True,
)
WITHDRAW = Action(
    "submission:withdraw", "submissions", word("撤回申请"), _withdraw, record=Submission, grave=True
)
COMMISSION = Action(
    "submission:commission",
    "submissions",
    word("委托第三方审查"),
    _commission,
    record=Submission,
    fields=(Field("body", word("第三方机构"), "choice", choices=third_parties),),
    hint=word("第三方只审查受委托的申请，资质须在有效期内"),
)
ACTIONS = (CAST, RELEASE, RECALL, WITHDRAW, COMMISSION, *reviews.ACTIONS)


def listing(visitor: Visitor) -> Response:
    """Return the submissions that the person may look at, newest first."""
    gate, actor = visitor.platform.gate, visitor.actor
    state = visitor.request.query_params.get("state", "")
    seen = gate_lists.submissions(gate, actor)
    states = gate_lists.states(gate, actor)
    found: tuple[Stored[Submission], ...] = ()
    after = ""
    if seen is not None:
        asked = replace(seen, states=(state,)) if state in states else seen
        found, after = pager.older(
            visitor,
            Submission,
            asked,
            lambda one: audience.audience_of(gate, actor, one) is not None,
            ahead=lambda some: gate_lists.ahead(gate, some),
        )
    return visitor.page(
        "submissions.html",
        submissions=[one.record for one in found],
        states=states,
        state=state,
        after=after,
        made={one.id: one.created_at for one in found},
        desk=actor.has(*DESK),
    )


def one(visitor: Visitor, identifier: str) -> Response:
    """Return one submission as this person may see it."""
    return visitor.page("submission.html", **_context(visitor, identifier))


def review_sheet(visitor: Visitor, identifier: str) -> Response:
    """Return the sheet that a reviewer prints: files, findings with evidence, room for a signature."""
    return visitor.page("review_sheet.html", **_context(visitor, identifier))


def _context(visitor: Visitor, identifier: str) -> dict[str, Any]:
    platform, actor = visitor.platform, visitor.actor
    data = audience.shown(platform.gate, actor, identifier)
    stored = platform.store.load(Submission, identifier)
    submission = stored.record
    files = [
        {
            **told,
            "size": file.size,
            "digest": file.digest,
            "votable": file.rewritten,
            "read": file.rewritten or file.reading,
            "state": file.verdict,
        }
        for told, file in zip(_dicts(data["files"]), submission.files, strict=True)
    ]
    shared: dict[str, Any] = {
        "data": data,
        "audience": str(data["audience"]),
        "submission": submission,
        "version": stored.version,
        "made": stored.created_at,
        "files": files,
        "releases": platform.store.find(Release, linked=("submission", identifier)),
        "purpose": _purpose(visitor, identifier),
        "snapshots": [platform.store.load(Snapshot, one).record for one in submission.snapshots],
        "agreement": platform.store.load(ServiceAgreement, submission.agreement).record,
        "timeline": _timeline(visitor, submission),
        "refused": Verdict.REFUSE,
        "cast": CAST,
        "release": RELEASE,
        "withdraw": WITHDRAW,
        "commission": COMMISSION,
        "commissioned": [visitor.body_name(one) for one in submission.commissioned],
    }
    return {**shared, **_ballot(visitor, submission), **_around(visitor, submission)}


def _timeline(visitor: Visitor, submission: Submission) -> list[Header]:
    """Return the facts; of a sample that is still voted on they read like any other submission's."""
    facts = visitor.platform.store.facts(record=submission.id)
    if not submission.sample or submission.state == "exposed":
        return list(facts)
    return [samples.as_handed_in(one, submission) for one in facts]


def _around(visitor: Visitor, submission: Submission) -> dict[str, Any]:
    """Return what stands around the votes: rounds, custody, clock, assessment, what changed."""
    gate, clock = visitor.platform.gate, submission.clock
    held = [one.record for one in custody.holders(gate, submission)]
    seen_as = audience.audience_of(gate, visitor.actor, submission)
    reviewer, author = seen_as is audience.Audience.REVIEWER, seen_as is audience.Audience.AUTHOR
    return {
        "mendable": mending.mendable(gate, submission) if author else (),
        "acts": reviews,
        "held": held,
        "mine": next((one for one in held if one.account == visitor.actor.account), None),
        "left": service.days_left(gate, clock) if clock is not None else None,
        "assessed": assessment.standing(gate, submission),
        "next_up": reviews.next_up(visitor, submission.id) if reviewer else "",
        "since_round": differences.since_last_round(gate, submission) if reviewer else {},
        "since_release": differences.since_last_release(gate, submission) if reviewer else {},
        "earlier": review.reviews_of(gate, submission.id) if reviewer else (),
    }


def _ballot(visitor: Visitor, submission: Submission) -> dict[str, Any]:
    gate = visitor.platform.gate
    ballot = review.ballot(gate, visitor.actor, submission.id)
    mine = [one for one in ballot.visible if one.voter == visitor.actor.account]
    situation = review.review_situation(gate, visitor.actor, submission)
    return {
        "ballot": ballot,
        "voted": bool(mine),
        "own": {vote.digest: vote for one in mine for vote in one.votes},
        "quorum": quorum(situation),
        "providers": sorted(visitor.body_name(one) for one in situation.providers),
        "names": {one.rewritten: one.name for one in submission.files if one.rewritten},
    }


def _purpose(visitor: Visitor, identifier: str) -> str:
    facts = visitor.platform.store.facts(record=identifier, limit=1)
    for header in (one for one in facts if one.verb in ("submission:submit", "submission:plant")):
        note = (visitor.platform.store.payload(header.seq) or {}).get("note")
        if isinstance(note, dict):
            return str(note.get("purpose", ""))
    return ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def preview(visitor: Visitor, identifier: str, place: int) -> Response:
    """Return a file as the gate rewrote it, with what was found marked: for reviewers, shut in a frame."""
    gate = visitor.platform.gate
    submission = review.found(gate, identifier).record
    if not 0 <= place < len(submission.files):
        raise NotFoundError(word("申请里没有这份文件"))
    file = submission.files[place]
    rewritten = audience.rewritten(gate, visitor.actor, identifier)
    shown = audience.shown(gate, visitor.actor, identifier)
    together = [one for one in _dicts(shown.get("set_findings")) if file.name in one["paths"]]
    own = _dicts(_dicts(shown["files"])[place].get("findings"))
    found = _pointers(visitor, submission, [*own, *together])
    if file.name in rewritten:
        return framed.answer(framed.document(file.name, rewritten[file.name], found, visitor.t))
    known = frozenset(name for one in submission.snapshots for name in _columns(visitor, one))
    drawn = framed.redacted(file.name, gate.frozen.get(file.digest), found, visitor.t, known=known)
    return framed.answer(drawn)


def _pointers(
    visitor: Visitor, submission: Submission, found: list[dict[str, Any]]
) -> tuple[framed.Pointer, ...]:
    """Return the findings as they are numbered beside the table; of the evidence nothing."""
    parts = court.policy_for(visitor.platform.gate, submission).datasets
    smallest = max((one.thresholds.smallest for one in parts), default=0)
    return tuple(
        framed.Pointer(
            where=str(one["where"] or ""),
            kind=one["kind"],
            rule=str(one["rule"]),
            article=str(one["article"]),
            message=visitor.say(one["message"]),
            remedy=visitor.say(one["remedy"]),
            smallest=smallest,
        )
        for one in found
    )


def _columns(visitor: Visitor, snapshot: str) -> tuple[str, ...]:
    store = visitor.platform.store
    dataset = store.load(Dataset, store.load(Snapshot, snapshot).record.dataset).record
    return tuple(column.name for column in dataset.columns)


def release_page(visitor: Visitor, identifier: str) -> Response:
    """Return one release with its receipt, readable on paper."""
    found = readable(visitor, identifier)
    gate = visitor.platform.gate
    receipt = json.loads(gate.frozen.get(found.receipt))
    stored, lists = visitor.platform.store.load(Release, identifier), visitor.platform.store.lists
    holders = [one.record for one in lists.every(Account, release.holders(gate, identifier)).values()]
    own = found.organisation == visitor.actor.organisation
    handed_in = review.found(gate, found.submission).record.files
    return visitor.page(
        "release.html",
        held_back=sum(not one.supporting for one in handed_in) - len(found.files),
        release=found,
        version=stored.version,
        receipt=receipt,
        holders=holders,
        recall=RECALL,
        own=own,
        signature=_signature(visitor, found),
    )


def _signature(visitor: Visitor, found: Release) -> bool:
    """Return whether the receipt's signature is this platform's; `TamperedError` where it is not."""
    gate = visitor.platform.gate
    release.verify_receipt(gate.frozen.get(found.receipt), public_key=gate.signer.public)
    return True


def receipt(visitor: Visitor, identifier: str) -> Response:
    """Return the signed receipt as a file."""
    data = visitor.platform.gate.frozen.get(readable(visitor, identifier).receipt)
    name = f"{identifier}-receipt.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/json", headers=headers)


def readable(visitor: Visitor, identifier: str) -> Release:
    """Return the release for its own organisation, the providers and the authority; refused for others."""
    platform, actor = visitor.platform, visitor.actor
    found = platform.store.load(Release, identifier).record
    submission = review.found(platform.gate, found.submission).record
    parties = {found.organisation, *review.providers_of(platform.gate, submission)}
    require_reader(platform.directory, actor, found, organisations=parties)
    return found
