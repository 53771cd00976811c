"""One small demonstration home, told once for all test processes, and copies of it to change.

The story is stopped three times and the home kept as it then stands: data landed, submissions
judged, product released. Passwords cost less here; nothing else differs from the demo.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sandbox.app
from sandbox.app import Platform, open_platform
from sandbox.demo import egress, journey
from sandbox.demo.events import Event, Narrator
from sandbox.demo.people import ACCOUNTS_FILE, found_demo, gather
from sandbox.egress import overlays
from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.review_records import Submission
from sandbox.municipality.cast import cast
from sandbox.municipality.deliveries import SMALL
from sandbox.people.directory import Directory
from sandbox.people.secrets import PasswordCost
from sandbox.seats.isolation import probe
from tests import database, once

LANDED, JUDGED, RELEASED = "landed", "judged", "released"
DEVELOPER, OTHER_DEVELOPER, COLLEAGUE = "lin.xiaoyu", "song.keyi", "xu.zhizhong"
OPERATOR, SECURITY, PROVIDER, OFFICER = "zhang.kai", "zhou.minxing", "yang.lizhi", "chen.guanglan"
STEWARD, HEALTH_STEWARD, COUNTY_STEWARD = "zhao.qinghe", "liu.jingshu", "ouyang.lan"
CODE = "enterprise-registration"
MARKET, CREDIT, CHRONIC = (f"service-agreement-00000{number}" for number in (1, 2, 3))


def build(root: Path) -> None:
    """Tell the story into `root`, keeping the home at each stop; needs a machine that can isolate."""
    home, events = root / "home", []
    cheap = partial(Directory, cost=PasswordCost(passes=1, memory=64, lanes=1))
    original, sandbox.app.Directory = sandbox.app.Directory, cheap
    try:
        troupe = found_demo(home, cast())
        gather(troupe)
        troupe.save()
        walk = journey.Journey(troupe, Narrator(events.append), size=SMALL)
        journey.establish(walk)
        journey.publish_data(walk)
        journey.apply_for_data(walk)
        journey.land(walk)
        troupe.platform.settle()  # notices of the story so far, that every copy would have to post
        keep(home, root / LANDED)
        _, submissions = egress.work(walk)
        judged = egress.judge(walk, submissions)
        troupe.platform.settle()
        keep(home, root / JUDGED)
        egress.review_and_release(walk, judged)
        troupe.platform.close()
        keep(home, root / RELEASED)
    finally:
        sandbox.app.Directory = original
    texts = [event_text(event) for event in events]
    (root / "story.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")


def event_text(event: Event) -> dict[str, str]:
    """Return an event as plain text."""
    return {"kind": event.kind.value, "text": str(event.text)}


def keep(home: Path, target: Path) -> None:
    """Copy a home with owners and modes, quickly where the file system can."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(home), str(target)], check=True)
    try:
        database.part_home(target)
    except BaseException:
        shutil.rmtree(target)  # its settings still name the database it was copied from
        raise


def shared() -> Path:
    """Return the folder with the kept homes; built by whichever test process comes first."""
    if not probe():
        pytest.skip("this machine cannot isolate a seat, so the story cannot be told")
    return once.made("municipality", build)


@dataclass
class Home:
    """One home on disk, opened as often as a test likes, at whatever time it likes."""

    path: Path

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        """The demo's accounts."""
        return json.loads((self.path / ACCOUNTS_FILE).read_text(encoding="utf-8"))["accounts"]

    def token(self, account: str) -> str:
        """Return a person's token."""
        return self.accounts[account]["token"]

    @contextmanager
    def open(self, *, days: int = 0) -> Iterator[Desk]:
        """Open the home, `days` from now."""
        clock: Callable[[], datetime] = lambda: datetime.now(UTC) + timedelta(days=days)  # noqa: E731
        platform = open_platform(self.path, clock=clock)
        try:
            yield Desk(platform, {name: one["token"] for name, one in self.accounts.items()})
        finally:
            platform.close()


@dataclass
class Desk:
    """An opened home and its people."""

    platform: Platform
    tokens: dict[str, str]

    def actor(self, account: str) -> Actor:
        """Return a person by token; with a clock far ahead tokens have expired, so ask before."""
        return self.platform.by_token(self.tokens[account])

    def submission(self, state: str) -> Submission:
        """Return the one submission in a state."""
        (found,) = self.platform.store.find(Submission, state=state)
        return found.record


def shown(desk: Desk, seat: str, snapshot: Snapshot) -> pa.Table:
    """Return what a seat was shown of a snapshot, its canaries among the rows, in no order of theirs."""
    gate = desk.platform.gate
    parts = gate.pool.version(snapshot.series, snapshot.version).parquet_files
    whole = pa.concat_tables([pq.read_table(path) for path in parts])
    overlay = overlays.of_seat(gate, seat, snapshot.id)
    return whole if overlay is None else pa.concat_tables([whole, overlay.rows.cast(whole.schema)])


def hand_in(
    home: Home, desk: Desk, seat_id: str, files: dict[str, bytes], *, request: str = "0request-1"
) -> Path:
    """Write a request into a seat's outbox as the seat itself would; return its folder."""
    from sandbox.kernel.seat_records import Seat
    from sandbox.seats import workspace

    seat = desk.platform.store.load(Seat, seat_id).record
    folder = workspace.folders(desk.platform.layout.seats, seat.id).outbox / request
    (folder / "files").mkdir(parents=True)
    for name, data in files.items():
        (folder / "files" / name).write_bytes(data)
    document = {"format": 1, "title": "测试", "purpose": "", "files": list(files)}
    (folder / "request.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, seat.host_uid, seat.host_uid)
    return folder


@pytest.fixture(scope="session")
def told() -> Path:
    """The folder with the kept homes."""
    return shared()


@pytest.fixture
def landed(told: Path, tmp_path: Path) -> Home:
    """A copy of the home after the landings."""
    keep(told / LANDED, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def judged(told: Path, tmp_path: Path) -> Home:
    """A copy of the home with one product in review and one refused."""
    keep(told / JUDGED, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def released(told: Path, tmp_path: Path) -> Home:
    """A copy of the home at the end of the story."""
    keep(told / RELEASED, tmp_path / "home")
    return Home(tmp_path / "home")
