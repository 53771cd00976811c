"""Before the report of an incident is due those who watch are reminded, and told once when it is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.municipality.numbers import uscc
from sandbox.oversight import deadline, incident
from sandbox.people import organisations
from tests.oversight.conftest import told


@pytest.mark.parametrize(
    ("left", "occasion"),
    [
        (timedelta(hours=20), None),
        (timedelta(hours=12), timedelta(hours=12)),
        (timedelta(hours=4, minutes=1), timedelta(hours=12)),
        (timedelta(hours=4), timedelta(hours=4)),
        (timedelta(minutes=59), timedelta(hours=1)),
        (timedelta(0), timedelta(0)),
        (timedelta(days=-3), timedelta(0)),
    ],
)
def test_the_nearest_occasion_counts(left, occasion):
    due = datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert deadline.passed(due - left, due) == occasion


def opened(place):
    firm = Organisation(
        state="registered",
        name="某某数据公司",
        uscc=uscc("91", "520300", "00718529"),
        kind="企业",
        roles=(OrganisationRole.DEVELOPER,),
        region="520300",
    )
    officer = place.actor("chen")
    made = organisations.register(place.platform.directory, officer, firm)
    return incident.open_incident(
        place.platform.oversight, officer, made.id, title="口令外泄", reason="外部通报"
    )


def titles(place, who):
    return [str(one.title) for one in told(place, who)]


def test_each_occasion_is_told_once_to_all_who_watch(place):
    desk = place.platform.oversight
    made = opened(place)
    assert deadline.remind(desk) == ()
    place.clock.now = made.report_due - timedelta(hours=11)
    assert len(deadline.remind(desk)) == 2  # both officers, the one who opened it too
    assert deadline.remind(desk) == ()
    assert "安全事件报告将到期限" in titles(place, "luo")
    place.clock.now = made.report_due - timedelta(minutes=30)
    assert len(deadline.remind(desk)) == 2
    place.clock.now = made.report_due + timedelta(minutes=1)
    assert len(deadline.remind(desk)) == 2
    place.clock.now = made.report_due + timedelta(days=2)
    assert deadline.remind(desk) == ()
    assert titles(place, "chen").count("安全事件报告已过期限") == 1


def test_a_reported_incident_is_left_alone(place):
    from sandbox.oversight import evidence, reporting

    desk, officer = place.platform.oversight, place.actor("chen")
    made = opened(place)
    evidence.freeze(desk, officer, made.id)
    found = reporting.Findings(cause="一", harm="二", advice="三", contact="四")
    reporting.report(desk, officer, made.id, found)
    evidence.freeze(desk, officer, made.id)  # open again, but its report is there
    place.clock.now = made.report_due + timedelta(hours=1)
    assert deadline.remind(desk) == ()
