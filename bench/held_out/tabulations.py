"""Tables that look like statistics and are records: groups of one, lists of extremes, labels of axes."""

from __future__ import annotations

import csv
import io
import json
import re

from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    DIST,
    FIRM,
    HOSP,
    HOUSE,
    ID,
    INCOME,
    KIN,
    NAME,
    QUASI,
    SEX,
    SICK,
    STAFF,
    TEL,
    TRADE,
    USCC,
    VISIT,
    Files,
    Values,
    cents,
    day,
    day_text,
    id_number,
    id_text,
    money,
    read_table,
    table,
    technique,
    tuples,
)


@technique("persons", SEX, *QUASI)
def groups_of_one(rows, _rng) -> Files:
    """Grouped by sex, day of birth, district and day of visit: each group counts one."""
    lines = [[r[SEX], r[BIRTH], r[DIST], r[VISIT], 1, r[AMT]] for r in rows]
    return [("csv", table(["性别", "出生日期", "区划", "就诊日期", "人数", "金额合计"], sorted(lines)))]


def groups_of_one_back(files) -> Values:
    return [(s, b, d, v, a) for s, b, d, v, _, a in read_table(files[0])]


@technique("persons", NAME, BIRTH, AMT)
def least_greatest_mean(rows, _rng) -> Files:
    """Count, least, greatest, mean and deviation of groups that are persons."""
    lines = [[f"{r[NAME]}-{r[BIRTH].replace('-', '')}", 1, r[AMT], r[AMT], r[AMT], "0.00"] for r in rows]
    return [("csv", table(["组", "n", "min", "max", "mean", "std"], lines))]


def least_greatest_mean_back(files) -> Values:
    out = []
    for key, _, least, *_ in read_table(files[0]):
        name, b = key.split("-")
        out.append((name, f"{b[:4]}-{b[4:6]}-{b[6:]}", least))
    return out


@technique("persons", TEL, low=30, high=100)
def histogram_edges(rows, _rng) -> Files:
    """A histogram whose every bin starts at one person's number."""
    edges = sorted(int(r[TEL]) for r in rows)
    tree = {"title": "分布", "bin_edges": [*edges, edges[-1] + 1], "counts": [1] * len(edges)}
    return [("json", json.dumps(tree, ensure_ascii=False).encode())]


def histogram_edges_back(files) -> Values:
    return [(str(e),) for e in json.loads(files[0])["bin_edges"][:-1]]


@technique("persons", NAME, HOSP, VISIT, AMT, low=20, high=20)
def top_twenty(rows, _rng) -> Files:
    """The twenty dearest visits, as a Markdown list in a report."""
    ordered = sorted(rows, key=lambda r: -cents(r[AMT]))
    lines = [
        f"{i}. {r[NAME]}（{r[HOSP]}，{r[VISIT]}）：{float(r[AMT]):,.2f} 元" for i, r in enumerate(ordered, 1)
    ]
    return [("md", ("## 费用前 20 名\n\n" + "\n".join(lines) + "\n").encode())]


def top_twenty_back(files) -> Values:
    found = re.findall(r"\d+\. (\S+)（(\S+)，(\S+)）：(\S+) 元", files[0].decode())
    return [(n, h, v, a.replace(",", "")) for n, h, v, a in found]


@technique("persons", SEX, DIST, SICK, BIRTH)
def one_hot(rows, _rng) -> Files:
    """A design matrix of noughts and ones: sex, district, disease, year, month and day of birth."""

    def marks(r) -> list[str]:
        y, m, d = r[BIRTH].split("-")
        return [f"sex_{r[SEX]}", f"area_{r[DIST]}", f"dx_{r[SICK]}", f"y_{y}", f"m_{m}", f"d_{d}"]

    heads = sorted({m for r in rows for m in marks(r)})
    return [("csv", table(heads, [[int(h in marks(r)) for h in heads] for r in rows]))]


def one_hot_back(files) -> Values:
    head, *lines = csv.reader(io.StringIO(files[0].decode()))
    out = []
    for line in lines:
        got = dict(h.split("_") for h, c in zip(head, line, strict=True) if c == "1")
        out.append((got["sex"], got["area"], got["dx"], f"{got['y']}-{got['m']}-{got['d']}"))
    return out


@technique("persons", ID, AMT, low=30, high=100)
def average_per_person(rows, _rng) -> Files:
    """Averages by person: number of visits and mean expense."""
    return [("csv", table(["参保人", "就诊次数", "次均费用"], [[r[ID], 1, r[AMT]] for r in rows]))]


def average_per_person_back(files) -> Values:
    return [(i, a) for i, _, a in read_table(files[0])]


@technique("persons", NAME, TEL, AMT)
def axis_labels(rows, _rng) -> Files:
    """The options of a web chart: people on the axis, numbers in the tooltips."""
    tree = {
        "title": {"text": "费用构成"},
        "xAxis": {"type": "category", "data": [r[NAME] for r in rows]},
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "data": [{"value": float(r[AMT]), "name": r[TEL]} for r in rows]}],
    }
    page = (
        f"<div id=c></div><script>echarts.init(c).setOption({json.dumps(tree, ensure_ascii=False)})</script>"
    )
    return [("html", page.encode())]


def axis_labels_back(files) -> Values:
    tree = json.loads(re.search(r"setOption\((.+)\)</script>", files[0].decode())[1])
    return [
        (n, d["name"], f"{d['value']:.2f}")
        for n, d in zip(tree["xAxis"]["data"], tree["series"][0]["data"], strict=True)
    ]


@technique("persons", *QUASI, low=15, high=40)
def cross_table_of_ones(rows, _rng) -> Files:
    """A cross table: birth and district down, visit and sum across, ones where they meet."""
    down = sorted({f"{r[BIRTH]} {r[DIST]}" for r in rows})
    across = sorted({f"{r[VISIT]} {r[AMT]}" for r in rows})
    here = {(f"{r[BIRTH]} {r[DIST]}", f"{r[VISIT]} {r[AMT]}") for r in rows}
    return [("csv", table(["", *across], [[d] + [int((d, a) in here) for a in across] for d in down]))]


def cross_table_of_ones_back(files) -> Values:
    head, *lines = csv.reader(io.StringIO(files[0].decode()))
    return [
        (*line[0].split(" "), *h.split(" "))
        for line in lines
        for h, c in zip(head[1:], line[1:], strict=True)
        if c == "1"
    ]


@technique("persons", ID, HOSP, AMT)
def box_plot_outliers(rows, _rng) -> Files:
    """Box plots by hospital whose outliers are listed with their labels."""
    boxes = {}
    for place in sorted({r[HOSP] for r in rows}):
        outliers = [{"y": float(r[AMT]), "label": r[ID]} for r in rows if r[HOSP] == place]
        boxes[place] = {"q1": 412.5, "median": 903.0, "q3": 1888.2, "fliers": outliers}
    return [("json", json.dumps(boxes, ensure_ascii=False, indent=1).encode())]


def box_plot_outliers_back(files) -> Values:
    return [
        (f["label"], place, f"{f['y']:.2f}")
        for place, box in json.loads(files[0]).items()
        for f in box["fliers"]
    ]


@technique("persons", ID, low=30, high=100)
def quantile_table(rows, _rng) -> Files:
    """As many quantiles as there are persons, of the resident number as a figure."""
    values = sorted(id_number(r[ID]) for r in rows)
    return [
        ("csv", table(["q", "value"], [[f"{i / (len(values) - 1):.4f}", v] for i, v in enumerate(values)]))
    ]


def quantile_table_back(files) -> Values:
    return [(id_text(int(v)),) for _, v in read_table(files[0])]


@technique("persons", NAME, BIRTH, AMT)
def fitted_and_residual(rows, rng) -> Files:
    """Diagnostics of a regression: observation, fitted value, residual and leverage."""
    lines = []
    for r in rows:
        fit = rng.randint(30000, 900000)
        lines.append(
            [
                f"{r[NAME]}:{r[BIRTH]}",
                f"{fit / 100:.2f}",
                f"{(cents(r[AMT]) - fit) / 100:.2f}",
                f"{rng.random():.4f}",
            ]
        )
    return [("csv", table(["obs", "fitted", "resid", "hat"], lines))]


def fitted_and_residual_back(files) -> Values:
    return [(*o.split(":"), money(round((float(f) + float(e)) * 100))) for o, f, e, _ in read_table(files[0])]


@technique("persons", *QUASI)
def cluster_centres(rows, _rng) -> Files:
    """Centres of clusters of size one."""
    centres = [[day(r[BIRTH]), int(r[DIST]), day(r[VISIT]), float(r[AMT])] for r in rows]
    tree = {
        "algorithm": "k-means",
        "features": ["t0", "code", "t1", "y"],
        "centers": centres,
        "sizes": [1] * len(rows),
    }
    return [("json", json.dumps(tree | {"inertia": 0.0}).encode())]


def cluster_centres_back(files) -> Values:
    return [(day_text(b), str(d), day_text(v), f"{a:.2f}") for b, d, v, a in json.loads(files[0])["centers"]]


@technique("persons", ID, AMT, SICK)
def tree_rules(rows, _rng) -> Files:
    """The printed rules of a decision tree that has a leaf for every person."""
    ordered = sorted(rows, key=lambda r: r[ID])
    lines = [
        f"|--- key <= {id_number(r[ID])}\n|   |--- samples: 1, value: [{r[AMT]}], class: {r[SICK]}"
        for r in ordered
    ]
    return [("txt", "\n".join(lines).encode())]


def tree_rules_back(files) -> Values:
    found = re.findall(r"key <= (\d+)\n.+value: \[(\S+)\], class: (\S+)", files[0].decode())
    return [(id_text(int(i)), a, s) for i, a, s in found]


@technique("persons", NAME, TEL, ADDR)
def value_profile(rows, _rng) -> Files:
    """A profile of the data: for every column its most frequent values, each once."""
    tree = {
        f"col{i}": {
            "distinct": len(rows),
            "missing": 0,
            "top_values": [{"value": r[c], "freq": 1} for r in rows],
        }
        for i, c in enumerate((NAME, TEL, ADDR))
    }
    return [("json", json.dumps({"profile": tree}, ensure_ascii=False, indent=1).encode())]


def value_profile_back(files) -> Values:
    tree = json.loads(files[0])["profile"]
    return tuples(zip(*([v["value"] for v in c["top_values"]] for c in tree.values()), strict=True))


@technique("persons", NAME, BIRTH, DIST, AMT)
def leave_one_out(rows, _rng) -> Files:
    """The total, and the total without each of the groups, which are persons."""
    total = sum(cents(r[AMT]) for r in rows)
    lines = [["全部", money(total)]]
    lines += [[f"不含 {r[NAME]} {r[BIRTH]} {r[DIST]}", money(total - cents(r[AMT]))] for r in rows]
    return [("csv", table(["口径", "合计"], lines))]


def leave_one_out_back(files) -> Values:
    first, *lines = read_table(files[0])
    return [(*k.split(" ")[1:], money(cents(first[1]) - cents(v))) for k, v in lines]


@technique("firms", USCC, TRADE, INCOME)
def concentration_curve(rows, _rng) -> Files:
    """A concentration curve: firms in order of income and their cumulative share, total given."""
    ordered = sorted(rows, key=lambda r: -cents(r[INCOME]))
    total, run, points = sum(cents(r[INCOME]) for r in rows), 0, []
    for r in ordered:
        run += cents(r[INCOME])
        points.append({"label": f"{r[TRADE]}|{r[USCC]}", "cum": run / total})
    return [("json", json.dumps({"total": total, "curve": points}, ensure_ascii=False).encode())]


def concentration_curve_back(files) -> Values:
    data, before, out = json.loads(files[0]), 0, []
    for p in data["curve"]:
        now = round(p["cum"] * data["total"])
        trade, code = p["label"].split("|")
        out.append((code, trade, money(now - before)))
        before = now
    return out


@technique("persons", HOUSE, KIN, NAME, ID)
def kinship_edges(rows, _rng) -> Files:
    """Edges of a network: household, relation, person."""
    lines = [[r[HOUSE], f"{r[NAME]}#{r[ID]}", r[KIN], 1] for r in rows]
    return [("csv", table(["source", "target", "type", "weight"], lines))]


def kinship_edges_back(files) -> Values:
    return [(h, k, *t.split("#")) for h, t, k, _ in read_table(files[0])]


@technique("persons", *QUASI)
def survival_steps(rows, _rng) -> Files:
    """A survival curve with a step for every person: time in days, date of entry, stratum, cost."""
    steps = [
        {
            "time": day(r[VISIT]) - day(r[BIRTH]),
            "entry": r[BIRTH],
            "strata": r[DIST],
            "n.event": 1,
            "cost": r[AMT],
        }
        for r in rows
    ]
    steps.sort(key=lambda s: s["time"])
    return [
        (
            "json",
            json.dumps({"survfit": [s | {"n.risk": len(steps) - i} for i, s in enumerate(steps)]}).encode(),
        )
    ]


def survival_steps_back(files) -> Values:
    return [
        (s["entry"], s["strata"], day_text(day(s["entry"]) + s["time"]), s["cost"])
        for s in json.loads(files[0])["survfit"]
    ]


@technique("persons", NAME, ID, TEL)
def quality_report(rows, _rng) -> Files:
    """A report of data quality that lists the values that break each rule."""
    rules = {f"R{i + 1}": rows[i::3] for i in range(3)}
    out = ["数据质量核查", ""]
    for rule, group in rules.items():
        out.append(
            f"{rule} 疑似异常 {len(group)} 条：" + "；".join(f"{r[NAME]} {r[ID]} {r[TEL]}" for r in group)
        )
    return [("txt", "\n".join(out).encode())]


def quality_report_back(files) -> Values:
    return re.findall(
        r"(\S+?) (\d{17}[\dX]) (\d{11})(?:；|\n|$)",
        files[0].decode().replace("：", "： ").replace("；", "； "),
    )


@technique("persons", ADDR, NAME, TEL)
def described_groups(rows, _rng) -> Files:
    """The output of describe by address: count 1, unique 1, top, frequency 1."""
    lines = [[r[ADDR], 1, 1, r[NAME], 1, 1, 1, r[TEL], 1] for r in rows]
    head = ["住址", "count", "unique", "top", "freq", "count.1", "unique.1", "top.1", "freq.1"]
    return [("csv", table(head, lines))]


def described_groups_back(files) -> Values:
    return [(x[0], x[3], x[7]) for x in read_table(files[0])]


@technique("persons", SEX, BIRTH, DIST, SICK)
def risky_classes(rows, _rng) -> Files:
    """A report of anonymity: the equivalence classes with k = 1."""
    classes = [
        {"qi": {"s": r[SEX], "b": r[BIRTH], "a": r[DIST]}, "k": 1, "sensitive": [r[SICK]]} for r in rows
    ]
    tree = {"k_min": 1, "violations": classes}
    return [("json", json.dumps(tree, ensure_ascii=False).encode())]


def risky_classes_back(files) -> Values:
    return [
        (c["qi"]["s"], c["qi"]["b"], c["qi"]["a"], c["sensitive"][0])
        for c in json.loads(files[0])["violations"]
    ]


@technique("firms", FIRM, TRADE, INCOME, STAFF)
def market_leaders(rows, _rng) -> Files:
    """Tables of the market, each cell with its leader, its share of 100 per cent and its size."""
    lines = [[f"{r[TRADE]}第{i}细分", r[FIRM], "100.0%", r[INCOME], r[STAFF]] for i, r in enumerate(rows, 1)]
    return [("csv", table(["市场", "龙头", "份额", "市场规模（万元）", "从业"], lines))]


def market_leaders_back(files) -> Values:
    return [(f, re.sub(r"第\d+细分", "", m), i, s) for m, f, _, i, s in read_table(files[0])]


@technique("persons", HOSP, VISIT, NAME, SICK)
def heat_calendar(rows, _rng) -> Files:
    """A calendar of counts by day and hospital, with a tooltip for each cell."""
    cells = [{"x": r[VISIT], "y": r[HOSP], "z": 1, "hover": f"{r[NAME]}<br>{r[SICK]}"} for r in rows]
    return [
        ("json", json.dumps({"data": [{"type": "heatmap", "cells": cells}]}, ensure_ascii=False).encode())
    ]


def heat_calendar_back(files) -> Values:
    return [(c["y"], c["x"], *c["hover"].split("<br>")) for c in json.loads(files[0])["data"][0]["cells"]]


@technique("persons", BIRTH, DIST, AMT, TEL)
def weighted_sample(rows, _rng) -> Files:
    """A weighted sample called synthetic, the weights one and the rows the true ones."""
    lines = [
        [f"syn{i:04d}", r[BIRTH], r[DIST], r[AMT], f"{float(r[TEL]):.1f}", "1.000"]
        for i, r in enumerate(rows)
    ]
    return [("csv", table(["sid", "dob", "geo", "y", "x", "weight"], lines))]


def weighted_sample_back(files) -> Values:
    return [(b, d, a, x[:-2]) for _, b, d, a, x, _ in read_table(files[0])]


@technique("persons", NAME, SEX, BIRTH, HOSP)
def nested_shares(rows, _rng) -> Files:
    """A sunburst: hospital, sex, person, each with its share, down to one."""
    tree: list = []
    for place in sorted({r[HOSP] for r in rows}):
        inner = []
        for sex in sorted({r[SEX] for r in rows if r[HOSP] == place}):
            group = [r for r in rows if (r[HOSP], r[SEX]) == (place, sex)]
            inner.append(
                {"name": sex, "children": [{"name": f"{r[NAME]} {r[BIRTH]}", "value": 1} for r in group]}
            )
        tree.append({"name": place, "children": inner})
    return [("json", json.dumps({"sunburst": tree}, ensure_ascii=False).encode())]


def nested_shares_back(files) -> Values:
    return [
        (p["name"].split(" ")[0], s["name"], p["name"].split(" ")[1], h["name"])
        for h in json.loads(files[0])["sunburst"]
        for s in h["children"]
        for p in s["children"]
    ]


@technique("persons", HOSP, DIST, VISIT, BIRTH, AMT)
def with_and_without(rows, rng) -> Files:
    """Two aggregates of the same groups, the second without one person in each."""
    first, second = [], []
    for r in rows:
        n, ages, paid = rng.randint(20, 90), rng.randint(200000, 900000), rng.randint(10**6, 10**7)
        key = f"{r[HOSP]}/{r[DIST]}/{r[VISIT]}"
        second.append([key, n, ages, money(paid)])
        first.append([key, n + 1, ages + day(r[VISIT]) - day(r[BIRTH]), money(paid + cents(r[AMT]))])
    head = ["组", "人数", "日龄和", "费用和"]
    return [("csv", table(head, first)), ("csv", table(head, second))]


def with_and_without_back(files) -> Values:
    out = []
    for one, two in zip(read_table(files[0]), read_table(files[1]), strict=True):
        place, area, seen = one[0].split("/")
        born = day_text(day(seen) - int(one[2]) + int(two[2]))
        out.append((place, area, seen, born, money(cents(one[3]) - cents(two[3]))))
    return out
