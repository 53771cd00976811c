"""Words that would be more than words: an organisation forged into a call, and markup, SQL and formulas.

Applications and their review are in `tests/access/test_words`, the catalogue in `test_catalogue`, incidents
and pages in `tests/web`; here are the fields left over, and every list that leaves as a sheet.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import boundaries, portal, review
from sandbox.catalog import entries
from sandbox.kernel.application_records import Application
from sandbox.kernel.boundary import Boundary
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import CredentialError, InputError
from sandbox.kernel.metadata import Core
from sandbox.kernel.records import Attachment, Environment, OperatingAgreement, Organisation
from sandbox.municipality.numbers import uscc
from sandbox.oversight import incident
from sandbox.people import accounts, grants, organisations
from sandbox.web.exports import as_csv, as_xlsx
from tests.access.hall import REGIME, Hall, hall
from tests.access.test_words import HARMLESS, UNREADABLE
from tests.journeys.refusals import refused
from tests.people.homes import Town, town

__all__ = ["town"]


@pytest.fixture
def city(tmp_path: Path) -> Hall:
    return hall(tmp_path)


@pytest.fixture
def place(tmp_path: Path) -> Town:
    made = town(tmp_path)
    yield made
    made.platform.close()


def test_an_organisation_written_into_a_token_opens_nothing(place: Town) -> None:
    """A token says whose it is by what it opens; there is no place in it for anybody's organisation."""
    directory = place.directory
    head, account, name, secret = place.tokens["chen"].split(".")
    body = directory.organisation_named("某市卫健委").id
    assert place.actor("chen").organisation == directory.authority().id
    for forged in (
        f"{head}.{body}.{name}.{secret}",
        f"{head}.{account}@{body}.{name}.{secret}",
        f"{head}.{account}.{body}.{secret}",
        f"{head}.{account}.{name}.{secret}.{body}",
        f"{head}.{account}.{name}.{secret}\n{body}",
    ):
        with pytest.raises(CredentialError):
            place.platform.by_token(forged)


def test_an_organisation_written_into_a_document_is_not_taken(city: Hall) -> None:
    for key in ("organisation", "applicant", "state", "regime_digest", "portal_number"):
        with pytest.raises(InputError, match=key):
            city.written(**{key: city.ids["rival"]})
    forged = replace(city.written(), organisation=city.ids["rival"])
    assert "own-record" in refused(applications.submit, city.desk, city.actors["lin"], forged)
    rival = city.store.load(Organisation, city.ids["rival"]).record.uscc
    entry = city.document() | {"number": "1", "applicant_uscc": rival, "applicant_account": "lin"}
    (done,) = portal.bring_in(city.desk, city.actors["chen"], [entry], regime=REGIME)
    assert done.problem is not None
    assert city.store.find(Application) == ()


def test_an_actor_of_another_organisation_gains_nothing_of_its_own_roles(city: Hall) -> None:
    """Even a program that let itself be told the organisation would meet the roles of the account."""
    (item,) = city.pushed()
    forged = replace(city.actors["lin"], organisation=city.ids["market"])
    assert "role" in refused(grants.revoke, city.desk.directory, forged, city.ids["grant-yang"])
    assert "role" in refused(review.approve, city.desk, forged, item.id)


@pytest.mark.parametrize("words", HARMLESS)
def test_names_and_descriptions_are_kept_to_the_letter(city: Hall, words: str) -> None:
    directory, chen, zhao = city.desk.directory, city.actors["chen"], city.actors["zhao"]
    body = Organisation(
        state="registered", name=words, uscc=uscc("91", "520300", "MA6Y7X01"), kind="企业", roles=(),
        region="520300",
    )  # fmt: skip
    made = organisations.register(directory, chen, body)
    assert directory.organisation_named(words).id == made.id
    held = city.store.load(Dataset, city.ids["firms"]).record
    entries.describe(directory, zhao, held.id, replace(held, title=words, core=Core(abstract=words)))
    boundaries.set_boundary(city.desk, zhao, "firms", Boundary(allowed_scenarios=(words,)))
    kept = city.store.load(Dataset, held.id).record
    assert (kept.title, kept.core.abstract, kept.boundary.allowed_scenarios) == (words, words, (words,))


@pytest.mark.parametrize("words", [*HARMLESS, "\t=1+1", "＝1+1", "-2+3", "\r=1"])
def test_no_list_that_leaves_runs_in_a_spreadsheet(words: str, tmp_path: Path) -> None:
    rows = [[words, 3, "好"], ["好", 4, words]]
    read = list(csv.reader(io.StringIO(b"".join(as_csv([words, "数", "词"], rows)).decode("utf-8-sig"))))
    as_xlsx(words, [words, "数", "词"], rows, tmp_path / "list.xlsx")
    sheet = load_workbook(tmp_path / "list.xlsx").active
    for table in (read, [[one.value for one in row] for row in sheet.rows]):
        cells = [str(one) for row in table for one in row if one is not None]
        assert not [one for one in cells if one[:1] in tuple("=+-@\t\r＝＋－＠")]
        assert len(table) == 3
    assert {one.data_type for row in sheet.rows for one in row} <= {"s", "n"}


def signs(city: Hall, words: str) -> dict[str, object]:
    """Return what hands these words in, by the field that they are handed in for."""
    desk, people, directory = city.desk, city.actors, city.desk.directory
    body = city.store.load(Organisation, city.ids["firm"]).record
    held = city.store.load(Dataset, city.ids["firms"]).record
    operating = city.store.load(OperatingAgreement, city.ids["operating"]).record
    place = city.store.load(Environment, held.environment).record
    fresh = replace(body, id="", name=words, uscc=uscc("91", "520300", "MA6YX009"))
    paper = Attachment(name=words, digest="ab" * 32, size=9, type="pdf")
    return {
        "name": lambda: organisations.register(directory, people["chen"], fresh),
        "paper": lambda: organisations.attach(directory, people["chen"], body.id, paper),
        "title": lambda: entries.describe(directory, people["zhao"], held.id, replace(held, title=words)),
        "abstract": lambda: entries.describe(
            directory, people["zhao"], held.id, replace(held, core=Core(abstract=words))
        ),
        "scope": lambda: agreements.draft_operating(
            desk, people["zhang"], replace(operating, id="", state="drafted", scope=words)
        ),
        "environment": lambda: agreements.establish(
            desk, people["chen"], replace(place, id="", code="520328", name=words)
        ),
        "reason": lambda: agreements.terminate_operating(desk, people["chen"], operating.id, reason=words),
        "display_name": lambda: accounts.invite(
            directory, people["chen"], organisation=body.id, name="new", display_name=words, identity=""
        ),
        "incident": lambda: incident.open_incident(None, people["chen"], body.id, title=words, reason="x"),
    }  # fmt: skip


@pytest.mark.parametrize("words", UNREADABLE, ids=("nul", "escape", "turned", "surrogate", "long"))
def test_what_no_reader_could_see_is_taken_nowhere(city: Hall, words: str) -> None:
    """A name that turns the reading direction would stand in agreements, notices and lists of others."""
    before = len(city.store.facts())
    for field, hand_in in signs(city, words).items():
        with pytest.raises(InputError):
            hand_in()
        assert len(city.store.facts()) == before, field
