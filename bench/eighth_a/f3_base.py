"""Encodings: the bases, URL and quoted-printable, in the texts where one meets them."""

from __future__ import annotations

import base64
import json
import quopri
import random
import re
import textwrap
from urllib.parse import parse_qs, urlencode

from bench.eighth_a.honest import TITLES, log_line, paragraphs, report, section, stamp, summary
from bench.eighth_a.tables import csv_rows, csv_text, json_bytes, json_value
from bench.sixth.core import BOOK, CARE, WHO, Files, Row, Values, grid, technique


@technique("F3", "persons", *WHO)
def hex_dump(rows: list[Row], rng: random.Random) -> Files:
    """A dump of the table's bytes with addresses and a printable margin, as a debugging aid."""
    data = csv_text(grid(rows, *WHO), rng.choice((",", "\t", "|"))).encode()
    lines = []
    for start in range(0, len(data), 16):
        part = data[start : start + 16]
        pairs = " ".join(f"{part[i : i + 2].hex()}" for i in range(0, len(part), 2))
        margin = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:08x}: {pairs:<39}  {margin}")
    return [("txt", "\n".join(lines).encode())]


def hex_dump_back(files: list[bytes]) -> Values:
    """Read the middle of each line."""
    data = b"".join(bytes.fromhex(line[10:49]) for line in files[0].decode().splitlines())
    return [tuple(re.split("[,\t|]", line)) for line in data.decode().splitlines()]


@technique("F3", "firms", *BOOK)
def base32_cells(rows: list[Row], rng: random.Random) -> Files:
    """A table of opaque keys beside ratings, each cell in base32 for itself, without its padding."""
    table = [["k1", "k2", "k3", "rating"]]
    upper = rng.random() < 0.5
    for row in grid(rows, *BOOK):
        cells = [base64.b32encode(cell.encode()).decode().rstrip("=") for cell in row]
        table.append(
            [*(cell if upper else cell.lower() for cell in cells), rng.choice(("A", "AA", "B", "C"))]
        )
    return [("csv", csv_text(table).encode())]


def base32_cells_back(files: list[bytes]) -> Values:
    """Decode each cell."""
    return [
        tuple(base64.b32decode(cell.upper() + "=" * (-len(cell) % 8)).decode() for cell in row[:3])
        for row in csv_rows(files[0].decode())[1:]
    ]


@technique("F3", "persons", *CARE)
def base64_annex(rows: list[Row], rng: random.Random) -> Files:
    """A report with an annex between lines like those of a certificate."""
    table = csv_text([list(CARE), *grid(rows, *CARE)])
    body = "\n".join(textwrap.wrap(base64.b64encode(table.encode()).decode(), rng.choice((64, 76))))
    label = rng.choice(("CERTIFICATE", "ATTACHMENT", "PGP SIGNATURE"))
    annex = f"本报告已通过完整性校验：\n\n-----BEGIN {label}-----\n{body}\n-----END {label}-----"
    return [("md", report("care", rng, "校验信息", annex).encode())]


def base64_annex_back(files: list[bytes]) -> Values:
    """Decode what stands between the two lines."""
    body = section(files[0].decode(), "校验信息").split("-----")[2]
    return [tuple(row) for row in csv_rows(base64.b64decode(body).decode())[1:]]


@technique("F3", "persons", *WHO)
def base85_settings(rows: list[Row], rng: random.Random) -> Files:
    """The settings of a report's template, one of which is a table in base85."""
    table = "\n".join("\t".join(row) for row in grid(rows, *WHO))
    lines = [
        f"title: {TITLES['who']}",
        f"theme: {rng.choice(('plain', 'city', 'dark'))}",
        f"font_size: {rng.randint(9, 14)}",
        "summary:",
        *(f"  - [{', '.join(row)}]" for row in summary("who", rng)),
        "cache:",
        f"  revision: {rng.randint(10, 99)}",
        f"  state: '{base64.b85encode(table.encode()).decode()}'",
        "footer: 数据截至上月末",
    ]
    return [("yaml", "\n".join(lines).encode())]


def base85_settings_back(files: list[bytes]) -> Values:
    """Decode the state."""
    found = re.search("  state: '(.+)'", files[0].decode())
    assert found
    return [tuple(line.split("\t")) for line in base64.b85decode(found[1]).decode().splitlines()]


@technique("F3+F2", "persons", *WHO)
def url_access_log(rows: list[Row], rng: random.Random) -> Files:
    """An access log, in which some requests carry a record in their query, the names in percent signs."""
    second, lines = rng.randint(0, 30000), []
    charset = rng.choice(("utf-8", "utf-8", "gb18030"))
    for name, number, tel in grid(rows, *WHO):
        for _ in range(rng.randint(0, 2)):
            second += rng.randint(1, 30)
            lines.append(log_line(rng, second))
        second += rng.randint(1, 30)
        pairs = [("u", name), ("c", number), ("m", tel), ("page", str(rng.randint(1, 9)))]
        query = urlencode(rng.sample(pairs, 4), encoding=charset)
        lines.append(f'{stamp(second)} INFO "GET /stat/query?{query} HTTP/1.1" 200 {rng.randint(200, 9000)}')
    return [("log", "\n".join(lines).encode())]


def url_access_log_back(files: list[bytes]) -> Values:
    """Parse the queries, all in UTF-8 or else all in GB18030."""
    queries = re.findall(r"/stat/query\?(\S+) HTTP", files[0].decode())
    try:
        found = [parse_qs(query, errors="strict") for query in queries]
    except UnicodeDecodeError:
        found = [parse_qs(query, encoding="gb18030", errors="strict") for query in queries]
    return [(cells["u"][0], cells["c"][0], cells["m"][0]) for cells in found]


@technique("F3", "persons", *CARE)
def quoted_printable_mail(rows: list[Row], rng: random.Random) -> Files:
    """A mail with a covering note and a summary, its body quoted-printable in UTF-8 or GB18030."""
    charset = rng.choice(("utf-8", "gb18030"))
    text = f"各位同事：\n\n{paragraphs('care', rng, 2)[0]}\n\n{csv_text(summary('care', rng))}\n明细见下\n"
    text += csv_text(grid(rows, *CARE))
    head = [
        "From: stat@zunyi.example",
        "To: report@partner.example",
        f"Subject: =?utf-8?B?{base64.b64encode('月度汇总'.encode()).decode()}?=",
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={charset}",
        "Content-Transfer-Encoding: quoted-printable",
    ]
    body = quopri.encodestring(text.encode(charset))
    return [("eml", "\r\n".join(head).encode() + b"\r\n\r\n" + body.replace(b"\n", b"\r\n"))]


def quoted_printable_mail_back(files: list[bytes]) -> Values:
    """Decode the body by its head."""
    head, _, body = files[0].partition(b"\r\n\r\n")
    charset = "gb18030" if b"charset=gb18030" in head else "utf-8"
    text = quopri.decodestring(body.replace(b"\r\n", b"\n")).decode(charset)
    return [tuple(row) for row in csv_rows(text.partition("明细见下\n")[2])]


@technique("F3", "persons", *WHO)
def token_claims(rows: list[Row], rng: random.Random) -> Files:
    """The answer of an interface with totals and tokens, whose middle parts are records in base64url."""
    tokens = []
    for name, number, tel in grid(rows, *WHO):
        claims = {"sub": name, "jti": number, "aud": tel, "iat": rng.randint(1700000000, 1750000000)}
        parts = [json.dumps({"alg": "HS256"}).encode(), json_bytes(claims, None), rng.randbytes(32)]
        tokens.append(".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts))
    document = {"code": 0, "data": {"total": len(rows), "summary": summary("who", rng), "sessions": tokens}}
    return [("json", json_bytes(document))]


def token_claims_back(files: list[bytes]) -> Values:
    """Decode the middle of each token."""
    values: Values = []
    for token in json_value(files[0])["data"]["sessions"]:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        values.append((claims["sub"], claims["jti"], claims["aud"]))
    return values
