"""Approved time and place, and whether ranges of rows lie within them."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.kernel.application_records import Extent
from sandbox.kernel.extents import unheld
from sandbox.kernel.grades import Grade, Thresholds
from sandbox.kernel.metadata import Core
from sandbox.kernel.policy import DatasetTerms
from sandbox.kernel.terms import RowRange
from sandbox.regulation.calendars import regions
from sandbox.regulation.loader import regime

MEITAN, RENHUAI, CITY = "520328", "520382", "520300"
YEARS = Extent(start=date(2021, 1, 1), end=date(2024, 12, 31))


def limits() -> Thresholds:
    return regime("zunyi-2022").thresholds(Grade(2))


def part(*rows: RowRange, extents: tuple[Extent, ...]) -> DatasetTerms:
    return DatasetTerms(
        dataset="d", code="firms", provider="p", grade=2, items=("i",), columns=("a",), rows=rows,
        extents=extents, thresholds=limits(),
    )  # fmt: skip


def held(*rows: RowRange, extents: tuple[Extent, ...], core: Core = Core()) -> bool:  # noqa: B008
    return unheld(part(*rows, extents=extents), core, regions()) is None


def span(start: str, end: str) -> RowRange:
    return RowRange(column="日期", start=start, end=end)


@pytest.mark.parametrize(
    ("start", "end", "good"),
    [
        ("2021-01-01", "2024-12-31", True),
        ("2021/3/1", "2024年2月29日", True),
        ("20210101", "20241231", True),
        ("2021", "2024", True),
        ("2021-01", "202412", True),
        ("2021", "2024-12-31", False),
        ("2021101", "20241231", False),
        ("2020-12-31", "2024-12-31", False),
        ("2021-01-01", "2025-01-01", False),
        ("2021-01", "2025", False),
        ("2021-01-01", "", False),
        ("", "2024-12-31", False),
        ("0", "99999999", False),
        ("2021-02-30", "2024-12-31", False),
        ("甲", "乙", False),
    ],
)
def test_a_span_lies_within_the_years_that_were_approved(start: str, end: str, good: bool) -> None:
    assert held(span(start, end), extents=(YEARS,)) is good


def test_bounds_of_two_columns_do_not_add_up_to_a_span() -> None:
    apart = RowRange(column="成立日期", start="2021-01-01"), RowRange(column="注销日期", end="2024-12-31")
    assert not held(*apart, extents=(YEARS,))
    assert not held(RowRange(column="年龄", start="1", end="9"), extents=(YEARS,))
    assert held(RowRange(column="年份", values=("2021", "2023年")), extents=(YEARS,))
    assert not held(RowRange(column="年份", values=("2021", "2025")), extents=(YEARS,))
    assert not held(RowRange(column="年份", values=("2021", "不详")), extents=(YEARS,))


@pytest.mark.parametrize(
    ("values", "good"),
    [
        (("湄潭县",), True),
        (("湄潭",), True),
        (("520328",), True),
        (("520328101000", "湄潭县永兴镇", "遵义市湄潭县黄家坝街道"), True),
        (("湄潭县", "仁怀市"), False),
        (("520382",), False),
        (("52032",), False),
        (("遵义市",), False),
        (("",), False),
    ],
)
def test_values_lie_within_the_county_that_was_approved(values: tuple[str, ...], good: bool) -> None:
    assert held(RowRange(column="地区", values=values), extents=(Extent(regions=(MEITAN,)),)) is good


def test_ranges_of_codes_stay_within_one_region() -> None:
    county = (Extent(regions=(MEITAN,)),)
    assert held(RowRange(column="区划", start="520328000000", end="520328999999"), extents=county)
    assert not held(RowRange(column="区划", start="520328000000", end="520329999999"), extents=county)
    assert not held(RowRange(column="区划", start="520328", end="520328999999"), extents=county)
    assert not held(RowRange(column="区划", start="520328000000"), extents=county)
    assert held(RowRange(column="区划", values=("520328", "仁怀市")), extents=(Extent(regions=(CITY,)),))


def test_both_time_and_place_must_hold_and_either_is_told() -> None:
    both = (Extent(start=YEARS.start, end=YEARS.end, regions=(MEITAN,)),)
    place, time = RowRange(column="地区", values=("湄潭县",)), span("2021-01-01", "2024-12-31")
    assert held(place, time, extents=both)
    for one, told in ((place, "时间"), (time, "空间")):
        refusal = unheld(part(one, extents=both), Core(), regions())
        assert refusal is not None
        assert told in str(refusal)


def test_what_the_dataset_itself_covers_counts() -> None:
    both = (Extent(start=YEARS.start, end=YEARS.end, regions=(MEITAN,)),)
    assert held(extents=both, core=Core(start=date(2022, 1, 1), end=date(2022, 12, 31), regions=(MEITAN,)))
    assert not held(extents=both, core=Core(start=date(2022, 1, 1), end=date(2022, 12, 31)))
    assert not held(extents=both, core=Core(start=date(2022, 1, 1), regions=(MEITAN,)))


def test_several_items_hold_what_they_hold_together() -> None:
    earlier = Extent(start=date(2019, 1, 1), end=date(2020, 12, 31))
    assert held(span("2019-01-01", "2024-12-31"), extents=(earlier, YEARS))
    assert not held(span("2018-01-01", "2024-12-31"), extents=(earlier, YEARS))
    assert held(extents=(YEARS, Extent()))
    assert held(extents=())
