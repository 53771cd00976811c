"""What is asked of a judgement, and what comes of it.

Values; made by whoever asks, read by `judge` and `across`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.egress.claims import Claim
from sandbox.egress.kept import Kept
from sandbox.egress.permitted import Bounds
from sandbox.egress.rowwise import Budget
from sandbox.egress.tables import RowLevelLimits
from sandbox.kernel.findings import Judgement


@dataclass(frozen=True, slots=True)
class Options:
    """The parameters of a judgement; recorded with it by whoever asks for it.

    `canaries` are values that exist only in controlled data; `kept` are the tables of the ledger;
    `earlier` are claims that were released before tables were kept, with the label they are known by,
    `declined` those that never left, `unread` whose claims can be read no more;
    `handed_in` is how many products of the same data the seat has had judged; `words` is what the
    author wrote about the files and is read outside before anybody voted. `bounds` is what the access
    policy lets leave; None where no agreement is at hand. `cores` is how many processes may work at one file.
    """

    max_bytes: int = 512 << 20
    budget: Budget = field(default_factory=Budget)
    row_level: RowLevelLimits = field(default_factory=RowLevelLimits)
    canaries: frozenset[str] = frozenset()
    earlier: tuple[tuple[str, Claim], ...] = ()
    declined: tuple[tuple[str, Claim], ...] = ()
    unread: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    handed_in: int = 0
    words: str = ""
    bounds: Bounds | None = None
    cores: int = 1


@dataclass(frozen=True, slots=True)
class KeptCells:
    """The packed cells of a proven table, and of which table and version its rows are."""

    table: str
    snapshot: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement, the bytes of every rewriting by its SHA-256, and by path what the ledger keeps."""

    judgement: Judgement
    rewritings: Mapping[str, bytes]
    kept: Mapping[str, KeptCells] = field(default_factory=dict)
