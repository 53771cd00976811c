"""The ledger on disk: sealed, kept at every judgement, and enough by itself to refuse a difference."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from sandbox.egress import intake, ledger
from sandbox.egress.kept import Standing
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.review_records import Submission
from tests.database import on_server
from tests.database import owned as database
from tests.egress.test_intake import the_seat
from tests.journeys.forge import forge
from tests.journeys.homes import Desk, Home, hand_in, judged, told

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]


def entries(desk: Desk) -> list:
    folder = desk.platform.gate.judgements.with_name("ledger")
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_a_proven_product_is_kept_sealed_and_found_by_the_next_one(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        before = desk.submission("in-review")
        (path,) = entries(desk)
        assert path.name.startswith(before.id)
        assert all(word not in path.read_bytes() for word in (b"snapshot", b"zyarrays", before.id.encode()))
        other = desk.platform.store.load(Submission, desk.submission("refused").id).record
        found = ledger.before(gate, other, trial=False).ledger
        (entry,) = found.entries
        assert (entry.standing, entry.snapshot) == (Standing.PENDING, before.snapshots[0])
        assert entry.claim is not None


def test_the_same_product_again_is_judged_beside_it_and_kept_too(judged: Home) -> None:
    with judged.open() as desk:
        gate, before = desk.platform.gate, desk.submission("in-review")
        file = next(one for one in before.files if one.claim)
        kept = json.loads(gate.frozen.get(file.claim))
        snapshot = desk.platform.store.load(Snapshot, before.snapshots[0]).record
        held = gate.pool.version(snapshot.series, snapshot.version)
        assert pq.read_table(held.parquet_files[0]).num_rows
        beside = json.dumps(kept, ensure_ascii=False).encode()
        files = {"a.csv": gate.frozen.get(file.digest), "a.csv.claim.json": beside}
        hand_in(judged, desk, the_seat(desk).id, files, request="0request-9")
        (made,) = intake.collect(gate, the_seat(desk).id, refused=lambda _: None).submissions
        again = intake.judge(gate, made.id)
        assert again.state == "in-review"  # the same table again tells nothing new
        assert len(entries(desk)) == 2


def test_a_damaged_entry_stops_the_judgement(judged: Home) -> None:
    with judged.open() as desk:
        (path,) = entries(desk)
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.chmod(0o600)
        path.write_bytes(bytes(data))
        with pytest.raises(TamperedError):
            ledger.before(desk.platform.gate, desk.submission("refused"), trial=False)


CHANGES = ('"approved":null', '"approved":false'), ('"ledger":"', '"ledger":"0'), ('"title":"', '"title":"x')


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_a_submission_changed_past_the_log_stops_what_would_be_judged_beside_it(
    judged: Home, old: str, new: str
) -> None:
    with judged.open() as desk:
        gate, other = desk.platform.gate, desk.submission("refused")
        ledger.before(gate, other, trial=False)
        before = desk.submission("in-review")
        forge(judged.path, before.id, old, new)
    with judged.open() as desk:
        for asked in (
            lambda: ledger.before(desk.platform.gate, other, trial=False),
            lambda: ledger.news(desk.platform.gate, other, ()),
        ):
            with pytest.raises(TamperedError, match=before.id):
                asked()


def test_a_submission_taken_out_or_set_back_past_the_log_stops_it_too(judged: Home) -> None:
    with judged.open() as desk:
        other, before = desk.submission("refused"), desk.submission("in-review")
    withdrawn = "replace(body, '\"in-review\"', '\"withdrawn\"')"
    for statement in (
        f"UPDATE record SET state = 'withdrawn', body = {withdrawn} WHERE id = '{before.id}'",
        f"DELETE FROM link WHERE from_id = '{before.id}'",
        f"DELETE FROM record WHERE id = '{before.id}'",
    ):
        with database(judged.path) as connection:
            if not on_server():  # there the owner's session asks no foreign key
                connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute(statement)
        with judged.open() as desk, pytest.raises(TamperedError, match=before.id):
            ledger.before(desk.platform.gate, other, trial=False)
