"""What people read in the terminal are words: no sentence and no table holds a state's or step's code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from sandbox.cli.frame import cell_text, stated
from sandbox.cli.main import application
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.message import say
from sandbox.locale.words import humane, step_name
from tests.cli.test_desks import typed
from tests.journeys.homes import CODE, MARKET, OFFICER, OPERATOR, Home, released, told

__all__ = ["released", "told", "typed"]

CLI = Path(__file__).resolve().parents[2] / "sandbox" / "cli"
STATES = sorted({(one.kind, one.target) for one in STEPS} | {(s.kind, x) for s in STEPS for x in s.sources})
CODES = {state for _, state in STATES if state} | {one.name for one in STEPS}


class Standing:
    """A record of a kind in a state."""

    def __init__(self, kind: str, state: str) -> None:
        self.KIND, self.state = kind, state


@pytest.mark.parametrize(("kind", "state"), STATES, ids=lambda one: one)
def test_every_state_has_words_that_hold_no_code(kind: str, state: str) -> None:
    if not state:
        return
    cell = cell_text(stated(Standing(kind, state)), "zh")
    assert not re.search("[a-z]", cell), cell
    said = humane(say("申请 {id} 的状态：{state}", id="x-000001", state=state))
    assert state not in str(said).replace("x-000001", "")
    assert cell_text(stated(Standing(kind, state)), "en") != state


@pytest.mark.parametrize("name", sorted({one.name for one in STEPS}))
def test_every_step_has_words(name: str) -> None:
    assert not re.search("[a-z]", cell_text(step_name(name), "zh"))


WORDED = ("stated", "state_of", "state_in_words", "verdict_name")


def _code(node: ast.AST) -> object:
    """Return the name by which a node reads a field, of a record or of what goes to JSON."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value
    return None


def _raw(tree: ast.AST) -> list[int]:
    """Return the lines where a state's code is handed on to people: in a row, a sentence or a text."""
    allowed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):  # goes to JSON
            allowed |= {inner for value in node.values for inner in ast.walk(value)}
        if isinstance(node, ast.Compare):
            allowed |= set(ast.walk(node))
        table = isinstance(node, ast.Subscript) and getattr(node.value, "id", "") in ("_WORDS", "_STYLES")
        if table or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in WORDED):
            allowed |= set(ast.walk(node))
    return [
        node.lineno
        for node in ast.walk(tree)
        if _code(node) in ("state", "verb", "verdict", "phase") and node not in allowed
    ]


@pytest.mark.parametrize("path", sorted(CLI.glob("*.py")), ids=lambda one: one.stem)
def test_no_command_hands_on_a_code(path: Path) -> None:
    if path.stem in ("frame", "audit"):  # where words are made of them; the log's own line tool
        return
    assert _raw(ast.parse(path.read_text(encoding="utf-8"))) == []


def listing_verbs() -> list[tuple[str, ...]]:
    """Return every command that lists something, by its path."""

    def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, (*path, name))
        bare = not any(one.required for one in command.params)
        if path and path[-1] in ("list", "queue", "facts") and bare:
            yield path

    return sorted(walk(get_command(application())))


@pytest.mark.parametrize("who", [OFFICER, OPERATOR])
def test_lists_of_a_home_hold_no_code(released: Home, typed, who: str) -> None:
    verbs = [*listing_verbs(), ("agree", "policy", MARKET), ("land", "show", CODE)]
    assert len(verbs) > 12
    read = 0
    for words in verbs:
        status, out, _ = typed(released, who, *words, as_json=False)
        if status != 0:
            continue  # not this person's to read
        read += 1
        shown = set(re.findall(r"(?<![\w./:-])[a-z]+(?:[-:][a-z]+)*(?![\w./=-])", out))
        assert not shown & CODES, (words, shown & CODES)
    assert read > 8


def test_what_the_gate_found_is_told_in_words(released: Home, typed) -> None:
    for number in (1, 2):
        status, out, err = typed(
            released, OFFICER, "egress", "show", f"submission-00000{number}", as_json=False
        )
        assert status == 0, err
        head = out.splitlines()[0]
        assert not any(code in head for code in CODES), head
        assert not {"release", "review", "refuse"} & set(re.findall(r"[a-z]+", out))
    status, data, _ = typed(released, OFFICER, "egress", "show", "submission-000001")
    assert data["state"] in CODES
