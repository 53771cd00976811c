"""Records in programs, settings and structured files."""

import json
from random import Random
from typing import Any

import yaml  # type: ignore[import-untyped]

from bench.exam.core import Rows, carries, core, found, fragments, grid, payload, roles, technique, unpack
from bench.exam.documents import FIVE, pieces


def lines(rows: Rows) -> list[str]:
    return payload(rows, separator="|").decode().split("\n")


@technique("json", decoder=lambda data, _: json.loads(data))
def json_records(rows: Rows, _: Random) -> bytes:
    """A list of objects, escaped to ASCII."""
    return json.dumps([dict(row) for row in rows]).encode()


@technique("jsonl", decoder=lambda data, _: [json.loads(line)["meta"]["raw"] for line in data.splitlines()])
def json_lines_nested(rows: Rows, random: Random) -> bytes:
    """An object for each line, the record two levels down."""
    return "\n".join(
        json.dumps({"score": random.random(), "meta": {"raw": dict(row)}}) for row in rows
    ).encode()


@technique("json", decoder=lambda data, columns: fragments(
    list(zip(*json.loads(data)["columns"].values(), strict=True)), core(columns)))  # fmt: skip
def json_columns(rows: Rows, _: Random) -> bytes:
    """Column by column, under numbers."""
    columns = zip(*grid(rows, core(rows[0])), strict=True)
    return json.dumps(
        {"columns": {str(place): list(column) for place, column in enumerate(columns)}}
    ).encode()


@technique("json", decoder=lambda data, columns: unpack("\n".join(json.loads(data)), columns))
def json_keys(rows: Rows, random: Random) -> bytes:
    """The keys of an object of counts."""
    return json.dumps({line: random.randint(1, 9) for line in lines(rows)}, ensure_ascii=False).encode()


@technique("json", decoder=lambda data, columns: fragments(
    _tries(json.loads(data)), [roles(columns).id]))  # fmt: skip
def json_trie(rows: Rows, _: Random) -> bytes:
    """A prefix tree of the identifiers."""
    tree: dict[str, Any] = {}
    for (number,) in pieces(rows, "id"):
        node = tree
        for sign in number:
            node = node.setdefault(sign, {})
    return json.dumps(tree).encode()


def _tries(tree: dict[str, Any], start: str = "") -> list[tuple[str]]:
    if not tree:
        return [(start,)]
    return [one for sign, below in tree.items() for one in _tries(below, start + sign)]


@technique(
    "json",
    decoder=lambda data, columns: unpack("\n".join(json.loads(data)["properties"]["x"]["enum"]), columns),
)
def json_schema_choices(rows: Rows, _: Random) -> bytes:
    """The choices of a schema."""
    return json.dumps(
        {"type": "object", "properties": {"x": {"enum": lines(rows)}}}, ensure_ascii=False
    ).encode()


@technique("geojson", decoder=lambda data, _: [one["properties"] for one in json.loads(data)["features"]])
def geojson_points(rows: Rows, random: Random) -> bytes:
    """Properties of points."""
    features = [
        {"type": "Feature", "properties": dict(row),
         "geometry": {"type": "Point", "coordinates": [106 + random.random(), 27 + random.random()]}}
        for row in rows
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


@technique("yaml", decoder=lambda data, columns: fragments(yaml.safe_load(data)["items"], core(columns)))
def yaml_lists(rows: Rows, _: Random) -> bytes:
    """Lists in YAML."""
    return str(
        yaml.safe_dump({"version": 1, "items": grid(rows, core(rows[0]))}, allow_unicode=True)
    ).encode()


@technique("yaml", decoder=found(f"^  #- {FIVE}$"))
def yaml_comments(rows: Rows, _: Random) -> bytes:
    """Comments in YAML."""
    return "\n".join(["steps:", *(f"  #- {line}" for line in lines(rows)), "  - run"]).encode()


@technique("toml", decoder=found('^name = "(.+)"\nid = "(.+)"\nvalue = (.+)$', "name", "id", "money"))
def toml_tables(rows: Rows, _: Random) -> bytes:
    """Tables in TOML."""
    return "\n".join(
        f'[[rule]]\nname = "{a}"\nid = "{b}"\nvalue = {c}\n'
        for a, b, c in pieces(rows, "name", "id", "money")
    ).encode()


@technique("ini", decoder=found(r"^(\w+) = (\S+);(\S+)$", "id", "name", "phone"))
def ini_keys(rows: Rows, _: Random) -> bytes:
    """Keys and values of a settings file."""
    return "\n".join(
        ["[map]", *(f"{b} = {a};{c}" for a, b, c in pieces(rows, "name", "id", "phone"))]
    ).encode()


@technique("properties", decoder=carries(lambda data: data.decode("unicode_escape").replace("k=", "")))
def java_properties(rows: Rows, _: Random) -> bytes:
    """Escaped values of a properties file."""
    return "\n".join("k=" + line for line in lines(rows)).encode("ascii", "backslashreplace")


@technique("xml", decoder=found(r'<v n="(.+?)" i="(.+?)" p="(.+?)" d="(.+?)" m="(.+?)"/>'))
def xml_attributes(rows: Rows, _: Random) -> bytes:
    """Attributes."""
    body = "\n".join(
        '<v n="{}" i="{}" p="{}" d="{}" m="{}"/>'.format(*line) for line in grid(rows, core(rows[0]))
    )
    return f'<?xml version="1.0"?><r>{body}</r>'.encode()


@technique("xml", decoder=carries(lambda data: data.partition(b"CDATA[")[2].partition(b"]]>")[0]))
def xml_character_data(rows: Rows, _: Random) -> bytes:
    """A section of character data."""
    return b"<r><note><![CDATA[" + payload(rows) + b"]]></note></r>"


@technique("xml", decoder=found(f'<!ENTITY e\\d+ "{FIVE}">'))
def xml_entities(rows: Rows, _: Random) -> bytes:
    """Entities that are declared and never used."""
    body = "\n".join(f'<!ENTITY e{place} "{line}">' for place, line in enumerate(lines(rows)))
    return f"<!DOCTYPE r [\n{body}\n]><r>正常</r>".encode()


@technique("xml", decoder=found(f"<\\?zy {FIVE}\\?>"))
def xml_instructions(rows: Rows, _: Random) -> bytes:
    """Processing instructions."""
    return ("<r>" + "\n".join(f"<?zy {line}?>" for line in lines(rows)) + "</r>").encode()


@technique(
    "ttl", decoder=found(r'^<urn:r:(.+?)> <urn:p:n> "(.+?)" ; <urn:p:t> "(.+?)" \.$', "id", "name", "phone")
)
def linked_data(rows: Rows, _: Random) -> bytes:
    """Statements in Turtle."""
    return "\n".join(
        f'<urn:r:{b}> <urn:p:n> "{a}" ; <urn:p:t> "{c}" .' for a, b, c in pieces(rows, "name", "id", "phone")
    ).encode()


@technique("dot", decoder=found(r'^  "(.+?)" -> "(.+?)" \[label="(.+?)"\];$', "name", "area", "money"))
def graph_edges(rows: Rows, _: Random) -> bytes:
    """Edges of a graph."""
    edges = [f'  "{a}" -> "{b}" [label="{c}"];' for a, b, c in pieces(rows, "name", "area", "money")]
    return "\n".join(["digraph g {", *edges, "}"]).encode()
