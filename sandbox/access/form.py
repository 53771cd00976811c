"""An application as a developer writes it down: TOML or JSON with codes in place of record numbers.

Reads and resolves; what is missing from the five elements is the rules' matter, so that every
reason is told at once. No key is ignored.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sandbox.access.boundaries import outputs_of
from sandbox.access.desk import AccessDesk
from sandbox.catalog.entries import by_code
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application, ColumnReason, Extent, ItemRequest
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.message import say
from sandbox.kernel.records import Environment
from sandbox.kernel.terms import RowRange

MAX_BYTES = 1 << 20
_TEXTS = ("environment", "regime", "regime_override", "scenario", "scope", "security_controls")
_LISTS = ("scenario_kinds", "outputs")
_KEYS = frozenset({*_TEXTS, *_LISTS, "contact", "activity", "term_from", "term_to", "requests"})
_EXTENT_KEYS = ("period_from", "period_to", "regions")
_REQUEST_KEYS = frozenset(
    {"dataset", "columns", "justification", "rows", "reasons", "refresh", *_EXTENT_KEYS}
)
_ROW_KEYS = frozenset({"column", "start", "end", "values"})


def read_file(path: Path) -> Mapping[str, Any]:
    """Return the document in a TOML or JSON file; `InputError` if it is neither."""
    try:
        data = path.read_bytes()
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(path))) from None
    if len(data) > MAX_BYTES:
        raise InputError(say("文件 {path} 过大，不是申请表", path=str(path)))
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError:  # JSON, TOML and encoding errors alike
        raise InputError(say("文件 {path} 不是正确的 TOML 或 JSON（UTF-8）", path=str(path))) from None
    return dict(found)


def application_of(desk: AccessDesk, actor: Actor, document: Mapping[str, Any]) -> Application:
    """Return the application that the document describes, by the actor and his organisation."""
    _only(document, _KEYS)
    given = {key: _text(document, key) for key in _TEXTS}
    _check_activity(_text(document, "activity"))
    return Application(
        state="submitted",
        organisation=actor.organisation,
        applicant=actor.account,
        environment=environment_of(desk, given["environment"]).id,
        regime=given["regime"],
        regime_override=given["regime_override"],
        scenario=given["scenario"],
        scope=given["scope"],
        security_controls=given["security_controls"],
        term_from=_day(document, "term_from"),
        term_to=_day(document, "term_to"),
        requests=tuple(_request(desk, one) for one in _tables(document, "requests")),
        scenario_kinds=_texts(document, "scenario_kinds"),
        outputs=outputs_of(_texts(document, "outputs")),
        contact=_text(document, "contact"),
    )


def _check_activity(activity: str) -> None:
    """Sharing between departments is out of the measure's scope (第二条): it has its own channel."""
    if activity not in ("", "open", "develop"):
        raise InputError(say("只受理开放和开发利用的申请：部门之间的共享请走政务数据共享渠道（第二条）"))


def environment_of(desk: AccessDesk, name: str) -> Environment:
    """Return the environment of that id or code; `NotFoundError` if there is none."""
    for stored in desk.directory.store.find(Environment):
        if name in (stored.record.id, stored.record.code):
            return stored.record
    raise NotFoundError(say("没有开发利用环境 {code}：用 sandbox agree list 查看", code=name))


def _request(desk: AccessDesk, document: Mapping[str, Any]) -> ItemRequest:
    _only(document, _REQUEST_KEYS)
    return ItemRequest(
        dataset=by_code(desk.directory, _text(document, "dataset")).record.id,
        columns=_texts(document, "columns"),
        justification=_text(document, "justification"),
        rows=tuple(_rows(one) for one in _tables(document, "rows")),
        reasons=_reasons(document),
        extent=Extent(
            start=_day(document, "period_from") if "period_from" in document else None,
            end=_day(document, "period_to") if "period_to" in document else None,
            regions=_texts(document, "regions"),
        ),
        refresh=_text(document, "refresh"),
    )


def _reasons(document: Mapping[str, Any]) -> tuple[ColumnReason, ...]:
    found = document.get("reasons", {})
    if isinstance(found, dict) and all(isinstance(one, str) for one in found.values()):
        return tuple(ColumnReason(column=key, reason=value) for key, value in found.items())
    raise InputError(say("申请表的“{key}”须逐个信息项写明理由", key="reasons"))


def _rows(document: Mapping[str, Any]) -> RowRange:
    _only(document, _ROW_KEYS)
    return RowRange(
        column=_text(document, "column"),
        start=_text(document, "start"),
        end=_text(document, "end"),
        values=_texts(document, "values"),
    )


def _only(document: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in document:
        if key not in known:
            raise InputError(say("申请表里没有“{key}”这一项", key=key))


def _text(document: Mapping[str, Any], key: str) -> str:
    found = document.get(key, "")
    if isinstance(found, str | date):
        return str(found)
    raise InputError(say("申请表的“{key}”须是文字", key=key))


def _texts(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = document.get(key, [])
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return tuple(found)
    raise InputError(say("申请表的“{key}”须是文字列表", key=key))


def _tables(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = document.get(key, [])
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    raise InputError(say("申请表的“{key}”须是一组表", key=key))


def _day(document: Mapping[str, Any], key: str) -> date:
    found = _text(document, key)
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise InputError(say("申请表的“{key}”应写成 YYYY-MM-DD", key=key)) from None
