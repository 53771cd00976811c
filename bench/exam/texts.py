"""Records in text files under an encoding that any language can undo."""

import base64
import binascii
import html
import ipaddress
import quopri
import re
import textwrap
import urllib.parse
import uuid
from random import Random

from bench.exam.core import (
    OPENING,
    Rows,
    carries,
    core,
    found,
    fragments,
    framed,
    grid,
    payload,
    prose,
    roles,
    technique,
    unframed,
    unpack,
)

MARK = b"\n-----\n"


def letter(random: Random, body: bytes) -> bytes:
    """A short report with a technical appendix."""
    return "\n".join(["# 运行分析", OPENING, *prose(random)]).encode() + MARK + body


def after(data: bytes) -> bytes:
    return data.partition(MARK)[2]


@technique("txt", decoder=carries(lambda data: base64.b64decode(after(data))))
def base64_appendix(rows: Rows, random: Random) -> bytes:
    """Base64-decode what follows the rule."""
    return letter(random, base64.encodebytes(payload(rows)))


@technique("txt", decoder=carries(lambda data: bytes.fromhex(after(data).decode())))
def hex_appendix(rows: Rows, random: Random) -> bytes:
    """Hex-decode what follows the rule."""
    return letter(random, "\n".join(textwrap.wrap(payload(rows).hex(), 64)).encode())


@technique("log", decoder=carries(lambda data: b"".join(
    bytes.fromhex(line[10:57].decode()) for line in data.splitlines())))  # fmt: skip
def hexdump_trace(rows: Rows, _: Random) -> bytes:
    """Join the middle column of the hex dump."""
    data = payload(rows)
    return b"\n".join(
        f"{place:08x}  {data[place : place + 16].hex(' '):<47}  |{'.' * 16}|".encode()
        for place in range(0, len(data), 16)
    )


@technique("txt", decoder=carries(lambda data: base64.b32decode(re.sub(rb"[^A-Z2-7=]", b"", after(data)))))
def base32_serials(rows: Rows, random: Random) -> bytes:
    """Join the groups of the serial numbers and base32-decode."""
    text = base64.b32encode(payload(rows)).decode().rstrip("=")
    text += "=" * (-len(text) % 8)
    return letter(random, b"\n".join(_dashed(line) for line in textwrap.wrap(text, 40)))


def _dashed(line: str) -> bytes:
    return "-".join(textwrap.wrap(line, 5)).encode()


@technique("txt", decoder=carries(lambda data: base64.b85decode(after(data))))
def base85_appendix(rows: Rows, random: Random) -> bytes:
    """Base85-decode what follows the rule."""
    return letter(random, base64.b85encode(payload(rows)))


@technique("txt", decoder=carries(lambda data: base64.a85decode(after(data), adobe=True)))
def ascii85_appendix(rows: Rows, random: Random) -> bytes:
    """Ascii85-decode what follows the rule."""
    return letter(random, base64.a85encode(payload(rows), adobe=True, wrapcol=76))


@technique("txt", decoder=carries(lambda data: b"".join(map(binascii.a2b_uu, after(data).splitlines()))))
def uuencoded(rows: Rows, random: Random) -> bytes:
    """uudecode what follows the rule."""
    data = payload(rows)
    lines = [binascii.b2a_uu(data[place : place + 45]) for place in range(0, len(data), 45)]
    return letter(random, b"".join(lines))


@technique("txt", decoder=carries(quopri.decodestring))
def quoted_printable(rows: Rows, _: Random) -> bytes:
    """Decode quoted-printable."""
    return quopri.encodestring(payload(rows))


@technique("txt", decoder=found(r"q=(.+?)&\w=(.+?)&\w=(.+?)&\w=(.+?)&\w=(.+)$"), recoverable=True)
def query_log(rows: Rows, random: Random) -> bytes:
    """Read the query strings of the access log."""
    return "\n".join(
        f"10.2.{random.randint(1, 250)}.9 GET /stat?q={'&x='.join(line)}"
        for line in grid(rows, core(rows[0]))
    ).encode()


@technique("txt", decoder=carries(lambda data: urllib.parse.unquote(
    "\n".join(re.findall(r"/page/(\S+)", data.decode())))))  # fmt: skip
def percent_links(rows: Rows, random: Random) -> bytes:
    """Undo the percent encoding of the last part of each link."""
    lines = [urllib.parse.quote("|".join(line)) for line in grid(rows, core(rows[0]))]
    return letter(random, "\n".join(f"https://data.example.cn/page/{line}" for line in lines).encode())


@technique("txt", decoder=carries(lambda data: html.unescape(after(data).decode())))
def character_references(rows: Rows, random: Random) -> bytes:
    """Undo the numeric character references."""
    text = payload(rows).decode()
    return letter(random, "".join(sign if sign == "\n" else f"&#{ord(sign)};" for sign in text).encode())


@technique("txt", decoder=carries(lambda data: data.decode("unicode_escape")))
def unicode_escapes(rows: Rows, _: Random) -> bytes:
    r"""Undo \uXXXX."""
    text = payload(rows).decode()
    return "".join(sign if sign == "\n" else f"\\u{ord(sign):04x}" for sign in text).encode()


@technique("txt", decoder=carries(lambda data: data.decode("utf-7").encode()))
def utf7_text(rows: Rows, _: Random) -> bytes:
    """Decode as UTF-7."""
    return payload(rows).decode().encode("utf-7")


@technique("txt", decoder=carries(lambda data: data.decode("utf-16-be")))
def utf16_without_mark(rows: Rows, _: Random) -> bytes:
    """Decode as UTF-16, big end first, without a byte order mark."""
    return payload(rows).decode().encode("utf-16-be")


@technique("csv", decoder=carries(lambda data: data.decode("gb18030").partition("\n")[2]))
def gb18030_sheet(rows: Rows, _: Random) -> bytes:
    """Decode as GB 18030."""
    return ("a,b,c,d,e\n" + payload(rows).decode()).encode("gb18030")


@technique(
    "csv", decoder=lambda data, columns: unpack(data.decode("utf-32-le"), columns, [roles(columns).id])
)
def utf32_list(rows: Rows, _: Random) -> bytes:
    """Decode as UTF-32: a list of identifiers."""
    return payload(rows, [roles(rows[0]).id]).decode().encode("utf-32-le")


@technique(
    "dat",
    decoder=lambda data, columns: unpack(
        data.decode("cp037"), columns, [roles(columns).id, roles(columns).phone, roles(columns).money]
    ),
)
def ebcdic(rows: Rows, _: Random) -> bytes:
    """Decode as EBCDIC; numbers only."""
    role = roles(rows[0])
    return payload(rows, [role.id, role.phone, role.money]).decode().encode("cp037")


@technique("csv", decoder=carries(lambda data: unframed(b"".join(
    uuid.UUID(line).bytes for line in re.findall(r"[0-9a-f-]{36}", data.decode())))))  # fmt: skip
def task_uuids(rows: Rows, random: Random) -> bytes:
    """Join the sixteen bytes of each UUID."""
    data = framed(payload(rows))
    data += bytes(-len(data) % 16)
    ids = [uuid.UUID(bytes=data[place : place + 16]) for place in range(0, len(data), 16)]
    return "\n".join(["任务编号,耗时", *(f"{one},{random.randint(1, 900)}" for one in ids)]).encode()


@technique("log", decoder=lambda data, columns: [
    {roles(columns).phone: str(int(ipaddress.IPv6Address(line.split()[1])) & (2**64 - 1))}
    for line in data.decode().splitlines()])  # fmt: skip
def ipv6_hosts(rows: Rows, random: Random) -> bytes:
    """The lower half of each address, read as a decimal number, is a phone number."""
    phone = roles(rows[0]).phone
    base = int(ipaddress.IPv6Address("fd00:5203::"))
    return "\n".join(
        f"node{place} {ipaddress.IPv6Address(base + int(row[phone]))} {random.randint(1, 99)}ms"
        for place, row in enumerate(rows)
    ).encode()


@technique("csv", decoder=lambda data, columns: fragments(
    [("1" + "".join(part.zfill(3) for part in line.split(",")[0].split("."))[2:],)
     for line in data.decode().splitlines()[1:]], [roles(columns).phone]))  # fmt: skip
def dotted_quads(rows: Rows, random: Random) -> bytes:
    """Four groups of three places are the phone number after its leading 1."""
    phone = roles(rows[0]).phone
    lines = ["主机,流量"]
    for row in rows:
        digits = "00" + row[phone][1:]
        quad = ".".join(str(int(digits[place : place + 3])) for place in range(0, 12, 3))
        lines.append(f"{quad},{random.randint(1, 9999)}")
    return "\n".join(lines).encode()


@technique("txt", decoder=carries(lambda data: "\n".join(line[::-1] for line in data.decode().splitlines())))
def reversed_lines(rows: Rows, _: Random) -> bytes:
    """Read each line from its end."""
    return "\n".join(line[::-1] for line in payload(rows).decode().split("\n")).encode()


@technique("txt", decoder=carries(lambda data: "".join(
    sign if sign in ",\n" else chr(ord(sign) - 7) for sign in data.decode())))  # fmt: skip
def code_point_shift(rows: Rows, _: Random) -> bytes:
    """Every sign is seven code points too far."""
    text = payload(rows).decode()
    return "".join(sign if sign in ",\n" else chr(ord(sign) + 7) for sign in text).encode()


@technique("txt", decoder=carries(lambda data: bytes(
    byte ^ b"zunyi"[place % 5] for place, byte in enumerate(bytes.fromhex(data.decode())))))  # fmt: skip
def xor_with_a_word(rows: Rows, _: Random) -> bytes:
    """XOR of the hex bytes with the city's name."""
    return bytes(byte ^ b"zunyi"[place % 5] for place, byte in enumerate(payload(rows))).hex().encode()


def _rails(count: int) -> list[int]:
    return [place for rail in range(4) for place in range(rail, count, 4)]


def _unrail(text: str) -> str:
    out = [""] * len(text)
    for place, sign in zip(_rails(len(text)), text, strict=True):
        out[place] = sign
    return "".join(out)


@technique("txt", decoder=carries(lambda data: _unrail(data.decode())))
def rail_transposition(rows: Rows, _: Random) -> bytes:
    """The text was written in four rails."""
    text = payload(rows).decode()
    return "".join(text[place] for place in _rails(len(text))).encode()
