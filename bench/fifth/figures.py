"""Family h: statistics that are records: groups of one, extremes, differences, coefficients, curves."""

from __future__ import annotations

import json
import math
import random

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    HOSP,
    INCOME,
    NAME,
    SEX,
    SICK,
    STAFF,
    TRADE,
    VISIT,
    Files,
    Row,
    Values,
    cents,
    day,
    day_text,
    first,
    found,
    grid,
    money,
    table,
    technique,
    untable,
)
from bench.fifth.cover import AREAS, paragraphs, sentence, summary


@technique("h", "persons", BIRTH, DIST, HOSP, AMT, low=25)
def groups_of_one(rows: list[Row], _: random.Random) -> Files:
    """An average by birth, district and hospital: every group is one person."""
    lines = [[b, d, h, "1", a, "0.00"] for b, d, h, a in grid(rows, BIRTH, DIST, HOSP, AMT)]
    return [("csv", table(["出生日期", "地区", "机构", "人数", "均费", "标准差"], sorted(lines)))]


def groups_of_one_back(files: list[bytes]) -> Values:
    """The groups and their means."""
    return [(x[0], x[1], x[2], x[4]) for x in untable(files[0])]


@technique("h", "persons", BIRTH, SEX, AMT, low=24, high=48)
def pairs_by_moments(rows: list[Row], rng: random.Random) -> Files:
    """Pairs of persons with the mean and the deviation of their bills, births as the ends of a span."""
    lines = []
    for one, two in zip(rows[::2], rows[1::2], strict=False):
        x, y = cents(one[AMT]), cents(two[AMT])
        higher = "A" if x >= y else "B"
        lines.append(
            [
                f"{one[BIRTH]}~{two[BIRTH]}",
                one[SEX] + two[SEX],
                higher,
                f"{(x + y) / 200:.3f}",
                f"{abs(x - y) / 200:.3f}",
                str(rng.randint(1, 9)),
            ]
        )
    if len(rows) % 2:
        lines.append([rows[-1][BIRTH], rows[-1][SEX], "A", f"{float(rows[-1][AMT]):.3f}", "0.000", "1"])
    return [("csv", table(["出生区间", "性别", "峰", "均费", "标准差", "次"], lines))]


def pairs_by_moments_back(files: list[bytes]) -> Values:
    """Mean and deviation give both."""
    out: Values = []
    for span, sexes, higher, mean, spread, _ in untable(files[0]):
        total, gap = round(float(mean) * 200), round(float(spread) * 200)
        high, low = money((total + gap) // 2), money((total - gap) // 2)
        sums = (high, low) if higher == "A" else (low, high)
        out += [(b, s, a) for b, s, a in zip(span.split("~"), sexes, sums, strict=False)]
    return out


@technique("h", "firms", TRADE, FIRM, BOSS, INCOME, low=20)
def top_of_trade(rows: list[Row], rng: random.Random) -> Files:
    """A bulletin of the largest taxpayers of each trade."""
    told = [
        f"{t}类第一名为{f}(负责人{b}),营收{i}万元。{sentence(rng)}"
        for t, f, b, i in grid(rows, TRADE, FIRM, BOSS, INCOME)
    ]
    return [("md", "\n\n".join([*paragraphs(rng, 2), *told]).encode())]


def top_of_trade_back(files: list[bytes]) -> Values:
    """The sentences of the first places."""
    return found(r"(?:^|\n)(\S+?)类第一名为(\S+?)\(负责人([一-龥]+)\),营收([\d.]+)万元", files[0].decode())


@technique("h", "persons", VISIT, HOSP, AMT, low=25)
def running_totals(rows: list[Row], _: random.Random) -> Files:
    """Totals to date after each visit, by hospital."""
    rows = sorted(rows, key=lambda r: r[VISIT])
    totals: dict[str, int] = {}
    lines = []
    for i, r in enumerate(rows, 1):
        totals[r[HOSP]] = totals.get(r[HOSP], 0) + cents(r[AMT])
        lines.append([r[VISIT], r[HOSP], str(i), money(totals[r[HOSP]])])
    return [("csv", table(["截至", "机构", "累计人次", "累计费用"], lines))]


def running_totals_back(files: list[bytes]) -> Values:
    """The steps of the totals."""
    totals: dict[str, int] = {}
    out: Values = []
    for v, h, _, total in untable(files[0]):
        out.append((v, h, money(cents(total) - totals.get(h, 0))))
        totals[h] = cents(total)
    return out


@technique("h", "firms", FIRM, INCOME)
def leave_one_out(rows: list[Row], _: random.Random) -> Files:
    """The influence of each firm: the mean of all without it, and the total."""
    total = sum(cents(r[INCOME]) for r in rows)
    count = len(rows) - 1
    lines = [[r[FIRM], f"{(total - cents(r[INCOME])) / count / 100:.9f}"] for r in rows]
    return [("csv", table(["剔除企业", "其余均值"], [*lines, ["合计", money(total)]]))]


def leave_one_out_back(files: list[bytes]) -> Values:
    """The total less the others."""
    *lines, last = untable(files[0])
    return [(f, money(cents(last[1]) - round(float(m) * (len(lines) - 1) * 100))) for f, m in lines]


@technique("h", "persons", BIRTH, SICK, AMT, low=25)
def dummies_of_one(rows: list[Row], rng: random.Random) -> Files:
    """A regression with one indicator a birth and illness; coefficients are amounts less the constant."""
    base = rng.randint(100000, 300000)
    terms = {f"C(dob)[{b}]:C(dx)[{s}]": (cents(a) - base) / 100 for b, s, a in grid(rows, BIRTH, SICK, AMT)}
    model = {"model": "OLS", "r2": 1.0, "nobs": len(rows), "Intercept": base / 100, "coef": terms}
    return [("json", json.dumps(model, ensure_ascii=False, indent=1).encode())]


def dummies_of_one_back(files: list[bytes]) -> Values:
    """The coefficients with the constant."""
    model = json.loads(files[0])
    base = round(model["Intercept"] * 100)
    return [
        (first(r"dob\)\[(.*?)\]", k), first(r"dx\)\[(.*?)\]", k), money(round(v * 100) + base))
        for k, v in model["coef"].items()
    ]


@technique("h", "persons", BIRTH, VISIT, low=25)
def survival_steps(rows: list[Row], _: random.Random) -> Files:
    """A survival table with a step a person: time in days, the birth as the stratum."""
    at_risk, share = len(rows), 1.0
    lines = []
    for r in sorted(rows, key=lambda r: r[VISIT]):
        share *= 1 - 1 / at_risk
        lines.append(
            [
                str(day(r[VISIT]) - day("2023-12-31")),
                str(at_risk),
                "1",
                f"{share:.4f}",
                r[BIRTH].replace("-", "/"),
            ]
        )
        at_risk -= 1
    return [("csv", table(["自2023-12-31起天数", "在险", "事件", "S(t)", "层"], lines))]


def survival_steps_back(files: list[bytes]) -> Values:
    """Steps and strata."""
    return [(x[4].replace("/", "-"), day_text(day("2023-12-31") + int(x[0]))) for x in untable(files[0])]


@technique("h", "firms", CAP, INCOME, STAFF, low=25)
def quantiles_of_each(rows: list[Row], _: random.Random) -> Files:
    """As many quantiles as firms, of capital, with the income and staff at each."""
    ordered = sorted(grid(rows, CAP, INCOME, STAFF), key=lambda x: float(x[0]))
    lines = [[f"P{100 * (i + 1) / len(rows):.2f}", *x] for i, x in enumerate(ordered)]
    return [("csv", table(["分位", "注册资本", "该点营收", "该点从业人数"], lines))]


def quantiles_of_each_back(files: list[bytes]) -> Values:
    """The points."""
    return [tuple(x[1:]) for x in untable(files[0])]


@technique("h", "persons", BIRTH, VISIT, AMT, low=25)
def cells_of_a_cube(rows: list[Row], _: random.Random) -> Files:
    """A cross table of births by visits with a sum where one person is."""
    visits = sorted({r[VISIT] for r in rows})
    births = sorted({r[BIRTH] for r in rows})
    cells = {(r[BIRTH], r[VISIT]): r[AMT] for r in rows}
    lines = [[b, *(cells.get((b, v), "0") for v in visits)] for b in births]
    return [("csv", table(["出生\\就诊", *visits], lines))]


def cells_of_a_cube_back(files: list[bytes]) -> Values:
    """The cells that are not nought."""
    tops = files[0].decode().split("\n")[0].split(",")[1:]
    return [(x[0], t, v) for x in untable(files[0]) for t, v in zip(tops, x[1:], strict=True) if v != "0"]


@technique("h", "firms", FIRM, CAP, INCOME)
def outliers_of_boxes(rows: list[Row], rng: random.Random) -> Files:
    """The boxes of districts with their outliers listed by name and coordinates."""
    boxes = []
    for k, area in enumerate(AREAS):
        fliers = [
            {"label": f, "x": float(c), "y": float(i)} for f, c, i in grid(rows[k::14], FIRM, CAP, INCOME)
        ]
        boxes.append(
            {"area": area, "q": sorted(round(rng.uniform(50, 900), 1) for _ in range(5)), "fliers": fliers}
        )
    return [("json", json.dumps(boxes, ensure_ascii=False).encode())]


def outliers_of_boxes_back(files: list[bytes]) -> Values:
    """The outliers."""
    return [
        (p["label"], f"{p['x']:.2f}", f"{p['y']:.2f}") for box in json.loads(files[0]) for p in box["fliers"]
    ]


@technique("h", "persons", NAME, BIRTH, AMT, low=15, high=30)
def extremes_of_groups(rows: list[Row], rng: random.Random) -> Files:
    """Largest and smallest of each group, named, below a table of all districts."""
    lines = []
    for i in range(0, len(rows) - 1, 2):
        for label, r in zip(("最高", "最低"), rows[i : i + 2], strict=True):
            lines.append([f"第{i // 2 + 1}组{label}", r[AMT], f"{r[NAME]}({r[BIRTH]})"])
    if len(rows) % 2:
        lines.append(["余", rows[-1][AMT], f"{rows[-1][NAME]}({rows[-1][BIRTH]})"])
    return [("csv", table(["地区", "数值", "说明"], [*summary(rng), *lines]))]


def extremes_of_groups_back(files: list[bytes]) -> Values:
    """The named extremes."""
    return [(x[2][: x[2].index("(")], x[2][-11:-1], x[1]) for x in untable(files[0])[14:]]


@technique("h", "persons", BIRTH, VISIT, AMT, low=25)
def geometric_means(rows: list[Row], _: random.Random) -> Files:
    """Products and ratios of pairs of columns: the three values follow from three indices."""
    start = day("1900-01-01")
    lines = []
    for b, v, a in grid(rows, BIRTH, VISIT, AMT):
        x, y, z = day(b) - start, day(v) - start, cents(a)
        lines.append([f"{math.sqrt(x * y):.9f}", f"{y / x:.14f}", f"{z / y:.14f}"])
    return [("csv", table(["几何均值(自1900-01-01)", "比值1", "比值2"], lines))]


def geometric_means_back(files: list[bytes]) -> Values:
    """The three unknowns."""
    start = day("1900-01-01")
    out: Values = []
    for mean, ratio, rate in untable(files[0]):
        y = round(float(mean) * math.sqrt(float(ratio)))
        out.append(
            (day_text(start + round(y / float(ratio))), day_text(start + y), money(round(float(rate) * y)))
        )
    return out
