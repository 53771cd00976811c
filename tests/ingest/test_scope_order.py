"""Masked rows are not in the delivery's order, nor in one order for two agreements."""

from pathlib import Path

import pyarrow as pa
import pytest

from sandbox.files.table import TableShape
from sandbox.files.types import FileType
from sandbox.ingest.scope import Scoped
from sandbox.ingest.stash import Stash


@pytest.fixture
def scoped(tmp_path: Path) -> Scoped:
    names = [f"企业{number}" for number in range(500)]
    table = pa.table({"企业名称": names})
    return Scoped(
        name="x.csv",
        shape=TableShape(FileType.CSV, "utf-8", ",", ("企业名称",), None),
        numbers=pa.array(range(1, 501), pa.int64()),
        rows=Stash.of(tmp_path, table.column_names, table.to_batches(max_chunksize=64)),
        delivered=500,
        outside=0,
    )


def test_rows_keep_their_numbers_and_lose_their_order(scoped: Scoped) -> None:
    after = scoped.shuffled(b"a" * 16)
    numbers = after.numbers.to_pylist()
    assert sorted(numbers) == scoped.numbers.to_pylist()
    assert after.rows.column("企业名称").to_pylist() == [f"企业{number - 1}" for number in numbers]
    in_place = sum(number == place for place, number in enumerate(numbers, start=1))
    assert in_place < 10


def test_another_agreement_has_another_order_and_the_same_key_the_same(scoped: Scoped) -> None:
    first, again, other = (scoped.shuffled(key) for key in (b"a" * 16, b"a" * 16, b"b" * 16))
    assert first.numbers.equals(again.numbers)
    assert not first.numbers.equals(other.numbers)


def test_masking_reads_the_rows_with_their_numbers(scoped: Scoped) -> None:
    after = scoped.shuffled(b"a" * 16)
    with after.opened() as source:
        read = [
            (number, cell)
            for numbers, batch in source.batches()
            for number, cell in zip(numbers.to_pylist(), batch.column(0).to_pylist(), strict=True)
        ]
    assert len(read) == 500
    assert all(cell == f"企业{number - 1}" for number, cell in read)
