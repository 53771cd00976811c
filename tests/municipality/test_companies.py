"""The invented register of firms: valid where it should be, dirty where it says so, heavy in the tail."""

from collections import Counter

import pytest

from sandbox.kernel.identifiers import is_org_code, is_uscc
from sandbox.municipality.companies import COMMENTS, companies
from sandbox.municipality.extract import Extract, Flaw


@pytest.fixture(scope="module")
def firms() -> Extract:
    return companies(11)


def _column(extract: Extract, name: str) -> list[str]:
    return extract.table[name].to_pylist()


def test_the_same_seed_gives_the_same_table_and_another_seed_another(firms: Extract) -> None:
    small = companies(3, count=1_000)
    assert small.table.equals(companies(3, count=1_000).table)
    assert small.flaws == companies(3, count=1_000).flaws
    assert not small.table.equals(companies(4, count=1_000).table)
    assert firms.table.column_names == list(COMMENTS)


def test_ten_thousand_firms_and_a_few_delivered_twice(firms: Extract) -> None:
    rows = firms.table.to_pylist()
    twice = firms.rows_with(Flaw.DUPLICATE)
    assert len(rows) == 10_000 + len(twice)
    originals = {tuple(row.values()) for number, row in enumerate(rows) if number not in twice}
    assert all(tuple(rows[number].values()) in originals for number in twice)


def test_every_code_without_a_flaw_is_valid_and_unique(firms: Extract) -> None:
    flawed = {cell.row for cell in firms.flaws if cell.column == "统一社会信用代码"}
    flawed |= firms.rows_with(Flaw.DUPLICATE)
    codes = [code for row, code in enumerate(_column(firms, "统一社会信用代码")) if row not in flawed]
    assert all(is_uscc(code) and is_org_code(code[8:17]) for code in codes)
    assert len(set(codes)) == len(codes)


def test_flaws_are_where_they_are_said_to_be(firms: Extract) -> None:
    rows = firms.table.to_pylist()
    for cell in firms.flaws:
        value = rows[cell.row].get(cell.column, "")
        match cell.flaw:
            case Flaw.WRONG_CHECK_DIGIT:
                assert len(value) == 18
                assert not is_uscc(value)
            case Flaw.SENTINEL:
                assert value in {"N/A", "无", "不详", "-", "/"}
            case Flaw.EMPTY:
                assert value == ""
            case Flaw.FUTURE_DATE:
                assert value.startswith("2042")
            case Flaw.AMOUNT_WITH_UNIT:
                assert "万" in value
            case Flaw.FULL_WIDTH:
                assert not value.isascii()
    missing = [
        cell for cell in firms.flaws if cell.column == "统一社会信用代码" and cell.flaw is not Flaw.FULL_WIDTH
    ]
    assert 20 <= len(missing) <= 60


def test_scopes_that_give_their_own_firm_away_do(firms: Extract) -> None:
    rows = firms.table.to_pylist()
    leaking = [rows[row] for row in firms.rows_with(Flaw.OWN_IDENTITY)]
    assert len(leaking) >= 40
    for row in leaking:
        own = (row["企业名称"], row["法定代表人"], row["联系电话"], row["注册地址"], row["统一社会信用代码"])
        assert any(len(value) > 1 and value in row["经营范围"] for value in own)


def test_distributions_have_rare_classes_and_heavy_tails(firms: Extract) -> None:
    kinds = Counter(_column(firms, "企业类型"))
    assert kinds.most_common(1)[0][1] > 3_500
    assert {1, 3} <= set(kinds.values())
    places = Counter(_column(firms, "行政区划"))
    assert len(places) == 17
    assert min(places.values()) == 1
    owners = Counter(_column(firms, "法定代表人"))
    assert sum(count > 5 for count in owners.values()) > 50
    amounts = sorted(
        float(value)
        for value in _column(firms, "注册资本(万元)")
        if value.isascii() and value[:1].isdigit() and value.replace(".", "").isdigit()
    )
    assert amounts[-1] > 500 * amounts[len(amounts) // 2]


def test_names_are_unique_and_addresses_end_in_a_number(firms: Extract) -> None:
    twice = firms.rows_with(Flaw.DUPLICATE)
    names = [name for row, name in enumerate(_column(firms, "企业名称")) if row not in twice]
    assert len(set(names)) == len(names)
    assert all("号" in address for address in _column(firms, "注册地址"))
