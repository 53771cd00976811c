"""The adapters of the egress gate, built once by `app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.egress.frozen import FrozenStore
from sandbox.egress.process import GateLimits
from sandbox.kernel.workdays import Calendar
from sandbox.people.directory import Directory
from sandbox.pool.snapshot import Pool
from sandbox.regulation.loader import Regime
from sandbox.vault.keys import Vault
from sandbox.vault.signer import Signer
from sandbox.vault.signers import Signs

GATE_KEY = "gate"
"""The data key that seals sidecars and judgements; opened by the gate's own rooms only."""


@dataclass(frozen=True, slots=True)
class GateDesk:
    """What intake, review and release need."""

    directory: Directory
    pool: Pool
    vault: Vault
    signer: Signer
    regimes: Mapping[str, Regime]
    seats_root: Path
    sidecars: Path
    judgements: Path
    frozen: FrozenStore
    limits: GateLimits
    home_name: str
    demo: bool
    calendar: Callable[[str], Calendar]
    samples: Path
    seals: tuple[Signs, ...] = ()
