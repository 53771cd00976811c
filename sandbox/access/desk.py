"""The access desk: the adapters its use cases need, the regime and the calendar of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.kernel.application_records import CalendarNotice
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.message import Message, say
from sandbox.kernel.workdays import Calendar
from sandbox.people.directory import Directory
from sandbox.regulation.calendars import CITY, Notice, calendar_for, regions
from sandbox.regulation.loader import Regime
from sandbox.vault.keys import Vault
from sandbox.vault.signers import Signs


@dataclass(frozen=True, slots=True)
class AccessDesk:
    """What applications, reviews and agreements need; `region` is the home's own, `seals` its keys.

    `font` is the TrueType file that prints embed, if there is one.
    """

    directory: Directory
    regimes: Mapping[str, Regime]
    region: str
    vault: Vault
    attachments: Path
    seals: tuple[Signs, ...] = ()
    font: Path | None = None

    def regime(self, identifier: str) -> Regime:
        """Return the regime of that id; `NotFoundError` if there is none."""
        try:
            return self.regimes[identifier]
        except KeyError:
            raise NotFoundError(say("没有名为 {name} 的制度版本", name=identifier)) from None

    def warning(self, identifier: str) -> Message | None:
        """Return what to say to somebody who opens an application under a lapsed regime, or None."""
        found = self.regime(identifier)
        if found.in_force(self.directory.today()) or found.ahead(self.directory.today()):
            return None
        return say(
            "《{title}》已于 {day} 失效，后续制度为 {next}：申请须由具名人员写明理由，并经初审人确认",
            title=found.title,
            day=found.lapsed_on.isoformat(),
            next=found.successor or "—",
        )

    def calendar(self, region: str) -> Calendar:
        """Return the calendar of a region with every notice on record; the city's for any other region."""
        place = region if region in regions() else self.region if self.region in regions() else CITY
        kept = self.directory.store.find(CalendarNotice, state="in-force")
        notices = [
            Notice(one.document, frozenset(one.rest), frozenset(one.work), one.year)
            for one in (stored.record for stored in kept)
            if one.region in (CITY, place)
        ]
        return calendar_for(place, notices=notices)
