"""Walks through the console, each by the person whose work it is; every page is judged on the way."""

import io
import json
import zipfile

import pytest

from sandbox.app import open_platform
from sandbox.kernel.application_records import Application
from tests.web.lived import AGAIN

REVIEWED = "submission-000009"


def walk(person, *stops):
    for path, picture in stops:
        assert person.go(path).status == 200, path
        person.look(picture)


@pytest.mark.long
def test_an_operator_provisions_a_seat(visit):
    operator = visit("li.yuncheng")
    walk(
        operator,
        ("/", "operator-home"),
        ("/agreements", "agreements"),
        ("/service-agreements/service-agreement-000001", "agreement"),
        ("/seats/seat-000002", "seat-of-others"),
        ("/applications", "applications"),
        ("/catalogue", "catalogue"),
        ("/transfers", "transfers"),
        ("/accounts", ""),
        ("/me", "me"),
    )
    operator.go("/service-agreements/service-agreement-000002")
    operator.press("开通席位", user="nobody", name="atelier")
    assert "没有办成" in operator.text()
    operator.look("refused-form")
    operator.page.fill("[name=user]", "song.keyi")
    operator.page.click("form button.btn-primary")
    operator.page.wait_for_url("**/service-agreements/service-agreement-000002")
    assert "席位 atelier 已开通" in operator.text()
    operator.look()


@pytest.mark.long
def test_a_supervisor_watches_and_verifies(visit):
    supervisor = visit("xie.mingjian")
    walk(
        supervisor,
        ("/", "supervisor-home"),
        ("/audit", "audit"),
        ("/audit/5", "fact"),
        ("/accounts", "accounts"),
    )
    supervisor.go("/audit")
    supervisor.page.select_option("#verb", "submission:judge")
    supervisor.page.wait_for_function("() => document.querySelectorAll('#results tbody tr').length === 8")
    supervisor.look()
    supervisor.page.click("[data-verify]")
    supervisor.page.wait_for_url("**/audit/verified")
    assert "核对通过" in supervisor.text()
    supervisor.look("verified")
    with supervisor.page.expect_download() as waiting:
        supervisor.go("/audit")
        supervisor.page.click("text=导出 >> nth=0")
    lines = waiting.value.path().read_text().splitlines()
    assert json.loads(lines[0])["origin"]
    assert supervisor.go("/submissions/submission-000001").status == 403
    assert "第十六条" in supervisor.text()
    supervisor.look("refused")


@pytest.mark.long
def test_a_developer_looks_at_what_became_of_his_work(visit):
    developer = visit("lin.xiaoyu")
    walk(
        developer,
        ("/", "developer-home"),
        ("/seats/seat-000002", "seat"),
        ("/submissions", "submissions"),
        ("/submissions/submission-000002", "submission-author"),
        ("/datasets/dataset-000001", "dataset"),
        ("/applications/new/submit?dataset=dataset-000001", "application-form"),
    )
    coarse = developer.go("/submissions/submission-000002").text()
    assert "位置" not in coarse
    assert "源记录数" not in coarse
    developer.go("/releases/release-000001")
    developer.look("release")
    with developer.page.expect_download() as waiting:
        developer.page.click("text=领取产品")
    names = zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())).namelist()
    assert "receipt.json" in names
    developer.go("/seats/seat-000002")
    way = developer.page.get_attribute("a:has-text('进入 JupyterLab')", "href")
    assert way.startswith("/hub/spawn/lin.xiaoyu/seat-000002")


def test_a_steward_confirms_side_by_side_and_delivers(visit, tmp_path):
    steward = visit("zhao.qinghe")
    walk(steward, ("/", "steward-home"), ("/deliveries", "deliveries"), ("/landing-orders", "landing-orders"))
    walk(
        steward,
        ("/catalogue?grade=L3", "catalogue-narrowed"),
        ("/datasets/new/import", "catalogue-sheet"),
        ("/datasets/dataset-000001/describe", "catalogue-metadata"),
    )
    waiting = steward.page.goto(f"{steward.started.base}/console/")
    assert waiting.status == 200
    steward.page.click("text=核对并接收")
    steward.look("delivery")
    place = steward.page.url
    steward.page.goto(f"{place}/bad-rows")
    if "step-up" in steward.page.url:
        steward.look("credential")
        steward.show_credential()
    steward.look("bad-rows")
    steward.page.goto(f"{place}/proposal")
    steward.look("proposal")
    steward.page.goto(place)
    steward.press("接收", explanation="申报数含被截断的行，已与提供方核对")
    assert "交付批次已接收" in steward.text()
    _deliver(steward, tmp_path)


def _deliver(steward, tmp_path):
    """Send a file of more than one part and wait for its counts."""
    steward.go("/deliveries/new?dataset=dataset-000001")
    if "step-up" in steward.page.url:
        steward.show_credential()
    steward.look("deliver")
    line = ",".join(["某某公司", "91520300MA6DXXXXXX"] + ["值"] * 8) + "\n"
    file = tmp_path / "<b>新一批<b>.csv"
    file.write_text("甲,乙,丙,丁,戊,己,庚,辛,壬,癸\n" + line * 160_000)
    assert file.stat().st_size > 8 << 20
    steward.page.set_input_files("#file", file)
    steward.page.click("text=交付并核对")
    steward.page.wait_for_url("**/deliveries/delivery-*", timeout=60_000)
    assert "<b>新一批<b>.csv" in steward.text()
    assert "160,000" in steward.text()
    steward.look()


def test_two_reviewers_judge_blind_and_release(visit):
    first = visit("zhou.minxing")
    walk(
        first,
        ("/", "reviewer-home"),
        ("/reviews", "review-desk"),
        (f"/submissions/{REVIEWED}", "submission-vote"),
        (f"/submissions/{REVIEWED}/sheet", "review-sheet"),
    )
    first.go("/submissions/submission-000002")
    first.page.click("summary:has-text('查看内容')")
    frame = first.page.frame_locator("iframe.seen")
    assert "█" in frame.locator("td.m mark").first.inner_text()  # what findings point at, covered
    first.look("submission-evidence")
    first.go(f"/submissions/{REVIEWED}")
    _vote(first, "数字与声明一致")
    assert "您已经投过票" in first.text()
    first.look("voted")
    first.page.go_back()
    first.page.go_back()
    first.go(f"/submissions/{REVIEWED}/vote")
    assert "第十九条" in _again(first)
    second = visit("yang.lizhi")
    second.go(f"/submissions/{REVIEWED}")
    assert "数字与声明一致" not in second.text()
    _vote(second, "同意")
    assert "数字与声明一致" in second.text()
    first.go(f"/submissions/{REVIEWED}")
    first.page.click("section.lead button:has-text('放行')")
    first.page.wait_for_load_state()
    assert "第十八条" in first.text()  # nobody has assessed the risks yet
    _assess(visit("lin.xiaoyu"))
    first.go(f"/submissions/{REVIEWED}")
    first.page.click("section.lead button:has-text('放行')")
    first.page.wait_for_url("**/releases/release-*")
    assert "平台签名有效" in first.text()
    first.look("receipt")
    first.page.emulate_media(media="print")
    assert not first.page.is_visible("header.side")
    first.page.emulate_media(media="screen")


def _assess(author):
    author.go(f"/submissions/{REVIEWED}/assess")
    author.look("risk-assessment-form")
    for area in author.page.query_selector_all("main textarea"):
        area.fill("已评估，风险可控；由项目负责人每季复核")
    author.page.click("main form button.btn-primary")
    author.page.wait_for_load_state()
    if "step-up" in author.page.url:
        author.show_credential()
    author.page.wait_for_url(f"**/submissions/{REVIEWED}")
    assert "政策风险" in author.text()
    author.look("risk-assessment")


def _vote(person, comment):
    page = person.page
    page.check("input[value=approve]")
    page.fill("textarea[name^='comment:']", comment)
    page.click("text=提交投票")
    page.wait_for_load_state()
    if "step-up" in page.url:
        assert "将要办理：投票" in person.text()
        assert comment in person.text()
        person.look("credential-vote")
        person.show_credential()
    page.wait_for_url(f"**/submissions/{REVIEWED}")


def _again(person):
    page = person.page
    page.check("input[value=reject]")
    page.click("form button.btn-primary")
    page.wait_for_load_state()
    return person.text()


def asked_again(home):
    """Return the application that waits for its preliminary review, by its scenario."""
    opened = open_platform(home)
    try:
        found = opened.store.find(Application, state="submitted")
        return next(one.id for one in found if one.record.scenario == AGAIN)
    finally:
        opened.close()


@pytest.mark.long
def test_an_officer_of_the_authority_decides(visit):
    officer = visit("luo.zhengyan")
    waiting = f"/applications/{asked_again(officer.started.home)}"
    walk(
        officer,
        ("/", "officer-home"),
        (waiting, "application"),
        ("/accounts", "accounts-authority"),
        ("/reviews/quality", "review-quality"),
    )
    assert "50%" in officer.page.locator("table").first.inner_text()  # of two samples one was missed
    officer.go(waiting)
    page = officer.page
    form = page.locator("details.act", has=page.locator("summary", has_text="初审通过"))
    form.locator("summary").click()
    form.locator("textarea[name=findings]").fill("需求明确，资质符合")
    form.locator("button").click()
    officer.settle()
    assert "须确认其开启理由" in officer.text()
    assert "需求明确，资质符合" in page.input_value("textarea[name=findings]")
    page.check("input[name=confirm_override]")
    page.click("form button.btn-primary")
    page.wait_for_url(f"**{waiting}")
    assert "初审通过" in officer.text()
    page.click("button:has-text('推送给数据提供部门')")
    officer.settle()
    assert "审核期限已起算" in officer.text()
    officer.go("/accounts")
    page.click("#waiting button:has-text('会签') >> nth=0")
    officer.settle()
    assert "已会签" in officer.text()


@pytest.mark.parametrize("name", ["xie.mingjian"])
def test_english_is_whole(visit, name):
    person = visit(name)
    person.go("/?lang=en")
    for path in ("/", "/audit", "/accounts", "/catalogue", "/agreements"):
        person.go(path)
        labels = person.page.evaluate(
            "() => [...document.querySelectorAll('h2, th, dt, button, summary, nav.wide a, label')]"
            ".map((one) => one.innerText.trim()).filter((one) => /[\\u4e00-\\u9fff]/.test(one))"
        )
        assert not labels, (path, labels)
