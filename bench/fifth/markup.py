"""Family i: drawings and web pages: what a browser does not show, and what it draws."""

from __future__ import annotations

import base64
import json
import random
import re

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    cents,
    day,
    day_text,
    first,
    found,
    grid,
    id_text,
    money,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import AREAS, escape, paragraphs, summary


def drawing(rng: random.Random, inside: str) -> bytes:
    """A bar chart as SVG with something more inside."""
    bars = "".join(
        f'<rect x="{20 * i}" y="{200 - h}" width="15" height="{h}"/>'
        for i, h in enumerate(rng.choices(range(20, 190), k=14))
    )
    names = "".join(f'<text x="{20 * i}" y="215">{a}</text>' for i, a in enumerate(AREAS))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 220">{bars}{names}{inside}</svg>'.encode()
    )


def page(rng: random.Random, inside: str, head: str = "") -> bytes:
    """A web page of a report with something more inside."""
    told = "".join(f"<p>{p}</p>" for p in paragraphs(rng, 3))
    cells = "".join(f"<tr><td>{a}</td><td>{n}</td><td>{m}</td></tr>" for a, n, m in summary(rng))
    return (
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{told}<table>{cells}"
        f"</table>{inside}</body></html>"
    ).encode()


@technique("i", "persons", NAME, BIRTH, AMT)
def svg_tooltips(rows: list[Row], rng: random.Random) -> Files:
    """Titles of dots, which appear when the pointer rests on them."""
    dots = "".join(
        (
            f'<circle cx="{rng.randint(0, 300)}" cy="{rng.randint(0, 200)}" r="2"><title>{n} {b} {a}'
            f"</title></circle>"
        )
        for n, b, a in grid(rows, NAME, BIRTH, AMT)
    )
    return [("svg", drawing(rng, dots))]


def svg_tooltips_back(files: list[bytes]) -> Values:
    """The titles."""
    return found("<title>(.*?) (.*?) (.*?)</title>", files[0].decode())


@technique("i", "persons", BIRTH, VISIT, AMT, low=25)
def svg_coordinates(rows: list[Row], rng: random.Random) -> Files:
    """A scatter whose coordinates are day, age in days and cents, unscaled."""
    start = day("2020-01-01")
    dots = "".join(
        f'<use href="#d" x="{day(v) - start}" y="{(day(v) - day(b))}" width="{cents(a)}"/>'
        for b, v, a in grid(rows, BIRTH, VISIT, AMT)
    )
    return [("svg", drawing(rng, f'<g transform="scale(.01)" data-origin="2020-01-01">{dots}</g>'))]


def svg_coordinates_back(files: list[bytes]) -> Values:
    """The coordinates read."""
    start = day("2020-01-01")
    parts = found(r'x="(\d+)" y="(\d+)" width="(\d+)"/>', files[0].decode().split("data-origin")[1])
    return [(day_text(start + int(x) - int(y)), day_text(start + int(x)), money(int(w))) for x, y, w in parts]


@technique("i", "firms", *BOOK)
def svg_metadata(rows: list[Row], rng: random.Random) -> Files:
    """The metadata element of an editor."""
    items = "".join(f'<zy:n k="{u}" t="{t}">{escape(f)}</zy:n>' for f, u, t in grid(rows, *BOOK))
    return [("svg", drawing(rng, f'<metadata xmlns:zy="urn:zy">{items}</metadata>'))]


def svg_metadata_back(files: list[bytes]) -> Values:
    """The elements."""
    return [(f, u, t) for u, t, f in found(r'k="(\w+)" t="(\d+)">(.*?)</zy:n>', files[0].decode())]


@technique("i", "persons", TEL)
def svg_path(rows: list[Row], rng: random.Random) -> Files:
    """A river on a map: one stroke whose steps are digits."""
    steps = "".join(f"l{int(r[TEL][:4])},{int(r[TEL][4:8])} h{1000 + int(r[TEL][8:])} " for r in rows)
    return [("svg", drawing(rng, f'<path d="M0,0 {steps}" stroke="#069" fill="none"/>'))]


def svg_path_back(files: list[bytes]) -> Values:
    """The steps."""
    return [
        (f"{int(a):04d}{int(b):04d}{int(h) - 1000:03d}",)
        for a, b, h in found(r"l(\d+),(\d+) h(\d+)", files[0].decode())
    ]


@technique("i", "persons", *WHO)
def html_comments(rows: list[Row], rng: random.Random) -> Files:
    """Comments between the table's lines."""
    return [("html", page(rng, "".join(f"<!-- {text([r], *WHO)} -->" for r in rows)))]


def html_comments_back(files: list[bytes]) -> Values:
    """The comments."""
    return [tuple(v.split("|")) for (v,) in found("<!-- (.*?) -->", files[0].decode())]


@technique("i", "persons", NAME, ID)
def html_data_fields(rows: list[Row], rng: random.Random) -> Files:
    """Data attributes of the rows of an honest-looking table."""
    lines = "".join(
        (
            f'<div class="bar" data-k="{base64.b64encode(n.encode()).decode()}" data-v="{z}"'
            f' style="width:{rng.randint(5, 99)}%"></div>'
        )
        for n, z in grid(rows, NAME, ID)
    )
    return [("html", page(rng, lines))]


def html_data_fields_back(files: list[bytes]) -> Values:
    """The attributes."""
    return [
        (base64.b64decode(n).decode(), z)
        for n, z in found(r'data-k="([^"]+)" data-v="(\w+)"', files[0].decode())
    ]


@technique("i", "firms", FIRM, FTEL, USCC)
def html_script_state(rows: list[Row], rng: random.Random) -> Files:
    """The state of a page's program, as JSON."""
    state = {"props": {"rows": grid(rows, FIRM, FTEL, USCC)}, "page": "/report"}
    return [
        ("html", page(rng, f'<script id="__DATA__" type="application/json">{json.dumps(state)}</script>'))
    ]


def html_script_state_back(files: list[bytes]) -> Values:
    """The rows of the state."""
    state = json.loads(first(r'application/json">(.*?)</script>', files[0].decode()))
    return [tuple(x) for x in state["props"]["rows"]]


@technique("i", "persons", *WHO)
def html_style_contents(rows: list[Row], rng: random.Random) -> Files:
    """Contents of styles, with escapes of style sheets."""
    rules = "".join(
        f".a{i}::after{{content:'{''.join(f'{chr(92)}{ord(c):06x}' for c in text([r], *WHO))}'}}"
        for i, r in enumerate(rows)
    )
    return [("html", page(rng, "", f"<style>{rules}</style>"))]


def html_style_contents_back(files: list[bytes]) -> Values:
    """The escapes resolved."""
    parts = found("content:'(.*?)'", files[0].decode())
    return [tuple("".join(chr(int(h, 16)) for h in re.findall(r"\\(\w{6})", v)).split("|")) for (v,) in parts]


@technique("i", "persons", ID, TEL)
def html_hidden_inputs(rows: list[Row], rng: random.Random) -> Files:
    """Hidden fields of a form and a block of no display."""
    items = "".join(
        f'<input type=hidden name=t{i} value="{z}">' for i, (z, _) in enumerate(grid(rows, ID, TEL))
    )
    block = " ".join(r[TEL] for r in rows)
    return [("html", page(rng, f'<form>{items}</form><div style="display:none">{block}</div>'))]


def html_hidden_inputs_back(files: list[bytes]) -> Values:
    """The fields and the block by place."""
    data = files[0].decode()
    tels = first(r'display:none">(.*?)</div>', data).split()
    return [(z, t) for (z,), t in zip(found(r'value="(\w+)"', data), tels, strict=True)]


@technique("i", "firms", USCC)
def html_colours(rows: list[Row], rng: random.Random) -> Files:
    """The colours of a heat map of cells are the bytes of codes, four cells a firm."""
    cells = "".join(
        f'<td bgcolor="#{(packed([r], USCC).hex() + "00")[6 * k : 6 * k + 6]}">{rng.randint(1, 99)}</td>'
        for r in rows
        for k in range(4)
    )
    return [("html", page(rng, f"<table><tr>{cells}</tr></table>"))]


def html_colours_back(files: list[bytes]) -> Values:
    """The colours as bytes."""
    body = "".join(v for (v,) in found(r'bgcolor="#(\w{6})"', files[0].decode()))
    return unpacked(b"".join(bytes.fromhex(body[i : i + 22]) for i in range(0, len(body), 24)), USCC)


@technique("i", "persons", NAME, TEL)
def html_nested_data_uri(rows: list[Row], rng: random.Random) -> Files:
    """A frame whose address holds a page whose address holds a text."""
    inner = base64.b64encode(text(rows, NAME, TEL).encode()).decode()
    middle = base64.b64encode(f"<a href='data:text/csv;base64,{inner}'>下载</a>".encode()).decode()
    return [("html", page(rng, f'<iframe src="data:text/html;base64,{middle}"></iframe>'))]


def html_nested_data_uri_back(files: list[bytes]) -> Values:
    """The addresses opened."""
    middle = base64.b64decode(first('src="data:text/html;base64,([^"]+)"', files[0].decode())).decode()
    return untext(base64.b64decode(first("base64,([^']+)'", middle)).decode())


@technique("i", "persons", ID, low=20)
def svg_small_decimals(rows: list[Row], rng: random.Random) -> Files:
    """Labels of a chart at honest places with far too many decimals: they hold the numbers."""
    marks = "".join(
        (
            f'<line x1="{rng.randint(10, 290)}.{r[ID][:9]}" x2="{rng.randint(10, 290)}.{r[ID][9:17]}"'
            f' y1="5" y2="9"/>'
        )
        for r in rows
    )
    return [("svg", drawing(rng, marks))]


def svg_small_decimals_back(files: list[bytes]) -> Values:
    """The decimals joined."""
    return [
        (id_text(int(a + b)),) for a, b in found(r'x1="\d+\.(\d{9})" x2="\d+\.(\d{8})"', files[0].decode())
    ]
