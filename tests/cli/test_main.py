"""The overview lists what the parts register, and a call loads no more than it needs."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
import typer

from sandbox.cli.main import LISTED, PARTS, application, main

HEAVY = {"pyarrow", "numpy", "duckdb", "sqlalchemy", "pandas", "numba", "openpyxl", "cryptography"}


@pytest.mark.parametrize("part", PARTS)
def test_the_overview_lists_what_a_part_registers(part: str) -> None:
    module = importlib.import_module(f"sandbox.cli.{part}")
    root = typer.Typer()
    root.callback()(lambda: None)
    module.register(root)
    registered = typer.main.get_command(root).commands.items()  # type: ignore[attr-defined]
    shown = {name: (found.help or "").strip().splitlines()[0] for name, found in registered}
    assert {one.name: one.help for one in LISTED if one.part == part} == shown


def test_all_parts_together_are_the_whole_command_line() -> None:
    assert set(typer.main.get_command(application()).commands) >= {one.name for one in LISTED}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["clock", "due", "--pushed", "2026-01-05", "--days", "5"],
        ["mask", "--help"],
        ["inspect", "--help"],
    ],
)
def test_small_calls_load_nothing_heavy(arguments: list[str]) -> None:
    call = "from sandbox.cli.main import main; main(sys.argv[1:])"
    code = f"import sys; {call}; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout
    assert not HEAVY & set(done.stderr.split())


def test_an_unknown_command_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bogus"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
