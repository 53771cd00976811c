"""The gate examined: disguised records, hostile claims, honest products; written before its code was read.

Half of it was looked at while the gate was mended, and half of that is judged every day, the rest at length;
so is the other half, which was held out.
"""

import pytest

from sandbox.kernel.findings import FindingKind, Verdict
from tests.attacks.exam_room import Part, judged

pytestmark = pytest.mark.timeout(1200)  # each judges dozens of files
PARTS = [Part.EVERYDAY, *(pytest.param(part, marks=pytest.mark.long) for part in (Part.LATER, Part.HELD_OUT))]
FEWEST = {Part.EVERYDAY: 25, Part.LATER: 25, Part.HELD_OUT: 50}


@pytest.mark.parametrize("part", PARTS)
def test_no_disguised_record_is_released_and_nearly_all_are_recognised(part):
    outcomes = dict(judged("leak", part))
    assert len(outcomes) > FEWEST[part]
    assert [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE] == []
    missed = [name for name, one in outcomes.items() if not one.recognised]
    assert len(missed) <= 0.04 * len(outcomes), missed


@pytest.mark.parametrize("part", PARTS)
def test_what_nobody_could_read_is_not_released(part):
    outcomes = dict(judged("hidden", part))
    assert [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE] == []


@pytest.mark.long
@pytest.mark.parametrize("part", [Part.SEEN, Part.HELD_OUT])
def test_no_hostile_claim_is_proven(part):
    outcomes = dict(judged("hostile", part))
    assert len(outcomes) > 60
    assert [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE] == []


@pytest.mark.parametrize("part", PARTS)
def test_honest_products_hold_no_records_and_are_not_refused(part):
    for kind in ("provable", "unclaimed"):
        for name, one in judged(kind, part):
            kinds = {found.kind for found in one.findings}
            assert not kinds & {FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER}, name
            assert one.verdict is not Verdict.REFUSE, name


@pytest.mark.parametrize("part", PARTS)
def test_honest_claims_are_proven(part):
    outcomes = dict(judged("provable", part))
    proven = [name for name, one in outcomes.items() if one.verdict is Verdict.RELEASE]
    assert len(proven) >= 0.75 * len(outcomes)
