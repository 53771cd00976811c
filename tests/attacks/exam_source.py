# ruff: noqa: E501 - a case reads best on one line
"""The made-up sources of the gate's examination: 3,000 visits of residents, 2,000 firms, masked visits."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from datetime import date, timedelta
from typing import Final, TypeAlias

Row: TypeAlias = dict[str, str]

SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文雪婷浩宇欣怡子轩梓涵"
DISTRICTS: Final = (
    "红花岗区",
    "汇川区",
    "播州区",
    "桐梓县",
    "绥阳县",
    "正安县",
    "凤冈县",
    "湄潭县",
    "仁怀市",
    "赤水市",
)
CODES: Final = (
    "520302",
    "520303",
    "520304",
    "520322",
    "520323",
    "520324",
    "520327",
    "520328",
    "520382",
    "520381",
)
DIAGNOSES: Final = (
    "高血压", "2型糖尿病", "慢性胃炎", "上呼吸道感染", "肺炎", "冠心病", "腰椎间盘突出", "阑尾炎", "胆囊结石", "骨折",
    "脑梗死", "哮喘", "贫血", "甲状腺结节", "白内障", "肾结石", "乙型肝炎", "抑郁发作", "皮炎", "痛风",
)  # fmt: skip
HOSPITALS: Final = (
    "市第一人民医院",
    "医科大学附属医院",
    "市中医院",
    "播州区人民医院",
    "仁怀市人民医院",
    "湄潭县人民医院",
    "妇幼保健院",
)
INDUSTRIES: Final = (
    "制造业",
    "批发和零售业",
    "建筑业",
    "住宿和餐饮业",
    "农林牧渔业",
    "软件和信息技术服务业",
    "交通运输业",
    "租赁和商务服务业",
)
KINDS: Final = ("有限责任公司", "个人独资企业", "股份有限公司", "合伙企业")
STREETS: Final = (
    "北京路",
    "上海路",
    "中华路",
    "香港路",
    "南京路",
    "澳门路",
    "民主路",
    "新华路",
    "大连路",
    "万里路",
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def persons(count: int = 3000) -> list[Row]:
    """Visits; about one in four residents comes twice."""
    rng = random.Random(20240607)
    people = [_person(rng) for _ in range(count * 3 // 4)]
    return [_visit(rng, people[n] if n < len(people) else rng.choice(people)) for n in range(count)]


def _person(rng: random.Random) -> Row:
    place = rng.choices(range(10), (20, 18, 16, 8, 7, 7, 6, 6, 7, 5))[0]
    born = date(1940, 1, 1) + timedelta(days=rng.randrange(27_000))
    digits = f"{CODES[place]}{born:%Y%m%d}{rng.randrange(1000):03d}"
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]
    street = f"贵州省遵义市{DISTRICTS[place]}{rng.choice(STREETS)}{rng.randrange(1, 900)}号{rng.randrange(1, 30)}栋{rng.randrange(101, 3200)}室"
    name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2, 2))))
    phone = f"1{rng.choice('3578')}{rng.randrange(10**9):09d}"
    return {
        "姓名": name, "身份证号": digits + check, "手机号": phone, "住址": street, "出生日期": f"{born}",
        "性别": "男女"[int(digits[16]) % 2 == 0], "区县": DISTRICTS[place],
    }  # fmt: skip


def _visit(rng: random.Random, person: Row) -> Row:
    day = date(2023, 1, 1) + timedelta(days=rng.randrange(365))
    return {
        **person, "诊断": rng.choice(DIAGNOSES), "医院": rng.choice(HOSPITALS),
        "金额": f"{rng.lognormvariate(6.2, 1.1):.2f}", "就诊日期": f"{day}",
    }  # fmt: skip


def firms(count: int = 2000) -> list[Row]:
    """Company registrations with a heavy tail of capital; one director may stand behind several."""
    rng = random.Random(7)
    directors = [_person(rng)["姓名"] for _ in range(count * 2 // 3)]
    return [_firm(rng, rng.choice(directors)) for _ in range(count)]


def _firm(rng: random.Random, director: str) -> Row:
    place = rng.choices(range(10), (20, 18, 16, 8, 7, 7, 6, 6, 7, 5))[0]
    digits = f"91{CODES[place]}" + "".join(rng.choices(_USCC, k=9))
    weight = sum(_USCC.index(d) * 3**n % 31 for n, d in enumerate(digits))
    digits += _USCC[-weight % 31]
    made = date(1998, 1, 1) + timedelta(days=rng.randrange(9400))
    word = "".join(rng.choices("鑫盛达恒信宏远润泽通汇嘉和瑞丰源隆昌茂康顺", k=3))
    industry = rng.choices(INDUSTRIES, (16, 30, 12, 10, 14, 6, 5, 7))[0]
    return {
        "统一社会信用代码": digits, "企业名称": f"遵义{word}{industry[:2]}有限公司", "法定代表人": director,
        "注册资本": f"{rng.lognormvariate(5, 1.4):.1f}", "成立日期": f"{made}", "地区": DISTRICTS[place],
        "行业": industry, "企业类型": rng.choices(KINDS, (70, 15, 8, 7))[0],
        "住所": f"贵州省遵义市{DISTRICTS[place]}{rng.choice(STREETS)}{rng.randrange(1, 900)}号",
        "从业人数": str(int(rng.lognormvariate(2.5, 1)) + 1),
    }  # fmt: skip


def masked(rows: list[Row]) -> list[Row]:
    """The visits as a seat sees them: tokens for identifiers, coarser dates and addresses."""
    out = []
    for row in rows:
        token = hashlib.sha256(f"exam{row['身份证号']}".encode()).hexdigest()[:24].upper()
        kept = {name: row[name] for name in ("性别", "区县", "诊断", "医院", "金额", "就诊日期")}
        out.append({"人员": f"T{token}", "出生年": row["出生日期"][:4], **kept})
    return out


def to_csv(rows: list[Row], delimiter: str = ",") -> str:
    """Rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
