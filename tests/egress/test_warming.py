"""Compiled loops that the gate loads ahead: all that lie compiled, none that would be compiled anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from numba.core import event

from sandbox.egress import warming


def test_loops_are_loaded_where_they_lie_compiled_and_none_is_compiled_while_a_job_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used: list[str] = []

    def stale() -> None:
        used.append("stale")
        event.start_event("numba:compile")  # as the compiler says before it begins
        used.append("compiled")

    monkeypatch.setattr(warming, "_LOOPS", (lambda: used.append("kept"), stale, lambda: used.append("other")))
    warming.load_compiled()
    assert used == ["kept", "stale", "other"]
    event.start_event("numba:compile")  # afterwards it may


def test_they_are_brought_to_where_the_compiler_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "package" / "room" / "__pycache__"
    kept.mkdir(parents=True)
    for name in ("loops.a-1.py311.nbi", "loops.cpython-311.pyc"):
        (kept / name).touch()
    monkeypatch.setattr(warming, "PACKAGE", tmp_path / "package")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    warming.bring_compiled()
    (brought,) = (tmp_path / "cache").rglob("*.*")
    assert brought.name == "loops.a-1.py311.nbi"
    assert brought.parent.name.startswith("room_")
