"""Processes of the gate started ahead: none sees, keeps, or answers for, another one's work."""

from __future__ import annotations

import base64
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.egress import process
from sandbox.egress.handover import SEALS, Packing
from sandbox.egress.inspect import inspect
from sandbox.egress.isolated import judge_isolated
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.wire import judgement_out, pack
from sandbox.kernel.findings import Verdict
from sandbox.seats.isolation import PYTHON, Limits, Sandbox, probe, python_mounts
from sandbox.seats.spares import Recipe, Spares, Waiting
from sandbox.seats.spec import MIB
from tests.egress.clinic import claim, csv_of, source, visits

pytestmark = pytest.mark.skipif(not probe(), reason="this machine cannot isolate")
TAKES = """
import json, os, socket, sys, time
door = socket.socket(fileno=int(sys.argv[-1]))
door.sendall(b"ready")
words, got, *_ = socket.recv_fds(door, 65536, 4)
door.sendall(b"taken")
"""
LOOKS = """
own = {0, 1, 2, door.fileno(), *got}
open_now = [one for one in map(int, os.listdir("/proc/self/fd")) if one not in own]
places = ("/tmp", "/dev/shm", "/home/dev")
seen = [os.path.join(place, name) for place in places for name in os.listdir(place)]
seen += [one for one in os.listdir("/proc") if one.isdecimal() and int(one) not in (1, os.getpid())]
seen += [os.readlink(f"/proc/self/fd/{one}") for one in open_now if os.path.exists(f"/proc/self/fd/{one}")]
for place in places:
    open(os.path.join(place, "left behind"), "wb").write(os.pread(got[0], 100, 0))
for number in range(2, 200):
    try:
        os.kill(number, 9) if number != os.getpid() else None
    except OSError:
        pass
print(json.dumps(seen))
"""
SECONDS = 60.0


def recipe(script: str, *, memory: int = 512 * MIB, state: bytes = b"") -> Recipe:
    sandbox = Sandbox(mounts=python_mounts(), limits=Limits(memory_bytes=memory), workdir="/tmp")
    return Recipe(sandbox, (PYTHON, "-I", "-S", "-c", script), state)


@pytest.fixture
def spares() -> Iterator[Spares]:
    kept = Spares(pause=0.0)
    yield kept
    kept.close()


def taken(spares: Spares, wanted: Recipe) -> Waiting:
    """Return a spare, waiting until one is there."""
    until(lambda: spares.waiting() > 0)
    spare = spares.take(wanted)
    assert spare is not None
    return spare


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def work(spare: Waiting, data: bytes = b"secret of one job") -> bytes:
    """Hand over a job and return what is said of it."""
    with Packing() as packing:
        packing.add(data)
        words = packing.seal({})
        assert spare.hand_over(words, [packing.descriptor], seconds=SECONDS)
        done = spare.finish(SECONDS, output_bytes=MIB)
    assert done.status == 0, done.stderr
    return done.stdout


def test_no_job_sees_a_file_a_process_or_a_descriptor_of_another(spares: Spares) -> None:
    wanted = recipe(TAKES + LOOKS)
    spares.expect(wanted)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with taken(spares, wanted) as spare:
            until(lambda: spares.waiting() > 0)  # the next stands beside it, and may be looked for
            assert work(spare) == b"[]\n"
    until(lambda: spares.waiting() > 0)
    with taken(spares, wanted) as last:
        assert work(last) == b"[]\n"  # the others' killing has not reached it either
    spares.close()
    assert len(os.listdir("/proc/self/fd")) < before + 1


def test_what_is_handed_over_cannot_be_changed_by_anybody() -> None:
    tries = (
        TAKES
        + """
for attempt in (lambda: os.pwrite(got[0], b"x", 0), lambda: os.ftruncate(got[0], 0),
                lambda: os.pwrite(os.open(f"/proc/self/fd/{got[0]}", os.O_RDWR), b"x", 0)):
    try:
        attempt()
        print("changed")
    except OSError:
        pass
"""
    )
    with Packing() as packing, Waiting(recipe(tries)) as fresh:
        packing.add(b"as it was")
        words = packing.seal({})
        assert fcntl.fcntl(packing.descriptor, fcntl.F_GET_SEALS) == SEALS
        with pytest.raises(OSError):
            os.pwrite(packing.descriptor, b"x", 0)
        assert fresh.hand_over(words, [packing.descriptor], seconds=SECONDS)
        assert fresh.finish(SECONDS, output_bytes=MIB).stdout == b""
        assert os.pread(packing.descriptor, 9, 0) == b"as it was"


def test_a_spare_is_given_one_job_and_never_a_second(spares: Spares) -> None:
    again = TAKES + "os.write(1, b'once'); door.sendall(b'ready'); print(socket.recv_fds(door, 99, 1)[0])"
    wanted = recipe(again)
    spares.expect(wanted)
    with taken(spares, wanted) as spare, Packing() as packing:
        assert spare.hand_over(packing.seal({}), [packing.descriptor], seconds=SECONDS)
        assert spares.take(recipe(TAKES)) is None
        assert not spare.hand_over(b"[]", [packing.descriptor], seconds=0.5)
        other = spares.take(wanted)
        assert other is not None
        assert other is not spare
        other.__exit__()
    with taken(spares, wanted) as third:
        assert third not in (spare, other)


@pytest.mark.parametrize(
    "script",
    [
        "print('before my work', flush=True)\n" + TAKES.replace('b"ready")', 'b"ready"); time.sleep(60)'),
        TAKES.replace('b"ready"', 'b"ready "'),
        TAKES.replace('b"taken"', 'b"token"'),
        TAKES.replace("words, got", "door.sendall(b'taken'); time.sleep(60); words, got"),
        "import time; time.sleep(60)",
        "raise SystemExit",
        TAKES.replace('door.sendall(b"taken")', "raise SystemExit"),
    ],
    ids=["speaks first", "another word", "mishears", "takes before", "never ready", "gone", "takes and goes"],
)
def test_one_that_does_not_keep_to_its_words_is_given_nothing_to_answer(script: str) -> None:
    with Packing() as packing, Waiting(recipe(script)) as spare:
        words = packing.seal({})
        time.sleep(0.3)
        assert not spare.hand_over(words, [packing.descriptor], seconds=1.0)


def test_one_that_never_answers_is_ended_at_its_time_and_one_that_takes_too_much_by_its_bound() -> None:
    with Packing() as packing, Waiting(recipe(TAKES + "time.sleep(600)")) as slow:
        assert slow.hand_over(packing.seal({}), [packing.descriptor], seconds=SECONDS)
        assert slow.finish(0.5, output_bytes=MIB).timed_out
    greedy = TAKES + "held = [bytearray(1 << 26) for _ in range(32)]\nprint('held', len(held))"
    with Packing() as packing, Waiting(recipe(greedy, memory=256 * MIB)) as much:
        assert much.hand_over(packing.seal({}), [packing.descriptor], seconds=SECONDS)
        done = much.finish(SECONDS, output_bytes=MIB)
        assert done.status != 0
        assert done.stdout == b""


def test_other_bounds_or_other_code_find_no_spare_and_the_old_one_ends(spares: Spares) -> None:
    old = recipe(TAKES, state=b"old")
    spares.expect(old)
    until(lambda: spares.waiting() > 0)
    for other in (recipe(TAKES, state=b"new"), recipe(TAKES, state=b"old", memory=513 * MIB)):
        assert spares.take(other) is None
    spares.expect(recipe(TAKES, state=b"new"))
    with taken(spares, recipe(TAKES, state=b"new")) as spare:
        assert spare.recipe.state == b"new"
    assert spares.take(old) is None


def test_one_that_nobody_needed_for_long_is_ended_until_somebody_asks_again() -> None:
    wanted, spares = recipe(TAKES), Spares(idle_seconds=0.5)
    spares.expect(wanted)
    until(lambda: spares.waiting() > 0)
    until(lambda: spares.waiting() == 0)
    assert spares.take(wanted) is None
    spares.expect(wanted)
    until(lambda: spares.waiting() > 0)
    spares.close()
    assert spares.waiting() == 0
    spares.expect(wanted)
    assert spares.take(wanted) is None


def test_a_fork_takes_none_and_ends_none(spares: Spares) -> None:
    wanted = recipe(TAKES + "print('mine')")
    spares.expect(wanted)
    until(lambda: spares.waiting() > 0)
    child = os.fork()
    if child == 0:
        took = spares.take(wanted)
        spares.close()
        os._exit(0 if took is None else 1)
    assert os.waitpid(child, 0)[1] == 0
    with taken(spares, wanted) as spare:
        assert work(spare) == b"mine\n"


KEEPS = """
import os, sys, time
from sandbox.seats.spares import Spares
from tests.attacks.test_egress_spares import recipe, until
spares = Spares()
spares.expect(recipe("import time; time.sleep(600)"))
until(lambda: spares.waiting() > 0)
print(spares._held[0]._launch.process.pid, flush=True)
{ends}
"""


@pytest.mark.parametrize("ends", ["time.sleep(600)", "sys.exit(3)", "raise ValueError"])
def test_none_is_left_when_the_platform_ends_however_it_ends(ends: str) -> None:
    platform = subprocess.Popen(
        [sys.executable, "-c", KEEPS.format(ends=ends)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert platform.stdout is not None
    pid = int(platform.stdout.readline())
    if "sleep" in ends:
        assert Path(f"/proc/{pid}").exists()
        platform.send_signal(signal.SIGKILL)
    platform.wait(SECONDS)
    platform.stdout.close()
    until(lambda: not running(pid))


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- the gate's own process -----------------------------------------------------------------

SQL = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"


def good() -> Product:
    counts = visits().group_by("病种").aggregate([([], "count_all")]).rename_columns(["病种", "n"])
    return Product("good.csv", csv_of(counts), claim=claim(SQL))


def frame_of(*products: Product) -> bytes:
    judged = judge(products, [source()])
    digests = sorted(judged.rewritings)
    header = {"judgement": judgement_out(judged.judgement), "digests": digests}
    return pack(header, [judged.rewritings[digest] for digest in digests])


def answering(frame: bytes, then: str = "", *, times: int = 1) -> tuple[str, ...]:
    said = base64.b64encode(frame).decode()
    script = f"{TAKES}\nimport base64\nos.write(1, base64.b64decode('{said}') * {times})\n{then}"
    return (PYTHON, "-I", "-S", "-c", script)


@pytest.mark.parametrize("kept", [False, True], ids=["started for it", "spare"])
def test_the_door_believes_a_worker_that_answers_once_and_for_its_own_job(
    monkeypatch: pytest.MonkeyPatch, spares: Spares, kept: bool
) -> None:
    if kept:
        process.keep_spares(spares)
    whole, other = frame_of(good()), frame_of(Product("good.csv", b"a,n\nx,400\n"))
    for command, verdict in (
        (answering(whole), Verdict.RELEASE),
        (answering(whole, times=2), Verdict.REFUSE),
        (answering(whole, "os._exit(1)"), Verdict.REFUSE),
        (answering(whole, "os.kill(os.getpid(), 9)"), Verdict.REFUSE),
        (answering(whole[:-1]), Verdict.REFUSE),
        (answering(other), Verdict.REFUSE),
        (answering(b""), Verdict.REFUSE),
    ):
        monkeypatch.setattr(process, "WORKER", command)
        if kept:
            spares.expect(process.recipe(process.GateLimits()))
            until(lambda: spares.waiting() > 0)
        assert judge_isolated([good()], []).judgement.verdict is verdict
    process.end_spares()


def test_a_spare_that_died_before_costs_nothing_but_its_start(
    monkeypatch: pytest.MonkeyPatch, spares: Spares
) -> None:
    monkeypatch.setattr(process, "WORKER", answering(frame_of(good())))
    process.keep_spares(spares, process.GateLimits())
    until(lambda: spares.waiting() > 0)
    spares._held[0]._launch.kill()
    assert judge_isolated([good()], []).judgement.verdict is Verdict.RELEASE
    process.end_spares()


def test_a_spare_answers_as_a_process_started_for_the_job(tmp_path: Path, spares: Spares) -> None:
    (tmp_path / "visits.csv").write_bytes(csv_of(visits()))
    (tmp_path / "raw.csv").write_bytes(csv_of(visits().slice(0, 20)))
    (tmp_path / "counts.csv").write_bytes(good().data)
    (tmp_path / "counts.csv.claim.json").write_bytes(claim(SQL))
    files, sources = [tmp_path / "raw.csv", tmp_path / "counts.csv"], [tmp_path / "visits.csv"]
    alone = inspect(files, sources)
    process.keep_spares(spares, process.GateLimits())
    until(lambda: spares.waiting() > 0)
    took: list[int] = []
    begin = spares.take
    spares.take = lambda wanted: took.append(spares.waiting()) or begin(wanted)  # type: ignore[method-assign]
    for _ in range(2):
        assert inspect(files, sources) == alone
    process.end_spares()
    assert took
    assert [file.verdict for file in alone.judgement.files] == [Verdict.REFUSE, Verdict.RELEASE]


def test_large_sources_are_mounted_and_judged_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "visits.csv").write_bytes(csv_of(visits()))
    (tmp_path / "raw.csv").write_bytes(csv_of(visits().slice(0, 20)))
    copied = inspect([tmp_path / "raw.csv"], [tmp_path / "visits.csv"])
    monkeypatch.setattr("sandbox.egress.handover.COPIED_BYTES", 1)
    assert inspect([tmp_path / "raw.csv"], [tmp_path / "visits.csv"]) == copied


def test_a_place_outside_what_was_handed_over_is_none() -> None:
    import mmap

    from sandbox.egress.handover import Handed
    from sandbox.egress.jobs import product_in

    with Packing() as packing:
        place = packing.add(b"0123456789")
        packing.seal({})
        handed = Handed(mmap.mmap(packing.descriptor, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ))
    assert handed.read(place) == b"0123456789"
    assert handed.opened([2, 3]).read() == b"234"
    for bad in ([0, 1 << 40], [-1, 2], [5, -1], ["0", 1], [0], None):
        with pytest.raises(ValueError):
            handed.read(bad)
    assert product_in({"path": "p", "data": place, "claim": None, "problem": None}, handed).data
