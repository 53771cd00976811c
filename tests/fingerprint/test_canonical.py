"""The canonical form: what must be one value, what must stay two, and that both implementations agree."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.fingerprint.canonical import SENTINELS, amount_array, canonical, canonical_array

VECTORS = Path(__file__).parents[1] / "vectors" / "canonical.json"
SAME = [(case["canonical"], *case["spellings"]) for case in json.loads(VECTORS.read_text("utf-8"))]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0] or "null")
def test_one_value_in_many_spellings(spellings):
    form, *cells = spellings
    assert {canonical(cell) for cell in cells} == {form}
    assert canonical_array(pa.array(cells)).to_pylist() == [form] * len(cells)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("007", "7"),
        ("-5", "5"),
        ("1.05", "1.5"),
        ("2019-01-05", "2019-01-06"),
        ("1301号", "130号"),
        ("2019.5", "2019-05"),
    ],
)
def test_two_values_stay_two(one, other):
    assert canonical(one) != canonical(other)


def test_every_sentinel_is_its_own_canonical_spelling_and_means_nothing():
    assert all(canonical(word) == "" for word in SENTINELS)


pieces = st.sampled_from(
    [
        *(
            "2019",
            "1",
            "12",
            "31",
            "-",
            "/",
            ".",
            "年",
            "月",
            "日",
            "号",
            " ",
            "T",
            "08:30",
            ":00",
            "Z",
            ",",
            "000",
        ),
        *(
            "0",
            "¥",
            "$",
            "(",
            ")",
            "（",
            "万",
            "亿",
            "元",
            "人民币",
            "USD",
            "%",
            "+",
            "86",
            "0086",
            "13800138000",
        ),
        *("E+05", "e-2", "一", "二〇一九", "十", "○", "張", "ß", "İ", "①", "Ⅱ", "\u200b", "\ufe0f", "\u3000"),
        *("\u2028", "\x00", "\n", "é", "e\u0301", "ཀ", "x", "N/A", "＋", "Ｅ", "·", "無"),
    ]
)
cells = st.one_of(st.none(), st.text(max_size=12), st.lists(pieces, max_size=8).map("".join))


@settings(max_examples=150, deadline=None)
@given(st.lists(cells, max_size=40))
@example(["二〇一九年二月", "-.", "¥", "(5)", "1,234,5", "0000", "1-2-1999", ". 1", "- 5", "¥ 5.50"])
def test_the_fast_form_equals_the_plain_one(column):
    expected = ["" if cell is None else canonical(cell) for cell in column]
    for array in (pa.array(["x", *column, "y"], pa.string()), pa.array(["x", *column], pa.large_string())):
        assert canonical_array(array.slice(1, len(column))).to_pylist() == expected
    encoded = pa.array([*column, "x"], pa.string()).dictionary_encode()
    assert canonical_array(encoded).to_pylist() == [*expected, "X"]


numerals = st.text("〇零○一二三四五六七八九十", min_size=1, max_size=5)
numeral_dates = st.builds(
    "{}年{}月{}".format, numerals, numerals, st.one_of(st.just(""), numerals.map("{}日".format))
)


@settings(max_examples=150, deadline=None)
@given(st.lists(numeral_dates, min_size=1, max_size=20))
@example(["三零二四年五月", "九八七六年十二月三十日", "〇一二三年四月", "一九九八年五月", "四五六七年一十月"])
def test_dates_in_numerals_have_one_form_whatever_their_year(column):
    assert canonical_array(pa.array(column)).to_pylist() == [canonical(cell) for cell in column]
    spaced = [f" {cell} " for cell in column]
    assert canonical_array(pa.array(spaced)).to_pylist() == [canonical(cell) for cell in spaced]


@settings(max_examples=100, deadline=None)
@given(cells.filter(bool))
def test_a_canonical_form_is_canonical(cell):
    form = canonical(cell)
    if not form.startswith("-") and not form.isdigit():
        assert canonical(form) == form or canonical(canonical(form)) == canonical(form)


def test_long_repetitive_columns_take_the_dictionary_road_and_agree():
    column = ["2019-01-05", None, "红花岗区（城区）", "N/A"] * 2000
    expected = ["20190105", "", "红花岗区城区", ""] * 2000
    assert canonical_array(pa.array(column)).to_pylist() == expected
    assert canonical_array(pa.chunked_array([column[:3], column[3:]])).to_pylist() == expected
    assert canonical_array(pa.chunked_array([], pa.string())).to_pylist() == []


def test_amounts_in_their_base_unit():
    found = amount_array(
        pa.array(["24,500(万元)", "551万人民币", "1.5亿", "3千元", "12.50", "-4", "N/A", "贵州", None, ""])
    )
    assert found[:6].tolist() == [245_000_000, 5_510_000, 150_000_000, 3000, 12.5, -4]
    assert all(value != value for value in found[6:])
