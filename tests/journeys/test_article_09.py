"""第九条: what was approved, and no more of it, is brought into the environment and kept there."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import review
from sandbox.access.form import application_of
from sandbox.catalog import entries, impacts
from sandbox.ingest import publish
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.seats.seat import current_snapshots
from tests.journeys.forge import forge
from tests.journeys.homes import (
    CODE,
    COUNTY_STEWARD,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    PROVIDER,
    STEWARD,
    Desk,
    Home,
    landed,
    told,
)
from tests.journeys.refusals import refused

__all__ = ["landed", "told"]
COLUMNS = ("企业类型", "行政区划", "注册资本(万元)")
COUNTIES = ("红花岗区", "汇川区")


def pushed(desk: Desk, **more: object) -> Item:
    """Return the demand for three columns of two districts' firms, registered since 2015."""
    access, lin, chen = desk.platform.access, desk.actor(DEVELOPER), desk.actor(OFFICER)
    today = access.directory.today()
    ranges = [{"column": "行政区划", "values": list(COUNTIES)}, {"column": "注册日期", "start": "2015-01-01"}]
    asked = {
        "environment": "520300", "regime": "national-2025", "scenario": "城区新设企业统计", "scope": "本单位",
        "security_controls": "专席", "term_from": today, "term_to": today + timedelta(days=90),
        "requests": [
            {"dataset": CODE, "columns": list(COLUMNS), "justification": "分组", "rows": ranges, **more}
        ],
    }  # fmt: skip
    made = applications.submit(access, lin, application_of(access, lin, asked))
    applications.accept(access, chen, made.id, findings="好")
    (item,) = review.push(access, chen, made.id)
    found = impacts.Assessed(lawfulness="依法", impact="有限", measures="脱敏")
    impacts.file(access.directory, desk.actor(STEWARD), item.id, found)
    return item


def agree(desk: Desk, item: Item) -> ServiceAgreement:
    """Return the agreement on the item as the operator drafts it."""
    access, zhang = desk.platform.access, desk.actor(OPERATOR)
    asked = access.directory.store.load(applications.Application, item.application).record
    made = ServiceAgreement(
        state="drafted", organisation=asked.organisation, operator=zhang.organisation,
        environment=asked.environment, application=asked.id, items=(item.id,), scenario=asked.scenario,
        term_from=asked.term_from, term_to=asked.term_to, users=(asked.applicant,), seats=1, key_id="",
    )  # fmt: skip
    return agreements.draft(access, zhang, made)


def test_from_the_approval_into_the_environment(landed: Home) -> None:
    with landed.open() as desk:
        access, ingest, zhao = desk.platform.access, desk.platform.ingest, desk.actor(STEWARD)
        item = pushed(desk)
        assert refused(agree, desk, item) == {"items-approved": "第十二条"}
        review.approve(access, desk.actor(PROVIDER), item.id)
        agreed = agree(desk, item)
        order = {"agreement": agreed.id, "dataset": CODE, "delivery": "delivery-000001"}
        assert "agreement-in-force" in refused(publish.order, ingest, zhao, **order)
        agreements.accept(access, desk.actor(DEVELOPER), agreed.id)
        agreements.sign(access, desk.actor(OPERATOR), agreed.id)
        for who in (COUNTY_STEWARD, OPERATOR, DEVELOPER):
            assert refused(publish.order, ingest, desk.actor(who), **order)
        foreign = {**order, "delivery": "delivery-000002"}
        assert refused(publish.order, ingest, zhao, **foreign) == {"order-fits": "第九条"}
        snapshot = publish.land(ingest, publish.order(ingest, zhao, **order).id)
        version = ingest.pool.version(snapshot.series, snapshot.version)
        rows = pa.concat_tables([pq.read_table(path) for path in version.parquet_files])
        assert set(rows.schema.names) == set(COLUMNS)
        assert set(rows["行政区划"].to_pylist()) == set(COUNTIES)
        count = version.manifest["rows"]
        assert count["outside"] > count["out"] == rows.num_rows
        left = count["outside"] + count["quarantined"] + count["suppressed"]
        assert count["delivered"] == rows.num_rows + left


def test_a_time_that_was_approved_lands_in_rows_or_not_at_all(landed: Home, monkeypatch) -> None:
    """An agreement from before ranges were asked for still lets in no row beyond the approved time."""
    with landed.open() as desk:
        access, ingest = desk.platform.access, desk.platform.ingest
        item = pushed(desk, period_from="2015-06-01")
        review.approve(access, desk.actor(PROVIDER), item.id)
        with pytest.raises(InputError, match="没有落在批准的时间"):
            agree(desk, item)  # its rows begin in January
        monkeypatch.setattr(agreements, "check_extents", lambda *_: None)
        agreed = agree(desk, item)
        agreements.accept(access, desk.actor(DEVELOPER), agreed.id)
        agreements.sign(access, desk.actor(OPERATOR), agreed.id)
        order = {"agreement": agreed.id, "dataset": CODE, "delivery": "delivery-000001"}
        assert refused(publish.order, ingest, desk.actor(STEWARD), **order) == {"extent-held": "第九条"}


def test_an_order_that_was_widened_behind_the_platform_lands_nothing(landed: Home) -> None:
    with landed.open() as desk:
        ingest, zhao = desk.platform.ingest, desk.actor(STEWARD)
        order = {"agreement": MARKET, "dataset": CODE, "delivery": "delivery-000001"}
        made = publish.order(ingest, zhao, **order)
        forge(landed.path, made.id, '"columns":[', '"columns":["企业名称",')
        assert refused(publish.land, ingest, made.id) == {"order-fits": "第九条"}


def test_what_lies_in_the_environment_is_managed_there(landed: Home) -> None:
    """A changed byte is found; the department takes its data back, and it lies in no seat any more."""
    with landed.open() as desk:
        directory, ingest = desk.platform.directory, desk.platform.ingest
        (held,) = (one.record for one in desk.platform.store.find(Snapshot, linked=("agreement", MARKET)))
        version = ingest.pool.version(held.series, held.version)
        version.verify(digest=held.manifest_digest)
        for who in (COUNTY_STEWARD, OPERATOR, DEVELOPER):
            assert refused(publish.withdraw, ingest, desk.actor(who), held.id, reason="错")
        publish.withdraw(ingest, desk.actor(STEWARD), held.id, reason="口径有误")
        assert current_snapshots(directory, MARKET) == ()
        part = version.parquet_files[0]
        part.chmod(0o600)
        part.write_bytes(part.read_bytes()[:-1] + b"X")
        with pytest.raises(TamperedError):
            version.verify(digest=held.manifest_digest)
        entries.withdraw(directory, desk.actor(STEWARD), held.dataset)
        again = {"agreement": MARKET, "dataset": CODE, "delivery": "delivery-000001"}
        assert "classified" in refused(publish.order, ingest, desk.actor(STEWARD), **again)
