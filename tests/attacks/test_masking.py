"""Ways a row's own identifiers could survive its masking, and what becomes of each."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.discovery.columns import propose
from sandbox.files.readers import open_table, read_table
from sandbox.fingerprint.sidecar import UnitColumns
from sandbox.masking.apply import apply
from sandbox.masking.propose import propose_policy
from sandbox.masking.run import MaskJob, mask_source
from tests.masking.support import KEY, batch, plan, policy

REAL = Path(__file__).parents[3] / "shared" / "data" / "zunyi-enterprises.csv.gz"
COLUMNS = {
    "名": {"technique": "drop", "class": "direct"},
    "码": {"technique": "token", "class": "direct"},
    "人": {"technique": "token", "class": "direct"},
    "址": {"technique": "region"},
    "文": {"technique": "keep", "reason": "公开"},
    "型": {"technique": "keep", "reason": "公开", "class": "quasi"},
}
ROW = {
    "名": "遵义红花食品(集团)有限公司",
    "码": "91520302214783573X",
    "人": "张三",
    "址": "遵义市汇川区香港路82号3楼",
}


def texts(*cells, columns=None, **changes):
    row = {**ROW, "型": "有限公司", **changes}
    rows = {name: [row[name]] * len(cells) for name in ("名", "码", "人", "址")}
    made = plan(policy(columns or COLUMNS), ["名", "码", "人", "址", "文", "型"])
    masked = apply(made, batch(**rows, 文=list(cells), 型=[row["型"]] * len(cells)))
    return masked, masked.batch.column("文").to_pylist()


@pytest.mark.parametrize(
    "text",
    [
        "由张三经营",
        "张三",
        "统一代码91520302214783573X",
        "码：９１５２０３０２２１４７８３５７３Ｘ",
        "91520302214783573x",
        "9152 0302 2147 8357 3X",
        "9152-0302-2147-8357-3X",
        "遵义红花食品（集团）有限公司的分店",
        "遵义红花食品(集团)有限公司",
        "位于82号",
        "位于８２号",
        "位于182号门面",
        "张 三",
        "张\u200b三",
        "地址：遵义市汇川区香港路82号3楼",
    ],
)
def test_a_kept_text_that_repeats_the_rows_identifier_is_removed(text):
    masked, cells = texts(text, "销售百货")
    assert cells == [None, "销售百货"]
    assert masked.counts["文"].leaked == 1


@pytest.mark.parametrize(
    "text", ["销售百货", "82平方米", "N/A", "李四经营", "有限公司", "遵义市汇川区", "三张桌子"]
)
def test_innocent_text_stays(text):
    assert texts(text)[1] == [text]


def test_a_sentinel_is_nobodys_name():
    assert texts("N/A", "无", 人="N/A", 名="无")[1] == ["N/A", "无"]


@pytest.mark.parametrize(
    ("code", "gone"), [("17", ["17"]), ("2019A", ["2019A", "a2019Ab"]), ("201901", ["201901", "x201901y"])]
)
def test_a_few_digits_count_only_as_a_whole_cell(code, gone):
    cells = ["17", "1170", "2019A", "a2019Ab", "201901", "x201901y"]
    assert texts(*cells, 码=code)[1] == [None if cell in gone else cell for cell in cells]


def test_one_character_is_no_name():
    assert texts("王", 人="王")[1] == ["王"]


@pytest.mark.parametrize("people", ["张三、李四", "张三,李四", "张三 李四", "张三；李四", "李四/张三"])
def test_each_of_several_persons_in_one_cell_is_looked_for(people):
    assert texts("由李四经营", "由张三经营", "由王五经营", 人=people)[1] == [None, None, "由王五经营"]


def test_generalised_columns_are_looked_at_too():
    masked, _ = texts("x", 人="汇川", 址="遵义市汇川区香港路82号")
    assert masked.batch.column("址").to_pylist() == [None]
    masked, _ = texts("x", 人="有限")
    assert masked.batch.column("型").to_pylist() == [None]


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("香港路1-11号", "11号库房"),
        ("香港路八十二号", "在八十二号"),
        ("香港路Ｂ号", "b号楼"),
        ("中山路1-9、1-10、1-12号", "12号"),
        ("甲路5号乙座6号", "5号"),
        ("甲路5号乙座6号", "6号"),
        ("香港路82號", "82號"),
    ],
)
def test_house_numbers_in_other_clothes(address, text):
    assert texts(text, 址=f"遵义市汇川区{address}")[1] == [None]


def test_a_dropped_address_still_guards_its_house_number():
    columns = {**COLUMNS, "址": {"technique": "drop", "type": "ADDRESS"}}
    assert texts("82号门面", columns=columns)[1] == [None]


def test_redacted_text_loses_the_identifiers_and_keeps_the_rest():
    columns = {**COLUMNS, "文": {"technique": "redact_text", "label": "［略］"}}
    masked, cells = texts("由张三在82号销售百货", "销售百货", "张\u200b三开店", columns=columns)
    assert cells == ["由［略］在［略］销售百货", "销售百货", None]
    assert masked.counts["文"].leaked == 2


def test_redacted_text_loses_other_peoples_numbers():
    columns = {**COLUMNS, "文": {"technique": "redact_text"}}
    _, cells = texts("联系电话13800138000订货", columns=columns)
    assert "13800138000" not in cells[0]
    assert cells[0].endswith("订货")


def test_a_kept_identifier_is_shown_only_because_the_policy_says_so():
    columns = {**COLUMNS, "名": {"technique": "keep", "reason": "公开登记", "class": "direct"}}
    masked, cells = texts("遵义红花食品(集团)有限公司", columns=columns)
    assert masked.batch.column("名").to_pylist() == ["遵义红花食品(集团)有限公司"]
    assert cells == ["遵义红花食品(集团)有限公司"]
    masked, _ = texts("x", columns=columns, 名="张三烧烤店")
    assert masked.batch.column("名").to_pylist() == [None]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("张李王五四三", min_size=0, max_size=3),
            st.text("张李王五四三 、,店", max_size=8),
            st.text("1２号路-", max_size=6),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_output_cell_ever_contains_its_own_rows_identifier(rows):
    people, kept, places = zip(*rows, strict=True)
    size = len(rows)
    made = plan(policy(COLUMNS), ["名", "码", "人", "址", "文", "型"])
    masked = apply(
        made, batch(名=["甲公司"] * size, 码=["9"] * size, 人=people, 址=places, 文=kept, 型=places)
    )
    for row, person, place in zip(masked.batch.to_pylist(), people, places, strict=True):
        for name in ("址", "文", "型"):
            cell = row[name] or ""
            assert len(person) < 2 or person not in cell
            assert not any(number in cell for number in re.findall(r"\d+号", place))


@pytest.mark.skipif(not REAL.exists(), reason="the real registrations are not here")
def test_the_real_registrations_show_no_code_and_no_row_shows_its_own_identifiers(tmp_path):
    raw = gzip.decompress(REAL.read_bytes())
    (tmp_path / "source.csv").write_bytes(raw)
    table, _ = read_table(tmp_path / "source.csv", name="t")
    given = propose_policy(propose(table), table="t", sample=table)
    units = (UnitColumns("firm", ("统一社会信用代码",)),)
    out = tmp_path / "out"
    out.mkdir()
    job = MaskJob(given, "t", KEY, out)
    result = mask_source(lambda: open_table(tmp_path / "source.csv", name="t"), job, units=units)
    counted = result.manifest["rows"]
    assert counted["in"] == 10_069
    assert counted["in"] == counted["out"] + counted["quarantined"] + counted["suppressed"]
    rows = pq.read_table(out / "part-0.parquet").to_pylist()
    everything = "\n".join(cell for row in rows for cell in row.values() if cell)
    codes = {code for code in table["统一社会信用代码"].to_pylist() if code}
    assert not any(match in codes for match in re.findall(r"(?=([0-9A-Z]{18}))", everything))
    kept = [row for row, keep in zip(table.to_pylist(), result.kept, strict=True) if keep]
    assert len(kept) == len(rows)
    for before, after in zip(kept, rows, strict=True):
        own = [before["统一社会信用代码"], before["企业名称"]]
        own += (
            [before["法人代表"]] if len(before["法人代表"] or "") >= 2 and before["法人代表"] != "N/A" else []
        )
        own += re.findall(r"[0-9０-９]+号", before["注册地址"] or "")
        for cell in after.values():
            assert not any(name in cell for name in own if name and cell)
