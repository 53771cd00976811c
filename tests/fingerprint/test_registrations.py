"""Real registrations, when they are at hand: dirty cells, absent codes, one person behind several firms."""

import csv
import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.sidecar import UnitColumns, amounts, dense_units

DATA = Path(__file__).parents[3] / "shared" / "data" / "zunyi-enterprises.csv.gz"
pytestmark = pytest.mark.skipif(not DATA.is_file(), reason="the registrations are not at hand")


@pytest.fixture(scope="module")
def firms() -> pa.Table:
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as source:
        header, *rows = csv.reader(source)
    return pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(header)})


@pytest.fixture(scope="module")
def index(firms) -> RecordIndex:
    return RecordIndex.build([("raw", firms)], key=b"k" * 16)


def test_the_file_and_ten_renamed_rows(index, firms):
    assert len(match(index, firms).rows) == firms.num_rows
    ten = firms.take(pa.array(range(40, 9000, 900))).rename_columns(
        [f"c{n}" for n in range(firms.num_columns)]
    )
    assert len(match(index, ten).rows) == ten.num_rows


@pytest.mark.parametrize(
    "columns",
    [["企业名称", "注册日期", "注册地址"], ["法人代表", "注册日期", "注册地址"], ["企业名称", "注册地址"]],
)
def test_subsets(index, firms, columns):
    assert len(match(index, firms.select(columns)).rows) > 0.85 * firms.num_rows


def test_counts_are_no_records(index, firms):
    data = firms.append_column("年", pc.utf8_slice_codeunits(firms["注册日期"], 0, 4))
    data = data.append_column("月", pc.utf8_slice_codeunits(firms["注册日期"], 0, 7))
    data = data.append_column("金额", pa.array(amounts(firms)["注册资金"]))
    for keys in (
        "地区",
        "企业类型",
        "年",
        "月",
        "注册日期",
        "法人代表",
        "企业类型 地区",
        "企业类型 月",
        "地区 注册日期",
        "注册资金",
    ):
        grouped = data.group_by(keys.split()).aggregate(
            [("企业名称", "count"), ("金额", "mean"), ("金额", "max")]
        )
        candidate = pa.table({name: grouped[name].cast(pa.string()) for name in grouped.column_names})
        assert not match(index, candidate), keys


def test_units_and_amounts(firms):
    units = dense_units(
        firms, [UnitColumns("firm", ("统一社会信用代码",)), UnitColumns("person", ("法人代表",))]
    )
    assert 9000 < units["firm"].max() <= firms.num_rows
    missing = [n for n, cell in enumerate(firms["法人代表"].to_pylist()) if cell in ("N/A", "")]
    assert missing
    assert not units["person"][missing].any()
    assert sorted(amounts(firms)) == ["注册资金"]
