"""Where the calendar comes from: the package, recorded notices, local days, and the outlook."""

from datetime import date, timedelta

import pytest
from chinese_calendar import constants

from sandbox.kernel.errors import InputError
from sandbox.kernel.workdays import due
from sandbox.municipality.places import BY_CODE
from sandbox.regulation.calendars import CITY, LocalDay, Notice, calendar_for, regions


def test_the_city_and_all_its_counties_have_a_calendar() -> None:
    assert set(regions()) == {CITY, *BY_CODE}
    assert calendar_for("520328").region == "520328"


def test_another_region_is_refused() -> None:
    with pytest.raises(InputError, match="110000"):
        calendar_for("110000")


def test_statutory_days_of_the_outlook_were_days_off_in_every_published_year() -> None:
    """The table of lunar dates is checked against what was really published."""
    for year in range(2015, max(TODAY_PUBLISHED) + 1):
        ahead = calendar_for(known_until=year - 1)
        statutory = {day for day in ahead.rest if day.year == year}
        assert len(statutory) >= 9
        assert statutory <= {*constants.holidays}, year


TODAY_PUBLISHED = calendar_for().published


def test_an_unpublished_year_is_not_a_year_without_holidays() -> None:
    latest = calendar_for()
    ahead = max(latest.published) + 1
    assert ahead in latest.outlook
    assert not latest.is_workday(date(ahead, 10, 1))


def test_a_recorded_notice_settles_its_year_and_the_december_before() -> None:
    rest = frozenset(date(2027, 1, 1) + timedelta(days=step) for step in range(3))
    notice = Notice("国办发明电〔2026〕0号", rest=rest, work=frozenset({date(2026, 12, 26)}), year=2027)
    before, after = calendar_for(known_until=2026), calendar_for(known_until=2026, notices=[notice])
    pushed = date(2026, 12, 10)
    assert due(pushed, 15, calendar=before).provisional
    settled = due(pushed, 15, calendar=after)
    assert not settled.provisional
    assert settled.due == date(2026, 12, 30)
    assert due(pushed, 15, calendar=before).earliest <= settled.due
    assert after.sources == ("国办发明电〔2026〕0号",)


def test_an_emergency_notice_changes_days_and_publishes_nothing() -> None:
    extra = Notice(
        "紧急通知〔2026〕1号", rest=frozenset({date(2026, 3, 2)}), work=frozenset({date(2026, 3, 7)})
    )
    changed = calendar_for(notices=[extra])
    assert changed.published == calendar_for().published
    assert not changed.is_workday(date(2026, 3, 2))
    assert changed.is_workday(date(2026, 3, 7))


def test_a_local_day_counts_in_its_own_county_only() -> None:
    day = LocalDay(region="520325", date=date(2026, 11, 27), notice="道府发〔2026〕0号")
    assert not calendar_for("520325", local=[day]).is_workday(day.date)
    assert calendar_for("520326", local=[day]).is_workday(day.date)


def test_arrangements_without_a_document_or_days_are_refused() -> None:
    with pytest.raises(InputError, match="文号"):
        Notice(" ", rest=frozenset({date(2027, 1, 1)}))
    with pytest.raises(InputError, match="没有任何休息日"):
        Notice("国办发明电〔2026〕0号", year=2027)
    with pytest.raises(InputError, match="文号"):
        LocalDay(region="520325", date=date(2026, 11, 27), notice="")
