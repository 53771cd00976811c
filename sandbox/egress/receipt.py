"""What a receipt says of a release: files, data, checks and votes, without evidence and without comments.

Names what was decided by whom, when and under which policy, each by its digest, so that the receipt can
be held against the records. Decides nothing. Called by the release, which signs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sandbox.access.versions import standing as standing_agreement
from sandbox.egress import assessment, judgements
from sandbox.egress.desk import GateDesk
from sandbox.egress.judgements import receipts_of
from sandbox.kernel.agreement_records import PolicyRecord
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.records import Account
from sandbox.kernel.review_records import Release, ReleasedFile, Review, Submission
from sandbox.kernel.template_records import TemplateSignature
from sandbox.store import codec
from sandbox.store.canonical import canonical
from sandbox.store.facts import Header
from sandbox.vault import signer as signing

RECEIPT = "出域回执"
GIVEN = "template-signature:give"
VOTING = frozenset({"review:cast", "review:revise"})


def receipt_body(
    desk: GateDesk,
    submission: Submission,
    reviews: tuple[Review, ...],
    files: tuple[ReleasedFile, ...],
) -> dict[str, Any]:
    """Return the body that the platform signs, as JSON; the moment is the desk's clock."""
    agreement = standing_agreement(desk.directory, submission.agreement)
    return {
        "type": RECEIPT,
        "platform": desk.home_name,
        "demo": desk.demo,
        "submission": submission.id,
        "round": submission.round,
        "agreement": submission.agreement,
        "agreement_version": agreement.id,
        "agreement_text_sha256": agreement.document,
        "recipient": desk.directory.organisation(submission.organisation).name,
        "access_policy_sha256": submission.policy,
        "access_policy": _policy(desk, submission),
        "title": submission.title,
        "issued_at": desk.directory.clock().isoformat(),
        "files": [
            {
                "name": one.name,
                "submitted_sha256": one.submitted,
                "released_sha256": one.released,
                "bytes": one.size,
            }
            for one in files
        ],
        "snapshots": [_snapshot(desk, one) for one in submission.snapshots],
        "judgement_sha256": submission.judgement,
        "checks": receipts_of(desk, submission.judgement, of={(one.name, one.submitted) for one in files}),
        "untied_earlier": _untied(desk, submission),
        "assessment": _assessment(desk, submission),
        "votes": [_vote(desk, review) for review in reviews],
        "article": "第十九条",
    }


def last_vote(desk: GateDesk, review: Review) -> Header | None:
    """Return the fact by which a vote came to stand as it does; None where the log has none."""
    last = desk.directory.store.facts(record=review.id, newest_first=True)
    return next((one for one in last if one.verb in VOTING), None)


def keys_of(desk: GateDesk, voter: Account) -> tuple[str, ...]:
    """Return the keys the account was ever enrolled with: a reset afterwards does not undo a vote."""
    store = desk.directory.store
    enrolled = (store.payload(one.seq) for one in store.facts(record=voter.id, verb="account:enrol"))
    records = (payload.get("record") for payload in enrolled if payload)
    earlier = (str(one.get("public_key", "")) for one in records if isinstance(one, dict))
    return tuple(key for key in dict.fromkeys((voter.public_key, *earlier)) if key)


def signed_with(fact: Header | None, keys: tuple[str, ...]) -> str:
    """Return which of the keys, in hexadecimal, signed the fact; empty where none did."""
    if fact is None or fact.signature is None:
        return ""
    message, signature = fact.signing_input(), fact.signature
    return next((one for one in keys if signing.verify(bytes.fromhex(one), message, signature)), "")


def _policy(desk: GateDesk, submission: Submission) -> dict[str, Any] | None:
    """Return which recorded access policy applied: its record and the agreement version it was made for."""
    store = desk.directory.store
    for stored in store.find(PolicyRecord, linked=("agreement", submission.agreement)):
        if stored.record.digest == submission.policy:
            return {"id": stored.record.id, "version": stored.version, "agreement": stored.record.agreement}
    return None


def _snapshot(desk: GateDesk, identifier: str) -> dict[str, Any]:
    snapshot = desk.directory.store.load(Snapshot, identifier).record
    return {"id": snapshot.id, "version": snapshot.version, "manifest_sha256": snapshot.manifest_digest}


def _untied(desk: GateDesk, submission: Submission) -> list[str]:
    """Return the recipient's own earlier releases that no subtraction was computed with; no other body's."""
    told = judgements.load(desk, submission.judgement).untied
    own = desk.directory.store.find(Release, organisation=submission.organisation) if told else ()
    known = {one.id for one in own}
    return [one for one in told if one.split(" ", 1)[0] in known]


def _assessment(desk: GateDesk, submission: Submission) -> dict[str, Any] | None:
    """Return the risk assessment that stood, by the digest of its canonical text (第十八条)."""
    found = assessment.standing(desk, submission)
    if found is None:
        return None
    digest = sha256(canonical(codec.encode(found)).encode()).hexdigest()
    return {"id": found.id, "state": found.state, "sha256": digest}


def _vote(desk: GateDesk, review: Review) -> dict[str, Any]:
    voter = desk.directory.store.load(Account, review.voter).record
    fact = last_vote(desk, review)
    given = {vote.digest: vote.approve for vote in review.votes}
    return {
        "review": review.id,
        "voter": voter.display_name,
        "account": voter.id,
        "public_key": signed_with(fact, keys_of(desk, voter)),
        "organisation": desk.directory.organisation(review.organisation).name,
        "capacity": review.capacity.value,
        "decision": decision(given),
        "at": fact.at if fact is not None else "",
        "digests": given,
    }


def template_signature(desk: GateDesk, one: TemplateSignature) -> dict[str, Any]:
    """Return who signed a template, when, and with which of his keys, as a vote is told."""
    signer = desk.directory.store.load(Account, one.account).record
    fact = next(iter(desk.directory.store.facts(record=one.id, verb=GIVEN)), None)
    return {
        "signature": one.id,
        "signer": signer.display_name,
        "account": signer.id,
        "public_key": signed_with(fact, keys_of(desk, signer)),
        "organisation": desk.directory.organisation(one.organisation).name,
        "capacity": one.capacity.value,
        "at": fact.at if fact is not None else "",
        "digest": one.digest,
    }


def decision(given: Mapping[str, bool]) -> str:
    """Return what a person's votes on all files come to: approve, reject, or in part."""
    if not given or not any(given.values()):
        return "reject"
    return "approve" if all(given.values()) else "in-part"
