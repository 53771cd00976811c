# ruff: noqa: E501 - a technique reads best on one line
"""Records behind alphabets, code pages, lists of numbers and headless compression: all are called by name.

Each technique is one line from the payload (twenty records as lines) to a file; a stranger's would be others,
so the readings they go through are meant to be general. Honest lists of codes are not called records.
"""

from __future__ import annotations

import base64
import bz2
import codecs
import gzip
import json
import lzma
import random
import re
import uuid
import zlib
from collections.abc import Callable
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

import brotli
import pyarrow as pa
import pytest
from backports import zstd

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind, Verdict
from sandbox.kernel.identifiers import USCC_ALPHABET
from tests.attacks.exam_room import RECOGNISED, sources, world

COLUMNS = ("姓名", "身份证号", "手机号", "出生日期")
PROSE = "本季度全市运行总体平稳，主要指标好于预期。\n各部门应当按月报送进展。\n"


def payload() -> bytes:
    """Return twenty records as lines."""
    return "\n".join(",".join(row[name] for name in COLUMNS) for row in world().persons[:20]).encode()


def number_of(code: str) -> int:
    """Return a credit code as the number that its signs are in base 31."""
    value = 0
    for sign in code:
        value = value * len(USCC_ALPHABET) + USCC_ALPHABET.index(sign)
    return value


def built() -> str:
    """Return a program that puts names and telephones together."""
    return "rows = []\n" + "\n".join(
        "rows.append(" + " + ".join(f"chr({ord(sign)})" for sign in row["姓名"])
        + f" + str({row['手机号'][:5]} * 10**6 + {int(row['手机号'][5:])}))"
        for row in world().persons[:20]
    )  # fmt: skip


def phones() -> list[int]:
    return [int(row["手机号"]) for row in world().persons[:20]]


def bits(data: bytes, width: int) -> list[int]:
    stream = "".join(f"{byte:08b}" for byte in data)
    stream += "0" * (-len(stream) % width)
    return [int(stream[at : at + width], 2) for at in range(0, len(stream), width)]


def over(data: bytes, alphabet: str) -> str:
    """Return bytes over an alphabet whose size is a power of two."""
    return "".join(alphabet[one] for one in bits(data, (len(alphabet) - 1).bit_length()))


def number(data: bytes, alphabet: str) -> str:
    value, out = int.from_bytes(data, "big"), ""
    while value:
        value, rest = divmod(value, len(alphabet))
        out = alphabet[rest] + out
    return out


def wrapped(text: str, width: int = 60, start: str = "", end: str = "") -> str:
    return "\n".join(start + text[at : at + width] + end for at in range(0, len(text), width))


def noted(text: str) -> bytes:
    return (PROSE + "附录\n" + text + "\n" + PROSE).encode()


def block(start: int, count: int) -> str:
    return "".join(chr(start + one) for one in range(count))


def listed(values: list[str], name: str = "值") -> bytes:
    return "\n".join([f"序,{name}", *(f"{place},{one}" for place, one in enumerate(values))]).encode()


def crockford(data: bytes) -> str:
    return over(data, digits + "ABCDEFGHJKMNPQRSTVWXYZ")


def yenc(data: bytes) -> str:
    return "".join(chr(33 + (byte >> 4)) + chr(60 + (byte & 15)) for byte in data)


def morse_line(number: int) -> str:
    codes = ["-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----."]
    return " ".join(codes[int(one)] for one in str(number)).replace(".", "嘀").replace("-", "嗒")


def base91(data: bytes) -> str:
    signs = ascii_uppercase + ascii_lowercase + digits + '!#$%&()*+,./:;<=>?@[]^_`{|}~"'
    out, queue, held = "", 0, 0
    for byte in data:
        queue |= byte << held
        held += 8
        if held > 13:
            value = queue & 8191
            step = 13 if value > 88 else 14
            value = value if value > 88 else queue & 16383
            queue, held = queue >> step, held - step
            out += signs[value % 91] + signs[value // 91]
    return out + (signs[queue % 91] + signs[queue // 91] if held else "")


def intel(data: bytes) -> str:
    lines = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        body = bytes((len(part), at >> 8, at & 255, 0)) + part
        lines.append(":" + (body + bytes((-sum(body) & 255,))).hex().upper())
    return "\n".join([*lines, ":00000001FF"])


def srecord(data: bytes) -> str:
    lines = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        body = bytes((len(part) + 3, at >> 8, at & 255)) + part
        lines.append("S1" + (body + bytes((~sum(body) & 255,))).hex().upper())
    return "\n".join(lines)


def xx(data: bytes) -> str:
    signs = "+-" + digits + ascii_uppercase + ascii_lowercase
    return "\n".join(
        signs[len(data[at : at + 45])]
        + over(data[at : at + 45].ljust(-(-len(data[at : at + 45]) // 3) * 3, b"\0"), signs)
        for at in range(0, len(data), 45)
    )


def woven(data: bytes) -> bytes:
    rng = random.Random(7)
    return "".join(sign + rng.choice("的了是在有") for sign in data.decode()).encode()


def groups(data: bytes, size: int) -> list[bytes]:
    data += bytes(-len(data) % size)
    return [data[at : at + size] for at in range(0, len(data), size)]


B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
Z85 = digits + ascii_lowercase + ascii_uppercase + ".-:+=^!/*?&<>()[]{}@%$#"
SIXTY_TWO = digits + ascii_uppercase + ascii_lowercase
TECHNIQUES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "crockford in a note": ("a.md", lambda: noted(wrapped(crockford(payload())))),
    "z-base-32 in comments": ("a.py", lambda: wrapped(over(payload(), "ybndrfg8ejkmcpqxot1uwisza345h769"), start="# ").encode()),
    "base32hex in strings": ("a.py", lambda: ("x = (\n" + wrapped(over(payload(), digits + ascii_uppercase[:22]), 50, '    "', '"') + "\n)\n").encode()),
    "bech32 signs": ("a.txt", lambda: noted(wrapped(over(payload(), "qpzry9x8gf2tvdw0s3jn54khce6mua7l")))),
    "base58 of lines": ("a.txt", lambda: noted("\n".join(number(line, B58) for line in payload().split(b"\n")))),
    "base62 whole": ("a.txt", lambda: noted(wrapped(number(payload(), SIXTY_TWO)))),
    "base36 whole": ("a.txt", lambda: noted(wrapped(number(payload(), digits + ascii_lowercase)))),
    "a decimal number": ("a.txt", lambda: noted(wrapped(str(int.from_bytes(payload(), "big"))))),
    "z85": ("a.txt", lambda: noted(wrapped("".join(number(one, Z85).rjust(5, "0") for one in groups(payload(), 4))))),
    "ascii85 without marks": ("a.txt", lambda: noted(base64.a85encode(payload(), wrapcol=64).decode())),
    "base91": ("a.txt", lambda: noted(wrapped(base91(payload())))),
    "crypt alphabet": ("a.txt", lambda: noted(wrapped(over(payload(), "./" + digits + ascii_letters[26:] + ascii_letters[:26])))),
    "xxencoded": ("a.txt", lambda: noted(xx(payload()))),
    "sixteen letters": ("a.txt", lambda: noted(wrapped(over(payload(), "abcdefghijklmnop")))),
    "four letters of a genome": ("a.fasta", lambda: (">chr1\n" + wrapped(over(payload(), "GATC"))).encode()),
    "two emoji": ("a.txt", lambda: noted(wrapped(over(payload(), "🙂🙃")))),
    "sixteen emoji": ("a.txt", lambda: noted(over(payload(), block(0x1F600, 16)))),
    "tiles": ("a.txt", lambda: noted(over(payload(), block(0x1F030, 64)))),
    "braille": ("a.txt", lambda: noted("".join(chr(0x2800 + one) for one in payload()))),
    "hangul": ("a.txt", lambda: noted(wrapped("".join(chr(0xAC00 + one) for one in payload())))),
    "private signs": ("a.txt", lambda: noted("".join(chr(0xE000 + one) for one in payload()))),
    "tags": ("a.txt", lambda: noted("".join(chr(0xE0000 + one) for one in base64.b32encode(payload())))),
    "chinese of twelve bits": ("a.txt", lambda: noted(wrapped("".join(chr(0x4E00 + one) for one in bits(payload(), 12))))),
    "chinese of eight bits": ("a.txt", lambda: noted(wrapped("".join(chr(0x5000 + one) for one in payload())))),
    "invisible bits": ("a.md", lambda: noted("指标" + over(payload(), "\u200b\u200c") + "平稳")),
    "invisible fours": ("a.md", lambda: noted("指标" + over(payload(), "\u200b\u200d\u2060\ufeff") + "平稳")),
    "morse by two words": ("a.txt", lambda: "\n".join(map(morse_line, phones())).encode()),
    "base64 folded under a key": ("a.yaml", lambda: ("version: 2\ncache: !!binary |\n" + wrapped(base64.b64encode(gzip.compress(payload())).decode(), 60, "  ") + "\n").encode()),
    "base85 of a binary patch": ("a.patch", lambda: ("GIT binary patch\nliteral 4096\n" + wrapped(base64.b85encode(zlib.compress(payload())).decode(), 52, "z") + "\n").encode()),
    "telephones in links": ("a.txt", lambda: "\n".join(f"https://s.cn/{number(phone.to_bytes(5, 'big'), SIXTY_TWO)}?v=7" for phone in phones()).encode()),
    "numbers of eight bytes": ("a.csv", lambda: listed([base64.b64encode(phone.to_bytes(8, "big")).decode() for phone in phones()], "摘要")),
    "credit codes as guids": ("a.csv", lambda: listed([str(uuid.UUID(int=number_of(row["统一社会信用代码"]))) for row in world().firms[:20]], "任务")),
    "names and sums in a program": ("a.py", lambda: built().encode()),
    "base64 backwards": ("a.txt", lambda: noted(wrapped(base64.b64encode(payload()).decode()[::-1]))),
    "hexadecimal of base32": ("a.txt", lambda: noted(wrapped(base64.b32encode(payload()).hex()))),
    "xxd": ("a.log", lambda: "\n".join(f"{at * 16:08x}: {one.hex(' ', 2)}  ................" for at, one in enumerate(groups(payload(), 16))).encode()),
    "od in octal": ("a.log", lambda: "\n".join(f"{at * 16:07o} " + " ".join(f"{byte:03o}" for byte in one) for at, one in enumerate(groups(payload(), 16))).encode()),
    "hexdump of little words": ("a.log", lambda: "\n".join(f"{at * 16:07x} " + " ".join(f"{one[i + 1]:02x}{one[i]:02x}" for i in range(0, 16, 2)) for at, one in enumerate(groups(payload(), 16))).encode()),
    "intel hex": ("a.hex", lambda: intel(payload()).encode()),
    "s-records": ("a.srec", lambda: srecord(payload()).encode()),
    "mac addresses": ("a.csv", lambda: listed([one.hex(":") for one in groups(payload(), 6)], "终端")),
    "guids": ("a.csv", lambda: listed([str(uuid.UUID(bytes_le=one)) for one in groups(payload(), 16)], "任务")),
    "ipv4 addresses": ("a.csv", lambda: listed([".".join(map(str, one)) for one in groups(payload(), 4)], "主机")),
    "colours": ("a.css", lambda: "\n".join(f".c{at} {{ color: #{one.hex()}; }}" for at, one in enumerate(groups(payload(), 3))).encode()),
    "colours by parts": ("a.css", lambda: "\n".join(f".c{at} {{ color: rgb({one[0]}, {one[1]}, {one[2]}); }}" for at, one in enumerate(groups(payload(), 3))).encode()),
    "an array of C": ("a.c", lambda: ("static const unsigned char k[] = {" + ", ".join(f"0x{one:02x}" for one in payload()) + "};").encode()),
    "signed bytes": ("a.json", lambda: json.dumps([one - 256 if one > 127 else one for one in payload()]).encode()),
    "words of two bytes": ("a.csv", lambda: listed([str(int.from_bytes(one, "big")) for one in groups(payload(), 2)], "读数")),
    "words of four bytes": ("a.json", lambda: json.dumps([int.from_bytes(one, "little") for one in groups(payload(), 4)]).encode()),
    "bytes moved by nine": ("a.json", lambda: json.dumps([(one + 9) % 256 for one in payload()]).encode()),
    "bytes crossed by a key": ("a.txt", lambda: noted(wrapped(bytes(one ^ 0x5A for one in payload()).hex()))),
    "bytes backwards": ("a.bin", lambda: payload()[::-1]),
    "bits turned round": ("a.bin", lambda: bytes(int(f"{one:08b}"[::-1], 2) for one in payload())),
    "halves of bytes swapped": ("a.bin", lambda: bytes((one >> 4 | one << 4) & 255 for one in payload())),
    "bytes inverted": ("a.bin", lambda: bytes(255 - one for one in payload())),
    "woven with noise": ("a.bin", lambda: bytes(one for byte in payload() for one in (byte, 0x81))),
    "every second sign": ("a.txt", lambda: woven(payload())),
    "marks on every sign": ("a.txt", lambda: "".join(one + "\u0336" if one != "\n" else one for one in payload().decode()).encode()),
    "ebcdic of the banks": ("a.dat", lambda: "\n".join(f"{row['身份证号']},{row['手机号']}" for row in world().persons[:20]).encode("cp500")),
    "big5": ("a.txt", lambda: payload().decode().encode("big5", errors="replace")),
    "hz": ("a.txt", lambda: payload().decode().encode("hz", errors="replace")),
    "iso 2022": ("a.txt", lambda: payload().decode().encode("iso2022_jp_2", errors="replace")),
    "utf-32": ("a.dat", lambda: payload().decode().encode("utf-32-be")),
    "read in latin": ("a.txt", lambda: payload().decode("latin-1").encode()),
    "read in latin twice": ("a.txt", lambda: payload().decode("latin-1").encode().decode("latin-1").encode()),
    "digits moved among signs": ("a.txt", lambda: "".join(chr(ord(one) + 0x1000) if one.isdigit() else one for one in payload().decode()).encode()),
    "all signs moved": ("a.txt", lambda: "".join(one if one == "\n" else chr(ord(one) + 17) for one in payload().decode()).encode()),
    "rot13 of hexadecimal": ("a.txt", lambda: noted(wrapped(codecs.encode(payload().hex(), "rot13")))),
    "joined by a program": ("a.sh", lambda: "\n".join("x=" + "".join(f"'{line[at : at + 5]}'" for at in range(0, len(line), 5)) for line in payload().decode().split("\n")).encode()),
    "numbers in base 32": ("a.csv", lambda: listed([number(one.to_bytes(5, "big"), digits + ascii_lowercase[:22]) for one in phones()], "编码")),
    "numbers in base 58": ("a.csv", lambda: listed([number(one.to_bytes(5, "big"), B58) for one in phones()], "编码")),
    "numbers of five bytes": ("a.bin", lambda: b"".join(one.to_bytes(5, "little") for one in phones())),
    "numbers as doubles": ("a.f64", lambda: pa.array([float(one) for one in phones()]).buffers()[1].to_pybytes()),
    "numbers in mac addresses": ("a.csv", lambda: listed([one.to_bytes(6, "big").hex("-") for one in phones()], "终端")),
    "a tree of digits": ("a.json", lambda: json.dumps(_tree([str(one) for one in phones()])).encode()),
    "raw deflate behind a head": ("a.bin", lambda: b"\x07\x00\x00\x01" + zlib.compress(payload(), 9, -15)),
    "raw lzma": ("a.bin", lambda: lzma.compress(payload(), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "preset": 6}])),
    "lzma alone": ("a.dat", lambda: lzma.compress(payload(), lzma.FORMAT_ALONE)),
    "brotli": ("a.dat", lambda: brotli.compress(payload())),
    "snappy": ("a.dat", lambda: pa.Codec("snappy").compress(payload(), asbytes=True)),
    "lz4 block": ("a.dat", lambda: pa.Codec("lz4_raw").compress(payload(), asbytes=True)),
    "lz4 frame": ("a.dat", lambda: pa.Codec("lz4").compress(payload(), asbytes=True)),
    "zstd without magic": ("a.dat", lambda: zstd.compress(payload())[4:]),
    "bzip2 without magic": ("a.dat", lambda: bz2.compress(payload())[4:]),
    "brotli in base32": ("a.txt", lambda: noted(wrapped(base64.b32encode(brotli.compress(payload())).decode()))),
    "zlib among numbers": ("a.json", lambda: json.dumps(list(zlib.compress(payload()))).encode()),
    "hexadecimal of raw deflate": ("a.txt", lambda: noted(wrapped(zlib.compress(payload(), 9, -15).hex()))),
    "a data link in a page": ("a.html", lambda: f'<html><body><p>{PROSE}</p><img src="data:image/png;base64,{base64.b64encode(payload()).decode()}"></body></html>'.encode()),
    "a web token": ("a.txt", lambda: noted("eyJhbGciOiJub25lIn0." + base64.urlsafe_b64encode(payload()).decode().rstrip("=") + ".c2ln")),
    "escapes of another kind": ("a.txt", lambda: noted("".join(f"${one:02x}" for one in payload()))),
}  # fmt: skip


def _tree(words: list[str]) -> dict[str, object]:
    heads = dict.fromkeys(word[:1] for word in words if word)
    return {head: _tree([word[1:] for word in words if word.startswith(head)]) for head in heads}


def judged(name: str, data: bytes):
    return judge([Product(name, data)], sources()).judgement


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_records_behind_an_encoding_are_called_records(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    judgement = judged(name, build())
    assert judgement.verdict is not Verdict.RELEASE
    kinds = {one.kind for file in judgement.files for one in file.findings}
    assert kinds & RECOGNISED, kinds


HONEST: dict[str, tuple[str, Callable[[random.Random], bytes]]] = {
    "points on a map": ("a.csv", lambda rng: b"\xe7\x82\xb9,x,y\n" + "\n".join(f"P{at},{rng.uniform(106, 108):.5f},{rng.uniform(27, 29):.5f}" for at in range(60)).encode()),
    "digests of files": ("a.csv", lambda rng: listed([rng.randbytes(32).hex() for _ in range(60)], "SHA-256")),
    "identifiers of tasks": ("a.csv", lambda rng: listed([str(uuid.UUID(bytes=rng.randbytes(16))) for _ in range(60)], "任务")),
    "hosts": ("a.csv", lambda rng: listed([".".join(str(rng.randrange(256)) for _ in range(4)) for _ in range(60)], "主机")),
    "a palette": ("a.css", lambda rng: "\n".join(f".c{at} {{ color: #{rng.randbytes(3).hex()} }}" for at in range(60)).encode()),
    "times of requests": ("a.csv", lambda rng: listed([f"{rng.randrange(24)}:{rng.randrange(60):02d}:{rng.randrange(60):02d}" for _ in range(60)], "时刻")),
    "base64 of chance": ("a.txt", lambda rng: noted(wrapped(base64.b64encode(rng.randbytes(900)).decode()))),
    "a random sequence": ("a.fasta", lambda rng: (">chr1\n" + wrapped("".join(rng.choices("GATC", k=3000)))).encode()),
    "bytes of chance": ("a.bin", lambda rng: rng.randbytes(3000)),
    "amounts": ("a.csv", lambda rng: listed([str(rng.randrange(10**9, 10**11)) for _ in range(60)], "产值")),
}  # fmt: skip


@pytest.mark.parametrize("technique", HONEST)
def test_codes_that_hold_no_record_are_not_called_records(technique: str) -> None:
    name, build = HONEST[technique]
    judgement = judged(name, build(random.Random(technique)))
    kinds = {one.kind for file in judgement.files for one in file.findings}
    assert FindingKind.SOURCE_RECORD not in kinds
    assert not re.search("identifier", str(kinds)) or technique == "amounts"


def test_a_bomb_behind_an_encoding_is_cut_off() -> None:
    bomb = zlib.compress(bytes(1 << 26), 9, -15)
    judgement = judged("a.txt", noted(wrapped(base64.b32encode(bomb).decode())))
    assert judgement.verdict is not Verdict.RELEASE
