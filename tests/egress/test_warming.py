"""Compiled loops that the gate loads ahead: all that lie compiled, none that would be compiled anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.egress import warming


def lay(folder: Path, *, module: float, loops: dict[str, float]) -> None:
    """Lay a module and compiled loops of it, written at these seconds."""
    kept = folder / "room" / "__pycache__"
    kept.mkdir(parents=True)
    for path, when in [(folder / "room" / "loops.py", module), *((kept / n, t) for n, t in loops.items())]:
        path.touch()
        os.utime(path, (when, when))


@pytest.mark.parametrize(
    ("loops", "loaded"),
    [
        ({}, 0),
        ({"loops.a-1.py311.nbi": 50.0}, 0),
        ({"loops.a-1.py311.nbi": 150.0}, 1),
        ({"loops.gone-9.py311.nbi": 50.0, "loops.a-1.py311.nbi": 150.0}, 1),
        ({"other.a-1.py311.nbi": 150.0, "loops.a-1.py311.nbc": 150.0}, 0),
    ],
    ids=["never compiled", "an older module", "compiled", "one left over", "others"],
)
def test_loops_are_loaded_where_they_lie_compiled_from_the_module_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loops: dict[str, float], loaded: int
) -> None:
    lay(tmp_path, module=100.0, loops=loops)
    used: list[int] = []
    monkeypatch.setattr(warming, "PACKAGE", tmp_path)
    monkeypatch.setattr(warming, "_LOOPS", (("room", "loops", lambda: used.append(1)),))
    warming.load_compiled()
    assert len(used) == loaded


def test_they_are_brought_to_where_the_compiler_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "package", module=1.0, loops={"loops.a-1.py311.nbi": 2.0, "loops.cpython-311.pyc": 2.0})
    monkeypatch.setattr(warming, "PACKAGE", tmp_path / "package")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    warming.bring_compiled()
    (brought,) = (tmp_path / "cache").rglob("*.*")
    assert brought.name == "loops.a-1.py311.nbi"
    assert brought.parent.name.startswith("room_")
