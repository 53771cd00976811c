"""Boundary conditions: narrowing only ever narrows, and breaches only ever grow with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel.boundary import UNBOUND, Boundary, Demand, OutputForm, breaches, narrowed
from sandbox.kernel.errors import InputError

NAMES = st.lists(st.sampled_from("甲乙丙"), max_size=2, unique=True).map(tuple)
FORMS = st.lists(st.sampled_from(list(OutputForm)[:3]), max_size=2, unique=True).map(tuple)
LIMIT = st.integers(0, 4)
BOUNDARIES = st.builds(
    Boundary,
    allowed_scenarios=NAMES,
    forbidden_scenarios=NAMES,
    outputs=FORMS,
    minimum_aggregation=LIMIT,
    most_columns=LIMIT,
    longest_term_days=LIMIT,
    joins_banned=NAMES,
    regions=NAMES,
    environments=NAMES,
)
DEMANDS = st.builds(
    Demand,
    scenarios=NAMES,
    outputs=FORMS,
    columns=st.integers(1, 5),
    term_days=st.integers(1, 5),
    together_with=NAMES,
    regions=NAMES,
    environment=st.sampled_from("甲乙丙"),
)


@given(BOUNDARIES, BOUNDARIES, DEMANDS)
def test_what_the_narrower_allows_both_allow(first, second, demand):
    try:
        both = narrowed(first, second)
    except InputError:
        return
    if not breaches(both, demand):
        assert not breaches(first, demand)
        assert not breaches(second, demand)
    assert both.minimum_aggregation >= max(first.minimum_aggregation, second.minimum_aggregation)
    assert narrowed(both, first) == both


@given(BOUNDARIES, DEMANDS)
def test_no_condition_is_broken_by_nothing(boundary, demand):
    assert breaches(UNBOUND, demand) == ()
    assert narrowed(boundary, UNBOUND) == boundary == narrowed(UNBOUND, boundary)


def test_lists_with_nothing_in_common_are_no_permission():
    with pytest.raises(InputError):
        narrowed(Boundary(regions=("甲",)), Boundary(regions=("乙",)))


@pytest.mark.parametrize("wrong", [{"most_columns": -1}, {"regions": (" ",)}, {"joins_banned": ("x" * 121,)}])
def test_an_unfit_boundary_cannot_be_made(wrong):
    with pytest.raises(ValueError, match=r"below zero|empty or too long"):
        Boundary(**wrong)
