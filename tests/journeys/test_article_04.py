"""第四条: who answers for what; every department names its people; supervisors see all and change nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import clocks, review
from sandbox.catalog import entries
from sandbox.kernel.actors import Role
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.municipality.numbers import uscc
from sandbox.oversight import duties, incident, use
from sandbox.people import grants, organisations
from tests.access.hall import BODIES, Hall, add_person, hall
from tests.journeys.homes import CODE, HEALTH_STEWARD, MARKET, OFFICER, STEWARD, Home, released, told
from tests.journeys.refusals import refused

__all__ = ["released", "told"]
SUPERVISOR = "xie.mingjian"


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def test_a_department_names_its_people_and_the_authority_countersigns(town: Hall) -> None:
    """Who judges is proposed at home, confirmed by two bodies, and works from then on."""
    directory, people = town.desk.directory, town.actors
    add_person(town, "tian", "market", Role.ORGANISATION_OFFICER)
    add_person(town, "new", "market")
    asked = {"account": town.ids["new"], "role": Role.PROVIDER_REVIEWER}
    for who in ("mu", "chen", "zhang"):  # neither another department nor the authority names its people
        assert "grant-own" in refused(grants.propose, directory, people[who], **asked)
    made = grants.propose(directory, people["tian"], **asked)
    assert (made.state, directory.roles_of(town.ids["new"])) == ("proposed", frozenset())
    assert {"is-authority": "第四条"}.items() <= refused(
        grants.countersign, directory, people["tian"], made.id
    ).items()
    grants.countersign(directory, people["chen"], made.id)
    assert directory.roles_of(town.ids["new"]) == {Role.PROVIDER_REVIEWER}
    (item,) = town.pushed()
    able = replace(people["new"], roles=directory.roles_of(town.ids["new"]))
    assert review.approve(town.desk, able, item.id).state == "approved"
    assert refused(grants.appoint, directory, people["chen"], town.ids["new"])["first-officer"] == "第四条"


def test_each_keeps_to_its_part(town: Hall) -> None:
    """The authority hears demands, departments decide on their own data, and there is one authority."""
    desk, people = town.desk, town.actors
    made = town.submit()
    for who in ("yang", "zhang", "lin"):
        assert (
            refused(applications.accept, desk, people[who], made.id, findings="好")["is-authority"]
            == "第四条"
        )
    applications.accept(desk, people["chen"], made.id, findings="好")
    (item,) = review.push(desk, people["chen"], made.id)
    for who in ("mu", "luo"):
        assert refused(review.approve, desk, people[who], item.id) == {"item-reviewer": "第八条"}
    held = town.store.load(Dataset, town.ids["relief"]).record
    fresh = replace(held, id="", state="registered", code="theirs", columns=())
    assert "own-record" in refused(entries.register, desk.directory, people["zhao"], fresh)
    second = Organisation(
        state="registered", name="另一数据局", uscc=uscc("11", "520300", "00718599"), kind="机关",
        roles=(OrganisationRole.AUTHORITY,), region="520300",
    )  # fmt: skip
    assert refused(organisations.register, desk.directory, people["chen"], second) == {
        "no-second-authority": "第四条"
    }


def test_a_department_without_a_reviewer_is_seen_at_once(town: Hall) -> None:
    """Nobody reviews in its stead: what waits there is shown as unstaffed, to it and to the authority."""
    (item,) = town.pushed()
    (before,) = clocks.open_clocks(town.desk, town.actors["chen"])
    add_person(town, "tian", "market", Role.ORGANISATION_OFFICER)
    grants.revoke(town.desk.directory, town.actors["tian"], town.ids["grant-yang"])
    (after,) = clocks.open_clocks(town.desk, town.actors["chen"])
    assert (before.record, before.staffed, after.staffed) == (item.id, True, False)
    assert after.organisation == town.ids["market"]
    assert BODIES["market"][3] is OrganisationRole.PROVIDER


def test_who_supervises_reads_everything_and_changes_nothing(released: Home) -> None:
    with released.open() as desk:
        platform, room, xie = desk.platform, desk.platform.oversight, desk.actor(SUPERVISOR)
        for provider in {desk.actor(STEWARD).organisation, desk.actor(HEALTH_STEWARD).organisation}:
            assert use.account(room, xie, provider=provider)
        assert duties.matrix(room, xie, CODE).rows
        assert incident.incidents(room, xie) == incident.incidents(room, desk.actor(OFFICER))
        held = entries.by_code(platform.directory, CODE).record
        for act, given in (
            (agreements.suspend, {"desk": platform.access, "identifier": MARKET, "reason": "核查"}),
            (entries.withdraw, {"directory": platform.directory, "identifier": held.id}),
            (incident.open_incident, {"desk": room, "target": MARKET, "title": "席位异常", "reason": "通报"}),
        ):
            assert refused(act, actor=xie, **given)["role"] == "第十六条"
