"""Sessions and credentials end when they should: by sign-out, by the loss of a role, by the clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.kernel.records import Account, Grant
from sandbox.people import accounts, grants
from tests.web.conftest import Site, hidden
from tests.web.lived import copied

SUPERVISOR = "xie.mingjian"


def run(walk):
    return asyncio.run(walk)


@pytest.fixture
def later():
    """How much later the console believes it is."""
    return [timedelta()]


@pytest.fixture
def clocked(told, tmp_path, later):
    return Site(copied(tmp_path / "home"), clock=lambda: datetime.now(UTC) + later[0])


def test_a_hub_that_does_not_answer_serves_nobody_and_one_that_forgot_the_token_signs_out(site):
    async def walk():
        client = await site.visitor("lin.xiaoyu")
        assert (await client.get("/console/")).status_code == 200
        site.sign_in.down = True
        assert (await client.get("/console/")).status_code == 503
        site.sign_in.down = False
        site.sign_in.signed_out.add("lin.xiaoyu")
        assert (await client.get("/console/")).status_code == 303

    run(walk())


def test_a_sign_out_on_record_is_felt_by_the_next_request_without_asking_the_hub(site):
    async def walk():
        client, other = await site.visitor("lin.xiaoyu"), await site.visitor(SUPERVISOR)
        assert (await client.get("/console/")).status_code == 200
        accounts.sign_out(site.platform.directory, "lin.xiaoyu", "lin.xiaoyu")
        assert (await client.get("/console/")).status_code == 303
        assert (await other.get("/console/")).status_code == 200

    run(walk())
    facts = site.platform.store.facts(verb="account:sign-out")
    assert len(facts) == 1
    kept = site.platform.directory.account_named("lin.xiaoyu").signed_out
    assert "lin.xiaoyu" not in kept  # the session's secret is not on record, its digest is
    assert len(kept) == 1


def test_a_role_taken_away_is_felt_by_the_next_request(site):
    store = site.platform.store
    account = site.platform.directory.account_named(SUPERVISOR)
    held = store.find(Grant, state="in-force", linked=("account", account.id))
    officer = site.officer_of(account.organisation)

    async def walk():
        client = await site.visitor(SUPERVISOR)
        assert (await client.get("/console/audit")).status_code == 200
        for grant in held:
            grants.revoke(site.platform.directory, officer, grant.id)
        assert (await client.get("/console/audit")).status_code == 403

    run(walk())


def test_a_suspended_account_is_out_at_once(site):
    account = site.platform.directory.account_named("lin.xiaoyu")
    officer = site.officer_of(account.organisation)

    async def walk():
        client = await site.visitor("lin.xiaoyu")
        accounts.suspend(site.platform.directory, officer, account.id)
        assert (await client.get("/console/")).status_code == 303

    run(walk())
    assert site.platform.store.load(Account, account.id).record.state == "suspended"


@pytest.mark.parametrize(("minutes", "asked"), [(14, False), (15, True)])
def test_a_credential_counts_for_fifteen_minutes_and_no_longer(clocked, later, minutes, asked):
    async def walk():
        client = await clocked.with_credential("tian.yufang")
        later[0] += timedelta(minutes=minutes)
        fields = await hidden(client, "/console/accounts")
        body = {**fields, "account": "zhao.qinghe", "role": "developer"}
        return await client.post("/console/grants/new/propose", data=body)

    answer = run(walk())
    before = "/console/step-up?draft=" if asked else "/console/accounts"
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(before)
    made = [one for one in clocked.platform.store.find(Grant) if one.created_at > datetime.now(UTC)]
    assert bool(made) is not asked


def test_a_session_ends_after_its_hours(clocked, later):
    async def walk():
        client = await clocked.visitor("lin.xiaoyu")
        later[0] += timedelta(hours=7, minutes=59)
        inside = await client.get("/console/")
        later[0] += timedelta(minutes=2)
        return inside.status_code, (await client.get("/console/")).status_code

    assert run(walk()) == (200, 303)
