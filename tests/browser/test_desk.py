"""The reviewer at work: queue, evidence, consolidation, release in part, recall; policies tried, amended."""

import os

import pytest

from sandbox.app import open_platform
from sandbox.demo.reviews import OPEN
from sandbox.kernel.review_records import Submission
from tests.browser.pictures import small
from tests.browser.test_walks import walk
from tests.browser.visiting import PHONE, PICTURES, WIDE, Visit
from tests.serving.conftest import can_serve
from tests.serving.started import platform
from tests.web.lived import copied

SECURITY, PROVIDER, AUTHOR, OFFICER, OPERATOR = (
    "zhou.minxing", "yang.lizhi", "lin.xiaoyu", "luo.zhengyan", "zhang.kai",
)  # fmt: skip
AGREEMENT = "/service-agreements/service-agreement-000001"


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """A platform of these walks alone: what they release and recall, no other walk may miss."""
    lack = can_serve()
    if lack:
        pytest.skip(lack)
    with platform(copied(tmp_path_factory.mktemp("desk") / "home"), {}) as running:
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


def titled(home, title):
    opened = open_platform(home)
    try:
        return next(one.id for one in opened.store.find(Submission) if one.record.title == title)
    finally:
        opened.close()


def access(page, key):
    """Go where an access key leads, by keyboard alone; the Alt chord itself is the browser's own."""
    page.locator(f"main [accesskey={key}]").focus()
    page.keyboard.press("Enter")


def seen(person, picture):
    """Picture the last frame as it stands on the screen at both widths: whole pages leave it out."""
    frame = person.page.locator("iframe.seen").last
    for width, size in (("wide", WIDE), ("phone", PHONE)):
        person.page.set_viewport_size(size)
        frame.scroll_into_view_if_needed()
        person.page.wait_for_timeout(300)
        if os.environ.get("SANDBOX_SCREENSHOTS"):
            (PICTURES / f"{picture}-{width}.png").write_bytes(
                small(person.page.screenshot(animations="disabled"))
            )
    person.page.set_viewport_size(WIDE)


@pytest.mark.long
def test_a_question_mark_shows_the_keys_and_types_itself_where_one_writes(enter):
    person = enter(SECURITY)
    page = person.page
    for place in ("/reviews", f"/submissions/{titled(person.started.home, OPEN)}"):
        person.go(place)
        shown = page.locator("dialog.keys")
        assert not shown.is_visible()
        page.keyboard.press("?")
        assert shown.is_visible()
        assert "显示这些按键" in shown.inner_text()
        assert shown.get_by_role("button").evaluate("one => one === document.activeElement")
        ink, ground = shown.get_by_role("button").evaluate(
            "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        )
        assert ink != ground  # a button that has the focus is still read
        person.look("desk-keys" if place == "/reviews" else "desk-keys-submission")
        page.keyboard.press("Escape")
        assert not shown.is_visible()
    box = page.locator("main textarea").first
    box.evaluate("one => { const sheet = one.closest('details'); if (sheet) sheet.open = true; }")
    box.fill("为什么")
    box.press("?")
    assert not shown.is_visible()
    assert "?" in box.input_value()


@pytest.mark.long
def test_from_the_queue_to_a_release_in_part_and_its_recall(enter):
    first, second = enter(SECURITY), enter(PROVIDER)
    page, place = first.page, f"/submissions/{titled(first.started.home, OPEN)}"
    first.go("/reviews")
    assert page.get_attribute("nav.wide a[aria-current=page]", "href").endswith("/submissions")
    first.look("desk-queue")
    access(page, "n")
    page.wait_for_url("**/submissions/submission-*")
    first.go(place)
    assert "合议中" in first.text()
    access(page, "v")
    page.wait_for_url("**#vote")
    frame = page.frame_locator("iframe.seen >> nth=-1")
    assert frame.locator("ol li b").count() > 0
    assert "改法" in frame.locator("ol").inner_text()
    first.look("desk-consolidation")
    seen(first, "desk-marks")
    first.go("/submissions/submission-000002")
    page.click("summary:has-text('查看内容')")
    frame = page.frame_locator("iframe.seen")
    assert frame.locator("td.m mark").count() > 0
    assert frame.locator("th sup").count() > 0
    first.look("desk-evidence")
    seen(first, "desk-marks-refused")
    for person in (first, second):
        person.go(place)
        person.page.click("form.ballot button")
        person.settle()
        person.page.wait_for_url(f"**{place}")
    first.look("desk-upheld")
    if first.page.locator("summary:has-text('结束合议'), button:has-text('结束合议')").count():
        first.press("结束合议")
    _assess(enter(AUTHOR), place)
    first.go(place)
    page.click("section.lead button:has-text('放行')")
    first.settle()
    page.wait_for_url("**/releases/release-*")
    assert "summary.csv" in first.text()
    assert "走访.csv" not in first.text()
    assert "部分放行：1 个文件没有放行" in first.text()
    first.look("desk-release-in-part")
    release = page.url.rpartition("/console")[2]
    first.go(place)
    first.look("desk-released-in-part")
    officer = enter(OFFICER)
    officer.go(release)
    officer.press("召回", reason="走访口径有误，月底前更正")
    assert "已召回" in officer.text()
    officer.look("desk-recalled")


def _assess(author, place):
    author.go(f"{place}/assess")
    for area in author.page.query_selector_all("main textarea"):
        area.fill("已评估，风险可控；由项目负责人每季复核")
    author.page.click("main form button.btn-primary")
    author.settle()
    author.page.wait_for_url(f"**{place}")
    text = author.text()
    assert "源记录数" not in text
    assert "位置" not in text


@pytest.mark.long
def test_an_officer_reads_how_well_reviewing_works(enter):
    officer = enter(OFFICER)
    walk(officer, ("/reviews/quality", ""))
    assert "100%" not in officer.page.locator("table").first.inner_text()  # two of them differed, blind


@pytest.mark.long
def test_a_policy_is_read_tried_in_the_background_and_amended(enter):
    operator = enter(OPERATOR)
    page = operator.page
    walk(operator, (f"{AGREEMENT}/policy", "policy"), (f"{AGREEMENT}/replay", "replay"))
    page.fill("[name=reviewers]", "4")
    page.click("button:has-text('试算')")
    page.wait_for_url("**/replay/*")
    page.wait_for_selector("[data-job]", state="detached", timeout=120_000)
    assert "项会有变化" in operator.text()
    operator.look("trial")
    operator.go(f"{AGREEMENT}/replay")
    assert "我的试算" in operator.text()
    operator.look()
    operator.go("/service-agreements/new/amend?agreement=service-agreement-000001")
    operator.look("amendment")
    for summary in page.query_selector_all("details.more > summary"):
        summary.click()
    operator.look("amendment-open")
    page.fill("[name=reviewers]", "3")
    page.fill("[name=day_runs]", "12")
    page.click("form.drafting > .acts button.btn-primary")
    operator.settle()
    page.wait_for_url("**/service-agreements/service-agreement-*")
    assert "新的一版已拟订" in operator.text()
