"""kill -9 during landing and submission, and a full disk: the last version whole, nothing twice."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.egress import intake
from sandbox.ingest import publish
from sandbox.kernel.dataset_records import LandingOrder, Snapshot
from sandbox.kernel.errors import StorageError
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.seats import workspace
from sandbox.seats.seat import current_snapshots
from sandbox.store.verify import verify
from tests.journeys.crash import crash
from tests.journeys.homes import (
    CODE,
    JUDGED,
    LANDED,
    MARKET,
    STEWARD,
    Desk,
    Home,
    hand_in,
    judged,
    keep,
    landed,
    told,
)
from tests.lengths import length

__all__ = ["judged", "landed", "told"]

EVERYDAY = 3
LONG = length(12, 150)
COUNTS = pytest.mark.parametrize(
    "count", [EVERYDAY, pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]
)


def whole(desk: Desk) -> None:
    """Check that every published snapshot is whole and the log still holds."""
    for stored in desk.platform.store.find(Snapshot, state="published"):
        one = stored.record
        desk.platform.pool.version(one.series, one.version).verify(digest=one.manifest_digest)
    report = verify(desk.platform.store, key=desk.platform.public_key, witness=desk.platform.witnesses[0])
    assert report, report.problems


def moments(total: int, count: int) -> list[int]:
    """Return the first, the last and some operations between, the same at every run."""
    middle = random.Random(total).sample(range(2, total), min(count - 2, total - 2))
    return sorted({1, total, *middle})


def copy(source: Home, place: Path) -> Home:
    """Return a copy of a prepared home."""
    shutil.rmtree(place, ignore_errors=True)
    keep(source.path, place)
    return Home(place)


def kill_landing(prepared: Home, place: Path, order: str, at: int) -> None:
    """Kill a landing and check what is left, then resume it."""
    home = copy(prepared, place)
    assert crash(home.path, "land", at, order) == -1
    with home.open() as desk:
        state = desk.platform.store.load(LandingOrder, order).record.state
        (before,) = current_snapshots(desk.platform.directory, MARKET)
        assert before.version == (2 if state == "landed" else 1)
        whole(desk)
        publish.resume(desk.platform.ingest, failed=pytest.fail)
        (after,) = current_snapshots(desk.platform.directory, MARKET)
        made = desk.platform.store.find(Snapshot, linked=("order", order))
        assert len(made) == 1
        assert after.id == made[0].record.id
        assert not list(desk.platform.layout.pool.rglob(".stage*"))
        kept = {one.record.sidecar for one in desk.platform.store.find(Snapshot)}
        assert {one.name for one in desk.platform.layout.sidecars.iterdir()} == kept
        whole(desk)


@pytest.fixture
def ordered(landed: Home) -> tuple[Home, str]:
    """A home with an order that waits, above a version that was landed before."""
    with landed.open() as desk:
        made = publish.order(
            desk.platform.ingest,
            desk.actor(STEWARD),
            agreement=MARKET,
            dataset=CODE,
            delivery="delivery-000001",
        )
    return landed, made.id


@pytest.mark.parametrize(
    "count", [EVERYDAY, pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(1200)])]
)
def test_a_killed_landing(ordered: tuple[Home, str], tmp_path: Path, count: int) -> None:
    prepared, order = ordered
    total = crash(copy(prepared, tmp_path / "counted").path, "land", 0, order)
    for at in moments(total, count):
        kill_landing(prepared, tmp_path / "killed", order, at)


@pytest.mark.parametrize(
    "count", [EVERYDAY, pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(1200)])]
)
def test_a_killed_submission(judged: Home, tmp_path: Path, count: int) -> None:
    with judged.open() as desk:
        seat = next(one.record for one in desk.platform.store.find(Seat) if one.record.name == "demo")
        hand_in(judged, desk, seat.id, {"a.txt": "两句话".encode()})
        known = len(desk.platform.store.find(Submission))
    total = crash(copy(judged, tmp_path / "counted").path, "submit", 0, seat.id)
    for at in moments(total, count):
        home = copy(judged, tmp_path / "killed")
        assert crash(home.path, "submit", at, seat.id) == -1
        with home.open() as desk:
            whole(desk)
            intake.collect(desk.platform.gate, seat.id, refused=pytest.fail)
            found = [one.record for one in desk.platform.store.find(Submission)][known:]
            assert [one.request for one in found] == ["0request-1"]
            assert desk.platform.gate.frozen.get(found[0].files[0].digest) == "两句话".encode()
            outbox = workspace.folders(desk.platform.layout.seats, seat.id).outbox
            assert not [path for path in outbox.iterdir() if not path.name.startswith(".")]
            whole(desk)


@pytest.fixture
def small_disk(tmp_path: Path):
    """Mount a small file system and return its folder and how to change its size."""
    place = tmp_path / "disk"
    place.mkdir()

    def size(kib: int, *, again: bool = True) -> None:
        options = f"{'remount,' if again else ''}size={kib}k"
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True, capture_output=True
        )

    try:
        size(64 * 1024, again=False)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small file system is not permitted here")
    yield place, size
    subprocess.run(["umount", "-l", str(place)], check=False)


def used(place: Path) -> int:
    """Return how many KiB of the file system are taken."""
    taken = shutil.disk_usage(place)
    return taken.used // 1024


@pytest.mark.parametrize("spare", [0, 24, 120])
def test_a_full_disk_during_landing(ordered: tuple[Home, str], small_disk, spare: int) -> None:
    prepared, order = ordered
    place, size = small_disk
    home = copy(prepared, place / "home")
    with home.open() as desk:
        assert desk.platform.store.load(LandingOrder, order).record.state == "ordered"
    size(used(place) + spare)
    with pytest.raises(StorageError) as told_, home.open() as desk:
        publish.land(desk.platform.ingest, order)
    assert len(str(told_.value).splitlines()) == 1
    size(64 * 1024)
    with home.open() as desk:
        (last,) = current_snapshots(desk.platform.directory, MARKET)
        assert last.version == 1
        whole(desk)
        publish.resume(desk.platform.ingest, failed=pytest.fail)
        (last,) = current_snapshots(desk.platform.directory, MARKET)
        assert last.version >= 2
        whole(desk)


def test_the_kept_homes_are_where_the_story_stopped(told: Path) -> None:
    assert (told / LANDED / "home.toml").is_file()
    assert (told / JUDGED / "home.toml").is_file()
