"""Households on allowance, water meters, parcels: well formed, the same every time, about whom they say."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sandbox.kernel.identifiers import is_resident_id
from sandbox.municipality.allowance import allowances
from sandbox.municipality.extract import Flaw
from sandbox.municipality.parcels import parcels
from sandbox.municipality.water import TYPES, readings
from sandbox.municipality.writers import Damage, Form, write_delivery


def test_households_are_one_row_each_with_a_head_that_checks() -> None:
    made = allowances(7, count=300)
    table = made.table
    assert table.num_rows == 300
    assert len(set(table["家庭编号"].to_pylist())) == 300
    wrong = made.rows_with(Flaw.WRONG_CHECK_DIGIT)
    numbers = table["户主身份证号"].to_pylist()
    assert [row for row, number in enumerate(numbers) if not is_resident_id(number)] == sorted(wrong)
    assert wrong
    for kind, persons, amount in zip(
        *(table[name].to_pylist() for name in ("保障类别", "保障人数", "月保障金")), strict=True
    ):
        assert float(amount) >= {"城市低保": 735, "农村低保": 520}[kind] * int(persons)


def test_meters_count_up_by_what_was_used() -> None:
    table = readings(7, count=450).table
    meter, base, used = (table[name].to_pylist() for name in ("表号", "表底数", "用水量"))
    for row in range(1, 450):
        if meter[row] == meter[row - 1]:
            assert int(base[row]) - int(base[row - 1]) == int(used[row])
    assert all(
        value == "0" for value, state in zip(used, table["表况"].to_pylist(), strict=True) if state == "停走"
    )


@pytest.mark.parametrize("make", [allowances, readings, parcels])
def test_the_same_seed_gives_the_same_table(make) -> None:
    assert make(3, count=120).table.equals(make(3, count=120).table)
    assert not make(3, count=120).table.equals(make(4, count=120).table)
    assert set(make(3, count=120).table.column_names) == set(make(3, count=120).comments)


def test_parquet_keeps_the_types_and_has_no_damage(tmp_path: Path) -> None:
    extract = readings(7, count=200)
    first, second = (
        write_delivery(extract, tmp_path / f"{n}.parquet", form=Form.PARQUET, damage=Damage()) for n in (1, 2)
    )
    assert first.bad == ()
    assert first.path.read_bytes() == second.path.read_bytes()
    table = pq.read_table(first.path)
    assert {name: table.schema.field(name).type for name in TYPES} == dict(TYPES)
    for name in table.column_names:
        assert pc.cast(table[name], pa.string()).equals(extract.table[name])
