"""What happens before an agreement, page by page: written, supplemented, reviewed, consulted, coordinated.

Every step is sent as a browser without script sends it. Markup is typed into every field, pages go stale,
buttons are pressed twice, and people without the role try.
"""

import asyncio
import hashlib
import io
import json
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from sandbox.kernel.application_records import Application, CalendarNotice, Consultation, Coordination, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Grant, RefusedAttempt
from sandbox.web.exports import as_csv, as_xlsx, harmless
from sandbox.web.pages.workdays import sheet
from tests.web.conftest import hidden
from tests.web.sentences import ROOT

DEVELOPER, RIVAL, OFFICER, OTHER_OFFICER = "lin.xiaoyu", "song.keyi", "luo.zhengyan", "chen.guanglan"
MARKET, HEALTH = "yang.lizhi", "tang.shouyi"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}"
CODE = re.compile(
    r">\s*(draft|submitted|returned|accepted|pushed|asked|answered|upheld|dropped|in-force|aggregate)\s*<"
)


def run(work):
    return asyncio.run(work)


async def judge(site, name):
    """Return somebody who has shown his credential, once for a test: a code serves once."""
    kept = site.__dict__.setdefault("judges", {})
    if name not in kept:
        kept[name] = await site.with_credential(name)
    return kept[name]


def dataset(site, title):
    return next(one.record for one in site.platform.store.find(Dataset) if title in one.record.title)


def filled(site, *datasets, **more):
    """Return an application as the form sends it, every column ticked that is landed at all."""
    today = site.platform.directory.today()
    form = {
        "scenario": "园区招商画像",
        "scope": "本单位内部，按区县汇总",
        "security_controls": "专人专席",
        "term_from": today.isoformat(),
        "term_to": (today + timedelta(days=90)).isoformat(),
        "regime": "national-2025",
        "dataset": [one.id for one in datasets],
        "outputs": ["aggregate"],
    }
    for one in datasets:
        columns = [column.name for column in one.columns if column.technique != "drop"][:3]
        form[f"columns:{one.id}"] = columns
        form |= {f"reason:{one.id}:{name}": f"按{name}分组" for name in columns}
    return form | more


async def sent(client, path, form, where=None):
    """Fill the form of a page and send it."""
    fields = await hidden(client, where or path)
    return await client.post(path, data={**fields, **form})


def latest(site, kind):
    return site.platform.store.find(kind, newest_first=True, limit=1)[0].record


async def handed_in(site, client, *datasets, **more):
    path = "/console/applications/new/submit"
    done = await sent(client, path, filled(site, *datasets, **more), f"{path}?dataset={datasets[0].id}")
    assert done.status_code == 303, done.text
    return latest(site, Application).id


async def pushed(site, *datasets, **more):
    """Return the items of an application written, accepted and pushed in the browser."""
    developer = await site.visitor(DEVELOPER)
    identifier = await handed_in(site, developer, *datasets, **more)
    officer = await judge(site, OFFICER)
    place = f"/console/applications/{identifier}"
    accepted = {"findings": "需求明确", "qualification": "资质符合"}
    done = await sent(officer, f"{place}/accept", accepted)
    assert done.status_code == 303, done.text
    assert (await sent(officer, f"{place}/push", {})).status_code == 303
    return [one.record for one in site.platform.store.find(Item, linked=("application", identifier))]


def test_a_draft_is_written_kept_given_papers_and_handed_in(site):
    firms, visits = dataset(site, "市场主体"), dataset(site, "医疗保障")

    async def walk():
        client = await site.visitor(DEVELOPER)
        path = "/console/applications/new/draft"
        first = await client.get(path)
        assert firms.title in first.text
        assert 'name="scenario"' not in first.text
        second = await client.get(f"{path}?dataset={firms.id}&dataset={visits.id}")
        assert all(column.name in second.text for column in (*firms.columns, *visits.columns))
        form = filled(site, firms, visits, scope="")
        more = await sent(client, path, {**form, "more": "yes"}, f"{path}?dataset={firms.id}")
        assert more.status_code == 200
        assert "园区招商画像" in more.text
        done = await sent(client, path, form, f"{path}?dataset={firms.id}")
        made = latest(site, Application)
        assert done.headers["location"] == f"/console/applications/{made.id}"
        assert [one.dataset for one in made.requests] == [firms.id, visits.id]
        assert len(made.requests[0].reasons) == 3
        rival = await site.visitor(RIVAL)
        for page in ("", "/revise", "/answer", "/attach"):
            assert (await rival.get(done.headers["location"] + page)).status_code == 403, page
        refused = await sent(client, f"{done.headers['location']}/hand-in", {})
        assert refused.status_code == 403
        assert "第七条" in refused.text
        await _papers(site, client, done.headers["location"])
        again = {**filled(site, firms, visits), "then": "hand-in"}
        ended = await sent(client, f"{done.headers['location']}/revise", again)
        assert ended.status_code == 303, ended.text
        now = site.platform.store.load(Application, made.id).record
        assert now.state == "submitted"
        assert now.scope == "本单位内部，按区县汇总"
        assert len(now.attachments) == 1

    run(walk())


async def _papers(site, client, place):
    paper = b"%PDF-1.7\n1 0 obj <</Type /Page>> endobj\n%%EOF"
    fields = await hidden(client, f"{place}/attach")
    wrong = [("papers", ("x.exe", b"MZ\x90\x00" * 50, "application/octet-stream"))]
    refused = await client.post(f"{place}/attach", data=fields, files=wrong)
    assert refused.status_code == 422
    assert "只收 PDF" in refused.text
    good = [("papers", ("<b>营业执照.pdf", paper, "application/pdf"))]
    done = await client.post(f"{place}/attach", data={**fields, "key": "again"}, files=good)
    assert done.status_code == 303, done.text
    page = (await client.get(place)).text
    digest = hashlib.sha256(paper).hexdigest()
    assert digest in page
    assert "<b>营业执照" not in page
    brought = await client.get(f"{place}/papers/{digest}")
    assert brought.content == paper
    assert brought.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert (await client.get(f"{place}/papers/{'0' * 64}")).status_code == 404
    rival = await site.visitor(RIVAL)
    assert (await rival.get(f"{place}/papers/{digest}")).status_code == 403
    assert not list((site.platform.layout.root / "arriving").glob(".upload-*"))


def test_nothing_typed_is_lost_and_nothing_half_said_is_taken(site):
    firms = dataset(site, "市场主体")
    name = firms.columns[-1].name

    async def walk():
        client = await site.visitor(DEVELOPER)
        path = "/console/applications/new/submit"
        where = f"{path}?dataset={firms.id}"
        torn = [
            ({"term_to": ""}, 422, "2026-11-25"),
            ({f"reason:{firms.id}:{name}": "只写了理由"}, 422, "没有勾选"),
            ({f"row-start:{firms.id}:0": "2020"}, 422, "没有选信息项"),
            ({"security_controls": ""}, 403, "第七条"),
            ({"scope": "看不见的\u202e反写"}, 422, "控制字符"),
            ({f"regions:{firms.id}": ["110000"]}, 422, "行政区划"),
        ]
        for change, status, said in torn:
            form = {**filled(site, firms), "scenario": "写了很久的场景", **change}
            answer = await sent(client, path, form, where)
            assert answer.status_code == status, (change, answer.text[-3000:])
            assert said in answer.text, change
            assert "写了很久的场景" in answer.text
            assert f'value="按{firms.columns[0].name}分组"' in answer.text or "按" in answer.text
        fields = await hidden(client, where)
        client.cookies.delete("console-session")
        form = {**filled(site, firms), "scenario": "登录过期前写的"}
        lost = await client.post(path, data={**fields, **form})
        assert lost.status_code == 401
        draft = lost.text.partition("/console/drafts/")[2].partition('"')[0]
        begun = await client.get(f"/console/drafts/{draft}")
        state = begun.headers["location"].partition("state=")[2].partition("&")[0]
        back = await client.get(f"/console/oauth_callback?state={state}&code={DEVELOPER}")
        page = await client.get(back.headers["location"])
        assert "登录过期前写的" in page.text
        assert "checked" in page.text

    before = len(site.platform.store.find(Application))
    run(walk())
    assert len(site.platform.store.find(Application)) == before


async def after_expiry(site, client, name, path, form, where=None):
    """Send a form with the sign-in gone, sign in again and return the page one comes back to."""
    fields = await hidden(client, where or path)
    client.cookies.delete("console-session")
    lost = await client.post(path, data={**fields, **form})
    assert lost.status_code == 401
    draft = lost.text.partition("/console/drafts/")[2].partition('"')[0]
    begun = await client.get(f"/console/drafts/{draft}")
    state = begun.headers["location"].partition("state=")[2].partition("&")[0]
    back = await client.get(f"/console/oauth_callback?state={state}&code={name}")
    return (await client.get(back.headers["location"])).text


def test_what_was_typed_over_a_record_comes_back_in_place_of_what_it_holds(site):
    firms = dataset(site, "市场主体")

    async def walk():
        developer = await site.visitor(DEVELOPER)
        path = "/console/applications/new/draft"
        made = await sent(developer, path, filled(site, firms), f"{path}?dataset={firms.id}")
        place = f"{made.headers['location']}/revise"
        changed = {
            **filled(site, firms, scope="改了一半的范围"),
            f"columns:{firms.id}": [firms.columns[1].name],
        }
        page = await after_expiry(site, developer, DEVELOPER, place, changed)
        assert "改了一半的范围" in page
        assert page.count(f'name="columns:{firms.id}"') == len(firms.columns)
        assert page.count(" checked") == 3  # the dataset, one column, one form of output
        steward = await judge(site, "zhao.qinghe")
        bound = {"forbidden_scenarios": "改了一半的场景", "most_columns": "7"}
        where = f"/console/datasets/{firms.id}/bound"
        page = await after_expiry(site, steward, "zhao.qinghe", where, bound)
        assert "改了一半的场景" in page
        assert 'value="7"' in page
        (item,) = await pushed(site, firms)
        reviewer = await judge(site, MARKET)
        some = {"columns": [item.columns[0]], "conditions": "写了一半的条件"}
        page = await after_expiry(site, reviewer, MARKET, f"/console/items/{item.id}/approve", some)
        assert "写了一半的条件" in page
        assert page.count(" checked") == 1

    run(walk())


def test_markup_in_every_field_stays_text_on_every_page(site):
    firms = dataset(site, "市场主体")
    texts = ("scenario", "scope", "security_controls", "contact", "scenario_kinds")
    dirty = {name: f"{MARKUP}{name}" for name in texts}
    dirty |= {f"reason:{firms.id}:{one.name}": MARKUP for one in firms.columns if one.technique != "drop"}
    dirty[f"columns:{firms.id}"] = [one.name for one in firms.columns if one.technique != "drop"]
    dirty[f"refresh:{firms.id}"] = dirty[f"justification:{firms.id}"] = MARKUP

    async def walk():
        (item,) = await pushed(site, firms, **dirty)
        reviewer = await judge(site, MARKET)
        place = f"/console/items/{item.id}"
        body = site.platform.directory.account_named(HEALTH).organisation
        asked = await sent(reviewer, f"{place}/consult", {"body": body, "question": MARKUP})
        assert asked.status_code == 303, asked.text
        consulted = latest(site, Consultation)
        health = await judge(site, HEALTH)
        answered = {"opinion": MARKUP, "objects": "yes"}
        done = await sent(health, f"/console/consultations/{consulted.id}/answer", answered)
        assert done.status_code == 303, done.text
        refused = await sent(reviewer, f"{place}/refuse", {"reason": MARKUP})
        assert refused.status_code == 303, refused.text
        pages = [
            (reviewer, place),
            (health, f"/console/consultations/{consulted.id}"),
            (await site.visitor(DEVELOPER), f"/console/applications/{item.application}"),
            (await site.visitor(DEVELOPER), place),
            (await site.visitor(OFFICER), "/console/applications"),
            (await site.visitor(OFFICER), "/console/applications/printed"),
            (await site.visitor(OFFICER), "/console/"),
        ]
        for client, path in pages:
            text = (await client.get(path)).text
            assert "<script>alert" not in text, path
            assert "<img src=x" not in text, path
            assert ">49<" not in text, path

    run(walk())


def test_a_supplement_is_told_once_and_answered_with_papers(site):
    firms = dataset(site, "市场主体")

    async def walk():
        developer, officer = await site.visitor(DEVELOPER), await judge(site, OFFICER)
        identifier = await handed_in(site, developer, firms)
        place = f"/console/applications/{identifier}"
        empty = await sent(officer, f"{place}/supplement", {"points": "  \n "})
        assert empty.status_code == 422
        told = await sent(officer, f"{place}/supplement", {"points": "写明产出去向\n补交营业执照"})
        assert told.status_code == 303, told.text
        page = (await developer.get(place)).text
        assert "补交营业执照" in page
        assert "补正期限" in page
        assert "工作日" in page
        home = (await developer.get("/console/")).text
        assert "按补正通知重新提交" in home
        fields = await hidden(developer, f"{place}/answer")
        form = {**fields, **filled(site, firms, scope="内部，产出只交本公司规划部")}
        files = [("papers", ("执照.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "image/png"))]
        flat = {name: value for name, value in form.items()}
        done = await developer.post(f"{place}/answer", data=flat, files=files)
        assert done.status_code == 303, done.text
        now = site.platform.store.load(Application, identifier).record
        assert (now.state, len(now.attachments), now.scope) == ("submitted", 1, "内部，产出只交本公司规划部")
        twice = await sent(officer, f"{place}/supplement", {"points": "再补一次"})
        assert twice.status_code == 403
        assert "一次性" in twice.text
        failed = {"fails": ["qualification"], "findings": "没有数据安全人员"}
        ended = await sent(officer, f"{place}/reject", failed)
        assert ended.status_code == 303, ended.text
        found = site.platform.store.load(Application, identifier).record.preliminary
        assert (found.demand, found.qualification) == (None, False)

    run(walk())


def test_an_item_is_extended_consulted_refused_and_coordinated(site):
    firms, visits = dataset(site, "市场主体"), dataset(site, "医疗保障")

    async def walk():
        items = await pushed(site, firms, visits)
        item = next(one for one in items if one.dataset == firms.id)
        place = f"/console/items/{item.id}"
        reviewer = await judge(site, MARKET)
        page = (await reviewer.get(place)).text
        assert "部门审核期限" in page
        assert "还有 15 个工作日" in page
        longer = {"days": "16", "leader": "杨局长", "document": "遵市监函〔2026〕8号", "reason": "需核对"}
        refused = await sent(reviewer, f"{place}/extend", longer)
        assert refused.status_code == 403
        assert "1 至 15" in refused.text
        done = await sent(reviewer, f"{place}/extend", {**longer, "days": "5"})
        assert done.status_code == 303, done.text
        again = await sent(reviewer, f"{place}/extend", {**longer, "days": "5"})
        assert "不得再次延长" in again.text
        health_body = site.platform.directory.account_named(HEALTH).organisation
        asked = {"body": health_body, "question": "可否汇总使用？"}
        assert (await sent(reviewer, f"{place}/consult", asked)).status_code == 303
        one = latest(site, Consultation)
        early = await sent(reviewer, f"{place}/approve", {})
        assert early.status_code == 403
        assert "尚未答复" in early.text
        health = await judge(site, HEALTH)
        assert "可否汇总使用" in (await health.get(f"/console/consultations/{one.id}")).text
        assert "答复征求意见" in (await health.get("/console/")).text
        assert (await health.get(f"/console/applications/{item.application}")).status_code in (200, 403)
        rival = await site.visitor(RIVAL)
        secret = (place, f"{place}/approve", f"/console/consultations/{one.id}")
        for path in (*secret, f"/console/applications/{item.application}"):
            assert (await rival.get(path)).status_code == 403, path
        done = await sent(health, f"/console/consultations/{one.id}/answer", {"opinion": "可以"})
        assert done.status_code == 303, done.text
        assert (await sent(reviewer, f"{place}/refuse", {"reason": "场景过宽"})).status_code == 303
        case = latest(site, Coordination)
        assert (
            f"{place}#cases" == (await reviewer.get(f"/console/coordinations/{case.id}")).headers["location"]
        )
        first = await judge(site, OFFICER)
        same = await sent(first, f"/console/coordinations/{case.id}/return", {"outcome": "请按区县"}, place)
        assert same.status_code == 403  # he made the preliminary review
        second = await judge(site, OTHER_OFFICER)
        assert "协调处理" in (await second.get("/console/")).text
        back = await sent(second, f"/console/coordinations/{case.id}/return", {"outcome": "请按区县"})
        assert back.headers["location"] == place, back.text
        page = (await reviewer.get(place)).text
        assert "第 2 轮审核" in page
        bounded = {"conditions": "只按区县", "minimum_aggregation": "30", "outputs": ["aggregate"]}
        part = {**bounded, "columns": list(item.columns[:2])}
        ended = await sent(reviewer, f"{place}/approve", part)
        assert ended.status_code == 303, ended.text
        now = site.platform.store.load(Item, item.id).record
        assert (now.state, now.columns, now.boundary.minimum_aggregation) == (
            "approved",
            item.columns[:2],
            30,
        )
        page = (await reviewer.get(place)).text
        assert "每格至少 30 个统计单位" in page
        assert not CODE.search(page)

    run(walk())


def test_a_refusal_upheld_is_the_end(site):
    firms = dataset(site, "市场主体")

    async def walk():
        (item,) = await pushed(site, firms)
        reviewer = await judge(site, MARKET)
        place = f"/console/items/{item.id}"
        fields = await hidden(reviewer, f"{place}/refuse")
        clicks = [reviewer.post(f"{place}/refuse", data={**fields, "reason": "不宜"}) for _ in range(2)]
        answers = await asyncio.gather(*clicks)
        assert {one.status_code for one in answers} == {303}  # a double click is one refusal
        assert len(site.platform.store.find(Coordination, linked=("item", item.id))) == 1
        stale = await reviewer.post(
            f"{place}/approve", data={**fields, "key": "other", "conditions": "仍然同意"}
        )
        assert stale.status_code == 409
        assert "杨立之" in stale.text
        assert "仍然同意" in stale.text
        case = latest(site, Coordination)
        officer = await judge(site, OTHER_OFFICER)
        nothing = await sent(officer, f"/console/coordinations/{case.id}/uphold", {"outcome": ""})
        assert nothing.status_code == 422
        done = await sent(officer, f"/console/coordinations/{case.id}/uphold", {"outcome": "维持"})
        assert done.status_code == 303, done.text
        assert site.platform.store.load(Item, item.id).record.state == "closed"
        developer = await site.visitor(DEVELOPER)
        page = (await developer.get(f"/console/applications/{item.application}")).text
        assert "不再审核" in page
        assert not CODE.search(page)

    run(walk())


def test_the_boundary_is_a_form_and_is_read_in_words(site):
    firms = dataset(site, "市场主体")

    async def walk():
        steward = await judge(site, "zhao.qinghe")
        place = f"/console/datasets/{firms.id}"
        wrong = await sent(steward, f"{place}/bound", {"minimum_aggregation": "-3"})
        assert wrong.status_code == 422
        set_ = {
            "allowed_scenarios": "信用服务、招商",
            "outputs": ["aggregate", "report"],
            "longest_term_days": "60",
            "joins_banned": [dataset(site, "医疗保障").id],
            "regions": ["520302"],
        }
        done = await sent(steward, f"{place}/bound", set_)
        assert done.status_code == 303, done.text
        again = (await steward.get(f"{place}/bound")).text
        assert "信用服务、招商" in again
        assert 'value="60"' in again
        (item,) = await pushed(site, firms)
        reviewer = await judge(site, MARKET)
        page = (await reviewer.get(f"/console/items/{item.id}")).text
        assert "汇总表、分析报告" in page
        assert "最长 60 天" in page
        assert "超出数据集的边界条件" in page
        refused = await sent(reviewer, f"/console/items/{item.id}/approve", {})
        assert refused.status_code == 403
        stranger = await judge(site, "he.anran")
        assert (await sent(stranger, f"{place}/bound", {"most_columns": "1"})).status_code == 403

    run(walk())


def test_a_deputy_is_named_for_a_term_and_countersigned(site):
    today = site.platform.directory.today()

    async def walk():
        officer = await judge(site, "tian.yufang")
        form = {
            "deputy_for": MARKET,
            "role": "provider-reviewer",
            "account": "tian.yufang",
            "start": today.isoformat(),
            "until": (today + timedelta(days=9)).isoformat(),
        }
        path = "/console/grants/new/depute"
        late = {**form, "until": (today - timedelta(days=1)).isoformat()}
        assert (await sent(officer, path, late)).status_code == 403
        done = await sent(officer, path, form)
        assert done.status_code == 303, done.text
        assert "代理 杨立之" in (await officer.get("/console/accounts")).text
        made = latest(site, Grant)
        authority = await judge(site, OFFICER)
        signed = await sent(authority, f"/console/grants/{made.id}/countersign", {}, "/console/accounts")
        assert signed.status_code == 303, signed.text
        kept = site.platform.store.load(Grant, made.id).record
        assert (kept.state, kept.until) == ("in-force", today + timedelta(days=9))
        stranger = await judge(site, "ran.guanghui")
        assert (await sent(stranger, path, form)).status_code == 403

    run(walk())


def test_a_draft_is_written_once_by_two_clicks(site):
    firms = dataset(site, "市场主体")

    async def walk():
        client = await site.visitor(DEVELOPER)
        path = "/console/applications/new/draft"
        fields = await hidden(client, f"{path}?dataset={firms.id}")
        form = {**fields, **filled(site, firms)}
        answers = await asyncio.gather(*(client.post(path, data=form) for _ in range(3)))
        assert len({one.headers["location"] for one in answers}) == 1

    before = len(site.platform.store.find(Application))
    run(walk())
    assert len(site.platform.store.find(Application)) == before + 1


def test_the_calendar_is_shown_recorded_and_revoked(site):
    year = site.platform.directory.today().year + 1

    async def walk():
        officer = await judge(site, OFFICER)
        page = (await officer.get(f"/console/calendar?year={year}")).text
        assert "尚未公布" in page or "已公布" in page
        assert (await officer.get("/console/calendar?year=1900")).status_code == 422
        path = "/console/calendar-notices/new/record"
        form = {"document": f"{MARKUP}1号", "region": "520325", "first-0": f"{year}-03-02", "last-0": ""}
        odd = await sent(officer, path, {**form, "first-0": "", "last-0": f"{year}-03-02"})
        assert odd.status_code == 422
        assert "没有第一天" in odd.text
        done = await sent(officer, path, form)
        assert done.status_code == 303, done.text
        shown = (await officer.get(done.headers["location"])).text
        assert "<script>alert" not in shown
        kept = latest(site, CalendarNotice)
        assert [one.isoformat() for one in kept.rest] == [f"{year}-03-02"]
        undone = await sent(
            officer,
            f"/console/calendar-notices/{kept.id}/revoke",
            {"reason": "登记有误"},
            done.headers["location"],
        )
        assert undone.status_code == 303, undone.text
        developer = await site.visitor(DEVELOPER)
        assert "登记放假安排" not in (await developer.get("/console/calendar")).text
        assert (await sent(developer, path, form)).status_code in (303, 403)

    before = len(site.platform.store.find(CalendarNotice))
    run(walk())
    assert len(site.platform.store.find(CalendarNotice)) == before + 1


def test_a_year_is_laid_out_in_weeks_with_days_off_and_worked(shared):
    calendar, today = shared.platform.access.calendar("520300"), shared.platform.directory.today()
    found = sheet(calendar, 2025, today)
    days = {day.date.isoformat(): day.kind for _, weeks in found for week in weeks for day in week if day}
    assert len(days) == 365
    assert days["2025-10-01"] == "rest"
    assert days["2025-09-28"] == "made-up"
    assert days["2025-03-03"] == "work"
    assert days["2025-03-01"] == "weekend"
    ahead = sheet(calendar, max(calendar.outlook), today)
    kinds = {day.kind for _, weeks in ahead for week in weeks for day in week if day}
    assert {"may-rest", "may-work", "rest"} <= kinds


def test_the_portal_is_brought_in_by_file_or_by_program(site):
    firms = dataset(site, "市场主体")
    applicant = site.platform.by_token(site.people[DEVELOPER]["token"])
    uscc = site.platform.directory.organisation(applicant.organisation).uscc
    today = site.platform.directory.today()
    good = {
        "number": "GZ-2026-0007",
        "applicant_uscc": uscc,
        "applicant_account": DEVELOPER,
        "environment": "520300",
        "regime": "national-2025",
        "scenario": "门户来的申请",
        "scope": "本单位",
        "security_controls": "专席",
        "term_from": today.isoformat(),
        "term_to": (today + timedelta(days=60)).isoformat(),
        "requests": [{"dataset": firms.code, "columns": [firms.columns[1].name], "justification": "分组"}],
    }

    async def walk():
        path = "/console/applications/new/import"
        weak = await site.visitor(OFFICER)
        assert "先出示" in (await weak.get(path)).text
        officer = await judge(site, OFFICER)
        data = json.dumps([good, {"number": "<b>"}, 7], ensure_ascii=False).encode()
        files = [("file", ("portal.json", data, "application/json"))]
        fields = await hidden(officer, path)
        done = await officer.post(path, data=fields, files=files)
        assert done.status_code == 303, done.text
        told = (await officer.get(done.headers["location"])).text
        assert "导入 1 项，未导入 2 项" in told
        assert "GZ-2026-0007" in told
        assert "<b>" not in told.partition("<tbody>")[2]
        fields = await hidden(officer, path)
        broken = [("file", ("portal.json", b"{", "application/json"))]
        assert (await officer.post(path, data=fields, files=broken)).status_code == 422
        token = {"Authorization": f"Bearer {site.people[OFFICER]['token']}"}
        given = {"applications": [good, {**good, "number": "GZ-2026-0008"}]}
        api = await site.client().post("/api/applications/import", json=given, headers=token)
        assert api.status_code == 200, api.text
        assert "已经导入过" in json.dumps(list(api.json()["once"]), ensure_ascii=False)
        developer = await site.visitor(DEVELOPER)
        fields = await hidden(developer, "/console/me")
        denied = await developer.post(path, data=fields, files=files)
        assert denied.status_code in (303, 403)

    run(walk())
    found = [one.record.portal_number for one in site.platform.store.find(Application)]
    assert sorted(one for one in found if one) == ["GZ-2026-0007", "GZ-2026-0008"]


def test_programs_write_applications_by_the_same_steps(site):
    firms = dataset(site, "市场主体")
    today = site.platform.directory.today()
    given = {
        "scenario": "接口来的申请",
        "scope": "本单位",
        "security_controls": "专席",
        "term_from": today.isoformat(),
        "term_to": (today + timedelta(days=60)).isoformat(),
        "regime": "national-2025",
        "requests": [
            {
                "dataset": firms.code,
                "columns": [firms.columns[1].name],
                "justification": "分组",
                "regions": ["520302"],
            }
        ],
    }

    async def walk():
        client = site.client()
        token = {"Authorization": f"Bearer {site.people[DEVELOPER]['token']}"}
        drafted = await client.post("/api/applications/draft", json=given, headers=token)
        assert drafted.status_code == 200, drafted.text
        place = drafted.json()["location"].replace("/console/", "/api/")
        changed = {**given, "scope": "改过的范围"}
        assert (await client.post(f"{place}/revise", json=changed, headers=token)).status_code == 200
        assert (await client.post(f"{place}/hand-in", headers=token)).status_code == 200
        bad = await client.post("/api/applications/draft", json={**given, "requests": [1]}, headers=token)
        assert bad.status_code == 422

    run(walk())
    made = latest(site, Application)
    assert (made.state, made.scope, made.requests[0].extent.regions) == (
        "submitted",
        "改过的范围",
        ("520302",),
    )


def test_lists_are_filtered_searched_exported_and_printed(shared):
    async def walk():
        officer = await shared.visitor(OFFICER)
        whole = (await officer.get("/console/applications")).text
        assert not CODE.search(whole)
        waiting = (await officer.get("/console/applications?state=submitted")).text
        assert "产业链图谱" in waiting
        assert "帮扶政策评估" not in waiting
        found = (await officer.get("/console/applications?q=帮扶")).text
        assert "帮扶政策评估" in found
        assert "产业链图谱" not in found
        assert "没有符合条件" in (await officer.get("/console/applications?q=没有这样的")).text
        assert "产业链图谱" in (await officer.get("/console/applications/printed")).text
        book = await officer.get("/console/applications/export?state=submitted")
        rows = list(load_workbook(io.BytesIO(book.content)).active.values)
        assert rows[0][0] == "编号"
        assert {row[8] for row in rows[1:]} == {"待初审"}
        sheet_ = await officer.get("/console/applications/export?format=csv&q=产业链")
        assert sheet_.content.startswith(b"\xef\xbb\xbf")
        assert "产业链图谱" in sheet_.text
        assert (await officer.get("/console/applications/export?format=exe")).status_code == 422
        items = (await officer.get("/console/items")).text
        assert "药店选址" in items
        assert not CODE.search(items)
        refused = (await officer.get("/console/items?state=refused&q=湄潭")).text
        assert "药店选址" in refused
        assert "因病致困分析" not in refused
        book = await officer.get("/console/items/export?state=pushed")
        rows = list(load_workbook(io.BytesIO(book.content)).active.values)
        assert {row[8] for row in rows[1:]} == {"待审核"}
        assert all(row[7] > 0 for row in rows[1:])
        terms = (await officer.get("/console/terms?standing=running")).text
        assert "征求意见期限" in terms
        assert (await officer.get("/console/terms/export?format=csv")).text.count("期限") > 3
        mine = await shared.visitor(RIVAL)
        assert "因病致困分析" not in (await mine.get("/console/items")).text
        assert "产业链图谱" not in (await mine.get("/console/applications/export?format=csv")).text

    run(walk())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝HYPERLINK(1)", "\x00=1"])
def test_no_cell_is_run_by_a_spreadsheet(text, tmp_path):
    assert harmless(text).startswith("'")
    data = b"".join(as_csv(["=头"], [[text, 3]])).decode("utf-8-sig")
    assert data.startswith("'=头")
    as_xlsx("表", ["头"], [[text]], tmp_path / "list.xlsx")
    sheet_ = load_workbook(tmp_path / "list.xlsx").active
    assert next(iter(sheet_.values))[0] == "头"
    assert sheet_["A2"].data_type == "s"
    assert str(sheet_["A2"].value).startswith("'")


def test_a_long_list_leaves_part_by_part_with_every_row():
    parts = list(as_csv(["号", "词"], ([str(number), "词" * 40] for number in range(5_000))))
    assert len(parts) > 3
    lines = b"".join(parts).decode("utf-8-sig").splitlines()
    assert len(lines) == 5_001
    assert lines[-1].startswith("4999,")


def test_a_harmless_text_stays_as_it_is():
    assert harmless("遵义 = 好") == "遵义 = 好"
    assert harmless("多行\n文字") == "多行\n文字"


@pytest.mark.parametrize(
    ("name", "path", "form"),
    [
        (RIVAL, "applications/{application}/accept", {"findings": "好"}),
        (RIVAL, "applications/{application}/withdraw", {}),
        (RIVAL, "applications/{application}/supplement", {"points": "补"}),
        (DEVELOPER, "items/{item}/approve", {}),
        (HEALTH, "items/{item}/approve", {}),
        (HEALTH, "items/{item}/extend", {"days": "3", "leader": "a", "document": "b", "reason": "c"}),
        (HEALTH, "items/{item}/consult", {"body": "遵义市卫生健康局", "question": "?"}),
        ("xie.mingjian", "items/{item}/refuse", {"reason": "不"}),
    ],
)
def test_who_has_not_the_role_changes_nothing(site, name, path, form):
    waiting = next(
        one.record
        for one in site.platform.store.find(Item, state="pushed")
        if site.platform.directory.account_named(HEALTH).organisation != one.record.reviewer
    )
    place = path.format(application=waiting.application, item=waiting.id)

    async def walk():
        client = await judge(site, name)
        answer = await client.post(f"/console/{place}", data={**await hidden(client, "/console/me"), **form})
        assert answer.status_code in (403, 404, 422), answer.text
        assert answer.status_code != 303

    before = len(site.platform.store.facts())
    run(walk())
    added = [one.verb for one in site.platform.store.facts()[before:]]
    assert not [one for one in added if one.startswith(("item:", "application:", "consultation:"))], added
    assert site.platform.store.find(RefusedAttempt) or added


def test_pages_name_no_state_by_its_code():
    pages = ("application.html", "item.html", "consultation.html", "applications.html", "calendar.html")
    for name in pages:
        text = (ROOT / "templates" / name).read_text(encoding="utf-8")
        assert not re.search(r"\{\{\s*(?:one|item|application|consultation)\.state\s*\}\}", text), name


def test_a_torn_or_swollen_form_with_files_leaves_nothing(site):
    firms = dataset(site, "市场主体")

    async def walk():
        client = await site.visitor(DEVELOPER)
        path = "/console/applications/new/draft"
        made = await sent(client, path, filled(site, firms), f"{path}?dataset={firms.id}")
        place = f"{made.headers['location']}/attach"
        fields = await hidden(client, place)
        paper = ("papers", ("a.pdf", b"%PDF-1.7 /Type /Page", "application/pdf"))
        swollen = {**fields, **{f"x{n}": "字" * 20_000 for n in range(40)}}
        assert (await client.post(place, data=swollen, files=[paper])).status_code == 422
        many = [("papers", (f"{n}.pdf", b"%PDF-1.7", "application/pdf")) for n in range(25)]
        assert (await client.post(place, data=fields, files=many)).status_code == 422
        torn = await client.post(
            place, content=b"--x\r\nhalf", headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert torn.status_code == 422
        forged = await client.post(place, data={**fields, "csrf": "x"}, files=[paper])
        assert forged.status_code == 403
        client.cookies.delete("console-session")
        lost = await client.post(place, data=fields, files=[paper])
        assert lost.status_code == 401

    run(walk())
    assert not latest(site, Application).attachments
    assert not list((site.platform.layout.root / "arriving").glob(".upload-*"))
