"""Who answers for a dataset, and that nobody enters a seat without his own undertaking (第十六条)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.access import agreement as agreements
from sandbox.kernel.actors import Proof
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from sandbox.kernel.oversight_records import Duty, Responsibility
from sandbox.oversight import duties
from sandbox.regulation import undertakings
from sandbox.seats import seat as seats
from tests.journeys.homes import (
    CODE,
    COLLEAGUE,
    COUNTY_STEWARD,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    OTHER_DEVELOPER,
    PROVIDER,
    STEWARD,
    Home,
    judged,
    landed,
    told,
)

__all__ = ["judged", "landed", "told"]
SUPERVISOR = "xie.mingjian"


def codes(error) -> set[str]:
    return {one.code for one in error.value.decision.refusals}


def test_the_matrix_names_persons_for_three_sides_and_says_which_is_missing(landed: Home) -> None:
    with landed.open() as desk:
        room, store = desk.platform.oversight, desk.platform.store
        found = duties.matrix(room, desk.actor(OFFICER), CODE)
        named = {(row.duty, row.account) for row in found.rows}
        login = lambda name: desk.platform.directory.account_named(name).id  # noqa: E731
        assert (Duty.SUPERVISE, login(SUPERVISOR)) in named
        assert (Duty.PROVIDE, login(STEWARD)) in named
        assert {(Duty.USE, login(name)) for name in (OPERATOR, DEVELOPER, OTHER_DEVELOPER)} <= named
        assert all(row.person and row.organisation for row in found.rows)
        assert found.missing == ()
        provide = next(
            one.record
            for one in store.find(Responsibility, state="in-force")
            if one.record.account == login(STEWARD)
        )
        with pytest.raises(InputError, match="理由"):
            duties.relieve(room, desk.actor(STEWARD), provide.id, reason=" ")
        duties.relieve(room, desk.actor(STEWARD), provide.id, reason="调离")
        assert duties.matrix(room, desk.actor(SUPERVISOR), CODE).missing == (Duty.PROVIDE,)
        for who in (COUNTY_STEWARD, DEVELOPER, PROVIDER):
            with pytest.raises(RefusedError):
                duties.matrix(room, desk.actor(who), CODE)


def test_who_may_name_whom(landed: Home) -> None:
    with landed.open() as desk:
        room = desk.platform.oversight

        def name(by, duty, whom):
            return duties.assign(room, desk.actor(by), dataset=CODE, duty=duty, account=whom)

        assert name(STEWARD, Duty.PROVIDE, PROVIDER).state == "in-force"
        with pytest.raises(ConflictError):
            name(STEWARD, Duty.PROVIDE, PROVIDER)
        for by, duty, whom, code in (
            (STEWARD, Duty.PROVIDE, COUNTY_STEWARD, "duty-fits"),
            (STEWARD, Duty.SUPERVISE, SUPERVISOR, "duty-fits"),
            (COUNTY_STEWARD, Duty.PROVIDE, COUNTY_STEWARD, "own-or-authority"),
            (OFFICER, Duty.SUPERVISE, OPERATOR, "duty-fits"),
            (OFFICER, Duty.USE, SUPERVISOR, "duty-fits"),
            (OPERATOR, Duty.USE, OPERATOR, "role"),
            (SUPERVISOR, Duty.SUPERVISE, SUPERVISOR, "role"),
        ):
            with pytest.raises(RefusedError) as refused:
                name(by, duty, whom)
            assert code in codes(refused), (by, duty, whom)
        with pytest.raises(InputError):
            duties.assign(room, desk.actor(OFFICER), dataset="no-such", duty=Duty.USE, account=OPERATOR)


def another_agreement(desk) -> ServiceAgreement:
    """Sign a second agreement on the first one's item, for the same user and his colleague."""
    access, store = desk.platform.access, desk.platform.store
    first = store.load(ServiceAgreement, MARKET).record
    users = (*first.users, desk.platform.directory.account_named(COLLEAGUE).id)
    made = agreements.draft(
        access,
        desk.actor(OPERATOR),
        replace(first, id="", state="drafted", key_id="", users=users, seats=2),
    )
    agreements.accept(access, desk.actor(DEVELOPER), made.id)
    return agreements.sign(access, desk.actor(OPERATOR), made.id)


def test_no_seat_without_the_own_undertaking(landed: Home) -> None:
    with landed.open() as desk:
        platform = desk.platform
        agreed = another_agreement(desk)
        made = seats.provision(
            platform.seats, desk.actor(OPERATOR), agreement=agreed.id, user=DEVELOPER, name="second"
        )
        with pytest.raises(RefusedError) as refused:
            seats.open_seat(platform.seats, desk.actor(DEVELOPER), made.id)
        assert "undertaken" in codes(refused)  # that of the first agreement is none for this one
        duties.sign(platform.oversight, desk.actor(COLLEAGUE), agreed.id)
        with pytest.raises(RefusedError) as refused:
            seats.open_seat(platform.seats, desk.actor(DEVELOPER), made.id)
        assert "undertaken" in codes(refused)  # a colleague's is none for him
        signed = duties.sign(platform.oversight, desk.actor(DEVELOPER), agreed.id)
        assert duties.sign(platform.oversight, desk.actor(DEVELOPER), agreed.id) == signed
        with pytest.raises(RefusedError) as refused:
            seats.open_seat(platform.seats, desk.actor(DEVELOPER), made.id)
        assert "undertaken" not in codes(refused)
        fact = platform.store.facts(record=signed.id)[0]
        assert fact.signature is not None
        assert platform.store.payload(fact.seq)["record"]["text"] == undertakings.undertaking().digest


def test_nobody_signs_for_another(landed: Home) -> None:
    with landed.open() as desk:
        room = desk.platform.oversight
        for who, code in (
            (COLLEAGUE, "own-undertaking"),
            (OTHER_DEVELOPER, "own-undertaking"),
            (OPERATOR, "is-developer"),
            (SUPERVISOR, "role"),
        ):
            with pytest.raises(RefusedError) as refused:
                duties.sign(room, desk.actor(who), MARKET)
            assert code in codes(refused), who
        session = replace(desk.actor(DEVELOPER), proof=Proof.SESSION, sign=None)
        with pytest.raises(RefusedError) as refused:
            duties.sign(room, session, another_agreement(desk).id)
        assert "fresh-credential" in codes(refused)


def test_a_new_version_is_signed_anew(judged: Home, monkeypatch) -> None:
    later = replace(undertakings.undertaking(), version=2, text="新的文字")
    with judged.open() as desk:
        room = desk.platform.seats
        assert seats.run(room, desk.actor(DEVELOPER), "demo", ["true"]).status == 0
        for module in (seats, duties):
            monkeypatch.setattr(module, "undertaking", lambda: later)
        with pytest.raises(RefusedError, match="第 2 版"):
            seats.run(room, desk.actor(DEVELOPER), "demo", ["true"])
        assert duties.sign(desk.platform.oversight, desk.actor(DEVELOPER), MARKET).version == 2
        assert seats.run(room, desk.actor(DEVELOPER), "demo", ["true"]).status == 0


@pytest.mark.parametrize(
    "text",
    [
        'version = 0\ntitle = "a"\narticle = "b"\nbasis = "c"\ntext = "d"',
        'version = true\ntitle = "a"\narticle = "b"\nbasis = "c"\ntext = "d"',
        'version = 1\ntitle = "a"\narticle = "b"\nbasis = "c"\ntext = ""',
        'version = 1\ntitle = "a"\narticle = "b"\nbasis = "c"',
        'version = 1\ntitle = "a"\narticle = "b"\nbasis = "c"\ntext = "d"\nmore = 1',
    ],
)
def test_a_broken_text_is_no_undertaking(text: str) -> None:
    with pytest.raises(InputError):
        undertakings.read(text)
