"""第六条: the catalogue is kept, open is the rule, and what is sensitive is opened after masking."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from sandbox.catalog import entries, importing
from sandbox.catalog.search import Finder
from sandbox.catalog.sheet import Severity, sheet_of
from sandbox.ingest import publish
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.kernel.metadata import Core, Exclusion, Opening
from sandbox.masking import versions
from sandbox.masking.policy_file import read_policy, write_policy
from tests.catalog.test_sheet import GOOD, changed, workbook
from tests.journeys.homes import CODE, DEVELOPER, MARKET, OPERATOR, STEWARD, Desk, Home, landed, told
from tests.journeys.refusals import refused

__all__ = ["landed", "told"]
ORDER = {"agreement": MARKET, "dataset": CODE, "delivery": "delivery-000001"}


def sheet(desk: Desk, *rows: list[object]) -> importing.Plan:
    """Return what the department's sheet would become."""
    directory = desk.platform.directory
    own = directory.organisation(desk.actor(STEWARD).organisation)
    mine = [[*row[:2], own.name, own.uscc, *row[4:]] for row in rows]
    place = entries.by_code(directory, CODE).record.environment
    return importing.plan(directory, own, sheet_of(workbook(*mine), name="目录.xlsx"), environment=place)


def test_open_is_the_rule_in_the_catalogue_that_a_department_keeps(landed: Home) -> None:
    """What is not opened needs one of the grounds that the law knows, and is then not developed."""
    bare = changed(title="案件线索", resource_code="307001/000021", opening="不予开放")
    secret = changed(
        title="案件台账", resource_code="307001/000022", opening="不予开放", opening_basis="涉及公共安全"
    )
    with landed.open() as desk:
        directory, zhao = desk.platform.directory, desk.actor(STEWARD)
        found = sheet(desk, GOOD, bare, secret)
        assert {one.row for one in found.findings if one.severity is Severity.ERROR} == {2}
        assert "role" in refused(importing.apply, directory, desk.actor(DEVELOPER), found, only_good=True)
        made = importing.apply(directory, zhao, found, only_good=True)
        assert [one.core.opening for one in made] == [Opening.AFTER_MASKING, Opening.NOT_OPEN]
        assert Finder(directory.store).index().search("企业年报").ids == (made[0].id,)
        held = entries.by_code(directory, CODE).record
        with pytest.raises(InputError, match="依据"):
            entries.describe(directory, zhao, held.id, replace(held, core=Core(opening=Opening.NOT_OPEN)))
        closed = replace(held, core=Core(opening=Opening.NOT_OPEN, opening_basis="public-security"))
        entries.describe(directory, zhao, held.id, closed)
        assert refused(publish.order, desk.platform.ingest, zhao, **ORDER) == {"not-excluded": "第三条"}
        entries.describe(directory, zhao, held.id, held)
        assert publish.order(desk.platform.ingest, zhao, **ORDER).state == "ordered"


def test_what_is_sensitive_is_opened_after_masking_and_only_so(landed: Home) -> None:
    """Nobody keeps a direct identifier as it was; the evidence lifts the flag; twice is the same."""
    with landed.open() as desk:
        directory, ingest, zhao = desk.platform.directory, desk.platform.ingest, desk.actor(STEWARD)
        held = entries.by_code(directory, CODE).record
        assert held.exclusions == (Exclusion.PERSONAL_PRIVACY,)
        direct = [one for one in held.columns if one.identifier is IdentifierClass.DIRECT]
        bare = tuple(replace(one, technique="keep") if one in direct else one for one in held.columns)
        with pytest.raises(InputError, match="原样保留"):
            entries.classify(directory, zhao, held.id, columns=bare, units=held.units)
        policy = read_policy(versions.confirmed_for(directory, held.id).text)
        drafted = versions.draft(directory, zhao, held, write_policy(policy))
        for who in (OPERATOR, DEVELOPER):
            assert "is-provider" in refused(versions.confirm, directory, desk.actor(who), drafted.id)
        versions.confirm(directory, zhao, drafted.id)
        (before,) = (one.record for one in desk.platform.store.find(Snapshot, linked=("agreement", MARKET)))
        after = publish.land(ingest, publish.order(ingest, zhao, **ORDER).id)
        assert (before.exclusions, after.exclusions) == ((), ())
        assert after.cleared[0].smallest_class >= after.cleared[0].floor
        old, new = (ingest.pool.version(one.series, one.version) for one in (before, after))
        assert [one.sha256 for one in old.parts] == [one.sha256 for one in new.parts]
        seen = pq.read_schema(new.parquet_files[0]).names
        dropped = {one.name for one in direct if one.technique == "drop"}
        assert dropped
        assert not dropped & set(seen)
        assert directory.store.load(Dataset, held.id).record.exclusions == held.exclusions
