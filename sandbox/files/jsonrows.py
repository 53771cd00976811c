"""Reads a JSON array of flat objects, `{"data": [...]}` or NDJSON as strings.

Decides the columns (keys in order of first appearance) and which objects are rows: scalars
only, written exactly as in the file, so that a long number keeps every digit. Nested values
and repeated keys make a bad row. Called by `readers` only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sandbox.files.encoding import blocks, guess
from sandbox.files.table import (
    BadRow,
    Batch,
    Opened,
    TableShape,
    Tally,
    checked_columns,
    kept,
    no_rows,
    row_batch,
)
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

MAX_ARRAY_BYTES = 256 << 20
SCHEMA_ROWS = 1_000


class Pairs(tuple[tuple[str, Any], ...]):
    """The members of a JSON object in file order, repeated keys included."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """One record as found: the parsed value or why there is none, its line and its text."""

    value: Any
    fault: Message | None
    line: int | None
    raw: str


def parse(text: str) -> Any:
    """Return JSON with numbers as the text they were written in and objects as `Pairs`.

    ValueError for what RFC 8259 does not allow (NaN among it); RecursionError when too deep.
    """
    return json.loads(
        text, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=Pairs
    )


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def open_json(source: BinaryIO, *, kind: FileType, tally: Tally) -> Opened:
    """Return shape and rows of the JSON in `source` (seekable, left open).

    InputError: no JSON, no list of objects, undecodable, an array above 256 MB, no rows.
    """
    encoding = guess(source, name=tally.name)
    items = (
        _lines(source, encoding, tally) if kind is FileType.NDJSON else iter(_whole(source, encoding, tally))
    )
    ahead = [item for _, item in zip(range(SCHEMA_ROWS), items, strict=False)]
    if not ahead:
        raise no_rows(tally.name)
    keys: dict[str, None] = {}
    known = ahead if kind is FileType.NDJSON else ahead + list(items)
    for item in known:
        if isinstance(item.value, Pairs):
            keys.update(dict.fromkeys(key for key, _ in item.value))
    if not keys:
        raise InputError(say("{name} 中没有可作为数据行的 JSON 对象。", name=tally.name))
    names = tuple(keys)
    columns = checked_columns(names, name=tally.name, limits=tally.limits)
    shape = TableShape(kind, encoding, None, columns, None)
    return Opened(shape, _rows(known, items, names=names, columns=columns, tally=tally))


def _whole(source: BinaryIO, encoding: str, tally: Tally) -> list[_Item]:
    text = []
    limit = min(MAX_ARRAY_BYTES, tally.limits.max_bytes)
    for block in blocks(source, encoding=encoding, name=tally.name, max_bytes=limit):
        if block.faults:
            raise InputError(say("{name} 含有不能解码的字节，请另存为 UTF-8。", name=tally.name))
        text.append(block.data)
    try:
        value = parse(b"".join(text).decode())
    except RecursionError as error:
        raise InputError(say("{name} 的 JSON 嵌套过深，请改为一层的对象列表。", name=tally.name)) from error
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise InputError(
            say("{name} 不是合法的 JSON（第 {line} 行附近），请重新导出。", name=tally.name, line=line)
        ) from error
    return [_Item(row, None, None, "") for row in _list_of(value, tally.name)]


def _list_of(value: Any, name: str) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, Pairs):
        lists = [held for _, held in value if isinstance(held, list)]
        if len(lists) == 1:
            return lists[0]
        if not lists and not any(isinstance(held, Pairs) for _, held in value):
            return [value]
    raise InputError(say("{name} 应是对象的数组，或只含一个数组的对象。", name=name))


def _lines(source: BinaryIO, encoding: str, tally: Tally) -> Iterator[_Item]:
    line = 0
    for block in blocks(source, encoding=encoding, name=tally.name, max_bytes=tally.limits.max_bytes):
        at, faults = 0, list(block.faults)
        for piece in block.data.split(b"\n"):
            line += 1
            broken = any(at <= spot <= at + len(piece) for spot in faults)
            at += len(piece) + 1
            if piece.strip():
                yield _line(piece.decode(), line, broken=broken)
        # A block ends at a line end, so the empty piece behind it is no line of its own.
        line -= 1 if block.data.endswith(b"\n") or not block.data else 0


def _line(text: str, line: int, *, broken: bool) -> _Item:
    if broken:
        return _Item(None, say("含有不能解码的字节。"), line, text)
    try:
        return _Item(parse(text), None, line, text)
    except (ValueError, RecursionError):
        return _Item(None, say("本行不是合法的 JSON。"), line, text)


def _rows(
    ahead: list[_Item],
    items: Iterator[_Item],
    *,
    names: tuple[str, ...],
    columns: tuple[str, ...],
    tally: Tally,
) -> Iterator[Batch]:
    good: list[tuple[int, list[str | None]]] = []
    places = {name: place for place, name in enumerate(names)}
    for source in (ahead, items):
        for item in source:
            number = tally.number()
            fault = item.fault or _fault(item.value, places, limit=tally.limits.max_cell_bytes)
            if fault is not None:
                tally.reject(BadRow(number, item.line, fault, kept(item.raw or _shown(item.value))))
                continue
            good.append((number, _cells(item.value, places)))
            if len(good) >= tally.limits.batch_rows:
                yield row_batch(columns, good)
                good = []
    if good:
        yield row_batch(columns, good)


def _fault(value: Any, places: dict[str, int], *, limit: int) -> Message | None:
    if not isinstance(value, Pairs):
        return say("不是 JSON 对象。")
    keys = [key for key, _ in value]
    if len(set(keys)) != len(keys):
        return say("同一对象中有重复的键。")
    unknown = [key for key in keys if key not in places]
    if unknown:
        return say("出现前面没有的键“{key}”。", key=unknown[0][:100])
    for key, held in value:
        if isinstance(held, (list, Pairs)):
            return say("键“{key}”的值是嵌套结构，应为单个值。", key=key[:100])
        if isinstance(held, str):
            text_fault = _text_fault(held, limit)
            if text_fault is not None:
                return text_fault
    return None


def _text_fault(text: str, limit: int) -> Message | None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return say("含有不成对的代理字符，内容已损坏。")
    if size > limit:
        return say("有单元格超过 {limit} 字节。", limit=limit)
    return say("含有空字符（NUL），内容已损坏。") if "\x00" in text else None


def _cells(value: Pairs, places: dict[str, int]) -> list[str | None]:
    cells: list[str | None] = [None] * len(places)
    for key, held in value:
        cells[places[key]] = held if held is None or isinstance(held, str) else str(held).lower()
    return cells


def _shown(value: Any) -> str:
    """A short rendering for the quarantine; pairs stay lists so that repeated keys show."""
    return json.dumps(value, ensure_ascii=True)
