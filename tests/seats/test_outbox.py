"""Requests as honest seats write them: taken whole, frozen once, taken away when on record."""

import hashlib
import json
import os

import pytest

from sandbox.kernel.errors import InputError, StorageError
from sandbox.seats import outbox
from sandbox_seat.submissions import submit


@pytest.fixture
def box(tmp_path):
    (tmp_path / "outbox").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "表.csv").write_text("地区,企业数\n汇川区,30\n")
    (tmp_path / "home" / "表.csv.claim.json").write_text('{"sql": "SELECT 1", "subject": "代码"}')
    (tmp_path / "home" / "图.png").write_bytes(b"\x89PNG")
    return tmp_path


def hand_in(box, *names, **more):
    return submit(
        *(box / "home" / name for name in names), outbox=box / "outbox", **({"title": "统计"} | more)
    )


def test_what_was_submitted_is_what_is_frozen(box):
    done = hand_in(box, "表.csv", "图.png", purpose="规划")
    (taken,) = outbox.collect(box / "outbox", box / "store").requests
    assert (taken.id, taken.title, taken.purpose) == (done.id, "统计", "规划")
    assert {file.name: file.sha256 for file in taken.files} == dict(done.files)
    assert [file.claim for file in taken.files] == ["表.csv.claim.json", None, None]
    for file in taken.files:
        kept = outbox.frozen_path(box / "store", file.sha256)
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == file.sha256
        assert kept.stat().st_size == file.bytes
        assert kept.stat().st_mode & 0o777 == 0o400
    (box / "home" / "表.csv").write_text("changed afterwards")
    assert outbox.frozen_path(box / "store", done.files["表.csv"]).read_text().startswith("地区")


def test_looking_twice_takes_the_same_and_freezes_once(box):
    hand_in(box, "表.csv")
    first = outbox.collect(box / "outbox", box / "store")
    assert outbox.collect(box / "outbox", box / "store") == first
    assert len([path for path in (box / "store").rglob("*") if path.is_file()]) == 2
    for request in first.requests:
        outbox.acknowledge(box / "outbox", request.id)
    assert outbox.collect(box / "outbox", box / "store") == outbox.Collected()
    assert os.listdir(box / "outbox") == []


def test_requests_come_in_the_order_they_were_made(box):
    done = [hand_in(box, "图.png", title=f"第 {number} 份").id for number in range(4)]
    assert [request.id for request in outbox.collect(box / "outbox", box / "store").requests] == done


def test_one_bad_request_costs_the_others_nothing(box):
    good = hand_in(box, "图.png")
    bad = hand_in(box, "图.png")
    (box / "outbox" / bad.id / "files" / "图.png").unlink()
    collected = outbox.collect(box / "outbox", box / "store")
    assert [request.id for request in collected.requests] == [good.id]
    assert [one.id for one in collected.declined] == [bad.id]
    assert "图.png" in str(collected.declined[0].message)


def test_a_full_store_loses_nothing(box, monkeypatch):
    hand_in(box, "图.png")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="申请仍在席位里"):
        outbox.collect(box / "outbox", box / "store")
    monkeypatch.undo()
    assert not [path for path in (box / "store").rglob("*") if path.is_file()]
    assert len(outbox.collect(box / "outbox", box / "store").requests) == 1


def test_a_missing_outbox_is_said(tmp_path):
    with pytest.raises(StorageError, match="打不开"):
        outbox.collect(tmp_path / "gone", tmp_path / "store")


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "g" * 64, "a" * 63])
def test_only_a_digest_names_a_frozen_file(tmp_path, digest):
    with pytest.raises(InputError, match="摘要"):
        outbox.frozen_path(tmp_path, digest)


def test_the_request_is_plain_json_that_any_tool_can_write(box):
    folder = box / "outbox" / "handmade-0001" / "files"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("a\n1\n")
    content = {"format": 1, "title": "手写", "files": ["a.csv"]}
    (folder.parent / "request.json").write_text(json.dumps(content))
    assert outbox.collect(box / "outbox", box / "store").requests[0].title == "手写"
