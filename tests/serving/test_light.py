"""What is loaded where: large engines wait until they are needed, so that an idle platform stays small."""

from __future__ import annotations

import subprocess
import sys

import pytest

LARGE = ("numba", "openpyxl", "pandas", "presidio_analyzer", "spacy")


@pytest.mark.parametrize("part", ["sandbox.hub.configure", "sandbox.serving.worker", "sandbox.web.service"])
def test_an_idle_part_has_loaded_no_large_engine(part: str) -> None:
    code = f"import sys, {part}; print(sorted(set({LARGE!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_supervisor_loads_nothing_of_the_platform_s_engines() -> None:
    heavy = ("numpy", "pyarrow", "duckdb", "sqlalchemy", "fastapi", "jupyterhub")
    code = f"import sys, sandbox.serving.supervisor; print(sorted(set({heavy!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
