"""Builds the working-day calendar of a region as a value for `kernel.workdays`.

Published years come from the package `chinesecalendar` and from notices that an operator
recorded; other years from the statutory holidays in calendars.toml with what a notice may
add. A year without any entry is unpublished, never a year without holidays.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from chinese_calendar import constants

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.workdays import UNSETTLED_FROM, Calendar

CITY = "520300"


@dataclass(frozen=True, slots=True)
class Notice:
    """A yearly or emergency arrangement recorded by hand: its document, days off, weekend days worked.

    With `year` it publishes that whole year; without, it only adds to what is known.
    """

    document: str
    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    year: int | None = None

    def __post_init__(self) -> None:
        if not self.document.strip():
            raise InputError(say("节假日安排缺少文号，请注明依据的文件"))
        if self.year is not None and not self.rest:
            raise InputError(say("{year} 年的安排里没有任何休息日，请核对后重新登记", year=str(self.year)))


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day off that the government of one region has fixed."""

    region: str
    date: date
    notice: str

    def __post_init__(self) -> None:
        if not self.notice.strip():
            raise InputError(say("地方节假日 {day} 缺少文号，请注明依据的文件", day=self.date.isoformat()))


@dataclass(frozen=True, slots=True)
class _Holiday:
    """A statutory holiday: where it stands in a year, and how far its days off may reach."""

    name: str
    anchor: str
    first: int
    days: int
    before: int
    after: int
    since: int = 0
    until: int = 9999


@dataclass(frozen=True, slots=True)
class _Table:
    """calendars.toml, checked."""

    holidays: tuple[_Holiday, ...]
    dates: Mapping[int, Mapping[str, date]]
    regions: Mapping[str, str]
    local: tuple[LocalDay, ...]
    work_within: int


@cache
def _table() -> _Table:
    text = resources.files("sandbox.regulation").joinpath("calendars.toml").read_text("utf-8")
    raw: dict[str, Any] = tomllib.loads(text)
    return _Table(
        holidays=tuple(_Holiday(**row) for row in raw["holiday"]),
        dates={int(year): row for year, row in raw["dates"].items()},
        regions=raw["regions"],
        local=tuple(LocalDay(**row) for row in raw.get("local", ())),
        work_within=raw["rule"]["work_within_days"],
    )


def regions() -> Mapping[str, str]:
    """Return the regions whose calendar may be asked for: code and name."""
    return _table().regions


def calendar_for(
    region: str = CITY,
    *,
    notices: Sequence[Notice] = (),
    local: Sequence[LocalDay] = (),
    known_until: int | None = None,
) -> Calendar:
    """Return the calendar of a region; later notices win over earlier ones and over the package.

    `known_until` leaves out what was published for later years, to answer as one would have
    answered then. Raises InputError for a region that is not the city or one of its counties.
    """
    table = _table()
    if region not in table.regions:
        raise InputError(say("没有行政区划 {region} 的日历，请使用遵义市或其县区的六位代码", region=region))
    known_before = date(known_until, *UNSETTLED_FROM) if known_until is not None else date.max
    rest = {day for day in constants.holidays if day < known_before}
    work = {day for day in constants.workdays if day < known_before}
    published = {day.year for day in rest}
    for notice in notices:
        rest = (rest - notice.work) | notice.rest
        work = (work - notice.rest) | notice.work
        published |= {notice.year} if notice.year is not None else set()
    own = {one.date for one in (*table.local, *local) if one.region == region}
    rest, work = rest | own, work - own
    outlook = frozenset(table.dates) - published
    unsettled = outlook | {year for year in published if year + 1 not in published}
    statutory, may_rest, may_work = _outlook(table, years=unsettled)
    ahead = {day for day in statutory if day.year in outlook} - work
    return Calendar(
        region=region,
        published=frozenset(published),
        rest=frozenset(rest | ahead),
        work=frozenset(work),
        outlook=outlook,
        may_rest=frozenset(may_rest - work),
        may_work=frozenset(may_work - rest),
        sources=tuple(notice.document for notice in notices),
    )


def _outlook(table: _Table, *, years: Iterable[int]) -> tuple[set[date], set[date], set[date]]:
    """Return the statutory days, the days that may be off and the weekend days that may be worked."""
    statutory: set[date] = set()
    may_rest: set[date] = set()
    wanted = {year + step for year in years for step in (0, 1)}
    for year in wanted & (table.dates.keys() | {max(table.dates) + 1}):
        for holiday in table.holidays:
            if holiday.since <= year <= holiday.until and (anchor := _anchor(table, holiday, year)):
                first = anchor + timedelta(days=holiday.first)
                own = _days(first, holiday.days)
                statutory |= own
                may_rest |= _days(
                    first - timedelta(days=holiday.before), holiday.before + holiday.days + holiday.after
                )
    near = range(-table.work_within, table.work_within + 1)
    may_work = {
        day
        for holiday_day in statutory
        for step in near
        if (day := holiday_day + timedelta(days=step)).weekday() >= 5
    }
    return statutory, may_rest, may_work - statutory


def _anchor(table: _Table, holiday: _Holiday, year: int) -> date | None:
    if holiday.anchor[:1].isdigit():
        month, day = holiday.anchor.split("-")
        return date(year, int(month), int(day))
    return table.dates[year][holiday.anchor] if year in table.dates else None


def _days(first: date, count: int) -> set[date]:
    return {first + timedelta(days=step) for step in range(count)}
