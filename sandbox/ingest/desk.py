"""The adapters of the landing room, built once by `app`, and the smallest class that may land."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.policy import AccessPolicy
from sandbox.people.directory import Directory
from sandbox.pool.snapshot import Pool
from sandbox.regulation.sectors import sectors
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

    def floor(self, access: AccessPolicy, dataset: Dataset) -> int:
        """Return the smallest class that may land: the strictest of setting, regime and sector.

        第六条, 第二十条. `InputError` when the agreement's regime is not at hand: its floor is not guessed.
        """
        regime = self.directory.regimes.get(access.regime)
        if regime is None:
            raise InputError(say("找不到申请所依据的制度版本 {name}", name=access.regime))
        packs = (one.smallest_class for one in sectors() if one.code == dataset.special_regime)
        return max(self.class_floor, regime.floor("landing"), regime.floor("landing-legal"), *packs)

    def key_of(self, key_id: str) -> DataKey:
        """Return the data key of that id, made on first use."""
        if not self.vault.exists(key_id):
            self.vault.create(key_id)
        return self.vault.open(key_id)
