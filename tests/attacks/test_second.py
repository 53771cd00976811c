"""A second process for one file: whatever becomes of it, the file is judged as one process judges it."""

from __future__ import annotations

import base64
import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.egress import channels, foreseen, second, worker
from sandbox.egress.foreseen import Foreseen
from sandbox.egress.judge import judge_file
from sandbox.egress.options import Options
from sandbox.egress.report import FileReport, Product
from sandbox.egress.second import Second, Task
from sandbox.egress.wire import pack
from sandbox.kernel.findings import FindingKind, Verdict
from tests.attacks.choice_leaks import CARRIERS, spelled
from tests.attacks.exam_room import sources, world
from tests.attacks.exam_source import to_csv

TWO = Options(cores=2)
LIMITS = {"file_seconds": 120, "file_memory": 4 << 30}


def carried() -> Product:
    """Return telephones in the choices of a text: only what may be worked out ahead sees them."""
    kinds, extension, carry = CARRIERS["gaps_behind_sentences"]
    phones = [row["手机号"] for row in world().persons[20:33]]
    return Product(f"p.{extension}", carry(spelled(phones, kinds), random.Random(0)))


def chained() -> Product:
    """Return rows behind two codings."""
    rows = to_csv(world().persons[40:70]).encode()
    return Product("p.txt", base64.b32encode(base64.b85encode(rows)[::-1]))


def cut() -> Product:
    """Return identity numbers in pieces, which are put together last."""
    rows = [
        {"甲": row["身份证号"][:6], "乙": row["身份证号"][6:11], "丙": row["身份证号"][11:]}
        for row in world().persons[80:120]
    ]
    return Product("p.csv", to_csv(rows).encode())


def clean() -> Product:
    chance = random.Random(7)
    rows = [{"月份": str(at), "人次": str(chance.randrange(20, 90_000))} for at in range(300)]
    return Product("p.csv", to_csv(rows).encode())


FILES = {"choices": carried, "chain": chained, "pieces": cut, "clean": clean}


def told(report: FileReport) -> object:
    """Return all that is told of a file."""
    return report.findings, report.ran, report.details, report.rewriting, report.column


def _garbage(_: Sequence[Task], writer: int) -> None:
    os.write(writer, random.Random(0).randbytes(50_000))
    os._exit(0)


def _endless(_: Sequence[Task], writer: int) -> None:
    with suppress(OSError):
        while True:
            os.write(writer, b"\x01" + (1 << 62).to_bytes(8, "big") + bytes(1 << 16))
    os._exit(0)


def _of_no_form(tasks: Sequence[Task], writer: int) -> None:
    for task in tasks:
        bodies = {"ends": pack({"texts": 9}, [b""]), "hidden": b"\xff" * 40}
        body = bodies.get(task.name, b"nothing at all")
        os.write(writer, b"\x01" + len(body).to_bytes(8, "big") + body)
    os._exit(0)


def _half(_: Sequence[Task], writer: int) -> None:
    body = bytes(50_000)
    os.write(writer, b"\x01" + len(body).to_bytes(8, "big") + body[: len(body) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


FAULTS: dict[str, Callable[[Sequence[Task], int], None]] = {
    "killed": lambda *_: os.kill(os.getpid(), signal.SIGKILL),
    "silent": lambda *_: os._exit(0),
    "hangs": lambda *_: time.sleep(600),
    "garbage": _garbage,
    "endless": _endless,
    "of no form": _of_no_form,
    "killed in the middle": _half,
}


def children() -> set[str]:
    """Return the processes that this one started and has not heard the end of."""
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text("ascii").split()}


@pytest.fixture(autouse=True)
def every_size(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have small files worked out ahead, too, and leave no process behind."""
    monkeypatch.setattr(foreseen, "LEAST_BYTES", 0)
    before = children()
    yield
    assert children() <= before  # others of this test process are what its other tests keep


@pytest.mark.parametrize("name", FILES)
def test_two_processes_judge_as_one_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    product, answered = FILES[name](), []
    asked = Second.answer
    monkeypatch.setattr(Second, "answer", lambda self, one: answered.append(asked(self, one)) or answered[-1])
    assert told(judge_file(product, sources(), TWO)) == told(judge_file(product, sources(), Options()))
    assert any(one is not None for one in answered)


BOTH_WAYS = [("pieces", fault) for fault in FAULTS] + [
    ("choices", fault)
    if fault in ("of no form", "killed in the middle")  # every fault at length: this file is the dear one
    else pytest.param("choices", fault, marks=pytest.mark.long)
    for fault in FAULTS
]


@pytest.mark.parametrize(("name", "fault"), BOTH_WAYS)
def test_what_a_second_fails_at_is_done_by_the_first(
    name: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second, "_work", FAULTS[fault])
    monkeypatch.setattr(second, "SECONDS", 1)
    report = judge_file(FILES[name](), sources(), TWO)
    assert FindingKind.SOURCE_RECORD in {found.kind for found in report.findings}


def test_answers_beyond_their_room_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second, "MAX_ANSWERS", 100)
    with Second([Task("a", lambda: bytes(60)), Task("b", lambda: bytes(60))], cores=2) as other:
        assert (other.answer("a"), other.answer("b")) == (bytes(60), None)


def test_a_task_that_breaks_is_left_to_the_first() -> None:
    with Second([Task("a", lambda: bytes(1 // 0)), Task("b", lambda: b"b")], cores=2) as other:
        assert (other.answer("a"), other.answer("b"), other.answer("c")) == (None, b"b", None)


def test_what_shows_something_is_never_taken_from_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()
    asked: list[int] = []
    monkeypatch.setattr(
        foreseen, "hidden_in", lambda *given: asked.append(os.getpid()) or channels.hidden_in(*given)
    )
    judge_file(carried(), sources(), TWO)
    assert asked == [here]  # the second's own list is not seen here; the first asked anew


def test_bounds_hold_for_the_second() -> None:
    soft = resource.getrlimit(resource.RLIMIT_AS)
    tasks = [
        Task("much", lambda: bytes(4 << 30)),
        Task("held", lambda: ",".join(sorted(os.listdir("/proc/self/fd"))).encode()),
        Task("processor", lambda: str(resource.getrlimit(resource.RLIMIT_CPU)[0]).encode()),
    ]
    with open(os.devnull) as opened, Second(tasks, cores=2) as other:
        assert other.answer("much") is None
        held = (other.answer("held") or b"").split(b",")
        assert len(held) == 5  # the three of every process, the way back, the list itself
        assert opened.fileno() > 2
        assert int(other.answer("processor") or b"") == second.SECONDS
    assert resource.getrlimit(resource.RLIMIT_AS) == soft


def test_a_second_ends_with_the_file_that_it_was_started_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "second"

    def work() -> bytes:
        note.write_text(str(os.getpid()))
        time.sleep(600)
        return b""

    def hangs(*_: object) -> None:
        Second([Task("long", work)], cores=2)
        time.sleep(600)

    monkeypatch.setattr(worker, "judge_file", hangs)
    report = worker._apart(clean(), sources(), TWO, {"file_seconds": 2, "file_memory": 1 << 30})
    assert [found.verdict for found in report.findings] == [Verdict.REFUSE]
    state, deadline = Path(f"/proc/{note.read_text()}/stat"), time.monotonic() + 20
    while alive(state):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(state: Path) -> bool:
    """Return whether there is such a process that is more than its entry in the list of them."""
    with suppress(OSError):
        return state.read_text().rpartition(") ")[2][0] not in "ZX"
    return False


def test_a_file_whose_second_hangs_is_still_refused_by_its_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second, "_work", FAULTS["hangs"])
    monkeypatch.setattr(second, "SECONDS", 1)
    report = worker._apart(cut(), sources(), TWO, LIMITS)
    assert FindingKind.SOURCE_RECORD in {found.kind for found in report.findings}
    assert report.rewriting is None


def test_nothing_is_forked_beside_a_thread_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second.threading, "active_count", lambda: 2)
    assert not Second([Task("a", lambda: b"a")], cores=2)


def test_one_core_or_a_claim_starts_no_second() -> None:
    assert not Second([Task("a", lambda: b"a")], cores=1)
    known = [source.index for source in sources() if source.index is not None]
    with Foreseen.of(Product("p.csv", b"a", claim=b"{}"), [], known, 2) as early:
        assert not early.nothing("rest", lambda: True)
