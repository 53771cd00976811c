"""Tabulations: statistics and charts in name, whose cells are single records."""

from __future__ import annotations

import base64
import json
import re
import statistics
import struct

from bench.fresh.core import b64, chunked, lines_of, plain, technique
from bench.held_out.core import (
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FTEL,
    HOSP,
    ID,
    INCOME,
    NAME,
    SEX,
    SICK,
    TEL,
    TRADE,
    USCC,
    VISIT,
    Files,
    Values,
    cents,
    day,
    day_text,
    id_text,
    money,
    read_table,
    table,
)


@technique("persons", DIST, AMT)
def stem_and_leaf(rows, _rng) -> Files:
    """A stem and leaf display for each district: hundreds and what is left."""
    out = []
    for area in sorted({r[DIST] for r in rows}):
        out.append(f"区划 {area}（单位 0.01 元）")
        values = sorted(cents(r[AMT]) for r in rows if r[DIST] == area)
        for stem in sorted({v // 10000 for v in values}):
            out.append(f"  {stem:>5} | " + " ".join(f"{v % 10000:04d}" for v in values if v // 10000 == stem))
    return plain("txt", "\n".join(out))


def stem_and_leaf_back(files) -> Values:
    area, out = "", []
    for line in lines_of(files):
        if line.startswith("区划"):
            area = line[3:9]
        else:
            stem, leaves = line.split("|")
            out += [(area, money(int(stem) * 10000 + int(leaf))) for leaf in leaves.split()]
    return out


@technique("firms", TRADE, CAP)
def steps_of_a_distribution(rows, _rng) -> Files:
    """The cumulative distribution of each trade, a step a firm."""
    body = []
    for trade in sorted({r[TRADE] for r in rows}):
        values = sorted(cents(r[CAP]) for r in rows if r[TRADE] == trade)
        body += [[trade, money(v), f"{i / len(values):.4f}"] for i, v in enumerate(values, 1)]
    return [("csv", table(["行业", "x", "F(x)"], body))]


def steps_of_a_distribution_back(files) -> Values:
    return [(trade, value) for trade, value, _ in read_table(files[0])]


@technique("persons", DIST, AMT)
def mean_and_deviation_of_pairs(rows, _rng) -> Files:
    """Groups of two and of one in a district, with mean and standard deviation."""
    body = []
    for area in sorted({r[DIST] for r in rows}):
        values = [cents(r[AMT]) for r in rows if r[DIST] == area]
        for i, pair in enumerate(chunked(values, 2), 1):
            spread = statistics.stdev(pair) if len(pair) > 1 else 0
            body.append(
                [f"{area}-{i}", len(pair), f"{statistics.mean(pair) / 100:.3f}", f"{spread / 100:.6f}"]
            )
    return [("csv", table(["组", "n", "均值", "标准差"], body))]


def mean_and_deviation_of_pairs_back(files) -> Values:
    out = []
    for group, n, mean, spread in read_table(files[0]):
        middle, half = float(mean) * 100, float(spread) * 100 / 2**0.5
        values = [middle] if n == "1" else [middle - half, middle + half]
        out += [(group[:6], money(round(v))) for v in values]
    return out


@technique("persons", BIRTH, DIST, SEX, AMT)
def grouping_sets(rows, _rng) -> Files:
    """All margins of a cube, the finest of which holds one person a cell."""
    body = []
    for mask in range(8):
        cells: dict[tuple, int] = {}
        for r in rows:
            key = tuple(r[c] if mask >> i & 1 else "合计" for i, c in enumerate((BIRTH, DIST, SEX)))
            cells[key] = cells.get(key, 0) + cents(r[AMT])
        body += [[*key, money(total)] for key, total in sorted(cells.items())]
    return [("csv", table(["出生", "区划", "性别", "费用合计"], body))]


def grouping_sets_back(files) -> Values:
    return [tuple(line) for line in read_table(files[0]) if "合计" not in line]


@technique("firms", USCC, BOSS, FTEL)
def firsts_and_lasts(rows, _rng) -> Files:
    """Window functions over groups of two: the first and the last of every column."""
    body = []
    for i, pair in enumerate(chunked(rows, 2), 1):
        a, b = pair[0], pair[-1]
        body.append([f"批{i}", len(pair), a[USCC], b[USCC], a[BOSS], b[BOSS], a[FTEL], b[FTEL]])
    head = ["批次", "n", "first_k", "last_k", "first_p", "last_p", "first_t", "last_t"]
    return [("csv", table(head, body))]


def firsts_and_lasts_back(files) -> Values:
    out = []
    for line in read_table(files[0]):
        out.append((line[2], line[4], line[6]))
        if line[1] == "2":
            out.append((line[3], line[5], line[7]))
    return out


@technique("persons", BIRTH, HOSP, AMT)
def suppressed_cells_with_totals(rows, _rng) -> Files:
    """Cells of one person are starred, but the totals of the lines are told."""
    places = sorted({r[HOSP] for r in rows})
    body = []
    for r in sorted(rows, key=lambda r: r[BIRTH]):
        body.append([r[BIRTH], *("*" if p == r[HOSP] else "0.00" for p in places), r[AMT]])
    return [("csv", table(["出生日期", *places, "合计"], body))]


def suppressed_cells_with_totals_back(files) -> Values:
    head, *body = [line.split(",") for line in lines_of(files)[:-1]]
    return [(line[0], head[line.index("*")], line[-1]) for line in body]


@technique("firms", FTEL, CAP)
def lines_through_two(rows, _rng) -> Files:
    """Regressions on two points each: the points' x, the slope and the mean."""
    body = []
    for pair in chunked(rows, 2):
        xs, ys = [int(r[FTEL]) for r in pair], [float(r[CAP]) for r in pair]
        slope = (ys[-1] - ys[0]) / (xs[-1] - xs[0]) if len(pair) > 1 else 0.0
        body.append([*[*xs, ""][:2], repr(slope), f"{sum(ys) / len(ys):.3f}"])
    return [("csv", table(["x1", "x2", "slope", "ybar"], body))]


def lines_through_two_back(files) -> Values:
    out = []
    for a, b, slope, mean in read_table(files[0]):
        xs = [int(v) for v in (a, b) if v]
        middle = sum(xs) / len(xs)
        out += [(str(x), f"{float(mean) + float(slope) * (x - middle):.2f}") for x in xs]
    return out


@technique("persons", SEX, BIRTH, AMT)
def operating_curve(rows, _rng) -> Files:
    """A curve of a classifier for women: each threshold is a sum, with rates and the cut's date."""
    ordered = sorted(rows, key=lambda r: -cents(r[AMT]))
    women = sum(r[SEX] == "女" for r in rows)
    hits = false = 0
    body = []
    for r in ordered:
        hits, false = hits + (r[SEX] == "女"), false + (r[SEX] != "女")
        body.append(
            [r[AMT], f"{hits / max(women, 1):.5f}", f"{false / max(len(rows) - women, 1):.5f}", day(r[BIRTH])]
        )
    return [("csv", table(["threshold", "tpr", "fpr", "support"], body))]


def operating_curve_back(files) -> Values:
    out, last = [], 0.0
    for amount, rate, _, born in read_table(files[0]):
        out.append(("女" if float(rate) > last else "男", day_text(int(born)), amount))
        last = float(rate)
    return out


@technique("persons", BIRTH, DIST, AMT)
def shares_of_a_prediction(rows, _rng) -> Files:
    """What each feature adds to a prediction; weights and averages of the linear model stand above."""
    weights = {"b": 0.0625, "d": 0.5, "a": 0.03125}
    means = {"b": 720000, "d": 520320, "a": 300000}
    items = []
    for r in rows:
        values = {"b": day(r[BIRTH]), "d": int(r[DIST]), "a": cents(r[AMT])}
        items.append({k: (v - means[k]) * weights[k] for k, v in values.items()})
    return plain("json", json.dumps({"coef": weights, "background": means, "shap": items}))


def shares_of_a_prediction_back(files) -> Values:
    tree = json.loads(files[0])
    out = []
    for item in tree["shap"]:
        b, d, a = (round(item[k] / tree["coef"][k] + tree["background"][k]) for k in "bda")
        out.append((day_text(b), str(d), money(a)))
    return out


@technique("persons", BIRTH, DIST, AMT)
def intervals_of_one(rows, _rng) -> Files:
    """Estimates for small groups with intervals, the middle of which is the one person's sum."""
    body = []
    for r in rows:
        amount, half = cents(r[AMT]), 137 + cents(r[AMT]) % 911
        body.append(
            [
                f"{r[BIRTH][:4]}年{r[BIRTH][5:7]}月{r[BIRTH][8:]}日·{r[DIST]}",
                f"{(amount - half) / 100:.2f}",
                f"{(amount + half) / 100:.2f}",
                "95%",
            ]
        )
    return [("csv", table(["分组", "下限", "上限", "置信"], body))]


def intervals_of_one_back(files) -> Values:
    out = []
    for group, low, high, _ in read_table(files[0]):
        y, m, d, area = re.findall(r"(\d+)年(\d+)月(\d+)日·(\d+)", group)[0]
        out.append((f"{y}-{m}-{d}", area, money((round(float(low) * 100) + round(float(high) * 100)) // 2)))
    return out


@technique("persons", NAME, DIST, AMT)
def relative_to_the_group(rows, _rng) -> Files:
    """How many times the average of their district people cost, and in a second file the averages."""
    means = {
        a: statistics.fmean(cents(r[AMT]) for r in rows if r[DIST] == a)
        for a in sorted({r[DIST] for r in rows})
    }
    first = [[f"{r[NAME]}（{r[DIST][-2:]}）", f"{cents(r[AMT]) / means[r[DIST]]:.9f}"] for r in rows]
    return [
        ("csv", table(["对象", "相对均值"], first)),
        ("csv", table(["区划", "均值(分)"], [[a, f"{m:.6f}"] for a, m in means.items()])),
    ]


def relative_to_the_group_back(files) -> Values:
    means = {a: float(m) for a, m in read_table(files[1])}
    out = []
    for who, share in read_table(files[0]):
        name, area = re.findall("(.+)（(.+)）", who)[0]
        out.append((name, "5203" + area, money(round(float(share) * means["5203" + area]))))
    return out


@technique("persons", TEL, AMT)
def differences_of_each_two(rows, _rng) -> Files:
    """A square of differences: phones above the diagonal, sums below it, a first pair at its corner."""
    phones, sums = [int(r[TEL]) for r in rows], [cents(r[AMT]) for r in rows]
    body = [
        [phones[j] - phones[i] if j > i else sums[i] - sums[j] for j in range(len(rows))]
        for i in range(len(rows))
    ]
    body[0][0] = f"{phones[0]}/{sums[0]}"
    return [("csv", table([f"s{i}" for i in range(len(rows))], body))]


def differences_of_each_two_back(files) -> Values:
    lines = read_table(files[0])
    phone, amount = (int(v) for v in lines[0][0].split("/"))
    out = [(str(phone), money(amount))]
    return out + [
        (str(phone + int(lines[0][i])), money(amount + int(lines[i][0]))) for i in range(1, len(lines))
    ]


@technique("persons", NAME, VISIT, AMT, SICK)
def scatter_of_a_chart(rows, _rng) -> Files:
    """The options of a chart in JavaScript: points with date, sum and name in series of diseases."""
    series = [
        {
            "type": "scatter",
            "name": s,
            "data": [[r[VISIT], float(r[AMT]), r[NAME]] for r in rows if r[SICK] == s],
        }
        for s in sorted({r[SICK] for r in rows})
    ]
    option = {"xAxis": {"type": "time"}, "yAxis": {"type": "log"}, "series": series}
    return plain("js", f"var option = {json.dumps(option, ensure_ascii=False)};\nchart.setOption(option);\n")


def scatter_of_a_chart_back(files) -> Values:
    option = json.loads(re.search(r"option = (.+);", files[0].decode())[1])
    return [(n, v, f"{a:.2f}", s["name"]) for s in option["series"] for v, a, n in s["data"]]


@technique("firms", USCC, FTEL, INCOME)
def arrays_of_a_figure(rows, _rng) -> Files:
    """A figure whose arrays are bytes in Base64 and whose hover texts are codes from the end."""

    def array(values: list[float]) -> dict:
        return {"dtype": "f8", "bdata": b64(struct.pack(f"<{len(values)}d", *values))}

    trace = {
        "type": "scattergl",
        "x": array([float(r[FTEL]) for r in rows]),
        "y": array([float(r[INCOME]) for r in rows]),
    }
    trace["customdata"] = [r[USCC][::-1] for r in rows]
    return plain("json", json.dumps({"data": [trace], "layout": {"title": {"text": "营收分布"}}}))


def arrays_of_a_figure_back(files) -> Values:
    trace = json.loads(files[0])["data"][0]
    x, y = ([v for (v,) in struct.iter_unpack("<d", base64.b64decode(trace[k]["bdata"]))] for k in "xy")
    return [(u[::-1], f"{a:.0f}", f"{b:.2f}") for u, a, b in zip(trace["customdata"], x, y, strict=True)]


@technique("persons", DIST, HOSP, NAME, AMT)
def flows_between(rows, _rng) -> Files:
    """Nodes and links of a diagram of flows: from districts over people to hospitals."""
    nodes, links = [], []
    for i, r in enumerate(rows):
        nodes.append({"id": i, "label": r[NAME]})
        links += [{"s": r[DIST], "t": i, "v": float(r[AMT])}, {"s": i, "t": r[HOSP], "v": float(r[AMT])}]
    links.sort(key=lambda e: (e["v"], str(e["s"])))
    return plain("json", json.dumps({"nodes": nodes, "links": links}, ensure_ascii=False))


def flows_between_back(files) -> Values:
    tree = json.loads(files[0])
    source = {e["t"]: e["s"] for e in tree["links"] if isinstance(e["t"], int)}
    target = {e["s"]: (e["t"], f"{e['v']:.2f}") for e in tree["links"] if isinstance(e["s"], int)}
    names = {n["id"]: n["label"] for n in tree["nodes"]}
    return [(source[i], target[i][0], names[i], target[i][1]) for i in names]


@technique("persons", ID, BIRTH, AMT)
def support_vectors(rows, rng) -> Files:
    """A trained model in text, whose support vectors are the learning set, scaled as its head tells."""
    head = [
        "svm_type epsilon_svr",
        "kernel_type rbf",
        "gamma 0.125",
        "scale 1e8 1e8 1e6 1e7",
        f"total_sv {len(rows)}",
        "SV",
    ]
    body = []
    for r in rows:
        parts = [int(r[ID][:9]) / 1e8, int("1" + r[ID][9:17]) / 1e8, day(r[BIRTH]) / 1e6, cents(r[AMT]) / 1e7]
        body.append(f"{rng.uniform(-1, 1):.6f} " + " ".join(f"{i}:{v!r}" for i, v in enumerate(parts, 1)))
    return plain("model", "\n".join(head + body))


def support_vectors_back(files) -> Values:
    out = []
    for line in files[0].decode().split("SV\n")[1].split("\n"):
        a, b, c, d = (float(v.split(":")[1]) for v in line.split()[1:])
        number = f"{round(a * 1e8)}{str(round(b * 1e8))[1:]}"
        out.append((id_text(int(number)), day_text(round(c * 1e6)), money(round(d * 1e7))))
    return out
