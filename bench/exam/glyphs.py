"""Records in other signs: digits of other scripts, invisible signs, spaces, the choice among equal signs."""

import base64
import re
import unicodedata
from random import Random

from bench.exam.core import (
    Rows,
    carries,
    core,
    fragments,
    payload,
    roles,
    technique,
)

DIGITS = "0123456789"


def swapped(text: str, signs: str) -> str:
    return text.translate(str.maketrans(DIGITS, signs))


def restored(data: bytes, signs: str) -> str:
    return data.decode().translate(str.maketrans(signs, DIGITS))


STEMS = "甲乙丙丁戊己庚辛壬癸"
FINANCE = "零壹贰叁肆伍陆柒捌玖"
SMALL = "〇一二三四五六七八九"
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
LOOKALIKE = "Оl２３４Ƽ６７８９".replace("２", "Ƨ").replace("３", "З").replace("４", "Ꮞ").replace("６", "б")
LOOKALIKE = LOOKALIKE.replace("７", "𝟕").replace("８", "Ȣ").replace("９", "ƍ")
ARABIC = "٠١٢٣٤٥٦٧٨٩"
BOLD = "".join(chr(0x1D7CE + digit) for digit in range(10))


@technique("txt", decoder=carries(lambda data: restored(data, STEMS)))
def heavenly_stems(rows: Rows, _: Random) -> bytes:
    """The ten heavenly stems stand for the digits."""
    return swapped(payload(rows).decode(), STEMS).encode()


@technique("txt", decoder=carries(lambda data: restored(data, FINANCE)))
def finance_numerals(rows: Rows, _: Random) -> bytes:
    """Chinese capital numerals, digit by digit."""
    return swapped(payload(rows).decode(), FINANCE).encode()


@technique("md", decoder=carries(lambda data: restored(data, SMALL)))
def small_numerals(rows: Rows, _: Random) -> bytes:
    """Chinese numerals, digit by digit."""
    return swapped(payload(rows).decode(), SMALL).encode()


@technique("txt", decoder=carries(lambda data: restored(data, CIRCLED)))
def circled_digits(rows: Rows, _: Random) -> bytes:
    """Circled digits."""
    return swapped(payload(rows).decode(), CIRCLED).encode()


@technique("csv", decoder=carries(lambda data: restored(data, LOOKALIKE)))
def homoglyph_digits(rows: Rows, _: Random) -> bytes:
    """Letters that look like the digits."""
    return swapped(payload(rows, core(rows[0])).decode(), LOOKALIKE).encode()


@technique("txt", decoder=carries(lambda data: restored(data, ARABIC)))
def arabic_indic_digits(rows: Rows, _: Random) -> bytes:
    """Arabic-Indic digits."""
    return swapped(payload(rows).decode(), ARABIC).encode()


@technique("csv", decoder=carries(lambda data: restored(data, BOLD)))
def mathematical_digits(rows: Rows, _: Random) -> bytes:
    """Mathematical bold digits."""
    return swapped(payload(rows).decode(), BOLD).encode()


@technique("csv", decoder=carries(lambda data: unicodedata.normalize("NFKC", data.decode())))
def full_width(rows: Rows, _: Random) -> bytes:
    """Full-width digits, letters and punctuation; NFKC undoes it."""
    text = payload(rows).decode()
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text).encode()


@technique("txt", decoder=carries(lambda data: data.decode().replace("\ufe0f\u20e3", "")))
def keycap_emoji(rows: Rows, _: Random) -> bytes:
    """Digits as keycap emoji."""
    return re.sub(r"(\d)", "\\1\ufe0f\u20e3", payload(rows).decode()).encode()


MORSE = ["-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----."]


@technique("txt", decoder=lambda data, columns: fragments(
    [["".join(str(MORSE.index(sign)) for sign in word.split()) for word in line.split("/")]
     for line in data.decode().splitlines()], [roles(columns).phone]))  # fmt: skip
def morse_numbers(rows: Rows, _: Random) -> bytes:
    """Phone numbers in Morse code."""
    return "\n".join(" ".join(MORSE[int(digit)] for digit in row[roles(row).phone]) for row in rows).encode()


@technique(
    "txt", decoder=carries(lambda data: bytes(ord(sign) - 0x2800 for sign in data.decode() if sign >= "⠀"))
)
def braille_bytes(rows: Rows, _: Random) -> bytes:
    """Each braille pattern is one byte."""
    signs = "".join(chr(0x2800 + byte) for byte in payload(rows))
    return "\n".join(signs[place : place + 60] for place in range(0, len(signs), 60)).encode()


ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@technique("txt", decoder=carries(lambda data: base64.b64decode(
    bytes(ALPHABET[ord(sign) - 0x4DC0] for sign in data.decode()) + b"==")))  # fmt: skip
def hexagrams(rows: Rows, _: Random) -> bytes:
    """The 64 hexagrams of the Book of Changes are the signs of base64."""
    text = base64.b64encode(payload(rows)).rstrip(b"=")
    return "".join(chr(0x4DC0 + ALPHABET.index(byte)) for byte in text).encode()


def mirrored(text: str) -> str:
    codes = [ord(sign) for sign in text]
    return "".join(chr(0xEDFF - code) if 0x4E00 <= code <= 0x9FFF else chr(code) for code in codes)


@technique(
    "txt",
    decoder=carries(
        lambda data: mirrored(
            "".join(
                chr(ord(sign) - 0xA000) if 0xA000 <= ord(sign) < 0xA080 else sign for sign in data.decode()
            )
        )
    ),
)
def yi_syllables(rows: Rows, _: Random) -> bytes:
    """ASCII is moved to the Yi syllables, Chinese characters are mirrored within their block."""
    text = mirrored(payload(rows).decode())
    return "".join(chr(0xA000 + ord(sign)) if " " <= sign <= "~" else sign for sign in text).encode()
