"""Where the gate keeps what it knows of canaries: small sealed files by snapshot, under its own folder.

The key never leaves the gate's rooms. The first who keeps something is right: it is what seats have seen.
Files stay until retention takes them (`outlived`); nothing here is ever mounted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.egress.desk import GateDesk
from sandbox.egress.judgements import gate_key
from sandbox.pool.disk import fsync_path, storage_errors
from sandbox.vault.keys import DataKey
from sandbox.vault.sealed import create_sealed, open_sealed

FOLDER = "canaries"
POOL = "pool"
"""The file with all rows that the seats on a snapshot share; a seat's own file is named by its id."""


@dataclass(frozen=True, slots=True)
class Safe:
    """The sealed files, and the key that canaries are drawn from."""

    root: Path
    sealing: DataKey
    entropy: Callable[[int], bytes]

    @property
    def key(self) -> bytes:
        """Return the 32 bytes that every canary is drawn from."""
        return self.sealing.derive("gate/canaries", 32)

    def read(self, snapshot: str, name: str) -> bytes | None:
        """Return what is kept under a name; None for nothing, `TamperedError` for what is not whole."""
        path = self.root / snapshot / name
        if not path.exists():
            return None
        with open_sealed(path, self.sealing, name=f"{FOLDER}/{snapshot}/{name}") as sealed:
            return sealed.read()

    def keep(self, snapshot: str, name: str, data: bytes) -> None:
        """Seal the bytes under a name that nothing is kept under yet; a later one changes nothing."""
        folder = self.root / snapshot
        with storage_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = folder / f".{name}-{self.entropy(8).hex()}"
            with create_sealed(temporary, self.sealing, name=f"{FOLDER}/{snapshot}/{name}") as sealed:
                sealed.write(data)
            try:
                with suppress(FileExistsError):
                    os.link(temporary, folder / name)
            finally:
                temporary.unlink()
            fsync_path(folder)

    def forget(self, snapshot: str, name: str) -> None:
        """Remove what is kept under a name; nothing there is no error: it may be begun again."""
        folder = self.root / snapshot
        with storage_errors():
            (folder / name).unlink(missing_ok=True)
            if folder.is_dir():
                fsync_path(folder)

    def snapshots(self) -> tuple[str, ...]:
        """Return the snapshots that anything is kept of."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(one.name for one in self.root.iterdir() if one.is_dir()))

    def names(self, snapshot: str) -> tuple[str, ...]:
        """Return what is kept of a snapshot."""
        folder = self.root / snapshot
        return tuple(sorted(one.name for one in folder.iterdir() if not one.name.startswith(".")))


def safe_of(desk: GateDesk) -> Safe:
    """Return the safe of a gate."""
    return Safe(desk.judgements.with_name(FOLDER), gate_key(desk), desk.directory.entropy)
