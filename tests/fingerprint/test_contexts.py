"""Tables that hold records another way round."""

import pyarrow as pa
import pytest

from sandbox.fingerprint.contexts import match_every_way
from sandbox.fingerprint.index import RecordIndex

ROWS = 1000
NAMES = ("name", "day", "street", "kind")


@pytest.fixture(scope="module")
def records() -> list[list[str]]:
    return [
        [
            f"王{chr(0x4E8E + n)}",
            f"20{n % 20:02}-{1 + n % 12:02}-{1 + n % 28:02}",
            f"中华路{n * 7 % 997}号",
            f"第{n % 9}类",
        ]
        for n in range(ROWS)
    ]


@pytest.fixture(scope="module")
def index(records) -> RecordIndex:
    return RecordIndex.build([("raw", as_table(records))], key=b"k" * 16)


def as_table(rows: list[list[str]]) -> pa.Table:
    width = len(rows[0])
    return pa.table(
        {f"c{place}": pa.array([row[place] for row in rows], pa.string()) for place in range(width)}
    )


def test_a_table_on_its_side(index, records):
    turned = as_table([list(row) for row in zip(*records[:20], strict=True)])
    found = match_every_way(index, turned)
    assert found.distinct_records >= 18
    assert set(found.rows.tolist()) <= set(range(20))


@pytest.mark.parametrize("glue", ["|", " ", ", ", "; "])
def test_whole_records_in_one_cell(index, records, glue):
    assert (
        match_every_way(index, as_table([[glue.join(row)] for row in records[50:70]])).distinct_records == 20
    )


def test_one_value_to_a_row(index, records):
    spread = [
        [str(n), name, cell]
        for n, row in enumerate(records[:12])
        for name, cell in zip(NAMES, row, strict=True)
    ]
    assert match_every_way(index, as_table(spread)).distinct_records >= 4


def test_counts_show_nothing_any_way_round(index, records):
    kinds = [[f"第{n}类", str(ROWS // 9 + (n == 0)), f"{n * 3.5:.1f}"] for n in range(9)]
    assert not match_every_way(index, as_table(kinds))
    years = [[f"20{n:02}", str(ROWS // 20), "12.5"] for n in range(20)]
    assert not match_every_way(index, as_table([list(row) for row in zip(*years, strict=True)]))
    assert not match_every_way(index, pa.table({}))
