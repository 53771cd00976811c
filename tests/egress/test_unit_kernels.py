"""The compiled loops against the plain ways of saying the same."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress import coding, kinds, subjects, unit_kernels, units
from sandbox.egress.expressions import Kind
from sandbox.fingerprint.sidecar import UnitColumns, dense_units

ROWS = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(0, 5), st.sampled_from([0.0, -2.0, 1.5, 8.0, float("nan")])),
    max_size=40,
)


def _arrays(rows: list[tuple[int, int, float]]) -> tuple[units.Sets, units.Ids, np.ndarray]:
    sets, ids, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(sets, np.int64), np.array(ids, np.uint32), np.array(amounts, np.float64)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_units_and_shares_are_the_same_compiled_and_plain(rows: list[tuple[int, int, float]]) -> None:
    sets, ids, amounts = _arrays(rows)
    plain = units.distinct_per_set(sets, ids, 4), units.shares(sets, ids, amounts, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "MANY_ROWS", 0)
        assert units.distinct_per_set(sets, ids, 4).tolist() == plain[0].tolist()
        found = units.shares(sets, ids, amounts, 4)
        for name in ("total", "largest", "second"):
            assert getattr(found, name) == pytest.approx(getattr(plain[1], name))
    capped = unit_kernels.distinct_up_to(sets, ids, 4, 2)
    assert capped.tolist() == np.minimum(plain[0], 2).tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=30))
def test_cells_are_numbered_as_they_come_up(rows: list[tuple[int, bool]]) -> None:
    codes = np.array([code for code, _ in rows], np.int64)
    kept = np.array([one for _, one in rows], bool)
    sets, first = unit_kernels.numbered(codes, kept, 5)
    seen = list(dict.fromkeys(codes.tolist()))
    used = [code for code in seen if kept[codes == code].any()]
    assert sets.tolist() == [used.index(code) if one else -1 for code, one in rows]
    assert first.tolist() == [
        next(row for row, one in enumerate(rows) if one == (code, True)) for code in used
    ]
    plain = coding.numbered(codes, kept)
    assert [one.tolist() for one in plain] == [sets.tolist(), first.tolist()]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.from_regex(r"-?\d{0,16}\.?\d{0,13}", fullmatch=True), st.text("-.0123456789e ", max_size=6))
)
def test_a_plain_number_is_the_same_compiled_and_by_pattern(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "MANY_ROWS", 0)
        kind = kinds.column_kind(pa.chunked_array([["1", text], ["-0.5"]]))
    assert (kind is Kind.NUMBER) == bool(re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?", text))


def test_an_empty_table_and_columns_in_pieces_are_coded() -> None:
    none = coding.coded(pa.chunked_array([], pa.string()))
    assert (len(none.codes), len(none.values)) == (0, 0)
    pieces = coding.coded_few(pa.chunked_array([["a", None], ["b", "a"]]))
    assert pieces is not None
    assert pieces.codes.tolist() == [0, 1, 2, 0]
    assert pieces.values.to_pylist() == ["a", None, "b"]
    sets, first = coding.cells_of([pieces, pieces], np.array([True, False, True, True]))
    assert (sets.tolist(), first.tolist()) == ([0, -1, 1, 0], [0, 2])


TOLD = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from(
            ["NULL", "ＮＵＬＬ", "0", "000", "111111", "11111", "XXXXXX", "", " ", "不详", "N/A"]
        ),
        st.sampled_from(["ＡＢ１２", "ab12", "AB12", "AB-12", "12.50", "12.5", "2024年1月2日", "2024-01-02"]),
        st.sampled_from(["8613812345678", "13812345678", "008613812345678", "+8613812345678"]),
        st.text("012AaXxEe", max_size=16),
        st.text(max_size=4),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(TOLD, st.integers(0, 40))
def test_subjects_are_told_apart_as_a_sidecar_tells_them(texts: list[str | None], cut: int) -> None:
    column = pa.chunked_array([pa.array(texts[:cut], pa.string()), pa.array(texts[cut:], pa.string())])
    unit = UnitColumns("subject", ("c",))
    plain = dense_units(pa.table({"c": column}), [unit])["subject"]
    found = subjects.numbered(column, unit)
    assert (found == 0).tolist() == (plain == 0).tolist()
    pairs = set(zip(found.tolist(), plain.tolist(), strict=True))
    assert len(pairs) == len(set(found.tolist())) == len(set(plain.tolist()))


def test_many_subjects_in_every_part_keep_their_numbers() -> None:
    column = pa.chunked_array([[f"A{place % 7_000}" for place in range(20_000)]])
    assert len(set(subjects.numbered(column, UnitColumns("subject", ("c",))).tolist())) == 7_000


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_numbers_as_fine_as_units_are_known_compiled_and_plain(rows: list[tuple[int, int]]) -> None:
    numbers, ids = (np.array([row[side] for row in rows], np.uint32) for side in (0, 1))
    held = {number: {one for other, one in rows if other == number and one} for number in range(4)}
    fine = not held[0] and all(len(ones) <= 1 for ones in held.values())
    assert subjects._as_fine(numbers, ids) == fine
    assert unit_kernels.as_fine(numbers, ids, 4) == fine
