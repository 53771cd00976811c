"""Kept apart: two agreements share no token, a seat shows its own data only, county and city know nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.access import application as applications
from sandbox.access import reading
from sandbox.catalog import entries
from sandbox.kernel.application_records import Application, ItemRequest
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.records import Environment
from sandbox.seats import seat as seats
from sandbox.seats.seat import current_snapshots
from tests.journeys.homes import (
    CHRONIC,
    CODE,
    COUNTY_STEWARD,
    CREDIT,
    DEVELOPER,
    MARKET,
    OPERATOR,
    OTHER_DEVELOPER,
    STEWARD,
    Desk,
    Home,
    judged,
    landed,
    released,
    shown,
    told,
)

__all__ = ["judged", "landed", "released", "told"]

TOKENS = ("统一社会信用代码", "法定代表人")
LOOK = """
import json, os, pyarrow.parquet as pq
tables = {name: sorted(os.listdir(f'/data/{name}')) for name in os.listdir('/data')}
seen = set()
for top, folders, files in os.walk('/'):
    folders[:] = [one for one in folders if one not in ('proc', 'sys', 'dev', 'usr', 'lib', 'lib64')]
    seen |= {os.path.join(top, one) for one in files if one.endswith('.parquet')}
rows = [row for path in sorted(seen) for row in pq.read_table(path, columns=['统一社会信用代码']).to_pylist()]
tokens = [list(row.values())[0] for row in rows]
print(json.dumps({'tables': tables, 'parquet': sorted(seen), 'tokens': tokens}))
"""


def table_of(desk: Desk, agreement: str) -> pa.Table:
    """Return the masked rows of an agreement's only dataset."""
    one = desk.platform.store.find(Snapshot, linked=("agreement", agreement))[-1].record
    parts = desk.platform.pool.version(one.series, one.version).parquet_files
    return pa.concat_tables([pq.read_table(path) for path in parts])


def tokens_of(desk: Desk, agreement: str, names: tuple[str, ...] = TOKENS) -> set[str]:
    """Return every token that occurs."""
    table = table_of(desk, agreement)
    return {cell for name in names for cell in table[name].to_pylist() if cell is not None}


def test_no_token_of_one_agreement_occurs_in_another(landed: Home) -> None:
    with landed.open() as desk:
        first, second = tokens_of(desk, MARKET), tokens_of(desk, CREDIT)
        third = tokens_of(desk, CHRONIC, ("居民身份证号",))
        assert min(len(first), len(second), len(third)) > 500
        assert first.isdisjoint(second)
        assert (first | second).isdisjoint(third)
        assert all(len(one) >= 16 for one in first | second | third)


def test_the_rows_of_two_agreements_are_not_in_the_same_order(landed: Home) -> None:
    with landed.open() as desk:
        kept = ("企业类型", "行政区划", "注册资本(万元)")
        first, second = (table_of(desk, one).select(kept).to_pylist() for one in (MARKET, CREDIT))
        key = lambda row: json.dumps(row, sort_keys=True)  # noqa: E731
        assert sorted(first, key=key) == sorted(second, key=key)
        assert first != second


def test_the_seat_of_one_shows_nothing_of_the_other(judged: Home) -> None:
    with judged.open() as desk:
        platform = desk.platform
        made = seats.provision(
            platform.seats, desk.actor(OPERATOR), agreement=CREDIT, user=OTHER_DEVELOPER, name="credit"
        )
        seats.open_seat(platform.seats, desk.actor(OTHER_DEVELOPER), made.id)
        done = seats.run(
            platform.seats, desk.actor(OTHER_DEVELOPER), "credit", ["python", "-c", LOOK], seconds=60
        )
        assert done.status == 0, done.stderr.decode()
        seen = json.loads(done.stdout)
        assert set(seen["tables"]) == {CODE}
        assert all(path.startswith("/data/") for path in seen["parquet"])
        found = {one for one in seen["tokens"] if one is not None}
        (snapshot,) = current_snapshots(platform.directory, CREDIT)
        mine = set(shown(desk, made.id, snapshot)["统一社会信用代码"].to_pylist()) - {None}
        assert found == mine
        assert found >= tokens_of(desk, CREDIT, ("统一社会信用代码",))
        assert found.isdisjoint(tokens_of(desk, MARKET))
        with pytest.raises(RefusedError, match="另一名用户"):
            seats.run(platform.seats, desk.actor(OTHER_DEVELOPER), "demo", ["true"])
        with pytest.raises(RefusedError, match="席位数已用完"):
            seats.provision(
                platform.seats, desk.actor(OPERATOR), agreement=CREDIT, user=OTHER_DEVELOPER, name="more"
            )


def test_a_seat_is_for_a_listed_user_and_its_name_is_its_own(judged: Home) -> None:
    with judged.open() as desk:
        make = lambda user, name, agreement=CREDIT: seats.provision(  # noqa: E731
            desk.platform.seats, desk.actor(OPERATOR), agreement=agreement, user=user, name=name
        )
        with pytest.raises(RefusedError, match="用户名单"):
            make(DEVELOPER, "mine")
        for name in ("demo", "seat-000001", "../x", "", "a b"):
            with pytest.raises(InputError):
                make(OTHER_DEVELOPER, name)


def asked(desk: Desk, environment: str, dataset: str, columns: tuple[str, ...]) -> Application:
    """Return an application of a city's developer."""
    (earlier, *_) = (one.record for one in desk.platform.store.find(Application))
    request = ItemRequest(dataset=dataset, columns=columns, justification="测试")
    return replace(earlier, id="", state="submitted", environment=environment, requests=(request,))


def test_the_countys_data_cannot_be_asked_for_in_the_citys_environment(released: Home) -> None:
    with released.open() as desk:
        access, store = desk.platform.access, desk.platform.store
        by_region = {one.record.code: one.record.id for one in store.find(Environment)}
        datasets = {one.record.code: one.record for one in store.find(Dataset)}
        for environment, code in (("520300", "health-settlement-meitan"), ("520328", CODE)):
            wanted = (datasets[code].columns[0].name,)
            with pytest.raises(InputError, match="不在所申请的环境里"):
                applications.submit(
                    access,
                    desk.actor(DEVELOPER),
                    asked(desk, by_region[environment], datasets[code].id, wanted),
                )
        with pytest.raises(InputError, match="没有信息项 身份"):
            applications.submit(
                access, desk.actor(DEVELOPER), asked(desk, by_region["520300"], datasets[CODE].id, ("身份",))
            )


def test_one_code_in_two_environments_is_never_guessed(released: Home) -> None:
    with released.open() as desk:
        directory, store = desk.platform.directory, desk.platform.store
        county = next(one.record for one in store.find(Environment) if one.record.code == "520328")
        city = entries.by_code(directory, CODE).record
        steward = desk.actor(COUNTY_STEWARD)
        twin = replace(
            city, id="", state="registered", organisation=steward.organisation, environment=county.id,
            columns=(), units=(),
        )  # fmt: skip
        made = entries.register(directory, steward, twin)
        with pytest.raises(InputError, match=made.id):
            entries.by_code(directory, CODE)
        assert entries.by_code(directory, made.id).record == made
        assert entries.by_code(directory, city.id).record == city
        with pytest.raises(InputError, match="已被使用"):
            entries.register(directory, desk.actor(STEWARD), replace(twin, environment=city.environment))


def test_county_and_city_see_nothing_of_each_others_requests(released: Home) -> None:
    with released.open() as desk:
        access, county = desk.platform.access, desk.actor("linghu.ping")
        assert reading.applications(access, county) == reading.items(access, county) == ()
        assert reading.agreements(access, county) == ()
        with pytest.raises(RefusedError):
            reading.agreement(access, county, MARKET)
        with pytest.raises(RefusedError):
            reading.agreement(access, desk.actor(OTHER_DEVELOPER), MARKET)
        assert reading.agreement(access, desk.actor(STEWARD), MARKET).id == MARKET


def test_the_pool_keeps_environments_apart_on_disk(landed: Home) -> None:
    with landed.open() as desk:
        pool = desk.platform.layout.pool
        series = {Path(one.record.series).parts[0] for one in desk.platform.store.find(Snapshot)}
        assert series == {one.name for one in pool.iterdir() if one.is_dir()}
        assert series == {"environment-000001", "environment-000002"}
        for one in desk.platform.store.find(Snapshot):
            assert Path(one.record.series).parts[0] == one.record.environment
