"""第十三条: in the seat, under the agreement, from its data alone, comes a product for the market."""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.access import agreement as agreements
from sandbox.catalog import entries
from sandbox.egress import intake, judgements, release, review
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.findings import FindingKind, Verdict
from sandbox.kernel.review_records import FileVote, Submission
from sandbox.kernel.seat_records import Seat
from tests.journeys.homes import (
    CODE,
    DEVELOPER,
    MARKET,
    OPERATOR,
    OTHER_DEVELOPER,
    PROVIDER,
    SECURITY,
    Desk,
    Home,
    hand_in,
    judged,
    told,
)
from tests.journeys.refusals import refused

__all__ = ["judged", "told"]


def made_of(home: Home, desk: Desk, files: dict[str, bytes]) -> Submission:
    """Return what the gate makes of files that the seat hands in."""
    gate, seat = desk.platform.gate, desk.submission("in-review").seat
    hand_in(home, desk, seat, files)
    (found,) = intake.collect(gate, seat, refused=desk.platform.note_refusal).submissions
    return intake.judge(gate, found.id)


def product(desk: Desk, *, table: str = CODE) -> dict[str, bytes]:
    """Return the story's product, with a claim that counts the rows of that dataset."""
    gate, (file,) = desk.platform.gate, desk.submission("in-review").files
    claim = json.loads(gate.frozen.get(file.claim))
    claim["sql"] = claim["sql"].replace(CODE, table)
    data = gate.frozen.get(file.digest)
    return {file.name: data, f"{file.name}.claim.json": json.dumps(claim, ensure_ascii=False).encode()}


def test_from_the_seat_to_the_market(judged: Home, tmp_path: Path) -> None:
    """The product names its snapshots, all of its own agreement, and takes the proof of it along."""
    with judged.open() as desk:
        gate, store, waiting = desk.platform.gate, desk.platform.store, desk.submission("in-review")
        seat = store.load(Seat, waiting.seat).record
        assert (waiting.agreement, waiting.author) == (seat.agreement, seat.user) == (MARKET, seat.user)
        inputs = [store.load(Snapshot, one).record for one in waiting.snapshots]
        assert inputs
        assert {one.agreement for one in inputs} == {MARKET}
        assert refused(release.release, gate, desk.actor(SECURITY), waiting.id)["state"] == "第十九条"
        votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in waiting.files)
        for who in (SECURITY, PROVIDER):
            review.cast(gate, desk.actor(who), waiting.id, votes)
        made = release.release(gate, desk.actor(SECURITY), waiting.id)
        body = release.verify_receipt(gate.frozen.get(made.receipt), public_key=desk.platform.signer.public)
        assert body["agreement"] == MARKET
        assert [one["manifest_sha256"] for one in body["snapshots"]] == [
            one.manifest_digest for one in inputs
        ]
        assert "own-record" in refused(
            release.hand_out, gate, desk.actor(OTHER_DEVELOPER), made.id, tmp_path / "theirs"
        )
        release.hand_out(gate, desk.actor(DEVELOPER), made.id, tmp_path / "ours")
        assert set(release.verify_products(body, tmp_path / "ours")) == {one.name for one in made.files}


def test_a_claim_on_data_outside_the_agreement_is_refused(judged: Home) -> None:
    """The seat holds none of it, the agreement names none of it: there is nothing for people to vote on."""
    with judged.open() as desk:
        store = desk.platform.store
        after = made_of(judged, desk, product(desk, table="health-settlement"))
        (file,) = after.files
        assert (after.state, file.verdict, file.approved) == ("refused", Verdict.REFUSE, None)
        found = judgements.load(desk.platform.gate, after.judgement).files[0].findings
        assert FindingKind.NOT_AGREED in {one.kind for one in found}
        (stranger,) = [one for one in found if one.kind is FindingKind.NOT_AGREED]
        assert "第十七条" in stranger.article
        assert "health-settlement" not in str(stranger.message)
        inputs = {store.load(Snapshot, one).record.dataset for one in after.snapshots}
        assert inputs == {entries.by_code(desk.platform.directory, CODE).record.id}


def test_rows_of_the_data_are_no_product(judged: Home) -> None:
    with judged.open() as desk:
        rows = desk.submission("refused")
        votes = tuple(FileVote(digest=one.digest, approve=True) for one in rows.files)
        found = refused(review.cast, desk.platform.gate, desk.actor(SECURITY), rows.id, votes)
        assert found["in-review"] == "第十九条"


def test_nothing_is_made_under_an_agreement_that_ended(judged: Home) -> None:
    with judged.open() as desk:
        seat, gate, heard = desk.submission("in-review").seat, desk.platform.gate, []
        hand_in(judged, desk, seat, product(desk))
        agreements.terminate(desk.platform.access, desk.actor(OPERATOR), MARKET, reason="到此为止")
        assert intake.collect(gate, seat, refused=heard.append).submissions == ()
        (error,) = heard
        assert isinstance(error, RefusedError)
        assert {one.code: one.article for one in error.decision.refusals} == {
            "agreement-in-force": "第十七条"
        }
