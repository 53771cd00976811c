"""Masked rows are not in the delivery's order, nor in one order for two agreements."""

import pyarrow as pa

from sandbox.files.table import TableShape
from sandbox.files.types import FileType
from sandbox.ingest.scope import Scoped


def scoped(rows=500):
    names = [f"企业{number}" for number in range(rows)]
    return Scoped(
        name="x.csv",
        shape=TableShape(FileType.CSV, "utf-8", ",", ("企业名称",), None),
        numbers=pa.array(range(1, rows + 1), pa.int64()),
        table=pa.table({"企业名称": names}),
        delivered=rows,
        outside=0,
    )


def test_rows_keep_their_numbers_and_lose_their_order():
    before, after = scoped(), scoped().shuffled(b"a" * 16)
    numbers = after.numbers.to_pylist()
    assert sorted(numbers) == before.numbers.to_pylist()
    assert after.table["企业名称"].to_pylist() == [f"企业{number - 1}" for number in numbers]
    in_place = sum(number == place for place, number in enumerate(numbers, start=1))
    assert in_place < 10


def test_another_agreement_has_another_order_and_the_same_key_the_same():
    first, again, other = (scoped().shuffled(key) for key in (b"a" * 16, b"a" * 16, b"b" * 16))
    assert first.numbers.equals(again.numbers)
    assert not first.numbers.equals(other.numbers)
