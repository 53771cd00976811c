"""City and county see nothing of each other, and what lets one see the other takes four pairs of hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.access import transfer as transfers
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import Transfer
from sandbox.kernel.boundary import Boundary
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import may
from sandbox.kernel.records import Environment, OperatingAgreement
from sandbox.kernel.situation import Situation
from sandbox.seats.seat import shown_still
from tests.access.hall import COLUMNS, MONDAY, Hall, _put, add_person, hall

UNTIL = MONDAY + timedelta(days=400)


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    """The hall with a county environment of the same operator, and more people at hand."""
    made = hall(tmp_path)
    signed = OperatingAgreement(
        state="drafted", organisation=made.ids["operator"], authority=made.ids["authority"],
        environment_code="520328", scope="湄潭县", term_from=MONDAY, term_to=UNTIL,
    )  # fmt: skip
    agreement = _put(made, "county-operating", "draft", signed)
    place = Environment(
        state="established", organisation=made.ids["operator"], code="520328", name="湄潭县", region="520328",
        agreement=agreement,
    )  # fmt: skip
    _put(made, "county", "establish", place)
    add_person(made, "jiang", "operator", Role.OPERATOR)
    return made


def proposal(town: Hall, **changes: object) -> transfers.Proposal:
    asked = transfers.Proposal(
        dataset="firms", target=town.ids["county"], columns=COLUMNS[:2], purpose="县域统计", until=UNTIL
    )
    return replace(asked, **changes)


def agreed(town: Hall) -> Transfer:
    """Return the transfer after all four hands."""
    directory, people = town.desk.directory, town.actors
    made = transfers.propose(directory, people["zhang"], proposal(town))
    transfers.release(directory, people["jiang"], made.id)
    transfers.consent(directory, people["yang"], made.id)
    return transfers.confirm(directory, people["chen"], made.id)


def county_wants(town: Hall, columns: tuple[str, ...] = COLUMNS[:2]) -> str:
    request = {"dataset": "firms", "columns": list(columns), "justification": "分组"}
    return town.submit(environment="520328", requests=[request]).id


def test_without_a_transfer_the_county_cannot_even_ask(town: Hall) -> None:
    with pytest.raises(InputError, match="不在所申请的环境里"):
        county_wants(town)
    made = transfers.propose(town.desk.directory, town.actors["zhang"], proposal(town))
    for hand, who in (("release", "jiang"), ("consent", "yang")):
        with pytest.raises(InputError, match="不在所申请的环境里"):
            county_wants(town)
        getattr(transfers, hand)(town.desk.directory, town.actors[who], made.id)
    with pytest.raises(InputError, match="不在所申请的环境里"):
        county_wants(town)
    transfers.confirm(town.desk.directory, town.actors["chen"], made.id)
    assert county_wants(town)


def test_no_more_than_was_agreed_and_not_the_other_way_round(town: Hall) -> None:
    agreed(town)
    with pytest.raises(InputError, match="超出"):
        county_wants(town, COLUMNS)
    late = {"term_to": (UNTIL + timedelta(days=1)).isoformat(), "environment": "520328"}
    with pytest.raises(InputError, match="超出"):
        town.submit(requests=[{"dataset": "firms", "columns": [COLUMNS[0]], "justification": "分"}], **late)
    other = {"dataset": "legal-persons", "columns": [COLUMNS[0]], "justification": "分"}
    with pytest.raises(InputError, match="不在所申请的环境里"):
        town.submit(environment="520328", requests=[other])


@pytest.mark.parametrize(
    ("hand", "wrong"),
    [
        ("release", ("zhang", "chen", "yang", "lin")),
        ("consent", ("zhang", "jiang", "mu", "chen", "lin")),
        ("confirm", ("zhang", "yang", "lin")),
    ],
)
def test_nobody_agrees_for_another_side_or_twice(town: Hall, hand: str, wrong: tuple[str, ...]) -> None:
    directory = town.desk.directory
    made = transfers.propose(directory, town.actors["zhang"], proposal(town))
    for before, who in (("release", "jiang"), ("consent", "yang")):
        if before == hand:
            break
        getattr(transfers, before)(directory, town.actors[who], made.id)
    for who in wrong:
        with pytest.raises(RefusedError):
            getattr(transfers, hand)(directory, town.actors[who], made.id)


def test_what_cannot_be_transferred(town: Hall) -> None:
    directory, people = town.desk.directory, town.actors
    for changes in (
        {"target": town.ids["environment"]},
        {"columns": ("身份证号",)},
        {"columns": ()},
        {"until": MONDAY - timedelta(days=1)},
    ):
        with pytest.raises(RefusedError):
            transfers.propose(directory, people["zhang"], proposal(town, **changes))
    with pytest.raises(InputError, match="用途"):
        transfers.propose(directory, people["zhang"], proposal(town, purpose=" "))
    for who in ("chen", "yang", "lin", "song"):
        with pytest.raises(RefusedError):
            transfers.propose(directory, people[who], proposal(town))


def snapshot_of(town: Hall) -> Snapshot:
    return Snapshot(
        id="snapshot-000001", state="published", organisation=town.ids["market"],
        environment=town.ids["county"], agreement="a", dataset=town.ids["firms"], order="o", series="s",
        version=1, manifest_digest="m", sidecar="", rows=1, smallest_class=1, interactive=True,
    )  # fmt: skip


def test_revoked_or_over_it_is_mounted_no_more(town: Hall) -> None:
    directory = town.desk.directory
    assert not shown_still(directory, snapshot_of(town))
    made = agreed(town)
    assert shown_still(directory, snapshot_of(town))
    with pytest.raises(RefusedError):
        transfers.revoke(directory, town.actors["mu"], made.id, reason="别的部门")
    transfers.revoke(directory, town.actors["yang"], made.id, reason="用途变了")
    assert not shown_still(directory, snapshot_of(town))
    agreed(town)
    town.go_to(UNTIL + timedelta(days=1))
    assert not shown_still(directory, snapshot_of(town))
    assert [one.state for one in transfers.expire_due(directory)] == ["expired"]


def test_a_landing_asks_for_the_transfer(town: Hall) -> None:
    """The rule itself, for an order of the county on the city's dataset."""
    from tests.kernel.test_matrix import AGREEMENT, ORDER, TRANSFER, lawful

    row = step("landing-order:land")
    _, now = lawful(row)
    system = Actor("system", "system", "platform", frozenset(), proof=lawful_proof())
    assert may(system, row, now)
    elsewhere: Situation = replace(now, agreement=replace(AGREEMENT, environment="county"))
    assert {one.code for one in may(system, row, elsewhere).refusals} == {"transferred"}
    assert may(system, row, replace(elsewhere, transfer=TRANSFER))
    for broken in (
        replace(TRANSFER, state="revoked"),
        replace(TRANSFER, until=now.today - timedelta(days=1)),
        replace(TRANSFER, columns=("别的",)),
    ):
        assert not may(system, row, replace(elsewhere, transfer=broken)), ORDER


def lawful_proof() -> object:
    from sandbox.kernel.actors import Proof

    return Proof.SYSTEM


def test_who_is_no_side_sees_no_transfer(town: Hall) -> None:
    agreed(town)
    seen = {who: len(transfers.visible(town.desk.directory, town.actors[who])) for who in town.actors}
    assert seen["chen"] == seen["zhang"] == seen["yang"] == 1
    assert seen["lin"] == seen["mu"] == seen["tang"] == 0


def test_a_boundary_that_names_environments_still_holds(town: Hall) -> None:
    """A transfer opens the door; what the provider allows is asked all the same, at the review."""
    from sandbox.access import application as applications
    from sandbox.access import boundaries, review

    agreed(town)
    boundaries.set_boundary(town.desk, town.actors["zhao"], "firms", Boundary(environments=("520300",)))
    made = county_wants(town)
    applications.accept(town.desk, town.actors["chen"], made, findings="好")
    (item,) = review.push(town.desk, town.actors["chen"], made)
    with pytest.raises(RefusedError, match="环境"):
        review.approve(town.desk, town.actors["yang"], item.id)
