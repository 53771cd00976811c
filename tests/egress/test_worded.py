"""Texts found in a file are laid out as one that is handed in, but not those that are that file once more."""

import codecs

import pyarrow as pa

from sandbox.egress.arrangements import different
from sandbox.egress.worded import askew

_ROWS = [f"区{at % 9},2021-{at % 12 + 1:02},{at * 37 + 100},{at * 7.31:.2f}" for at in range(200)]
_FILE = "\n".join(["区县,月份,人次,均值", *_ROWS])
_MOVED = "".join(chr(33 + (ord(one) + 14) % 94) if "!" <= one <= "~" else one for one in _FILE)


def test_a_file_mirrored_or_moved_says_no_more_than_the_file_does() -> None:
    assert askew(_FILE[::-1], _FILE)
    assert askew(_MOVED, _FILE)


def test_what_was_mirrored_or_moved_in_the_file_is_read() -> None:
    assert not askew(_FILE, _FILE[::-1])
    assert not askew(_FILE, _MOVED)
    assert not askew(codecs.encode(_FILE, "rot13"), _FILE)


def test_a_table_that_was_read_is_not_laid_out_again_whatever_its_head() -> None:
    known = pa.table({"day": ["a", "b", "c"], "sum": ["1", "2", "3"]})
    headless = pa.table({"c0": ["day", "a", "b", "c"], "c1": ["sum", "1", "2", "3"]})
    beheaded = pa.table({"a": ["b", "c"], "1": ["2", "3"]})
    framed = pa.table({"c0": ["day"] * 3, "c1": [":"] * 3, "c2": ["a", "b", "c"]})
    assert different([known, headless, beheaded, framed], [known]) == []


def test_a_table_with_one_column_that_is_new_is_read() -> None:
    known = pa.table({"day": ["a", "b", "c"], "sum": ["1", "2", "3"]})
    more = pa.table({"day": ["a", "b", "c"], "sum": ["1", "2", "4"]})
    beside = pa.table({"day": ["a", "b", "c"], "place": ["x", "x", "x"]})
    assert different([more, beside, more], [known]) == [more, beside]
