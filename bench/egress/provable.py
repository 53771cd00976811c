"""Honest products with a claim that can be proven: how many the gate proves, and how many a template lets leave.

A product is what DuckDB answers to the claim's own SQL on the same rows. Leaving is measured at the gate: the
plan can be bound, the gate's own bytes for it are judged `release`, and re-emitting them gives the very same
bytes; signatures, terms and numbers are then the desk's (`tests/attacks/test_templates.py`).
"""
# ruff: noqa: E501 - a claim reads best on one line

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv

from bench.egress.room import KEY, sources_of
from bench.egress.world import tables
from sandbox.egress import scribe
from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.egress.wire import unpack
from sandbox.fingerprint.index import RecordIndex
from sandbox.kernel.findings import Verdict

FIRM, PERSON = "统一社会信用代码", "身份证号"
_F, _P = f"count(DISTINCT {FIRM})", f"count(DISTINCT {PERSON})"
_HOSPITALS = "医院表"
_DATES = ("就诊日期", "出生日期", "成立日期")


@dataclass(frozen=True, slots=True)
class Provable:
    """A claim: what kind of product it is, its SQL and its subject."""

    kind: str
    sql: str
    subject: str


def provable() -> Iterator[Provable]:
    """Yield the claims, always the same."""
    for kind, sql in _statements():
        yield Provable(kind, sql, FIRM if "企业" in sql.replace("企业数", "") else PERSON)


def _statements() -> Iterator[tuple[str, str]]:
    yield from _counts()
    yield from _figures()
    yield from _times()
    yield from _shapes()


def _counts() -> Iterator[tuple[str, str]]:
    for key in ("地区", "行业", "企业类型"):
        yield "count", f"SELECT {key}, {_F} AS n FROM 企业 GROUP BY {key} HAVING {_F} >= 10"
        yield (
            "count",
            f"SELECT {key}, count(*) AS n, {_F} AS 户数 FROM 企业 GROUP BY {key} HAVING {_F} >= 10 ORDER BY n DESC",
        )
    for key in ("区县", "性别", "诊断", "医院"):
        yield "count", f"SELECT {key}, {_P} AS n FROM 居民 GROUP BY {key} HAVING {_P} >= 10"
        yield (
            "count",
            f"SELECT {key}, count(*) AS 人次, {_P} AS 人数 FROM 居民 GROUP BY {key} HAVING {_P} >= 10",
        )
        yield "count", f"SELECT {key}, {_P} AS n FROM 居民 WHERE 金额 > 100 GROUP BY {key} HAVING {_P} >= 10"
    for one, other in (
        ("区县", "性别"),
        ("医院", "性别"),
        ("诊断", "性别"),
        ("医院", "诊断"),
        ("区县", "医院"),
        ("区县", "诊断"),
    ):
        yield "cross", f"SELECT {one}, {other}, {_P} AS n FROM 居民 GROUP BY {one}, {other} HAVING {_P} >= 12"
    for one, other in (("地区", "行业"), ("行业", "企业类型"), ("地区", "企业类型")):
        yield "cross", f"SELECT {one}, {other}, {_F} AS n FROM 企业 GROUP BY ALL HAVING {_F} >= 12"


def _figures() -> Iterator[tuple[str, str]]:
    for key in ("区县", "医院", "诊断", "性别"):
        yield (
            "sum",
            f"SELECT {key}, round(sum(金额), 0) AS 总费用, {_P} AS n FROM 居民 GROUP BY {key} HAVING {_P} >= 20",
        )
        yield "mean", f"SELECT {key}, round(avg(金额), 0) AS 次均 FROM 居民 GROUP BY {key} HAVING {_P} >= 20"
        yield (
            "ratio",
            f"SELECT {key}, round(sum(金额) / {_P}, 0) AS 人均 FROM 居民 GROUP BY {key} HAVING {_P} >= 20",
        )
        yield (
            "spread",
            f"SELECT {key}, round(stddev(金额), 0) AS 标准差 FROM 居民 GROUP BY {key} HAVING {_P} >= 30",
        )
    for key in ("地区", "行业", "企业类型"):
        yield (
            "sum",
            f"SELECT {key}, sum(从业人数) AS 从业人数, {_F} AS n FROM 企业 GROUP BY {key} HAVING {_F} >= 20",
        )
        yield (
            "mean",
            f"SELECT {key}, round(avg(从业人数), 1) AS 平均 FROM 企业 GROUP BY {key} HAVING {_F} >= 20",
        )
        yield (
            "mean",
            f"SELECT {key}, round(avg(注册资本), 0) AS 平均资本 FROM 企业 GROUP BY {key} HAVING {_F} >= 20",
        )
        yield (
            "ratio",
            f"SELECT {key}, round(sum(注册资本) / sum(从业人数), 1) AS 人均资本 FROM 企业 GROUP BY {key} HAVING {_F} >= 20",
        )
    for key in ("区县", "医院", "诊断"):
        yield (
            "share",
            f"SELECT {key}, round(100 * avg(CASE WHEN 性别 = '女' THEN 1 ELSE 0 END), 1) AS 女性占比 FROM 居民 GROUP BY {key} HAVING {_P} >= 60",
        )
        yield (
            "share",
            f"SELECT {key}, round(100.0 * count(DISTINCT CASE WHEN 性别 = '男' THEN {PERSON} END) / {_P}, 1) AS 男性占比, {_P} AS n FROM 居民 GROUP BY {key} HAVING {_P} >= 60",
        )
    for key in ("行业", "地区"):
        yield (
            "share",
            f"SELECT {key}, round(100.0 * count(*) FILTER (WHERE 企业类型 = '有限责任公司') / count(*), 1) AS 占比 FROM 企业 GROUP BY {key} HAVING {_F} >= 60",
        )
    yield "total", f"SELECT {_F} AS n, round(sum(注册资本), 0) AS 合计 FROM 企业"
    yield "total", f"SELECT {_P} AS n, count(*) AS 人次, round(avg(金额), 0) AS 次均 FROM 居民"


def _times() -> Iterator[tuple[str, str]]:
    for written in (
        "year(就诊日期)",
        "month(就诊日期)",
        "quarter(就诊日期)",
        "strftime(就诊日期, '%Y-%m')",
        "date_trunc('month', 就诊日期)",
        "extract(month FROM 就诊日期)",
    ):
        yield "time", f"SELECT {written} AS 期, {_P} AS n FROM 居民 GROUP BY 1 HAVING {_P} >= 10 ORDER BY 1"
        yield (
            "time",
            f"SELECT {written} AS 期, count(*) AS 人次, round(avg(金额), 0) AS 次均 FROM 居民 GROUP BY 1 HAVING {_P} >= 30 ORDER BY 1",
        )
    for key in ("医院", "性别", "区县"):
        yield (
            "time",
            f"SELECT quarter(就诊日期) AS 季, {key}, {_P} AS n FROM 居民 GROUP BY ALL HAVING {_P} >= 12 ORDER BY ALL",
        )
    for since in (2000, 2005, 2010):
        yield (
            "time slice",
            f"SELECT 行业, {_F} AS n FROM 企业 WHERE year(成立日期) >= {since} GROUP BY 行业 HAVING {_F} >= 10",
        )
    for day in ("2023-04-01", "2023-07-01"):
        yield (
            "time slice",
            f"SELECT 医院, {_P} AS n FROM 居民 WHERE 就诊日期 >= DATE '{day}' GROUP BY 医院 HAVING {_P} >= 10",
        )
    yield (
        "time",
        f"SELECT CAST(floor(year(成立日期) / 10) * 10 AS INTEGER) AS 年代, {_F} AS n FROM 企业 GROUP BY 1 HAVING {_F} >= 10",
    )


def _shapes() -> Iterator[tuple[str, str]]:
    for kind in ("有限责任公司", "个体工商户"):
        yield (
            "CTE",
            f"WITH t AS (SELECT 地区, 行业, {FIRM} FROM 企业 WHERE 企业类型 = '{kind}') SELECT 地区, {_F} AS n FROM t GROUP BY 地区 HAVING {_F} >= 10",
        )
    for key in ("医院", "区县", "诊断"):
        yield (
            "CTE",
            f"WITH t AS (SELECT {key} AS 组, 金额, {PERSON} FROM 居民 WHERE 性别 = '女') SELECT 组, round(avg(金额), 0) AS 次均, {_P} AS n FROM t GROUP BY 组 HAVING {_P} >= 20",
        )
        yield (
            "subquery",
            f"SELECT 组, {_P} AS n FROM (SELECT {key} AS 组, {PERSON} FROM 居民) GROUP BY 组 HAVING {_P} >= 10",
        )
        yield (
            "join",
            f"SELECT h.等级, r.{key} AS 组, {_P} AS n FROM 居民 r JOIN {_HOSPITALS} h ON r.医院 = h.医院 GROUP BY ALL HAVING {_P} >= 12",
        )
    yield (
        "join",
        f"SELECT h.等级, {_P} AS n, round(avg(金额), 0) AS 次均 FROM 居民 r JOIN {_HOSPITALS} h ON r.医院 = h.医院 GROUP BY h.等级 HAVING {_P} >= 20",
    )
    yield (
        "join",
        f"SELECT h.等级, {_P} AS n FROM 居民 LEFT JOIN {_HOSPITALS} h USING (医院) GROUP BY h.等级 HAVING {_P} >= 10",
    )
    for bounds in ((100, 500), (200, 1000)):
        low, high = bounds
        yield (
            "band",
            f"SELECT CASE WHEN 注册资本 < {low} THEN '低' WHEN 注册资本 < {high} THEN '中' ELSE '高' END AS 规模, {_F} AS n FROM 企业 GROUP BY 1 HAVING {_F} >= 10",
        )
        yield (
            "band",
            f"SELECT CASE WHEN 金额 < {low} THEN '低' WHEN 金额 < {high} THEN '中' ELSE '高' END AS 档, {_P} AS n FROM 居民 GROUP BY 1 HAVING {_P} >= 10",
        )
    yield (
        "band",
        f"SELECT CASE WHEN year(出生日期) >= 2006 THEN '未成年' WHEN year(出生日期) >= 1964 THEN '成年' ELSE '老年' END AS 年龄段, {_P} AS n FROM 居民 GROUP BY 1 HAVING {_P} >= 10",
    )
    yield "quantile", f"SELECT 行业, median(从业人数) AS 中位数 FROM 企业 GROUP BY 行业 HAVING {_F} >= 60"


@cache
def sources() -> tuple[Source, ...]:
    """Return residents, firms and a list of hospitals that residents may be joined with."""
    names = sorted({row["医院"] for row in tables()["居民"]})
    levels = ["三级" if place % 2 else "二级" for place in range(len(names))]
    listed = pa.table({"医院": names, "等级": levels})
    index = RecordIndex.build([("raw", listed)], key=KEY, units=None)
    return (*sources_of(), Source(_HOSPITALS, listed, {}, index))


def answers() -> Iterator[tuple[Provable, bytes]]:
    """Yield every claim with the product that an honest developer makes of it."""
    engine = duckdb.connect()
    for source in sources():
        typed = [f'CAST("{name}" AS {_type(name)}) AS "{name}"' for name in source.table.column_names]
        engine.register("arrived", source.table)
        engine.execute(f'CREATE TABLE "{source.name}" AS SELECT {", ".join(typed)} FROM arrived')
        engine.unregister("arrived")
    for one in provable():
        out = io.BytesIO()
        pacsv.write_csv(engine.execute(one.sql).to_arrow_table(), out)
        yield one, out.getvalue()


def _type(name: str) -> str:
    figures = {"金额": "DOUBLE", "注册资本": "DOUBLE", "从业人数": "INTEGER"}
    return figures.get(name, "DATE" if name in _DATES else "VARCHAR")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one claim: proven, and leaving by a template; or the reason why not."""

    one: Provable
    proven: bool
    leaves: bool
    reason: str


def measured() -> Iterator[Told]:
    """Yield what the gate says of every claim, in this process."""
    for one, data in answers():
        claim = json.dumps({"sql": one.sql, "subject": one.subject}, ensure_ascii=False).encode()
        found = judge([Product("p.csv", data, claim=claim)], sources()).judgement
        proven = found.verdict is Verdict.RELEASE
        leaves, refused = _leaves(one, claim)
        reason = (
            ""
            if proven
            else "; ".join(
                sorted({f"{each.rule} {each.evidence}" for file in found.files for each in file.findings})
            )
        )
        yield Told(one, proven, leaves, reason or refused)


def _leaves(one: Provable, claim: bytes) -> tuple[bool, str]:
    """Return whether what the gate writes for the claim is proven and written the same again."""
    order = {"sql": one.sql, "subject": one.subject, "form": "csv", "decimals": 6}
    header, blobs = unpack(scribe.written({"writings": [order]}, sources()))
    refused = header["writings"][0]["refused"]
    if refused is not None:
        return False, f"no template: {refused}"
    judged = judge([Product("p.csv", blobs[0], claim=claim)], sources()).judgement
    if judged.verdict is not Verdict.RELEASE:
        return False, "the gate's own bytes are not proven"
    same = judged.files[0].rewritten_digest == sha256(blobs[0]).hexdigest()
    return same, "" if same else "the gate's own bytes are written otherwise"


def tell_provable() -> None:
    """Print both shares, by kind where it is not all, and every miss."""
    told = list(measured())
    for what in ("proven", "leaves"):
        many = sum(getattr(one, what) for one in told)
        print(f"provable products, {what}: {many} of {len(told)} ({100 * many / len(told):.1f} %)")
    for one in told:
        if not (one.proven and one.leaves):
            print(
                f"  {one.one.kind}: proven {one.proven}, leaves {one.leaves}: {one.one.sql}\n    {one.reason}"
            )


if __name__ == "__main__":
    tell_provable()
