"""Short keys, shifts and reversals, and chains of two or three encodings."""

from __future__ import annotations

import base64
import gzip
import io
import random
import zipfile
from itertools import cycle

from bench.eighth_a.honest import TITLES, paragraphs, summary, zipped
from bench.eighth_a.numerals import TO_HAN, digits
from bench.eighth_a.tables import blocks, csv_rows, csv_text, json_bytes, json_value, transposed
from bench.sixth.core import BOOK, CARE, WHO, Files, Row, Values, grid, technique

COMMON = {**dict.fromkeys(b"0123456789,.-\n", 2), **dict.fromkeys(range(0x80, 0xC0), 1)}
COMMON |= dict.fromkeys(range(0xE4, 0xEA), 1)


def xored(data: bytes, key: bytes) -> bytes:
    """The bytes under a key that is repeated."""
    return bytes(byte ^ other for byte, other in zip(data, cycle(key), strict=False))


def best_byte(data: bytes) -> int:
    """The key of one byte that makes of the data what tables of records are made of."""
    return max(range(256), key=lambda key: sum(COMMON.get(byte ^ key, -9) for byte in data))


def unxored(data: bytes, longest: int) -> str:
    """The text under the shortest key, found by frequency, that makes it readable."""
    for length in range(1, longest + 1):
        key = bytes(best_byte(data[i::length]) for i in range(length))
        try:
            text = xored(data, key).decode()
        except UnicodeDecodeError:
            continue
        if all(char.isprintable() or char == "\n" for char in text):
            return text
    raise ValueError("no key found")


@technique("F3", "persons", *WHO, low=20)
def xor_byte(rows: list[Row], rng: random.Random) -> Files:
    """A table under a key of one byte, as a file of no kind."""
    return [("bin", xored(csv_text(grid(rows, *WHO)).encode(), bytes([rng.randint(1, 255)])))]


def xor_byte_back(files: list[bytes]) -> Values:
    """Find the byte by frequency."""
    return [tuple(row) for row in csv_rows(unxored(files[0], 1))]


@technique("F3", "persons", *CARE, low=30)
def xor_key_base64(rows: list[Row], rng: random.Random) -> Files:
    """A table under a key of three to five bytes, in base64 as the thumbnail of a report in JSON."""
    key = rng.randbytes(rng.randint(3, 5))
    hidden = base64.b64encode(xored(csv_text(grid(rows, *CARE)).encode(), key)).decode()
    document = {
        "标题": TITLES["care"],
        "正文": paragraphs("care", rng),
        "表": summary("care", rng),
        "缩略图": hidden,
    }
    return [("json", json_bytes(document))]


def xor_key_base64_back(files: list[bytes]) -> Values:
    """Find the key by frequency."""
    return [tuple(row) for row in csv_rows(unxored(base64.b64decode(json_value(files[0])["缩略图"]), 5))]


@technique("F3+F1", "firms", *BOOK)
def shifted_points(rows: list[Row], rng: random.Random) -> Files:
    """Every character moved by the same number of code points, the phones' digits in Chinese before that."""
    step = rng.randint(1, 60)
    text = csv_text(
        [["企业", "代码", "电话"], *([f, c, t.translate(TO_HAN)] for f, c, t in grid(rows, *BOOK))]
    )
    return [("txt", "".join(chr(ord(char) + step) for char in text).encode())]


def shifted_points_back(files: list[bytes]) -> Values:
    """Try all steps until the commas of the head are in place."""
    text = files[0].decode()
    plain = ("".join(chr(max(0, ord(char) - step)) for char in text) for step in range(1, 61))
    rows = csv_rows(next(attempt for attempt in plain if attempt.startswith("企业,代码,电话\n")))
    return [(firm, code, digits(tel)) for firm, code, tel in rows[1:]]


@technique("F3", "persons", *WHO)
def reversed_gzip(rows: list[Row], rng: random.Random) -> Files:
    """The text written backwards, under gzip, the bytes turned round and in base64."""
    text = csv_text(grid(rows, *WHO), rng.choice(",\t|"))[::-1]
    return [("b64", base64.encodebytes(gzip.compress(text.encode(), mtime=0)[::-1]))]


def reversed_gzip_back(files: list[bytes]) -> Values:
    """Turn, unpack and turn again."""
    text = gzip.decompress(base64.decodebytes(files[0])[::-1]).decode()[::-1]
    return [tuple(line.replace("\t", ",").replace("|", ",").split(",")) for line in text.splitlines()]


@technique("F3", "persons", *WHO)
def gb18030_ascii85(rows: list[Row], rng: random.Random) -> Files:
    """A table in GB18030 with its columns in another order, in the framed form of base85."""
    data = csv_text([[row[2], row[0], row[1]] for row in grid(rows, *WHO)]).encode("gb18030")
    return [("txt", base64.a85encode(data, wrapcol=rng.choice((0, 72, 80)), adobe=True))]


def gb18030_ascii85_back(files: list[bytes]) -> Values:
    """Decode and bring the columns back in order."""
    text = base64.a85decode(files[0], adobe=True).decode("gb18030")
    return [(name, number, tel) for tel, name, number in csv_rows(text)]


@technique("F3+F2", "firms", *BOOK)
def zip_gzip_base32(rows: list[Row], rng: random.Random) -> Files:
    """A table on its side within a ZIP archive within gzip within base32."""
    table = transposed([[str(rng.randint(1, 9)), *row] for row in grid(rows, *BOOK)])
    packed = gzip.compress(zipped([("t.csv", csv_text(table).encode())]), mtime=0)
    return [("txt", base64.b32encode(packed))]


def zip_gzip_base32_back(files: list[bytes]) -> Values:
    """Undo the three and turn the table."""
    packed = gzip.decompress(base64.b32decode(files[0]))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        table = csv_rows(archive.read("t.csv").decode())
    return [(firm, code, tel) for _, firm, code, tel in transposed(table)]


@technique("F3+F1", "persons", *WHO)
def rotated_digits(rows: list[Row], rng: random.Random) -> Files:
    """Below a summary, numbers in groups whose digits are all moved by one step, names backwards."""
    step = rng.choice((5, 5, 3, 7))
    table = [["标签", "甲", "乙"]]
    for name, number, tel in grid(rows, *WHO):
        code, phone = (turned(text, step) for text in (number, tel))
        table.append(
            [name[::-1], f"{code[:6]} {code[6:14]} {code[14:]}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"]
        )
    return [("csv", f"{csv_text(summary('who', rng))}\n{csv_text(table)}".encode())]


def turned(text: str, step: int) -> str:
    """The digits of a text moved by a step."""
    return "".join(str((int(char) + step) % 10) if char.isdigit() else char for char in text)


def rotated_digits_back(files: list[bytes]) -> Values:
    """Find the step by the first digit that all phones share."""
    rows = csv_rows(blocks(files[0].decode())[1])[1:]
    step = 1 - int(rows[0][2][0])
    return [
        (name[::-1], turned(code.replace(" ", ""), step), turned(tel.replace("-", ""), step))
        for name, code, tel in rows
    ]
