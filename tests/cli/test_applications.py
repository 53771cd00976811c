"""The review desk as the staff type it: drafts, boundary, consultation, cases, clocks, regimes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.cli.main import main
from sandbox.kernel.records import Organisation
from sandbox.people.directory import CHINA
from tests.access.test_attachments import pdf
from tests.journeys.homes import CODE, DEVELOPER, OFFICER, OPERATOR, PROVIDER, STEWARD, Home, landed, told

__all__ = ["landed", "told"]
SECOND_OFFICER, HEALTH_REVIEWER = "luo.zhengyan", "tang.shouyi"
TODAY = datetime.now(CHINA).date()


@pytest.fixture
def typed(landed: Home, monkeypatch, capfd):
    """Return a function that types a command as a person: status, JSON or text, stderr."""

    def call(who: str | None, *words: str, as_json: bool = True):
        monkeypatch.setenv("SANDBOX_HOME", str(landed.path))
        monkeypatch.setenv("SANDBOX_TOKEN", landed.token(who) if who else "")
        capfd.readouterr()
        status = main([*words, *(["--json"] if as_json else [])])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return status, (json.loads(out) if as_json and out.strip() else out), err

    return call


@pytest.fixture
def form(tmp_path):
    """Return a function that writes an application's form."""

    def write(**changes: object) -> str:
        document = {
            "environment": "520300",
            "regime": "national-2025",
            "scenario": "分区统计",
            "scope": "本单位",
            "security_controls": "专席",
            "term_from": TODAY.isoformat(),
            "term_to": (TODAY + timedelta(days=200)).isoformat(),
            "outputs": ["aggregate"],
            "requests": [{"dataset": CODE, "columns": ["行政区划"], "reasons": {"行政区划": "分组"}}],
        } | changes
        path = tmp_path / f"form-{len(list(tmp_path.iterdir()))}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        return str(path)

    return write


def test_from_draft_to_conditions(typed, form, tmp_path) -> None:
    """The whole way of one demand, with everything that can lie in between."""
    paper = tmp_path / "方案.pdf"
    paper.write_bytes(pdf(2))
    status, made, _ = typed(DEVELOPER, "apply", "draft", form(scope=""))
    assert (status, made["state"]) == (0, "draft")
    assert typed(OFFICER, "apply", "show", made["id"])[0] == 3
    status, _, err = typed(DEVELOPER, "apply", "hand-in", made["id"])
    assert (status, "第七条" in err) == (3, True)
    assert typed(DEVELOPER, "apply", "revise", made["id"], form())[0] == 0
    status, data, _ = typed(DEVELOPER, "apply", "attach", made["id"], str(paper))
    assert (status, data["attachments"][0]["pages"]) == (0, 2)
    assert typed(DEVELOPER, "apply", "hand-in", made["id"])[0] == 0
    digest, out = data["attachments"][0]["digest"], tmp_path / "copy.pdf"
    assert typed(OFFICER, "apply", "paper", made["id"], digest, "--out", str(out))[0] == 0
    assert out.read_bytes() == paper.read_bytes()
    status, data, _ = typed(
        OFFICER, "review", "supplement", made["id"], "--point", "缺授权书", "--point", "缺联系人"
    )
    assert (status, data["supplement"]["points"]) == (0, ["缺授权书", "缺联系人"])
    assert typed(DEVELOPER, "apply", "answer", made["id"], form(contact="林"), "--attach", str(paper))[0] == 0
    assert typed(OFFICER, "review", "supplement", made["id"], "--point", "再")[0] == 3
    words = ("--findings", "需求明确", "--qualification", "资质齐全")
    assert typed(OFFICER, "review", "accept", made["id"], *words)[0] == 0
    status, data, _ = typed(OFFICER, "review", "push", made["id"])
    item = data["items"][0]["id"]
    status, data, _ = typed(
        PROVIDER, "review", "consult", item, "--body", "遵义市卫生健康局", "--question", "是否妥当？"
    )
    assert status == 0
    assert typed(PROVIDER, "review", "approve", item)[0] == 3
    asked = data["id"]
    assert typed(HEALTH_REVIEWER, "review", "opinion", asked, "--opinion", "妥当")[0] == 0
    how = ("--days", "15", "--leader", "赵局长", "--document", "批1号", "--reason", "量大")
    status, longer, _ = typed(PROVIDER, "review", "extend", item, *how)
    assert (status, longer["clock"]["extension"]) == (0, 15)
    assert typed(PROVIDER, "review", "extend", item, *how)[0] == 3
    bound = tmp_path / "bound.toml"
    bound.write_text('outputs = ["aggregate"]\nminimum_aggregation = 30\n', encoding="utf-8")
    status, kept, _ = typed(
        PROVIDER, "review", "approve", item, "--boundary", str(bound), "--conditions", "汇总"
    )
    assert (status, kept["boundary"]["minimum_aggregation"]) == (0, 30)


def test_a_refusal_and_its_case(typed, form) -> None:
    _, made, _ = typed(DEVELOPER, "apply", "submit", form())
    typed(OFFICER, "review", "accept", made["id"], "--findings", "好")
    _, data, _ = typed(OFFICER, "review", "push", made["id"])
    item = data["items"][0]["id"]
    assert typed(PROVIDER, "review", "refuse", item, "--reason", "范围过宽")[0] == 0
    _, data, _ = typed(SECOND_OFFICER, "review", "cases")
    (case,) = [one["id"] for one in data["coordinations"]]
    assert "范围过宽" in typed(SECOND_OFFICER, "review", "cases", as_json=False)[1]
    assert typed(OFFICER, "review", "hand-back", case, "--outcome", "x")[0] == 3
    status, again, _ = typed(SECOND_OFFICER, "review", "hand-back", case, "--outcome", "缩小范围")
    assert (status, again["state"], again["round"]) == (0, "pushed", 2)
    typed(PROVIDER, "review", "refuse", item, "--reason", "仍宽")
    _, data, _ = typed(SECOND_OFFICER, "review", "cases")
    latest = data["coordinations"][-1]["id"]
    assert typed(SECOND_OFFICER, "review", "uphold", latest, "--outcome", "维持")[1]["state"] == "closed"


def test_a_rejection_says_which_finding(typed, form) -> None:
    _, made, _ = typed(DEVELOPER, "apply", "submit", form())
    assert typed(OFFICER, "review", "reject", made["id"], "--findings", "不", "--fails", "neither")[0] == 2
    status, data, _ = typed(
        OFFICER, "review", "reject", made["id"], "--findings", "不", "--fails", "qualification"
    )
    assert (status, data["preliminary"]["qualification"]) == (0, False)


def test_the_portals_file(typed, form, landed: Home, tmp_path) -> None:
    with landed.open() as desk:
        firm = desk.platform.directory.organisation_named("黔数云图科技有限公司")
        assert isinstance(firm, Organisation)
    entry = json.loads(Path(form()).read_text(encoding="utf-8"))
    entry |= {"number": "ZY-9", "applicant_uscc": firm.uscc, "applicant_account": DEVELOPER}
    export = tmp_path / "export.json"
    export.write_text(json.dumps([entry, {"number": "ZY-10"}], ensure_ascii=False), encoding="utf-8")
    assert typed(DEVELOPER, "apply", "import", str(export))[0] == 3
    status, data, _ = typed(OFFICER, "apply", "import", str(export))
    assert status == 2
    assert [bool(one["application"]) for one in data["imported"]] == [True, False]
    assert "ZY-9" in typed(OFFICER, "apply", "import", str(export), as_json=False)[1]


def test_boundary_conditions_are_public_and_set_by_their_department(typed, tmp_path) -> None:
    path = tmp_path / "b.toml"
    path.write_text('forbidden_scenarios = ["营销"]\n', encoding="utf-8")
    assert typed(OPERATOR, "review", "boundary", CODE, str(path))[0] == 3
    assert typed(STEWARD, "review", "boundary", CODE, str(path))[0] == 0
    assert typed(DEVELOPER, "review", "boundary", CODE)[1]["forbidden_scenarios"] == ["营销"]


def test_clocks_run_and_are_listed(typed, form, tmp_path) -> None:
    _, made, _ = typed(DEVELOPER, "apply", "submit", form())
    status, data, _ = typed(DEVELOPER, "clock", "list")
    mine = next(one for one in data["clocks"] if one["record"] == made["id"])
    assert (status, mine["what"], mine["days_left"]) == (0, "preliminary-review", 5)
    assert typed(PROVIDER, "clock", "list")[1]["clocks"] == []
    assert made["id"] in typed(OFFICER, "clock", "list", as_json=False)[1]
    status, data, _ = typed(None, "clock", "run")
    assert (status, data["faults"]) == (0, [])
    notice = tmp_path / "n.toml"
    notice.write_text('document = "国办〔2099〕"\nrest = ["2026-12-07..2026-12-08"]\n', encoding="utf-8")
    assert typed(PROVIDER, "clock", "record", str(notice))[0] == 3
    status, data, _ = typed(OFFICER, "clock", "record", str(notice))
    assert status == 0
    assert typed(None, "clock", "calendar")[1]["notices"][0]["document"] == "国办〔2099〕"
    assert typed(OFFICER, "clock", "revoke", data["notice"]["id"], "--reason", "错")[0] == 0
    assert "期限检查" in typed(None, "clock", "run", as_json=False)[1]


def test_regimes_and_the_transition(typed, form) -> None:
    assert [one["id"] for one in typed(None, "regime", "list")[1]["regimes"]] == [
        "zunyi-2022",
        "national-2025",
    ]
    _, shown, _ = typed(None, "regime", "show", "zunyi-2022")
    assert all(one["article"] and one["basis"] for one in shown["rules"])
    assert typed(None, "regime", "show", "none")[0] == 2
    _, data, _ = typed(OFFICER, "regime", "transition")
    assert len(data["agreements"]) >= 3
    assert all(one["lapsed"] and one["override"] for one in data["agreements"])
    assert "运行中的协议" in typed(OFFICER, "regime", "transition", as_json=False)[1]
    assert typed(DEVELOPER, "regime", "transition")[0] == 3
    old = form(regime="zunyi-2022", regime_override="衔接")
    status, _, err = typed(DEVELOPER, "apply", "submit", old)
    assert (status, "已于 2024-12-12 失效" in err) == (0, True)


def test_a_deputy_by_command(typed, landed: Home) -> None:
    until = (TODAY + timedelta(days=9)).isoformat()
    words = (
        "grant",
        "depute",
        "zhao.qinghe",
        "provider-reviewer",
        "--for",
        PROVIDER,
        "--from",
        TODAY.isoformat(),
    )
    status, made, _ = typed("tian.yufang", *words, "--until", until)
    assert (status, made["state"], made["until"]) == (0, "proposed", until)
    assert typed(SECOND_OFFICER, "grant", "countersign", made["id"])[0] == 0
    assert typed("tian.yufang", *words, "--until", "2099-01-01")[0] == 3
