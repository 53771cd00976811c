"""Oversight walked in a browser: signing, naming, notices, the incident switch, accounts, papers, recall."""

import re

import pytest

from tests.browser.test_walks import walk
from tests.browser.visiting import Visit
from tests.serving.conftest import can_serve
from tests.serving.started import platform, until
from tests.web.lived import UNSIGNED, copied

STEWARD, OFFICER, SECOND, SUPERVISOR = "zhao.qinghe", "luo.zhengyan", "chen.guanglan", "xie.mingjian"


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """A platform of these walks alone: what they stop and recall, no other walk may miss."""
    lack = can_serve()
    if lack:
        pytest.skip(lack)
    with platform(copied(tmp_path_factory.mktemp("oversight") / "home"), {}) as running:
        yield running


@pytest.fixture
def enter(browser, apart):
    """Return how to come in there as somebody; every visit is judged as it ends."""
    visits = []

    def come(name):
        visits.append(Visit(browser, apart, name))
        return visits[-1].sign_in()

    yield come
    for one in visits:
        one.close()


def test_a_developer_signs_the_undertaking_and_the_seat_opens(visit):
    developer = visit("xu.zhizhong")
    page = developer.page
    developer.go("/")
    developer.look("developer-to-sign")
    page.click("a:has-text('签署承诺书')")
    page.wait_for_url(f"**/undertakings/{UNSIGNED}")
    developer.look("undertaking")
    page.click("button:has-text('我已读完全文，签署')")
    page.wait_for_load_state()
    assert "将要办理：签署承诺书" in developer.text()
    developer.show_credential()
    page.wait_for_url(f"**/undertakings/{UNSIGNED}")
    assert "承诺书已签署，可以进入席位" in developer.text()
    page.emulate_media(media="print")
    assert not page.is_visible("header.side")
    assert page.is_visible(".pledge")
    page.emulate_media(media="screen")
    page.click("a:has-text('review-desk')")
    page.wait_for_url("**/seats/*")
    assert "打开席位" in developer.text()


@pytest.mark.long
def test_a_steward_confirms_column_by_column(enter):
    steward = enter(STEWARD)
    page = steward.page
    steward.go("/deliveries")
    page.click("tbody a >> nth=0")
    page.wait_for_url("**/deliveries/*")
    place = page.url
    page.goto(f"{place}/proposal")
    steward.settle()
    steward.look("proposal")
    row = page.locator("tr", has_text="注册资本").first
    select = row.locator("select[name$=':technique']")
    select.select_option("keep")
    assert row.locator("input[name$='keep.reason']").is_visible()
    assert not row.locator("input[name$='band.cuts']").is_visible()
    row.locator("input[name$='keep.reason']").fill("")
    page.click(".columns-form > .acts button")
    steward.settle()
    assert "没有办成" in steward.text()
    assert "理由" in steward.text()
    steward.look("proposal-refused")
    row = page.locator("tr", has_text="注册资本").first
    assert row.locator("select[name$=':technique']").input_value() == "keep"
    row.locator("select[name$=':technique']").select_option("band")
    row.locator("input[name$='band.cuts']").fill("10、100、1000")
    page.click(".columns-form > .acts button")
    steward.settle()
    page.wait_for_url("**/datasets/dataset-*")
    assert "分类已确认，脱敏策略已拟订" in steward.text()


@pytest.mark.long
def test_an_officer_names_reads_and_looks_around(enter):
    officer = enter(OFFICER)
    page = officer.page
    walk(
        officer,
        ("/notices", "notices"),
        ("/oversight", "oversight"),
        ("/oversight/duties", "duties"),
        ("/datasets/dataset-000001/duties", "dataset-duties"),
        ("/oversight/use", "use"),
        ("/oversight/impacts", "impacts"),
        ("/oversight/undertakings", "undertakings"),
        ("/oversight/retention", "retention"),
        ("/oversight/regimes", "regimes"),
        ("/oversight/controls", "controls"),
        ("/service-agreements/service-agreement-000001/document", "agreement-text"),
        ("/operating-agreements/operating-agreement-000001/document", ""),
        ("/organisations/organisation-000012", "organisation"),
        ("/organisations/organisation-000012/attach", "organisation-paper"),
    )
    officer.go("/notices?unread=yes")
    before = int(page.inner_text("nav.wide .unread").split()[0].rstrip("+"))
    page.click("#results button:has-text('标为已读') >> nth=0")
    officer.settle()
    officer.go("/notices")
    assert int(page.inner_text("nav.wide .unread").split()[0].rstrip("+")) in (before, before - 1)
    officer.press("增加去向", channel="mail", address="luo@zunyi.example", language="zh")
    assert "luo@zunyi.example" in officer.text()
    officer.look("notices-mail")
    officer.go("/datasets/dataset-000001/duties")
    officer.press("指定责任人", duty="supervise", account="chen.guanglan")
    assert "责任人已指定" in officer.text()
    with page.expect_download() as waiting:
        officer.go("/oversight/use")
        page.click("a:has-text('CSV')")
    assert waiting.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
    with page.expect_download() as waiting:
        officer.go("/service-agreements/service-agreement-000001/document")
        page.click("a:has-text('PDF')")
    assert waiting.value.path().read_bytes().startswith(b"%PDF-")


@pytest.mark.long
def test_the_incident_switch_and_a_recall_as_its_reader_sees_it(enter):
    officer, reader = enter(OFFICER), enter("lin.xiaoyu")
    page = officer.page
    reader.go("/releases/release-000001")
    assert "已召回" not in reader.text()
    officer.go("/releases/release-000001")
    officer.press("召回", reason="来源数据有误，正在更正")
    assert "已召回：不再发放" in officer.text()
    officer.look("recalled")
    reader.go("/releases/release-000001")
    assert "已召回：来源数据有误" in reader.text()
    reader.look("recalled-reader")
    assert "删除已领取的文件" in reader.text()
    assert not reader.page.locator("button:has-text('领取产品')").count()
    until(lambda: reader.go("/notices") and "产品已召回" in reader.text(), 20)  # the worker's next round
    officer.go("/oversight/incidents")
    officer.look("incidents-empty")
    officer.go("/incidents/new/open?target=service-agreement-000004")
    officer.look("incident-form")
    page.fill("[name=title]", "账户外借的举报")
    page.fill("[name=reason]", "来电举报席位由他人使用，正在核对")
    page.click("form button.btn-danger")
    officer.settle()
    page.wait_for_url("**/incidents/incident-*")
    where = page.url
    assert re.search(r"2[34] 小时", officer.text())
    officer.look("incident")
    page.goto(f"{where}/paper")
    officer.look("incident-draft")
    page.goto(where)
    typed = {"cause": "借用账户", "harm": "可能越权读取", "advice": "更换口令", "contact": "0851-00000000"}
    officer.press("提出报告", **typed)
    assert "事件报告已形成并冻结" in officer.text()
    page.goto(f"{where}/paper")
    assert "借用账户" in officer.text()
    officer.look("incident-report")
    second = enter(SECOND)
    second.page.goto(where)
    second.press("办结", conclusion="查明为误报，已恢复管理")
    assert "安全事件已办结" in second.text()
    second.look("incident-closed")
    supervisor = enter(SUPERVISOR)
    walk(supervisor, ("/oversight/incidents", "incidents"), ("/oversight", ""))
    supervisor.page.goto(where)
    assert not supervisor.page.locator("details.act").count()
    supervisor.go("/oversight?lang=en")
    supervisor.look("oversight-english")


@pytest.mark.long
def test_a_second_factor_is_scanned(enter):
    officer = enter("tian.yufang")
    page = officer.page
    officer.go("/accounts")
    typed = {"login": "wen.qing", "name": "文青", "identity": "11010519491231002X"}
    officer.press("邀请人员", **typed)
    link = re.search(r"/console/enrol#(\S+)", officer.text())[0]
    page.goto(f"{officer.started.base}{link}")
    officer.look("enrol")
    page.fill("#password", "Abcdef-2026-x")
    page.fill("#again", "Abcdef-2026-x")
    page.click("form button.btn-primary")
    page.wait_for_selector("svg.qr")
    officer.look("enrolled")
