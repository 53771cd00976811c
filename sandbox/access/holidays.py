"""The editable calendar: notices on days off and make-up days, by their documents (第八条).

Recording or revoking one counts every running clock anew at once; whoever is concerned finds the
old and the new day in the fact. An empty notice for a year is refused: it would publish nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sandbox.access.desk import AccessDesk
from sandbox.access.nightly import Round, run
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import CalendarNotice
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.words import needed
from sandbox.people.directory import with_record
from sandbox.regulation.calendars import CITY, Notice, regions
from sandbox.store.canonical import Json
from sandbox.store.changes import Change

LONGEST_SPAN = 60
_KEYS = frozenset({"document", "region", "year", "rest", "work", "reason"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it stands, and the round that counted the clocks anew."""

    notice: CalendarNotice
    recount: Round


def record(desk: AccessDesk, actor: Actor, notice: CalendarNotice) -> Kept:
    """Return the notice in force; what contradicts itself or names no document is refused."""
    _check(notice)
    require(
        actor, step("calendar-notice:record"), with_record(desk.directory.situation(actor), record=notice)
    )
    name = f"calendar:{notice.region}:{notice.document}"
    note: dict[str, Json] = {"document": notice.document, "region": notice.region}
    change = Change(step("calendar-notice:record"), notice, note=note, names=(name,))
    kept: CalendarNotice = desk.directory.store.write(actor, change)[0].record
    return Kept(kept, run(desk, recount_only=True))


def revoke(desk: AccessDesk, actor: Actor, identifier: str, *, reason: str) -> Kept:
    """Return the notice, no longer counted; its document cannot be recorded again under the same name."""
    words = needed(reason, where="reason")
    stored = desk.directory.store.load(CalendarNotice, identifier)
    situation = with_record(desk.directory.situation(actor), record=stored.record)
    require(actor, step("calendar-notice:revoke"), situation)
    changed = replace(stored.record, state="revoked")
    change = Change(step("calendar-notice:revoke"), changed, expected=stored.version, note={"reason": words})
    desk.directory.store.write(actor, change)
    return Kept(changed, run(desk, recount_only=True))


def notices(desk: AccessDesk) -> tuple[CalendarNotice, ...]:
    """Return every notice on record, in the order of recording."""
    return tuple(one.record for one in desk.directory.store.find(CalendarNotice))


def _check(notice: CalendarNotice) -> None:
    needed(notice.document, where="document")
    if notice.region not in regions():
        raise InputError(
            say("没有行政区划 {region} 的日历，请使用遵义市或其县区的六位代码", region=notice.region)
        )
    if notice.year is not None and notice.region != CITY:
        raise InputError(say("全年的放假安排按全市登记：县区只登记本地增加的日子"))
    if set(notice.rest) & set(notice.work):
        raise InputError(say("同一天不能既休息又补班"))
    if not notice.rest and not notice.work:
        raise InputError(say("安排里没有任何日子，请核对后重新登记"))
    wrong = [one for one in notice.work if one.weekday() < 5]
    if wrong and notice.year is not None:
        raise InputError(say("补班日 {day} 本来就是工作日，请核对", day=wrong[0].isoformat()))
    around = {notice.year - 1, notice.year, notice.year + 1} if notice.year is not None else None
    if around and any(one.year not in around for one in (*notice.rest, *notice.work)):
        raise InputError(say("安排里有别的年份的日子，请核对"))
    Notice(notice.document, frozenset(notice.rest), frozenset(notice.work), notice.year)


def notice_of(actor: Actor, document: Mapping[str, Any]) -> CalendarNotice:
    """Return the notice that a document describes: days as YYYY-MM-DD or YYYY-MM-DD..YYYY-MM-DD."""
    if unknown := document.keys() - _KEYS:
        raise InputError(say("放假安排里没有“{key}”这一项", key=sorted(unknown)[0]))
    year = document.get("year")
    if year is not None and type(year) is not int:
        raise InputError(say("放假安排的年份应是整数"))
    return CalendarNotice(
        state="in-force",
        organisation=actor.organisation,
        region=str(document.get("region", CITY)),
        document=str(document.get("document", "")),
        rest=_days(document.get("rest", [])),
        work=_days(document.get("work", [])),
        year=year,
    )


def _days(given: Any) -> tuple[date, ...]:
    if not isinstance(given, list):
        raise InputError(say("放假安排的日子应是列表"))
    return tuple(sorted({day for one in given for day in _span(str(one))}))


def _span(text: str) -> Iterable[date]:
    first, _, last = text.partition("..")
    try:
        start = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if last else start
    except ValueError:
        raise InputError(say("日期 {text} 应写成 YYYY-MM-DD", text=text)) from None
    if not 0 <= (end - start).days < LONGEST_SPAN:
        raise InputError(say("日期范围 {text} 前后颠倒或过长", text=text))
    return (start + timedelta(days=one) for one in range((end - start).days + 1))


def read_notice(path: Path) -> Mapping[str, Any]:
    """Return the document in a TOML or JSON file; `InputError` if it is neither."""
    try:
        text = path.read_bytes()[: 1 << 20].decode("utf-8-sig")
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(path))) from None
    except UnicodeDecodeError:
        raise InputError(say("文件 {path} 不是正确的 TOML 或 JSON（UTF-8）", path=str(path))) from None
    try:
        return dict(json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text))
    except (ValueError, RecursionError):
        raise InputError(say("文件 {path} 不是正确的 TOML 或 JSON（UTF-8）", path=str(path))) from None
