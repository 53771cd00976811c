"""The shapes of identifiers, each with its check and its context words; one table for cells and text.

Patterns are bounded by ASCII letters and digits, never by `\\b`: Han characters count as word
characters and would hide what stands beside them. A check answers True (certain), None (possible)
or False (not this). Values are bare or carry the separators people write; no label is part of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.discovery import checks
from sandbox.discovery.checks import Check
from sandbox.kernel import identifiers as numbers
from sandbox.kernel.entities import EntityType

PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# Area codes in use: 010, 02x, and four digits by province (telecom numbering plan, 2010 text with changes).
_AREA = (
    r"0(?:10|2[0-57-9]|3[1357]\d|39[1-8]|4[1357]\d|5[1357]\d|6[36]\d|69[12]|"
    r"7[01235679]\d|8[13578]\d|9[0137]\d|99\d)"
)
# A Latin label may touch its number: IMEI86…, QQ12345, IP10.0.0.1.
_BEFORE = (
    r"(?:(?<![0-9A-Za-z])(?<!\d[.,])|(?<=IMEI)|(?<=imei)|(?<=QQ)|(?<=qq)|(?<=IP)|(?<=ID)|(?<=VIN)|(?<=MAC)|"
    r"(?<=[Tt]el)|(?<=TEL))"
)
_AFTER = r"(?![0-9A-Za-z])(?!\.\d)"


@dataclass(frozen=True, slots=True)
class Shape:
    """One written form of a type.

    `sure`, `unsure` are the scores when the check says True or None; a label among `context` just
    before lifts, a `labelled` shape counts only then. `chance` is the share of look-alikes that pass.
    """

    type: EntityType
    body: str
    sure: float
    unsure: float
    context: str
    check: Check = checks.possible
    labelled: bool = False
    chance: float = 0.0

    @property
    def pattern(self) -> str:
        """Return the regular expression for running text, bounded by ASCII letters and digits."""
        return f"{'' if self in HAN_SHAPES else _BEFORE}(?:{self.body}){_AFTER}"

    @property
    def re2(self) -> str:
        """Return the expression of a cell that holds nothing else, as RE2 reads it."""
        plain = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), self.body)
        return f"^(?:{plain})$"


_ID_WORDS = "身份证|身份号|公民身份|证件号|证件编号|证号|居住证|社保号|社会保障号|驾驶证|驾照|ID号"
_PHONE_WORDS = (
    "电话|手机|联系方式|联系|致电|热线|拨打|号码"
    "|传真|座机|固话|固定电话|移动|短信|通讯|Tel|TEL|tel|phone|Phone"
)
_CARD_WORDS = (
    "银行|卡号|账号|帐号|账户|帐户|借记卡|信用卡|储蓄卡|工资卡|转账|转入|转至|"
    "汇入|汇款|收款|开户|一折通|一卡通"
)
_PASS_WORDS = "护照|passport|Passport|证件号"
_PERMIT_WORDS = "通行证|回乡证|台胞证|往来|入台证|港澳|证件号"

SHAPES: tuple[Shape, ...] = (
    Shape(
        EntityType.CN_USCC,
        r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}",
        1.0,
        0.7,
        "信用代码|信用编码|统一代码|税号|纳税人|社会信用|代码",
        checks.uscc,
        chance=0.01,
    ),
    Shape(
        EntityType.CN_RESIDENT_ID,
        r"\d{6}[ \-]?(?:18|19|20)\d{2}[ \-]?\d{4}[ \-]?\d{3}[0-9Xx]",
        1.0,
        0.5,
        _ID_WORDS,
        checks.resident,
        chance=0.1,
    ),
    Shape(EntityType.CN_RESIDENT_ID, r"\d{15}", 0.6, 0.5, _ID_WORDS, checks.resident, chance=0.02),
    Shape(
        EntityType.CN_FOREIGNER_ID,
        r"[A-Z]{3}\d{12}|9\d{16}[0-9Xx]",
        0.9,
        0.45,
        "永久居留|外国人|永居|居留证|居留身份|证件号|身份证",
        checks.foreigner,
        chance=0.1,
    ),
    Shape(
        EntityType.CN_MOBILE,
        r"(?:(?:\+|00)?86[ \-]?)?1[3-9]\d(?:[ \-]?\d{4}[ \-]?\d{4}|\d[ \-]?\d{3}[ \-]?\d{4})",
        0.75,
        0.75,
        _PHONE_WORDS + "|微信",
        checks.possible,
        chance=0.9,
    ),
    Shape(
        EntityType.CN_LANDLINE,
        rf"(?:(?:\+|00)?86[ \-]?)?(?:\({_AREA}\)|{_AREA})[ \-]?[2-8]\d{{6,7}}(?:(?:转|-|ext)\d{{1,5}})?",
        0.7,
        0.6,
        _PHONE_WORDS,
        checks.joined,
        chance=0.5,
    ),
    Shape(
        EntityType.CN_LANDLINE,
        r"[2-8]\d{6,7}",
        0.4,
        0.4,
        "电话|座机|固话|传真|热线",
        labelled=True,
        chance=0.9,
    ),
    Shape(
        EntityType.BANK_CARD,
        r"\d{4}(?:[ \-]\d{4}){2,3}(?:[ \-]\d{1,4})?|\d{13,19}",
        0.6,
        0.4,
        _CARD_WORDS,
        checks.either(numbers.is_bank_card),
        chance=0.1,
    ),
    Shape(
        EntityType.BANK_CARD,  # accounts and passbooks carry no check digit: only where they are called so
        r"\d{4}(?:[ \-]\d{4}){2,4}(?:[ \-]\d{1,4})?|\d{12,24}",
        0.4,
        0.4,
        "(?<![保障诊员])卡号|银行[账帐]户|银行卡|银行[账帐]号|[账帐]号|借记卡号?|信用卡号?|储蓄卡号?|"
        "工资卡号?|"
        "一折通|一卡通|收款账户|"
        "开户账户",
        labelled=True,
        chance=1.0,
    ),
    Shape(
        EntityType.IMEI,
        r"\d{15}",
        0.4,
        0.4,
        "IMEI|imei|串号|设备识别|设备号|设备码|终端",
        checks.either(numbers.is_imei),
        chance=0.1,
    ),
    Shape(
        EntityType.CN_PASSPORT,
        r"[EGDSPK]\d{8}|E[A-HJ-NP-Z]\d{7}|[DSP]E\d{7}|1[45]\d{7}|[HKM][A-Z]?\d{8}|MA\d{7}",
        0.3,
        0.3,
        _PASS_WORDS,
        labelled=True,
        chance=1.0,
    ),
    Shape(
        EntityType.CN_TRAVEL_PERMIT,
        r"[HM]\d{8}(?:\d{2})?|C[A-HJ-NP-Z0-9]\d{7}|W\d{8}|[TL]\d{8}|\d{8}(?:\d{2})?",
        0.3,
        0.3,
        _PERMIT_WORDS,
        labelled=True,
        chance=1.0,
    ),
    Shape(
        EntityType.CN_ORG_CODE,
        r"[0-9A-Z]{8}-[0-9X]",
        0.6,
        0.55,
        "组织机构代码证?|机构代码|代码证|组织代码",
        checks.org_code,
        chance=0.09,
    ),
    Shape(
        EntityType.CN_ORG_CODE,
        r"[0-9A-Z]{8}[0-9X]",
        0.4,
        0.4,
        "组织机构代码证?|机构代码|代码证|组织代码",
        checks.org_code,
        labelled=True,
        chance=0.09,
    ),
    Shape(
        EntityType.VIN,
        r"[A-HJ-NPR-Z0-9]{17}",
        0.8,
        0.4,
        "车架|VIN|vin|识别代号|车辆识别|识别代码|底盘",
        checks.vin,
        chance=0.04,
    ),
    Shape(
        EntityType.EMAIL_ADDRESS,
        r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}",
        0.95,
        0.95,
        "邮箱|邮件|mail",
        checks.certain,
    ),
    Shape(
        EntityType.IP_ADDRESS,
        r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)",
        0.7,
        0.5,
        "IP|ip|网址|登录|主机|服务器|终端|地址|网关|来源",
        checks.ip,
    ),
    Shape(
        EntityType.IP_ADDRESS,
        r"(?:[0-9A-Fa-f]{1,4}|:):[0-9A-Fa-f:.]{2,}",
        0.8,
        0.4,
        "IP|ip|地址|主机",
        checks.ip,
    ),
    Shape(
        EntityType.MAC_ADDRESS,
        r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}|"
        r"[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}",
        0.95,
        0.95,
        "MAC|mac|物理地址",
        checks.certain,
    ),
    Shape(
        EntityType.MAC_ADDRESS, r"[0-9A-Fa-f]{12}", 0.3, 0.3, "MAC|mac|物理地址", labelled=True, chance=1.0
    ),
    Shape(
        EntityType.COORDINATES,
        r"[EN东北]?\d{1,3}\.\d{4,}°?[EN]?[ ]?[,;/ ][ ]?[EN]?\d{1,3}\.\d{4,}°?[EN]?",
        0.8,
        0.8,
        "坐标|经纬|位置|定位",
        checks.coordinates,
    ),
    Shape(
        EntityType.CN_DRIVING_FILE_NO,
        r"\d{12}",
        0.3,
        0.3,
        "档案编号|档案号|驾驶证档案",
        labelled=True,
        chance=1.0,
    ),
    Shape(EntityType.QQ, r"[1-9]\d{4,10}", 0.3, 0.3, "QQ|qq|Qq|扣扣", labelled=True, chance=1.0),
    Shape(
        EntityType.WECHAT,
        r"[A-Za-z][A-Za-z0-9_\-]{5,19}",
        0.3,
        0.3,
        "微信|WeChat|wechat|weixin",
        labelled=True,
        chance=1.0,
    ),
    Shape(
        EntityType.CN_SOCIAL_SECURITY_CARD,
        r"[A-Z0-9]{9}|[A-Z]\d{8,9}",
        0.3,
        0.3,
        "社保卡|社会保障卡|社会保险卡|市民卡|社保卡号|医保卡",
        labelled=True,
        chance=1.0,
    ),
    Shape(
        EntityType.MEDICAL_RECORD,
        r"[A-Za-z]{0,4}[\-]?\d{4,16}(?:-\d{1,4})?",
        0.3,
        0.3,
        "病历|病案|住院号|门诊号|就诊号|就诊卡|登记号|检查号|影像号|标本号",
        labelled=True,
        chance=1.0,
    ),
    Shape(
        EntityType.CN_REAL_ESTATE,
        r"\d{12}[A-Z]{2}\d{5}[FLQW]\d{8}",
        0.95,
        0.95,
        "不动产|单元",
        checks.certain,
    ),
)

ANY_PLAIN = f"{_BEFORE}(?:{'|'.join(f'(?:{one.body})' for one in SHAPES if not one.labelled)}){_AFTER}"
"""What every shape that counts without a label is an instance of: one look tells that there is none."""

# Least digits and least length of what each type can be found in; 0 digits: any.
LEAST: Mapping[EntityType, tuple[int, int]] = {
    EntityType.CN_USCC: (6, 18),
    EntityType.CN_RESIDENT_ID: (14, 15),
    EntityType.CN_FOREIGNER_ID: (12, 15),
    EntityType.CN_MOBILE: (11, 11),
    EntityType.CN_LANDLINE: (7, 7),
    EntityType.BANK_CARD: (12, 12),
    EntityType.IMEI: (15, 15),
    EntityType.CN_PASSPORT: (7, 9),
    EntityType.CN_TRAVEL_PERMIT: (7, 8),
    EntityType.CN_ORG_CODE: (0, 9),
    EntityType.VIN: (1, 17),
    EntityType.EMAIL_ADDRESS: (0, 6),
    EntityType.IP_ADDRESS: (2, 4),
    EntityType.MAC_ADDRESS: (0, 12),
    EntityType.COORDINATES: (10, 12),
    EntityType.CN_DRIVING_FILE_NO: (12, 12),
    EntityType.QQ: (5, 5),
    EntityType.WECHAT: (0, 6),
    EntityType.CN_SOCIAL_SECURITY_CARD: (0, 9),
    EntityType.MEDICAL_RECORD: (4, 4),
    EntityType.CN_REAL_ESTATE: (25, 28),
}
# A character without which the type cannot stand.
MARKS: Mapping[EntityType, str] = {
    EntityType.EMAIL_ADDRESS: "@",
    EntityType.IP_ADDRESS: ".:",
    EntityType.COORDINATES: ".",
}

# Shapes anchored by Han characters: no ASCII boundary before them.
HAN_SHAPES: tuple[Shape, ...] = (
    Shape(
        EntityType.CN_PLATE,
        rf"[{PLATE_PROVINCES}][A-HJ-NP-Z][·.\- ]?"
        r"(?:[A-HJ-NP-Z0-9]{4,5}[挂学警港澳领]|[A-HJ-NP-Z0-9]{5,6})",
        0.9,
        0.9,
        "车牌|号牌|车号|车辆",
        checks.plate,
    ),
    Shape(
        EntityType.CN_MILITARY_ID,
        r"(?:[军士文武政后装参航空海陆南北沈兰济广成]|警官|士兵|火箭)字?第\d{6,8}号",
        0.95,
        0.95,
        "军官|士兵|证",
        checks.certain,
    ),
    Shape(
        EntityType.CN_REAL_ESTATE,
        r"[\u4e00-\u9fff][(（\[〔]\d{4}[)）\]〕][\u4e00-\u9fff]{2,14}不动产(?:权|证明)第\d{5,10}号|"
        r"(?:[\u4e00-\u9fff]{0,8}房权证|房地产权证)[\u4e00-\u9fff]{0,8}(?:字|"
        r"第)[第\u4e00-\u9fff]{0,4}[A-Z0-9\-]{4,14}号?",
        0.95,
        0.95,
        "不动产|产权|房产",
        checks.certain,
    ),
)
