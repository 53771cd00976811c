"""The adapters of the access room: people, the regimes in force, the calendar, the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.message import say
from sandbox.kernel.workdays import Calendar
from sandbox.people.directory import Directory
from sandbox.regulation.loader import Regime
from sandbox.vault.keys import Vault


@dataclass(frozen=True, slots=True)
class AccessDesk:
    """What applications, reviews and agreements need."""

    directory: Directory
    regimes: Mapping[str, Regime]
    calendar: Calendar
    vault: Vault

    def regime(self, identifier: str) -> Regime:
        """Return the regime of that id; `NotFoundError` if there is none."""
        try:
            return self.regimes[identifier]
        except KeyError:
            raise NotFoundError(say("没有名为 {name} 的制度版本", name=identifier)) from None
