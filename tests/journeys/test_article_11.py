"""第十一条: an operating agreement before an environment; city and county apart but for a logged transfer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.access import agreement as agreements
from sandbox.access import reading
from sandbox.access import transfer as transfers
from sandbox.access.document import check_seals, text_named
from sandbox.access.printed import print_of, rendered
from sandbox.kernel.actors import Role
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.records import Environment, OperatingAgreement
from tests.access.hall import COLUMNS, MONDAY, Hall, add_person, hall
from tests.access.signed import approved, drafted, signed
from tests.attacks.test_policy import seal_keys
from tests.journeys.refusals import refused

COUNTY = "520328"
UNTIL = MONDAY.replace(year=2028)


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    made = hall(tmp_path)
    made.desk = replace(made.desk, seals=seal_keys())
    return made


def contract(town: Hall, **changes: object) -> OperatingAgreement:
    wanted = OperatingAgreement(
        state="drafted", organisation=town.ids["operator"], authority=town.ids["authority"],
        environment_code=COUNTY, scope="湄潭县域数据", term_from=MONDAY, term_to=UNTIL,
    )  # fmt: skip
    return agreements.draft_operating(town.desk, town.actors["zhang"], replace(wanted, **changes))


def place(town: Hall, agreement: str, **changes: object) -> Environment:
    made = Environment(
        state="established", organisation=town.ids["operator"], code=COUNTY, name="湄潭县", region=COUNTY,
        agreement=agreement,
    )  # fmt: skip
    return agreements.establish(town.desk, town.actors["chen"], replace(made, **changes))


def test_agreement_then_environment_then_nothing_more_after_its_end(town: Hall) -> None:
    made = contract(town)
    with pytest.raises(RefusedError, match="第十一条"):
        place(town, made.id)
    for who in ("zhang", "lin", "yang"):
        with pytest.raises(RefusedError):
            agreements.sign_operating(town.desk, town.actors[who], made.id)
    kept = agreements.sign_operating(town.desk, town.actors["chen"], made.id)
    assert text_named(town.desk.directory, kept.id, kept.document).title == "开发利用协议"
    assert [one.algorithm for one in check_seals(kept)] == ["Ed25519", "SM2"]
    page = rendered(town.desk, print_of(town.desk, town.actors["zhang"], kept.id), ".html").decode()
    assert "湄潭县域数据" in page
    county = place(town, kept.id)
    with pytest.raises(InputError, match="已经建立"):
        place(town, kept.id)
    agreements.terminate_operating(town.desk, town.actors["chen"], kept.id, reason="另行选择运营商")
    agreements.close_environment(town.desk, town.actors["chen"], county.id, reason="协议终止")
    assert town.store.load(Environment, county.id).record.state == "closed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": " "},
        {"environment_code": ""},
        {"term_to": MONDAY.replace(year=2020)},
        {"term_from": MONDAY.replace(year=2029)},
        {"term_to": MONDAY.replace(year=2056)},
    ],
    ids=["scope", "environment", "over", "turned", "for-a-generation"],
)
def test_what_is_no_agreement_is_neither_drafted_nor_signed(town: Hall, wrong: dict[str, object]) -> None:
    """It says what is operated, where and how long: five years at most (2025 norm, clause 14)."""
    assert refused(contract, town, **wrong) == {"operating-whole": "第十一条"}


def test_what_is_over_before_it_is_signed_is_not_signed(town: Hall) -> None:
    made = contract(town, term_to=MONDAY + timedelta(days=30))
    town.pass_days(31)
    found = refused(agreements.sign_operating, town.desk, town.actors["chen"], made.id)
    assert found == {"operating-whole": "第十一条"}


def test_no_service_agreement_without_the_operators_own(town: Hall) -> None:
    items = approved(town, "firms")
    agreements.terminate_operating(town.desk, town.actors["chen"], town.ids["operating"], reason="违约")
    with pytest.raises(RefusedError, match="第十一条"):
        drafted(town, items)


def test_city_and_county_meet_only_by_a_transfer_that_all_agreed_to(town: Hall) -> None:
    kept = agreements.sign_operating(town.desk, town.actors["chen"], contract(town).id)
    county = place(town, kept.id)
    add_person(town, "jiang", "operator", Role.OPERATOR)
    request = {"dataset": "firms", "columns": [COLUMNS[0]], "justification": "县域统计"}
    with pytest.raises(InputError, match="不在所申请的环境里"):
        town.submit(environment=COUNTY, requests=[request])
    directory, people = town.desk.directory, town.actors
    asked = transfers.Proposal(
        dataset="firms", target=county.id, columns=COLUMNS[:1], purpose="县域统计", until=UNTIL
    )
    made = transfers.propose(directory, people["zhang"], asked)
    with pytest.raises(RefusedError, match="同一个人"):
        transfers.release(directory, people["zhang"], made.id)
    transfers.release(directory, people["jiang"], made.id)
    transfers.consent(directory, people["yang"], made.id)
    transfers.confirm(directory, people["chen"], made.id)
    verbs = [one.verb for one in town.store.facts(record=made.id)]
    assert verbs == ["transfer:propose", "transfer:release", "transfer:consent", "transfer:confirm"]
    assert town.submit(environment=COUNTY, requests=[request]).environment == county.id
    transfers.revoke(directory, people["chen"], made.id, reason="用途变了")
    with pytest.raises(InputError, match="不在所申请的环境里"):
        town.submit(environment=COUNTY, requests=[request])


def test_a_stranger_sees_no_agreement_of_others(town: Hall) -> None:
    made = signed(town, "firms")
    assert reading.agreements(town.desk, town.actors["song"]) == ()
    with pytest.raises(RefusedError):
        reading.agreement(town.desk, town.actors["song"], made.id)
