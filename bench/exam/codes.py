"""Records in programs, settings and structured files."""

import base64
import json
import re
from random import Random

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

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
    tree: dict[str, dict] = {}
    for (number,) in pieces(rows, "id"):
        node = tree
        for sign in number:
            node = node.setdefault(sign, {})
    return json.dumps(tree).encode()


def _tries(tree: dict, start: str = "") -> list[tuple[str]]:
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
    return yaml.safe_dump({"version": 1, "items": grid(rows, core(rows[0]))}, allow_unicode=True).encode()


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


@technique("sql", decoder=found(r"^  \('(.+?)', '(.+?)', '(.+?)', '(.+?)', '(.+?)'\)"))
def sql_inserts(rows: Rows, _: Random) -> bytes:
    """Values of an insert."""
    values = ",\n".join("  ('" + "', '".join(line) + "')" for line in grid(rows, core(rows[0])))
    return f"INSERT INTO dim_code VALUES\n{values};".encode()


@technique("sql", decoder=found(r"WHEN '(.+?)' THEN (\S+)$", "id", "money"))
def sql_case(rows: Rows, _: Random) -> bytes:
    """Branches of a CASE."""
    body = "\n".join(f"  WHEN '{a}' THEN {b}" for a, b in pieces(rows, "id", "money"))
    return f"SELECT CASE k\n{body}\n  ELSE 0 END FROM t;".encode()


@technique("py", decoder=found(r'^    "(.+?)": \("(.+?)", "(.+?)"\),$', "id", "name", "phone"))
def python_dictionary(rows: Rows, _: Random) -> bytes:
    """A dictionary in a program."""
    body = "\n".join(f'    "{b}": ("{a}", "{c}"),' for a, b, c in pieces(rows, "name", "id", "phone"))
    return f"WEIGHTS = {{\n{body}\n}}\n".encode()


@technique("py", decoder=found(f"^    # {FIVE}$"))
def python_comments(rows: Rows, _: Random) -> bytes:
    """Comments in a program."""
    body = "\n".join(f"    # {line}\n    step({place})" for place, line in enumerate(lines(rows)))
    return f"def main():\n{body}\n".encode()


@technique("py", decoder=found(r'^    assert f\("(.+?)"\) == (\S+)$', "id", "money"))
def unit_tests(rows: Rows, _: Random) -> bytes:
    """Expectations of a test."""
    return "\n".join(
        ["def test():", *(f'    assert f("{a}") == {b}' for a, b in pieces(rows, "id", "money"))]
    ).encode()


@technique(
    "py",
    decoder=lambda data, columns: fragments(
        [one.split("_") for one in re.findall(r"^def f_(\w+)", data.decode(), re.M)],
        [roles(columns).name, roles(columns).id],
    ),
)
def function_names(rows: Rows, _: Random) -> bytes:
    """Names of functions."""
    return "\n".join(f"def f_{a}_{b}(x):\n    return x\n" for a, b in pieces(rows, "name", "id")).encode()


@technique("txt", decoder=lambda data, columns: fragments(
    [(one,) for one in data.decode()[4:-2].split("|")], [roles(columns).id]))  # fmt: skip
def regular_expression(rows: Rows, _: Random) -> bytes:
    """The alternatives of a regular expression."""
    return ("^(?:" + "|".join(one for (one,) in pieces(rows, "id")) + ")$").encode()


@technique("h", decoder=carries(lambda data: bytes(int(one, 16) for one in re.findall(rb"0x(..)", data))))
def c_array(rows: Rows, _: Random) -> bytes:
    """Bytes of an array in C."""
    values = ", ".join(f"0x{byte:02x}" for byte in payload(rows))
    return f"static const unsigned char lut[] = {{{values}}};".encode()


@technique("js", decoder=carries(lambda data: bytes(
    int(one) - 3 for one in re.findall(r"\d+", data.decode().partition("[")[2]))))  # fmt: skip
def javascript_char_codes(rows: Rows, _: Random) -> bytes:
    """Codes that the program lowers by three."""
    codes = ",".join(str(byte + 3) for byte in payload(rows))
    return f"const k = [{codes}]; show(k.map(lower));".encode()


@technique("sh", decoder=carries(lambda data: data.partition(b"<<'EOF'\n")[2].partition(b"\nEOF")[0]))
def here_document(rows: Rows, _: Random) -> bytes:
    """A here-document in a shell script."""
    return b"#!/bin/sh\ncat > /dev/null <<'EOF'\n" + payload(rows) + b"\nEOF\n"


@technique("env", decoder=found(r'^KEY_\d+="(.+?) (.+?) (.+?)"$', "name", "id", "phone"))
def environment_variables(rows: Rows, _: Random) -> bytes:
    """Variables of an environment."""
    return "\n".join(
        f'KEY_{place}="{" ".join(line)}"' for place, line in enumerate(pieces(rows, "name", "id", "phone"))
    ).encode()


@technique("patch", decoder=found(f"^-{FIVE}$"))
def patch_removals(rows: Rows, _: Random) -> bytes:
    """Lines that a patch takes away."""
    body = "\n".join(f"-{line}" for line in lines(rows))
    return f"--- a/t.csv\n+++ b/t.csv\n@@ -1,{len(rows)} +0,0 @@\n{body}\n".encode()


@technique(
    "zone", decoder=carries(lambda data: base64.b64decode(b"".join(re.findall(rb'TXT "(.+?)"', data))))
)
def name_server_records(rows: Rows, _: Random) -> bytes:
    """Text records of a zone."""
    text = base64.b64encode(payload(rows)).decode()
    parts = [text[place : place + 200] for place in range(0, len(text), 200)]
    return "\n".join(f'v{place} IN TXT "{part}"' for place, part in enumerate(parts)).encode()


def _claims(token: bytes) -> str:
    return base64.urlsafe_b64decode(token.split(b".")[1] + b"==").decode()


@technique("txt", decoder=lambda data, _: [json.loads(_claims(line)) for line in data.splitlines()])
def web_tokens(rows: Rows, random: Random) -> bytes:
    """Claims of signed tokens."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    bodies = [base64.urlsafe_b64encode(json.dumps(dict(row)).encode()).rstrip(b"=") for row in rows]
    return b"\n".join(head + b"." + body + b"." + random.randbytes(16).hex().encode() for body in bodies)


@technique(
    "pem",
    decoder=carries(
        lambda data: "\n".join(
            x509.load_pem_x509_certificate(part + b"-----END CERTIFICATE-----\n")
            .subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0]
            .value
            for part in data.split(b"-----END CERTIFICATE-----\n")[:-1]
        )
    ),
    limit=80,
)
def certificates(rows: Rows, random: Random) -> bytes:
    """Subjects of certificates."""
    from datetime import UTC, datetime

    key, out = Ed25519PrivateKey.from_private_bytes(random.randbytes(32)), b""
    for place, (a, b, c) in enumerate(pieces(rows, "id", "phone", "money"), 1):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"*,{a},{b},*,{c}")])
        maker = x509.CertificateBuilder(subject, subject, key.public_key(), place)
        start = maker.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        out += (
            start.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC)).sign(key, None).public_bytes(Encoding.PEM)
        )
    return out
