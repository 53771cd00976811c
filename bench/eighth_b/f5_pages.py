"""SVG and HTML: hidden groups and elements, metadata, attributes, scripts."""

from __future__ import annotations

import json
import random
import re

from bench.eighth_b.honest import page, svg_chart
from bench.eighth_b.kit import esc, found, json_text, threes
from bench.sixth.core import BOOK, CARE, MONEY, WHO, Files, Row, Values, grid, technique


@technique("F5", "persons", *WHO)
def svg_hidden_group(rows: list[Row], rng: random.Random) -> Files:
    """A group that is not displayed writes the values beside the bars of a chart."""
    texts = "\n".join(
        f'<text x="{20 + place * 90}" y="{index * 9}">{esc(value)}</text>'
        for index, row in enumerate(grid(rows, *WHO))
        for place, value in enumerate(row)
    )
    return [("svg", svg_chart(rng, f'<g id="layer-ref" style="display:none">\n{texts}\n</g>'))]


def svg_hidden_group_back(files: list[bytes]) -> Values:
    """The texts of the group, three a record."""
    group = found(r'<g id="layer-ref"[^>]*>(.*?)</g>', files[0])[0]
    return threes(found(r"<text[^>]*>(.*?)</text>", group), 3)


@technique("F5", "firms", *MONEY)
def svg_metadata_rdf(rows: list[Row], _rng: random.Random) -> Files:
    """The metadata of an empty drawing describe the firms in attributes."""
    items = "\n".join(
        f'<rdf:Description rdf:about="#n{i}" dc:title="{esc(a)}" zy:cap="{b}" zy:rev="{c}"/>'
        for i, (a, b, c) in enumerate(grid(rows, *MONEY))
    )
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    inner = f'<metadata><rdf:RDF {spaces} xmlns:zy="urn:zy:1">\n{items}\n</rdf:RDF></metadata>'
    size = 'xmlns="http://www.w3.org/2000/svg" width="10" height="10"'
    return [("svg", f"<svg {size}>{inner}</svg>\n".encode())]


def svg_metadata_rdf_back(files: list[bytes]) -> Values:
    """The attributes of the descriptions."""
    return threes(found(r'(?:dc:title|zy:cap|zy:rev)="(.*?)"', files[0]), 3)


@technique("F5", "persons", *CARE)
def html_hidden_table(rows: list[Row], rng: random.Random) -> Files:
    """A report has one more table in an element that browsers do not show."""
    cells = ["".join(f"<td>{esc(v)}</td>" for v in row) for row in grid(rows, *CARE)]
    lines = "\n".join(f"<tr>{inner}</tr>" for inner in cells)
    style = 'class="print-only" style="display:none" aria-hidden="true"'
    hidden = f'<div {style}><table id="x">{lines}</table></div>'
    return [("html", page(rng, hidden))]


def html_hidden_table_back(files: list[bytes]) -> Values:
    """The cells of the hidden table."""
    return threes(found(r"<td>(.*?)</td>", files[0].partition(b'<table id="x">')[2]), 4)


@technique("F5", "firms", *BOOK)
def html_data_attributes(rows: list[Row], rng: random.Random) -> Files:
    """The rows of an aggregate carry their firms as JSON in a data attribute."""
    text = page(rng, "").decode()
    table = grid(rows, *BOOK)
    head, *bits = text.split("<tr><td>")
    out = head
    for index, bit in enumerate(bits):
        out += f'<tr data-members="{esc(json_text(table[index :: len(bits)]))}"><td>{bit}'
    return [("html", out.encode())]


def html_data_attributes_back(files: list[bytes]) -> Values:
    """The lists in the attributes."""
    return [tuple(item) for text in found(r'data-members="(.*?)"', files[0]) for item in json.loads(text)]


@technique("F5", "persons", *WHO)
def html_script_state(rows: list[Row], rng: random.Random) -> Files:
    """The initial state of a page's script is the table by columns, escaped as scripts are."""
    state = {"view": "summary", "store": {f"c{i}": [row[c] for row in rows] for i, c in enumerate(WHO)}}
    return [("html", page(rng, f"<script>window.__INITIAL_STATE__={json.dumps(state)};</script>"))]


def html_script_state_back(files: list[bytes]) -> Values:
    """The columns of the state."""
    hit = re.search(rb"__INITIAL_STATE__=(.*?);</script>", files[0])
    return list(zip(*json.loads(hit[1])["store"].values(), strict=True)) if hit else []
