"""What a column is taken for, and the coarser spellings it may leave under."""

import pyarrow as pa
import pytest

from sandbox.fingerprint.columns import derived_forms, traits_of


def forms(*cells):
    return pa.array(cells, pa.large_string())


@pytest.mark.parametrize(
    ("cells", "identifier"),
    [
        (["520302199001011234", "52030219900101123X"], True),
        (["91520300MA6DLX1234", "915203822149900118"], True),
        (["13800138000", "13900139000"], True),
        (["TK7QZ2MA5WXCVB3N", "TAAAAQZ2MA5WXC3N"], True),
        (["20190105083000", "20200106093000"], False),
        (["1234567.25", "998877.5"], False),
        (["TYPE2DIABETES", "TYPE1DIABETESMELLITUS"], False),
        (["红花岗区中华路12号", "汇川区上海路7号"], False),
        (["J001", "J002"], False),
        ([""], False),
        ([], False),
    ],
)
def test_identifiers_by_shape(cells, identifier):
    assert traits_of(forms(*cells), identifier=False).identifier is identifier


def test_a_guess_ends_with_repeats_and_a_name_does_not():
    guessed = traits_of(forms("520302199001011234"), identifier=False)
    named = traits_of(forms("甲"), identifier=True)
    assert not guessed.counted(distinct=10, filled=1000).identifier
    assert guessed.counted(distinct=400, filled=1000).identifier
    assert named.counted(distinct=10, filled=1000).identifier
    assert not named.weakened().identifier


def derived(*cells):
    column = forms(*cells)
    return {
        name: values.to_pylist()
        for name, values in derived_forms(column, traits_of(column, identifier=False))
    }


def test_coarser_spellings():
    assert derived("20190305", "20200101", "20200102", "20200103", "X") == {
        "年月": ["201903", "202001", "202001", "202001", ""],
        "年": ["2019", "2020", "2020", "2020", ""],
    }
    assert derived("20190305083000", "20200101")["日"] == ["20190305", "20200101"]
    assert derived("1234.56", "-87.5", "0.4", "", "99") == {
        "取整": ["1235", "-88", "0", "", "99"],
        "两位": ["1200", "-88", "0", "", "99"],
    }
    assert derived("12", "7") == {}
    assert derived("红花岗区") == {}
