"""Sealed files: what goes in comes out, at any place, or nothing does."""

import contextlib
import errno
import gc
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.kernel.errors import NotFoundError, StorageError, TamperedError
from sandbox.vault import sealed
from sandbox.vault.digests import HashName
from sandbox.vault.keys import DataKey
from sandbox.vault.sealed import CHUNK, SealedReader, SealedWriter, create_sealed, open_sealed, seal_file

KEY = DataKey(id="dataset-000001", hash=HashName.SHA256, secret=bytes(range(32)))


def seal(data: bytes, *, name: str = "n", key: DataKey = KEY) -> bytes:
    raw = io.BytesIO()
    with SealedWriter(raw, key, name=name) as writer:
        writer.write(data)
    return raw.getvalue()


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_round_trip_at_the_edges_of_chunks(length):
    data = bytes(index % 251 for index in range(length))
    reader = SealedReader(io.BytesIO(seal(data)), KEY, name="n")
    assert reader.size() == length
    assert reader.read() == data


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 90_000), max_size=4),
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 70_000))),
)
def test_any_slice_equals_the_slice_of_the_clear_text(sizes, places):
    pieces = [bytes([index + 1]) * size for index, size in enumerate(sizes)]
    raw, clear = io.BytesIO(), b"".join(pieces)
    with SealedWriter(raw, KEY, name="n") as writer:
        for piece in pieces:
            writer.write(piece)
    reader = SealedReader(raw, KEY, name="n")
    for offset, length in places:
        reader.seek(offset)
        assert reader.read(length) == clear[offset : offset + length]


def test_two_files_of_the_same_bytes_look_unlike():
    assert seal(b"same")[60:] != seal(b"same")[60:]


def test_parquet_is_written_and_read_through_it(tmp_path):
    table = pa.table({"a": pa.array(range(50_000)), "b": [f"v{i}" for i in range(50_000)]})
    path = tmp_path / "raw.parquet.sealed"
    with create_sealed(path, KEY, name="raw") as writer:
        pq.write_table(table, pa.PythonFile(writer, mode="w"), row_group_size=10_000)
    reader = open_sealed(path, KEY, name="raw")
    parquet = pq.ParquetFile(pa.PythonFile(reader, mode="r"))
    assert parquet.read_row_group(3, columns=["b"])["b"][0].as_py() == "v30000"
    assert parquet.read().equals(table)
    assert b"v30000" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_writer_left_by_an_error_leaves_nothing_readable(tmp_path):
    path = tmp_path / "x"
    with contextlib.suppress(ZeroDivisionError), create_sealed(path, KEY, name="n") as writer:
        writer.write(b"x" * (CHUNK * 2 + 5))
        raise ZeroDivisionError
    with pytest.raises(TamperedError):
        open_sealed(path, KEY, name="n")


def test_a_forgotten_writer_leaves_nothing_readable(tmp_path):
    path = tmp_path / "x"
    writer = create_sealed(path, KEY, name="n")
    writer.write(b"x")
    del writer
    gc.collect()
    with pytest.raises(TamperedError):
        open_sealed(path, KEY, name="n")


def test_existing_files_are_not_overwritten_and_absent_ones_said_so(tmp_path):
    source = tmp_path / "s"
    source.write_bytes(b"abc")
    assert seal_file(source, tmp_path / "t", KEY, name="n") == 3
    with pytest.raises(StorageError):
        seal_file(source, tmp_path / "t", KEY, name="n")
    assert open_sealed(tmp_path / "t", KEY, name="n").read() == b"abc"
    with pytest.raises(NotFoundError):
        open_sealed(tmp_path / "none", KEY, name="n")


def test_a_full_disk_leaves_no_file(tmp_path, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sealed.os, "fsync", full)
    with pytest.raises(StorageError, match="磁盘"):
        seal_file(io.BytesIO(b"abc"), tmp_path / "t", KEY, name="n")
    assert not (tmp_path / "t").exists()


class FullDisk(io.BytesIO):
    def write(self, data) -> int:
        if self.tell() > CHUNK:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_disk_that_fills_up_while_writing_is_said_so():
    writer = SealedWriter(FullDisk(), KEY, name="delivery-000001")
    with pytest.raises(StorageError, match=r"delivery-000001.*磁盘"):
        writer.write(b"x" * (CHUNK * 4))
    with pytest.raises(StorageError):
        writer.close()
    assert writer.closed
