"""第十条: an account for every department, of what is done with its data, in the moment it is done.

Its value is counted with the ledger, later; this is its quantity.
"""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from sandbox.egress import release
from sandbox.ingest import publish
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.review_records import Release
from sandbox.oversight import use
from sandbox.oversight.use import Metric
from sandbox.seats import seat as seats
from tests.journeys.homes import (
    CODE,
    DEVELOPER,
    HEALTH_STEWARD,
    MARKET,
    OFFICER,
    OPERATOR,
    SECURITY,
    STEWARD,
    Desk,
    Home,
    released,
    told,
)
from tests.journeys.refusals import refused

__all__ = ["released", "told"]
SUPERVISOR = "xie.mingjian"


def counted(desk: Desk, who: str = STEWARD) -> Counter[Metric]:
    """Return the sums of the account that the person sees."""
    found: Counter[Metric] = Counter()
    for one in use.totals(use.account(desk.platform.oversight, desk.actor(who))):
        found[one.metric] += one.quantity
    return found


def test_the_departments_account_follows_every_use(released: Home) -> None:
    """A landing, an hour in a seat, a product recalled: each is in the account at the next look."""
    with released.open() as desk:
        platform, lin = desk.platform, desk.actor(DEVELOPER)
        before, others = counted(desk), counted(desk, HEALTH_STEWARD)
        order = {"agreement": MARKET, "dataset": CODE, "delivery": "delivery-000001"}
        landed = publish.land(
            platform.ingest, publish.order(platform.ingest, desk.actor(STEWARD), **order).id
        )
        assert counted(desk) - before == {Metric.LANDINGS: 1, Metric.ROWS_LANDED: landed.rows}
        before = counted(desk)
        seats.close(platform.seats, lin, "demo")
        seats.open_seat(platform.seats, lin, "demo")
        assert seats.run(platform.seats, lin, "demo", ["true"]).status == 0
        assert counted(desk) - before == {
            Metric.SESSIONS: 1, Metric.RUNS: 1, Metric.ROWS_SCANNED: landed.rows,
        }  # fmt: skip
        (made,) = (one.record for one in platform.store.find(Release))
        release.recall(platform.gate, desk.actor(SECURITY), made.id, reason="口径有误")
        assert counted(desk)[Metric.RECALLS] == len(made.files)
        assert counted(desk, HEALTH_STEWARD) == others
        every = (STEWARD, HEALTH_STEWARD, "jiang.hanbo", "ma.shunfeng")
        assert counted(desk, OFFICER) == sum((counted(desk, one) for one in every), Counter())
        last = use.account(platform.oversight, desk.actor(STEWARD))[-1]
        assert platform.store.fact(last.seq).verb == "release:recall"


def test_each_sees_its_own_and_nobody_writes_it(released: Home) -> None:
    with released.open() as desk:
        room, market = desk.platform.oversight, desk.actor(STEWARD).organisation
        for who in (HEALTH_STEWARD, OPERATOR, DEVELOPER):
            assert refused(use.account, room, desk.actor(who), provider=market) == {"reader": "第十六条"}
        for who in (OFFICER, SUPERVISOR):
            assert use.account(room, desk.actor(who), provider=market)
        whole = counted(desk)
        assert whole[Metric.ROWS_LANDED] == sum(
            one.record.rows for one in desk.platform.store.find(Snapshot, organisation=market)
        )
        for words in ("DELETE FROM fact", "UPDATE fact SET verb = 'seat:close' WHERE verb = 'seat:run'"):
            with pytest.raises(DatabaseError), desk.platform.store.engine.begin() as connection:
                connection.execute(text(words))
        assert counted(desk) == whole
