"""Records to JSON and back, by their declared types, strictly both ways.

Known types: str, bool, int, float, None, enums, date, UTC datetime, tuples, frozensets of
enums or strings, nested dataclasses and unions of these. Writing checks that what is
written reads back equal. Reading refuses unknown fields and wrong types; a field that a
later version added with a default may be absent. Called by the opener and the reads.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from sandbox.kernel.errors import StateError, TamperedError
from sandbox.kernel.message import say
from sandbox.store.canonical import Json, instant, moment_of

D = TypeVar("D")


class _Mismatch(Exception):
    """A value is not of the declared type; names the place, never the value."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Codec:
    encode: Callable[[Any], Json]
    decode: Callable[[Any], Any]


def encode(value: object) -> dict[str, Json]:
    """Return the JSON object of a frozen dataclass; `StateError` if a field is not of its type."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise StateError(say("只能保存冻结的数据类"))
    codec = _codec(type(value))
    try:
        body = codec.encode(value)
        if codec.decode(body) != value:
            raise _Mismatch("")
    except _Mismatch as error:
        raise StateError(
            say("{kind} 的字段 {where} 与声明的类型不符", kind=type(value).__name__, where=str(error))
        ) from error
    return typing.cast("dict[str, Json]", body)


def decode(cls: type[D], body: Json) -> D:
    """Return the dataclass of a stored object; `TamperedError` if it does not fit exactly."""
    try:
        return typing.cast("D", _codec(typing.cast("Any", cls)).decode(body))
    except _Mismatch as error:
        raise TamperedError(
            say(
                "{kind} 的字段 {where} 与程序的定义不符：请用 sandbox audit verify 核对",
                kind=cls.__name__,
                where=str(error),
            )
        ) from error


@cache
def _codec(declared: Any) -> _Codec:
    if declared in _SCALARS:
        return _SCALARS[declared]
    origin = typing.get_origin(declared)
    if origin in (typing.Union, types.UnionType):
        return _union(typing.get_args(declared))
    if origin is tuple:
        return _tuple(typing.get_args(declared))
    if origin is frozenset:
        return _set(typing.get_args(declared)[0])
    if isinstance(declared, type) and issubclass(declared, Enum):
        return _enum(declared)
    if isinstance(declared, type) and dataclasses.is_dataclass(declared):
        return _dataclass(declared)
    raise StateError(say("不支持的字段类型 {type}", type=str(declared)))


def _lazy(declared: Any) -> _Codec:
    # A type may contain itself (a message names messages), so members are looked up when used.
    return _Codec(lambda value: _codec(declared).encode(value), lambda body: _codec(declared).decode(body))


def _exact(kind: type) -> _Codec:
    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise _Mismatch("")
        return value

    return _Codec(same, same)


def _finite(value: Any) -> float:
    if type(value) is not float or not math.isfinite(value):
        raise _Mismatch("")
    return value


def _encode_date(value: Any) -> Json:
    if type(value) is not date:
        raise _Mismatch("")
    return value.isoformat()


def _decode_date(body: Any) -> date:
    try:
        value = date.fromisoformat(body)
    except (TypeError, ValueError):
        raise _Mismatch("") from None
    if value.isoformat() != body:
        raise _Mismatch("")
    return value


def _encode_moment(value: Any) -> Json:
    if type(value) is not datetime or value.tzinfo is None:
        raise _Mismatch("")
    return instant(value)


def _decode_moment(body: Any) -> datetime:
    try:
        return moment_of(body)
    except (TypeError, ValueError):
        raise _Mismatch("") from None


_SCALARS: dict[Any, _Codec] = {
    **{kind: _exact(kind) for kind in (str, bool, int, type(None))},
    float: _Codec(_finite, _finite),
    date: _Codec(_encode_date, _decode_date),
    datetime: _Codec(_encode_moment, _decode_moment),
}


def _enum(kind: type[Enum]) -> _Codec:
    values = {(type(member.value), member.value): member for member in kind}

    def write(value: Any) -> Json:
        if type(value) is not kind:
            raise _Mismatch("")
        return typing.cast("Json", value.value)

    def read(body: Any) -> Enum:
        try:
            return values[type(body), body]
        except (KeyError, TypeError):
            raise _Mismatch("") from None

    return _Codec(write, read)


def _union(members: tuple[Any, ...]) -> _Codec:
    codecs = tuple(_lazy(member) for member in members)

    def first(side: str, value: Any) -> Any:
        for codec in codecs:
            try:
                return getattr(codec, side)(value)
            except _Mismatch:
                continue
        raise _Mismatch("")

    return _Codec(lambda value: first("encode", value), lambda body: first("decode", body))


def _each(codecs: Callable[[int], tuple[_Codec, ...]], side: str, values: Any) -> list[Any]:
    found = []
    for index, (codec, value) in enumerate(zip(codecs(len(values)), values, strict=True)):
        try:
            found.append(getattr(codec, side)(value))
        except _Mismatch as error:
            raise _Mismatch(f"[{index}]{error}") from None
    return found


def _tuple(members: tuple[Any, ...]) -> _Codec:
    endless = len(members) == 2 and members[1] is Ellipsis
    fixed = tuple(_lazy(member) for member in members if member is not Ellipsis)

    def codecs(count: int) -> tuple[_Codec, ...]:
        if not endless and count != len(fixed):
            raise _Mismatch("")
        return fixed * count if endless else fixed

    def write(value: Any) -> Json:
        if type(value) is not tuple:
            raise _Mismatch("")
        return _each(codecs, "encode", value)

    def read(body: Any) -> tuple[Any, ...]:
        if type(body) is not list:
            raise _Mismatch("")
        return tuple(_each(codecs, "decode", body))

    return _Codec(write, read)


def _set(member: Any) -> _Codec:
    codec = _lazy(member)

    def write(value: Any) -> Json:
        if type(value) is not frozenset:
            raise _Mismatch("")
        return sorted((codec.encode(item) for item in value), key=str)

    def read(body: Any) -> frozenset[Any]:
        if type(body) is not list:
            raise _Mismatch("")
        found = frozenset(codec.decode(item) for item in body)
        if len(found) != len(body):
            raise _Mismatch("")
        return found

    return _Codec(write, read)


def _dataclass(kind: type) -> _Codec:
    hints = typing.get_type_hints(kind)
    fields = {field.name: _lazy(hints[field.name]) for field in dataclasses.fields(kind)}
    needed = {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }

    def at(name: str, side: str, value: Any) -> Any:
        try:
            return getattr(fields[name], side)(value)
        except _Mismatch as error:
            raise _Mismatch(f".{name}{error}") from None

    def write(value: Any) -> Json:
        if type(value) is not kind:
            raise _Mismatch("")
        return {name: at(name, "encode", getattr(value, name)) for name in fields}

    def read(body: Any) -> Any:
        if not isinstance(body, Mapping):
            raise _Mismatch("")
        for name in (body.keys() - fields.keys()) | (needed - body.keys()):
            raise _Mismatch(f".{name}")
        values = {name: at(name, "decode", body[name]) for name in body}
        try:
            return kind(**values)
        except ValueError:  # the value refuses itself at birth
            raise _Mismatch("") from None

    return _Codec(write, read)
