"""A new version of an agreement: additions are reviewed, reductions are not; nobody is interrupted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import review
from sandbox.access.amendment import Revision, Wanted, amend, ask, difference
from sandbox.access.policy import policy_of
from sandbox.access.revised import Told, datasets_of, rows_of_all, terms_of
from sandbox.access.versions import standing, versions
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from sandbox.kernel.policy import covers
from sandbox.kernel.terms import Terms, join_of
from sandbox.seats import seat as seats
from tests.access.hall import COLUMNS, Hall, hall
from tests.access.signed import REVIEWERS, in_force, seat_desk, signed


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def reviewed(town: Hall, application: str) -> tuple[Item, ...]:
    """Return the items of an amending application after everybody agreed."""
    applications.accept(town.desk, town.actors["chen"], application, findings="好")
    codes = {town.ids[code]: code for code in REVIEWERS}
    return tuple(
        review.approve(town.desk, town.actors[REVIEWERS[codes[one.dataset]]], one.id)
        for one in review.push(town.desk, town.actors["chen"], application)
    )


def test_only_the_difference_is_reviewed(town: Hall) -> None:
    old = signed(town, "firms")
    policy = policy_of(town.desk.directory, old)
    firms, people = town.ids["firms"], town.ids["legal-persons"]
    wanted = Wanted(columns={firms: COLUMNS, people: COLUMNS[:1]}, justification="要看成立年份")
    found = {one.dataset: one.columns for one in difference(policy, wanted)}
    assert found == {firms: COLUMNS[2:], people: COLUMNS[:1]}
    longer = replace(wanted, columns={}, term_to=old.term_to + timedelta(days=30))
    assert {one.dataset: one.columns for one in difference(policy, longer)} == {firms: COLUMNS[:2]}
    with pytest.raises(InputError, match="不需要审核"):
        ask(town.desk, town.actors["lin"], old.id, Wanted(columns={firms: COLUMNS[:1]}, justification="少"))
    with pytest.raises(InputError, match="乙方"):
        ask(town.desk, town.actors["song"], old.id, wanted)


def test_the_new_version_takes_over_seats_key_and_data(town: Hall) -> None:
    old = signed(town, "firms")
    seat = seats.provision(seat_desk(town), town.actors["zhang"], agreement=old.id, user="lin", name="one")
    firms = town.ids["firms"]
    asked = ask(town.desk, town.actors["lin"], old.id, Wanted(columns={firms: COLUMNS}, justification="年份"))
    with pytest.raises(InputError, match="还没有批准"):
        amend(town.desk, town.actors["zhang"], old.id, Revision(application=asked.id))
    reviewed(town, asked.id)
    made = amend(town.desk, town.actors["zhang"], old.id, Revision(application=asked.id))
    assert standing(town.desk.directory, old.id).id == old.id
    new = in_force(town, made)
    assert (new.lineage, new.key_id) == ((old.id,), old.key_id)
    assert town.store.load(ServiceAgreement, old.id).record.state == "superseded"
    now = standing(town.desk.directory, seat.agreement)
    assert (now.id, versions(now)) == (new.id, (old.id, new.id))
    (part,) = policy_of(town.desk.directory, now).datasets
    assert set(part.columns) == set(COLUMNS)
    situation = seats.situation_of(seat_desk(town), town.actors["lin"], seat)
    assert situation.access.agreement == new.id
    with pytest.raises(RefusedError):  # the one place is taken, by the seat of the earlier version
        seats.provision(seat_desk(town), town.actors["zhang"], agreement=new.id, user="lin", name="two")
    agreements.terminate(town.desk, town.actors["zhang"], new.id, reason="完")
    assert [one.id for one in seats.expire_due(seat_desk(town))] == [seat.id]


def test_what_is_taken_away_needs_no_review(town: Hall) -> None:
    firms, people = town.ids["firms"], town.ids["legal-persons"]
    old = signed(town, "firms", "legal-persons", terms=Terms(joins=(join_of(firms, people),)))
    fewer = Revision(keep={firms: COLUMNS[:1], people: ()}, term_to=old.term_to - timedelta(days=9))
    new = in_force(town, amend(town.desk, town.actors["zhang"], old.id, fewer))
    policy = policy_of(town.desk.directory, new)
    assert [(one.code, one.columns) for one in policy.datasets] == [("firms", COLUMNS[:1])]
    assert (policy.joins, policy.term_to) == ((), old.term_to - timedelta(days=9))
    with pytest.raises(InputError, match="没有可变更"):
        amend(town.desk, town.actors["zhang"], new.id, Revision())


def test_a_longer_term_must_be_reviewed_for_every_dataset(town: Hall) -> None:
    old = signed(town, "firms", "legal-persons")
    later = old.term_to + timedelta(days=30)
    with pytest.raises(InputError, match="使用期限"):
        amend(town.desk, town.actors["zhang"], old.id, Revision(term_to=later))
    asked = ask(town.desk, town.actors["lin"], old.id, Wanted(term_to=later, justification="延期"))
    assert len(reviewed(town, asked.id)) == 2
    made = amend(town.desk, town.actors["zhang"], old.id, Revision(application=asked.id, term_to=later))
    assert set(made.items).isdisjoint(old.items)
    assert policy_of(town.desk.directory, in_force(town, made)).term_to == later


def test_a_dataset_that_was_not_extended_is_over_with_the_earlier_term(town: Hall) -> None:
    old = signed(town, "firms", "legal-persons")
    later = old.term_to + timedelta(days=30)
    asked = ask(town.desk, town.actors["lin"], old.id, Wanted(term_to=later, justification="延期"))
    applications.accept(town.desk, town.actors["chen"], asked.id, findings="好")
    first, second = review.push(town.desk, town.actors["chen"], asked.id)
    review.approve(town.desk, town.actors["yang"], first.id)
    review.refuse(town.desk, town.actors["luo"], second.id, reason="不同意延期")
    revision = Revision(application=asked.id, term_to=later)
    with pytest.raises(RefusedError, match="延长期限"):
        amend(town.desk, town.actors["zhang"], old.id, revision)
    without = replace(revision, keep={town.ids["legal-persons"]: ()})
    assert len(amend(town.desk, town.actors["zhang"], old.id, without).items) == 1


def test_items_of_another_application_do_not_slip_in(town: Hall) -> None:
    """An application that was not about this agreement cannot widen it, nor can one not yet accepted."""
    old, other = signed(town, "firms"), signed(town, "legal-persons")
    with pytest.raises(RefusedError, match="不是就这份协议"):
        amend(town.desk, town.actors["zhang"], old.id, Revision(application=other.application))
    with pytest.raises(RefusedError, match="变更"):
        agreements.draft(
            town.desk,
            town.actors["zhang"],
            replace(
                other, id="", state="drafted", lineage=(old.id,), key_id="", policy="", document="", seals=()
            ),
        )


def test_one_of_two_amendments_wins_and_a_suspended_agreement_has_none(town: Hall) -> None:
    old = signed(town, "firms")
    one = amend(town.desk, town.actors["zhang"], old.id, Revision(seats=2))
    two = amend(town.desk, town.actors["zhang"], old.id, Revision(seats=3))
    for made in (one, two):
        agreements.accept(town.desk, town.actors["lin"], made.id)
    agreements.sign(town.desk, town.actors["zhang"], one.id)
    with pytest.raises((RefusedError, ConflictError)):
        agreements.sign(town.desk, town.actors["zhang"], two.id)
    agreements.suspend(town.desk, town.actors["chen"], one.id, reason="查")
    with pytest.raises(RefusedError):
        amend(town.desk, town.actors["zhang"], one.id, Revision(seats=5))


def test_joins_are_amended_and_tokens_that_met_are_mounted_no_more(town: Hall) -> None:
    firms, people = town.ids["firms"], town.ids["legal-persons"]
    pair = join_of(firms, people)
    old = signed(town, "firms", "legal-persons", terms=Terms(joins=(pair,)))
    joined = policy_of(town.desk.directory, old)
    held = datasets_of(town.desk, old, "")
    apart = terms_of(old.terms, Told(joins=("none",)), held)
    new = in_force(town, amend(town.desk, town.actors["zhang"], old.id, Revision(terms=apart)))
    policy = policy_of(town.desk.directory, new)
    assert (policy.joins, joined.joins) == ((), (pair,))
    assert not covers(policy, joined, firms, columns=COLUMNS[:1])
    assert covers(joined, policy, firms, columns=COLUMNS[:1])
    assert not covers(policy, policy, firms, columns=COLUMNS[:1], keyed_apart=False)
    again = terms_of(new.terms, Told(joins=("firms+legal-persons",)), held)
    later = in_force(town, amend(town.desk, town.actors["zhang"], new.id, Revision(terms=again)))
    assert policy_of(town.desk.directory, later).joins == (pair,)
    left = in_force(town, amend(town.desk, town.actors["zhang"], later.id, Revision(keep={people: ()})))
    assert covers(policy_of(town.desk.directory, left), joined, firms, columns=COLUMNS[:1])


def test_rows_are_narrowed_and_given_back_within_what_was_approved(town: Hall) -> None:
    firms = town.ids["firms"]
    old = signed(town, "firms")
    ids = datasets_of(town.desk, old, "")
    some = rows_of_all([f"firms:{COLUMNS[0]}=1..5"], ids)
    both = Revision(rows=some, keep={firms: COLUMNS[:1]})
    narrow = in_force(town, amend(town.desk, town.actors["zhang"], old.id, both))
    (part,) = policy_of(town.desk.directory, narrow).datasets
    assert (part.columns, len(part.rows)) == (COLUMNS[:1], 1)
    assert not covers(
        policy_of(town.desk.directory, narrow), policy_of(town.desk.directory, old), firms, columns=()
    )
    wide = in_force(
        town,
        amend(town.desk, town.actors["zhang"], narrow.id, Revision(rows=rows_of_all(["firms:none"], ids))),
    )
    (part,) = policy_of(town.desk.directory, wide).datasets
    assert (part.columns, part.rows) == (COLUMNS[:1], ())
    with pytest.raises(InputError, match="不在协议之内"):
        rows_of_all(["relief:x=1..2"], ids)
    unknown = rows_of_all(["firms:不存在=1..2"], ids)
    with pytest.raises(InputError, match="没有信息项"):
        amend(town.desk, town.actors["zhang"], wide.id, Revision(rows=unknown))
