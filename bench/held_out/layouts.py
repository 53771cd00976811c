"""Layouts: the records stand there plainly, in another arrangement than a table of rows."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import tomllib
import unicodedata

import yaml

from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    aggregate,
    grid,
    person_bytes,
    read_table,
    table,
    technique,
    tuples,
)


@technique("persons", *WHO)
def transposed(rows, _rng) -> Files:
    """Every record is a column and every attribute a row."""
    body = [[c] + [row[c] for row in rows] for c in WHO]
    return [("csv", table(["指标"] + [f"样本{i}" for i in range(1, len(rows) + 1)], body))]


def transposed_back(files) -> Values:
    lines = read_table(files[0])
    return tuples(zip(*(line[1:] for line in lines), strict=True))


@technique("persons", NAME, HOSP, VISIT, AMT)
def pivot_cells(rows, _rng) -> Files:
    """Hospitals across, days down, and in each cell the names and sums of that day."""
    places = sorted({r[HOSP] for r in rows})
    days = sorted({r[VISIT] for r in rows})
    body = [
        [d]
        + ["；".join(f"{r[NAME]}:{r[AMT]}" for r in rows if (r[HOSP], r[VISIT]) == (p, d)) for p in places]
        for d in days
    ]
    return [("csv", table(["日期", *places], body))]


def pivot_cells_back(files) -> Values:
    lines = list(csv.reader(io.StringIO(files[0].decode())))
    return [
        (item.split(":")[0], place, line[0], item.split(":")[1])
        for line in lines[1:]
        for place, cell in zip(lines[0][1:], line[1:], strict=True)
        for item in cell.split("；")
        if item
    ]


@technique("persons", NAME, BIRTH, DIST, TEL)
def attribute_value(rows, rng) -> Files:
    """Entity, attribute, value, in shuffled order."""
    body = [[f"E{i:03d}", c, r[c]] for i, r in enumerate(rows) for c in (NAME, BIRTH, DIST, TEL)]
    rng.shuffle(body)
    return [("csv", table(["实体", "属性", "取值"], body))]


def attribute_value_back(files) -> Values:
    found: dict[str, dict[str, str]] = {}
    for entity, attribute, value in read_table(files[0]):
        found.setdefault(entity, {})[attribute] = value
    return [tuple(item[c] for c in (NAME, BIRTH, DIST, TEL)) for item in found.values()]


@technique("persons", DIST, HOSP, NAME, ID)
def nested_json(rows, _rng) -> Files:
    """District, then hospital, then people, each level a JSON object."""
    tree: dict = {}
    for r in rows:
        tree.setdefault(r[DIST], {}).setdefault(r[HOSP], []).append({"n": r[NAME], "no": r[ID]})
    text = json.dumps({"汇总": {"区划": tree}}, ensure_ascii=False, indent=1)
    return [("json", text.encode())]


def nested_json_back(files) -> Values:
    tree = json.loads(files[0])["汇总"]["区划"]
    return [
        (d, h, item["n"], item["no"]) for d, hs in tree.items() for h, items in hs.items() for item in items
    ]


@technique("persons", NAME, TEL, DIST)
def crammed_cell(rows, _rng) -> Files:
    """One row a district: a count, and all its people in a remark cell."""
    areas = sorted({r[DIST] for r in rows})
    body = []
    for area in areas:
        group = [r for r in rows if r[DIST] == area]
        body.append([area, len(group), "、".join(f"{r[NAME]}（{r[TEL]}）" for r in group)])
    return [("csv", table(["区划", "人数", "备注"], body))]


def crammed_cell_back(files) -> Values:
    return [
        (n, t, line[0])
        for line in read_table(files[0])
        for n, t in re.findall(r"([^、（）]+)（(\d+)）", line[2])
    ]


def wide(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@technique("persons", NAME, ID, BIRTH, AMT)
def fixed_width(rows, _rng) -> Files:
    """A print-out with fixed columns and no separators between the digits."""
    out = ["1 月结算清单".center(60), ""]
    for r in rows:
        out.append(r[NAME] + " " * (8 - wide(r[NAME])) + r[ID] + r[BIRTH].replace("-", "") + f"{r[AMT]:>12}")
    return [("txt", "\n".join(out).encode())]


def fixed_width_back(files) -> Values:
    found = re.findall(r"(?m)^(\S+) +(\S{18})(\d{4})(\d\d)(\d\d) +(\S+)$", files[0].decode())
    return [(n, i, f"{y}-{m}-{d}", a) for n, i, y, m, d, a in found]


@technique("persons", NAME, ID, TEL, ADDR, low=12, high=40)
def record_cards(rows, _rng) -> Files:
    """A card of four lines for each person in a two-column sheet."""
    body = []
    for i, r in enumerate(rows, 1):
        body += [[f"卡片 {i}", ""], ["", r[NAME]], ["", r[ID]], ["", r[TEL]], ["", r[ADDR]]]
    return [("csv", table(["栏", "内容"], body))]


def record_cards_back(files) -> Values:
    cells = [b for a, b in read_table(files[0]) if not a]
    return tuples(zip(*[iter(cells)] * 4, strict=True))


@technique("persons", *WHO)
def three_columns_three_files(rows, rng) -> Files:
    """Each file holds one attribute and the same running number."""
    out = []
    for c in WHO:
        body = [[i, r[c]] for i, r in enumerate(rows)]
        rng.shuffle(body)
        out.append(("csv", table(["序号", "值"], body)))
    return out


def three_columns_three_files_back(files) -> Values:
    parts = [dict(read_table(data)) for data in files]
    return [tuple(part[key] for part in parts) for key in parts[0]]


@technique("persons", TEL)
def halves_of_digits(rows, _rng) -> Files:
    """The front of every number in one file and its end in another, in the same order."""
    first = "\n".join(r[TEL][:6] for r in rows)
    second = "\n".join(r[TEL][6:] for r in rows)
    return [("txt", first.encode()), ("txt", second.encode())]


def halves_of_digits_back(files) -> Values:
    a, b = (data.decode().split("\n") for data in files)
    return [(x + y,) for x, y in zip(a, b, strict=True)]


@technique("persons", *QUASI)
def odd_even_rows(rows, _rng) -> Files:
    """Odd rows in a CSV file and even rows in a JSON file."""
    even = json.dumps(grid(rows[1::2], QUASI), ensure_ascii=False)
    return [("csv", person_bytes(rows[::2], QUASI)), ("json", even.encode())]


def odd_even_rows_back(files) -> Values:
    return tuples(read_table(files[0])) + tuples(json.loads(files[1]))


@technique("persons", NAME, ID, TEL, BIRTH)
def shuffled_nameless_columns(rows, rng) -> Files:
    """Columns called a, b, c with decoys between them, in another order for every row."""
    body = []
    for r in rows:
        cells = [r[NAME], r[ID], r[TEL], r[BIRTH], str(rng.randint(1, 99)), f"{rng.random():.3f}"]
        rng.shuffle(cells)
        body.append(cells)
    return [("csv", table(list("abcdef"), body))]


def shuffled_nameless_columns_back(files) -> Values:
    shapes = (r"[一-龥]+", r"\d{17}[\dX]", r"1\d{10}", r"\d{4}-\d\d-\d\d")
    return [
        tuple(next(c for c in line if re.fullmatch(shape, c)) for shape in shapes)
        for line in read_table(files[0])
    ]


@technique("firms", USCC, FIRM, BOSS, FTEL)
def no_header_bars(rows, _rng) -> Files:
    """No header, a bar as separator, GB 18030."""
    return [
        (
            "dat",
            "\r\n".join("|".join(line) for line in grid(rows, (USCC, FIRM, BOSS, FTEL))).encode("gb18030"),
        )
    ]


def no_header_bars_back(files) -> Values:
    return [tuple(line.split("|")) for line in files[0].decode("gb18030").split("\r\n")]


@technique("persons", NAME, TEL, low=10, high=18)
def needles(rows, rng) -> Files:
    """A few people in the remarks of some of three thousand rows of meter readings."""
    body = [
        [f"S{i:05d}", f"{rng.uniform(10, 40):.2f}", rng.choice(["正常", "复核", ""])] for i in range(3000)
    ]
    for place, r in zip(sorted(rng.sample(range(3000), len(rows))), rows, strict=True):
        body[place][2] = f"联系{r[NAME]}{r[TEL]}"
    return [("csv", table(["站点", "读数", "备注"], body))]


def needles_back(files) -> Values:
    return [(m[1], m[2]) for line in read_table(files[0]) if (m := re.fullmatch(r"联系(\D+)(\d+)", line[2]))]


@technique("persons", *QUASI, low=14, high=14)
def beside_the_aggregate(rows, rng) -> Files:
    """An innocent table by district with four more columns at its side, one record a line."""
    body = [a + b for a, b in zip(aggregate(rng), grid(rows, QUASI), strict=True)]
    return [("csv", table(["区县", "就诊人次", "次均费用", "起", "码", "止", "值"], body))]


def beside_the_aggregate_back(files) -> Values:
    return [tuple(line[3:]) for line in read_table(files[0])]


@technique("persons", NAME, ID, SICK)
def grouped_paragraphs(rows, _rng) -> Files:
    """A report text: a heading for each disease and the people below it."""
    out = ["专病管理情况说明", ""]
    for sick in sorted({r[SICK] for r in rows}):
        out.append(f"【{sick}】")
        out += [f"    {r[NAME]}，证号{r[ID]}；" for r in rows if r[SICK] == sick]
        out.append("")
    return [("txt", "\n".join(out).encode())]


def grouped_paragraphs_back(files) -> Values:
    sick, out = "", []
    for line in files[0].decode().split("\n"):
        if head := re.fullmatch("【(.+)】", line):
            sick = head[1]
        elif item := re.fullmatch(r" +(\S+)，证号(\w+)；", line):
            out.append((item[1], item[2], sick))
    return out


@technique("firms", *BOOK)
def columnar_json(rows, _rng) -> Files:
    """A JSON object of arrays, one a column."""
    text = json.dumps(
        {"c0": [r[USCC] for r in rows], "c1": [r[FIRM] for r in rows], "c2": [r[FTEL] for r in rows]}
    )
    return [("json", text.encode())]


def columnar_json_back(files) -> Values:
    data = json.loads(files[0])
    return tuples(zip(data["c0"], data["c1"], data["c2"], strict=True))


@technique("persons", NAME, TEL, ADDR, low=10, high=40)
def yaml_list(rows, _rng) -> Files:
    """A YAML list of contacts under the settings of a report."""
    tree = {
        "报表": {"版本": 3, "收件": [{"称呼": r[NAME], "电话": int(r[TEL]), "地址": r[ADDR]} for r in rows]}
    }
    return [("yaml", yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode())]


def yaml_list_back(files) -> Values:
    return [(i["称呼"], str(i["电话"]), i["地址"]) for i in yaml.safe_load(files[0])["报表"]["收件"]]


@technique("persons", *WHO)
def toml_tables(rows, _rng) -> Files:
    """A TOML file with a table for each person."""
    return [
        ("toml", "\n".join(f'[[row]]\na = "{r[NAME]}"\nb = "{r[ID]}"\nc = {r[TEL]}\n' for r in rows).encode())
    ]


def toml_tables_back(files) -> Values:
    return [(i["a"], i["b"], str(i["c"])) for i in tomllib.loads(files[0].decode())["row"]]


@technique("firms", USCC, BOSS, CAP)
def ini_sections(rows, _rng) -> Files:
    """An INI file whose sections are firms."""
    return [("ini", "\n".join(f"[{r[USCC]}]\nowner={r[BOSS]}\nlimit={r[CAP]}\n" for r in rows).encode())]


def ini_sections_back(files) -> Values:
    return re.findall(r"\[(.+)\]\nowner=(.+)\nlimit=(.+)", files[0].decode())


@technique("persons", NAME, ID, BIRTH)
def xml_attributes(rows, _rng) -> Files:
    """An XML file whose elements carry the values as attributes."""
    items = "".join(f'<p n="{r[NAME]}" i="{r[ID]}"><b v="{r[BIRTH]}"/></p>\n' for r in rows)
    return [("xml", f'<?xml version="1.0" encoding="UTF-8"?>\n<stat year="2025">\n{items}</stat>\n'.encode())]


def xml_attributes_back(files) -> Values:
    return re.findall(r'<p n="(.+?)" i="(.+?)"><b v="(.+?)"/>', files[0].decode())


@technique("firms", USCC, FIRM, CAP, FTEL)
def semicolon_csv(rows, _rng) -> Files:
    """A CSV file with semicolons, single quotes, decimal commas and a byte order mark."""
    lines = ["'k';'n';'w';'t'"]
    lines += [f"'{r[USCC]}';'{r[FIRM]}';{r[CAP].replace('.', ',')};'{r[FTEL]}'" for r in rows]
    return [("csv", "\r\n".join(lines).encode("utf-8-sig"))]


def semicolon_csv_back(files) -> Values:
    lines = files[0].decode("utf-8-sig").split("\r\n")[1:]
    return [
        tuple(c.strip("'") if c[0] == "'" else c.replace(",", ".") for c in line.split(";")) for line in lines
    ]


@technique("persons", NAME, SICK, TEL)
def markdown_table(rows, _rng) -> Files:
    """A Markdown report with a table in it."""
    lines = [f"| {r[NAME]} | {r[SICK]} | **{r[TEL]}** |" for r in rows]
    return [("md", ("# 周报\n\n| 甲 | 乙 | 丙 |\n|---|---|---|\n" + "\n".join(lines) + "\n").encode())]


def markdown_table_back(files) -> Values:
    return re.findall(r"\| (\S+) \| (\S+) \| \*\*(\d+)\*\* \|", files[0].decode())


@technique("persons", NAME, ID, TEL)
def html_hidden_attributes(rows, rng) -> Files:
    """A web page of averages whose rows carry the people in data attributes and titles."""
    lines = [
        f'<tr data-k="{r[ID]}" title="{html.escape(r[NAME])}"><td>{i % 14}</td>'
        f'<td class="x" data-v="{r[TEL]}">'
        f"{rng.randint(100, 900)}</td></tr>"
        for i, r in enumerate(rows)
    ]
    page = "<!doctype html><meta charset=utf-8><table>\n" + "\n".join(lines) + "\n</table>"
    return [("html", page.encode())]


def html_hidden_attributes_back(files) -> Values:
    found = re.findall(r'data-k="(.+?)" title="(.+?)".+?data-v="(.+?)"', files[0].decode())
    return [(n, i, t) for i, n, t in found]


@technique("persons", NAME, BIRTH, DIST, AMT)
def latex_table(rows, _rng) -> Files:
    """A LaTeX table in an article."""
    lines = [rf"{r[NAME]} & {r[BIRTH].replace('-', '--')} & {r[DIST]} & {r[AMT]} \\" for r in rows]
    head = "\\documentclass{ctexart}\n\\begin{document}\n\\begin{tabular}{llrr}\n\\hline\n"
    return [("tex", (head + "\n".join(lines) + "\n\\hline\n\\end{tabular}\n\\end{document}\n").encode())]


def latex_table_back(files) -> Values:
    found = re.findall(r"(?m)^(\S+) & (\S+) & (\d+) & (\S+) \\\\$", files[0].decode())
    return [(n, b.replace("--", "-"), d, a) for n, b, d, a in found]


@technique("persons", NAME, ID, low=30, high=60)
def diagonal_matrix(rows, _rng) -> Files:
    """A square matrix, labels at its edges, the numbers on its diagonal."""
    body = [[r[NAME]] + [r[ID] if i == j else "0" for j in range(len(rows))] for i, r in enumerate(rows)]
    return [("csv", table(["", *(str(i) for i in range(len(rows)))], body))]


def diagonal_matrix_back(files) -> Values:
    return [(line[0], line[1 + i]) for i, line in enumerate(read_table(files[0]))]


@technique("persons", NAME, HOSP, VISIT, AMT)
def json_lines(rows, rng) -> Files:
    """One JSON object a line, the order of the keys different in each."""
    out = []
    for r in rows:
        items = [("p", r[NAME]), ("h", r[HOSP]), ("d", r[VISIT]), ("v", float(r[AMT])), ("ok", True)]
        rng.shuffle(items)
        out.append(json.dumps(dict(items), ensure_ascii=False))
    return [("jsonl", "\n".join(out).encode())]


def json_lines_back(files) -> Values:
    items = [json.loads(line) for line in files[0].decode().split("\n")]
    return [(i["p"], i["h"], i["d"], f"{i['v']:.2f}") for i in items]


@technique("persons", ID, NAME, TEL)
def tokens_and_their_table(rows, rng) -> Files:
    """A pseudonymous table, and in a second file the table of its tokens."""
    marks = rng.sample(range(10**6, 10**7), len(rows))
    first = [[f"T{m}", r[NAME][0] + "某", r[TEL]] for m, r in zip(marks, rows, strict=True)]
    second = [[f"T{m}", r[ID], r[NAME][1:]] for m, r in zip(marks, rows, strict=True)]
    rng.shuffle(second)
    return [("csv", table(["token", "name", "v"], first)), ("csv", table(["token", "k", "rest"], second))]


def tokens_and_their_table_back(files) -> Values:
    known = {t: (k, rest) for t, k, rest in read_table(files[1])}
    return [(known[t][0], n[0] + known[t][1], v) for t, n, v in read_table(files[0])]
