"""Working days: the vectors, an oracle by single days, and windows that hold what the notices later said."""

import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel.errors import InputError
from sandbox.kernel.workdays import LONGEST_TERM, Calendar, View, due
from sandbox.regulation.calendars import calendar_for

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "workdays.json").read_text("utf-8"))["cases"]
TODAY = calendar_for()
LAST_PUBLISHED = max(TODAY.published)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['pushed']}+{case['days']}+{case.get('extension', 0)}"
)
def test_vectors(case: dict[str, object]) -> None:
    known = case.get("known_until")
    answer = due(
        date.fromisoformat(str(case["pushed"])),
        int(str(case["days"])),
        extension=int(str(case.get("extension", 0))),
        calendar=calendar_for(known_until=int(str(known)) if known else None),
    )
    assert answer.due == date.fromisoformat(str(case["due"]))
    assert answer.provisional is case["provisional"]
    assert answer.earliest == date.fromisoformat(str(case.get("earliest", case["due"])))
    assert answer.latest == date.fromisoformat(str(case.get("latest", case["due"])))


def _oracle(pushed: date, days: int) -> date:
    day = pushed
    while days:
        day += timedelta(days=1)
        days -= bool(chinese_calendar.is_workday(day))
    return day


@given(st.dates(date(2004, 1, 1), date(LAST_PUBLISHED - 1, 9, 1)), st.integers(1, 40), st.integers(0, 15))
def test_published_years_agree_with_a_count_by_single_days(pushed: date, days: int, extension: int) -> None:
    answer = due(pushed, days, extension=extension, calendar=TODAY)
    assert answer.due == _oracle(pushed, days + extension)
    assert answer.due == _oracle(_oracle(pushed, days), extension)
    assert not answer.provisional
    assert answer.earliest == answer.due == answer.latest


BEFORE_THE_NOTICE = {year: calendar_for(known_until=year) for year in range(2014, LAST_PUBLISHED)}


@given(st.integers(2014, LAST_PUBLISHED - 1), st.integers(0, 160), st.integers(1, 30))
def test_the_window_held_what_the_next_notice_said(year: int, step: int, days: int) -> None:
    """Ask as one would have asked from November on, before the notice; compare with what came."""
    pushed = date(year, 11, 1) + timedelta(days=step)
    answer = due(pushed, days, calendar=BEFORE_THE_NOTICE[year])
    assert answer.earliest <= _oracle(pushed, days) <= answer.latest
    assert answer.earliest <= answer.due <= answer.latest
    if not answer.provisional:
        assert answer.due == _oracle(pushed, days)


@pytest.mark.parametrize("year", range(2015, LAST_PUBLISHED))
def test_the_window_holds_over_the_whole_unpublished_year(year: int) -> None:
    """Every third start in the year after the last known one; a once-only day off is beyond any outlook."""
    known = BEFORE_THE_NOTICE[year]
    for step in range(0, 330, 3):
        pushed = date(year + 1, 1, 1) + timedelta(days=step)
        answer = due(pushed, 15, calendar=known)
        assert answer.provisional
        assert answer.earliest <= _oracle(pushed, 15) <= answer.latest, pushed
        assert (answer.latest - answer.earliest).days < 28


@given(st.dates(date(2026, 10, 1), date(2030, 12, 31)), st.integers(1, 30))
def test_a_longer_term_never_ends_earlier(pushed: date, days: int) -> None:
    shorter, longer = (due(pushed, count, calendar=TODAY) for count in (days, days + 1))
    assert shorter.due < longer.due
    assert shorter.earliest < longer.earliest
    assert shorter.latest < longer.latest


@pytest.mark.parametrize(("days", "extension"), [(0, 0), (-1, 0), (15, -1), (LONGEST_TERM + 1, 0)])
def test_terms_out_of_range_are_refused(days: int, extension: int) -> None:
    with pytest.raises(InputError):
        due(date(2026, 3, 2), days, extension=extension, calendar=TODAY)


@pytest.mark.parametrize("pushed", [date(2003, 12, 1), date(2040, 12, 30)])
def test_years_without_any_calendar_are_refused_by_name(pushed: date) -> None:
    with pytest.raises(InputError, match=r"没有 20\d\d 年的节假日安排"):
        due(pushed, 30, calendar=TODAY)


def test_a_calendar_cannot_contradict_itself() -> None:
    day = frozenset({date(2026, 2, 14)})
    with pytest.raises(ValueError, match="both off and worked"):
        Calendar(region="520300", published=frozenset({2026}), rest=day, work=day)
    with pytest.raises(ValueError, match="either published or not"):
        Calendar(
            region="520300",
            published=frozenset({2026}),
            rest=day,
            work=frozenset(),
            outlook=frozenset({2026}),
        )


def test_views_differ_only_on_unsettled_days() -> None:
    settled, unsettled = date(2026, 6, 20), date(2026, 12, 26)
    known = calendar_for(known_until=2026)
    assert len({known.is_workday(settled, view=view) for view in View}) == 1
    assert known.is_workday(unsettled, view=View.EARLIEST)
    assert not known.is_workday(unsettled, view=View.LATEST)
