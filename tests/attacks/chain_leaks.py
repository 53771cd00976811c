"""Chains of one to four codings in carriers of daily use: no pair of them is listed in the gate."""
# ruff: noqa: E501 - a carrier reads best on one line

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import json
import lzma
import quopri
import random
import tarfile
import zlib
from collections.abc import Callable, Sequence
from string import ascii_letters, ascii_lowercase, digits
from urllib.parse import quote_from_bytes

import brotli
import pyarrow as pa
from backports import zstd

Row = tuple[str, str, str, str]
"""Name, resident number, telephone, day."""
Step = Callable[[bytes], bytes]


def _bits(change: Callable[[int], int]) -> Step:
    return lambda data: bytes(change(one) & 255 for one in data)


def _key(*key: int) -> Step:
    return lambda data: bytes(one ^ key[at % len(key)] for at, one in enumerate(data))


def _radix(alphabet: str) -> Step:
    def turn(data: bytes) -> bytes:
        number, out = int.from_bytes(data, "big"), ""
        while number:
            number, place = divmod(number, len(alphabet))
            out = alphabet[place] + out
        return out.encode()

    return turn


def _tar(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("t.csv")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _lz4(data: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "lz4") as stream:
        stream.write(data)
    return bytes(out.getvalue())


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _rot(data: bytes, by: int = 13) -> bytes:
    low, high = b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return data.translate(bytes.maketrans(low + high, low[by:] + low[:by] + high[by:] + high[:by]))


def _rot47(data: bytes) -> bytes:
    return bytes(33 + (one - 33 + 47) % 94 if 33 <= one < 127 else one for one in data)


def _uu(data: bytes) -> bytes:
    return b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))


def _dump(data: bytes) -> bytes:
    lines = (data[at : at + 16] for at in range(0, len(data), 16))
    return "\n".join(f"{at * 16:08x}  {one.hex(' ')}" for at, one in enumerate(lines)).encode()


def _wide(encoding: str) -> Step:
    return lambda data: data.decode().encode(encoding)


STEPS: dict[str, Step] = {
    "hex": lambda data: data.hex().encode(),
    "HEX": lambda data: data.hex().upper().encode(),
    "b32": base64.b32encode,
    "b36": _radix(digits + ascii_lowercase),
    "b58": _radix("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
    "b62": _radix(digits + ascii_letters),
    "b64": base64.b64encode,
    "b64u": base64.urlsafe_b64encode,
    "b85": base64.b85encode,
    "a85": base64.a85encode,
    "url": lambda data: quote_from_bytes(data, safe="").encode(),
    "qp": lambda data: quopri.encodestring(data, quotetabs=True),
    "uu": _uu,
    "dump": _dump,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: bytes(zstd.compress(data)),
    "zlib": zlib.compress,
    "deflate": _deflate,
    "brotli": brotli.compress,
    "lz4": _lz4,
    "xor1": _key(0x5A),
    "xor3": _key(7, 99, 201),
    "xor4": _key(0xDE, 0xAD, 0xBE, 0xEF),
    "xor6": _key(11, 22, 33, 44, 55, 66),
    "not": _bits(lambda one: 255 - one),
    "swap": _bits(lambda one: one << 4 | one >> 4),
    "mirror": _bits(lambda one: int(f"{one:08b}"[::-1], 2)),
    "add": _bits(lambda one: one + 77),
    "turn": _bits(lambda one: one << 3 | one >> 5),
    "signs": lambda data: data.decode()[::-1].encode(),
    "han": lambda data: (
        data.decode().translate(dict(zip(map(ord, digits), "〇一二三四五六七八九", strict=True))).encode()
    ),
    "moved": lambda data: "".join(chr(ord(one) + 17) for one in data.decode()).encode(),
    "over": lambda data: "".join(chr(ord(one) ^ 21) for one in data.decode()).encode(),
    "json": lambda data: json.dumps(
        [dict(zip("abcd", one.split("|"), strict=True)) for one in data.decode().splitlines()],
        ensure_ascii=False,
    ).encode(),
    "rot5": lambda data: data.translate(bytes.maketrans(b"0123456789", b"5678901234")),
    "tar": _tar,
    "rot13": _rot,
    "rot7": lambda data: _rot(data, 7),
    "rot47": _rot47,
    "back": lambda data: data[::-1],
    "u16": _wide("utf-16-le"),
    "u16be": _wide("utf-16-be"),
    "gb": _wide("gb18030"),
    "utf7": _wide("utf-7"),
    "count": lambda data: bytes(one ^ at & 255 for at, one in enumerate(data)),
    "upper": bytes.upper,
    "swapcase": bytes.swapcase,
}

PROSE = (
    "全市门诊人次较上年同期略有增加，住院人次持平。",
    "分区县看，红花岗区占比最高，汇川区次之，其余变化不大。",
    "建议下一步加强数据核对，按月通报进度。",
)


def _cut(data: bytes, size: int) -> list[str]:
    text = data.decode("ascii")
    return [text[at : at + size] for at in range(0, len(text), size)]


def _csv(data: bytes) -> bytes:
    chance = random.Random(3)
    cells = ('"' + one.replace('"', '""') + '"' for one in _cut(data, 48))
    return "\n".join(
        ["批次,件数,备注", *(f"B{at:03d},{chance.randint(10, 99)},{one}" for at, one in enumerate(cells))]
    ).encode()


def _report(data: bytes) -> bytes:
    return "\n\n".join([*PROSE, "附：电子签章", "\n".join(_cut(data, 72)), "（完）", *PROSE]).encode()


def _inline(data: bytes) -> bytes:
    return f"{PROSE[0]}\n校验串为 {data.decode()} ，请核对。\n{PROSE[1]}\n".encode()


def _json(data: bytes) -> bytes:
    return json.dumps({"title": PROSE[0], "auc": 0.83, "vocab": _cut(data, 90)}, ensure_ascii=False).encode()


def _one_value(data: bytes) -> bytes:
    return json.dumps({"name": "模型", "weights": data.decode(), "bias": 0.1}, ensure_ascii=False).encode()


def _code(data: bytes) -> bytes:
    lines = "\n".join(f"    {one!r}" for one in _cut(data, 64))
    return f"import numpy as np\n\nTABLE = (\n{lines}\n)\n\ndef load():\n    return len(TABLE)\n".encode()


def _yaml(data: bytes) -> bytes:
    lines = "\n".join(f"  {one}" for one in _cut(data, 70))
    return f"name: nightly\nschedule: daily\ncache: |\n{lines}\nowner: 统计科\n".encode()


def _html(data: bytes) -> bytes:
    body = data.decode().replace("&", "&amp;").replace("<", "&lt;")
    return f"<!doctype html><html><body><p>{PROSE[0]}</p><pre>{body}</pre><p>{PROSE[1]}</p></body></html>".encode()


def _notebook(data: bytes) -> bytes:
    out = {"output_type": "stream", "name": "stdout", "text": [one + "\n" for one in _cut(data, 76)]}
    cell = {"cell_type": "code", "execution_count": 2, "metadata": {}, "source": ["show()"], "outputs": [out]}
    note = {"cell_type": "markdown", "metadata": {}, "source": list(PROSE)}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [note, cell]}, ensure_ascii=False
    ).encode()


def _settings(data: bytes) -> bytes:
    return (
        f"title: {PROSE[0]}\nfont: 11\ncache:\n  revision: 7\n  state: '{data.decode()}'\nlevel: 3\n".encode()
    )


def _environment(data: bytes) -> bytes:
    return f"APP=report\nCACHE_KEY={data.decode()}\nPORT=8080\n".encode()


def _statement(data: bytes) -> bytes:
    return f"INSERT INTO cache(k, v) VALUES ('state', '{data.decode()}');\nCOMMIT;\n".encode()


def _element(data: bytes) -> bytes:
    body = data.decode().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<?xml version='1.0'?>\n<view><title>{PROSE[0]}</title><state>{body}</state></view>".encode()


def _literal(data: bytes) -> bytes:
    return f"import base64\n\n\ndef main():\n    return base64.b85decode(b'{data.decode()}')\n".encode()


def _raw(data: bytes) -> bytes:
    return data


CARRIERS: dict[str, Step] = {
    "csv": _csv, "md": _report, "txt": _inline, "json": _json, "value.json": _one_value, "py": _code,
    "yaml": _yaml, "html": _html, "ipynb": _notebook, "bin": _raw,
    "yml": _settings, "env": _environment, "sql": _statement, "xml": _element, "literal.py": _literal, "raw.txt": _raw,
}  # fmt: skip
CHAINS: tuple[tuple[str, str], ...] = (
    ("gzip b64 back", "csv"), ("gzip b64 back", "json"), ("xz b32 back", "md"), ("zlib hex back", "ipynb"),
    ("zstd b85", "json"), ("bz2 b85", "csv"), ("gzip a85", "yaml"), ("brotli b64", "value.json"),
    ("lz4 b64", "py"), ("deflate b64u", "txt"), ("xz b62", "json"), ("zlib b58", "txt"), ("gzip b36", "py"),
    ("gzip not", "bin"), ("bz2 not", "bin"), ("xz swap", "bin"), ("zstd mirror", "bin"), ("zlib turn", "bin"),
    ("gzip add", "bin"), ("xz xor6", "bin"), ("bz2 xor4", "bin"), ("zstd xor3", "bin"), ("gzip back not", "bin"),
    ("zlib not b64", "md"), ("gzip xor4 b64", "json"), ("bz2 back b32", "py"), ("xz xor1 b64 url", "json"),
    ("zstd not hex", "csv"), ("zlib back b85", "html"), ("gzip mirror b64 back", "txt"), ("u16 xor1 b32", "md"),
    ("u16 xor3 b64", "csv"), ("u16be xor4 hex", "json"), ("u16 not b64", "py"), ("gb xor1 b64", "txt"),
    ("gb not b85", "json"), ("gb back b64", "yaml"), ("u16 zlib b64 rot13", "ipynb"), ("utf7 b64", "csv"),
    ("b64 rot13 b64", "md"), ("hex rot13 back", "csv"), ("b32 rot7", "txt"), ("b64 back b64 back", "json"),
    ("url b64 hex", "py"), ("qp gzip b64", "html"), ("uu b64", "json"), ("gzip uu", "md"), ("gzip dump", "md"),
    ("not dump", "txt"), ("b64 rot47", "json"), ("xz b64 swapcase", "csv"), ("gzip gzip b64", "ipynb"),
    ("zlib b64 zlib b64", "value.json"), ("count b64", "json"), ("gzip count", "bin"), ("gzip b64 gzip", "bin"),
    ("xor6 b64", "txt"), ("swap b64", "md"), ("mirror hex", "json"), ("turn b32", "yaml"), ("add b64", "py"),
    ("zlib b32 back hex", "csv"), ("bz2 xor1 back b64", "html"), ("deflate not", "bin"), ("brotli back", "bin"),
    ("gzip b64 not", "bin"), ("gzip hex xor3", "bin"), ("b64 xor1", "bin"), ("zstd HEX", "csv"), ("lz4 xor3", "bin"),
    ("b85", "yml"), ("gzip b85", "env"), ("bz2 b85", "sql"), ("xz b85", "xml"), ("zlib b85", "literal.py"),
    ("signs gzip back b64", "raw.txt"), ("signs b85", "yml"), ("signs xz", "bin"), ("han moved", "raw.txt"),
    ("han moved gzip b64", "json"), ("han over", "raw.txt"), ("han over zstd", "bin"),
    ("json xor4", "bin"), ("json xor3 b64", "txt"), ("hex rot5", "raw.txt"), ("b32 rot13 rot5", "yml"),
    ("tar bz2 xor1", "bin"), ("tar gzip back", "bin"),
)  # fmt: skip


def packed_lines(rows: Sequence[Row]) -> bytes:
    return "\n".join("|".join(row) for row in rows).encode()


def built(chain: str, carrier: str, rows: Sequence[Row]) -> bytes:
    data = packed_lines(rows)
    for step in chain.split():
        data = STEPS[step](data)
    return CARRIERS[carrier](data)
