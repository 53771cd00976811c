"""Tables of several fields hidden bit behind bit in the choices of a file's form."""

from __future__ import annotations

import io
import json
import random
import struct
from collections.abc import Callable, Sequence
from itertools import permutations

import pyarrow as pa
import pyarrow.parquet as pq

Pairs = Sequence[tuple[str, str]]
"""Resident numbers and telephones, as people have them."""
Hide = Callable[[Pairs], bytes]
DENSE: dict[str, Hide] = {}
WORDS = ("load", "clean", "join", "group", "count", "check", "plot", "save")


def leak(extension: str) -> Callable[[Hide], Hide]:
    def register(hide: Hide) -> Hide:
        DENSE[f"{hide.__name__}.{extension}"] = hide
        return hide

    return register


def packed(pairs: Pairs) -> bytes:
    """Eight bytes of the resident number without its check digit and five of the telephone, a person each."""
    return b"".join(int(one[:17]).to_bytes(8, "big") + int(phone).to_bytes(5, "big") for one, phone in pairs)


def bits(pairs: Pairs) -> list[int]:
    return [byte >> place & 1 for byte in packed(pairs) for place in range(7, -1, -1)]


def halves(pairs: Pairs) -> list[int]:
    return [half for byte in packed(pairs) for half in (byte >> 4, byte & 15)]


def quarters(pairs: Pairs) -> list[int]:
    return [byte >> place & 3 for byte in packed(pairs) for place in (6, 4, 2, 0)]


@leak("conf")
def indents(pairs: Pairs) -> bytes:
    return "\n".join(" " * half + f"opt.{at} = on" for at, half in enumerate(halves(pairs))).encode()


@leak("csv")
def ends_of_lines(pairs: Pairs) -> bytes:
    chance = random.Random(1)
    lines = (f"S{at % 97:02d},{chance.uniform(0, 40):.1f}\r\n" if bit else f"S{at % 97:02d},20.5\n"
             for at, bit in enumerate(bits(pairs)))  # fmt: skip
    return ("station,reading\n" + "".join(lines)).encode()


@leak("csv")
def noughts_at_the_end(pairs: Pairs) -> bytes:
    chance = random.Random(2)
    cells = [f"{chance.randint(100, 999)}.{chance.randint(0, 9)}" + "0" * bit for bit in bits(pairs)]
    rows = [",".join(cells[at : at + 12]) for at in range(0, len(cells) // 12 * 12, 12)]
    return "\n".join([",".join(f"m{at}" for at in range(12)), *rows]).encode()


@leak("py")
def kinds_of_quotes(pairs: Pairs) -> bytes:
    chance = random.Random(3)
    words = [f"{mark}{chance.choice(WORDS)}{mark}" for bit in bits(pairs) for mark in ("'\""[bit],)]
    rows = ("    " + ", ".join(words[at : at + 10]) + "," for at in range(0, len(words), 10))
    return ("STEPS = [\n" + "\n".join(rows) + "\n]\n").encode()


@leak("log")
def thousandths(pairs: Pairs) -> bytes:
    chance = random.Random(4)
    moments = (byte + 300 * chance.randint(0, 2) for byte in packed(pairs))
    lines = (
        f"2026-01-05T09:{at // 60 % 60:02d}:{at % 60:02d}.{one:03d}Z ok" for at, one in enumerate(moments)
    )
    return "\n".join(lines).encode()


@leak("txt")
def short_hashes(pairs: Pairs) -> bytes:
    data = packed(pairs)
    parts = (data[at : at + 5].hex() for at in range(0, len(data), 5))
    return "\n".join(f"{part} fix mask rule {at}" for at, part in enumerate(parts)).encode()


@leak("json")
def orders_of_keys(pairs: Pairs) -> bytes:
    orders = list(permutations(("city", "month", "count", "mean")))
    return json.dumps(
        [{key: at % 90 for key in orders[half]} for at, half in enumerate(halves(pairs))]
    ).encode()


@leak("json")
def lengths_of_lists(pairs: Pairs) -> bytes:
    return json.dumps({"groups": [[7] * (half + 1) for half in halves(pairs)]}).encode()


@leak("html")
def parts_of_colours(pairs: Pairs) -> bytes:
    held = [*halves(pairs), 0, 0]
    spans = (
        f'<span style="color:#{held[at]:02x}{held[at + 1]:02x}{held[at + 2]:02x}">良好</span>'
        for at in range(0, len(held) - 2, 3)
    )
    return f'<!doctype html><meta charset="utf-8"><p>{"".join(spans)}</p>'.encode()


@leak("csv")
def missing_cells(pairs: Pairs) -> bytes:
    chance = random.Random(5)
    cells = ["" if bit else f"{chance.gauss(20, 4):.1f}" for bit in bits(pairs)]
    rows = [",".join(cells[at : at + 16]) for at in range(0, len(cells), 16)]
    return "\n".join([",".join(f"m{at}" for at in range(16)), *rows]).encode()


@leak("csv")
def one_of_four_words(pairs: Pairs) -> bytes:
    grades = ("优", "良", "中", "差")
    return "\n".join(f"{at},{grades[one]},{at % 50 + 20}" for at, one in enumerate(quarters(pairs))).encode()


@leak("csv")
def steps_of_a_counter(pairs: Pairs) -> bytes:
    total, lines = 10_000, ["counter,site"]
    for byte in packed(pairs):
        total += byte + 3
        lines.append(f"{total},A")
    return "\n".join(lines).encode()


@leak("txt")
def signs_of_a_block(pairs: Pairs) -> bytes:
    spelled = "".join(map(str, bits(pairs)))
    signs = (chr(0xAC00 + int(spelled[at : at + 12], 2)) for at in range(0, len(spelled), 12))
    return "".join(signs).encode()


@leak("txt")
def words_that_can_be_spoken(pairs: Pairs) -> bytes:
    first, second = "bdfghjklmnprstvz", "aiou"
    lines = []
    for pair in pairs:
        data = packed([pair]) + b"\0"
        words = []
        for at in range(0, len(data), 2):
            one = int.from_bytes(data[at : at + 2], "big")
            words.append(
                first[one >> 12] + second[one >> 10 & 3] + first[one >> 6 & 15] + second[one >> 4 & 3]
                + first[one & 15]
            )  # fmt: skip
        lines.append("-".join(words) + ".seat")
    return "\n".join(lines).encode()


@leak("sgf")
def moves_on_a_board(pairs: Pairs) -> bytes:
    points = random.Random(6).sample(
        [a + b for a in "abcdefghijklmnopqrs" for b in "abcdefghijklmnopqrs"], 256
    )
    moves = "".join(f";{'BW'[at % 2]}[{points[byte]}]" for at, byte in enumerate(packed(pairs)))
    return f"(;GM[1]LB[{']['.join(f'{one}:{at}' for at, one in enumerate(points))}]{moves})".encode()


@leak("parquet")
def sizes_of_row_groups(pairs: Pairs) -> bytes:
    out = io.BytesIO()
    schema = pa.schema([("n", pa.int32())])
    with pq.ParquetWriter(out, schema) as writer:
        for byte in packed(pairs):
            writer.write_table(pa.table([pa.array([12] * (byte + 1), pa.int32())], schema=schema))
    return out.getvalue()


@leak("bmp")
def padding_of_a_bitmap(pairs: Pairs) -> bytes:
    chance, data = random.Random(7), packed(pairs)
    pieces = [data[at : at + 3].ljust(3, b"\0") for at in range(0, len(data), 3)]
    body = b"".join(bytes(chance.randint(90, 160) for _ in range(129)) + piece for piece in pieces)
    head = b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54)
    return (
        head + struct.pack("<IiiHHIIiiII", 40, 43, len(pieces), 1, 24, 0, len(body), 2835, 2835, 0, 0) + body
    )


@leak("txt")
def digits_between_questions(pairs: Pairs) -> bytes:
    return "\n".join(
        f"问：前六位？\n答：{one[:6]}。\n问：中间？\n答：{one[6:12]}。\n问：然后？\n答：{one[12:]}，\n"
        f"问：号码？\n答：{phone[:5]}，再 {phone[5:]}。"
        for one, phone in pairs
    ).encode()


@leak("txt")
def digits_in_a_chain(pairs: Pairs) -> bytes:
    lines = []
    for one, phone in pairs:
        last, spelled = 0, ""
        for sign in one[:17] + phone:
            last = (last + int(sign)) % 10
            spelled += str(last)
        lines.append(f"票据 {spelled[:14]}-{spelled[14:]}")
    return "\n".join(lines).encode()


@leak("txt")
def counts_of_blank_lines(pairs: Pairs) -> bytes:
    return "\n".join("情况正常。" + "\n" * (half % 16) for half in halves(pairs)).encode()


@leak("txt")
def lengths_of_bars_of_signs(pairs: Pairs) -> bytes:
    return "\n".join(f"批 {at:03d} |" + "#" * (half + 1) for at, half in enumerate(halves(pairs))).encode()


@leak("xml")
def orders_of_attributes(pairs: Pairs) -> bytes:
    orders = list(permutations(("city", "month", "count", "mean")))
    cells = (" ".join(f'{key}="{at % 90}"' for key in orders[half]) for at, half in enumerate(halves(pairs)))
    return ("<t>" + "".join(f"<c {cell}/>" for cell in cells) + "</t>").encode()


@leak("csv")
def which_of_two_columns_is_larger(pairs: Pairs) -> bytes:
    chance = random.Random(8)
    rows = []
    for bit in bits(pairs):
        low, high = sorted(chance.sample(range(100, 900), 2))
        rows.append(f"{high},{low}" if bit else f"{low},{high}")
    return "\n".join(["甲,乙", *rows]).encode()


@leak("csv")
def remainders_by_sixteen(pairs: Pairs) -> bytes:
    chance = random.Random(9)
    return "\n".join(
        ["人次", *(str(chance.randrange(20, 900) * 16 + half) for half in halves(pairs))]
    ).encode()


@leak("csv")
def last_two_digits(pairs: Pairs) -> bytes:
    chance = random.Random(10)
    digits = "".join(one[:17] + phone for one, phone in pairs)
    return "\n".join(
        ["人次", *(f"{chance.randrange(20, 900)}{digits[at : at + 2]}" for at in range(0, len(digits), 2))]
    ).encode()


@leak("json")
def exponents_of_numbers(pairs: Pairs) -> bytes:
    chance = random.Random(11)
    return f"[{', '.join(f'{chance.uniform(1, 9):.3f}e-{half:02d}' for half in halves(pairs))}]".encode()


@leak("md")
def list_markers(pairs: Pairs) -> bytes:
    return "\n".join(f"{'-*'[bit]} 第{at % 12 + 1}月平稳" for at, bit in enumerate(bits(pairs))).encode()


@leak("sql")
def cases_of_keywords(pairs: Pairs) -> bytes:
    return "\n".join(
        f"{'SELECT' if bit else 'select'} count(*) from t where m = {at % 12};"
        for at, bit in enumerate(bits(pairs))
    ).encode()


@leak("txt")
def addresses_of_machines(pairs: Pairs) -> bytes:
    data = packed(pairs)
    parts = (data[at : at + 3] for at in range(0, len(data) // 3 * 3, 3))
    return "\n".join(f"deny tcp host 10.{a}.{b}.{c} any" for a, b, c in parts).encode()


@leak("txt")
def identifiers_of_things(pairs: Pairs) -> bytes:
    data = packed(pairs)
    parts = (data[at : at + 16].ljust(16, b"\0").hex() for at in range(0, len(data), 16))
    return "\n".join(f"trace {p[:8]}-{p[8:12]}-{p[12:16]}-{p[16:20]}-{p[20:]} done" for p in parts).encode()
