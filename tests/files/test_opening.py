"""Only regular files are opened, never through a link."""

import os
import socket

import pytest

from sandbox.files.opening import open_regular
from sandbox.kernel.errors import InputError, NotFoundError


def test_a_regular_file_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    with open_regular(path) as source:
        assert source.read() == b"x"


def test_what_is_no_regular_file_is_refused_without_blocking(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "sock"))
        for path in (*(tmp_path / name for name in ("fifo", "link", "self", "sock")), tmp_path, "/dev/zero"):
            with pytest.raises(InputError) as caught:
                open_regular(tmp_path / path)
            assert "。" in str(caught.value)


def test_missing_and_oversized_files_are_named(tmp_path):
    with pytest.raises(NotFoundError):
        open_regular(tmp_path / "none")
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(1 << 20)
    with pytest.raises(InputError, match="1048576"):
        open_regular(tmp_path / "sparse", max_bytes=1000)


def test_a_name_with_a_nul_is_an_input_error(tmp_path):
    with pytest.raises(InputError):
        open_regular(tmp_path / "a\0b")


def test_a_swap_between_check_and_open_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"x")
    seen = os.lstat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr("sandbox.files.opening._before", lambda _: seen)
    with pytest.raises(InputError):
        open_regular(path)
