"""The steward's form of columns says what the sheet says, loses nothing that was typed, and is his alone."""

import asyncio

import pytest

from sandbox.ingest.form import Form as Sheet
from sandbox.kernel.dataset_records import Column, Dataset, Delivery, MaskingPolicy, Unit
from sandbox.kernel.entities import IdentifierClass
from sandbox.masking.policy import ColumnPolicy, Policy, TablePolicy
from sandbox.masking.policy_file import read_policy
from sandbox.masking.techniques import (
    Band,
    DateTrunc,
    DateUnit,
    Drop,
    Keep,
    KeepChars,
    Lookup,
    RedactText,
    Region,
    RegionLevel,
    Round,
    Token,
)
from sandbox.web.actions import Form
from sandbox.web.pages import columns
from tests.web.filled import filled

STEWARD, PATH = "zhao.qinghe", "/console/datasets/dataset-000001/classify"
TECHNIQUES = (
    Token(group="person", bits=96, allow_small=True, reason="人数少，已另行评估"),
    Drop(),
    DateTrunc(DateUnit.QUARTER),
    Band(cuts=(0, 10.5, 100), unit="万元", source_unit="元"),
    Round(digits=3),
    Region(RegionLevel.PROVINCE),
    Lookup(values=(("甲类", "一"), ("乙 类", "二")), other="其他"),
    KeepChars(first=1, last=1, length=18),
    RedactText(label="＊"),
    Keep(reason="公开信息 <b>&amp;</b>"),
)


def sheet():
    """Return a sheet with every technique in it."""
    names = [f"列{place}<i>" for place in range(len(TECHNIQUES))]
    masked = tuple(
        ColumnPolicy(name, one, IdentifierClass.OTHER, None)
        for name, one in zip(names, TECHNIQUES, strict=True)
    )
    table = TablePolicy("demo-set", masked, subject=(names[0],), sentinels=("不详", "/"), floor=7)
    shown = tuple(
        Column(
            name=name,
            comment="说明",
            type=None,
            identifier=IdentifierClass.OTHER,
            sensitive=place % 2 == 0,
            level=1 + place % 4,
            technique=one.name,
        )
        for place, (name, one) in enumerate(zip(names, TECHNIQUES, strict=True))
    )
    units = (Unit(kind="person", columns=(names[0], names[1]), sentinels=("未知",)),)
    return Sheet("demo-set", shown, units, Policy("demo-set/v1", (table,)))


def test_the_fields_of_a_sheet_read_back_to_it():
    made = sheet()
    read = columns.sheet_of("demo-set", Form(columns.typed_of(made)))
    assert (read.columns, read.units) == (made.columns, made.units)
    assert read.policy.digest == made.policy.digest


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("c:3:band.cuts", "十、百", "分界"),
        ("c:3:band.cuts", "", "分档"),
        ("c:3:band.cuts", "5、3", "逐个增大"),
        ("c:6:map.values", "甲类", "原值=新值"),
        ("c:9:keep.reason", "", "理由"),
        ("c:7:keep_chars.first", "x", "不是整数"),
        ("c:0:token.bits", "8", "位数"),
        ("c:1:technique", "rot13", "没有名为"),
        ("c:1:technique", "", "没有名为"),
        ("c:1:name", "列0<i>", "两次"),
        ("c:2:level", "9", "1 到 4"),
        ("c:2:class", "x", "只能是"),
        ("m:k", "1", "不小于 2"),
        ("m:share", "多", "百分数"),
        ("m:zone", "moon", "只能是"),
    ],
)
def test_each_mistake_is_one_sentence_that_names_its_place(field, value, said):
    typed = {**columns.typed_of(sheet()), field: (value,)}
    with pytest.raises(columns.InputError) as told:
        columns.sheet_of("demo-set", Form(typed))
    assert said in str(told.value.message)


def run(work):
    return asyncio.run(work)


def test_a_steward_confirms_in_the_form_and_loses_nothing_when_refused(site):
    store = site.platform.store
    latest = store.find(Delivery, linked=("dataset", "dataset-000001"))[-1].id

    async def walk():
        client = await site.with_credential(STEWARD)
        page = (await client.get(f"/console/deliveries/{latest}/proposal")).text
        fields = filled(page, PATH)
        place = next(
            name.removesuffix("technique")
            for name, value in fields.items()
            if name.endswith(":technique") and value == ["keep"]
        )
        wrong = {**fields, f"{place}keep.reason": [""], f"{place}comment": ["写了一半<script>"]}
        back = await client.post(PATH, data=wrong)
        assert back.status_code == 422
        assert "写了一半&lt;script&gt;" in back.text
        assert "<script>写" not in back.text
        again = filled(back.text, PATH)
        assert {name: value for name, value in again.items() if name != "key"} == {
            name: value for name, value in wrong.items() if name != "key"
        }
        again[f"{place}keep.reason"] = ["公开登记事项"]
        done = await client.post(PATH, data=again)
        assert done.status_code == 303, done.text
        late = await client.post(PATH, data={**again, "key": "another"})
        assert late.status_code == 409
        assert "公开登记事项" in late.text
        sheet = await client.post(PATH, data={**filled(late.text, PATH), "sheet": "dataset = 1", "key": "k3"})
        assert sheet.status_code == 422
        assert "dataset = 1" in sheet.text
        reviewer = await site.visitor("yang.lizhi")
        assert (await reviewer.get(f"/console/deliveries/{latest}/proposal")).status_code == 403
        assert (await reviewer.get(PATH)).status_code == 403
        foreign = await site.with_credential("liu.jingshu")
        assert (await foreign.get(PATH)).status_code == 403

    run(walk())
    drafted = store.find(MaskingPolicy, linked=("dataset", "dataset-000001"))[-1].record
    assert drafted.state == "drafted"
    assert "公开登记事项" in drafted.text
    dataset = store.load(Dataset, "dataset-000001").record
    assert {one.name for one in read_policy(drafted.text).table(dataset.code).columns} == {
        one.name for one in dataset.columns
    }
