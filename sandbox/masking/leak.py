"""Finds cells of masked rows that still show the row's own identifiers.

A kept or generalised column may repeat, inside a longer text, the very code, firm name,
person or house number that another column of the row had masked. Compared are the cells as
they are and in canonical form, row by row, for whole batches at once. It decides where;
`apply` removes. Shorter than two characters counts as no identifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical_array
from sandbox.masking.cells import truth
from sandbox.masking.engine import ask

MIN_NEEDLE = 2
MIN_PLAIN = 6
MIN_ADDRESS = 6
HOUSE = r"([0-9]+|[零〇一二三四五六七八九十百]+|[a-z])[号號]"
APART = "\x1f"
SEPARATORS = r"[、,，;；/|\s]+"


@dataclass(frozen=True, slots=True)
class Needles:
    """The raw identifiers of a batch, sentinels nulled; addresses count with their house numbers."""

    direct: Mapping[str, pa.Array]
    addresses: Mapping[str, pa.Array]
    canonical: Mapping[str, pa.Array] = field(default_factory=dict)

    def canonical_of(self, name: str) -> pa.Array:
        """Return the canonical form of a column, worked out here unless the caller had it already."""
        known = self.canonical.get(name)
        if known is not None:
            return known
        return canonical_array(self.direct[name] if name in self.direct else self.addresses[name])

    def at(self, rows: np.ndarray) -> Needles:
        """Return the needles of those rows."""
        wanted = pa.array(rows)
        return Needles(
            direct={name: array.take(wanted) for name, array in self.direct.items()},
            addresses={name: array.take(wanted) for name, array in self.addresses.items()},
            canonical={name: array.take(wanted) for name, array in self.canonical.items()},
        )


def hits(cells: Mapping[str, pa.Array], needles: Needles) -> dict[str, np.ndarray]:
    """Return, for every column of cells, which rows show an identifier of their own row.

    All columns of a row are searched as one text first; only rows that show something there
    are looked at column by column.
    """
    found = {name: np.zeros(len(array), dtype=bool) for name, array in cells.items()}
    if not cells or not (needles.direct or needles.addresses):
        return found
    suspects = np.flatnonzero(_shows(list(cells.values()), needles, but=""))
    if len(suspects):
        some = needles.at(suspects)
        for name, array in cells.items():
            found[name][suspects] = _shows([array.take(pa.array(suspects))], some, but=name)
    return found


def _shows(texts: Sequence[pa.Array], needles: Needles, *, but: str) -> np.ndarray:
    """Return which rows show, in one of the texts, a needle of another column than `but`."""
    direct = {name: array for name, array in needles.direct.items() if name != but}
    places = {name: array for name, array in needles.addresses.items() if name != but}
    shortest = [MIN_NEEDLE] * len(direct) + [MIN_ADDRESS] * len(places)
    text = _joined(texts)
    hit = _contains(text, [*direct.values(), *places.values()], shortest)
    canonical = [needles.canonical_of(name) for name in (*direct, *places)]
    hit |= _contains(_joined([canonical_array(array) for array in texts]), canonical, shortest)
    hit |= _parts(text, list(direct.values()))
    hit |= _houses(text, list(needles.addresses.values()))
    return hit


def _joined(texts: Sequence[pa.Array]) -> pa.Array:
    """Return the texts of every row as one, each between two of a character that no identifier holds."""
    apart, end = pa.scalar(APART, texts[0].type), pa.scalar("", texts[0].type)
    return pc.binary_join_element_wise(end, *texts, end, apart, null_handling="replace", null_replacement="")


def _contains(cells: pa.Array, needles: Sequence[pa.Array], shortest: Sequence[int]) -> np.ndarray:
    """Return which cells contain one of their row's needles of at least that many characters."""
    if not needles:
        return np.zeros(len(cells), dtype=bool)
    terms = [
        f"coalesce(CASE WHEN length(n{at}) < {least} THEN false WHEN {_telling(f'n{at}')} "
        f"THEN contains(cell, n{at}) ELSE contains(cell, chr(31) || n{at} || chr(31)) END, false)"
        for at, least in enumerate(shortest)
    ]
    columns = {"cell": cells, **{f"n{at}": needle for at, needle in enumerate(needles)}}
    return ask(columns, " OR ".join(terms))


def _telling(needle: str) -> str:
    """Return the SQL test for a needle that says something inside a longer text.

    A few plain digits (a serial number such as 17) stand in many numbers by chance and count only
    as a whole cell. Anything with a letter of any script counts: rather one cell too many.
    """
    letters = f"regexp_matches({needle}, '[A-Za-z]')"
    return f"(length({needle}) >= {MIN_PLAIN} OR strlen({needle}) > length({needle}) OR {letters})"


def _parts(cells: pa.Array, needles: Sequence[pa.Array]) -> np.ndarray:
    """Return which cells contain one of several identifiers written into one cell of the row."""
    hit = np.zeros(len(cells), dtype=bool)
    for needle in needles:
        several = truth(pc.match_substring_regex(pc.utf8_trim_whitespace(needle), SEPARATORS))
        rows = np.flatnonzero(several & truth(pc.is_valid(cells)))
        if len(rows):
            columns = {"cell": cells.take(pa.array(rows)), "n": needle.take(pa.array(rows))}
            part = f"x -> length(x) >= {MIN_NEEDLE} AND {_telling('x')} AND contains(cell, x)"
            hit[rows] |= ask(columns, f"len(list_filter(string_split_regex(n, '{SEPARATORS}'), {part})) > 0")
    return hit


def _houses(cells: pa.Array, addresses: Sequence[pa.Array]) -> np.ndarray:
    """Return which cells contain a house number, with its 号, of their row's address."""
    hit = np.zeros(len(cells), dtype=bool)
    candidates = np.flatnonzero(truth(pc.match_substring_regex(cells, "[号號]")))
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
