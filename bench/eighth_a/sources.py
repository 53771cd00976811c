"""Write the two invented source tables, unless they are there already."""

from __future__ import annotations

import csv
import datetime
import io
import os
import random
import sys
from pathlib import Path

from bench.sixth.core import ALPHABET, id_text, uscc_number, uscc_text

AREAS = {
    "红花岗区": "520302",
    "汇川区": "520303",
    "播州区": "520304",
    "桐梓县": "520322",
    "绥阳县": "520323",
    "正安县": "520324",
    "道真县": "520325",
    "务川县": "520326",
    "凤冈县": "520327",
    "湄潭县": "520328",
    "余庆县": "520329",
    "习水县": "520330",
    "赤水市": "520381",
    "仁怀市": "520382",
}
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾"
    "丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤"
    "尹黎易常武乔贺赖龚文"
)
GIVEN = {
    "男": "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆建国志文德海林安邦清泉思远子轩一鸣承恩家豪",
    "女": "芳娜敏静丽艳娟霞秀英玲桂兰红梅雪琴慧莹倩婷雯佳欣悦雨涵梦洁诗琪月华玉珍素云春燕晓彤美琳可馨",
}
ROADS = [
    "中华路",
    "北京路",
    "上海路",
    "解放路",
    "民主路",
    "凤凰路",
    "共青大道",
    "湘江路",
    "延安路",
    "石龙路",
    "新蒲大道",
    "文化路",
    "茅台路",
    "乌江路",
]
SICK = [
    "高血压",
    "2型糖尿病",
    "冠心病",
    "慢性支气管炎",
    "脑梗死",
    "胃溃疡",
    "胆囊结石",
    "急性阑尾炎",
    "肺炎",
    "甲状腺结节",
    "骨质疏松",
    "白内障",
    "腰椎间盘突出",
    "慢性肾炎",
    "乙型肝炎",
    "类风湿关节炎",
    "抑郁障碍",
    "缺铁性贫血",
    "子宫肌瘤",
    "前列腺增生",
]
HOSPITALS = [
    "遵义市第一人民医院",
    "遵义市第三人民医院",
    "遵义市中医院",
    "红花岗区人民医院",
    "汇川区人民医院",
    "播州区人民医院",
    "桐梓县人民医院",
    "湄潭县人民医院",
    "仁怀市人民医院",
    "赤水市中医院",
    "习水县妇幼保健院",
    "新蒲社区卫生服务中心",
]
TRADES = [
    "批发零售",
    "软件信息",
    "食品加工",
    "白酒制造",
    "建筑安装",
    "交通运输",
    "住宿餐饮",
    "农业种植",
    "医药",
    "机械制造",
    "文化旅游",
    "物业服务",
]
WORDS = [
    "黔北",
    "娄山",
    "赤水河",
    "金竹",
    "锦绣",
    "鼎盛",
    "和信",
    "天佑",
    "恒达",
    "瑞丰",
    "众合",
    "华源",
    "泰康",
    "云峰",
    "凤翔",
    "茗香",
    "乾元",
    "博雅",
    "盛世",
    "永兴",
    "嘉禾",
    "百川",
]
TAILS = [
    "商贸",
    "科技",
    "食品",
    "酒业",
    "建筑工程",
    "物流",
    "餐饮管理",
    "农业开发",
    "医药",
    "机械",
    "文化旅游",
    "物业",
]
PREFIXES = (
    133,
    135,
    136,
    137,
    138,
    139,
    150,
    151,
    152,
    158,
    159,
    170,
    177,
    180,
    185,
    186,
    187,
    189,
    191,
    199,
)
PERSON_HEAD = [
    "姓名",
    "性别",
    "身份证号",
    "出生日期",
    "手机号",
    "住址",
    "行政区划",
    "病种",
    "就诊日期",
    "金额",
    "医疗机构",
]
FIRM_HEAD = [
    "统一社会信用代码",
    "企业名称",
    "法定代表人",
    "成立日期",
    "注册资本",
    "行业",
    "住所",
    "联系电话",
    "从业人数",
    "营业收入",
]


def day(rng: random.Random, first: int, last: int) -> datetime.date:
    """A day of the years from first to last."""
    start = datetime.date(first, 1, 1).toordinal()
    return datetime.date.fromordinal(rng.randint(start, datetime.date(last, 12, 31).toordinal()))


def mobile(rng: random.Random) -> str:
    """A mobile number of a prefix in use."""
    prefix = rng.choice(PREFIXES)
    return f"{prefix}{rng.randrange(10**8):08d}"


def person(rng: random.Random, sex: str) -> str:
    """A name that goes with the sex."""
    return rng.choice(SURNAMES) + "".join(rng.choice(GIVEN[sex]) for _ in range(rng.choice((1, 2, 2))))


def money(rng: random.Random, mean: float, spread: float) -> str:
    """A sum of a long-tailed distribution, at least one yuan."""
    return f"{max(1.0, rng.lognormvariate(mean, spread)):.2f}"


def persons(rng: random.Random, count: int) -> list[list[str]]:
    """The head and the rows of the persons' table; some persons come more than once."""
    rows = [PERSON_HEAD]
    while len(rows) <= count:
        sex, district = rng.choice("男女"), rng.choice(list(AREAS))
        born = day(rng, 1936, 2018)
        serial = rng.randrange(1, 499) * 2 + (sex == "男")
        number = id_text(int(f"{AREAS[rng.choice([district, *AREAS])]}{born:%Y%m%d}{serial:03d}"))
        house = f"{rng.randint(1, 288)}号{rng.randint(1, 30)}栋{rng.randint(1, 4)}单元"
        house += f"{rng.randint(1, 33)}0{rng.randint(1, 6)}室"
        fixed = [person(rng, sex), sex, number, born.isoformat(), mobile(rng)]
        fixed += [f"贵州省遵义市{district}{rng.choice(ROADS)}{house}", district]
        for _ in range(rng.choice((1, 1, 1, 1, 1, 2, 3))):
            visit = [rng.choice(SICK), day(rng, 2021, 2025).isoformat(), money(rng, 6.6, 1.2)]
            rows.append([*fixed, *visit, rng.choice(HOSPITALS)])
    return rows[: count + 1]


def credit_code(rng: random.Random, area: str) -> str:
    """A credit code with both check characters right."""
    body = "MA" + "".join(rng.choice(ALPHABET) for _ in range(6))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c, 36) * w for c, w in zip(body, weights, strict=True))
    return uscc_text(uscc_number(f"91{area}{body}{'0123456789X'[(11 - total % 11) % 11]}0"))


def firms(rng: random.Random, count: int) -> list[list[str]]:
    """The head and the rows of the firms' table, no name or code twice."""
    rows, names, codes = [FIRM_HEAD], set[str](), set[str]()
    while len(rows) <= count:
        district, kind = rng.choice(list(AREAS)), rng.randrange(len(TRADES))
        brand = rng.choice(WORDS) + rng.choice(["", rng.choice("达昌隆源通宝兴利丰泽")])
        place_name = rng.choice(["遵义市", "贵州", f"遵义{district}"])
        name = f"{place_name}{brand}{TAILS[kind]}{rng.choice(['有限公司', '有限责任公司'])}"
        code = credit_code(rng, AREAS[district])
        if name in names or code in codes:
            continue
        names.add(name)
        codes.add(code)
        seat = f"贵州省遵义市{district}{rng.choice(ROADS)}{rng.randint(1, 399)}号"
        row = [code, name, person(rng, rng.choice("男男女")), day(rng, 1996, 2024).isoformat()]
        row += [money(rng, 14.5, 1.5), TRADES[kind], seat, mobile(rng)]
        staff = rng.choice((3, 5, 8, 12, 20, 46, 110, 320)) + rng.randrange(40)
        rows.append([*row, str(staff), money(rng, 15, 1.9)])
    return rows


def place(path: Path, rows: list[list[str]]) -> bool:
    """Put a table at a path in one step; false if another author was first."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(buffer.getvalue(), encoding="utf-8")
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def main() -> None:
    """Write both tables into the folder given."""
    folder = Path(sys.argv[1])
    for name, rows in (
        ("persons", persons(random.Random("eighth/persons"), 5000)),
        ("firms", firms(random.Random("eighth/firms"), 3000)),
    ):
        made = place(folder / f"source-{name}.csv", rows)
        print(f"source-{name}.csv: {len(rows) - 1} rows, {'written' if made else 'was there already'}")


if __name__ == "__main__":
    main()
