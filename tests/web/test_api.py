"""The calls for programs: tokens and their scopes, lists by pages, single records, safe repetition."""

import asyncio
import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.access import reading
from sandbox.egress import audience
from sandbox.kernel.actors import Proof
from sandbox.kernel.errors import ConflictError, CredentialError, InputError, RefusedError
from sandbox.kernel.records import Account, Organisation, RefusedAttempt
from sandbox.people import accounts
from sandbox.seats import seat as seats
from sandbox.web.api_lists import LISTS
from sandbox.web.repeats import Done, Repeats
from tests.web.conftest import Site

DEVELOPER, OPERATOR, SUPERVISOR = "lin.xiaoyu", "li.yuncheng", "xie.mingjian"
OFFICER = "chen.guanglan"


def run(walk):
    return asyncio.run(walk)


def bearer(token, **more):
    return {"Authorization": f"Bearer {token}", **more}


def scoped(site, name, *scope):
    """Return a token of the person that reaches no further than the scope."""
    mine = site.people[name]
    actor = accounts.by_token(site.platform.directory, mine["token"])
    strong = replace(actor, proof=Proof.PASSWORD_TOTP)
    return accounts.issue_token(site.platform.directory, strong, label="门户", scope=scope)


def test_the_api_takes_tokens_only_and_repeats_no_call(site, people):
    async def walk():
        client = site.client()
        assert (await client.get("/api/submissions")).status_code == 401
        token = {"Authorization": f"Bearer {people['lin.xiaoyu']['token']}", "Idempotency-Key": "k1"}
        found = await client.get("/api/submissions", headers=token)
        assert [one["id"] for one in found.json()][:2] == ["submission-000001", "submission-000002"]
        first = await client.post("/api/seats/seat-000002/close", headers=token)
        again = await client.post("/api/seats/seat-000002/close", headers=token)
        assert first.status_code == again.status_code == 200
        assert first.json() == again.json()
        described = (await client.get("/api/openapi.json")).json()
        assert "/api/submissions/{id}/vote" in described["paths"]

    run(walk())


def test_a_list_comes_by_pages_and_one_record_by_its_number(shared):
    token = bearer(shared.people[SUPERVISOR]["token"])

    async def walk():
        client = shared.client()
        whole = await client.get("/api/datasets", headers=token)
        first = await client.get("/api/datasets?limit=1", headers=token)
        link = first.headers["link"].partition("<")[2].partition(">")[0]
        second = await client.get(link, headers=token)
        assert first.headers["x-total-count"] == str(len(whole.json()))
        assert [*first.json(), *second.json()] == whole.json()[:2]
        one = await client.get(f"/api/datasets/{whole.json()[0]['id']}", headers=token)
        assert one.json() == whole.json()[0]
        assert (await client.get("/api/datasets?after=dataset-999999", headers=token)).status_code == 404
        assert (await client.get("/api/datasets?limit=100000", headers=token)).status_code == 422

    run(walk())


def test_nobody_reads_a_record_that_his_list_does_not_hold(shared):
    async def walk():
        client = shared.client()
        own = bearer(shared.people[OPERATOR]["token"])
        seat = (await client.get("/api/seats", headers=own)).json()[0]["id"]
        other = bearer(shared.people["zhao.qinghe"]["token"])
        assert (await client.get(f"/api/seats/{seat}", headers=own)).status_code == 200
        assert (await client.get(f"/api/seats/{seat}", headers=other)).status_code == 404
        assert (await client.get("/api/seats")).status_code == 401

    run(walk())


@pytest.mark.parametrize("scope", [("read",), ("application", "submission:withdraw")])
def test_a_bounded_token_looks_but_does_nothing_else(site, scope):
    token = bearer(scoped(site, DEVELOPER, *scope))
    before = len(site.platform.store.find(RefusedAttempt))

    async def walk():
        client = site.client()
        assert (await client.get("/api/seats", headers=token)).status_code == 200
        refused = await client.post("/api/seats/seat-000002/close", headers=token)
        assert refused.status_code == 403
        assert "token-scope" in {one["code"] for one in refused.json()["reasons"]}

    run(walk())
    assert len(site.platform.store.find(RefusedAttempt)) == before + 1


@pytest.mark.parametrize("scope", ["seat:close", "seat"])
def test_a_bounded_token_reaches_its_steps(site, scope):
    async def walk():
        return await site.client().post(
            "/api/seats/seat-000002/close", headers=bearer(scoped(site, DEVELOPER, scope))
        )

    assert run(walk()).status_code == 200


def test_a_scope_is_shown_and_an_unknown_one_is_no_token(site):
    scoped(site, DEVELOPER, "seat", "read")
    account = site.platform.directory.account_named(DEVELOPER)
    assert accounts.tokens_of(site.platform.directory, account.id)[-1].scope == ("read", "seat")
    with pytest.raises(InputError, match="seats"):
        scoped(site, DEVELOPER, "seats")


def test_a_bounded_token_makes_no_wider_one(site):
    actor = accounts.by_token(site.platform.directory, scoped(site, DEVELOPER, "account:issue-token"))
    with pytest.raises((RefusedError, CredentialError)):
        accounts.issue_token(site.platform.directory, actor, label="更大")


def test_a_repeated_call_brings_the_first_outcome_after_a_restart_too(site):
    token = bearer(site.people[DEVELOPER]["token"], **{"Idempotency-Key": "once"})
    first = run(site.client().post("/api/seats/seat-000002/close", headers=token))
    facts = len(site.platform.store.facts())
    restarted = Site(site.platform.layout.root)
    again = run(restarted.client().post("/api/seats/seat-000002/close", headers=token))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert len(site.platform.store.facts()) == facts


def test_a_call_that_was_cut_off_is_not_taken_twice_and_a_failed_one_may_be(site, tmp_path):
    kept = Repeats(tmp_path / "calls", site.platform.clock)
    assert kept.claim("account-000001", "/api/x", "k") is None
    with pytest.raises(ConflictError, match="还在办理"):
        kept.claim("account-000001", "/api/x", "k")
    with pytest.raises(ConflictError, match="结果不明"):
        Repeats(tmp_path / "calls", site.platform.clock).claim("account-000001", "/api/x", "k")
    kept.settle("account-000001", "/api/x", "k", None)
    assert kept.claim("account-000001", "/api/x", "k") is None
    assert kept.claim("account-000002", "/api/x", "k") is None


def test_what_is_told_once_is_never_on_the_disk(site, tmp_path):
    kept = Repeats(tmp_path / "calls", site.platform.clock)
    kept.claim("account-000001", "/api/x", "k")
    kept.settle("account-000001", "/api/x", "k", Done(location="/", message="", once={"令牌": "geheim"}))
    assert kept.claim("account-000001", "/api/x", "k").once
    assert all("geheim" not in one.read_text() for one in (tmp_path / "calls").iterdir())
    later = Repeats(tmp_path / "calls", lambda: datetime.now(UTC) + timedelta(hours=25))
    assert later.claim("account-000001", "/api/x", "k") is None


def test_papers_go_with_a_call_and_leave_nothing_behind(site):
    officer = site.officer_of(site.platform.directory.account_named(DEVELOPER).organisation)
    name = site.platform.store.load(Account, officer.account).record.name
    token = bearer(site.people[name]["token"])
    place = f"/api/organisations/{officer.organisation}/attach"
    paper = {"name": "../营业执照.pdf", "content": base64.b64encode(b"%PDF-1.7").decode()}

    async def walk():
        client = site.client()
        bad = {"files": [{**paper, "content": "%%%"}]}
        assert (await client.post(place, json=bad, headers=token)).status_code == 422
        assert (await client.post(place, json={"files": [paper] * 21}, headers=token)).status_code == 422
        done = await client.post(place, json={"files": [paper]}, headers=token)
        assert done.status_code == 200, done.text

    run(walk())
    held = site.platform.store.load(Organisation, officer.organisation).record.evidence
    assert [(one.name, one.size) for one in held][-1] == ("营业执照.pdf", 8)
    assert not list((site.platform.layout.root / "arriving").glob("*"))


def test_every_step_of_a_person_with_papers_says_so_in_the_description(shared):
    described = run(shared.client().get("/api/openapi.json")).json()
    bodies = described["components"]["schemas"]
    assert "files" in bodies["applications-attach"]["properties"]
    assert "files" in bodies["applications-import"]["properties"]


NEW_LISTS = ("notices", "incidents", "undertakings", "deputies")


def test_notices_incidents_undertakings_and_deputies_are_listed_and_described(shared):
    token = bearer(shared.people[OFFICER]["token"])

    async def walk():
        client = shared.client()
        described = (await client.get("/api/openapi.json")).json()["paths"]
        for name in NEW_LISTS:
            assert {"after", "limit"} <= {
                one["name"] for one in described[f"/api/{name}"]["get"]["parameters"]
            }
            assert f"/api/{name}/{{id}}" in described
            found = await client.get(f"/api/{name}", headers=token)
            assert found.status_code == 200
            assert int(found.headers["x-total-count"]) >= len(found.json())
            assert (await client.get(f"/api/{name}?after={name}-999999", headers=token)).status_code == 404

    run(walk())


@pytest.mark.parametrize("name", ["datasets", "applications", "items", "notices", "facts", "submissions"])
def test_the_pages_of_a_list_make_up_the_whole(shared, name):
    token = bearer(shared.people[OFFICER]["token"])

    async def walk():
        client = shared.client()
        whole = (await client.get(f"/api/{name}", headers=token)).json()
        place, collected = f"/api/{name}?limit=3", []
        while place and len(collected) < len(whole):
            page = await client.get(place, headers=token)
            collected += page.json()
            place = page.headers.get("link", "").partition("<")[2].partition(">")[0]
        assert collected[: len(whole)] == whole

    run(walk())


def test_a_notice_is_its_readers_alone_and_incidents_are_the_watchers(shared):
    async def walk():
        client = shared.client()
        own = bearer(shared.people[DEVELOPER]["token"])
        mine = (await client.get("/api/notices", headers=own)).json()
        one = await client.get(f"/api/notices/{mine[0]['id']}", headers=own)
        assert one.json() == mine[0]
        other = bearer(shared.people[OPERATOR]["token"])
        assert (await client.get(f"/api/notices/{mine[0]['id']}", headers=other)).status_code == 404
        assert (await client.get("/api/incidents", headers=own)).status_code == 403
        assert (
            await client.get("/api/facts?after=x", headers=bearer(shared.people[OFFICER]["token"]))
        ).status_code == 422

    run(walk())


@pytest.mark.parametrize(
    "name", [OFFICER, DEVELOPER, OPERATOR, SUPERVISOR, "yang.lizhi", "zhou.minxing", "gao.heng"]
)
def test_what_is_cut_is_what_each_may_see_asked_one_by_one(shared, name):
    platform = shared.platform
    actor = accounts.by_token(platform.directory, shared.people[name]["token"])
    slow = {
        "applications": reading.applications(platform.access, actor),
        "items": reading.items(platform.access, actor),
        "service-agreements": reading.agreements(platform.access, actor),
        "seats": seats.visible(platform.seats, actor),
        "submissions": audience.visible(platform.gate, actor),
    }
    for kind, expected in slow.items():
        page = LISTS[kind].page(platform, actor, "", 500)
        assert sorted(one.id for one in page.entries) == sorted(one.id for one in expected), kind
        assert page.after == ""
        assert page.total in (None, len(expected))
