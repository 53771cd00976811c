"""Ranges inside one claim that overlap without nesting, split by another figure: judged, by brute force."""

from __future__ import annotations

from itertools import combinations, product

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress import overlaps
from sandbox.egress.judge import judge
from sandbox.egress.overlaps import overlapping
from sandbox.egress.report import Product
from sandbox.egress.units import smallest_units
from sandbox.kernel.findings import FileJudgement, Outcome, Verdict
from tests.egress.clinic import claim, csv_of, source, visits

DAY = '"就诊日期"'
EARLY, LATE = f"{DAY} < '2024-06-11'", f"{DAY} >= '2024-06-09' AND {DAY} < '2024-11-01'"
WHOLE, SPLIT = f"{DAY} < '2024-11-01'", "\"性别\" = '男'"


def asked(*conditions: str, by: str = "") -> FileJudgement:
    """Return the judgement of a table with a count a condition."""
    counts = [f"count(*) FILTER (WHERE {one}) AS n{place}" for place, one in enumerate(conditions)]
    sql = f"SELECT {', '.join([*([by] if by else []), *counts])} FROM visits{f' GROUP BY {by}' if by else ''}"
    engine = duckdb.connect()
    engine.register("visits", visits())
    made = Product("p.csv", csv_of(engine.execute(sql).to_arrow_table()), claim=claim(sql))
    (file,) = judge([made], [source()]).judgement.files
    return file


def differencing(file: FileJudgement) -> list[Verdict]:
    return [found.verdict for found in file.findings if found.rule == "G12"]


def receipt(file: FileJudgement):
    (found,) = [one for one in file.receipts if one.check.startswith("G12")]
    return found


def test_two_ranges_and_their_union_beside_a_figure_that_splits_what_they_share() -> None:
    """A + B - C are the few of two days; the fourth figure halves them: no group of rows stands alone."""
    assert differencing(asked(EARLY, LATE, WHOLE, SPLIT)) == [Verdict.REFUSE]


def test_three_ranges_and_their_union_in_every_group_of_a_table() -> None:
    thirds = (f"{DAY} < '2024-04-06'", f"{DAY} >= '2024-04-03' AND {DAY} < '2024-08-01'")
    rest = (f"{DAY} >= '2024-07-28'", f"{DAY} IS NOT NULL AND 金额 <> '-1'")
    assert differencing(asked(*thirds, *rest, SPLIT, by="病种")) == [Verdict.REFUSE]


def test_ranges_that_share_many_or_nobody_are_proven_and_the_receipt_says_how_far_was_searched() -> None:
    for shared in ("2024-06-11", "2024-03-09"):
        file = asked(f"{DAY} < '2024-06-11'", f"{DAY} >= '{shared}'", f"{DAY} <> '2024-01-01x'", SPLIT)
        assert [found.rule for found in file.findings if found.rule != "G14"] == []
        assert receipt(file).outcome is Outcome.PASS
        assert receipt(file).detail == "cells<=4 columns=4 combinations=25 whole"


def test_what_could_not_be_searched_is_said_and_goes_to_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlaps, "MAX_WORK", 100)
    file = asked(EARLY, f"{DAY} >= '2024-03-01'", f"{DAY} >= '2024-09-09'", SPLIT)
    assert differencing(file) == [Verdict.REVIEW]
    assert receipt(file).outcome is Outcome.FAIL
    assert receipt(file).detail.startswith("cells<=2 columns=4 ")
    assert receipt(file).detail.endswith(" cut")


def test_more_columns_than_are_combined_are_for_people() -> None:
    whole = np.zeros(50, np.int64)
    many = [np.where(np.arange(50) == place, -1, whole) for place in range(overlaps.MAX_COLUMNS + 1)]
    searched = overlapping(many, {"person": np.arange(1, 51, dtype=np.uint32)}, smallest=3)
    assert (searched.whole, searched.found) == (False, ())


def oracle(figures: list[np.ndarray], people: dict[str, np.ndarray], smallest: int) -> set[tuple[int, int]]:
    """Return rows and units of every small set that two to four figures of a cell leave, one taken away.

    What is only added up is larger than each part, which is a figure with a rule of its own.
    """
    cells = [(one >= 0).astype(int) for one in figures]  # a figure of nobody is one too
    found = set()
    for many in (2, 3, 4):
        for chosen in combinations(cells, many):
            for signs in set(product((1, -1), repeat=many)) - {(1,) * many}:
                total = sum(sign * line for sign, line in zip(signs, chosen, strict=True))
                if total.min() < 0 or total.max() != 1 or any((line == total).all() for line in cells):
                    continue
                few = int(smallest_units(np.where(total > 0, 0, -1), people, 1)[0])
                if few < smallest:
                    found.add((int(total.sum()), few))
    return found


ROWS = 12


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 1), min_size=ROWS, max_size=ROWS),
    st.lists(st.lists(st.booleans(), min_size=ROWS, max_size=ROWS), min_size=3, max_size=5),
    st.lists(st.integers(1, 6), min_size=ROWS, max_size=ROWS),
)
def test_all_that_brute_force_finds_in_any_cell_is_found(
    cells: list[int], inside: list[list[bool]], people: list[int]
) -> None:
    figures = [np.where(one, cells, -1).astype(np.int64) for one in inside]
    ids = {"person": np.asarray(people, np.uint32)}
    wanted = [oracle([np.where(one == cell, cell, -1) for one in figures], ids, 3) for cell in (0, 1)]
    assert set(overlapping(figures, ids, smallest=3).found) == wanted[0] | wanted[1]
