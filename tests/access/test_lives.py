"""Whole lives of applications by chance: anybody tries anything, days pass, and the law of the table holds.

Every attempt ends in a change or in one sentence. What must never be is asked after every step, from the
log and the records alone.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sandbox.access import application as applications
from sandbox.access import clocks, consultation, coordination, drafts, holidays, nightly, review
from sandbox.kernel.application_records import Application, Consultation, Coordination, Item
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.lifecycle import step
from tests.access.hall import BODIES, hall
from tests.lengths import length

STARTS = st.sampled_from([date(2026, 1, 28), date(2026, 9, 14), date(2026, 12, 10), date(2027, 1, 20)])
OFFICERS = st.sampled_from(["chen", "luo", "wu", "lin"])
REVIEWERS = st.sampled_from(["yang", "mu", "tang", "chen", "luo", "lin"])
DEVELOPERS = st.sampled_from(["lin", "xu", "song", "yang"])
PLACE = st.integers(0, 5)
DATA = st.lists(st.sampled_from(["firms", "relief", "clinics", "legal-persons"]), max_size=2, unique=True)


class Lives(RuleBasedStateMachine):
    """One town hall in which anything may be tried."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lives-"))
        self.town = hall(self.folder, today=date(2026, 1, 5))

    def teardown(self) -> None:
        self.town.store.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)

    def attempt(self, act, *given, **named):
        """Try; a refusal must be one sentence."""
        try:
            return act(self.town.desk, *given, **named)
        except SandboxError as error:
            said = str(error)
        assert said.strip()
        assert len(said.splitlines()) == 1
        return None

    def one(self, kind, place):
        """Return the id of one record of a kind, or of none."""
        found = self.town.store.find(kind)
        return found[place % len(found)].id if found else f"{kind.KIND}-999999"

    def document(self, datasets):
        return [{"dataset": one, "columns": ["行业"], "justification": "分组"} for one in datasets]

    @initialize(datasets=DATA, start=STARTS)
    def begin(self, datasets, start):
        """Begin at a day that has its traps, with something under review already."""
        self.town.go_to(start)
        if datasets:
            self.town.pushed(*datasets)

    @rule(who=DEVELOPERS, datasets=DATA, draft=st.booleans())
    def ask(self, who, datasets, draft):
        act = drafts.draft if draft else applications.submit
        self.attempt(act, self.town.actors[who], self.town.written(who, requests=self.document(datasets)))

    @rule(who=DEVELOPERS, place=PLACE, datasets=DATA)
    def write(self, who, place, datasets):
        actor, identifier = self.town.actors[who], self.one(Application, place)
        asked = self.town.written(who, requests=self.document(datasets))
        self.attempt(drafts.revise, actor, identifier, asked)
        self.attempt(drafts.answer, actor, identifier, asked)

    @rule(who=DEVELOPERS, place=PLACE)
    def hand_in(self, who, place):
        self.attempt(drafts.hand_in, self.town.actors[who], self.one(Application, place))

    @rule(who=OFFICERS, place=PLACE, what=st.sampled_from(["accept", "accept", "reject", "supplement"]))
    def judge(self, who, place, what):
        actor, identifier = self.town.actors[who], self.one(Application, place)
        if what == "supplement":
            self.attempt(applications.supplement, actor, identifier, points=("缺",))
        else:
            self.attempt(getattr(applications, what), actor, identifier, findings="见")

    @rule(who=OFFICERS, place=PLACE)
    def push(self, who, place):
        self.attempt(review.push, self.town.actors[who], self.one(Application, place))

    @precondition(lambda self: self.town.store.find(Item))
    @rule(who=REVIEWERS, place=PLACE, what=st.sampled_from(["approve", "refuse", "extend", "consult"]))
    def decide(self, who, place, what):
        actor, identifier = self.town.actors[who], self.one(Item, place)
        if what == "approve":
            self.attempt(review.approve, actor, identifier)
        elif what == "refuse":
            self.attempt(review.refuse, actor, identifier, reason="不")
        elif what == "extend":
            told = review.told_today(
                self.town.desk, days=place * 4, leader="赵", document="文", reason="量大"
            )
            self.attempt(review.extend, actor, identifier, told)
        else:
            self.attempt(consultation.ask, actor, identifier, body=BODIES["health"][0], question="？")

    @precondition(lambda self: self.town.store.find(Consultation))
    @rule(who=REVIEWERS, place=PLACE, back=st.booleans())
    def answer(self, who, place, back):
        actor, identifier = self.town.actors[who], self.one(Consultation, place)
        if back:
            self.attempt(consultation.withdraw, actor, identifier)
        else:
            self.attempt(consultation.answer, actor, identifier, opinion="可", objects=False)

    @precondition(lambda self: self.town.store.find(Coordination))
    @rule(who=OFFICERS, place=PLACE, uphold=st.booleans())
    def coordinate(self, who, place, uphold):
        act = coordination.uphold if uphold else coordination.hand_back
        self.attempt(act, self.town.actors[who], self.one(Coordination, place), outcome="议")

    @rule(who=DEVELOPERS, place=PLACE)
    def withdraw(self, who, place):
        self.attempt(applications.withdraw, self.town.actors[who], self.one(Application, place))

    @rule(days=st.integers(0, 12))
    def pass_days(self, days):
        self.town.pass_days(days)

    @rule()
    def night(self):
        before = {one.id: one.record.state for one in self.town.store.find(Item)}
        assert nightly.run(self.town.desk).faults == ()
        assert {one.id: one.record.state for one in self.town.store.find(Item)} == before

    @rule(year=st.sampled_from([2027, 2028]), first=st.integers(5, 9))
    def publish(self, year, first):
        days = [date(year, 2, first) + timedelta(days=one) for one in range(8)]
        notice = {"document": f"国办〔{year}〕", "year": year, "rest": [one.isoformat() for one in days]}
        chen = self.town.actors["chen"]
        self.attempt(holidays.record, chen, holidays.notice_of(chen, notice))

    @invariant()
    def nobody_took_two_steps(self):
        """Who wrote or accepted an application approved nothing of it; no party ever judged."""
        store, directory = self.town.store, self.town.desk.directory
        parties = directory.persons_of(self.town.ids["firm"]) | directory.persons_of(self.town.ids["rival"])
        for stored in store.find(Item, states=("approved",)):
            before = {
                directory.person_of_account(one.actor)
                for one in store.facts(record=stored.record.application)
                if one.verb in ("application:submit", "application:hand-in", "application:accept")
            }
            for fact in store.facts(record=stored.id):
                if fact.verb in ("item:approve", "item:refuse"):
                    person = directory.person_of_account(fact.actor)
                    assert person not in before | parties

    @invariant()
    def nothing_is_approved_unanswered(self):
        store = self.town.store
        for stored in store.find(Item, state="approved"):
            approved = max(one.seq for one in store.facts(record=stored.id) if one.verb == "item:approve")
            for asked in store.find(Consultation, linked=("item", stored.id)):
                facts = store.facts(record=asked.id)
                if facts[0].seq < approved:
                    assert facts[-1].verb in ("consultation:answer", "consultation:withdraw")
            if stored.record.dataset == self.town.ids["relief"]:
                assert store.find(Consultation, state="answered", linked=("item", stored.id))

    @invariant()
    def every_refusal_has_its_case(self):
        for stored in self.town.store.find(Item, state="refused"):
            cases = [one.record.state for one in coordination.of_item(self.town.desk, stored.id)]
            assert cases[-1] == "open"
            assert cases.count("open") == 1

    @invariant()
    def clocks_are_sound(self):
        for one in clocks.running(self.town.desk):
            clock = one.clock
            assert clock.started_on < clock.earliest <= clock.due <= clock.latest
            assert clock.provisional or clock.earliest == clock.latest
        for stored in self.town.store.find(Item):
            item = stored.record
            assert len(item.extensions) <= 1
            assert item.clock is not None
            assert item.clock.extension == sum(one.days for one in item.extensions) <= 15
            assert item.due_on == item.clock.due

    @invariant()
    def every_fact_is_a_row_of_the_table(self):
        """Each record went only along the edges of the lifecycle."""
        for kind in (Application, Item, Consultation, Coordination):
            for stored in self.town.store.find(kind):
                facts = self.town.store.facts(record=stored.id)
                assert step(facts[0].verb).creates
                state = step(facts[0].verb).target
                for fact in facts[1:]:
                    row = step(fact.verb)
                    assert state in row.sources
                    state = row.target
                assert state == stored.record.state


_COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}


class TestLives(Lives.TestCase):
    """A few lives, every day."""

    settings = settings(max_examples=8, stateful_step_count=25, **_COMMON)


@pytest.mark.long
@pytest.mark.timeout(1200)
class TestManyLives(Lives.TestCase):
    """Many and longer lives."""

    settings = settings(max_examples=length(20, 60), stateful_step_count=50, **_COMMON)
