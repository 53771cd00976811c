"""Distances and near copies against plain Python; the halves are those a seat can tell; ends and gaps."""

from __future__ import annotations

import hashlib

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.nearness import Column, columns_of, copied, nearest, space_of
from sandbox.egress.synthetic import bounds_of, cut_rows, first_half
from sandbox.kernel.errors import InputError
from sandbox_seat.specified import training_rows
from tests.egress.clinic import visits

DAY = [f"2024-01-{day:02d}" for day in range(1, 29)]


def drawn(seed: int, rows: int) -> pa.Table:
    chance = np.random.default_rng(seed)

    def some(cells: list[str]) -> pa.Array:
        return pa.array([None if chance.random() < 0.1 else cell for cell in cells], pa.string())

    return pa.table({
        "kind": some(chance.choice(["甲", "乙"], rows).tolist()),
        "day": some(chance.choice(DAY, rows).tolist()),
        "paid": some([f"{one:.1f}" for one in chance.choice([100.0, 101.5, 300.0, 0.0, -5.5], rows)]),
    })  # fmt: skip


def near_by_hand(one: dict[str, str | None], other: dict[str, str | None]) -> bool:
    """Return whether two rows are near: same kind, within three days, within two in a hundred."""
    if one["kind"] != other["kind"]:
        return False
    for name, unit in (("day", None), ("paid", 0.02)):
        a, b = one[name], other[name]
        if a is None or b is None:
            if a != b:
                return False
        elif unit is None:
            if abs(DAY.index(a) - DAY.index(b)) > 3:
                return False
        elif abs(float(a) - float(b)) > unit * abs(float(a)) + 1e-9:
            return False
    return True


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(1, 30), st.integers(1, 60), st.integers(2, 6))
def test_near_copies_are_those_of_plain_python(seed: int, rows: int, many: int, smallest: int) -> None:
    here, there = drawn(seed, rows), drawn(seed + 1, many)
    ids = np.random.default_rng(seed).integers(0, 12, many).astype(np.uint32)
    fast = copied(columns_of(here, there, here.column_names), {"person": ids}, smallest)
    known = there.to_pylist()
    for place, row in enumerate(here.to_pylist()):
        near = [int(ids[number]) for number, other in enumerate(known) if near_by_hand(row, other)]
        assert bool(fast[place]) == (bool(near) and len(set(near) - {0}) < smallest)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(1, 15), st.integers(2, 30))
def test_distances_are_those_of_plain_python(seed: int, rows: int, many: int) -> None:
    here, there = drawn(seed, rows), drawn(seed + 1, many)
    columns = columns_of(here, there, here.column_names)
    space = space_of(columns)
    first, second = nearest(space.here, space.there, space.ordered)

    def apart(column: Column, one: int, other: int) -> float:
        if not column.ordered:
            return float(column.here[one] != column.there[other])
        mine, theirs = column.ranks()
        return min(abs(float(mine[one]) - float(theirs[other])), 1.0)

    for one in range(rows):
        far = sorted(sum(apart(c, one, other) for c in columns) / len(columns) for other in range(many))
        assert first[one] == pytest.approx(far[0], abs=1e-5)
        assert second[one] == pytest.approx(far[1], abs=1e-5)


def test_a_seat_tells_the_same_half_as_the_gate() -> None:
    engine = duckdb.connect()
    engine.register("visits", visits())
    kept = engine.execute(
        f"SELECT DISTINCT 证件号 FROM ({training_rows('visits', subject='证件号')})"
    ).fetchall()
    first, other = first_half(visits().column("证件号"))
    subjects = np.asarray(visits().column("证件号").to_pylist())
    assert {row[0] for row in kept} == set(subjects[first])
    assert not set(subjects[first]) & set(subjects[other])
    assert 0.4 < first.mean() < 0.6
    one = str(subjects[0])
    assert first[0] == (hashlib.md5(one.encode(), usedforsecurity=False).hexdigest()[0] < "8")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 8)), min_size=1, max_size=60), st.integers(2, 5)
)
def test_beyond_the_bounds_lie_fewer_people_than_the_threshold(
    pairs: list[tuple[int, int]], smallest: int
) -> None:
    values = np.asarray([value for value, _ in pairs], np.float64)
    ids = np.asarray([who for _, who in pairs], np.uint32)
    low, high = bounds_of(values, {"person": ids}, smallest)
    for end, beyond, past in ((low, values <= low, values < low), (high, values >= high, values > high)):
        if np.isnan(end):
            assert len(set(ids.tolist()) - {0}) < smallest
        else:
            assert len(set(ids[beyond].tolist()) - {0}) >= smallest
            assert len(set(ids[past].tolist()) - {0}) < smallest


def test_low_digits_of_a_figure_carry_nothing() -> None:
    source = pa.table({"paid": ["1.5", "2"], "kind": ["甲", "乙"]})
    rows = pa.table({"paid": ["123456.789", "0.000123456"], "kind": ["甲", "乙"]})
    assert cut_rows(rows, source).column("paid").to_pylist() == ["0.0001235", "123500"]


def test_a_word_among_figures_or_dates_is_told() -> None:
    source = pa.table({"paid": ["1.5", "2"], "day": ["2024-01-01", "2024-02-01"]})
    for bad in (
        {"paid": ["x"], "day": ["2024-01-01"]},
        {"paid": ["1"], "day": ["明天"]},
        {"paid": ["inf"], "day": ["2024-01-01"]},
    ):
        with pytest.raises(InputError):
            columns_of(pa.table(bad), source, ["paid", "day"])
