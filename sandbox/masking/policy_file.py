"""Reads a masking policy from TOML and writes one back.

Every mistake is one sentence that names table and column; nothing is guessed and no key
is ignored. The steward's form and the command line's `--policy` both come through here.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Zone
from sandbox.kernel.message import say
from sandbox.masking.policy import (
    DEFAULT_FLOOR,
    DEFAULT_MAX_SUPPRESSED,
    Algorithm,
    ColumnPolicy,
    OnUnhandled,
    Policy,
    TablePolicy,
    as_mapping,
    default_class,
)
from sandbox.masking.techniques import build

MAX_BYTES = 1 << 20
_POLICY_KEYS = frozenset({"policy", "zone", "key", "algorithm", "on_unhandled", "table"})
_TABLE_KEYS = frozenset({"subject", "sentinels", "k", "max_suppressed", "column"})
_Choice = TypeVar("_Choice", bound=StrEnum)


def read_policy_file(path: Path) -> Policy:
    """Return the policy in the file; InputError if it cannot be read or is no policy."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(say("脱敏策略文件“{name}”无法读取，请检查路径", name=path.name)) from error
    if len(data) > MAX_BYTES:
        raise InputError(say("脱敏策略文件“{name}”过大", name=path.name))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(say("脱敏策略文件“{name}”不是 UTF-8 编码", name=path.name)) from error
    return read_policy(text)


def read_policy(text: str) -> Policy:
    """Return the policy in the TOML text; InputError names the first mistake."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(say("脱敏策略不是正确的 TOML：{problem}", problem=str(error))) from error
    return policy_from(data)


def policy_from(data: Mapping[str, object]) -> Policy:
    """Return the policy of plain values, as `as_mapping` writes them."""
    _only(data, _POLICY_KEYS, where="policy")
    tables = _mapping(data.get("table", {}), where="table")
    return Policy(
        name=_text(data.get("policy", ""), where="policy"),
        tables=tuple(_table(name, _mapping(value, where=name)) for name, value in tables.items()),
        zone=_choice(Zone, data.get("zone", Zone.RUN.value), where="zone"),
        algorithm=_choice(Algorithm, data.get("algorithm", Algorithm.INTL.value), where="algorithm"),
        on_unhandled=_choice(
            OnUnhandled, data.get("on_unhandled", OnUnhandled.NULL.value), where="on_unhandled"
        ),
        key=_text(data.get("key", ""), where="key"),
    )


def write_policy(policy: Policy) -> str:
    """Return the policy as TOML that reads back to the same digest."""
    data = as_mapping(policy)
    lines = [f"{key} = {_value(data[key])}" for key in ("policy", "zone", "key", "algorithm", "on_unhandled")]
    for name, table in _mapping(data["table"], where="table").items():
        body = _mapping(table, where=name)
        lines += ["", f"[table.{_value(name)}]"]
        lines += [f"{key} = {_value(body[key])}" for key in ("subject", "sentinels", "k", "max_suppressed")]
        lines += [f"[table.{_value(name)}.column]"]
        columns = _mapping(body["column"], where=name)
        lines += [f"{_value(column)} = {_value(value)}" for column, value in columns.items()]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = [f"{_value(key)} = {_value(item)}" for key, item in value.items() if item is not None]
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _table(name: str, data: Mapping[str, object]) -> TablePolicy:
    _only(data, _TABLE_KEYS, where=name)
    columns = _mapping(data.get("column", {}), where=name)
    subject = data.get("subject", [])
    return TablePolicy(
        name=name,
        columns=tuple(_column(key, _mapping(value, where=key)) for key, value in columns.items()),
        subject=_texts([subject] if isinstance(subject, str) else subject, where="subject"),
        sentinels=_texts(data.get("sentinels", []), where="sentinels"),
        floor=_whole(data.get("k", DEFAULT_FLOOR), where="k"),
        max_suppressed=_share(data.get("max_suppressed", DEFAULT_MAX_SUPPRESSED)),
    )


def _column(name: str, data: Mapping[str, object]) -> ColumnPolicy:
    given = dict(data)
    try:
        technique_name = _text(given.pop("technique", ""), where="technique")
        declared, kind = given.pop("class", None), given.pop("type", None)
        if technique_name == "generalise" and given.pop("hierarchy", None) == "address":
            technique_name = "region"
        if technique_name == "map" and isinstance(pairs := given.get("values"), list):
            given["values"] = _pairs(pairs)
        technique = build(technique_name, given)
        identifier = (
            default_class(technique)
            if declared is None
            else _choice(IdentifierClass, declared, where="class")
        )
        entity = None if kind is None else _choice(EntityType, kind, where="type")
    except InputError as error:
        raise InputError(
            say("脱敏策略中“{column}”一列：{problem}", column=name, problem=error.message)
        ) from error
    return ColumnPolicy(name, technique, identifier, entity)


def _pairs(pairs: list[object]) -> dict[str, object]:
    """Return the table of a `map` written as a list of pairs, as the canonical form has it."""
    table: dict[str, object] = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise InputError(say("参数“{key}”的值不对，请对照策略格式修改", key="values"))
        table[pair[0]] = pair[1]
    return table


def _only(data: Mapping[str, object], known: frozenset[str], *, where: str) -> None:
    for key in data:
        if key not in known:
            raise InputError(say("脱敏策略的“{where}”中没有“{key}”这一项", where=where, key=key))


def _mapping(value: object, *, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(say("脱敏策略的“{where}”须是一个表", where=where))
    return value


def _text(value: object, *, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(say("脱敏策略的“{where}”须是文字", where=where))
    return value


def _texts(value: object, *, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(say("脱敏策略的“{where}”须是文字列表", where=where))
    return tuple(_text(item, where=where) for item in value)


def _whole(value: object, *, where: str) -> int:
    if type(value) is not int:
        raise InputError(say("脱敏策略的“{where}”须是整数", where=where))
    return value


def _share(value: object) -> float:
    if type(value) not in (int, float):
        raise InputError(say("脱敏策略的“{where}”须是 0 到 1 的数", where="max_suppressed"))
    return float(str(value))


def _choice(enum: type[_Choice], value: object, *, where: str) -> _Choice:
    for member in enum:
        if member.value == value:
            return member
    known = "、".join(member.value for member in enum)
    raise InputError(say("“{where}”只能是：{known}", where=where, known=known))
