"""A seat's folders: laid out once, owned by the seat, its state replaced whole."""

import json
import os

import pytest

from sandbox.kernel.errors import InputError, StateError
from sandbox.seats import workspace
from sandbox.seats.isolation import HOST_UID_BASE, Limits

UID = HOST_UID_BASE + 3


def test_folders_are_laid_out_with_the_start_notebooks(tmp_path):
    places = workspace.prepare(tmp_path, "s-1", host_uid=UID)
    assert [path.name for path in places.home.iterdir()] == ["01-开始.ipynb"]
    assert list(places.outbox.iterdir()) == []
    assert json.loads((places.state / "submissions.json").read_text()) == {"submissions": []}
    assert places.base.stat().st_mode & 0o777 == 0o700
    owner = UID if os.geteuid() == 0 else os.geteuid()
    for path in (places.home, places.outbox, places.home / "01-开始.ipynb"):
        assert path.stat().st_uid == owner
    assert places.home.stat().st_mode & 0o777 == 0o700
    assert places.state.stat().st_uid == os.geteuid()


def test_a_home_that_exists_is_never_written_to(tmp_path):
    places = workspace.prepare(tmp_path, "s-1", host_uid=UID)
    (places.home / "01-开始.ipynb").unlink()
    (places.home / "mine").write_text("x")
    workspace.publish_state(places.state, {"submissions": [1]})
    workspace.prepare(tmp_path, "s-1", host_uid=UID)
    assert [path.name for path in places.home.iterdir()] == ["mine"]
    assert json.loads((places.state / "submissions.json").read_text()) == {"submissions": [1]}


def test_a_half_made_home_is_made_anew(tmp_path):
    (tmp_path / "s-1" / ".home.new").mkdir(parents=True)
    (tmp_path / "s-1" / ".home.new" / "half").write_text("x")
    places = workspace.prepare(tmp_path, "s-1", host_uid=UID)
    assert [path.name for path in places.home.iterdir()] == ["01-开始.ipynb"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc", ".x", "席位", "a" * 65, "a\n"])
def test_an_id_that_is_no_plain_name_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="席位号"):
        workspace.prepare(tmp_path, name, host_uid=UID)


def test_a_seat_never_prepared_is_not_opened(tmp_path):
    with pytest.raises(StateError, match="还没有建立"):
        workspace.sandbox_for(tmp_path, "s-1", host_uid=UID, mounts=(), limits=Limits())


def test_state_is_readable_and_replaced_whole(tmp_path):
    places = workspace.prepare(tmp_path, "s-1", host_uid=UID)
    workspace.publish_state(places.state, {"submissions": [{"title": "统计", "odd": "\udc80"}]})
    file = places.state / "submissions.json"
    assert file.stat().st_mode & 0o777 == 0o644
    assert json.loads(file.read_text())["submissions"][0]["title"] == "统计"
    assert [path.name for path in places.state.iterdir()] == ["submissions.json"]


def test_a_data_set_is_described_without_what_was_left_out(tmp_path):
    manifest = {
        "format": 1,
        "rows": {"in": 9, "out": 5, "quarantined": 3, "suppressed": 1},
        "risk": {"before": 1},
        "suppressed_records": [4],
        "quarantine": [{"row": 3}],
        "policy": {"text": "…"},
        "columns": [{"name": "地区", "technique": "region", "class": "quasi", "changed": 5, "unhandled": 0}],
        "schema": [{"name": "地区", "type": "string"}],
    }
    workspace.prepare(tmp_path, "s-1", host_uid=UID)
    mounts = workspace.data_mounts(tmp_path, "s-1", code="firms", snapshot=tmp_path, manifest=manifest)
    assert [mount.target for mount in mounts] == ["/data/firms", "/data/firms/manifest.json"]
    assert json.loads(mounts[1].source.read_text()) == {
        "format": 1,
        "table": None,
        "rows": {"out": 5},
        "columns": [{"name": "地区", "technique": "region", "class": "quasi"}],
        "schema": [{"name": "地区", "type": "string"}],
    }
    with pytest.raises(InputError, match="代号"):
        workspace.data_mounts(tmp_path, "s-1", code="../x", snapshot=tmp_path, manifest=manifest)


@pytest.mark.parametrize("odd", [{}, {"rows": 3, "columns": 4}, {"columns": [1, {"name": "a"}]}])
def test_an_odd_description_shows_nothing_more(odd):
    assert set(workspace.seat_manifest(odd)) == {"format", "table", "rows", "columns", "schema"}
