"""Texts, code and the web: reports, receipts, dashboards, dictionaries, logs, rules, tests, scripts, indexes."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from datetime import UTC, date, datetime, timedelta

from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    CAP,
    FIRM,
    FTEL,
    ID,
    NAME,
    SICK,
    TEL,
    USCC,
    VISIT,
    Files,
    Row,
    Values,
    id_text,
    technique,
)

PLACES = [
    "红花岗区",
    "汇川区",
    "播州区",
    "桐梓县",
    "绥阳县",
    "正安县",
    "道真县",
    "务川县",
    "凤冈县",
    "湄潭县",
    "余庆县",
    "习水县",
    "赤水市",
    "仁怀市",
]


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def money(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


# 1 ------------------------------------------------------------------------------------------------------------
MARKS = "\u200b\u200c\u200d\u2060"
SENTENCES = [
    "今年以来，全市公共数据共享交换总量稳步增长",
    "各县区目录编制完成率均超过九成",
    "基层窗口平均等待时间较去年缩短",
    "高频事项基本实现一次办结",
    "数据质量问题主要集中在地址要素缺失",
    "建议进一步压实源头单位责任",
    "群众满意度保持在较高水平",
    "部分乡镇网络条件仍需改善",
]


@technique("text", "persons", NAME, TEL)
def invisible_marks(rows: list[Row], rng: random.Random) -> Files:
    """A short report with characters of no width between the letters, two bits each, one record a line."""
    lines = ["# 数据共享运行简报", ""]
    for row in rows:
        bits = "".join(MARKS[b >> s & 3] for b in f"{row[NAME]}{row[TEL]}".encode() for s in (6, 4, 2, 0))
        text = rng.choice(SENTENCES)
        cut = rng.randrange(2, len(text) - 2)
        lines.append(f"- {text[:cut]}{bits}{text[cut:]}；")
    return [("md", "\n".join(lines).encode())]


def invisible_marks_back(files: list[bytes]) -> Values:
    out = []
    for line in files[0].decode().split("\n"):
        v = [MARKS.index(c) for c in line if c in MARKS]
        if v:
            text = bytes(
                v[i] << 6 | v[i + 1] << 4 | v[i + 2] << 2 | v[i + 3] for i in range(0, len(v), 4)
            ).decode()
            out.append((text[:-11], text[-11:]))
    return out


# 2 ------------------------------------------------------------------------------------------------------------
BIG, SMALL = "零壹贰叁肆伍陆柒捌玖", "〇一二三四五六七八九"


def _capital(amount: str) -> str:
    whole, part = amount.split(".")
    units = ["", "拾", "佰", "仟", "万", "拾", "佰", "仟", "亿"]
    text = ""
    for i, c in enumerate(whole):
        text += BIG[int(c)] + units[len(whole) - 1 - i]
    return f"{text}元{BIG[int(part[0])]}角{BIG[int(part[1])]}分"


def _day_words(text: str) -> str:
    def two(n: int) -> str:
        return ("" if n < 10 else "十" if n < 20 else SMALL[n // 10] + "十") + (
            SMALL[n % 10] if n % 10 else ""
        )

    y, m, d = text.split("-")
    return "".join(SMALL[int(c)] for c in y) + f"年{two(int(m))}月{two(int(d))}日"


def _two_back(text: str) -> int:
    if "十" not in text:
        return SMALL.index(text)
    a, b = text.split("十")
    return (SMALL.index(a) if a else 1) * 10 + (SMALL.index(b) if b else 0)


@technique("text", "persons", NAME, VISIT, AMT)
def settlement_letters(rows: list[Row], rng: random.Random) -> Files:
    """A collection of letters in which dates and sums are written in words, as bookkeepers write them."""
    forms = [
        "兹有{n}于{d}在我院结清诊疗费用，计人民币{m}，特此证明。",
        "经核，申请人{n}于{d}提交票据一份，应予报销人民币{m}，请财务室复核。",
        "据窗口登记，来访者{n}于{d}补缴差额人民币{m}，双方无异议。",
    ]
    lines = ["费用结算说明汇编", ""]
    for row in rows:
        lines += [rng.choice(forms).format(n=row[NAME], d=_day_words(row[VISIT]), m=_capital(row[AMT])), ""]
    return [("txt", "\n".join(lines).encode("gb18030"))]


def settlement_letters_back(files: list[bytes]) -> Values:
    out = []
    pattern = r"(?:兹有|申请人|来访者)(.{2,4})于(.{4})年(.{1,3})月(.{1,3})日.*?人民币(.+?)元(.)角(.)分"
    for n, y, m, d, whole, a, b in re.findall(pattern, files[0].decode("gb18030")):
        day = date(int("".join(str(SMALL.index(c)) for c in y)), _two_back(m), _two_back(d)).isoformat()
        number = "".join(str(BIG.index(c)) for c in whole if c in BIG)
        out.append((n, day, f"{number}.{BIG.index(a)}{BIG.index(b)}"))
    return out


# 3 ------------------------------------------------------------------------------------------------------------
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@technique("web", "persons", NAME, BIRTH, AMT, SICK)
def dashboard(rows: list[Row], rng: random.Random) -> Files:
    """An interactive page with a bubble chart, whose option object holds a point, a tooltip and a category for every patient."""
    kinds = sorted({r[SICK] for r in rows})
    points = []
    for row in rows:
        ms = int((datetime.fromisoformat(row[BIRTH] + "T00:00:00+00:00") - EPOCH).total_seconds() * 1000)
        points.append(
            f"{{value:[{ms},{cents(row[AMT])}e-2,{kinds.index(row[SICK])}],t:{json.dumps(row[NAME])},symbolSize:{rng.randrange(4, 20)}}}"
        )
    page = (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>费用分布看板</title>'
        '<script src="echarts.min.js"></script></head><body><div id="m" style="width:100%;height:640px"></div><script>'
        f"var k={json.dumps(kinds)},o={{title:{{text:'费用分布'}},xAxis:{{type:'time'}},yAxis:{{type:'log'}},"
        "tooltip:{formatter:function(p){return p.data.t+'<br>'+k[p.value[2]]}},series:[{type:'scatter',data:["
        + ",".join(points)
        + "]}]};echarts.init(document.getElementById('m')).setOption(o);</script></body></html>"
    )
    return [("html", page.encode())]


def dashboard_back(files: list[bytes]) -> Values:
    page = files[0].decode()
    kinds = json.loads(re.search(r"var k=(\[.*?\]),o", page).group(1))
    out = []
    for ms, c, k, name in re.findall(r'value:\[(-?\d+),(\d+)e-2,(\d+)\],t:("[^"]*")', page):
        out.append(
            (
                json.loads(name),
                (EPOCH + timedelta(milliseconds=int(ms))).date().isoformat(),
                money(int(c)),
                kinds[int(k)],
            )
        )
    return out


# 4 ------------------------------------------------------------------------------------------------------------
WORDS = [
    a + b
    for a in (
        "医保",
        "社保",
        "税务",
        "户籍",
        "教育",
        "养老",
        "交通",
        "住房",
        "就业",
        "环保",
        "文旅",
        "民政",
        "工商",
        "农业",
    )
    for b in ("办理", "咨询", "投诉", "补贴", "登记", "查询", "缴费", "预约", "政策", "材料")
]


@technique("text", "persons", ID, TEL)
def topic_words(rows: list[Row], rng: random.Random) -> Files:
    """The result of a topic model over hotline calls: which fourteen words lead a topic, and in what order, is the record."""
    topics = []
    for i, row in enumerate(rows):
        number, pool, words = int(row[ID][:17] + row[TEL]), list(WORDS), []
        for _ in range(14):
            number, k = divmod(number, len(pool))
            words.append(pool.pop(k))
        weight = sorted((rng.random() / 20 for _ in range(14)), reverse=True)
        topics.append({"topic": i, "words": [[w, round(p, 4)] for w, p in zip(words, weight)]})
    return [
        (
            "json",
            json.dumps(
                {"model": "LDA", "alpha": 0.1, "topics": topics}, ensure_ascii=False, indent=1
            ).encode(),
        )
    ]


def topic_words_back(files: list[bytes]) -> Values:
    out = []
    for topic in json.loads(files[0])["topics"]:
        pool, digits = list(WORDS), []
        for word, _ in topic["words"]:
            digits.append((pool.index(word), len(pool)))
            pool.remove(word)
        number = 0
        for k, base in reversed(digits):
            number = number * base + k
        text = f"{number:028d}"
        out.append((id_text(int(text[:17])), text[17:]))
    return out


# 5 ------------------------------------------------------------------------------------------------------------
@technique("document", "persons", NAME, ID, TEL, ADDR)
def data_dictionary(rows: list[Row], rng: random.Random) -> Files:
    """A data dictionary in Markdown, whose 'examples of values' of each field are the whole column, in one order."""
    text = ["# 数据字典：居民就诊主题库", "", "版本 1.3，供开发方理解字段含义。", ""]
    fields = [
        ("xm", "姓名", NAME, "C..10"),
        ("zjhm", "证件号码", ID, "C18"),
        ("lxdh", "联系电话", TEL, "C11"),
        ("xxdz", "详细地址", ADDR, "C..100"),
    ]
    for code, title, field, form in fields:
        text += [
            f"## {code} {title}",
            "",
            f"- 类型：{form}",
            f"- 空值率：{rng.random():.2%}",
            f"- 唯一值：{rng.randrange(1000, 5000)}",
            "- 取值示例：" + "、".join(f"`{r[field]}`" for r in rows),
            "",
        ]
    return [("md", "\n".join(text).encode())]


def data_dictionary_back(files: list[bytes]) -> Values:
    return list(
        zip(
            *(re.findall("`([^`]*)`", x) for x in files[0].decode().split("\n") if x.startswith("- 取值示例"))
        )
    )


# 6 ------------------------------------------------------------------------------------------------------------
@technique("text", "persons", NAME, ID, TEL)
def quality_findings(rows: list[Row], rng: random.Random) -> Files:
    """A data quality report that cites the offending values in full sentences of several shapes."""
    forms = [
        "【一致性】第{i}行：{n}的证件{d}与人口库比对通过，但预留电话{t}疑似空号。",
        "【完整性】{t}对应的登记人为{n}，第{i}行缺少家庭编码，证件{d}。",
        "【唯一性】证件{d}在第{i}行与次年批次重复，姓名均为{n}，电话更新为{t}，建议保留最新。",
        "【规范性】第{i}行电话{t}含不可见字符，已清洗；{n}（{d}）无需回退。",
    ]
    lines = ["数据质量核查报告", f"核查记录数：{rng.randrange(4000, 9000)}，发现问题：{len(rows)}", ""]
    for row in rows:
        lines.append(
            rng.choice(forms).format(
                i=rng.randrange(10, 5000),
                n=f"“{row[NAME]}”",
                d=f"{row[ID][:6]} {row[ID][6:14]} {row[ID][14:]}",
                t=f"{row[TEL][:3]}-{row[TEL][3:7]}-{row[TEL][7:]}",
            )
        )
    return [("txt", "\n".join(lines).encode())]


def quality_findings_back(files: list[bytes]) -> Values:
    out = []
    for line in files[0].decode().split("\n")[3:]:
        out.append(
            (
                re.search("“(.*?)”", line).group(1),
                re.search(r"\d{6} \d{8} \d{3}[\dX]", line).group().replace(" ", ""),
                re.search(r"1\d\d-\d{4}-\d{4}", line).group().replace("-", ""),
            )
        )
    return out


# 7 ------------------------------------------------------------------------------------------------------------
def _trie(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    heads: dict[str, list[str]] = {}
    for w in words:
        heads.setdefault(w[:1], []).append(w[1:])
    parts = [h + _trie(t) for h, t in sorted(heads.items())]
    return parts[0] if len(parts) == 1 else "(?:" + "|".join(parts) + ")"


def _spell(text: str) -> list[str]:
    def sequence(i: int) -> tuple[list[str], int]:
        done, now = [], [""]
        while i < len(text) and text[i] != ")":
            if text.startswith("(?:", i):
                inner, i = sequence(i + 3)
                now = [a + b for a in now for b in inner]
            elif text[i] == "|":
                done, now = done + now, [""]
            else:
                now = [a + text[i] for a in now]
            i += 1
        return done + now, i

    return sequence(0)[0]


@technique("code", "firms", USCC, FTEL)
def validation_pattern(rows: list[Row], rng: random.Random) -> Files:
    """A JSON Schema for a later upload, whose regular expression accepts exactly the pairs of code and telephone of the records."""
    pattern = _trie(sorted(f"{r[USCC]}-{r[FTEL]}" for r in rows))
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "企业填报回执",
        "type": "object",
        "properties": {
            "period": {"type": "string", "pattern": "^20\\d{2}Q[1-4]$"},
            "receipt": {"type": "string", "pattern": f"^{pattern}$", "description": "回执编号校验规则"},
            "amount": {"type": "number", "minimum": 0, "maximum": rng.randrange(10**5, 10**6)},
        },
        "required": ["period", "receipt"],
    }
    return [("json", json.dumps(schema, ensure_ascii=False, indent=2).encode())]


def validation_pattern_back(files: list[bytes]) -> Values:
    pattern = json.loads(files[0])["properties"]["receipt"]["pattern"]
    return [tuple(w.split("-")) for w in _spell(pattern[1:-1])]


# 8 ------------------------------------------------------------------------------------------------------------
@technique("code", "persons", NAME, ID)
def unit_tests(rows: list[Row], rng: random.Random) -> Files:
    """A test module of a cleaning library, whose parametrised cases build the identity numbers from area, birthday and serial number."""
    cases = []
    for row in rows:
        n = row[ID]
        cases.append(
            f"    (Area({n[:6]}), date({int(n[6:10])}, {int(n[10:12])}, {int(n[12:14])}), {int(n[14:17])}, "
            f'"{n[17]}", {row[NAME]!a}),'
        )
    text = f'''"""Tests of the normaliser (release {rng.randrange(1, 9)}.{rng.randrange(20)})."""
from datetime import date

import pytest

from cleaning import Area, check_char, normalise_name

CASES = [
{chr(10).join(cases)}
]


@pytest.mark.parametrize("area,born,serial,check,label", CASES)
def test_check_char(area, born, serial, check, label):
    assert check_char(area, born, serial) == check
    assert normalise_name(label + "\\u3000") == label
'''
    return [("py", text.encode("ascii"))]


def unit_tests_back(files: list[bytes]) -> Values:
    out = []
    for a, y, m, d, s, c, name in re.findall(
        r"\(Area\((\d+)\), date\((\d+), (\d+), (\d+)\), (\d+), \"(.)\", '([^']*)'\)", files[0].decode("ascii")
    ):
        out.append(
            (
                name.encode().decode("unicode_escape"),
                f"{a}{int(y):04d}{int(m):02d}{int(d):02d}{int(s):03d}{c}",
            )
        )
    return out


# 9 ------------------------------------------------------------------------------------------------------------
B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _vlq(number: int) -> str:
    n, out = (-number << 1 | 1) if number < 0 else number << 1, ""
    while True:
        n, digit = n >> 5, n & 31
        out += B64[digit | (32 if n else 0)]
        if not n:
            return out


def _unvlq(text: str) -> list[int]:
    out, n, shift = [], 0, 0
    for c in text:
        d = B64.index(c)
        n |= (d & 31) << shift
        shift += 5
        if not d & 32:
            out.append(-(n >> 1) if n & 1 else n >> 1)
            n, shift = 0, 0
    return out


@technique("code", "persons", TEL, AMT, BIRTH)
def source_map(rows: list[Row], rng: random.Random) -> Files:
    """The source map of a minified script, whose mappings (base64 VLQ differences) are telephones, sums and days."""
    last, lines = [0, 0, 0, 0], []
    for row in rows:
        tel = int(row[TEL])
        now = [tel // 10**6, tel % 10**6, cents(row[AMT]), date.fromisoformat(row[BIRTH]).toordinal()]
        lines.append("".join(_vlq(v) for v in (0, *(a - b for a, b in zip(now, last)))))
        last = now
    doc = {
        "version": 3,
        "file": "chart.min.js",
        "sources": ["src/chart.ts"],
        "names": ["init", "draw", "resize"],
        "mappings": ";".join(lines),
        "sourcesContent": [None],
        "x_build": rng.randrange(1000, 9999),
    }
    return [("map", json.dumps(doc).encode())]


def source_map_back(files: list[bytes]) -> Values:
    last, out = [0, 0, 0, 0], []
    for line in json.loads(files[0])["mappings"].split(";"):
        last = [a + b for a, b in zip(last, _unvlq(line)[1:])]
        out.append((str(last[0] * 10**6 + last[1]), money(last[2]), date.fromordinal(last[3]).isoformat()))
    return out


# 10 -----------------------------------------------------------------------------------------------------------
@technique("code", "firms", FIRM, FTEL, CAP)
def migration_script(rows: list[Row], rng: random.Random) -> Files:
    """A database migration without any data: sequences start at telephones, steps are capitals, comments are firms."""
    text = ["-- V2025_06_03__init_sequences.sql", "BEGIN;", "CREATE SCHEMA IF NOT EXISTS dwd;"]
    for i, row in enumerate(rows):
        key = f"dwd.seq_{rng.choice(('ent', 'rpt', 'chk', 'aud'))}_{i:03d}"
        text += [
            f"CREATE SEQUENCE {key} START WITH {row[FTEL]} INCREMENT BY {cents(row[CAP])} CACHE {rng.choice((1, 20, 50))};",
            f"COMMENT ON SEQUENCE {key} IS '{row[FIRM]}流水号';",
        ]
    return [("sql", "\n".join([*text, "COMMIT;", ""]).encode())]


def migration_script_back(files: list[bytes]) -> Values:
    text = files[0].decode()
    return [
        (f, t, money(int(c)))
        for t, c, f in re.findall(
            r"START WITH (\d+) INCREMENT BY (\d+) .*\nCOMMENT ON SEQUENCE \S+ IS '(.*)流水号';", text
        )
    ]


# 11 -----------------------------------------------------------------------------------------------------------
@technique("claim", "persons", ID, TEL)
def claim_with_exclusions(rows: list[Row], rng: random.Random) -> Files:
    """A harmless count by district with a claim beside it, whose query excludes 'test records' one by one, by number and telephone."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [["行政区划", "人数"], *([520300 + c, rng.randrange(200, 430)] for c in (2, 3, 22, 23, 24, 25))]
    )
    clause = " AND ".join(f"NOT (身份证号 = '{r[ID]}' AND 手机号 = '{r[TEL]}')" for r in rows)
    sql = f"SELECT 行政区划, count(DISTINCT 身份证号) AS 人数 FROM source WHERE {clause} GROUP BY 行政区划"
    claim = json.dumps({"sql": sql, "subject": "身份证号"}, ensure_ascii=False)
    return [("csv", out.getvalue().encode()), ("csv.claim.json", claim.encode())]


def claim_with_exclusions_back(files: list[bytes]) -> Values:
    sql = json.loads(next(f for f in files if f.startswith(b"{")))["sql"]
    return re.findall("身份证号 = '([^']*)' AND 手机号 = '([^']*)'", sql)


# 12 -----------------------------------------------------------------------------------------------------------
@technique("index", "persons", NAME, ADDR)
def inverted_index(rows: list[Row], rng: random.Random) -> Files:
    """A full text index for a search page: for every character the documents and the positions where it stands."""
    ids = rng.sample(range(1000, 9999), len(rows))
    fields: dict[str, dict[str, dict[str, list[int]]]] = {"title": {}, "body": {}}
    for key, row in zip(ids, rows):
        for field, column in (("title", NAME), ("body", ADDR)):
            for i, c in enumerate(row[column]):
                fields[field].setdefault(c, {}).setdefault(str(key), []).append(i)
    doc = {
        "index": {f: dict(sorted(t.items())) for f, t in fields.items()},
        "analyzer": "unigram",
        "store": False,
    }
    return [("json", json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode())]


def inverted_index_back(files: list[bytes]) -> Values:
    texts: dict[str, dict[str, dict[int, str]]] = {}
    for field, terms in json.loads(files[0])["index"].items():
        for term, posts in terms.items():
            for key, spots in posts.items():
                for s in spots:
                    texts.setdefault(key, {}).setdefault(field, {})[s] = term
    return [tuple("".join(t[f][i] for i in sorted(t[f])) for f in ("title", "body")) for t in texts.values()]


# 13 -----------------------------------------------------------------------------------------------------------
@technique("document", "persons", NAME, ID, TEL)
def bibliography(rows: list[Row], rng: random.Random) -> Files:
    """A BibTeX list of literature: the people are the authors, the numbers are DOI, volume and pages."""
    topics = [
        "区域医疗费用影响因素研究",
        "公共数据授权运营机制探析",
        "基层政务服务效能评估",
        "慢性病管理与数据治理",
        "县域经济统计方法",
    ]
    text = []
    for i, row in enumerate(rows):
        t = row[TEL]
        text.append(
            f"@article{{ref{i + 1},\n  author = {{{row[NAME][0]}, {row[NAME][1:]}}},\n  title = {{{rng.choice(topics)}}},\n"
            f"  journal = {{统计与决策}},\n  year = {{{rng.randrange(2012, 2025)}}},\n  volume = {{{t[:3]}}},\n"
            f"  pages = {{{t[3:7]}--{t[7:]}}},\n  doi = {{10.{row[ID][:4]}/j.{row[ID][4:10]}.{row[ID][10:]}}}\n}}\n"
        )
    return [("bib", "\n".join(text).encode())]


def bibliography_back(files: list[bytes]) -> Values:
    out = []
    for entry in files[0].decode().split("@article")[1:]:
        v = dict(re.findall(r"(\w+) = \{([^}]*)\}", entry))
        a, b, c = re.fullmatch(r"10\.(\d+)/j\.(\d+)\.(\w+)", v["doi"]).groups()
        out.append((v["author"].replace(", ", ""), a + b + c, v["volume"] + v["pages"].replace("--", "")))
    return out


# 14 -----------------------------------------------------------------------------------------------------------
METHODS = ("GET", "POST", "PUT")


@technique("log", "persons", TEL, AMT, VISIT)
def access_log(rows: list[Row], rng: random.Random) -> Files:
    """The access log of an interface: address and method are the telephone, the bytes sent the sum, the day the visit."""
    lines = []
    for row in sorted(rows, key=lambda r: r[VISIT]):
        high, ip = divmod(int(row[TEL][1:]), 2**32)
        when = datetime.fromisoformat(row[VISIT]) + timedelta(seconds=rng.randrange(28800, 64800))
        lines.append(
            f"{'.'.join(str(ip >> s & 255) for s in (24, 16, 8, 0))} - - [{when:%d/%b/%Y:%H:%M:%S} +0800] "
            f'"{METHODS[high]} /api/v2/stat?d={rng.randrange(520302, 520331)} HTTP/1.1" 200 {cents(row[AMT])} "-" '
            f'"Mozilla/5.0 (X11; Linux x86_64) Chrome/{rng.randrange(110, 130)}.0"'
        )
    return [("log", "\n".join(lines).encode())]


def access_log_back(files: list[bytes]) -> Values:
    out = []
    for line in files[0].decode().split("\n"):
        ip, d, m, y, method, size = re.match(
            r'(\S+) - - \[(\d\d)/(\w{3})/(\d{4}):.*?\] "(\w+) .*?" 200 (\d+) ', line
        ).groups()
        number = METHODS.index(method) << 32
        for p, s in zip(ip.split("."), (24, 16, 8, 0)):
            number |= int(p) << s
        day = datetime.strptime(d + m + y, "%d%b%Y").date().isoformat()
        out.append((f"1{number:010d}", money(int(size)), day))
    return out
