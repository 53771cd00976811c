# ruff: noqa: E501 - a case reads best on one line
"""Honest products: what analysts write of these sources, in the formats that they write. No record is in them."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench.egress.corpus import still_clock
from bench.egress.world import Files, tables
from tests.attacks import exam_claims, exam_products
from tests.attacks.exam_source import to_csv


@dataclass(frozen=True, slots=True)
class Clean:
    """One honest product; its kind is what a reader of the figures groups by."""

    name: str
    kind: str
    files: Files


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return visits and firms with the columns that analysts derive."""
    visits, firms = (pd.DataFrame(tables()[name]) for name in ("居民", "企业"))
    visits["金额"] = visits["金额"].astype(float)
    visits["月"] = visits["就诊日期"].str[:7]
    visits["年代"] = visits["出生日期"].str[:3] + "0年代"
    for name in ("注册资本", "从业人数"):
        firms[name] = firms[name].astype(float)
    firms["年份"] = firms["成立日期"].str[:4]
    return visits, firms


def grouped() -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield summary tables: counts, means, shares, cross tables, series, quantiles."""
    visits, firms = frames()
    for keys in (
        ["区县"],
        ["诊断"],
        ["医院"],
        ["性别"],
        ["月"],
        ["年代"],
        ["区县", "性别"],
        ["诊断", "性别"],
        ["医院", "月"],
        ["区县", "诊断"],
    ):
        made = visits.groupby(keys).agg(人次=("诊断", "size"), 次均=("金额", "mean")).round(1).reset_index()
        yield "visits-" + "-".join(keys), made[made["人次"] >= 10]
    for keys in (["地区"], ["行业"], ["企业类型"], ["年份"], ["地区", "行业"], ["行业", "企业类型"]):
        made = firms.groupby(keys).agg(企业数=("行业", "size"), 平均资本=("注册资本", "mean")).round(1)
        yield "firms-" + "-".join(keys), made[made["企业数"] >= 10].reset_index()
    yield "cross-地区-行业", pd.crosstab(firms["地区"], firms["行业"]).reset_index()
    yield (
        "share-医院-诊断",
        (pd.crosstab(visits["医院"], visits["诊断"], normalize="index") * 100).round(1).reset_index(),
    )
    yield "correlation", firms[["注册资本", "从业人数"]].corr().round(3).reset_index()
    yield (
        "quartiles",
        visits.groupby("诊断")["金额"].quantile([0.25, 0.5, 0.75]).round(0).unstack().reset_index(),
    )
    edges = np.histogram(visits["金额"], bins=[0, 200, 400, 800, 1600, 3200, 1e6])
    yield "histogram", pd.DataFrame({"下限": edges[1][:-1], "上限": edges[1][1:], "人次": edges[0]})


def _bytes(write) -> bytes:
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def chart(frame: pd.DataFrame, kind: str) -> bytes:
    """Return a bar chart of the first and the first numeric column, as matplotlib writes it."""
    import matplotlib.pyplot as plt

    with plt.rc_context(
        {"svg.hashsalt": "bench", "svg.fonttype": "none", "font.sans-serif": ["DejaVu Sans"]}
    ):
        figure, axes = plt.subplots(figsize=(5, 3))
        number = frame.select_dtypes("number").columns[0]
        axes.bar(range(len(frame)), frame[number])
        axes.set_title("n by group")
        out = io.BytesIO()
        figure.savefig(out, format=kind, metadata={"Date": None} if kind == "svg" else None)
        plt.close(figure)
    return out.getvalue()


def notebook(name: str, frame: pd.DataFrame) -> bytes:
    """Return a notebook that shows a table and a picture, as Jupyter saves it."""
    import base64

    shown = {"text/html": frame.head(20)._repr_html_(), "text/plain": frame.head(20).to_string()}
    outputs = [
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": shown},
        {"output_type": "stream", "name": "stdout", "text": [f"{len(frame)} groups\n"]},
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {
                "image/png": base64.b64encode(chart(frame, "png")).decode(),
                "text/plain": "<Figure size 500x300 with 1 Axes>",
            },
        },
    ]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "id": "a1", "source": f"# {name}\n\n按组汇总。"},
        {
            "cell_type": "code",
            "metadata": {},
            "id": "b2",
            "execution_count": 1,
            "source": "t = df.groupby('组').size()\nt",
            "outputs": outputs,
        },
    ]
    info = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.11.9"},
    }
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": info, "cells": cells}, ensure_ascii=False
    ).encode()


def formats(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, str, bytes]]:
    """Yield a table in every usual format: (kind, file name, bytes)."""
    yield "csv", f"{name}.csv", frame.to_csv(index=False).encode()
    yield "csv", f"{name}-indexed.csv", frame.to_csv().encode()
    yield "csv", f"{name}-gb.csv", frame.to_csv(index=False).encode("gb18030")
    yield "json", f"{name}.json", frame.to_json(orient="records", force_ascii=False).encode()
    yield "xlsx", f"{name}.xlsx", _bytes(lambda out: frame.to_excel(out, index=False))
    yield "parquet", f"{name}.parquet", _bytes(lambda out: pq.write_table(pa.Table.from_pandas(frame), out))
    yield "html", f"{name}.html", frame.to_html(index=False).encode()
    yield "text", f"{name}.txt", frame.to_string().encode()
    yield (
        "text",
        f"{name}.tex",
        (
            "\\begin{tabular}{ll}\n"
            + "\n".join(" & ".join(map(str, row)) + " \\\\" for row in frame.itertuples(index=False))
            + "\n\\end{tabular}\n"
        ).encode(),
    )


def others() -> Iterator[tuple[str, str, bytes]]:
    """Yield codebooks, code, reports, coefficients, and invented rows that nobody is behind."""
    visits, firms = frames()
    chance = np.random.default_rng(5)
    for number in range(6):
        draw = {name: chance.permutation(visits[name].to_numpy())[:200] for name in ("区县", "诊断", "性别")}
        draw["金额"] = np.exp(chance.normal(6.2, 1.1, 200)).round(-2)
        yield "synthetic", f"synthetic-{number}.csv", pd.DataFrame(draw).to_csv(index=False).encode()
    for name, frame in (("visits", visits), ("firms", firms)):
        book = pd.DataFrame(
            {
                "字段": frame.columns,
                "类型": [str(kind) for kind in frame.dtypes],
                "缺失": frame.isna().sum().to_numpy(),
            }
        )
        yield "codebook", f"codebook-{name}.csv", book.to_csv(index=False).encode()
        described = frame.describe().round(1).drop(index=["min", "max"]).reset_index()
        yield "csv", f"describe-{name}.csv", described.to_csv(index=False).encode()
    for number, (name, frame) in enumerate(list(grouped())[:10]):
        lines = "".join(f"其中{row[0]}{row[1]}。" for row in frame.itertuples(index=False))
        yield "text", f"report-{number}.md", f"# {name}\n\n全市情况如下。{lines}\n".encode()
        yield (
            "code",
            f"step-{number}.py",
            f"import pandas as pd\n\ndf = pd.read_csv('in.csv')\nprint(df.groupby({list(frame.columns[:1])!r}).size())\n".encode(),
        )


def clean() -> Iterator[Clean]:
    """Yield the corpus of honest products, always the same."""
    for number, (name, frame) in enumerate(grouped()):
        with still_clock():
            for kind, file, data in formats(name, frame):
                yield Clean(file, kind, {file: data})
            if number % 2 == 0:
                yield Clean(f"{name}.svg", "chart", {f"{name}.svg": chart(frame, "svg")})
                yield Clean(f"{name}.png", "chart", {f"{name}.png": chart(frame, "png")})
                yield Clean(f"{name}.ipynb", "notebook", {f"{name}.ipynb": notebook(name, frame)})
    for kind, file, data in others():
        yield Clean(file, kind, {file: data})
    yield from _examined()


def _examined() -> Iterator[Clean]:
    """Yield the honest products of the gate's examination; the provable ones bring their claims."""
    with tempfile.TemporaryDirectory() as folder:
        places = []
        for name in ("居民", "企业"):
            places.append(Path(folder) / f"{name}.csv")
            places[-1].write_text(to_csv(tables()[name]))
        engine = exam_claims.engine(*places)
        with still_clock():
            cases = [("provable", case) for case in exam_products.provable(engine)]
            cases += [("exam", case) for case in exam_products.unclaimed(engine)]
    for kind, case in cases:
        yield Clean(f"{kind}: {case.name}", kind, case.files)
