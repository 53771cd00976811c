"""Claims: an author's declared SQL, checked into a value the gate can recompute.

Accepts one SELECT of counts, sums and averages by plain groups over one known table, with
the functions of `expressions.FUNCTIONS`. Everything else raises InputError with the reason
and the product stays unverified. Reads no data and runs nothing; `recompute` does. The
translation of the syntax tree is in `grammar`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.egress.expressions import Aggregate, Expression, walk
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_CLAIM_BYTES = 32 * 1024
MAX_SQL_CHARACTERS = 16 * 1024
MAX_SUBJECT_CHARACTERS = 256
MAX_BASE = 1_000_000


@dataclass(frozen=True, slots=True)
class Claim:
    """What an author declares: the SQL that made the product and the column of its subjects."""

    sql: str
    subject: str

    def __post_init__(self) -> None:
        if not self.sql.strip() or len(self.sql) > MAX_SQL_CHARACTERS:
            raise InputError(say("声明的 SQL 为空或过长，请写一条简短的 SELECT 语句"))
        if len(self.subject) > MAX_SUBJECT_CHARACTERS or not self.subject:
            raise InputError(say("声明须写明 subject，即统计对象所在的列名"))
        if any(not character.isprintable() for character in self.sql.translate(_LAYOUT) + self.subject):
            raise InputError(say("声明中有不可见字符，请用纯文本重写声明"))


_LAYOUT = {ord(character): " " for character in "\t\n\r"}


@dataclass(frozen=True, slots=True)
class TableScope:
    """What a claim may know of one source table.

    `columns` in table order; `identifiers` are the columns that name a person or firm and
    may stand only inside COUNT(DISTINCT …).
    """

    name: str
    columns: tuple[str, ...]
    identifiers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One output column: its name (and whether the author gave it), and what it shows.

    That is a key, an aggregate, or a figure: arithmetic over aggregates, such as a share.
    """

    name: str
    named: bool
    key: int | None
    aggregate: Aggregate | None
    figure: Expression | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table whose columns stand beside the claim's own rows: one row of it at most for each of them.

    Its columns are called `table.column`. `optional` keeps rows that find nothing (LEFT JOIN).
    """

    table: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim that may be recomputed: its table, keys, items and conditions, all checked."""

    table: str
    subject: str
    items: tuple[Item, ...]
    keys: tuple[Expression, ...]
    where: Expression | None
    having: Expression | None
    labels: tuple[str, ...]
    lookups: tuple[Lookup, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Return every table that the claim reads."""
        return (self.table, *(one.table for one in self.lookups))

    @property
    def aggregates(self) -> tuple[Aggregate, ...]:
        """Return the aggregates shown, by themselves or inside a figure, in output order."""
        parts = [item.aggregate or item.figure for item in self.items]
        inside = [inner for part in parts if part is not None for inner in walk(part)]
        return tuple(dict.fromkeys(inner for inner in inside if isinstance(inner, Aggregate)))

    @property
    def figures(self) -> tuple[Expression, ...]:
        """Return the arithmetic over aggregates that is shown, in output order."""
        return tuple(item.figure for item in self.items if item.figure is not None)


def read_claim(data: bytes) -> Claim:
    """Return the claim of a claim file: strict JSON, two text fields, nothing else.

    Raises InputError for another encoding, extra or repeated keys, or a file too large.
    """
    claim, base = read_declared(data)
    if base:
        raise InputError(say("声明文件只能有 sql 和 subject 两项，请删去其余内容"))
    return claim


def read_declared(data: bytes) -> tuple[Claim, int]:
    """Return the claim of a claim file, and to multiples of what its counts are rounded: 0 for not at all.

    Raises InputError as `read_claim` does; `rounded` is the one further key that there may be.
    """
    if len(data) > MAX_CLAIM_BYTES:
        raise InputError(say("声明文件过大，只写 sql 和 subject 两项"))
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(say("声明文件不是有效的 UTF-8 JSON，请检查括号、引号和重复的键")) from error
    base = document.pop("rounded", 0) if isinstance(document, dict) else 0
    if type(base) is not int or base < 0 or base == 1 or base > MAX_BASE:
        raise InputError(say("声明的 rounded 须是取整的基数，2 到 {most} 的整数", most=MAX_BASE))
    if not isinstance(document, dict) or set(document) != {"sql", "subject"}:
        raise InputError(say("声明文件只能有 sql 和 subject 两项，请删去其余内容"))
    if not isinstance(document["sql"], str) or not isinstance(document["subject"], str):
        raise InputError(say("声明的 sql 和 subject 都应是文字"))
    return Claim(sql=document["sql"], subject=document["subject"]), base


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def check_claim(claim: Claim, tables: Mapping[str, TableScope]) -> CheckedClaim:
    """Return the claim as a checked value over one of `tables` (by name, aliases included).

    Raises InputError with the reason for anything outside the accepted language.
    """
    from sandbox.egress.grammar import translate

    return translate(claim, tables)
