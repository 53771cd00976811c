"""Compiled loops are kept as long as all that they are made of stays as it is, and no longer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sandbox.files.loops

PACKAGE = Path(sandbox.files.loops.__file__).resolve().parents[1]
INNER = (
    "from sandbox.files.loops import compiled\n\n@compiled({options})\ndef inner(x):\n    return x + {more}\n"
)
OUTER = """
from sandbox.files.loops import compiled
from sandbox.room.bounds import FACTOR
from sandbox.room.inner_kernels import inner

@compiled()
def outer(x):
    return inner(x) * FACTOR
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a small house with a loop that takes in another and a constant, each of its own module."""
    for room in ("", "files", "room"):
        (tmp_path / "sandbox" / room).mkdir()
        (tmp_path / "sandbox" / room / "__init__.py").touch()
    shutil.copy(sandbox.files.loops.__file__, tmp_path / "sandbox" / "files")
    room = tmp_path / "sandbox" / "room"
    (room / "outer_kernels.py").write_text(OUTER)
    (room / "inner_kernels.py").write_text(INNER.format(options="", more=1))
    (room / "bounds.py").write_text("FACTOR = 10\n")
    return tmp_path


def said(house: Path, script: str) -> str:
    """Return what a process says that works in the house."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        cwd=house, env={"PYTHONPATH": str(house)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


ASKS = "from sandbox.room.outer_kernels import outer; print(outer(1), sum(outer.stats.cache_hits.values()))"


@pytest.mark.parametrize("options", ["", 'inline="always"', "forceinline=True"])
def test_a_loop_is_compiled_anew_when_one_that_it_took_in_has_changed_alone(
    house: Path, options: str
) -> None:
    inner = house / "sandbox" / "room" / "inner_kernels.py"
    inner.write_text(INNER.format(options=options, more=1))
    assert said(house, ASKS) == "20 0"
    assert said(house, ASKS) == "20 1"  # kept
    inner.write_text(INNER.format(options=options, more=2))
    assert said(house, ASKS) == "30 0"


def test_a_loop_is_compiled_anew_when_a_constant_has_changed_that_it_took_from_elsewhere(
    house: Path,
) -> None:
    assert said(house, ASKS) == "20 0"
    (house / "sandbox" / "room" / "bounds.py").write_text("FACTOR = 11\n")
    assert said(house, ASKS) == "22 0"


def test_what_would_have_to_be_compiled_is_left_where_only_what_is_kept_may_be_loaded(house: Path) -> None:
    only = """
from sandbox.files.loops import NotKept, only_kept
from sandbox.room.outer_kernels import outer
try:
    with only_kept():
        print(outer(1))
except NotKept:
    print("not kept")
print(outer(1))
"""
    assert said(house, only) == "not kept\n20"
    assert said(house, only) == "20\n20"


def test_kernels_import_by_name_from_modules_and_are_compiled_here_alone() -> None:
    """Otherwise what they are made of would not be seen."""
    kernels = sorted(PACKAGE.rglob("*_kernels.py"))
    assert len(kernels) >= 7
    for path in kernels:
        imports = re.findall(r"^[ \t]*(?:from|import)[ \t]+sandbox.*$", path.read_text(), re.MULTILINE)
        assert imports
        assert all(re.match(r"from (sandbox(\.\w+)+) import ", line) for line in imports)
        modules = [re.match(r"from (\S+)", line)[1].replace(".", "/") for line in imports]
        assert all((PACKAGE.parent / f"{module}.py").is_file() for module in modules)
    askers = [
        path for path in PACKAGE.rglob("*.py") if re.search(r"\bn?jit\(|import .*\bn?jit\b", path.read_text())
    ]
    assert [path.name for path in askers] == ["loops.py"]
