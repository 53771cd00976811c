"""The gate examined: disguised records, hostile claims, honest products; written before its code was read.

One half was looked at while the gate was mended; the other, the held-out half, is run at length.
"""

import pytest

from sandbox.kernel.findings import FindingKind, Verdict
from tests.attacks.exam_room import half

pytestmark = pytest.mark.timeout(1200)  # each judges dozens of files
SEEN, HELD_OUT = 0, 1
HALVES = [SEEN, pytest.param(HELD_OUT, marks=pytest.mark.long)]


@pytest.mark.parametrize("number", HALVES)
def test_no_disguised_record_is_released_and_nearly_all_are_recognised(number):
    outcomes = dict(half("leak", number))
    assert len(outcomes) > 50
    assert [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE] == []
    missed = [name for name, one in outcomes.items() if not one.recognised]
    assert len(missed) <= 0.04 * len(outcomes), missed


@pytest.mark.parametrize("number", HALVES)
def test_what_nobody_could_read_is_not_released(number):
    outcomes = dict(half("hidden", number))
    assert [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE] == []


@pytest.mark.long
@pytest.mark.parametrize("number", [SEEN, HELD_OUT])
def test_no_hostile_claim_is_proven(number):
    outcomes = dict(half("hostile", number))
    assert len(outcomes) > 60
    assert [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE] == []


@pytest.mark.parametrize("number", HALVES)
def test_honest_products_hold_no_records_and_are_not_refused(number):
    for kind in ("provable", "unclaimed"):
        for name, one in half(kind, number):
            kinds = {found.kind for found in one.findings}
            assert not kinds & {FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER}, name
            assert one.verdict is not Verdict.REFUSE, name


@pytest.mark.parametrize("number", HALVES)
def test_honest_claims_are_proven(number):
    outcomes = dict(half("provable", number))
    proven = [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE]
    assert len(proven) >= 0.75 * len(outcomes)
