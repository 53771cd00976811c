"""The provider account (第十条): at once, from the facts, and equal to a plain count of them."""

from __future__ import annotations

from collections import Counter

import pytest

from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.review_records import Release
from sandbox.oversight import use
from sandbox.oversight.use import Metric
from sandbox.seats import seat as seats
from tests.attacks.test_templates import ask, in_force, judged, standing
from tests.journeys.homes import (
    CODE,
    DEVELOPER,
    HEALTH_STEWARD,
    MARKET,
    OFFICER,
    OPERATOR,
    STEWARD,
    Home,
    released,
    told,
)

__all__ = ["judged", "released", "standing", "told"]
SUPERVISOR = "xie.mingjian"


def test_every_use_counts_to_its_provider_at_once_and_each_row_names_its_fact(released: Home) -> None:
    with released.open() as desk:
        room, platform = desk.platform.oversight, desk.platform
        mine = desk.actor(STEWARD)
        before = Counter({one.metric: one.quantity for one in use.totals(use.account(room, mine))})
        assert before[Metric.LANDINGS] == 2
        assert before[Metric.PRODUCTS] == 1
        assert seats.run(platform.seats, desk.actor(DEVELOPER), "demo", ["true"]).status == 0
        rows = use.account(room, mine)
        after = Counter({one.metric: one.quantity for one in use.totals(rows)})
        (snapshot,) = (one.record for one in platform.store.find(Snapshot, linked=("agreement", MARKET)))
        assert after - before == {Metric.RUNS: 1, Metric.ROWS_SCANNED: snapshot.rows}
        last = rows[-1]
        fact = next(one for one in platform.store.facts(verb="seat:run", newest_first=True))
        assert (last.seq, last.at) == (fact.seq, fact.at)
        assert last.agreement == MARKET
        assert {one.provider for one in rows} == {mine.organisation}


def test_the_account_equals_a_plain_count_of_the_log(released: Home) -> None:
    with released.open() as desk:
        store = desk.platform.store
        found = Counter()
        for one in use.totals(use.account(desk.platform.oversight, desk.actor(OFFICER))):
            found[one.metric] += one.quantity
        verbs = Counter(one.verb for one in store.facts())
        assert found[Metric.LANDINGS] == verbs["snapshot:publish"]
        assert found[Metric.ROWS_LANDED] == sum(one.record.rows for one in store.find(Snapshot))
        assert found[Metric.SESSIONS] == verbs["seat:open"]
        assert found[Metric.RUNS] == verbs["seat:run"]
        assert found[Metric.PRODUCTS] == sum(len(one.record.files) for one in store.find(Release))
        assert found[Metric.RECALLS] == 0


def test_what_leaves_by_a_reviewed_template_counts_to_its_provider_as_well(judged: Home) -> None:
    with judged.open() as desk:
        room, store = desk.platform.oversight, desk.platform.store
        before = len(use.account(room, desk.actor(STEWARD)))
        left = ask(desk, in_force(desk))
        assert left.state == "released"
        (row,) = use.account(room, desk.actor(STEWARD))[before:]
        assert (row.metric, row.quantity) == (Metric.PRODUCTS, len(left.files))
        assert (row.agreement, row.developer) == (MARKET, desk.actor(DEVELOPER).organisation)
        assert store.fact(row.seq).verb == "release:instantiate"


def test_every_step_by_which_something_leaves_is_read() -> None:
    assert {row.name for row in STEPS if row.kind == Release.KIND and row.creates} <= use._READERS.keys()


def test_who_sees_which_account(released: Home) -> None:
    with released.open() as desk:
        room, directory = desk.platform.oversight, desk.platform.directory
        market = desk.actor(STEWARD).organisation
        whole = use.account(room, desk.actor(SUPERVISOR))
        assert whole == use.account(room, desk.actor(OFFICER))
        assert len({one.provider for one in whole}) >= 2
        assert use.account(room, desk.actor(OFFICER), provider=market) == use.account(
            room, desk.actor(STEWARD)
        )
        for who in (HEALTH_STEWARD, OPERATOR, DEVELOPER):
            assert market not in {one.provider for one in use.account(room, desk.actor(who))}
            with pytest.raises(RefusedError):
                use.account(room, desk.actor(who), provider=market)
        assert directory.organisation(market).name


def test_a_span_of_time_takes_what_lies_in_it(released: Home) -> None:
    with released.open() as desk:
        room, officer = desk.platform.oversight, desk.actor(OFFICER)
        whole = use.account(room, officer)
        now = desk.platform.clock()
        assert use.account(room, officer, until=now) == whole
        assert use.account(room, officer, since=now) == ()
        first = desk.platform.store.facts(verb="seat:open")[0]
        from datetime import datetime

        start = datetime.fromisoformat(first.at)
        early = use.account(room, officer, until=start)
        assert early + use.account(room, officer, since=start) == whole
        assert {one.metric for one in early} == {Metric.LANDINGS, Metric.ROWS_LANDED}
        assert CODE
