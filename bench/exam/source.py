"""The invented source tables: persons and firms of a city, with valid check digits."""

from datetime import date, timedelta
from functools import cache
from random import Random

from bench.exam.core import AREAS

SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "赵": "zhao",
    "黄": "huang", "周": "zhou", "吴": "wu", "徐": "xu", "孙": "sun", "胡": "hu", "朱": "zhu", "高": "gao",
    "林": "lin", "何": "he", "郭": "guo", "马": "ma", "罗": "luo", "梁": "liang", "宋": "song", "郑": "zheng",
    "谢": "xie", "韩": "han", "唐": "tang", "冯": "feng", "于": "yu", "董": "dong", "萧": "xiao",
}  # fmt: skip
GIVEN = {
    "伟": "wei", "芳": "fang", "娜": "na", "敏": "min", "静": "jing", "丽": "li",
    "强": "qiang", "磊": "lei", "军": "jun", "洋": "yang", "勇": "yong", "艳": "yan",
    "杰": "jie", "娟": "juan", "涛": "tao", "明": "ming", "超": "chao", "秀": "xiu",
    "霞": "xia", "平": "ping", "刚": "gang", "桂": "gui", "英": "ying", "华": "hua",
    "慧": "hui", "建": "jian", "玉": "yu", "春": "chun", "梅": "mei", "鑫": "xin",
    "宇": "yu", "浩": "hao", "凯": "kai", "欣": "xin", "怡": "yi", "雪": "xue",
    "晨": "chen", "佳": "jia", "博": "bo", "文": "wen", "志": "zhi", "海": "hai",
    "龙": "long", "国": "guo", "庆": "qing", "林": "lin", "波": "bo", "斌": "bin",
}  # fmt: skip
PINYIN = SURNAMES | GIVEN
STREETS = [
    "中华路",
    "北京路",
    "上海路",
    "珠海路",
    "大连路",
    "人民路",
    "新蒲大道",
    "洗马路",
    "延安路",
    "茅台路",
]
ILLNESSES = ["高血压", "2型糖尿病", "冠心病", "慢性阻塞性肺病", "乙型肝炎", "肺结核", "精神分裂症", "肺癌",
             "尿毒症", "抑郁症", "艾滋病", "类风湿关节炎"]  # fmt: skip
CLINICS = ["市第一人民医院", "市中医院", "医科大学附属医院", "妇幼保健院", "仁怀市人民医院"]
PEOPLES = ["汉族"] * 12 + ["仡佬族", "苗族", "土家族", "布依族"]
KIN = ["户主", "妻", "子", "女", "母亲"]
TRADES = ["白酒制造", "软件和信息技术服务", "住宿和餐饮", "批发零售", "建筑安装", "茶叶加工", "道路运输",
          "农产品种植", "医药制造", "教育培训"]  # fmt: skip
WORDS = ["黔北", "赤水河", "娄山", "播州", "鑫源", "恒达", "瑞丰", "博远", "天麟", "宏图", "云贵",
         "乌江", "茗香", "金茂", "华辰", "百川", "嘉禾", "凤鸣", "湘江", "聚贤"]  # fmt: skip
FORMS = ["有限责任公司", "股份有限公司", "个人独资企业", "农民专业合作社"]
STATES = ["存续"] * 8 + ["注销", "吊销"]
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PREFIXES = [
    "130",
    "135",
    "136",
    "138",
    "139",
    "150",
    "151",
    "158",
    "159",
    "177",
    "180",
    "182",
    "185",
    "187",
    "189",
]


def citizen_number(area: str, born: date, order: int) -> str:
    """GB 11643: area, birth date, order, and the check digit of ISO 7064 MOD 11-2."""
    body = f"{area}{born:%Y%m%d}{order:03d}"
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def credit_code(area: str, body: str) -> str:
    """GB 32100: 91, area, the nine places of the organisation (GB 11714), and the check character."""
    weights = [3, 7, 9, 10, 5, 8, 4, 2]
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(digits.index(sign) * weight for sign, weight in zip(body, weights, strict=True)) % 11
    code = f"91{area}{body}" + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(CREDIT.index(sign) * (3**place % 31) for place, sign in enumerate(code))
    return code + CREDIT[(31 - total % 31) % 31]


def person_name(random: Random, surname: str | None = None) -> str:
    given = "".join(random.choice(list(GIVEN)) for _ in range(random.choice((1, 2, 2, 2))))
    return (surname or random.choice(list(SURNAMES))) + given


def _phones(random: Random, count: int) -> list[str]:
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        numbers[random.choice(PREFIXES) + f"{random.randrange(10**8):08d}"] = None
    return list(numbers)


def _day(random: Random, first: date, last: date) -> date:
    return first + timedelta(days=random.randrange((last - first).days))


@cache
def persons() -> tuple[dict[str, str], ...]:
    """5,000 persons in households, each with one treatment."""
    random = Random("exam persons")
    phones = _phones(random, 5000)
    rows: list[dict[str, str]] = []
    seen: set[str] = set()
    household = 0
    while len(rows) < 5000:
        household += 1
        area, surname = random.choice(list(AREAS)), random.choice(list(SURNAMES))
        street, house = random.choice(STREETS), random.randint(1, 399)
        unit = f"{random.randint(1, 9)}栋{random.randint(1, 30)}0{random.randint(1, 4)}室"
        for place in range(random.randint(1, 5)):
            born = _day(random, date(1940, 1, 1), date(2019, 12, 31))
            number = citizen_number(area, born, random.randrange(1, 999))
            if number in seen or len(rows) == 5000:
                continue
            seen.add(number)
            rows.append(
                {
                    "姓名": person_name(random, surname),
                    "性别": "男" if int(number[16]) % 2 else "女",
                    "民族": random.choice(PEOPLES),
                    "身份证号": number,
                    "出生日期": born.isoformat(),
                    "手机号": phones[len(rows)],
                    "住址": f"贵州省遵义市{AREAS[area]}{street}{house}号{unit}",
                    "行政区划": area,
                    "户号": f"H{household:06d}",
                    "与户主关系": KIN[place],
                    "病种": random.choice(ILLNESSES),
                    "就诊日期": _day(random, date(2024, 1, 1), date(2025, 12, 31)).isoformat(),
                    "金额": f"{random.lognormvariate(8, 1.1):.2f}",
                    "医疗机构": random.choice(CLINICS),
                }
            )
    return tuple(rows)


@cache
def firms() -> tuple[dict[str, str], ...]:
    """3,000 firms of the register."""
    random = Random("exam firms")
    phones = _phones(random, 3000)
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    names: dict[str, None] = {}
    while len(names) < 3000:
        words = "".join(random.sample(WORDS, 2))
        names[f"遵义{words}{random.choice(TRADES)[:2]}{random.choice(FORMS)}"] = None
    rows = []
    for place, name in enumerate(names):
        area = random.choice(list(AREAS))
        body = "MA" + "".join(random.choice(signs) for _ in range(6))
        rows.append(
            {
                "统一社会信用代码": credit_code(area, body),
                "企业名称": name,
                "法定代表人": person_name(random),
                "成立日期": _day(random, date(1992, 1, 1), date(2025, 12, 31)).isoformat(),
                "注册资本": f"{random.lognormvariate(6, 1.2):.2f}",
                "行政区划": area,
                "行业": random.choice(TRADES),
                "住所": f"遵义市{AREAS[area]}{random.choice(STREETS)}{random.randint(1, 999)}号",
                "联系电话": phones[place],
                "企业类型": next(form for form in FORMS if name.endswith(form)),
                "从业人数": str(int(random.lognormvariate(3, 1)) + 1),
                "营业收入": f"{random.lognormvariate(7, 1.5):.2f}",
                "登记状态": random.choice(STATES),
            }
        )
    return tuple(rows)
