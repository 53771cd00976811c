"""7z archives come apart within limits, and everything odd about them is a problem."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.files.types import FileType
from sandbox.files.unwrap import ProblemCode, UnwrapLimits, unwrap

CSV = "a,b\n1,张三\n".encode()


def packed(*members: tuple[str, bytes], password: str | None = None) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password) as archive:
        for name, data in members:
            archive.writestr(data, name)
    return out.getvalue()


@cache
def sample() -> bytes:
    return packed(("b/c.csv", CSV), ("空.txt", b""), ("d.csv", CSV * 3))


def codes(data: bytes, **limits: int) -> set[ProblemCode]:
    return {problem.code for problem in unwrap(data, name="x.7z", limits=UnwrapLimits(**limits)).problems}


def test_the_members_are_read_in_order_and_whole() -> None:
    found = unwrap(sample(), name="x.7z")
    assert not found.problems
    assert [(part.path, part.data, part.depth) for part in found.parts] == [
        ("x.7z!b/c.csv", CSV, 1), ("x.7z!空.txt", b"", 1), ("x.7z!d.csv", CSV * 3, 1),
    ]  # fmt: skip
    assert found.parts[0].type is FileType.CSV


def test_an_archive_within_an_archive_is_opened() -> None:
    inner = packed(("in.7z", sample()))
    assert next(part.path for part in unwrap(inner, name="x.7z").parts) == "x.7z!in.7z!b/c.csv"
    deep = CSV
    for _ in range(5):
        deep = packed(("x", deep))
    assert codes(deep) == {ProblemCode.TOO_DEEP}


def test_limits_stop_it_before_anything_unfolds() -> None:
    assert codes(packed(("x", bytes(32 << 20)))) == {ProblemCode.TOO_LARGE}
    assert codes(sample(), max_total=20) == {ProblemCode.TOO_LARGE}
    assert codes(sample(), max_parts=2) == {ProblemCode.TOO_MANY}


def test_what_is_enciphered_cut_or_longer_is_told() -> None:
    assert codes(packed(("x", CSV), password="x")) == {ProblemCode.ENCRYPTED}
    assert codes(sample()[:-4]) == {ProblemCode.DAMAGED}
    assert codes(sample() + b"secret") == {ProblemCode.TRAILING}


def test_a_link_is_never_followed_nor_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "l").symlink_to("/etc/hostname")
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writeall(folder, "d")
    empty = tmp_path / "cwd"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert ProblemCode.LINK in codes(out.getvalue())
    unwrap(sample(), name="x.7z")
    assert os.listdir(empty) == []


def test_a_name_that_leads_elsewhere_is_a_problem() -> None:
    plain = packed(("QQQQQQQa", CSV))
    # names stand in the directory as UTF-16; without compression of the directory they can be overwritten
    moved = plain.replace("QQQQQQQa".encode("utf-16-le"), "../../xa".encode("utf-16-le"))
    found = unwrap(moved, name="x.7z")
    assert moved == plain or found.problems
    assert all(".." not in part.path for part in found.parts)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=12), st.sampled_from(["put", "drop", "cut"]))
def test_a_broken_archive_never_fails_and_never_passes_for_whole(place: int, piece: bytes, way: str) -> None:
    data = bytearray(sample())
    at = 32 + place % (len(data) - 32)
    broken: dict[str, Callable[[], bytes]] = {
        "put": lambda: bytes(data[:at] + piece + data[at + len(piece) :]),
        "drop": lambda: bytes(data[:at] + data[at + len(piece) :]),
        "cut": lambda: bytes(data[:at]),
    }
    found = unwrap(broken[way](), name="x.7z")
    whole = [part.data for part in unwrap(sample(), name="x.7z").parts]
    assert found.problems or [part.data for part in found.parts] == whole
