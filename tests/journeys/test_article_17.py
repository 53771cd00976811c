"""第十七条: nine bans, each with the control that holds it, seen from the agreement's side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.access import agreement as agreements
from sandbox.access.amendment import Revision, amend
from sandbox.access.policy import policy_of
from sandbox.egress.permitted import Bounds, bounds_of
from sandbox.egress.report import Product
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, RefusedError, StateError
from sandbox.kernel.findings import FindingKind, Verdict
from sandbox.kernel.lifecycle import step, steps_of
from sandbox.kernel.terms import Terms, join_of
from sandbox.kernel.unalterable import KINDS, altered
from sandbox.regulation.clauses import clauses
from sandbox.seats import seat as seats
from sandbox.store.changes import Change
from tests.access.hall import Hall, hall
from tests.access.signed import seat_desk, signed
from tests.attacks.test_policy import counted, outcome, picture
from tests.egress.clinic import claim
from tests.journeys.homes import DEVELOPER, MARKET, OFFICER, Home, judged, released, told

__all__ = ["judged", "released", "told"]


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def test_the_nine_bans_stand_in_every_agreement() -> None:
    for kind, count in (("service", 9), ("operating", 3)):
        (bans,) = [one for one in clauses().of(kind) if one.title == "禁止的行为"]
        assert (bans.article, bans.basis, len(bans.paragraphs)) == ("第十七条", "law", count)


def test_1_only_within_scope_and_term(town: Hall) -> None:
    """The policy denies by default: what it does not name does not exist for seat, landing and gate."""
    made = signed(town, "firms")
    policy = policy_of(town.desk.directory, made)
    assert policy.part("legal-persons") is None
    assert not policy.in_term(made.term_to + timedelta(days=1))
    assert not policy.in_term(made.term_from - timedelta(days=1))


def test_2_no_change_of_purpose_scope_or_term(town: Hall) -> None:
    """A signed agreement is not edited by any step; what is wider goes through review as a new version."""
    made = signed(town, "firms")
    stored = town.store.load(ServiceAgreement, made.id)
    for row in steps_of("service-agreement"):
        body = {"state": "x", "scenario": "甲", "term_to": "2026-01-01", "items": ["a"]}
        for field in ("scenario", "term_to", "items"):
            assert altered(row.name, body, {**body, field: "乙"}) == (field,)
    assert {"service-agreement", "operating-agreement"} == KINDS
    longer = replace(stored.record, state="suspended", term_to=made.term_to + timedelta(days=1))
    with pytest.raises(StateError, match="term_to"):
        town.store.write(SYSTEM, Change(step("service-agreement:suspend"), longer, expected=stored.version))
    with pytest.raises(InputError):
        amend(town.desk, town.actors["zhang"], made.id, Revision(term_to=made.term_to + timedelta(days=1)))


def test_3_no_other_form_than_agreed() -> None:
    only_charts = Bounds(outputs=(OutputForm.CHART,))
    verdict, kinds = outcome(Product("p.csv", counted()), only_charts)
    assert verdict is Verdict.REFUSE
    assert FindingKind.NOT_AGREED in kinds
    assert FindingKind.NOT_AGREED not in outcome(Product("p.png", picture()), only_charts)[1]


def test_4_and_6_no_joining_of_what_was_not_agreed_to_be_joined(town: Hall) -> None:
    """Neither at the gate nor by tokens: datasets that may not be joined are masked with other keys."""
    one, other = town.ids["firms"], town.ids["legal-persons"]
    apart = policy_of(town.desk.directory, signed(town, "firms", "legal-persons"))
    both = policy_of(
        town.desk.directory, signed(town, "firms", "legal-persons", terms=Terms(joins=(join_of(one, other),)))
    )
    assert bounds_of(apart).apart == (("firms", "legal-persons"),)
    assert apart.group(one) != apart.group(other)
    assert (bounds_of(both).apart, both.group(one)) == ((), both.group(other))
    sql = "SELECT v.病种, count(*) AS n FROM visits v, firms f GROUP BY 1"
    verdict, _ = outcome(Product("p.csv", counted(), claim=claim(sql)), Bounds(apart=(("firms", "visits"),)))
    assert verdict is Verdict.REFUSE


def test_5_nothing_leaves_without_a_release_that_names_its_policy(released: Home) -> None:
    from sandbox.kernel.review_records import Release, Submission

    with released.open() as desk:
        signed_policy = desk.platform.store.load(ServiceAgreement, MARKET).record.policy
        (one, *_) = (stored.record for stored in desk.platform.store.find(Release))
        submission = desk.platform.store.load(Submission, one.submission).record
        assert one.policy == submission.policy == signed_policy != ""
        receipt = desk.platform.gate.frozen.get(one.receipt).decode()
        assert signed_policy in receipt


def test_7_at_the_end_nothing_is_kept(town: Hall) -> None:
    """Terminated: seats expire, and the key that the tokens were made with is named for shredding."""
    made = signed(town, "firms")
    one = seats.provision(seat_desk(town), town.actors["zhang"], agreement=made.id, user="lin", name="one")
    agreements.terminate(town.desk, town.actors["zhang"], made.id, reason="完成")
    assert [ended.id for ended in seats.expire_due(seat_desk(town))] == [one.id]
    with pytest.raises(RefusedError):
        seats.open_seat(seat_desk(town), town.actors["lin"], one.id)


def test_8_nobody_but_the_named_user(town: Hall) -> None:
    made = signed(town, "firms")
    one = seats.provision(seat_desk(town), town.actors["zhang"], agreement=made.id, user="lin", name="one")
    with pytest.raises(RefusedError, match="一人一席"):
        seats.open_seat(seat_desk(town), town.actors["xu"], one.id)


def test_9_what_a_seat_is_given_is_what_was_landed_under_its_policy(judged: Home) -> None:
    """The snapshot's manifest names the policy, its columns are the policy's, and runs name it as well."""
    with judged.open() as desk:
        platform = desk.platform
        agreement = platform.store.load(ServiceAgreement, MARKET).record
        policy = policy_of(platform.directory, agreement)
        (snapshot,) = (one.record for one in platform.store.find(Snapshot, linked=("agreement", MARKET)))
        held = platform.pool.version(snapshot.series, snapshot.version)
        assert held.manifest["access_policy"] == policy.digest
        seat = seats.named(platform.seats, "demo")
        assert seat.policy == policy.digest
        mounts = seats._data_mounts(platform.seats, seat, (snapshot,), policy)
        assert mounts
        assert desk.actor(DEVELOPER).account in policy.users
        assert desk.actor(OFFICER).account not in policy.users
