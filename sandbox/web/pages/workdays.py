"""The calendar of working days in the browser: one year at a glance, the notices behind it, to be printed.

Recording or revoking a notice is the authority's; every running term is counted anew at once (第八条).
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from sandbox.access import holidays
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import CalendarNotice
from sandbox.kernel.errors import InputError
from sandbox.kernel.workdays import Calendar
from sandbox.regulation.calendars import CITY, regions
from sandbox.web.actions import Action, Call, Field, Form, Options, reason_field
from sandbox.web.language import word
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

SPANS, WORKED = 8, 8
"""Lines of the form: spans of days off, and weekend days worked."""


def _record(call: Call) -> Outcome:
    notice = holidays.notice_of(call.actor, _document(call.form))
    made = holidays.record(call.platform.access, call.actor, notice)
    year = made.notice.year or min((*made.notice.rest, *made.notice.work)).year
    told = word("放假安排已登记，重算了 {n} 个期限", n=len(made.recount.recounted))
    return Outcome(f"/console/calendar?year={year}&region={made.notice.region}", told)


def _document(form: Form) -> dict[str, object]:
    """Return the notice of a form: spans by their first and last day, or days as a program writes them."""
    found: dict[str, object] = {
        "document": form.one("document"),
        "region": form.one("region", CITY),
        "rest": [*form.many("rest"), *_spans(form)],
        "work": [*form.many("work"), *(one for one in _days(form, "work", WORKED) if one)],
    }
    year = form.number("year")
    return found | ({"year": year} if year is not None else {})


def _days(form: Form, name: str, count: int) -> Iterable[str]:
    for place in range(count):
        if form.one(f"{name}-{place}"):
            yield form.day(f"{name}-{place}").isoformat()


def _spans(form: Form) -> Iterable[str]:
    for place in range(SPANS):
        first, last = form.one(f"first-{place}"), form.one(f"last-{place}")
        if last and not first:
            raise InputError(word("休息日写了最后一天，却没有第一天"))
        if first:
            begun = form.day(f"first-{place}")
            yield f"{begun.isoformat()}..{form.day(f'last-{place}', begun).isoformat()}"


def _revoke(call: Call) -> Outcome:
    made = holidays.revoke(call.platform.access, call.actor, call.id, reason=call.form.one("reason"))
    told = word("放假安排已撤销，重算了 {n} 个期限", n=len(made.recount.recounted))
    return Outcome(f"/console/calendar?region={made.notice.region}", told)


def _regions(_: Platform, __: Actor) -> Options:
    return tuple(regions().items())


RECORD = Action(
    "calendar-notice:record",
    "calendar-notices",
    word("登记放假安排"),
    _record,
    fields=(
        Field("document", word("文号")),
        Field(
            "year",
            word("年度"),
            "number",
            required=False,
            help=word("公布全年安排时填写；只增减个别日子的空着"),
        ),
        Field("region", word("地区"), "choice", choices=_regions, default=CITY),
        Field("rest", word("休息日"), "checks", required=False),
        Field("work", word("补班日"), "checks", required=False),
    ),
    hint=word("登记后立即重算全部进行中的期限，并告知有关单位"),
    template="noticing.html",
    look=lambda _, __, ___: {"spans": range(SPANS), "worked": range(WORKED)},
)
REVOKE = Action(
    "calendar-notice:revoke",
    "calendar-notices",
    word("撤销"),
    _revoke,
    record=CalendarNotice,
    fields=(reason_field(),),
    grave=True,
    hint=word("撤销后同一文号不能再登记；全部期限随即重算"),
)
ACTIONS = (RECORD, REVOKE)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the sheet: `kind` is work, rest, made-up or weekend.

    Where a notice is still to come it may also be may-rest or may-work: what is expected, and may change.
    """

    date: date
    kind: str
    today: bool


def sheet(calendar: Calendar, year: int, today: date) -> list[tuple[int, list[list[Day | None]]]]:
    """Return the months of a year as weeks from Monday; days of other months are None."""
    found = []
    for month in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, month)
        rows = [
            [_day(calendar, day, today) if day.month == month else None for day in week] for week in weeks
        ]
        found.append((month, rows))
    return found


def _day(calendar: Calendar, day: date, today: date) -> Day:
    return Day(day, _kind(calendar, day), day == today)


def _kind(calendar: Calendar, day: date) -> str:
    worked, weekend, open_ = calendar.is_workday(day), day.weekday() >= 5, not calendar.settled(day)
    if worked and open_ and day in calendar.may_rest:
        return "may-rest"
    if worked:
        return "made-up" if weekend else "work"
    if open_ and day in calendar.may_work and day not in calendar.rest:
        return "may-work"
    return "weekend" if weekend and day not in calendar.rest else "rest"


def _figures(found: list[tuple[int, list[list[Day | None]]]]) -> dict[str, int]:
    days = [day for _, weeks in found for week in weeks for day in week if day is not None]
    return {
        "work": sum(one.kind in ("work", "made-up", "may-rest") for one in days),
        "rest": sum(one.kind == "rest" for one in days),
        "made_up": sum(one.kind == "made-up" for one in days),
        "open": sum(one.kind in ("may-rest", "may-work") for one in days),
    }


def page(visitor: Visitor) -> Response:
    """Return one year of one region, its standing, and every notice on record."""
    asked, store = visitor.request.query_params, visitor.platform.store
    place = asked.get("region", CITY)
    if place not in regions():
        place = CITY
    calendar = visitor.platform.access.calendar(place)
    known = sorted(calendar.published | calendar.outlook)
    given = asked.get("year", "")
    year = int(given) if given.isascii() and given.isdecimal() and len(given) == 4 else visitor.today.year
    if year not in known:
        raise InputError(
            word(
                "没有 {year} 年的日历：可看 {first} 年到 {last} 年",
                year=str(year),
                first=str(known[0]),
                last=str(known[-1]),
            )
        )
    found = sheet(calendar, year, visitor.today)
    return visitor.page(
        "calendar.html",
        year=year,
        place=place,
        regions=regions(),
        known=known,
        months=found,
        figures=_figures(found),
        published=year in calendar.published,
        notices=store.find(CalendarNotice, newest_first=True),
        record=RECORD,
        revoke=REVOKE,
    )
