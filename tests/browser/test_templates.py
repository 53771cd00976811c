"""Reviewed templates walked in a browser: read, signed with a credential, used, looked at, suspended."""

import pytest

from sandbox.app import open_platform
from sandbox.kernel.template_records import Template
from tests.attacks.test_templates import proposed
from tests.browser.test_walks import walk
from tests.journeys.homes import DEVELOPER, PROVIDER, SECURITY, Desk

STANDING, ENDED = "template-000001", "template-000002"


def _proposed(served):
    """Return the number of a template that waits for its signatures."""
    platform = open_platform(served.home)
    tokens = {name: one["token"] for name, one in served.accounts.items()}
    made = proposed(Desk(platform, tokens))
    platform.close()
    return made.id


def _state(served, identifier):
    platform = open_platform(served.home)
    state = platform.store.load(Template, identifier).record.state
    platform.close()
    return state


@pytest.mark.long
def test_a_template_is_read_signed_used_and_looked_at(visit, served):
    made = _proposed(served)
    developer, security = visit(DEVELOPER), visit(SECURITY)
    walk(security, ("/templates", "templates"), (f"/templates/{made}", "template-to-sign"))
    walk(security, (f"/templates/{ENDED}", "template-revoked"))
    security.go(f"/templates/{made}")
    security.page.click("button:has-text('我已核对全部条款，签署')")
    security.page.wait_for_load_state()
    security.show_credential()
    assert "已签署，等待其余各方签署" in security.text()
    provider = visit(PROVIDER)
    provider.go("/")
    provider.page.click("a:has-text('签署审定模板')")
    provider.page.click("button:has-text('我已核对全部条款，签署')")
    provider.page.wait_for_load_state()
    provider.show_credential()
    assert "各方签齐，模板生效" in provider.text()
    developer.go(f"/templates/{STANDING}")
    developer.look("template-in-force")
    developer.page.set_default_timeout(60_000)
    developer.page.click("button:has-text('按模板取一份产品')")
    developer.page.wait_for_url("**/submissions/submission-*")
    assert "已按审定模板放行" in developer.text()
    security.go(f"/templates/{STANDING}")
    security.look("template-look")
    security.press("合格", reason="与签署的一致")
    assert "抽查合格" in security.text()
    security.press("停用模板", reason="年度复核")
    assert _state(served, STANDING) == "suspended"
    developer.go("/templates")
    developer.look()
