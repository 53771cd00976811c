"""Wrappings that stay text: bases, quoted-printable, URL, rot, reversal, xor shown in hexadecimal digits."""

from __future__ import annotations

import base64
import bz2
import codecs
import gzip
import itertools
import json
import lzma
import quopri
import random
import re
import string
import urllib.parse

from bench.eighth_a.honest import Table, log_line, paragraphs, report, section, stamp, summary
from bench.eighth_a.tables import csv_rows, csv_text, json_bytes, json_value
from bench.ninth_a.kit import cut
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, WHO, Files, Row, Values, grid, technique, usable

LETTERS = string.ascii_uppercase + string.ascii_lowercase


def tuples(text: str, separator: str = ",") -> Values:
    """The rows of a text as tuples."""
    return [tuple(row) for row in csv_rows(text, separator)]


@technique("F3", "persons", *WHO)
def hex_of_utf16_cells(rows: list[Row], rng: random.Random) -> Files:
    """A table each cell of which is the UTF-16 of the value in hexadecimal digits, with a mark in front."""
    mark, order = rng.choice(("0x", "\\x", "h'", "")), rng.choice(("utf-16-le", "utf-16-be"))
    table: Table = [["feature_a", "feature_b", "feature_c", order[-2:]]]
    for row in grid(rows, *WHO):
        table.append([*(mark + value.encode(order).hex() for value in row), str(rng.randint(0, 1))])
    return [("csv", csv_text(table).encode())]


def hex_of_utf16_cells_back(files: list[bytes]) -> Values:
    """Take the mark off and decode."""
    head, *lines = csv_rows(files[0].decode())
    cells = [[re.sub(r"^(0x|\\x|h')", "", cell) for cell in line[:3]] for line in lines]
    return [tuple(bytes.fromhex(cell).decode(f"utf-16-{head[3]}") for cell in line) for line in cells]


@technique("F3", "persons", *CARE)
def quoted_printable_annex(rows: list[Row], rng: random.Random) -> Files:
    """A report with an annex of quoted-printable lines in GB18030."""
    mark = rng.choice("|;\t")
    text = csv_text(grid(rows, *CARE), mark).encode("gb18030")
    body = "Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(text).decode("ascii")
    return [("md", report("care", rng, "邮件附录", body).encode())]


def quoted_printable_annex_back(files: list[bytes]) -> Values:
    """Decode the annex."""
    body = section(files[0].decode(), "邮件附录").partition("\n\n")[2]
    text = quopri.decodestring(body.encode("ascii")).decode("gb18030")
    mark = next(char for char in text if char in "|;\t")
    return tuples(text, mark)


@technique("F3", "persons", *WHO)
def gzip_link_parameters(rows: list[Row], rng: random.Random) -> Files:
    """A report with links to a dashboard; the state of each is URL-quoted Base64 of GZIP of JSON."""
    links: list[str] = []
    rest = grid(rows, *WHO)
    while rest:
        size = rng.randint(2, 6)
        packed = gzip.compress(json.dumps(rest[:size], ensure_ascii=False).encode(), mtime=0)
        state = urllib.parse.quote(base64.b64encode(packed).decode(), safe="")
        links.append(
            f"- [图{len(links) + 1}](https://cockpit.local/chart?v={rng.randint(1, 9)}&state={state})"
        )
        rest = rest[size:]
    return [("md", report("who", rng, "交互图表", "\n".join(links)).encode())]


def gzip_link_parameters_back(files: list[bytes]) -> Values:
    """Unquote and unpack the states."""
    values: Values = []
    for state in re.findall(r"state=([^)]+)\)", files[0].decode()):
        packed = base64.b64decode(urllib.parse.unquote(state))
        values.extend(tuple(row) for row in json.loads(gzip.decompress(packed)))
    return values


@technique("F2+F3", "persons", *CARE)
def xz_base32_traces(rows: list[Row], rng: random.Random) -> Files:
    """A log whose trace numbers are the pieces of the Base32 of the XZ of the columns."""
    columns = "\n".join(",".join(column) for column in zip(*grid(rows, *CARE), strict=True))
    pieces = cut(base64.b32encode(lzma.compress(columns.encode())).decode(), rng.randint(24, 40))
    second, lines = rng.randint(0, 4000), []
    for piece in pieces:
        second += rng.randint(1, 20)
        if rng.random() < 0.4:
            lines.append(log_line(rng, second))
        lines.append(f"{stamp(second)} DEBUG span trace={piece} elapsed={rng.randint(1, 99)}ms")
    return [("log", "\n".join(lines).encode())]


def xz_base32_traces_back(files: list[bytes]) -> Values:
    """Join the traces, unpack them and turn the columns."""
    code = "".join(re.findall(r"trace=([A-Z2-7=]+)", files[0].decode()))
    columns = lzma.decompress(base64.b32decode(code)).decode().split("\n")
    return list(zip(*(column.split(",") for column in columns), strict=True))


@technique("F3", "firms", *MONEY)
def base85_embeddings(rows: list[Row], rng: random.Random) -> Files:
    """A model's card with scores, whose "embeddings" are Base85 of BZIP2 of some firms each."""
    encode = rng.choice((base64.b85encode, base64.a85encode))
    groups, rest = [], grid(rows, *MONEY)
    while rest:
        size = rng.randint(4, 9)
        groups.append(encode(bz2.compress(csv_text(rest[:size]).encode())).decode())
        rest = rest[size:]
    card = {
        "name": f"firm-risk-{rng.randint(1, 9)}",
        "auc": round(rng.uniform(0.7, 0.9), 4),
        "by_trade": summary("firm", rng),
        "codec": encode.__name__,
        "embeddings": [{"bucket": i, "vector": code} for i, code in enumerate(groups)],
    }
    return [("json", json_bytes(card))]


def base85_embeddings_back(files: list[bytes]) -> Values:
    """Unpack every embedding."""
    card = json_value(files[0])
    decode = {"b85encode": base64.b85decode, "a85encode": base64.a85decode}[card["codec"]]
    texts = [bz2.decompress(decode(item["vector"])).decode() for item in card["embeddings"]]
    return [row for text in texts for row in tuples(text)]


def xored(data: bytes, key: bytes) -> bytes:
    """The bytes xor a repeated key."""
    return bytes(byte ^ part for byte, part in zip(data, itertools.cycle(key), strict=False))


@technique("F3", "persons", *WEAK)
def xor_short_key_dump(rows: list[Row], rng: random.Random) -> Files:
    """A dump in hexadecimal digits of the rows, xor a key of three to five bytes that is not told."""
    key = bytes(rng.randint(1, 255) for _ in range(rng.randint(3, 5)))
    code = xored(csv_text(grid(rows, *WEAK)).encode(), key).hex(" ")
    lines = [f"{i * 16:08x}  {line.strip()}" for i, line in enumerate(cut(code, 48))]
    return [("txt", "\n".join(lines).encode())]


def xor_short_key_dump_back(files: list[bytes]) -> Values:
    """Find the key by the frequency of digits, commas, points, strokes and line ends."""
    data = bytes.fromhex("".join(line.partition("  ")[2] for line in files[0].decode().splitlines()))
    for length in range(3, 6):
        parts = [
            [byte for byte in range(256) if all(x ^ byte in b"0123456789-,.\n" for x in set(data[i::length]))]
            for i in range(length)
        ]
        for key in itertools.islice(itertools.product(*parts), 5000):
            rows = tuples(xored(data, bytes(key)).decode("latin-1"))
            if all(len(row) == 3 and usable(dict(zip(WEAK, row, strict=True)), WEAK) for row in rows):
                return rows
    raise ValueError("no key")


def turned(text: str, steps: int) -> str:
    """A text with its Latin letters moved along the alphabet."""
    upper, lower = string.ascii_uppercase, string.ascii_lowercase
    moved = upper[steps:] + upper[:steps] + lower[steps:] + lower[:steps]
    return text.translate(str.maketrans(LETTERS, moved))


@technique("F3", "firms", *BOOK)
def rotated_percent_cells(rows: list[Row], rng: random.Random) -> Files:
    """Names in percent code and credit codes, with all letters moved along the alphabet by the same steps."""
    steps = rng.randint(1, 25)
    table = [["k", "q", "ext"]]
    for name, code, phone in grid(rows, *BOOK):
        table.append([turned(code, steps), turned(urllib.parse.quote(name), steps), phone[::-1]])
    return [("csv", csv_text(table).encode())]


def rotated_percent_cells_back(files: list[bytes]) -> Values:
    """Try the 25 turns until all credit codes are right."""
    lines = csv_rows(files[0].decode())[1:]
    for steps in range(1, 26):
        codes = [turned(line[0], steps) for line in lines]
        if all(re.fullmatch("[0-9A-Z]{18}", code) for code in codes) and all(map(sound, codes)):
            names = [urllib.parse.unquote(turned(line[1], steps)) for line in lines]
            return list(zip(names, codes, [line[2][::-1] for line in lines], strict=True))
    raise ValueError("no turn")


def sound(code: str) -> bool:
    """Whether a credit code is well formed and its check character right."""
    row = {column: "1" for column in BOOK} | {BOOK[1]: code}
    return set(code) <= set("0123456789ABCDEFGHJKLMNPQRTUWXY") and usable(row, BOOK[1:2])


@technique("F3", "persons", *WHO)
def reversed_certificate(rows: list[Row], rng: random.Random) -> Files:
    """A bundle of certificates; each body is Base64 in lines that run backwards, after a comment."""
    parts, rest = [], grid(rows, *WHO)
    while rest:
        size = rng.randint(6, 20)
        code = base64.b64encode(csv_text(rest[:size], "|").encode()).decode()
        lines = [line[::-1] for line in cut(code, 64)]
        parts += [f"# 签发批次 {rng.randint(100, 999)}", "-----BEGIN CERTIFICATE-----", *lines]
        parts.append("-----END CERTIFICATE-----")
        rest = rest[size:]
    return [("pem", "\n".join(parts).encode())]


def reversed_certificate_back(files: list[bytes]) -> Values:
    """Turn the lines of each body and decode."""
    bodies = re.findall(r"BEGIN CERTIFICATE-----\n(.*?)\n-----END", files[0].decode(), re.DOTALL)
    codes = ["".join(line[::-1] for line in body.split("\n")) for body in bodies]
    return [row for code in codes for row in tuples(base64.b64decode(code).decode(), "|")]


@technique("F3", "firms", *BOOK)
def xor_gzip_base64_config(rows: list[Row], rng: random.Random) -> Files:
    """A deployment's configuration with a "seed": Base64 of GZIP, each byte xor one byte that is not told."""
    packed = gzip.compress(csv_text(grid(rows, *BOOK), "\t").encode(), mtime=0)
    code = base64.b64encode(xored(packed, bytes([rng.randint(1, 255)]))).decode()
    lines = [f"# {paragraphs('firm', rng, 1)[0]}", f"replicas: {rng.randint(1, 5)}", "chart:"]
    lines += [f"  - {{label: {row[0]}, value: {row[1]}}}" for row in summary("firm", rng)[1:]]
    lines += ["cache:", f"  ttl: {rng.randint(60, 900)}", "  seed: |", *(f"    {x}" for x in cut(code, 76))]
    return [("yaml", "\n".join(lines).encode())]


def xor_gzip_base64_config_back(files: list[bytes]) -> Values:
    """Find the byte by the first of a GZIP stream, then unpack."""
    data = base64.b64decode("".join(files[0].decode().partition("seed: |\n")[2].split()))
    text = gzip.decompress(xored(data, bytes([data[0] ^ 0x1F]))).decode()
    return tuples(text, "\t")


@technique("F3", "persons", *CARE)
def rot13_of_base64_lines(rows: list[Row], rng: random.Random) -> Files:
    """An analysis in paragraphs with a line of "checksums" after each: rot13 of Base64 of UTF-16."""
    parts, rest = [], grid(rows, *CARE)
    order = rng.choice(("utf-16", "utf-16-be"))
    while rest:
        size = rng.randint(1, 3)
        text = "\n".join(";".join(row) for row in rest[:size])
        code = codecs.encode(base64.b64encode(text.encode(order)).decode(), "rot13")
        parts += [*paragraphs("care", rng, 1), f"<!-- {order} sum: {code} -->"]
        rest = rest[size:]
    return [("md", "\n\n".join(parts).encode())]


def rot13_of_base64_lines_back(files: list[bytes]) -> Values:
    """Turn the letters and decode."""
    values: Values = []
    for order, code in re.findall(r"<!-- (\S+) sum: (\S+) -->", files[0].decode()):
        text = base64.b64decode(codecs.decode(code, "rot13")).decode(order)
        values.extend(tuple(line.split(";")) for line in text.split("\n"))
    return values
