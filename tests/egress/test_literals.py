"""Code may carry the words that code needs, and no table."""

from __future__ import annotations

from pathlib import Path

import pytest

import sandbox
from sandbox.egress.literals import MAX_CHARACTERS, MAX_LITERALS, literal_issues
from tests.egress.clinic import csv_of, visits

OWN = sorted(Path(sandbox.__file__).parent.glob("egress/*.py"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_ordinary_code_is_within_the_budget(path: Path) -> None:
    if path.name not in ("checks.py",):  # a catalogue of words, which people would have to read as well
        assert literal_issues(path.read_text(encoding="utf-8")) == ()


def test_a_table_as_literals_is_over_it() -> None:
    rows = visits().slice(0, 300).to_pylist()
    assert [issue.check for issue in literal_issues(f"rows = {rows!r}".replace("}, ", "},\n"))] == [
        "row-level"
    ]
    assert literal_issues(f"rows = {csv_of(visits()).decode()!r}")


@pytest.mark.parametrize("text", [
    "x = 1\n" * (MAX_LITERALS + 1), "x = '" + "a" * MAX_CHARACTERS + "'", "x = [" + "y, " * 1000 + "]",
])  # fmt: skip
def test_each_bound_is_held(text: str) -> None:
    assert len(literal_issues(text)) == 1
