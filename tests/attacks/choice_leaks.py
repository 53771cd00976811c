"""Texts of an office that leave a choice open at every place, and records as the sequence of choices.

A carrier takes whole numbers below its `kinds` and writes a text that makes one choice for each. What the
numbers say (bits of packed telephones, digits, halves of bytes) is told apart from what carries them.
"""
# ruff: noqa: E501 - a carrier reads best on one line

from __future__ import annotations

import json
import math
import random
import zlib
from collections.abc import Callable, Sequence

AREAS = (
    "红花岗",
    "汇川",
    "播州",
    "桐梓",
    "绥阳",
    "正安",
    "道真",
    "务川",
    "凤冈",
    "湄潭",
    "余庆",
    "习水",
    "赤水",
    "仁怀",
)
THINGS = ("门诊人次", "住院人次", "用电量", "货运量", "茶叶产量", "企业数")
NOTES = (
    "The council noted steady progress",
    "Several offices reported more visits",
    "Costs remained close to the plan",
    "Further work is planned for autumn",
)
HAN = "零一二三四五六七八九"
Carry = Callable[[Sequence[int], random.Random], bytes]
CARRIERS: dict[str, tuple[int, str, Carry]] = {}


def carrier(kinds: int, extension: str) -> Callable[[Carry], Carry]:
    """Register a carrier of numbers below `kinds`."""

    def kept(carry: Carry) -> Carry:
        CARRIERS[carry.__name__] = kinds, extension, carry
        return carry

    return kept


def told(rng: random.Random) -> str:
    return f"{rng.choice(AREAS)}{rng.choice(THINGS)}为{rng.randint(100, 9999)}"


def groups(values: Sequence[int], size: int) -> list[Sequence[int]]:
    return [values[at : at + size] for at in range(0, len(values), size)]


def bits(data: bytes) -> list[int]:
    return [byte >> at & 1 for byte in data for at in range(7, -1, -1)]


def spelled(phones: Sequence[str], kinds: int) -> list[int]:
    """Return telephones as choices of a few kinds: packed bits behind a count, or figures in a row."""
    if kinds == 10:
        return [int(sign) for phone in phones for sign in phone]
    data = b"".join(int(phone).to_bytes(5, "big") for phone in phones)
    every = bits((len(data)).to_bytes(2, "big") + data)
    size = int(math.log2(kinds))
    every += [0] * (-len(every) % size)
    return [int("".join(map(str, part)), 2) for part in groups(every, size)]


# --- two kinds


@carrier(2, "txt")
def gaps_behind_sentences(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join(f"{rng.choice(NOTES)}.{' ' * (1 + one)}" for one in values).encode()


@carrier(2, "txt")
def gaps_before_figures(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        "".join(f"{rng.choice(AREAS)}{' ' * one}{rng.randint(10, 99)}," for one in line)
        for line in groups(values, 9)
    ).encode()


@carrier(2, "txt")
def tabs_or_blanks(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        "".join(f"{rng.randint(10, 99)}{('    ', chr(9))[one]}" for one in line) + "0"
        for line in groups(values, 7)
    ).encode()


@carrier(2, "txt")
def words_of_one_sense(values: Sequence[int], rng: random.Random) -> bytes:
    pairs = (("较去年", "同期相比"), ("增加", "上涨"), ("大约", "接近"))
    return "\n".join(
        f"{rng.choice(AREAS)}{rng.choice(THINGS)}"
        + "".join(f"{pair[one]}{rng.randint(2, 99)}" for pair, one in zip(pairs, line, strict=False))
        + "。"
        for line in groups(values, 3)
    ).encode()


@carrier(2, "txt")
def words_in_another_turn(values: Sequence[int], rng: random.Random) -> bytes:
    pairs = (("总体", "整体"), ("上升", "提高"), ("平稳", "正常"), ("预计", "估计"))
    return "\n".join(
        f"{rng.choice(AREAS)}{pairs[3][line[3]]}{rng.choice(THINGS)}{pairs[1][line[1]]}{rng.randint(2, 99)}%，{pairs[0][line[0]]}{pairs[2][line[2]]}。"
        for line in groups(list(values) + [0] * (-len(values) % 4), 4)
    ).encode()


@carrier(2, "txt")
def spellings_of_two_shores(values: Sequence[int], rng: random.Random) -> bytes:
    pairs = (("colour", "color"), ("centre", "center"), ("analyse", "analyze"), ("programme", "program"))
    return " ".join(
        f"{rng.choice(NOTES)} in every {pairs[at % 4][one]}." for at, one in enumerate(values)
    ).encode()


@carrier(2, "txt")
def old_forms(values: Sequence[int], rng: random.Random) -> bytes:
    pairs = ("万萬", "与與", "为為", "数數", "总總", "类類")
    lines = []
    for line in groups(values, 6):
        a, b, c, d, e, f = (pair[one] for pair, one in zip(pairs, [*line, 0, 0, 0, 0, 0], strict=False))
        lines.append(
            f"{rng.choice(AREAS)}{e}计{rng.randint(10, 99)}{a}人{b}企业{d}{c}{rng.randint(2, 9)}{f}。"
        )
    return "\n".join(lines).encode()


@carrier(2, "md")
def greek_doubles(values: Sequence[int], rng: random.Random) -> bytes:
    doubles = {"o": "ο", "i": "і", "v": "ν", "a": "а"}
    left, out = list(values), []
    while left:
        for sign in rng.choice(NOTES) + ". ":
            out.append(doubles[sign] if sign in doubles and left and left.pop(0) else sign)
    return "".join(out).encode()


@carrier(2, "txt")
def full_width_letters(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        f"{rng.choice(AREAS)}{'AＡ'[line[0]]}类企业{rng.randint(10, 99)}家，{'BＢ'[line[-1]]}类企业{rng.randint(10, 99)}家"
        for line in groups(list(values) + [0] * (len(values) % 2), 2)
    ).encode()


@carrier(2, "csv")
def which_is_larger(values: Sequence[int], rng: random.Random) -> bytes:
    lines = ["上月茶,本月茶,上月酒,本月酒,上月菌,本月菌"]
    for line in groups(list(values) + [0] * (-len(values) % 3), 3):
        pairs = [sorted(rng.sample(range(10, 900), 2), reverse=bool(one)) for one in line]
        lines.append(",".join(str(one) for pair in pairs for one in pair))
    return "\n".join(lines).encode()


@carrier(2, "txt")
def rising_or_falling(values: Sequence[int], rng: random.Random) -> bytes:
    level, out = 5000, [5000]
    for one in values:
        level += rng.randint(1, 9) * (1 if one else -1)
        out.append(level)
    return "\n".join(f"第{at + 1}日 {one}" for at, one in enumerate(out)).encode()


@carrier(2, "txt")
def stop_or_none(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"{at + 1}. {told(rng)}{'。' * one}" for at, one in enumerate(values)).encode()


@carrier(2, "txt")
def a_word_or_none(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join(
        f"{rng.choice(AREAS)}{'的' * one}{rng.choice(THINGS)}为{rng.randint(100, 9999)}。" for one in values
    ).encode()


@carrier(2, "txt")
def figures_or_words(values: Sequence[int], rng: random.Random) -> bytes:
    return "，".join(
        f"{rng.choice(AREAS)}{(str(at % 8 + 2), HAN[at % 8 + 2])[one]}次" for at, one in enumerate(values)
    ).encode()


@carrier(2, "txt")
def nought_before_months(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"2024年{'0' * one}{rng.randint(1, 9)}月{told(rng)}" for one in values).encode()


@carrier(2, "md")
def stars_or_strokes(values: Sequence[int], rng: random.Random) -> bytes:
    return "，".join(
        f"{'*_'[one]}{rng.choice(AREAS)}{'*_'[one]}{rng.randint(10, 99)}" for one in values
    ).encode()


@carrier(2, "html")
def bold_or_strong(values: Sequence[int], rng: random.Random) -> bytes:
    return (
        "<p>"
        + "".join(
            f"<{('b', 'strong')[one]}>{rng.choice(AREAS)}</{('b', 'strong')[one]}>{rng.randint(10, 99)}<br>"
            for one in values
        )
    ).encode()


@carrier(2, "html")
def closed_breaks(values: Sequence[int], rng: random.Random) -> bytes:
    return ("<p>" + "".join(f"{told(rng)}{('<br>', '<br/>')[one]}\n" for one in values)).encode()


@carrier(2, "py")
def sides_of_an_equation(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        f"if {('total', str(at % 97))[one]} == {(str(at % 97), 'total')[one]}: check({at})"
        for at, one in enumerate(values)
    ).encode()


@carrier(2, "sql")
def case_of_keywords(values: Sequence[int], rng: random.Random) -> bytes:
    words = ("select", "from", "where", "and", "group by", "order by")
    return "\n".join(
        " ".join(
            f"{word.upper() if one else word} c{rng.randint(1, 9)}"
            for word, one in zip(words, line, strict=False)
        )
        for line in groups(values, 6)
    ).encode()


@carrier(2, "json")
def one_or_one_point_nought(values: Sequence[int], rng: random.Random) -> bytes:
    return ("[" + ",".join(f"{rng.randint(1, 99)}{'.0' * one}" for one in values) + "]").encode()


@carrier(2, "md")
def blanks_at_bars(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        [
            "|a|b|c|d|",
            "|-|-|-|-|",
            *(
                "|" + "".join(f"{' ' * one}{rng.randint(10, 99)}|" for one in [*line, 0, 0, 0][:4])
                for line in groups(values, 4)
            ),
        ]
    ).encode()


@carrier(2, "txt")
def day_or_date(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        f"{rng.choice(AREAS)}{rng.randint(1, 9)}月{rng.randint(10, 28)}{'日号'[one]}上报" for one in values
    ).encode()


@carrier(2, "txt")
def person_or_thing(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join(
        f"会上{rng.choice(AREAS)}表示，{'它他'[one]}们将加快{rng.choice(THINGS)}统计。" for one in values
    ).encode()


# --- four, eight and sixteen kinds


@carrier(4, "txt")
def ends_of_four_kinds(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join(told(rng) + "；。！…"[one] for one in values).encode()


@carrier(4, "md")
def marks_of_four_kinds(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"{'-*+•'[one]} {told(rng)}" for one in values).encode()


@carrier(4, "txt")
def grades_within_sentences(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        f"{told(rng)}，评为{'优良中差'[one]}等，继续{rng.choice(('观察', '推进', '核对'))}。"
        for one in values
    ).encode()


@carrier(4, "txt")
def joints_of_four_kinds(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        f"{rng.choice(AREAS)}{rng.choice(THINGS)}{('：', '为', '达', '计')[one]}{rng.randint(100, 9999)}"
        for one in values
    ).encode()


@carrier(8, "html")
def seats_of_colours(values: Sequence[int], rng: random.Random) -> bytes:
    shades = ("#111111", "#121111", "#111211", "#121211", "#111112", "#121112", "#111212", "#121212")
    return "".join(f'<span style="color:{shades[one]}">{told(rng)}</span>\n' for one in values).encode()


@carrier(16, "html")
def nearly_white(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join(
        f'<td style="background:#fff{one:x}f{two:x}">{told(rng)}</td>\n'
        for one, two in zip(values[::2], [*values[1::2], 0], strict=False)
    ).encode()


@carrier(16, "txt")
def years_of_sixteen(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"{told(rng)}（据{2000 + one}年口径）" for one in values).encode()


# --- ten kinds


@carrier(10, "md")
def empty_lines(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join("* " + told(rng) + "\n" * (1 + one) for one in values).encode()


@carrier(10, "txt")
def first_signs(values: Sequence[int], rng: random.Random) -> bytes:
    heads = ("零售", "一般", "二手", "三农", "四新", "五金", "六盘", "七成", "八项", "九小")
    return "".join(f"{heads[one]}{told(rng)}。" for one in values).encode()


@carrier(10, "txt")
def first_signs_of_items(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"{at + 1}、{HAN[one]}类事项：{told(rng)}" for at, one in enumerate(values)).encode()


@carrier(10, "md")
def last_signs(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"- {told(rng)}，序{HAN[one]}" for one in values).encode()


@carrier(10, "txt")
def last_signs_of_banks(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"{told(rng)}，本级{'零壹贰叁肆伍陆柒捌玖'[one]}。" for one in values).encode()


@carrier(10, "md")
def marks_of_ten_kinds(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"{'→▪◇★☆✓■□△▲'[one]} {told(rng)}" for one in values).encode()


@carrier(10, "txt")
def towns_in_turn(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join(f"{AREAS[one]}{rng.choice(THINGS)}为{rng.randint(100, 9999)}。" for one in values).encode()


@carrier(10, "html")
def widths_between_letters(values: Sequence[int], rng: random.Random) -> bytes:
    return "".join(
        f'<p style="margin:4px;letter-spacing:0.{one}px;width:{rng.randint(90, 99)}%">{told(rng)}</p>\n'
        for one in values
    ).encode()


@carrier(10, "rtf")
def widths_in_rich_text(values: Sequence[int], rng: random.Random) -> bytes:
    return (
        "{\\rtf1\\ansi "
        + "".join(
            f"\\fs{rng.choice((20, 22))}\\expnd{one} note {rng.randint(1, 99)}\\par\n" for one in values
        )
        + "}"
    ).encode()


@carrier(10, "pdf")
def spaces_of_words_in_pages(values: Sequence[int], rng: random.Random) -> bytes:
    lines = "\n".join(
        f"BT /F1 9 Tf {rng.randint(1, 3)} 0 0 1 50 {800 - 5 * at} Tm {one / 10:.1f} Tw (report {rng.randint(1, 99)}) Tj ET"
        for at, one in enumerate(values)
    )
    packed = zlib.compress(lines.encode())
    head = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 595 842]>>\nendobj\n"
    return (
        head
        + b"4 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n" % len(packed)
        + packed
        + b"\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n"
    )


@carrier(10, "svg")
def strokes_of_a_drawing(values: Sequence[int], rng: random.Random) -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">'
        + "".join(
            f'<rect x="{rng.randint(1, 99)}" y="{4 * at}" width="9" height="3" stroke-width="1.{one}"/>'
            for at, one in enumerate(values)
        )
        + "</svg>"
    ).encode()


@carrier(10, "txt")
def points_of_leaders(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"{rng.choice(THINGS)}{'.' * (6 + one)}{rng.randint(10, 99)}" for one in values).encode()


@carrier(10, "md")
def widths_of_rules(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n\n".join(f"{told(rng)}\n\n{'-' * (3 + one)}" for one in values).encode()


@carrier(10, "txt")
def items_in_lists(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(
        f"第{at + 1}周走访：{'、'.join(rng.choice(AREAS) for _ in range(one + 1))}。"
        for at, one in enumerate(values)
    ).encode()


@carrier(10, "txt")
def words_in_sentences(values: Sequence[int], rng: random.Random) -> bytes:
    return " ".join(
        " ".join(rng.choice(("plan", "report", "tea", "visits", "data")) for _ in range(one + 3)) + "."
        for one in values
    ).encode()


@carrier(10, "txt")
def second_signs(values: Sequence[int], rng: random.Random) -> bytes:
    return "\n".join(f"第{HAN[one]}组{told(rng)}，{rng.choice(AREAS)}配合" for one in values).encode()


@carrier(10, "abc")
def notes_in_bars(values: Sequence[int], rng: random.Random) -> bytes:
    return (
        "X:1\nT:小调\nK:C\n"
        + " | ".join("".join("cdefgabCDE"[one] for one in bar) for bar in groups(values, 11))
        + " |\n"
    ).encode()


@carrier(10, "txt")
def letters_in_one_line(values: Sequence[int], rng: random.Random) -> bytes:
    return (
        told(rng)
        + "："
        + "，".join("".join("KQZWXPMNBV"[one] for one in bar) for bar in groups(values, 11))
        + "。"
    ).encode()


@carrier(10, "json")
def keys_of_ten_kinds(values: Sequence[int], rng: random.Random) -> bytes:
    return json.dumps(
        [
            {THINGS[at % 6] + "甲乙丙丁戊己庚辛壬癸"[one]: rng.randint(10, 99)}
            for at, one in enumerate(values)
        ],
        ensure_ascii=False,
        indent=1,
    ).encode()


# --- orders and pieces, of telephones or of resident numbers


def order_of(number: int, names: Sequence[str]) -> list[str]:
    """Return the names in the order of this number, the last place of the base of factorials first."""
    pool, out = sorted(names), []
    for size in range(len(pool), 0, -1):
        number, place = divmod(number, size)
        out.append(pool.pop(place))
    if number:
        raise ValueError("too few names")
    return out


Lay = Callable[[Sequence[str], random.Random], bytes]
LAID: dict[str, tuple[bool, str, Lay]] = {}


def laid(long: bool, extension: str) -> Callable[[Lay], Lay]:
    """Register a text that holds a telephone, or a long number, in each of its lines."""

    def kept(lay: Lay) -> Lay:
        LAID[lay.__name__] = long, extension, lay
        return lay

    return kept


@laid(False, "txt")
def orders_within_sentences(numbers: Sequence[str], rng: random.Random) -> bytes:
    return "\n".join(
        f"{at + 1}月排名依次为{'、'.join(order_of(int(one), AREAS))}，{told(rng)}。"
        for at, one in enumerate(numbers)
    ).encode()


@laid(False, "txt")
def orders_with_arrows(numbers: Sequence[str], rng: random.Random) -> bytes:
    return "\n".join(
        f"路线{rng.randint(1, 99)}: {' > '.join(order_of(int(one), AREAS))} 返程" for one in numbers
    ).encode()


@laid(False, "html")
def orders_of_options(numbers: Sequence[str], rng: random.Random) -> bytes:
    return "\n".join(
        "<select>" + "".join(f"<option>{one}</option>" for one in order_of(int(number), AREAS)) + "</select>"
        for number in numbers
    ).encode()


@laid(False, "json")
def orders_with_another_key(numbers: Sequence[str], rng: random.Random) -> bytes:
    return json.dumps(
        [
            {**{name: rng.randint(1, 99) for name in order_of(int(one), AREAS)}, f"备注{at % 3}": at}
            for at, one in enumerate(numbers)
        ],
        ensure_ascii=False,
    ).encode()


@laid(False, "css")
def orders_of_classes(numbers: Sequence[str], rng: random.Random) -> bytes:
    names = [f"{word}-{size}" for word in ("mt", "pb", "px", "bg", "fw") for size in (1, 2, 3)]
    return "\n".join(
        f'<div class="{" ".join(order_of(int(one), names))}">{told(rng)}</div>' for one in numbers
    ).encode()


@laid(True, "txt")
def pieces_in_sources(numbers: Sequence[str], rng: random.Random) -> bytes:
    return "\n".join(
        f"[{at + 1}] {rng.choice(AREAS)}年鉴, {one[6:10]}, {one[:6]}({one[10:14]}): {one[14:16]}-{one[16]}."
        for at, one in enumerate(numbers)
    ).encode()


@laid(True, "txt")
def pieces_in_addresses(numbers: Sequence[str], rng: random.Random) -> bytes:
    return "\n".join(
        f"{rng.choice(AREAS)}路{one[12:17]}号{one[:4]}栋{one[4:8]}单元{one[8:12]}室" for one in numbers
    ).encode()


@laid(False, "txt")
def pieces_in_standards(numbers: Sequence[str], rng: random.Random) -> bytes:
    return "\n".join(
        f"依据 DB52/T {one[7:]}-{one[3:7]} 第{one[:3]}条{rng.choice(AREAS)}试行" for one in numbers
    ).encode()


@laid(False, "txt")
def pieces_of_a_ticket(numbers: Sequence[str], rng: random.Random) -> bytes:
    return "\n".join(
        f"{rng.randint(1, 9)}号窗口 排队{one[8:]}人 等候{one[:2]}分 办结{one[2:5]}件 退回{one[5:8]}件"
        for one in numbers
    ).encode()
