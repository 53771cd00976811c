"""A developer's walk in a headless browser: console, seat, JupyterLab in Chinese, submission, its state."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, sync_playwright

from tests.browser.visiting import PHONE, PICTURES, WIDE, Visit, chromium
from tests.serving.started import DEVELOPER, Started, until

pytestmark = pytest.mark.timeout(360)
LISTED = (r"inline script", r"policy: script-src-elem inline")
"""What JupyterLab's page tries and is refused, with its reason in docs/how-to/serve.md."""
MENUS = ("文件", "编辑", "查看", "运行", "内核", "标签页", "设置", "帮助")
WAYS_OUT = ("下载", "导出", "终端", "打印", "分享", "关闭服务")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not chromium():
        pytest.skip("no chromium on this machine")
    with sync_playwright() as engine:
        launched = engine.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, started: Started) -> Iterator[Visit]:
    made = Visit(browser, started, DEVELOPER)
    made.page.set_default_timeout(60_000)
    yield made
    made.faults[:] = [one for one in made.faults if not any(re.search(known, one) for known in LISTED)]
    made.close()


def test_a_developer_walks_from_the_console_through_the_lab_to_a_submission(
    visit: Visit, started: Started
) -> None:
    seat, page = started.seats["demo"], visit.sign_in().page
    _enter(visit, seat)
    _lab_is_chinese(page)
    _picture(visit, "lab-first")
    _run_all(page)
    until(lambda: _state(page), 60)
    _picture(visit, "lab-submitted")
    _no_way_out(page)
    page.goto(f"{started.base}/console/submissions")
    page.get_by_text("统计的企业数").first.wait_for()


def _enter(visit: Visit, seat: str) -> None:
    """Open the seat from its page in the console and arrive at the first notebook."""
    page = visit.page
    visit.go(f"/seats/{seat}")
    link = page.get_by_role("link", name="进入 JupyterLab")
    if not link.count():
        page.get_by_role("button", name=re.compile("打开")).first.click()
        page.wait_for_load_state()
        visit.go(f"/seats/{seat}")
    link.click()
    page.wait_for_url(re.compile(r"/lab/tree/"))
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()


def _lab_is_chinese(page: Page) -> None:
    page.locator(".lm-MenuBar-item", has_text="文件").wait_for()
    assert tuple(page.locator(".lm-MenuBar-itemLabel").all_inner_texts())[: len(MENUS)] == MENUS
    page.get_by_role("heading", name="从这里开始").wait_for()
    assert "01-开始.ipynb" in page.locator(".lm-TabBar-tabLabel").all_inner_texts()
    page.locator(".jp-NotebookPanel-toolbar [data-status='idle']").first.wait_for(state="attached")


def _choose(page: Page, menu: str, item: str) -> None:
    page.locator(".lm-MenuBar-item", has_text=menu).click()
    page.locator(".lm-Menu-item", has=page.get_by_text(item, exact=True)).click()


def _run_all(page: Page) -> None:
    """Run every cell; once more if nothing came: the page shows an idle kernel before it hears it."""
    done = _outputs(page).filter(has_text="已写入出域申请")
    for _ in range(2):
        _choose(page, "运行", "运行所有单元格")
        with suppress(TimeoutError):
            done.wait_for()
            return
    pytest.fail(f"the cells do not run to their end: {_outputs(page).all_inner_texts()}")


def _outputs(page: Page) -> Locator:
    return page.locator(".jp-OutputArea-output")


def _state(page: Page) -> bool:
    """Run the last cell again and return whether it tells that people review now."""
    page.locator(".jp-CodeCell .cm-content").last.click()
    page.keyboard.press("Control+Enter")
    time.sleep(2)
    return "审查中" in _outputs(page).last.inner_text()


def _no_way_out(page: Page) -> None:
    """Nothing in the menus offers to take a file along."""
    for menu in MENUS:
        page.locator(".lm-MenuBar-item", has_text=menu).click()
        shown = page.locator(".lm-Menu-item:visible .lm-Menu-itemLabel").all_inner_texts()
        page.keyboard.press("Escape")
        assert not [one for one in shown if any(way in one for way in WAYS_OUT)], shown
    page.locator(".jp-DirListing-item", has_text="summary.csv").first.click(button="right")
    shown = page.locator(".lm-Menu-item:visible .lm-Menu-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    assert shown
    assert not [one for one in shown if any(way in one for way in WAYS_OUT)], shown


def _picture(visit: Visit, name: str) -> None:
    """Take a picture in both widths; on a phone the list of files is put away."""
    if not os.environ.get("SANDBOX_SCREENSHOTS"):
        return
    page = visit.page
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, size in (("wide", WIDE), ("phone", PHONE)):
        page.set_viewport_size(size)
        if width == "phone":
            page.keyboard.press("Control+b")
        time.sleep(1)
        if _outputs(page).count():
            _outputs(page).last.scroll_into_view_if_needed()
            time.sleep(1)
        page.screenshot(path=PICTURES / f"{name}-{width}.png", animations="disabled")
    page.set_viewport_size(WIDE)
    page.keyboard.press("Control+b")
