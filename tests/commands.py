"""The command line of this process, put together once for each command that is named, not for every call.

A terminal puts it together for its one call; the tests make hundreds of calls in one process, and doing it
had been most of what a call took. What it does with a call is the same: nothing of a call stays in it.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence

import typer

COMMAND_LINE = "sandbox.cli.main"


def keep() -> None:
    """Keep what is put together from now on; nothing where no test calls the command line."""
    line = sys.modules.get(COMMAND_LINE)
    if line is None:
        return
    kept: dict[str | None, typer.Typer] = {}
    put_together = line._application_for

    def application_for(arguments: Sequence[str]) -> typer.Typer:
        name = next((one for one in arguments if not one.startswith("-")), None)
        if name not in kept:
            kept[name] = put_together(arguments)
        return kept[name]

    line._application_for = application_for
    typer.main.get_command = functools.cache(typer.main.get_command)
