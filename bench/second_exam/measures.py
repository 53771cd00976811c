# ruff: noqa: ARG001, E501, RUF007 - the hand of another, kept as it came
"""Numbers in other measures and simple arithmetic over the identifiers."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

from bench.second_exam.core import (
    AREAS,
    FTEL,
    ID,
    TEL,
    USCC,
    Files,
    Row,
    Values,
    id_number,
    id_text,
    read_table,
    table,
    technique,
    uscc_number,
    uscc_text,
)

MODULI = (9973, 9967, 9949, 9941, 9931)


@technique("persons", ID, TEL)
def affine_amounts(rows: list[Row], rng) -> Files:
    """A ledger whose amounts are the identifiers times a factor plus a constant."""
    lines = []
    for i, row in enumerate(rows, 1):
        cents = id_number(row[ID]) * 7 + 130013
        lines.append([f"凭证{i}", f"{cents // 100}.{cents % 100:02d}", f"{int(row[TEL]) * 3 + 17}"])
    return [("csv", table(["凭证", "累计流量", "读数"], lines))]


def affine_amounts_back(files: list[bytes]) -> Values:
    """Undo factor and constant."""
    return [
        (id_text((int(a.replace(".", "")) - 130013) // 7), str((int(b) - 17) // 3))
        for _, a, b in read_table(files[0])
    ]


@technique("persons", TEL)
def running_total(rows: list[Row], rng) -> Files:
    """A meter series in which each reading is the one before plus a telephone number."""
    total, lines = rng.randrange(10**9), []
    lines.append([0, total])
    for i, row in enumerate(rows, 1):
        total += int(row[TEL])
        lines.append([i, total])
    return [("csv", table(["时段", "表读数"], lines))]


def running_total_back(files: list[bytes]) -> Values:
    """Differences of neighbours."""
    values = [int(v) for _, v in read_table(files[0])]
    return [(str(b - a),) for a, b in zip(values, values[1:], strict=False)]


@technique("firms", USCC)
def remainder_columns(rows: list[Row], rng) -> Files:
    """Seven small check columns, each the credit code's remainder by another prime."""
    moduli = (*MODULI, 9929, 9923)
    lines = [[i, *(uscc_number(r[USCC]) % m for m in moduli)] for i, r in enumerate(rows, 1)]
    return [("csv", table(["班组", "周一", "周二", "周三", "周四", "周五", "周六", "周日"], lines))]


def remainder_columns_back(files: list[bytes]) -> Values:
    """Chinese remainders."""
    moduli = (*MODULI, 9929, 9923)
    out = []
    for line in read_table(files[0]):
        number, product = 0, 1
        for rest, m in zip(map(int, line[1:]), moduli, strict=True):
            number += product * ((rest - number) * pow(product, -1, m) % m)
            product *= m
        out.append((uscc_text(number),))
    return out


@technique("persons", "出生日期", "就诊日期", "金额", "行政区划")
def other_units(rows: list[Row], rng) -> Files:
    """Visits in other measures: age in hours, weeks since 2000, costs in ounces of silver, place by its order."""
    places = sorted({r["行政区划"] for r in rows})
    zero = datetime.date(2000, 1, 3)
    lines = []
    for row in rows:
        birth, visit = (datetime.date.fromisoformat(row[c]) for c in ("出生日期", "就诊日期"))
        weeks, day = divmod((visit - zero).days, 7)
        ounces = (Decimal(row["金额"]) / Decimal("6.4")).quantize(Decimal("0.00001"))
        lines.append(
            [places.index(row["行政区划"]), (visit - birth).days * 24, f"{weeks}.{day}", str(ounces)]
        )
    rng.shuffle(lines)
    notes = [["图例", *[f"{p[2:]}" for p in places]]]
    return [("csv", table(["站点", "运行小时", "周次", "载重盎司"], lines)), ("csv", table(["图"], notes))]


def other_units_back(files: list[bytes]) -> Values:
    """Convert back with the legend of places."""
    places = read_table(files[1])[0][1:]
    out = []
    for place, hours, week, ounces in read_table(files[0]):
        weeks, day = map(int, week.split("."))
        visit = datetime.date(2000, 1, 3) + datetime.timedelta(weeks * 7 + day)
        birth = visit - datetime.timedelta(int(hours) // 24)
        amount = (Decimal(ounces) * Decimal("6.4")).quantize(Decimal("0.01"))
        out.append((birth.isoformat(), visit.isoformat(), str(amount), "52" + places[int(place)]))
    return out


@technique("firms", "注册资本", "营业收入", "成立日期", "从业人数")
def market_shares(rows: list[Row], rng) -> Files:
    """A market share table in percent of a total that the caption names, for unnamed competitors."""
    totals = {c: sum(Decimal(r[c]) for r in rows) for c in ("注册资本", "营业收入", "从业人数")}
    lines = []
    for i, row in enumerate(rows, 1):
        shares = [f"{Decimal(row[c]) * 100 / totals[c]:.12f}" for c in totals]
        year, month, day = map(int, row["成立日期"].split("-"))
        lines.append([f"竞争者{i}", *shares, f"{year + (month * 31 + day) / 500:.3f}"])
    lines.append(["合计", *map(str, totals.values()), ""])
    return [("csv", table(["竞争者", "资本份额%", "营收份额%", "用工份额%", "进入市场"], lines))]


def market_shares_back(files: list[bytes]) -> Values:
    """Share times total."""
    *lines, last = read_table(files[0])
    totals = [Decimal(v) for v in last[1:4]]
    out = []
    for _, capital, revenue, staff, since in lines:
        values = [(Decimal(s) * t / 100) for s, t in zip((capital, revenue, staff), totals, strict=True)]
        year = int(since.split(".")[0])
        month, day = divmod(round((Decimal(since) - year) * 500), 31)
        if day == 0:
            month, day = month - 1, 31
        date = f"{year}-{month:02d}-{day:02d}"
        out.append((f"{values[0]:.2f}", f"{values[1]:.2f}", date, f"{values[2]:.0f}"))
    return out


@technique("persons", ID)
def map_points(rows: list[Row], rng) -> Files:
    """A map of service points whose coordinates' decimals are the resident number."""
    features = []
    for row in rows:
        digits = row[ID][:17]
        point = [float(f"106.{digits[:9]}"), float(f"27.{digits[9:]}1")]
        geometry = {"type": "Point", "coordinates": point}
        features.append({"type": "Feature", "properties": {"区县": rng.choice(AREAS)}, "geometry": geometry})
    return [
        (
            "geojson",
            json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode(),
        )
    ]


def map_points_back(files: list[bytes]) -> Values:
    """Join the decimals."""
    out = []
    for feature in json.loads(files[0])["features"]:
        x, y = feature["geometry"]["coordinates"]
        out.append((id_text(int(f"{x:.9f}"[4:] + f"{y:.9f}"[3:-1])),))
    return out


@technique("firms", FTEL)
def angles_in_degrees(rows: list[Row], rng) -> Files:
    """A survey protocol of angles in degrees, minutes and seconds that are telephone numbers as seconds."""
    lines = []
    for i, row in enumerate(rows, 1):
        number = int(row[FTEL])
        degrees, rest = divmod(number, 3600 * 10**5)
        minutes, rest = divmod(rest, 60 * 10**5)
        lines.append(f"测站{i:02d}  {degrees}°{minutes:02d}′{rest // 10**5:02d}.{rest % 10**5:05d}″")
    return [("txt", "\n".join(lines).encode())]


def angles_in_degrees_back(files: list[bytes]) -> Values:
    """Back to units of a hundred-thousandth of a second."""
    out = []
    for line in files[0].decode().split("\n"):
        degrees, rest = line.split()[1].split("°")
        minutes, seconds = rest.split("′")
        units = int(seconds.rstrip("″").replace(".", ""))
        out.append((str((int(degrees) * 60 + int(minutes)) * 60 * 10**5 + units),))
    return out


@technique("persons", TEL)
def logarithm_scale(rows: list[Row], rng) -> Files:
    """A table of sound levels that are ten times the common logarithm of telephone numbers."""
    lines = [[f"测点{i}", f"{Decimal(r[TEL]).log10() * 10:.16f}"] for i, r in enumerate(rows, 1)]
    return [("csv", table(["测点", "声级dB"], lines))]


def logarithm_scale_back(files: list[bytes]) -> Values:
    """Ten to the power of a tenth, rounded."""
    return [(str(round(Decimal(10) ** (Decimal(v) / 10))),) for _, v in read_table(files[0])]


@technique("firms", USCC)
def chemical_masses(rows: list[Row], rng) -> Files:
    """A list of compounds whose subscripts, two places each, are the credit code in base one hundred."""
    atoms = ["C", "H", "N", "O", "S", "P", "F", "K", "I", "B", "V", "W", "Y"]
    lines = ["样品\t分子式"]
    for i, row in enumerate(rows, 1):
        digits = f"{uscc_number(row[USCC]):026d}"
        formula = "".join(a + str(int(digits[2 * k : 2 * k + 2]) + 1) for k, a in enumerate(atoms))
        lines.append(f"S{i:02d}\t{formula}")
    return [("tsv", "\n".join(lines).encode())]


def chemical_masses_back(files: list[bytes]) -> Values:
    """Subscripts less one, two places each."""
    out = []
    for line in files[0].decode().split("\n")[1:]:
        formula = line.split("\t")[1]
        pieces = "".join(c if c.isdigit() else " " for c in formula).split()
        out.append((uscc_text(int("".join(f"{int(p) - 1:02d}" for p in pieces))),))
    return out
