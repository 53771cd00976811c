"""The head of a zip member costs no more than is asked for, and is what zipfile would give."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from sandbox.files.members import head_of

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
ROWS = "".join(f"{number},红花岗区,{number * 7919 % 10007}\n" for number in range(40_000)).encode()


def package(method: int, data: bytes) -> zipfile.ZipFile:
    """Return a zip of one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr("rows.csv", data)
    return zipfile.ZipFile(out)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("bound", [1, 70_000, len(ROWS), 2 * len(ROWS)])
def test_the_head_is_the_first_bytes_whatever_packed_them(method: int, bound: int) -> None:
    with package(method, ROWS) as file:
        assert head_of(file, file.infolist()[0], bound) == ROWS[:bound]


@pytest.mark.parametrize("method", METHODS[1:])
def test_a_member_that_unfolds_to_much_takes_what_is_asked_for(method: int) -> None:
    with package(method, bytes(64 << 20)) as file:
        tracemalloc.start()
        assert head_of(file, file.infolist()[0], 1 << 20) == bytes(1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
        tracemalloc.stop()


@pytest.mark.parametrize("method", METHODS[2:])
def test_a_member_that_is_damaged_is_told(method: int) -> None:
    with package(method, ROWS) as file:
        member = file.infolist()[0]
        assert isinstance(file.fp, io.BytesIO)
        file.fp.getbuffer()[60:200] = bytes(140)
        with pytest.raises(zipfile.BadZipFile):
            head_of(file, member, len(ROWS))


def test_a_way_of_packing_that_is_not_known_is_told() -> None:
    with package(zipfile.ZIP_STORED, ROWS) as file:
        member = file.infolist()[0]
        member.compress_type = 97
        with pytest.raises(NotImplementedError):
            head_of(file, member, 10)
