"""Ways to smuggle identifiers past discovery: dress, name, dilute, bury, exhaust."""

import random

import pyarrow as pa
import pytest

from sandbox.discovery.columns import propose
from sandbox.discovery.text import spans
from sandbox.kernel.entities import EntityType as T
from tests.discovery import generate

RID = "520302198501011232"


def only(name, cells):
    return propose(pa.table({name: pa.array(cells, pa.string())}))[0]


@pytest.mark.parametrize(
    "dress",
    [
        lambda rid: rid.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")),
        lambda rid: f" {rid} ",
        lambda rid: f"{rid[:6]} {rid[6:14]} {rid[14:]}",
        lambda rid: f"{rid[:6]}-{rid[6:14]}-{rid[14:]}",
        str.lower,
    ],
)
def test_dressed_up_numbers(dress):
    rng = random.Random(1)
    found = only("编号", [dress(generate.resident_id(rng)) for _ in range(200)])
    assert found.type is T.CN_RESIDENT_ID


@pytest.mark.parametrize(
    "name", ["订单号", "数量", "备注", "创建时间", "证件类型", "地区", "版本", "", "a b", "\u200b"]
)
def test_innocent_names(name):
    rng = random.Random(2)
    assert only(name, [generate.resident_id(rng) for _ in range(200)]).sensitive


@pytest.mark.parametrize("share", [0.015, 0.05, 0.3])
def test_diluted_among_words(share):
    rng = random.Random(3)
    cells = [
        generate.resident_id(rng) if rng.random() < share else f"事项{number}已办结归档"
        for number in range(4000)
    ]
    assert only("说明", cells).sensitive


def test_buried_under_repeated_words():
    rng = random.Random(4)
    cells = ["已办结"] * 9_800 + [
        f"联系人{generate.person(rng)}电话{generate.mobile(rng)}" for _ in range(200)
    ]
    assert only("处理结果", cells).sensitive


def test_placeholders_do_not_hide_the_rest():
    rng = random.Random(5)
    cells = ["无"] * 900 + ["111111111111111111"] * 50 + [generate.resident_id(rng) for _ in range(50)]
    assert only("扩展1", cells).type is T.CN_RESIDENT_ID


@pytest.mark.parametrize(
    "text",
    [
        "贵州省" * 3000,
        "1" * 100_000,
        "a." * 20_000 + "@",
        "遵义市红花岗区中华路12号" * 500,
        "姓名" * 10_000,
        "AB:" * 10_000,
        "阿·" * 10_000,
        " " * 50_000,
        "房权证" * 5_000,
        "1.1" * 10_000,
        "诊断：" * 5_000,
    ],
)
@pytest.mark.timeout(20)
def test_no_text_exhausts_the_reader(text):
    assert isinstance(spans(text), tuple)


def test_a_list_without_separators_still_shows_its_numbers():
    text = "".join(f"身份证{RID}" for _ in range(50))
    assert len(spans(text)) == 50


def test_cells_of_any_bytes_are_read():
    rng = random.Random(6)
    cells = [
        "".join(chr(rng.choice([0, 10, 0x200B, 0x4E00, 0x1F600, 0xFFFD, 48, 64])) for _ in range(20))
        for _ in range(300)
    ]
    assert only("杂项", cells).type is None
