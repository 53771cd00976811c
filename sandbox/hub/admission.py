"""May this person's seat be opened now? Asks the rules, puts the run on record, returns the order for a door.

No seat record in force, no seat: the Hub's user and server name are only names until they are
found here. Called by `spawn` in a thread.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from sandbox.app import Platform
from sandbox.hub.order import Order
from sandbox.kernel.errors import NotFoundError, RefusedError, SandboxError
from sandbox.kernel.message import say
from sandbox.kernel.seat_records import Seat
from sandbox.people.directory import CHINA
from sandbox.seats import seat as seats
from sandbox.seats import workspace
from sandbox.serving.places import Plan
from sandbox.serving.signed import signed_in

FIRST_NOTEBOOK = "01-开始.ipynb"
COMMAND = ("jupyterlab",)


def admit(platform: Platform, *, user: str, seat: str, base_url: str, plan: Plan) -> Order:
    """Return the order for the door of a seat, its run now on record.

    Raises `RefusedError` with every reason, `NotFoundError` for a seat that is none, `IsolationError`.
    """
    if not seat:
        raise NotFoundError(say("请从控制台打开协议下的席位：没有不属于协议的席位"))
    actor = signed_in(platform, user)
    held = seats.named(platform.seats, seat)
    if held.id != seat:
        raise NotFoundError(say("没有席位 {name}：请从控制台打开", name=seat))
    try:
        if held.state in ("provisioned", "closed"):
            seats.open_seat(platform.seats, actor, held.id)
        shown = seats.shown_since(platform.seats, held.id, day_began(platform.clock()))
        sandbox = seats.begin(platform.seats, actor, held.id, COMMAND)
    except RefusedError as error:
        platform.note_refusal(error)
        raise
    return Order(
        seat=held.id,
        user=user,
        base_url=base_url,
        first=_first(platform, held),
        origins=plan.origins,
        home=platform.layout.root.absolute(),
        sandbox=sandbox,
        day_bytes=seats.bounds_of(platform.seats, held).day_bytes,
        shown_bytes=shown,
    )


def day_began(now: datetime) -> datetime:
    """Return when the day in China began."""
    return now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def sentences(error: SandboxError) -> list[str]:
    """Return what a person is told of an error: of a refusal every reason with its article."""
    if isinstance(error, RefusedError) and error.decision.refusals:
        return [f"{one.message}（{one.article}）" for one in error.decision.refusals]
    return [str(error.message)]


def _first(platform: Platform, held: Seat) -> str:
    notebook = workspace.folders(platform.layout.seats, held.id).home / FIRST_NOTEBOOK
    there = notebook.is_file() and not notebook.is_symlink()
    return f"lab/tree/{quote(FIRST_NOTEBOOK)}" if there else "lab"
