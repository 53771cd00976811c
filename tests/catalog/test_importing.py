"""The catalogue's steps in a home: import all or nothing, description, consents, decisions on bodies."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.access.eligibility import eligibility_of
from sandbox.catalog import consents, entries, importing
from sandbox.catalog.search import Finder
from sandbox.catalog.sheet import sheet_of
from sandbox.cli.main import main
from sandbox.kernel.dataset_records import Consent, Dataset, Snapshot
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.metadata import Core, Exclusion, Opening, Origin
from sandbox.kernel.records import Attachment, Organisation, Ruling
from sandbox.municipality.numbers import uscc
from sandbox.people import organisations
from sandbox.seats.seat import current_snapshots
from tests.catalog.test_sheet import GOOD, HEADER, changed, workbook
from tests.journeys.homes import CODE, MARKET, OFFICER, OTHER_DEVELOPER, STEWARD, Desk, Home, landed, told

__all__ = ["landed", "told"]
CONTRIBUTOR, CONTRIBUTOR_STEWARD = "tong.daren", "ma.shunfeng"


def own_rows(desk: Desk, *rows: list[object]) -> list[list[object]]:
    own = desk.platform.directory.organisation(desk.actor(STEWARD).organisation)
    return [[*row[:2], own.name, own.uscc, *row[4:]] for row in rows]


def refused(error: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    return {one.code for one in error.value.decision.refusals}


def test_a_sheet_is_imported_whole_or_not_at_all(landed: Home) -> None:
    with landed.open() as desk:
        directory, steward = desk.platform.directory, desk.actor(STEWARD)
        own = directory.organisation(steward.organisation)
        place = entries.by_code(directory, CODE).record.environment
        good = own_rows(desk, GOOD, changed(title="企业异常名录", resource_code="107001/000011"))
        bad = own_rows(desk, changed(resource_code="307001/000012", cycle="偶尔"))

        def plan(*rows: list[object]) -> importing.Plan:
            return importing.plan(
                directory, own, sheet_of(workbook(*rows), name="目录.xlsx"), environment=place
            )

        before = len(directory.store.find(Dataset))
        with pytest.raises(InputError, match="一行也没有登记"):
            importing.apply(directory, steward, plan(*good, *bad))
        with pytest.raises(RefusedError):
            importing.apply(directory, desk.actor(OTHER_DEVELOPER), plan(*good))
        assert len(directory.store.find(Dataset)) == before
        made = importing.apply(directory, steward, plan(*good, *bad), only_good=True)
        assert [one.library for one in made] == ["department", "base"]
        facts = [directory.store.facts(record=one.id)[0] for one in made]
        notes = [directory.store.payload(fact.seq)["note"] for fact in facts]  # type: ignore[index]
        assert [one["row"] for one in notes] == [1, 2]
        again = plan(*good)
        assert {one.code for one in again.findings} == {"already-registered"}
        finder = Finder(directory.store)
        assert finder.index().search("异常名录").ids == (made[1].id,)
        entries.describe(directory, steward, made[0].id, replace(made[0], title="改了名的年报"))
        assert finder.index().search("改了名的").ids == (made[0].id,)
        assert finder.index().search("异常名录", wanted={"library": ["department"]}).total == 0


def test_the_privacy_flag_comes_by_classing_and_goes_only_by_a_landing(landed: Home) -> None:
    with landed.open() as desk:
        directory, steward = desk.platform.directory, desk.actor(STEWARD)
        held = entries.by_code(directory, CODE).record
        assert held.exclusions == (Exclusion.PERSONAL_PRIVACY,)
        with pytest.raises(RefusedError) as error:
            entries.describe(directory, steward, held.id, replace(held, exclusions=()))
        assert refused(error) == {"privacy-kept"}
        (snapshot,) = current_snapshots(directory, MARKET)
        assert snapshot.exclusions == ()
        (cleared,) = snapshot.cleared
        assert cleared.flag is Exclusion.PERSONAL_PRIVACY
        assert cleared.manifest == snapshot.manifest_digest
        assert cleared.smallest_class >= cleared.floor >= 3


def test_closing_an_entry_stops_its_development(landed: Home) -> None:
    with landed.open() as desk:
        directory, steward = desk.platform.directory, desk.actor(STEWARD)
        held = entries.by_code(directory, CODE).record
        with pytest.raises(InputError, match="依据"):
            entries.describe(directory, steward, held.id, replace(held, core=Core(opening=Opening.NOT_OPEN)))
        closed = Core(opening=Opening.NOT_OPEN, opening_basis="public-security")
        assert current_snapshots(directory, MARKET)
        made = entries.describe(directory, steward, held.id, replace(held, core=closed))
        assert (made.state, made.columns) == (held.state, held.columns)
        assert current_snapshots(directory, MARKET) == ()


def test_social_data_leaves_every_seat_with_its_consent(landed: Home) -> None:
    with landed.open() as desk:
        directory = desk.platform.directory
        held = entries.by_code(directory, "parcel-counts").record
        assert held.origin is Origin.SOCIAL
        (snapshot,) = (one.record for one in directory.store.find(Snapshot) if one.record.dataset == held.id)
        consent = consents.in_force(directory, held)
        assert consent is not None
        assert snapshot.consent == consent.id
        assert current_snapshots(directory, snapshot.agreement) == (snapshot,)
        for who in (OFFICER, CONTRIBUTOR_STEWARD, STEWARD):
            with pytest.raises(RefusedError):
                consents.withdraw(directory, desk.actor(who), consent.id, reason="x")
        with pytest.raises(InputError):
            consents.withdraw(directory, desk.actor(CONTRIBUTOR), consent.id, reason=" ")
        consents.withdraw(directory, desk.actor(CONTRIBUTOR), consent.id, reason="合作终止")
        assert current_snapshots(directory, snapshot.agreement) == ()
        with pytest.raises(RefusedError) as error:
            consents.give(
                directory,
                desk.actor(CONTRIBUTOR),
                replace(consent, id="", until=directory.today() - timedelta(days=1)),
            )
        assert refused(error) == {"consent-fits"}
        again = consents.give(directory, desk.actor(CONTRIBUTOR), replace(consent, id="", state="in-force"))
        assert isinstance(again, Consent)
        assert current_snapshots(directory, snapshot.agreement) == (snapshot,)


def test_a_join_is_registered_no_lower_than_its_inputs(landed: Home) -> None:
    with landed.open() as desk:
        directory, steward = desk.platform.directory, desk.actor(STEWARD)
        held = entries.by_code(directory, CODE).record
        joined = replace(
            held, id="", state="registered", code="joined", columns=(), units=(), derived_from=(held.id,)
        )
        low = replace(joined, grading=replace(held.grading, grade=type(held.grading.grade)(1)))
        for wrong in (low, replace(joined, exclusions=())):
            with pytest.raises(RefusedError) as error:
                entries.register(directory, steward, wrong)
            assert refused(error) == {"inherits"}
        made = entries.register(directory, steward, joined)
        assert ("source", held.id) in directory.store.links(made.id)


def test_what_the_measure_leaves_open_is_decided_by_a_named_person(landed: Home) -> None:
    with landed.open() as desk:
        directory, officer = desk.platform.directory, desk.actor(OFFICER)
        body = organisations.register(
            directory,
            officer,
            Organisation(
                state="registered", name="红花岗数据合作社", uscc=uscc("93", "520302", "MA6YCC01"),
                kind="农民专业合作社", roles=(), region="520302",
            ),
        )  # fmt: skip
        today = directory.today()
        assert not eligibility_of(body, "developer", today=today)
        paper = Attachment(name="章程.pdf", digest="ab" * 32, size=9, type="pdf")
        with pytest.raises(RefusedError):
            organisations.attach(directory, desk.actor(OTHER_DEVELOPER), body.id, paper)
        with pytest.raises(InputError):
            organisations.attach(directory, officer, body.id, replace(paper, digest="x"))
        organisations.attach(directory, officer, body.id, paper)
        ruling = Ruling(
            role="developer", eligible=True, reason="有数据服务能力", evidence=(paper.digest,),
            decided_by="somebody", decided_on=today, until=today + timedelta(days=30),
        )  # fmt: skip
        with pytest.raises(RefusedError) as error:
            organisations.decide(directory, officer, body.id, replace(ruling, evidence=("cd" * 32,)))
        assert refused(error) == {"left-open"}
        made = organisations.decide(directory, officer, body.id, ruling)
        assert made.rulings[0].decided_by == officer.account
        assert eligibility_of(made, "developer", today=today)
        assert not eligibility_of(made, "purchaser", today=today)
        assert not eligibility_of(made, "developer", today=today + timedelta(days=31))
        undone = organisations.decide(directory, officer, body.id, replace(ruling, eligible=False))
        assert not eligibility_of(undone, "developer", today=today)
        firm = directory.organisation(desk.actor(OTHER_DEVELOPER).organisation)
        organisations.attach(directory, officer, firm.id, paper)
        with pytest.raises(RefusedError) as error:
            organisations.decide(directory, officer, firm.id, ruling)
        assert refused(error) == {"left-open"}


def test_the_command_line(landed: Home, tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    home, token = str(landed.path), str(landed.path / "demo-tokens" / STEWARD)
    with landed.open() as desk:
        rows = own_rows(desk, GOOD, changed(resource_code="307001/000012", issued=46053))
    sheet = tmp_path / "目录.xlsx"
    sheet.write_bytes(workbook(*rows, header=HEADER))

    def run(*words: str) -> tuple[int, dict]:
        status = main(["dataset", *words, "--json", "--home", home])
        return status, json.loads(capsys.readouterr().out)

    person = ("--token-file", token)
    status, found = run("findings", str(sheet), "--environment", "520300", *person)
    assert (status, found["rows"], found["ready"]) == (10, 2, 1)
    assert [one["code"] for one in found["findings"] if one["severity"] == "error"] == ["date-as-number"]
    assert run("import", str(sheet), "--environment", "520300", *person)[0] == 10
    status, found = run("import", str(sheet), "--environment", "520300", "--only-good", *person)
    assert (status, len(found["registered"])) == (0, 1)
    status, found = run("search", "企业", "年报", "--grade", "L2", "--kind", "table")
    assert (status, found["total"], found["datasets"][0]["title"]) == (0, 1, "企业年报")
    assert found["facets"]["cycle"] == {"year": 1}
    for form in ("turtle", "json-ld"):
        out = tmp_path / form
        assert main(["dataset", "export", "--format", form, "--out", str(out), "--home", home]) == 0
        capsys.readouterr()
        from sandbox.catalog.dcat import Syntax, read

        with landed.open() as desk:
            held = [one.record for one in desk.platform.store.find(Dataset)]
        bare = Dataset.__dataclass_fields__["boundary"].default
        expected = {one.code: replace(one, units=(), boundary=bare, delivered_by=()) for one in held}
        assert {one.code: one for one in read(out.read_text("utf-8"), syntax=Syntax(form))} == expected
