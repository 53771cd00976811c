# ruff: noqa: E501 - one product a line reads best
"""What each check of the gate is for: a smallest set of products it finds, and a near one that it leaves alone.

One row a code of `sandbox/egress/checks.py`; the page of checks names them, `test_catalogue` runs them.
"""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv

from sandbox.egress.claims import Claim
from sandbox.egress.content import Weights
from sandbox.egress.fixing import fix_by_rounding
from sandbox.egress.graphing import linear_graph
from sandbox.egress.graphs import read_graph
from sandbox.egress.options import Options
from sandbox.egress.permitted import Bounds
from sandbox.egress.report import Product
from sandbox.kernel.boundary import OutputForm
from tests.egress.clinic import SYNTHETIC, claim, csv_of, invented, source, visits

BY_KIND = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"
BY_SEX = "SELECT 性别, count(*) AS n FROM visits GROUP BY 性别"
BY_DISTRICT = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县"
FOUR = "区县 IN ('红花岗区', '汇川区', '播州区', '仁怀市')"
MODELS = Path(__file__).parents[1] / "vectors" / "models"
LINEAR = json.dumps(
    {"model": "logistic", "table": "visits", "subject": "证件号", "target": "性别", "features": ["病种"]}
).encode()
MONEY = "CAST(金额 AS DOUBLE)"


@dataclass(frozen=True, slots=True)
class Example:
    """A product set that a check finds, one that it does not, and the options they are judged under."""

    found: Callable[[], list[Product]]
    clean: Callable[[], list[Product]]
    options: Options = field(default_factory=Options)
    nearly: Options | None = None


@cache
def _result(sql: str) -> bytes:
    engine = duckdb.connect()
    engine.register("visits", visits())
    return csv_of(engine.execute(sql).to_arrow_table())


def proven(sql: str, path: str = "p.csv") -> list[Product]:
    """Return the true product of a claim."""
    return [Product(path, _result(sql), claim=claim(sql))]


def rounded(sql: str) -> list[Product]:
    """Return the counts of a claim rounded to tens, with the claim that says so."""
    data = fix_by_rounding(claim(sql), [source()], base=10).data
    declared = {**json.loads(claim(sql)), "rounded": 10}
    return [Product("p.csv", data, claim=json.dumps(declared, ensure_ascii=False).encode())]


def plotted(sql: str, **more: object) -> list[Product]:
    """Return a bar chart of a claim's true result, asked for by its specification."""
    engine = duckdb.connect()
    engine.register("visits", visits())
    result = engine.execute(sql).to_arrow_table()
    x, *y = result.column_names
    asked = {"chart": "bar", "x": x, "y": y, "rows": result.to_pylist(), **more}
    data = json.dumps(asked, ensure_ascii=False, default=str).encode()
    return [Product("p.json", data, claim=claim(sql))]


def asked(**document: object) -> list[Product]:
    """Return a specification as a file."""
    return [Product("m.json", json.dumps(document, ensure_ascii=False).encode())]


def tree(**more: object) -> list[Product]:
    """Return a tree that tells the kind from sex and amount."""
    told: dict[str, object] = {
        "model": "tree", "table": "visits", "subject": "证件号", "target": "病种", "features": ["性别", "金额"],
        "depth": 3, "leaf": 40, "seed": 1,
    }  # fmt: skip
    return asked(**told | more)


def handed(specified: bytes, figure: float | None = None) -> list[Product]:
    """Return what the kind of illness tells of sex, as a trained model; with another figure if given."""
    told = read_graph((MODELS / "sex.onnx").read_bytes())
    assert isinstance(told, Weights)
    figures = told.figures if figure is None else (figure, *told.figures[1:])
    data = linear_graph(Weights(figures, told.constant, told.classes))
    return [Product("m.onnx", data, claim=specified or None)]


def made_up(rows: object) -> list[Product]:
    """Return rows handed in as synthetic visits."""
    told = (
        pacsv.read_csv(io.BytesIO(rows)).cast(pa.schema([(n, pa.string()) for n in SYNTHETIC])).to_pylist()
        if isinstance(rows, bytes)
        else rows
    )
    return asked(synthetic="visits", subject="证件号", rows=told)


def served(count: int, *more: str, **answers: str) -> list[Product]:
    """Return a sample of a service that is asked by kind, or by more, and scores or answers with a column."""
    rows = visits().slice(40, count).to_pylist()
    asks = ("病种", *more)
    told = [
        {
            **{name: row[name] for name in asks},
            "评分": str(place % 7),
            **{new: row[old] for new, old in answers.items()},
        }
        for place, row in enumerate(rows)
    ]
    return asked(service="visits", subject="证件号", inputs=list(asks), rows=told)


def bare(text: str | bytes, path: str = "p.csv") -> list[Product]:
    """Return a file without a claim."""
    return [Product(path, text.encode() if isinstance(text, str) else text)]


def changed() -> list[Product]:
    """Return a product whose last figure is not that of its claim."""
    return [Product("p.csv", _result(BY_KIND).rstrip() + b"1\n", claim=claim(BY_KIND))]


def records(*columns: str, count: int = 30) -> bytes:
    """Return rows of the source as CSV."""
    return csv_of(visits().slice(40, count).select(list(columns)))


def split() -> list[Product]:
    """Return records whose columns lie in two files."""
    return [*bare(records("就诊日期", "区县", count=11), "a.csv"), *bare(records("金额", count=11), "b.csv")]


def zipped(name: str) -> bytes:
    """Return a zip with one entry of that name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, _result(BY_KIND))
    return out.getvalue()


def picture(behind: bytes = b"") -> bytes:
    """Return a small PNG, with bytes after its end."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    return out.getvalue() + behind


LESS = f"SELECT count(*) AS n FROM visits WHERE {FOUR}"
RELEASED = Options(earlier=(("release 2", Claim(LESS, "证件号")),))
SAFELY = Options(earlier=(("release 1", Claim(BY_SEX, "证件号")),))
MANY = Options(handed_in=31)
TABLES = Options(bounds=Bounds(outputs=(OutputForm.AGGREGATE,)))
APART = Options(bounds=Bounds(apart=(("firms", "visits"),)))
LABELS = "病种,说明\n" + "\n".join(
    f"病种{n % 6},第{n}号病人自述头痛三日伴有发热{n * 7919}" for n in range(40)
)

EXAMPLES: dict[str, Example] = {
    "G01": Example(lambda: bare("a,b\n1,2\n" * 9), lambda: bare("a,b\n1,2\n"), Options(max_bytes=12)),
    "G02": Example(lambda: bare('a,b\n"1,2\n'), lambda: bare("a,b\n1,2\n")),
    "G03": Example(lambda: bare(bytes(range(1, 256)) * 9, "p.bin"), lambda: bare("a,b\n1,2\n")),
    "G04": Example(lambda: bare(picture(b"a note behind the picture"), "p.png"), lambda: bare(picture(), "p.png")),
    "G05": Example(lambda: bare("a,b\n=HYPERLINK(A1),2\n"), lambda: bare("a,b\n1,2\n")),
    "G06": Example(lambda: bare(records("姓名", "区县", "病种", "就诊日期", "金额")), lambda: proven(BY_KIND)),
    "G07": Example(lambda: bare(records("证件号", count=3)), lambda: bare("编号\n520302190001010000\n")),
    "G08": Example(lambda: bare(_result(BY_KIND)), lambda: proven(BY_KIND)),
    "G09": Example(changed, lambda: proven(BY_KIND)),
    "G10": Example(lambda: proven(BY_DISTRICT), lambda: proven(BY_KIND)),
    "G11": Example(
        lambda: proven(f"SELECT 性别, sum({MONEY}) AS s FROM visits GROUP BY 性别"),
        lambda: proven(f"SELECT 性别, sum({MONEY}) AS s FROM visits WHERE {MONEY} < 100000 AND {FOUR} GROUP BY 性别"),
    ),
    "G12": Example(
        lambda: proven(f"SELECT count(*) AS n, count(*) FILTER (WHERE {FOUR}) AS m FROM visits"),
        lambda: proven("SELECT count(*) AS n, count(*) FILTER (WHERE 性别 = '男') AS m FROM visits"),
    ),
    "G13": Example(lambda: proven(f"SELECT count(*) AS n FROM visits WHERE {FOUR}"), lambda: proven(BY_KIND)),
    "G14": Example(
        lambda: proven(f"SELECT 病种, avg(CASE WHEN {MONEY} > 0 THEN 1 ELSE 0 END) AS s FROM visits GROUP BY 病种"),
        lambda: proven("SELECT 病种, avg(CASE WHEN 性别 = '男' THEN 1.0 ELSE 0 END) AS s FROM visits GROUP BY 病种"),
    ),
    "G15": Example(lambda: bare(LABELS), lambda: bare(_result(BY_KIND))),
    "G16": Example(
        lambda: bare("a,b\nＺＺ9,2\n"), lambda: bare("a,b\nzz8,2\n"), Options(canaries=frozenset({"zz9"}))
    ),
    "G17": Example(lambda: bare(pickle.dumps({"module": "sklearn.tree"}), "p.pkl"), lambda: bare(json.dumps([{"a": "1"}]), "p.json")),
    "G18": Example(lambda: bare("区县,人数\n甲,3\n乙,400\n"), lambda: bare("区县,人数\n甲,300\n乙,400\n")),
    "G19": Example(
        lambda: [*proven(BY_SEX, "a.csv"), *proven(f"SELECT 性别, count(*) AS n FROM visits WHERE {FOUR} GROUP BY 性别", "b.csv")],
        lambda: [*proven(BY_SEX, "a.csv"), *proven(BY_KIND, "b.csv")],
    ),
    "G20": Example(split, lambda: [*proven(BY_SEX, "a.csv"), *proven(BY_KIND, "b.csv")]),
    "G21": Example(lambda: bare(picture(), "p.png"), lambda: proven(BY_KIND), TABLES),
    "G22": Example(
        lambda: [Product("p.csv", _result(BY_KIND), claim=claim("SELECT v.病种, count(*) AS n FROM visits v JOIN firms f ON v.证件号 = f.证件号 GROUP BY 1"))],
        lambda: proven(BY_KIND), APART,
    ),
    "G23": Example(
        lambda: proven(f"SELECT 病种, max({MONEY}) AS m FROM visits GROUP BY 病种"),
        lambda: proven(f"SELECT 病种, round(median({MONEY}), -2) AS m FROM visits GROUP BY 病种"),
    ),
    "G24": Example(
        lambda: proven(f"SELECT 区县, stddev_samp({MONEY}) AS m FROM visits GROUP BY 区县"),
        lambda: proven(f"SELECT 病种, stddev_samp({MONEY}) AS m FROM visits WHERE {MONEY} < 100000 GROUP BY 病种"),
    ),
    "G25": Example(
        lambda: proven(f"SELECT 病种, median({MONEY}) AS m FROM visits GROUP BY 病种"),
        lambda: proven(f"SELECT 病种, round(median({MONEY}), -2) AS m FROM visits GROUP BY 病种"),
    ),
    "G41": Example(
        lambda: bare("受访人员姓名：王小丽，住红花岗区中华南路88号。\n", "p.txt"),
        lambda: bare("红花岗区受访者多于汇川区。\n", "p.txt"),
    ),
    "G40": Example(lambda: plotted(BY_KIND, title="各病种人次"), lambda: plotted(BY_KIND)),
    "G26": Example(lambda: bare("变量,系数,标准误\n常数,5.1,1.2\n年龄,2.25,0.1\n"), lambda: bare(_result(BY_KIND))),
    "G27": Example(lambda: bare("时间,在险人数,事件数\n0,400,20\n6,380,30\n"), lambda: bare(_result(BY_KIND))),
    "G28": Example(
        lambda: bare("病种,患病率\n甲,0.25\n乙,0.31\n"), lambda: bare("病种,患病率,人数\n甲,0.25,400\n乙,0.31,600\n")
    ),
    "G29": Example(lambda: bare("病种,男,女\n甲,0,40\n乙,30,41\n"), lambda: bare("病种,男,女\n甲,20,40\n乙,30,41\n")),
    "G30": Example(
        lambda: [Product("p.csv", _result(BY_KIND), claim=claim("SELECT 行业, count(*) AS n FROM taxes GROUP BY 行业"))],
        lambda: proven(BY_KIND), Options(bounds=Bounds()),
    ),
    "G31": Example(lambda: proven("SELECT count(*) AS n FROM visits"), lambda: proven(BY_KIND), RELEASED, nearly=SAFELY),
    "G32": Example(lambda: proven(BY_KIND), lambda: proven(BY_KIND), MANY, nearly=Options(handed_in=29)),
    "G42": Example(lambda: tree(depth=6, leaf=10), lambda: tree()),
    "G43": Example(lambda: tree(leaf=3), lambda: tree()),
    "G44": Example(lambda: tree(), lambda: proven(BY_KIND)),
    "G60": Example(lambda: handed(b""), lambda: handed(LINEAR)),
    "G61": Example(lambda: handed(LINEAR, figure=13_912_345_678.0), lambda: handed(LINEAR)),
    "G62": Example(lambda: bare((MODELS / "knn.onnx").read_bytes(), "m.onnx"), lambda: handed(LINEAR)),
    "G45": Example(lambda: made_up(records(*SYNTHETIC, count=400)), lambda: made_up(invented(300))),
    "G46": Example(lambda: made_up([*invented(300), invented(1)[0] | {"区县": "赤水市"}]), lambda: made_up(invented(300))),
    "G47": Example(lambda: made_up([*invented(300), invented(1)[0] | {"病种": "甲"}]), lambda: made_up(invented(300))),
    "G48": Example(lambda: made_up(invented(300)), lambda: proven(BY_KIND)),
    "G34": Example(lambda: proven(BY_KIND), lambda: proven(BY_KIND), Options(unread=("release 9",)), nearly=Options()),
    "G49": Example(lambda: asked(codebook="visits", subject="证件号"), lambda: bare("列名,取值\n病种,病种1\n性别,男\n")),
    "G50": Example(lambda: served(60, 分="金额"), lambda: served(60)),
    "G51": Example(lambda: served(60, "就诊日期", "区县"), lambda: served(60)),
    "G52": Example(lambda: served(60), lambda: proven(BY_KIND)),
    "G53": Example(lambda: rounded(BY_DISTRICT), lambda: proven(BY_KIND)),
    "G33": Example(
        lambda: bare("病种,男,女,合计\n甲,20,40,60\n乙,,41,44\n合计,23,81,104\n"),
        lambda: bare("病种,男,女,合计\n甲,20,40,60\n乙,30,41,71\n合计,50,81,131\n"),
    ),
}  # fmt: skip
