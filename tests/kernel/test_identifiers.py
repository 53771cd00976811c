import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel import identifiers as numbers

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "identifiers.json").read_text("utf-8"))["cases"]
CHECKS = {
    "resident_id": numbers.is_resident_id,
    "uscc": numbers.is_uscc,
    "org_code": numbers.is_org_code,
    "luhn": numbers.luhn,
    "bank_card": numbers.is_bank_card,
    "mobile": numbers.is_mobile,
    "vin": numbers.is_vin,
    "imei": numbers.is_imei,
    "foreigner_id": numbers.is_foreigner_id,
}
DIGITS = st.text("0123456789", min_size=17, max_size=17)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: f"{case['kind']}-{case['text']}")
def test_vectors(case):
    assert CHECKS[case["kind"]](case["text"]) is case["valid"]


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text):
    for check in CHECKS.values():
        assert check(text) in (True, False)


@given(DIGITS, st.integers(0, 16), st.integers(1, 9))
def test_one_changed_digit_changes_the_check_digit(first17, place, by):
    changed = first17[:place] + str((int(first17[place]) + by) % 10) + first17[place + 1 :]
    assert numbers.resident_id_check_digit(first17) != numbers.resident_id_check_digit(changed)


@given(st.text(numbers.USCC_ALPHABET, min_size=17, max_size=17), st.integers(0, 16))
def test_one_changed_place_changes_the_check_of_a_credit_code(first17, place):
    other = numbers.USCC_ALPHABET[(numbers.USCC_ALPHABET.index(first17[place]) + 1) % 31]
    changed = first17[:place] + other + first17[place + 1 :]
    assert numbers.uscc_check_digit(first17) != numbers.uscc_check_digit(changed)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_luhn_digit_makes_luhn_pass(digits):
    good = numbers.luhn_check_digit(digits)
    assert [digit for digit in "0123456789" if numbers.luhn(digits + digit)] == [good]


def test_a_resident_id_tells_region_birth_and_sex():
    parsed = numbers.parse_resident_id("11010519491231002X")
    assert parsed == numbers.ResidentId("110105", date(1949, 12, 31), numbers.Sex.FEMALE)
    assert numbers.birth_date_of("520302850101123") == date(1985, 1, 1)
    assert numbers.region_of("520302850101123") == "520302"
    assert numbers.sex_of("520302850101123") is numbers.Sex.MALE
    assert numbers.birth_date_of("x") is None
    assert numbers.region_of("x") is None
    assert numbers.sex_of("x") is None


def test_residence_permits_are_told_apart():
    permit = "83000019900101001" + numbers.resident_id_check_digit("83000019900101001")
    assert numbers.is_residence_permit(permit)
    assert not numbers.is_residence_permit("11010519491231002X")


def test_foreigner_cards_with_and_without_their_own_check():
    assert numbers.is_foreigner_id_checked("CAN110081080310")
    assert numbers.is_foreigner_id_checked("911124198108030024")
    assert numbers.is_foreigner_id("CAN110081080311")
    assert not numbers.is_foreigner_id_checked("CAN110081080311")
    assert not numbers.is_foreigner_id_checked("CAN11008108031")


def test_a_loose_credit_code_need_not_hold_an_organisation_code():
    body = "91350100M000100Y5"
    code = body + numbers.uscc_check_digit(body)
    assert numbers.is_uscc(code, inner=False)
    assert not numbers.is_uscc(code)


@pytest.mark.parametrize(
    ("make", "bad"),
    [
        (numbers.resident_id_check_digit, "1234"),
        (numbers.resident_id_check_digit, "１" * 17),
        (numbers.uscc_check_digit, "I" * 17),
        (numbers.org_code_check_digit, "1234567"),
        (numbers.vin_check_digit, "O" * 17),
    ],
)
def test_check_digits_of_nonsense_are_refused(make, bad):
    with pytest.raises(ValueError, match="needed"):
        make(bad)


@pytest.mark.parametrize(
    "written",
    [
        "5203 0219 8501 0112 32",
        "５２０３０２１９８５０１０１１２３２",
        "520302-19850101-1232",
        "520302\u200b198501011232",
    ],
)
def test_compact_undoes_how_numbers_are_dressed_up(written):
    assert numbers.compact(written) == "520302198501011232"
