"""What the platform's reader makes of the deliveries: exactly the known truth, record for record."""

from pathlib import Path

import pytest

from sandbox.files.readers import open_table
from sandbox.municipality.deliveries import SMALL, deliver, extracts
from sandbox.municipality.extract import Flaw
from sandbox.municipality.writers import Delivered


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Delivered]:
    return dict(deliver(tmp_path_factory.mktemp("deliveries"), size=SMALL))


@pytest.mark.parametrize("key", ["companies", "visits", "meitan-visits", "allowances", "water", "parcels"])
def test_the_reader_finds_every_bad_record_and_no_other(delivered: dict[str, Delivered], key: str) -> None:
    truth = delivered[key]
    with open_table(truth.path, name=truth.path.name) as source:
        good = sum(batch.num_rows for _, batch in source.batches())
        assert source.rows_read == truth.records == truth.note.declared_rows
        assert good == truth.good
        assert [bad.row for bad in source.bad] == [bad.record for bad in truth.bad]


def test_the_same_seed_delivers_the_same_bytes(delivered: dict[str, Delivered], tmp_path: Path) -> None:
    again = deliver(tmp_path, size=SMALL)
    assert {key: one.note for key, one in again.items()} == {key: one.note for key, one in delivered.items()}


def test_a_county_is_part_of_the_city_with_its_own_flaws() -> None:
    made = extracts(size=SMALL)
    county = made["meitan-visits"]
    assert all(name.startswith("湄潭县") for name in county.table["医疗机构"].to_pylist())
    for cell in county.flaws:
        value = county.table[cell.column][cell.row].as_py()
        assert cell.flaw is not Flaw.EMPTY or value == ""
        assert cell.flaw is not Flaw.SEPARATORS or " " in value
