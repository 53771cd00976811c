"""Readings that were made quick are those of their slow, obvious forms."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase, digits

from hypothesis import given
from hypothesis import strategies as st

from sandbox.egress import alphabets, runs

NINETY_ONE = ascii_uppercase + ascii_lowercase + digits + '!#$%&()*+,./:;<=>?@[]^_`{|}~"'


def ninety_one(text: str) -> bytes:
    out, queue, bits = bytearray(), 0, 0
    for first, second in zip(text[::2], text[1::2], strict=False):
        value = NINETY_ONE.index(first) + 91 * NINETY_ONE.index(second)
        queue |= value << bits
        bits += 13 if value & 8191 > 88 else 14
        while bits > 7:
            out.append(queue & 255)
            queue, bits = queue >> 8, bits - 8
    return bytes(out)


def lengthy(text: str) -> Iterator[bytes]:
    xx = "+-" + digits + ascii_uppercase + ascii_lowercase
    for table in ({}, str.maketrans(xx, "".join(map(chr, range(32, 96))))):
        out, count = bytearray(), 0
        for line in text.splitlines()[:20_000]:
            if not line.isascii() or not 5 <= len(line) <= 62 or line.startswith(("begin ", "end")):
                continue
            turned = line.translate(table)
            length = (ord(turned[0]) - 32) & 63
            if not length or abs(len(turned) - 1 - -(-length // 3) * 4) > 2:
                continue
            try:
                out += binascii.a2b_uu(turned)
                count += 1
            except binascii.Error:
                continue
        if count >= 2:
            yield bytes(out)


@given(st.text(NINETY_ONE, max_size=120) | st.text("AB", max_size=120))
def test_signs_of_the_alphabet_of_ninety_one(text: str) -> None:
    assert alphabets._ninety_one(text) == ninety_one(text)


@given(st.binary(min_size=3, max_size=200), st.binary(max_size=90))
def test_lines_with_their_length_in_front(data: bytes, other: bytes) -> None:
    coded = [binascii.b2a_uu(data[at : at + 45]).decode().rstrip("\n") for at in range(0, len(data), 45)]
    xx = "+-" + digits + ascii_uppercase + ascii_lowercase
    turned = [line.translate({32 + place: sign for place, sign in enumerate(xx)}) for line in coded]
    text = "\n".join([*coded, *coded, "end", *turned, *turned, other.decode("latin-1")])
    assert list(alphabets.lengthy(text)) == list(lengthy(text))
    assert list(alphabets.lengthy(text))


@given(st.binary(max_size=60))
def test_halves_of_bytes_that_are_turned(noise: bytes) -> None:
    numbers = [f"1380013{number:04}" for number in range(1000, 1005)]
    for name, data in {
        "swapped": b"".join(
            bytes.fromhex(f"0{one}")[:6].translate(runs._SWAPPED) + b"\xff" for one in numbers
        ),
        "digits of bytes": b"\x20".join(bytes(map(int, one)) for one in numbers),
    }.items():
        packed = data.hex()
        swapped = "".join(low + high for high, low in zip(packed[::2], packed[1::2], strict=True))
        small = "".join(chr(48 + byte) if byte < 10 else " " for byte in data + noise)
        assert data.translate(runs._SWAPPED).hex() == swapped
        assert (data + noise).translate(runs._SMALL).decode() == small
        assert any(column.name == name for column in runs.nibbles(data))
