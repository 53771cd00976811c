"""Oversight in the browser: who looks at what, what is signed, named, read, stopped, and by whom not."""

import asyncio
import csv
import io
from datetime import timedelta

import openpyxl
import pytest

from sandbox.hub.admission import admit
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.oversight_records import Incident, Notice, Responsibility, Subscription
from sandbox.kernel.records import Organisation
from sandbox.kernel.review_records import Release
from sandbox.kernel.seat_records import Seat, Undertaking
from sandbox.oversight import notices
from sandbox.regulation.undertakings import undertaking
from sandbox.web.pages import pager
from tests.web.conftest import hidden
from tests.web.filled import filled
from tests.web.lived import UNSIGNED

OFFICER, SECOND, SUPERVISOR = "luo.zhengyan", "chen.guanglan", "xie.mingjian"
STEWARD, DEVELOPER, WAITING = "zhao.qinghe", "lin.xiaoyu", "xu.zhizhong"
EVERYBODY = (
    "/notices",
    "/oversight",
    "/oversight/retention",
    "/oversight/controls",
    "/oversight/undertakings",
)
NAME, OPEN = "/responsibilities/new/assign", "/incidents/new/open"
WATCHED = ("/oversight/incidents", "/oversight/regimes")
HOSTILE = '"><script>alert(1)</script><b onmouseover=x>{{ 7*7 }}'


def run(work):
    return asyncio.run(work)


async def sent(client, page, path, **typed):
    """Open a page, fill in its form and send it."""
    shown = await client.get("/console" + page)
    return await client.post("/console" + path, data={**filled(shown.text, "/console" + path), **typed})


def test_who_looks_at_what(shared):
    async def walk():
        for name in (OFFICER, SUPERVISOR, STEWARD, DEVELOPER, "li.yuncheng", "zhou.minxing", "tian.yufang"):
            client = await shared.visitor(name)
            for path in EVERYBODY:
                assert (await client.get("/console" + path)).status_code == 200, (name, path)
            index = (await client.get("/console/oversight")).text
            for path in WATCHED:
                answer = await client.get("/console" + path)
                watcher = name in (OFFICER, SUPERVISOR) or (name == "zhou.minxing" and "incidents" in path)
                assert answer.status_code == (200 if watcher else 403), (name, path)
                assert (f'href="/console{path}"' in index) == watcher
        developer = await shared.visitor(DEVELOPER)
        for path in ("/oversight/duties", "/datasets/dataset-000001/duties"):
            assert (await developer.get("/console" + path)).status_code == 403
        form = (await developer.get("/console/incidents/new/open")).text
        assert "service-agreement-000002" not in form

    run(walk())


def test_a_developer_who_has_not_signed_is_told_and_signs_what_he_read(site):
    seat = next(one.record for one in site.platform.store.find(Seat) if one.record.agreement == UNSIGNED)

    async def walk():
        client = await site.with_credential(WAITING)
        home = (await client.get("/console/")).text
        assert f"/console/undertakings/{UNSIGNED}" in home
        shown = (await client.get(f"/console/seats/{seat.id}")).text
        assert "进入席位之前，请先读完并签署" in shown
        assert "/hub/spawn/" not in shown
        page = (await client.get(f"/console/undertakings/{UNSIGNED}")).text
        for clause in undertaking().text.splitlines():
            assert clause in page
        path = f"/undertakings/{UNSIGNED}/sign"
        unread = await sent(client, f"/undertakings/{UNSIGNED}", path, digest="0" * 64)
        assert unread.status_code == 409
        assert "读完全文" in unread.text
        assert not site.platform.store.find(Undertaking, linked=("agreement", UNSIGNED))
        done = await sent(client, f"/undertakings/{UNSIGNED}", path)
        assert done.status_code == 303
        assert (await client.get(done.headers["location"])).text.count("已签署") >= 2
        assert f"/console/undertakings/{UNSIGNED}" not in (await client.get("/console/")).text
        assert "打开席位" in (await client.get(f"/console/seats/{seat.id}")).text
        other = await site.visitor("song.keyi")
        assert (await other.get(f"/console/undertakings/{UNSIGNED}")).status_code == 403
        operator = await site.with_credential("zhang.kai")
        foreign = await operator.post(
            f"/console/undertakings/{UNSIGNED}/sign",
            data={**await hidden(operator, "/console/notices"), "digest": undertaking().digest},
        )
        assert foreign.status_code == 403

    with pytest.raises(RefusedError) as refused:
        admit(site.platform, user=WAITING, seat=seat.id, base_url="/", plan=None)
    said = [str(one.message) for one in refused.value.decision.refusals if one.code == "undertaken"]
    assert said
    assert all("控制台" in one and "sandbox " not in one for one in said)
    run(walk())
    signed = site.platform.store.find(Undertaking, linked=("agreement", UNSIGNED))
    assert [one.record.text for one in signed] == [undertaking().digest]
    fact = site.platform.store.facts(record=signed[0].id)[0]
    assert fact.signature  # his own


def test_signing_asks_for_the_credential_and_keeps_what_was_read(site):
    async def walk():
        client = await site.visitor(WAITING)
        asked = await sent(client, f"/undertakings/{UNSIGNED}", f"/undertakings/{UNSIGNED}/sign")
        assert asked.status_code == 303
        page = await client.get(asked.headers["location"])
        assert "签署承诺书" in page.text
        assert undertaking().digest[:20] in page.text

    run(walk())


def test_persons_are_named_and_relieved_and_the_matrix_is_whole(site):
    async def walk():
        steward = await site.with_credential(STEWARD)
        page = "/datasets/dataset-000001/duties"
        made = await sent(steward, page, NAME, duty="provide", account="yang.lizhi")
        assert made.status_code == 303, made.text
        shown = (await steward.get("/console" + page)).text
        assert "杨立志" in shown or "yang.lizhi" in shown
        again = await sent(steward, page, NAME, duty="provide", account="yang.lizhi")
        assert again.status_code == 409
        foreign = await sent(steward, page, NAME, duty="use", account="lin.xiaoyu")
        assert foreign.status_code == 403
        wrong = await sent(steward, page, NAME, duty="own", account="yang.lizhi")
        assert wrong.status_code == 422
        found = site.platform.store.find(Responsibility, linked=("dataset", "dataset-000001"))[-1]
        path = f"/responsibilities/{found.id}/relieve"
        fields = filled(shown, "/console" + path)
        done = await steward.post("/console" + path, data={**fields, "reason": HOSTILE})
        assert done.status_code == 303
        stale = await steward.post("/console" + path, data={**fields, "key": "k2", "reason": "再来一次"})
        assert stale.status_code == 409
        assert "再来一次" in stale.text
        officer = await site.visitor(OFFICER)
        whole = (await officer.get("/console/oversight/duties")).text
        for title in ("市场主体登记信息", "快递网点日收派件量"):
            assert title in whole

    run(walk())


def test_notices_are_paged_and_the_choice_of_unread_ones_is_kept(site):
    desk = site.platform.oversight
    account = site.platform.directory.account_named(SECOND)
    held = len(unread(site, SECOND))
    for number in range(pager.PAGE + 1):
        notices._post(desk, "agreement-expiring", "x-1", [account], values={}, once=f"{number}")

    async def walk():
        client = await site.with_credential(SECOND)
        first = (await client.get("/console/notices?unread=yes")).text
        assert first.count('class="is-new"') == pager.PAGE
        assert 'href="?unread=yes&amp;page=2"' in first
        last = -(-(held + pager.PAGE + 1) // pager.PAGE)
        rest = (await client.get(f"/console/notices?unread=yes&page={last}")).text
        assert rest.count('class="is-new"') == (held + 1) % pager.PAGE
        assert 'href="?page=2"' in (await client.get("/console/notices")).text

    run(walk())


def test_notices_are_counted_read_and_sent_on(site):
    store = site.platform.store

    async def walk():
        client = await site.with_credential(OFFICER)
        before = len(unread(site, OFFICER))
        assert before
        shown = (await client.get("/console/notices")).text
        assert f"{min(before, 99)}" in shown
        one = unread(site, OFFICER)[-1]
        done = await sent(client, "/notices?unread=yes", f"/notices/{one.id}/read")
        assert done.status_code == 303
        assert len(unread(site, OFFICER)) == before - 1
        other = await site.with_credential(SECOND)
        fields = await hidden(other, "/console/notices")
        theirs = unread(site, OFFICER)[0]
        assert (await other.post(f"/console/notices/{theirs.id}/read", data=fields)).status_code == 403
        await sent(client, "/notices", "/notices/all/read")
        assert not unread(site, OFFICER)
        assert 'class="unread"' not in (await client.get("/console/notices")).text
        mail = {"channel": "mail", "address": "luo@example.gov.cn", "language": "zh"}
        assert (await sent(client, "/notices", "/subscriptions/new/add", **mail)).status_code == 303
        bad = await sent(client, "/notices", "/subscriptions/new/add", **{**mail, "address": HOSTILE})
        assert bad.status_code == 422
        assert "<script>alert" not in bad.text
        assert "&lt;script&gt;alert" in bad.text  # nothing typed is lost
        hook = {"channel": "webhook", "address": "https://evil.example/x", "language": "zh"}
        refused = await sent(client, "/notices", "/subscriptions/new/add", **hook)
        assert refused.status_code == 422
        assert "evil.example" in refused.text
        kept = store.find(Subscription, state="active")[-1]
        page = (await client.get("/console/notices")).text
        assert "luo@example.gov.cn" in page
        gone = await sent(client, "/notices", f"/subscriptions/{kept.id}/cancel")
        assert gone.status_code == 303
        assert "luo@example.gov.cn" not in (await client.get("/console/notices")).text

    run(walk())


def unread(site, name):
    account = site.platform.directory.account_named(name).id
    return site.platform.store.find(Notice, states=("posted",), linked=("account", account))


def test_an_incident_is_opened_reported_and_closed_in_the_browser(site):
    store = site.platform.store

    async def walk():
        officer = await site.with_credential(OFFICER)
        typed = {
            "target": "service-agreement-000001",
            "title": f"外部通报{HOSTILE}",
            "reason": "**可疑** 外传",
        }
        opened = await sent(officer, OPEN, OPEN, **typed)
        assert opened.status_code == 303, opened.text
        where = opened.headers["location"].removeprefix("/console")
        page = (await officer.get("/console" + where)).text
        assert "<script>alert" not in page
        assert "已停止" in page
        assert "seat-000002" in page
        assert "23 小时" in page or "24 小时" in page
        assert "release-000001" in page
        assert "冻结时间" in page
        draft = (await officer.get(f"/console{where}/paper")).text
        assert draft.count("【待补充】") == 4
        assert "<script>alert" not in draft
        evidence = await officer.get(f"/console{where}/evidence")
        assert evidence.headers["content-disposition"].startswith("attachment")
        early = await sent(
            officer, where, f"{where}/report", cause="口令外泄", harm="", advice="", contact="x"
        )
        assert early.status_code == 422
        assert "口令外泄" in early.text
        found = {"cause": "口令外泄", "harm": "可能被推知", "advice": "留意来电", "contact": "0851-00000000"}
        told = await sent(officer, where, f"{where}/report", **found)
        assert told.status_code == 303
        paper = (await officer.get(f"/console{where}/paper")).text
        assert "口令外泄" in paper
        assert "【待补充】" not in paper
        assert "留意来电" in paper
        same = await sent(officer, where, f"{where}/close", conclusion="查清")
        assert same.status_code == 403
        second = await site.with_credential(SECOND)
        done = await sent(second, where, f"{where}/close", conclusion="查清")
        assert done.status_code == 303
        reader = await site.visitor("lin.xiaoyu")
        after = (await reader.get("/console/releases/release-000001")).text
        assert "已召回" in after
        assert "领取产品" not in after
        fields = await hidden(reader, "/console/notices")
        late = await reader.post("/console/releases/release-000001/collect", data=fields)
        assert late.status_code == 403
        assert (await reader.get("/console" + where)).status_code == 403

    run(walk())
    made = store.find(Incident, state="closed")[-1]
    assert store.load(ServiceAgreement, made.record.target).record.state == "suspended"
    assert store.load(Release, "release-000001").record.state == "recalled"


def test_a_dataset_is_stopped_where_it_is_shown_and_used_again(site):
    async def walk():
        officer = await site.with_credential(OFFICER)
        page = "/datasets/dataset-000006"
        stopped = await sent(officer, page, f"{page}/suspend", title="来源有误", reason="提供部门来函")
        assert stopped.headers["location"].startswith("/console/incidents/incident-")
        assert site.platform.store.load(Dataset, "dataset-000006").record.state == "suspended"
        again = await sent(officer, page, f"{page}/reinstate", reason="")
        assert again.status_code == 422
        done = await sent(officer, page, f"{page}/reinstate", reason="已更正")
        assert done.status_code == 303
        assert site.platform.store.load(Dataset, "dataset-000006").record.state == "classified"
        wrong = await sent(
            officer,
            "/incidents/new/open",
            "/incidents/new/open",
            other="delivery-000001",
            title="x",
            reason="y",
        )
        assert wrong.status_code == 422
        late = {"other": "seat-000001", "title": "x", "reason": "y", "known_at": "2099-01-01T00:00"}
        future = await sent(officer, OPEN, OPEN, **late)
        assert future.status_code == 422
        assert "2099-01-01T00:00" in future.text

    run(walk())


def test_the_account_of_use_is_read_and_taken_away(site):
    async def walk():
        steward = await site.visitor(STEWARD)
        page = (await steward.get("/console/oversight/use")).text
        assert "市场主体登记信息" in page
        assert "医疗保障就诊结算明细" not in page
        foreign = await steward.get("/console/oversight/use?provider=organisation-000004")
        assert foreign.status_code == 403
        assert (await steward.get("/console/oversight/use?since=gestern")).status_code == 422
        answer = await steward.get("/console/oversight/use/export?format=csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0][-1] == "数量"
        assert len(rows) > 3
        book = await steward.get("/console/oversight/use/export?format=xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
        assert sheet.max_row == len(rows)
        assert isinstance(sheet.cell(row=2, column=8).value, int)
        whole = await (await site.visitor(SUPERVISOR)).get("/console/oversight/use")
        assert "医疗保障就诊结算明细" in whole.text
        later = (site.platform.directory.today() + timedelta(days=400)).isoformat()
        nothing = await steward.get(f"/console/oversight/use?since={later}")
        assert "没有被使用" in nothing.text

    run(walk())


def test_retention_and_articles_say_what_they_rest_on(shared):
    async def walk():
        officer = await shared.visitor(OFFICER)
        page = (await officer.get("/console/oversight/retention")).text
        assert "下一次清理会移除" in page
        assert (
            "下一次清理会移除"
            not in (await (await shared.visitor(DEVELOPER)).get("/console/oversight/retention")).text
        )
        controls = (await officer.get("/console/oversight/controls")).text
        assert "/console/audit?verb=" in controls
        regimes = (await officer.get("/console/oversight/regimes")).text
        assert "已失效" in regimes

    run(walk())


def test_the_text_of_an_agreement_is_for_its_parties(shared):
    path = "/console/service-agreements/service-agreement-000001/document"

    async def walk():
        developer = await shared.visitor(DEVELOPER)
        page = (await developer.get(path)).text
        assert "授权服务协议" in page
        assert "双方已签署" in page
        assert (await developer.get(f"{path}.pdf")).content.startswith(b"%PDF-")
        other = await shared.visitor("song.keyi")
        assert (await other.get(path)).status_code == 403
        assert (await other.get(f"{path}.pdf")).status_code == 403
        operating = "/console/operating-agreements/operating-agreement-000001/document"
        assert (await developer.get(operating)).status_code == 403
        assert "开发利用协议" in (await (await shared.visitor("li.yuncheng")).get(operating)).text

    run(walk())


def test_papers_and_decisions_of_an_organisation(site):
    async def walk():
        officer = await site.with_credential(OFFICER)
        page = "/organisations/organisation-000012"
        shown = await officer.get("/console" + page)
        assert "第三条" in shown.text
        path = f"/console{page}/attach"
        fields = filled((await officer.get(path)).text, path)
        empty = await officer.post(path, data=fields, files={"file": ("x.pdf", b"")})
        assert empty.status_code == 422
        done = await officer.post(path, data=fields, files={"file": ("<b>章程</b>.pdf", b"%PDF-1.7 charter")})
        assert done.status_code == 303, done.text
        held = site.platform.store.load(Organisation, "organisation-000012").record.evidence
        assert len(held) == 1
        shown = (await officer.get("/console" + page)).text
        assert "<b>章程" not in shown
        path = f"/console{page}/decide"
        form = await officer.get(path)
        assert held[0].digest in form.text
        typed = {"role": "purchaser", "outcome": "eligible", "reason": "章程写明", "evidence": held[0].digest}
        answer = await officer.post(path, data={**filled(form.text, path), **typed})
        assert answer.status_code in (303, 403)  # the rule alone answers where the measure is plain

    run(walk())


def test_a_supervisor_reads_all_of_it_and_changes_nothing(site):
    before = site.platform.store.facts()

    async def walk():
        client = await site.with_credential(SUPERVISOR)
        for path in (
            *EVERYBODY,
            *WATCHED,
            "/oversight/use",
            "/oversight/duties",
            "/datasets/dataset-000001/duties",
        ):
            assert (await client.get("/console" + path)).status_code == 200, path
        for path in (f"/undertakings/{UNSIGNED}", "/organisations/organisation-000012"):
            assert (await client.get("/console" + path)).status_code == 200, path
        fields = await hidden(client, "/console/notices")
        tried = {
            f"/undertakings/{UNSIGNED}/sign": {"digest": undertaking().digest},
            "/responsibilities/new/assign": {
                "dataset": "dataset-000001",
                "duty": "supervise",
                "account": SUPERVISOR,
            },
            "/incidents/new/open": {"target": "seat-000002", "title": "x", "reason": "y"},
            "/datasets/dataset-000001/suspend": {"title": "x", "reason": "y"},
            "/organisations/organisation-000012/decide": {"role": "developer", "outcome": "eligible"},
        }
        for number, (path, typed) in enumerate(tried.items()):
            typed = {**fields, "key": f"key-{number}", **typed}
            assert (await client.post("/console" + path, data=typed)).status_code == 403, path

    run(walk())
    told = {one.verb for one in site.platform.store.facts()[len(before) :]}
    assert told <= {"account:sign-in", "refused-attempt:record"}
