"""What discovery says of one column: the value that `columns` returns and `units` reads."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.discovery.heading_words import Role
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.message import Message


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """What discovery thinks of one column; `option` is the technique's parameter.

    `rate` is the share of cells, sentinels aside, that are of the type (of a text: that hold a
    sensitive value). `role` tells a household number, a date or a trait where there is no type;
    `cells` and `distinct` count cells and different values, sentinels aside.
    """

    name: str
    type: EntityType | None
    rate: float
    sensitive: bool
    level: int
    technique: str
    identifier: IdentifierClass
    evidence: tuple[Message, ...]
    option: str = ""
    role: Role | None = None
    cells: int = 0
    distinct: int = 0
