"""Handing in: whole or not at all; and reading what became of it."""

import json
import os

import pytest

from sandbox.kernel.errors import InputError, StorageError
from sandbox_seat.submissions import status, submit


@pytest.fixture
def home(tmp_path):
    (tmp_path / "outbox").mkdir()
    (tmp_path / "a.csv").write_text("a\n1\n")
    return tmp_path


def test_a_claim_given_is_written_and_goes_along(home):
    done = submit(
        home / "a.csv", title="表", claim={"sql": "SELECT 1", "subject": "a"}, outbox=home / "outbox"
    )
    assert list(done.files) == ["a.csv", "a.csv.claim.json"]
    assert done.id in repr(done)
    request = json.loads((home / "outbox" / done.id / "request.json").read_text())
    assert request == {"format": 1, "title": "表", "purpose": "", "files": ["a.csv", "a.csv.claim.json"]}


def test_the_claim_is_not_sent_twice_when_named(home):
    (home / "a.csv.claim.json").write_text("{}")
    done = submit(home / "a.csv", home / "a.csv.claim.json", title="表", outbox=home / "outbox")
    assert len(done.files) == 2


@pytest.mark.parametrize(
    ("names", "more", "sentence"),
    [
        ([], {}, "1 到 100"),
        (["none.csv"], {}, "没有找到"),
        (["outbox"], {}, "没有找到"),
        (["link.csv"], {}, "链接"),
        ([".hidden"], {}, "点开头"),
        (["a.csv", "a.csv"], {}, "重名"),
        (["a.csv"], {"title": " "}, "标题"),
        (["a.csv"], {"title": "x" * 201}, "200"),
        (["a.csv"], {"title": "a\nb"}, "一行"),
        (["a.csv"], {"claim": {"sql": "SELECT 1"}}, "subject"),
    ],
)
def test_what_cannot_be_handed_in_is_said_and_leaves_nothing(home, names, more, sentence):
    (home / "link.csv").symlink_to("a.csv")
    (home / ".hidden").write_text("x")
    with pytest.raises(InputError, match=sentence):
        submit(*(home / name for name in names), **({"title": "表"} | more), outbox=home / "outbox")
    assert os.listdir(home / "outbox") == []


def test_a_full_disk_leaves_nothing_half_written(home, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="没能写入"):
        submit(home / "a.csv", title="表", outbox=home / "outbox")
    assert os.listdir(home / "outbox") == []


def test_status_reads_what_the_platform_published(home):
    file = home / "submissions.json"
    file.write_text(json.dumps({"submissions": []}))
    assert repr(status(state=file)) == "还没有出域申请"
    entry = {
        "request": "r-1",
        "title": "统计",
        "state": "refused",
        "message": "见下",
        "files": [{"name": "a.csv", "outcome": "拒绝", "messages": ["请合并小类"]}],
    }
    file.write_text(json.dumps({"submissions": [entry, 7]}))
    text = repr(status(state=file))
    for word in ("统计", "r-1", "闸口拒绝", "a.csv", "请合并小类"):
        assert word in text


@pytest.mark.parametrize("content", [None, "", "[]", "{}"])
def test_a_state_that_cannot_be_read_is_said(home, content):
    file = home / "submissions.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(StorageError, match="稍后再试"):
        status(state=file)


def test_what_waits_in_the_outbox_is_shown_until_the_platform_has_taken_it(home):
    file, outbox = home / "submissions.json", home / "outbox"
    outbox.mkdir(exist_ok=True)
    file.write_text(json.dumps({"submissions": []}))
    (home / "a.csv").write_text("甲,乙\n1,2\n")
    made = submit(home / "a.csv", title="刚交的", outbox=outbox)
    (outbox / "strange").mkdir()
    (outbox / "strange" / "request.json").write_text("[]")
    text = repr(status(state=file, outbox=outbox))
    assert "刚交的" in text
    assert "等待平台取走" in text
    file.write_text(json.dumps({"submissions": [{"request": made.id, "title": "刚交的", "state": "检查中"}]}))
    assert "等待平台取走" not in repr(status(state=file, outbox=outbox))
