from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.kernel.entities import IdentifierClass
from sandbox.masking.risk import ClassCoder, Sharing, class_ids, measure, small_rows
from tests.masking.support import batch

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["x", "y", "a"]),
        st.integers(0, 5),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=40,
)


def plain_sizes(rows):
    persons, firms = defaultdict(set), defaultdict(set)
    for one, two, person, firm in rows:
        persons[one, two].add(person)
        firms[one, two].add(firm)
    return {key: min(len(persons[key] - {0}), len(firms[key] - {0})) for key in persons}


@settings(max_examples=80, deadline=None)
@given(ROWS, st.integers(0, 6))
def test_classes_count_distinct_units_as_the_plain_definition_does(rows, floor):
    one, two, persons, firms = zip(*rows, strict=True)
    ids = class_ids(pa.Table.from_batches([batch(q=one, r=two)]), ["q", "r"])
    units = {"person": np.array(persons, np.uint32), "firm": np.array(firms, np.uint32)}
    sizes = plain_sizes(rows)
    expected = [sizes[row[0], row[1]] < floor for row in rows]
    assert small_rows(ids, units, floor=floor).tolist() == expected
    risk = measure(ids, units)
    assert risk.classes == len(sizes)
    assert risk.smallest_class == min(sizes.values())
    assert risk.unique_rows == sum(sizes[row[0], row[1]] <= 1 for row in rows)
    for at, (classes, below) in risk.below.items():
        assert classes == sum(size < at for size in sizes.values())
        assert below == sum(sizes[row[0], row[1]] < at for row in rows)


def test_many_rows_of_one_person_are_one_person():
    ids = np.zeros(100, np.uint32)
    assert measure(ids).smallest_class == 100
    assert measure(ids, {"person": np.ones(100, np.uint32)}).smallest_class == 1
    assert measure(ids, {"person": np.zeros(100, np.uint32)}).smallest_class == 0


def test_batches_and_slices_give_the_same_classes():
    whole = batch(q=["a", "b", "a", None, "b"], r=["1", "1", "1", "2", "1"])
    coder = ClassCoder(["q", "r"])
    coder.add(whole.slice(0, 2))
    coder.add(whole.slice(2))
    ids = coder.ids().tolist()
    assert ids[0] == ids[2]
    assert ids[1] == ids[4]
    assert len(set(ids)) == 3
    assert coder.merged("q", ["z"] * 3).ids().tolist()[0] == coder.merged("q", ["z"] * 3).ids().tolist()[1]
    assert coder.ids().tolist() == ids


@pytest.mark.parametrize(
    ("sizes", "sharing", "context", "overall", "level"),
    [
        ([3, 6], Sharing.ENCLAVE, 1.0, (1 / 3 + 1 / 6) / 2, 2),
        ([2, 6], Sharing.ENCLAVE, 1.0, 1.0, 2),
        ([3, 6], Sharing.CONTROLLED, 1.0, 1.0, 2),
        ([20, 40], Sharing.PUBLIC, 0.1, 0.05, 2),
        ([21, 40], Sharing.PUBLIC, 0.1, 1 / 21, 3),
        ([5, 5], Sharing.CONTROLLED, 0.2, 0.04, 3),
    ],
)
def test_r_and_level_as_worked_by_hand(sizes, sharing, context, overall, level):
    ids = np.repeat(np.arange(len(sizes)), sizes).astype(np.uint32)
    risk = measure(ids, sharing=sharing, context=context)
    assert risk.overall == pytest.approx(overall)
    assert risk.level == level


def test_levels_one_and_four_and_an_empty_table():
    ids = np.zeros(5, np.uint32)
    assert measure(ids, holds=[IdentifierClass.DIRECT, IdentifierClass.QUASI]).level == 1
    assert measure(ids, holds=[]).level == 4
    empty = measure(np.zeros(0, np.uint32))
    assert (empty.rows, empty.classes, empty.smallest_class) == (0, 0, 0)
