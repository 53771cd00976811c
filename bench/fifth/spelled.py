"""Family f: one encoding of bytes as text, in a column, a file or a message."""

from __future__ import annotations

import base64
import binascii
import json
import quopri
import random
from urllib.parse import quote_from_bytes, unquote_to_bytes

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    ID,
    NAME,
    TEL,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    chunks,
    first,
    grid,
    id_text,
    table,
    technique,
    text,
    untable,
    untext,
)
from bench.fifth.cover import AREAS, paragraphs

SMALL = "0123456789abcdefghijklmnopqrstuvwxyz"
BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def joined(rows: list[Row], *columns: str) -> list[bytes]:
    """Each record as bytes."""
    return ["|".join(line).encode() for line in grid(rows, *columns)]


def parted(lines: list[bytes]) -> Values:
    """The records of bytes."""
    return [tuple(line.decode().split("|")) for line in lines]


def in_radix(number: int, alphabet: str) -> str:
    """A number in the base of an alphabet."""
    out = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        out = alphabet[digit] + out
    return out


def from_radix(value: str, alphabet: str) -> int:
    """The number of its digits in the base of an alphabet."""
    number = 0
    for char in value:
        number = number * len(alphabet) + alphabet.index(char)
    return number


@technique("f", "persons", *WHO)
def hex_with_colons(rows: list[Row], rng: random.Random) -> Files:
    """A column of fingerprints: bytes in capitals of base 16 with colons."""
    lines = [[line.hex(":").upper(), rng.choice(AREAS)] for line in joined(rows, *WHO)]
    return [("csv", table(["fingerprint", "site"], lines))]


def hex_with_colons_back(files: list[bytes]) -> Values:
    """The bytes read."""
    return parted([bytes.fromhex(v.replace(":", "")) for v, _ in untable(files[0])])


@technique("f", "persons", *WHO)
def base32_serials(rows: list[Row], _: random.Random) -> Files:
    """Licence keys: base 32 in small letters, groups of five, no filling."""
    lines = [
        "-".join(chunks(base64.b32encode(v).decode().rstrip("=").lower(), 5)) for v in joined(rows, *WHO)
    ]
    return [("csv", table(["licence"], [[v] for v in lines]))]


def base32_serials_back(files: list[bytes]) -> Values:
    """Capitals and filling restored."""
    keys = [v.replace("-", "").upper() for (v,) in untable(files[0])]
    return parted([base64.b32decode(v + "=" * (-len(v) % 8)) for v in keys])


@technique("f", "firms", *BOOK)
def web_tokens(rows: list[Row], rng: random.Random) -> Files:
    """Tokens of a web session: base 64 for addresses, a head, a body and a random tail."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    lines = []
    for f, u, t in grid(rows, *BOOK):
        body = json.dumps({"sub": u, "org": f, "tel": t}, ensure_ascii=False).encode()
        tail = base64.urlsafe_b64encode(rng.randbytes(32)).decode().rstrip("=")
        lines.append(f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{tail}")
    return [("txt", "\n".join(lines).encode())]


def web_tokens_back(files: list[bytes]) -> Values:
    """The bodies of the tokens."""
    out: Values = []
    for line in files[0].decode().split("\n"):
        body = line.split(".")[1]
        item = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        out.append((item["org"], item["sub"], item["tel"]))
    return out


@technique("f", "persons", *WHO)
def base85_appendix(rows: list[Row], rng: random.Random) -> Files:
    """A report with an appendix in base 85, called a signature."""
    body = "\n".join(chunks(base64.b85encode(text(rows, *WHO).encode()).decode(), 76))
    return [
        ("md", ("\n\n".join(paragraphs(rng)) + f"\n\n-----SIGNATURE-----\n{body}\n-----END-----\n").encode())
    ]


def base85_appendix_back(files: list[bytes]) -> Values:
    """The appendix."""
    body = first("SIGNATURE-----\n(.*?)\n-----END", files[0].decode())
    return untext(base64.b85decode(body.replace("\n", "")).decode())


@technique("f", "persons", NAME, BIRTH, AMT)
def adobe85_cells(rows: list[Row], _: random.Random) -> Files:
    """Cells in ASCII 85 with its brackets."""
    lines = [
        [str(i), base64.a85encode(v, adobe=True).decode()]
        for i, v in enumerate(joined(rows, NAME, BIRTH, AMT))
    ]
    return [("tsv", table(["frame", "delta"], lines, "\t"))]


def adobe85_cells_back(files: list[bytes]) -> Values:
    """The cells read."""
    return parted([base64.a85decode(v, adobe=True) for _, v in untable(files[0], "\t")])


@technique("f", "persons", ID, TEL)
def asset_numbers(rows: list[Row], _: random.Random) -> Files:
    """Numbers in base 36, telephones in base 58, as asset numbers."""
    lines = [["ZY" + in_radix(int(i[:17]), SMALL), in_radix(int(t), BITCOIN)] for i, t in grid(rows, ID, TEL)]
    return [("csv", table(["asset_no", "slot"], lines))]


def asset_numbers_back(files: list[bytes]) -> Values:
    """The numbers read."""
    return [(id_text(from_radix(i[2:], SMALL)), str(from_radix(t, BITCOIN))) for i, t in untable(files[0])]


@technique("f", "persons", *WHO)
def percent_gb18030(rows: list[Row], _: random.Random) -> Files:
    """Redirect addresses in a link table, percent signs over GB18030."""
    lines = [
        [f"https://tj.example.cn/r?u={quote_from_bytes(text([r], *WHO).encode('gb18030'), safe='')}"]
        for r in rows
    ]
    return [("csv", table(["url"], lines))]


def percent_gb18030_back(files: list[bytes]) -> Values:
    """The parameter."""
    return [
        tuple(unquote_to_bytes(v.split("u=")[1]).decode("gb18030").split("|")) for (v,) in untable(files[0])
    ]


@technique("f", "persons", NAME, TEL, VISIT)
def quoted_printable_mail(rows: list[Row], rng: random.Random) -> Files:
    """A mail whose body is quoted-printable."""
    body = "\n".join([*paragraphs(rng, 2), "附名单:", text(rows, NAME, TEL, VISIT, sep=" / ")]).encode()
    head = b"From: a@zy.example\nSubject: report\nContent-Transfer-Encoding: quoted-printable\n"
    kind = b"Content-Type: text/plain; charset=utf-8\n\n"
    return [("eml", head + kind + quopri.encodestring(body))]


def quoted_printable_mail_back(files: list[bytes]) -> Values:
    """The body's list."""
    body = quopri.decodestring(files[0].split(b"\n\n", 1)[1]).decode()
    return untext(body.split("附名单:\n")[1], " / ")


@technique("f", "persons", *WHO)
def uuencoded(rows: list[Row], _: random.Random) -> Files:
    """The old encoding of Unix mail."""
    data = text(rows, *WHO).encode()
    lines = b"".join(binascii.b2a_uu(data[i : i + 45]) for i in range(0, len(data), 45))
    return [("txt", b"begin 644 model.bin\n" + lines + b"`\nend\n")]


def uuencoded_back(files: list[bytes]) -> Values:
    """The lines between begin and end."""
    lines = files[0].split(b"\n")[1:-3]
    return untext(b"".join(binascii.a2b_uu(line) for line in lines).decode())
