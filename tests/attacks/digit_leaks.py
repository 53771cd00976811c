"""Ways to write telephone numbers as digits of something else: days, bars, angles, answers, words, letters.

Every builder registers itself beside those of `channel_leaks` and works as they do.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from sandbox.kernel.identifiers import resident_id_check_digit
from tests.attacks.channel_leaks import bits, leak, lines_of

HAN = "零壹贰叁肆伍陆柒捌玖"
ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PINYIN = ("ling", "yao", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
BRAILLE = "⠚⠁⠃⠉⠙⠑⠋⠛⠓⠊"


def places(number: int, base: int, count: int) -> list[int]:
    """Return the digits of a number, the low one first."""
    found = []
    for _ in range(count):
        number, place = divmod(number, base)
        found.append(place)
    return found


@leak("csv")
def days_of_a_plan(phones: Sequence[str], _: bytes) -> bytes:
    start = date(1970, 1, 1)
    rows = [
        ",".join(
            [f"第{at}项", *((start + timedelta(one)).isoformat() for one in places(int(phone), 20_000, 3))]
        )
        for at, phone in enumerate(phones)
    ]
    return "\n".join(["项目,立项,开工,验收", *rows]).encode()


@leak("csv")
def answers_of_a_survey(phones: Sequence[str], _: bytes) -> bytes:
    words = ("同意", "不同意", "不清楚")
    rows = [
        ",".join([f"{at:03d}", *(words[one] for one in places(int(phone), 3, 22))])
        for at, phone in enumerate(phones)
    ]
    return "\n".join(["问卷," + ",".join(f"Q{at}" for at in range(22)), *rows]).encode()


@leak("txt")
def bars_of_a_dashboard(phones: Sequence[str], _: bytes) -> bytes:
    return "\n".join(
        f"指标{at} " + "".join("▁▂▃▄▅▆▇█"[one] for one in places(int(phone), 8, 12)[::-1])
        for at, phone in enumerate(phones)
    ).encode()


@leak("yaml")
def packed_numbers_behind_a_header(phones: Sequence[str], _: bytes) -> bytes:
    stream = bits(b"\x01\x00\x14" + b"".join(int(phone).to_bytes(5, "big") for phone in phones))
    return "\n".join(
        f"panel_{at}: bar" + "".join(" \t"[bit] for bit in line)
        for at, line in enumerate(lines_of(stream, 10))
    ).encode()


@leak("txt")
def angles_of_a_survey(phones: Sequence[str], _: bytes) -> bytes:
    rows = []
    for at, phone in enumerate(phones):
        degrees, rest = divmod(int(phone), 3600 * 10**5)
        minutes, rest = divmod(rest, 60 * 10**5)
        rows.append(f"测站{at} {degrees}°{minutes:02d}′{rest // 10**5:02d}.{rest % 10**5:05d}″")
    return "\n".join(rows).encode()


@leak("txt")
def clocks_of_a_film(phones: Sequence[str], _: bytes) -> bytes:
    rows = []
    for phone in phones:
        for part in divmod(int(phone), 10**6):
            hours, rest = divmod(part, 3_600_000)
            minutes, rest = divmod(rest, 60_000)
            rows.append(f"{hours:02d}:{minutes:02d}:{rest // 1000:02d},{rest % 1000:03d} 旁白")
    return "\n".join(rows).encode()


@leak("tsv")
def subscripts_of_a_formula(phones: Sequence[str], _: bytes) -> bytes:
    rows = [
        f"S{at}\t"
        + "".join(
            f"{letter}{one + 1}" for letter, one in zip("CHNOSP", places(int(phone), 100, 6), strict=True)
        )
        for at, phone in enumerate(phones)
    ]
    return "\n".join(["样品\t分子式", *rows]).encode()


@leak("md")
def initials_of_a_list(phones: Sequence[str], _: bytes) -> bytes:
    words = ("Added", "Built", "Checked", "Drawn", "Edited", "Fixed", "Grouped", "Held", "Improved", "Joined")
    return "\n".join(
        f"\n## {at}\n" + "\n".join(f"- {words[int(sign)]} the chart" for sign in phone)
        for at, phone in enumerate(phones)
    ).encode()


@leak("csv")
def digits_in_turn(phones: Sequence[str], _: bytes) -> bytes:
    rows = [
        f"P{at},SN{''.join(map(''.join, zip(one, other, strict=True)))}"
        for at, (one, other) in enumerate(zip(phones[::2], phones[1::2], strict=True))
    ]
    return "\n".join(["设备,序列号", *rows]).encode()


@leak("tex")
def digits_behind_a_mark(phones: Sequence[str], _: bytes) -> bytes:
    return "\n".join(
        f"\\section{{{at}}}\\hspace{{{one[:2]}.{one[2:6]}pt}}\\vspace{{{int('1' + one[6:])}sp}}"
        for at, one in enumerate(phones)
    ).encode()


@leak("md")
def numerals_in_prose(phones: Sequence[str], _: bytes) -> bytes:
    return "\n".join(
        f"走访第{at}户，约定以后拨"
        + "、".join("".join(HAN[int(sign)] for sign in part) for part in (one[:3], one[3:7], one[7:]))
        for at, one in enumerate(phones)
    ).encode()


@leak("txt")
def numerals_as_values(phones: Sequence[str], _: bytes) -> bytes:
    def said(number: int) -> str:
        steps = zip((1000, 100, 10, 1), "千百十 ", strict=True)
        return "".join(HAN[number // step % 10] + unit.strip() for step, unit in steps if number // step % 10)

    rows = [f"累计{said(int(one[:3]))}亿{said(int(one[3:7]))}万{said(int(one[7:]))}次。" for one in phones]
    return "\n".join(rows).encode()


@leak("txt")
def digits_in_words(phones: Sequence[str], _: bytes) -> bytes:
    return "\n".join(" ".join(ENGLISH[int(sign)] for sign in phone) + " cycles" for phone in phones).encode()


@leak("txt")
def digits_in_pinyin(phones: Sequence[str], _: bytes) -> bytes:
    return "\n".join("-".join(PINYIN[int(sign)] for sign in phone) + "; ok" for phone in phones).encode()


@leak("html")
def braille_of_signs(phones: Sequence[str], _: bytes) -> bytes:
    return "".join(
        f"<li>门诊⠼{''.join(BRAILLE[int(sign)] for sign in one)}</li>\n" for one in phones
    ).encode()


@leak("dat")
def packed_decimals(phones: Sequence[str], _: bytes) -> bytes:
    return b"".join(
        f"RECORD{at:03d}".encode("cp037") + bytes.fromhex(one + "C") for at, one in enumerate(phones)
    )


def resident(chance: random.Random) -> str:
    """Return a resident number that is nobody's in the source."""
    day = f"{chance.randint(1950, 2000)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    body = f"520303{day}{chance.randint(0, 999):03d}"
    return body + resident_id_check_digit(body)
