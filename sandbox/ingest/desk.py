"""The adapters of the landing room, built once by `app`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.people.directory import Directory
from sandbox.pool.snapshot import Pool
from sandbox.vault.keys import DataKey, Vault

GATE_KEY = "gate"
"""The data key that seals sidecars: opened here to write them and by the gate to read them."""


@dataclass(frozen=True, slots=True)
class IngestDesk:
    """What deliveries and landings need."""

    directory: Directory
    vault: Vault
    pool: Pool
    quarantine: Path
    sidecars: Path
    class_floor: int

    def key_of(self, key_id: str) -> DataKey:
        """Return the data key of that id, made on first use."""
        if not self.vault.exists(key_id):
            self.vault.create(key_id)
        return self.vault.open(key_id)
