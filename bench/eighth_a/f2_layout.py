"""Tables laid out anew: turned, pivoted, on one line or in one column, in fields of fixed width."""

from __future__ import annotations

import random
import re

from bench.eighth_a.honest import pipe_table, report, section, summary
from bench.eighth_a.numerals import cents
from bench.eighth_a.tables import blocks, csv_rows, csv_text, pipe_rows, transposed
from bench.sixth.core import (
    AMT,
    BIRTH,
    BOOK,
    CARE,
    DIST,
    FIRM,
    FTEL,
    ID,
    NAME,
    SEX,
    TEL,
    USCC,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F2", "persons", *WHO)
def turned_under_summary(rows: list[Row], rng: random.Random) -> Files:
    """A summary that already lies on its side, and the persons as further columns of a table below it."""
    table = [["项目", "回访1", "证照", "号码", "性别"]]
    table += [[f"样本{i}", row[NAME], row[ID], row[TEL], row[SEX]] for i, row in enumerate(rows, 1)]
    text = f"{csv_text(transposed(summary('who', rng)))}\n{csv_text(transposed(table))}"
    return [("csv", text.encode("utf-8-sig"))]


def turned_under_summary_back(files: list[bytes]) -> Values:
    """Turn the second table."""
    table = transposed(csv_rows(blocks(files[0].decode("utf-8-sig"))[1]))
    return [(row[1], row[2], row[3]) for row in table[1:]]


@technique("F2", "persons", *WEAK)
def visits_by_district(rows: list[Row], rng: random.Random) -> Files:
    """A cross table of the days of visits by the districts, whose cells list births and sums."""
    days, places = sorted({row[VISIT] for row in rows}), sorted({row[DIST] for row in rows})
    cells: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        cells.setdefault((row[VISIT], row[DIST]), []).append(f"{row[BIRTH]}@{row[AMT]}")
    glue = rng.choice((";", " / ", "、"))
    body = [[day, *(glue.join(cells.get((day, place), [])) for place in places)] for day in days]
    return [("csv", csv_text([["日期", *places], *body]).encode())]


def visits_by_district_back(files: list[bytes]) -> Values:
    """Read every cell with the day of its row."""
    return [
        (born, day, cost)
        for day, *cells in csv_rows(files[0].decode())[1:]
        for cell in cells
        for born, cost in re.findall(r"(\d{4}-\d\d-\d\d)@(\d+\.\d\d)", cell)
    ]


@technique("F2+F3", "firms", *BOOK)
def fixed_width_gb18030(rows: list[Row], rng: random.Random) -> Files:
    """Lines of fields counted in bytes of GB18030, code first, with a running number and no separators."""
    width = max(len(row[FIRM].encode("gb18030")) for row in rows) + rng.randint(0, 6)
    lines = [
        f"{index:06d}{row[USCC]}".encode()
        + row[FIRM].encode("gb18030").ljust(width)
        + row[FTEL].encode()
        + b"01"
        for index, row in enumerate(rows, rng.randint(1, 900))
    ]
    return [("dat", b"\r\n".join(lines) + b"\r\n")]


def fixed_width_gb18030_back(files: list[bytes]) -> Values:
    """Cut the fields, the last two from the end."""
    lines = files[0].splitlines()
    return [
        (line[24:-13].decode("gb18030").strip(), line[6:24].decode(), line[-13:-2].decode()) for line in lines
    ]


@technique("F2+F1", "persons", *WEAK)
def one_wide_row(rows: list[Row], rng: random.Random) -> Files:
    """A single row with three columns a record, days compact and sums in cents."""
    head = [f"{kind}_{i:03d}" for kind in ("dob", "dos", "fee") for i in range(len(rows))]
    born, visit, cost = transposed(grid(rows, *WEAK))
    cells = [day.replace("-", "") for day in (*born, *visit)] + [str(cents(c)) for c in cost]
    if rng.random() < 0.5:
        order = rng.sample(range(len(head)), len(head))
        head, cells = [head[i] for i in order], [cells[i] for i in order]
    return [("csv", csv_text([head, cells]).encode())]


def one_wide_row_back(files: list[bytes]) -> Values:
    """Gather the cells by the number in the head."""
    cells = dict(zip(*csv_rows(files[0].decode()), strict=True))
    values: Values = []
    for i in range(len(cells) // 3):
        born, visit, cost = (cells[f"{kind}_{i:03d}"] for kind in ("dob", "dos", "fee"))
        first, second = (f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in (born, visit))
        values.append((first, second, f"{cost[:-2]}.{cost[-2:]}"))
    return values


@technique("F2", "persons", *WEAK)
def single_column(rows: list[Row], rng: random.Random) -> Files:
    """Below a summary, one column of values, three lines a record, between the lines of its check sums."""
    lines = []
    for born, visit, cost in grid(rows, *WEAK):
        lines += [born, visit, cost]
        if rng.random() < 0.2:
            lines.append(f"校验{rng.randint(100, 999)}")
    text = f"{csv_text(summary('care', rng))}\n序列\n" + "\n".join(lines) + "\n"
    return [("csv", text.encode())]


def single_column_back(files: list[bytes]) -> Values:
    """Take the lines by threes."""
    lines = [line for line in blocks(files[0].decode())[1].splitlines()[1:] if not line.startswith("校验")]
    return list(zip(lines[::3], lines[1::3], lines[2::3], strict=True))


@technique("F2", "persons", *WHO)
def to_and_fro(rows: list[Row], rng: random.Random) -> Files:
    """Every other row written from right to left, with a filling column that stays where it is."""
    lines = []
    for index, row in enumerate(grid(rows, *WHO)):
        cells = row if index % 2 == 0 else row[::-1]
        lines.append("\t".join([*cells[:2], str(rng.randint(1, 5)), cells[2]]))
    return [("tsv", "\n".join(lines).encode())]


def to_and_fro_back(files: list[bytes]) -> Values:
    """Turn every other row."""
    values: Values = []
    for index, line in enumerate(files[0].decode().splitlines()):
        first, second, _, third = line.split("\t")
        values.append((third, second, first) if index % 2 else (first, second, third))
    return values


@technique("F2+F1", "persons", *CARE)
def calendar_pivot(rows: list[Row], rng: random.Random) -> Files:
    """Persons by months in a report's table, with day and sum in the one filled cell of a row."""
    months = sorted({row[VISIT][:7] for row in rows})
    table = [["对象", *months, "次数"]]
    for name, born, visit, cost in grid(rows, *CARE):
        year, month, day = born.split("-")
        line = [f"{name}（{year}年{int(month)}月{int(day)}日）", *[""] * len(months), "1"]
        line[months.index(visit[:7]) + 1] = f"{int(visit[8:])}日{cents(cost) / 100:,.2f}元"
        table.append(line)
    return [("md", report("care", rng, "月度分布", pipe_table(table)).encode())]


def calendar_pivot_back(files: list[bytes]) -> Values:
    """Join the cell that is not empty with its column's month."""
    text = section(files[0].decode(), "月度分布")
    months = [cell.strip() for cell in text.splitlines()[0].strip("| ").split("|")][1:-1]
    values: Values = []
    for who, *cells, _ in pipe_rows(text):
        name, _, day_text = who.partition("（")
        year, month, day = re.findall(r"\d+", day_text)
        place = next(i for i, cell in enumerate(cells) if cell)
        visit, cost = cells[place].rstrip("元").split("日")
        born = f"{year}-{int(month):02d}-{int(day):02d}"
        values.append((name, born, f"{months[place]}-{int(visit):02d}", cost.replace(",", "")))
    return values
