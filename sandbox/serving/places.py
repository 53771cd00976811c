"""Where the serving half of a home keeps its things, and the plan its processes share.

Everything lies below `home/hub`, for the platform's own user alone. The plan is written by the
supervisor before it starts anything, and read by the Hub, the console's guard and the worker.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.kernel.errors import StateError
from sandbox.kernel.message import say

TOKENS = ("proxy", "console", "supervisor", "metrics")
"""The secrets between the processes of one home; made once, each in a file of its own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which process answers where; ports are on 127.0.0.1 except the public one."""

    host: str
    port: int
    origins: tuple[str, ...]
    proxy_api: int
    hub: int
    console: int
    health: int
    tls_certificate: str = ""
    tls_key: str = ""

    @property
    def address(self) -> str:
        """Return where people find the platform."""
        return f"{self.origins[0]}/"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of the serving half of one home."""

    home: Path

    @property
    def root(self) -> Path:
        """The folder of everything here."""
        return self.home / "hub"

    @property
    def run(self) -> Path:
        """Locks, the plan, the notes of running doors; of no worth once nothing runs."""
        return self.root / "run"

    @property
    def doors(self) -> Path:
        """One note for each running door, and what ended doors left to put on record."""
        return self.run / "doors"

    @property
    def logs(self) -> Path:
        """What the processes say of themselves; never a value of a data column."""
        return self.root / "logs"

    @property
    def meters(self) -> Path:
        """How much each seat has shown today."""
        return self.root / "meters"

    @property
    def cells(self) -> Path:
        """What was run in each seat and what was shown of it, hash-chained."""
        return self.root / "cells"

    @property
    def database(self) -> Path:
        """The Hub's own database of sessions and servers."""
        return self.root / "hub.db"

    @property
    def cookie_secret(self) -> Path:
        """The secret that signs the Hub's cookies."""
        return self.root / "cookie-secret"

    def lay_out(self) -> None:
        """Make what is missing; nobody else may look in."""
        for folder in (self.root, self.run, self.doors, self.logs, self.meters, self.cells):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        for name in TOKENS:
            _make_secret(self.root / f"{name}-token")
        _make_secret(self.cookie_secret)

    def token(self, name: str) -> str:
        """Return one of the secrets between the processes."""
        return (self.root / f"{name}-token").read_text(encoding="ascii").strip()

    def write_plan(self, plan: Plan) -> None:
        """Write the plan, whole or not at all."""
        write_whole(self.run / "plan.json", json.dumps(asdict(plan)).encode())

    def plan(self) -> Plan:
        """Return the plan of the supervisor that serves this home; `StateError` if none does."""
        try:
            fields = json.loads((self.run / "plan.json").read_text(encoding="utf-8"))
            return Plan(**(fields | {"origins": tuple(fields["origins"])}))
        except (OSError, ValueError, TypeError, KeyError):
            raise StateError(say("平台没有在运行：请先执行 sandbox serve")) from None


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file for the platform's own user, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def _make_secret(path: Path) -> None:
    if not path.exists():
        write_whole(path, secrets.token_hex(32).encode())
