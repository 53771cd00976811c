"""The desks' commands as the city's staff type them: JSON, tables, refusals with article, exit statuses."""

from __future__ import annotations

import json

import pytest

from sandbox.cli.main import main
from tests.journeys.homes import (
    CODE,
    COUNTY_STEWARD,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    PROVIDER,
    SECURITY,
    STEWARD,
    Home,
    judged,
    landed,
    released,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "landed", "released", "told"]


@pytest.fixture
def typed(monkeypatch, capfd):
    """Return a function that types a command as a person: status, JSON or text, stderr."""

    def call(home: Home, who: str | None, *words: str, as_json: bool = True):
        monkeypatch.setenv("SANDBOX_HOME", str(home.path))
        monkeypatch.setenv("SANDBOX_TOKEN", home.token(who) if who else "")
        cut = words.index("--") if "--" in words else len(words)
        given = [*words[:cut], *(["--json"] if as_json else []), *words[cut:]]
        capfd.readouterr()
        status = main(given)
        out, err = capfd.readouterr()
        return status, (json.loads(out) if as_json and out.strip() else out), err

    return call


def test_catalogue_is_shown_to_everybody_and_its_entries_are_whole(released: Home, typed) -> None:
    status, data, _ = typed(released, None, "land", "list")
    assert status == 0
    assert next(one["code"] for one in data["datasets"]) == CODE
    status, text, _ = typed(released, None, "land", "show", CODE, as_json=False)
    assert status == 0
    assert "统一社会信用代码" in text
    assert "统计单位" in text
    assert typed(released, None, "land", "show", "no-such")[0] == 2


def test_lists_show_only_what_concerns_the_person(released: Home, typed) -> None:
    seen = lambda who, *words: typed(released, who, *words)[1]  # noqa: E731
    assert len(seen(STEWARD, "land", "deliveries")["deliveries"]) == 1
    assert len(seen(OFFICER, "land", "deliveries")["deliveries"]) == 6
    assert seen(DEVELOPER, "land", "deliveries")["deliveries"] == []
    assert seen(COUNTY_STEWARD, "land", "snapshots")["snapshots"] == []
    assert {one["id"] for one in seen(DEVELOPER, "agree", "list")["agreements"]} == {
        MARKET,
        "service-agreement-000003",
    }
    assert len(seen(OPERATOR, "seat", "list")["seats"]) == 2
    assert seen("song.keyi", "egress", "list")["submissions"] == []
    assert len(seen(PROVIDER, "egress", "list")["releases"]) == 1
    assert len(seen("linghu.ping", "review", "list")["items"]) == 0


def test_an_empty_list_is_a_sentence(released: Home, typed) -> None:
    for words in (
        ("land", "deliveries"),
        ("land", "snapshots"),
        ("land", "orders"),
        ("review", "list"),
        ("apply", "list"),
        ("egress", "list"),
        ("seat", "list"),
    ):
        status, text, _ = typed(
            released, "linghu.ping" if words[1] != "deliveries" else DEVELOPER, *words, as_json=False
        )
        assert (status, "还没有任何记录" in text) == (0, True), words


def test_without_a_credential_nothing_of_persons_is_shown(released: Home, typed) -> None:
    for words in (("egress", "list"), ("agree", "list"), ("land", "bad-rows", "delivery-000001")):
        status, _, err = typed(released, None, *words)
        assert status == 5
        assert "凭证" in err


def test_bad_rows_and_proposal_are_the_stewards_alone(released: Home, typed, tmp_path) -> None:
    status, data, _ = typed(released, STEWARD, "land", "bad-rows", "delivery-000001", "--limit", "3")
    assert status == 0
    assert len(data["rows"]) == 3
    assert all(one["reason"] for one in data["rows"])
    for other in (COUNTY_STEWARD, OFFICER, PROVIDER):
        status, _, err = typed(released, other, "land", "bad-rows", "delivery-000001")
        assert status == 3
        assert "第十六条" in err
    form = tmp_path / "form.toml"
    status, data, _ = typed(released, STEWARD, "land", "propose", "delivery-000001", "--out", str(form))
    assert status == 0
    assert all(one["evidence"] for one in data["columns"] if one["sensitive"])
    assert typed(released, STEWARD, "land", "propose", "delivery-000001", "--out", str(form))[0] == 2


def test_the_form_goes_back_in_as_classes_units_and_policy(released: Home, typed, tmp_path) -> None:
    form = tmp_path / "form.toml"
    typed(released, STEWARD, "land", "propose", "delivery-000001", "--out", str(form))
    status, data, _ = typed(released, STEWARD, "land", "classify", str(form))
    assert status == 0
    assert {one["kind"] for one in data["units"]} >= {"firm"}
    status, drafted, _ = typed(released, STEWARD, "land", "policy", str(form))
    assert status == 0
    status, confirmed, _ = typed(released, STEWARD, "land", "confirm", drafted["id"])
    assert status == 0
    assert (confirmed["state"], confirmed["version"]) == ("confirmed", 2)
    assert typed(released, COUNTY_STEWARD, "land", "classify", str(form))[0] == 3
    form.write_text(form.read_text(encoding="utf-8").replace("[[units]]", "[[unit]]"), encoding="utf-8")
    status, _, err = typed(released, STEWARD, "land", "classify", str(form))
    assert status == 2
    assert "unit" in err


def test_a_manifest_accounts_for_every_row(released: Home, typed) -> None:
    _, data, _ = typed(released, STEWARD, "land", "snapshots")
    found = data["snapshots"][0]
    status, data, _ = typed(released, STEWARD, "land", "manifest", found["id"])
    rows = data["manifest"]["rows"]
    assert status == 0
    assert rows["delivered"] == rows["out"] + rows["quarantined"] + rows["suppressed"] + rows["outside"]
    assert typed(released, DEVELOPER, "land", "manifest", found["id"])[0] == 3


def test_author_and_reviewers_see_what_is_theirs(judged: Home, typed) -> None:
    with judged.open() as desk:
        refused, waiting = desk.submission("refused").id, desk.submission("in-review").id
    status, author, _ = typed(judged, DEVELOPER, "egress", "show", refused)
    assert status == 0
    assert author["audience"] == "author"
    found = author["files"][0]["findings"]
    assert {"source-record", "row-level"} <= {one["kind"] for one in found}
    assert all(set(one) == {"kind", "rule", "article", "message", "remedy"} for one in found)
    status, reviewer, _ = typed(judged, SECURITY, "egress", "show", refused)
    shown = {one["kind"]: one for one in reviewer["files"][0]["findings"]}
    assert status == 0
    assert shown["source-record"]["records"] > 100
    for nobody in (OPERATOR, "xu.zhizhong", "song.keyi", "shen.zhiyuan", "tian.yufang"):
        status, _, err = typed(judged, nobody, "egress", "show", waiting)
        assert (status, "第十六条" in err) == (3, True), nobody
    _, officer, _ = typed(judged, OFFICER, "egress", "show", waiting)
    assert officer["audience"] == "officer"
    assert officer["files"][0]["findings"] == []


def test_reviewers_read_the_rewriting_and_the_author_does_not(judged: Home, typed, tmp_path) -> None:
    with judged.open() as desk:
        waiting = desk.submission("in-review")
    place = tmp_path / "read"
    assert typed(judged, DEVELOPER, "egress", "show", waiting.id, "--out", str(place))[0] == 3
    status, _, _ = typed(judged, PROVIDER, "egress", "show", waiting.id, "--out", str(place))
    assert status == 0
    assert (place / "summary.csv").read_bytes()


def test_votes_release_receipt_and_recall_by_command(judged: Home, typed, tmp_path) -> None:
    with judged.open() as desk:
        waiting = desk.submission("in-review").id
    status, _, err = typed(judged, SECURITY, "egress", "vote", waiting)
    assert status == 2
    assert "summary.csv" in err
    assert typed(judged, SECURITY, "egress", "vote", waiting, "--approve", "other.csv")[0] == 2
    assert typed(judged, SECURITY, "egress", "vote", waiting, "--all")[0] == 0
    _, blind, _ = typed(judged, PROVIDER, "egress", "show", waiting)
    assert (blind["votes_cast"], blind["votes"]) == (1, [])
    status, data, _ = typed(judged, PROVIDER, "egress", "vote", waiting, "--approve", "summary.csv")
    assert (status, data["state"]) == (0, "approved")
    status, made, _ = typed(judged, SECURITY, "egress", "release", waiting)
    assert status == 0
    folder = tmp_path / "out"
    assert typed(judged, "song.keyi", "egress", "collect", made["id"], "--out", str(folder))[0] == 3
    assert typed(judged, DEVELOPER, "egress", "collect", made["id"], "--out", str(folder))[0] == 0
    status, checked, _ = typed(judged, None, "egress", "verify-receipt", str(folder / "receipt.json"))
    assert status == 0
    assert checked["products"] == {"summary.csv": "与放行的一致"}
    (folder / "summary.csv").write_bytes(b"x")
    assert typed(judged, None, "egress", "verify-receipt", str(folder / "receipt.json"))[0] == 6
    status, receipt, _ = typed(judged, PROVIDER, "egress", "receipt", made["id"])
    assert status == 0
    assert receipt["body"]["article"] == "第十九条"
    assert typed(judged, SECURITY, "egress", "recall", made["id"], "--reason", "数据有误")[0] == 0
    status, _, err = typed(
        judged, DEVELOPER, "egress", "collect", made["id"], "--out", str(tmp_path / "again")
    )
    assert status == 3
    assert "recalled" in err
    _, held, _ = typed(judged, SECURITY, "egress", "holders", made["id"])
    assert [one["account"] for one in held["holders"]] == [DEVELOPER]


def test_a_seat_runs_a_command_and_returns_its_status(judged: Home, typed) -> None:
    status, out, err = typed(
        judged,
        DEVELOPER,
        "seat",
        "run",
        "demo",
        "--",
        "sh",
        "-c",
        "echo 到; echo 错 >&2; exit 7",
        as_json=False,
    )
    assert (status, out) == (7, "到\n")
    assert "错" in err
    status, data, _ = typed(
        judged, DEVELOPER, "seat", "run", "demo", "--", "sh", "-c", "ls /data --all | head -3; true"
    )
    assert status == 0
    assert data["status"] == 0
    assert CODE in data["stdout"]


def test_seat_of_another_is_refused_with_every_reason(judged: Home, typed) -> None:
    status, _, err = typed(judged, OPERATOR, "seat", "run", "demo", "--", "true")
    lines = err.strip().splitlines()
    assert status == 3
    assert len(lines) == 2
    assert all("（第" in line for line in lines)


def test_what_a_run_leaves_in_the_outbox_is_judged_at_once(judged: Home, typed) -> None:
    code = "import sandbox_seat.notebook as n; open('a.txt','w').write('好'); n.submit('a.txt', title='说明')"
    status, data, _ = typed(judged, DEVELOPER, "seat", "run", "demo", "--", "python", "-c", code)
    assert status == 0, data
    (one,) = data["submissions"]
    assert one["title"] == "说明"
    assert one["state"] in ("in-review", "refused")


def test_this_machine_is_checked_without_a_home(typed, released: Home) -> None:
    status, data, _ = typed(released, None, "seat", "check")
    assert (status == 0) is data["isolates"]


def test_from_application_to_signed_agreement_by_command(released: Home, typed, tmp_path) -> None:
    with released.open() as desk:
        today = desk.platform.directory.today()
    form = tmp_path / "application.toml"
    form.write_text(
        f"""
environment = "520300"
regime = "zunyi-2022"
regime_override = "测试"
scenario = "分区统计"
scope = "本单位"
security_controls = "专席"
term_from = {today}
term_to = {today.replace(year=today.year + 1)}
[[requests]]
dataset = "{CODE}"
columns = ["统一社会信用代码", "行政区划"]
justification = "分组"
[[requests.rows]]
column = "行政区划"
values = ["红花岗区"]
""",
        encoding="utf-8",
    )
    status, made, err = typed(released, DEVELOPER, "apply", "submit", str(form))
    assert status == 0, err
    asked = made["id"]
    assert typed(released, OPERATOR, "review", "accept", asked, "--findings", "好")[0] == 3
    words = ("review", "accept", asked, "--findings", "需求明确")
    assert typed(released, OFFICER, *words)[0] == 2  # the regime has lapsed: the officer's word is asked for
    assert typed(released, OFFICER, *words, "--confirm-override")[0] == 0
    _, pushed, _ = typed(released, OFFICER, "review", "push", asked)
    (item,) = [one["id"] for one in pushed["items"]]
    assert typed(released, PROVIDER, "review", "approve", item, "--conditions", "只出汇总")[0] == 0
    status, _, _ = typed(released, DEVELOPER, "apply", "show", asked, as_json=False)
    assert status == 0
    status, drafted, err = typed(released, OPERATOR, "agree", "draft", asked, "--user", DEVELOPER)
    assert status == 0, err
    assert typed(released, OPERATOR, "agree", "sign", drafted["id"])[0] == 3
    assert typed(released, DEVELOPER, "agree", "accept", drafted["id"])[0] == 0
    assert typed(released, OPERATOR, "agree", "sign", drafted["id"])[0] == 0
    order = ("land", "order", drafted["id"], CODE, "delivery-000001")
    status, _, err = typed(released, STEWARD, *order)
    assert (status, "影响评估" in str(err)) == (3, True)  # the firms' legal representatives are persons
    parts = ("--lawfulness", "依法", "--effect", "有限", "--measures", "脱敏")
    assert typed(released, STEWARD, "dataset", "impact", item, *parts)[0] == 0
    status, ordered, err = typed(released, STEWARD, *order)
    assert status == 0, err
    status, snapshot, err = typed(released, None, "land", "run", ordered["id"])
    assert status == 0, err
    _, data, _ = typed(released, STEWARD, "land", "manifest", snapshot["id"])
    assert data["manifest"]["rows"]["outside"] > 0
    assert typed(released, OPERATOR, "agree", "suspend", drafted["id"], "--reason", "测试")[0] == 0
    assert typed(released, OFFICER, "agree", "terminate", drafted["id"], "--reason", "测试")[0] == 0


def test_missing_elements_are_all_named_at_once(released: Home, typed) -> None:
    status, _, err = typed(
        released, DEVELOPER, "apply", "submit", "--environment", "520300", "--regime", "zunyi-2022",
        "--from", "2020-01-01", "--to", "2019-01-01",
    )  # fmt: skip
    assert status == 3
    assert len(err.strip().splitlines()) >= 3


def test_a_wrong_file_is_one_sentence(released: Home, typed, tmp_path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_bytes(b"\xff\xfe\x00= [")
    for words in (
        ("apply", "submit", str(wrong)),
        ("land", "classify", str(wrong)),
        ("egress", "verify-receipt", str(wrong)),
    ):
        status, _, err = typed(released, DEVELOPER, *words)
        assert (status, len(err.strip().splitlines())) == (2, 1), err


def test_a_gate_that_cannot_work_costs_no_exit_status_and_is_caught_up(
    judged: Home, typed, monkeypatch
) -> None:
    from sandbox.egress import court
    from sandbox.kernel.errors import IsolationError
    from sandbox.kernel.message import say

    def broken(*_: object) -> None:
        raise IsolationError(say("这台机器不能隔离"))

    code = "import sandbox_seat.notebook as n; open('a.txt','w').write('好'); n.submit('a.txt', title='说明')"
    with monkeypatch.context() as patched:
        patched.setattr(court, "judge", broken)
        status, data, err = typed(
            judged, DEVELOPER, "seat", "run", "demo", "--", "python", "-c", code + "; raise SystemExit(5)"
        )
    assert (status, data["submissions"][0]["state"]) == (5, "frozen")
    assert "egress judge" in err
    status, data, _ = typed(judged, None, "egress", "judge")
    assert (status, len(data["submissions"])) == (0, 1)
    assert typed(judged, None, "egress", "judge")[1]["submissions"] == []


def test_ends_by_command(judged: Home, typed) -> None:
    with judged.open() as desk:
        waiting = desk.submission("in-review").id
    assert typed(judged, DEVELOPER, "egress", "withdraw", waiting)[1]["state"] == "withdrawn"
    assert typed(judged, OPERATOR, "seat", "suspend", "demo", "--reason", "核查")[1]["state"] == "suspended"
    assert typed(judged, OFFICER, "seat", "reinstate", "demo", "--reason", "好了")[1]["state"] == "closed"
    assert typed(judged, OPERATOR, "agree", "suspend", MARKET, "--reason", "核查")[1]["state"] == "suspended"
    assert typed(judged, OFFICER, "agree", "resume", MARKET, "--reason", "好了")[1]["state"] == "active"
    assert typed(judged, None, "agree", "expire")[1] == {"expired": [], "seats": []}
    _, data, _ = typed(judged, STEWARD, "land", "snapshots")
    found = data["snapshots"][0]["id"]
    assert typed(judged, STEWARD, "land", "withdraw", found, "--reason", "错")[1]["state"] == "withdrawn"
    closed = typed(judged, OFFICER, "agree", "environment-close", "520328", "--reason", "并入市级")[1]
    assert closed["state"] == "closed"
    ended = typed(judged, OFFICER, "agree", "operating-terminate", closed["agreement"], "--reason", "并入")[1]
    assert ended["state"] == "terminated"


def test_refusals_and_lists_are_shown_in_english_too(judged: Home, typed) -> None:
    status, _, err = typed(judged, OPERATOR, "seat", "run", "demo", "--lang", "en", "--", "true")
    assert status == 3
    assert "another user" in err.lower() or "seat" in err.lower()
    status, text, _ = typed(judged, "linghu.ping", "egress", "list", "--lang", "en", as_json=False)
    assert status == 0
    assert "还没有" not in text


def test_the_authority_asks_who_leaked_a_file(released: Home, typed, tmp_path) -> None:
    place = min((released.path / "seats").glob("*/data/*/"))
    (part,) = place.glob("*.parquet")
    status, data, _ = typed(released, SECURITY, "egress", "trace", str(part))
    assert (status, data["outcome"], data["seats"][0]["developer"]) == (0, "seats", DEVELOPER)
    assert data["seats"][0]["data"][0]["code"] == CODE
    assert data["seats"][0]["chance"] < 1e-6
    other = tmp_path / "x.csv"
    other.write_text("a,b\n1,2\n")
    status, text, _ = typed(released, OFFICER, "egress", "trace", str(other), as_json=False)
    assert status == 10
    assert "点不出任何席位" in text
    assert "百万分之一" in text
    status, _, told = typed(released, DEVELOPER, "egress", "trace", str(part))
    assert status not in (0, 10)
    assert "第十六条" in told
    assert typed(released, SECURITY, "egress", "trace", str(tmp_path / "no.csv"))[0] == 2
    assert len(typed(released, SECURITY, "egress", "traces")[1]["reports"]) == 2
