"""The two calculators of the review desk, on every vector that the rules themselves are held to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.cli.main import main
from sandbox.kernel.eligibility import Applicant
from sandbox.regulation.calendars import calendar_for
from tests.kernel.test_eligibility import CASES as BODIES
from tests.kernel.test_eligibility import OUTCOMES, _code

VECTORS = Path(__file__).parents[1] / "vectors" / "workdays.json"
KNOWN = max(calendar_for().published)
TERMS = [
    one for one in json.loads(VECTORS.read_text("utf-8"))["cases"] if one.get("known_until", KNOWN) == KNOWN
]


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    """Return the document that a command answers with."""
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    "case", TERMS, ids=lambda one: f"{one['pushed']}+{one['days']}+{one.get('extension', 0)}"
)
def test_the_last_day_of_a_term(case, capsys) -> None:
    words = (
        "--pushed",
        case["pushed"],
        "--days",
        str(case["days"]),
        "--extension",
        str(case.get("extension", 0)),
    )
    found = asked(capsys, "clock", "due", *words)
    window = (case.get("earliest", case["due"]), case.get("latest", case["due"]))
    assert (found["due"], found["provisional"]) == (case["due"], case["provisional"])
    assert (found["earliest"], found["latest"]) == window


def test_most_of_the_vectors_are_asked() -> None:
    assert len(TERMS) >= 18


@pytest.mark.parametrize("case", BODIES, ids=lambda one: one["name"])
def test_who_may_be_what(case, capsys) -> None:
    words = ["--uscc", _code(case["uscc"])]
    words += ["--kind", case["kind"]] if "kind" in case else []
    words += ["--fiscally-funded"] if case.get("fiscally_funded") else []
    for role in Applicant:
        found = asked(capsys, "eligibility", "--role", role.value, *words)
        assert found["outcome"] == OUTCOMES[case[role.value]].value
        assert all(one["article"] == "第三条" and one["text"] for one in found["reasons"])


@pytest.mark.parametrize(
    "words",
    [
        ("clock", "due", "--pushed", "2026-02-30", "--days", "15"),
        ("clock", "due", "--pushed", "去年", "--days", "15"),
        ("clock", "due", "--pushed", "2003-01-01", "--days", "15"),
        ("clock", "due", "--pushed", "2026-02-02", "--days", "0"),
        ("eligibility", "--role", "tourist", "--uscc", "x"),
    ],
)
def test_what_cannot_be_counted_is_one_sentence(words, capsys) -> None:
    capsys.readouterr()
    assert main([*words, "--json"]) != 0
    seen = capsys.readouterr()
    assert seen.out == ""
    assert len(seen.err.strip().splitlines()) == 1
