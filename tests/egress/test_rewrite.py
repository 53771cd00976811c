"""A table written anew as CSV is byte for byte what Python's own writer makes of it."""

import csv
import io
import json

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.egress.rewrite import cut, write_table
from sandbox.files.types import FileType

cells = st.one_of(st.none(), st.text(st.sampled_from('ab,"\n 一'), max_size=6))


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6)
    )
)
@example([[None], [""], ["x"]])
def test_csv_is_what_pythons_writer_makes(rows):
    width = len(rows[0]) if rows else 2
    names = [f"列{place}" for place in range(width)]
    table = pa.table(
        {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    assert write_table(table, FileType.CSV).data == out.getvalue().encode()


def test_a_carriage_return_is_quoted_so_that_it_ends_no_line():
    assert write_table(pa.table({"a": ["x\ry", "z"]}), FileType.CSV).data == b'a\n"x\ry"\nz\n'


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("0.12345678901234567", "0.123456789"),
        ("1234567.890123456789", "1234567.89"),
        ("00063E12870C5708B05", "00063E12870C5708B05"),
        ("00063412870570845E05", "00063412870570845E05"),
        ("12345678901234E99999", "12345678901234E99999"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_figures_are_cut_and_codes_that_look_like_figures_are_not(cell, kept):
    """A code must not become another code, and never `inf`."""
    long = pa.table({"码": pa.array([cell, "0.99999999999999999"])})
    assert write_table(cut(long), FileType.CSV).data.decode().splitlines()[1] == kept
    (first, _) = json.loads(write_table(cut(long), FileType.JSON).data)
    assert str(first["码"]) == kept


@pytest.mark.parametrize("cell", ["1E999", "-9E4000"])
def test_a_short_figure_without_end_stays_text(cell):
    (row,) = json.loads(write_table(pa.table({"码": pa.array([cell])}), FileType.JSON).data)
    assert row["码"] == cell
