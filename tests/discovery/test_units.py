import random

import pyarrow as pa

from sandbox.discovery.columns import propose, propose_units
from sandbox.kernel.entities import EntityType as T
from tests.discovery import generate


def units(rows=200, **columns):
    rng = random.Random(1)
    made = {}
    for name, kind in columns.items():
        maker = generate.MAKERS[kind] if isinstance(kind, T) else kind
        made[name] = pa.array([maker(rng) for _ in range(rows)], pa.string())
    return {unit.kind: unit.columns for unit in propose_units(propose(pa.table(made)))}


def test_a_resident_id_identifies_a_person_and_the_subject_goes_before_staff():
    found = units(经办人身份证号=T.CN_RESIDENT_ID, 身份证号=T.CN_RESIDENT_ID, 姓名=T.PERSON)
    assert found == {"person": ("身份证号",)}


def test_without_a_number_name_and_birth_date_stand_in():
    assert units(姓名=T.PERSON, 出生日期=T.BIRTH_DATE, 手机号=T.CN_MOBILE) == {"person": ("姓名", "出生日期")}
    assert units(姓名=T.PERSON, 手机号=T.CN_MOBILE) == {"person": ("姓名", "手机号")}
    assert units(姓名=T.PERSON) == {"person": ("姓名",)}


def test_in_a_register_of_firms_the_legal_person_is_a_unit_too():
    found = units(
        统一社会信用代码=T.CN_USCC, 企业名称=T.ORGANIZATION, 法定代表人=T.PERSON, 联系电话=T.CN_MOBILE
    )
    assert found == {"person": ("法定代表人",), "firm": ("统一社会信用代码",)}


def test_hospitals_that_serve_patients_are_no_units():
    rng = random.Random(2)
    hospitals = [generate.uscc(rng) for _ in range(3)]
    names = ["遵义市第一人民医院", "仁怀市人民医院", "湄潭县人民医院"]
    found = units(
        1500,
        身份证号=T.CN_RESIDENT_ID,
        医院信用代码=lambda rng: rng.choice(hospitals),
        医院名称=lambda rng: rng.choice(names),
    )
    assert found == {"person": ("身份证号",)}


def test_households_by_their_number():
    found = units(户号=lambda rng: "H" + generate.digits(rng, 6), 身份证号=T.CN_RESIDENT_ID)
    assert found == {"person": ("身份证号",), "household": ("户号",)}


def test_a_table_of_nobody_has_no_units():
    assert (
        units(年度=lambda rng: str(rng.randint(2000, 2020)), 数量=lambda rng: str(rng.randint(1, 99))) == {}
    )
