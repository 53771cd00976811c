"""The whole platform, started once, and a headless browser; skipped with the reason where one lacks."""

import os

import pytest

from tests.browser.visiting import AXE, Visit, chromium
from tests.serving.conftest import can_serve
from tests.serving.started import platform
from tests.web.lived import copied


@pytest.fixture(scope="module")  # its event loop must be gone before the next module's tests
def browser():
    lack = "" if chromium() else "no chromium on this machine"
    if lack:
        pytest.skip(lack)
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make install")
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--lang=zh-CN"]
    chinese = {**os.environ, "LANGUAGE": "zh_CN"}
    with sync_playwright() as engine:
        launched = engine.chromium.launch(executable_path=chromium(), args=options, env=chinese)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    lack = can_serve()
    if lack:
        pytest.skip(lack)
    home = copied(tmp_path_factory.mktemp("browser") / "home")
    with platform(home, {}) as running:
        yield running


@pytest.fixture
def visit(browser, served):
    """Return how to come in as somebody; every visit is judged as it ends."""
    visits = []

    def enter(name):
        visits.append(Visit(browser, served, name))
        return visits[-1].sign_in()

    yield enter
    for one in visits:
        one.close()
