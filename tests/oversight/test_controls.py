"""The table of articles: every article is there, every name in it exists, no cell is empty."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import STEPS, steps_of
from sandbox.kernel.permits import RULES
from sandbox.oversight.controls import controls, read
from sandbox.regulation.loader import article_number

ROOT = Path(__file__).resolve().parents[2]
ROWS = controls()


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_article_is_carried_in_order():
    numbers = [article_number(one.article) for one in ROWS]
    assert sorted(set(numbers)) == list(range(1, 23))
    assert numbers == sorted(numbers)


def test_every_ban_is_there_once():
    assert [one.ban for one in ROWS if one.ban] == [f"17-{number}" for number in range(1, 11)]
    assert {one.article for one in ROWS if one.ban} == {"第十七条"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.article}-{row.ban or row.text[:8]}")
def test_what_a_row_names_exists(row):
    assert set(row.rules) <= {rule.code for rules in RULES.values() for rule in rules}
    assert set(row.steps) <= {one.name for one in STEPS}
    for name in row.tests:
        file, _, function = name.partition("::")
        path = ROOT / file
        assert path.is_file(), name
        assert not function or function in functions_in(path), name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.article}-{row.ban or row.text[:8]}")
def test_a_rule_that_a_row_names_is_asked_at_one_of_its_steps(row):
    asked = {rule.code for name in row.steps for rule in RULES[name]}
    if row.steps and row.rules:
        assert set(row.rules) <= asked


def test_only_what_names_its_issue_has_no_test():
    for row in ROWS:
        assert row.tests or "议题" in row.pending or "issue" in row.pending


@pytest.mark.parametrize("number", [*range(3, 14), 16, 17, 20, 22])
def test_an_article_in_force_is_told_as_a_journey_and_names_it(number):
    """Its file opens with the article, and every test of it that the table names is there."""
    file = f"tests/journeys/test_article_{number:02}.py"
    named = {name for row in ROWS if article_number(row.article) == number for name in row.tests}
    assert any(name.partition("::")[0] == file for name in named)
    told = ast.get_docstring(ast.parse((ROOT / file).read_text(encoding="utf-8"))) or ""
    article = next(row.article for row in ROWS if article_number(row.article) == number)
    assert told.startswith(article)


def test_no_step_changes_a_signed_agreement():
    """What is signed is suspended, resumed, ended or expires; nothing leads from it to a draft."""
    for kind in ("service-agreement", "operating-agreement"):
        for row in steps_of(kind):
            if "active" in row.sources:
                assert row.target in {"suspended", "terminated", "expired", "active", "superseded"}, row.name
                assert not row.creates


@pytest.mark.parametrize(
    "text",
    [
        '[[control]]\narticle = "第一条"\ntext = "x"\ncontrol = "y"',
        '[[control]]\narticle = "第一条"\ntext = "x"\ncontrol = ""\ntests = ["t"]',
        '[[control]]\narticle = "第一条"\ntext = "x"\ntests = ["t"]',
        '[[control]]\narticle = "第一条"\ntext = "x"\ncontrol = "y"\ntests = ["t"]\nmore = "z"',
        '[[control]]\narticle = "第一条"\ntext = "x"\ncontrol = "y"\ntests = []\npending = ""',
    ],
)
def test_an_empty_cell_is_refused(text):
    with pytest.raises(InputError):
        read(text)
