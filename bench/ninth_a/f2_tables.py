"""Tables laid out anew: pivoted, flattened, in fixed width, lagged, dealt out over files."""

from __future__ import annotations

import random
import re

from bench.eighth_a.honest import DISTRICTS, Table, paragraphs, report, section, summary
from bench.eighth_a.tables import blocks, csv_rows, csv_text
from bench.ninth_a.kit import amount, cents, cut, scaled, unscaled
from bench.sixth.core import (
    AMT,
    BIRTH,
    BOOK,
    CARE,
    DIST,
    HOSP,
    MONEY,
    NAME,
    SICK,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F2", "persons", NAME, HOSP, SICK, AMT)
def hospital_disease_pivot(rows: list[Row], rng: random.Random) -> Files:
    """A cross table of hospitals and diseases whose cells hold names with their costs, several glued."""
    places, kinds = ([*dict.fromkeys(row[c] for row in rng.sample(rows, len(rows)))] for c in (HOSP, SICK))
    glue = rng.choice((";", "、", "\n"))
    table = [["机构\\病种", *kinds]]
    for place in places:
        cells = [
            glue.join(f"{r[NAME]}({r[AMT]})" for r in rows if r[HOSP] == place and r[SICK] == kind)
            for kind in kinds
        ]
        table.append([place, *(cell or "-" for cell in cells)])
    return [("csv", csv_text(table).encode())]


def hospital_disease_pivot_back(files: list[bytes]) -> Values:
    """Read the names and costs of each cell."""
    head, *lines = csv_rows(files[0].decode())
    return [
        (name, line[0], kind, cost)
        for line in lines
        for kind, cell in zip(head[1:], line[1:], strict=True)
        for name, cost in re.findall(r"([一-龥]+)\(([\d.]+)\)", cell)
    ]


@technique("F2", "firms", *BOOK)
def coded_facts(rows: list[Row], rng: random.Random) -> Files:
    """An indicator library in entity-attribute-value form: facts of firms shuffled among true indicators."""
    codes = rng.sample(range(11, 99), 6)
    facts: Table = []
    for key, row in zip(rng.sample(range(10000, 99999), len(rows)), grid(rows, *BOOK), strict=True):
        facts.extend([f"E{key}", str(code), value] for code, value in zip(codes[:3], row, strict=True))
    for line in summary("firm", rng)[1:]:
        label = f"T{rng.randint(100, 999)}"
        facts.extend([label, str(code), value] for code, value in zip(codes[3:], line[:3], strict=True))
    names = ["主体名称", "主体编码", "主体电话", "行业", "企业数", "户均资本"]
    books = [[str(number), name] for number, name in zip(codes, names, strict=True)]
    table = [["对象", "指标", "取值"], *rng.sample(facts, len(facts))]
    return [("csv", f"{csv_text(table)}\n{csv_text([['指标', '含义'], *books])}".encode())]


def coded_facts_back(files: list[bytes]) -> Values:
    """Gather the facts of each firm by the meanings at the end."""
    facts, meanings = (csv_rows(part)[1:] for part in blocks(files[0].decode()))
    names = dict(meanings)
    firms: dict[str, dict[str, str]] = {}
    for key, code, value in facts:
        firms.setdefault(key, {})[names[code]] = value
    found = [firm for firm in firms.values() if "主体名称" in firm]
    return [(firm["主体名称"], firm["主体编码"], firm["主体电话"]) for firm in found]


@technique("F2", "persons", *WHO)
def wrapped_stream(rows: list[Row], rng: random.Random) -> Files:
    """Records in fixed width in one stream without line ends, wrapped at a width that cuts through them."""
    width = rng.randint(47, 71)
    fields = rng.choice(((5, 18, 11), (6, 20, 13)))
    stream = "".join(
        "".join(value.ljust(size, "_") for value, size in zip(row, fields, strict=True))
        for row in grid(rows, *WHO)
    )
    head = f"LAYOUT {' '.join(str(size) for size in fields)} TOTAL {len(rows)}"
    return [("dat", "\n".join([head, *cut(stream, width)]).encode())]


def wrapped_stream_back(files: list[bytes]) -> Values:
    """Join the lines and cut by the layout of the first."""
    head, *lines = files[0].decode().splitlines()
    sizes = [int(size) for size in re.findall(r"\d+", head)[:3]]
    values: Values = []
    for record in cut("".join(lines), sum(sizes)):
        first, second = sizes[0], sizes[0] + sizes[1]
        values.append(
            tuple(part.rstrip("_") for part in (record[:first], record[first:second], record[second:]))
        )
    return values


@technique("F2", "persons", *WEAK)
def lagged_columns(rows: list[Row], rng: random.Random) -> Files:
    """A table of features in which each column lags by a number of rows that its head tells."""
    count = len(rows)
    lags = [0, *rng.sample(range(1, count), 2)]
    columns = [list(column) for column in zip(*grid(rows, *WEAK), strict=True)]
    rolled = [column[-lag:] + column[:-lag] for column, lag in zip(columns, lags, strict=True)]
    head = [f"{name}_lag{lag}" for name, lag in zip(("d0", "d1", "fee"), lags, strict=True)]
    body = [list(line) for line in zip(*rolled, strict=True)]
    return [("csv", csv_text([head, *body]).encode())]


def lagged_columns_back(files: list[bytes]) -> Values:
    """Roll every column back by its lag."""
    head, *body = csv_rows(files[0].decode())
    columns = []
    for name, column in zip(head, zip(*body, strict=True), strict=True):
        lag = int(name.partition("_lag")[2])
        columns.append(column[lag:] + column[:lag])
    return list(zip(*columns, strict=True))


@technique("F2", "persons", *CARE)
def cells_dealt_to_three(rows: list[Row], rng: random.Random) -> Files:
    """Three files with a summary each; the cells of a record are dealt out over them by turns."""
    keys = [f"{key:04d}" for key in rng.sample(range(10000), len(rows))]
    hands: list[Table] = [[["key", "field", "value"]] for _ in range(3)]
    for turn, (key, row) in enumerate(zip(keys, grid(rows, *CARE), strict=True)):
        for index, value in enumerate(row):
            hands[(turn + index) % 3].append([key, "nbva"[index], value])
    files: Files = []
    for head, *body in hands:
        table = [head, *rng.sample(body, len(body))]
        files.append(("csv", f"{csv_text(summary('care', rng))}\n{csv_text(table)}".encode()))
    return files


def cells_dealt_to_three_back(files: list[bytes]) -> Values:
    """Collect the cells of each key from all files."""
    records: dict[str, dict[str, str]] = {}
    for data in files:
        for key, field, value in csv_rows(blocks(data.decode())[1])[1:]:
            records.setdefault(key, {})[field] = value
    return [tuple(record[field] for field in "nbva") for record in records.values()]


@technique("F2", "persons", *WHO)
def repeats_by_district(rows: list[Row], rng: random.Random) -> Files:
    """One line a district, with the persons side by side in numbered columns."""
    groups: dict[str, list[Row]] = {}
    for row in rng.sample(rows, len(rows)):
        groups.setdefault(row[DIST], []).append(row)
    most = max(len(group) for group in groups.values())
    head = [f"{name}_{i}" for name in ("联系人", "证件", "电话") for i in range(1, most + 1)]
    table = [["区县", "户数", *head]]
    for label, group in groups.items():
        padding = [""] * (most - len(group))
        cells = [cell for column in WHO for cell in ([row[column] for row in group] + padding)]
        table.append([label, str(len(group)), *cells])
    return [("csv", csv_text(table, "\t").encode("utf-16"))]


def repeats_by_district_back(files: list[bytes]) -> Values:
    """Take the numbered columns of a line together."""
    head, *lines = csv_rows(files[0].decode("utf-16"), "\t")
    most = (len(head) - 2) // 3
    return [
        (line[2 + i], line[2 + most + i], line[2 + 2 * most + i])
        for line in lines
        for i in range(int(line[1]))
    ]


@technique("F2", "persons", HOSP, VISIT, BIRTH, AMT)
def outline_pivot(rows: list[Row], rng: random.Random) -> Files:
    """A pivot table in outline form with subtotals: hospital, year, month and day only where they change."""
    day_mark = rng.choice(("日", ""))
    table = [["机构", "年", "月", "日", "出生", "费用"]]
    last = ["", "", ""]
    ordered = sorted(rows, key=lambda row: (row[HOSP], row[VISIT]))
    for index, row in enumerate(ordered):
        levels = [row[HOSP], row[VISIT][:4], row[VISIT][5:7]]
        same = next((i for i in range(3) if levels[i] != last[i]), 3)
        shown = [""] * same + levels[same:]
        table.append([*shown, row[VISIT][8:] + day_mark, row[BIRTH], row[AMT]])
        last = levels
        if index + 1 == len(ordered) or ordered[index + 1][HOSP] != row[HOSP]:
            total = sum(cents(r[AMT]) for r in rows if r[HOSP] == row[HOSP])
            table.append([f"{row[HOSP]} 汇总", "", "", "", "", amount(total)])
    total = sum(cents(row[AMT]) for row in rows)
    return [("csv", csv_text([*table, ["总计", "", "", "", "", amount(total)]]).encode("utf-8-sig"))]


def outline_pivot_back(files: list[bytes]) -> Values:
    """Fill the levels down and leave the totals out."""
    values: Values = []
    last = ["", "", ""]
    for line in csv_rows(files[0].decode("utf-8-sig"))[1:]:
        if not line[3]:
            continue
        last = [new or old for new, old in zip(line[:3], last, strict=True)]
        values.append((last[0], f"{last[1]}-{last[2]}-{line[3].rstrip('日')}", line[4], line[5]))
    return values


@technique("F1+F2", "firms", *MONEY)
def latex_on_its_side(rows: list[Row], rng: random.Random) -> Files:
    """A LaTeX document with text and a long table on its side, in ten thousands or millions."""
    power, unit = rng.choice(((4, "万元"), (6, "百万元")))
    names, *sums = zip(*grid(rows, *MONEY), strict=True)
    lines = [" & ".join(["企业", *names])]
    for label, column in zip(("资本", "营收"), sums, strict=True):
        lines.append(" & ".join([f"{label}/{unit}", *(scaled(cents(v), power) for v in column)]))
    table = " \\\\\n".join(lines) + " \\\\\n"
    first, second = (text.replace("%", "\\%") for text in paragraphs("firm", rng, 2))
    body = (
        f"{first}\n\n\\begin{{longtable}}{{{'l' * (len(rows) + 1)}}}\n{table}\\end{{longtable}}\n\n{second}"
    )
    return [("tex", f"\\documentclass{{ctexart}}\n\\begin{{document}}\n{body}\n\\end{{document}}".encode())]


def latex_on_its_side_back(files: list[bytes]) -> Values:
    """Turn the table and bring the sums back to yuan."""
    inner = re.findall(r"longtable\}\{l+\}\n(.*)\\end\{longtable", files[0].decode(), re.DOTALL)[0]
    lines = [line.removesuffix(" \\\\").split(" & ") for line in inner.strip("\n").split("\n")]
    power = 6 if "百万元" in lines[1][0] else 4
    columns = list(zip(*lines, strict=True))[1:]
    return [(name, unscaled(one, power), unscaled(two, power)) for name, one, two in columns]


@technique("F2", "persons", *WHO)
def footnoted_report(rows: list[Row], rng: random.Random) -> Files:
    """A report whose sentences have footnotes; the notes, out of order, hold the persons' fields in turn."""
    text: list[str] = []
    notes: list[str] = []
    order = rng.sample(range(3), 3)
    for number, row in enumerate(grid(rows, *WHO), 1):
        marks = "".join(f"[^{number}{'abc'[i]}]" for i in range(3))
        text.append(f"{rng.choice(DISTRICTS)}回访已办结{marks}。")
        notes.extend(f"[^{number}{'abc'[place]}]: {row[field]}" for place, field in enumerate(order))
    body = "".join(text) + f"\n\n注释次序 {order}\n\n" + "\n".join(rng.sample(notes, len(notes)))
    return [("md", report("who", rng, "办结情况", body).encode())]


def footnoted_report_back(files: list[bytes]) -> Values:
    """Gather the three notes of each number in the order told."""
    body = section(files[0].decode(), "办结情况")
    order = [int(digit) for digit in re.findall(r"注释次序 \[(\d), (\d), (\d)\]", body)[0]]
    records: dict[str, dict[int, str]] = {}
    for number, place, value in re.findall(r"^\[\^(\d+)([abc])\]: (.*)$", body, re.MULTILINE):
        records.setdefault(number, {})[order["abc".index(place)]] = value
    return [(record[0], record[1], record[2]) for record in records.values()]
