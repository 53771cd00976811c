"""Disguises by encoding, compression, cipher and wrapping."""

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
import tarfile
import zipfile
import zlib
from urllib.parse import quote

import pyarrow as pa

from bench.egress.world import Payload, technique
from tests.attacks.exam_leaks import zipped


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def xored(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[n % len(key)] for n, byte in enumerate(data))


def tarred(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@technique("txt")
def base64_in_lines(p: Payload) -> str:
    return "-----BEGIN DATA-----\n" + base64.encodebytes(p.csv.encode()).decode() + "-----END DATA-----\n"


@technique("txt")
def base64_backwards(p: Payload) -> str:
    return b64(p.csv.encode())[::-1]


@technique("txt")
def base64_twice(p: Payload) -> str:
    return b64(b64(p.csv.encode()).encode())


@technique("csv")
def base64_a_row(p: Payload) -> str:
    return "编号,摘要\n" + "\n".join(
        f"{n},{b64(line.encode())}" for n, line in enumerate(p.lines.splitlines())
    )


@technique("json")
def base64_in_pieces(p: Payload) -> str:
    text = b64(p.csv.encode())
    return json.dumps({"weights": [text[n : n + 32] for n in range(0, len(text), 32)]})


@technique("txt")
def hexadecimal_in_pairs(p: Payload) -> str:
    return p.csv.encode().hex(" ").upper()


@technique("txt")
def hexadecimal_escapes(p: Payload) -> str:
    return "".join(f"\\x{byte:02x}" for byte in p.csv.encode())


@technique("h")
def array_of_c(p: Payload) -> str:
    return "const unsigned char data[] = {" + ", ".join(f"0x{b:02x}" for b in p.csv.encode()) + "};\n"


@technique("txt")
def octal_escapes(p: Payload) -> str:
    return "".join(f"\\{byte:03o}" for byte in p.csv.encode())


@technique("txt")
def decimal_bytes(p: Payload) -> str:
    return " ".join(str(byte) for byte in p.csv.encode())


@technique("json")
def code_points(p: Payload) -> str:
    return json.dumps([[ord(character) for character in line] for line in p.lines.splitlines()])


@technique("txt")
def zeros_and_ones(p: Payload) -> str:
    return "".join(f"{byte:08b}" for byte in p.csv.encode())


@technique("txt")
def ascii85(p: Payload) -> str:
    return base64.a85encode(p.csv.encode(), adobe=True).decode()


@technique("txt")
def uuencoded(p: Payload) -> str:
    data = p.csv.encode()
    return (
        "begin 644 d\n"
        + "".join(binascii.b2a_uu(data[n : n + 45]).decode() for n in range(0, len(data), 45))
        + "`\nend\n"
    )


@technique("txt")
def percent_twice(p: Payload) -> str:
    return quote(quote(p.csv))


@technique("txt")
def utf7(p: Payload) -> bytes:
    return p.csv.encode("utf-7")


@technique("txt")
def utf16_big_without_mark(p: Payload) -> bytes:
    return p.csv.encode("utf-16-be")


@technique("txt")
def utf32(p: Payload) -> bytes:
    return p.csv.encode("utf-32")


@technique("properties")
def java_escapes(p: Payload) -> str:
    return "\n".join(
        f"k{n}=" + line.encode("ascii", "backslashreplace").decode()
        for n, line in enumerate(p.lines.splitlines())
    )


@technique("txt")
def entities(p: Payload) -> str:
    return html.escape(p.csv).encode("ascii", "xmlcharrefreplace").decode()


@technique("txt")
def punycode_lines(p: Payload) -> str:
    return "\n".join("xn--" + line.encode("punycode").decode() for line in p.lines.splitlines())


@technique("txt")
def rot13(p: Payload) -> str:
    return codecs.encode(b64(p.csv.encode()), "rot13")


@technique("txt")
def rot47(p: Payload) -> str:
    return "".join(chr(33 + (ord(c) - 33 + 47) % 94) if 33 <= ord(c) <= 126 else c for c in p.csv)


@technique("bin")
def xor_of_a_byte(p: Payload) -> bytes:
    return xored(p.csv.encode(), bytes([p.chance.randrange(1, 256)]))


@technique("bin")
def xor_of_a_word(p: Payload) -> bytes:
    return xored((p.csv * 3).encode(), b"zunyi")


@technique("txt")
def xor_in_base64(p: Payload) -> str:
    return b64(xored(p.csv.encode(), b"\x37"))


@technique("json")
def gzip_of_base64(p: Payload) -> str:
    return json.dumps({"model": "v1", "state": b64(gzip.compress(p.csv.encode(), mtime=0))})


@technique("txt")
def zlib_in_hexadecimal(p: Payload) -> str:
    return zlib.compress(p.csv.encode()).hex()


@technique("txt")
def bzip2_in_base64(p: Payload) -> str:
    return b64(bz2.compress(p.csv.encode()))


@technique("txt")
def xz_in_base85(p: Payload) -> str:
    return base64.b85encode(lzma.compress(p.csv.encode())).decode()


@technique("zst")
def zstd(p: Payload) -> bytes:
    return pa.compress(p.csv.encode(), codec="zstd", asbytes=True)


@technique("txt")
def zstd_in_base64(p: Payload) -> str:
    return b64(pa.compress(p.csv.encode(), codec="zstd", asbytes=True))


@technique("zip")
def five_archives_deep(p: Payload) -> bytes:
    data = p.csv.encode()
    for n in range(5):
        data = zipped(**{f"d{n}__dat": data})
    return data


@technique("zip")
def compressed_tar_in_an_archive(p: Payload) -> bytes:
    return zipped(a__dat=gzip.compress(tarred(x=lzma.compress(p.csv.encode()))))


@technique("gz")
def second_member_of_gzip(p: Payload) -> bytes:
    return gzip.compress("区县,人数\n汇川区,360\n".encode(), mtime=0) + gzip.compress(
        p.lines.encode(), mtime=0
    )


@technique("zip")
def gap_between_members(p: Payload) -> bytes:
    plain = zipped(a__csv="区县,人数\n汇川区,360\n".encode())
    at = plain.index(b"PK\x01\x02")
    end = plain.rindex(b"PK\x05\x06")
    hidden = p.lines.encode()
    directory = bytearray(plain[end:])
    directory[16:20] = (at + len(hidden)).to_bytes(4, "little")
    return plain[:at] + hidden + plain[at:end] + bytes(directory)


@technique("zip")
def names_of_members_twice(p: Payload) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "区县,人数\n汇川区,360\n")
        archive.writestr("A.csv", p.csv)
    return out.getvalue()


@technique("zip")
def comments_of_members(p: Payload) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n, line in enumerate(p.lines.splitlines()):
            member = zipfile.ZipInfo(f"{n}.txt")
            member.comment = line.encode()
            archive.writestr(member, b"ok")
    return out.getvalue()


@technique("tar")
def names_in_a_tar(p: Payload) -> bytes:
    return tarred(**{"/".join(row.values()): b"x" for row in p.rows})


@technique("tar")
def padding_of_a_tar(p: Payload) -> bytes:
    made = bytearray(tarred(a=b"x"))
    for n, line in enumerate(p.lines.encode()[:500]):
        made[513 + n] = line
    return bytes(made)


@technique("zip", recoverable=False)
def encrypted_archive(p: Payload) -> bytes:
    made = bytearray(zipped(a__csv=xored(p.csv.encode(), p.chance.randbytes(len(p.csv.encode())))))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


@technique("txt", recoverable=False)
def one_time_pad(p: Payload) -> str:
    data = p.csv.encode()
    return b64(xored(data, p.chance.randbytes(len(data))))
