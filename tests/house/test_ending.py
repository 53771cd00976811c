"""A run of the suite ends by itself whatever becomes of one of its processes, and says which it was."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections import OrderedDict
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from tests import once, watching
from tests.dealing import DEAREST, Dealing

ROOT = Path(__file__).parents[2]
CONFTEST = """
import sys
sys.path.insert(0, {root!r})
from tests.conftest import *
"""
NOTED = "\nimport os, time\ndef noted(name): open(os.environ['NOTED'], 'a').write(name + '\\n')\n"
QUIET = NOTED + "".join(f"def test_{n}(): noted(__name__ + '.{n}'); time.sleep(0.05)\n" for n in range(3))
DIES = (
    NOTED
    + """
def test_before(): noted(__name__ + ".before")
def test_dies():
    noted(__name__ + ".dies")
    os.kill(os.getpid(), 9)
"""
)
AFTER = "def test_after(): noted(__name__ + '.after')\n"


def run(folder: Path, files: dict[str, str], *options: str) -> tuple[str, list[str]]:
    """Return what a run of these files says and the tests that were begun; it must end."""
    (folder / "conftest.py").write_text(CONFTEST.format(root=str(ROOT)))
    for name, text in files.items():
        (folder / name).write_text(text)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", once.PLACE))}
    plain = ["-p", "no:cacheprovider", "-o", "timeout=60", "--rootdir", folder]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, *options, folder],
        env=bare | {"NOTED": str(folder / "noted"), "TMPDIR": str(folder)},
        capture_output=True,
        timeout=150,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    return (done.stdout + done.stderr).decode(), (folder / "noted").read_text().split()


@pytest.mark.parametrize("after", ["", AFTER], ids=["the last of its file", "one more in its file"])
def test_a_run_goes_on_when_a_process_dies_and_says_in_which_test(tmp_path: Path, after: str) -> None:
    files = {f"test_a{place}.py": QUIET for place in range(3)} | {"test_b.py": DIES + after}
    said, begun = run(tmp_path, files, "-n", "2", "--dist", "loadfile")
    assert re.search(r"worker 'gw\d' crashed while running '.*test_b.py::test_dies'", said)
    wanted = [f"test_a{place}.{n}" for place in range(3) for n in range(3)] + ["test_b.before", "test_b.dies"]
    assert sorted(begun) == sorted([*wanted, *(["test_b.after"] if after else [])])  # each once


STAYS = """
import pytest, threading
from tests import watching
watching.TIMES, watching.GRACE = 1, 1.0
@pytest.fixture
def stays():
    yield
    threading.Event().wait()
@pytest.mark.timeout(2)
def test_stays(stays):
    open(os.environ["NOTED"], "a").write("begun ")
    assert False
"""


def test_what_hangs_after_a_failed_test_ends_its_process(tmp_path: Path) -> None:
    said, begun = run(tmp_path, {"test_a.py": "import os" + STAYS})
    assert begun == ["begun"]
    assert "in stays" in said.partition("Timeout (")[2]


def _hold(name: str, ready: object) -> None:
    once.made(name, lambda _: (ready.set(), time.sleep(600)))  # type: ignore[attr-defined]


def test_what_is_made_once_is_waited_for_with_a_bound_and_made_anew_after_a_death(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(once.PLACE, str(tmp_path))
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    maker = spawn.Process(target=_hold, args=("thing", ready), daemon=True)
    maker.start()
    assert ready.wait(60)
    with pytest.raises(RuntimeError, match="thing"):
        once.made("thing", lambda _: None, waiting=0.3)
    maker.kill()
    maker.join(60)
    root = once.made("thing", lambda folder: (folder / "there").touch(), waiting=30)
    assert (root / "there").exists()
    assert once.made("thing", lambda _: pytest.fail("made twice")) == root


def test_what_a_killed_run_left_behind_is_removed_and_a_running_one_keeps_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once.tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv(once.PLACE)
    gone = subprocess.Popen(["true"])
    gone.wait(60)
    left, kept = tmp_path / f"{once.PREFIX}{gone.pid}-a", tmp_path / f"{once.PREFIX}{os.getpid()}-b"
    left.mkdir()
    kept.mkdir()
    made = once.lay_out()
    assert made is not None
    assert sorted(tmp_path.iterdir()) == sorted([kept, made])


SLOW = """
import time
from tests import once
def test_slow():
    open(os.environ["NOTED"], "a").write("begun ")
    once.made("thing", lambda _: time.sleep(3))
    open(os.environ["NOTED"], "a").write("made ")
    time.sleep(30)
"""


def test_making_takes_none_of_the_time_of_a_test(tmp_path: Path) -> None:
    said, begun = run(tmp_path, {"test_a.py": "import os" + SLOW}, "-o", "timeout=2")
    assert begun == ["begun", "made"]
    assert "Timeout (>2.0s)" in said


def test_a_test_is_watched_by_its_own_time_or_by_that_of_all(request: pytest.FixtureRequest) -> None:
    assert watching.allowed(request.node) == float(request.config.getini("timeout"))
    request.applymarker(pytest.mark.timeout(7))
    assert watching.allowed(request.node) == 7


def test_what_is_dealt_first_is_there() -> None:
    assert [name for name in DEAREST if not (ROOT / name).is_file()] == []


def test_what_takes_longest_is_dealt_before_what_has_most_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    dealt: list[str] = []
    monkeypatch.setattr(
        LoadFileScheduling,
        "_assign_work_unit",
        lambda self, _: dealt.append(self.workqueue.popitem(last=False)[0]),
    )
    dealing = object.__new__(Dealing)
    dealing.workqueue = OrderedDict.fromkeys(["many.py", "few.py", DEAREST[3], DEAREST[0]], {})
    for _ in range(4):
        dealing._assign_work_unit(None)
    assert dealt == [DEAREST[0], DEAREST[3], "many.py", "few.py"]
