"""Family e: records as trees, graphs, keys and markup."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote, unquote

import tomlkit

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    SICK,
    TEL,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    technique,
)
from bench.fifth.cover import AREAS, escape, sentence


def dumped(value: object, indent: int | None = None) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def two(pattern: str, data: str) -> dict[str, str]:
    """The pairs that a pattern of two groups finds."""
    return {a: b for a, b in found(pattern, data)}


@technique("e", "persons", DIST, HOSP, NAME, AMT)
def tree_of_places(rows: list[Row], rng: random.Random) -> Files:
    """District over hospital over patient, with a total at each node."""
    tree: dict[str, Any] = {}
    for r in rows:
        node = tree.setdefault(r[DIST], {"total": rng.randint(90, 900), "units": {}})
        node["units"].setdefault(r[HOSP], []).append({"n": r[NAME], "v": float(r[AMT])})
    return [("json", dumped(tree, 1))]


def tree_of_places_back(files: list[bytes]) -> Values:
    """The leaves with their paths."""
    return [
        (d, h, x["n"], f"{x['v']:.2f}")
        for d, node in json.loads(files[0]).items()
        for h, items in node["units"].items()
        for x in items
    ]


@technique("e", "persons", *WHO)
def keys_are_values(rows: list[Row], _: random.Random) -> Files:
    """A lookup whose keys are the records: number to name to telephone."""
    return [("json", dumped({r[ID]: {r[NAME]: int(r[TEL])} for r in rows}))]


def keys_are_values_back(files: list[bytes]) -> Values:
    """The keys and what they hold."""
    return [(n, i, str(t)) for i, item in json.loads(files[0]).items() for n, t in item.items()]


@technique("e", "persons", NAME, TEL, BIRTH)
def trie_of_digits(rows: list[Row], _: random.Random) -> Files:
    """A tree of telephone digits, as an autocompletion uses it, with the owner at each leaf."""
    root: dict[str, Any] = {}
    for name, tel, birth in grid(rows, NAME, TEL, BIRTH):
        node = root
        for char in tel:
            node = node.setdefault(char, {})
        node["$"] = [name, birth]
    return [("json", dumped(root))]


def trie_of_digits_back(files: list[bytes]) -> Values:
    """All paths to a leaf."""
    out: Values = []

    def walk(node: dict[str, Any], path: str) -> None:
        for key, value in node.items():
            if key == "$":
                out.append((value[0], path, value[1]))
            else:
                walk(value, path + key)

    walk(json.loads(files[0]), "")
    return out


@technique("e", "persons", *WHO)
def columns_apart(rows: list[Row], rng: random.Random) -> Files:
    """A chart's options: each field an array of its own among axis settings."""
    series = [{"name": k, "data": [r[c] for r in rows]} for k, c in zip("abc", WHO, strict=True)]
    option = {
        "title": {"text": "分地区人次"},
        "xAxis": {"data": AREAS},
        "series": [{"type": "bar", "data": [rng.randint(100, 900) for _ in AREAS]}],
        "dataset": series,
    }
    return [("json", dumped(option, 1))]


def columns_apart_back(files: list[bytes]) -> Values:
    """The arrays read side by side."""
    return list(zip(*(s["data"] for s in json.loads(files[0])["dataset"]), strict=True))


@technique("e", "firms", BOSS, FIRM, FTEL)
def graph_of_control(rows: list[Row], _: random.Random) -> Files:
    """A graph in DOT: the person points to the firm, the firm to its line."""
    nodes, edges = [], []
    for i, (b, f, t) in enumerate(grid(rows, BOSS, FIRM, FTEL)):
        nodes += [f'  p{i} [label="{b}"];', f'  f{i} [label="{f}"];', f'  t{i} [label="{t}"];']
        edges += [f"  p{i} -> f{i};", f"  f{i} -> t{i};"]
    return [("dot", "\n".join(["digraph 控制关系 {", *nodes, *edges, "}"]).encode())]


def graph_of_control_back(files: list[bytes]) -> Values:
    """The labels followed along the edges."""
    data = files[0].decode()
    label = two(r'(\w+) \[label="([^"]+)"\]', data)
    edge = two(r"(\w+) -> (\w+);", data)
    return [(label[p], label[f], label[edge[f]]) for p, f in edge.items() if p.startswith("p")]


@technique("e", "persons", NAME, SICK, TEL)
def map_points(rows: list[Row], rng: random.Random) -> Files:
    """A map layer: each point's popup is a patient."""
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(106 + rng.random(), 4), round(27 + rng.random(), 4)],
            },
            "properties": {"popup": f"{n}<br>{s}<br>☎{t}"},
        }
        for n, s, t in grid(rows, NAME, SICK, TEL)
    ]
    return [("geojson", dumped({"type": "FeatureCollection", "features": features}))]


def map_points_back(files: list[bytes]) -> Values:
    """The popups taken apart."""
    return found(r'"popup": "([^<]+)<br>([^<]+)<br>☎(\d+)"', files[0].decode())


@technique("e", "firms", *BOOK)
def toml_sections(rows: list[Row], rng: random.Random) -> Files:
    """A settings file with one section a firm, its code being the heading."""
    doc = tomlkit.document()
    doc.add(tomlkit.comment(sentence(rng)))
    for f, u, t in grid(rows, *BOOK):
        section = tomlkit.table()
        section.add("display", f)
        section.add("hotline", int(t))
        section.add("weight", round(rng.random(), 3))
        doc.add(u, section)
    return [("toml", tomlkit.dumps(doc).encode())]


def toml_sections_back(files: list[bytes]) -> Values:
    """The sections."""
    return [
        (x["display"], u, str(x["hotline"])) for u, x in tomlkit.parse(files[0].decode()).unwrap().items()
    ]


@technique("e", "persons", NAME, ID, HOSP)
def xml_attributes(rows: list[Row], rng: random.Random) -> Files:
    """A transformation map whose elements carry the values as attributes."""
    items = "".join(
        f'  <rule w="{rng.random():.2f}" to="{escape(h)}" on="{i}" as="{n}"/>\n'
        for n, i, h in grid(rows, NAME, ID, HOSP)
    )
    return [("xml", f'<?xml version="1.0" encoding="UTF-8"?>\n<rules>\n{items}</rules>\n'.encode())]


def xml_attributes_back(files: list[bytes]) -> Values:
    """The attributes."""
    parts = found(r'to="([^"]+)" on="(\w+)" as="([^"]+)"', files[0].decode())
    return [(n, i, h) for h, i, n in parts]


@technique("e", "persons", *WHO)
def query_strings(rows: list[Row], rng: random.Random) -> Files:
    """A web server's access log: the records are parameters of requests."""
    lines = [
        (
            f'10.2.{rng.randint(0, 9)}.{rng.randint(2, 99)} - - "GET /q?xm={quote(n)}&z={i}&d={t}'
            f' HTTP/1.1" 200 {rng.randint(90, 900)}'
        )
        for n, i, t in grid(rows, *WHO)
    ]
    return [("log", "\n".join(lines).encode())]


def query_strings_back(files: list[bytes]) -> Values:
    """The parameters."""
    parts = found(r"xm=(\S+?)&z=(\w+)&d=(\d+)", files[0].decode())
    return [(unquote(n), i, t) for n, i, t in parts]


@technique("e", "persons", NAME, VISIT, AMT)
def stacked_strings(rows: list[Row], _: random.Random) -> Files:
    """JSON that holds JSON as a text, three deep."""
    value: object = [f"{n}@{v}@{a}" for n, v, a in grid(rows, NAME, VISIT, AMT)]
    for key in ("payload", "message", "body"):
        value = {key: json.dumps(value, ensure_ascii=False), "v": 1}
    return [("json", dumped(value))]


def stacked_strings_back(files: list[bytes]) -> Values:
    """The texts parsed one after the other."""
    value = json.loads(files[0])
    for key in ("body", "message", "payload"):
        value = json.loads(value[key])
    return [tuple(item.split("@")) for item in value]


@technique("e", "persons", NAME, TEL)
def family_tree(rows: list[Row], _: random.Random) -> Files:
    """A linked list in JSON: every person is the child of the one before."""
    node: dict[str, Any] = {}
    for name, tel in grid(rows, NAME, TEL):
        node = {"name": name, "value": tel[:5], "tooltip": tel[5:], "children": [node] if node else []}
    return [("json", dumped(node))]


def family_tree_back(files: list[bytes]) -> Values:
    """The chain followed."""
    out: Values = []
    node = json.loads(files[0])
    while node:
        out.append((node["name"], node["value"] + node["tooltip"]))
        node = node["children"][0] if node["children"] else {}
    return out
