# ruff: noqa: ARG001, E501, RUF007 - the hand of another, kept as it came
"""Statistics and models that are the records under another name."""

from __future__ import annotations

import io
import json
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.second_exam.core import (
    AREAS,
    FTEL,
    ID,
    TEL,
    Files,
    Row,
    Values,
    id_number,
    id_text,
    read_table,
    table,
    technique,
)


@technique("persons", TEL)
def leave_one_out(rows: list[Row], rng) -> Files:
    """A jackknife table: the sum without each observation, next to the sum of all."""
    total = sum(int(r[TEL]) for r in rows)
    lines = [[i, total - int(r[TEL])] for i, r in enumerate(rows, 1)]
    return [("csv", table(["重抽样", "合计估计"], [["全样本", total], *lines]))]


def leave_one_out_back(files: list[bytes]) -> Values:
    """The total less each estimate."""
    (_, total), *lines = read_table(files[0])
    return [(str(int(total) - int(v)),) for _, v in lines]


@technique("persons", "金额", "出生日期", "就诊日期", low=20, high=25)
def monthly_snapshots(rows: list[Row], rng) -> Files:
    """A series of totals, one file an edition, in which each edition has one more record in it."""
    files, sums = [], [10**6, 10**9, 10**9]
    for i in range(len(rows) + 1):
        lines = [
            ["总费用（分）", sums[0]],
            ["出生日累计", sums[1]],
            ["就诊日累计", sums[2]],
            ["人数", 4000 + i],
        ]
        files.append(("csv", table(["指标", f"第{i + 1}版"], lines)))
        if i < len(rows):
            row = rows[i]
            parts = (
                row["金额"].replace(".", ""),
                row["出生日期"].replace("-", ""),
                row["就诊日期"].replace("-", ""),
            )
            sums = [a + int(b) for a, b in zip(sums, parts, strict=True)]
    return files


def monthly_snapshots_back(files: list[bytes]) -> Values:
    """Differences of editions."""
    states = [[int(v) for _, v in read_table(f)[:3]] for f in files]
    out = []
    for a, b in zip(states, states[1:], strict=False):
        cents, birth, visit = (str(y - x) for x, y in zip(a, b, strict=True))
        cents = cents.zfill(3)
        dates = [f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in (birth, visit)]
        out.append((f"{cents[:-2]}.{cents[-2:]}", *dates))
    return out


@technique("firms", FTEL)
def fine_quantiles(rows: list[Row], rng) -> Files:
    """A quantile table with as many quantiles as observations, which are the ordered values."""
    values = sorted(int(r[FTEL]) for r in rows)
    n = len(values)
    return [
        ("csv", table(["分位", "负荷指数"], [[f"{100 * i / (n - 1):.2f}%", v] for i, v in enumerate(values)]))
    ]


def fine_quantiles_back(files: list[bytes]) -> Values:
    """The quantiles themselves."""
    return [(v,) for _, v in read_table(files[0])]


@technique("persons", TEL)
def histogram_edges(rows: list[Row], rng) -> Files:
    """A histogram with big counts whose uneven bin edges are the telephone numbers, less a base."""
    edges = sorted(int(r[TEL]) - 13 * 10**9 for r in rows)
    counts = [rng.randrange(40, 400) for _ in edges[1:]]
    text = {"metric": "流量", "bin_edges": edges, "counts": counts}
    return [("json", json.dumps(text, ensure_ascii=False).encode())]


def histogram_edges_back(files: list[bytes]) -> Values:
    """The edges plus the base."""
    return [(str(e + 13 * 10**9),) for e in json.loads(files[0])["bin_edges"]]


@technique("persons", TEL)
def regression_diagnostics(rows: list[Row], rng) -> Files:
    """Regression diagnostics: the fitted value and the residual of each case add up to the telephone number."""
    y = [int(r[TEL]) for r in rows]
    mean = sum(y) // len(y)
    lines = []
    for i, value in enumerate(y, 1):
        fitted = mean + (i * 7919 % 101 - 50) * 1234567
        lines.append([i, fitted, value - fitted, f"{rng.random() / 10:.4f}"])
    return [("csv", table(["case", "fitted", "residual", "leverage"], lines))]


def regression_diagnostics_back(files: list[bytes]) -> Values:
    """Fitted plus residual."""
    return [(str(int(a) + int(b)),) for _, a, b, _ in read_table(files[0])]


@technique("firms", FTEL, "从业人数", "营业收入")
def rotated_scores(rows: list[Row], rng) -> Files:
    """Principal component scores in Parquet with the loadings that turn them back into the variables."""
    data = np.array(
        [[int(r[FTEL][:6]), int(r[FTEL][6:]), int(r["从业人数"]), float(r["营业收入"])] for r in rows]
    )
    basis, _ = np.linalg.qr(np.array([[rng.gauss(0, 1) for _ in range(4)] for _ in range(4)]))
    scores = data @ basis
    columns = {f"PC{k + 1}": np.concatenate([scores[:, k], basis[:, k]]) for k in range(4)}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return [("parquet", out.getvalue())]


def rotated_scores_back(files: list[bytes]) -> Values:
    """The last four rows are the rotation."""
    got = pq.read_table(io.BytesIO(files[0]))
    whole = np.column_stack([got[c].to_numpy() for c in got.column_names])
    data = whole[:-4] @ whole[-4:].T
    return [(f"{a:06.0f}{b:05.0f}", f"{c:.0f}", f"{d:.2f}") for a, b, c, d in data]


@technique("persons", ID, "金额")
def cluster_centres(rows: list[Row], rng) -> Files:
    """A cluster model with as many centres as records, standardised with the published mean and scale."""
    raw = [[int(r[ID][:6]), int(r[ID][6:14]), int(r[ID][14:17]), float(r["金额"])] for r in rows]
    data = np.array(raw)
    mean, scale = data.mean(axis=0), data.std(axis=0) + 1.0
    centres = ((data - mean) / scale).tolist()
    text = {
        "model": "KMeans",
        "n_clusters": len(rows),
        "scaler": {"mean": mean.tolist(), "scale": scale.tolist()},
        "centres": centres,
        "sizes": [rng.randrange(20, 200) for _ in rows],
    }
    return [("json", json.dumps(text).encode())]


def cluster_centres_back(files: list[bytes]) -> Values:
    """Undo the standardisation."""
    model = json.loads(files[0])
    data = np.array(model["centres"]) * model["scaler"]["scale"] + model["scaler"]["mean"]
    return [(id_text(int(f"{a:06.0f}{b:08.0f}{c:03.0f}")), f"{d:.2f}") for a, b, c, d in data]


@technique("persons", ID, low=20, high=24)
def polynomial_roots(rows: list[Row], rng) -> Files:
    """The coefficients of a calibration polynomial whose whole roots are the resident numbers."""
    coefficients = [1]
    for row in rows:
        root = id_number(row[ID])
        longer = [*coefficients, 0]
        for i, c in enumerate(coefficients):
            longer[i + 1] -= c * root
        coefficients = longer
    return [("json", json.dumps({"calibration": [str(c) for c in coefficients]}).encode())]


def polynomial_roots_back(files: list[bytes]) -> Values:
    """Newton steps from above find the largest whole root, which is divided out."""
    coefficients = [int(c) for c in json.loads(files[0])["calibration"]]
    out = []
    x = 10**17
    while len(coefficients) > 1:
        while True:
            value = slope = 0
            for c in coefficients:
                slope = slope * x + value
                value = value * x + c
            if value == 0:
                break
            x -= max(1, value // slope)
        out.append((id_text(x),))
        shorter, carry = [], 0
        for c in coefficients[:-1]:
            carry = carry * x + c
            shorter.append(carry)
        coefficients = shorter
    return out


@technique("persons", TEL)
def extremes_of_pairs(rows: list[Row], rng) -> Files:
    """A table of minimum, mean and maximum for groups that consist of two records."""
    lines = []
    for i in range(0, len(rows) - 1, 2):
        a, b = sorted(int(r[TEL]) for r in rows[i : i + 2])
        lines.append([f"{rng.choice(AREAS)}{i // 2 + 1}组", a, f"{(a + b) / 2:.1f}", b])
    if len(rows) % 2:
        lines.append(["其他", rows[-1][TEL], rows[-1][TEL], rows[-1][TEL]])
    return [("csv", table(["组", "最小", "平均", "最大"], lines))]


def extremes_of_pairs_back(files: list[bytes]) -> Values:
    """Both ends of each group."""
    return [(v,) for _, low, _, high in read_table(files[0]) for v in dict.fromkeys((low, high))]


@technique("persons", TEL, "病种")
def tree_thresholds(rows: list[Row], rng) -> Files:
    """A decision tree whose thresholds part single telephone numbers and whose leaves name the disease."""
    order = sorted(rows, key=lambda r: int(r[TEL]))

    def grow(part: list[Row]) -> dict:
        if len(part) == 1:
            return {"leaf": part[0]["病种"], "support": rng.randrange(30, 300)}
        half = len(part) // 2
        return {
            "feature": "x0",
            "threshold": (int(part[half][TEL]) - 0.5) / 1000,
            "left": grow(part[:half]),
            "right": grow(part[half:]),
        }

    first = (int(order[0][TEL]) - 0.5) / 1000
    return [("json", json.dumps({"x0_min": first, "tree": grow(order)}, ensure_ascii=False).encode())]


def tree_thresholds_back(files: list[bytes]) -> Values:
    """Each leaf's number lies half above the threshold to its left."""
    model = json.loads(files[0])
    out = []

    def walk(node: dict, low: float) -> None:
        if "leaf" in node:
            out.append((str(round(low * 1000 + 0.5)), node["leaf"]))
            return
        walk(node["left"], low)
        walk(node["right"], node["threshold"])

    walk(model["tree"], model["x0_min"])
    return out


@technique("persons", TEL)
def mixed_sums(rows: list[Row], rng) -> Files:
    """Overlapping three-way totals round a ring of records, a system of equations with one solution."""
    n = len(rows)
    values = [int(r[TEL]) for r in rows]
    lines = [
        [f"片区{i + 1}", 2 * values[i] + values[(i + 1) % n] + values[(i + 2) % n] * 5] for i in range(n)
    ]
    return [("csv", table(["片区", "加权合计"], lines))]


def mixed_sums_back(files: list[bytes]) -> Values:
    """Solve the cyclic system exactly."""
    right = [Fraction(v) for _, v in read_table(files[0])]
    n = len(right)
    matrix = [[Fraction(0)] * n + [right[i]] for i in range(n)]
    for i in range(n):
        for step, factor in enumerate((2, 1, 5)):
            matrix[i][(i + step) % n] += factor
    for i in range(n):
        pivot = next(k for k in range(i, n) if matrix[k][i])
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        matrix[i] = [v / matrix[i][i] for v in matrix[i]]
        for k in range(n):
            if k != i and matrix[k][i]:
                factor = matrix[k][i]
                matrix[k] = [a - factor * b for a, b in zip(matrix[k], matrix[i], strict=True)]
    return [(str(int(line[-1])),) for line in matrix]
