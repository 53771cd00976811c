"""Cells rewritten: digits and letters in other scripts and widths, with signs between them."""

from __future__ import annotations

import base64
import gzip
import html
import random
import re

from bench.eighth_a.honest import TITLES, paragraphs, report, section, summary
from bench.eighth_a.numerals import CAPITAL, FULL, HAN, INVISIBLE, PLAIN, TO_CAPITAL, digits, halved
from bench.eighth_a.tables import blocks, csv_rows, csv_text, json_bytes, json_value
from bench.sixth.core import (
    BOOK,
    DIST,
    ID,
    NAME,
    SEX,
    TEL,
    TRADE,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F1", "persons", *WHO)
def full_width_register(rows: list[Row], rng: random.Random) -> Files:
    """Digits and letters full width, cells parted by a full-width comma, as on a Chinese form."""
    lines = ["序号，姓名，证件，联系方式"]
    for index, (name, number, tel) in enumerate(grid(rows, *WHO), rng.randint(1, 400)):
        lines.append("，".join(cell.translate(FULL) for cell in (str(index), name, number, tel)))
    return [("txt", "\n".join(lines).encode())]


def full_width_register_back(files: list[bytes]) -> Values:
    """Narrow each cell again."""
    lines = files[0].decode().splitlines()[1:]
    return [tuple(halved(cell) for cell in line.split("，")[1:]) for line in lines]


@technique("F1", "persons", *WHO)
def han_digits_visits(rows: list[Row], rng: random.Random) -> Files:
    """A list of calls in a report, with numbers as they are read aloud, 一三八〇 or 幺三八零."""
    table: dict[int, str] = {ord(char): HAN[i] for i, char in enumerate(PLAIN)}
    if rng.random() < 0.5:
        table |= {ord("1"): "幺", ord("0"): "零"}
    lines = []
    for name, number, tel in grid(rows, *WHO):
        answer = rng.choice(("满意", "基本满意", "无人接听"))
        lines.append(
            f"- {name}（证件号{number.translate(table)}），经拨打{tel.translate(table)}核实，{answer}。"
        )
    return [("md", report("who", rng, "抽样回访记录", "\n".join(lines)).encode())]


def han_digits_visits_back(files: list[bytes]) -> Values:
    """Read the list's lines and their numerals."""
    found = re.findall(r"- (.+?)（证件号(.+?)），经拨打(.+?)核实", section(files[0].decode(), "抽样回访记录"))
    return [(name, digits(number), digits(tel)) for name, number, tel in found]


@technique("F1+F3", "persons", *WHO)
def capital_digits_packed(rows: list[Row], rng: random.Random) -> Files:
    """Digits as 壹贰叁, the table compressed and in base64 as the signature of a report's metadata."""
    table = csv_text([[cell.translate(TO_CAPITAL) for cell in row] for row in grid(rows, *WHO)])
    packed = base64.b64encode(gzip.compress(table.encode(), mtime=0)).decode()
    document = {
        "标题": TITLES["who"],
        "摘要": paragraphs("who", rng),
        "汇总": summary("who", rng),
        "签名": {"算法": "internal-v2", "值": packed},
    }
    return [("json", json_bytes(document))]


def capital_digits_packed_back(files: list[bytes]) -> Values:
    """Unpack the signature and read the numerals."""
    packed = json_value(files[0])["签名"]["值"]
    text = gzip.decompress(base64.b64decode(packed)).decode()
    return [(name, digits(number), digits(tel)) for name, number, tel in csv_rows(text)]


@technique("F1+F3", "persons", *WHO)
def mixed_width_utf16(rows: list[Row], rng: random.Random) -> Files:
    """Every digit in a script of its own choice, the table in UTF-16 with tabs."""
    lines = ["对象\t编码甲\t编码乙"]
    for row in grid(rows, *WHO):
        lines.append("\t".join("".join(other_script(char, rng) for char in cell) for cell in row))
    return [("tsv", "\r\n".join(lines).encode("utf-16"))]


def other_script(char: str, rng: random.Random) -> str:
    """A digit in one of four scripts."""
    if not char.isascii():
        return char
    full = char.translate(FULL)
    return rng.choice((char, full, HAN[int(char)], CAPITAL[int(char)]) if char.isdigit() else (char, full))


def mixed_width_utf16_back(files: list[bytes]) -> Values:
    """Make every numeral a plain digit."""
    lines = files[0].decode("utf-16").splitlines()[1:]
    cells = (line.split("\t") for line in lines)
    return [(name, digits(number), digits(tel)) for name, number, tel in cells]


@technique("F1+F2", "persons", *WHO)
def zero_width_tree(rows: list[Row], rng: random.Random) -> Files:
    """JSON by district and sex beside a summary, each value with invisible characters within."""
    tree: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in rows:
        leaf = {"n": row[NAME], "c": row[ID], "t": row[TEL]}
        hidden = {key: sprinkled(value, rng) for key, value in leaf.items()}
        tree.setdefault(row[DIST], {}).setdefault(row[SEX], []).append(hidden)
    document = {"period": f"2025Q{rng.randint(1, 4)}", "summary": summary("who", rng), "regions": tree}
    return [("json", json_bytes(document))]


def sprinkled(text: str, rng: random.Random) -> str:
    """A text with one to three invisible characters after most of its own."""
    return "".join(c + "".join(rng.choices(INVISIBLE, k=rng.choice((0, 1, 1, 2, 3)))) for c in text)


def zero_width_tree_back(files: list[bytes]) -> Values:
    """Walk the tree and drop what is invisible."""
    drop = {ord(char): None for char in INVISIBLE}
    leaves = [
        leaf
        for sexes in json_value(files[0])["regions"].values()
        for group in sexes.values()
        for leaf in group
    ]
    return [tuple(leaf[key].translate(drop) for key in "nct") for leaf in leaves]


@technique("F1", "persons", *WHO)
def grouped_separators(rows: list[Row], rng: random.Random) -> Files:
    """Numbers broken by blanks, hyphens, dots and country codes, names spaced, each row in its own manner."""
    lines = ["联系人;电话;证件"]
    for name, number, tel in grid(rows, *WHO):
        gap = rng.choice((" ", "-", ".", "_", "\u00a0", "/"))
        head = rng.choice(("", "+86 ", "0086-", "(+86)", "86-"))
        parts = (number[:6], number[6:10], number[10:14], number[14:])
        phone = rng.choice(((tel[:3], tel[3:7], tel[7:]), (tel[:4], tel[4:7], tel[7:]), (tel[:3], tel[3:])))
        lines.append(
            f"{rng.choice((' ', '·', chr(0x3000))).join(name)};{head}{gap.join(phone)};{gap.join(parts)}"
        )
    return [("csv", "\n".join(lines).encode("utf-8-sig"))]


def grouped_separators_back(files: list[bytes]) -> Values:
    """Keep only what belongs to the values."""
    values: Values = []
    for line in files[0].decode("utf-8-sig").splitlines()[1:]:
        name, tel, number = line.split(";")
        values.append(
            (re.sub(r"[\s·]", "", name), re.sub(r"[^\dX]", "", number), re.sub(r"\D", "", tel)[-11:])
        )
    return values


@technique("F1", "firms", *BOOK)
def case_and_gaps(rows: list[Row], rng: random.Random) -> Files:
    """Under a summary, firms with codes in random case, names with wide blanks, phones with a prefix."""
    lower = rng.random() < 0.3
    table = [["主体", "编码", "总机"]]
    for firm, code, tel in grid(rows, *BOOK):
        cut = rng.randint(2, len(firm) - 3)
        mixed = "".join(c.lower() if lower or rng.random() < 0.5 else c for c in code)
        table.append(
            [f"{firm[:cut]}\u3000{firm[cut:]}", mixed, f"{rng.choice(('086', '+86', '0086'))}-{tel}"]
        )
    text = f"{csv_text(summary('firm', rng))}\n附：样本说明\n\n{csv_text(table)}"
    return [("csv", text.encode())]


def case_and_gaps_back(files: list[bytes]) -> Values:
    """Read the last block and undo the case, the blank and the prefix."""
    rows = csv_rows(blocks(files[0].decode())[-1])[1:]
    return [(firm.replace("\u3000", ""), code.upper(), tel[-11:]) for firm, code, tel in rows]


@technique("F1", "firms", *BOOK)
def dotted_names_page(rows: list[Row], rng: random.Random) -> Files:
    """A page with a summary and a glossary, where a sign parts all characters of a firm's values."""
    mark = rng.choice(("·", "_", " ", "ˑ", "、", "&nbsp;"))
    items = ""
    for row in rows:
        firm, code, tel = (mark.join(row[column]) for column in BOOK)
        items += f"<dt>{firm}</dt><dd>{code}</dd><dd>{tel}（{row[TRADE]}）</dd>\n"
    table = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in summary("firm", rng)
    )
    prose = "".join(f"<p>{text}</p>\n" for text in paragraphs("firm", rng))
    page = f"<h1>{TITLES['firm']}</h1>\n{prose}<table>\n{table}</table>\n<h2>名词</h2>\n<dl>\n{items}</dl>\n"
    return [("html", f'<!doctype html>\n<meta charset="utf-8">\n{page}'.encode())]


def dotted_names_page_back(files: list[bytes]) -> Values:
    """Read the glossary without its signs."""
    text = re.sub(r"[·_ ˑ、\u00a0]", "", html.unescape(files[0].decode()))
    return re.findall("<dt>(.+?)</dt><dd>(.+?)</dd><dd>(.+?)（", text)
