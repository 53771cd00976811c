import random
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pytest

from sandbox.discovery.columns import propose, propose_units
from sandbox.discovery.heading_words import Role
from sandbox.kernel.entities import EntityType as T
from sandbox.kernel.entities import IdentifierClass
from tests.discovery import generate, heldout

FIRMS = Path(__file__).parents[3] / "shared" / "data" / "zunyi-enterprises.csv.gz"


def table(**columns):
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def one(name, cells, comment=""):
    return propose(table(**{name: cells}), comments={name: comment})[0]


def score(made):
    right = wrong = missed = 0
    for name, cells, kind in made:
        found = one(name, cells).type
        right += found is kind and kind is not None
        wrong += found is not None and found is not kind
        missed += kind is not None and found is not kind
    return right / (right + wrong), right / (right + missed)


@pytest.mark.parametrize(
    "made", [generate.columns(11, 200), heldout.columns(11, 200)], ids=["made", "heldout"]
)
def test_columns_are_recognised_and_look_alikes_are_not(made):
    precision, recall = score(made)
    assert precision >= 0.97
    assert recall >= 0.97


def test_no_look_alike_is_called_sensitive():
    rng = random.Random(3)
    columns = {name: [maker(rng) for _ in range(300)] for name, maker in generate.LOOKALIKES.items()}
    assert [found.name for found in propose(table(**columns)) if found.sensitive] == []


@pytest.mark.parametrize(
    "kind", [T.CN_RESIDENT_ID, T.CN_USCC, T.CN_MOBILE, T.EMAIL_ADDRESS, T.ADDRESS, T.PERSON]
)
def test_content_decides_where_the_name_disagrees(kind):
    cells = generate.column(random.Random(5), kind, 300)
    assert one("数量" if kind is not T.PERSON else "字段", cells).type is kind
    other = "姓名" if kind is not T.PERSON else "身份证号"
    assert one(other, cells).type is kind


def test_a_name_alone_is_not_believed():
    assert one("姓名", [str(number) for number in range(300)]).type is None
    assert one("身份证号", ["是", "否"] * 100).type is None
    assert one("XM", ["道路改造工程", "供水管网", "学校扩建"] * 50).type is None


def test_an_empty_column_is_what_its_name_says():
    found = one("身份证号", [None, "N/A", "无"])
    assert (found.type, found.rate, found.sensitive) == (T.CN_RESIDENT_ID, 0.0, True)
    assert one("XM", [None]).type is None


def test_the_comment_counts_before_the_name():
    cells = [f"{number:04d}-01" for number in range(100)]
    assert one("C012", cells, comment="住院号").type is T.MEDICAL_RECORD
    assert one("C012", cells).type is None


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("病历号", ["ZY0000123", "ZY0000124"] * 20, T.MEDICAL_RECORD),
        ("社会保障卡号", ["A12345678", "B12345679"] * 20, T.CN_SOCIAL_SECURITY_CARD),
        ("档案编号", ["520300123456", "520300123457"] * 20, T.CN_DRIVING_FILE_NO),
        ("QQ", ["12345678", "87654321"] * 20, T.QQ),
        ("微信号", ["zhang_san1", "lisi-2020"] * 20, T.WECHAT),
        ("密码", ["Abc@1234", "qwerty"] * 20, T.ACCOUNT_SECRET),
        ("照片", ["/9j/4AAQSkZJRgABAQ" + "A" * 40] * 20, T.BIOMETRIC),
        ("血型", ["A", "B", "O"] * 20, T.HEALTH),
        ("经度", ["106.912345", "107.123456"] * 20, T.COORDINATES),
    ],
)
def test_types_that_only_a_name_can_tell(name, cells, kind):
    assert one(name, cells).type is kind


def test_sentinels_and_fillers_count_neither_way():
    rng = random.Random(1)
    cells = ["N/A", "无", "-", "000000000000000000", None] * 100 + [
        generate.resident_id(rng) for _ in range(100)
    ]
    found = one("证件", cells)
    assert found.type is T.CN_RESIDENT_ID
    assert found.distinct <= 101


def test_fullwidth_and_mixed_documents():
    rng = random.Random(2)
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    assert one("f1", [generate.resident_id(rng).translate(wide) for _ in range(200)]).type is T.CN_RESIDENT_ID
    makers = [generate.resident_id, generate.resident_id, generate.resident_id_15, generate.passport_number]
    assert one("证件号码", [rng.choice(makers)(rng) for _ in range(300)]).type is T.CN_RESIDENT_ID


def test_half_codes_half_resident_ids_are_sensitive():
    rng = random.Random(4)
    cells = [rng.choice([generate.uscc, generate.resident_id])(rng) for _ in range(500)]
    assert one("经营者证照", cells).sensitive
    assert one("统一社会信用代码", cells).sensitive


def test_text_with_persons_in_one_cell_of_a_hundred_is_sensitive():
    rng = random.Random(6)
    cells = [f"关于第{number}号路灯不亮的诉求已转办" for number in range(990)]
    cells += [f"来电人张建国，身份证{generate.resident_id(rng)}，反映噪音" for _ in range(10)]
    found = one("内容", cells)
    assert (found.type, found.sensitive, found.technique, found.identifier) == (
        None,
        True,
        "drop",
        IdentifierClass.SENSITIVE,
    )
    assert 0.006 <= found.rate <= 0.02
    assert not one("内容", cells[:990]).sensitive


def test_birth_dates_are_told_from_event_dates_without_a_name():
    rng = random.Random(8)
    assert one("c9", [generate.date8(rng, 1935, 2015) for _ in range(300)]).type is T.BIRTH_DATE
    found = one("c9", [generate.date8(rng, 2015, 2023) for _ in range(300)])
    assert (found.type, found.role) == (None, Role.DATE)


def test_dates_and_traits_become_quasi_identifiers_beside_a_subject():
    rng = random.Random(9)
    days = [generate.date8(rng, 2015, 2023) for _ in range(50)]
    sexes = ["男", "女"] * 25
    alone = propose(table(入院日期=days, 性别=sexes))
    assert [found.identifier for found in alone] == [IdentifierClass.OTHER] * 2
    names = [generate.person(rng) for _ in range(50)]
    beside = propose(table(入院日期=days, 性别=sexes, 姓名=names))
    assert [(found.technique, found.option) for found in beside[:2]] == [
        ("date_trunc", "month"),
        ("keep", ""),
    ]
    assert [found.identifier for found in beside[:2]] == [IdentifierClass.QUASI] * 2


def test_what_is_health_is_never_kept_by_default():
    found = one("诊断名称", ["高血压", "2型糖尿病", "肺炎"] * 30)
    assert (found.type, found.level, found.technique, found.sensitive) == (T.HEALTH, 4, "drop", True)
    assert any("第 4 级" in str(message) for message in found.evidence)


def test_batches_and_table_agree():
    rng = random.Random(10)
    whole = table(a=[generate.resident_id(rng) for _ in range(3000)], b=["贵阳", "遵义", None] * 1000)
    assert propose(whole) == propose(iter(whole.to_batches(max_chunksize=700)))


def test_every_proposal_gives_its_evidence():
    made = list(generate.columns(12, 60))[:30]
    assert all(one(name, cells).evidence for name, cells, _ in made)


def test_a_table_without_rows_or_columns():
    assert propose(pa.table({})) == ()
    assert propose(iter([])) == ()


@pytest.mark.skipif(not FIRMS.exists(), reason="the register of firms is not here")
def test_the_register_of_firms():
    header = [
        "企业名称",
        "统一社会信用代码",
        "注册日期",
        "企业类型",
        "法人代表",
        "注册资金",
        "经营范围",
        "所在省份",
        "地区",
        "注册地址",
    ]
    read = csv.read_csv(
        FIRMS, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
    )
    found = {proposal.name: proposal for proposal in propose(read)}
    types = {name: proposal.type for name, proposal in found.items() if proposal.type is not None}
    assert types == {
        "企业名称": T.ORGANIZATION,
        "统一社会信用代码": T.CN_USCC,
        "法人代表": T.PERSON,
        "注册资金": T.MONEY,
        "注册地址": T.ADDRESS,
    }
    assert found["统一社会信用代码"].rate == 1.0
    assert [name for name, proposal in found.items() if proposal.sensitive] == ["法人代表", "注册地址"]
    units = {unit.kind: unit.columns for unit in propose_units(tuple(found.values()))}
    assert units == {"person": ("法人代表",), "firm": ("统一社会信用代码",)}


def test_a_record_number_beside_a_subject_leaves_as_a_token():
    rng = random.Random(13)
    numbers = [f"LS2023{number:08d}" for number in range(60)]
    assert propose(table(流水号=numbers))[0].technique == "keep"
    found = propose(table(流水号=numbers, 姓名=[generate.person(rng) for _ in range(60)]))[0]
    assert (found.type, found.role, found.technique, found.sensitive) == (None, Role.RECORD, "token", False)


def test_the_municipality_s_own_data():
    from sandbox.municipality.health import visits

    extract = visits(1, count=1500, persons=500)
    found = {one.name: one for one in propose(extract.table, comments=extract.comments)}
    assert found["居民身份证号"].type is T.CN_RESIDENT_ID
    assert found["就诊流水号"].type is T.MEDICAL_RECORD
    assert found["诊断名称"].type is T.HEALTH
    assert found["医保支付"].type is T.MONEY
    assert {unit.kind: unit.columns for unit in propose_units(tuple(found.values()))} == {
        "person": ("居民身份证号",)
    }


def test_two_columns_of_one_name_are_both_read():
    rng = random.Random(14)
    cells = [pa.array([generate.mobile(rng) for _ in range(60)]), pa.array(["是", "否"] * 30)]
    found = propose(pa.Table.from_arrays(cells, names=["a", "a"]))
    assert [one.type for one in found] == [T.CN_MOBILE, None]


def test_columns_of_other_types_are_read_as_text():
    rng = random.Random(15)
    numbers = pa.array(
        [
            int("13" + generate.digits(rng, 9)) if rng.random() < 0.5 else int("18" + generate.digits(rng, 9))
            for _ in range(90)
        ]
    )
    found = propose(pa.table({"sjh": numbers, "n": pa.array(range(90))}))
    assert [one.type for one in found] == [T.CN_MOBILE, None]
