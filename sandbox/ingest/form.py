"""The steward's form: discovery's proposal as a TOML file to be edited, and read back.

One file holds the columns (sensitive, level, comment), the units and the masking policy with
technique and class of every column. What each line rests on stands beside it as a comment.
Reading decides nothing: the catalogue and the policy check what was written.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.ingest.proposals import Proposal
from sandbox.kernel.dataset_records import Column, Dataset, Unit
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.masking.policy import Policy
from sandbox.masking.policy_file import policy_from, write_policy

MAX_BYTES = 1 << 20
_KEYS = frozenset({"dataset", "columns", "units", "masking"})
_COLUMN_KEYS = frozenset({"name", "comment", "sensitive", "level"})
_UNIT_KEYS = frozenset({"kind", "columns", "sentinels"})


@dataclass(frozen=True, slots=True)
class Form:
    """What a steward wrote down."""

    dataset: str
    columns: tuple[Column, ...]
    units: tuple[Unit, ...]
    policy: Policy


def write_form(proposal: Proposal, dataset: Dataset) -> str:
    """Return the proposal as TOML; it reads back to the same columns, units and policy."""
    lines = [f"dataset = {_text(dataset.code)}", ""]
    evidence = {one.name: one.evidence for one in proposal.proposals}
    for column in proposal.columns:
        lines += [f"# {' '.join(str(one).split())}" for one in evidence.get(column.name, ())]
        lines += ["[[columns]]", f"name = {_text(column.name)}", f"comment = {_text(column.comment)}"]
        lines += [f"sensitive = {str(column.sensitive).lower()}", f"level = {column.level}", ""]
    for unit in proposal.units:
        lines += ["[[units]]", f"kind = {_text(unit.kind)}", f"columns = {_texts(unit.columns)}"]
        lines += [f"sentinels = {_texts(unit.sentinels)}", ""]
    lines.append("[masking]")
    for line in write_policy(proposal.policy).splitlines():
        lines.append(f"[masking.{line[1:]}" if line.startswith("[table.") else line)
    return "\n".join(lines) + "\n"


def read_form_file(path: Path) -> Form:
    """Return the form in the file; `InputError` if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(path))) from None
    if len(data) > MAX_BYTES:
        raise InputError(say("文件 {path} 过大，不是分类表", path=str(path)))
    try:
        return read_form(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(say("文件 {path} 不是 UTF-8 编码", path=str(path))) from None


def read_form(text: str) -> Form:
    """Return the form of the TOML text; `InputError` names the first mistake, no key is ignored."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(say("分类表不是正确的 TOML：{problem}", problem=str(error))) from error
    return form_from(data)


def form_from(data: Mapping[str, Any]) -> Form:
    """Return the form of plain values, as TOML or a page's fields give them; `InputError` as above."""
    _only(data, _KEYS, where=say("分类表"))
    if not isinstance(data.get("masking"), dict):
        raise InputError(say("分类表没有脱敏策略（[masking]）"))
    dataset = _string(data, "dataset")
    policy = policy_from(data["masking"])
    return Form(
        dataset=dataset,
        columns=tuple(_column(one, policy, dataset) for one in _tables(data, "columns")),
        units=tuple(_unit(one) for one in _tables(data, "units")),
        policy=policy,
    )


def _column(data: Mapping[str, Any], policy: Policy, dataset: str) -> Column:
    """Return the column; its technique, class and type are those of the policy, written once."""
    _only(data, _COLUMN_KEYS, where=say("信息项"))
    name, level = _string(data, "name"), data.get("level", 1)
    sensitive = data.get("sensitive", False)
    if not isinstance(sensitive, bool) or type(level) is not int or not 1 <= level <= 4:
        raise InputError(say("信息项 {name} 的 sensitive 须是 true 或 false，level 须是 1 到 4", name=name))
    masked = policy.table(dataset).column(name)
    return Column(
        name=name,
        comment=_string(data, "comment", required=False),
        type=masked.type,
        identifier=masked.identifier,
        sensitive=sensitive,
        level=level,
        technique=masked.technique.name,
    )


def _unit(data: Mapping[str, Any]) -> Unit:
    _only(data, _UNIT_KEYS, where=say("统计单位"))
    return Unit(
        kind=_string(data, "kind"), columns=_strings(data, "columns"), sentinels=_strings(data, "sentinels")
    )


def _only(data: Mapping[str, Any], known: frozenset[str], *, where: Message) -> None:
    for key in data:
        if key not in known:
            raise InputError(say("{where}里没有“{key}”这一项", where=where, key=key))


def _tables(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InputError(say("分类表的 {key} 须写成 [[{key}]] 的形式", key=key))
    return found


def _string(data: Mapping[str, Any], key: str, *, required: bool = True) -> str:
    found = data.get(key, "")
    if not isinstance(found, str) or (required and not found.strip()):
        raise InputError(say("分类表缺少 {key}，或它不是文字", key=key))
    return found


def _strings(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise InputError(say("分类表的 {key} 须是文字列表", key=key))
    return tuple(found)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _texts(values: tuple[str, ...]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
