"""Bytes of string arrays: cut-outs of slices, and separators taken out."""

import re

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.fingerprint.buffers import distinct, large_buffers, strip_separators

PLAIN = st.text(st.sampled_from("AZ09 -_.一龥鿿贵〇（），、·—“…"), max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(PLAIN, max_size=12), st.integers(0, 3))
def test_separators_go_and_letters_stay(cells, skip):
    expected = [re.sub("[^A-Z0-9〇\u4e00-\u9fff]", "", cell) for cell in cells[skip:]]
    assert strip_separators(pa.array(cells, pa.large_string()).slice(skip)).to_pylist() == expected


def test_a_slice_is_cut_out():
    offsets, data = large_buffers(pa.array(["ab", "", "cde", "f"], pa.large_string()).slice(1, 2))
    assert offsets.tolist() == [0, 0, 3]
    assert bytes(data) == b"cde"
    assert large_buffers(pa.array([], pa.large_string()))[0].tolist() == [0]


def test_distinct_values_in_order():
    assert distinct(np.array([3, 1, 3, 2, 1])).tolist() == [1, 2, 3]
    assert distinct(np.array([], np.int64)).tolist() == []
