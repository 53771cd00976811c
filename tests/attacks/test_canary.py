"""An insider who knows the program looks for canaries in his data, or tries to make the gate tell them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.overlaid import index_of
from sandbox.egress.report import Product
from sandbox.fingerprint.canary import ground, rows_of
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.overlay import Overlay, mixed
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.findings import Verdict
from sandbox.masking.parts import PartWriter
from tests.egress.clinic import csv_of
from tests.fingerprint.test_canary import KEY, grounded, overlaid, snapshot

pytestmark = pytest.mark.usefixtures("forked_gate")

INDEX_KEY = b"0123456789abcdef"


@cache
def data() -> pa.Table:
    """Return the snapshot as it lies in the pool."""
    return snapshot(6_000)


@cache
def overlay() -> Overlay:
    """Return the canaries of the insider's seat."""
    return overlaid(grounded(data()), "seat-1")


@cache
def seen() -> pa.Table:
    """Return what the insider sees."""
    return pa.concat_tables([data(), overlay().rows])


@cache
def source() -> Source:
    """Return the snapshot as the gate judges products of this seat."""
    table, named = data(), ("a", "b", "c")
    return Source(
        name="visits",
        table=table,
        units=dense_units(table, [UnitColumns("person", ("c",))]),
        index=RecordIndex.build([("masked", table)], key=INDEX_KEY, identifiers=named),
        identifiers=frozenset(named),
        overlay=overlay().rows,
        canaries=index_of(overlay().rows, table, key=INDEX_KEY, identifiers=named),
    )


def answer(sql: str, table: pa.Table) -> pa.Table:
    """Return what a query gives on a table."""
    engine = duckdb.connect()
    engine.register("visits", table)
    return engine.execute(sql).to_arrow_table()


def handed_in(sql: str, table: pa.Table) -> tuple[Verdict, set[str], bytes]:
    """Return verdict, rules and rewriting of a product worked out on a table, with its claim."""
    claim = json.dumps({"sql": sql, "subject": "c"}).encode()
    judged = judge([Product("p.csv", csv_of(answer(sql, table)), claim=claim)], [source()])
    (file,) = judged.judgement.files
    return (
        file.verdict,
        {one.rule for one in file.findings},
        judged.rewritings.get(file.rewritten_digest, b""),
    )


def rows_in(table: pa.Table) -> tuple[Verdict, set[str]]:
    """Return verdict and rules of rows that are handed in as they are."""
    (file,) = judge([Product("p.csv", csv_of(table))], [source()]).judgement.files
    return file.verdict, {one.rule for one in file.findings}


BY_KIND = (
    "SELECT g, count(*) AS n, round(avg(CAST(d AS DOUBLE)), 2) AS mean FROM visits GROUP BY g ORDER BY g"
)


def test_an_honest_figure_holds_canaries_and_what_is_written_does_not():
    verdict, rules, written = handed_in(BY_KIND, seen())
    assert (verdict, rules) == (Verdict.RELEASE, set())
    assert written == csv_of(answer(BY_KIND, data())).replace(b'"', b"")
    assert written != csv_of(answer(BY_KIND, seen())).replace(b'"', b"")


def test_a_figure_from_which_canaries_were_taken_out_proves_nothing():
    assert "G21" in handed_in(BY_KIND, data())[1] or handed_in(BY_KIND, data())[0] is not Verdict.RELEASE


def test_taking_out_one_canary_is_refused_like_taking_out_one_real_row():
    """Else the gate would tell, row by row, which ones are canaries."""
    one, other = seen().num_rows - 1, 17
    told = [
        handed_in(BY_KIND, pa.concat_tables([seen().slice(0, row), seen().slice(row + 1)]))[:2]
        for row in (one, other)
    ]
    assert told[0] == told[1]
    assert told[0][0] is not Verdict.RELEASE


def test_a_group_that_only_canaries_lift_over_a_limit_is_left_out():
    counts = {}
    for name, table in (("real", data()), ("seen", seen())):
        found = answer("SELECT e, g, count(*) AS n FROM visits GROUP BY e, g", table).to_pylist()
        counts[name] = {(row["e"], row["g"]): row["n"] for row in found}
    lifted = {key: n for key, n in counts["seen"].items() if n > counts["real"].get(key, 0) >= 15}
    limit = max(lifted.values())
    group = next(key for key, n in lifted.items() if n == limit)
    sql = f"SELECT e, g, count(*) AS n FROM visits GROUP BY e, g HAVING count(*) >= {limit}"
    assert ",".join(group) in csv_of(answer(sql, seen())).decode().replace('"', "")
    verdict, _, written = handed_in(sql, seen())
    assert verdict is not Verdict.REFUSE
    assert written
    assert ",".join(group) not in written.decode()
    assert (
        written.decode().splitlines()
        == csv_of(answer(f"{sql} ORDER BY e, g", data())).decode().replace('"', "").splitlines()
    )


@pytest.mark.parametrize(
    "form",
    [
        "SELECT count(*) AS n FROM visits WHERE d = '{amount}'",
        "SELECT g, count(*) AS n FROM visits WHERE d = '{amount}' GROUP BY g",
        "SELECT count(*) AS n FROM visits WHERE a = '{token}'",
        "SELECT count(DISTINCT c) AS n FROM visits WHERE d = '{amount}'",
        "SELECT sum(CASE WHEN d = '{amount}' THEN 1 ELSE 0 END) AS n FROM visits",
    ],
)
def test_counting_only_canaries_is_told_as_counting_one_real_row(form):
    real = next(row for row in data().to_pylist() if data()["d"].to_pylist().count(row["d"]) == 1)
    false = next(
        row
        for row, mark in zip(overlay().rows.to_pylist(), overlay().marks["d"].to_pylist(), strict=True)
        if mark
    )
    told = [handed_in(form.format(amount=row["d"], token=row["a"]), seen())[:2] for row in (false, real)]
    assert told[0] == told[1]
    assert told[0][0] is not Verdict.RELEASE


@pytest.mark.parametrize("columns", ["abcdefgh", "adefgh", "a", "cdg", "defgh"])
@pytest.mark.parametrize("count", [1, 6])
def test_a_canary_handed_in_is_a_source_record_as_a_real_row_is(columns, count):
    real = data().slice(40, count).select(list(columns))
    false = overlay().rows.slice(2, count).select(list(columns))
    assert rows_in(false) == rows_in(real)


def test_rows_that_are_canaries_are_told_among_the_others():
    """Else the list of places has a gap at every canary, for everybody who reads it."""
    real, false = data().slice(0, 30), overlay().rows.slice(0, 2)
    mingled = pa.concat_tables([real.slice(0, 10), false, real.slice(10)])
    (file,) = judge([Product("p.csv", csv_of(mingled))], [source()]).judgement.files
    assert {one.where for one in file.findings if one.rule == "G06"} == {"rows 2-33"}


def test_canaries_beside_an_honest_table_are_found():
    table = answer("SELECT g, f, count(*) AS n FROM visits GROUP BY g, f", seen())
    assert rows_in(table)[0] is not Verdict.REFUSE
    lines = csv_of(table) + csv_of(overlay().rows.slice(0, 3).select(["a", "d", "g"]))
    (file,) = judge([Product("p.csv", lines)], [source()]).judgement.files
    assert file.verdict is Verdict.REFUSE


def test_no_single_column_tells_a_canary():
    """Length, letters, check digits, frequency, rank: nothing that a canary has is unusual."""
    for name in "abc":
        real, false = data()[name].to_pylist(), overlay().rows[name].to_pylist()
        assert {len(one) for one in false} <= {len(one) for one in real}
        assert set("".join(false)) <= set("".join(real))
        assert set(false).isdisjoint(real)
    for name in "efgh":
        assert set(overlay().rows[name].to_pylist()) <= set(data()[name].to_pylist())
    amounts = pc.cast(data()["d"], pa.float64()).to_numpy()
    false = pc.cast(overlay().rows["d"], pa.float64()).to_numpy()
    ranks = np.searchsorted(np.sort(amounts), false) / len(amounts)
    assert 0.15 < ranks.mean() < 0.85
    assert {len(one.partition(".")[2]) for one in overlay().rows["d"].to_pylist()} == {2}


def test_no_value_stands_twice_that_stands_once_and_no_row_is_the_double_of_another():
    whole = seen()
    for name in "ab":
        assert pc.count_distinct(whole[name]).as_py() == whole.num_rows
    plain = data().select(list("efgh"))
    held = [tuple(row.values()) for row in overlay().rows.select(list("efgh")).to_pylist()]
    counts = {}
    for row in plain.to_pylist():
        key = tuple(row.values())
        counts[key] = counts.get(key, 0) + 1
    common = np.mean([counts.get(key, 0) > 0 for key in held])
    assert common > 0.5  # combinations there are: one that nobody else has is as rare as among real rows


def parts(tmp_path, table: pa.Table) -> list:
    tmp_path.mkdir(exist_ok=True)
    with PartWriter(tmp_path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=1_000):
            writer.add(batch)
        writer.close()
    return sorted(tmp_path.iterdir())


def test_no_part_size_order_or_place_tells_a_canary(tmp_path, monkeypatch):
    monkeypatch.setattr("sandbox.masking.parts.GROUP_ROWS", 500)
    monkeypatch.setattr("sandbox.masking.parts.PART_ROWS", 1_000)
    pool = parts(tmp_path / "pool", data())
    mine = parts(tmp_path / "mine", pa.Table.from_batches(list(mixed(pool, overlay(), rows=data().num_rows))))
    whole = parts(tmp_path / "other", seen())  # as a landing would have cut so many rows
    described = [[pq.ParquetFile(one).metadata for one in each] for each in (mine, whole)]
    shapes = [
        [
            (one.created_by, one.metadata, [one.row_group(n).num_rows for n in range(one.num_row_groups)])
            for one in each
        ]
        for each in described
    ]
    assert shapes[0] == shapes[1]
    rows = pa.concat_tables([pq.read_table(one) for one in mine])
    places = np.flatnonzero(pc.is_in(rows["a"], value_set=overlay().rows["a"].combine_chunks()).to_numpy())
    assert len(places) == overlay().rows.num_rows
    assert places.min() < 2_000
    assert places.max() > 4_000


def test_neither_a_join_nor_an_anti_join_finds_them():
    """A canary subject of one dataset stands in the other, as its real subjects do."""
    firms, visits = snapshot(3_000, seed=5), data()
    people = pa.chunked_array([pc.unique(visits["c"]).slice(0, 2_000)])
    few = firms.slice(0, len(people)).select(["g", "h"]).append_column("person", people)
    register = ground(Columns.of(few), place="env/register/1", labels={"person": "people"})
    held = ground(Columns.of(visits), place="env/visits/1", labels={"c": "people"}, most_heads=register.heads)
    for owner, share in (("pool", 1.0), ("seat-1", 0.5)):
        one = rows_of(register, key=KEY, owner=owner, heads=int(register.heads * share))
        other = rows_of(held, key=KEY, owner=owner, heads=int(held.heads * share))
        assert set(other["c"].to_pylist()) <= set(one["person"].to_pylist())


def test_a_snapshot_in_which_a_canary_would_stand_out_has_none():
    """Numbers without a gap: any other one, and any that is there twice, would tell."""
    table = data().append_column("no", pa.array([str(n) for n in range(data().num_rows)]))
    assert ground(Columns.of(table), place="p") is None


def test_without_the_overlay_the_gate_judges_as_before():
    plain = replace(source(), overlay=None, canaries=None)
    claim = json.dumps({"sql": BY_KIND, "subject": "c"}).encode()
    (file,) = judge([Product("p.csv", csv_of(answer(BY_KIND, data())), claim=claim)], [plain]).judgement.files
    assert file.verdict is Verdict.RELEASE
