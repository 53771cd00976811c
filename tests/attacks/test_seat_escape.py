"""Ways out of a seat: what a hostile command tries from within, and what a hostile outbox tries.

All attacks of `seat_escape_payload.py` run in one sandbox, one test each. A machine that
cannot isolate fails here: there is no mode without isolation to fall back on.
"""

import json
import os
import platform
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.seats import isolation, outbox, seccomp, workspace
from sandbox.seats.isolation import Kill, Limits, Mount, Sandbox
from sandbox.seats.spec import MIB

PAYLOAD = Path(__file__).with_name("seat_escape_payload.py").read_text(encoding="utf-8")
NAMES = re.findall(r"@attack\ndef (\w+)", PAYLOAD)
SECRET = "秘密令牌-5f1c"
PROCESSES = 96
HOST_UID = isolation.HOST_UID_BASE + 7
LIMITS = Limits(
    processes=PROCESSES,
    file_bytes=32 * MIB,
    tmp_bytes=16 * MIB,
    shared_bytes=4 * MIB,
    home_bytes=64 * MIB,
    memory_bytes=512 * MIB,
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Return what every attack answered, all tried in one run of one prepared seat."""
    root = tmp_path_factory.mktemp("host")
    (root / "secret.txt").write_text(SECRET)
    for name in ("granted", "other"):
        (root / "pool" / name).mkdir(parents=True)
        pq.write_table(pa.table({"地区": ["红花岗区"] * 20}), root / "pool" / name / "part-0.parquet")
    manifest = {"rows": {"in": 25, "out": 20, "suppressed": 5}, "risk": {}, "quarantine": [], "columns": []}
    (root / "pool" / "granted" / "manifest.json").write_text(json.dumps(manifest))
    workspace.prepare(root / "seats", "a-seat", host_uid=HOST_UID)
    mounts = workspace.data_mounts(
        root / "seats", "a-seat", code="granted-set", snapshot=root / "pool" / "granted", manifest=manifest
    )
    seat = workspace.sandbox_for(root / "seats", "a-seat", host_uid=HOST_UID, mounts=mounts, limits=LIMITS)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0seat-escape-{os.getpid()}")
        abstract.listen()
        with socket.socket(socket.AF_UNIX) as file:
            short = Path("/tmp", f"seat-escape-{os.getpid()}.sock")
            file.bind(str(short))
            file.listen()
            given = _given(root, server.getsockname()[1], str(short))
            os.environ["SEAT_ESCAPE_TOKEN"] = SECRET
            try:
                completed = _with_environment(seat, given)
            finally:
                del os.environ["SEAT_ESCAPE_TOKEN"]
                short.unlink()
    assert completed.status == 0, completed.stderr.decode()
    return json.loads(completed.stdout.splitlines()[-1])


def _given(root: Path, port: int, socket_file: str) -> dict:
    architecture = seccomp.ARCHITECTURES[platform.machine()]
    repository = str(Path(seccomp.__file__).parents[2])
    return {
        "port": port,
        "abstract": f"seat-escape-{os.getpid()}",
        "socket_file": socket_file,
        "calls": {name: numbers[architecture.column] for name, numbers in seccomp.DENIED.items()},
        "socket_call": architecture.socket,
        "clone_call": architecture.clone,
        "clone3_call": architecture.clone3,
        "ioctl_call": architecture.ioctl,
        "personality_call": architecture.personality,
        "host_pid": os.getpid(),
        "dataset_file": "/data/granted-set/part-0.parquet",
        "granted": ["granted-set"],
        "host_paths": [
            str(root / "secret.txt"),
            str(root),
            repository,
            "/etc/shadow",
            "/etc/machine-id",
            "/home/dev/.ssh",
        ],
        "secret": SECRET,
        "processes": PROCESSES,
    }


def _with_environment(seat: Sandbox, given: dict) -> isolation.Completed:
    attacked = Sandbox(
        mounts=seat.mounts,
        limits=seat.limits,
        host_uid=seat.host_uid,
        environment={"SEAT_ATTACK": json.dumps(given)},
    )
    return isolation.run(attacked, ["python", "-c", PAYLOAD], timeout=120)


def test_there_are_enough_attacks():
    assert len(NAMES) >= 80
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_from_within_is_stopped(results, name):
    stopped, detail = results[name]
    assert stopped, detail


# what a command tries with time, memory and output ---------------------------------------------------


def small(**limits) -> Sandbox:
    bounds = {"memory_bytes": 256 * MIB, "processes": 64} | limits
    return Sandbox(mounts=isolation.python_mounts(), limits=Limits(**bounds))


def alive(marker: str) -> list[str]:
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if marker in line]


def test_time_up_ends_everything_even_what_ignores_signals():
    marker = f"86400.{os.getpid()}"
    script = f"""
import os, signal, time, subprocess
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        os.execvp("sleep", ["sleep", "{marker}"])
time.sleep(100)
"""
    completed = isolation.run(small(), ["python", "-c", script], timeout=1.0)
    assert completed.timed_out
    assert completed.killed_by is Kill.WALL_CLOCK
    assert completed.status == 137
    assert not alive(marker)


def test_daemons_end_with_the_command():
    marker = f"86401.{os.getpid()}"
    completed = isolation.run(
        small(), ["sh", "-c", f"setsid sleep {marker} >/dev/null 2>&1 & exit 3"], timeout=20
    )
    assert completed.status == 3
    assert not alive(marker)


def test_a_fork_bomb_is_bounded_and_ends():
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    completed = isolation.run(small(), ["python", "-S", "-c", bomb], timeout=1.5)
    assert completed.timed_out
    assert not alive("while True:\n    try: os.fork()")


def test_a_memory_bomb_ends_itself_alone():
    bomb = "held = []\nwhile True: held.append(bytearray(16 << 20))"
    completed = isolation.run(small(), ["python", "-S", "-c", bomb], timeout=60)
    assert completed.status != 0
    assert not completed.timed_out
    assert completed.killed_by in (Kill.MEMORY, Kill.SIGNAL) or b"MemoryError" in completed.stderr


def test_memory_of_many_processes_counts_together():
    if isolation.weaker():
        pytest.skip("no control groups for this user")
    script = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(100 << 20)
        for at in range(0, len(held), 4096): held[at] = 1
        time.sleep(1); os._exit(0)
statuses = [os.wait()[1] for _ in range(8)]
raise SystemExit(9 if any(statuses) else 0)
"""
    completed = isolation.run(small(), ["python", "-S", "-c", script], timeout=60)
    assert completed.status != 0
    assert completed.killed_by is Kill.MEMORY


def test_a_flood_of_output_is_cut_and_does_not_block():
    flood = "import sys\nfor _ in range(400): sys.stdout.write('x' * 65536)"
    completed = isolation.run(small(), ["python", "-S", "-c", flood], output_bytes=100_000, timeout=60)
    assert completed.status == 0
    assert completed.truncated
    assert len(completed.stdout) == 100_000


def test_processor_time_is_bounded():
    completed = isolation.run(small(cpu_seconds=1), ["python", "-S", "-c", "while True: pass"], timeout=30)
    assert completed.killed_by in (Kill.CPU, Kill.SIGNAL)
    assert completed.status > 128


def test_a_home_over_its_quota_ends_the_command(tmp_path):
    workspace.prepare(tmp_path, "full", host_uid=HOST_UID)
    limits = Limits(home_bytes=4 * MIB, file_bytes=64 * MIB)
    seat = workspace.sandbox_for(tmp_path, "full", host_uid=HOST_UID, mounts=(), limits=limits)
    script = "head -c 16000000 /dev/zero > big; sleep 60"
    completed = isolation.run(seat, ["sh", "-c", script], timeout=40)
    assert completed.killed_by is Kill.DISK
    with pytest.raises(workspace.StateError, match="超出配额"):
        workspace.sandbox_for(tmp_path, "full", host_uid=HOST_UID, mounts=(), limits=limits)


def test_the_sandbox_dies_with_a_platform_that_is_killed(tmp_path):
    marker = f"86402.{os.getpid()}"
    script = (
        "from sandbox.seats import isolation as i\n"
        f"i.run(i.Sandbox(mounts=i.python_mounts()), ['sleep', '{marker}'])"
    )
    platform_process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(seccomp.__file__).parents[2])
    for _ in range(200):
        if any(line.startswith("sleep") for line in alive(marker)):
            break
        time.sleep(0.05)
    platform_process.kill()
    platform_process.wait()
    for _ in range(100):
        if not alive(marker):
            break
        time.sleep(0.05)
    assert not alive(marker)


# what a hostile outbox tries ------------------------------------------------------------------------


REQUEST = "18f0aa00-00112233"


@pytest.fixture
def box(tmp_path):
    """Return an outbox with one honest request, its store, and a file of the host nearby."""
    folder = tmp_path / "outbox" / REQUEST / "files"
    folder.mkdir(parents=True)
    (folder / "p.csv").write_text("a,b\n1,2\n")
    (tmp_path / "secret.txt").write_text(SECRET)
    request(tmp_path, ["p.csv"])
    return tmp_path


def request(root: Path, files: list, **more) -> None:
    content = {"format": 1, "title": "t", "purpose": "", "files": files} | more
    (root / "outbox" / REQUEST / "request.json").write_text(json.dumps(content))


def taken(root: Path, **caps) -> outbox.Collected:
    collected = outbox.collect(root / "outbox", root / "store", caps=outbox.Caps(**caps))
    for frozen in (root / "store").rglob("*"):
        if frozen.is_file():
            assert SECRET.encode() not in frozen.read_bytes()
    return collected


def declined(root: Path, **caps) -> str:
    collected = taken(root, **caps)
    assert not collected.requests
    return str(collected.declined[0].message)


def test_an_honest_request_is_taken(box):
    (only,) = taken(box).requests
    assert outbox.frozen_path(box / "store", only.files[0].sha256).read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize("target", ["/data/granted-set/part-0.parquet", "/etc/passwd", "../../../secret.txt"])
def test_a_link_to_data_or_to_the_host_is_not_followed(box, target):
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    file.unlink()
    file.symlink_to(target)
    assert "链接" in declined(box)


def test_a_linked_files_folder_is_not_followed(box):
    files = box / "outbox" / REQUEST / "files"
    files.rename(box / "elsewhere")
    files.symlink_to(box / "elsewhere")
    assert "目录 files" in declined(box)


def test_a_linked_request_folder_is_not_followed(box):
    (box / "outbox" / REQUEST).rename(box / "elsewhere")
    (box / "outbox" / REQUEST).symlink_to(box / "elsewhere")
    assert "目录" in declined(box)


def test_a_linked_request_file_is_not_followed(box):
    file = box / "outbox" / REQUEST / "request.json"
    file.unlink()
    file.symlink_to(box / "secret.txt")
    assert "链接" in declined(box)


def test_a_hard_link_is_declined(box):
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    file.unlink()
    os.link(box / "secret.txt", file)
    assert "硬链接" in declined(box)


def test_a_fifo_does_not_hang_and_is_declined(box):
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    file.unlink()
    os.mkfifo(file)
    assert "不是普通文件" in declined(box)


def test_a_socket_is_declined(box):
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    file.unlink()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(file))
        assert "读不到文件" in declined(box)


def test_a_folder_as_product_is_declined(box):
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    file.unlink()
    file.mkdir()
    assert "不是普通文件" in declined(box)


@pytest.mark.parametrize(
    "name",
    ["../../secret.txt", "/etc/passwd", "..", ".", ".hidden", "a/b.csv", "a\\b.csv", "", "x" * 200,
     "a\u202eb.csv", "a\x00b.csv", "a\nb.csv", "\ud800.csv", "e\u0301.csv", 7, None, ["p.csv"]],
)  # fmt: skip
def test_a_name_that_is_no_plain_name_is_declined(box, name):
    request(box, [name])
    assert "文件名" in declined(box)


def test_the_same_name_twice_is_declined(box):
    request(box, ["p.csv", "P.CSV"])
    assert "重名" in declined(box)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 200_000,
        b'{"format": 2}',
        b"\xff\xfe{",
        b'{"format":1,"format":1,"files":["p.csv"]}',
        b"null",
        b"NaN",
    ],
)
def test_a_request_that_cannot_be_read_is_declined(box, content):
    (box / "outbox" / REQUEST / "request.json").write_bytes(content)
    assert "申请文件" in declined(box)


@pytest.mark.parametrize("files", [[], "p.csv", {"p.csv": 1}, ["p.csv"] * 101])
def test_a_request_without_a_list_of_files_is_declined(box, files):
    request(box, files)
    assert declined(box)


@pytest.mark.parametrize("title", ["x" * 201, "a\nb", "\u202e", 7, None])
def test_a_title_that_is_no_line_of_text_is_declined(box, title):
    request(box, ["p.csv"], title=title)
    assert "标题" in declined(box)


def test_a_file_over_the_cap_is_declined(box):
    assert "超过" in declined(box, file_bytes=4)
    assert "超过" in declined(box, request_bytes=4)


def test_a_sparse_giant_costs_nothing(box):
    os.truncate(box / "outbox" / REQUEST / "files" / "p.csv", 1 << 40)
    assert "超过" in declined(box)


def test_a_file_changed_between_the_look_and_the_read_is_declined(box, monkeypatch):
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    chunks = outbox._chunks

    def slow(descriptor, most, name):
        yield from chunks(descriptor, most, name)
        if name == "p.csv":
            file.write_text("a,b\n9,9\n")

    monkeypatch.setattr(outbox, "_chunks", slow)
    assert "被改动" in declined(box)
    assert not [path for path in (box / "store").rglob("*") if path.is_file()]


def test_a_file_swapped_for_a_link_while_it_is_read_changes_nothing(box):
    """The race itself, run for a moment: whatever is frozen is the honest file or nothing."""
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            other = box / "outbox" / REQUEST / "files" / ".swap"
            other.symlink_to(box / "secret.txt")
            other.replace(file)
            other.write_text("a,b\n1,2\n")
            other.replace(file)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(150):
            taken(box)
    finally:
        stop.set()
        thread.join()


def test_a_growing_file_is_declined(box):
    file = box / "outbox" / REQUEST / "files" / "p.csv"
    with file.open("ab") as stream:
        stream.write(b"x" * 100)
    assert "超过" in declined(box, file_bytes=50)


def test_files_of_another_owner_are_declined(box):
    if os.geteuid() != 0:
        pytest.skip("needs root to give a file away")
    for path in [box / "outbox" / REQUEST, *(box / "outbox" / REQUEST).rglob("*")]:
        os.chown(path, HOST_UID, HOST_UID)
    os.chown(box / "outbox" / REQUEST / "files" / "p.csv", 0, 0)
    collected = outbox.collect(box / "outbox", box / "store", owner=HOST_UID)
    assert "不属于这个席位" in str(collected.declined[0].message)


def test_half_written_and_strange_entries_are_left_alone(box):
    (box / "outbox" / f".{REQUEST}").mkdir()
    (box / "outbox" / "UPPER case").mkdir()
    (box / "outbox" / "plain").write_text("x")
    collected = taken(box)
    assert [one.id for one in collected.requests] == [REQUEST]
    assert {one.id for one in collected.declined} == {"UPPER case", "plain"}


def test_a_crowded_outbox_is_looked_at_within_bounds(box):
    for number in range(80):
        (box / "outbox" / f"zzzzzzzz-{number:03d}").mkdir()
    collected = taken(box, requests=10)
    assert len(collected.requests) + len(collected.declined) == 10


def test_taking_away_a_request_follows_no_link(box):
    (box / "keep").mkdir()
    (box / "keep" / "x").write_text("x")
    (box / "outbox" / REQUEST / "files" / "out").symlink_to(box / "keep")
    outbox.acknowledge(box / "outbox", REQUEST)
    assert (box / "keep" / "x").exists()
    assert not (box / "outbox" / REQUEST).exists()
    outbox.acknowledge(box / "outbox", "../keep")
    outbox.acknowledge(box / "outbox", "..")
    assert (box / "keep" / "x").exists()


def test_seats_of_two_users_see_nothing_of_each_other(tmp_path):
    for number, name in enumerate(("first", "second")):
        workspace.prepare(tmp_path, name, host_uid=isolation.HOST_UID_BASE + 20 + number)
    limits = Limits()
    one, two = (
        workspace.sandbox_for(
            tmp_path, name, host_uid=isolation.HOST_UID_BASE + 20 + number, mounts=(), limits=limits
        )
        for number, name in enumerate(("first", "second"))
    )
    assert isolation.run(one, ["sh", "-c", "echo mine > note; chmod 666 note"]).status == 0
    looked = isolation.run(
        two, ["sh", "-c", "ls -A / /home /home/dev /outbox; find / -name note 2>/dev/null"]
    )
    assert b"note" not in looked.stdout
    if os.geteuid() == 0:
        assert (tmp_path / "first" / "home" / "note").stat().st_uid == isolation.HOST_UID_BASE + 20
    hostile = Sandbox(
        mounts=(*two.mounts, Mount(tmp_path / "first" / "home", "/first")), host_uid=two.host_uid
    )
    if os.geteuid() == 0:
        assert isolation.run(hostile, ["cat", "/first/note"]).status != 0
