"""What the platform does by itself: takes in what seats submit, lands, watches clocks, signs the log.

Each task has a thread and a rhythm of its own, calls the same use cases as the desks, and bears
being killed at any moment. What a rule refuses is logged by sentence and tried again later.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sandbox.access import agreement as agreements
from sandbox.access import nightly, transfer
from sandbox.app import Platform, open_platform
from sandbox.egress import intake, telling
from sandbox.egress import nightly as reviews
from sandbox.ingest import publish
from sandbox.kernel.dataset_records import Delivery, LandingOrder
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.oversight import deadline, staffing
from sandbox.oversight.dispatch import Dispatcher
from sandbox.seats import seat as seats
from sandbox.seats import workspace
from sandbox.serving import watch
from sandbox.serving.health import BEAT
from sandbox.serving.places import Places
from sandbox.store import checkpoints
from sandbox.store.moments import Moment

T = TypeVar("T")
LOG = logging.getLogger("worker")
AGAIN_SECONDS = 60.0
"""How long a submission rests after the gate could not judge it."""


@dataclass(slots=True)
class Worker:
    """The open home and what is remembered between two rounds."""

    platform: Platform
    places: Places
    over: threading.Event = field(default_factory=threading.Event)
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    told: Moment | None = None
    resting: dict[str, float] = field(default_factory=dict)
    dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        """Keep one sender of notices: it remembers which address rests."""
        self.dispatcher = Dispatcher(self.platform.oversight)

    def submissions(self) -> None:
        """Take in what open seats submitted; let the gate judge it; tell each seat how things stand."""
        store = self.platform.store
        moment = store.moment()
        with store.looking(moment):
            seated = store.find(Seat, state="open")
        for stored in seated:
            self._guarded(self._collect, stored.record)
        for waiting in store.find(Submission, state="frozen"):
            self._judge(waiting.record)
        if moment is not self.told:  # no state changes without a fact: a quiet round asks nothing
            for stored in seated:
                self._guarded(self._tell, stored.record)
            self.told = moment

    def _collect(self, seat: Seat) -> None:
        folder = workspace.folders(self.platform.layout.seats, seat.id).outbox
        if folder.is_dir() and any(not one.name.startswith(".") for one in os.scandir(folder)):
            taken = intake.collect(self.platform.gate, seat.id, refused=self.platform.note_refusal)
            LOG.info("%s: %d taken, %d declined", seat.id, len(taken.submissions), len(taken.declined))

    def _judge(self, waiting: Submission) -> None:
        submission, now = waiting.id, self.platform.clock().timestamp()
        if now < self.resting.get(submission, 0.0) or self.over.is_set():
            return
        known = submission in self.resting
        self.resting[submission] = now + AGAIN_SECONDS
        if waiting.ordered and not known:
            return  # whoever asked a template for it has it judged at once: here only what was left of that
        self._guarded(
            lambda one: LOG.info("%s: %s", one, intake.judge(self.platform.gate, one).state), submission
        )

    def _tell(self, seat: Seat) -> None:
        standing = tuple(
            f"{one.id} {one.state}" for one in telling.submissions_of(self.platform.gate, seat.id)
        )
        if standing and self.shown.get(seat.id) != standing:
            telling.publish(self.platform.gate, seat)
            self.shown[seat.id] = standing

    def landings(self) -> None:
        """Finish reading and landing what was ordered; a killed round is taken up again here."""
        store = self.platform.store
        ordered, unread = store.find(LandingOrder, state="ordered"), store.find(Delivery, state="quarantined")
        if ordered or unread:
            publish.resume(
                self.platform.ingest, failed=lambda name, error: LOG.warning("%s: %s", name, error)
            )

    def clocks(self) -> None:
        """End agreements whose term is over, their seats, stale custody; remind of reports that come due."""
        agreements.expire_due(self.platform.access)
        transfer.expire_due(self.platform.directory)
        seats.expire_due(self.platform.seats)
        deadline.remind(self.platform.oversight)
        reviews.resume(self.platform.gate)
        reviews.lapse(self.platform.gate)

    def terms(self) -> None:
        """Recount, remind and escalate the terms that run; alarms for a calendar or reviewers that miss."""
        done = nightly.run(self.platform.access)
        staffing.warn(self.platform.oversight)
        deadline.answers(self.platform.oversight, self.platform.access)
        deadline.calendar(self.platform.oversight, self.platform.access)
        for fault in done.faults:
            LOG.warning("%s: %s", fault.record, fault.reason)
        for name, reason in reviews.run(self.platform.gate).faults:
            LOG.warning("%s: %s", name, reason)
        if done.missing_year is not None:
            LOG.warning("no official calendar of %d yet: terms are provisional", done.missing_year)

    def notices(self) -> None:
        """Send what waits to be sent, by mail and webhook."""
        self.dispatcher.round()

    def effects(self) -> None:
        """Do what facts have left to be done."""
        self.platform.settle()

    def checkpoint(self) -> None:
        """Sign the log if it has grown."""
        platform = self.platform
        checkpoints.checkpoint_if_due(
            platform.store, platform.signer, platform.witnesses, now=platform.clock()
        )

    def doors(self) -> None:
        """Close seats that may be used no longer; put the transcripts of ended ones on record."""
        watch.close_unlawful(self.platform, self.places)
        watch.record_ended(self.platform, self.places)

    def beat(self) -> None:
        """Show that the worker lives."""
        (self.places.run / BEAT).touch()

    def _guarded(self, act: Callable[[T], None], one: T) -> None:
        """Do it for one of many: what is refused to one is no reason to let the others wait."""
        try:
            act(one)
        except SandboxError as error:
            LOG.warning("%s", error)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do again and again, with the seconds between two rounds."""

    name: str
    act: Callable[[], None]
    seconds: float


def tasks(worker: Worker) -> tuple[Task, ...]:
    """Return everything the worker does."""
    return (
        Task("beat", worker.beat, 5.0),
        Task("submissions", worker.submissions, 1.0),
        Task("doors", worker.doors, 1.5),
        Task("landings", worker.landings, 3.0),
        Task("effects", worker.effects, 3.0),
        Task("checkpoint", worker.checkpoint, 10.0),
        Task("clocks", worker.clocks, 60.0),
        Task("terms", worker.terms, 3600.0),
        Task("notices", worker.notices, 5.0),
    )


def repeat(task: Task, worker: Worker) -> None:
    """Do a task until the worker is over; a fault that is no sentence ends the worker, to begin anew."""
    while not worker.over.is_set():
        try:
            task.act()
        except SandboxError as error:
            LOG.warning("%s: %s", task.name, error)
        except BaseException:
            LOG.exception("%s", task.name)
            os._exit(1)  # the supervisor starts it again: half a worker would go unnoticed
        worker.over.wait(task.seconds)


def main() -> int:
    """Work until told to stop, then put the end of the last seats on record."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    home = Path(os.environ["SANDBOX_HOME"])
    worker = Worker(open_platform(home), Places(home))
    worker.platform.spare_gates(at_once=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.over.set())
    threads = [
        threading.Thread(target=repeat, args=(one, worker), name=one.name, daemon=True)
        for one in tasks(worker)
    ]
    for thread in threads:
        thread.start()
    while not worker.over.wait(0.5):
        pass
    for thread in threads:
        thread.join(2.0)
    watch.record_ended(worker.platform, worker.places)
    worker.platform.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
