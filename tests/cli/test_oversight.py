"""`sandbox oversight`, `notice`, `incident`, `audit purge` as the city's staff type them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_desks import typed
from tests.journeys.homes import CODE, DEVELOPER, MARKET, OFFICER, OPERATOR, STEWARD, Home, released, told

__all__ = ["released", "told", "typed"]
SUPERVISOR, SECOND_OFFICER = "xie.mingjian", "luo.zhengyan"


def test_duties_and_undertakings(released: Home, typed) -> None:
    status, data, _ = typed(released, OFFICER, "oversight", "duties", CODE)
    assert status == 0
    assert {one["duty"] for one in data["rows"]} == {"supervise", "provide", "use"}
    assert data["missing"] == []
    status, text, _ = typed(released, OFFICER, "oversight", "duties", CODE, as_json=False)
    assert "赵清和" in text
    assert typed(released, None, "oversight", "undertaking")[1]["version"] == 1
    signed = typed(released, DEVELOPER, "oversight", "signed")[1]
    assert (len(signed["signed"]), signed["waiting"]) == (2, [])
    assert typed(released, DEVELOPER, "oversight", "sign", MARKET)[1]["state"] == "signed"
    assert typed(released, OPERATOR, "oversight", "sign", MARKET)[0] == 3
    made = typed(released, STEWARD, "oversight", "assign", CODE, "provide", "yang.lizhi")[1]
    assert typed(released, STEWARD, "oversight", "relieve", made["id"], "--reason", "调离")[0] == 0


def test_the_provider_account(released: Home, typed) -> None:
    data = typed(released, STEWARD, "oversight", "use", "--rows")[1]
    found = {(one["dataset"], one["metric"]): one["quantity"] for one in data["totals"]}
    assert found[("dataset-000001", "products")] == 1
    assert found[("dataset-000001", "runs")] == 2
    assert all(one["seq"] > 0 for one in data["rows"])
    status, text, _ = typed(released, OFFICER, "oversight", "use", "--since", "2020-01-01", as_json=False)
    assert status == 0
    assert "遵义市市场监督管理局" in text
    assert typed(released, OFFICER, "oversight", "use", "--since", "yesterday")[0] == 2
    assert typed(released, DEVELOPER, "oversight", "use", "--provider", "遵义市市场监督管理局")[0] == 3


def test_notices_are_listed_and_read(released: Home, typed) -> None:
    notices = typed(released, DEVELOPER, "notice", "list")[1]["notices"]
    assert "产品已放行" in {one["title"] for one in notices}
    english = typed(released, DEVELOPER, "notice", "list", "--lang", "en")[1]["notices"]
    assert "A product is released" in {one["title"] for one in english}
    assert typed(released, DEVELOPER, "notice", "read", notices[0]["id"])[1]["state"] == "read"
    assert typed(released, OFFICER, "notice", "read", notices[0]["id"])[0] == 3
    assert typed(released, DEVELOPER, "notice", "read", "all")[1]["read"] == len(notices) - 1
    assert typed(released, DEVELOPER, "notice", "list", "--unread")[1]["notices"] == []
    assert typed(released, DEVELOPER, "notice", "subscribe")[0] == 2
    made = typed(released, DEVELOPER, "notice", "subscribe", "--mail", "lin@firm.example.cn")[1]
    assert typed(released, DEVELOPER, "notice", "subscriptions")[1]["subscriptions"][0]["id"] == made["id"]
    assert typed(released, DEVELOPER, "notice", "unsubscribe", made["id"])[1]["state"] == "cancelled"
    assert typed(released, None, "notice", "send")[1]["failed"] == 0


def test_an_incident_from_the_terminal(released: Home, typed, tmp_path: Path) -> None:
    words = ("incident", "open", MARKET, "--title", "异常", "--reason", "通报")
    assert typed(released, SUPERVISOR, *words)[0] == 3
    made = typed(released, OFFICER, *words)[1]
    assert made["evidence"]
    assert len(made["recalled"]) == 1
    assert typed(released, SUPERVISOR, "incident", "list")[1]["incidents"][0]["id"] == made["id"]
    page = tmp_path / "report.html"
    assert typed(released, OFFICER, "incident", "draft", made["id"], "--out", str(page))[0] == 0
    assert "数据安全事件报告" in page.read_text(encoding="utf-8")
    assert typed(released, OFFICER, "incident", "draft", made["id"], "--out", str(page))[0] == 2
    given = ("--cause", "甲", "--harm", "乙", "--advice", "丙", "--contact", "丁")
    assert typed(released, OFFICER, "incident", "report", made["id"], *given)[1]["state"] == "reported"
    kept = tmp_path / "evidence.jsonl"
    assert typed(released, SUPERVISOR, "incident", "evidence", made["id"], "--out", str(kept))[0] == 0
    assert typed(released, OFFICER, "audit", "purge")[0] == 3
    end = ("incident", "close", made["id"], "--conclusion", "已处置")
    assert typed(released, OFFICER, *end)[0] == 3
    assert typed(released, SECOND_OFFICER, *end)[1]["state"] == "closed"
    assert typed(released, OFFICER, "audit", "purge", "--dry-run")[1]["count"] == 0
    assert typed(released, DEVELOPER, "audit", "purge", "--dry-run")[0] == 3


def test_the_bans_with_their_controls(typed, released: Home) -> None:
    found = typed(released, None, "oversight", "bans")[1]["bans"]
    assert len(found) == 10
    assert all(one["control"] and (one["tests"] or one["pending"]) for one in found)
