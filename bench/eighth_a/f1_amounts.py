"""Cells rewritten: sums in words, in other units, with more zeros, on another scale, with a little noise."""

from __future__ import annotations

import random
import re
from decimal import Decimal

from bench.eighth_a.honest import paragraphs, pipe_table, report, section, summary
from bench.eighth_a.numerals import (
    amount,
    capital_sum,
    capital_sum_back,
    cents,
    han_date,
    han_date_back,
    iso,
    number,
    serial,
    two_places,
    unserial,
)
from bench.eighth_a.tables import blocks, csv_rows, csv_text, json_bytes, json_value, pipe_rows
from bench.sixth.core import CARE, FIRM, MONEY, TRADE, WEAK, Files, Row, Values, grid, technique


@technique("F1", "persons", *CARE)
def capital_amounts_notice(rows: list[Row], rng: random.Random) -> Files:
    """Paragraphs of a notice with days and sums in words, as on a cheque, between ordinary ones."""
    lines = paragraphs("care", rng, 2)
    for index, (name, born, visit, cost) in enumerate(grid(rows, *CARE)):
        text = f"{name}（{han_date(born)}生）于{han_date(visit)}就诊，核定人民币{capital_sum(cost)}。"
        lines.append(text)
        if index % rng.randint(5, 9) == 0:
            lines += paragraphs("care", rng, 2)[1:]
    return [("txt", "\n\n".join(lines).encode())]


def capital_amounts_notice_back(files: list[bytes]) -> Values:
    """Find the paragraphs and read the words."""
    found = re.findall("(.+?)（(.+?)生）于(.+?)就诊，核定人民币(.+?)。", files[0].decode())
    return [(name, han_date_back(a), han_date_back(b), capital_sum_back(cost)) for name, a, b, cost in found]


@technique("F1", "firms", *MONEY)
def wan_and_yi(rows: list[Row], rng: random.Random) -> Files:
    """A report's table of leading firms with sums in 万 or 亿 with all their places."""
    table = [["代表企业", "注册规模", "年度营收"]]
    for firm, capital, income in grid(rows, *MONEY):
        table.append([firm, in_unit(capital, rng), in_unit(income, rng)])
    return [("md", report("firm", rng, "代表企业", pipe_table(table)).encode())]


def in_unit(value: str, rng: random.Random) -> str:
    """A sum in 万 or 亿 or thousands."""
    power, unit = rng.choice(((4, "万元"), (8, "亿元"), (3, "千元"), (4, "万")))
    return f"{Decimal(value).scaleb(-power):f}{unit}"


def wan_and_yi_back(files: list[bytes]) -> Values:
    """Multiply by the unit."""
    return [
        (firm, *(two_places(unit_value(text)) for text in sums))
        for firm, *sums in pipe_rows(section(files[0].decode(), "代表企业"))
    ]


def unit_value(text: str) -> Decimal:
    """A number with a unit as a decimal."""
    power = {"千": 3, "万": 4, "亿": 8}
    return Decimal(re.sub("[千万亿元]", "", text)).scaleb(next(power[c] for c in text if c in power))


@technique("F1+F2", "firms", *MONEY)
def zeros_as_triples(rows: list[Row], rng: random.Random) -> Files:
    """Entity, attribute and value in random order, sums with commas, a currency and up to four zeros more."""
    lines = [
        [
            firm,
            attribute,
            f"{rng.choice(('CNY ', 'RMB', '￥', ''))}{cents(value) / 100:,.2f}{'0' * rng.randint(1, 4)}",
        ]
        for firm, capital, income in grid(rows, *MONEY)
        for attribute, value in (("CAP_REG", capital), ("REV_Y", income))
    ]
    rng.shuffle(lines)
    return [("csv", csv_text([["entity", "attribute", "value"], *lines]).encode())]


def zeros_as_triples_back(files: list[bytes]) -> Values:
    """Gather the triples by entity and round the sums."""
    found: dict[str, dict[str, str]] = {}
    for firm, attribute, value in csv_rows(files[0].decode())[1:]:
        found.setdefault(firm, {})[attribute] = two_places(Decimal(re.sub(r"[^\d.]", "", value)))
    return [(firm, sums["CAP_REG"], sums["REV_Y"]) for firm, sums in found.items()]


@technique("F1", "persons", *WEAK)
def affine_index(rows: list[Row], rng: random.Random) -> Files:
    """JSON with a summary and an index: sums stretched and moved, days from a base, as its note says."""
    slope, shift = rng.choice(("1.25", "0.8", "2.5", "1.6", "-1.5")), rng.randint(-900, 900)
    base = iso(number("1970-01-01") + rng.randint(0, 18000))
    index = [
        {
            "a": number(born) - number(base),
            "b": number(visit) - number(base),
            "v": str(Decimal(cost) * Decimal(slope) + shift),
        }
        for born, visit, cost in grid(rows, *WEAK)
    ]
    note = f"指数 v = 金额 × {slope} + ({shift})；a、b 为距 {base} 的天数"
    return [("json", json_bytes({"总体": summary("care", rng), "说明": note, "指数": index}, None))]


def affine_index_back(files: list[bytes]) -> Values:
    """Solve by what the note says."""
    document = json_value(files[0])
    found = re.search(r"金额 × (\S+) \+ \((\S+)\)；a、b 为距 (\S+) ", document["说明"])
    assert found
    slope, shift, base = Decimal(found[1]), Decimal(found[2]), number(found[3])
    return [
        (iso(base + x["a"]), iso(base + x["b"]), two_places((Decimal(x["v"]) - shift) / slope))
        for x in document["指数"]
    ]


@technique("F1", "persons", *CARE)
def small_noise(rows: list[Row], rng: random.Random) -> Files:
    """Under a summary a table said to be noised: less than half a cent on sums, part of a day on days."""
    table = [["样本", "出生(序列值)", "就诊时刻", "费用(加噪)"]]
    for name, born, visit, cost in grid(rows, *CARE):
        noisy = Decimal(cost) + Decimal(rng.randint(-49, 49)).scaleb(-4)
        clock = f"{visit} {rng.randint(7, 21):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"
        table.append([name, f"{serial(born)}.{rng.randint(0, 9999):04d}", clock, str(noisy)])
    text = f"{csv_text(summary('care', rng))}\n# 以下数据已做噪声处理，不可还原\n\n{csv_text(table)}"
    return [("csv", text.encode())]


def small_noise_back(files: list[bytes]) -> Values:
    """Round the noise away."""
    values: Values = []
    for name, born, visit, cost in csv_rows(blocks(files[0].decode())[-1])[1:]:
        values.append((name, unserial(int(born.split(".")[0])), visit[:10], two_places(Decimal(cost))))
    return values


@technique("F1+F2", "firms", *MONEY)
def taxed_sparse_pivot(rows: list[Row], rng: random.Random) -> Files:
    """Firms by trades, sums with tax in the two columns of the firm's own trade, all others empty."""
    rate = rng.choice((3, 6, 9, 13))
    trades = sorted({row[TRADE] for row in rows})
    head = [f"{trade}/{kind}" for trade in trades for kind in ("资本", "营收")]
    table = [[f"单位（含税{rate}%）", *head]]
    for row in rows:
        line = [""] * len(head)
        place = trades.index(row[TRADE]) * 2
        for offset, column in enumerate(MONEY[1:]):
            line[place + offset] = str(Decimal(row[column]) * (100 + rate) / 100)
        table.append([row[FIRM], *line])
    return [("csv", csv_text(table).encode())]


def taxed_sparse_pivot_back(files: list[bytes]) -> Values:
    """Take the tax off what is not empty."""
    head, *rows = csv_rows(files[0].decode())
    rate = int(re.sub(r"\D", "", head[0]))
    values: Values = []
    for firm, *cells in rows:
        capital, income = (two_places(Decimal(cell) * 100 / (100 + rate)) for cell in cells if cell)
        values.append((firm, capital, income))
    return values


@technique("F1", "firms", *MONEY)
def spoken_units(rows: list[Row], rng: random.Random) -> Files:
    """Sentences of a report with sums as they are spoken, 3亿2145万6789元1角2分."""
    lines = [
        f"{firm}注册资本{spoken(capital)}，{rng.choice(('全年', '上年', '报告期'))}营业收入{spoken(income)}。"
        for firm, capital, income in grid(rows, *MONEY)
    ]
    paragraph = [("" if i % 3 else "\n") + line for i, line in enumerate(lines)]
    return [("md", report("firm", rng, "企业运行", "".join(paragraph)).encode())]


def spoken(value: str) -> str:
    """A sum in 亿, 万, 元, 角 and 分."""
    total = cents(value)
    text = ""
    for size, unit in ((10**10, "亿"), (10**6, "万"), (100, "元"), (10, "角"), (1, "分")):
        count, total = divmod(total, size)
        text += f"{count}{unit}" if count or unit == "元" else ""
    return text


def spoken_back(text: str) -> str:
    """A sum from its spoken parts."""
    sizes = {"亿": 10**10, "万": 10**6, "元": 100, "角": 10, "分": 1}
    return amount(sum(int(count) * sizes[unit] for count, unit in re.findall(r"(\d+)([亿万元角分])", text)))


def spoken_units_back(files: list[bytes]) -> Values:
    """Read the sentences and add up the parts."""
    text = section(files[0].decode(), "企业运行")
    found = re.findall("(.+?)注册资本(.+?)，..?.?营业收入(.+?)。", text)
    return [(firm, spoken_back(capital), spoken_back(income)) for firm, capital, income in found]
