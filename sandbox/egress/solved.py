"""Identifiers that arithmetic was done to, found again by undoing it.

Every way back that `inverses` and `remainders` know is tried on a few rows of a table; what then looks like
telephones, resident numbers or credit codes in most rows is worked out exactly and asked of the index. A
reading counts when a good share of its rows names records. Pure; called by `sightings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

import pyarrow as pa

from sandbox.egress import inverses, pairings, remainders, weighted
from sandbox.egress.channels import named
from sandbox.egress.content import Content
from sandbox.egress.filled import filled
from sandbox.egress.identities import named_mostly, spelled
from sandbox.egress.inverses import Candidate
from sandbox.egress.matrices import LEAST, Figures, Matrix, constants, matrix
from sandbox.egress.recognise import Recognised
from sandbox.egress.streams import Column
from sandbox.fingerprint.index import RecordIndex

MAX_TABLES = 6
MAX_CANDIDATES = 12_000
MAX_ASKED = 200
MAX_CELLS = 400_000
_SEEN = 12


def solved(
    contents: Sequence[Content], tables: Sequence[pa.Table], indexes: Sequence[RecordIndex]
) -> Recognised:
    """Return the records that figures of the tables name once the arithmetic done to them is undone."""
    if not indexes:
        return Recognised()
    stated = constants(contents)
    asked: list[Column] = []
    for table in tables[:MAX_TABLES]:
        if table.num_rows >= LEAST and 0 < table.num_rows * table.num_columns <= MAX_CELLS:
            asked += islice(solutions(matrix(table, stated)), MAX_ASKED - len(asked))
            asked += islice(weighted.levelled(table), MAX_ASKED - len(asked))
            asked += islice(filled(table), MAX_ASKED - len(asked))
    return named(asked, (), indexes) if asked else Recognised()


def solutions(held: Matrix) -> Iterator[Column]:
    """Yield the columns of identifiers that the figures may have been."""
    texts = tuple((name, cells[:_SEEN]) for name, cells in held.texts)
    front = Matrix(
        tuple(_cut(one) for one in held.columns),
        held.constants,
        texts,
        tuple(one[:_SEEN] for one in held.places),
    )
    names = {name for name, values in islice(_ways(front), MAX_CANDIDATES) if named_mostly(values.tolist())}
    if not names:
        return
    for name, values in islice(_ways(held), MAX_CANDIDATES):
        if name in names:
            yield Column(name, _written(values.tolist()))
    for name, values in islice(remainders.rings(held), MAX_ASKED):
        if named_mostly(values.tolist()):
            yield Column(name, _written(values.tolist()))


def _cut(one: Figures) -> Figures:
    whole = None if one.whole is None else one.whole[:_SEEN]
    return Figures(one.name, one.real[:_SEEN], whole, one.decimals)


def _ways(held: Matrix) -> Iterator[Candidate]:
    return chain(
        weighted.placed(held),
        chain.from_iterable(weighted.in_cells(name, cells) for name, cells in held.texts),
        inverses.alone(held),
        pairings.paired(held),
        remainders.remainders(held),
        pairings.several(held),
        weighted.shares(held),
    )


def _written(values: Sequence[int]) -> tuple[str, ...]:
    return spelled(values)
