"""Whether the ranges of rows that landing enforces lie within the time and place that were approved.

An item is approved for a time and for regions (第七条, 第八条); rows are what a landing can hold to. What is
stated of the dataset itself (its core metadata) counts too. Reads no data; called when an agreement is
drafted and, as a rule, at every landing order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.kernel.application_records import Extent
from sandbox.kernel.message import Message, say
from sandbox.kernel.metadata import Core
from sandbox.kernel.policy import DatasetTerms
from sandbox.kernel.terms import RowRange

_APART = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_CODE = 6
_DAY = 3
_KINDS = ("仡佬族苗族自治县", "自治县", "县", "区", "市")


def unheld(part: DatasetTerms, core: Core, names: Mapping[str, str]) -> Message | None:
    """Return why the dataset's ranges could let rows beyond the approved time or place land, or None.

    `names` are the region codes with their names; a code ending in 00 holds all that begin like it.
    """
    extent = _widest(part.extents)
    held = _time_held(extent, part.rows, core)
    if held and _place_held(extent.regions, part.rows, core, names):
        return None
    if not part.rows:
        return say("需求限定了数据集 {code} 的时间或空间：请写明对应的行范围（--rows）", code=part.code)
    missing = (
        say("时间（{start} 至 {end}）", start=str(extent.start or "不限"), end=str(extent.end or "不限"))
        if not held
        else say("空间（{regions}）", regions="、".join(names.get(one, one) for one in extent.regions))
    )
    return say(
        "数据集 {code} 的行范围没有落在批准的{what}之内：请写明不超出它的行范围（--rows）",
        code=part.code,
        what=missing,
    )


def _widest(extents: Iterable[Extent]) -> Extent:
    """Return what the items together allow: without bound where one of them has none."""
    every = tuple(extents)
    starts, ends = [one.start for one in every], [one.end for one in every]
    known = [one for one in starts if one is not None], [one for one in ends if one is not None]
    return Extent(
        start=min(known[0]) if every and len(known[0]) == len(every) else None,
        end=max(known[1]) if every and len(known[1]) == len(every) else None,
        regions=()
        if any(not one.regions for one in every)
        else tuple(dict.fromkeys(region for one in every for region in one.regions)),
    )


def _time_held(extent: Extent, rows: Iterable[RowRange], core: Core) -> bool:
    if extent.start is None and extent.end is None:
        return True
    spans = [(core.start, core.end), *(_span(one) for one in rows)]
    return any(_covers(extent, start, end) for start, end in spans)


def _covers(extent: Extent, start: date | None, end: date | None) -> bool:
    after = extent.start is None or (start is not None and start >= extent.start)
    before = extent.end is None or (end is not None and end <= extent.end)
    return after and before


def _span(one: RowRange) -> tuple[date | None, date | None]:
    """Return the first and the last day that a range lets in, None where nothing bounds them.

    A landing compares dates as figures: bounds of days let in days alone; coarser ones hold only as a pair of
    the same kind, since 2021 as a mere beginning would let in 20190101.
    """
    if one.values:
        days = [_days(value) for value in one.values]
        known = [day for day in days if day is not None]
        if len(known) < len(days):
            return None, None
        return min(day.first for day in known), max(day.last for day in known)
    start, end = _days(one.start), _days(one.end)
    pair = start is not None and end is not None and start.parts == end.parts
    whole = all(day is not None and day.parts == _DAY for day in (start, end) if day is not None)
    if not (pair or whole) or (one.start and start is None) or (one.end and end is None):
        return None, None
    return (start.first if start else None), (end.last if end else None)


@dataclass(frozen=True, slots=True)
class _Days:
    """A day, a month or a year as it is written: its first and last day, and how many parts it names."""

    first: date
    last: date
    parts: int


def _days(text: str) -> _Days | None:
    found = _TOGETHER.fullmatch(text.strip()) or _APART.fullmatch(text.strip())
    if found is None:
        return None
    year, *finer = (int(one) for one in found.groups() if one)
    try:
        if not finer:
            return _Days(date(year, 1, 1), date(year, 12, 31), 1)
        if len(finer) > 1:
            return _Days(date(year, *finer), date(year, *finer), _DAY)
        following = date(year + finer[0] // 12, finer[0] % 12 + 1, 1)
        return _Days(date(year, finer[0], 1), following - timedelta(days=1), 2)
    except ValueError:
        return None


def _place_held(
    regions: tuple[str, ...], rows: Iterable[RowRange], core: Core, names: Mapping[str, str]
) -> bool:
    if not regions:
        return True
    if core.regions and all(_inside(one, regions, names) for one in core.regions):
        return True
    return any(_range_inside(one, regions, names) for one in rows)


def _range_inside(one: RowRange, regions: tuple[str, ...], names: Mapping[str, str]) -> bool:
    if one.values:
        return all(_inside(value.strip(), regions, names) for value in one.values)
    bounds = (one.start.strip(), one.end.strip())
    if not all(bound.isdecimal() and len(bound) >= _CODE for bound in bounds) or len(bounds[0]) != len(
        bounds[1]
    ):
        return False
    # Between two codes of one region, written with as many digits, lie codes of that region alone.
    return any(all(bound.startswith(_stem(region)) for bound in bounds) for region in regions)


def _inside(value: str, regions: tuple[str, ...], names: Mapping[str, str]) -> bool:
    """Return whether a value, as code or as name, is one of the regions or lies in one."""
    for region in regions:
        if value.isdecimal() and len(value) >= _CODE and value.startswith(_stem(region)):
            return True
        name, city = names.get(region, ""), names.get(f"{region[:4]}00", "")
        if value in _spellings(name) or (name and value.removeprefix(city).startswith(name)):
            return True
        if region.endswith("00") and any(
            value in _spellings(name) for code, name in names.items() if code.startswith(_stem(region))
        ):
            return True
    return False


def _stem(region: str) -> str:
    return region[:4] if region.endswith("00") else region


def _spellings(name: str) -> frozenset[str]:
    """Return how a register writes a region: its name, without its kind, with the short kind."""
    if not name:
        return frozenset()
    for kind in _KINDS:
        if name.endswith(kind) and len(name) > len(kind):
            stem = name.removesuffix(kind)
            # 遵义 alone could be the former county: only names that mean one place are shortened.
            short = {stem, stem + kind[-1]} if kind != "市" else set()
            return frozenset({name, *short})
    return frozenset({name})
