"""Tables of rounded counts: held against their claim, drawn by the gate, no clearer beside others."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from functools import cache

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.fixing import fix_by_rounding
from sandbox.egress.frames import report_in, report_out
from sandbox.egress.judge import judge, judge_file, settle
from sandbox.egress.kept import ROUNDED, Kept, Standing, unpack
from sandbox.egress.narrowing import Told, exact, narrowed
from sandbox.egress.options import Judged, Options
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.egress.roundings import base_of
from sandbox.kernel.findings import Verdict
from tests.attacks.test_ledger_sets import first, version
from tests.egress.clinic import RARE, claim, csv_of, visits

BY_DISTRICT = "SELECT 区县, 性别, count(*) AS n FROM visits GROUP BY 区县, 性别"
AGAIN = "SELECT 区县, 性别, count(*) AS n FROM visits WHERE 金额 IS NOT NULL GROUP BY 性别, 区县"


def declared(sql: str, base: int = 10) -> bytes:
    """Return a claim whose counts are rounded."""
    return json.dumps({**json.loads(claim(sql)), "rounded": base}, ensure_ascii=False).encode()


@cache
def source() -> Source:
    return first()


def told(sql: str = BY_DISTRICT, base: int = 10) -> bytes:
    """Return the table as `fix --round` writes it."""
    return fix_by_rounding(claim(sql), [source()], base=base).data


def rounded(
    data: bytes | None = None, sql: str = BY_DISTRICT, base: int = 10, path: str = "r.csv"
) -> Product:
    return Product(path, told(sql, base) if data is None else data, claim=declared(sql, base))


def judged(*products: Product, kept: tuple[Kept, ...] = (), at: Source | None = None) -> Judged:
    return judge(products, [at or source()], Options(kept=kept))


def ledger(found: Judged, path: str = "r.csv", standing: Standing = Standing.RELEASED) -> Kept:
    cells = found.kept[path]
    return Kept("14", cells.table, cells.snapshot, standing, unpack(cells.data), source().numbered)


def rules(found: Judged) -> list[tuple[str, Verdict]]:
    one = found.judgement
    return [(each.rule, each.verdict) for each in (*one.files[0].findings, *one.set_findings)]


def test_a_rounded_table_goes_to_people_as_the_gate_draws_it_and_into_the_ledger() -> None:
    found = judged(rounded())
    assert rules(found) == [("G53", Verdict.REVIEW)]
    (data,) = found.rewritings.values()
    assert data == told()
    parts = ledger(found).parts
    assert {part.quantity for part in parts} == {ROUNDED}
    assert all(low <= 0 <= high for part in parts for low, high in part.bounds)


def test_figures_rounded_another_way_leave_as_the_gate_draws_them() -> None:
    """Nobody chooses which way a figure goes: he could tell something by his choices."""
    rows = list(csv.reader(io.StringIO(told().decode("utf-8-sig"))))
    counts = {(one["区县"], one["性别"]): one["n"] for one in _true()}
    for row in rows[1:]:
        if tuple(row[:2]) in counts:
            row[2] = str(-(-counts[tuple(row[:2])] // 10) * 10)  # all up
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    assert out.getvalue().encode() != told()
    found = judged(rounded(out.getvalue().encode()))
    assert rules(found) == [("G53", Verdict.REVIEW)]
    assert list(found.rewritings.values()) == [told()]


def _true() -> list[dict]:
    counted = source().table.group_by(["区县", "性别"]).aggregate([([], "count_all")])
    return counted.rename_columns(["区县", "性别", "n"]).to_pylist()


@pytest.mark.parametrize("wrong", ["exact", "off", "twice", "stranger", "column", "negative"])
def test_what_is_no_rounding_of_the_claim_is_refused(wrong: str) -> None:
    rows = list(csv.reader(io.StringIO(told().decode("utf-8-sig"))))
    if wrong == "exact":
        rows[1][2] = str(next(one["n"] for one in _true() if [one["区县"], one["性别"]] == rows[1][:2]))
    elif wrong == "off":
        rows[1][2] = str(int(rows[1][2]) + 20)
    elif wrong == "twice":
        rows.append(rows[1])
    elif wrong == "stranger":
        rows.append(["遵义市", "男", "10"])
    elif wrong == "column":
        rows = [[*row, "x"] for row in rows]
    else:
        rows[1][2] = "-" + rows[1][2]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    assert ("G09", Verdict.REFUSE) in rules(judged(rounded(out.getvalue().encode())))


@pytest.mark.parametrize(
    ("sql", "base"),
    [
        (BY_DISTRICT, 5),  # below the threshold
        ("SELECT 区县, 性别, sum(CAST(金额 AS DOUBLE)) AS n FROM visits GROUP BY 区县, 性别", 10),
        ("SELECT 区县, 性别, 病种, count(*) AS n FROM visits GROUP BY 区县, 性别, 病种", 10),
        (
            "SELECT if(性别 = '男', '合计', 性别) AS d, count(*) AS n FROM visits GROUP BY 1",
            10,
        ),
    ],
)
def test_what_cannot_be_rounded_is_not_believed_to_be(sql: str, base: int) -> None:
    found = judged(Product("r.csv", told(), claim=declared(sql, base)))
    assert not found.kept
    assert "G53" not in [rule for rule, _ in rules(found)]


def test_a_rounded_base_is_a_whole_number() -> None:
    assert base_of(declared(BY_DISTRICT)) == 10
    for wrong in (1, -10, 1 << 40, 10.0, "10", True, None):
        assert base_of(json.dumps({"sql": BY_DISTRICT, "subject": "证件号", "rounded": wrong}).encode()) == 0
        one = Product("r.csv", told(), claim=declared(BY_DISTRICT, wrong))
        assert "G53" not in [rule for rule, _ in rules(judged(one))]


def test_the_same_counts_asked_in_other_words_are_drawn_the_same_way() -> None:
    """Two drawings of one table would tell more than either: zero and ten leave nine."""
    assert told(AGAIN) == told(BY_DISTRICT)
    assert rules(judged(rounded(sql=AGAIN), kept=(ledger(judged(rounded())),))) == [("G53", Verdict.REVIEW)]


def other_way(kept: Kept) -> Kept:
    """Return a kept table of which every figure had gone the other way."""
    parts = [
        replace(part, bounds=tuple((low - 10, high - 10) if high > 9 else (low + 10, high + 10)
                                   for low, high in part.bounds))
        for part in kept.parts
    ]  # fmt: skip
    return replace(kept, parts=tuple(parts))


@pytest.mark.parametrize(
    ("standing", "verdict"), [(Standing.RELEASED, Verdict.REFUSE), (Standing.DECLINED, Verdict.REVIEW)]
)
def test_a_table_rounded_the_other_way_before_is_told(standing: Standing, verdict: Verdict) -> None:
    before = other_way(ledger(judged(rounded()), standing=standing))
    found = judged(rounded(), kept=(before,))
    assert ("G31", verdict) in rules(found)
    assert found.judgement.verdict is verdict
    (one,) = [one for one in found.judgement.set_findings if one.rule == "G31"]
    assert str(one.evidence).startswith("与 14 合看，取整过的少数对象的计数只剩 ")
    assert "14" not in f"{one.message}{one.remedy}"


def test_an_exact_table_that_says_nothing_of_a_cell_is_proven_beside_a_rounded_one() -> None:
    exactly = Product("p.csv", b"n\n1500\n", claim=claim("SELECT count(*) AS n FROM visits"))
    assert judged(exactly).judgement.verdict is Verdict.RELEASE
    assert rules(judged(exactly, kept=(ledger(judged(rounded())),))) == []


def test_an_exact_table_that_leaves_a_rounded_cell_no_room_is_refused() -> None:
    """Of the rare district the men are told within the base: who knows the others knows them."""
    men = f"区县 = '{RARE}' AND 性别 = '男'"
    sql = f"SELECT count(*) AS n FROM visits WHERE 区县 = '{RARE}' AND NOT ({men}) OR 区县 = '红花岗区'"
    engine = duckdb.connect()
    engine.register("visits", visits())
    exactly = Product("p.csv", csv_of(engine.execute(sql).to_arrow_table()), claim=claim(sql))
    kept = ledger(judged(rounded()))
    assert judged(exactly).judgement.verdict is Verdict.RELEASE
    by_district = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 HAVING count(DISTINCT 证件号) >= 10"
    before = ledger(
        judged(
            Product("r.csv", csv_of(engine.execute(by_district).to_arrow_table()), claim=claim(by_district))
        )
    )
    found = judged(exactly, kept=(kept, replace(before, owner="15")))
    assert found.judgement.verdict is Verdict.REFUSE


def test_a_rounded_table_comes_back_from_the_process_that_read_it() -> None:
    made = judge_file(rounded(), [source()], Options())
    back = report_in(report_out(made), rounded(), [source()], Options())
    whole = settle([back], [source()], Options())
    assert whole.kept == judged(rounded()).kept
    assert list(whole.rewritings.values()) == [told()]
    forged = report_out(replace(made, rewriting=replace(made.rewriting, data=told() + b"x,y,10\n")))
    with pytest.raises(ValueError, match="rounded"):
        report_in(forged, rounded(), [source()], Options())


def test_a_rounded_table_of_another_version_is_not_compared_by_numbers() -> None:
    later = version("v2", visits())
    before = replace(other_way(ledger(judged(rounded()))))
    found = judge([rounded()], [later], Options(kept=(before,)))
    assert "G31" not in [one.rule for one in found.judgement.set_findings]  # named to reviewers as untied


def ends(sets: np.ndarray, base: int, up: list[bool]) -> Told:
    """Return counts rounded up or down to multiples of a base."""
    counts = np.bincount(sets[sets >= 0], minlength=len(up))
    shown = np.where(up, -(-counts // base), counts // base) * base
    low, high = np.maximum(shown - base + 1, 0) - counts, shown + base - 1 - counts
    return Told(sets, low.astype(float), high.astype(float))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=30),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_two_roundings_of_one_table_leave_what_lies_between_their_ends(
    cells: list[int], one: list[bool], other: list[bool]
) -> None:
    sets, base = np.asarray(cells, np.int64), 5
    people = {"person": np.arange(1, sets.size + 1, dtype=np.uint32)}
    both = [ends(sets, base, one), ends(sets, base, other)]
    rooms = [
        int(min(a, b) - max(low, under))
        for a, b, low, under, count in zip(
            both[0].high, both[1].high, both[0].low, both[1].low, np.bincount(sets, minlength=4), strict=True
        )
        if 0 < count < base
    ]
    wanted = min((room for room in rooms if room < base - 1), default=None)
    assert narrowed(both, people, smallest=base) == wanted
    assert narrowed(both[:1], people, smallest=base) is None


def test_an_exact_total_and_its_exact_other_parts_leave_a_rounded_part_no_room() -> None:
    sets = np.repeat(np.arange(3), [40, 40, 4])
    people = {"person": np.arange(1, 85, dtype=np.uint32)}
    table = ends(sets, 10, [True, False, False])
    assert narrowed([table], people, smallest=10) is None
    whole, parts = np.zeros(84, np.int64), np.where(sets < 2, sets, -1)
    assert narrowed([table, exact(whole), exact(parts)], people, smallest=10) is not None
