"""The subject that a claim declares, as one more kind of unit: which rows are of the same one.

Where rows are many, equal canonical texts get one word by a compiled loop, and words are numbered without
sorting. Two subjects of one word would count as one: fewer units and larger shares, never the other way.
Called by `proof` and `specified`; decides nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.origin import Source
from sandbox.egress.units import MANY_ROWS, Ids
from sandbox.fingerprint.sidecar import UnitColumns, dense_units, subjects_of

SUBJECT = "subject"
_THREADS = 2
_PIECE = 1 << 18


def subject_units(source: Source, subject: str, *, own: int | None = None) -> dict[str, Ids]:
    """Return the distinct values of the subject's column as one more kind of unit; KeyError for no column.

    None where the column's tokens are those of a unit that counts anyway: it would be the same rows twice.
    What a column is called is not believed: in the first `own` rows, or in all, its tokens tell every unit.
    """
    column, one = source.table.column(subject), UnitColumns(SUBJECT, (subject,))
    if len(column) < MANY_ROWS:  # quicker than the load of compiled code
        ids = dense_units(source.table.select([subject]), [one])[SUBJECT]
    else:
        ids = numbered(column, one)
    unit_ids = source.units.get(source.subjects.get(subject, ""))
    if unit_ids is not None and _as_fine(ids[:own], unit_ids[:own]):
        return {}
    return {f"{SUBJECT}:{SUBJECT}": ids}


def _as_fine(numbers: Ids, ids: Ids) -> bool:
    """Return whether the ids other than 0 are no more than the numbers: none of these holds two ids."""
    if ids.size < MANY_ROWS:
        some = ids != 0
        pairs = np.unique(np.stack([numbers[some], ids[some]]), axis=1)
        return bool((numbers[some] != 0).all() and np.unique(pairs[0]).size == pairs.shape[1])
    from sandbox.egress import unit_kernels

    return bool(unit_kernels.as_fine(numbers, ids, int(numbers.max(initial=0)) + 1))


def numbered(column: pa.ChunkedArray, unit: UnitColumns) -> Ids:
    """Return a number for every row, equal for equal canonical texts; 0 for what means nobody."""
    from sandbox.egress import unit_kernels

    pieces = [chunk.slice(begin, _PIECE) for chunk in column.chunks for begin in range(0, len(chunk), _PIECE)]
    with ThreadPoolExecutor(_THREADS) as both:
        found = list(both.map(lambda piece: _words(piece, unit), pieces))
    words = np.concatenate(found) if found else np.zeros(0, np.uint64)
    return np.asarray(unit_kernels.numbers_of(words), np.uint32)


def _words(piece: pa.Array, unit: UnitColumns) -> NDArray[np.uint64]:
    """Return a word for every row's canonical text, 0 for nobody."""
    words, other = _plain_words(piece)
    unlike = np.flatnonzero(other)
    if unlike.size:
        table = pa.table({unit.columns[0]: piece.take(pa.array(unlike))})
        canonical = subjects_of(table, unit)
        words[unlike] = np.where(
            pc.is_valid(canonical).to_numpy(zero_copy_only=False), _plain_words(canonical)[0], 0
        )
    return words


def _plain_words(texts: pa.Array) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return a word for every text as it stands, and which may stand otherwise in canonical form."""
    from sandbox.egress import unit_kernels

    whole = pc.fill_null(texts.cast(pa.large_string()), "")
    _, offsets, data = whole.buffers()
    begins = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    octets = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    words, other = np.zeros(len(whole), np.uint64), np.zeros(len(whole), np.bool_)
    unit_kernels.words_of(begins, octets, 0, len(whole), words, other)
    return words, other
