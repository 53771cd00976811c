"""Seeded made-up columns and sentences with known answers, for measuring discovery.

Numbers carry right check digits and belong to nobody. Look-alikes are built to tempt: serial numbers
with a region and a date, amounts of eleven digits, versions like addresses, part numbers like passports.
"""

import random
from collections.abc import Callable

from sandbox.kernel import identifiers as numbers
from sandbox.kernel.entities import EntityType as T

REGIONS = ["520302", "520303", "520304", "520322", "520323", "110101", "440304", "510107", "320505", "330113"]
SURNAMES = list(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁任"
)
GIVEN = list("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉建国华志红玉春梅海燕龙飞鹏宇浩然晨轩博子涵")
DOTTED = ["阿不都热依木·买买提", "古丽娜尔·艾合买提", "扎西·次仁", "努尔兰·叶尔肯", "帕提古丽·吐尔逊"]
COUNTIES = ["红花岗区", "汇川区", "播州区", "桐梓县", "绥阳县", "湄潭县", "仁怀市", "赤水市"]
ROADS = ["中华路", "上海路", "香港路", "北京路", "解放路", "文化小区", "延安路", "内环路"]
ILLS = [
    "高血压2级",
    "2型糖尿病",
    "慢性胃炎",
    "冠心病",
    "肺炎",
    "急性阑尾炎",
    "脑梗死",
    "乳腺癌术后",
    "腰椎间盘突出",
]
FOLK = ["汉族", "苗族", "仡佬族", "布依族", "土家族", "彝族", "侗族"]


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def date8(rng: random.Random, first: int = 1940, last: int = 2010) -> str:
    return f"{rng.randint(first, last)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"


def resident_id(rng: random.Random) -> str:
    if rng.random() < 0.03:
        body = rng.choice(["810000", "820000", "830000"]) + date8(rng) + digits(rng, 3)
    else:
        body = rng.choice(REGIONS) + date8(rng) + digits(rng, 3)
    return body + numbers.resident_id_check_digit(body)


def resident_id_15(rng: random.Random) -> str:
    return rng.choice(REGIONS) + date8(rng, 1930, 1985)[2:] + digits(rng, 3)


def foreigner(rng: random.Random) -> str:
    if rng.random() < 0.5:
        body = (
            rng.choice(["USA", "CAN", "JPN", "KOR", "VNM", "FRA"])
            + "5203"
            + date8(rng, 1950, 1999)[2:]
            + digits(rng, 1)
        )
        return body + numbers.icao_check_digit(body)
    body = "9" + "52" + digits(rng, 3) + date8(rng) + digits(rng, 3)
    return body + numbers.resident_id_check_digit(body)


def uscc(rng: random.Random) -> str:
    org = "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(8))
    body = rng.choice(["91", "92", "93", "12", "51", "52"]) + rng.choice(REGIONS) + org
    body += numbers.org_code_check_digit(org)
    return body + numbers.uscc_check_digit(body)


def org_code(rng: random.Random) -> str:
    org = "".join(rng.choice("0123456789ABCDEFGH") for _ in range(8))
    return f"{org}-{numbers.org_code_check_digit(org)}"


def mobile(rng: random.Random) -> str:
    plain = "1" + rng.choice("3456789") + digits(rng, 9)
    return rng.choice([plain, plain, plain, f"{plain[:3]}-{plain[3:7]}-{plain[7:]}", f"+86 {plain}"])


def landline(rng: random.Random) -> str:
    return rng.choice(["0851-2", "0851-8", "0852-2", "010-6", "0755-8"]) + digits(rng, 7)


def bank_card(rng: random.Random) -> str:
    body = rng.choice(["622202", "621700", "623058", "622848"]) + digits(rng, rng.choice([9, 12]))
    return body + numbers.luhn_check_digit(body)


def passport_number(rng: random.Random) -> str:
    head = rng.choice(["E", "EA", "EH", "G"])
    return head + digits(rng, 9 - len(head))


def permit(rng: random.Random) -> str:
    return rng.choice(["H", "M", "C"]) + digits(rng, 8)


def military(rng: random.Random) -> str:
    return rng.choice(["军字第", "士字第", "文字第"]) + digits(rng, 8) + "号"


def plate(rng: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    if rng.random() < 0.3:
        return rng.choice("贵川渝粤") + rng.choice("ABC") + rng.choice("DF") + digits(rng, 5)
    return rng.choice("贵川渝粤京") + rng.choice("ABCDE") + rng.choice(letters) + digits(rng, 4)


def vin(rng: random.Random) -> str:
    raw = rng.choice(["LSV", "LFV", "LGX", "LHG"]) + "".join(
        rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(8)
    )
    raw += "".join(rng.choice("0123456789") for _ in range(6))
    return raw[:8] + numbers.vin_check_digit(raw) + raw[9:]


def email(rng: random.Random) -> str:
    host = rng.choice(["qq.com", "163.com", "zunyi.gov.cn", "gov.cn"])
    return f"{rng.choice(['li.wei', 'zhang_3', 'wang', 'chen99'])}{digits(rng, 2)}@{host}"


def ip_address(rng: random.Random) -> str:
    return ".".join(str(rng.randint(10, 223)) for _ in range(4))


def mac(rng: random.Random) -> str:
    return rng.choice(":-").join([f"{rng.randint(0, 255):02X}" for _ in range(6)])


def imei(rng: random.Random) -> str:
    body = rng.choice(["86", "35"]) + digits(rng, 12)
    return body + numbers.luhn_check_digit(body)


def real_estate(rng: random.Random) -> str:
    place = rng.choice(["遵义市", "仁怀市", "桐梓县"])
    return f"黔({rng.randint(2016, 2024)}){place}不动产权第{digits(rng, 7)}号"


def coordinates(rng: random.Random) -> str:
    return f"{rng.uniform(105.5, 108):.5f},{rng.uniform(27, 29):.5f}"


def person(rng: random.Random) -> str:
    if rng.random() < 0.04:
        return rng.choice(DOTTED)
    if rng.random() < 0.03:
        given = "".join(rng.choice(GIVEN) for _ in range(rng.choice([1, 2])))
        return rng.choice(["欧阳", "令狐", "司马", "上官"]) + given
    return rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.choice([1, 2, 2])))


def address(rng: random.Random) -> str:
    head = rng.choice(["贵州省遵义市", "遵义市", "贵州省遵义市"]) + rng.choice(COUNTIES)
    tail = rng.choice(["", "2单元301室", "5栋1203室", "附1号"])
    return f"{head}{rng.choice(ROADS)}{rng.randint(1, 300)}号{tail}"


def organization(rng: random.Random) -> str:
    stem = "".join(rng.choice("华盛恒通达信瑞丰兴隆金源泰和嘉美") for _ in range(2))
    return (
        f"遵义{stem}{rng.choice(['商贸', '建筑工程', '农业发展', '科技'])}有限{rng.choice(['', '责任'])}公司"
    )


def birth(rng: random.Random) -> str:
    day = date8(rng, 1935, 2018)
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def money(rng: random.Random) -> str:
    return rng.choice(["{:.4f}(万元人民币)", "{:.2f}万元", "{:.0f}(万元)"]).format(rng.lognormvariate(5, 1.5))


MAKERS: dict[T, Callable[[random.Random], str]] = {
    T.CN_RESIDENT_ID: resident_id,
    T.CN_FOREIGNER_ID: foreigner,
    T.CN_USCC: uscc,
    T.CN_ORG_CODE: org_code,
    T.CN_MOBILE: mobile,
    T.CN_LANDLINE: landline,
    T.BANK_CARD: bank_card,
    T.CN_PASSPORT: passport_number,
    T.CN_TRAVEL_PERMIT: permit,
    T.CN_MILITARY_ID: military,
    T.CN_PLATE: plate,
    T.VIN: vin,
    T.EMAIL_ADDRESS: email,
    T.IP_ADDRESS: ip_address,
    T.MAC_ADDRESS: mac,
    T.IMEI: imei,
    T.CN_REAL_ESTATE: real_estate,
    T.COORDINATES: coordinates,
    T.PERSON: person,
    T.ADDRESS: address,
    T.ORGANIZATION: organization,
    T.BIRTH_DATE: birth,
    T.MONEY: money,
    T.HEALTH: lambda rng: rng.choice(ILLS),
    T.ETHNICITY: lambda rng: rng.choice(FOLK),
    T.RELIGION: lambda rng: rng.choice(["佛教", "道教", "基督教", "无宗教信仰"]),
}
# (type, names that tell, a name that tells nothing or None if content alone cannot suffice)
NAMES: dict[T, list[str]] = {
    T.CN_RESIDENT_ID: ["身份证号", "SFZH", "id_card_no", "公民身份号码", "psn_cert_no"],
    T.CN_FOREIGNER_ID: ["外国人永久居留证号", "yjjlzh"],
    T.CN_USCC: ["统一社会信用代码", "TYSHXYDM", "credit_code"],
    T.CN_ORG_CODE: ["组织机构代码", "zzjgdm"],
    T.CN_MOBILE: ["手机号码", "LXDH", "contct_tel", "mobile"],
    T.CN_LANDLINE: ["固定电话", "bgdh"],
    T.BANK_CARD: ["银行卡号", "YHKH", "bank_card_no"],
    T.CN_PASSPORT: ["护照号码", "passport_no"],
    T.CN_TRAVEL_PERMIT: ["港澳通行证号", "txzhm"],
    T.CN_MILITARY_ID: ["军官证号"],
    T.CN_PLATE: ["车牌号", "HPHM"],
    T.VIN: ["车辆识别代号", "clsbdh"],
    T.EMAIL_ADDRESS: ["电子邮箱", "email"],
    T.IP_ADDRESS: ["登录IP", "client_ip"],
    T.MAC_ADDRESS: ["MAC地址", "mac_addr"],
    T.IMEI: ["IMEI", "手机串号"],
    T.CN_REAL_ESTATE: ["不动产权证号", "bdcqzh"],
    T.COORDINATES: ["经纬度", "jwd"],
    T.PERSON: ["姓名", "XM", "法定代表人", "patient_name", "nm"],
    T.ADDRESS: ["家庭住址", "JTZZ", "address", "注册地址"],
    T.ORGANIZATION: ["企业名称", "DWMC", "ent_name"],
    T.BIRTH_DATE: ["出生日期", "CSRQ", "birthday"],
    T.MONEY: ["注册资金", "zczb"],
    T.HEALTH: ["诊断名称", "ZDMC", "diagnosis"],
    T.ETHNICITY: ["民族", "MZ"],
    T.RELIGION: ["宗教信仰", "zjxy"],
}
NEEDS_NAME = frozenset({T.CN_PASSPORT, T.CN_TRAVEL_PERMIT})


def serial(rng: random.Random) -> str:
    return rng.choice(REGIONS) + date8(rng, 2015, 2024) + f"{rng.randint(1, 9999):04d}"


LOOKALIKES: dict[str, Callable[[random.Random], str]] = {
    "业务流水号": serial,
    "订单号": lambda rng: date8(rng, 2018, 2024) + digits(rng, 10),
    "证件类型": lambda rng: rng.choice(["居民身份证", "护照", "港澳居民来往内地通行证"]),
    "行政区划代码": lambda rng: rng.choice(REGIONS),
    "创建时间": lambda rng: (
        f"{rng.randint(2015, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d} 10:20:30"
    ),
    "注册日期": lambda rng: f"{rng.randint(1978, 2019)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
    "企业类型": lambda rng: rng.choice(
        ["有限责任公司(自然人独资)", "股份有限公司", "个体工商户", "有限责任公司分公司"]
    ),
    "地区": lambda rng: rng.choice(["遵义", "遵义市红花岗区", "贵阳"]),
    "物料编号": lambda rng: "E" + digits(rng, 8),
    "产品名称": lambda rng: rng.choice(
        ["黄瓜", "白菜", "马铃薯", "高粱", "梅花", "金属", "石材", "白酒", "方便面", "水泥"]
    ),
    "软件版本": lambda rng: (
        f"{rng.randint(1, 9)}.{rng.randint(0, 20)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}"
    ),
    "数量": lambda rng: str(rng.randint(1, 99999)),
    "序列号": lambda rng: digits(rng, 15),
    "任务编号": lambda rng: f"152000{rng.randint(10000, 10400)}",
    "经营范围": lambda rng: (
        rng.choice(
            [
                "日用百货、五金交电销售",
                "餐饮服务；住宿服务",
                "建筑材料销售及技术咨询",
                "农产品种植、加工、销售。",
            ]
        )
        + digits(rng, 1)
    ),
    "乡镇": lambda rng: rng.choice(["高坪街道", "龙坑镇", "茅台镇", "鸭溪镇", "虾子镇", "团泽镇"]),
    "CAC009": lambda rng: digits(rng, 12),
    "状态": lambda rng: rng.choice(["在业", "吊销", "注销", "迁出"]),
    "专业": lambda rng: rng.choice(["计算机科学", "土木工程", "会计学", "护理", "农学", "法学"]),
    "处方金额标志": lambda rng: rng.choice("01"),
}


def column(rng: random.Random, kind: T, rows: int, *, dirt: float = 0.03) -> list[str | None]:
    maker = MAKERS[kind]
    return [
        None if rng.random() < 0.01 else rng.choice(["N/A", "无", "-"]) if rng.random() < dirt else maker(rng)
        for _ in range(rows)
    ]


def columns(seed: int, rows: int = 400) -> list[tuple[str, list[str | None], T | None]]:
    """Return (name, cells, type or None): every type under telling names and once under a mute one."""
    rng = random.Random(seed)
    made: list[tuple[str, list[str | None], T | None]] = []
    for kind, names in NAMES.items():
        made.extend((name, column(rng, kind, rows), kind) for name in names)
        if kind not in NEEDS_NAME:
            made.append((f"CAC{rng.randint(0, 999):03d}", column(rng, kind, rows), kind))
    for name, maker in LOOKALIKES.items():
        made.append((name, [maker(rng) for _ in range(rows)], None))
    return made


# Sentence frames: {v} is the value; the label belongs to the frame.
FRAMES: dict[T, list[str]] = {
    T.CN_RESIDENT_ID: [
        "身份证号{v}已核验。",
        "当事人（公民身份号码：{v}）到场",
        "经查{v}系重复参保",
        "证件号码为{v}，请核对",
    ],
    T.CN_FOREIGNER_ID: ["外国人永久居留身份证号{v}。", "持永久居留证{v}入住"],
    T.CN_USCC: ["统一社会信用代码{v}的企业", "信用代码：{v}，已注销", "该公司{v}被列入异常名录"],
    T.CN_MOBILE: ["请拨打{v}联系", "联系电话：{v}。", "手机{v}停机", "来电号码{v}反映噪音扰民"],
    T.CN_LANDLINE: ["办公电话{v}无人接听", "传真：{v}", "咨询{v}转人工"],
    T.BANK_CARD: ["补贴发放至银行卡{v}。", "卡号：{v}开户行遵义", "请转账到{v}账户"],
    T.CN_PASSPORT: ["护照号{v}，有效期十年", "持护照（{v}）入境"],
    T.CN_TRAVEL_PERMIT: ["港澳居民来往内地通行证{v}", "通行证号码：{v}。"],
    T.CN_MILITARY_ID: ["军官证号{v}优先办理", "出示{v}证件"],
    T.CN_PLATE: ["车牌{v}违停", "驾驶{v}号小型客车", "{v}闯红灯"],
    T.VIN: ["车架号{v}与登记不符", "车辆识别代号：{v}。"],
    T.EMAIL_ADDRESS: ["邮箱{v}收件", "请发至{v}。", "电子邮件：{v}，谢谢"],
    T.IP_ADDRESS: ["登录IP为{v}，", "IP地址{v}，异常", "从{v}发起攻击"],
    T.MAC_ADDRESS: ["终端MAC地址{v}在线", "设备{v}接入"],
    T.IMEI: ["手机IMEI{v}被盗", "串号：{v}。"],
    T.CN_REAL_ESTATE: ["权证{v}抵押", "持{v}办理过户"],
    T.COORDINATES: ["位置坐标{v}附近", "定位（{v}）有误"],
    T.CN_ORG_CODE: ["组织机构代码{v}变更", "机构代码：{v}。"],
    T.PERSON: ["姓名：{v}，已登记", "法定代表人{v}。", "患者{v}，男，入院", "联系人：{v}（收）"],
    T.ADDRESS: ["现住{v}。", "地址：{v}，房屋漏水", "家住{v}，反映停水"],
}
PLAIN_FRAMES: list[tuple[str, Callable[[random.Random], str]]] = [
    ("订单号{v}已发货", lambda rng: date8(rng, 2018, 2024) + digits(rng, 10)),
    ("流水号{v}，请留存", serial),
    ("金额{v}元", lambda rng: "1" + rng.choice("3456789") + digits(rng, 9) + ".50"),
    (
        "软件版本{v}发布",
        lambda rng: f"{rng.randint(1, 9)}.{rng.randint(0, 20)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}",
    ),
    ("物料编号E{v}入库", lambda rng: digits(rng, 8)),
    ("运单号{v}", lambda rng: digits(rng, 15)),
    ("合同编号HT{v}", lambda rng: digits(rng, 10)),
    ("发票号码{v}", lambda rng: digits(rng, 8)),
    ("（2021）黔0302民初{v}号", lambda rng: digits(rng, 4)),
    ("遵府办发〔2022〕{v}号文件", lambda rng: digits(rng, 2)),
    ("会议于{v}召开", lambda rng: f"2023年{rng.randint(1, 12)}月{rng.randint(1, 28)}日10:30:00"),
    ("面积{v}平方米", lambda rng: digits(rng, 7)),
    ("批次{v}检验合格", lambda rng: digits(rng, 12)),
    ("请各单位于月底前报送材料{v}", lambda rng: digits(rng, 1)),
    ("比例为{v}:3", lambda rng: digits(rng, 1)),
    ("遵义市人民政府办公室关于印发通知{v}", lambda rng: digits(rng, 1)),
    ("序列号SN{v}", lambda rng: digits(rng, 13)),
]


def sentences(seed: int, each: int = 40) -> list[tuple[str, list[tuple[int, int, T]]]]:
    """Return texts with the spans they hold: every type `each` times, as many look-alikes, and pairs."""
    rng = random.Random(seed)
    made: list[tuple[str, list[tuple[int, int, T]]]] = []

    def piece(kind: T) -> tuple[str, tuple[int, int, T]]:
        head, tail = rng.choice(FRAMES[kind]).split("{v}")
        value = MAKERS[kind](rng)
        return head + value + tail, (len(head), len(head) + len(value), kind)

    for kind in FRAMES:
        for _ in range(each):
            text, span = piece(kind)
            if rng.random() < 0.3:
                more, (start, end, other) = piece(rng.choice(list(FRAMES)))
                made.append((f"{text}，{more}", [span, (start + len(text) + 1, end + len(text) + 1, other)]))
            else:
                made.append((text, [span]))
    for _ in range(each * len(FRAMES) // 2):
        frame, maker = rng.choice(PLAIN_FRAMES)
        made.append((frame.replace("{v}", maker(rng)), []))
    rng.shuffle(made)
    return made
