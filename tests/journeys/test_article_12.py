"""第十二条: a service agreement before a seat, compiled into the one policy that everything reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.access import agreement as agreements
from sandbox.access.amendment import Revision, Wanted, amend, ask
from sandbox.access.policy import policy_of
from sandbox.access.printed import print_of, rendered
from sandbox.kernel.agreement_records import PolicyRecord, ServiceAgreement
from sandbox.kernel.boundary import Boundary, OutputForm
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.terms import Hours, Quotas, Terms
from sandbox.seats import seat as seats
from tests.access.hall import COLUMNS, Hall, hall
from tests.access.signed import approved, drafted, in_force, seat_desk, signed
from tests.access.test_amendment import reviewed

WEEKDAYS = Hours(days=(1, 2, 3, 4, 5), start="08:00", end="20:00")
BOUND = Boundary(minimum_aggregation=25, outputs=(OutputForm.AGGREGATE, OutputForm.CHART))


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def test_from_the_approved_items_to_the_signed_policy(town: Hall) -> None:
    """What the provider set as conditions is in the policy, in the text, and in what every record names."""
    items = approved(town, "firms", boundary={"firms": BOUND}, outputs=["aggregate", "chart"])
    terms = Terms(hours=(WEEKDAYS,), quotas=Quotas(day_runs=3), outputs=(OutputForm.AGGREGATE,), reviewers=3)
    made = drafted(town, items, terms=terms)
    with pytest.raises(RefusedError):  # the developer has not accepted
        agreements.sign(town.desk, town.actors["zhang"], made.id)
    with pytest.raises(RefusedError):  # nor may the operator accept for him
        agreements.accept(town.desk, town.actors["zhang"], made.id)
    kept = in_force(town, made)
    policy = policy_of(town.desk.directory, kept)
    (part,) = policy.datasets
    assert (part.columns, part.thresholds.smallest) == (COLUMNS[:2], 25)
    assert (policy.outputs, policy.reviewers) == ((OutputForm.AGGREGATE,), 3)
    assert (policy.hours, policy.quotas.day_runs) == ((WEEKDAYS,), 3)
    (record,) = (one.record for one in town.store.find(PolicyRecord))
    assert record.digest == policy.digest == kept.policy
    assert (
        policy.digest
        in rendered(town.desk, print_of(town.desk, town.actors["lin"], kept.id), ".html").decode()
    )
    for verb in ("service-agreement:accept", "service-agreement:sign"):
        (fact,) = town.store.facts(record=kept.id, verb=verb)
        assert town.store.payload(fact.seq)["note"] == {"policy": kept.policy, "document": kept.document}
    assert town.desk.vault.exists(kept.key_id)


def spawned(town: Hall, agreement: ServiceAgreement, user: str = "lin") -> set[str]:
    """Return the rules that refuse the user's seat; data and undertaking are not this test's matter."""
    made = next((one.record for one in town.store.find(Seat, linked=("agreement", agreement.id))), None)
    if made is None:
        desk = seat_desk(town)
        made = seats.provision(desk, town.actors["zhang"], agreement=agreement.id, user=user, name="one")
    with pytest.raises(RefusedError) as error:
        seats.open_seat(seat_desk(town), town.actors[user], made.id)
    return {one.code for one in error.value.decision.refusals} - {"interactive", "undertaken"}


def test_the_matrix_of_opening_a_seat(town: Hall) -> None:
    """Agreement in force, within its term and hours, by its named user: and otherwise not."""
    made = signed(town, "firms", terms=Terms(hours=(WEEKDAYS,)))
    assert spawned(town, made) == set()
    town.pass_days(5)  # a Saturday
    assert spawned(town, made) == {"within-hours"}
    town.pass_days(2)
    agreements.suspend(town.desk, town.actors["chen"], made.id, reason="查")
    assert spawned(town, made) == {"agreement-in-force"}
    agreements.resume(town.desk, town.actors["chen"], made.id, reason="查清")
    assert spawned(town, made) == set()
    town.go_to(made.term_to + timedelta(days=1))
    assert "agreement-in-force" in spawned(town, made)
    assert [one.state for one in agreements.expire_due(town.desk)] == ["expired"]
    assert [one.state for one in seats.expire_due(seat_desk(town))] == ["expired"]


def test_a_year_on_it_is_amended_and_goes_on(town: Hall) -> None:
    """Longer and wider by review of what is added; the seat, its key and its user stay."""
    made = signed(town, "firms")
    seat = seats.provision(seat_desk(town), town.actors["zhang"], agreement=made.id, user="lin", name="one")
    later = made.term_to + timedelta(days=60)
    wanted = Wanted(columns={town.ids["firms"]: COLUMNS}, term_to=later, justification="延期并看年份")
    asked = ask(town.desk, town.actors["lin"], made.id, wanted)
    assert asked.amends == made.id
    reviewed(town, asked.id)
    new = in_force(
        town, amend(town.desk, town.actors["zhang"], made.id, Revision(application=asked.id, term_to=later))
    )
    town.go_to(made.term_to + timedelta(days=1))
    assert agreements.expire_due(town.desk) == ()
    situation = seats.situation_of(seat_desk(town), town.actors["lin"], seat)
    assert situation.access == policy_of(town.desk.directory, new)
    assert set(situation.access.datasets[0].columns) == set(COLUMNS)
    assert replace(new, state="active").key_id == made.key_id
