"""Raw rows of a landing on disk: the same rows, in any order, and nothing legible left of them."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sandbox.ingest import stash as module
from sandbox.ingest.stash import Stash
from sandbox.kernel.errors import TamperedError
from sandbox.vault.sealed_blocks import SealedBlocks

TABLE = pa.table({
    "姓名": pa.array([None if at % 7 == 0 else f"张{at}" * (at % 5) for at in range(1_000)], pa.string()),
    "金额": pa.array([f"{at}.5" for at in range(1_000)], pa.string()),
    "空": pa.array([None] * 1_000, pa.string()),
})  # fmt: skip


@pytest.fixture
def stash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stash:
    monkeypatch.setattr(module, "BLOCK_ROWS", 130)
    return Stash.of(tmp_path, TABLE.column_names, TABLE.slice(3).to_batches(max_chunksize=101))


def whole(stash: Stash) -> pa.Table:
    return stash.columns().only(stash.names)


def test_rows_come_out_as_they_went_in(stash: Stash) -> None:
    assert stash.rows == 997
    assert whole(stash).equals(TABLE.slice(3))
    assert pa.Table.from_batches(stash.batches()).equals(TABLE.slice(3))


def test_rows_are_put_in_order_as_arrow_would(stash: Stash) -> None:
    place = np.random.default_rng(1).permutation(997)
    ordered = stash.ordered(place)
    assert whole(ordered).equals(TABLE.slice(3).take(pa.array(place)))
    assert max(batch.num_rows for batch in ordered.batches()) == 130


def test_rows_that_are_kept_twice_are_those_of_both(stash: Stash) -> None:
    first = np.arange(997) % 3 > 0
    second = np.arange(int(first.sum())) % 2 == 0
    kept = stash.kept(first).kept(second)
    assert whole(kept).equals(TABLE.slice(3).filter(pa.array(first)).filter(pa.array(second)))
    assert kept.rows == whole(kept).num_rows
    assert stash.rows == 997


def test_no_rows_are_no_rows(tmp_path: Path) -> None:
    empty = Stash(tmp_path, ["a"])
    assert (empty.rows, whole(empty).num_rows) == (0, 0)
    assert whole(empty.ordered(np.empty(0, np.int64))).num_rows == 0


def test_nothing_legible_lies_on_the_disk(stash: Stash, tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []
    descriptor = stash._blocks._descriptor
    held = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    assert len(held) > 10_000
    assert "张".encode() not in held
    assert b".5" * 3 not in held
    assert b"999.5" not in held


def test_a_block_that_was_changed_is_refused(tmp_path: Path) -> None:
    blocks = SealedBlocks(tmp_path)
    first, second = blocks.put(b"a" * 100), blocks.put(b"b" * 100)
    assert blocks.get(second) == b"b" * 100
    os.pwrite(blocks._descriptor, b"x", 50)
    with pytest.raises(TamperedError):
        blocks.get(first)
    with pytest.raises(TamperedError):
        blocks.get((first[0], *second[1:]))


def test_the_file_is_let_go_of_with_the_rows(tmp_path: Path) -> None:
    blocks = SealedBlocks(tmp_path)
    descriptor = blocks._descriptor
    del blocks
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
