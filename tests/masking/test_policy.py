from __future__ import annotations

import pytest

from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.masking.policy import OnUnhandled
from sandbox.masking.policy_file import read_policy, read_policy_file, write_policy
from tests.masking.support import plan, policy

COLUMN = '[table.t.column]\n"a" = { technique = "keep", reason = "r" }'
TEXT = """
policy = "agreement-2026-017/run/v3"
zone = "run"
key = "agreement-2026-017"
algorithm = "sm"
on_unhandled = "row"
[table."企业登记"]
subject = "统一社会信用代码"
k = 5
max_suppressed = 0.01
sentinels = ["暂缺"]
[table."企业登记".column]
"统一社会信用代码" = { technique = "token", group = "firm" }
"法人代表" = { technique = "token", group = "person", bits = 100 }
"注册日期" = { technique = "date_trunc", unit = "month", class = "quasi" }
"注册资金" = { technique = "band", cuts = [10, 100, 1000], unit = "万元", class = "quasi" }
"注册地址" = { technique = "generalise", hierarchy = "address", level = "district", class = "quasi" }
"民族" = { technique = "map", values = { "汉族" = "汉族" }, other = "其他", class = "quasi" }
"电话" = { technique = "keep_chars", first = 3, last = 2 }
"备注" = { technique = "drop" }
"企业类型" = { technique = "keep", reason = "公开登记信息", class = "quasi" }
"""


def test_a_policy_reads_and_writes_back_to_the_same_digest():
    read = read_policy(TEXT)
    assert read_policy(write_policy(read)) == read
    assert read_policy(write_policy(read)).digest == read.digest
    assert read.on_unhandled is OnUnhandled.ROW
    table = read.table("企业登记")
    assert table.subject == ("统一社会信用代码",)
    assert table.column("注册地址").technique.name == "region"
    assert table.column("备注").identifier is IdentifierClass.DIRECT


def test_the_digest_follows_decisions_not_layout():
    spaced = TEXT.replace(" = ", "  =  ") + "\n# a note\n"
    assert read_policy(spaced).digest == read_policy(TEXT).digest
    assert read_policy(TEXT.replace("1000]", "1000.0]")).digest == read_policy(TEXT).digest
    assert read_policy(TEXT.replace("k = 5", "k = 6")).digest != read_policy(TEXT).digest
    assert read_policy(TEXT.replace('"month"', '"year"')).digest != read_policy(TEXT).digest


@pytest.mark.parametrize(
    ("column", "part"),
    [
        ({"technique": "encrypt"}, "没有名为"),
        ({}, "没有名为"),
        ({"technique": "keep"}, "理由"),
        ({"technique": "keep", "reason": "  "}, "理由"),
        ({"technique": "token", "bits": 64}, "令牌位数"),
        ({"technique": "token", "bits": True}, "bits"),
        ({"technique": "token", "allow_small": True}, "理由"),
        ({"technique": "keep_chars", "first": 6, "last": 4}, "遮住"),
        ({"technique": "keep_chars", "first": 3, "last": 4, "length": 11}, "遮住"),
        ({"technique": "keep_chars"}, "至少一个字符"),
        ({"technique": "keep_chars", "first": -1, "last": 3}, "不能为负"),
        ({"technique": "band", "cuts": []}, "cuts"),
        ({"technique": "band", "cuts": [10, 5]}, "cuts"),
        ({"technique": "band", "cuts": [float("nan")]}, "cuts"),
        ({"technique": "band", "cuts": ["a"]}, "cuts"),
        ({"technique": "round", "digits": 9}, "有效数字"),
        ({"technique": "date_trunc", "unit": "day"}, "unit"),
        ({"technique": "region", "level": "street"}, "level"),
        ({"technique": "map"}, "对照表"),
        ({"technique": "drop", "salt": "x"}, "salt"),
        ({"technique": "drop", "class": "secret"}, "class"),
        ({"technique": "drop", "type": "NAME"}, "type"),
    ],
)
def test_a_wrong_column_is_one_sentence_that_names_it(column, part):
    with pytest.raises(InputError) as caught:
        policy({"某列": column, "x": {"technique": "keep", "reason": "r"}})
    assert "某列" in str(caught.value)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "policy = ",
        "",
        'policy = "p"',
        'policy = "p"\n[table.t.column]\n"a" = { technique = "drop" }',
        f'policy = "p"\nfallback = "keep"\n{COLUMN}',
        f'policy = "p"\non_unhandled = "keep"\n{COLUMN}',
        f'policy = "p"\n[table.t]\nk = 1\n{COLUMN}',
        f'policy = "p"\n[table.t]\nk = 2.5\n{COLUMN}',
        f'policy = "p"\n[table.t]\nmax_suppressed = 2\n{COLUMN}',
        f'policy = "p"\n[table.t]\nsubject = "b"\n{COLUMN}',
        'policy = "p"\nzone = "development"\n[table.t.column]\n"a" = { technique = "redact_text" }',
        'policy = "p"\ntable = 3',
    ],
)
def test_a_wrong_policy_is_refused(text):
    with pytest.raises(InputError):
        read_policy(text)


def test_a_policy_file_that_is_no_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="无法读取"):
        read_policy_file(tmp_path / "none.toml")
    (tmp_path / "p.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_policy_file(tmp_path / "p.toml")
    (tmp_path / "p.toml").write_text("\ufeff" + TEXT, encoding="utf-8")
    assert read_policy_file(tmp_path / "p.toml") == read_policy(TEXT)


def test_policy_and_data_must_name_the_same_columns():
    given = policy({"a": {"technique": "token"}, "b": {"technique": "keep", "reason": "r"}})
    assert plan(given, ["b", "a"]).schema.names == ["b", "a"]
    with pytest.raises(InputError, match="没有规定"):
        plan(given, ["a", "b", "c"])
    with pytest.raises(InputError, match="不存在"):
        plan(given, ["a"])
    with pytest.raises(InputError, match="重复"):
        plan(given, ["a", "b", "b"])


def test_a_policy_of_several_tables_serves_only_those():
    text = TEXT + TEXT[TEXT.index("[table") :].replace("企业登记", "变更登记")
    assert read_policy(text).table("变更登记").name == "变更登记"
    with pytest.raises(NotFoundError):
        read_policy(text).table("注销登记")
    assert read_policy(TEXT).table("任何文件").name == "企业登记"
