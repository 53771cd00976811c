"""The terms of an agreement as people write them: hours, joins, quotas, forms; read into values.

One clear sentence for what cannot be read. Called by the command line, the console and trials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.terms import Hours, Join, Narrowing, Quotas, RowRange, join_of

_HOURS = re.compile(r"\s*([1-7](?:[,-][1-7])*)\s+([0-9:]{5})-([0-9:]{5})\s*")


def hours_of(text: str) -> Hours:
    """Return the hours written as `1-5 08:00-20:00` or `1,3,5 09:00-12:00`; `InputError` otherwise."""
    found = _HOURS.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return Hours(days=_days(found[1]), start=found[2], end=found[3])
    except ValueError:
        raise InputError(
            say("使用时段 {text} 应写成“1-5 08:00-20:00”的样子：星期一到日为 1 到 7", text=text)
        ) from None


def _days(text: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        days += range(int(first), int(last or first) + 1)
    return tuple(days)


def join_named(text: str, ids: Mapping[str, str]) -> Join:
    """Return the join written as `code+code`; `InputError` for a dataset that is not among the ids."""
    codes = [one.strip() for one in text.split("+")]
    if len(codes) != 2 or codes[0] == codes[1]:
        raise InputError(say("许可关联 {text} 应写成“数据集+数据集”", text=text))
    for code in codes:
        if code not in ids:
            raise InputError(say("许可关联的数据集 {name} 不在协议之内", name=code))
    return join_of(ids[codes[0]], ids[codes[1]])


def forms_of(names: Iterable[str]) -> tuple[OutputForm, ...]:
    """Return the output forms of these names; `InputError` for an unknown one."""
    try:
        return tuple(OutputForm(one.strip()) for one in dict.fromkeys(names))
    except ValueError:
        known = "、".join(one.value for one in OutputForm)
        raise InputError(say("产出形式只能是 {known}", known=known)) from None


def quotas_of(settings: Iterable[str]) -> Quotas:
    """Return the quotas written as `day_runs=20`; `InputError` for an unknown name or figure."""
    known = {field.name for field in fields(Quotas)}
    figures: dict[str, int] = {}
    for text in settings:
        name, _, figure = text.partition("=")
        if name not in known or not figure.isascii() or not figure.isdecimal() or len(figure) > 15:
            raise InputError(
                say("额度 {text} 应写成 名称=整数，名称为 {known}", text=text, known="、".join(sorted(known)))
            )
        figures[name] = int(figure)
    return Quotas(**figures)


def rows_of(text: str) -> tuple[str, RowRange]:
    """Return dataset code and range of `code:column=from..to` or `code:column=value|value`."""
    code, colon, rest = text.partition(":")
    column, equals, bounds = rest.partition("=")
    start, dots, end = bounds.partition("..")
    values = () if dots else tuple(one.strip() for one in bounds.split("|") if one.strip())
    bounded = (start.strip() or end.strip()) if dots else values
    if not (colon and equals and column.strip() and bounded):
        raise InputError(say("行范围 {text} 应写成“数据集:信息项=起..止”或“数据集:信息项=值|值”", text=text))
    if dots:
        return code.strip(), RowRange(column=column.strip(), start=start.strip(), end=end.strip())
    return code.strip(), RowRange(column=column.strip(), values=values)


def narrowings_of(texts: Iterable[str], items: Mapping[str, Sequence[str]]) -> tuple[Narrowing, ...]:
    """Return the narrowings of ranges; `items` are the items' ids by dataset code."""
    ranges: dict[str, list[RowRange]] = {}
    for text in texts:
        code, one = rows_of(text)
        if code not in items:
            raise InputError(say("数据集 {code} 不在协议之内", code=code))
        ranges.setdefault(code, []).append(one)
    return tuple(
        Narrowing(item=item, rows=tuple(rows)) for code, rows in ranges.items() for item in items[code]
    )
