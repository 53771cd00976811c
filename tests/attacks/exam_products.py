# ruff: noqa: E501 - a case reads best on one line
"""Products that an honest developer would submit. Written from the command line's contract alone."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from tests.attacks.exam_claims import FIRM, PERSON, Case, answer, claim
from tests.attacks.exam_leaks import png, zipped

if TYPE_CHECKING:
    import duckdb

_F: Final = f"count(DISTINCT {FIRM}) AS 企业数"
_P: Final = f"count(DISTINCT {PERSON}) AS 人数"

PROVABLE: Final = (
    f"SELECT 地区, {_F} FROM 企业 GROUP BY 地区",
    f"SELECT 行业, {_F} FROM 企业 GROUP BY 行业 ORDER BY 企业数 DESC",
    f"SELECT 企业类型, {_F} FROM 企业 GROUP BY 企业类型",
    f"SELECT 行业, 企业类型, {_F} FROM 企业 GROUP BY 行业, 企业类型 HAVING count(DISTINCT {FIRM}) >= 10",
    f"SELECT 地区, 行业, {_F} FROM 企业 GROUP BY ALL HAVING count(DISTINCT {FIRM}) >= 10",
    f"SELECT year(成立日期) AS 年份, {_F} FROM 企业 GROUP BY 1 ORDER BY 1",
    f"SELECT extract(year FROM 成立日期) AS 年份, {_F} FROM 企业 WHERE year(成立日期) >= 2010 GROUP BY 1 ORDER BY 1",
    f"SELECT CAST(floor(year(成立日期) / 10) * 10 AS INTEGER) AS 年代, {_F} FROM 企业 GROUP BY 1 HAVING count(DISTINCT {FIRM}) >= 10",
    f"SELECT 地区, round(sum(注册资本), 0) AS 注册资本合计, {_F} FROM 企业 GROUP BY 地区",
    f"SELECT 行业, round(avg(注册资本), 1) AS 平均注册资本, {_F} FROM 企业 GROUP BY 行业",
    "SELECT 行业, round(avg(从业人数), 1) AS 平均人数 FROM 企业 GROUP BY 行业",
    f"SELECT 行业, sum(从业人数) AS 从业人数, {_F} FROM 企业 GROUP BY 行业",
    f"SELECT CASE WHEN 注册资本 < 100 THEN '100万以下' WHEN 注册资本 < 500 THEN '100-500万' ELSE '500万以上' END AS 规模, {_F} FROM 企业 GROUP BY 1",
    f"WITH t AS (SELECT 地区, {FIRM} FROM 企业 WHERE 企业类型 = '有限责任公司') SELECT 地区, count(DISTINCT {FIRM}) AS 企业数 FROM t GROUP BY 地区",
    f"SELECT 地区, {_F} FROM 企业 WHERE 行业 IN ('制造业', '批发和零售业') GROUP BY 地区",
    f"SELECT {_F}, round(sum(注册资本), 0) AS 合计 FROM 企业",
    f"SELECT 区县, {_P} FROM 居民 GROUP BY 区县",
    f"SELECT 性别, {_P}, count(*) AS 人次 FROM 居民 GROUP BY 性别",
    f"SELECT 诊断, {_P} FROM 居民 GROUP BY 诊断 ORDER BY 人数 DESC",
    f"SELECT 医院, count(*) AS 人次, {_P} FROM 居民 GROUP BY 医院",
    f"SELECT 诊断, 性别, {_P} FROM 居民 GROUP BY 诊断, 性别",
    f"SELECT 区县, round(sum(金额), 0) AS 总费用, {_P} FROM 居民 GROUP BY 区县",
    f"SELECT 诊断, round(avg(金额), 0) AS 次均费用, {_P} FROM 居民 GROUP BY 诊断",
    f"SELECT month(就诊日期) AS 月, count(*) AS 人次, {_P} FROM 居民 GROUP BY 1 ORDER BY 1",
    f"SELECT strftime(就诊日期, '%Y-%m') AS 月份, {_P} FROM 居民 GROUP BY 1 ORDER BY 1",
    f"SELECT date_trunc('month', 就诊日期) AS 月份, {_P} FROM 居民 GROUP BY 1 ORDER BY 1",
    f"SELECT CASE WHEN year(出生日期) >= 2006 THEN '未成年' WHEN year(出生日期) >= 1964 THEN '成年' ELSE '60岁以上' END AS 年龄段, {_P} FROM 居民 GROUP BY 1",
    "SELECT 区县, round(100 * avg(CASE WHEN 性别 = '女' THEN 1 ELSE 0 END), 1) AS 女性占比 FROM 居民 GROUP BY 区县",
    f"SELECT 医院, round(100.0 * count(DISTINCT CASE WHEN 性别 = '男' THEN {PERSON} END) / count(DISTINCT {PERSON}), 1) AS 男性占比, {_P} FROM 居民 GROUP BY 医院",
    f"SELECT quarter(就诊日期) AS 季度, 医院, {_P} FROM 居民 GROUP BY ALL ORDER BY ALL",
    "SELECT 行业, median(从业人数) AS 中位数 FROM 企业 GROUP BY 行业",
    "SELECT 行业, round(stddev(从业人数), 1) AS 标准差 FROM 企业 GROUP BY 行业",
)


def provable(db: duckdb.DuckDBPyConnection) -> list[Case]:
    """Honest claims as CSV; three of them also in other formats."""
    out = []
    for n, sql in enumerate(PROVABLE):
        subject = PERSON if "居民" in sql else FIRM
        name = f"ok{n:02d}.csv"
        out.append(Case(f"{name}: {sql}", {name: answer(db, sql), f"{name}.claim.json": claim(sql, subject)}))
    for name, sql in (("ok.xlsx", PROVABLE[0]), ("ok.json", PROVABLE[2]), ("ok.parquet", PROVABLE[1])):
        table = db.cursor().execute(sql).to_arrow_table()
        made = io.BytesIO()
        if name.endswith("xlsx"):
            table.to_pandas().to_excel(made, index=False)
        elif name.endswith("json"):
            made.write(table.to_pandas().to_json(orient="records", force_ascii=False).encode())
        else:
            pq.write_table(table, made)
        out.append(Case(name, {name: made.getvalue(), f"{name}.claim.json": claim(sql, FIRM)}))
    return out


def unclaimed(db: duckdb.DuckDBPyConnection) -> list[Case]:
    """Honest files without a claim: nothing in them is a record of a person or a firm."""
    firms = db.cursor().execute("FROM 企业").df()
    visits = db.cursor().execute("FROM 居民").df()
    visits["月"] = visits["就诊日期"].dt.strftime("%Y-%m")
    firms["年份"] = firms["成立日期"].dt.year
    files: dict[str, str | bytes] = {**_tables(firms, visits), **_texts(firms, visits), **_others(firms)}
    return [
        Case(name, {name: data.encode() if isinstance(data, str) else data}) for name, data in files.items()
    ]


def _tables(firms: pd.DataFrame, visits: pd.DataFrame) -> dict[str, str | bytes]:
    cross = pd.crosstab(firms["地区"], firms["行业"])
    sheets = io.BytesIO()
    with pd.ExcelWriter(sheets) as writer:
        cross.to_excel(writer, sheet_name="地区行业")
        firms.groupby("行业")["注册资本"].agg(["count", "mean", "sum"]).round(1).to_excel(
            writer, sheet_name="行业"
        )
    monthly = visits.groupby("月").agg(人次=("诊断", "size"), 费用=("金额", "sum")).round(0)
    edges = np.histogram(firms["注册资本"], bins=[0, 50, 100, 200, 500, 1000, 1e9])
    return {
        "交叉表.csv": cross.to_csv(),
        "占比.csv": (cross.div(cross.sum(axis=1), axis=0) * 100).round(1).to_csv(),
        "多级透视.csv": pd.pivot_table(visits, index=["区县", "性别"], columns="医院", values="金额", aggfunc="mean").round(0).to_csv(),
        "月度.csv": monthly.to_csv(),
        "环比.csv": (monthly.pct_change() * 100).round(2).to_csv(),
        "汇总.xlsx": sheets.getvalue(),
        "相关系数.csv": firms[["注册资本", "从业人数", "年份"]].corr().round(3).to_csv(),
        "描述.csv": firms[["注册资本", "从业人数"]].quantile([0.25, 0.5, 0.75]).round(1).to_csv(),
        "直方图.csv": pd.DataFrame({"下限": edges[1][:-1], "上限": edges[1][1:], "企业数": edges[0]}).to_csv(index=False),
        "诊断医院.csv": pd.crosstab(visits["诊断"], visits["医院"]).to_csv(),
        "长表.csv": cross.stack().rename("企业数").reset_index().to_csv(index=False),
        "年份行业.csv": pd.crosstab(firms["年份"], firms["行业"]).to_csv(),
        "年龄分布.csv": (2023 - visits["出生日期"].dt.year).floordiv(10).mul(10).value_counts().sort_index().to_csv(),
        "表.html": cross.to_html(),
        "表.tex": "\\begin{tabular}{lr}\n" + "\n".join(f"{k} & {v} \\\\" for k, v in firms["地区"].value_counts().items()) + "\n\\end{tabular}\n",
        "表.md": "| 地区 | 企业数 | 占比 |\n|---|---:|---:|\n" + "\n".join(f"| {k} | {v} | {v / 20:.1f}% |" for k, v in firms["地区"].value_counts().items()),
        "echarts.json": json.dumps({"xAxis": {"data": list(cross.index)}, "series": [{"name": c, "type": "bar", "data": [int(v) for v in cross[c]]} for c in cross]}, ensure_ascii=False),
        "明细.ndjson": "\n".join(json.dumps({"诊断": k, "人次": v}, ensure_ascii=False) for k, v in Counter(visits["诊断"]).items()),
        "图.svg": '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(f'<rect x="{n * 40}" y="{300 - v // 2}" width="30" height="{v // 2}"/><text x="{n * 40}" y="320">{k}</text>' for n, (k, v) in enumerate(firms["行业"].value_counts().items())) + "</svg>",
    }  # fmt: skip


def _texts(firms: pd.DataFrame, visits: pd.DataFrame) -> dict[str, str | bytes]:
    by_place = firms["地区"].value_counts()
    by_month = visits["月"].value_counts().sort_index()
    report = (
        f"# 遵义市企业结构分析报告\n\n2023年末，全市共有企业{len(firms)}户，其中{by_place.index[0]}{by_place.iloc[0]}户，"
        f"占{by_place.iloc[0] / 20:.1f}%，居首位；{by_place.index[1]}{by_place.iloc[1]}户，居第二位。\n\n"
        + "".join(f"{k}有企业{v}户。" for k, v in by_place.items())
        + f"\n\n平均注册资本{firms['注册资本'].mean():.1f}万元。制造业、批发和零售业合计占比超过四成。\n"
    )
    health = "\n".join(
        f"{month}，门诊{count}人次，次均费用约{600 + n}元。"
        for n, (month, count) in enumerate(by_month.items())
    )
    code = (
        "import pandas as pd\n\n\ndef load(path):\n    df = pd.read_csv(path, dtype=str)\n    df['年份'] = df['成立日期'].str[:4]\n    return df\n\n\n"
        "if __name__ == '__main__':\n    df = load('企业.csv')\n    print(df.groupby(['地区', '行业']).size().unstack())\n"
    )
    output = {"output_type": "stream", "name": "stdout", "text": [by_place.to_string()]}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": report},
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": code, "outputs": [output]},
    ]
    return {
        "报告.md": report,
        "健康报告.txt": "2023年全市就诊情况\n" + health,
        "README.md": "# 说明\n\n运行 `python main.py`，输入为企业登记数据，输出按地区、行业汇总的表。\n\n- 数据期：2023-01-01 至 2023-12-31\n- 单位：户、万元\n",
        "main.py": code,
        "query.sql": f"SELECT 地区, count(DISTINCT {FIRM}) FROM 企业 WHERE 成立日期 >= DATE '2010-01-01' GROUP BY 地区 HAVING count(*) >= 10;\n",
        "分析.ipynb": json.dumps(
            {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, ensure_ascii=False
        ),
        "config.toml": 'seed = 42\nlearning_rate = 0.05\ncolumns = ["地区", "行业", "注册资本"]\n',
        "日志.log": "\n".join(
            f"2024-03-0{n} 10:0{n}:00 INFO epoch={n} loss={1 / n:.4f} rows=2000" for n in range(1, 10)
        ),
        "requirements.txt": "pandas==2.2.0\nduckdb==1.1.0\npyarrow==18.0.0\n",
    }


def _others(firms: pd.DataFrame) -> dict[str, str | bytes]:
    rng = np.random.default_rng(3)
    design = np.column_stack([np.ones(len(firms)), firms["从业人数"], firms["年份"]])
    beta = np.linalg.lstsq(design, np.log(firms["注册资本"].to_numpy(float)), rcond=None)[0]
    pixels = np.full((64, 64), 255, np.uint8)
    for n, count in enumerate(firms["行业"].value_counts()):
        pixels[63 - count // 12 :, n * 8 : n * 8 + 6] = 80
    return {
        "回归系数.csv": pd.DataFrame(
            {"变量": ["常数", "从业人数", "年份"], "系数": beta.round(4), "p": [0.01, 0.2, 0.03]}
        ).to_csv(index=False),
        "指标.json": json.dumps(
            {"accuracy": 0.873, "auc": 0.911, "f1": 0.802, "n_train": 1600, "n_test": 400}
        ),
        "重要性.json": json.dumps(
            {"注册资本": 0.41, "从业人数": 0.33, "行业": 0.16, "地区": 0.10}, ensure_ascii=False
        ),
        "混淆矩阵.csv": "实际,预测正,预测负\n正,312,48\n负,55,385\n",
        "预测.csv": "月份,预测人次,下界,上界\n"
        + "\n".join(f"2024-{n:02d},{250 + 3 * n},{230 + 3 * n},{270 + 3 * n}" for n in range(1, 13)),
        "字段说明.csv": "字段,类型,说明\n"
        + "\n".join(f"{name},文本,登记机关提供的{name}" for name in firms.columns),
        "行业代码.csv": "代码,行业\n"
        + "\n".join(f"{chr(65 + n)},{name}" for n, name in enumerate(sorted(set(firms["行业"])))),
        "区划代码.csv": "代码,名称\n520302,红花岗区\n520303,汇川区\n520304,播州区\n520322,桐梓县\n520382,仁怀市\n520381,赤水市\n",
        "人口.csv": "地区,常住人口万人,面积平方公里\n红花岗区,91.5,697\n汇川区,70.2,1515\n播州区,74.1,2491\n仁怀市,65.7,1788\n",
        "模拟.csv": pd.DataFrame(rng.normal(size=(200, 4)).round(3), columns=list("abcd")).to_csv(
            index=False
        ),
        "图.png": png(pixels=pixels.tobytes(), size=64),
        "打包.zip": zipped(
            a__csv=firms["地区"].value_counts().to_csv().encode(), README__md="# 说明\n按地区统计".encode()
        ),
    }
