"""Reviews in any order of actions by anybody, against a model in plain Python (`ledger`).

The gate's verdict is given by the bytes here: what judges content is tested elsewhere. Whatever is tried, no
file leaves that the votes of those who may judge did not carry, no vote of anybody else is ever on record,
nothing that the gate found to be records is read, voted on or released, and no planted sample leaves.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sandbox.access import agreement as agreements
from sandbox.access.amendment import Revision, amend
from sandbox.app import open_platform
from sandbox.demo.egress import RISKS
from sandbox.egress import (
    assessment,
    audience,
    comments,
    court,
    custody,
    intake,
    nightly,
    release,
    review,
    rounds,
    samples,
    stoppage,
)
from sandbox.egress.checks import check
from sandbox.egress.options import Judged
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import CredentialError, SandboxError
from sandbox.kernel.findings import FileJudgement, Judgement, Outcome, Receipt, Verdict
from sandbox.kernel.review_records import Assessment, FileVote, Phase, Release, Review, Submission
from sandbox.kernel.seat_records import Seat, Stoppage
from sandbox.people import accounts
from sandbox.store.verify import verify
from tests.egress.ledger import AUTHORITY, EVERYBODY, GOOD, JUDGES, RECORDS, RELEASERS, Case, Vote
from tests.journeys.homes import JUDGED, Desk, Home, hand_in, keep, told
from tests.lengths import length

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["told"]
MOST_CASES = 7
AUTHOR, OFFICER, OPERATOR = "lin.xiaoyu", "chen.guanglan", "zhang.kai"
PEOPLE, PLACE = st.sampled_from(EVERYBODY), st.integers(0, 9)
NAMES = st.sampled_from(["a.csv", "b.csv", "c.txt"])
SUBMITTERS = st.sampled_from([AUTHOR, AUTHOR, "xu.zhizhong", OPERATOR, "zhou.minxing"])
MOSTLY_JUDGES = st.one_of(st.sampled_from(sorted(JUDGES)), PEOPLE)
FILES = st.dictionaries(
    st.sampled_from(["a.csv", "b.csv", "c.txt"]),
    st.sampled_from([GOOD + b"1", GOOD + b"2", GOOD + b"3", RECORDS + b"1"]),
    min_size=1,
)
ANSWERS = st.one_of(st.just(dict.fromkeys(["a.csv", "b.csv", "c.txt"], True)), st.fixed_dictionaries(
    {name: st.booleans() for name in ("a.csv", "b.csv", "c.txt")}
))  # fmt: skip


def verdict(desk: object, submission: Submission, **_: object) -> Judged:
    """Judge by the first bytes of each file; what is good is written anew with one line more."""
    files, rewritings = [], {}
    for one in submission.files:
        data = desk.frozen.get(one.digest)
        if data.startswith(RECORDS):
            found = check("source-record").finding(records=3)
            files.append(FileJudgement(one.name, one.digest, Verdict.REFUSE, (found,)))
            continue
        anew = data + b"\n"
        digest = sha256(anew).hexdigest()
        rewritings[digest] = anew
        found = check("claim").finding()
        whole = (Receipt("G01.1", Outcome.PASS, one.digest),)
        files.append(FileJudgement(one.name, one.digest, Verdict.REVIEW, (found,), whole, one.name, digest))
    return Judged(Judgement(tuple(files)), rewritings)


class Orders(RuleBasedStateMachine):
    """One home in which anybody may try anything with any submission."""

    told: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="orders-"))
        self.folder.chmod(0o711)
        keep(self.told / JUDGED, self.folder / "home")
        self.home, self.ahead = Home(self.folder / "home"), timedelta(0)
        self.platform = open_platform(self.home.path, clock=lambda: datetime.now(UTC) + self.ahead)
        self.desk = Desk(self.platform, {name: one["token"] for name, one in self.home.accounts.items()})
        self.gate, self.store = self.platform.gate, self.platform.store
        self.actors = {one: self.desk.actor(one) for one in EVERYBODY}
        self.seat = next(one.record for one in self.store.find(Seat) if one.record.name == "demo")
        self.cases: dict[str, Case] = {}
        self.gone: set[str] = set()
        self.asked, self.folders, self.amended = 0, 0, 0

    def teardown(self) -> None:
        try:
            report = verify(self.store, key=self.platform.public_key, witness=self.platform.witnesses[0])
            assert report, report.problems
        finally:
            self.platform.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def attempt(self, act, who, *given, **named):
        """Let a person try; a refusal is one sentence, a withdrawn account cannot even begin."""
        if who in self.gone:
            with pytest.raises(CredentialError):
                self.desk.actor(who)
            return None
        try:
            return act(self.gate, self.actors[who], *given, **named)
        except SandboxError as error:
            said = str(error)
        assert said.strip()
        assert len(said.splitlines()) == 1
        return None

    def now(self) -> float:
        return self.platform.clock().timestamp()

    def pick(self, place: int) -> tuple[str, Case]:
        names = sorted(self.cases)
        name = names[place % len(names)]
        return name, self.cases[name]

    def request(self, files, supporting=(), **more) -> None:
        """Hand a request in from the seat; what came of it is read from the records."""
        self.asked += 1
        folder = hand_in(self.home, self.desk, self.seat.id, files, request=f"0request-{self.asked:05d}")
        document = json.loads((folder / "request.json").read_text(encoding="utf-8"))
        document |= {"supporting": list(supporting), **more}
        (folder / "request.json").write_text(json.dumps(document), encoding="utf-8")
        return intake.collect(self.gate, self.seat.id, refused=lambda _: None)

    # --- the author and the gate

    @initialize(first=FILES, second=FILES)
    def begin(self, first, second):
        """Begin with two submissions before the reviewers, assessed, so that short lives come far."""
        for files in ({"a.csv": GOOD + b"0"}, first, second):
            self.hand_over(files, ())
        self.judge_all()
        for name, case in self.cases.items():
            case.assessed = self.attempt(assessment.file, AUTHOR, name, RISKS) is not None

    @precondition(lambda self: len(self.cases) < MOST_CASES)
    @rule(files=FILES, help_=st.booleans())
    def hand_in(self, files, help_):
        supporting = ("c.txt",) if help_ and len(files) > 1 and "c.txt" in files else ()
        self.hand_over(files, supporting)

    def hand_over(self, files, supporting):
        for made in self.request(files, supporting).submissions:
            self.cases[made.id] = Case(dict(files), frozenset(supporting), policy=self.amended)

    @precondition(lambda self: any(one.state == "frozen" for one in self.cases.values()))
    @rule()
    def judge(self):
        self.judge_all()

    def judge_all(self):
        for name, case in self.cases.items():
            if case.state == "frozen":
                intake.judge(self.gate, name)
                case.state = "in-review" if case.votable() else "refused"

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=SUBMITTERS, names=st.sets(NAMES, min_size=1), answer=st.sampled_from(["", "已改"]))
    def resubmit(self, place, who, names, answer):
        name, case = self.pick(place)
        kept = {one: data for one, data in case.files.items() if one in names}
        done = self.attempt(rounds.resubmit, who, name, answer=answer, keep=tuple(sorted(kept)))
        if done is not None:
            assert who == AUTHOR
            self.new_round(case, kept, answer)

    @precondition(lambda self: any(one.state in ("returned", "refused") for one in self.cases.values()))
    @rule(place=PLACE, files=FILES, answer=st.sampled_from(["", "换了文件"]))
    def resubmit_from_seat(self, place, files, answer):
        name, case = self.pick(place)
        if self.request(files, submission=name, answer=answer).submissions:
            self.new_round(case, dict(files), answer, supporting=frozenset())

    def new_round(self, case, files, answer, supporting=None):
        assert case.state in ("returned", "refused")
        assert case.state == "refused" or answer or case.answered
        if case.state == "refused" and case.policy == self.amended:
            assert files != case.files or supporting is not None
        case.policy = self.amended
        case.anew(files, case.supporting & set(files) if supporting is None else supporting)

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=PEOPLE)
    def withdraw(self, place, who):
        name, case = self.pick(place)
        if self.attempt(intake.withdraw, who, name) is not None:
            assert who == AUTHOR
            assert not case.sample
            assert case.state in ("frozen", "in-review", "returned")
            case.state = "withdrawn"

    @precondition(lambda self: self.cases)
    @rule(
        place=PLACE,
        who=st.sampled_from([AUTHOR, OPERATOR, "song.keyi", "zhou.minxing"]),
        most=st.sampled_from([4, 5, 5]),
    )
    def assess(self, place, who, most):
        name, case = self.pick(place)
        if self.attempt(assessment.file, who, name, RISKS[:most]) is not None:
            assert who == OPERATOR or (who == AUTHOR and not case.sample)
            assert most == 5
            case.assessed = True

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=PEOPLE)
    def take_assessments_back(self, place, who):
        name, case = self.pick(place)
        for one in self.store.find(Assessment, state="filed", linked=("submission", name)):
            if self.attempt(assessment.withdraw, who, one.id) is not None:
                assert who in (AUTHOR, OPERATOR)
                assert case.state != "released"
        case.assessed = bool(self.store.find(Assessment, state="filed", linked=("submission", name)))

    # --- those who judge

    def ballots(self, name, case, answers) -> tuple[FileVote, ...]:
        record = self.store.load(Submission, name).record
        if case.sample:
            return tuple(FileVote(digest=one.rewritten, approve=answers["a.csv"]) for one in record.files)
        return tuple(
            FileVote(digest=sha256(data + b"\n").hexdigest(), approve=answers[one])
            for one, data in case.files.items()
            if one not in case.supporting and data.startswith(GOOD)
        )

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=MOSTLY_JUDGES, answers=ANSWERS)
    def vote(self, place, who, answers):
        self.cast(*self.pick(place), who, answers)

    def cast(self, name, case, who, answers):
        held = case.holder(JUDGES[who][0], self.now()) if who in JUDGES else None
        lawful = (
            case.state == "in-review"
            and case.may_vote(who)
            and case.voted(who) is None
            and who not in self.gone
            and (case.open != "blind" or held in (None, who))
        )
        done = self.attempt(review.cast, who, name, self.ballots(name, case, answers))
        assert (done is not None) == lawful
        if lawful:
            said = {one: answers[one if not case.sample else "a.csv"] for one in case.votable()}
            case.votes.append(Vote(who, said, late=case.open == "open"))
            case.settle()

    @precondition(
        lambda self: any(one.state == "in-review" and not one.sample for one in self.cases.values())
    )
    @rule(place=PLACE)
    def all_agree(self, place):
        """Bring one to its end, so that what comes after is tried as well."""
        waiting = [one for one, case in self.cases.items() if case.state == "in-review" and not case.sample]
        self.ahead += timedelta(hours=5)
        name = waiting[place % len(waiting)]
        for who in ("zhou.minxing", "yang.lizhi"):
            self.cast(name, self.cases[name], who, dict.fromkeys(("a.csv", "b.csv", "c.txt"), True))

    @precondition(lambda self: any(one.open == "open" for one in self.cases.values()))
    @rule(place=PLACE, who=MOSTLY_JUDGES, answers=ANSWERS)
    def revise(self, place, who, answers):
        name, case = self.pick(place)
        own = case.voted(who)
        lawful = (
            case.state == "in-review" and case.open == "open" and own is not None and who not in self.gone
        )
        done = self.attempt(review.revise, who, name, self.ballots(name, case, answers))
        assert (done is not None) == lawful
        if lawful:
            own.answers = {one: answers[one] for one in case.votable()}
            case.settle()

    @precondition(lambda self: any(one.open == "open" for one in self.cases.values()))
    @rule(place=PLACE, who=MOSTLY_JUDGES)
    def conclude(self, place, who):
        name, case = self.pick(place)
        if self.attempt(review.conclude, who, name) is not None:
            assert JUDGES[who][1] == AUTHORITY
            assert case.open == "open"
            case.open = "closed"
            case.settle()

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=MOSTLY_JUDGES, comment=st.sampled_from(["", "请合并小组"]))
    def send_back(self, place, who, comment):
        name, case = self.pick(place)
        if self.attempt(rounds.send_back, who, name, comment=comment) is not None:
            assert case.may_vote(who)
            assert case.state == "in-review"
            assert comment or case.asked
            case.state = "exposed" if case.sample else "returned"

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=MOSTLY_JUDGES, public=st.booleans())
    def remark(self, place, who, public):
        name, case = self.pick(place)
        if self.attempt(comments.post, who, name, "看过了", public=public) is not None:
            assert (who == AUTHOR and not case.sample) or (case.may_vote(who) and case.state == "in-review")
            case.asked |= public and who != AUTHOR
            case.answered |= who == AUTHOR

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=MOSTLY_JUDGES)
    def take(self, place, who):
        name, case = self.pick(place)
        made = self.attempt(custody.take, who, name)
        if made is not None:
            assert case.may_vote(who)
            assert case.state == "in-review"
            case.held[JUDGES[who][0]] = (who, made.until.timestamp())

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=MOSTLY_JUDGES)
    def give_back(self, place, who):
        name, case = self.pick(place)
        if self.attempt(custody.give_back, who, name) is not None and case.holder(JUDGES[who][0], 0) == who:
            case.held.pop(JUDGES[who][0])

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=st.sampled_from([OFFICER, OFFICER, OPERATOR, "zhou.minxing"]))
    def commission(self, place, who):
        name, case = self.pick(place)
        if self.attempt(review.commission, who, name, self.actors["gao.heng"].organisation) is not None:
            assert who == OFFICER
            case.commissioned = True

    @precondition(lambda self: sum(one.sample for one in self.cases.values()) < 2)
    @rule(
        kind=st.sampled_from(sorted(samples.KINDS)),
        who=st.sampled_from([OFFICER, OFFICER, "yang.lizhi", AUTHOR]),
    )
    def plant(self, kind, who):
        made = self.attempt(samples.plant, who, "demo", kind)
        if made is not None:
            assert who == OFFICER
            self.cases[made.id] = Case({one.name: GOOD for one in made.files}, state="in-review", sample=True)

    # --- what leaves, and what ends

    @precondition(lambda self: self.cases)
    @rule(place=PLACE, who=st.one_of(st.sampled_from(sorted(RELEASERS)), PEOPLE), any_=st.booleans())
    def release(self, place, who, any_):
        decided = sorted(one for one, case in self.cases.items() if case.state == "approved")
        name = self.pick(place)[0] if any_ or not decided else decided[place % len(decided)]
        case = self.cases[name]
        stands = self.store.load(ServiceAgreement, self.standing()).record.state == "active"
        made = self.attempt(release.release, who, name)
        lawful = (
            case.state == "approved"
            and case.assessed
            and who in RELEASERS
            and who not in self.gone
            and stands
        )
        assert (made is not None) == lawful
        if made is not None:
            leaving = {one.name: one.released for one in made.files}
            carried = {one: sha256(case.files[one] + b"\n").hexdigest() for one in case.approved}
            assert leaving == carried
            assert all(case.carries(one) for one in leaving)
            case.state = "released"

    @precondition(lambda self: any(one.state == "approved" for one in self.cases.values()))
    @rule(place=PLACE, what=st.sampled_from(["file", "judgement"]))
    def spoil(self, place, what):
        """With one byte changed nothing of it leaves; put back as it was, it stands as before."""
        decided = sorted(one for one, case in self.cases.items() if case.state == "approved")
        name = decided[place % len(decided)]
        one = self.store.load(Submission, name).record
        approved = next(each for each in one.files if each.approved)
        sealed = self.gate.judgements / f"{one.judgement}.sealed"
        path = self.gate.frozen.path(approved.rewritten) if what == "file" else sealed
        whole = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(SandboxError):
            release.release(self.gate, self.actors["zhou.minxing"], name)
        path.write_bytes(whole)

    @rule(who=PEOPLE, place=PLACE)
    def collect_and_recall(self, who, place):
        every = self.store.find(Release)
        if not every:
            return
        one = every[place % len(every)].record
        self.folders += 1
        out = self.folder / f"out-{self.folders}"
        handed = self.attempt(release.hand_out, who, one.id, out)
        if handed is not None:
            assert one.state == "issued"
            assert {sha256((out / each.name).read_bytes()).hexdigest() for each in one.files} == {
                each.released for each in one.files
            }
        recalled = self.attempt(release.recall, who, one.id, reason="数据有误")
        assert (recalled is not None) == (one.state == "issued" and who in RELEASERS and who not in self.gone)

    @rule(who=PEOPLE)
    def lift(self, who):
        for one in self.store.find(Stoppage, state="in-force"):
            if self.attempt(stoppage.lift, who, one.id, reason="已查明") is not None:
                assert JUDGES[who][1] == AUTHORITY

    @rule(who=st.sampled_from(["wu.siqi", "gao.heng", "linghu.ping"]))
    def suspend(self, who):
        """An account is withdrawn for good, while its votes stand as they were lawfully cast."""
        officer = {"wu.siqi": OFFICER, "gao.heng": "cai.zhun"}.get(who)
        if officer is not None and who not in self.gone:
            accounts.suspend(self.platform.directory, self.desk.actor(officer), who)
            self.gone.add(who)

    @rule(hours=st.sampled_from([1, 5, 30, 24 * 8]))
    def wait(self, hours):
        if self.ahead < timedelta(days=60):
            self.ahead += timedelta(hours=hours)
        nightly.run(self.gate)

    def standing(self) -> str:
        from sandbox.access.versions import standing

        return standing(self.platform.directory, self.seat.agreement).id

    @rule(stop=st.booleans())
    def suspend_or_resume_agreement(self, stop):
        act = agreements.suspend if stop else agreements.resume
        who = OPERATOR if stop else OFFICER
        self.attempt(lambda _, actor: act(self.platform.access, actor, self.standing(), reason="核查"), who)

    @precondition(lambda self: self.amended < 2)
    @rule()
    def change_the_policy(self):
        """A new version of the agreement, narrower by a day; what is under way keeps its own."""
        access, old = self.platform.access, self.standing()
        record = self.store.load(ServiceAgreement, old).record
        sooner = Revision(term_to=record.term_to - timedelta(days=1))

        def amended(_: object, actor) -> object:
            made = amend(access, actor, old, sooner)
            agreements.accept(access, self.actors[AUTHOR], made.id)
            return agreements.sign(access, actor, made.id)

        self.amended += self.attempt(amended, OPERATOR) is not None

    # --- what must hold after every step

    @invariant()
    def stands_as_the_model_says(self):
        for name, case in self.cases.items():
            one = self.store.load(Submission, name).record
            assert (one.state, one.round) == (case.state, case.round), name
            marked = {each.name for each in one.files if each.approved}
            assert marked == case.approved
            if one.state == "in-review":
                assert one.phase is {"blind": Phase.INDEPENDENT, "open": Phase.CONSOLIDATING}[case.open]

    @invariant()
    def only_judges_have_voted(self):
        known = {self.actors[one].account: one for one in EVERYBODY}
        for name in self.cases:
            for one in self.store.find(Review, linked=("submission", name)):
                assert known[one.record.voter] in JUDGES

    @invariant()
    def records_and_samples_are_nowhere(self):
        for stored in self.store.find(Release):
            of = self.cases.get(stored.record.submission)
            if of is not None:
                assert not of.sample
                for each in stored.record.files:
                    assert self.gate.frozen.get(each.released).startswith(GOOD)

    @invariant()
    def votes_are_blind(self):
        for name, case in self.cases.items():
            if case.state == "in-review" and case.open == "blind":
                for who in JUDGES:
                    seen = review.ballot(self.gate, self.actors[who], name).visible
                    assert {one.voter for one in seen} <= {self.actors[who].account}
                    break
            if not case.sample and case.state == "refused":
                view = audience.author_view(self.gate, self.store.load(Submission, name).record)
                assert "records" not in json.dumps(view["files"], default=str).replace("source-record", "")


def live(told: Path, monkeypatch: pytest.MonkeyPatch, examples: int, steps: int) -> None:
    """Let the machine run."""
    monkeypatch.setattr(court, "judge", verdict)
    made = type("Here", (Orders,), {"told": told})
    plan = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        phases=(Stage.reuse, Stage.generate),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(made, settings=plan)


def test_no_order_of_actions_lets_out_what_was_not_approved(told: Path, monkeypatch) -> None:
    live(told, monkeypatch, 5, 30)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_long_order_of_actions_lets_out_what_was_not_approved(told: Path, monkeypatch) -> None:
    live(told, monkeypatch, length(15, 600), 60)
