"""A check without its receipt blocks, and one byte changed anywhere on the way ends a release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from sandbox.cli import inspect as terminal
from sandbox.demo.egress import RISKS
from sandbox.egress import (
    assessment,
    audience,
    intake,
    isolated,
    judgements,
    nightly,
    release,
    review,
    rounds,
)
from sandbox.egress.bundle_check import verify_bundle
from sandbox.egress.checks import PER_FILE, VERSION
from sandbox.egress.judge import judge
from sandbox.egress.wire import judgement_in, judgement_out, pack
from sandbox.kernel.errors import RefusedError, SandboxError, TamperedError
from sandbox.kernel.findings import FileJudgement, Judgement, Outcome, Receipt, Verdict
from sandbox.kernel.review_records import Assessment, FileVote, Release, Submission
from tests.egress.clinic import claim, csv_of, source, visits
from tests.egress.test_bundle import NOW
from tests.egress.test_intake import the_seat
from tests.egress.test_worker import SQL
from tests.journeys.forge import forge
from tests.journeys.homes import DEVELOPER, PROVIDER, SECURITY, Desk, Home, hand_in, judged, told

__all__ = ["judged", "told"]
ALL = frozenset(f"{one.code}.{VERSION}" for one in PER_FILE)


@pytest.fixture(scope="module")
def proven() -> tuple[isolated.Product, Judgement, list[bytes]]:
    """A product that is proven, its judgement and its rewriting: everything that the worker would answer."""
    counts = visits().group_by("病种").aggregate([([], "count_all")]).rename_columns(["病种", "n"])
    product = isolated.Product("good.csv", csv_of(counts), claim=claim(SQL))
    found = judge([product], [source()])
    return product, found.judgement, [found.rewritings[one] for one in sorted(found.rewritings)]


def answered(proven, change: Callable[[FileJudgement], FileJudgement]) -> FileJudgement:
    """Return what the outside believes when the worker's answer was changed so."""
    product, judgement, blobs = proven
    told_ = judgement_out(replace(judgement, files=tuple(change(one) for one in judgement.files)))
    frame = pack({"judgement": told_, "digests": []}, blobs)
    (file,) = isolated._believed(frame, [product]).judgement.files
    return file


def without(check: str) -> Callable[[FileJudgement], FileJudgement]:
    """Drop one check's receipt."""
    return lambda one: replace(one, receipts=tuple(each for each in one.receipts if each.check != check))


def test_the_whole_answer_is_believed(proven) -> None:
    file = answered(proven, lambda one: one)
    assert (file.verdict, {one.check for one in file.receipts}) == (Verdict.RELEASE, ALL)


@pytest.mark.parametrize("check", sorted(ALL))
def test_any_one_receipt_dropped_refuses_the_file(proven, check: str) -> None:
    file = answered(proven, without(check))
    assert (file.verdict, file.rewritten) == (Verdict.REFUSE, None)
    assert {one.outcome for one in file.receipts} == {Outcome.UNABLE}


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, receipts=()),
        lambda one: replace(one, receipts=(*one.receipts, Receipt("G99.1", Outcome.PASS, one.digest))),
        lambda one: replace(one, receipts=tuple(replace(each, subject="0" * 64) for each in one.receipts)),
        lambda one: replace(
            one, receipts=(replace(one.receipts[0], outcome=Outcome.UNABLE), *one.receipts[1:])
        ),
        lambda one: replace(one, receipts=tuple(replace(each, check="G01.0") for each in one.receipts)),
    ],
    ids=["none", "unknown", "of another file", "unable", "of another version"],
)
def test_receipts_that_do_not_fit_refuse_the_file(proven, change) -> None:
    assert answered(proven, change).verdict is Verdict.REFUSE


def test_receipts_are_told_in_the_terminal_and_to_reviewers(proven, judged: Home) -> None:
    _, judgement, _ = proven

    class Plain:
        text = staticmethod(str)

    shown = Console(record=True, width=200)
    terminal._view(Plain(), shown, judgement)  # type: ignore[arg-type]
    assert f"检查回执 {len(ALL)}/{len(ALL)}" in shown.export_text()
    with judged.open() as desk:
        made = desk.submission("in-review")
        view = audience.shown(desk.platform.gate, desk.actor(SECURITY), made.id)
        (file,) = view["files"]
        assert {one["check"] for one in file["receipts"]} == ALL
        assert "receipts" not in str(audience.shown(desk.platform.gate, desk.actor(DEVELOPER), made.id))


def approved(desk: Desk) -> Submission:
    """Return what waits, approved by both who must."""
    made = desk.submission("in-review")
    votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files)
    for who in (SECURITY, PROVIDER):
        made = review.cast(desk.platform.gate, desk.actor(who), made.id, votes)
    return made


def flip(path) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("what", ["rewritten file", "judgement", "assessment", "submission", "receipts"])
def test_one_byte_changed_ends_it(judged: Home, what: str) -> None:
    with judged.open() as desk:
        gate, store, made = desk.platform.gate, desk.platform.store, approved(desk)
        if what == "rewritten file":
            flip(gate.frozen.path(made.files[0].rewritten))
        elif what == "judgement":
            flip(gate.judgements / f"{made.judgement}.sealed")
        elif what == "assessment":
            (filed,) = store.find(Assessment, state="filed")
            forge(judged.path, filed.id, filed.record.risks[0].finding, filed.record.risks[0].finding[:-1])
        elif what == "submission":
            forge(judged.path, made.id, made.title, made.title[:-1])
        else:
            found = judgements.load(gate, made.judgement)
            bare = replace(found, files=tuple(replace(one, receipts=()) for one in found.files))
            forge(judged.path, made.id, made.judgement, judgements.keep(gate, bare))
        with pytest.raises(SandboxError) as ended:
            release.release(gate, desk.actor(SECURITY), made.id)
        assert isinstance(ended.value, TamperedError)
        assert store.find(Release) == ()


def test_a_frozen_file_changed_is_not_judged_again(judged: Home) -> None:
    from sandbox.egress import court

    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("refused")
        flip(gate.frozen.path(made.files[0].digest))
        with pytest.raises(TamperedError):
            court.judge(gate, made)


def test_a_refusal_cannot_be_voted_on_and_comes_again_only_as_something_new(judged: Home) -> None:
    with judged.open() as desk:
        gate, author, made = desk.platform.gate, desk.actor(DEVELOPER), desk.submission("refused")
        for approve in (True, False):
            votes = tuple(FileVote(digest=one.digest, approve=approve) for one in made.files)
            with pytest.raises(RefusedError) as refused:
                review.cast(gate, desk.actor(SECURITY), made.id, votes)
            assert "in-review" in {one.code for one in refused.value.decision.refusals}
        assert review.settle(gate, made.id).state == "refused"
        assert nightly.resume(gate) == []
        with pytest.raises(RefusedError) as refused:
            rounds.resubmit(gate, author, made.id, keep=tuple(one.name for one in made.files))
        assert {one.code for one in refused.value.decision.refusals} == {"nothing-new"}


def test_a_policy_changed_by_both_parties_lets_a_refusal_be_judged_again_and_records_stay_refused(
    judged: Home,
) -> None:
    from datetime import timedelta

    from sandbox.access import agreement
    from sandbox.access.amendment import Revision, amend
    from sandbox.egress import intake
    from sandbox.kernel.agreement_records import ServiceAgreement
    from tests.journeys.homes import OPERATOR

    with judged.open() as desk:
        gate, access, made = desk.platform.gate, desk.platform.access, desk.submission("refused")
        author, operator = desk.actor(DEVELOPER), desk.actor(OPERATOR)
        old = desk.platform.store.load(ServiceAgreement, made.agreement).record
        new = amend(access, operator, old.id, Revision(term_to=old.term_to - timedelta(days=1)))
        keep = tuple(one.name for one in made.files)
        with pytest.raises(RefusedError):  # proposed by one, agreed to by nobody
            rounds.resubmit(gate, author, made.id, keep=keep)
        agreement.accept(access, author, new.id)
        agreement.sign(access, operator, new.id)
        again = rounds.resubmit(gate, author, made.id, keep=keep)
        assert (again.state, again.policy != made.policy) == ("frozen", True)
        assert intake.judge(gate, made.id).state == "refused"


def test_the_judgement_survives_the_wire_with_every_receipt(proven) -> None:
    _, judgement, _ = proven
    assert judgement_in(judgement_out(judgement)) == judgement


def test_what_is_held_back_of_a_partial_release_stands_nowhere_in_what_leaves(judged: Home, tmp_path) -> None:
    """Its name, its checks and what was handed in of it are for reviewers alone."""
    files = {"left.txt": "两句话。没有记录。".encode(), "kept-back.txt": "三句话。也没有记录。".encode()}
    with judged.open() as desk:
        gate, store = desk.platform.gate, desk.platform.store
        hand_in(judged, desk, the_seat(desk).id, files)
        (made,) = intake.collect(gate, the_seat(desk).id, refused=lambda _: None).submissions
        made = intake.judge(gate, made.id)
        assessment.file(gate, desk.actor(DEVELOPER), made.id, RISKS)
        left, kept = (next(one for one in made.files if one.name == name) for name in files)
        votes = (
            FileVote(digest=left.rewritten, approve=True),
            FileVote(digest=kept.rewritten, approve=False),
        )
        for who in (SECURITY, PROVIDER):
            review.cast(gate, desk.actor(who), made.id, votes)
        issued = release.release(gate, desk.actor(SECURITY), made.id)
        body = release.verify_receipt(gate.frozen.get(issued.receipt), public_key=desk.platform.signer.public)
        assert [one.name for one in issued.files] == [left.name]
        assert {(one["file"], one["check"]) for one in body["checks"]} == {(left.name, each) for each in ALL}
        release.hand_out(gate, desk.actor(DEVELOPER), issued.id, tmp_path / "out")
        told_ = b"".join(one.read_bytes() for one in sorted((tmp_path / "out").rglob("*")) if one.is_file())
        assert left.name.encode() in told_
        assert kept.name.encode() not in told_
        assert kept.digest.encode() not in told_
        rest = store.load(Submission, made.id).record
        assert len(judgements.receipts_of(gate, rest.judgement)) == 2 * len(ALL)  # the reviewers' own
        assert verify_bundle(tmp_path / "out", key=desk.platform.signer.public, now=NOW)
