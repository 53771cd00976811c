"""What the portal sends: the number kept, every entry on its own, nothing brought in twice."""

from __future__ import annotations

import json

import pytest

from sandbox.access import application as applications
from sandbox.access import portal
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.records import Organisation
from tests.access.hall import REGIME, Hall, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


def entry(town: Hall, number: str, **changes) -> dict:
    code = town.store.load(Organisation, town.ids["firm"]).record.uscc
    given = {"number": number, "applicant_uscc": code, "applicant_account": "lin"} | town.document()
    return given | changes


def test_number_and_applicant_are_kept_and_the_importer_judges_nothing(town: Hall) -> None:
    papers = [{"name": "方案.pdf", "sha256": "ab" * 32, "size": 9}]
    (done,) = portal.bring_in(
        town.desk, town.actors["chen"], [entry(town, "ZY-1", attachments=papers)], regime=REGIME
    )
    kept = town.store.load(Application, done.application).record
    assert (kept.portal_number, kept.organisation) == ("ZY-1", town.ids["firm"])
    assert kept.applicant == town.actors["lin"].account
    assert kept.clock is not None
    assert kept.attachments[0].digest == "ab" * 32
    with pytest.raises(RefusedError, match="同一个人"):
        applications.accept(town.desk, town.actors["chen"], kept.id, findings="好")
    with pytest.raises(RefusedError, match="同一个人"):
        applications.reject(town.desk, town.actors["chen"], kept.id, findings="不")
    assert applications.accept(town.desk, town.actors["luo"], kept.id, findings="好").state == "accepted"


def test_one_bad_entry_costs_the_others_nothing(town: Hall) -> None:
    entries = [
        entry(town, "1"),
        entry(town, "1"),
        entry(town, ""),
        entry(town, "2", scenario=" "),
        entry(town, "3", applicant_uscc="nobody"),
        entry(town, "4", applicant_account="song"),
        entry(town, "5", wish="x"),
        entry(town, "6", attachments=[{"name": "a", "sha256": "zz", "size": 1}]),
        entry(town, "7", scenario="a\u0000b"),
        "not an object",
        entry(town, "8"),
    ]
    done = portal.bring_in(town.desk, town.actors["chen"], entries, regime=REGIME)
    assert [one.place for one in done if one.problem is None] == [1, 11]
    assert all(len(str(one.problem).splitlines()) == 1 for one in done if one.problem is not None)
    assert len(town.store.find(Application)) == 2
    again = portal.bring_in(town.desk, town.actors["chen"], entries[:1], regime=REGIME)
    assert "已经导入过" in str(again[0].problem)


def test_nobody_but_an_officer_imports(town: Hall) -> None:
    for who in ("lin", "yang", "zhang"):
        with pytest.raises(RefusedError):
            portal.bring_in(town.desk, town.actors[who], [entry(town, "1")], regime=REGIME)
    assert town.store.find(Application) == ()


def test_files_that_are_no_export(tmp_path) -> None:
    for data in (b"", b"[", b"\xff\xfe", b"{}", b"[]", b'"x"', b'{"applications": 5}', b"[" * 100_000):
        (tmp_path / "a.json").write_bytes(data)
        with pytest.raises(InputError) as error:
            portal.read_portal(tmp_path / "a.json")
        assert len(str(error.value).splitlines()) == 1
    with pytest.raises(InputError):
        portal.read_portal(tmp_path / "none.json")
    (tmp_path / "b.json").write_text(json.dumps({"applications": [1]}), encoding="utf-8-sig")
    assert portal.read_portal(tmp_path / "b.json") == [1]
    (tmp_path / "c.json").write_text(json.dumps([0] * (portal.MOST + 1)), encoding="utf-8")
    with pytest.raises(InputError, match="分几个文件"):
        portal.read_portal(tmp_path / "c.json")
