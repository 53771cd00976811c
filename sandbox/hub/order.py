"""What a door is told at its start: for whose seat, in which sandbox, with which limits.

Written by the spawner into an anonymous file, read once by the door. Values only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.seats.spec import Limits, Mount, Sandbox


@dataclass(frozen=True, slots=True)
class Order:
    """One seat to open: `first` is the page shown first, `origins` the addresses people use.

    `day_bytes` may be shown in a day; `shown_bytes` of it were already, outside the door.
    """

    seat: str
    user: str
    base_url: str
    first: str
    origins: tuple[str, ...]
    home: Path
    sandbox: Sandbox
    day_bytes: int
    shown_bytes: int

    def encode(self) -> bytes:
        """Return the order as JSON."""
        box = self.sandbox
        sandbox: dict[str, Any] = {
            "mounts": [[str(one.source or ""), one.target, one.writable] for one in box.mounts],
            "limits": asdict(box.limits),
            "environment": dict(box.environment),
            "workdir": box.workdir,
            "uid": box.uid,
            "hostname": box.hostname,
            "host_uid": box.host_uid,
            "home": box.home,
        }
        told: dict[str, Any] = {
            "seat": self.seat,
            "user": self.user,
            "base_url": self.base_url,
            "first": self.first,
        }
        told |= {"day_bytes": self.day_bytes, "shown_bytes": self.shown_bytes}
        document = {**told, "origins": list(self.origins), "home": str(self.home), "sandbox": sandbox}
        return json.dumps(document, ensure_ascii=False).encode()


def decode(data: bytes) -> Order:
    """Return the order that was encoded."""
    document = json.loads(data)
    box = document.pop("sandbox")
    mounts = tuple(
        Mount(Path(source) if source else None, target, writable)
        for source, target, writable in box.pop("mounts")
    )
    sandbox = Sandbox(mounts=mounts, limits=Limits(**box.pop("limits")), **box)
    home, origins = Path(document.pop("home")), tuple(document.pop("origins"))
    return Order(**document, home=home, origins=origins, sandbox=sandbox)
