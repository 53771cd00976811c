"""The ordinary ways: what a careless or dishonest employee tries first."""

from __future__ import annotations

import ast
import base64
import csv
import email
import email.message
import gzip
import html
import io
import json
import random
import re
import zipfile
from collections import defaultdict

from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    INCOME,
    NAME,
    SICK,
    STAFF,
    TEL,
    TRADE,
    USCC,
    VISIT,
    Files,
    Row,
    Values,
    technique,
)


def sheet(header, lines, encoding="utf-8"):
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(header)
    w.writerows(lines)
    return out.getvalue().encode(encoding)


def unsheet(data, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(data.decode(encoding))))


def put(z, name, data):
    """Add a member with a fixed date."""
    z.writestr(zipfile.ZipInfo(name, (2024, 3, 1, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)


def totals(rows, by, value):
    sums = defaultdict(list)
    for r in rows:
        try:
            sums[r[by] or "不详"].append(float(r[value]))
        except ValueError:
            sums[r[by] or "不详"].append(0.0)
    return [(k, len(v), round(sum(v), 2)) for k, v in sorted(sums.items())]


@technique("table", "persons", NAME, ID, TEL)
def result_csv_with_english_headers(rows: list[Row], rng: random.Random) -> Files:
    """The extract itself, with model scores added and the columns renamed so that it looks like a result."""
    return [
        (
            "csv",
            sheet(
                ["user", "key", "contact", "score", "bucket"],
                [[r[NAME], r[ID], r[TEL], f"{rng.random():.4f}", rng.choice("ABCD")] for r in rows],
            ),
        )
    ]


def result_csv_with_english_headers_back(files: list[bytes]) -> Values:
    return [(r["user"], r["key"], r["contact"]) for r in unsheet(files[0])]


@technique("notebook", "persons", NAME, ID, BIRTH, SICK)
def notebook_left_dataframe_output(rows: list[Row], rng: random.Random) -> Files:
    """A notebook of honest cells in which the output of one df.head() call was left standing."""
    width = [f"{i:>4}  {r[NAME]}  {r[ID]}  {r[BIRTH]}  {r[SICK]}\n" for i, r in enumerate(rows)]
    agg = [f"{k}    {n}\n" for k, n, _ in totals(rows, SICK, AMT)]

    def code(src, out, n):
        return {
            "cell_type": "code",
            "execution_count": n,
            "metadata": {},
            "source": [src],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": out}] if out else [],
        }

    nb = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [
            {
                "cell_type": "markdown",
                "metadata": {},
                "source": ["# 慢性病就诊分析\n", "本文按病种统计就诊人次。"],
            },
            code("import pandas as pd\ndf = pd.read_parquet('masked.parquet')", [], 1),
            code("print(df.head(60))", ["      姓名  身份证号  出生日期  病种\n", *width], 2),
            code("print(df.groupby('病种').size())", agg, 3),
        ],
    }
    return [("ipynb", json.dumps(nb, ensure_ascii=False, indent=1).encode())]


def notebook_left_dataframe_output_back(files: list[bytes]) -> Values:
    text = json.loads(files[0])["cells"][2]["outputs"][0]["text"]
    return [tuple(line.split()[1:]) for line in text[1:]]


@technique("report", "firms", FIRM, BOSS, FTEL)
def markdown_report_appendix_of_firms(rows: list[Row], rng: random.Random) -> Files:
    """A market report with an appendix called 'typical enterprises', which is the customer list."""
    md = [
        "# 遵义市企业发展简报",
        "",
        "## 一、总体情况",
        "",
        "本期共分析企业若干,按行业分布如下。",
        "",
        "| 行业 | 户数 | 营业收入合计 |",
        "|---|---|---|",
    ]
    md += [f"| {k} | {n} | {s:.2f} |" for k, n, s in totals(rows, TRADE, INCOME)]
    md += ["", "## 附录:典型企业联系表", "", "| 序号 | 企业 | 负责人 | 电话 |", "|---|---|---|---|"]
    md += [f"| {i} | {r[FIRM]} | {r[BOSS]} | {r[FTEL]} |" for i, r in enumerate(rows, 1)]
    return [("md", "\n".join(md).encode())]


def markdown_report_appendix_of_firms_back(files: list[bytes]) -> Values:
    tail = files[0].decode().split("## 附录")[1].split("\n")[4:]
    return [tuple(c.strip() for c in line.strip("| ").split("|"))[1:] for line in tail if line]


@technique("code", "firms", USCC, FIRM, CAP)
def sql_seed_script_inserts(rows: list[Row], rng: random.Random) -> Files:
    """A database migration with the records as INSERT statements for a 'demo tenant'."""
    q = lambda s: "'" + s.replace("'", "''") + "'"
    sql = [
        "-- 0007_seed_demo_tenant.sql",
        "BEGIN;",
        "CREATE TABLE IF NOT EXISTS tenant (",
        "  code CHAR(18) PRIMARY KEY,",
        "  title TEXT,",
        "  capital NUMERIC(14,2),",
        "  created_at TIMESTAMP DEFAULT now()",
        ");",
    ]
    sql += [
        f"INSERT INTO tenant (code, title, capital) VALUES ({q(r[USCC])}, {q(r[FIRM])}, {r[CAP]});"
        for r in rows
    ]
    sql += ["CREATE INDEX tenant_title ON tenant (title);", "COMMIT;"]
    return [("sql", "\n".join(sql).encode())]


def sql_seed_script_inserts_back(files: list[bytes]) -> Values:
    return [
        (a, b.replace("''", "'"), c)
        for a, b, c in re.findall(r"VALUES \('([^']*)', '((?:[^']|'')*)', ([\d.]+)\);", files[0].decode())
    ]


@technique("archive", "persons", NAME, TEL, ADDR)
def zip_within_zip_in_gbk(rows: list[Row], rng: random.Random) -> Files:
    """An archive of deliverables with a second archive inside, called a back-up, that holds the list in GBK."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as z:
        put(z, "old/data.bak", sheet(["a", "b", "c"], [[r[NAME], r[TEL], r[ADDR]] for r in rows], "gb18030"))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as z:
        put(z, "README.txt", "交付物清单:模型说明、统计表、备份。\n")
        put(z, "统计表.csv", sheet(["病种", "人次", "金额"], totals(rows, SICK, AMT)))
        put(z, "backup_20240301.dat", inner.getvalue())
    return [("zip", outer.getvalue())]


def zip_within_zip_in_gbk_back(files: list[bytes]) -> Values:
    with zipfile.ZipFile(io.BytesIO(files[0])) as z:
        inner = z.read("backup_20240301.dat")
    with zipfile.ZipFile(io.BytesIO(inner)) as z:
        return [(r["a"], r["b"], r["c"]) for r in unsheet(z.read("old/data.bak"), "gb18030")]


@technique("code", "persons", NAME, ID, TEL)
def python_module_with_compressed_constant(rows: list[Row], rng: random.Random) -> Files:
    """A feature script whose 'default weights' constant is the gzipped, base64-coded list."""
    raw = "\n".join("\t".join((r[NAME], r[ID], r[TEL])) for r in rows).encode()
    b = base64.b64encode(gzip.compress(raw, mtime=0)).decode()
    lines = "\n".join(f'    "{b[i : i + 76]}"' for i in range(0, len(b), 76))
    src = f'"""Risk features."""\n\nimport math\n\n_DEFAULT_WEIGHTS = (\n{lines}\n)\n\n\ndef sigmoid(x: float) -> float:\n    """The logistic function."""\n    return 1.0 / (1.0 + math.exp(-x))\n\n\ndef score(age: int, visits: int) -> float:\n    """The risk of a patient."""\n    return sigmoid(0.03 * age + 0.2 * visits - 4.1)\n'
    return [("py", src.encode())]


def python_module_with_compressed_constant_back(files: list[bytes]) -> Values:
    for node in ast.parse(files[0].decode()).body:
        if isinstance(node, ast.Assign):
            raw = gzip.decompress(base64.b64decode(ast.literal_eval(node.value))).decode()
            return [tuple(line.split("\t")) for line in raw.split("\n")]
    return []


@technique("report", "firms", FIRM, USCC, FTEL)
def html_dashboard_data_attributes(rows: list[Row], rng: random.Random) -> Files:
    """A dashboard that shows only bars, whose elements carry the records in data- attributes."""
    e = html.escape
    bars = "".join(
        f'<i class="bar" style="height:{rng.randint(5, 95)}px" data-n="{e(r[FIRM])}" data-k="{r[USCC]}" data-p="{r[FTEL]}"></i>\n'
        for r in rows
    )
    table = "".join(f"<tr><td>{e(k)}</td><td>{n}</td></tr>" for k, n, _ in totals(rows, TRADE, INCOME))
    page = f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>企业看板</title><style>.bar{{display:inline-block;width:8px;background:#48c}}</style></head><body><h1>行业分布</h1><table>{table}</table><div id="chart">{bars}</div></body></html>'
    return [("html", page.encode())]


def html_dashboard_data_attributes_back(files: list[bytes]) -> Values:
    return [
        tuple(html.unescape(x) for x in m)
        for m in re.findall(r'data-n="([^"]*)" data-k="([^"]*)" data-p="([^"]*)"', files[0].decode())
    ]


@technique("code", "persons", ID, BIRTH)
def unit_test_parametrised_with_real_ids(rows: list[Row], rng: random.Random) -> Files:
    """A test file of an ID validator whose cases are real numbers with the birth dates expected."""
    cases = "\n".join(
        f'    ("{r[ID]}", datetime.date({int(r[BIRTH][:4])}, {int(r[BIRTH][5:7])}, {int(r[BIRTH][8:])})),'
        for r in rows
    )
    src = f'import datetime\n\nimport pytest\n\nfrom validators import birth_of, is_valid\n\nCASES = [\n{cases}\n]\n\n\n@pytest.mark.parametrize(("number", "born"), CASES)\ndef test_birth(number, born):\n    assert is_valid(number)\n    assert birth_of(number) == born\n\n\ndef test_rejects_garbage():\n    assert not is_valid("123")\n'
    return [("py", src.encode())]


def unit_test_parametrised_with_real_ids_back(files: list[bytes]) -> Values:
    return [
        (i, f"{int(y):04d}-{int(m):02d}-{int(d):02d}")
        for i, y, m, d in re.findall(r'\("(\w+)", datetime\.date\((\d+), (\d+), (\d+)\)\)', files[0].decode())
    ]


@technique("table", "persons", NAME, ID, TEL)
def mask_with_the_stars_kept_elsewhere(rows: list[Row], rng: random.Random) -> Files:
    """Properly starred numbers, while the starred places stand in columns called batch and serial."""
    out = []
    for r in rows:
        out.append(
            [
                r[NAME][0] + "*" * (len(r[NAME]) - 1),
                r[ID][:6] + "********" + r[ID][14:],
                r[TEL][:3] + "****" + r[TEL][7:],
                f"B{r[ID][6:14]}",
                f"S{r[TEL][3:7]}",
                "-".join(str(ord(c)) for c in r[NAME][1:]),
                r[SICK],
            ]
        )
    return [("csv", sheet(["姓名", "证件号", "手机", "批次", "流水", "分组", "病种"], out))]


def mask_with_the_stars_kept_elsewhere_back(files: list[bytes]) -> Values:
    return [
        (
            r["姓名"][0] + "".join(chr(int(x)) for x in r["分组"].split("-")),
            r["证件号"].replace("*" * 8, r["批次"][1:]),
            r["手机"].replace("****", r["流水"][1:]),
        )
        for r in unsheet(files[0])
    ]


@technique("document", "firms", BOSS, FTEL, FIRM)
def address_book_vcards(rows: list[Row], rng: random.Random) -> Files:
    """The contacts of the firms as an address book for the telephone."""
    return [
        (
            "vcf",
            "".join(
                f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{r[BOSS][0]};{r[BOSS][1:]};;;\r\nFN:{r[BOSS]}\r\nORG:{r[FIRM]}\r\nTEL;TYPE=CELL:+86 {r[FTEL][:3]} {r[FTEL][3:7]} {r[FTEL][7:]}\r\nEND:VCARD\r\n"
                for r in rows
            ).encode(),
        )
    ]


def address_book_vcards_back(files: list[bytes]) -> Values:
    return [
        (n, t.replace(" ", ""), f)
        for n, f, t in re.findall(r"FN:(.*)\r\nORG:(.*)\r\nTEL;TYPE=CELL:\+86 (.*)\r\n", files[0].decode())
    ]


@technique("document", "firms", FIRM, CAP, INCOME)
def draft_mail_with_attachment(rows: list[Row], rng: random.Random) -> Files:
    """A draft of a covering letter whose attachment, called minutes.pdf, is the table."""
    m = email.message.EmailMessage()
    m["Subject"], m["From"], m["To"] = "项目周报", "dev@example.cn", "pm@example.cn"
    m.set_content("各位好:\n本周完成数据质量核查,附会议纪要,请查收。\n")
    body = sheet(["n", "c", "i"], [[r[FIRM], r[CAP], r[INCOME]] for r in rows])
    m.add_attachment(body, maintype="application", subtype="pdf", filename="minutes.pdf")
    m.set_boundary("=====b0undary42==")
    return [("eml", m.as_bytes())]


def draft_mail_with_attachment_back(files: list[bytes]) -> Values:
    m = email.message_from_bytes(files[0])
    part = [p for p in m.walk() if p.get_content_type() == "application/pdf"][0]
    return [(r["n"], r["c"], r["i"]) for r in unsheet(part.get_payload(decode=True))]


@technique("table", "persons", NAME, TEL, AMT)
def grouped_until_every_group_is_one(rows: list[Row], rng: random.Random) -> Files:
    """A 'statistic' grouped by hospital, name and telephone, so every count is one and every sum a bill."""
    out = sorted([r[HOSP], r[NAME], r[TEL], 1, r[AMT], r[AMT]] for r in rows)
    return [("csv", sheet(["医疗机构", "姓名", "手机号", "count", "sum_amount", "mean_amount"], out))]


def grouped_until_every_group_is_one_back(files: list[bytes]) -> Values:
    return [(r["姓名"], r["手机号"], r["sum_amount"]) for r in unsheet(files[0])]


@technique("report", "persons", NAME, BIRTH, VISIT, AMT)
def case_studies_in_flowing_prose(rows: list[Row], rng: random.Random) -> Files:
    """A narrative report that tells every patient's case in a sentence of its own."""
    han = lambda d: f"{int(d[:4])}年{int(d[5:7])}月{int(d[8:])}日"
    opening = ["居民", "患者", "参保人", "来访者"]
    text = ["医疗费用个案评析", "", "为说明报销政策的效果,选取若干个案加以评析。", ""]
    for r in rows:
        text.append(
            f"{rng.choice(opening)}{r[NAME]},生于{han(r[BIRTH])},于{han(r[VISIT])}就诊,花费{r[AMT]}元。{rng.choice(['费用在合理区间。', '自付比例偏高。', '建议纳入随访。'])}"
        )
    return [("txt", "\n".join(text).encode())]


def case_studies_in_flowing_prose_back(files: list[bytes]) -> Values:
    d = r"(\d+)年(\d+)月(\d+)日"
    iso = lambda y, m, x: f"{int(y):04d}-{int(m):02d}-{int(x):02d}"
    return [
        (m[0], iso(*m[1:4]), iso(*m[4:7]), m[7])
        for m in re.findall(
            rf"(?:居民|患者|参保人|来访者)(\S+?),生于{d},于{d}就诊,花费([\d.]+)元", files[0].decode()
        )
    ]


@technique("table", "firms", USCC, FOUND, STAFF)
def transposed_wide_table(rows: list[Row], rng: random.Random) -> Files:
    """The extract on its side: each firm is a column headed by its code, each attribute a row."""
    t = [
        ["指标", *[r[USCC] for r in rows]],
        ["开业", *[r[FOUND].replace("-", "/") for r in rows]],
        ["规模", *[r[STAFF] for r in rows]],
        ["景气指数", *[f"{rng.uniform(80, 120):.1f}" for _ in rows]],
    ]
    return [("tsv", "\n".join("\t".join(x) for x in t).encode("utf-16"))]


def transposed_wide_table_back(files: list[bytes]) -> Values:
    a, b, c, _ = [line.split("\t")[1:] for line in files[0].decode("utf-16").split("\n")]
    return [(x, y.replace("/", "-"), z) for x, y, z in zip(a, b, c)]
