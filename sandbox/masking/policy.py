"""The masking policy: what becomes of every column, decided before a row is read.

A policy checks itself at birth, so one that exists can be planned. It is read from TOML
(`policy_file`) or proposed from discovery (`propose`); its digest binds approval, landing
and evidence to one text. It masks nothing itself; `plan` binds it to a schema and a key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.grades import Zone
from sandbox.kernel.message import say
from sandbox.masking.techniques import (
    Drop,
    Keep,
    KeepChars,
    RedactText,
    Region,
    Technique,
    Token,
    parameters,
)

DEFAULT_FLOOR = 5
DEFAULT_MAX_SUPPRESSED = 0.05


class OnUnhandled(StrEnum):
    """What becomes of a value its technique cannot read; leaving it as it was is not on the list."""

    NULL = "null"
    ROW = "row"
    STOP = "stop"


class Algorithm(StrEnum):
    """The hash under the tokens: SHA-256 or, for commercial cryptography, SM3 (GB/T 32905)."""

    INTL = "intl"
    SM = "sm"


@dataclass(frozen=True, slots=True)
class ColumnPolicy:
    """One column: its technique, and what it is to re-identification."""

    name: str
    technique: Technique
    identifier: IdentifierClass
    type: EntityType | None = None

    @property
    def quasi(self) -> bool:
        """Return whether the column counts into the risk classes: kept, and knowable from outside."""
        return self.identifier is IdentifierClass.QUASI and not isinstance(self.technique, Drop)

    @property
    def direct(self) -> bool:
        """Return whether its raw value may appear in no other cell of its row."""
        return self.identifier is IdentifierClass.DIRECT and not isinstance(self.technique, Keep)

    @property
    def group(self) -> str:
        """Return the key group of a token column: columns of one group join, of two never do."""
        given = self.technique.group if isinstance(self.technique, Token) else ""
        return given or (self.type.value.lower() if self.type else self.name)


@dataclass(frozen=True, slots=True)
class TablePolicy:
    """One table: its columns, units, spellings of "nothing", and the floor of its classes."""

    name: str
    columns: tuple[ColumnPolicy, ...]
    subject: tuple[str, ...] = ()
    sentinels: tuple[str, ...] = ()
    floor: int = DEFAULT_FLOOR
    max_suppressed: float = DEFAULT_MAX_SUPPRESSED

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if not names:
            raise InputError(say("策略中的表“{table}”没有任何列", table=self.name))
        if len(set(names)) != len(names):
            raise InputError(say("策略中的表“{table}”有重复的列", table=self.name))
        if all(isinstance(column.technique, Drop) for column in self.columns):
            raise InputError(say("策略把表“{table}”的所有列都删除了，没有可落地的内容", table=self.name))
        if self.floor < 0 or self.floor == 1:
            raise InputError(say("表“{table}”的 k 须为 0（不抑制）或不小于 2", table=self.name))
        if not 0 <= self.max_suppressed <= 1:
            raise InputError(say("表“{table}”的 max_suppressed 须在 0 到 1 之间", table=self.name))
        for subject in self.subject:
            if subject not in names:
                raise InputError(
                    say("表“{table}”的主体列“{column}”不在策略中", table=self.name, column=subject)
                )

    def check_columns(self, present: Sequence[str]) -> None:
        """Raise InputError unless the data has exactly the policy's columns (order is free)."""
        known = {column.name for column in self.columns}
        repeated = sorted({name for name in present if list(present).count(name) > 1})
        if repeated:
            raise InputError(say("数据中列名“{columns}”重复，无法脱敏", columns="、".join(repeated)))
        if missing := [name for name in present if name not in known]:
            raise InputError(
                say("数据中的列“{columns}”在脱敏策略里没有规定，请补充后再脱敏", columns="、".join(missing))
            )
        if unknown := sorted(known - set(present)):
            raise InputError(say("脱敏策略规定的列“{columns}”在数据中不存在", columns="、".join(unknown)))

    def column(self, name: str) -> ColumnPolicy:
        """Return the column's policy; NotFoundError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise NotFoundError(say("脱敏策略里没有“{column}”这一列", column=name))


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy; `proposed` marks one that discovery made and no steward confirmed."""

    name: str
    tables: tuple[TablePolicy, ...]
    zone: Zone = Zone.RUN
    algorithm: Algorithm = Algorithm.INTL
    on_unhandled: OnUnhandled = OnUnhandled.NULL
    key: str = ""
    proposed: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError(say("脱敏策略须有名称 policy"))
        if not self.tables:
            raise InputError(say("脱敏策略没有规定任何表"))
        if self.zone is Zone.DEVELOPMENT and (kept := self._free_text()):
            raise InputError(say("开发区不落地自由文本，请把“{columns}”改为 drop", columns="、".join(kept)))

    def _free_text(self) -> list[str]:
        return [
            column.name
            for table in self.tables
            for column in table.columns
            if isinstance(column.technique, RedactText)
        ]

    def table(self, name: str) -> TablePolicy:
        """Return the table's policy; a policy of one table serves whatever the source is called."""
        for table in self.tables:
            if table.name == name or len(self.tables) == 1:
                return table
        raise NotFoundError(say("脱敏策略里没有表“{table}”", table=name))

    def canonical(self) -> str:
        """Return the policy as sorted JSON: the same decisions give the same text."""
        return json.dumps(as_mapping(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical form, in hex."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def as_mapping(policy: Policy) -> dict[str, object]:
    """Return the policy as plain values, every default spelled out."""
    return {
        "policy": policy.name,
        "zone": policy.zone.value,
        "algorithm": policy.algorithm.value,
        "on_unhandled": policy.on_unhandled.value,
        "key": policy.key,
        "table": {table.name: _table_mapping(table) for table in policy.tables},
    }


def _table_mapping(table: TablePolicy) -> dict[str, object]:
    return {
        "subject": list(table.subject),
        "sentinels": list(table.sentinels),
        "k": table.floor,
        "max_suppressed": table.max_suppressed,
        "column": {column.name: _column_mapping(column) for column in table.columns},
    }


def _column_mapping(column: ColumnPolicy) -> dict[str, object]:
    given = parameters(column.technique)
    if isinstance(column.technique, Token):
        given["group"] = column.group
    return {
        "technique": column.technique.name,
        "class": column.identifier.value,
        "type": column.type.value if column.type else None,
        **given,
    }


def default_class(technique: Technique) -> IdentifierClass:
    """Return the class of a column whose policy names none: what is hidden counts as an identifier."""
    if isinstance(technique, (Token, Drop, KeepChars)):
        return IdentifierClass.DIRECT
    if isinstance(technique, (Keep, RedactText)):
        return IdentifierClass.OTHER
    return IdentifierClass.QUASI


def addresses(table: TablePolicy) -> tuple[str, ...]:
    """Return the columns whose raw cells may hold a house number."""
    hints = ("地址", "住址", "住所", "场所", "坐落", "居住", "户籍", "address", "addr")
    return tuple(
        column.name
        for column in table.columns
        if column.type is EntityType.ADDRESS
        or isinstance(column.technique, Region)
        or any(hint in column.name.lower() for hint in hints)
    )


def replace_columns(table: TablePolicy, changed: Mapping[str, ColumnPolicy]) -> TablePolicy:
    """Return the table with some columns' policies replaced."""
    columns = tuple(changed.get(column.name, column) for column in table.columns)
    return TablePolicy(table.name, columns, table.subject, table.sentinels, table.floor, table.max_suppressed)
