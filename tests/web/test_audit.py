"""The log is read by the authority's officers and supervisors alone; a blind vote stays blind there too."""

import asyncio
import json

import pytest

from sandbox.egress import review
from sandbox.kernel.review_records import FileVote, Phase, Submission
from tests.web.conftest import hidden


def run(work):
    return asyncio.run(work)


@pytest.mark.parametrize("name", ["lin.xiaoyu", "zhou.minxing", "li.yuncheng", "zhao.qinghe", "tian.yufang"])
def test_nobody_else_reads_the_log(shared, name):
    async def walk():
        client = await shared.visitor(name)
        for path in ("/audit", "/audit/5", "/audit/verified", "/audit/stream", "/audit/export"):
            answer = await client.get("/console" + path)
            assert answer.status_code == 403, path
            assert "第十六条" in answer.text
        assert "/console/audit" not in (await client.get("/console/")).text
        headers = {"Authorization": f"Bearer {shared.people[name]['token']}"}
        assert (await shared.client().get("/api/facts", headers=headers)).status_code == 403

    run(walk())


def test_a_supervisor_searches_verifies_and_exports(shared):
    async def walk():
        client = await shared.visitor("xie.mingjian")
        page = await client.get("/console/audit?record=submission-000001&verb=submission:judge")
        assert page.text.count("<tr>") == 2
        nothing = await client.get("/console/audit?record=submission-000099")
        assert "没有符合条件的日志" in nothing.text
        wrong = await client.get("/console/audit?since=gestern")
        assert wrong.status_code == 422
        events = await client.get("/console/audit/stream")
        assert "event: done" in events.text
        assert '"ok": true' in events.text
        bare = await client.get("/console/audit/export")
        lines = [json.loads(line) for line in bare.text.splitlines()]
        assert all(line["payload"] is None for line in lines if "fact" in line and line.get("withheld"))

    run(walk())


def test_a_vote_that_is_still_blind_is_shown_to_nobody(site):
    unread = (one.record for one in site.platform.store.find(Submission, state="in-review"))
    waiting = next((one for one in unread if one.phase is Phase.INDEPENDENT), None)
    if waiting is None:
        pytest.skip("the story leaves no submission in review")
    voter = site.platform.by_token(site.people["zhou.minxing"]["token"])
    votes = tuple(
        FileVote(digest=one.rewritten, approve=True, comment="秘而不宣")
        for one in waiting.files
        if one.rewritten
    )
    review.cast(site.platform.gate, voter, waiting.id, votes)
    seq = site.platform.store.facts(verb="review:cast", newest_first=True, limit=1)[0].seq

    async def walk():
        client = await site.visitor("xie.mingjian")
        page = await client.get(f"/console/audit/{seq}")
        assert page.status_code == 200
        assert "秘而不宣" not in page.text
        export = await client.get("/console/audit/export?contents=yes")
        assert "秘而不宣" not in export.text

    run(walk())


def test_a_person_is_invited_by_link_and_enrols_in_the_browser(site):
    async def walk():
        officer = await site.with_credential("tian.yufang")
        fields = await hidden(officer, "/console/accounts")
        body = {
            **fields,
            "organisation": site.platform.by_token(site.people["tian.yufang"]["token"]).organisation,
            "login": "new.person",
            "name": "新来者",
            "identity": "11010519491231002X",
        }
        done = await officer.post("/console/accounts/new/invite", data=body)
        assert done.status_code == 303, done.text
        shown = await officer.get(done.headers["location"])
        link = shown.text.partition("/console/enrol#")[2].partition("<")[0]
        assert "http://127.0.0.1:8000/console/enrol#" in shown.text
        assert (await officer.get(done.headers["location"])).status_code == 404  # shown once
        guest = site.client()
        assert (await guest.get("/console/enrol")).status_code == 200
        given = {"code": link, "password": "Abcdef-2026-x", "again": "Abcdef-2026-y"}
        differs = await guest.post("/console/enrol", data=given)
        assert differs.status_code == 422
        weak = await guest.post("/console/enrol", data={**given, "password": "abc", "again": "abc"})
        assert weak.status_code == 422
        given["again"] = given["password"]
        wrong = await guest.post("/console/enrol", data={**given, "code": link[:-1] + "0"})
        assert wrong.status_code == 401
        ready = await guest.post("/console/enrol", data=given)
        assert ready.status_code == 200
        assert "otpauth://" in ready.text
        code = ready.text.partition('class="qr"')[2].partition("</svg>")[0]
        assert "<path" in code
        assert "style=" not in code
        again = await guest.post("/console/enrol", data=given)
        assert again.status_code == 401

    run(walk())
