"""Workbooks: hidden sheets, comments, names, properties and caches beside an honest summary."""

from __future__ import annotations

import base64
import datetime
import lzma
import random
import re

from bench.eighth_a.honest import summary
from bench.eighth_a.tables import transposed
from bench.ninth_b.kit import (
    CAPITAL,
    NARROW,
    WIDE,
    amount,
    attr,
    attrs,
    cents,
    chunks,
    from_wan,
    in_wan,
    joined,
    parted,
    serial,
    texts,
    unserial,
    unzip,
)
from bench.ninth_b.office import KIND, SHEET, Part, custom, letters, sheet, xlsx
from bench.sixth.core import (
    AMT,
    BIRTH,
    BOOK,
    CAP,
    FIRM,
    FOUND,
    HOSP,
    MONEY,
    NAME,
    SICK,
    TEL,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)

MS = "http://schemas.microsoft.com/office"


def cells(data: bytes, number: int) -> list[list[str]]:
    """The rows of a sheet as texts."""
    text = unzip(data)[f"xl/worksheets/sheet{number}.xml"].decode()
    return [
        [
            v
            for pair in re.findall(r"<v>(.*?)</v>|(<t[ >].*?</t>)", row)
            for v in [pair[0] or texts(pair[1], "t")[0]]
        ]
        for row in re.findall(r"<row .*?</row>", text, re.DOTALL)
    ]


@technique("F4+F2", "persons", *WEAK)
def xlsx_hidden_parameters(rows: list[Row], rng: random.Random) -> Files:
    """A hidden sheet of model parameters: on its side, days as serials, sums scaled and moved."""
    slope, shift = rng.choice((2, 4, 5, 8)), rng.randint(100, 9000)
    table = [["参数", "alpha", "beta", "gamma"]]
    for i, (born, visit, cost) in enumerate(grid(rows, *WEAK)):
        table.append([f"p{i:02d}", str(serial(born)), str(serial(visit)), str(cents(cost) * slope + shift)])
    table = [
        [*line, *rest]
        for line, rest in zip(
            transposed(table), [["k", "b"], *[["1", "0"]] * 2, [str(slope), str(shift)]], strict=True
        )
    ]
    name = rng.choice(("参数", "_cfg", "口径", "Sheet9"))
    return [("xlsx", xlsx([("汇总", "", sheet(summary("care", rng))), (name, "hidden", sheet(table))]))]


def xlsx_hidden_parameters_back(files: list[bytes]) -> Values:
    """Turn the sheet and undo scale and shift."""
    _, first, second, third = cells(files[0], 2)
    slope, shift = int(third[-2]), int(third[-1])
    return [
        (unserial(int(a)), unserial(int(b)), amount((int(c) - shift) // slope))
        for a, b, c in zip(first[1:-2], second[1:-2], third[1:-2], strict=True)
    ]


@technique("F4+F1", "persons", *WHO)
def xlsx_threaded_reviewers(rows: list[Row], rng: random.Random) -> Files:
    """Threaded comments whose reviewers are the persons; numbers in full width with dots between."""
    people, threads = "", ""
    table = summary("who", rng)
    dot = rng.choice("·-/ ")
    for i, (name, number, tel) in enumerate(grid(rows, *WHO)):
        key = f"{{{rng.getrandbits(32):08X}-0000-4000-8000-{i:012X}}}"
        people += f'<person displayName={attr(name)} id="{key}" userId="u{i}" providerId="None"/>'
        first, second = chunks(number.translate(WIDE), 6), chunks(tel.translate(WIDE), 4)
        said = f"已核对{dot.join(first)}，回电{dot.join(second)}"
        place = f"{rng.choice('BCD')}{rng.randint(2, len(table))}"
        own = f"{{{i:08X}-AAAA-4000-8000-000000000000}}"
        threads += f'<threadedComment ref="{place}" personId="{key}" id="{own}">'
        threads += f"<text>{said}</text></threadedComment>"
    space = f"{MS}/spreadsheetml/2018/threadedcomments"
    parts = [
        Part(
            "xl/persons/person.xml",
            f'<personList xmlns="{space}">{people}</personList>',
            "application/vnd.ms-excel.person+xml",
            f"{MS}/2017/10/relationships/person",
            "xl/workbook.xml",
        ),
        Part(
            "xl/threadedComments/threadedComment1.xml",
            f'<ThreadedComments xmlns="{space}">{threads}</ThreadedComments>',
            "application/vnd.ms-excel.threadedcomments+xml",
            f"{MS}/2017/10/relationships/threadedComment",
            "xl/worksheets/sheet1.xml",
        ),
    ]
    return [("xlsx", xlsx([("回访", "", sheet(table))], *parts))]


def xlsx_threaded_reviewers_back(files: list[bytes]) -> Values:
    """Join the reviewers with what they said."""
    members = unzip(files[0])
    people = members["xl/persons/person.xml"].decode()
    names = dict(zip(attrs(people, "id"), attrs(people, "displayName"), strict=True))
    threads = members["xl/threadedComments/threadedComment1.xml"].decode()
    values: Values = []
    for key, said in zip(attrs(threads, "personId"), texts(threads, "text"), strict=True):
        first, second = (
            "".join(re.findall(r"[０-９Ｘ]", part)).translate(NARROW) for part in said.split("，")
        )
        values.append((names[key], first, second))
    return values


@technique("F4", "firms", *BOOK)
def xlsx_array_constants(rows: list[Row], rng: random.Random) -> Files:
    """Three hidden names that are array constants, a column each, among honest names."""
    names = (
        '<definedName name="汇总区">汇总!$A$1:$D$9</definedName><definedName name="税率">0.13</definedName>'
    )
    labels = rng.sample(["_lst1", "_lst2", "_lst3", "口径表", "校验表", "字典"], 3)
    for label, column in zip(sorted(labels), BOOK, strict=True):
        items = ";".join(f"&quot;{row[column].replace('&', '&amp;')}&quot;" for row in rows)
        names += f'<definedName name="{label}" hidden="1">{{{items}}}</definedName>'
    return [("xlsx", xlsx([("汇总", "", sheet(summary("firm", rng)))], names=names))]


def xlsx_array_constants_back(files: list[bytes]) -> Values:
    """Put the constants of the three names side by side."""
    found = [t for t in texts(unzip(files[0])["xl/workbook.xml"].decode(), "definedName") if t[0] == "{"]
    columns = [[item.strip('"') for item in text[1:-1].split('";"')] for text in found]
    return list(zip(*columns, strict=True))


@technique("F4+F2", "persons", *WEAK)
def xlsx_typed_properties(rows: list[Row], rng: random.Random) -> Files:
    """Custom properties of three types as entity, attribute and value: file times and whole numbers."""
    items = [("部门", "lpwstr", "统计科"), ("版本", "lpwstr", f"{rng.randint(1, 4)}.{rng.randint(0, 9)}")]
    triples = []
    for key, (born, visit, cost) in zip(
        rng.sample(range(100, 999), len(rows)), grid(rows, *WEAK), strict=True
    ):
        triples += [
            (f"t{key}.a", "filetime", f"{born}T00:00:00Z"),
            (f"t{key}.b", "filetime", f"{visit}T00:00:00Z"),
        ]
        triples.append((f"t{key}.n", "i4", str(cents(cost))))
    rng.shuffle(triples)
    return [("xlsx", xlsx([("汇总", "", sheet(summary("care", rng)))], custom(items + triples)))]


def xlsx_typed_properties_back(files: list[bytes]) -> Values:
    """Gather the properties of each key."""
    text = unzip(files[0])["docProps/custom.xml"].decode()
    found = re.findall(r'name="t(\d+)\.(\w)"><vt:\w+>([^<]+)<', text)
    table = {(key, kind): value for key, kind, value in found}
    return [
        (value[:10], table[key, "b"][:10], amount(int(table[key, "n"])))
        for (key, kind), value in table.items()
        if kind == "a"
    ]


@technique("F4+F1", "persons", NAME, VISIT, AMT, HOSP)
def xlsx_formula_results(rows: list[Row], rng: random.Random) -> Files:
    """Cells of a summary whose formulas look up a sheet that is gone, yet whose cached results stay."""
    table = summary("care", rng)
    lines = ""
    for i, (name, visit, cost, place) in enumerate(grid(rows, NAME, VISIT, AMT, HOSP), len(table) + 3):
        found = [("A", name), ("B", place), ("C", str(serial(visit))), ("D", in_wan(cost))]
        cached = "".join(
            f'<c r="{c}{i}" t="str"><f>INDEX([1]明细!{c}:{c},{rng.randint(2, 5000)})</f><v>{v}</v></c>'
            for c, v in found
        )
        lines += f'<row r="{i}" hidden="1">{cached}</row>'
    text = sheet(table).replace("</sheetData>", f"{lines}</sheetData>")
    return [("xlsx", xlsx([("汇总", "", text)]))]


def xlsx_formula_results_back(files: list[bytes]) -> Values:
    """Read the cached results."""
    text = unzip(files[0])["xl/worksheets/sheet1.xml"].decode()
    found = texts("".join(re.findall(r"</f>(<v>.*?</v>)", text)), "v")
    return [
        (name, unserial(int(visit)), from_wan(cost), place)
        for name, place, visit, cost in zip(*[iter(found)] * 4, strict=True)
    ]


@technique("F4+F3", "firms", *MONEY)
def xlsx_packed_theme_cells(rows: list[Row], rng: random.Random) -> Files:
    """A very hidden sheet of style keys: the records packed with xz, in base 85 or 32, cut over the cells."""
    packed = lzma.compress(joined(grid(rows, *MONEY), "\t").encode("gb18030"))
    code = rng.choice(("85", "32"))
    text = (base64.b85encode if code == "85" else base64.b32encode)(packed).decode()
    pieces = chunks(text, rng.choice((40, 60, 90)))
    table = [["键", "值"], *[[f"style.{code}.{i:03d}", piece] for i, piece in enumerate(pieces)]]
    sheets = [("汇总", "", sheet(summary("firm", rng))), ("样式", "veryHidden", sheet(table))]
    return [("xlsx", xlsx(sheets))]


def xlsx_packed_theme_cells_back(files: list[bytes]) -> Values:
    """Glue the cells, decode and unpack."""
    table = cells(files[0], 2)[1:]
    text = "".join(value for _, value in table)
    decode = base64.b85decode if table[0][0].startswith("style.85") else base64.b32decode
    return parted(lzma.decompress(decode(text)).decode("gb18030"), "\t")


@technique("F4", "firms", FIRM, FOUND, CAP)
def xlsx_shared_items(rows: list[Row], rng: random.Random) -> Files:
    """The cache of a pivot table without its records: the shared items of its fields stand in one order."""
    order = rng.sample(range(len(rows)), len(rows))
    fields = ""
    for column in (FIRM, FOUND, CAP):
        tag = {FIRM: "s", FOUND: "d", CAP: "n"}[column]
        tail = "T00:00:00" if column == FOUND else ""
        items = "".join(f"<{tag} v={attr(rows[i][column] + tail)}/>" for i in order)
        shared = f'<sharedItems count="{len(rows)}">{items}</sharedItems>'
        fields += f"<cacheField name={attr(column)}>{shared}</cacheField>"
    text = f'<pivotCacheDefinition {SHEET} saveData="0" refreshOnLoad="1">'
    text += f"<cacheFields>{fields}</cacheFields></pivotCacheDefinition>"
    part = Part(
        "xl/pivotCache/pivotCacheDefinition1.xml",
        text,
        f"{KIND}.spreadsheetml.pivotCacheDefinition+xml",
        "pivotCacheDefinition",
        "xl/workbook.xml",
    )
    return [("xlsx", xlsx([("透视", "", sheet(summary("firm", rng)))], part))]


def xlsx_shared_items_back(files: list[bytes]) -> Values:
    """Put the items of the fields side by side."""
    text = unzip(files[0])["xl/pivotCache/pivotCacheDefinition1.xml"].decode()
    names, days, sums = (attrs(part, "v") for part in texts_raw(text, "sharedItems"))
    return [(a, b[:10], c) for a, b, c in zip(names, days, sums, strict=True)]


def texts_raw(text: str, tag: str) -> list[str]:
    """What stands in the elements of a tag, as it is written."""
    return re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", text, re.DOTALL)


@technique("F4+F1", "persons", NAME, BIRTH, TEL, SICK)
def xlsx_comment_glossary(rows: list[Row], rng: random.Random) -> Files:
    """Old comments that pretend to explain figures; births by age in days, phones in capital digits."""
    table = summary("care", rng)
    day = datetime.date(2025, rng.randint(1, 6), rng.randint(1, 28))
    items = ""
    for i, (name, born, tel, sick) in enumerate(grid(rows, NAME, BIRTH, TEL, SICK)):
        age = day.toordinal() - datetime.date.fromisoformat(born).toordinal()
        said = f"{sick}：{name}，日龄{age}，联系{''.join(CAPITAL[int(c)] for c in tel)}"
        place = f"{letters(5 + i % 4)}{2 + i // 4}"
        items += f'<comment ref="{place}" authorId="0"><text><r><t>{said}</t></r></text></comment>'
    author = f"<authors><author>基准日{day.isoformat()}</author></authors>"
    text = f"<comments {SHEET}>{author}<commentList>{items}</commentList></comments>"
    part = Part(
        "xl/comments1.xml", text, f"{KIND}.spreadsheetml.comments+xml", "comments", "xl/worksheets/sheet1.xml"
    )
    return [("xlsx", xlsx([("汇总", "", sheet(table))], part))]


def xlsx_comment_glossary_back(files: list[bytes]) -> Values:
    """Count the ages back from the day that the author bears."""
    text = unzip(files[0])["xl/comments1.xml"].decode()
    day = datetime.date.fromisoformat(texts(text, "author")[0][3:])
    values: Values = []
    for said in texts(text, "t"):
        sick, name, age, tel = re.fullmatch(r"(.*?)：(.*?)，日龄(\d+)，联系(.*)", said).groups()  # type: ignore[union-attr]
        born = day - datetime.timedelta(days=int(age))
        values.append((name, born.isoformat(), "".join(str(CAPITAL.index(c)) for c in tel), sick))
    return values
