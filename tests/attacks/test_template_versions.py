"""One template on two versions of the data, and figures that differ by a decimal from what the gate makes."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.egress import templates
from sandbox.ingest import batch, publish
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.municipality.deliveries import SMALL, deliver
from sandbox.seats.seat import current_snapshots
from tests.attacks.test_templates import SQL, ask, from_seat, in_force, long, proposed, seen
from tests.journeys.homes import CODE, MARKET, STEWARD, Desk, Home, judged, told

__all__ = ["judged", "told"]
SUBJECT = "统一社会信用代码"


def _counts(desk: Desk) -> dict[str, int]:
    """Return how many firms the snapshot that now stands has in each district."""
    gate = desk.platform.gate
    (one,) = current_snapshots(gate.directory, MARKET)
    parts = gate.pool.version(one.series, one.version).parquet_files
    table = pa.concat_tables([pq.read_table(path) for path in parts])
    pairs = set(zip(table["行政区划"].to_pylist(), table[SUBJECT].to_pylist(), strict=True))
    counts: dict[str, int] = {}
    for district, _ in pairs:
        counts[district] = counts.get(district, 0) + 1
    return counts


def _landed_again(desk: Desk, folder: Path, *, without: int) -> None:
    """Deliver and land the same firms once more, `without` so many whose rows are sound."""
    path = deliver(folder, size=SMALL)["companies"].path
    data = path.read_bytes()
    encoding = next(one for one in ("utf-8-sig", "gb18030") if _reads(data, one))
    rows = list(csv.reader(data.decode(encoding, errors="surrogateescape").splitlines()))
    place = rows[0].index(SUBJECT) if SUBJECT in rows[0] else 0
    sound = [row for row in rows[1:] if len(row) == len(rows[0])]
    often = {row[place]: sum(each[place] == row[place] for each in sound) for row in sound[200:220]}
    gone = [subject for subject, count in often.items() if count == 1][:without]
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not any(one.encode() in line for one in gone)]
    assert len(lines) - len(kept) == without
    kept[150], kept[151] = kept[151], kept[150]  # the very same file is not taken twice
    changed = folder / "again.csv"
    changed.write_bytes(b"".join(kept))
    ingest, steward = desk.platform.ingest, desk.actor(STEWARD)
    made = batch.receive(ingest, steward, CODE, changed)
    batch.accept(ingest, steward, made.id, explanation="按月更新")
    publish.land(ingest, publish.order(ingest, steward, agreement=MARKET, dataset=CODE, delivery=made.id).id)


def _reads(data: bytes, encoding: str) -> bool:
    try:
        data[:4000].decode(encoding, errors="strict")
    except UnicodeDecodeError as error:
        return error.start > 3900
    return True


def test_the_next_version_with_one_firm_less_does_not_leave_by_the_same_template(
    judged: Home, tmp_path: Path
) -> None:
    """The difference of two lawful instances would be one firm."""
    with judged.open() as desk:
        template = in_force(desk, number=9)
        assert ask(desk, template).state == "released"
        before = _counts(desk)
        _landed_again(desk, tmp_path, without=1)
        after = _counts(desk)
        assert sum(before.values()) - sum(after.values()) == 1
        assert sum(before[name] != after.get(name, 0) for name in before) == 1
        assert ask(desk, template).state != "released"
        assert templates.found(desk.platform.gate, template.id).record.used == 1


def test_a_next_version_that_is_the_same_leaves(judged: Home, tmp_path: Path) -> None:
    """What holds the other back is the one firm, not that the version is another."""
    with judged.open() as desk:
        template = in_force(desk, number=9)
        assert ask(desk, template).state == "released"
        before = _counts(desk)
        _landed_again(desk, tmp_path, without=0)
        assert _counts(desk) == before
        assert ask(desk, template).state == "released"


@pytest.mark.parametrize("tail", [long(".4"), long(".01"), long(".0000001")])
def test_a_figure_that_a_decimal_was_put_to_does_not_leave(judged: Home, tail: str) -> None:
    """A seat that sends the gate's own table with a decimal more has a place for a message."""
    with judged.open() as desk:
        gate, template = desk.platform.gate, in_force(desk, number=9)
        whole = gate.frozen.get(ask(desk, template).files[0].rewritten).decode().splitlines()
        sql = SQL.replace("$exclude", "'无'")
        mine = seen(desk, sql).decode().splitlines()
        changed = "\n".join([mine[0], mine[1] + tail, *mine[2:]]) + "\n"
        made = from_seat(judged, desk, sql, changed.encode())
        if made.state == "released":  # then only what the gate itself writes has left
            assert gate.frozen.get(made.files[0].rewritten).decode().splitlines() == whole
        else:
            assert templates.found(gate, template.id).record.used == 1


@pytest.mark.parametrize("literal", [">= 10.5", long(">= 9.9999999"), long("> 9.0"), long(">= 10.0000001")])
def test_a_literal_that_a_decimal_was_put_to_is_another_plan(judged: Home, literal: str) -> None:
    with judged.open() as desk:
        ask(desk, in_force(desk, number=9))
        sql = SQL.replace("$exclude", "'无'").replace(">= 10", literal)
        made = from_seat(judged, desk, sql, seen(desk, sql))
        assert made.state != "released"


def test_other_decimals_than_were_signed_are_another_template(judged: Home) -> None:
    """The rounding is among the terms: a signature under two decimals is none under three."""
    with judged.open() as desk:
        template = in_force(desk)
        other = proposed(desk, decimals=3)
        assert (other.plan, other.digest == template.digest) == (template.plan, False)
        with pytest.raises((RefusedError, InputError)):
            ask(desk, other)
