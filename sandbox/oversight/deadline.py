"""The clock of an incident's report: told before it runs out, and once when it has (第十七条).

How long before is our setting, no law. Called by the worker every minute; told once for each
occasion, however often it is asked. Writes notices and nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.kernel.records import Incident, Notice
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.notices import tell
from sandbox.people.directory import CHINA

LEADS = (timedelta(hours=12), timedelta(hours=4), timedelta(hours=1))
"""How long before the report is due those who watch are reminded."""
REMINDER, OVERDUE = "clock:incident", "clock:incident-overdue"


def remind(desk: OversightDesk) -> tuple[Notice, ...]:
    """Return the notices that were written now: of each unreported incident the nearest occasion passed."""
    now = desk.directory.clock()
    made: list[Notice] = []
    for stored in desk.directory.store.find(Incident, state="open"):
        one = stored.record
        occasion = None if one.report else passed(now, one.report_due)
        if occasion is not None:
            made += _told(desk, one, occasion)
    return tuple(made)


def passed(now: datetime, due: datetime) -> timedelta | None:
    """Return the latest occasion that has come: the shortest lead reached, nothing left when overdue."""
    left = due - now
    if left <= timedelta(0):
        return timedelta(0)
    return min((lead for lead in LEADS if left <= lead), default=None)


def _told(desk: OversightDesk, incident: Incident, occasion: timedelta) -> tuple[Notice, ...]:
    due = incident.report_due.astimezone(CHINA)
    values = {"what": incident.title, "id": incident.id, "due": due.strftime("%Y-%m-%d %H:%M")}
    once = f"{incident.id}:{incident.report_due.isoformat()}:{int(occasion.total_seconds())}"
    return tell(desk, REMINDER if occasion else OVERDUE, incident, values=values, once=once)
