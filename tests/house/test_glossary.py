"""A word that is not in the glossary may not name a module."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").lower()
MODULES = sorted(
    path
    for package in ("sandbox", "sandbox_seat")
    for path in (ROOT / package).rglob("*.py")
    if not path.stem.startswith("_") and "migrations" not in path.parts
)


def known(word):
    stems = {word, word.rstrip("s"), word + "s"}
    return any(re.search(rf"(?<![a-z]){re.escape(stem)}(?![a-z])", GLOSSARY) for stem in stems)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_named_by_a_word_of_the_glossary(path):
    assert known(path.stem.replace("_", " "))


@pytest.mark.parametrize(
    "path",
    [p for p in (ROOT / "sandbox").iterdir() if p.is_dir() and not p.name.startswith("_")],
    ids=lambda p: p.name,
)
def test_room_is_named_by_a_word_of_the_glossary(path):
    assert known(path.name)


def test_no_init_file_has_any_effect():
    full = [p for p in ROOT.glob("sandbox*/**/__init__.py") if p.read_text(encoding="utf-8").strip()]
    assert full == []
