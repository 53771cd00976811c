"""Pages and drawings: records in charts, styles, templates and attributes."""

from __future__ import annotations

import base64
import datetime
import gzip
import json
import random
import re
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from bench.eighth_a.honest import DISTRICTS, TITLES, paragraphs, summary
from bench.ninth_b.kit import (
    NARROW,
    WIDE,
    amount,
    attr,
    attrs,
    bars,
    cents,
    chunks,
    from_wan,
    in_wan,
    joined,
    parted,
    texts,
)
from bench.sixth.core import (
    BIRTH,
    BOOK,
    CAP,
    CARE,
    DIST,
    FIRM,
    FTEL,
    ID,
    INCOME,
    MONEY,
    NAME,
    SICK,
    TEL,
    USCC,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


def table(rows: list[list[str]]) -> str:
    """A table of a page."""
    lines = "".join("<tr>" + "".join(f"<td>{escape(v)}</td>" for v in row) + "</tr>" for row in rows)
    return f'<table class="sum">{lines}</table>'


def page(kind: str, rng: random.Random, body: str, head: str = "") -> bytes:
    """A page with an honest report and something more."""
    told = "".join(f"<p>{text}</p>" for text in paragraphs(kind, rng))
    title = TITLES[kind]
    return (
        f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>{head}</head>\n'
        f"<body><h1>{title}</h1>{told}{table(summary(kind, rng))}\n{body}\n</body></html>\n"
    ).encode()


def svg(rng: random.Random, body: str, head: str = "") -> bytes:
    """A bar chart as a drawing, with something more."""
    drawn = "".join(
        f'<g><text x="4" y="{30 + 22 * i}">{name}</text><path d="M90 {20 + 22 * i}h{v * 20:.0f}v14H90z"/></g>'
        for i, (name, v) in enumerate(bars(rng))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 420">{head}{drawn}{body}</svg>\n'.encode()
    )


@technique("F5+F1", "persons", *CARE)
def svg_point_titles(rows: list[Row], rng: random.Random) -> Files:
    """A cloud of points: the place is the day of birth and of visit, the tooltip has name and sum."""
    wide, high, body = rng.choice((50, 80, 100)), rng.choice((20, 30, 50)), ""
    for name, born, visit, cost in grid(rows, *CARE):
        x, y = (datetime.date.fromisoformat(day).toordinal() for day in (born, visit))
        said = f"{name.translate(WIDE)} ￥{cost.translate(WIDE)}"
        place = f'cx="{(x - 700000) / wide:.3f}" cy="{(y - 730000) / high:.3f}"'
        body += f'<circle {place} r="{rng.choice((2, 3))}"><title>{said}</title></circle>'
    ticks = f'<text class="x" data-v="700000" data-k="{wide}">0</text>'
    ticks += f'<text class="y" data-v="730000" data-k="{high}">0</text>'
    return [("svg", svg(rng, body + ticks))]


def svg_point_titles_back(files: list[bytes]) -> Values:
    """Turn places into days by the ticks, and read the tooltips."""
    text = files[0].decode()
    (left, low), (wide, high) = (map(int, attrs(text, name)) for name in ("data-v", "data-k"))
    values: Values = []
    for x, y, said in zip(attrs(text, "cx"), attrs(text, "cy"), texts(text, "title"), strict=True):
        days = (round(float(x) * wide) + left, round(float(y) * high) + low)
        born, visit = (datetime.date.fromordinal(day).isoformat() for day in days)
        name, cost = said.split(" ￥")
        values.append((name, born, visit, cost.translate(NARROW)))
    return values


@technique("F5+F1", "firms", *MONEY)
def svg_scaled_bars(rows: list[Row], rng: random.Random) -> Files:
    """A bar chart by firm: two bars each, their lengths the sums under a scale that the legend names."""
    first, second = (rng.choice((2500, 4000, 5000, 8000)) for _ in range(2))
    body = f'<text class="legend">每像素资本{first}元、营收{second}元</text>'
    for i, (name, capital, income) in enumerate(grid(rows, *MONEY)):
        long, short = cents(capital) / 100 / first, cents(income) / 100 / second
        body += (
            f'<g class="firm"><text y="{i * 12}">{escape(name)}</text><rect width="{long:.7f}" y="{i * 12}"/>'
        )
        body += f'<rect width="{short:.7f}" y="{i * 12 + 5}"/></g>'
    return [("svg", svg(rng, body))]


def svg_scaled_bars_back(files: list[bytes]) -> Values:
    """Measure the bars."""
    text = files[0].decode()
    first, second = map(int, re.findall(r"(?:资本|营收)(\d+)元", text))
    values: Values = []
    for part in re.findall(r'<g class="firm">(.*?)</g>', text):
        long, short = (float(v) for v in attrs(part, "width"))
        values.append(
            (texts(part, "text")[0], amount(round(long * first * 100)), amount(round(short * second * 100)))
        )
    return values


@technique("F5+F3", "firms", *BOOK)
def svg_style_properties(rows: list[Row], rng: random.Random) -> Files:
    """Custom properties of a style sheet with values in URL or base 16 code."""
    style = ".axis{stroke:#999}:root{--gap:4px;--tone:#4a78b5;"
    way = rng.choice(("url", "hex"))
    for i, row in enumerate(grid(rows, *BOOK)):
        text = "~".join(row)
        style += f'--s{i:02d}:"{quote(text, safe="") if way == "url" else text.encode().hex()}";'
    return [("svg", svg(rng, "", f"<style>{style}}}</style>"))]


def svg_style_properties_back(files: list[bytes]) -> Values:
    """Decode the properties."""
    values: Values = []
    for text in re.findall(r'--s\d+:"([^"]*)"', files[0].decode()):
        plain = unquote(text) if "%" in text else bytes.fromhex(text).decode()
        values.append(tuple(plain.split("~")))
    return values


@technique("F5", "persons", *WHO)
def svg_label_ids(rows: list[Row], rng: random.Random) -> Files:
    """Identifiers, labels and classes of tick marks in a drawing."""
    body = '<g id="ticks" aria-hidden="true">'
    for i, (name, number, tel) in enumerate(grid(rows, *WHO)):
        place = f'x1="{90 + i * 7}" x2="{90 + i * 7}" y1="{rng.randint(380, 386)}" y2="392"'
        body += f'<line id="n{number}" class="t{tel} minor" aria-label={attr(name)} {place}/>'
    return [("svg", svg(rng, body + "</g>"))]


def svg_label_ids_back(files: list[bytes]) -> Values:
    """Read the attributes of the ticks."""
    text = files[0].decode()
    names, numbers = attrs(text, "aria-label"), re.findall(r'id="n(\w+)"', text)
    return list(zip(names, numbers, re.findall(r'class="t(\d+) minor"', text), strict=True))


@technique("F5+F2", "persons", NAME, BIRTH, TEL)
def html_template_cards(rows: list[Row], rng: random.Random) -> Files:
    """Cards of terms and details within a template that no script uses, attributes in any order."""
    cards = ""
    for row in rows:
        pairs = [("对象", row[NAME]), ("生日", row[BIRTH].replace("-", "/")), ("回访", row[TEL])]
        rng.shuffle(pairs)
        cards += "<dl>" + "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in pairs) + "</dl>"
    return [("html", page("who", rng, f'<template id="card">{cards}</template>'))]


def html_template_cards_back(files: list[bytes]) -> Values:
    """Read the cards."""
    values: Values = []
    for card in re.findall(r"<dl>(.*?)</dl>", files[0].decode()):
        pairs = dict(zip(texts(card, "dt"), texts(card, "dd"), strict=True))
        values.append((pairs["对象"], pairs["生日"].replace("/", "-"), pairs["回访"]))
    return values


@technique("F5+F3", "persons", *CARE)
def html_meta_tokens(rows: list[Row], rng: random.Random) -> Files:
    """Verification tokens in a page's head: gzip in base 32 of the table, cut over several tags."""
    packed = base64.b32encode(
        gzip.compress(joined(grid(rows, *CARE), ",").encode("utf-16"), mtime=0)
    ).decode()
    pieces = chunks(packed, rng.choice((120, 200, 320)))
    head = "".join(f'<meta name="site-verification-{i}" content="{piece}">' for i, piece in enumerate(pieces))
    return [("html", page("care", rng, "", head))]


def html_meta_tokens_back(files: list[bytes]) -> Values:
    """Glue the tokens, decode and unpack."""
    text = "".join(attrs(files[0].decode(), "content"))
    return parted(gzip.decompress(base64.b32decode(text)).decode("utf-16"), ",")


@technique("F5+F1", "persons", *WEAK)
def html_heat_titles(rows: list[Row], rng: random.Random) -> Files:
    """A heat map whose cells have titles in character entities: days in all digits, sums in 万."""
    cells = []
    for born, visit, cost in grid(rows, *WEAK):
        text = f"{born.replace('-', '')}–{visit.replace('-', '.')} {in_wan(cost)}万"
        coded = "".join(f"&#x{ord(c):x};" if rng.random() < 0.8 else c for c in text)
        cells.append(
            f'<td style="background:#f{rng.randint(1, 9)}c" title="{coded}">{rng.randint(40, 400)}</td>'
        )
    lines = "".join(f"<tr>{''.join(cells[i : i + 6])}</tr>" for i in range(0, len(cells), 6))
    return [("html", page("care", rng, f'<table class="heat">{lines}</table>'))]


def html_heat_titles_back(files: list[bytes]) -> Values:
    """Read the titles."""
    values: Values = []
    for title in attrs(files[0].decode(), "title"):
        born, visit, cost = re.split("[– ]", title)
        first = f"{born[:4]}-{born[4:6]}-{born[6:]}"
        values.append((first, visit.replace(".", "-"), from_wan(cost.removesuffix("万"))))
    return values


@technique("F5+F2", "persons", NAME, ID, SICK)
def html_linked_data(rows: list[Row], rng: random.Random) -> Files:
    """Linked data for search engines: a tree by district and disease under the page's own entry."""
    tree: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in rows:
        leaf = {"@type": "Person", "name": row[NAME], "taxID": row[ID].lower()}
        tree.setdefault(row[DIST], {}).setdefault(row[SICK], []).append(leaf)
    entry = {"@context": "https://schema.org", "@type": "Report", "name": TITLES["care"], "about": tree}
    text = json.dumps(entry, ensure_ascii=rng.random() < 0.5)
    return [("html", page("care", rng, "", f'<script type="application/ld+json">{text}</script>'))]


def html_linked_data_back(files: list[bytes]) -> Values:
    """Walk the tree."""
    text = re.findall(r'ld\+json">(.*?)</script>', files[0].decode())[0]
    about = json.loads(text)["about"]
    return [
        (leaf["name"], leaf["taxID"].upper(), sick)
        for part in about.values()
        for sick, leaves in part.items()
        for leaf in leaves
    ]


@technique("F5", "firms", FIRM, CAP, FTEL)
def html_style_contents(rows: list[Row], rng: random.Random) -> Files:
    """Contents that a style sheet would put before marks that the page has not, in its own escapes."""
    style = ".sum td{padding:4px}"
    for i, row in enumerate(grid(rows, FIRM, CAP, FTEL)):
        text = rng.choice(("·", "/")).join(row)
        coded = "".join(c if c.isascii() else f"\\{ord(c):06x}" for c in text)
        style += f'.q{i}::before{{content:"{coded}"}}'
    return [("html", page("firm", rng, "", f"<style>{style}</style>"))]


def html_style_contents_back(files: list[bytes]) -> Values:
    """Undo the escapes."""
    found = re.findall(r'content:"([^"]*)"', files[0].decode())
    plain = [re.sub(r"\\([0-9a-f]{6})", lambda m: chr(int(m[1], 16)), text) for text in found]
    return [tuple(re.split("[·/]", text)) for text in plain]


@technique("F5", "firms", USCC, FIRM, INCOME)
def html_hidden_options(rows: list[Row], rng: random.Random) -> Files:
    """A filter by district whose hidden group offers firms: value, label and data of the options."""
    seen = "".join(f'<option value="{i}">{name}</option>' for i, name in enumerate(DISTRICTS))
    more = "".join(
        f'<option value="{code[:9]}-{code[9:]}" data-w="{in_wan(income)}" label={attr(name)}></option>'
        for code, name, income in rng.sample(grid(rows, USCC, FIRM, INCOME), len(rows))
    )
    return [("html", page("firm", rng, f"<select>{seen}<optgroup hidden>{more}</optgroup></select>"))]


def html_hidden_options_back(files: list[bytes]) -> Values:
    """Read the options of the hidden group."""
    text = files[0].decode().partition("<optgroup hidden>")[2]
    found = zip(attrs(text, "value"), attrs(text, "label"), attrs(text, "data-w"), strict=True)
    return [(code.replace("-", ""), name, from_wan(income)) for code, name, income in found]
