"""Listings: plain values, arranged as print-outs, wiki pages, forms and directories arrange them."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qsl, quote, urlencode

from bench.fresh.core import chunked, lines_of, plain, technique
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    NAME,
    SEAT,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    grid,
    read_table,
    table,
    tuples,
)

SHORT = (("uscc", USCC), ("qymc", FIRM), ("frdb", BOSS), ("lxdh", FTEL))


@technique("firms", USCC, FIRM, BOSS, FTEL)
def expanded_records(rows, _rng) -> Files:
    """The expanded display of a database's command line."""
    out = []
    for i, r in enumerate(rows, 1):
        out.append(f"-[ RECORD {i} ]".ljust(40, "-"))
        out += [f"{k} | {r[c]}" for k, c in SHORT]
    return plain("out", "\n".join(out) + "\n")


def expanded_records_back(files) -> Values:
    found = re.findall(r"(?m)^(?:uscc|qymc|frdb|lxdh) \| (.*)$", files[0].decode())
    return tuples(chunked(found, 4))


@technique("persons", NAME, ID, TEL)
def boxed_query_result(rows, rng) -> Files:
    """A terminal's record of a session with a boxed result."""
    bar = "+----------+--------------------+-------------+"
    body = [f"| {r[NAME]:<8} | {r[ID]} | {r[TEL]} |" for r in rows]
    head = [
        "mysql> select xm, zjh, lxdh from t_gr limit 60;",
        bar,
        "| xm       | zjh                | lxdh        |",
    ]
    tail = [bar, f"{len(rows)} rows in set ({rng.uniform(0, 1):.2f} sec)", "", "mysql> exit", "Bye"]
    return plain("log", "\n".join([*head, bar, *body, *tail]))


def boxed_query_result_back(files) -> Values:
    return re.findall(r"(?m)^\| (\S+) +\| (\w{18}) \| (\d{11}) \|$", files[0].decode())


@technique("persons", NAME, BIRTH, TEL)
def wiki_table(rows, _rng) -> Files:
    """A table of a wiki page."""
    body = "\n".join(
        f"|-\n| [[{r[NAME]}]] || {{{{birth date|{r[BIRTH].replace('-', '|')}}}}} || {r[TEL]}" for r in rows
    )
    return plain(
        "wiki", f'== 值班通讯 ==\n{{| class="wikitable sortable"\n! 姓名 !! 出生 !! 电话\n{body}\n|}}\n'
    )


def wiki_table_back(files) -> Values:
    found = re.findall(r"\| \[\[(.+?)\]\] \|\| \{\{birth date\|(.+?)\}\} \|\| (\d+)", files[0].decode())
    return [(n, b.replace("|", "-"), t) for n, b, t in found]


@technique("firms", FIRM, USCC, BOSS)
def restructured_list_table(rows, _rng) -> Files:
    """A list table of a manual in reStructuredText."""
    body = "\n".join(f"   * - {r[FIRM]}\n     - ``{r[USCC]}``\n     - {r[BOSS]}" for r in rows)
    head = "接口对照\n========\n\n.. list-table:: 样例\n   :header-rows: 0\n   :widths: 30 20 10\n\n"
    return plain("rst", head + body + "\n")


def restructured_list_table_back(files) -> Values:
    return re.findall(r"\* - (.+)\n     - ``(.+)``\n     - (.+)", files[0].decode())


@technique("persons", NAME, ID, ADDR)
def asciidoc_table(rows, _rng) -> Files:
    """A table in AsciiDoc, a cell a line."""
    body = "\n\n".join(f"|{r[NAME]}\n|{r[ID]}\n|{r[ADDR]}" for r in rows)
    return plain("adoc", f'= 附录\n\n[cols="1,2,4"]\n|===\n\n{body}\n\n|===\n')


def asciidoc_table_back(files) -> Values:
    return re.findall(r"\|([^=\n|]+)\n\|(\w{18})\n\|(.+)", files[0].decode())


@technique("persons", NAME, TEL, SICK, VISIT)
def outline_drawers(rows, _rng) -> Files:
    """An outline of tasks whose drawers hold a visit each."""
    out = ["#+TITLE: 随访任务"]
    for r in rows:
        out += [f"** TODO 随访 {r[NAME]}", f"   SCHEDULED: <{r[VISIT]}>", "   :PROPERTIES:"]
        out += [f"   :MOBILE: {r[TEL]}", f"   :DX: {r[SICK]}", "   :END:"]
    return plain("org", "\n".join(out))


def outline_drawers_back(files) -> Values:
    shape = r"随访 (\S+)\n +SCHEDULED: <(.+)>\n +:PROPERTIES:\n +:MOBILE: (\d+)\n +:DX: (\S+)"
    return [(n, t, s, v) for n, v, t, s in re.findall(shape, files[0].decode())]


@technique("firms", USCC, BOSS, FTEL)
def ploughing_order(rows, _rng) -> Files:
    """Two records a line, the second from right to left, as an ox ploughs."""
    cells = grid(rows, (USCC, BOSS, FTEL))
    body = [pair[0] + (pair[1][::-1] if len(pair) > 1 else ["", "", ""]) for pair in chunked(cells, 2)]
    return [("csv", table(list("甲乙丙丁戊己"), body))]


def ploughing_order_back(files) -> Values:
    out = []
    for line in read_table(files[0]):
        out += [tuple(line[:3])] + ([tuple(line[5:2:-1])] if line[3] else [])
    return out


@technique("persons", NAME, TEL, ADDR)
def mailing_labels(rows, _rng) -> Files:
    """A sheet of address labels, three across."""
    out = []
    for trio in chunked(rows, 3):
        out += [
            "　".join(f"{r[ADDR]:　<30}" for r in trio),
            "　".join(f"{r[NAME] + ' 收':　<30}" for r in trio),
        ]
        out += ["　".join(f"{r[TEL]:　<30}" for r in trio), ""]
    return plain("txt", "\n".join(out))


def mailing_labels_back(files) -> Values:
    out = []
    for block in chunked(lines_of(files), 4):
        if len(block) >= 3:
            places, names, phones = ([c for c in re.split("　+", line) if c] for line in block[:3])
            out += [(n.removesuffix(" 收"), t, a) for a, n, t in zip(places, names, phones, strict=True)]
    return out


@technique("persons", DIST, HOSP, NAME, ID)
def drawn_tree(rows, _rng) -> Files:
    """The drawing of a directory tree whose leaves are people."""
    out = ["."]
    for area in sorted({r[DIST] for r in rows}):
        out.append(f"├── {area}")
        for place in sorted({r[HOSP] for r in rows if r[DIST] == area}):
            out.append(f"│   ├── {place}")
            out += [f"│   │   ├── {r[NAME]}_{r[ID]}.pdf" for r in rows if (r[DIST], r[HOSP]) == (area, place)]
    return plain("txt", "\n".join(out))


def drawn_tree_back(files) -> Values:
    at, out = ["", ""], []
    for line in lines_of(files)[1:]:
        depth, leaf = line.index("├") // 4, line.split("── ")[1]
        if depth < 2:
            at[depth] = leaf
        else:
            out.append((*at, *leaf.removesuffix(".pdf").split("_")))
    return out


@technique("persons", *WHO)
def bare_paragraphs(rows, _rng) -> Files:
    """Three lines without labels for each person, the order of the lines changing."""
    body = ["\n".join(([r[NAME], r[ID], r[TEL]] * 2)[i % 3 : i % 3 + 3]) for i, r in enumerate(rows)]
    return plain("md", "会议纪要\n\n" + "\n\n".join(body) + "\n")


def bare_paragraphs_back(files) -> Values:
    out = []
    for part in files[0].decode().strip().split("\n\n")[1:]:
        found = {len(v): v for v in part.split("\n")}
        out.append((next(v for k, v in found.items() if k < 11), found[18], found[11]))
    return out


@technique("persons", DIST, SICK, NAME, TEL)
def ditto_marks(rows, _rng) -> Files:
    """A sorted list in which a value that repeats is written with ditto marks."""
    body, last = [], ["", "", "", ""]
    for line in sorted(grid(rows, (DIST, SICK, NAME, TEL))):
        body.append(["〃" if a == b else a for a, b in zip(line, last, strict=True)])
        last = line
    return [("csv", table(["区划", "分类", "经办", "备注"], body))]


def ditto_marks_back(files) -> Values:
    out, last = [], ["", "", "", ""]
    for line in read_table(files[0]):
        last = [b if a == "〃" else a for a, b in zip(line, last, strict=True)]
        out.append(tuple(last))
    return out


@technique("firms", DIST, FIRM, FTEL)
def ragged_bands(rows, _rng) -> Files:
    """For each district a line of names and below it a line of phones, as long as they get."""
    body = []
    for area in sorted({r[DIST] for r in rows}):
        group = [r for r in rows if r[DIST] == area]
        body += [[area, *(r[FIRM] for r in group)], ["", *(r[FTEL] for r in group)]]
    return [("csv", table(["区划", "明细"], body))]


def ragged_bands_back(files) -> Values:
    bands = chunked(read_table(files[0]), 2)
    return [(a[0], n, t) for a, b in bands for n, t in zip(a[1:], b[1:], strict=True)]


@technique("persons", DIST, NAME, ID, AMT)
def table_inside_a_cell(rows, rng) -> Files:
    """A summary by district whose last cell is a whole quoted CSV file."""
    body = []
    for area in sorted({r[DIST] for r in rows}):
        group = [r for r in rows if r[DIST] == area]
        inner = table(["n", "k", "v"], grid(group, (NAME, ID, AMT))).decode()
        body.append([area, rng.randint(200, 9000), inner])
    return [("csv", table(["区划", "人次", "附表"], body))]


def table_inside_a_cell_back(files) -> Values:
    return [
        (line[0], *inner)
        for line in read_table(files[0])
        for inner in list(csv.reader(io.StringIO(line[2])))[1:]
    ]


@technique("persons", NAME, ID, TEL)
def form_posts_quoted_twice(rows, _rng) -> Files:
    """The bodies of form posts, percent-encoded twice."""
    return plain(
        "txt", "\n".join("data=" + quote(urlencode({"xm": r[NAME], "zj": r[ID], "dh": r[TEL]})) for r in rows)
    )


def form_posts_quoted_twice_back(files) -> Values:
    inner = [dict(parse_qsl(line))["data"] for line in lines_of(files)]
    return [tuple(value for _, value in parse_qsl(text)) for text in inner]


@technique("persons", NAME, TEL)
def telephone_directory(rows, _rng) -> Files:
    """A directory: a heading for a surname, then given names, leaders and numbers."""
    out = ["通 讯 录", ""]
    for family in sorted({r[NAME][0] for r in rows}):
        out.append(f"【{family}】")
        out += [
            f"  {r[NAME][1:]} {'.' * 20} {r[TEL][:3]} {r[TEL][3:7]} {r[TEL][7:]}"
            for r in rows
            if r[NAME][0] == family
        ]
    return plain("txt", "\n".join(out))


def telephone_directory_back(files) -> Values:
    family, out = "", []
    for line in lines_of(files)[2:]:
        if line.startswith("【"):
            family = line[1:-1]
        else:
            given, _, *digits = line.split()
            out.append((family + given, "".join(digits)))
    return out


@technique("persons", NAME, ID)
def seating_plan(rows, _rng) -> Files:
    """Two sheets of a hall: who sits where, and the tickets' numbers at the same places."""
    names = chunked([r[NAME] for r in rows], 8)
    marks = chunked([r[ID] for r in rows], 8)
    head = [f"{i}座" for i in range(1, 9)]
    return [("csv", table(head, names)), ("csv", table(head, marks))]


def seating_plan_back(files) -> Values:
    first, second = ([c for line in read_table(data) for c in line] for data in files)
    return tuples(zip(first, second, strict=True))


@technique("firms", USCC, FIRM, CAP, FOUND)
def continued_pages(rows, rng) -> Files:
    """A print with page heads and feet, the columns of one page continued on the next."""
    out = []
    for page, part in enumerate(chunked(rows, 12), 1):
        left = [f"{i:>3}  {r[USCC]}  {r[FIRM]}" for i, r in enumerate(part, 1)]
        right = [f"{i:>3}  {r[CAP]:>14}  {r[FOUND]}" for i, r in enumerate(part, 1)]
        rng.shuffle(right)
        out += [f"台账打印 第 {page} 页", *left, "\f续表", *right, "\f"]
    return plain("prn", "\n".join(out))


def continued_pages_back(files) -> Values:
    out = []
    for page in files[0].decode().split("台账打印")[1:]:
        left = dict((int(i), (u, f)) for i, u, f in re.findall(r"(\d+)  (\w{18})  (\S+)", page))
        right = re.findall(r"(\d+) +(\d+\.\d\d)  (\d{4}-\d\d-\d\d)", page)
        out += [(*left[int(i)], cap, born) for i, cap, born in right]
    return out


@technique("firms", USCC, SEAT, BOSS)
def spiral_of_cells(rows, _rng) -> Files:
    """A square sheet filled from its rim to its centre."""
    cells = [v for line in grid(rows, (USCC, SEAT, BOSS)) for v in line]
    side = next(n for n in range(1, 99) if n * n >= len(cells))
    sheet = [[""] * side for _ in range(side)]
    for (i, j), value in zip(_spiral(side), cells, strict=False):
        sheet[i][j] = value
    return [("csv", table([f"c{i}" for i in range(side)], sheet))]


def _spiral(side: int) -> list[tuple[int, int]]:
    """The places of a square from the rim inwards."""
    left = {(i, j) for i in range(side) for j in range(side)}
    at, step, out = (0, 0), (0, 1), []
    while left:
        left.discard(at)
        out.append(at)
        ahead = (at[0] + step[0], at[1] + step[1])
        if ahead not in left:
            step = (step[1], -step[0])
            ahead = (at[0] + step[0], at[1] + step[1])
        at = ahead
    return out


def spiral_of_cells_back(files) -> Values:
    sheet = read_table(files[0])
    cells = [sheet[i][j] for i, j in _spiral(len(sheet))]
    return tuples(chunked([c for c in cells if c], 3))
