"""Deliveries as they should not be: one clear sentence, the bytes kept, every row accounted for."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from sandbox.ingest import batch, publish
from sandbox.kernel.dataset_records import Delivery
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.vault.sealed import open_sealed
from tests.attacks.sparse_books import FAR, OLD_FAR
from tests.journeys.homes import CODE, COUNTY_STEWARD, STEWARD, Desk, Home, landed, told

__all__ = ["landed", "told"]

HEADER = "统一社会信用代码,企业名称\n"
GOOD = "".join(f"code-{number},企业{number}\n" for number in range(20))


def newest(desk: Desk) -> Delivery:
    """Return the delivery received last."""
    return desk.platform.store.find(Delivery, newest_first=True)[0].record


def kept_bytes(desk: Desk, delivery: Delivery) -> bytes:
    """Return the sealed raw file of a delivery, opened."""
    ingest = desk.platform.ingest
    path = ingest.quarantine / delivery.dataset / f"{delivery.digest}.sealed"
    with open_sealed(path, ingest.key_of(delivery.key_id), name="delivery") as sealed:
        return sealed.read()


def receive(desk: Desk, path: Path, *, rows: int | None = None, who: str = STEWARD) -> Delivery:
    """Receive a file for the companies' dataset."""
    return batch.receive(desk.platform.ingest, desk.actor(who), CODE, path, declared_rows=rows)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", "空"),
        ("shift.csv", os.urandom(4096), ""),
        ("utf16.csv", (HEADER + GOOD).encode("utf-16-le"), ""),
        ("not.xlsx", b"PK\x03\x04" + bytes(200), ""),
        ("far.xlsx", FAR["diagonal"], "单元格跨度达"),
        ("unplaced.xlsx", FAR["cells without a place"], "单元格跨度达"),
        ("far.xls", OLD_FAR["a far cell"], "超出内存或时间上限"),
    ],
)
def test_what_is_no_table_fails_on_record_and_is_kept(landed: Home, tmp_path, name, data, words) -> None:
    (tmp_path / name).write_bytes(data)
    with landed.open() as desk:
        with pytest.raises(InputError) as told_:
            receive(desk, tmp_path / name)
        assert words in str(told_.value)
        assert "\n" not in str(told_.value)
        found = newest(desk)
        assert (found.state, found.reason) == ("failed", str(told_.value))
        assert kept_bytes(desk, found) == data


@pytest.mark.parametrize(
    ("body", "bad", "word"),
    [
        (GOOD + "code-x\n" + GOOD, [21], ""),
        (GOOD + "code-x,企业,多余\n" + GOOD, [21], ""),
        (GOOD + 'code-x,"没有合上\n', [21], "引号"),
        (GOOD + "code-x,企业\udcff\udcfe\n" + GOOD, [21], ""),
    ],
)
def test_bad_rows_are_quarantined_by_number_and_reason(landed: Home, tmp_path, body, bad, word) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes((HEADER + body).encode("utf-8", "surrogateescape"))
    with landed.open() as desk:
        found = receive(desk, path)
        rows = batch.bad_rows(desk.platform.ingest, found)
        assert [one.row for one in rows] == bad
        assert all(one.reason and word in one.reason for one in rows)
        assert found.counted_rows == found.good_rows + found.bad_rows == body.count("code-")
        assert kept_bytes(desk, found) == path.read_bytes()


def test_resident_ids_that_excel_made_numbers_of_are_not_believed(landed: Home, tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["居民身份证号", "姓名"])
    for number in range(5):
        book.active.append([f"52030219900101{number:04d}", "甲"])
    book.active.append([520302199001011234, "乙"])
    book.active.append([5.20302199001011e17, "丙"])
    book.save(tmp_path / "ids.xlsx")
    with landed.open() as desk:
        found = receive(desk, tmp_path / "ids.xlsx")
        rows = batch.bad_rows(desk.platform.ingest, found)
        assert [one.row for one in rows] == [6, 7]
        assert all("数字格式" in one.reason for one in rows)


def test_the_same_file_twice_is_taken_once(landed: Home, tmp_path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD, encoding="utf-8")
    (tmp_path / "b.csv").write_text(HEADER + GOOD, encoding="utf-8")
    with landed.open() as desk:
        first = receive(desk, tmp_path / "a.csv")
        before = len(desk.platform.store.find(Delivery))
        with pytest.raises(InputError, match=first.id):
            receive(desk, tmp_path / "b.csv")
        assert len(desk.platform.store.find(Delivery)) == before
        folder = desk.platform.ingest.quarantine / first.dataset
        assert not list(folder.glob(".arriving-*"))


def test_more_rows_than_declared_are_refused_fewer_need_a_word(landed: Home, tmp_path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD, encoding="utf-8")
    with landed.open() as desk:
        with pytest.raises(InputError, match="多于申报"):
            receive(desk, tmp_path / "a.csv", rows=19)
        assert newest(desk).state == "failed"
        found = receive(desk, tmp_path / "a.csv", rows=21)
        with pytest.raises(InputError, match="对不上"):
            batch.accept(desk.platform.ingest, desk.actor(STEWARD), found.id)
        with pytest.raises(InputError, match="申报行数"):
            receive(desk, tmp_path / "a.csv", rows=0)


def test_another_set_of_columns_is_not_accepted(landed: Home, tmp_path) -> None:
    (tmp_path / "a.csv").write_text("统一社会信用代码,谁也不认识\n1,2\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(HEADER + GOOD, encoding="utf-8")
    with landed.open() as desk:
        for name, words in (("a.csv", "谁也不认识"), ("b.csv", "缺少信息项")):
            found = receive(desk, tmp_path / name)
            with pytest.raises(InputError, match=words):
                batch.accept(desk.platform.ingest, desk.actor(STEWARD), found.id)
            refused = batch.refuse(desk.platform.ingest, desk.actor(STEWARD), found.id, reason="列不对")
            assert refused.state == "refused"


def test_only_regular_files_and_only_the_own_steward(landed: Home, tmp_path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    with landed.open() as desk:
        before = len(desk.platform.store.find(Delivery))
        for name in ("pipe.csv", "nothing.csv", "."):
            with pytest.raises(InputError):
                receive(desk, tmp_path / name)
        for who in (COUNTY_STEWARD, "lin.xiaoyu", "zhang.kai"):
            with pytest.raises(RefusedError):
                receive(desk, tmp_path / "a.csv", who=who)
        assert len(desk.platform.store.find(Delivery)) == before


def test_a_receipt_killed_before_reading_is_finished_by_resume(landed: Home, tmp_path, monkeypatch) -> None:
    (tmp_path / "a.csv").write_text(HEADER + GOOD, encoding="utf-8")
    with landed.open() as desk, monkeypatch.context() as patched:
        patched.setattr(batch, "read", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            receive(desk, tmp_path / "a.csv")
    with landed.open() as desk:
        assert newest(desk).state == "quarantined"
        left = desk.platform.ingest.quarantine / newest(desk).dataset / ".arriving-0"
        left.touch()
        old = (desk.platform.clock() - timedelta(days=2)).timestamp()
        os.utime(left, (old, old))
        publish.resume(desk.platform.ingest, failed=pytest.fail)
        assert (newest(desk).state, newest(desk).good_rows) == ("read", 20)
        assert not left.exists()
