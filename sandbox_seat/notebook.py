"""Everything a notebook in a seat imports, under one name. Nothing is decided here."""

from __future__ import annotations

from sandbox_seat.data import catalog, connect
from sandbox_seat.products import chart, claim, merge_small, model, product, table
from sandbox_seat.specified import (
    codebook,
    design,
    service,
    synthetic,
    trained,
    training_rows,
    tree,
    weights,
)
from sandbox_seat.submissions import status, submit

__all__ = [
    "catalog",
    "chart",
    "claim",
    "codebook",
    "connect",
    "design",
    "merge_small",
    "model",
    "product",
    "service",
    "status",
    "submit",
    "synthetic",
    "table",
    "trained",
    "training_rows",
    "tree",
    "weights",
]
