from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.masking.dates import truncate, truncate_one
from sandbox.masking.techniques import DateUnit
from tests.masking.support import strings

LAYOUTS = [
    "{y}-{m:02d}-{d:02d}",
    "{y}/{m}/{d}",
    "{y}.{m}.{d}",
    "{y}年{m}月{d}日",
    "{y}{m:02d}{d:02d}",
    "{y}-{m:02d}-{d:02d} 10:11:12",
    "{y}-{m:02d}-{d:02d}T10:11:12.5Z",
    " {y}/{m:02d}/{d:02d} ",
]


@settings(max_examples=50, deadline=None)
@given(st.dates(date(1850, 1, 1), date(2100, 12, 31)), st.sampled_from(LAYOUTS), st.booleans())
def test_every_layout_gives_the_same_period(day, layout, wide):
    text = layout.format(y=day.year, m=day.month, d=day.day)
    if wide:
        text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-/"})
    month = f"{day.year:04d}-{day.month:02d}"
    assert truncate(strings(text), DateUnit.MONTH).to_pylist() == [month]
    assert truncate(strings(text), DateUnit.YEAR).to_pylist() == [month[:4]]
    assert truncate(strings(text), DateUnit.QUARTER).to_pylist() == [f"{month[:4]}Q{(day.month + 2) // 3}"]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.one_of(st.text("0123456789-/.年月日: T", max_size=14), st.none(), st.text(max_size=8))),
    st.sampled_from(DateUnit),
)
def test_the_vectorised_form_equals_the_plain_one(cells, unit):
    expected = [None if cell is None else truncate_one(cell, unit) for cell in cells]
    assert truncate(pa.array(cells, pa.string()), unit).to_pylist() == expected


@pytest.mark.parametrize(
    "cell",
    [
        "2019-02-30",
        "1900-02-29",
        "2019-13-01",
        "2019-00-01",
        "2019-01-00",
        "13/1/2019",
        "0",
        "abc",
        "1500-01-01",
        "20190102101112",
        "2019-01-01 and more",
        "43831",
    ],
)
def test_what_is_no_date_of_the_calendar_becomes_null(cell):
    for unit in DateUnit:
        assert truncate(strings(cell), unit).to_pylist() == [None]


def test_parts_of_dates_serve_the_units_they_determine():
    assert truncate(strings("2019年", "2019", "2019-05"), DateUnit.YEAR).to_pylist() == ["2019"] * 3
    assert truncate(strings("2019年", "2019-05"), DateUnit.MONTH).to_pylist() == [None, "2019-05"]
    assert truncate(strings("2019-05-01", "2020-01-01"), DateUnit.DECADE).to_pylist() == [
        "2010-2019",
        "2020-2029",
    ]
    assert truncate(strings("2019-05-01"), DateUnit.FIVE_YEARS).to_pylist() == ["2015-2019"]
