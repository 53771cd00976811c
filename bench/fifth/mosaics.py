"""Family g: further records in pieces: overlapping tables, marginal totals, versions, file kinds mixed."""

from __future__ import annotations

import base64
import io
import json
import random
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq

from bench.fifth.core import (
    AMT,
    BIRTH,
    CAP,
    FIRM,
    ID,
    INCOME,
    NAME,
    TEL,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    cents,
    chunks,
    first,
    found,
    grid,
    id_text,
    money,
    table,
    technique,
    text,
    untable,
    untext,
)
from bench.fifth.cover import (
    AREAS,
    chart,
    paragraphs,
    pdf,
    pdf_show,
    pdf_streams,
    pdf_texts,
    png,
    sentence,
    summary,
)


@technique("g", "persons", *WHO)
def three_kinds_of_file(rows: list[Row], rng: random.Random) -> Files:
    """Names in a report as PDF, numbers in a Parquet file, telephones in a log: all in one order."""
    page = "\n".join(pdf_show(f"{i}. {r[NAME]}", 50, 800 - 12 * i) for i, r in enumerate(rows, 1))
    out = io.BytesIO()
    pq.write_table(pa.table({"k": list(range(len(rows))), "v": [r[ID] for r in rows]}), out)
    log = "\n".join(f"09:{i:02d} cb {r[TEL]} {rng.randint(1, 9)}s" for i, r in enumerate(rows))
    return [("pdf", pdf(page)), ("parquet", out.getvalue()), ("log", log.encode())]


def three_kinds_of_file_back(files: list[bytes]) -> Values:
    """The orders laid side by side."""
    names = [v.split(". ")[1] for v in pdf_texts(pdf_streams(files[0]))]
    ids = pq.read_table(io.BytesIO(files[1]))["v"].to_pylist()
    tels = [t for (t,) in found(r"cb (\d{11})", files[2].decode())]
    return list(zip(names, ids, tels, strict=True))


@technique("g", "firms", FIRM, INCOME, low=12, high=28)
def groups_that_differ(rows: list[Row], rng: random.Random) -> Files:
    """Totals of all firms of a park, and totals of all but the one that is named, in a second table."""
    lines, others = [], []
    for k, r in enumerate(rows):
        total = rng.randint(10**5, 10**7) + cents(r[INCOME])
        lines.append([f"园区{k:02d}", str(rng.randint(12, 40)), money(total)])
        others.append([f"园区{k:02d}", f"不含{r[FIRM]}", money(total - cents(r[INCOME]))])
    rng.shuffle(others)
    return [("csv", table(["园区", "户数", "营收"], lines)), ("csv", table(["园区", "口径", "营收"], others))]


def groups_that_differ_back(files: list[bytes]) -> Values:
    """The one less the other."""
    totals = {k: cents(v) for k, _, v in untable(files[0])}
    return [(f.removeprefix("不含"), money(totals[k] - cents(v))) for k, f, v in untable(files[1])]


@technique("g", "persons", BIRTH, VISIT, AMT, low=24, high=40)
def margins_of_years(rows: list[Row], _: random.Random) -> Files:
    """Three two-way tables with counts of one: birth by visit, visit by amount, birth by amount."""
    pairs = ((BIRTH, VISIT), (VISIT, AMT), (BIRTH, AMT))
    return [
        ("csv", table([a, b, "人数"], sorted([*line, "1"] for line in grid(rows, a, b)))) for a, b in pairs
    ]


def margins_of_years_back(files: list[bytes]) -> Values:
    """The triples that all three tables allow."""
    one, two, three = (untable(f) for f in files)
    allowed = {(b, a) for b, a, _ in three}
    return [(b, v, a) for b, v, _ in one for w, a, _ in two if v == w and (b, a) in allowed]


@technique("g", "persons", *WHO, low=12, high=30)
def versions_of_a_table(rows: list[Row], rng: random.Random) -> Files:
    """Five versions of one contact list, each correcting a fifth of the lines to the truth."""
    whole = grid(rows, *WHO)
    shown_ = [[f"{n[0]}某", z[:6] + "*" * 12, "1" + "0" * 10] for n, z, _ in whole]
    out: Files = []
    for k in range(5):
        lines = [w if i % 5 == k else s for i, (w, s) in enumerate(zip(whole, shown_, strict=True))]
        out.append(("csv", table(["称呼", "证件", "电话"], [[*x, str(rng.randint(1, 9))] for x in lines])))
    return out


def versions_of_a_table_back(files: list[bytes]) -> Values:
    """The lines without a mask."""
    return [tuple(x[:3]) for f in files for x in untable(f) if "*" not in x[1]]


@technique("g", "persons", ID, TEL)
def letters_of_charts(rows: list[Row], rng: random.Random) -> Files:
    """Four charts; the names of their series in four notes are slices of one base 32 text."""
    body = base64.b32encode(text(rows, ID, TEL).encode()).decode().rstrip("=").lower()
    out: Files = []
    for part in chunks(body, -(-len(body) // 4)):
        series = {
            p: [rng.randint(1, 99) for _ in range(3)]
            for p in (f"{i:02d}{v}" for i, v in enumerate(chunks(part, 16)))
        }
        out.append(
            ("json", json.dumps({"title": sentence(rng), "series": series}, ensure_ascii=False).encode())
        )
    return [*out, ("png", png(chart(rng)))]


def letters_of_charts_back(files: list[bytes]) -> Values:
    """The names joined."""
    body = "".join(k[2:] for f in files[:4] for k in json.loads(f)["series"]).upper()
    return untext(base64.b32decode(body + "=" * (-len(body) % 8)).decode())


@technique("g", "firms", FIRM, CAP, low=10, high=16)
def ranks_and_gaps(rows: list[Row], rng: random.Random) -> Files:
    """A ranking of firms by name in one report, the gaps between neighbours in the other."""
    ordered = sorted(rows, key=lambda r: -cents(r[CAP]))
    one = "\n".join(f"第{i}位:{r[FIRM]}。{sentence(rng)}" for i, r in enumerate(ordered, 1))
    gaps = [cents(a[CAP]) - cents(b[CAP]) for a, b in pairwise(ordered)]
    two = [[f"第{i}位领先", money(g)] for i, g in enumerate(gaps, 1)] + [["末位", ordered[-1][CAP]]]
    return [("txt", one.encode()), ("csv", table(["位次", "万元"], two))]


def ranks_and_gaps_back(files: list[bytes]) -> Values:
    """The gaps summed from the last."""
    names = [n for (n,) in found(r"第\d+位:(\S+?)。", files[0].decode())]
    total, sums = 0, []
    for _, gap in reversed(untable(files[1])):
        total += cents(gap)
        sums.append(money(total))
    return list(zip(names, reversed(sums), strict=True))


@technique("g", "persons", ID, low=16, high=40)
def shards_by_place(rows: list[Row], rng: random.Random) -> Files:
    """Six notebooks' figures: each file holds three places of every number, as counts of a district."""
    out: Files = []
    for k in range(6):
        lines = [
            [f"点位{i:02d}", "1" + r[ID][:17].rjust(18, "0")[3 * k : 3 * k + 3], rng.choice(AREAS)]
            for i, r in enumerate(rows)
        ]
        out.append(
            ("csv", table(["点位", "计数", "地区"], [*lines, *([a, n, m] for a, n, m in summary(rng))]))
        )
    return out


def shards_by_place_back(files: list[bytes]) -> Values:
    """The places joined."""
    parts = [[x[1][1:] for x in untable(f) if x[0].startswith("点位")] for f in files]
    return [(id_text(int("".join(x))),) for x in zip(*parts, strict=True)]


@technique("g", "persons", NAME, AMT, low=10, high=12)
def answer_to_questions(rows: list[Row], rng: random.Random) -> Files:
    """A short answer to each question of an inspector, one file a question, each with one case."""
    return [
        ("md", f"问:{sentence(rng)}\n\n答:{paragraphs(rng, 1)[0]}如{n}一例,自付{a}元。\n".encode())
        for n, a in grid(rows, NAME, AMT)
    ]


def answer_to_questions_back(files: list[bytes]) -> Values:
    """The cases told."""
    return [(first(r"如([一-龥]+?)一例", f.decode()), first(r"自付([\d.]+)元", f.decode())) for f in files]
