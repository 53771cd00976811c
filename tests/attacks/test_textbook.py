"""Textbook statistical disclosures: none leaves by itself, and the rule that it breaks says so."""

from __future__ import annotations

import pytest

from bench.egress.textbook import Case, cases, put


def test_there_are_enough_of_them():
    assert len(cases()) >= 40


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_disclosure_is_held_by_its_own_rule(case: Case):
    outcome = put(case)
    assert outcome.held, (outcome.verdict, sorted(outcome.rules))
