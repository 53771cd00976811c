"""What is kept how long, and that removing what outlived it leaves a whole log."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.app import store_settings
from sandbox.kernel.application_records import ImpactAssessment
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.kinds import RECORDS
from sandbox.kernel.lifecycle import STEPS, step
from sandbox.kernel.records import Grant
from sandbox.oversight import retention
from sandbox.regulation.loader import regime, regimes
from sandbox.store.changes import Change
from sandbox.store.facts import KEPT_FOR_EVER
from sandbox.store.verify import verify
from tests.oversight.conftest import ask

HALF_A_YEAR, THREE_YEARS = timedelta(days=184), timedelta(days=3 * 365 + 1)


def test_every_kind_is_kept_as_long_as_the_regime_asks(place):
    settings = store_settings(place.platform.settings)
    now = place.clock()
    for row in STEPS:
        until = settings.keep_until(row.name, now)
        if row.kind in KEPT_FOR_EVER:
            assert until.startswith("9999")
            continue
        code = retention.CLASSES.get(row.name, retention.CLASSES.get(row.kind, retention.DECISION))
        least = {
            retention.ACCESS: HALF_A_YEAR,
            retention.PROVISION: THREE_YEARS,
            retention.IMPACT: THREE_YEARS,
            retention.DECISION: timedelta(days=regime("zunyi-2022").longest_term_days) + THREE_YEARS,
        }[code]
        from sandbox.store.canonical import moment_of

        assert moment_of(until) - now >= least, row.name


def test_the_classes_name_steps_and_kinds_that_there_are():
    known = {row.name for row in STEPS} | {one.KIND for one in RECORDS}
    assert known >= set(retention.CLASSES)


def test_enrolments_are_kept_with_the_signatures_that_they_prove():
    kept = dict(retention.keep(regimes()))
    assert "account:enrol" not in kept
    assert "account" not in kept
    assert retention.keep_decisions(regimes()) > timedelta(days=8 * 365)


def test_a_purge_removes_what_is_due_names_it_and_breaks_nothing(place):
    store, room = place.platform.store, place.platform.oversight
    # Terms of minutes, since the database itself deletes nothing before its own clock says so.
    soon = tuple((name, timedelta(minutes=1)) for name in ("account:sign-in", "notice"))
    store.settings = replace(store.settings, keep=soon)
    begun = len(store.facts())
    ask(place)
    place.platform.settle()
    place.sign_in("chen")
    assert retention.purge(room, place.platform.gate, place.actor("chen")).count == 0
    officer, enrolled = place.actor("chen"), len(store.facts(verb="account:enrol"))
    wanted = ("account:sign-in", "notice:post")
    short = Counter(one.verb for one in store.facts()[begun:] if one.verb in wanted)
    place.clock.move(minutes=10)
    before = store.facts()
    planned = retention.purge(room, place.platform.gate, officer, dry_run=True)
    assert store.facts() == before
    assert dict(planned.by_step) == dict(short)
    assert planned.count == sum(short.values()) == sum(last - first + 1 for first, last in planned.spans)
    done = retention.purge(room, place.platform.gate, officer)
    assert done == planned
    (fact,) = store.facts(verb="home:purge")
    note = store.payload(fact.seq)["note"]
    assert note["purged"] == [list(span) for span in done.spans]
    assert note["steps"] == dict(short)
    gone = [one.seq for one in store.facts() if store.payload(one.seq) is None]
    assert len(gone) == done.count
    assert all(store.payload(one.seq) is not None for one in store.facts(verb="account:enrol"))
    assert len(store.facts(verb="account:enrol")) == enrolled
    assert store.find(Grant)
    place.platform.checkpoint()
    report = verify(store, key=place.platform.public_key, witness=place.platform.witnesses[0])
    assert report.problems == ()
    assert report.purged == done.count
    assert retention.purge(room, place.platform.gate, officer).count == 0


def test_only_an_officer_of_the_authority_purges(place):
    room = place.platform.oversight
    for who in ("liu", "zhang"):
        for dry_run in (True, False):
            with pytest.raises(RefusedError):
                retention.purge(room, place.platform.gate, place.actor(who), dry_run=dry_run)


def test_an_impact_assessment_outlives_its_three_years_and_its_removal_breaks_nothing(place):
    """The class of its own (PIPL 56): kept three years at least, then its words go and the log holds."""
    store, room = place.platform.store, place.platform.oversight
    keep = dict(store_settings(place.platform.settings).keep)
    assert keep["impact-assessment"] >= THREE_YEARS
    officer = place.actor("chen")
    made = ImpactAssessment(
        state="filed", organisation=officer.organisation, environment="", dataset="", item="item-000001",
        account=officer.account, lawfulness="依法", impact="有限", measures="脱敏",
    )  # fmt: skip
    store.settings = replace(store.settings, keep=(("impact-assessment", timedelta(minutes=1)),))
    store.write(officer, Change(step("impact-assessment:file"), made))
    assert retention.purge(room, place.platform.gate, officer).count == 0
    place.clock.move(minutes=10)
    done = retention.purge(room, place.platform.gate, place.actor("chen"))
    assert dict(done.by_step) == {"impact-assessment:file": 1}
    (fact,) = store.facts(verb="impact-assessment:file")
    assert store.payload(fact.seq) is None
    place.platform.checkpoint()
    report = verify(store, key=place.platform.public_key, witness=place.platform.witnesses[0])
    assert (report.problems, report.purged) == ((), 1)
