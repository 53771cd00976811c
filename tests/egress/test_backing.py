"""A large source on disk without a name: the same table, nobody's to change, gone with the job."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress import handover, isolated
from sandbox.egress.backing import Backing, unnamed
from sandbox.egress.inspect import inspect
from sandbox.egress.sources import build_sources, read_source

ROWS = "编号,姓名,金额\n" + "".join(f"K{at:05d},名{at % 700},{at * 7 % 9973}.5\n" for at in range(4_000))


@pytest.fixture
def backing(tmp_path: Path) -> Backing:
    descriptor = unnamed(tmp_path)
    assert descriptor is not None
    return Backing(descriptor)


def test_what_is_laid_in_is_what_comes_out(backing: Backing, tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(ROWS)
    plain = build_sources([read_source(file)], [], key=bytes(16))[0]
    laid = build_sources([read_source(file, backing=backing)], [], key=bytes(16), backing=backing)[0]
    backing.seal()
    backing.rest()
    assert laid.table.equals(plain.table)
    assert laid.table.schema == plain.table.schema
    assert laid.units.keys() == plain.units.keys()
    assert laid.identifiers == plain.identifiers
    assert laid.index is not None
    assert plain.index is not None
    for name in ("hashes", "start", "rows", "marks"):
        assert np.array_equal(getattr(laid.index, name), getattr(plain.index, name))
        assert getattr(laid.index, name).dtype == getattr(plain.index, name).dtype


def test_nothing_of_it_can_be_found_in_the_folder(backing: Backing, tmp_path: Path) -> None:
    backing.array(np.arange(10_000))
    assert list(tmp_path.iterdir()) == []


def test_a_file_s_child_changes_nothing_for_the_next(backing: Backing) -> None:
    held = backing.array(np.arange(10_000))
    backing.seal()
    child = os.fork()
    if child == 0:
        held[:] = 0
        os._exit(0 if not held.any() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    backing.rest()
    assert np.array_equal(held, np.arange(10_000))


def test_a_table_without_rows_can_be_laid_in(backing: Backing) -> None:
    schema = pa.schema([("a", pa.string())])
    assert backing.table(schema, iter(())).equals(schema.empty_table())
    assert len(backing.array(np.empty(0, np.uint32))) == 0


def test_a_large_source_is_judged_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, product = tmp_path / "visits.csv", tmp_path / "product.csv"
    source.write_text(ROWS)
    lines = ROWS.splitlines()
    product.write_text("\n".join([lines[0], *lines[100:160]]) + "\n")
    small = inspect([product], [source])
    monkeypatch.setattr(handover, "COPIED_BYTES", 0)
    descriptors: list[tuple[int, ...]] = []
    packing = isolated.Packing

    def packed(*, large: bool = False) -> handover.Packing:
        made = packing(large=large)
        descriptors.append(made.descriptors)
        return made

    monkeypatch.setattr(isolated, "Packing", packed)
    large = inspect([product], [source])
    assert [len(one) for one in descriptors] == [2]
    assert large.judgement == small.judgement
    assert large.judgement.files[0].findings
