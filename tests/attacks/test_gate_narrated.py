# ruff: noqa: E501 - a sentence reads best on one line
"""Records told in sentences: every form of a day or an amount, in every text that it may stand in."""

from __future__ import annotations

import random
from datetime import date
from functools import cache

import pyarrow as pa
import pytest

from sandbox.egress.forms import plain_of, values
from sandbox.egress.judge import judge
from sandbox.egress.narrated import narrated
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.fingerprint.canonical import canonical
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.findings import FindingKind
from tests.attacks.exam_source import Row, persons
from tests.attacks.told_leaks import AMOUNTS, CARRIERS, DATES, Told, honest, told
from tests.egress.clinic import KEY

IDENTIFIERS = ("姓名", "身份证号", "手机号")
DAYS = (
    "{0}生于{1}，{2}来院",
    "Patient {0}, born {1}, was seen on {2} and",
    '"a": "{1}", "b": "{2}"',
    "于{1}、{2}",
)
SUMS = ("{0}缴费{3}。", "Patient {0} paid {3}, then", '"a": "{3}"', "合计{3}、", "（{3}）")


@cache
def rows() -> list[Row]:
    return random.Random(4).sample([row for row in persons() if len(row["金额"]) > 5], 24)


@cache
def source() -> Source:
    table = pa.Table.from_pylist(persons())
    index = RecordIndex.build([("raw", table)], key=KEY, identifiers=IDENTIFIERS)
    units = dense_units(table, [UnitColumns("person", ("身份证号",))])
    return Source("p", table, units, index, identifiers=frozenset(IDENTIFIERS))


def recognised(name: str, lines: list[Told]) -> bool:
    path, data = CARRIERS[name](lines, random.Random(1))
    findings = judge([Product(path, data)], [source()]).judgement.files[0].findings
    return FindingKind.SOURCE_RECORD in {one.kind for one in findings}


@pytest.mark.parametrize("form", DATES)
def test_a_day_is_read_in_every_form_wherever_it_stands(form):
    for one, row in zip(told(rows(), form, "plain"), rows(), strict=True):
        for sentence in DAYS:
            seen = {form for value in values(plain_of(sentence.format(*one)).read) for form in value.forms}
            assert {canonical(row["出生日期"]), canonical(row["就诊日期"])} <= seen, sentence.format(*one)


@pytest.mark.parametrize("form", AMOUNTS)
def test_an_amount_is_read_in_every_form_wherever_it_stands(form):
    for one, row in zip(told(rows(), "plain", form), rows(), strict=True):
        for sentence in SUMS:
            seen = {form for value in values(plain_of(sentence.format(*one)).read) for form in value.forms}
            assert canonical(row["金额"]) in seen, sentence.format(*one)


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("注册资本3亿2145万6789元1角2分，营业", "321456789.12"),
        ("共 1 亿 2145 万 6789 元 5 分，", "121456789.05"),
        ("合计3亿2,145万6,789.1元；", "321456789.1"),
        ("三亿两千一百万零五块伍毛", "321000005.5"),
    ],
)
def test_the_parts_of_an_amount_add_up_to_the_hundredth(said, amount):
    assert amount in {form for value in values(plain_of(said).read) for form in value.forms}


def test_amounts_in_one_unit_beside_each_other_are_amounts_of_their_own():
    seen = {form for value in values("21万 33万 44k 55 k") for form in value.forms}
    assert {"210000", "330000", "44000", "55000"} <= seen


@pytest.mark.parametrize(
    "form", ["han", "han short", "republic han", "english of", "english words", "week zh"]
)
def test_sentences_with_a_name_and_days_in_a_form_of_their_own_show_records(form):
    lines = [(name, birth, visit, "") for name, birth, visit, _ in told(rows(), form, "plain")]
    for carrier in ("sentences", "one paragraph", "json texts"):
        assert recognised(carrier, lines), carrier


@pytest.mark.parametrize("form", ["cheque", "coins han", "grouped zh", "wan", "point read", "words"])
def test_sentences_with_a_name_and_an_amount_alone_show_records(form):
    lines = [(name, "", "", amount) for name, _, _, amount in told(rows(), "plain", form)]
    for carrier in ("sentences", "markup"):
        assert recognised(carrier, lines), carrier


def test_what_a_report_says_of_nobody_is_no_record():
    chance = random.Random(9)
    text = [
        f"{honest(chance)}{row['姓名']}同志于二〇二四年{1 + chance.randrange(9)}月二十日汇报，共{chance.randrange(10**6) / 100}元。"
        for row in rows()
    ]
    index = source().index
    assert index is not None
    assert not narrated(["\n".join(text)], [index])


def test_names_and_days_of_different_people_beside_one_another_are_no_record():
    mixed = [
        f"{row['姓名']}生于{date.fromisoformat(other['出生日期']):%Y年%m月%d日}。"
        for row, other in zip(rows(), [*rows()[1:], rows()[0]], strict=True)
    ]
    index = source().index
    assert index is not None
    assert not narrated(["\n".join(mixed)], [index])
