"""Chains: two or three usual encodings, one over another."""

from __future__ import annotations

import base64
import bz2
import codecs
import io
import json
import re
import zlib

import pyarrow as pa
import pyarrow.parquet as pq

from bench.fresh.core import b64, chunked, gz, lines_of, plain, technique
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOOK,
    ID,
    NAME,
    SICK,
    TEL,
    VISIT,
    WHO,
    Files,
    Values,
    payload,
    read_table,
    table,
    tuples,
    unpayload,
)


@technique("persons", *WHO)
def deflated_hex_backwards(rows, _rng) -> Files:
    """Deflated text in hexadecimal, the digits from the last to the first, as a list of hashes."""
    digits = zlib.compress(payload(rows, *WHO), 9).hex()[::-1]
    return plain("md5", "\n".join(f"{part}  part{i:03d}.bin" for i, part in enumerate(chunked(digits, 32))))


def deflated_hex_backwards_back(files) -> Values:
    digits = "".join(line.split("  ")[0] for line in lines_of(files))
    return unpayload(zlib.decompress(bytes.fromhex(digits[::-1])))


@technique("firms", *BOOK)
def wide_text_in_base32(rows, _rng) -> Files:
    """Text in UTF-16 in Base32, in groups of five as a licence key is."""
    text = base64.b32encode(payload(rows, *BOOK).decode().encode("utf-16-le")).decode().rstrip("=")
    return plain("lic", "\n".join("-".join(chunked(line, 5)) for line in chunked(text, 50)))


def wide_text_in_base32_back(files) -> Values:
    text = files[0].decode().replace("-", "").replace("\n", "")
    return unpayload(base64.b32decode(text + "=" * (-len(text) % 8)).decode("utf-16-le").encode())


@technique("persons", NAME, ID, ADDR)
def turned_letters_of_base64(rows, _rng) -> Files:
    """Base64 whose letters are turned by thirteen places, quoted as a mail."""
    text = codecs.encode(b64(payload(rows, NAME, ID, ADDR)), "rot13")
    return plain("txt", "> 见附录：\n" + "\n".join("> " + part for part in chunked(text, 72)))


def turned_letters_of_base64_back(files) -> Values:
    text = "".join(line[2:] for line in lines_of(files)[1:])
    return unpayload(base64.b64decode(codecs.decode(text, "rot13")))


@technique("persons", NAME, ID, TEL)
def text_in_text_in_text(rows, _rng) -> Files:
    """JSON as a text of JSON as a text of JSON, with escapes of escapes."""
    inner = json.dumps([[r[c] for c in WHO] for r in rows])
    return plain("json", json.dumps({"event": json.dumps({"body": json.dumps({"d": inner})})}))


def text_in_text_in_text_back(files) -> Values:
    return tuples(json.loads(json.loads(json.loads(json.loads(files[0])["event"])["body"])["d"]))


@technique("persons", NAME, SICK, TEL)
def wrongly_read_text(rows, _rng) -> Files:
    """A table whose UTF-8 was read as Latin letters and written once more, twice."""
    data = table(["å", "ç", "é"], [[r[NAME], r[SICK], r[TEL]] for r in rows])
    return [("csv", data.decode("latin-1").encode().decode("latin-1").encode())]


def wrongly_read_text_back(files) -> Values:
    data = files[0].decode().encode("latin-1").decode().encode("latin-1")
    return tuples(read_table(data))


@technique("persons", NAME, TEL, ADDR)
def zones_and_positions(rows, _rng) -> Files:
    """Chinese characters as zone and position of GB 2312, four digits each, other signs after a 00."""

    def coded(char: str) -> str:
        data = char.encode("gb2312")
        return f"{data[0] - 160:02d}{data[1] - 160:02d}" if len(data) == 2 else f"00{data[0]:02d}"

    text = [" ".join(coded(c) for c in f"{r[NAME]}/{r[TEL]}/{r[ADDR]}") for r in rows]
    return plain("txt", "电报底稿\n" + "\n".join(text))


def zones_and_positions_back(files) -> Values:
    out = []
    for line in lines_of(files)[1:]:
        data = b""
        for group in line.split(" "):
            zone, place = int(group[:2]), int(group[2:])
            data += bytes([zone + 160, place + 160]) if zone else bytes([place])
        out.append(tuple(data.decode("gb2312").split("/")))
    return out


@technique("persons", *WHO)
def armoured_message(rows, _rng) -> Files:
    """An armoured message of a mail program that holds only a compressed literal, no cipher."""
    text = payload(rows, *WHO)
    literal = b"\xcb\xff" + len(text + b"......").to_bytes(4, "big") + b"b\0\0\0\0\0" + text
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"\1" + engine.compress(literal) + engine.flush()
    packet = b"\xc8\xff" + len(body).to_bytes(4, "big") + body
    return plain(
        "asc",
        "-----BEGIN PGP MESSAGE-----\n\n"
        + "\n".join(chunked(b64(packet), 64))
        + "\n-----END PGP MESSAGE-----\n",
    )


def armoured_message_back(files) -> Values:
    text = files[0].decode().split("-----")[2]
    packet = base64.b64decode(text.replace("\n", ""))
    return unpayload(zlib.decompress(packet[7:], -15)[12:])


@technique("persons", NAME, ID, TEL)
def alphabet_in_the_first_line(rows, rng) -> Files:
    """Base64 with a shuffled alphabet that stands in the first line."""
    usual = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = "".join(rng.sample(usual, 64))
    text = b64(payload(rows, *WHO)).rstrip("=").translate(str.maketrans(usual, other))
    return plain("dat", "\n".join([other, *chunked(text, 64)]))


def alphabet_in_the_first_line_back(files) -> Values:
    other, *body = lines_of(files)
    usual = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    text = "".join(body).translate(str.maketrans(other, usual))
    return unpayload(base64.b64decode(text + "=" * (-len(text) % 4)))


@technique("persons", NAME, ID, VISIT, AMT)
def pressed_cells(rows, rng) -> Files:
    """Text pressed by BZIP2 in Base85, cut into the notes of a table of readings."""
    parts = chunked(base64.b85encode(bz2.compress(payload(rows, NAME, ID, VISIT, AMT))).decode(), 24)
    return [
        ("csv", table(["站点", "读数", "校验"], [[i, rng.randint(100, 999), p] for i, p in enumerate(parts)]))
    ]


def pressed_cells_back(files) -> Values:
    return unpayload(bz2.decompress(base64.b85decode("".join(line[2] for line in read_table(files[0])))))


@technique("persons", ID, TEL, AMT)
def swapped_nibbles(rows, _rng) -> Files:
    """Decimal digits two to a byte, their halves exchanged as telephone cards keep them."""
    out = []
    for r in rows:
        digits = r[ID].replace("X", "A") + r[TEL] + r[AMT].replace(".", "")
        digits += "F" * (len(digits) % 2)
        out.append("".join(b + a for a, b in chunked(digits, 2)))
    return plain("apdu", "\n".join("A0DC" + line for line in out))


def swapped_nibbles_back(files) -> Values:
    out = []
    for line in lines_of(files):
        digits = "".join(b + a for a, b in chunked(line[4:], 2)).rstrip("F")
        out.append((digits[:18].replace("A", "X"), digits[18:29], f"{digits[29:-2]}.{digits[-2:]}"))
    return out


@technique("persons", *WHO)
def one_great_integer(rows, _rng) -> Files:
    """The whole text as one whole number, in decimal digits, called a prime for tests."""
    number = int.from_bytes(payload(rows, *WHO), "big")
    digits = ""
    while number:
        number, low = divmod(number, 10**60)
        digits = (f"{low:060d}" if number else str(low)) + digits
    return plain("py", f'# 大整数性能测试\nP = int("{digits}")\nassert pow(3, 5, P) > 0\n')


def one_great_integer_back(files) -> Values:
    number = 0
    for part in re.findall(r"\d{1,60}", re.search(r'"(\d+)"', files[0].decode())[1]):
        number = number * 10 ** len(part) + int(part)
    return unpayload(number.to_bytes((number.bit_length() + 7) // 8, "big"))


@technique("persons", NAME, ID, TEL)
def encoded_command(rows, _rng) -> Files:
    """A scheduled command of a shell, its script in UTF-16 in Base64 as the shell takes it."""
    script = "$d=@'\n" + payload(rows, *WHO).decode() + "\n'@; $d.Split().Count"
    return plain(
        "bat", f"@echo off\r\npowershell -NoProfile -EncodedCommand {b64(script.encode('utf-16-le'))}\r\n"
    )


def encoded_command_back(files) -> Values:
    script = base64.b64decode(re.search(r"Command (\S+)", files[0].decode())[1]).decode("utf-16-le")
    return unpayload(script.split("@'\n")[1].split("\n'@")[0].encode())


@technique("persons", NAME, BIRTH, TEL)
def parquet_in_json(rows, _rng) -> Files:
    """A Parquet file, pressed once more and in Base64, as the state of a dashboard."""
    out = io.BytesIO()
    pq.write_table(pa.table({c: [r[c] for r in rows] for c in (NAME, BIRTH, TEL)}), out)
    return plain("json", json.dumps({"dashboard": {"theme": "light", "state": b64(gz(out.getvalue()))}}))


def parquet_in_json_back(files) -> Values:
    data = zlib.decompress(base64.b64decode(json.loads(files[0])["dashboard"]["state"]), 31)
    return tuples(zip(*pq.read_table(io.BytesIO(data)).to_pydict().values(), strict=True))
