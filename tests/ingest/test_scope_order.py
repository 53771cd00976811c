"""Masked rows are not in the delivery's order, nor in one order for two agreements."""

import numpy as np
import pyarrow as pa

from sandbox.files.table import TableShape
from sandbox.files.types import FileType
from sandbox.ingest.scope import Scoped, _order, _table


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


def test_rows_put_in_order_as_they_are_read_are_those_put_in_order_afterwards():
    before, after = scoped(), scoped().shuffled(b"a" * 16)
    batches = before.table.to_batches(max_chunksize=64)
    taken = _table(batches, before.table.schema, _order(before.numbers, b"a" * 16))
    assert taken.equals(after.table)
    assert not batches


def test_the_account_outlives_the_rows():
    mask = np.arange(500) % 2 == 0
    rows, account = scoped().kept(mask)
    assert rows.num_rows == 250
    assert (account.delivered, account.table.num_rows) == (500, 0)
