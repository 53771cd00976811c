"""第三条: what government data is and is not; who may develop it, who may buy, who may operate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.access import application as applications
from sandbox.access import review
from sandbox.access.eligibility import eligibility_of
from sandbox.catalog import entries
from sandbox.ingest import publish
from sandbox.kernel.actors import Role
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.metadata import Exclusion, Media
from sandbox.kernel.records import Attachment, Organisation, OrganisationRole, Ruling
from sandbox.municipality.numbers import uscc, wrong_check_digit
from sandbox.people import organisations
from tests.access.hall import Hall, add_person, hall
from tests.journeys.homes import CODE, CREDIT, DEVELOPER, MARKET, STEWARD, Home, landed, told
from tests.journeys.refusals import refused

__all__ = ["landed", "told"]
DEVELOPS = (OrganisationRole.DEVELOPER,)


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def body(town: Hall, key: str, register: str, kind: str, **more: object) -> Organisation:
    """Register a body and its developer, named like the body."""
    code = uscc(register, "520300", f"MA6Y7{len(town.ids):03d}")
    one = Organisation(state="registered", name=key, uscc=code, kind=kind, roles=DEVELOPS, region="520300")
    made = organisations.register(town.desk.directory, town.actors["chen"], replace(one, **more))
    town.ids[key] = made.id
    add_person(town, f"of-{key}", key, Role.DEVELOPER, Role.ORGANISATION_OFFICER)
    return made


def test_who_may_apply_for_data(town: Hall) -> None:
    """Firms, associations and second-class institutions; neither offices nor bodies that the budget keeps."""
    for key, register, kind in (
        ("firm-2", "91", "企业"), ("association", "51", "社会团体"), ("institute", "12", "公益二类"),
        ("press", "12", "生产经营"), ("statutory", "12", "法定机构"),
    ):  # fmt: skip
        body(town, key, register, kind)
        assert town.submit(f"of-{key}").state == "submitted"
    body(town, "union", "51", "群团组织", fiscally_funded=True)
    body(town, "first-class", "12", "公益一类")
    for who in ("qian", "of-union", "of-first-class"):
        assert refused(town.submit, who) == {"eligible": "第三条"}
    one = town.store.load(Organisation, town.ids["firm"]).record
    for code in ("52030219900101001X", wrong_check_digit(one.uscc)):  # a natural person; a slip of the pen
        with pytest.raises(InputError, match="统一社会信用代码"):
            organisations.register(town.desk.directory, town.actors["chen"], replace(one, id="", uscc=code))


def test_what_the_article_leaves_open_a_named_person_decides(town: Hall) -> None:
    directory, chen = town.desk.directory, town.actors["chen"]
    farmers = body(town, "farmers", "93", "农民专业合作社")
    assert refused(town.submit, "of-farmers") == {"eligible": "第三条"}
    paper = Attachment(name="章程.pdf", digest="ab" * 32, size=9, type="pdf")
    ruling = Ruling(
        role="developer", eligible=True, reason="有数据服务能力", evidence=(paper.digest,),
        decided_by="", decided_on=town.today,
    )  # fmt: skip
    assert refused(organisations.decide, directory, chen, farmers.id, ruling) == {"left-open": "第三条"}
    organisations.attach(directory, town.actors["of-farmers"], farmers.id, paper)
    made = organisations.decide(directory, chen, farmers.id, ruling)
    assert made.rulings[0].decided_by == chen.account
    assert town.submit("of-farmers").state == "submitted"
    organisations.attach(directory, chen, town.ids["bureau"], paper)  # what the article settles is settled
    assert refused(organisations.decide, directory, chen, town.ids["bureau"], ruling) == {
        "left-open": "第三条"
    }


def test_buyers_are_more_and_operators_fewer(town: Hall) -> None:
    bodies = {key: town.store.load(Organisation, town.ids[key]).record for key in ("bureau", "firm")}
    bodies |= {"first-class": body(town, "first-class", "12", "公益一类")}
    may = lambda key, role: bool(eligibility_of(bodies[key], role, today=town.today))  # noqa: E731
    assert [may(key, "purchaser") for key in bodies] == [True, True, True]
    assert [may(key, "operator") for key in bodies] == [False, True, False]


def test_an_operator_does_not_develop_what_it_delivered(landed: Home) -> None:
    with landed.open() as desk:
        directory, zhao = desk.platform.directory, desk.actor(STEWARD)
        held = entries.by_code(directory, CODE).record
        told_of = replace(held, delivered_by=(desk.actor(DEVELOPER).organisation,))
        entries.describe(directory, zhao, held.id, told_of)
        order = {"agreement": MARKET, "dataset": CODE, "delivery": "delivery-000001"}
        assert refused(publish.order, desk.platform.ingest, zhao, **order) == {"no-redevelopment": "第十五条"}
        order["agreement"] = CREDIT  # another firm's agreement is not concerned
        assert publish.order(desk.platform.ingest, zhao, **order).state == "ordered"


def test_what_is_no_government_data_for_development(town: Hall) -> None:
    """Secrets, public security and what other laws forbid: listed, and never pushed to a review."""
    directory, zhao, chen = town.desk.directory, town.actors["zhao"], town.actors["chen"]
    held = town.store.load(Dataset, town.ids["firms"]).record
    fresh = replace(held, id="", state="registered", code="photos", columns=(), media=Media.IMAGE)
    assert entries.register(directory, zhao, fresh).media is Media.IMAGE  # any machine-readable form
    for flag in (
        Exclusion.STATE_SECRET, Exclusion.PUBLIC_SECURITY, Exclusion.TRADE_SECRET, Exclusion.OTHER_LAW,
    ):  # fmt: skip
        entries.describe(directory, zhao, held.id, replace(held, exclusions=(flag,)))
        asked = town.submit()
        applications.accept(town.desk, chen, asked.id, findings="好")
        assert refused(review.push, town.desk, chen, asked.id) == {"not-excluded": "第三条"}
    private = entries.describe(
        directory, zhao, held.id, replace(held, exclusions=(Exclusion.PERSONAL_PRIVACY,))
    )
    assert refused(entries.describe, directory, zhao, held.id, replace(private, exclusions=())) == {
        "privacy-kept": "第三条"
    }
    assert town.pushed()[0].state == "pushed"  # privacy alone is cured by masking
