# ruff: noqa: E501, E731 - a case reads best on one line
"""What ACRO says of the textbook statistics: run by an interpreter that has acro, asked over stdin.

Reads the people and the names of the counterparts as JSON, prints one JSON object: name to status (pass,
review, fail, or error where ACRO raises). It imports nothing of this repository.
"""

import contextlib
import io
import json
import logging
import os
import sys
import tempfile

import pandas as pd

BIG = ["红花岗区", "汇川区", "播州区", "桐梓县", "绥阳县", "正安县", "湄潭县", "仁怀市"]


def cell(frame, rows, columns=None, **rest):
    """Return a call that makes a cross table of some rows."""

    def made(a):
        here = frame[rows]
        other = here[columns] if columns else pd.Series("all", index=here.index, name="all")
        return a.crosstab(here["区县"], other, **rest)

    return made


def counterparts(frame):
    """Return the calls of ACRO by the name that cases use."""
    every = frame["收入"].notna()
    big = frame["区县"].isin(BIG)
    two = lambda *names: frame["区县"].isin(names)
    noone = frame["职业"] != "院士"
    low = frame["收入"] < 100_000
    all_ = pd.Series("all", index=frame.index, name="all")

    def pivot(rows, how, values="收入", index="区县"):
        return lambda a: a.pivot_table(frame[rows], values=values, index=[index], aggfunc=how)

    def pair(one, other):
        return lambda a: (one(a), other(a))

    def tab(rows, index="性别", columns="患病"):
        return lambda a: a.crosstab(frame[rows][index], frame[rows][columns])

    def total(rows, how="sum"):
        return lambda a: a.crosstab(
            frame[rows]["患病"] * 0, all_[rows], values=frame[rows]["收入"], aggfunc=how
        )

    def regression(rows):
        here = frame[rows]
        x = pd.DataFrame({"const": 1.0, "年龄": here["年龄"], "d": (here["职业"] == "院士").astype(float)})
        return lambda a: a.ols(here["收入"], x)

    return {
        "crosstab_district": cell(frame, every), "crosstab_job": tab(every, "区县", "职业"),
        "fifty_rows": lambda a: a.crosstab(frame[frame["职业"].isin(["矿工", "教师"])]["职业"], all_[frame["职业"].isin(["矿工", "教师"])]),
        "diff_crosstab": pair(tab(every), tab(noone)), "diff_sum": pair(total(low), total(low & noone)),
        "diff_mean": pair(total(low, "mean"), total(low & noone, "mean")),
        "diff_cap": pair(tab(every), tab(low)), "diff_margin": pair(tab(every), tab(frame["区县"] != "赤水市")),
        "diff_triple": pair(tab(every), tab(frame["职业"].isin(["教师", "医生", "职员"]))),
        "diff_suppressed": pair(cell(frame, big), tab(big & frame["职业"].isin(["教师", "医生", "职员", "工人", "农民"]), "区县", "职业")),
        "class_mean": lambda a: a.crosstab(frame[two("务川县", "汇川区")]["区县"], frame[two("务川县", "汇川区")]["性别"], values=frame[two("务川县", "汇川区")]["患病"], aggfunc="mean"),
        "class_counts": tab(two("务川县", "汇川区", "播州区") & (frame["性别"] == "女"), "区县", "患病"),
        "zeros": tab(two("务川县", "汇川区", "播州区") & (frame["性别"] == "女"), "区县", "患病"),
        "max": pivot(big, "max"), "min": pivot(big, "min"), "max_age": pivot(big, "max", "年龄"), "median": pivot(big, "median"),
        "dominance": pivot(two("余庆县", "汇川区"), "sum"), "dominance_mean": pivot(two("余庆县", "汇川区"), "mean"),
        "two": pivot(two("习水县", "汇川区"), "sum"), "p_percent": pivot(two("习水县", "汇川区") & (frame["收入"] < 3_950_000), "sum"),
        "negative": pivot(two("余庆县"), "sum"), "few_contributors": pivot(big, "sum", "补贴"),
        "std": pivot(two("余庆县", "汇川区"), "std"), "std_small": pivot(frame["职业"].isin(["飞行员", "教师"]), "std", index="职业"),
        "std_month": pivot(frame["月份"].isin(["2023-11", "2024-01"]), "std", index="月份"),
        "hist": lambda a: a.hist(frame[frame["职业"] == "飞行员"], "收入"), "hist_all": lambda a: a.hist(frame[low], "收入"),
        "age": tab(every, "年龄", "性别"), "month": tab(every, "月份", "性别"), "complement": tab(frame["职业"] != "飞行员"),
        "filter": pair(tab(every), tab(noone)), "ols": regression(every), "ols_small": regression(frame.index < 9),
        "survival": lambda a: a.surv_func(frame[:40]["年龄"], frame[:40]["患病"], output="table"),
    }  # fmt: skip


def status_of(call):
    """Return the worst status that one call leaves behind, or `error`."""
    from acro import ACRO

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        try:
            session = ACRO(suppress=False)
            call(session)
            found = [record.status for record in session.results.results.values()]
        except Exception:  # noqa: BLE001 - whatever ACRO raises is an answer too
            return "error"
    return max(found, key=["pass", "review", "fail"].index) if found else "error"


def main():
    """Answer one question."""
    logging.disable(logging.CRITICAL)
    asked = json.load(sys.stdin)
    calls = counterparts(pd.read_csv(io.StringIO(asked["people"])))
    print(json.dumps({name: status_of(calls[name]) if name in calls else "none" for name in asked["names"]}))


if __name__ == "__main__":
    main()
