"""Applications that came through the city's open data portal, brought in as JSON (第七条).

The portal's number is kept and held once for ever: what was brought in is not brought in again. Each
application stands alone: what is wrong with one is said of it and costs the others nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox.access.application import take_in
from sandbox.access.desk import AccessDesk
from sandbox.access.form import application_of
from sandbox.kernel.actors import Actor, Proof
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import ConflictError, InputError, RefusedError, SandboxError, StorageError
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import Attachment

MAX_BYTES = 64 << 20
MOST = 10_000
_OWN = frozenset({"number", "applicant_uscc", "applicant_account", "attachments"})


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one entry: the application made, or the sentence why not."""

    place: int
    number: str
    application: str
    problem: Message | None


def read_portal(path: Path) -> list[Any]:
    """Return the entries of a portal's file: a list, or an object with `applications`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(say("文件 {path} 过大，不是门户导出的申请", path=str(path)))
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(path))) from None
    except (ValueError, RecursionError):
        raise InputError(say("文件 {path} 不是正确的 JSON（UTF-8）", path=str(path))) from None
    entries = found.get("applications") if isinstance(found, dict) else found
    if not isinstance(entries, list) or not entries:
        raise InputError(say("文件 {path} 里没有申请：应是申请的列表", path=str(path)))
    if len(entries) > MOST:
        raise InputError(say("一次最多导入 {most} 项申请：请分几个文件", most=MOST))
    return entries


def bring_in(desk: AccessDesk, actor: Actor, entries: list[Any], *, regime: str) -> tuple[Brought, ...]:
    """Return what became of each entry; `regime` is for those that name none.

    Raises `RefusedError` at once when the actor may not import at all: then nothing was tried.
    """
    return tuple(_one(desk, actor, place, entry, regime) for place, entry in enumerate(entries, start=1))


def _one(desk: AccessDesk, actor: Actor, place: int, entry: Any, regime: str) -> Brought:
    number = entry.get("number", "") if isinstance(entry, dict) else ""
    number = number if isinstance(number, str) else ""
    try:
        if not isinstance(entry, dict):
            raise InputError(say("这一项不是一份申请"))
        made = take_in(desk, actor, portal_application(desk, entry, regime=regime), "application:import")
    except ConflictError:
        return Brought(place, number, "", say("门户编号 {number} 已经导入过", number=number))
    except RefusedError as error:
        if {one.code for one in error.decision.refusals} & {
            "role",
            "credential",
            "is-authority",
            "fresh-credential",
        }:
            raise
        return Brought(place, number, "", error.message)
    except StorageError:
        raise
    except SandboxError as error:
        return Brought(place, number, "", error.message)
    return Brought(place, number, made.id, None)


def portal_application(desk: AccessDesk, entry: Mapping[str, Any], *, regime: str) -> Application:
    """Return the application that an entry describes, by the applicant that it names."""
    applicant = desk.directory.organisation_named(_text(entry, "applicant_uscc"))
    account = desk.directory.account_named(_text(entry, "applicant_account"))
    if account.organisation != applicant.id:
        raise InputError(say("申请人账户 {name} 不属于所写的单位", name=account.name))
    document = {key: value for key, value in entry.items() if key not in _OWN}
    document.setdefault("regime", regime)
    as_applicant = Actor(account.id, account.person, applicant.id, proof=Proof.NONE)
    made = application_of(desk, as_applicant, document)
    return replace(
        made, portal_number=_text(entry, "number"), attachments=tuple(_papers(entry.get("attachments", [])))
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    found = entry.get(key)
    if not isinstance(found, str) or not found.strip():
        raise InputError(say("门户的申请缺少“{key}”", key=key))
    return found.strip()


def _papers(given: Any) -> list[Attachment]:
    """Return the attachments that the portal names by SHA-256; their bytes are handed in apart."""
    if not isinstance(given, list):
        raise InputError(say("门户的申请的附件应是列表"))
    return [_paper(one) for one in given]


def _paper(one: Any) -> Attachment:
    fits = isinstance(one, dict) and set(one) == {"name", "sha256", "size"}
    if not fits or not isinstance(one["name"], str) or type(one["size"]) is not int:
        raise InputError(say("门户的附件应写明 name、sha256 和 size"))
    digest = str(one["sha256"]).lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef") or one["size"] < 0:
        raise InputError(say("附件 {name} 的摘要不是 SHA-256", name=one["name"]))
    return Attachment(name=one["name"], digest=digest, size=one["size"], type="")
