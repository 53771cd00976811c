"""Clocks that no step tells of: an incident's report, an applicant's answer, next year's calendar.

Told before they run out, and once when they have; how long before is our setting, no law (第七条, 第八条,
第十七条). Called by the worker and the nightly round; told once for each occasion, however often it is
asked. Writes notices and nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.access.clocks import counted, days_left
from sandbox.access.desk import AccessDesk
from sandbox.access.nightly import missing_year
from sandbox.kernel.application_records import Application
from sandbox.kernel.oversight_records import Incident, Notice
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.notices import tell
from sandbox.people.directory import CHINA

LEADS = (timedelta(hours=12), timedelta(hours=4), timedelta(hours=1))
"""How long before the report is due those who watch are reminded."""
REMINDER, OVERDUE = "clock:incident", "clock:incident-overdue"
ANSWER, UNANSWERED, CALENDAR = "clock:supplement", "clock:supplement-overdue", "clock:calendar"


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


def answers(desk: OversightDesk, access: AccessDesk) -> tuple[Notice, ...]:
    """Return the notices on answers to supplement notices that come due, or did not come (第七条)."""
    made: list[Notice] = []
    for stored in desk.directory.store.find(Application, state="returned"):
        made += _asked(desk, access, stored.record)
    return tuple(made)


def _asked(desk: OversightDesk, access: AccessDesk, one: Application) -> tuple[Notice, ...]:
    """Remind by the earliest day and tell both sides after the latest, as days off are known today."""
    if one.supplement is None or one.supplement.answer_by is None:
        return ()
    today, calendar = desk.directory.today(), access.calendar(one.supplement.answer_by.region)
    clock = counted(one.supplement.answer_by, calendar)
    left = days_left(today, clock.earliest, calendar)
    late = today > clock.latest
    if not late and left > access.regime(one.regime).deadline("reminder-lead"):
        return ()
    values = {"what": one.scenario, "id": one.id, "due": clock.due.isoformat(), "days": str(max(left, 0))}
    once = f"{one.id}:{one.supplement.told_on.isoformat()}"
    return tell(desk, UNANSWERED if late else ANSWER, one, values=values, once=once)


def calendar(desk: OversightDesk, access: AccessDesk) -> tuple[Notice, ...]:
    """Return the notices that a year's days off are not on record: to the authority, once a month."""
    today, body = desk.directory.today(), desk.directory.authority()
    year = missing_year(access.calendar(access.region), today)
    if year is None:
        return ()
    values, once = {"what": str(year), "id": body.id}, f"{year}:{today:%Y-%m}"
    return tell(desk, CALENDAR, body, values=values, once=once)
