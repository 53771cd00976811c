"""Reviewed templates at the terminal: every verb once, and what a signer is shown is what he signs."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.demo.egress import RISKS
from sandbox.egress import looks, template_sheet, templates
from sandbox.kernel.template_records import terms_of
from sandbox.municipality.cast import cast
from sandbox.people.directory import CHINA
from tests.attacks.test_templates import SQL, in_force
from tests.cli.test_desks import typed
from tests.journeys.homes import DEVELOPER, MARKET, OFFICER, PROVIDER, SECURITY, Home, judged, told

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told", "typed"]
ROOT = ("review", "template")


def _files(folder: Path) -> tuple[str, str]:
    """Return where a template and its assessment are written down."""
    today = datetime.now(CHINA).date()
    body = {
        "title": "各地区企业数",
        "sql": SQL,
        "subject": "统一社会信用代码",
        "parameters": [{"name": "exclude", "kind": "text", "values": ["无", "不详"]}],
        "decimals": 2,
        "form": "csv",
        "number": 3,
        "term_from": today.isoformat(),
        "term_to": (today + timedelta(days=30)).isoformat(),
        "share": 100,
    }
    (folder / "template.json").write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    risks = {one.kind: {key: value for key, value in asdict(one).items() if key != "kind"} for one in RISKS}
    (folder / "risks.json").write_text(json.dumps(risks, ensure_ascii=False), encoding="utf-8")
    return str(folder / "template.json"), str(folder / "risks.json")


def test_every_verb_from_the_draft_to_the_revocation(judged: Home, typed, tmp_path: Path) -> None:
    sheet, risks = _files(tmp_path)
    status, made, err = typed(judged, DEVELOPER, *ROOT, "draft", MARKET, sheet, "--risks", risks)
    assert status == 0, err
    assert made["state"] == "signing"
    name, digest = made["id"], made["digest"]
    status, text, _ = typed(judged, SECURITY, *ROOT, "list", as_json=False)
    assert (status, "待签署" in text, name in text) == (0, True, True)
    for who in (SECURITY, PROVIDER):
        status, made, err = typed(judged, who, *ROOT, "sign", name, "--digest", digest)
        assert status == 0, err
    assert made["state"] == "in-force"
    status, left, err = typed(judged, DEVELOPER, *ROOT, "use", name, "--value", "exclude=无")
    assert (status, left["state"], left["template"]) == (0, "released", name), err
    seen = typed(judged, SECURITY, *ROOT, "show", name)[1]
    assert "looks" not in typed(judged, DEVELOPER, *ROOT, "show", name)[1]
    (look,) = seen["looks"]
    status, text, err = typed(judged, SECURITY, *ROOT, "look", look["id"], as_json=False)
    assert (status, "抽查合格" in text) == (0, True), err
    status, text, _ = typed(judged, PROVIDER, *ROOT, "suspend", name, "--reason", "口径待核", as_json=False)
    assert (status, "已停用" in text) == (0, True)
    status, made, _ = typed(judged, SECURITY, *ROOT, "revoke", name, "--reason", "口径有误")
    assert (status, made["state"]) == (0, "revoked")
    status, _, err = typed(judged, DEVELOPER, *ROOT, "use", name, "--value", "exclude=无")
    assert status != 0
    assert "第十九条" in err


@pytest.mark.long  # tests/attacks/test_templates.py has the bad look every day
def test_a_bad_look_at_the_terminal_suspends_and_recalls(judged: Home, typed) -> None:
    with judged.open() as desk:
        template = in_force(desk)
    assert typed(judged, DEVELOPER, *ROOT, "use", template.id, "--value", "exclude=无")[0] == 0
    with judged.open() as desk:
        (look,) = looks.looks_of(desk.platform.gate, template.id)
    words = ("look", look.id, "--bad", "--recall", "--reason", "口径与审定的不同")
    status, data, err = typed(judged, SECURITY, *ROOT, *words)
    assert status == 0, err
    assert (data["look"]["state"], len(data["recalled"])) == ("failed", 1)
    text = typed(judged, SECURITY, *ROOT, "show", template.id, as_json=False)[1]
    assert "已停用" in text
    assert "已召回" in text


def test_refused_withdrawn_and_examined_by_a_third_party(judged: Home, typed, tmp_path: Path) -> None:
    sheet, risks = _files(tmp_path)
    names = [
        typed(judged, DEVELOPER, *ROOT, "draft", MARKET, sheet, "--risks", risks)[1]["id"] for _ in range(2)
    ]
    third = next(one.name for one in cast().organisations if "third-party-reviewer" in one.roles)
    status, made, err = typed(judged, OFFICER, *ROOT, "commission", names[0], third)
    assert (status, len(made["commissioned"])) == (0, 1), err
    status, text, _ = typed(
        judged, PROVIDER, *ROOT, "refuse", names[0], "--reason", "次数过多", as_json=False
    )
    assert (status, "未获同意" in text) == (0, True)
    status, text, _ = typed(judged, DEVELOPER, *ROOT, "withdraw", names[1], as_json=False)
    assert (status, "已撤回" in text) == (0, True)
    status, _, err = typed(judged, DEVELOPER, *ROOT, "use", names[1], "--value", "exclude")
    assert (status, "参数=取值" in err) == (2, True)


def test_what_is_shown_is_exactly_what_is_signed(judged: Home, typed) -> None:
    """Each of the terms has its line, and nothing is a line that is no term."""
    with judged.open() as desk:
        template = in_force(desk)
        lines = template_sheet.sheet(desk.platform.gate, template)
        assert {one.name for one in lines} == set(terms_of(template))
        assert len(lines) == len(terms_of(template))
        signed = templates.signatures_of(desk.platform.gate, template.id)
    status, text, _ = typed(judged, SECURITY, *ROOT, "show", template.id, as_json=False)
    assert status == 0
    for part in (
        template.digest,
        template.plan,
        template.policy,
        SQL,
        "企业数",
        "保留 2 位小数",
        "每格不少于",
        "exclude（文字）：只能取 无、不详",
        "最多放行 2 次",
        template.term_to.isoformat(),
        "大数据主管部门",
        "数据提供部门",
    ):
        assert part in text, part
    assert len(signed) == 2
    assert "{" not in text.replace(template.plan_text, "")
