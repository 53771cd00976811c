"""Sensitive values that running text announces by words: names, addresses, diagnoses, secrets.

Each rule is a label and what may follow it; a few read a value by what follows. No model: a name
without label, title or telephone beside it is missed. Offsets are those of the text given.
Called by `text` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.discovery.lexicon import (
    CITY_NAMES,
    COMMON_SURNAMES,
    COMPOUND_SURNAMES,
    DIAGNOSES,
    ETHNIC_GROUPS,
    ETHNIC_SHORT,
    NOT_NAMES,
    PROVINCE_NAMES,
    RELIGIONS,
    STRONG_ORG_SUFFIXES,
    words,
)
from sandbox.discovery.names import HAN, is_dotted_name, name_score, surname_of
from sandbox.discovery.places import is_address
from sandbox.kernel.entities import EntityType

Found = tuple[int, int, EntityType, float]


def _longest(words: frozenset[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


_SEP = r"(?P<sep>\s*[:：=]\s*|为|是|叫|系|\s{1,2})?"
_NAME_LABEL = re.compile(
    r"(?:姓名|法定代表人|法人代表|代表人|法人|负责人|联系人|经办人|申请人|当事人|被执行人|申请执行人|"
    r"户主|患者|病人|死者|伤者|"
    r"家属|监护人|受益人|受害人|嫌疑人|被告人?|原告人?|报案人|举报人|投诉人|承办人|审批人|签收人|收件人|"
    r"寄件人|收货人|驾驶人|驾驶员|司机|车主|"
    r"业主|房主|租客|承租人|出租人|学生|教师|老师|医生|医师|护士|村民|居民|市民|群众|员工|职工|业户|店主|"
    r"股东|董事长|总经理|经理|监事|"
    r"主任|局长|科长|处长|书记|县长|镇长|民警|干警|参保人|投保人|被保险人|持卡人|户名|纳税人|权利人|"
    r"产权人|父亲|母亲|丈夫|妻子|儿子|女儿|配偶|"
    r"[\u4e00-\u9fff]{1,3}人(?=\s?[:：])|填表人|录入员|创建人|操作员|联络员|曾用名|本人|我叫|名叫)" + _SEP
)
_TITLED = re.compile(
    rf"(?:(?<![{HAN}0-9])|(?<=[由向给和与对为被请让及是、，人者户员]))(?P<name>(?![由给对被请让为是])[{HAN}]{{2,4}}?)"
    r"(?=先生|女士|同志|小姐|大爷|大妈|[,，(（\s]{0,2}(?:男|女)(?:[,，)）、;；。\s]|性)|"
    r"[,，(（:：\s的]{0,3}(?:公民)?(?:身份证|身份号|手机|电话|联系电话|联系方式)|"
    r"[,，(（:：\s]{0,2}(?:\d{17}[0-9Xx]|1[3-9]\d{9})(?!\d))"
)
_DOTTED = re.compile(rf"[{HAN}]{{2,7}}(?:[·•‧・][{HAN}]{{1,8}}){{1,4}}")
_DOT_END = re.compile(
    r"(?:身份|手机|电话|联系|先生|女士|同志|出生|住|在|于|男|女|的|因|到|向|称|是|和|与|为|被)"
)
_ENDS = "于在因的是为男女住，被向到称报系与"
_LABEL_END = re.compile("[号码话机证卡箱址数额价量件单]$")
_END_PAIRS = words(
    "身份 电话 手机 联系 出生 住址 同志 先生 女士 证件 提出 申请 负责 反映 来电 来访 驾驶 持有 名下 "
    "家属 户籍 现住 家住 患有 入院 确诊 经营 办理 提交 购买 年龄 今年 已经 报名 投诉 举报 同意 签字 "
    "签收 账户 卡号 微信 邮箱 车牌 护照 和其 及其 等人 一家 本人 通过 使用 登记"
    " 主持 出席 介绍 表示 指出 强调 要求 参加 汇报 陪同 带队 因病 因公 去世 死亡 受伤 签订 签署 到场 "
    "在场 发言 讲话 调研 检查 驾车 "
    "报警 报案 陈述 前往 来到 来我 所有 所属 不服 不同 欠款 借款 与被 诉被 一案 等三 等二 "
)
_ANCHOR = f"(?:{_longest(PROVINCE_NAMES | CITY_NAMES)})"
_UNIT = (
    r"(?:[\u4e00-\u9fff]{0,10}?(?:省|自治区|自治州|地区|市|区|县|旗|镇|乡|街道办事处|街道|新区|大道|路|"
    r"街|巷|弄|胡同|村|社区|小区|花园|公寓|新村|"
    r"家园|苑|园区|工业园|广场|大厦|坡|坝|湾|沟)|"
    r"[\u4e00-\u9fff]{0,8}?(?:附|第)?[0-9A-Za-z一二三四五六七八九十\-]{1,8}(?:号楼|号院|号|栋|幢|座|楼|"
    r"单元|室|层|户|组|队|弄|"
    r"附\d+号))"
)
_ROOM = r"(?:[0-9A-Z]{1,2}[\-－]?\d{1,4}(?:[\-－]\d{1,4})?(?![0-9A-Za-z]))?"
_ADDRESS = re.compile(rf"{_ANCHOR}{_UNIT}{{1,10}}{_ROOM}")
_ADDRESS_LABEL = re.compile(
    r"(?:地址|住址|住所地?|居住地|现住|家住|户籍地|户籍所在地|籍贯|位于|住在|居住于|居住在|"
    r"经营场所)(?:[:：为在于是]|\s){0,2}"
    rf"(?P<value>{_UNIT}{{1,10}}{_ROOM})"
)
_DATE = (
    r"(?:18|19|20)\d{2}(?:年\d{1,2}月(?:\d{1,2}[日号])?|[\-/.]\d{1,2}[\-/.]\d{1,2}|"
    r"(?:0[1-9]|1[0-2])[0-3]\d)(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A labelled value: the group `value` of `pattern`, kept if `accepts` it."""

    type: EntityType
    pattern: re.Pattern[str]
    score: float
    accepts: Callable[[str], bool] = bool


_ILL = re.compile(DIAGNOSES)
_ICD = re.compile(r"[A-TV-Z]\d{2}(?:\.\d{1,3})?(?:[xX]\d{3})?")


def _is_illness(text: str) -> bool:
    return _ILL.search(text) is not None or _ICD.fullmatch(text) is not None


PHRASES: tuple[Phrase, ...] = (
    Phrase(
        EntityType.BIRTH_DATE,
        re.compile(
            rf"(?:出生日期|出生年月日?|出生时间|出生于|生于|生日|出生)[:：为是\s]{{0,3}}(?P<value>{_DATE})"
        ),
        0.9,
    ),
    Phrase(
        EntityType.BIRTH_DATE, re.compile(rf"(?<!\d)(?P<value>{_DATE})(?=\s?(?:出生|生[,，。;；)）]))"), 0.85
    ),
    Phrase(
        EntityType.ETHNICITY,
        re.compile(
            rf"民族[:：为是\s]{{0,3}}(?P<value>{_longest(ETHNIC_GROUPS)}|"
            rf"(?:{_longest(ETHNIC_SHORT)})(?![{HAN}]))"
        ),
        0.9,
    ),
    Phrase(
        EntityType.ETHNICITY,
        re.compile(rf"(?<=[,，(（、])\s?(?P<value>{_longest(ETHNIC_GROUPS)})(?=[,，)）、。;；]|$)"),
        0.7,
    ),
    Phrase(
        EntityType.COORDINATES,
        re.compile(
            r"(?:经度|东经|E)[:：为是\s]{0,3}(?P<value>\d{2,3}\.\d{3,}°?[，,、;；\s]{0,3}(?:北纬|纬度|"
            r"N)[:：为是\s]{0,3}"
            r"\d{1,2}\.\d{3,})"
        ),
        0.9,
    ),
    Phrase(
        EntityType.RELIGION,
        re.compile(rf"(?:宗教信仰|信仰|信奉|宗教|皈依)[:：为是\s]{{0,3}}(?P<value>{_longest(RELIGIONS)})"),
        0.9,
    ),
    Phrase(EntityType.RELIGION, re.compile(rf"(?P<value>{_longest(RELIGIONS)})(?=信徒|教徒|信众)"), 0.8),
    Phrase(
        EntityType.HEALTH,
        re.compile(
            r"(?:诊断(?:结果|意见|名称)?|确诊|病史|患有|身患|罹患|既往史|过敏史|疾病名称|主诉|"
            r"病情)[:：为是\s]{0,3}"
            r"(?P<value>[^，。；,;\n:：]{2,40})"
        ),
        0.8,
        _is_illness,
    ),
    Phrase(
        EntityType.ACCOUNT_SECRET,
        re.compile(
            r"(?:密码|口令|[Pp]ass(?:word|wd)|[Pp]wd|PIN码?|密钥|[Ss]ecret(?:[_-]?[Kk]ey)?|[Tt]oken|"
            r"[Aa](?:pi|PI)[_-]?[Kk]ey|AppSecret)"
            r"\s?(?:[:：=]|为|是)\s?[\"']?(?P<value>[^\s，。；,;、\"'）)\u4e00-\u9fff]{4,200})"
        ),
        0.9,
    ),
    Phrase(
        EntityType.ACCOUNT_SECRET,
        re.compile(r"(?P<value>\$(?:2[aby]|argon2id?|6|5)\$[\w./$+=,\-]{20,})"),
        0.95,
    ),
    Phrase(
        EntityType.BIOMETRIC,
        re.compile(r"(?P<value>(?:data:image/\w+;base64,|/9j/|iVBORw0KGgo)[A-Za-z0-9+/=]{32,})"),
        0.8,
    ),
    Phrase(
        EntityType.ORGANIZATION,
        re.compile(
            r"(?:单位名称|工作单位|企业名称|公司名称|用人单位|就读学校|就职于|任职于|"
            r"供职于)[:：为是\s]{0,3}"
            rf"(?P<value>[{HAN}A-Za-z0-9()（）]{{2,40}}?(?:{STRONG_ORG_SUFFIXES}))(?![{HAN}]*(?:公司|"
            rf"中心|医院|学校))"
        ),
        0.8,
    ),
    Phrase(EntityType.ADDRESS, _ADDRESS_LABEL, 0.85, lambda text: len(text) >= 5),
    Phrase(EntityType.ADDRESS, re.compile(f"(?P<value>{_ADDRESS.pattern})"), 0.75, is_address),
)


# Two characters that begin a clause, although the first can be a surname.
_CLAUSES = NOT_NAMES | words(
    "应当 应及 应该 应予 应于 应向 应在 应按 应为 应有 应是 须知 经常 经过 经查 经审 和其 需要 必须 "
    "有权 能够 能否 信息 任职 任命 "
    "向社 向本 对应 关系 成员 全体 都应 又应 曾经 曾在 从事 强调 明确 方可 方能 时应 时间 成为 满足 "
    "充分 尽快 尽量 平时 平台 如有 如果 如需 "
    "有关 有限 有效 有意 和谐 和本 于是 以及 以上 以下 包括 包含 通知 通讯 任何 何时 相应 相互 相关 "
    "因为 后续 别人 别处 空白 那么 是否 "
    "费用 资格 资料 全部 双方 单独 连带 连续 保持 保证 保障 权利 易于 支付 家属 家庭 家长 申报 终身 "
    "终止 计算 计划 许可 解除 解决 解释 "
    "常见 宣传 查看 查验 边界 农民 农村 水平 水费 乘坐 万元 万一 原则 原因 干部 干预 党员 党组 公开 "
    "公示 公共 国家 国有 司法"
)


def _han_name_end(text: str, start: int) -> int:
    """Return where the Han name that begins at `start` ends, or `start` if none does."""
    if text[start : start + 2] in _CLAUSES and text[start : start + 2] not in COMPOUND_SURNAMES:
        return start
    wide = 2 if text[start : start + 2] in COMPOUND_SURNAMES else 1
    two, three = start + wide + 1, start + wide + 2
    short, long = text[start:two], text[start:three]
    if (
        len(long) == wide + 2
        and name_score(long) >= 0.5
        and text[two] not in _ENDS
        and text[two : three + 1] not in _END_PAIRS
    ):
        return three
    if len(short) == wide + 1 and name_score(short) >= 0.5:
        return two
    return start


def _dotted_end(text: str, start: int) -> int:
    found = _DOTTED.match(text, start)
    if found is None:
        return start
    last = found.group().rfind("·") + 1
    stop = _DOT_END.search(found.group(), max(last, 1) + 1)
    return start + (stop.start() if stop else len(found.group()))


def _labelled_names(text: str) -> Iterator[Found]:
    for label in _NAME_LABEL.finditer(text):
        start = label.end()
        end = _dotted_end(text, start) if "·" in text[start : start + 10] else start
        if end == start:
            end = _han_name_end(text, start)
        if end == start:
            continue
        score = 0.9 if label["sep"] else 0.7
        certain = name_score(text[start:end])
        if certain >= (0.5 if label["sep"] else 0.7):
            yield start, end, EntityType.PERSON, score


def _cued_names(text: str) -> Iterator[Found]:
    for found in _TITLED.finditer(text):
        name = found["name"]
        if (
            _LABEL_END.search(name) is None
            and name_score(name) >= 0.7
            and (surname_of(name) in COMMON_SURNAMES or len(name) > 2)
        ):
            yield found.start("name"), found.end("name"), EntityType.PERSON, 0.7
    for found in _DOTTED.finditer(text):
        end = _dotted_end(text, found.start())
        if is_dotted_name(text[found.start() : end]):
            yield found.start(), end, EntityType.PERSON, 0.6


_BETWEEN = re.compile(rf"(?:^|(?<=[,，、;；|/\t ]))[{HAN}·]{{2,12}}(?=$|[,，、;；|/\t ])")


def names_in_row(text: str) -> Iterator[Found]:
    """Yield names that stand alone between separators, as in a copied table row."""
    for found in _BETWEEN.finditer(text):
        if name_score(found.group()) >= 0.8 and found.group()[0] != found.group()[1]:
            yield found.start(), found.end(), EntityType.PERSON, 0.6


def phrases(text: str) -> Iterator[Found]:
    """Yield (start, end, type, score) for every value that words announce; overlaps are possible."""
    yield from _labelled_names(text)
    yield from _cued_names(text)
    for phrase in PHRASES:
        for found in phrase.pattern.finditer(text):
            value = found["value"]
            if phrase.accepts(value):
                yield found.start("value"), found.end("value"), phrase.type, phrase.score
