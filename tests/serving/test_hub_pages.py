"""The Hub's pages as people see them: Chinese, for both widths, clean to axe, no script, no policy broken."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.visiting import AXE, Visit, chromium
from tests.serving.started import OPERATOR, Started

pytestmark = pytest.mark.timeout(240)


def test_the_pages_of_the_hub_are_ours_and_break_no_policy(started: Started) -> None:
    if not chromium() or not AXE.is_file():
        pytest.skip("no chromium on this machine, or axe-core is not installed: make install")
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        visit = Visit(browser, started, OPERATOR)
        _walk(visit, started)
        visit.close()
        browser.close()


def _walk(visit: Visit, started: Started) -> None:
    page, base = visit.page, started.base
    page.goto(f"{base}/hub/login")
    visit.look("hub-sign-in")
    page.fill("#username", OPERATOR)
    page.fill("#password", "Wrong-password-1")
    page.fill("#code", "000000")
    page.click("button[type=submit]")
    page.get_by_role("alert").wait_for()
    assert page.input_value("#username") == OPERATOR
    visit.look("hub-sign-in-refused")
    visit.fill_sign_in()
    page.wait_for_url("**/console/**")
    for path, words in (
        ("/hub/home", "打开控制台"),
        ("/hub/nothing-here", "没有这个页面"),
        (f"/hub/spawn/{OPERATOR}/{started.seats['demo']}", "不能这样做"),
        (f"/hub/spawn/{OPERATOR}/seat-000099", "没有"),
        ("/hub/admin", "不能这样做"),
        ("/hub/token", "没有这个页面"),
        ("/hub/logout", "登录名"),
    ):
        page.goto(base + path)
        assert words in page.inner_text("main"), (path, page.inner_text("main"))
        assert page.evaluate("() => document.scripts.length") == 0
        visit.look("hub-refused" if path.endswith(started.seats["demo"]) else "")
