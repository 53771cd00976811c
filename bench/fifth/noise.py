"""Family h: measures under an affine or other reversible change, or with noise that rounding takes away."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from itertools import pairwise

from bench.fifth.core import (
    AMT,
    BIRTH,
    CAP,
    FIRM,
    FOUND,
    ID,
    INCOME,
    NAME,
    TEL,
    VISIT,
    WEAK,
    Files,
    Row,
    Values,
    cents,
    day,
    day_text,
    first,
    grid,
    money,
    numbers,
    shown,
    table,
    technique,
    untable,
)
from bench.fifth.cover import AREAS, paragraphs, summary


def body_after(data: bytes, mark: str) -> list[list[str]]:
    """The comma-separated lines after a line."""
    return [line.split(",") for line in data.decode().split(mark + "\n")[1].split("\n") if line]


@technique("h", "persons", *WEAK, low=25)
def affine_amounts(rows: list[Row], rng: random.Random) -> Files:
    """Amounts at the prices of a base year, dates moved; price index and days are told in the notes."""
    index, shift = rng.randint(103, 119), rng.randint(20, 300)
    lines = [
        f"{day_text(day(b) + shift)},{day_text(day(v) - shift)},{cents(a) * index}"
        for b, v, a in grid(rows, *WEAK)
    ]
    note = f"注:价格指数{index},出生后移{shift}日、就诊前移{shift}日\n"
    return [("txt", (note + "\n".join(paragraphs(rng, 2)) + "\n明细\n" + "\n".join(lines)).encode())]


def affine_amounts_back(files: list[bytes]) -> Values:
    """The change undone."""
    data = files[0].decode()
    index, shift = int(first(r"指数(\d+)", data)), int(first(r"后移(\d+)", data))
    return [
        (day_text(day(b) - shift), day_text(day(v) + shift), money(int(a) // index))
        for b, v, a in body_after(files[0], "明细")
    ]


@technique("h", "persons", *WEAK, low=25)
def small_noise(rows: list[Row], rng: random.Random) -> Files:
    """Amounts with noise of less than half a cent, dates with an hour of the day."""
    lines = [
        [
            f"{b}T{rng.randint(0, 23):02d}:00",
            f"{v}T{rng.randint(8, 17):02d}:30",
            f"{float(a) + rng.uniform(-0.0049, 0.0049):.5f}",
        ]
        for b, v, a in grid(rows, *WEAK)
    ]
    return [("csv", table(["t0", "t1", "y"], lines))]


def small_noise_back(files: list[bytes]) -> Values:
    """The noise rounded away."""
    return [(b[:10], v[:10], f"{float(a):.2f}") for b, v, a in untable(files[0])]


@technique("h", "persons", BIRTH, AMT, low=25)
def logarithms(rows: list[Row], rng: random.Random) -> Files:
    """Natural logarithms of amounts, square roots of ages in days at the end of 2025, to twelve places."""
    end = day("2025-12-31")
    lines = [
        [rng.choice(AREAS), f"{math.log(float(a)):.12f}", f"{math.sqrt(end - day(b)):.12f}"]
        for b, a in grid(rows, BIRTH, AMT)
    ]
    return [("csv", table(["area", "ln_y", "sqrt_age_at_20251231"], lines))]


def logarithms_back(files: list[bytes]) -> Values:
    """Powers taken."""
    end = day("2025-12-31")
    return [
        (day_text(end - round(float(s) ** 2)), f"{math.exp(float(y)):.2f}") for _, y, s in untable(files[0])
    ]


@technique("h", "firms", FIRM, CAP, INCOME)
def shares_of_total(rows: list[Row], _: random.Random) -> Files:
    """Each firm's share of capital and income in parts of the stated totals."""
    caps, incomes = sum(cents(r[CAP]) for r in rows), sum(cents(r[INCOME]) for r in rows)
    lines = [[r[FIRM], f"{cents(r[CAP]) / caps:.14f}", f"{cents(r[INCOME]) / incomes:.14f}"] for r in rows]
    return [
        (
            "csv",
            table(["企业", "资本占比", "营收占比"], [*lines, ["合计(万元)", money(caps), money(incomes)]]),
        )
    ]


def shares_of_total_back(files: list[bytes]) -> Values:
    """The shares times the totals."""
    *lines, last = untable(files[0])
    return [
        (f, money(round(float(c) * cents(last[1]))), money(round(float(i) * cents(last[2]))))
        for f, c, i in lines
    ]


@technique("h", "persons", *WEAK, low=25)
def standard_scores(rows: list[Row], _: random.Random) -> Files:
    """Scores of mean zero and deviation one, the scaler's parameters beside them."""
    columns = [[day(r[BIRTH]) for r in rows], [day(r[VISIT]) for r in rows], [cents(r[AMT]) for r in rows]]
    heads, scored = [], []
    for name, column in zip(("dob", "adm", "fee"), columns, strict=True):
        mean = sum(column) / len(column)
        spread = math.sqrt(sum((v - mean) ** 2 for v in column) / len(column)) or 1.0
        heads.append(f"# {name} mean={mean!r} scale={spread!r}")
        scored.append([f"{(v - mean) / spread:.14f}" for v in column])
    lines = [",".join(x) for x in zip(*scored, strict=True)]
    return [("csv", "\n".join([*heads, "z1,z2,z3", *lines]).encode())]


def standard_scores_back(files: list[bytes]) -> Values:
    """The scaler turned round."""
    data = files[0].decode()
    scale = [
        (float(first(f"{n} mean=(\\S+)", data)), float(first(f"{n} mean=\\S+ scale=(\\S+)", data)))
        for n in ("dob", "adm", "fee")
    ]
    out: Values = []
    for line in body_after(files[0], "z1,z2,z3"):
        b, v, a = (round(float(x) * s + m) for x, (m, s) in zip(line, scale, strict=True))
        out.append((day_text(b), day_text(v), money(a)))
    return out


@technique("h", "persons", TEL, low=20)
def deltas_from_last(rows: list[Row], rng: random.Random) -> Files:
    """Telephones in order, each as the distance from the one before."""
    values = sorted(numbers(rows))
    gaps = [values[0], *(b - a for a, b in pairwise(values))]
    lines = [[str(i), str(g), f"{rng.random():.2f}"] for i, g in enumerate(gaps)]
    return [("csv", table(["刻度", "间隔", "误差"], lines))]


def deltas_from_last_back(files: list[bytes]) -> Values:
    """The gaps summed up."""
    total, out = 0, []
    for _, gap, _ in untable(files[0]):
        total += int(gap)
        out.append(total)
    return shown(out)


@technique("h", "persons", ID, low=20)
def noisy_tail(rows: list[Row], rng: random.Random) -> Files:
    """Numbers of 24 digits: every third digit is chance."""
    lines = []
    for r in rows:
        body = r[ID][:17] + {"X": "10"}.get(r[ID][17], "0" + r[ID][17])[-2:-1] + r[ID][17].replace("X", "0")
        lines.append(["".join(body[k : k + 2] + str(rng.randint(0, 9)) for k in range(0, len(body), 2))])
    return [("csv", table(["lottery"], lines))]


def noisy_tail_back(files: list[bytes]) -> Values:
    """Two digits of three kept; the last two are the check sign."""
    out: Values = []
    for (value,) in untable(files[0]):
        body = "".join(value[k : k + 2] for k in range(0, len(value), 3))
        check = int(body[17:19])
        out.append((body[:17] + ("X" if check == 10 else str(check)),))
    return out


@technique("h", "firms", FIRM, CAP, INCOME)
def sum_and_difference(rows: list[Row], rng: random.Random) -> Files:
    """Two mixed indices a firm: capital and income added, and twice the one less the other."""
    lines = [
        [r[FIRM], money(cents(r[CAP]) + cents(r[INCOME])), str(2 * cents(r[CAP]) - cents(r[INCOME]))]
        for r in rows
    ]
    return [("csv", table(["主体", "综合指数", "离差指数"], [*summary(rng), *lines]))]


def sum_and_difference_back(files: list[bytes]) -> Values:
    """Two equations solved."""
    out: Values = []
    for firm, total, gap in untable(files[0])[14:]:
        capital = (cents(total) + int(gap)) // 3
        out.append((firm, money(capital), money(cents(total) - capital)))
    return out


@technique("h", "persons", BIRTH, VISIT, AMT, low=25)
def shift_by_line(rows: list[Row], _: random.Random) -> Files:
    """Dates moved by seven days a line, amounts by 3.30 a line."""
    lines = [
        [day_text(day(b) + 7 * i), day_text(day(v) - 7 * i), money(cents(a) + 330 * i)]
        for i, (b, v, a) in enumerate(grid(rows, *WEAK))
    ]
    return [("csv", table(["d1", "d2", "y"], lines))]


def shift_by_line_back(files: list[bytes]) -> Values:
    """Moved back by line."""
    return [
        (day_text(day(b) - 7 * i), day_text(day(v) + 7 * i), money(cents(a) - 330 * i))
        for i, (b, v, a) in enumerate(untable(files[0]))
    ]


@technique("h", "firms", FIRM, FOUND, CAP)
def foreign_currency(rows: list[Row], rng: random.Random) -> Files:
    """Capital in dollars at a stated rate, founding as years before 2026 to eight places."""
    rate = Decimal(rng.randint(68000, 73000)) / 10000
    end = day("2026-01-01")
    lines = [
        [f, f"{(end - day(d)) / 365.25:.8f}", f"{Decimal(c) / rate:.10f}"]
        for f, d, c in grid(rows, FIRM, FOUND, CAP)
    ]
    return [("csv", table(["corp", "age_years", f"cap_usd@{rate}"], lines))]


def foreign_currency_back(files: list[bytes]) -> Values:
    """The rate and the age turned round."""
    rate, end = Decimal(first(r"@([\d.]+)", files[0].decode())), day("2026-01-01")
    return [
        (f, day_text(end - round(float(y) * 365.25)), f"{Decimal(c) * rate:.2f}")
        for f, y, c in untable(files[0])
    ]


@technique("h", "persons", NAME, AMT)
def within_bounds(rows: list[Row], _: random.Random) -> Files:
    """Amounts between nought and one, the bounds told in a JSON beside them."""
    import json

    values = [cents(r[AMT]) for r in rows]
    low, high = min(values), max(values)
    scaled = {
        r[NAME] + f"#{i}": (v - low) / (high - low) for i, (r, v) in enumerate(zip(rows, values, strict=True))
    }
    return [
        (
            "json",
            json.dumps({"range": [low / 100, high / 100], "importance": scaled}, ensure_ascii=False).encode(),
        )
    ]


def within_bounds_back(files: list[bytes]) -> Values:
    """The bounds put back."""
    import json

    item = json.loads(files[0])
    low, high = item["range"]
    return [(k.split("#")[0], f"{low + v * (high - low):.2f}") for k, v in item["importance"].items()]


@technique("h", "persons", BIRTH, VISIT, AMT, low=25)
def polar(rows: list[Row], _: random.Random) -> Files:
    """Points of a scatter: amount and day as a radius and an angle, the age in days as the third."""
    start = day("2023-12-31")
    lines = []
    for b, v, a in grid(rows, *WEAK):
        x, y = float(a), float(day(v) - start)
        lines.append([f"{math.hypot(x, y):.9f}", f"{math.atan2(y, x):.14f}", str(day(v) - day(b))])
    return [("csv", table(["rho", "phi", "z"], lines))]


def polar_back(files: list[bytes]) -> Values:
    """Right-angled again."""
    out: Values = []
    for rho, phi, z in untable(files[0]):
        seen = day("2023-12-31") + round(float(rho) * math.sin(float(phi)))
        amount = float(rho) * math.cos(float(phi))
        out.append((day_text(seen - int(z)), day_text(seen), f"{amount:.2f}"))
    return out
