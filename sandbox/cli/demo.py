"""`sandbox demo`: the whole journey on the built-in municipality, told in the terminal."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.demo.events import Event, EventKind

DEFAULT_HOME = Path("var/demo")
_MARKS = {EventKind.DONE: "  ✓ ", EventKind.REFUSED: "  ✗ ", EventKind.WARNING: "  ! "}
_STYLES = {EventKind.DONE: "", EventKind.REFUSED: "red", EventKind.WARNING: "yellow"}


def register(root: typer.Typer) -> None:
    """Add the command."""
    command(root, "demo")(demo)


def demo(session: Session) -> None:
    """从空目录到放行的全过程演示 · the whole journey, from an empty home to a release."""
    from sandbox.demo.story import tell_story  # brings every engine: only when the story is told

    home = session.home or DEFAULT_HOME
    events: list[Event] = []

    def tell(event: Event) -> None:
        events.append(event)
        if not session.as_json:
            show(session, event)

    outcome = tell_story(home, tell)
    if session.as_json:
        session.show({"home": str(home), "outcome": outcome, "events": events})


def show(session: Session, event: Event) -> None:
    """Print one event of the story."""
    console: Console = session.out
    if event.kind is EventKind.CHAPTER:
        console.print()
        console.print(session.text(event.text), style="bold", markup=False)
    elif event.kind is EventKind.TABLE:
        session.table(event.text, event.columns, event.rows)
    else:
        line = _MARKS[event.kind] + session.text(event.text)
        console.print(line, style=_STYLES[event.kind], markup=False)
