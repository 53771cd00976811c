"""Landings that must not be: unclassed columns, a policy below the floor, what was not approved."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from sandbox.access import agreement as agreements
from sandbox.access.policy import policy_of
from sandbox.catalog import entries
from sandbox.ingest import batch, publish
from sandbox.ingest import desk as ingest_desk
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.dataset_records import Dataset, LandingOrder, MaskingPolicy, Snapshot
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.terms import RowRange
from sandbox.masking import versions
from sandbox.masking.policy_file import read_policy, write_policy
from sandbox.regulation.sectors import sectors
from tests.journeys.forge import forge
from tests.journeys.homes import (
    CHRONIC,
    CODE,
    CREDIT,
    HEALTH_STEWARD,
    MARKET,
    OFFICER,
    OPERATOR,
    STEWARD,
    Desk,
    Home,
    landed,
    told,
)

__all__ = ["landed", "told"]

DELIVERY = "delivery-000001"


def ordered(desk: Desk, agreement: str = MARKET, delivery: str = DELIVERY) -> LandingOrder:
    """Order a landing of the companies for an agreement."""
    return publish.order(
        desk.platform.ingest, desk.actor(STEWARD), agreement=agreement, dataset=CODE, delivery=delivery
    )


def confirmed(desk: Desk, change) -> MaskingPolicy:
    """Confirm a changed policy of the companies."""
    directory, steward = desk.platform.directory, desk.actor(STEWARD)
    dataset = entries.by_code(directory, CODE).record
    policy = read_policy(versions.confirmed_for(directory, dataset.id).text)
    drafted = versions.draft(directory, steward, dataset, write_policy(change(policy)))
    return versions.confirm(directory, steward, drafted.id)


def newest(desk: Desk) -> Snapshot:
    """Return the newest snapshot of the first agreement."""
    found = desk.platform.store.find(Snapshot, linked=("agreement", MARKET))
    return max((one.record for one in found), key=lambda one: one.version)


def test_landing_again_makes_a_new_version_and_keeps_the_old(landed: Home) -> None:
    with landed.open() as desk:
        before = newest(desk)
        after = publish.land(desk.platform.ingest, ordered(desk).id)
        pool = desk.platform.pool
        assert (after.version, after.rows) == (before.version + 1, before.rows)
        for one in (before, after):
            pool.version(one.series, one.version).verify(digest=one.manifest_digest)
        old, new = (pool.version(one.series, one.version).parquet_files for one in (before, after))
        assert [pq.read_table(path) for path in old] == [pq.read_table(path) for path in new]


def test_the_floor_is_the_regimes_of_the_agreement_where_that_is_stricter(landed: Home, monkeypatch) -> None:
    with landed.open() as desk:
        directory = desk.platform.directory
        under = policy_of(directory, directory.store.load(ServiceAgreement, MARKET).record).regime
        standing = directory.regimes[under]
        rules = tuple(replace(one, value=7) if one.code == "landing-floor" else one for one in standing.rules)
        monkeypatch.setitem(directory.regimes, under, replace(standing, rules=rules))
        with pytest.raises(InputError, match="下限 7"):
            publish.land(desk.platform.ingest, ordered(desk).id)


def test_the_floor_is_the_sectors_where_its_rules_are_stricter(landed: Home, monkeypatch) -> None:
    """第二十条: what a sector's pack says of the smallest class holds, whatever the platform's setting."""
    with landed.open() as desk:
        ingest, store = desk.platform.ingest, desk.platform.store
        (made,) = (one.record for one in store.find(Snapshot, linked=("agreement", CHRONIC)))
        before = store.load(LandingOrder, made.order).record
        packs = tuple(replace(one, smallest_class=9) for one in sectors())
        monkeypatch.setattr(ingest_desk, "sectors", lambda: packs)
        order = publish.order(
            ingest,
            desk.actor(HEALTH_STEWARD),
            agreement=CHRONIC,
            dataset=made.dataset,
            delivery=before.delivery,
        )
        with pytest.raises(InputError, match="下限 9"):
            publish.land(ingest, order.id)


def test_a_policy_below_the_floor_stops_and_the_order_can_be_reopened(landed: Home) -> None:
    with landed.open() as desk:
        ingest, last = desk.platform.ingest, newest(desk)
        confirmed(desk, lambda one: replace(one, tables=(replace(one.tables[0], floor=3),)))
        made = ordered(desk)
        with pytest.raises(InputError, match="低于本环境的下限"):
            publish.land(ingest, made.id)
        stopped = desk.platform.store.load(LandingOrder, made.id).record
        assert (stopped.state, newest(desk)) == ("stopped", last)
        assert "下限" in stopped.reason
        with pytest.raises(RefusedError):
            publish.land(ingest, made.id)
        confirmed(desk, lambda one: replace(one, tables=(replace(one.tables[0], floor=5),)))
        with pytest.raises(RefusedError):
            publish.reopen(ingest, desk.actor(OPERATOR), made.id)
        assert publish.reopen(ingest, desk.actor(STEWARD), made.id).state == "ordered"
        assert publish.land(ingest, made.id).version > last.version


def test_a_column_that_nobody_classed_stops_the_landing(landed: Home, tmp_path) -> None:
    path = tmp_path / "more.csv"
    with landed.open() as desk:
        ingest, last = desk.platform.ingest, newest(desk)
        names = [column.name for column in entries.by_code(desk.platform.directory, CODE).record.columns]
        rows = "".join(",".join(f"{name}{row}" for name in [*names, "新"]) + "\n" for row in range(30))
        path.write_text(",".join([*names, "新列"]) + "\n" + rows, encoding="utf-8")
        found = batch.receive(ingest, desk.actor(STEWARD), CODE, path)
        with pytest.raises(InputError, match="新列"):
            batch.accept(ingest, desk.actor(STEWARD), found.id)
        with pytest.raises(RefusedError, match="交付批次没有通过核对"):
            ordered(desk, delivery=found.id)
        forge(landed.path, found.id, '"state":"read"', '"state":"accepted"', state="accepted")
        made = ordered(desk, delivery=found.id)
        with pytest.raises(InputError, match="新列"):
            publish.land(ingest, made.id)
        assert desk.platform.store.load(LandingOrder, made.id).record.state == "stopped"
        assert newest(desk) == last


def test_an_order_with_a_column_that_was_not_approved_is_refused(landed: Home) -> None:
    with landed.open() as desk:
        made = ordered(desk)
        item = desk.platform.store.load(Item, made.item).record
        assert "企业名称" not in item.columns
        forge(landed.path, made.id, '"columns":[', '"columns":["企业名称",')
        with pytest.raises(RefusedError, match="超出了批准的范围"):
            publish.land(desk.platform.ingest, made.id)
        manifest = desk.platform.pool.version(newest(desk).series, newest(desk).version).manifest
        assert "企业名称" not in str(manifest["schema"])


def test_only_the_approved_rows_land(landed: Home) -> None:
    with landed.open() as desk:
        made = ordered(desk)
        item = desk.platform.store.load(Item, made.item).record
        only = RowRange(column="行政区划", values=("红花岗区",))
        inputs = publish._inputs(desk.platform.ingest, made)
        scoped = publish.read_scoped(desk.platform.ingest, inputs.delivery, (only,), None)
        assert set(scoped.rows.column("行政区划").to_pylist()) == {"红花岗区"}
        assert scoped.delivered == scoped.rows.rows + scoped.outside + scoped.bad_count
        assert item.rows == ()


@pytest.mark.parametrize("days", [366, 4000])
def test_an_agreement_past_its_term_lands_nothing(landed: Home, days: int) -> None:
    with landed.open() as desk:
        made = ordered(desk)
        steward = desk.actor(STEWARD)
    with landed.open(days=days) as later:
        with pytest.raises(RefusedError, match="使用期限"):
            publish.land(later.platform.ingest, made.id)
        stopped = later.platform.store.load(LandingOrder, made.id).record
        assert (stopped.state, "使用期限" in stopped.reason) == ("stopped", True)
        expired = agreements.expire_due(later.platform.access)
        assert {MARKET, CREDIT} <= {one.id for one in expired}
        with pytest.raises(RefusedError):
            publish.order(later.platform.ingest, steward, agreement=MARKET, dataset=CODE, delivery=DELIVERY)


def test_a_dataset_that_is_withdrawn_lands_no_more(landed: Home) -> None:
    with landed.open() as desk:
        made = ordered(desk)
        dataset = entries.by_code(desk.platform.directory, CODE).record
        entries.withdraw(desk.platform.directory, desk.actor(STEWARD), dataset.id)
        with pytest.raises(RefusedError, match="分类"):
            publish.land(desk.platform.ingest, made.id)
        assert desk.platform.store.load(Dataset, dataset.id).record.state == "withdrawn"


def test_what_may_not_land_is_stopped_on_record_and_ordered_again(landed: Home) -> None:
    with landed.open() as desk:
        ingest, access, store = desk.platform.ingest, desk.platform.access, desk.platform.store
        made, failed = ordered(desk), []
        agreements.suspend(access, desk.actor(OPERATOR), MARKET, reason="核查")
        publish.resume(ingest, failed=lambda record, error: failed.append((record, str(error))))
        assert [record for record, _ in failed] == [made.id]
        assert store.load(LandingOrder, made.id).record.state == "stopped"
        assert store.facts(record=made.id)[-1].verb == "landing-order:stop"
        publish.resume(ingest, failed=pytest.fail)  # nothing is tried again by itself
        agreements.resume(access, desk.actor(OFFICER), MARKET, reason="好了")
        publish.reopen(ingest, desk.actor(STEWARD), made.id)
        (snapshot,) = publish.resume(ingest, failed=pytest.fail)
        assert snapshot.order == made.id
