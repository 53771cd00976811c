"""Finds cells of masked rows that still show the row's own identifiers.

A kept or generalised column may repeat, inside a longer text, the very code, firm name,
person or house number that another column of the row had masked. Compared are the cells as
they are and in canonical form, row by row, for whole batches at once. It decides where;
`apply` removes. Shorter than two characters counts as no identifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical_array
from sandbox.masking.engine import ask

MIN_NEEDLE = 2
MIN_ADDRESS = 6
HOUSE = r"([0-9]+|[零〇一二三四五六七八九十百]+|[a-z])[号號]"
SEPARATORS = r"[、,，;；/|\s]+"


@dataclass(frozen=True, slots=True)
class Needles:
    """The raw identifiers of a batch: whole cells, and addresses with their house numbers."""

    direct: Mapping[str, pa.Array]
    addresses: Mapping[str, pa.Array]


def hits(cells: Mapping[str, pa.Array], needles: Needles) -> dict[str, np.ndarray]:
    """Return, for every column of cells, which rows show an identifier of their own row."""
    if not cells or not (needles.direct or needles.addresses):
        return {name: np.zeros(len(array), dtype=bool) for name, array in cells.items()}
    whole = {**needles.direct, **needles.addresses}
    canonical = {name: canonical_array(array) for name, array in whole.items()}
    found = {}
    for name, array in cells.items():
        others = [key for key in whole if key != name]
        hit = _contains(array, [whole[key] for key in others], _shortest(others, needles))
        hit |= _contains(by_value(array), [canonical[key] for key in others], _shortest(others, needles))
        hit |= _parts(array, [needles.direct[key] for key in needles.direct if key != name])
        hit |= _houses(array, list(needles.addresses.values()))
        found[name] = hit
    return found


def by_value(cells: pa.Array) -> pa.Array:
    """Return the canonical form of every cell, worked out once per distinct value where few are."""
    head = cells.slice(0, 1024)
    if pc.count_distinct(head).as_py() * 4 > len(head):
        return canonical_array(cells)
    coded = pc.dictionary_encode(cells)
    return canonical_array(coded.dictionary).take(coded.indices)


def _shortest(names: Sequence[str], needles: Needles) -> list[int]:
    return [MIN_NEEDLE if name in needles.direct else MIN_ADDRESS for name in names]


def _contains(cells: pa.Array, needles: Sequence[pa.Array], shortest: Sequence[int]) -> np.ndarray:
    """Return which cells contain one of their row's needles of at least that many characters."""
    if not needles:
        return np.zeros(len(cells), dtype=bool)
    terms = [
        f"coalesce(length(n{at}) >= {least} AND contains(cell, n{at}), false)"
        for at, least in enumerate(shortest)
    ]
    columns = {"cell": cells, **{f"n{at}": needle for at, needle in enumerate(needles)}}
    return ask(columns, " OR ".join(terms))


def _parts(cells: pa.Array, needles: Sequence[pa.Array]) -> np.ndarray:
    """Return which cells contain one of several identifiers written into one cell of the row."""
    hit = np.zeros(len(cells), dtype=bool)
    for needle in needles:
        several = _truth(pc.match_substring_regex(pc.utf8_trim_whitespace(needle), SEPARATORS))
        rows = np.flatnonzero(several & _truth(pc.is_valid(cells)))
        if len(rows):
            columns = {"cell": cells.take(pa.array(rows)), "n": needle.take(pa.array(rows))}
            part = f"x -> length(x) >= {MIN_NEEDLE} AND contains(cell, x)"
            hit[rows] |= ask(columns, f"len(list_filter(string_split_regex(n, '{SEPARATORS}'), {part})) > 0")
    return hit


def _houses(cells: pa.Array, addresses: Sequence[pa.Array]) -> np.ndarray:
    """Return which cells contain a house number, with its 号, of their row's address."""
    hit = np.zeros(len(cells), dtype=bool)
    candidates = np.flatnonzero(_truth(pc.match_substring_regex(cells, "[号號]")))
    if not len(candidates):
        return hit
    rows = pa.array(candidates)
    folded = _fold(cells.take(rows))
    for address in addresses:
        columns = {"cell": folded, "n": _fold(address.take(rows))}
        inside = f"list_filter(regexp_extract_all(n, '{HOUSE}'), x -> contains(cell, x))"
        hit[candidates] |= ask(columns, f"coalesce(len({inside}) > 0, false)")
    return hit


def _fold(cells: pa.Array) -> pa.Array:
    """Return the cells without width, case and blanks; unlike the canonical form, with hyphens."""
    return pc.replace_substring_regex(
        pc.utf8_lower(pc.utf8_normalize(cells, "NFKC")), pattern=r"\s+", replacement=""
    )


def _truth(mask: pa.Array) -> np.ndarray:
    values: np.ndarray = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return values
