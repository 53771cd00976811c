"""Cells rewritten: numbers in other units, moved and stretched, with noise, as shares and scores."""

from __future__ import annotations

import random
import re
import statistics

from bench.eighth_a.honest import log_line, paragraphs, stamp, summary
from bench.eighth_a.tables import blocks, csv_rows, csv_text, json_bytes, json_value
from bench.ninth_a.kit import amount, cents, iso, scaled, serial, unscaled
from bench.sixth.core import CARE, MONEY, TRADE, WEAK, Files, Row, Values, grid, technique

UNITS = {"元": 0, "千元": 3, "万元": 4, "百万元": 6, "亿元": 8}


@technique("F1", "firms", *MONEY)
def unit_of_its_own(rows: list[Row], rng: random.Random) -> Files:
    """A bulletin with a summary by trade and a list in which each sum has a unit of its own."""
    table = [["企业", "注册资本", "营业收入"]]
    for name, *sums in grid(rows, *MONEY):
        cells = []
        for value in sums:
            unit = rng.choice(list(UNITS))
            cells.append(f"{scaled(cents(value), UNITS[unit])}{unit}")
        table.append([name, *cells])
    first, second = paragraphs("firm", rng, 2)
    parts = [f"# {first}", csv_text(summary("firm", rng)), f"# {second}", csv_text(table)]
    return [("csv", "\n\n".join(parts).encode())]


def unit_of_its_own_back(files: list[bytes]) -> Values:
    """Bring every sum back to yuan."""
    values: Values = []
    for name, *cells in csv_rows(blocks(files[0].decode())[-1])[1:]:
        found = [re.fullmatch(r"([\d.]+)(\D+)", cell) for cell in cells]
        capital, income = (unscaled(hit[1], UNITS[hit[2]]) for hit in found if hit)
        values.append((name, capital, income))
    return values


@technique("F1", "persons", *CARE)
def antithetic_noise(rows: list[Row], rng: random.Random) -> Files:
    """Sums as two noisy measurements whose noise is equal and opposite; days as eight digits."""
    table = [["受访者", "b", "v", "m1", "m2"]]
    for name, born, visit, cost in grid(rows, *CARE):
        value = cents(cost)
        noise = rng.randint(0, max(1, value // 20))
        days = [born.replace("-", ""), visit.replace("-", "")]
        pair = [f"{(value + noise) / 100:.2f}", f"{(value - noise) / 100:.2f}"]
        table.append([name, *days, *rng.sample(pair, 2)])
    return [("csv", csv_text(table).encode())]


def antithetic_noise_back(files: list[bytes]) -> Values:
    """Take the mean of the two measurements."""
    values: Values = []
    for name, born, visit, one, two in csv_rows(files[0].decode())[1:]:
        days = [f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in (born, visit)]
        values.append((name, *days, amount((cents(one) + cents(two)) // 2)))
    return values


@technique("F1", "persons", *WEAK)
def noise_below_the_cent(rows: list[Row], rng: random.Random) -> Files:
    """Days as fractional epochs within the day, sums with noise that rounding takes away."""
    table = [["t0", "t1", "y_hat"]]
    for born, visit, cost in grid(rows, *WEAK):
        first, second = ((serial(day) - 719163) * 86400 + rng.randrange(86400) for day in (born, visit))
        table.append(
            [str(first), str(second * 1000), f"{cents(cost) / 100 + rng.uniform(-0.004, 0.004):.5f}"]
        )
    return [("csv", csv_text(table).encode())]


def noise_below_the_cent_back(files: list[bytes]) -> Values:
    """Round the epochs down to the day and the sums to the cent."""
    values: Values = []
    for first, second, cost in csv_rows(files[0].decode())[1:]:
        days = (iso(int(first) // 86400 + 719163), iso(int(second) // 86400000 + 719163))
        values.append((*days, amount(round(float(cost) * 100))))
    return values


@technique("F1", "firms", *MONEY)
def zscore_footnote(rows: list[Row], rng: random.Random) -> Files:
    """Standard scores of two sums under a summary, with mean and deviation in the footnote."""
    digits = rng.choice((12, 13))
    sums = [[cents(row[c]) / 100 for row in rows] for c in MONEY[1:]]
    bases = [(round(statistics.fmean(column), 2), round(statistics.pstdev(column), 2)) for column in sums]
    table = [["主体", "资本得分", "营收得分"]]
    for row, *values in zip(rows, *sums, strict=True):
        scores = [f"{(x - m) / s:.{digits}f}" for x, (m, s) in zip(values, bases, strict=True)]
        table.append([row[MONEY[0]], *scores])
    notes = [
        f"注：{label}均值{mean}元，标准差{deviation}元"
        for label, (mean, deviation) in zip(("资本", "营收"), bases, strict=True)
    ]
    parts = [csv_text(summary("firm", rng)), csv_text(table), "\n".join(notes)]
    return [("csv", "\n".join(parts).encode("utf-8-sig"))]


def zscore_footnote_back(files: list[bytes]) -> Values:
    """Multiply by the deviation and add the mean."""
    text = files[0].decode("utf-8-sig")
    bases = [(float(m), float(s)) for m, s in re.findall(r"均值([\d.]+)元，标准差([\d.]+)元", text)]
    values: Values = []
    for name, *scores in csv_rows(blocks(text)[1])[1:]:
        pairs = zip(scores, bases, strict=True)
        first, second = (amount(round((float(z) * s + m) * 100)) for z, (m, s) in pairs)
        values.append((name, first, second))
    return values


@technique("F1+F2", "persons", *WEAK)
def scaler_parameters(rows: list[Row], rng: random.Random) -> Files:
    """A model card in JSON: metrics, a scaler's minimum and scale, and a "preview" of the scaled features."""
    raw = [(float(serial(b)), float(serial(v)), cents(c) / 100) for b, v, c in grid(rows, *WEAK)]
    low = [min(column) for column in zip(*raw, strict=True)]
    span = [max(column) - least or 1.0 for column, least in zip(zip(*raw, strict=True), low, strict=True)]
    scaled_rows = [[(x - m) / s for x, m, s in zip(line, low, span, strict=True)] for line in raw]
    card = {
        "model": f"gbdt-cost-v{rng.randint(2, 9)}",
        "metrics": {"rmse": round(rng.uniform(80, 200), 3), "r2": round(rng.uniform(0.4, 0.8), 4)},
        "importance": [round(rng.random(), 4) for _ in range(12)],
        "preprocess": {"kind": "MinMaxScaler", "data_min_": low, "data_range_": span},
        "preview": {
            "layout": "feature-major",
            "x": [list(column) for column in zip(*scaled_rows, strict=True)],
        },
    }
    return [("json", json_bytes(card, rng.choice((1, None))))]


def scaler_parameters_back(files: list[bytes]) -> Values:
    """Undo the scaler of the card."""
    card = json_value(files[0])
    low, span = card["preprocess"]["data_min_"], card["preprocess"]["data_range_"]
    values: Values = []
    for line in zip(*card["preview"]["x"], strict=True):
        born, visit, cost = (x * s + m for x, m, s in zip(line, low, span, strict=True))
        values.append((iso(round(born)), iso(round(visit)), amount(round(cost * 100))))
    return values


@technique("F1+F2", "firms", *MONEY)
def shares_of_total(rows: list[Row], rng: random.Random) -> Files:
    """A table by trade with totals, then under each trade the firms with their shares of the total."""
    trades = sorted({row[TRADE] for row in rows})
    lines = ["项目,注册资本,营业收入"]
    part = rng.choice((100, 1000))
    mark = {100: "%", 1000: "‰"}[part]
    for trade in trades:
        members = [row for row in rows if row[TRADE] == trade]
        totals = [sum(cents(row[column]) for row in members) for column in MONEY[1:]]
        lines.append(f"【{trade}】合计,{amount(totals[0])},{amount(totals[1])}")
        for row in members:
            shares = [
                f"{cents(row[c]) * part / t:.12f}{mark}" for c, t in zip(MONEY[1:], totals, strict=True)
            ]
            lines.append(f"　{row[MONEY[0]]},{shares[0]},{shares[1]}")
    return [("csv", "\n".join([*lines, "", csv_text(summary("firm", rng))]).encode())]


def shares_of_total_back(files: list[bytes]) -> Values:
    """Multiply each share by the total above it."""
    values: Values = []
    totals = [0, 0]
    for label, *cells in csv_rows(blocks(files[0].decode())[0])[1:]:
        if label.startswith("【"):
            totals = [cents(cell) for cell in cells]
            continue
        parts = [float(cell[:-1]) / {"%": 100, "‰": 1000}[cell[-1]] for cell in cells]
        first, second = (amount(round(p * t)) for p, t in zip(parts, totals, strict=True))
        values.append((label.strip("　"), first, second))
    return values


@technique("F1+F2", "persons", *WEAK)
def calibrated_sensor_log(rows: list[Row], rng: random.Random) -> Files:
    """A log of probes: raw counts of three channels, and the zero point and gain of each in the head."""
    gains, zeros = [rng.randint(2, 9) for _ in range(3)], [rng.randint(1000, 90000) for _ in range(3)]
    calibration = " ".join(f"ch{i}={g}x+{z}" for i, (g, z) in enumerate(zip(gains, zeros, strict=True)))
    second = rng.randint(0, 4000)
    lines = [f"{stamp(second)} INFO calibration {calibration} base=day,day,fen"]
    for born, visit, cost in grid(rows, *WEAK):
        second += rng.randint(1, 30)
        if rng.random() < 0.5:
            lines.append(log_line(rng, second))
        raw = zip((serial(born), serial(visit), cents(cost)), gains, zeros, strict=True)
        counts = " ".join(f"ch{i}:{x * g + z}" for i, (x, g, z) in enumerate(raw))
        lines.append(f"{stamp(second)} DEBUG probe node=worker-{rng.randint(1, 6)} {counts}")
    return [("log", "\n".join(lines).encode())]


def calibrated_sensor_log_back(files: list[bytes]) -> Values:
    """Subtract the zero points and divide by the gains."""
    text = files[0].decode()
    bases = [(int(g), int(z)) for g, z in re.findall(r"ch\d=(\d+)x\+(\d+)", text)]
    values: Values = []
    for counts in re.findall(r"ch0:(\d+) ch1:(\d+) ch2:(\d+)", text):
        born, visit, cost = ((int(x) - z) // g for x, (g, z) in zip(counts, bases, strict=True))
        values.append((iso(born), iso(visit), amount(cost)))
    return values
