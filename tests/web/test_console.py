"""Pages answer for every role or refuse with reasons; forms are taken once and only from here."""

import asyncio

import pyotp
import pytest

from sandbox.kernel.records import Grant, RefusedAttempt
from sandbox.web.pages import pager
from tests.web.conftest import hidden

PAGES = (
    "/",
    "/catalogue",
    "/datasets/dataset-000001",
    "/applications",
    "/applications/application-000001",
    "/agreements",
    "/service-agreements/service-agreement-000001",
    "/seats/seat-000001",
    "/seats/seat-000002",
    "/deliveries",
    "/deliveries/new",
    "/deliveries/delivery-000001",
    "/deliveries/delivery-000001/bad-rows",
    "/landing-orders",
    "/submissions",
    "/submissions/submission-000001",
    "/submissions/submission-000002",
    "/submissions/submission-000001/sheet",
    "/submissions/submission-000001/files/0",
    "/submissions/submission-000002/files/0",
    "/releases/release-000001",
    "/releases/release-000001/receipt",
    "/audit",
    "/audit/5",
    "/accounts",
    "/me",
    "/step-up",
    "/grants/new/propose",
    "/seats/seat-000002/suspend",
)
ROLES = (
    "chen.guanglan",
    "tian.yufang",
    "zhao.qinghe",
    "yang.lizhi",
    "xie.mingjian",
    "li.yuncheng",
    "lin.xiaoyu",
    "zhou.minxing",
)


def run(work):
    return asyncio.run(work)


@pytest.mark.parametrize("name", ROLES)
def test_every_page_answers_or_refuses_clearly(shared, name):
    async def walk():
        client = await shared.visitor(name)
        for path in PAGES:
            answer = await client.get("/console" + path)
            if answer.headers.get("location", "").startswith("/console/step-up?"):
                continue  # the steward's raw data wants the credential first
            assert answer.status_code in (200, 403), (path, answer.status_code)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            if answer.status_code == 403:
                assert "第" in answer.text  # every refusal names its article

    run(walk())


def test_content_of_a_seat_is_shut_in(shared):
    async def walk():
        client = await shared.visitor("zhou.minxing")
        refused = await client.get("/console/submissions/submission-000002/files/0")
        assert refused.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert "█" in refused.text
        assert "<script" not in refused.text

    run(walk())


def test_nobody_gets_in_by_another_host_or_from_another_site(site):
    async def walk():
        client = await site.visitor("tian.yufang")
        fields = await hidden(client, "/console/accounts")
        body = {**fields, "account": "zhao.qinghe", "role": "developer"}
        wrong = (
            {"Host": "evil.example"},
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        )
        for headers in wrong:
            answer = await client.post("/console/grants/new/propose", data=body, headers=headers)
            assert answer.status_code in (403, 421), headers
        forged = await client.post("/console/grants/new/propose", data={**body, "csrf": "x"})
        assert forged.status_code == 403
        assert (await client.get("/console/", headers={"Host": "evil.example"})).status_code == 421

    before = len(site.platform.store.find(Grant))
    run(walk())
    assert len(site.platform.store.find(Grant)) == before


def test_a_step_on_others_asks_for_the_credential_and_then_goes_on_once(site, people):
    async def walk():
        client = await site.visitor("tian.yufang")
        fields = await hidden(client, "/console/accounts")
        body = {**fields, "account": "zhao.qinghe", "role": "developer"}
        asked = await client.post("/console/grants/new/propose", data=body)
        assert asked.status_code == 303
        assert "/console/step-up?draft=" in asked.headers["location"]
        page = await client.get(asked.headers["location"])
        assert "提名角色" in page.text
        assert "zhao.qinghe" in page.text
        draft = asked.headers["location"].partition("draft=")[2]
        mine = people["tian.yufang"]
        moment = int(site.platform.clock().timestamp()) + 30
        given = {"csrf": fields["csrf"], "draft": draft, "password": mine["password"]}
        wrong = await client.post("/console/step-up", data={**given, "code": "000000"})
        assert wrong.status_code == 401
        given["code"] = pyotp.TOTP(mine["totp_secret"]).at(moment)
        done = await client.post("/console/step-up", data=given)
        assert done.headers["location"] == "/console/accounts"
        again = await client.post("/console/grants/new/propose", data=body)  # the second click
        assert again.headers["location"] == "/console/accounts"

    before = len(site.platform.store.find(Grant))
    run(walk())
    assert len(site.platform.store.find(Grant)) == before + 1


def test_what_was_typed_outlives_the_sign_in(site):
    async def walk():
        client = await site.visitor("li.yuncheng")
        fields = await hidden(client, "/console/me")
        client.cookies.delete("console-session")
        body = {**fields, "reason": "写了一半的理由"}
        lost = await client.post("/console/seats/seat-000002/suspend", data=body)
        assert lost.status_code == 401
        draft = lost.text.partition("/console/drafts/")[2].partition('"')[0]
        begun = await client.get(f"/console/drafts/{draft}")
        state = begun.headers["location"].partition("state=")[2].partition("&")[0]
        back = await client.get(f"/console/oauth_callback?state={state}&code=li.yuncheng")
        page = await client.get(back.headers["location"])
        assert "写了一半的理由" in page.text

    run(walk())


def test_a_stale_page_writes_nothing_and_says_who_came_first(site):
    async def walk():
        client = await site.visitor("li.yuncheng")
        fields = await hidden(client, "/console/seats/seat-000002/suspend")
        first = await client.post("/console/seats/seat-000002/suspend", data={**fields, "reason": "检查"})
        assert first.status_code == 303
        late = await client.post(
            "/console/seats/seat-000002/suspend", data={**fields, "key": "other", "reason": "再来"}
        )
        assert late.status_code == 409
        assert "李运成" in late.text
        assert "再来" in late.text

    run(walk())


def test_a_refusal_is_on_record(site):
    async def walk():
        client = await site.visitor("zhao.qinghe")
        answer = await client.get("/console/submissions/submission-000001")
        assert answer.status_code == 403

    before = len(site.platform.store.find(RefusedAttempt))
    run(walk())
    assert len(site.platform.store.find(RefusedAttempt)) == before + 1


def test_every_role_that_was_ever_granted_can_be_reached(shared, monkeypatch):
    """More than fit on one page: the pages make up the whole, and the list opens where one is turned over."""
    settled = [
        one.id
        for one in shared.platform.store.find(Grant)
        if one.record.state in ("declined", "in-force", "revoked")
    ]

    async def walk():
        client, seen = await shared.visitor("luo.zhengyan"), []
        for number in range(1, -(-len(settled) // 5) + 1):
            page = (await client.get(f"/console/accounts?grants={number}")).text
            part = page.partition('id="grants"')[2].partition('id="bodies"')[0]
            seen += [part.count("<li><strong>")]
            assert part.startswith(" open>") is (number > 1)
        assert sum(seen) == len(settled)
        assert f"第 1 页，共 {len(seen)} 页" in (await client.get("/console/accounts")).text

    monkeypatch.setattr(pager.part, "__kwdefaults__", {"size": 5, "name": "page"})
    asyncio.run(walk())
