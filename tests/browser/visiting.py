"""A person at a browser: signs in at the Hub, walks the console, and every page is judged as he goes.

Judged is what a page asks of the network, what it says in the developer's console, whether it fits a phone,
and what axe finds. Pictures are written only when SANDBOX_SCREENSHOTS is set.
"""

import os
import re
import shutil
import time
from pathlib import Path

from sandbox.people.secrets import STEP_SECONDS, totp_code
from tests.browser.pictures import small

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "docs" / "screenshots"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKED = """() => axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations.map(
  (one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDEST = """() => [...document.querySelectorAll('main *')]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 4).map((one) => one.outerHTML.slice(0, 120))"""
HEARD = """addEventListener('securitypolicyviolation', (event) =>
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));"""


def chromium():
    """Return where the browser is, or nothing."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""


class Visit:
    """One person in one browser of his own."""

    def __init__(self, browser, started, name, *, script=True):
        self.started, self.name = started, name
        self.context = browser.new_context(
            viewport=WIDE,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            reduced_motion="reduce",  # what a colour passes through on its way is nobody's contrast
        )
        self.context.add_init_script(HEARD)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.faults, self.asked = [], []
        self.page.on("console", lambda said: self._hear(said))
        self.page.on("response", self._answered)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.seen = []

    def _answered(self, response):
        if response.status in (405, 500, 502):
            request = response.request
            self.faults.append(f"{request.method} {request.url}: {response.status}")

    def _hear(self, said):
        if said.type == "error" and not re.search(r"status of (401|403|404|409|422|503)", said.text):
            self.faults.append(f"{self.page.url}: {said.text}")

    def sign_in(self):
        """Sign in at the Hub and arrive at the console."""
        self.page.goto(f"{self.started.base}/console/")
        self.fill_sign_in()
        self.page.wait_for_url("**/console/**")
        return self

    def fill_sign_in(self):
        account = self.started.accounts[self.name]
        self.page.fill("#username", self.name)
        self.page.fill("#password", account["password"])
        self.page.fill("#code", next_code(self.started, self.name))
        self.page.click("button[type=submit]")

    def show_credential(self):
        """Show password and code where the console asks for them."""
        account = self.started.accounts[self.name]
        self.page.fill("#password", account["password"])
        self.page.fill("#code", next_code(self.started, self.name))
        self.page.click("form[action$='/step-up'] button")
        self.page.wait_for_selector("form[action$='/step-up']", state="detached")

    def go(self, path):
        """Open a page of the console and return its answer."""
        return self.page.goto(f"{self.started.base}/console{path}")

    def look(self, picture=""):
        """Judge the page that is open at both widths; raise with everything that is wrong."""
        wrong = []
        for width, size in (("wide", WIDE), ("phone", PHONE)):
            self.page.set_viewport_size(size)
            over = self.page.evaluate(WIDER)
            if over > 0:
                wrong.append(f"{width}: {over} px too wide: {self.page.evaluate(WIDEST)}")
            wrong += [f"{width}: {one}" for one in self._axe()]
            if picture and os.environ.get("SANDBOX_SCREENSHOTS"):
                self.picture(f"{picture}-{width}")
        self.page.set_viewport_size(WIDE)
        self.seen.append(self.page.url)
        assert not wrong, "\n".join([self.page.url, *wrong])

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        width, height = self.page.evaluate("() => [innerWidth, document.documentElement.scrollHeight]")
        self.page.evaluate("() => scrollTo(0, 0)")
        tallest = width * (2 if width > PHONE["width"] else 6)
        part = {"x": 0, "y": 0, "width": width, "height": min(height, tallest)}
        if self.page.locator("iframe.seen").count():  # painted on the screen alone
            self.page.set_viewport_size({"width": width, "height": part["height"]})
            self.page.wait_for_timeout(500)
        data = self.page.screenshot(full_page=True, clip=part, animations="disabled")
        (PICTURES / f"{name}.png").write_bytes(small(data))

    def press(self, label, **fields):
        """Fill the form behind a button of the page's actions and send it."""
        page = self.page
        form = page.locator("details.act", has=page.locator("summary", has_text=label)).first
        form.locator("summary").click()
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']").first
            if field.evaluate("(one) => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.locator("button").last.click()
        self.settle()

    def settle(self):
        """Wait for the page that comes, showing the credential if that is asked for first."""
        self.page.wait_for_load_state()
        if "step-up" in self.page.url:
            self.show_credential()

    def text(self):
        """Return what can be read on the page."""
        return self.page.inner_text("main")

    def _axe(self):
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        return self.page.evaluate(LOOKED)

    def close(self):
        """End the visit; nothing may have been asked of others, and no page may have complained."""
        self.context.close()
        outside = [one for one in self.asked if not one.startswith((self.started.base, "data:", "blob:"))]
        assert not outside, outside
        assert not self.faults, "\n".join(self.faults)


_USED = {}


def next_code(started, name):
    """Return a code of this account that was not used yet; one step of tolerance each way."""
    secret, key = started.accounts[name]["totp_secret"], (str(started.home), name)
    enrolled = int((started.home / "demo-accounts.json").stat().st_mtime) // STEP_SECONDS
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        now = int(time.time())
        for step in (-1, 0, 1):
            counter = now // STEP_SECONDS + step
            if counter > _USED.get(key, enrolled) and (step >= 0 or now % STEP_SECONDS < STEP_SECONDS - 3):
                _USED[key] = counter
                return totp_code(secret, moment=counter * STEP_SECONDS)
        time.sleep(1)
    raise AssertionError("no fresh code")
