from __future__ import annotations

import base64
import hmac

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.fingerprint.canonical import canonical
from sandbox.kernel.errors import InputError
from sandbox.masking.apply import Counts, apply
from tests.masking.support import KEY, OTHER_KEY, batch, plan, policy

KEEP = {"technique": "keep", "reason": "公开"}


def run(columns, rows, key=KEY, **table):
    given_plan = plan(policy(columns, **table), list(rows), key)
    return apply(given_plan, batch(**rows))


def column(masked, name):
    return masked.batch.column(name).to_pylist()


def test_tokens_are_the_keyed_hash_of_the_canonical_value():
    masked = run({"人": {"technique": "token", "group": "person"}, "x": KEEP}, {"人": ["张三"], "x": ["一"]})
    digest = hmac.digest(KEY.derive("masking/person"), canonical("张三").encode(), "sha256")
    assert column(masked, "人") == [base64.b32encode(digest).decode().lower()[:16]]


def test_disguised_spellings_are_one_token_and_two_persons_are_two():
    codes = [
        "91520302214783573X",
        "９１５２０３０２２１４７８３５７３Ｘ",
        " 91520302214783573x ",
        "9152-0302-2147-8357-3X",
        "915203822149900118",
    ]
    found = column(run({"码": {"technique": "token"}, "x": KEEP}, {"码": codes, "x": ["a"] * 5}), "码")
    assert len(set(found[:4])) == 1
    assert found[4] != found[0]


@pytest.mark.parametrize(
    "nothing", ["N/A", "n/a", "无", "-", "null", "None", "不详", "未知", "/", " ", "　", "Ｎ／Ａ", "**"]
)
def test_a_sentinel_never_becomes_a_busy_token(nothing):
    masked = run(
        {"人": {"technique": "token"}, "x": KEEP}, {"人": [nothing, "张三", None, ""], "x": ["a"] * 4}
    )
    assert column(masked, "人")[0] is None
    assert masked.counts["人"] == Counts(changed=1, null=2, sentinel=1)


def test_a_tables_own_sentinels_count_in_every_spelling():
    rows = {"人": ["待核", "００００", "张三"], "x": ["待核", "b", "c"]}
    masked = run({"人": {"technique": "token"}, "x": KEEP}, rows, sentinels=["待核", "0000"])
    assert [cell is None for cell in column(masked, "人")] == [True, True, False]
    assert column(masked, "x") == [None, "b", "c"]


def test_groups_join_across_columns_and_keys_never_do():
    columns = {
        "甲": {"technique": "token", "group": "person"},
        "乙": {"technique": "token", "group": "person"},
        "丙": {"technique": "token", "group": "other"},
    }
    rows = {"甲": ["张三"], "乙": ["张三"], "丙": ["张三"]}
    one, other = run(columns, rows), run(columns, rows, OTHER_KEY)
    assert column(one, "甲") == column(one, "乙")
    assert column(one, "甲") != column(one, "丙")
    for name in columns:
        assert column(one, name) != column(other, name)


def test_sm3_and_sha256_tokens_differ():
    columns, rows = {"人": {"technique": "token"}, "x": KEEP}, {"人": ["张三"], "x": ["a"]}
    assert column(run(columns, rows), "人") != column(run(columns, rows, algorithm="sm"), "人")


def test_every_technique_on_one_row():
    columns = {
        "名": {"technique": "drop"},
        "日": {"technique": "date_trunc", "unit": "month"},
        "资": {"technique": "band", "cuts": [10, 100, 1000], "unit": "万元"},
        "址": {"technique": "region"},
        "话": {"technique": "keep_chars", "first": 3, "last": 2},
        "额": {"technique": "round", "digits": 2, "unit": "元"},
        "族": {"technique": "map", "values": {"汉族": "汉族"}, "other": "其他"},
        "型": KEEP,
    }
    rows = {
        "名": ["甲公司"],
        "日": ["2019/5/1"],
        "资": ["101.2000(万元人民币)"],
        "址": ["汇川区西安路3号"],
        "话": ["13800138000"],
        "额": ["12345.6"],
        "族": ["苗族"],
        "型": ["有限责任公司"],
    }
    masked = run(columns, rows)
    assert masked.batch.to_pylist() == [
        {
            "日": "2019-05",
            "资": "100-1000万元",
            "址": "遵义市汇川区",
            "话": "138******00",
            "额": "12000",
            "族": "其他",
            "型": "有限责任公司",
        }
    ]
    assert masked.counts["型"].changed == 0
    assert masked.counts["名"].changed == 1


def test_what_a_technique_cannot_read_is_nulled_and_counted_never_kept():
    columns = {
        "日": {"technique": "date_trunc"},
        "话": {"technique": "keep_chars", "first": 3},
        "x": KEEP,
        "族": {"technique": "map", "values": {"汉族": "汉"}},
    }
    rows = {
        "日": ["昨天", "2019-01-02"],
        "话": ["1234567", "13800138000"],
        "x": ["a", "b"],
        "族": ["汉 族", "藏族"],
    }
    masked = run(columns, rows)
    assert column(masked, "日") == [None, "2019-01"]
    assert column(masked, "话") == [None, "138********"]
    assert column(masked, "族") == ["汉", None]
    assert (
        masked.counts["日"].unhandled == masked.counts["话"].unhandled == masked.counts["族"].unhandled == 1
    )
    assert not masked.faults


def test_unhandled_rows_can_be_quarantined_or_stop_the_run():
    columns, rows = (
        {"日": {"technique": "date_trunc"}, "x": KEEP},
        {"日": ["昨天", "2019-01-02"], "x": ["a", "b"]},
    )
    faults = run(columns, rows, on_unhandled="row").faults
    assert [(fault.row, fault.column) for fault in faults] == [(0, "日")]
    assert "昨天" not in str(faults[0].reason)
    with pytest.raises(InputError, match="停止"):
        run(columns, rows, on_unhandled="stop")


def test_other_columns_and_other_types_are_refused():
    made = plan(policy({"a": {"technique": "token"}, "x": KEEP}), ["a", "x"])
    with pytest.raises(InputError, match="不一致"):
        apply(made, batch(x=["1"], a=["2"]))
    with pytest.raises(InputError, match="文本"):
        apply(made, pa.RecordBatch.from_pydict({"a": [1], "x": ["b"]}))


def test_the_result_has_a_fresh_schema_of_plain_strings():
    made = plan(policy({"a": {"technique": "token"}, "x": KEEP}), ["a", "x"])
    coded = pa.RecordBatch.from_arrays(
        [pa.array(["p", "p"]).dictionary_encode(), pa.array(["u", None], pa.large_string())],
        schema=pa.schema(
            [("a", pa.dictionary(pa.int32(), pa.string())), ("x", pa.large_string())], {"pandas": "{}"}
        ),
    )
    out = apply(made, coded).batch
    assert out.schema.metadata is None
    assert set(out.schema.types) == {pa.string()}


CELLS = st.one_of(
    st.none(),
    st.text(max_size=10),
    st.sampled_from(
        [
            "N/A",
            "张三",
            "张 三",
            "李四、张三",
            "2019-05-01",
            "100(万元)",
            "遵义市汇川区香港路12号",
            "12号",
            "经营张三烧烤",
        ]
    ),
)
SPLIT_COLUMNS = {
    "人": {"technique": "token"},
    "日": {"technique": "date_trunc"},
    "资": {"technique": "band", "cuts": [10], "unit": "万元"},
    "址": {"technique": "region"},
    "型": KEEP,
    "文": {"technique": "redact_text"},
    "号": {"technique": "keep_chars", "first": 2},
}


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(*[CELLS] * 7), min_size=1, max_size=12), st.data())
def test_any_split_of_the_rows_gives_the_same_rows(rows, data):
    made = plan(policy(SPLIT_COLUMNS, on_unhandled="row"), list(SPLIT_COLUMNS))
    whole = batch(**dict(zip(SPLIT_COLUMNS, zip(*rows, strict=True), strict=True)))
    expected = apply(made, whole)
    cut = data.draw(st.integers(0, len(rows)))
    first, second = apply(made, whole.slice(0, cut)), apply(made, whole.slice(cut))
    assert first.batch.to_pylist() + second.batch.to_pylist() == expected.batch.to_pylist()
    for name in SPLIT_COLUMNS:
        assert first.counts[name] + second.counts[name] == expected.counts[name]
    moved = [fault.row + cut for fault in second.faults]
    assert [fault.row for fault in first.faults] + moved == [fault.row for fault in expected.faults]
