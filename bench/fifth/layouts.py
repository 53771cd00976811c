"""Family a to c: records as they are, in other orders, under other headings, in part."""

from __future__ import annotations

import html
import io
import random

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    id_text,
    table,
    technique,
    text,
    tuples,
    untable,
    untext,
)
from bench.fifth.cover import AREAS, escape, paragraphs, sentence, summary


@technique("a-c", "persons", *WHO)
def sign_in_sheet(rows: list[Row], _: random.Random) -> Files:
    """A training's attendance sheet, the records word for word."""
    lines = [[str(n), *line, "已签到"] for n, line in enumerate(grid(rows, *WHO), 1)]
    return [("csv", table(["序号", *WHO, "状态"], lines))]


def sign_in_sheet_back(files: list[bytes]) -> Values:
    """Columns two to four."""
    return [tuple(line[1:4]) for line in untable(files[0])]


@technique("a-c", "persons", *WHO)
def english_headings(rows: list[Row], rng: random.Random) -> Files:
    """A scoring output with foreign headings and a score of its own."""
    lines = [[f"{rng.random():.4f}", r[TEL], "B3", r[ID], r[NAME]] for r in rows]
    return [("csv", table(["score", "callback", "batch", "ref_no", "label"], lines))]


def english_headings_back(files: list[bytes]) -> Values:
    """The columns put back in order."""
    return [(line[4], line[3], line[1]) for line in untable(files[0])]


@technique("a-c", "persons", *WHO)
def loose_order(rows: list[Row], rng: random.Random) -> Files:
    """Lines whose cells stand in another order each time."""
    lines = [rng.sample(line, 3) for line in grid(rows, *WHO)]
    return [("csv", table(["项1", "项2", "项3"], lines))]


def loose_order_back(files: list[bytes]) -> Values:
    """The cells told apart by their length."""
    out: Values = []
    for line in untable(files[0]):
        short, middle, long = sorted(line, key=len)
        out.append((short, long, middle))
    return out


@technique("a-c", "persons", NAME, ID)
def among_invented(rows: list[Row], rng: random.Random) -> Files:
    """Records among three times as many invented persons, whose check digits are wrong."""
    lines = grid(rows, NAME, ID)
    for _ in range(3 * len(rows)):
        body = id_text(int(f"5203{rng.randint(21, 30)}19{rng.randint(50, 99)}0{rng.randint(1, 9)}"
                           f"{rng.randint(10, 28)}{rng.randint(100, 999)}"))  # fmt: skip
        last = rng.choice([c for c in "0123456789X" if c != body[-1]])
        lines.append([rng.choice("王李张刘陈") + rng.choice("伟芳娜敏静"), body[:17] + last])
    rng.shuffle(lines)
    return [("csv", table(["对象", "编码"], lines))]


def among_invented_back(files: list[bytes]) -> Values:
    """The lines whose check digit holds."""
    return [(n, i) for n, i in untable(files[0]) if id_text(int(i[:17])) == i]


@technique("a-c", "persons", *WEAK, low=25)
def weak_columns(rows: list[Row], _: random.Random) -> Files:
    """A modelling table without a name or number: birth, visit and amount."""
    ordered = sorted(grid(rows, *WEAK), key=lambda line: line[2])
    return [("tsv", table(["dob", "adm_date", "cost"], ordered, "\t"))]


def weak_columns_back(files: list[bytes]) -> Values:
    """The table as it is."""
    return tuples(untable(files[0], "\t"))


@technique("a-c", "firms", FIRM, FTEL)
def appendix_of_report(rows: list[Row], rng: random.Random) -> Files:
    """A report in Markdown with a list of contacts as its appendix."""
    body = "\n\n".join(["# 茶产业调研报告", *paragraphs(rng), "## 附:走访企业"])
    lines = "\n".join(f"| {f} | {t} |" for f, t in grid(rows, FIRM, FTEL))
    return [("md", f"{body}\n\n| 企业 | 联络 |\n|---|---|\n{lines}\n\n{sentence(rng)}\n".encode())]


def appendix_of_report_back(files: list[bytes]) -> Values:
    """The cells of the appendix."""
    return found(r"\| (遵\S+|\S+) \| (1\d{10}) \|", files[0].decode())


@technique("a-c", "persons", *WHO)
def anonymous_parquet(rows: list[Row], rng: random.Random) -> Files:
    """A Parquet file with headings c0 to c4, coded by dictionary."""
    data = {f"c{i}": [line[i] for line in grid(rows, TEL, NAME, ID)] for i in range(3)}
    data["c3"] = [rng.choice(AREAS) for _ in rows]
    out = io.BytesIO()
    pq.write_table(pa.table(data), out, compression="zstd")
    return [("parquet", out.getvalue())]


def anonymous_parquet_back(files: list[bytes]) -> Values:
    """The columns put back in order."""
    lines = pq.read_table(io.BytesIO(files[0])).to_pylist()
    return [(r["c1"], r["c2"], r["c0"]) for r in lines]


@technique("a-c", "persons", *WHO, low=10, high=20)
def below_the_total(rows: list[Row], rng: random.Random) -> Files:
    """A district table whose notes below the total are records."""
    lines = [*summary(rng), ["合计", "-", "-"], ["注:抽样核对", "", ""], *grid(rows, *WHO)]
    return [("csv", table(["地区", "人次", "均费"], lines))]


def below_the_total_back(files: list[bytes]) -> Values:
    """What follows the note."""
    lines = untable(files[0])
    return tuples(lines[[line[0] for line in lines].index("注:抽样核对") + 1 :])


@technique("a-c", "firms", FIRM, USCC, BOSS)
def html_directory(rows: list[Row], rng: random.Random) -> Files:
    """A web page of a directory with a paragraph of figures above."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(v)}</td>" for v in line) + "</tr>\n"
        for line in grid(rows, BOSS, FIRM, USCC)
    )
    head = "".join(f"<p>{p}</p>" for p in paragraphs(rng, 2))
    return [("html", f"<html><meta charset=utf-8><body>{head}<table>{cells}</table></body></html>".encode())]


def html_directory_back(files: list[bytes]) -> Values:
    """The cells of the table."""
    cells = found(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", files[0].decode())
    return [(html.unescape(f), u, b) for b, f, u in cells]


@technique("a-c", "persons", ID, TEL)
def bootstrap_sample(rows: list[Row], rng: random.Random) -> Files:
    """A sample drawn with replacement: every record several times, all shuffled."""
    lines = [line for line in grid(rows, ID, TEL) for _ in range(rng.randint(1, 4))]
    rng.shuffle(lines)
    return [("csv", table(["unit", "draw"], lines))]


def bootstrap_sample_back(files: list[bytes]) -> Values:
    """The distinct lines."""
    return list(dict.fromkeys(tuples(untable(files[0]))))


@technique("a-c", "persons", NAME, TEL, HOSP)
def false_headings(rows: list[Row], _: random.Random) -> Files:
    """Headings that name statistics over columns of persons."""
    return [("csv", table(["指标名称", "指标编码", "统计口径"], grid(rows, NAME, TEL, HOSP)))]


def false_headings_back(files: list[bytes]) -> Values:
    """The table as it is."""
    return tuples(untable(files[0]))


@technique("a-c", "firms", *BOOK)
def feather_renamed(rows: list[Row], rng: random.Random) -> Files:
    """An Arrow file with the columns renamed and re-ordered."""
    lines = sorted(grid(rows, *BOOK), key=lambda line: line[1][::-1])
    data = {"node": [x[1] for x in lines], "w": [rng.random() for _ in lines], "src": [x[2] for x in lines]}
    out = io.BytesIO()
    feather.write_feather(pa.table({**data, "title": [x[0] for x in lines]}), out, compression="lz4")
    return [("feather", out.getvalue())]


def feather_renamed_back(files: list[bytes]) -> Values:
    """The columns put back in order."""
    return [(r["title"], r["node"], r["src"]) for r in feather.read_table(io.BytesIO(files[0])).to_pylist()]


@technique("a-c", "persons", BIRTH, VISIT, AMT, HOSP)
def test_fixture(rows: list[Row], rng: random.Random) -> Files:
    """A software test's expected output, pasted from the table."""
    lines = text(rows, BIRTH, VISIT, AMT, HOSP, sep=" ~ ")
    head = "\n".join(f"# {sentence(rng)}" for _ in range(3))
    return [("txt", f"{head}\nexpected:\n{lines}\n".encode())]


def test_fixture_back(files: list[bytes]) -> Values:
    """The lines after the word."""
    return untext(files[0].decode().split("expected:\n")[1], " ~ ")
