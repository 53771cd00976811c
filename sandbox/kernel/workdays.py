"""When a term of working days ends, and how sure that is.

The calendar comes in as a value; nothing here knows a year, a country or today. The day a
term starts on is not counted, and it ends with the whole of its last day. Where the
calendar is not published yet the answer is provisional: a best estimate and a window that
holds every plausible arrangement. Called by the review clocks and the calculator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

LONGEST_TERM = 1000
"""Working days; longer terms are counted in years, not here."""

UNSETTLED_FROM = (12, 20)
"""From this day on a year waits for the next year's notice, which may still move its days (as in 2018)."""

_ONE_DAY = timedelta(days=1)


class View(Enum):
    """How an unsettled day is read."""

    EXPECTED = "expected"  # weekends and statutory holidays
    EARLIEST = "earliest"  # every day that may be worked is worked
    LATEST = "latest"  # every day that may be off is off


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one region.

    `published` years follow their notice: `rest` holds the days off, `work` the weekend days
    worked instead. `outlook` years are not published: their `rest` holds the statutory days alone,
    `may_rest` and `may_work` what a notice could add. Other years cannot be counted.
    """

    region: str
    published: frozenset[int]
    rest: frozenset[date]
    work: frozenset[date]
    outlook: frozenset[int] = frozenset()
    may_rest: frozenset[date] = frozenset()
    may_work: frozenset[date] = frozenset()
    sources: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.rest & self.work:
            raise ValueError("a day cannot be both off and worked")
        if self.published & self.outlook:
            raise ValueError("a year is either published or not")

    def settled(self, day: date) -> bool:
        """Return whether no later notice can change the day (emergencies aside)."""
        if day.year not in self.published:
            return False
        return (day.month, day.day) < UNSETTLED_FROM or day.year + 1 in self.published

    def is_workday(self, day: date, *, view: View = View.EXPECTED) -> bool:
        """Return whether the day is worked; settled days are the same in every view.

        Raises InputError for a year that this calendar knows nothing of.
        """
        if day.year not in self.published and day.year not in self.outlook:
            raise InputError(say("没有 {year} 年的节假日安排，请先补充该年度的日历", year=str(day.year)))
        if not self.settled(day):
            if view is View.EARLIEST and day in self.may_work:
                return True
            if view is View.LATEST and day in self.may_rest:
                return False
        return day in self.work or (day.weekday() < 5 and day not in self.rest)


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a term. `earliest` and `latest` equal `due` unless it is provisional.

    Reminders go by `earliest`; nothing is overdue before the end of `latest`.
    """

    due: date
    provisional: bool
    earliest: date
    latest: date


def due(pushed: date, days: int, calendar: Calendar, *, extension: int = 0) -> Due:
    """Return the last day of `days` working days after `pushed`, and `extension` more after that.

    The term is provisional when any day it runs over, by its longest reading, is unsettled.
    Raises InputError for a term out of range, or one that leaves the calendar.
    """
    if not 1 <= days <= LONGEST_TERM or not 0 <= extension <= LONGEST_TERM:
        raise InputError(
            say(
                "期限应为 1 至 {most} 个工作日，延长应为 0 至 {most} 个工作日，请改正后重试",
                most=LONGEST_TERM,
            )
        )
    expected = _last_day(pushed, days + extension, calendar=calendar, view=View.EXPECTED)
    latest = _last_day(pushed, days + extension, calendar=calendar, view=View.LATEST)
    if _all_settled(pushed, latest, calendar=calendar):
        return Due(due=expected, provisional=False, earliest=expected, latest=expected)
    earliest = _last_day(pushed, days + extension, calendar=calendar, view=View.EARLIEST)
    return Due(due=expected, provisional=True, earliest=earliest, latest=latest)


def _last_day(pushed: date, days: int, *, calendar: Calendar, view: View) -> date:
    day, left = pushed, days
    while left:
        day += _ONE_DAY
        left -= calendar.is_workday(day, view=view)
    return day


def _all_settled(pushed: date, last: date, *, calendar: Calendar) -> bool:
    length = (last - pushed).days
    return all(calendar.settled(pushed + timedelta(days=step)) for step in range(1, length + 1))
