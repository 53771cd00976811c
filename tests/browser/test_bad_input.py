"""What people do wrong, and what lines and clocks do: nothing happens twice, nothing typed is lost."""

import re
import time

import pytest

from tests.browser.visiting import Visit

SEAT = "/seats/seat-000001"


def reasons(visit):
    """Return how often the log has the step, as the supervisor reads it."""
    visit.go("/audit?record=seat-000001&verb=seat:suspend")
    return visit.page.locator("#results tbody tr").count()


def test_a_double_click_a_stale_page_and_a_sign_in_that_ran_out(visit):
    operator, supervisor = visit("zhang.kai"), visit("xie.mingjian")
    before = reasons(supervisor)
    operator.go(f"{SEAT}/suspend")
    late = operator.context.new_page()
    late.goto(f"{operator.started.base}/console{SEAT}/suspend")
    operator.page.fill("[name=reason]", "例行检查")
    operator.page.dblclick("form button.btn-danger")
    operator.page.wait_for_url(f"**{SEAT}")
    assert "席位已暂停" in operator.text()
    assert reasons(supervisor) == before + 1
    late.fill("[name=reason]", "我也来暂停")
    late.click("form button.btn-danger")
    late.wait_for_load_state()
    assert "张凯已经办理了“开发席位：暂停”" in late.inner_text("main")
    assert late.input_value("[name=reason]") == "我也来暂停"
    assert reasons(supervisor) == before + 1
    operator.context.clear_cookies(name="console-session")
    late.click("form button.btn-danger")
    late.wait_for_load_state()
    assert "登录已过期" in late.inner_text("main")
    operator.page = late
    operator.look("expired")
    late.click("a:has-text('重新登录')")  # the Hub still knows him
    late.wait_for_url("**/drafts/*")
    assert late.input_value("[name=reason]") == "我也来暂停"


def test_a_sign_out_at_the_hub_is_felt_in_the_console(visit):
    person = visit("xu.zhizhong")
    person.page.goto(f"{person.started.base}/hub/logout")
    time.sleep(3.5)
    person.go("/submissions")
    assert "/hub/login" in person.page.url


def test_a_broken_line_is_waited_out(visit, tmp_path):
    steward = visit("liu.jingshu")
    steward.go("/deliveries/new")
    steward.settle()
    file = tmp_path / "断线.csv"
    file.write_text("甲,乙\n" + "一,二\n" * 1_300_000)
    broken = []

    def sometimes(route):
        if route.request.method == "PATCH" and len(broken) < 2:
            broken.append(route.request.url)
            route.abort("internetdisconnected")
            return
        route.continue_()

    steward.page.route("**/deliveries/uploads/**", sometimes)
    steward.page.set_input_files("#file", file)
    steward.page.click("text=交付并核对")
    steward.page.wait_for_selector("text=网络中断")
    steward.look("upload-broken")
    steward.page.wait_for_url("**/deliveries/delivery-*", timeout=60_000)
    assert "1,300,000" in steward.text()
    assert len(broken) == 2
    steward.faults = [one for one in steward.faults if "ERR_INTERNET_DISCONNECTED" not in one]


def test_the_console_works_without_script(browser, served):
    visitor = Visit(browser, served, "tang.shouyi", script=False)
    visitor.sign_in()
    for path in ("/", "/catalogue?q=health", "/deliveries", "/landing-orders"):
        assert visitor.go(path).status == 200
    visitor.go("/me")
    visitor.page.click("main a:has-text('出示凭证')")
    visitor.show_credential()
    visitor.page.click("summary:has-text('签发个人令牌')")
    visitor.page.fill("[name=label]", "<script>alert(1)</script>")
    visitor.page.click("details[open] form button")
    visitor.page.wait_for_url("**/outcomes/*")
    assert re.search(r"zds_\w+|zds\S+", visitor.text())
    visitor.page.click("text=已经保存，继续")
    assert "<script>alert(1)</script>" in visitor.text()
    visitor.close()


@pytest.mark.parametrize("name", ["Origin", "Host"])
def test_forged_heads_are_refused_by_the_whole_platform(served, name):
    client = served.sign_in("song.keyi")
    headers = {"Origin": served.base, name: "http://evil.example" if name == "Origin" else "evil.example"}
    answer = client.post("/console/step-up", data={"password": "x"}, headers=headers, follow_redirects=False)
    assert answer.status_code in (403, 421)
