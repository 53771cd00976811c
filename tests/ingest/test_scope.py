"""Row ranges: by canonical value, numbers by size, never wider than written; against a plain oracle."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.ingest import scope
from sandbox.kernel.errors import InputError
from sandbox.kernel.terms import RowRange


def inside(cells: list[str | None], **bounds: object) -> list[bool]:
    batch = pa.record_batch({"列": pa.array(cells, pa.string())})
    return list(map(bool, scope._inside(batch, (RowRange(column="列", **bounds),))))


def test_dates_of_any_layout_are_one_day() -> None:
    cells = ["2024-01-31", "2024年1月31日", "20240131", "2024/02/01", "2023-12-31", "", None, "不详"]
    assert inside(cells, start="2024-01-01", end="2024年1月31日") == [True] * 3 + [False] * 5


def test_days_let_in_days_alone() -> None:
    """A year or a month is no day: as a figure, 2025 would lie before 20241231."""
    cells = ["2024-12-31 23:59:00", "2024-12-31T08:00", "2025", "202501", "2025-01-01 00:00:01", "19", "甲"]
    assert inside(cells, end="2024-12-31") == [True, True, False, False, False, False, False]
    assert inside(["2019-01-01", "20190101080000"], start="2020-01-01") == [False, False]


def test_numbers_compare_by_size_and_what_is_no_number_is_outside() -> None:
    assert inside(["9", "10", "１１", "1,000", "abc", "-5", None], start="9", end="100") == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
    assert inside(["9", "100"], end="10") == [True, False]


def test_a_list_of_values_and_null_spellings() -> None:
    assert inside(["红花岗区", "汇川区", "N/A", None], values=("红花岗区", "N/A")) == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("bounds", [{}, {"start": "N/A"}, {"start": "2024-01-01", "end": "不详"}])
def test_a_range_that_bounds_nothing_is_refused(bounds) -> None:
    with pytest.raises(InputError):
        scope._check((RowRange(column="列", **bounds),), ("列",))
    with pytest.raises(InputError):
        scope._check((RowRange(column="别的", values=("1",)),), ("列",))


@given(st.lists(st.integers(-2000, 2000), max_size=20), st.integers(-99, 99), st.integers(0, 500))
@settings(max_examples=40, deadline=None)
def test_whole_numbers_agree_with_the_oracle(numbers: list[int], start: int, width: int) -> None:
    end = start + width
    found = inside([str(one) for one in numbers], start=str(start), end=str(end))
    assert found == [start <= one <= end for one in numbers]


def test_two_ranges_both_hold() -> None:
    batch = pa.record_batch({"a": ["1", "5"], "b": ["甲", "甲"]})
    both = (RowRange(column="a", end="3"), RowRange(column="b", values=("甲",)))
    assert np.array_equal(scope._inside(batch, both), [True, False])
