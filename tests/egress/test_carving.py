"""Tables within containers that never leave are found whole; what pretends to be one gives nothing."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.orc as orc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.carving import MAX_ROWS, carved, spelled
from sandbox.egress.lowest import lowest
from tests.egress.clinic import csv_of, visits

ROWS = visits().slice(0, 50).select(["证件号", "区县", "金额"])
CELLS = {cell for column in ROWS.to_pydict().values() for cell in column}


def database() -> bytes:
    with sqlite3.connect(":memory:") as base:
        base.execute('CREATE TABLE "t""x" (证件号, 区县, 金额)')
        base.executemany(
            'INSERT INTO "t""x" VALUES (?, ?, ?)', [tuple(row.values()) for row in ROWS.to_pylist()]
        )
        base.execute(
            "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
        )
        base.commit()
        return base.serialize()


def ipc(new: Callable[[object, pa.Schema], pa.RecordBatchWriter]) -> bytes:
    out = io.BytesIO()
    with new(out, ROWS.schema) as writer:
        writer.write_table(ROWS)
    return out.getvalue()


def orc_file() -> bytes:
    out = io.BytesIO()
    orc.write_table(ROWS, out)
    return out.getvalue()


def array() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([tuple(row.values()) for row in ROWS.to_pylist()], dtype="U20"))
    return out.getvalue()


def arrays() -> bytes:
    out = io.BytesIO()
    np.savez(out, **{f"c{at}": np.array(column.to_pylist()) for at, column in enumerate(ROWS.columns)})
    return out.getvalue()


def tensors(notes: dict[str, str] | None = None) -> bytes:
    data = np.frombuffer(csv_of(ROWS), np.uint8).tobytes()
    head: dict[str, object] = {"w": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}
    if notes:
        head["__metadata__"] = notes
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + data


CONTAINERS: dict[str, Callable[[], bytes]] = {
    "sqlite": database,
    "arrow file": lambda: ipc(pa.ipc.new_file),
    "arrow stream": lambda: ipc(pa.ipc.new_stream),
    "orc": orc_file,
    "npy": array, "npz": arrays,
}  # fmt: skip


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_cell_of_a_container_is_found(name: str) -> None:
    sheets = carved(CONTAINERS[name]())
    found = {cell for sheet in sheets for column in sheet.table.columns for cell in column.to_pylist()}
    assert found >= CELLS
    assert not any(sheet.plain for sheet in sheets)


def test_bytes_of_a_tensor_and_its_notes_are_read() -> None:
    sheets = carved(tensors({"note": csv_of(ROWS).decode()}))
    found = {cell for sheet in sheets for column in sheet.table.columns for cell in column.to_pylist()}
    assert set(csv_of(ROWS).decode().splitlines()) <= found
    assert set(csv_of(ROWS).decode().splitlines()) <= {
        cell for sheet in carved(tensors()) for column in sheet.table.columns for cell in column.to_pylist()
    }


def test_rows_beyond_the_bound_are_left_out() -> None:
    out = io.BytesIO()
    np.save(out, np.arange(MAX_ROWS + 10, dtype=np.float64))
    assert carved(out.getvalue())[0].table.num_rows == MAX_ROWS


@pytest.mark.parametrize("name", CONTAINERS)
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.95])
def test_a_container_cut_short_never_fails(name: str, keep: float) -> None:
    data = CONTAINERS[name]()
    assert isinstance(carved(data[: int(len(data) * keep)]), tuple)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(CONTAINERS)), st.integers(0, 1 << 30), st.binary(min_size=1, max_size=40))
def test_a_container_overwritten_anywhere_never_fails(name: str, place: int, piece: bytes) -> None:
    data = bytearray(CONTAINERS[name]())
    at = place % len(data)
    data[at : at + len(piece)] = piece
    assert isinstance(carved(bytes(data)), tuple)


@pytest.mark.parametrize(
    "head", [b"{'descr': (", b"(\n(", b"{'descr': '<f8', 'shape': (3,)", b"\xff", b"1L" * 9]
)
@pytest.mark.parametrize("version", [b"\1\0", b"\2\0", b"\3\0"])
def test_a_broken_head_of_an_array_is_no_container(version: bytes, head: bytes) -> None:
    size = len(head).to_bytes(2 if version == b"\1\0" else 4, "little")
    broken = b"\x93NUMPY" + version + size + head
    assert carved(broken) == ()
    assert list(lowest(broken)) == []


def test_other_bytes_are_no_container() -> None:
    assert carved(b"") == ()
    assert carved(csv_of(ROWS)) == ()


def test_numbers_spell_a_text_or_nothing() -> None:
    text = "沈磊涛,1989"
    assert spelled(np.frombuffer(text.encode(), np.uint8)) == text
    assert spelled(np.array([float(ord(letter)) for letter in text])) == text
    assert spelled(np.array([0.5, 1.5])) == ""
    assert spelled(np.array([-1.0, 70.0])) == ""
    assert spelled(np.array([np.nan])) == ""
    assert spelled(np.zeros(0)) == ""
