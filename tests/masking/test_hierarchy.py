from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.masking import hierarchy
from sandbox.masking.divisions import CITIES, DISTRICTS, PROVINCES
from sandbox.masking.techniques import RegionLevel
from tests.masking.support import strings

ZUNYI = [
    "红花岗区",
    "汇川区",
    "播州区",
    "新蒲新区",
    "赤水市",
    "仁怀市",
    "桐梓县",
    "绥阳县",
    "正安县",
    "凤冈县",
    "湄潭县",
    "余庆县",
    "习水县",
    "道真仡佬族苗族自治县",
    "务川仡佬族苗族自治县",
]


def of(cell, level=RegionLevel.DISTRICT):
    return hierarchy.generalise(strings(cell), level)[0].as_py()


@pytest.mark.parametrize("district", ZUNYI)
@pytest.mark.parametrize(
    "before", ["贵州省遵义市", "遵义市", "", "贵州省", "中国贵州省遵义市", "贵州 遵义市 ", "贵州遵义"]
)
def test_every_county_of_zunyi_is_recognised_with_and_without_its_city(district, before):
    address = f"{before}{district}某镇某路１２号3栋"
    assert of(address) == f"遵义市{district}"
    assert of(address, RegionLevel.CITY) == "遵义市"
    assert of(address, RegionLevel.PROVINCE) == "贵州省"


@pytest.mark.parametrize(
    ("cell", "district", "city"),
    [
        ("520302", "遵义市红花岗区", "遵义市"),
        ("520321", "遵义市播州区", "遵义市"),
        ("520302001002", "遵义市红花岗区", "遵义市"),
        ("520300", None, "遵义市"),
        ("110105", None, None),
        ("999999", None, None),
        ("贵州省遵义县南白镇", "遵义市播州区", "遵义市"),
        ("贵州省贵阳市南明区遵义路95号", "贵阳市南明区", "贵阳市"),
        ("贵州省遵义市公园路5号", None, "遵义市"),
        ("遵义路95号", None, None),
        ("遵义", None, "遵义市"),
        ("上海市浦东新区世纪大道", "上海市浦东新区", "上海市"),
        ("广东省广州市天河区体育西路1号", "广州市天河区", "广州市"),
        ("四川省凉山彝族自治州西昌市", None, "凉山彝族自治州"),
        ("火车站小区5号", None, None),
        ("遵义市\x1f汇川区", "遵义市汇川区", "遵义市"),
        ("北京市幸福小区3号", None, "北京市"),
        ("广东省汇川区", None, None),
        ("贵州省贵阳市汇川区", None, "贵阳市"),
        ("N/A", None, None),
        ("520302199001011234", None, None),
        ("", None, None),
    ],
)
def test_addresses_and_codes(cell, district, city):
    assert of(cell) == district
    assert of(cell, RegionLevel.CITY) == city


NAMES = [name for table in (PROVINCES, CITIES, DISTRICTS) for names in table.values() for name in names]
PIECES = st.sampled_from([*NAMES, "中国", " ", "某镇", "小区", "路", "12号", "５栋", "市", "县", "区"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=12), st.sampled_from(RegionLevel))
def test_prefixes_settle_what_the_whole_address_says(cells, level):
    array = pa.array(cells, pa.string())
    heads = pa.array([cell[: hierarchy.HEAD] for cell in cells], pa.string())
    expected = hierarchy._recognised(heads, level, districts_only=False).to_pylist()
    assert hierarchy.generalise(array, level).to_pylist() == expected
    many = pa.concat_arrays([heads, strings(*["贵阳市"] * hierarchy.FEW)])
    assert hierarchy._recognised(many, level, districts_only=False).to_pylist()[: len(cells)] == expected


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=7).map("".join), st.sampled_from(RegionLevel)
)
def test_no_street_and_no_number_comes_out(cell, level):
    found = of(cell, level)
    for name in sorted(NAMES, key=len, reverse=True):
        found = (found or "").replace(name, "")
    assert not any(mark in found for mark in "0123456789号路街栋镇乡村道")
