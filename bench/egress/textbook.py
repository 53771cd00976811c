# ruff: noqa: E501 - a case reads best on one line
"""Textbook statistical disclosures: each must be held by the gate, with the code of the rule that it breaks.

4,000 invented people; every case is files as an author would hand them in, with or without a claim.
`python -m bench.egress.textbook [--acro PYTHON]` judges them in process, and beside them what ACRO says of
the same statistics, where an interpreter with acro installed is named. Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from sandbox.egress.inspect import CLAIM_SUFFIX
from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.egress.sources import SourceTable, build_sources
from sandbox.kernel.findings import Finding, Verdict
from sandbox.kernel.identifiers import resident_id_check_digit

SUBJECT = "身份证号"
DISTRICTS = ("红花岗区", "汇川区", "播州区", "桐梓县", "绥阳县", "正安县", "湄潭县", "仁怀市")
JOBS = ("教师", "医生", "职员", "工人", "农民")


@dataclass(frozen=True, slots=True)
class Case:
    """One disclosure: what is handed in, the codes of which one must be found, ACRO's counterpart."""

    name: str
    files: Mapping[str, bytes]
    codes: frozenset[str]
    acro: str = "custom"
    words: str = field(default="")


@cache
def people() -> pd.DataFrame:
    """Return the people: districts of all sizes, one very rich, one group all ill, one with fifty rows."""
    rng = np.random.default_rng(11)
    rows = 4_000
    bodies = [
        f"5203{rng.integers(2, 83):02d}{rng.integers(1940, 2006)}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}{n % 1000:03d}"
        for n in range(rows)
    ]
    frame = pd.DataFrame(
        {
            SUBJECT: [body + resident_id_check_digit(body) for body in bodies],
            "区县": rng.choice(DISTRICTS, rows),
            "性别": rng.choice(["男", "女"], rows),
            "年龄": rng.integers(18, 90, rows),
            "患病": rng.choice([0, 1], rows, p=[0.7, 0.3]),
            "收入": np.round(rng.lognormal(8, 0.5, rows), 2),
            "职业": rng.choice(JOBS, rows),
            "月份": [f"2024-{month:02d}" for month in rng.integers(1, 13, rows)],
            "补贴": np.where(rng.random(rows) < 0.001, np.round(rng.lognormal(6, 1, rows), 2), 0),
        }
    )
    frame.loc[:5, "区县"] = "赤水市"
    frame.loc[6:30, ["区县", "性别", "患病"]] = ["务川县", "女", 1]
    frame.loc[31:60, ["区县", "性别"]] = ["务川县", "男"]
    frame.loc[61, ["区县", "收入"]] = ["余庆县", 1e9]
    frame.loc[62:120, "区县"] = "余庆县"
    frame.loc[62, "收入"] = -5
    frame.loc[121:180, "区县"] = "习水县"
    frame.loc[121:122, "收入"] = [4e6, 3.9e6]
    frame.loc[181, "职业"] = "院士"
    frame.loc[182:184, "职业"] = "飞行员"
    frame.loc[185, "年龄"] = 104
    frame.loc[186:235, "职业"] = "矿工"
    frame.loc[186:235, SUBJECT] = frame.loc[186, SUBJECT]
    frame.loc[236:260, "月份"] = "2023-12"
    frame.loc[261:263, "月份"] = "2023-11"
    return frame


@cache
def sources() -> tuple[Source, ...]:
    """Return the people as the gate sees them."""
    table = pa.Table.from_pandas(people().astype(str), preserve_index=False)
    return build_sources([SourceTable("people", table)], [], key=bytes(16))


def run(sql: str) -> pd.DataFrame:
    """Return what the SQL gives, as the author would compute it."""
    engine = duckdb.connect()
    engine.register("people", people())
    return engine.execute(sql).df()


def csv(frame: pd.DataFrame, *, index: bool = False) -> bytes:
    """Return a frame as CSV."""
    return frame.to_csv(index=index).encode()


def claimed(*statements: str, subject: str = SUBJECT) -> dict[str, bytes]:
    """Return one product with its claim for each statement."""
    files: dict[str, bytes] = {}
    for place, sql in enumerate(statements):
        files[f"p{place}.csv"] = csv(run(sql))
        files[f"p{place}.csv{CLAIM_SUFFIX}"] = json.dumps(
            {"sql": sql, "subject": subject}, ensure_ascii=False
        ).encode()
    return files


def _n(rest: str, where: str = "") -> str:
    return f"SELECT {rest} FROM people {where}".strip()


N = "count(DISTINCT 身份证号) AS 人数"


def with_claims() -> list[Case]:
    """Return the disclosures that an author declares openly."""
    big = "('红花岗区','汇川区','播州区','桐梓县','绥阳县','正安县','湄潭县','仁怀市')"
    made: list[tuple[str, tuple[str, ...], str, str]] = [
        ("cell below the threshold", (_n(f"区县, {N}", "GROUP BY 区县"),), "G10", "crosstab_district"),
        ("fifty rows, all one person", (_n("职业, count(*) AS 行数", "GROUP BY 职业"),), "G10", "fifty_rows"),
        ("crosstabs that differ by one person", (_n("性别, 患病, count(*) AS n", "GROUP BY 1, 2"), _n("性别, 患病, count(*) AS n", "WHERE 职业 <> '院士' GROUP BY 1, 2")), "G19 G31", "diff_crosstab"),
        ("sums that differ by one person", (_n("sum(收入) AS s", "WHERE 收入 < 100000"), _n("sum(收入) AS s", "WHERE 收入 < 100000 AND 职业 <> '院士'")), "G19 G31", "diff_sum"),
        ("averages that differ by one person", (_n("avg(收入) AS m, count(*) AS n", "WHERE 收入 < 100000"), _n("avg(收入) AS m, count(*) AS n", "WHERE 收入 < 100000 AND 职业 <> '院士'")), "G19 G31", "diff_mean"),
        ("an outlier cap beside the whole", (_n("count(*) AS n"), _n("count(*) AS n", "WHERE 收入 < 100000")), "G19 G31", "diff_cap"),
        ("large districts beside the whole", (_n("count(*) AS n"), _n("区县, count(*) AS n", "WHERE 区县 <> '赤水市' GROUP BY 区县")), "G13 G19", "diff_margin"),
        ("a triple: whole less two parts", (_n("count(*) AS n"), _n("count(*) AS n", "WHERE 职业 IN ('教师','医生','职员')"), _n("count(*) AS n", "WHERE 职业 IN ('工人','农民','矿工','飞行员')")), "G19 G10", "diff_triple"),
        ("margins beside suppressed cells", (_n("区县, count(*) AS n", f"WHERE 区县 IN {big} GROUP BY 区县"), _n("区县, 职业, count(*) AS n", f"WHERE 区县 IN {big} AND 职业 IN ('教师','医生','职员','工人','农民') GROUP BY 1, 2")), "G19 G31", "diff_suppressed"),
        ("a whole group is ill", (_n("区县, 性别, avg(患病) AS r", "WHERE 区县 IN ('务川县','汇川区') GROUP BY 1, 2"),), "G14 G10 G11", "class_mean"),
        ("a whole group is ill, as a condition", (_n("区县, 性别, avg(CASE WHEN 患病 = 1 THEN 1 ELSE 0 END) AS r", "WHERE 区县 IN ('务川县','汇川区') GROUP BY 1, 2"),), "G14", "class_mean"),
        ("a whole group is ill, as counts", (_n(f"区县, 性别, 患病, {N}", "WHERE 区县 IN ('务川县','汇川区','播州区') GROUP BY ALL"),), "G14", "class_counts"),
        ("largest income of each district", (_n("区县, max(收入) AS 最高", f"WHERE 区县 IN {big} GROUP BY 区县"),), "G23", "max"),
        ("smallest income of each district", (_n("区县, min(收入) AS 最低", f"WHERE 区县 IN {big} GROUP BY 区县"),), "G23", "min"),
        ("the oldest age of all", (_n("max(年龄) AS 最大年龄"),), "G23", "max_age"),
        ("a quantile at the edge", (_n("区县, quantile_cont(收入, 0.999) AS q", f"WHERE 区县 IN {big} GROUP BY 区县"),), "G23", "quantile"),
        ("a median that is one person's income", (_n("区县, median(收入) AS m", f"WHERE 区县 IN {big} GROUP BY 区县"),), "G25", "median"),
        ("dominance by one", (_n("区县, sum(收入) AS s", "WHERE 区县 IN ('余庆县','汇川区') GROUP BY 区县"),), "G11", "dominance"),
        ("dominance by one in an average", (_n("区县, avg(收入) AS s", "WHERE 区县 IN ('余庆县','汇川区') GROUP BY 区县"),), "G11", "dominance_mean"),
        ("dominance by two", (_n("区县, sum(收入) AS s", "WHERE 区县 IN ('习水县','汇川区') GROUP BY 区县"),), "G11", "two"),
        ("the p% rule", (_n("区县, sum(收入) AS s", "WHERE 区县 IN ('习水县','汇川区') AND (收入 < 3950000) GROUP BY 区县"),), "G11 G19", "p_percent"),
        ("a negative value beside an outlier", (_n("sum(收入) AS s", "WHERE 区县 = '余庆县'"),), "G11 G14", "negative"),
        ("few contributors behind a sum", (_n("sum(补贴) AS s, count(*) AS n"),), "G10", "few_contributors"),
        ("spread of a small group", (_n("职业, stddev(收入) AS sd", "WHERE 职业 IN ('飞行员','教师') GROUP BY 职业"),), "G10 G24", "std_small"),
        ("spread made by one outlier", (_n("区县, stddev(收入) AS sd", "WHERE 区县 IN ('余庆县','汇川区') GROUP BY 区县"),), "G11", "std"),
        ("degrees of freedom", (_n("月份, stddev(收入) AS sd", "WHERE 月份 IN ('2023-11','2024-01') GROUP BY 月份"),), "G24 G10", "std_month"),
        ("histogram of a group of three", (_n("CAST(floor(收入 / 2000) * 2000 AS INTEGER) AS 档, count(*) AS n", "WHERE 职业 = '飞行员' GROUP BY 1"),), "G10", "hist"),
        ("histogram with thin ends", (_n("CAST(floor(收入 / 2000) * 2000 AS INTEGER) AS 档, count(*) AS n", "WHERE 收入 BETWEEN 0 AND 100000 GROUP BY 1"),), "G10", "hist_all"),
        ("single years of age at the top", (_n("年龄, count(*) AS n", "GROUP BY 年龄"),), "G10", "age"),
        ("a thin time slice", (_n("月份, count(*) AS n", "GROUP BY 月份"),), "G10", "month"),
        ("a complement: all but three", (_n("count(*) AS n", "WHERE 职业 <> '飞行员'"),), "G13", "complement"),
        ("a rate with a small numerator", (_n("区县, avg(CASE WHEN 职业 = '飞行员' THEN 1 ELSE 0 END) AS r", f"WHERE 区县 IN {big} GROUP BY 区县"),), "G10 G14", "small_rate"),
        ("a rate of single cases in figures", (_n("round(100.0 * count(DISTINCT CASE WHEN 职业 = '院士' THEN 身份证号 END) / count(DISTINCT 身份证号), 4) AS 率"),), "G10", "small_share"),
        ("zeros by omission in a cross table", (_n(f"区县, 患病, {N}", "WHERE 区县 IN ('务川县','汇川区','播州区') AND 性别 = '女' GROUP BY ALL"),), "G14", "zeros"),
        ("the top of a list", (_n("职业, count(*) AS n", "GROUP BY 职业 ORDER BY n DESC LIMIT 5"),), "G13 G10", "top"),
        ("a filter that leaves one", (_n("count(*) FILTER (WHERE 职业 <> '院士') AS a, count(*) AS b"),), "G12", "filter"),
        ("subjects counted by a number of their own", (_n("职业, count(DISTINCT 收入) AS n", "WHERE 职业 IN ('矿工','教师') GROUP BY 职业"),), "G10", "fifty_rows"),
    ]  # fmt: skip
    return [
        Case(name, claimed(*statements), frozenset(codes.split()), acro)
        for name, statements, codes, acro in made
    ]


def without_claims() -> list[Case]:
    """Return the disclosures that are files and nothing more."""
    here = people()
    cross = pd.crosstab(here["区县"], here["职业"])
    ill = pd.crosstab(here["区县"], here["患病"])
    hidden = cross.loc[list(DISTRICTS), ["教师", "医生", "职员"]].astype(object)
    hidden.loc["合计"] = hidden.sum()
    small = pd.DataFrame({"区县": ["汇川区", "播州区", "湄潭县", "合计"], "人数": [120, "", 80, 203]})
    rows = here.head(500)
    buffer = io.BytesIO()
    rows.to_parquet(buffer)
    steps = pd.DataFrame(
        {"时间": [1, 2, 3], "在险": [40, 38, 5], "事件": [2, 3, 1], "生存率": [0.95, 0.875, 0.7]}
    )
    curve = pd.DataFrame({"月": [1, 2, 3, 4], "生存率": [1.0, 0.96, 0.93, 0.9]})
    coefficients = pd.DataFrame(
        {
            "变量": ["const", "年龄", "is_p1"],
            "coef": [3012.1, 2.2, 996987.9],
            "std err": [12.0, 0.3, 100.1],
            "p": [0.0, 0.01, 0.0],
        }
    )
    dummy = pd.DataFrame(
        {
            "variable": ["Intercept", "C(职业)[T.医生]", "C(职业)[T.院士]"],
            "coef": [3012.1, 2.2, 887.9],
            "t": [4.0, 0.3, 9.1],
        }
    )
    freedom = pd.DataFrame(
        {"变量": ["常数", "年龄", "自由度"], "系数": [3.1, 0.2, 6], "p值": [0.01, 0.2, ""]}
    )
    largest = here.groupby("区县")["收入"].max().rename("最高收入").reset_index()
    quantiles = (
        here.groupby("区县")["收入"].quantile([0.25, 0.5, 0.95]).unstack().add_prefix("p").reset_index()
    )
    medians = here.groupby("职业")["收入"].median().rename("中位收入").reset_index()
    rates = here.groupby("职业")["患病"].mean().round(3).rename("患病率").reset_index()
    based = pd.DataFrame({"区县": ["汇川区", "播州区"], "人数": [400, 35], "患病率": ["30%", "8.6%"]})
    rounded = pd.DataFrame(
        {
            "区县": ["汇川区", "播州区", "赤水市"],
            "教师": [105, 95, 0],
            "医生": [100, 110, 5],
            "工人": [90, 95, 0],
        }
    )
    spread = pd.DataFrame({"职业": ["教师", "飞行员"], "人数": [795, 3], "标准差": [1500.2, 220.1]})
    bars = {"xAxis": {"data": ["飞行员", "矿工"]}, "series": [{"name": "人数", "data": [3, 1]}]}
    listed: list[tuple[str, dict[str, bytes], str, str]] = [
        ("500 raw records, CSV", {"p.csv": csv(rows)}, "G06 G07", "custom"),
        ("500 raw records, Parquet", {"p.parquet": buffer.getvalue()}, "G06 G07", "custom"),
        ("cross table with small cells, no claim", {"p.csv": csv(cross, index=True)}, "G18", "crosstab_job"),
        ("an empty cell: all ill", {"p.csv": csv(ill.loc[["务川县", "汇川区"]].assign(**{"0": [0, 300]}), index=True)}, "G29 G18", "class_counts"),
        ("a suppressed cell that the total gives back", {"p.csv": csv(small)}, "G33", "custom"),
        ("rounded only: a row of four people", {"p.csv": csv(rounded)}, "G18 G29", "rounding"),
        ("regression with a dummy of one person", {"p.csv": csv(coefficients)}, "G26", "ols"),
        ("regression with a dummy named after a job of one", {"p.csv": csv(dummy)}, "G26", "ols"),
        ("regression with six degrees of freedom", {"p.csv": csv(freedom)}, "G24", "ols_small"),
        ("largest income of each district, no claim", {"p.csv": csv(largest)}, "G23", "max"),
        ("quantiles of each district, no claim", {"p.csv": csv(quantiles)}, "G25", "quantile"),
        ("medians of each job, no claim", {"p.csv": csv(medians)}, "G25", "median"),
        ("survival steps with single events", {"p.csv": csv(steps)}, "G27", "survival"),
        ("a survival curve without numbers at risk", {"p.csv": csv(curve)}, "G27", "survival"),
        ("rates without their bases", {"p.csv": csv(rates)}, "G28", "custom"),
        ("a rate whose numerator is three", {"p.csv": csv(based)}, "G18", "custom"),
        ("a spread beside a count of three", {"p.csv": csv(spread)}, "G24 G18", "std_small"),
        ("a bar of three in a chart", {"p.json": json.dumps(bars, ensure_ascii=False).encode()}, "G18 G08", "custom"),
    ]  # fmt: skip
    return [Case(name, files, frozenset(codes.split()), acro) for name, files, codes, acro in listed]


def cases() -> list[Case]:
    """Return every case."""
    return [*with_claims(), *without_claims()]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate said of a case."""

    case: Case
    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def held(self) -> bool:
        """Return whether it does not leave by itself, and the right rule says why."""
        return self.verdict is not Verdict.RELEASE and not self.case.codes.isdisjoint(self.rules)

    @property
    def rules(self) -> frozenset[str]:
        """Return the codes found."""
        return frozenset(found.rule for found in self.findings)


def put(case: Case) -> Outcome:
    """Judge one case."""
    products = [
        Product(name, data, claim=case.files.get(name + CLAIM_SUFFIX))
        for name, data in case.files.items()
        if not name.endswith(CLAIM_SUFFIX)
    ]
    judged = judge(products, sources(), Options()).judgement
    found = (*(one for file in judged.files for one in file.findings), *judged.set_findings)
    return Outcome(case, judged.verdict, found)


def acro_says(python: str, names: Sequence[str]) -> Mapping[str, str]:
    """Return ACRO's status of each counterpart, asked in an interpreter that has it; none where it fails."""
    script = Path(__file__).with_name("textbook_acro.py")
    data = json.dumps({"people": people().to_csv(index=False), "names": sorted(set(names))})
    done = subprocess.run([python, str(script)], input=data, capture_output=True, text=True, check=False)
    answer = done.stdout.strip().splitlines()[-1:] or ["{}"]
    return {str(name): str(status) for name, status in json.loads(answer[0]).items()}


def main() -> int:
    """Judge every case and print what was held, beside ACRO."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--acro", default="", help="an interpreter in which acro is installed")
    chosen = parser.parse_args()
    outcomes = [put(case) for case in cases()]
    beside = acro_says(chosen.acro, [one.case.acro for one in outcomes]) if chosen.acro else {}
    for one in outcomes:
        mark = "held" if one.held else "MISSED"
        rules = ",".join(sorted(one.rules))
        print(
            f"{mark:6} {one.verdict.value:7} {rules:28} ACRO {beside.get(one.case.acro, '-'):8} {one.case.name}"
        )
    held = sum(one.held for one in outcomes)
    alone = sum(one.held and one.rules == {"G08"} for one in outcomes)
    print(
        f"\n{held} of {len(outcomes)} textbook disclosures held; {alone} of them by G08 alone: people must look"
    )
    if beside:
        told = [beside.get(one.case.acro, "-") for one in outcomes]
        print(
            "ACRO, same statistics: " + ", ".join(f"{told.count(word)} {word}" for word in sorted(set(told)))
        )
    return 0 if held == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
