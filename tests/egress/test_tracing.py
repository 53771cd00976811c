"""Who leaked it, end to end: what a seat is shown names the seat wherever it turns up, and is on record."""

from __future__ import annotations

import gzip
import io
import json
import stat
import zipfile
from collections.abc import Iterator

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from sandbox.egress import intake, overlays, tracing
from sandbox.ingest import publish
from sandbox.kernel.dataset_records import Dataset, LandingOrder, Snapshot
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.records import RefusedAttempt
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.trace_records import Trace, TraceOutcome
from sandbox.seats import seat as seats
from sandbox.seats import workspace
from tests.journeys.homes import (
    CODE,
    DEVELOPER,
    OFFICER,
    OPERATOR,
    SECURITY,
    STEWARD,
    Desk,
    Home,
    hand_in,
    judged,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]


@pytest.fixture
def desk(judged: Home) -> Iterator[Desk]:
    with judged.open() as opened:
        yield opened


def demo(desk: Desk) -> tuple[Seat, Snapshot]:
    """Return the seat of the story and the snapshot that it was shown."""
    seat = seats.named(desk.platform.seats, "demo")
    return seat, desk.platform.store.load(Snapshot, seat.mounted[0]).record


def shown(desk: Desk) -> pa.Table:
    """Return what lies in the seat under /data."""
    seat, snapshot = demo(desk)
    place = workspace.folders(desk.platform.layout.seats, seat.id).base / "data" / snapshot.id
    return pa.concat_tables([pq.read_table(one) for one in sorted(place.glob("*.parquet"))])


def csv(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pacsv.write_csv(table, out)
    return out.getvalue()


def traced(desk: Desk, data: bytes, name: str = "found.csv", who: str = SECURITY) -> Trace:
    return tracing.trace(desk.platform.gate, desk.actor(who), name=name, data=data)


def test_the_seat_has_its_own_copy_and_the_pool_is_as_it_was(desk: Desk) -> None:
    seat, snapshot = demo(desk)
    held = desk.platform.pool.version(snapshot.series, snapshot.version)
    held.verify(digest=snapshot.manifest_digest)
    extra = shown(desk).num_rows - held.rows
    overlay = overlays.of_seat(desk.platform.gate, seat.id, snapshot.id)
    assert overlay is not None
    assert overlay.rows.num_rows == extra > 0
    place = workspace.folders(desk.platform.layout.seats, seat.id).base
    told = json.loads((place / "catalog" / f"{CODE}.json").read_text(encoding="utf-8"))
    assert told["rows"] == {"out": shown(desk).num_rows}
    for file in (place / "data" / snapshot.id).iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o444
    sealed = desk.platform.layout.judgements.with_name("canaries") / snapshot.id / seat.id
    token = str(overlay.marks.column(0).drop_null()[0].as_py()).encode()
    assert token not in sealed.read_bytes()


def test_a_leak_names_seat_developer_agreement_and_version_in_every_form(desk: Desk) -> None:
    seat, snapshot = demo(desk)
    table = shown(desk)
    some = table.take(pa.array(range(table.num_rows - 1, -1, -1)))
    book = openpyxl.Workbook()
    for row in [some.column_names, *map(list, zip(*some.to_pydict().values(), strict=True))]:
        book.active.append(row)
    xlsx, packed = io.BytesIO(), io.BytesIO()
    book.save(xlsx)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("数据.json", json.dumps(some.to_pylist(), ensure_ascii=False))
    for name, data in (
        ("a.csv", csv(some)),
        ("a.csv.gz", gzip.compress(csv(some))),
        ("a.xlsx", xlsx.getvalue()),
        ("a.zip", packed.getvalue()),
        ("a.txt", b"\n".join(csv(some).splitlines()[1:])),
    ):
        found = traced(desk, data, name)
        assert found.outcome is TraceOutcome.SEATS, name
        (one,) = found.suspects
        assert (one.seat, one.developer, one.agreement) == (seat.id, seat.user, seat.agreement)
        assert one.data[0].dataset == snapshot.dataset
        assert one.data[0].versions == (snapshot.version,)
        assert one.bits >= found.threshold


def test_a_file_of_other_origin_names_nobody_and_says_so(desk: Desk) -> None:
    _, snapshot = demo(desk)
    held = desk.platform.pool.version(snapshot.series, snapshot.version)
    whole = pa.concat_tables([pq.read_table(one) for one in held.parquet_files])
    for data in (csv(whole), b"a,b\n1,2\n", "一段话，没有数据。".encode()):
        found = traced(desk, data)
        assert (found.outcome, found.suspects, found.agreements) == (TraceOutcome.NOBODY, (), ())
    with pytest.raises(InputError):
        traced(desk, b"")


def test_only_the_authority_asks_and_every_answer_is_a_fact(desk: Desk) -> None:
    for who in (DEVELOPER, OPERATOR):
        with pytest.raises(RefusedError) as refused:
            traced(desk, csv(shown(desk)), who=who)
        desk.platform.note_refusal(refused.value)
        with pytest.raises(RefusedError):
            tracing.visible(desk.platform.gate, desk.actor(who))
    assert any(one.record.attempted == "trace:report" for one in desk.platform.store.find(RefusedAttempt))
    found = traced(desk, csv(shown(desk)), who=OFFICER)
    assert desk.platform.store.facts(record=found.id, verb="trace:report")
    assert tracing.visible(desk.platform.gate, desk.actor(SECURITY))[0] == found


def test_a_name_with_somebody_in_it_is_not_kept(desk: Desk) -> None:
    assert traced(desk, b"a,b\n1,2\n", "13800138000.csv").name == tracing.HIDDEN_NAME


def test_two_seats_of_one_firm_have_different_rows_of_the_same_kind(desk: Desk) -> None:
    seat, snapshot = demo(desk)
    platform = desk.platform
    assert platform.store.load(Dataset, snapshot.dataset).record.code == CODE
    twin = seats.Seat(
        id="seat-000099", state="open", organisation=seat.organisation, environment=seat.environment,
        agreement=seat.agreement, user=seat.user, name="twin",
    )  # fmt: skip
    mine = overlays.of_seat(platform.gate, seat.id, snapshot.id)
    other = overlays.made(platform.gate, twin, snapshot)
    assert mine is not None
    assert other is not None
    assert mine.rows.num_rows == other.rows.num_rows
    assert mine.rows.schema == other.rows.schema
    assert not mine.rows.equals(other.rows)


def again(desk: Desk, snapshot: Snapshot) -> Snapshot:
    """Land the same delivery once more, as the next version."""
    ingest = desk.platform.ingest
    before = desk.platform.store.load(LandingOrder, snapshot.order).record
    order = {"agreement": before.agreement, "dataset": CODE, "delivery": before.delivery}
    return publish.land(ingest, publish.order(ingest, desk.actor(STEWARD), **order).id)


def test_the_next_version_has_the_same_canaries_and_a_leak_names_both(desk: Desk) -> None:
    seat, snapshot = demo(desk)
    newer = again(desk, snapshot)
    assert newer.version == snapshot.version + 1
    done = seats.run(
        desk.platform.seats,
        desk.actor(DEVELOPER),
        seat.id,
        ["python", "-c", COUNT.format(code=CODE)],
        seconds=60,
    )
    assert done.status == 0, done.stderr
    gate = desk.platform.gate
    before, after = (overlays.of_seat(gate, seat.id, one.id) for one in (snapshot, newer))
    assert before is not None
    assert after is not None
    assert before.pack() == after.pack()
    rows, told = done.stdout.split()
    assert int(rows) == int(told) == newer.rows + after.rows.num_rows
    (one,) = traced(desk, csv(shown(desk))).suspects
    assert one.data[0].versions == (snapshot.version, newer.version)
    place = workspace.folders(desk.platform.layout.seats, seat.id).base / "data"
    assert {each.name for each in place.iterdir()} == {snapshot.id, newer.id}
    seats.run(desk.platform.seats, desk.actor(DEVELOPER), seat.id, ["true"], seconds=60)
    assert {each.name for each in place.iterdir()} == {newer.id}


COUNT = """
import glob, json
import pyarrow.parquet as pq
told = json.load(open("/data/{code}/manifest.json"))["rows"]["out"]
print(sum(pq.read_metadata(one).num_rows for one in glob.glob("/data/{code}/*.parquet")), told)
"""


def test_in_the_platform_an_honest_figure_is_proven_and_written_without_canaries(desk: Desk) -> None:
    _, snapshot = demo(desk)
    gate, made = desk.platform.gate, desk.submission("in-review")
    held = desk.platform.pool.version(snapshot.series, snapshot.version)
    tables = {
        "real": pa.concat_tables([pq.read_table(one) for one in held.parquet_files]),
        "seen": shown(desk),
    }
    (file,) = [one for one in made.files if one.claim]
    sql = json.loads(gate.frozen.get(file.claim))["sql"]
    figures = {name: figure(sql, table) for name, table in tables.items()}
    assert figures["real"] != figures["seen"]
    handed, written = (read(gate.frozen.get(digest)) for digest in (file.digest, file.rewritten))
    assert set(handed) <= set(figures["seen"])
    assert set(written) <= set(figures["real"])
    assert not set(written) <= set(figures["seen"])


def figure(sql: str, table: pa.Table) -> list[tuple[str, ...]]:
    """Return what a claim gives on a table, as texts."""
    engine = duckdb.connect()
    for name in ("source", CODE):
        engine.register(name, table)
    return [tuple(str(cell) for cell in row) for row in engine.execute(sql).fetchall()]


def read(data: bytes) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in pacsv.read_csv(io.BytesIO(data), convert_options=TEXT).to_pylist()]


TEXT = pacsv.ConvertOptions(column_types=dict.fromkeys(["企业数"], pa.string()))


def test_canaries_handed_in_are_refused_and_figures_without_them_are_not_proven(desk: Desk) -> None:
    seat, snapshot = demo(desk)
    gate, made = desk.platform.gate, desk.submission("in-review")
    held = desk.platform.pool.version(snapshot.series, snapshot.version)
    real = pa.concat_tables([pq.read_table(one) for one in held.parquet_files])
    (file,) = [one for one in made.files if one.claim]
    claim = gate.frozen.get(file.claim)
    engine = duckdb.connect()
    for name in ("source", CODE):
        engine.register(name, real)
    without = csv(engine.execute(json.loads(claim)["sql"]).to_arrow_table())
    overlay = overlays.of_seat(gate, seat.id, snapshot.id)
    assert overlay is not None
    files = {"m.csv": without, "m.csv.claim.json": claim, "rows.csv": csv(overlay.rows.slice(0, 5))}
    hand_in(None, desk, seat.id, files, request="0canary-1")
    (taken,) = intake.collect(gate, seat.id, refused=desk.platform.note_refusal).submissions
    after = {one.name: one for one in intake.judge(gate, taken.id).files}
    assert after["m.csv"].verdict is not Verdict.RELEASE
    assert after["rows.csv"].verdict is Verdict.REFUSE
