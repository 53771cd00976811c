"""Records in signs that nobody sees, and in the choice among equal signs."""

import base64
import re
from collections.abc import Callable, Sequence
from random import Random

from bench.exam.core import (
    OPENING,
    Fragment,
    Rows,
    bits,
    carries,
    core,
    fragments,
    framed,
    grid,
    payload,
    prose,
    roles,
    technique,
    unbits,
    unframed,
)
from bench.exam.source import PINYIN


@technique("md", decoder=carries(lambda data: unbits(
    [int(sign == "\u200c") for sign in data.decode() if sign in "\u200b\u200c"])))  # fmt: skip
def zero_width_bits(rows: Rows, random: Random) -> bytes:
    """Two zero-width signs in the prose are the bits."""
    hidden = "".join("\u200b\u200c"[bit] for bit in bits(payload(rows)))
    return "\n".join([OPENING[:5] + hidden + OPENING[5:], *prose(random)]).encode()


@technique("csv", decoder=carries(lambda data: data.decode().replace("\u200b", "")))
def zero_width_breaks(rows: Rows, _: Random) -> bytes:
    """Zero-width spaces between all signs."""
    return "\n".join("\u200b".join(line) for line in payload(rows).decode().split("\n")).encode()


@technique("txt", decoder=carries(lambda data: "\n".join(
    re.sub("[\u202e\u202c]", "", line)[::-1] for line in data.decode().splitlines())))  # fmt: skip
def bidi_override(rows: Rows, _: Random) -> bytes:
    """Stored from the right, shown in order by a direction override."""
    return "\n".join(f"\u202e{line[::-1]}\u202c" for line in payload(rows).decode().split("\n")).encode()


def _selector(byte: int) -> str:
    return chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16)


def _selected(data: bytes) -> bytes:
    codes = [ord(sign) for sign in data.decode()]
    return bytes(
        code - 0xFE00 if code < 0xFE10 else code - 0xE0100 + 16
        for code in codes
        if 0xFE00 <= code < 0xFE10 or code >= 0xE0100
    )


@technique("md", decoder=carries(_selected))
def variation_selectors(rows: Rows, random: Random) -> bytes:
    """Variation selectors behind an emoji are bytes."""
    return "\n".join(["运行正常✅" + "".join(map(_selector, payload(rows))), *prose(random)]).encode()


@technique("txt", decoder=carries(lambda data: base64.b64decode(
    "".join(chr(ord(sign) - 0xE0000) for sign in data.decode() if sign >= "\U000e0000"))))  # fmt: skip
def tag_characters(rows: Rows, random: Random) -> bytes:
    """Unicode tags spell base64."""
    tags = "".join(chr(0xE0000 + byte) for byte in base64.b64encode(payload(rows)))
    return ("\n".join(prose(random)) + tags).encode()


@technique("csv", decoder=carries(lambda data: re.sub("[\u0300-\u036f]", "", data.decode())))
def combining_marks(rows: Rows, random: Random) -> bytes:
    """Strip the combining marks."""
    text = payload(rows).decode()
    return "".join(
        sign + chr(0x300 + random.randrange(0x40)) if sign.isalnum() else sign for sign in text
    ).encode()


@technique("txt", decoder=carries(lambda data: unframed(unbits(
    [int(sign == "\t") for line in data.decode().split("\n") for sign in line[len(line.rstrip()) :]]
    ))), narrow=True)  # fmt: skip
def trailing_blanks(rows: Rows, random: Random) -> bytes:
    """Blanks and tabs at the ends of lines are bits."""
    stream = "".join(" \t"[bit] for bit in bits(framed(payload(rows))))
    pieces = [stream[place : place + 16] for place in range(0, len(stream), 16)]
    return "\n".join(
        line + piece for line, piece in zip(prose(random, len(pieces)), pieces, strict=True)
    ).encode()


@technique("md", decoder=lambda data, columns: fragments(
    [["".join(line[0] for line in block.split("\n"))] for block in data.decode().split("\n\n")],
    [roles(columns).name]))  # fmt: skip
def acrostic_prose(rows: Rows, random: Random) -> bytes:
    """The first signs of a paragraph's lines spell a name."""
    return "\n\n".join(
        "\n".join(sign + random.choice(prose(random))[1:] for sign in row[roles(row).name]) for row in rows
    ).encode()


@technique("txt", narrow=True, decoder=lambda data, columns: fragments(
    [[unbits([int(sign == ",") for sign in re.findall("[,，]", line)]).decode()]
     for line in data.decode().split("\n")], [roles(columns).phone]))  # fmt: skip
def two_commas(rows: Rows, random: Random) -> bytes:
    """The choice between two commas is a bit; one paragraph per phone number."""
    lines = []
    for row in rows:
        stream = bits(row[roles(row).phone].encode())
        lines.append("".join(f"增长{random.randint(1, 9)}个点{'，,'[bit]}" for bit in stream) + "总体平稳。")
    return "\n".join(lines).encode()


@technique("txt", narrow=True, decoder=lambda data, columns: fragments(
    [[str(int("".join(str(len(gap) - 1) for gap in re.findall(" +", line)), 2))]
     for line in data.decode().split("\n")], [roles(columns).phone]))  # fmt: skip
def double_spaces(rows: Rows, random: Random) -> bytes:
    """One or two spaces between English words are the bits of a phone number."""
    words = ["growth", "remained", "stable", "across", "districts", "while", "services", "expanded"]
    lines = []
    for row in rows:
        stream = f"{int(row[roles(row).phone]):040b}"
        lines.append("".join(random.choice(words) + " " * (1 + int(bit)) for bit in stream) + "overall.")
    return "\n".join(lines).encode()


@technique("txt", narrow=True, decoder=lambda data, columns: fragments(
    [[str(int("".join(str(int(word[0].isupper())) for word in line.split()), 2))]
     for line in data.decode().split("\n")], [roles(columns).phone]))  # fmt: skip
def capital_letters(rows: Rows, random: Random) -> bytes:
    """Capital initials are the bits of a phone number."""
    words = ["gross", "output", "rose", "in", "most", "counties", "and", "trade", "held"]
    return "\n".join(
        " ".join(
            random.choice(words).title() if bit == "1" else random.choice(words)
            for bit in f"{int(row[roles(row).phone]):036b}"
        )
        for row in rows
    ).encode()


SYNONYMS = (("增长", "提高"), ("平稳", "稳定"), ("明显", "显著"), ("预计", "预期"))


@technique("txt", narrow=True, decoder=lambda data, columns: fragments(
    [[str(int("".join("0" if word in dict(SYNONYMS) else "1" for word in
      re.findall("|".join(word for pair in SYNONYMS for word in pair), line)), 2))]
     for line in data.decode().split("\n")], [roles(columns).phone]))  # fmt: skip
def synonym_choice(rows: Rows, _: Random) -> bytes:
    """The choice among synonyms spells the bits of a phone number."""
    return "\n".join(
        "，".join(
            SYNONYMS[place % 4][int(bit)] for place, bit in enumerate(f"{int(row[roles(row).phone]):036b}")
        )
        for row in rows
    ).encode()


def _pinyin(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    lines = [line.split("\t") for line in data.decode().split("\n")]
    name, *rest = core(columns)
    return [{name: _speller(line[0]), rest[0]: line[1], rest[2]: line[2]} for line in lines]


def _speller(spelt: str) -> Callable[[str], bool]:
    return lambda text: spelled(text) == spelt


def spelled(name: str) -> str:
    return " ".join(PINYIN.get(sign, sign) for sign in name)


@technique("tsv", decoder=_pinyin, source="persons")
def pinyin_names(rows: Rows, _: Random) -> bytes:
    """Names in pinyin, the number and birth date beside them."""
    return "\n".join("\t".join([spelled(a), b, d]) for a, b, _c, d, _e in grid(rows, core(rows[0]))).encode()
