"""The law of the house: one direction of imports, proved by planting a break."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

BREAKS = {
    "a lower room reaches up": ("sandbox/vault/keys.py", "from sandbox.egress import release"),
    "two rooms of one band reach sideways": ("sandbox/ingest/batch.py", "from sandbox.egress import review"),
    "the kernel touches the disk": ("sandbox/kernel/decision.py", "import pathlib"),
    "a room reads settings": ("sandbox/people/accounts.py", "from sandbox.settings import load"),
    "a rule speaks to the terminal": ("sandbox/access/review.py", "import typer"),
    "a seat's package knows the gate": ("sandbox_seat/data.py", "from sandbox.egress import judge"),
    "the command line opens the vault": ("sandbox/cli/land.py", "from sandbox.vault import keys"),
}


def lint(tree):
    return subprocess.run([LINTER, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the packages, without anything but their sources."""
    place = tmp_path_factory.mktemp("house")
    for name in ("sandbox", "sandbox_seat"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", place)
    return place


def test_the_house_keeps_its_law(tree):
    done = lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_a_planted_break_is_refused(tree, name):
    file, line = BREAKS[name]
    path = tree / file
    before = path.read_text(encoding="utf-8")
    path.write_text(before + f"\n{line}  # planted\n", encoding="utf-8")
    try:
        done = lint(tree)
    finally:
        path.write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
