"""Archives of seats: made of whatever a user left there, safe to lay down again."""

import io
import json
import os
import socket
import tarfile

import pytest

from sandbox.kernel.errors import TamperedError
from sandbox.seats.archive import _digest, _Exactly, pack_seats, unpack_seats


@pytest.fixture
def seats(tmp_path):
    home = tmp_path / "seats" / "seat-000001" / "home"
    home.mkdir(parents=True)
    (tmp_path / "target").mkdir()
    return home


def laid_down(tmp_path):
    pack_seats(tmp_path / "seats", tmp_path / "target")
    unpack_seats(tmp_path / "target", tmp_path / "again")
    return tmp_path / "again" / "seat-000001" / "home"


def test_files_modes_and_names_come_back(seats, tmp_path):
    (seats / "笔记.txt").write_text("好")
    (seats / "empty").mkdir()
    (seats / "run").write_bytes(b"x" * 100_000)
    (seats / "run").chmod(0o750)
    os.link(seats / "run", seats / "same")
    found = laid_down(tmp_path)
    assert {path.name for path in found.iterdir()} == {"笔记.txt", "empty", "run", "same"}
    assert (found / "run").read_bytes() == (found / "same").read_bytes() == b"x" * 100_000
    assert (found / "run").stat().st_mode & 0o777 == 0o750


def test_links_out_pipes_and_sockets_are_left_behind(seats, tmp_path):
    (tmp_path / "secret").write_text("s")
    (seats / "in").symlink_to("deep/../nowhere")
    (seats / "absolute").symlink_to(tmp_path / "secret")
    (seats / "climbing").symlink_to("../../../secret")
    (seats / "folder").symlink_to("/", target_is_directory=True)
    os.mkfifo(seats / "pipe")
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(seats)
        one.bind("socket")
        os.chdir(here)
        found = laid_down(tmp_path)
    assert [path.name for path in found.iterdir()] == ["in"]


def test_a_file_that_shrinks_while_it_is_read_is_filled_up():
    assert _Exactly(io.BytesIO(b"abc"), 5).read() == b"abc\0\0"
    source = _Exactly(io.BytesIO(b"abcdef"), 4)
    assert (source.read(3), source.read(3), source.read(3)) == (b"abc", b"d", b"")


def test_no_seats_make_an_empty_archive(tmp_path):
    assert pack_seats(tmp_path / "none", tmp_path) == 0
    assert unpack_seats(tmp_path, tmp_path / "again") == 0


@pytest.mark.parametrize("spoil", ["note", "archive", "byte"])
def test_an_archive_that_is_not_as_it_was_made_is_refused(seats, tmp_path, spoil):
    (seats / "x").write_text("x")
    pack_seats(tmp_path / "seats", tmp_path / "target")
    archive = tmp_path / "target" / "seats.tar"
    if spoil == "note":
        (tmp_path / "target" / "seats.json").write_text("[]")
    elif spoil == "archive":
        archive.unlink()
    else:
        archive.write_bytes(archive.read_bytes().replace(b"x", b"y", 1))
    with pytest.raises(TamperedError):
        unpack_seats(tmp_path / "target", tmp_path / "again")


@pytest.mark.parametrize("name", ["../out", "/tmp/out-of-archive", "seat/../../out"])
def test_a_forged_archive_leads_nowhere(tmp_path, name):
    with tarfile.open(tmp_path / "seats.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
        link = tarfile.TarInfo("seat/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
    note = {"files": 1, "sha256": _digest(tmp_path / "seats.tar")}
    (tmp_path / "seats.json").write_text(json.dumps(note))
    unpack_seats(tmp_path, tmp_path / "deep" / "again")
    assert not list(tmp_path.rglob("out"))
    assert not os.path.lexists(tmp_path / "deep" / "again" / "seat" / "link")
    assert not os.path.exists("/tmp/out-of-archive")
