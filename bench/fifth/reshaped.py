"""Family e: tables turned, melted, pivoted and spread."""

from __future__ import annotations

import random

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    CARE,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    chunks,
    grid,
    table,
    technique,
    tuples,
    untable,
)
from bench.fifth.cover import AREAS, summary


def turned(lines: list[list[str]]) -> list[list[str]]:
    """Rows and columns exchanged."""
    return [list(line) for line in zip(*lines, strict=True)]


@technique("e", "persons", *CARE)
def transposed(rows: list[Row], _: random.Random) -> Files:
    """One line a field and one column a person."""
    lines = [[label, *line] for label, line in zip(CARE, turned(grid(rows, *CARE)), strict=True)]
    return [("csv", table(["指标", *(f"样本{i}" for i in range(1, len(rows) + 1))], lines))]


def transposed_back(files: list[bytes]) -> Values:
    """Turned again."""
    return tuples(turned([line[1:] for line in untable(files[0])]))


@technique("e", "firms", *BOOK)
def transposed_bands(rows: list[Row], rng: random.Random) -> Files:
    """Turned tables of six firms one below the other, as printed pages have them."""
    lines: list[list[str]] = []
    every = grid(rows, *BOOK)
    for i in range(0, len(every), 6):
        for label, line in zip(("名称", "代码", "热线"), turned(every[i : i + 6]), strict=True):
            lines.append([label, *line, *[""] * (6 - len(line))])
        lines.append(["得分", *(f"{rng.uniform(60, 99):.1f}" for _ in range(6))])
    return [("csv", table(["项目", *"一二三四五六"], lines))]


def transposed_bands_back(files: list[bytes]) -> Values:
    """Each band turned again."""
    lines = untable(files[0])
    out: Values = []
    for i in range(0, len(lines), 4):
        out += [tuple(v) for v in turned([line[1:] for line in lines[i : i + 3]]) if v[0]]
    return out


@technique("e", "persons", *WHO)
def melted(rows: list[Row], rng: random.Random) -> Files:
    """Entity, attribute and value, one a line, shuffled."""
    lines = [[f"e{i:03d}", c, r[c]] for i, r in enumerate(rows) for c in WHO]
    lines += [[f"e{i:03d}", "评分", str(rng.randint(1, 99))] for i in range(len(rows))]
    rng.shuffle(lines)
    return [("csv", table(["实体", "属性", "取值"], lines))]


def melted_back(files: list[bytes]) -> Values:
    """The attributes gathered by entity."""
    gathered: dict[str, dict[str, str]] = {}
    for entity, key, value in untable(files[0]):
        gathered.setdefault(entity, {})[key] = value
    return [tuple(item[c] for c in WHO) for item in gathered.values()]


@technique("e", "persons", *CARE)
def melted_in_code(rows: list[Row], rng: random.Random) -> Files:
    """A sensor table whose channels are fields: 11 a name, 12 a birth, 13 a visit, 14 an amount."""
    lines = [[str(1000 + 7 * i), str(11 + k), r[c]] for i, r in enumerate(rows) for k, c in enumerate(CARE)]
    rng.shuffle(lines)
    return [("tsv", table(["device", "channel", "reading"], lines, "\t"))]


def melted_in_code_back(files: list[bytes]) -> Values:
    """The channels gathered by device."""
    gathered: dict[str, dict[str, str]] = {}
    for device, channel, reading in untable(files[0], "\t"):
        gathered.setdefault(device, {})[channel] = reading
    return [tuple(item[str(k)] for k in range(11, 15)) for item in gathered.values()]


@technique("e", "persons", NAME, HOSP, AMT)
def pivot_by_hospital(rows: list[Row], _: random.Random) -> Files:
    """One line a patient, one column a hospital, the amount in the cell that applies."""
    hospitals = sorted({r[HOSP] for r in rows})
    lines = [[r[NAME], *(r[AMT] if r[HOSP] == h else "" for h in hospitals)] for r in rows]
    return [("csv", table(["经办", *hospitals], lines))]


def pivot_by_hospital_back(files: list[bytes]) -> Values:
    """The cells with their headings."""
    lines = files[0].decode().split("\n")
    heads = lines[0].split(",")[1:]
    return [(x[0], h, v) for x in untable(files[0]) for h, v in zip(heads, x[1:], strict=True) if v]


@technique("e", "persons", NAME, VISIT, TEL)
def visit_calendar(rows: list[Row], _: random.Random) -> Files:
    """A sheet of months by days whose cells hold who came."""
    cells: dict[tuple[str, str], list[str]] = {}
    for r in rows:
        cells.setdefault((r[VISIT][:7], r[VISIT][8:]), []).append(f"{r[NAME]}{r[TEL]}")
    months = sorted({m for m, _ in cells})
    days = [f"{d:02d}" for d in range(1, 32)]
    lines = [[m, *("、".join(cells.get((m, d), [])) for d in days)] for m in months]
    return [("csv", table(["月份", *days], lines))]


def visit_calendar_back(files: list[bytes]) -> Values:
    """The cells with month and day."""
    return [
        (who[:-11], f"{line[0]}-{d:02d}", who[-11:])
        for line in untable(files[0])
        for d, cell in enumerate(line[1:], 1)
        for who in cell.split("、")
        if who
    ]


@technique("e", "persons", *WHO)
def sheared(rows: list[Row], _: random.Random) -> Files:
    """The second column pushed down by three lines, the third by seven, round the end."""
    names, ids, tels = turned(grid(rows, *WHO))
    lines = turned([names, ids[-3:] + ids[:-3], tels[-7:] + tels[:-7]])
    return [("csv", table(["列1", "列2(-3)", "列3(-7)"], lines))]


def sheared_back(files: list[bytes]) -> Values:
    """The columns pulled up again."""
    names, ids, tels = turned(untable(files[0]))
    return tuples(turned([names, ids[3:] + ids[:3], tels[7:] + tels[:7]]))


@technique("e", "persons", *WHO)
def records_on_three_lines(rows: list[Row], rng: random.Random) -> Files:
    """One column only: three lines a record, with a count after each."""
    lines = [[v] for line in grid(rows, *WHO) for v in [*line, str(rng.randint(1, 30))]]
    return [("csv", table(["内容"], lines))]


def records_on_three_lines_back(files: list[bytes]) -> Values:
    """Four lines at a time."""
    flat = [line[0] for line in untable(files[0])]
    return [tuple(flat[i : i + 3]) for i in range(0, len(flat), 4)]


@technique("e", "persons", TEL, low=30)
def snake_matrix(rows: list[Row], _: random.Random) -> Files:
    """Telephones in a matrix of five columns, every second line from right to left."""
    flat = [r[TEL] for r in rows]
    flat += [""] * (-len(flat) % 5)
    lines = [flat[i : i + 5][:: 1 if i % 10 == 0 else -1] for i in range(0, len(flat), 5)]
    return [("csv", table(["w1", "w2", "w3", "w4", "w5"], lines))]


def snake_matrix_back(files: list[bytes]) -> Values:
    """All filled cells."""
    return [(v,) for line in untable(files[0]) for v in line if v]


@technique("e", "persons", ID)
def digit_a_column(rows: list[Row], _: random.Random) -> Files:
    """A feature matrix of 18 columns, one digit each, the check sign as 10."""
    lines = [[c.replace("X", "10") for c in r[ID]] for r in rows]
    return [("csv", table([f"f{i:02d}" for i in range(18)], lines))]


def digit_a_column_back(files: list[bytes]) -> Values:
    """The digits joined."""
    return [("".join(c.replace("10", "X") for c in line),) for line in untable(files[0])]


@technique("e", "persons", TEL, low=20)
def digits_downwards(rows: list[Row], _: random.Random) -> Files:
    """Eleven lines of digits: each column is read downwards."""
    lines = ["".join(r[TEL][i] for r in rows) for i in range(11)]
    return [("txt", ("随机数表(抽样用)\n" + "\n".join(lines)).encode())]


def digits_downwards_back(files: list[bytes]) -> Values:
    """The columns."""
    lines = files[0].decode().split("\n")[1:]
    return [("".join(column),) for column in zip(*lines, strict=True)]


@technique("e", "firms", FIRM, FTEL, USCC)
def area_lists(rows: list[Row], rng: random.Random) -> Files:
    """A district table with a count, an average and, in one cell, the firms."""
    groups: list[list[str]] = [[] for _ in AREAS]
    for i, line in enumerate(grid(rows, FIRM, FTEL, USCC)):
        groups[i % 14].append("/".join(line))
    lines = [[*line, ";".join(group)] for line, group in zip(summary(rng), groups, strict=True)]
    return [("csv", table(["地区", "户数", "均值", "备注"], lines))]


def area_lists_back(files: list[bytes]) -> Values:
    """The last cell taken apart."""
    return [tuple(item.split("/")) for line in untable(files[0]) for item in line[3].split(";") if item]


@technique("e", "persons", NAME, TEL, low=20)
def crossed(rows: list[Row], _: random.Random) -> Files:
    """A cross table: names at the side, number blocks on top, the last four digits where they meet."""
    tops = sorted({r[TEL][:7] for r in rows})
    places = {t: i for i, t in enumerate(tops)}
    lines = []
    for r in rows:
        cells = [""] * len(tops)
        cells[places[r[TEL][:7]]] = r[TEL][7:]
        lines.append([r[NAME], *cells])
    return [("csv", table(["号段", *tops], lines))]


def crossed_back(files: list[bytes]) -> Values:
    """Heading and cell joined."""
    tops = files[0].decode().split("\n")[0].split(",")[1:]
    return [(x[0], t + v) for x in untable(files[0]) for t, v in zip(tops, x[1:], strict=True) if v]


@technique("e", "persons", BIRTH, VISIT, AMT, low=25)
def side_by_side(rows: list[Row], rng: random.Random) -> Files:
    """Three records to the line, with a gap column of a rate between them."""
    flat = grid(rows, BIRTH, VISIT, AMT)
    lines = []
    for i in range(0, len(flat), 3):
        line: list[str] = []
        for item in flat[i : i + 3]:
            line += [*item, f"{rng.random():.3f}"]
        lines.append(line + [""] * (12 - len(line)))
    return [("csv", table(chunks("abcdefghijkl", 1), lines))]


def side_by_side_back(files: list[bytes]) -> Values:
    """Four cells at a time."""
    return [tuple(x[i : i + 3]) for x in untable(files[0]) for i in (0, 4, 8) if x[i]]
