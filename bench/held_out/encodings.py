"""Encodings: bytes of the records in another alphabet, once or several times over."""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import gzip
import html
import io
import json
import lzma
import os
import quopri
import re
import tarfile
import tempfile
import urllib.parse
import zlib
from pathlib import Path

import py7zr
import pyarrow as pa

from bench.held_out.core import (
    AMT,
    BIRTH,
    BOSS,
    DIST,
    FIRM,
    FTEL,
    ID,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    WHO,
    Files,
    Values,
    id_number,
    id_text,
    packed,
    payload,
    person_bytes,
    person_values,
    read_table,
    table,
    technique,
    unpacked,
    unpayload,
    unzip,
    uscc_number,
    uscc_text,
    zip_bytes,
)

B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
B62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
B91 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,./:;<=>?@[]^_`{|}~"'
B36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def to_base(number: int, alphabet: str) -> str:
    """A number in the digits of an alphabet."""
    out = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        out = alphabet[digit] + out
    return out or alphabet[0]


def from_base(text: str, alphabet: str) -> int:
    """The number of digits of an alphabet."""
    number = 0
    for char in text:
        number = number * len(alphabet) + alphabet.index(char)
    return number


def folded(text: str, width: int = 76) -> str:
    """A long text in lines."""
    return "\n".join(text[i : i + width] for i in range(0, len(text), width))


@technique("persons", *WHO)
def hex_rows(rows, _rng) -> Files:
    """Each record as a line of hexadecimal digits."""
    return [("csv", table(["行", "校验串"], [[i, payload([r], *WHO).hex()] for i, r in enumerate(rows)]))]


def hex_rows_back(files) -> Values:
    return [unpayload(bytes.fromhex(h))[0] for _, h in read_table(files[0])]


@technique("persons", NAME, ID)
def base32_column(rows, _rng) -> Files:
    """One column in base 32."""
    return [
        ("csv", table(["key", "n"], [[base64.b32encode(payload([r], NAME, ID)).decode(), 1] for r in rows]))
    ]


def base32_column_back(files) -> Values:
    return [unpayload(base64.b32decode(k))[0] for k, _ in read_table(files[0])]


@technique("persons", ID, TEL)
def base36_keys(rows, _rng) -> Files:
    """Identifiers as numbers in base 36 joined to one surrogate key."""
    return [
        (
            "csv",
            table(["sk"], [[f"{to_base(id_number(r[ID]), B36)}-{to_base(int(r[TEL]), B36)}"] for r in rows]),
        )
    ]


def base36_keys_back(files) -> Values:
    out = []
    for (key,) in read_table(files[0]):
        a, b = key.split("-")
        out.append((id_text(from_base(a, B36)), str(from_base(b, B36))))
    return out


@technique("firms", USCC, FTEL)
def base58_block(rows, _rng) -> Files:
    """All records as one great number in base 58."""
    number = int.from_bytes(b"\1" + payload(rows, USCC, FTEL), "big")
    return [("txt", ("fingerprint: " + to_base(number, B58)).encode())]


def base58_block_back(files) -> Values:
    number = from_base(files[0].decode().split()[1], B58)
    return unpayload(number.to_bytes((number.bit_length() + 7) // 8, "big")[1:])


@technique("persons", TEL, AMT)
def base62_short_links(rows, _rng) -> Files:
    """Short links whose ending is a telephone number in base 62."""
    lines = [
        f"https://s.example.cn/{to_base(int(r[TEL]), B62)}?v={to_base(int(r[AMT].replace('.', '')), B62)}"
        for r in rows
    ]
    return [("txt", "\n".join(lines).encode())]


def base62_short_links_back(files) -> Values:
    out = []
    for a, b in re.findall(r"cn/(\w+)\?v=(\w+)", files[0].decode()):
        value = str(from_base(b, B62))
        out.append((str(from_base(a, B62)), f"{value[:-2]}.{value[-2:]}"))
    return out


@technique("persons", NAME, ID, TEL, SICK)
def certificate(rows, _rng) -> Files:
    """Base 64 between the lines of a certificate."""
    body = folded(base64.b64encode(payload(rows, NAME, ID, TEL, SICK)).decode(), 64)
    return [("pem", f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode())]


def certificate_back(files) -> Values:
    return unpayload(base64.b64decode("".join(files[0].decode().split("\n")[1:-2])))


@technique("persons", *QUASI)
def ascii85_field(rows, _rng) -> Files:
    """Ascii85 in a field of a JSON summary."""
    text = base64.a85encode(payload(rows, *QUASI)).decode()
    return [("json", json.dumps({"count": len(rows), "mean": 2031.5, "model_state": text}).encode())]


def ascii85_field_back(files) -> Values:
    return unpayload(base64.a85decode(json.loads(files[0])["model_state"]))


@technique("persons", NAME, BIRTH, DIST, TEL)
def base85_patch(rows, _rng) -> Files:
    """Base 85 of deflated records, as a binary patch carries it."""
    text = base64.b85encode(zlib.compress(payload(rows, NAME, BIRTH, DIST, TEL), 9)).decode()
    return [("patch", ("GIT binary patch\nliteral 4096\n" + folded(text, 65) + "\n").encode())]


def base85_patch_back(files) -> Values:
    return unpayload(zlib.decompress(base64.b85decode("".join(files[0].decode().split("\n")[2:]))))


def to_91(data: bytes) -> str:
    """The base 91 text of bytes."""
    queue = bits = 0
    out = ""
    for byte in data:
        queue |= byte << bits
        bits += 8
        if bits > 13:
            value = queue & 8191
            step = 13 if value > 88 else 14
            value = queue & ((1 << step) - 1)
            queue >>= step
            bits -= step
            out += B91[value % 91] + B91[value // 91]
    if bits:
        out += B91[queue % 91] + (B91[queue // 91] if bits > 7 or queue > 90 else "")
    return out


def from_91(text: str) -> bytes:
    """The bytes of a base 91 text."""
    queue = bits = 0
    out = bytearray()
    for i in range(0, len(text) - 1, 2):
        value = B91.index(text[i]) + 91 * B91.index(text[i + 1])
        queue |= value << bits
        bits += 13 if (value & 8191) > 88 else 14
        while bits > 7:
            out.append(queue & 255)
            queue >>= 8
            bits -= 8
    if len(text) % 2:
        out.append((queue | B91.index(text[-1]) << bits) & 255)
    return bytes(out)


@technique("persons", NAME, TEL)
def base91_text(rows, _rng) -> Files:
    """Base 91 in a text file."""
    return [("txt", to_91(payload(rows, NAME, TEL)).encode())]


def base91_text_back(files) -> Values:
    return unpayload(from_91(files[0].decode()))


@technique("persons", NAME, ID, TEL)
def access_log(rows, rng) -> Files:
    """Percent-encoded query strings in a web server's log."""
    lines = [
        f'10.0.3.{rng.randint(2, 250)} - - [05/Jan/2026:09:{i // 60:02d}:{i % 60:02d} +0800] "GET /stat?'
        f'{urllib.parse.urlencode({"q": r[NAME], "k": r[ID], "p": r[TEL]})} HTTP/1.1" 200 512'
        for i, r in enumerate(rows)
    ]
    return [("log", "\n".join(lines).encode())]


def access_log_back(files) -> Values:
    return [
        tuple(v for _, v in urllib.parse.parse_qsl(q)) for q in re.findall(r"/stat\?(\S+)", files[0].decode())
    ]


@technique("persons", NAME, BIRTH, TEL)
def quoted_printable(rows, _rng) -> Files:
    """Quoted-printable lines as in an old mail."""
    return [("txt", quopri.encodestring(payload(rows, NAME, BIRTH, TEL)))]


def quoted_printable_back(files) -> Values:
    return unpayload(quopri.decodestring(files[0]))


@technique("persons", *WHO)
def uuencoded(rows, _rng) -> Files:
    """A uuencoded attachment in a text."""
    data = payload(rows, *WHO)
    lines = b"".join(binascii.b2a_uu(data[i : i + 45]) for i in range(0, len(data), 45))
    return [("txt", b"begin 644 chart.png\n" + lines + b"`\nend\n")]


def uuencoded_back(files) -> Values:
    return unpayload(b"".join(binascii.a2b_uu(line) for line in files[0].split(b"\n")[1:-3]))


@technique("firms", USCC, FIRM, BOSS)
def yenc_like(rows, _rng) -> Files:
    """Bytes shifted by 42 with four critical ones escaped, in lines."""
    out = bytearray(b"=ybegin line=128 name=a.bin\r\n")
    for i, byte in enumerate(payload(rows, USCC, FIRM, BOSS)):
        value = (byte + 42) % 256
        out += bytes([61, (value + 64) % 256]) if value in (0, 10, 13, 61) else bytes([value])
        out += b"\r\n" if i % 128 == 127 else b""
    return [("yenc", bytes(out + b"\r\n=yend\r\n"))]


def yenc_like_back(files) -> Values:
    body = files[0].split(b"\r\n", 1)[1].rsplit(b"\r\n=yend", 1)[0].replace(b"\r\n", b"")
    out, at = bytearray(), 0
    while at < len(body):
        if body[at] == 61:
            at += 1
            out.append((body[at] - 64 - 42) % 256)
        else:
            out.append((body[at] - 42) % 256)
        at += 1
    return unpayload(bytes(out))


@technique("persons", NAME, TEL, DIST)
def entity_text(rows, _rng) -> Files:
    """All characters as numbered entities of a web page, decimal and hexadecimal in turn."""
    text = payload(rows, NAME, TEL, DIST).decode()
    body = "".join(f"&#x{ord(c):x};" if i % 2 else f"&#{ord(c)};" for i, c in enumerate(text))
    return [("html", f"<html><body><pre>{body}</pre></body></html>".encode())]


def entity_text_back(files) -> Values:
    return unpayload(html.unescape(re.search("<pre>(.+)</pre>", files[0].decode())[1]).encode())


@technique("persons", NAME, TEL)
def punycode_hosts(rows, _rng) -> Files:
    """A hosts file with names of people as punycode domains."""
    lines = [
        f"10.1.{i // 250}.{i % 250 + 1} xn--{r[NAME].encode('punycode').decode()}.t{r[TEL]}.local"
        for i, r in enumerate(rows)
    ]
    return [("txt", "\n".join(lines).encode())]


def punycode_hosts_back(files) -> Values:
    return [
        (n.encode().decode("punycode"), t) for n, t in re.findall(r"xn--(\S+)\.t(\d+)\.", files[0].decode())
    ]


@technique("persons", NAME, ID, SICK)
def unicode_escapes(rows, _rng) -> Files:
    """Every character, digits too, as a backslash escape in a properties file."""
    lines = [
        f"row.{i}=" + "".join(f"\\u{ord(c):04x}" for c in "|".join((r[NAME], r[ID], r[SICK])))
        for i, r in enumerate(rows)
    ]
    return [("properties", "\n".join(lines).encode())]


def unicode_escapes_back(files) -> Values:
    return [
        tuple(re.sub(r"\\u(....)", lambda m: chr(int(m[1], 16)), line.split("=")[1]).split("|"))
        for line in files[0].decode().split("\n")
    ]


MORSE = dict(
    zip(
        "0123456789X",
        ["-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.", "-..-"],
        strict=True,
    )
)


@technique("persons", ID, TEL)
def morse_lines(rows, _rng) -> Files:
    """Numbers in Morse code."""
    return [
        (
            "txt",
            "\n".join(" / ".join(" ".join(MORSE[c] for c in r[k]) for k in (ID, TEL)) for r in rows).encode(),
        )
    ]


def morse_lines_back(files) -> Values:
    plain = {v: k for k, v in MORSE.items()}
    return [
        tuple("".join(plain[m] for m in word.split()) for word in line.split(" / "))
        for line in files[0].decode().split("\n")
    ]


@technique("persons", TEL, low=20, high=50)
def binary_flags(rows, _rng) -> Files:
    """Telephone numbers as 34 columns of noughts and ones."""
    lines = [list(f"{int(r[TEL]):034b}") for r in rows]
    return [("csv", table([f"f{i}" for i in range(34)], lines))]


def binary_flags_back(files) -> Values:
    return [(str(int("".join(line), 2)),) for line in read_table(files[0])]


@technique("persons", NAME, TEL)
def octal_dump(rows, _rng) -> Files:
    """The bytes in octal as a dump tool prints them."""
    data = payload(rows, NAME, TEL)
    lines = [f"{i:07o} " + " ".join(f"{b:03o}" for b in data[i : i + 16]) for i in range(0, len(data), 16)]
    return [("txt", "\n".join(lines).encode())]


def octal_dump_back(files) -> Values:
    return unpayload(bytes(int(o, 8) for line in files[0].decode().split("\n") for o in line.split()[1:]))


@technique("persons", *WHO)
def gzip_in_base64(rows, _rng) -> Files:
    """A gzip stream in base 64 in a field of a configuration file."""
    text = base64.b64encode(gzip.compress(person_bytes(rows, WHO), mtime=0)).decode()
    return [
        (
            "yaml",
            f"version: 2\ncache: !!binary |\n  {folded(text).replace(chr(10), chr(10) + '  ')}\n".encode(),
        )
    ]


def gzip_in_base64_back(files) -> Values:
    text = "".join(files[0].decode().split("|\n")[1].split())
    return person_values(gzip.decompress(base64.b64decode(text)))


def tar_bytes(name: str, data: bytes) -> bytes:
    """A tar archive of one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def untar(data: bytes) -> bytes:
    """The first file of a tar archive."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.extractfile(archive.getmembers()[0]).read()


@technique("persons", NAME, ID, TEL, BIRTH)
def nest_of_archives(rows, _rng) -> Files:
    """A ZIP with a gzipped tar with a bzip2 file with the table."""
    inner = bz2.compress(person_bytes(rows, (NAME, ID, TEL, BIRTH)))
    mid = gzip.compress(tar_bytes("fig/1.bz2", inner), mtime=0)
    return [("zip", zip_bytes([("README.txt", "图表".encode()), ("fig.tgz", mid)]))]


def nest_of_archives_back(files) -> Values:
    return person_values(bz2.decompress(untar(gzip.decompress(unzip(files[0])["fig.tgz"]))))


@technique("firms", USCC, FIRM, FTEL)
def seven_zip(rows, _rng) -> Files:
    """A 7z archive with the table under an innocent name."""
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder, "notes.txt")
        inner.write_bytes(person_bytes(rows, (USCC, FIRM, FTEL)))
        inner.chmod(0o644)
        os.utime(inner, (1767600000, 1767600000))
        out = io.BytesIO()
        with py7zr.SevenZipFile(out, "w") as archive:
            archive.write(inner, "notes.txt")
    return [("7z", out.getvalue())]


def seven_zip_back(files) -> Values:
    with tempfile.TemporaryDirectory() as folder:
        with py7zr.SevenZipFile(io.BytesIO(files[0])) as archive:
            archive.extract(folder, ["notes.txt"])
        return person_values(Path(folder, "notes.txt").read_bytes())


@technique("persons", *WHO)
def reversed_xz(rows, _rng) -> Files:
    """An xz stream, its bytes in reverse, in hexadecimal."""
    return [("txt", folded(lzma.compress(person_bytes(rows, WHO))[::-1].hex(), 96).encode())]


def reversed_xz_back(files) -> Values:
    return person_values(lzma.decompress(bytes.fromhex(files[0].decode().replace("\n", ""))[::-1]))


@technique("persons", NAME, TEL, AMT)
def zstd_frame(rows, _rng) -> Files:
    """A zstd frame."""
    return [("zst", pa.Codec("zstd").compress(payload(rows, NAME, TEL, AMT), asbytes=True))]


def zstd_frame_back(files) -> Values:
    with pa.CompressedInputStream(pa.BufferReader(files[0]), "zstd") as stream:
        return unpayload(stream.read())


@technique("firms", USCC, BOSS, FTEL)
def lz4_frame(rows, _rng) -> Files:
    """An LZ4 frame, in base 64 with the alphabet for addresses."""
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "lz4") as stream:
        stream.write(payload(rows, USCC, BOSS, FTEL))
    data = out.getvalue().to_pybytes()
    return [("txt", base64.urlsafe_b64encode(data))]


def lz4_frame_back(files) -> Values:
    raw = base64.urlsafe_b64decode(files[0])
    with pa.CompressedInputStream(pa.BufferReader(raw), "lz4") as stream:
        return unpayload(stream.read())


@technique("persons", NAME, ID, TEL)
def reversed_lines(rows, _rng) -> Files:
    """Every line from its end to its front, the lines in reverse order."""
    return [("txt", payload(rows, *WHO).decode()[::-1].encode())]


def reversed_lines_back(files) -> Values:
    return unpayload(files[0].decode()[::-1].encode())


@technique("firms", USCC, FTEL)
def rotated_alphabet(rows, _rng) -> Files:
    """Letters turned by 13 and digits by 5."""
    turn = str.maketrans("0123456789", "5678901234")
    lines = [[codecs.encode(r[k], "rot13").translate(turn) for k in (USCC, FTEL)] for r in rows]
    return [("csv", table(["code", "ref"], lines))]


def rotated_alphabet_back(files) -> Values:
    turn = str.maketrans("0123456789", "5678901234")
    return [tuple(codecs.encode(c, "rot13").translate(turn) for c in line) for line in read_table(files[0])]


@technique("persons", *WHO)
def short_key_xor(rows, rng) -> Files:
    """Bytes combined with a key of four bytes that stands before them."""
    key = bytes(rng.randint(1, 255) for _ in range(4))
    data = payload(rows, *WHO)
    return [("bin", key + bytes(b ^ key[i % 4] for i, b in enumerate(data)))]


def short_key_xor_back(files) -> Values:
    key, data = files[0][:4], files[0][4:]
    return unpayload(bytes(b ^ key[i % 4] for i, b in enumerate(data)))


@technique("persons", NAME, ID, BIRTH)
def utf32_table(rows, _rng) -> Files:
    """A table in UTF-32, big end first, with no mark."""
    return [("csv", person_bytes(rows, (NAME, ID, BIRTH)).decode().encode("utf-32-be"))]


def utf32_table_back(files) -> Values:
    return person_values(files[0].decode("utf-32-be").encode())


@technique("firms", FIRM, BOSS, FTEL)
def utf16_tabs(rows, _rng) -> Files:
    """The text that a spreadsheet exports: UTF-16 with tabs."""
    return [
        (
            "txt",
            payload(rows, FIRM, BOSS, FTEL)
            .decode()
            .replace("|", "\t")
            .replace("\n", "\r\n")
            .encode("utf-16"),
        )
    ]


def utf16_tabs_back(files) -> Values:
    return [tuple(line.split("\t")) for line in files[0].decode("utf-16").split("\r\n")]


@technique("persons", NAME, TEL, SICK)
def hz_text(rows, _rng) -> Files:
    """Seven-bit HZ coding of Chinese text."""
    return [("txt", "\n".join(f"{r[NAME]} {r[TEL]} {r[SICK]}" for r in rows).encode("hz"))]


def hz_text_back(files) -> Values:
    return [tuple(line.split(" ")) for line in files[0].decode("hz").split("\n")]


@technique("persons", ID, BIRTH, DIST, TEL)
def big5_table(rows, _rng) -> Files:
    """A table with traditional headings in Big5."""
    text = table(["證號", "生日", "區", "電話"], [[r[ID], r[BIRTH], r[DIST], r[TEL]] for r in rows]).decode()
    return [("csv", text.encode("big5"))]


def big5_table_back(files) -> Values:
    return person_values(files[0].decode("big5").encode())


@technique("persons", TEL, DIST)
def ebcdic_records(rows, _rng) -> Files:
    """Records of a mainframe: EBCDIC, 17 places each, no line ends."""
    return [("dat", "".join(r[TEL] + r[DIST] for r in rows).encode("cp037"))]


def ebcdic_records_back(files) -> Values:
    text = files[0].decode("cp037")
    return [(text[i : i + 11], text[i + 11 : i + 17]) for i in range(0, len(text), 17)]


@technique("persons", NAME, ID, TEL)
def triple_layer(rows, _rng) -> Files:
    """Base 64 of hexadecimal of a deflated table, in a JSON web token without a key."""
    inner = base64.urlsafe_b64encode(zlib.compress(payload(rows, *WHO)).hex().encode()).decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return [("txt", f"{head}.{inner}.".encode())]


def triple_layer_back(files) -> Values:
    text = files[0].decode().split(".")[1]
    return unpayload(
        zlib.decompress(bytes.fromhex(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()))
    )


@technique("persons", ID, low=30, high=80)
def packed_base64_keys(rows, _rng) -> Files:
    """Resident numbers in eight bytes each, in base 64, as if digests."""
    lines = [[i, base64.b64encode(packed([r], ID)).decode()] for i, r in enumerate(rows)]
    return [("csv", table(["id", "digest"], lines))]


def packed_base64_keys_back(files) -> Values:
    return [unpacked(base64.b64decode(t), ID)[0] for _, t in read_table(files[0])]


@technique("firms", USCC, low=30, high=80)
def uuid_keys(rows, rng) -> Files:
    """Credit codes as numbers in the shape of universal unique identifiers."""
    lines = []
    for r in rows:
        h = f"{uscc_number(r[USCC]):032x}"
        lines.append([f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}", rng.randint(1, 9)])
    return [("csv", table(["uuid", "weight"], lines))]


def uuid_keys_back(files) -> Values:
    return [(uscc_text(int(u.replace("-", ""), 16)),) for u, _ in read_table(files[0])]


@technique("persons", TEL, AMT)
def braille_digits(rows, _rng) -> Files:
    """Digits in Braille cells."""
    cells = str.maketrans("0123456789.", "⠚⠁⠃⠉⠙⠑⠋⠛⠓⠊⠲")
    return [
        ("txt", "\n".join(f"⠼{r[TEL].translate(cells)} ⠼{r[AMT].translate(cells)}" for r in rows).encode())
    ]


def braille_digits_back(files) -> Values:
    cells = str.maketrans("⠚⠁⠃⠉⠙⠑⠋⠛⠓⠊⠲", "0123456789.")
    return [tuple(w[1:].translate(cells) for w in line.split()) for line in files[0].decode().split("\n")]


@technique("persons", NAME, ID, TEL)
def two_shares(rows, rng) -> Files:
    """Two files of seemingly random bytes whose combination by exclusive or is the table."""
    data = payload(rows, *WHO)
    pad = bytes(rng.randint(0, 255) for _ in data)
    return [("bin", pad), ("bin", bytes(a ^ b for a, b in zip(data, pad, strict=True)))]


def two_shares_back(files) -> Values:
    return unpayload(bytes(a ^ b for a, b in zip(*files, strict=True)))
