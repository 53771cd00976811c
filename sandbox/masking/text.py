"""Removes identifiers from free text: the row's own first, then what discovery recognises.

A first version: text is rewritten only in rows that show something; what canonical
comparison still finds afterwards is nulled by `apply`. Recall on names that stand in no
column of the row is not promised, which is why dropping text is the default.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from sandbox.discovery.text import spans
from sandbox.masking.leak import HOUSE, MIN_NEEDLE, SEPARATORS, Needles, hits

MIN_SCORE = 0.5


def redact(cells: pa.Array, needles: Needles, *, label: str) -> tuple[pa.Array, np.ndarray]:
    """Return the text without identifiers, and which rows were rewritten."""
    own = hits({"": cells}, needles)[""]
    texts = cells.to_pylist()
    columns = [array.to_pylist() if own.any() else [] for array in needles.direct.values()]
    houses = [array.to_pylist() if own.any() else [] for array in needles.addresses.values()]
    rewritten = np.zeros(len(texts), dtype=bool)
    for row, text in enumerate(texts):
        if text is None:
            continue
        cleaned = text
        if own[row]:
            cleaned = _without(
                text, [column[row] for column in columns], [house[row] for house in houses], label
            )
        cleaned = _without_spans(cleaned, label)
        rewritten[row] = cleaned != text
        texts[row] = cleaned
    if not rewritten.any():
        return cells, rewritten
    return pa.array(texts, pa.string()), rewritten


def _without(text: str, own: list[str | None], addresses: list[str | None], label: str) -> str:
    found = [part for cell in own if cell for part in (cell, *re.split(SEPARATORS, cell))]
    found += [match[0] for cell in addresses if cell for match in re.finditer(HOUSE, cell)]
    for part in sorted(set(found), key=len, reverse=True):
        if len(part) >= MIN_NEEDLE:
            text = text.replace(part, label)
    return text


def _without_spans(text: str, label: str) -> str:
    for span in sorted(spans(text), key=lambda span: span.start, reverse=True):
        if span.score >= MIN_SCORE:
            text = text[: span.start] + label + text[span.end :]
    return text
