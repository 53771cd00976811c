"""Family d: digits in several scripts at once, in formulas and in signs with a legend."""

from __future__ import annotations

import random
import unicodedata

from bench.fifth.core import (
    ID,
    NAME,
    TEL,
    Files,
    Row,
    Values,
    found,
    grid,
    table,
    technique,
    untable,
)
from bench.fifth.cover import sentence, summary
from bench.fifth.digits import CAPITAL, CIRCLED, SPOKEN, digits, signs

TRIGRAMS = "☰☱☲☳☴☵☶☷⚊⚋"


@technique("d", "persons", NAME, ID)
def mixed_scripts(rows: list[Row], rng: random.Random) -> Files:
    """Every digit in a script of its own choice, below an honest table."""
    scripts = (CAPITAL, SPOKEN, "0123456789", "0123456789", CIRCLED)
    lines = [
        ["".join(signs(c, rng.choice(scripts)) for c in i), n.replace("", " ").strip()]
        for n, i in grid(rows, NAME, ID)
    ]
    return [("csv", table(["地区", "人次", "均费"], [*summary(rng), *lines]))]


def mixed_scripts_back(files: list[bytes]) -> Values:
    """All scripts read back."""
    out: Values = []
    for line in untable(files[0])[14:]:
        value = unicodedata.normalize("NFKC", line[0])
        for script in (CAPITAL, SPOKEN, CIRCLED):
            value = digits(value, script)
        out.append((line[1].replace(" ", ""), value))
    return out


@technique("d", "persons", NAME, TEL)
def quoted_numbers(rows: list[Row], _: random.Random) -> Files:
    """Spreadsheet formulas that keep numbers as text, names with a wide space in them."""
    lines = [[f'="0{t}"', n[0] + "\u3000" + n[1:]] for n, t in grid(rows, NAME, TEL)]
    return [("csv", table(["拨号", "称谓"], lines))]


def quoted_numbers_back(files: list[bytes]) -> Values:
    """The formula's text without its leading zero."""
    return [(n.replace("\u3000", ""), t[3:-1]) for t, n in untable(files[0])]


@technique("d", "persons", TEL)
def eight_trigrams(rows: list[Row], rng: random.Random) -> Files:
    """A cultural survey whose signs of divination are digits; the table of signs is printed below."""
    lines = [f"{signs(r[TEL], TRIGRAMS)}  {sentence(rng)[:12]}" for r in rows]
    legend = "图例:" + " ".join(f"{c}={i}" for i, c in enumerate(TRIGRAMS))
    return [("txt", "\n".join([*lines, legend]).encode())]


def eight_trigrams_back(files: list[bytes]) -> Values:
    """The signs by the legend."""
    data = files[0].decode()
    legend = {sign: digit for sign, digit in found(r"(\S)=(\d)", data)}
    return [("".join(legend[c] for c in v),) for (v,) in found(rf"([{TRIGRAMS}]{{11}})", data)]
