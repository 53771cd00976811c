"""第十六条: who supervises, who provides and who uses are named persons, each bound and each watched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.access import agreement as agreements
from sandbox.app import Platform
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import InputError
from sandbox.kernel.oversight_records import Duty, Responsibility
from sandbox.kernel.review_records import Release
from sandbox.oversight import duties, evidence, incident, reporting
from sandbox.oversight.reporting import Findings
from sandbox.seats import seat as seats
from sandbox.store.verify import verify
from tests.journeys.homes import (
    CODE,
    COLLEAGUE,
    COUNTY_STEWARD,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    PROVIDER,
    STEWARD,
    Home,
    landed,
    released,
    told,
)
from tests.journeys.refusals import refused

__all__ = ["landed", "released", "told"]
SUPERVISOR, SECOND_OFFICER = "xie.mingjian", "luo.zhengyan"


def test_three_sides_answer_for_every_dataset_by_name(landed: Home) -> None:
    with landed.open() as desk:
        room, chen, zhao = desk.platform.oversight, desk.actor(OFFICER), desk.actor(STEWARD)
        whole = duties.matrix(room, chen, CODE)
        assert {one.duty for one in whole.rows} == set(Duty)
        assert all(one.person and one.organisation for one in whole.rows)
        named = {"dataset": CODE, "duty": Duty.PROVIDE, "account": COUNTY_STEWARD}
        assert refused(duties.assign, room, zhao, **named) == {"duty-fits": "第十六条"}
        named = {"dataset": CODE, "duty": Duty.SUPERVISE, "account": OPERATOR}  # never who is supervised
        assert refused(duties.assign, room, chen, **named) == {"duty-fits": "第十六条"}
        (mine,) = (
            one.record.id
            for one in desk.platform.store.find(Responsibility, state="in-force")
            if one.record.account == zhao.account
        )
        duties.relieve(room, zhao, mine, reason="调离")
        assert duties.matrix(room, chen, CODE).missing == (Duty.PROVIDE,)  # a gap is shown, not hidden
        duties.assign(room, zhao, dataset=CODE, duty=Duty.PROVIDE, account=PROVIDER)
        assert duties.matrix(room, chen, CODE).missing == ()


def test_nobody_enters_a_seat_without_the_own_word(landed: Home) -> None:
    with landed.open() as desk:
        platform, lin = desk.platform, desk.actor(DEVELOPER)
        first = platform.store.load(ServiceAgreement, MARKET).record
        again = agreements.draft(
            platform.access, desk.actor(OPERATOR), replace(first, id="", state="drafted")
        )
        agreements.accept(platform.access, lin, again.id)
        agreements.sign(platform.access, desk.actor(OPERATOR), again.id)
        seat = seats.provision(
            platform.seats, desk.actor(OPERATOR), agreement=again.id, user=DEVELOPER, name="second"
        )
        assert refused(seats.open_seat, platform.seats, lin, seat.id)["undertaken"] == "第十六条"
        for who in (COLLEAGUE, OPERATOR, SUPERVISOR):
            assert refused(duties.sign, platform.oversight, desk.actor(who), again.id)
        signed = duties.sign(platform.oversight, lin, again.id)
        assert "undertaken" not in refused(seats.open_seat, platform.seats, lin, seat.id)  # no data yet
        (fact,) = platform.store.facts(record=signed.id)
        assert (fact.actor, bool(fact.signature)) == (lin.account, True)


def stopped(platform: Platform) -> tuple[str, set[str]]:
    """Return how the agreement and everything released stand."""
    agreed = platform.store.load(ServiceAgreement, MARKET).record.state
    return agreed, {one.record.state for one in platform.store.find(Release)}


def test_an_incident_is_stopped_proven_reported_and_closed(released: Home) -> None:
    """One call stops what is concerned; another person closes it; the supervisor has seen it all."""
    with released.open() as desk:
        platform, room, chen = desk.platform, desk.platform.oversight, desk.actor(OFFICER)
        words = {"title": "席位异常", "reason": "外部通报"}
        for who in (SUPERVISOR, OPERATOR, STEWARD):
            assert "role" in refused(incident.open_incident, room, desk.actor(who), MARKET, **words)
        opened = incident.open_incident(room, chen, MARKET, **words)
        assert stopped(platform) == ("suspended", {"recalled"})
        assert "agreement-in-force" in refused(
            seats.run, platform.seats, desk.actor(DEVELOPER), "demo", ["true"]
        )
        evidence.freeze(room, chen, opened.id)
        with pytest.raises(InputError, match="危害"):
            reporting.report(room, chen, opened.id, Findings(cause="口令外泄"))
        found = Findings(cause="口令外泄", harm="可能推知经营情况", advice="留意联系", contact="0851-0000000")
        assert reporting.report(room, chen, opened.id, found).incident.report
        assert refused(incident.close, room, chen, opened.id, conclusion="已处置") == {
            "different-person": "第八条"
        }
        assert (
            incident.close(room, desk.actor(SECOND_OFFICER), opened.id, conclusion="已处置").state == "closed"
        )
        assert opened.id in {one.id for one in incident.incidents(room, desk.actor(SUPERVISOR))}
        platform.checkpoint()
        assert verify(platform.store, key=platform.public_key, witness=platform.witnesses[0]).problems == ()
