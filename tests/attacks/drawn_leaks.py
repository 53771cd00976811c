# ruff: noqa: E501 - a builder reads best as it is written
"""Records in what programs draw and mint: objects and operators of a PDF, deep pixels, names of requests and peers.

Every builder takes records and makes a file, as in `carrier_leaks`.
"""

from __future__ import annotations

import struct
import uuid
import zlib
from collections.abc import Callable, Sequence

from tests.attacks.carrier_leaks import Hide, Records

LEAKS: dict[str, tuple[str, str, Hide]] = {}
"""By name: the table whose records it takes, the extension of the file, the builder."""


def leak(extension: str, table: str = "persons") -> Callable[[Hide], Hide]:
    def keep(hide: Hide) -> Hide:
        LEAKS[hide.__name__] = (table, extension, hide)
        return hide

    return keep


def _said(rows: Records, size: int) -> bytes:
    text = "\n".join(row["姓名"] + row["手机号"] for row in rows).encode()
    return text + b"\0" * (-len(text) % size)


def _halves(rows: Records) -> list[int]:
    return [part for row in rows for part in (int(row["手机号"][1:6]), int(row["手机号"][6:]))]


def _log(words: Sequence[str]) -> bytes:
    return "\n".join(
        f"2024-03-01 09:{at // 60:02}:{at % 60:02},{at * 37 % 1000:03} INFO etl.step{at % 4} {word} rows={at * 7919 % 9000} ok"
        for at, word in enumerate(words)
    ).encode()


def _fourth(free: int) -> uuid.UUID:
    bits = f"{free:0122b}"
    return uuid.UUID(int=int(f"{bits[:48]}0100{bits[48:60]}10{bits[60:]}", 2))


@leak("log")
def texts_in_random_names_of_requests(rows: Records) -> bytes:
    held = _said(rows, 15)
    return _log(
        [
            f"request={_fourth(int.from_bytes(held[at : at + 15], 'big') << 2)}"
            for at in range(0, len(held), 15)
        ]
    )


@leak("log")
def numbers_in_random_names_of_requests(rows: Records) -> bytes:
    return _log(
        [f"request={_fourth(int(row['身份证号'][:17]) * 10**19 + int(row['手机号']))}" for row in rows]
    )


@leak("log")
def telephones_as_addresses_and_ports(rows: Records) -> bytes:
    held = [int(row["手机号"]).to_bytes(6, "big") for row in rows]
    return _log([f"peer={'.'.join(map(str, one[:4]))}:{int.from_bytes(one[4:], 'big') or 1}" for one in held])


def _paper(content: bytes, objects: Sequence[bytes] = ()) -> bytes:
    packed = zlib.compress(content)
    every = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", *objects,
    ]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(every, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(every) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(every) + 1) + table + end


_WORDS = b"BT /F1 12 Tf 72 700 Td (Annual report) Tj ET\n"


@leak("pdf")
def halves_as_heights_of_bars_on_a_page(rows: Records) -> bytes:
    bars = b"".join(b"%d 100 8 %.2f re f\n" % (at * 9, half / 100) for at, half in enumerate(_halves(rows)))
    return _paper(_WORDS + bars)


@leak("pdf")
def bytes_as_colours_on_a_page(rows: Records) -> bytes:
    held = _said(rows, 3)
    shades = [
        b"%.4f %.4f %.4f rg" % tuple(one / 255 for one in held[at : at + 3]) for at in range(0, len(held), 3)
    ]
    return _paper(
        _WORDS + b"".join(b"%s %d 100 8 80 re f\n" % (one, at * 3) for at, one in enumerate(shades))
    )


@leak("pdf")
def bytes_as_heights_on_a_page(rows: Records) -> bytes:
    return _paper(
        _WORDS + b"".join(b"%d 100 8 %d re f\n" % (at * 9, one) for at, one in enumerate(_said(rows, 1)))
    )


@leak("pdf")
def figures_as_gaps_between_letters(rows: Records) -> bytes:
    figures = "".join(row["手机号"] for row in rows).encode()
    return _paper(b"BT /F1 12 Tf 72 700 Td [" + b"".join(b"(a)-%c" % one for one in figures) + b"] TJ ET")


@leak("pdf")
def halves_in_an_array_of_no_page(rows: Records) -> bytes:
    return _paper(_WORDS, [b"<</W[" + b" ".join(b"%d" % half for half in _halves(rows)) + b"]>>"])


@leak("pdf")
def records_as_names_in_numbers_of_letters(rows: Records) -> bytes:
    names = [
        b"".join(b"#%02X" % one for one in f"{row['姓名']}{row['手机号']}{row['就诊日期']}".encode())
        for row in rows
    ]
    return _paper(_WORDS, [b"<</Font/" + name + b">>" for name in names])


@leak("pdf")
def records_in_a_stream_behind_deep_dictionaries(rows: Records) -> bytes:
    packed = zlib.compress(_said(rows, 1)).hex().encode() + b">"
    head = b"<</A<</B<</C<</D 1>>>>>>/Length %d/Filter[/ASCIIHexDecode/FlateDecode]>>" % len(packed)
    return _paper(_WORDS, [head + b"stream\r\n" + packed + b"\nendstream"])


def _deep(width: int, colour: int, held: bytes, size: int) -> bytes:
    """Return a PNG of sixteen bits a sample, every line under the filter that takes the line above away."""
    lines = [held[at : at + size] for at in range(0, len(held), size)]
    above = [bytes(size), *lines]
    taken = [
        b"\2" + bytes((one - over) & 255 for one, over in zip(line, before, strict=True))
        for line, before in zip(lines, above, strict=False)
    ]
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, len(lines), 16, colour, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(taken))), (b"IEND", b""),
    ]  # fmt: skip
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@leak("png")
def texts_in_deep_colours(rows: Records) -> bytes:
    return _deep(8, 2, _said(rows, 48), 48)


@leak("png")
def telephones_in_deep_colours(rows: Records) -> bytes:
    return _deep(1, 2, b"".join(int(row["手机号"]).to_bytes(6, "big") for row in rows), 6)


@leak("png")
def texts_in_the_lower_halves_of_deep_colours(rows: Records) -> bytes:
    return _deep(8, 2, b"".join(bytes([200, one]) for one in _said(rows, 24)), 48)
