"""What a sandbox looks like from within: run inside one, as text, by `isolation.probe`.

Prints one JSON object of plain yes and no, each the presence of one control. Standard library
only; a question that cannot be answered counts as no.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

CLONE_NEWUSER = 0x10000000
AF_VSOCK = 40


def main() -> None:
    """Print the answers."""
    questions: dict[str, Callable[[], bool]] = {
        "network": lambda: {name for _, name in socket.if_nameindex()} <= {"lo"},
        "processes": lambda: len([name for name in os.listdir("/proc") if name.isdigit()]) <= 3,  # noqa: PTH208
        "files": lambda: not (Path("/etc/shadow").exists() or Path("/sys/kernel").exists()),
        "privileges": _without_privileges,
        "filter": lambda: _status("Seccomp") == "2",
        "namespaces": _no_new_namespace,
        "families": _no_vsock,
        "identity": lambda: os.getuid() != 0 and os.getuid() == os.geteuid() and _one_mapped(),
        "environment": lambda: len(Path("/proc/1/environ").read_bytes()) == 0,
    }
    answers = {}
    for name, question in questions.items():
        try:
            answers[name] = bool(question())
        except (OSError, ValueError, KeyError):
            answers[name] = False
    sys.stdout.write(json.dumps(answers))


def _status(name: str) -> str:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return line.split(":", 1)[1].strip()
    raise KeyError(name)


def _without_privileges() -> bool:
    empty = all(int(_status(name), 16) == 0 for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"))
    return empty and _status("NoNewPrivs") == "1"


def _no_new_namespace() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(CLONE_NEWUSER) == -1 and ctypes.get_errno() == errno.EPERM


def _no_vsock() -> bool:
    try:
        socket.socket(AF_VSOCK, socket.SOCK_STREAM).close()
    except OSError as error:
        return error.errno == errno.EAFNOSUPPORT
    return False


def _one_mapped() -> bool:
    """Return whether exactly one uid is mapped, and not the host's root."""
    inside, outside, count = Path("/proc/self/uid_map").read_text().split()
    return int(inside) == os.getuid() and int(count) == 1 and outside != "0"


if __name__ == "__main__":
    main()
