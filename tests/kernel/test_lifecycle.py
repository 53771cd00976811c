"""The table of steps and the table of permissions hold each other."""

import pytest

from sandbox.kernel.actors import JUDGING_ROLES, SYSTEM, Actor, Proof, Role
from sandbox.kernel.application_records import Application
from sandbox.kernel.decision import Answer, Decision, Refusal, decide
from sandbox.kernel.kinds import RECORDS
from sandbox.kernel.lifecycle import STEPS, Step, states_of, step, steps_of
from sandbox.kernel.message import say
from sandbox.kernel.permits import RULES, may
from sandbox.kernel.records import Organisation
from sandbox.kernel.situation import Situation
from tests.kernel.people import TODAY, actor, organisation


def test_every_step_has_a_rule_and_every_rule_a_step():
    assert set(RULES) == {row.name for row in STEPS}
    assert all(RULES[row.name] for row in STEPS)


def test_every_kind_has_steps_and_every_step_a_kind():
    assert {row.kind for row in STEPS} == {record.KIND for record in RECORDS}


def test_names_are_unique():
    assert len({row.name for row in STEPS}) == len(STEPS)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.KIND)
def test_every_state_is_reachable(record):
    reached = {row.target for row in steps_of(record.KIND) if row.creates}
    for _ in STEPS:
        reached |= {row.target for row in steps_of(record.KIND) if row.sources & reached}
    assert reached == states_of(record.KIND)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.KIND)
def test_no_step_starts_from_an_unknown_state(record):
    for row in steps_of(record.KIND):
        assert row.sources <= states_of(record.KIND)


def test_every_step_names_an_article():
    assert all(row.article.startswith("第") and row.article.endswith("条") for row in STEPS)
    assert all(rule.article for rules in RULES.values() for rule in rules)


def test_rule_codes_are_never_used_twice():
    seen = {}
    for rules in RULES.values():
        for rule in rules:
            assert seen.setdefault(rule.code, rule) is rule


def test_a_step_outside_the_table_is_refused():
    unknown = Step("release", "forge", frozenset({"issued"}), "issued", frozenset(Role), "第十九条")
    decision = may(actor(Role.AUTHORITY_OFFICER), unknown, Situation(today=TODAY))
    assert not decision
    assert decision.rules == ()


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_no_step_passes_with_an_empty_situation(row):
    """What cannot be checked is refused, whoever asks."""
    everything = Actor("a", "p", "o", frozenset(Role), Proof.PASSWORD_TOTP)
    for who in (everything, SYSTEM):
        assert not may(who, row, Situation(today=TODAY))


@pytest.mark.parametrize("row", [row for row in STEPS if not row.by_system], ids=lambda row: row.name)
@pytest.mark.parametrize("proof", [Proof.NONE, Proof.ENROLMENT, Proof.SYSTEM])
def test_files_at_hand_are_no_identity(row, proof):
    who = Actor("a", "p", "o", frozenset(Role), proof)
    codes = {refusal.code for refusal in may(who, row, Situation(today=TODAY)).refusals}
    assert codes & {"credential", "password", "seat-or-credential"}


@pytest.mark.parametrize("row", [row for row in STEPS if row.by_system], ids=lambda row: row.name)
def test_the_platforms_own_steps_are_closed_to_people(row):
    who = Actor("a", "p", "o", frozenset(Role), Proof.PASSWORD_TOTP)
    codes = {refusal.code for refusal in may(who, row, Situation(today=TODAY)).refusals}
    assert codes & {"system-only", "enrolment"}


def test_all_refusals_are_reported_at_once():
    record = organisation()
    decision = may(
        actor(Role.DEVELOPER, proof=Proof.NONE),
        step("organisation:suspend"),
        Situation(today=TODAY, record=record),
    )
    assert {refusal.code for refusal in decision.refusals} == {
        "role",
        "organisation",
        "credential",
        "fresh-credential",
        "is-authority",
    }


def test_no_answer_at_all_is_a_refusal():
    assert not decide([])
    assert not Decision(rules=())


def test_a_refusal_names_its_article():
    with pytest.raises(ValueError, match="article"):
        Refusal("code", "", say("不"))
    assert decide([Answer("rule")])
    assert not decide([Answer("rule", Refusal("rule", "第一条", say("不")))])


def test_judging_roles_are_those_that_decide():
    rows = [row for row in STEPS if row.kind in ("review", "item") and row.verb != "withdraw"]
    judging = {role for row in rows for role in row.roles}
    assert judging <= JUDGING_ROLES


@pytest.mark.parametrize("row", [row for row in STEPS if row.judging], ids=lambda row: row.name)
def test_a_session_judges_nothing(row):
    who = Actor("a", "p", "o", frozenset(Role), Proof.SESSION)
    codes = {refusal.code for refusal in may(who, row, Situation(today=TODAY)).refusals}
    assert "fresh-credential" in codes


def test_what_decides_on_others_is_judging():
    judging = {row.name for row in STEPS if row.judging}
    assert {
        "review:cast",
        "item:approve",
        "grant:countersign",
        "submission:release",
        "release:recall",
    } <= judging
    assert {"seat:run", "service-agreement:draft", "application:submit"}.isdisjoint(judging)


def test_an_unknown_name_is_no_step():
    with pytest.raises(KeyError):
        step("release:forge")


def test_records_begin_without_id():
    assert Organisation.KIND == "organisation"
    assert Application.KIND == "application"
