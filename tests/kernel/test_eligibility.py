"""Who may hold a role: the truth table, and nothing eligible that a code does not prove."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel.eligibility import Applicant, Eligibility, Kind, Standing, eligibility
from sandbox.kernel.errors import InputError
from sandbox.municipality.numbers import uscc, wrong_check_digit

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "eligibility.json").read_text("utf-8"))["cases"]
OUTCOMES = {"e": Standing.ELIGIBLE, "i": Standing.INELIGIBLE, "m": Standing.MANUAL}
FIRM = uscc("91", "520302", "MA6H0000")


def _code(text: str) -> str:
    return uscc(text[:2], text[2:], "MA6H0000") if len(text) == 8 else text


@pytest.mark.parametrize("role", list(Applicant))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_truth_table(case: dict[str, object], role: Applicant) -> None:
    kind = case.get("kind")
    answer = eligibility(
        role,
        _code(str(case["uscc"])),
        kind=None if kind is None else str(kind),
        fiscally_funded=bool(case.get("fiscally_funded", False)),
    )
    assert answer.outcome is OUTCOMES[str(case[role.value])]
    assert answer.reasons
    assert all(reason.article == "第三条" for reason in answer.reasons)
    assert all(str(reason.message) for reason in answer.reasons)


def test_the_table_names_at_least_twenty_sorts_of_body() -> None:
    assert len(CASES) >= 20
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_bad_codes_are_told_apart_from_natural_persons() -> None:
    assert eligibility("developer", wrong_check_digit(FIRM)).reasons[0].code == "uscc-invalid"
    assert eligibility("developer", "11010519491231002X").reasons[0].code == "natural-person"


def test_a_code_may_be_written_with_spaces_small_letters_or_full_width() -> None:
    for spelt in (f" {FIRM.lower()} ", FIRM.translate({ord("9"): "９"}), f"{FIRM[:8]} {FIRM[8:]}"):
        assert eligibility("developer", spelt)


@pytest.mark.parametrize(("role", "kind"), [("tourist", None), ("developer", "外星人")])
def test_unknown_roles_and_kinds_are_wrong_calls(role: str, kind: str | None) -> None:
    with pytest.raises(InputError, match="请使用"):
        eligibility(role, FIRM, kind=kind)


@given(st.text(max_size=20), st.sampled_from(list(Applicant)), st.sampled_from(list(Kind)), st.booleans())
def test_no_other_text_is_ever_eligible(text: str, role: Applicant, kind: Kind, funded: bool) -> None:
    answer = eligibility(role, text, kind=kind, fiscally_funded=funded)
    assert not answer
    assert answer.outcome is Standing.INELIGIBLE


@given(
    st.sampled_from(["11", "12", "13", "31", "51", "52", "53", "81", "91", "92", "93", "N2", "Y1"]),
    st.sampled_from(list(Kind)),
)
def test_public_funds_never_make_a_developer(register: str, kind: Kind) -> None:
    code = uscc(register, "520300", "MA6H0001")
    without, funded = (
        eligibility("developer", code, kind=kind, fiscally_funded=flag) for flag in (False, True)
    )
    assert not funded or without


def test_an_eligibility_says_why() -> None:
    with pytest.raises(ValueError, match="says why"):
        Eligibility(Standing.ELIGIBLE, ())
