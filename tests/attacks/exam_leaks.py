# ruff: noqa: E501 - a case reads best on one line
"""Files that carry source records in a disguise. Written from the command line's contract alone."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import pickle
import quopri
import random
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from tests.attacks.exam_source import SURNAMES, Row, to_csv

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class World:
    """What the leaker holds: all visits, all firms, the masked visits."""

    persons: list[Row]
    firms: list[Row]
    masked: list[Row]


@dataclass(frozen=True, slots=True)
class Leak:
    """One hostile file set. `recoverable`: a reader could get the records back without knowing a secret."""

    name: str
    make: Callable[[World, random.Random], dict[str, bytes]]
    recoverable: bool


LEAKS: Final[list[Leak]] = []


def leak(extension: str, *, recoverable: bool = True) -> Callable[..., Callable[..., object]]:
    """Enter a maker of one file, or of a dict of files, in the list."""

    def enter(make: Callable[[World, random.Random], object]) -> Callable[..., object]:
        name = make.__name__

        def files(world: World, rng: random.Random) -> dict[str, bytes]:
            made = make(world, rng)
            if isinstance(made, dict):
                return made
            return {f"{name}.{extension}": made.encode() if isinstance(made, str) else made}

        LEAKS.append(Leak(name, files, recoverable))
        return make

    return enter


def only(rows: list[Row], *names: str) -> list[Row]:
    return [{name: row[name] for name in names} for row in rows]


def mapped(rows: list[Row], change: Callable[[str], str], *names: str) -> list[Row]:
    return [{n: change(v) if not names or n in names else v for n, v in row.items()} for row in rows]


def lines(rows: list[Row], separator: str = ",") -> str:
    return "\n".join(separator.join(row.values()) for row in rows)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", ".")), data)
    return out.getvalue()


def book(rows: list[list[object]], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def png(*chunks: tuple[bytes, bytes], pixels: bytes | None = None, size: int = 8) -> bytes:
    raw = pixels or bytes(size * size)
    body = b"".join(b"\0" + raw[n * size : (n + 1) * size] for n in range(size))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0))
    extra = b"".join(chunk(kind, data) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


COUNTS: Final = "地区,企业数\n红花岗区,410\n汇川区,360\n播州区,320\n桐梓县,160\n"

# --- tables under other names and in other shapes


@leak("csv")
def renamed_and_shuffled(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 40)
    names = rng.sample(list(rows[0]), len(rows[0]))
    return to_csv([{f"v{n}": row[name] for n, name in enumerate(names)} for row in rows])


@leak("csv")
def three_columns(w: World, rng: random.Random) -> str:
    return to_csv(only(rng.sample(w.persons, 50), "诊断", "姓名", "手机号"))


@leak("csv")
def name_and_phone(w: World, rng: random.Random) -> str:
    return to_csv(only(rng.sample(w.persons, 50), "姓名", "手机号"))


@leak("csv")
def number_and_diagnosis(w: World, rng: random.Random) -> str:
    return to_csv(only(rng.sample(w.persons, 20), "身份证号", "诊断"))


@leak("csv")
def three_rows(w: World, rng: random.Random) -> str:
    return to_csv(rng.sample(w.persons, 3))


@leak("csv")
def one_row(w: World, rng: random.Random) -> str:
    return to_csv(rng.sample(w.firms, 1))


@leak("csv")
def three_rows_without_identifiers(w: World, rng: random.Random) -> str:
    return to_csv(only(rng.sample(w.persons, 3), "出生日期", "区县", "诊断", "医院", "金额", "就诊日期"))


@leak("csv")
def transposed(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 12)
    return "\n".join(",".join([name, *(row[name] for row in rows)]) for name in rows[0])


@leak("csv")
def entity_attribute_value(w: World, rng: random.Random) -> str:
    cells = [(row["身份证号"], name, cell) for row in rng.sample(w.persons, 15) for name, cell in row.items()]
    return "实体,属性,值\n" + "\n".join(map(",".join, cells))


@leak("csv")
def attribute_value_by_row_number(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.persons, 30), "姓名", "出生日期", "诊断", "金额", "就诊日期")
    cells = [(str(n), name, cell) for n, row in enumerate(rows) for name, cell in row.items()]
    return "id,k,v\n" + "\n".join(map(",".join, rng.sample(cells, len(cells))))


@leak("csv")
def one_record_among_clean_rows(w: World, rng: random.Random) -> str:
    rows = [
        {"a": f"分组{n}", "b": str(rng.randrange(50, 5000)), "c": f"{rng.random():.3f}", "d": "-", "e": "-"}
        for n in range(3000)
    ]
    one = rng.choice(w.persons)
    rows[1234] = {"a": one["姓名"], "b": one["手机号"], "c": one["住址"], "d": one["诊断"], "e": one["金额"]}
    return to_csv(rows)


@leak("csv")
def among_noise_columns(w: World, rng: random.Random) -> str:
    return to_csv([
        {f"n{n}": str(rng.randrange(10**6)) for n in range(20)}
        | only([row], "出生日期", "医院", "金额", "就诊日期")[0]
        | {f"m{n}": str(rng.randrange(10**6)) for n in range(20)}
        for row in rng.sample(w.persons, 30)
    ])  # fmt: skip


@leak("csv")
def mixed_with_made_up_people(w: World, rng: random.Random) -> str:
    real = only(rng.sample(w.persons, 20), "姓名", "手机号", "诊断", "金额")
    fake = [
        {
            "姓名": rng.choice(SURNAMES) + "某",
            "手机号": f"139{rng.randrange(10**8):08d}",
            "诊断": "体检",
            "金额": f"{rng.random() * 900:.2f}",
        }
        for _ in range(180)
    ]
    return to_csv(rng.sample(real + fake, 200))


@leak("csv")
def amounts_scaled(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.persons, 40), "出生日期", "医院", "诊断", "就诊日期", "金额")
    return to_csv(mapped(rows, lambda v: f"{float(v) * 3 + 7:.2f}", "金额"))


@leak("csv")
def dates_and_amount_beside_dummies(w: World, rng: random.Random) -> str:
    rows = []
    for row in rng.sample(w.persons, 60):
        dummies = {f"科室{n}": str(int(hash_of(row["诊断"]) % 6 == n)) for n in range(6)}
        rows.append(only([row], "出生日期", "就诊日期", "金额")[0] | dummies)
    return to_csv(rows)


def hash_of(text: str) -> int:
    return zlib.crc32(text.encode())


@leak("csv")
def grouped_by_everything(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.firms, 60), "地区", "行业", "成立日期", "注册资本")
    return to_csv([row | {"企业数": "1"} for row in rows])


@leak("csv")
def persons_as_index_of_a_pivot(w: World, rng: random.Random) -> str:
    months = [f"{n}月" for n in range(1, 13)]
    rows = []
    for row in rng.sample(w.persons, 30):
        spent = dict.fromkeys(months, "0")
        spent[months[int(row["就诊日期"][5:7]) - 1]] = row["金额"]
        rows.append({"姓名": row["姓名"], "手机": row["手机号"], **spent})
    return to_csv(rows)


@leak("csv")
def names_collected_by_group(w: World, rng: random.Random) -> str:
    groups: dict[str, list[str]] = {}
    for row in rng.sample(w.firms, 200):
        groups.setdefault(row["地区"], []).append(f"{row['企业名称']}({row['统一社会信用代码']})")
    return "地区,企业\n" + "\n".join(f"{k},{'、'.join(v)}" for k, v in groups.items())


@leak("csv")
def columns_sorted_apart(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 50)
    columns = [sorted(row[name] for row in rows) for name in ("姓名", "身份证号", "手机号")]
    return "甲,乙,丙\n" + "\n".join(map(",".join, zip(*columns, strict=True)))


@leak("txt")
def only_phones(w: World, rng: random.Random) -> str:
    return "\n".join(row["手机号"] for row in rng.sample(w.persons, 60))


@leak("csv")
def director_and_firm(w: World, rng: random.Random) -> str:
    return to_csv(only(rng.sample(w.firms, 30), "法定代表人", "企业名称"))


@leak("csv")
def largest_firms(w: World, _: random.Random) -> str:
    top = sorted(w.firms, key=lambda row: -float(row["注册资本"]))[:10]
    return to_csv(only(top, "企业名称", "注册资本", "行业"))


@leak("csv")
def firms_without_names(w: World, rng: random.Random) -> str:
    return to_csv(only(rng.sample(w.firms, 40), "地区", "行业", "成立日期", "注册资本", "从业人数"))


@leak("csv")
def masked_rows_renamed(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.masked, 40)
    return to_csv([{f"x{n}": cell for n, cell in enumerate(reversed(row.values()))} for row in rows])


@leak("txt")
def masked_tokens(w: World, rng: random.Random) -> str:
    return "\n".join(row["人员"] for row in rng.sample(w.masked, 40))


@leak("csv")
def masked_rows_without_tokens(w: World, rng: random.Random) -> str:
    return to_csv(only(rng.sample(w.masked, 40), "出生年", "区县", "诊断", "医院", "金额", "就诊日期"))


@leak("csv")
def after_a_clean_head(w: World, rng: random.Random) -> str:
    head = "\n".join(f"第{n}组,{rng.randrange(100, 900)},," for n in range(600))
    return (
        "组,数,备注,说明\n"
        + head
        + "\n"
        + lines(only(rng.sample(w.persons, 12), "姓名", "手机号", "诊断", "金额"))
    )


@leak("csv")
def after_blank_lines(w: World, rng: random.Random) -> str:
    return COUNTS + "\n" * 1000 + lines(rng.sample(w.persons, 6))


# --- values written another way


@leak("csv")
def full_width(w: World, rng: random.Random) -> str:
    wide = {ord(c): ord(c) + 0xFEE0 for c in "0123456789X-."}
    return to_csv(mapped(rng.sample(w.persons, 20), lambda v: v.translate(wide)))


@leak("csv")
def arabic_indic_digits(w: World, rng: random.Random) -> str:
    other = {ord(str(n)): 0x660 + n for n in range(10)}
    return to_csv(mapped(rng.sample(w.persons, 20), lambda v: v.translate(other)))


@leak("csv")
def chinese_numerals(w: World, rng: random.Random) -> str:
    other = str.maketrans("0123456789", "〇一二三四五六七八九")
    return to_csv(
        mapped(only(rng.sample(w.persons, 20), "姓名", "身份证号", "手机号"), lambda v: v.translate(other))
    )


@leak("csv")
def chinese_dates(w: World, rng: random.Random) -> str:
    def spelled(day: str) -> str:
        year, month, number = day.split("-")
        return f"{year}年{int(month)}月{int(number)}日"

    rows = only(rng.sample(w.persons, 30), "出生日期", "区县", "医院", "金额", "就诊日期")
    return to_csv(mapped(rows, spelled, "出生日期", "就诊日期"))


@leak("csv")
def american_dates(w: World, rng: random.Random) -> str:
    def turned(day: str) -> str:
        year, month, number = day.split("-")
        return f"{month}/{number}/{year}"

    rows = only(rng.sample(w.persons, 30), "出生日期", "区县", "医院", "金额", "就诊日期")
    return to_csv(mapped(rows, turned, "出生日期", "就诊日期"))


@leak("csv")
def excel_serial_dates(w: World, rng: random.Random) -> str:
    from datetime import date

    rows = only(rng.sample(w.persons, 30), "出生日期", "区县", "诊断", "医院", "金额", "就诊日期")
    return to_csv(
        mapped(rows, lambda v: str((date.fromisoformat(v) - date(1899, 12, 30)).days), "出生日期", "就诊日期")
    )


@leak("csv")
def in_ten_thousands(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.firms, 40), "成立日期", "地区", "行业", "注册资本", "从业人数")
    return to_csv(mapped(rows, lambda v: f"{float(v) / 10000:.5f}亿", "注册资本"))


@leak("csv")
def with_thousands_separators(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.persons, 40), "出生日期", "医院", "诊断", "就诊日期", "金额")
    return to_csv(mapped(rows, lambda v: f"¥{float(v):,.2f}元", "金额"))


@leak("csv")
def split_numbers(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 40)
    return to_csv(
        [
            {"前": r["身份证号"][:6], "中": r["身份证号"][6:14], "后": r["身份证号"][14:], "名": r["姓名"]}
            for r in rows
        ]
    )


@leak("csv")
def split_digit_by_digit(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 40)
    return to_csv([{f"d{n}": c for n, c in enumerate(r["手机号"])} for r in rows])


@leak("csv")
def reversed_strings(w: World, rng: random.Random) -> str:
    return to_csv(mapped(rng.sample(w.persons, 20), lambda v: v[::-1]))


@leak("csv")
def spaced_numbers(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.persons, 30), "身份证号", "手机号")
    return to_csv(mapped(rows, lambda v: "-".join(v[n : n + 4] for n in range(0, len(v), 4))))


@leak("csv")
def zero_width(w: World, rng: random.Random) -> str:
    return to_csv(mapped(rng.sample(w.persons, 20), "\u200b".join))


@leak("csv")
def as_formulas(w: World, rng: random.Random) -> str:
    return "\n".join(",".join(f'="{v}"' for v in row.values()) for row in rng.sample(w.persons, 20))


@leak("csv")
def prefixed_cells(w: World, rng: random.Random) -> str:
    return to_csv(mapped(rng.sample(w.persons, 20), lambda v: f"值:{v};"))


@leak("csv", recoverable=False)
def digits_shifted(w: World, rng: random.Random) -> str:
    other = str.maketrans("0123456789", "1234567890")
    return to_csv(mapped(only(rng.sample(w.persons, 30), "身份证号", "手机号"), lambda v: v.translate(other)))


@leak("csv")
def amounts_rounded(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.persons, 60), "出生日期", "医院", "诊断", "就诊日期", "金额")
    return to_csv(mapped(rows, lambda v: f"{round(float(v), -1):.0f}", "金额"))


@leak("csv")
def months_and_ages(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.persons, 60), "区县", "诊断", "医院", "金额", "就诊日期")
    return to_csv(mapped(rows, lambda v: v[:7], "就诊日期"))


# --- cells run together


@leak("csv")
def one_column_with_bars(w: World, rng: random.Random) -> str:
    return "记录\n" + lines(rng.sample(w.persons, 25), "|")


@leak("txt")
def run_together(w: World, rng: random.Random) -> str:
    return lines(only(rng.sample(w.persons, 25), "姓名", "身份证号", "手机号", "诊断"), "")


@leak("txt")
def fixed_width(w: World, rng: random.Random) -> str:
    rows = only(rng.sample(w.persons, 25), "姓名", "出生日期", "诊断", "金额", "就诊日期")
    return "\n".join("".join(cell.ljust(12) for cell in row.values()) for row in rows)


@leak("txt")
def caret_separated(w: World, rng: random.Random) -> str:
    return lines(rng.sample(w.firms, 25), "^")


@leak("txt")
def record_over_several_lines(w: World, rng: random.Random) -> str:
    return "\n\n".join("\n".join(f"{k}：{v}" for k, v in row.items()) for row in rng.sample(w.persons, 10))


@leak("md")
def in_sentences(w: World, rng: random.Random) -> str:
    return "# 病例摘要\n\n" + "\n\n".join(
        f"患者{r['姓名']}（{r['性别']}，{r['出生日期']}出生，家住{r['住址']}）于{r['就诊日期']}因{r['诊断']}到{r['医院']}就诊，花费{r['金额']}元。"
        for r in rng.sample(w.persons, 8)
    )


@leak("log")
def key_value_log(w: World, rng: random.Random) -> str:
    return "\n".join("INFO " + " ".join(f"{k}={v}" for k, v in r.items()) for r in rng.sample(w.persons, 20))


@leak("csv")
def records_inside_one_quoted_cell(w: World, rng: random.Random) -> str:
    inner = to_csv(rng.sample(w.persons, 15)).replace('"', '""')
    return f'指标,说明\n总量,"{inner}"\n'


# --- other table and document formats


@leak("json")
def nested_json(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 12)
    return json.dumps(
        {
            "data": [
                {
                    "id": {"name": r["姓名"], "no": r["身份证号"]},
                    "visit": {"dx": [r["诊断"]], "fee": {"yuan": r["金额"]}},
                    "tel": r["手机号"],
                }
                for r in rows
            ]
        }
    )


@leak("json")
def json_by_column(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 12)
    return json.dumps({name: [row[name] for row in rows] for name in rows[0]}, ensure_ascii=False)


@leak("json")
def json_keyed_by_number(w: World, rng: random.Random) -> str:
    return json.dumps(
        {row["身份证号"]: {"n": row["姓名"], "d": row["诊断"]} for row in rng.sample(w.persons, 12)}
    )


@leak("json")
def json_of_strings_of_json(w: World, rng: random.Random) -> str:
    return json.dumps([json.dumps(json.dumps(row)) for row in rng.sample(w.persons, 12)])


@leak("ndjson")
def json_lines(w: World, rng: random.Random) -> str:
    return "\n".join(json.dumps(row) for row in rng.sample(w.firms, 20))


@leak("geojson")
def map_properties(w: World, rng: random.Random) -> str:
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [106.9, 27.7]}, "properties": row}
        for row in rng.sample(w.firms, 15)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


@leak("xml")
def xml_elements(w: World, rng: random.Random) -> str:
    return (
        "<all>"
        + "".join(
            "<r>" + "".join(f"<c>{v}</c>" for v in r.values()) + "</r>" for r in rng.sample(w.persons, 15)
        )
        + "</all>"
    )


@leak("xml")
def xml_attributes(w: World, rng: random.Random) -> str:
    return (
        "<all>"
        + "".join(
            "<r " + " ".join(f'a{n}="{v}"' for n, v in enumerate(r.values())) + "/>"
            for r in rng.sample(w.persons, 15)
        )
        + "</all>"
    )


@leak("md")
def markdown_table(w: World, rng: random.Random) -> str:
    rows = rng.sample(w.persons, 15)
    return "\n".join(
        [
            "|" + "|".join(rows[0]) + "|",
            "|" + "---|" * len(rows[0]),
            *("|" + "|".join(r.values()) + "|" for r in rows),
        ]
    )


@leak("html")
def html_table(w: World, rng: random.Random) -> str:
    return (
        "<table>"
        + "".join(
            "<tr>" + "".join(f"<td>{v}</td>" for v in r.values()) + "</tr>" for r in rng.sample(w.persons, 15)
        )
        + "</table>"
    )


@leak("html")
def html_attributes(w: World, rng: random.Random) -> str:
    return (
        "<ul>"
        + "".join(
            "<li " + " ".join(f'data-{n}="{v}"' for n, v in enumerate(r.values())) + ">组</li>"
            for r in rng.sample(w.persons, 15)
        )
        + "</ul>"
    )


@leak("html")
def html_entities(w: World, rng: random.Random) -> str:
    return (
        "<p>"
        + "<br>".join(
            ",".join("".join(f"&#{ord(c)};" for c in v) for v in r.values())
            for r in rng.sample(w.persons, 15)
        )
        + "</p>"
    )


@leak("html")
def html_comment_and_script(w: World, rng: random.Random) -> str:
    return f"<p>合计 1234</p><!-- {lines(rng.sample(w.persons, 8))} --><script>var d={json.dumps(rng.sample(w.persons, 8))}</script>"


@leak("svg")
def svg_text(w: World, rng: random.Random) -> str:
    rows = "".join(
        f'<text y="{n * 12}">{html.escape(" ".join(r.values()))}</text>'
        for n, r in enumerate(rng.sample(w.persons, 15))
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{rows}</svg>'


@leak("svg", recoverable=False)
def svg_coordinates(w: World, rng: random.Random) -> str:
    rows = "".join(
        f'<circle cx="{r["出生日期"].replace("-", "")}" cy="{r["金额"]}" r="{r["就诊日期"].replace("-", "")}"/>'
        for r in rng.sample(w.persons, 40)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{rows}</svg>'


@leak("ipynb")
def notebook_outputs(w: World, rng: random.Random) -> str:
    output = {
        "output_type": "stream",
        "name": "stdout",
        "text": [f"{n} {' '.join(r.values())}\n" for n, r in enumerate(rng.sample(w.persons, 10))],
    }
    cell = {
        "cell_type": "code",
        "source": "df.head(10)",
        "metadata": {},
        "execution_count": 1,
        "outputs": [output],
    }
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


@leak("ipynb")
def notebook_metadata(w: World, rng: random.Random) -> str:
    cell = {"cell_type": "markdown", "source": "结论", "metadata": {"x": rng.sample(w.persons, 10)}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


@leak("tex")
def latex_table(w: World, rng: random.Random) -> str:
    return (
        "\\begin{tabular}{l}\n"
        + "\n".join(" & ".join(r.values()) + r" \\" for r in rng.sample(w.persons, 15))
        + "\n\\end{tabular}"
    )


@leak("py")
def python_literal(w: World, rng: random.Random) -> str:
    return (
        f"import pandas as pd\nDATA = {rng.sample(w.persons, 15)!r}\nprint(pd.DataFrame(DATA).describe())\n"
    )


@leak("py")
def escaped_bytes_in_code(w: World, rng: random.Random) -> str:
    return f"DATA = {lines(rng.sample(w.persons, 10)).encode()!r}\n"


@leak("sql")
def insert_statements(w: World, rng: random.Random) -> str:
    return "\n".join(
        "INSERT INTO t VALUES (" + ", ".join(f"'{v}'" for v in r.values()) + ");"
        for r in rng.sample(w.firms, 15)
    )


@leak("yaml")
def yaml_list(w: World, rng: random.Random) -> str:
    return "\n".join("- " + "\n  ".join(f"{k}: {v}" for k, v in r.items()) for r in rng.sample(w.persons, 12))


@leak("vcf")
def contact_cards(w: World, rng: random.Random) -> str:
    return "\n".join(
        f"BEGIN:VCARD\nFN:{r['姓名']}\nTEL:{r['手机号']}\nADR:;;{r['住址']}\nEND:VCARD"
        for r in rng.sample(w.persons, 12)
    )


@leak("eml")
def mail_with_attachment(w: World, rng: random.Random) -> str:
    body = base64.encodebytes(to_csv(rng.sample(w.persons, 15)).encode()).decode()
    return (
        f"Subject: x\nMIME-Version: 1.0\nContent-Type: text/csv\nContent-Transfer-Encoding: base64\n\n{body}"
    )


@leak("xlsx")
def hidden_sheet(w: World, rng: random.Random) -> bytes:
    def hide(made: openpyxl.Workbook) -> None:
        sheet = made.create_sheet("缓存")
        for row in rng.sample(w.persons, 15):
            sheet.append(list(row.values()))
        sheet.sheet_state = "veryHidden"

    return book([["地区", "企业数"], ["汇川区", 360]], hide)


@leak("xlsx")
def sheet_comments(w: World, rng: random.Random) -> bytes:
    def note(made: openpyxl.Workbook) -> None:
        for n, row in enumerate(rng.sample(w.persons, 10), 1):
            made.active[f"A{n}"].comment = Comment(",".join(row.values()), "a")

    return book([["红花岗区", 100 + n] for n in range(10)], note)


@leak("xlsx")
def sheet_properties(w: World, rng: random.Random) -> bytes:
    def note(made: openpyxl.Workbook) -> None:
        made.properties.description = lines(rng.sample(w.persons, 10))

    return book([["地区", "企业数"], ["汇川区", 360]], note)


@leak("xlsx")
def defined_names(w: World, rng: random.Random) -> bytes:
    def note(made: openpyxl.Workbook) -> None:
        for n, row in enumerate(rng.sample(w.persons, 10)):
            made.defined_names[f"n{n}"] = DefinedName(f"n{n}", attr_text='"' + ",".join(row.values()) + '"')

    return book([["地区", "企业数"], ["汇川区", 360]], note)


@leak("xlsx")
def far_away_cells(w: World, rng: random.Random) -> bytes:
    def note(made: openpyxl.Workbook) -> None:
        for n, row in enumerate(rng.sample(w.persons, 8)):
            for m, cell in enumerate(row.values()):
                made.active.cell(5000 + n, 200 + m, cell)

    return book([["地区", "企业数"], ["汇川区", 360]], note)


@leak("docx")
def word_document(w: World, rng: random.Random) -> bytes:
    text = "".join(
        f"<w:p><w:r><w:t>{' '.join(r.values())}</w:t></w:r></w:p>" for r in rng.sample(w.persons, 10)
    )
    body = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{text}</w:body></w:document>'
    kinds = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    return zipped(**{"[Content_Types].xml": kinds.encode(), "word/document.xml": body.encode()})


@leak("pptx")
def slides(w: World, rng: random.Random) -> bytes:
    text = "".join(
        f"<a:p><a:r><a:t>{' '.join(r.values())}</a:t></a:r></a:p>" for r in rng.sample(w.persons, 10)
    )
    kinds = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    slide = f'<p:sld xmlns:p="p" xmlns:a="a">{text}</p:sld>'
    return zipped(
        **{
            "[Content_Types].xml": kinds.encode(),
            "ppt/presentation.xml": b"<p/>",
            "ppt/slides/slide1.xml": slide.encode(),
        }
    )


def _pdf(text: str, *, flate: bool) -> bytes:
    hexed = "".join(f"BT <{line.encode('utf-16-be').hex()}> Tj ET\n" for line in text.splitlines()).encode()
    data = zlib.compress(hexed) if flate else text.encode()
    kind = b"/Filter/FlateDecode" if flate else b""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n2 0 obj<<"
        + kind
        + f"/Length {len(data)}>>stream\n".encode()
        + data
        + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


@leak("pdf")
def pdf_text(w: World, rng: random.Random) -> bytes:
    return _pdf(lines(rng.sample(w.persons, 10)), flate=False)


@leak("pdf")
def pdf_compressed(w: World, rng: random.Random) -> bytes:
    return _pdf(lines(rng.sample(w.persons, 10)), flate=True)


@leak("parquet")
def parquet(w: World, rng: random.Random) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rng.sample(w.persons, 20)), out)
    return out.getvalue()


@leak("parquet")
def parquet_metadata(w: World, rng: random.Random) -> bytes:
    table = pa.table({"地区": ["汇川区"], "数": [360]}).replace_schema_metadata(
        {"note": lines(rng.sample(w.persons, 10))}
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@leak("parquet")
def parquet_nested(w: World, rng: random.Random) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"组": ["甲"], "明细": [rng.sample(w.persons, 15)]}), out)
    return out.getvalue()


@leak("arrow")
def arrow_file(w: World, rng: random.Random) -> bytes:
    table = pa.Table.from_pylist(rng.sample(w.persons, 20))
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


@leak("sqlite")
def database(w: World, rng: random.Random) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.sqlite"
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE t (a, b, c, d, e, f, g, h, i, j, k)")
        db.executemany(
            f"INSERT INTO t VALUES ({','.join('?' * 11)})",
            [list(r.values()) for r in rng.sample(w.persons, 15)],
        )
        db.commit()
        db.close()
        return path.read_bytes()


@leak("pkl")
def pickled(w: World, rng: random.Random) -> bytes:
    return pickle.dumps(rng.sample(w.persons, 15))


@leak("npy")
def numpy_strings(w: World, rng: random.Random) -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([list(r.values()) for r in rng.sample(w.persons, 15)]))
    return out.getvalue()


@leak("safetensors")
def tensors_with_notes(w: World, rng: random.Random) -> bytes:
    head = json.dumps(
        {
            "__metadata__": {"note": lines(rng.sample(w.persons, 10))},
            "w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
        }
    ).encode()
    return struct.pack("<Q", len(head)) + head + struct.pack("<2f", 0.5, 0.25)


# --- encodings and containers


@leak("csv")
def base64_cells(w: World, rng: random.Random) -> str:
    return to_csv(mapped(rng.sample(w.persons, 20), lambda v: base64.b64encode(v.encode()).decode()))


@leak("csv")
def hex_cells(w: World, rng: random.Random) -> str:
    return to_csv(mapped(rng.sample(w.persons, 20), lambda v: v.encode().hex()))


@leak("csv")
def base64_of_rows(w: World, rng: random.Random) -> str:
    rows = [
        base64.urlsafe_b64encode(json.dumps(r).encode()).decode().rstrip("=")
        for r in rng.sample(w.persons, 20)
    ]
    return "编号,令牌\n" + "\n".join(f"{n},{row}" for n, row in enumerate(rows))


@leak("txt")
def gzip_in_base64(w: World, rng: random.Random) -> str:
    return (
        "模型权重:\n"
        + base64.b64encode(gzip.compress(to_csv(rng.sample(w.persons, 40)).encode(), mtime=0)).decode()
    )


@leak("txt")
def base32_text(w: World, rng: random.Random) -> str:
    return base64.b32encode(to_csv(rng.sample(w.persons, 20)).encode()).decode()


@leak("txt")
def base85_text(w: World, rng: random.Random) -> str:
    return base64.b85encode(to_csv(rng.sample(w.persons, 20)).encode()).decode()


@leak("txt")
def url_encoded(w: World, rng: random.Random) -> str:
    return "\n".join(
        "&".join(f"{n}={quote(v)}" for n, v in enumerate(r.values())) for r in rng.sample(w.persons, 20)
    )


@leak("txt")
def quoted_printable(w: World, rng: random.Random) -> bytes:
    return quopri.encodestring(to_csv(rng.sample(w.persons, 20)).encode())


@leak("json")
def unicode_escapes_twice(w: World, rng: random.Random) -> str:
    return json.dumps(
        {
            "t": [
                ",".join(v.encode("unicode_escape").decode() for v in r.values())
                for r in rng.sample(w.persons, 15)
            ]
        }
    )


@leak("txt")
def hex_dump(w: World, rng: random.Random) -> str:
    data = to_csv(rng.sample(w.persons, 10)).encode()
    return "\n".join(f"{n:08x}: {data[n : n + 16].hex(' ')}" for n in range(0, len(data), 16))


@leak("csv")
def utf16(w: World, rng: random.Random) -> bytes:
    return to_csv(rng.sample(w.persons, 20)).encode("utf-16")


@leak("txt")
def utf16_without_mark(w: World, rng: random.Random) -> bytes:
    return to_csv(rng.sample(w.persons, 20)).encode("utf-16-le")


@leak("csv")
def gb18030(w: World, rng: random.Random) -> bytes:
    return to_csv(rng.sample(w.persons, 20)).encode("gb18030")


@leak("zip")
def zip_in_zip(w: World, rng: random.Random) -> bytes:
    return zipped(a__zip=zipped(b__zip=zipped(c__csv=to_csv(rng.sample(w.persons, 20)).encode())))


@leak("zip")
def entry_names(w: World, rng: random.Random) -> bytes:
    return zipped(
        **{f"{r['姓名']}-{r['身份证号']}-{r['诊断']}.txt": b"ok" for r in rng.sample(w.persons, 12)}
    )


@leak("zip")
def archive_comment(w: World, rng: random.Random) -> bytes:
    out = io.BytesIO(zipped(a__csv=COUNTS.encode()))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = lines(rng.sample(w.persons, 10)).encode()
    return out.getvalue()


@leak("zip")
def bytes_before_the_archive(w: World, rng: random.Random) -> bytes:
    return to_csv(rng.sample(w.persons, 10)).encode() + zipped(a__csv=COUNTS.encode())


@leak("tgz")
def tar_gz(w: World, rng: random.Random) -> bytes:
    data = to_csv(rng.sample(w.persons, 20)).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        entry = tarfile.TarInfo("a/b.csv")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@leak("csv")
def bzip2_under_another_name(w: World, rng: random.Random) -> bytes:
    return bz2.compress(to_csv(rng.sample(w.persons, 20)).encode())


@leak("dat")
def xz(w: World, rng: random.Random) -> bytes:
    return lzma.compress(to_csv(rng.sample(w.persons, 20)).encode())


@leak("gz")
def gzip_header(w: World, rng: random.Random) -> bytes:
    out = io.BytesIO()
    names = ";".join(f"{r['身份证号']}{r['手机号']}" for r in rng.sample(w.persons, 20))
    with gzip.GzipFile(filename=names, mode="wb", fileobj=out, mtime=0) as file:
        file.write(COUNTS.encode())
    return out.getvalue()


@leak("png")
def png_text(w: World, rng: random.Random) -> bytes:
    return png((b"tEXt", b"Comment\0" + lines(rng.sample(w.persons, 10)).encode()))


@leak("png")
def png_compressed_text(w: World, rng: random.Random) -> bytes:
    return png((b"zTXt", b"Comment\0\0" + zlib.compress(lines(rng.sample(w.persons, 10)).encode())))


@leak("png")
def png_trailing(w: World, rng: random.Random) -> bytes:
    return png() + to_csv(rng.sample(w.persons, 10)).encode()


@leak("png")
def png_pixels(w: World, rng: random.Random) -> bytes:
    data = to_csv(rng.sample(w.persons, 20)).encode()[:4096]
    return png(pixels=data.ljust(4096, b"\0"), size=64)


@leak("png", recoverable=False)
def png_low_bits(w: World, rng: random.Random) -> bytes:
    data = to_csv(rng.sample(w.persons, 5)).encode()[:512]
    bits = np.unpackbits(np.frombuffer(data.ljust(512, b"\0"), np.uint8))
    return png(pixels=(np.full(4096, 128, np.uint8) | bits).tobytes(), size=64)


@leak("jpg")
def jpeg_comment(w: World, rng: random.Random) -> bytes:
    data = lines(rng.sample(w.persons, 8)).encode()
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xfe"
        + struct.pack(">H", len(data) + 2)
        + data
        + b"\xff\xd9"
    )


@leak("html")
def data_address(w: World, rng: random.Random) -> str:
    return f'<a href="data:text/csv;base64,{base64.b64encode(to_csv(rng.sample(w.persons, 20)).encode()).decode()}">图</a>'


@leak("bin", recoverable=False)
def xor_ed(w: World, rng: random.Random) -> bytes:
    return bytes(b ^ 0x5A for b in to_csv(rng.sample(w.persons, 20)).encode())


@leak("bin", recoverable=False)
def enciphered(w: World, rng: random.Random) -> bytes:
    data = to_csv(rng.sample(w.persons, 20)).encode()
    return bytes(a ^ b for a, b in zip(data, rng.randbytes(len(data)), strict=True))


@leak("")
def in_the_file_name(w: World, rng: random.Random) -> dict[str, bytes]:
    return {f"统计_{r['姓名']}_{r['身份证号']}.csv": COUNTS.encode() for r in rng.sample(w.persons, 3)}


@leak("")
def split_over_two_files(w: World, rng: random.Random) -> dict[str, bytes]:
    rows = rng.sample(w.persons, 40)
    left = [{"n": str(n), "a": r["出生日期"], "b": r["金额"]} for n, r in enumerate(rows)]
    right = [{"n": str(n), "c": r["诊断"], "d": r["医院"], "e": r["就诊日期"]} for n, r in enumerate(rows)]
    return {"left.csv": to_csv(left).encode(), "right.csv": to_csv(right).encode()}


@leak("")
def one_file_a_record(w: World, rng: random.Random) -> dict[str, bytes]:
    return {
        f"{n}.json": json.dumps(only([r], "姓名", "诊断", "就诊日期")[0]).encode()
        for n, r in enumerate(rng.sample(w.persons, 6))
    }
