"""Asking the egress gate to make a product by itself, or to test one that goes by a name that obliges.

A decision tree is only described here: the gate grows it on the snapshot and writes it. Nothing is computed
or decided in the seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sandbox_seat.products import SMALLEST, specification


def tree(
    path: str | Path,
    *,
    table: str,
    subject: str,
    target: str,
    features: Sequence[str],
    depth: int = 3,
    leaf: int = 2 * SMALLEST,
    seed: int = 0,
) -> Path:
    """Write what the gate needs to grow a decision tree by itself (.json), and return where it lies.

    `leaf` counts subjects (people, firms), not rows; the gate refuses fewer than the threshold.
    """
    columns = {"table": table, "subject": subject, "target": target, "features": [*features]}
    return specification(path, {"model": "tree", **columns, "depth": depth, "leaf": leaf, "seed": seed})
