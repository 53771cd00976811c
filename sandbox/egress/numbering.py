"""The rows and units of several versions of one dataset, numbered together, by the words of their sidecars.

A row that says the same in two versions is one row; what is left over is paired within its unit, so that
a corrected row stays the row that it was. Words are keyed and the gate's: no agreement's tokens and no
order of rows matter. Pure; called by `together`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.coding import coded
from sandbox.egress.units import Ids, Sets
from sandbox.fingerprint.siphash import Words


@dataclass(frozen=True, slots=True)
class Numbered:
    """One version: a word for every row, and per kind the dense unit of every row with the units' words."""

    words: Words
    units: Mapping[str, Ids]
    names: Mapping[str, Words]

    @property
    def known(self) -> bool:
        """Return whether its rows and units can be told in other versions."""
        return bool(self.names) and self.words.size == next(iter(self.units.values())).size

    def named(self, kind: str) -> Words:
        """Return the word of every row's unit, 0 for nobody."""
        return np.asarray(self.names[kind][self.units[kind]])


@dataclass(slots=True)
class Together:
    """All versions as one set of rows: `places` says for each version which row each of its rows is."""

    words: Words
    names: dict[str, Words]
    places: list[Sets] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Return how many rows there are over all versions."""
        return int(self.words.size)

    def spread(self, version: int, sets: Sets) -> Sets:
        """Return cells given over the rows of one version over the rows of all."""
        found = np.full(self.rows, -1, dtype=np.int64)
        found[self.places[version]] = sets
        return found

    def units(self) -> dict[str, Ids]:
        """Return per kind the dense unit of every row."""
        found = {}
        for kind, names in self.names.items():
            codes = coded(pa.array(names)).codes.astype(np.int64) + 1
            found[kind] = np.where(names == 0, 0, codes).astype(np.uint32)
        return found


def number(versions: Sequence[Numbered]) -> Together:
    """Return the versions numbered together; ValueError where no kind of unit is in all of them."""
    kinds = [kind for kind in versions[0].names if all(kind in one.names for one in versions)]
    if not kinds:
        raise ValueError("no kind of unit in all versions")
    first = versions[0]
    whole = Together(first.words.copy(), {kind: first.named(kind) for kind in kinds})
    whole.places.append(np.arange(first.words.size, dtype=np.int64))
    for one in versions[1:]:
        _add(whole, one, kinds)
    return whole


def _add(whole: Together, one: Numbered, kinds: Sequence[str]) -> None:
    """Find the rows of one more version among those there are, and add the others."""
    names = {kind: one.named(kind) for kind in kinds}
    place = _matched(whole.words, one.words)
    free = np.ones(whole.rows, dtype=bool)
    free[place[place >= 0]] = False
    for kind in kinds:
        old, new = np.flatnonzero(free & (whole.names[kind] != 0)), np.flatnonzero(place < 0)
        new = new[names[kind][new] != 0]
        found = _matched(whole.names[kind][old], names[kind][new])
        place[new[found >= 0]] = old[found[found >= 0]]
        free[place[place >= 0]] = False
    fresh = np.flatnonzero(place < 0)
    place[fresh] = whole.rows + np.arange(fresh.size)
    whole.words = np.append(whole.words, one.words[fresh])
    whole.words[place] = one.words
    whole.names = {kind: np.append(whole.names[kind], names[kind][fresh]) for kind in kinds}
    whole.places.append(place)


def _matched(known: Words, wanted: Words) -> Sets:
    """Return for each wanted word the place of its own among the known ones, -1 for none: n-th to n-th."""
    order, asked = np.argsort(known, kind="stable"), np.argsort(wanted, kind="stable")
    ordered, sought = known[order], wanted[asked]
    low, high = np.searchsorted(ordered, sought, "left"), np.searchsorted(ordered, sought, "right")
    at = low + _occurrence(sought)
    found = np.full(wanted.size, -1, dtype=np.int64)
    inside = at < high
    found[asked[inside]] = order[at[inside]]
    return found


def _occurrence(ordered: Words) -> NDArray[np.int64]:
    """Return for sorted words the how-manieth of its kind each is, from 0."""
    places = np.arange(ordered.size)
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if ordered.size else np.zeros(0, bool)
    return np.asarray(places - np.maximum.accumulate(np.where(first, places, 0)))
