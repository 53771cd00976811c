"""Family f: encodings that look like identifiers, addresses, names and dumps."""

from __future__ import annotations

import ipaddress
import random
import re
import uuid

from bench.fifth.core import (
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    id_text,
    table,
    technique,
    text,
    untable,
    untext,
    uscc_number,
    uscc_text,
)
from bench.fifth.cover import AREAS, sentence
from bench.fifth.spelled import joined, parted

MORSE = ["-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----."]


@technique("f", "persons", NAME, ID)
def character_references(rows: list[Row], rng: random.Random) -> Files:
    """A web page whose title attributes are character references in decimal and hexadecimal."""
    items = ""
    for line in grid(rows, NAME, ID):
        value = "".join(f"&#{ord(c)};" if rng.random() < 0.5 else f"&#x{ord(c):x};" for c in "|".join(line))
        items += f'<li title="{value}">{sentence(rng)}</li>\n'
    return [("html", f"<html><body><ul>{items}</ul></body></html>".encode())]


def character_references_back(files: list[bytes]) -> Values:
    """The references resolved."""
    import html

    return [tuple(html.unescape(v).split("|")) for (v,) in found(r'title="([^"]+)"', files[0].decode())]


@technique("f", "persons", *WHO)
def backslash_u(rows: list[Row], _: random.Random) -> Files:
    """A properties file with escapes for every sign, digits too."""
    lines = [
        f"msg.{i}=" + "".join(f"\\u{ord(c):04x}" for c in "|".join(line))
        for i, line in enumerate(grid(rows, *WHO))
    ]
    return [("properties", "\n".join(lines).encode())]


def backslash_u_back(files: list[bytes]) -> Values:
    """The escapes resolved."""
    lines = files[0].decode().split("\n")
    return [
        tuple("".join(chr(int(h, 16)) for h in re.findall(r"\\u(\w{4})", line)).split("|")) for line in lines
    ]


@technique("f", "persons", NAME, TEL)
def host_names(rows: list[Row], rng: random.Random) -> Files:
    """A zone file: names in punycode, telephones as the number of the zone."""
    lines = [
        f"xn--{n.encode('punycode').decode()}.{t}.zy.example. "
        f"IN A 10.0.{rng.randint(0, 9)}.{rng.randint(2, 250)}"
        for n, t in grid(rows, NAME, TEL)
    ]
    return [("zone", "\n".join(lines).encode())]


def host_names_back(files: list[bytes]) -> Values:
    """The labels read."""
    parts = found(r"xn--(\S+?)\.(\d{11})\.zy", files[0].decode())
    return [(n.encode().decode("punycode"), t) for n, t in parts]


@technique("f", "persons", TEL)
def morse(rows: list[Row], rng: random.Random) -> Files:
    """Telephones in Morse between the paragraphs of a report."""
    lines = [" ".join(MORSE[int(c)] for c in r[TEL]) for r in rows]
    return [("txt", "\n".join(v for line in lines for v in (line, sentence(rng))).encode())]


def morse_back(files: list[bytes]) -> Values:
    """The signals read."""
    lines = [line for line in files[0].decode().split("\n") if set(line) <= set(".- ")]
    return [("".join(str(MORSE.index(v)) for v in line.split()),) for line in lines]


@technique("f", "firms", FIRM, FTEL)
def braille(rows: list[Row], _: random.Random) -> Files:
    """Bytes as patterns of Braille dots, drawn as a sparkline."""
    lines = [["".join(chr(0x2800 + b) for b in v)] for v in joined(rows, FIRM, FTEL)]
    return [("csv", table(["走势"], lines))]


def braille_back(files: list[bytes]) -> Values:
    """The dots read."""
    return parted([bytes(ord(c) - 0x2800 for c in v) for (v,) in untable(files[0])])


@technique("f", "persons", ID, TEL)
def trace_ids(rows: list[Row], rng: random.Random) -> Files:
    """Trace identifiers in the form of UUIDs: eight bytes of number, five of telephone, three of chance."""
    lines = []
    for i, t in grid(rows, ID, TEL):
        raw = int(i[:17]).to_bytes(8, "big") + int(t).to_bytes(5, "big") + rng.randbytes(3)
        lines.append([str(uuid.UUID(bytes=raw)), str(rng.randint(3, 900))])
    return [("csv", table(["trace_id", "ms"], lines))]


def trace_ids_back(files: list[bytes]) -> Values:
    """The bytes cut."""
    raws = [uuid.UUID(v).bytes for v, _ in untable(files[0])]
    return [(id_text(int.from_bytes(r[:8], "big")), str(int.from_bytes(r[8:13], "big"))) for r in raws]


@technique("f", "firms", USCC)
def network_addresses(rows: list[Row], rng: random.Random) -> Files:
    """A network inventory: codes as addresses of version six."""
    lines = [
        [str(ipaddress.IPv6Address((0xFD << 120) + uscc_number(r[USCC]))), rng.choice(AREAS)] for r in rows
    ]
    return [("csv", table(["addr", "site"], lines))]


def network_addresses_back(files: list[bytes]) -> Values:
    """The addresses as numbers."""
    return [(uscc_text(int(ipaddress.IPv6Address(a)) & ((1 << 120) - 1)),) for a, _ in untable(files[0])]


@technique("f", "persons", *WHO)
def dump_of_memory(rows: list[Row], _: random.Random) -> Files:
    """A dump with offsets, sixteen bytes a line."""
    data = text(rows, *WHO).encode("utf-16-le")
    lines = [f"{i:08x}: {data[i : i + 16].hex(' ', 2)}" for i in range(0, len(data), 16)]
    return [("txt", "\n".join(lines).encode())]


def dump_of_memory_back(files: list[bytes]) -> Values:
    """The bytes put together."""
    lines = files[0].decode().split("\n")
    return untext(bytes.fromhex("".join(line.split(": ")[1] for line in lines)).decode("utf-16-le"))


@technique("f", "persons", NAME, TEL)
def utf7_mailbox(rows: list[Row], _: random.Random) -> Files:
    """Mail folders in UTF-7, as mail servers name them."""
    lines = [f'* LIST () "/" "{n}/{t}"'.encode("utf-7") for n, t in grid(rows, NAME, TEL)]
    return [("txt", b"\n".join(lines))]


def utf7_mailbox_back(files: list[bytes]) -> Values:
    """The names of the folders."""
    return found('"([^"/]+)/(\\d{11})"', files[0].decode("utf-7"))


@technique("f", "persons", *WHO)
def octal_escapes(rows: list[Row], _: random.Random) -> Files:
    """A shell script that prints octal escapes."""
    lines = ["printf '" + "".join(f"\\{b:03o}" for b in line) + "\\n' >> out" for line in joined(rows, *WHO)]
    return [("sh", "\n".join(["#!/bin/sh", *lines]).encode())]


def octal_escapes_back(files: list[bytes]) -> Values:
    """The escapes resolved."""
    lines = found(r"printf '(.*?)\\n'", files[0].decode())
    return parted([bytes(int(v, 8) for v in re.findall(r"\\(\d{3})", line)) for (line,) in lines])
