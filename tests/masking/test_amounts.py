from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.masking.amounts import band, labels, numbers, rounded, scale
from sandbox.masking.techniques import Band, Round
from tests.masking.support import strings

CUTS = Band(cuts=(10, 100, 1000), unit="万元")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("101.2000(万元人民币)", 101.2),
        ("35(万元)", 35),
        ("1,000( 万人民币元)", 1000),
        ("50万", 50),
        ("500000元", 50),
        ("人民币50万元", 50),
        ("￥500,000", 50),
        ("１００（万元）", 100),
        ("2亿元", 20000),
        ("7", 7),
        ("150( 万元人民币元)", 150),
        ("225(万美元)", math.nan),
        ("10-20万元", math.nan),
        ("N/A", math.nan),
        ("约50万元", math.nan),
        ("", math.nan),
        ("-5万元", -5),
        (".5万元", 0.5),
        ("1.2.3万元", math.nan),
        ("5\x1f", 5),
        ("\x1f", math.nan),
    ],
)
def test_amounts_are_read_as_registers_spell_them(cell, value):
    found = float(numbers(strings(cell), unit="万元", source_unit="")[0])
    assert found == pytest.approx(value, nan_ok=True)


def test_a_bare_number_is_in_the_source_unit():
    assert numbers(strings("5000"), unit="万元", source_unit="元")[0] == pytest.approx(0.5)
    assert math.isnan(scale("", "只", unit="万元"))
    assert scale("", "岁", unit="岁") == 1


def test_bands_are_half_open_and_named_by_their_cuts():
    cells = strings(
        "9.99万元", "10万元", "99.9万元", "100万元", "101.2000(万元人民币)", "1000万元", "x", None
    )
    assert band(cells, CUTS).to_pylist() == [
        "10万元以下",
        "10-100万元",
        "10-100万元",
        "100-1000万元",
        "100-1000万元",
        "1000万元及以上",
        None,
        None,
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e9, allow_nan=False), min_size=1, max_size=30),
    st.lists(st.integers(-50, 10**6), min_size=1, max_size=5, unique=True),
)
def test_bands_equal_a_plain_search(values, cuts):
    technique = Band(cuts=tuple(sorted(float(cut) for cut in cuts)), unit="元")
    names = labels(technique)
    cells = [f"{value:.4f}" for value in values]
    expected = [names[sum(float(cell) >= cut for cut in technique.cuts)] for cell in cells]
    assert band(strings(*cells), technique).to_pylist() == expected


@pytest.mark.parametrize(
    ("cell", "digits", "expected"),
    [
        ("12345", 2, "12000"),
        ("0.01234", 2, "0.012"),
        ("0", 2, "0"),
        ("-987.6", 1, "-1000"),
        ("99", 3, "99"),
        ("x", 2, None),
        ("1,234.5元", 3, "1230"),
    ],
)
def test_rounding_keeps_significant_digits(cell, digits, expected):
    assert rounded(strings(cell), Round(digits=digits, unit="元")).to_pylist() == [expected]
