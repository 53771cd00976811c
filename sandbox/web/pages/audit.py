"""The log in the browser: facts to search, the whole verified while one looks on, the export.

A supervisor or an officer of the authority sees every fact; others see what their own organisation did.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.responses import Response, StreamingResponse

from sandbox.keeping import Audit
from sandbox.keeping import audit as examine
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.decision import Answer, Refusal, decide
from sandbox.kernel.errors import Attempt, InputError, NotFoundError, RefusedError, SandboxError
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.records import RefusedAttempt
from sandbox.people.directory import CHINA
from sandbox.store.checkpoints import last_checkpoint
from sandbox.store.facts import Header
from sandbox.store.verify import export
from sandbox.web.language import word
from sandbox.web.visitor import Visitor

PAGE, DAYS = 50, 14
READERS = frozenset({Role.SUPERVISOR, Role.AUTHORITY_OFFICER})


def reads_all(actor: Actor) -> bool:
    """Return whether the person reads the log of everybody."""
    return actor.has(*READERS)


def require_all(actor: Actor, what: str) -> None:
    """Raise `RefusedError` unless the person reads the log of everybody."""
    if not reads_all(actor):
        sentence = word("日志全文只供监督部门和主管部门经办人查看")
        decision = decide([Answer("log-reader", Refusal("log-reader", "第十六条", sentence))])
        raise RefusedError(decision, attempt=Attempt(what, "log", actor.account, actor.organisation))


def listing(visitor: Visitor) -> Response:
    """Return facts that fit what was asked, newest first, a page at a time."""
    asked = {
        key: visitor.request.query_params.get(key, "").strip() for key in ("record", "actor", "verb", "since")
    }
    found = _found(visitor, asked)
    place = _page(visitor.request.query_params.get("page", "1"))
    shown = found[(place - 1) * PAGE : place * PAGE]
    last = last_checkpoint(visitor.platform.store)
    refused = visitor.platform.store.find(RefusedAttempt, newest_first=True, limit=8)
    return visitor.page(
        "audit.html",
        facts=shown,
        total=len(found),
        place=place,
        pages=max(1, -(-len(found) // PAGE)),
        asked=asked,
        verbs=sorted(one.name for one in STEPS),
        last=last,
        refused=[one for one in refused if reads_all(visitor.actor)],
        whole=reads_all(visitor.actor),
        daily=_daily(visitor, found),
    )


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _found(visitor: Visitor, asked: dict[str, str]) -> tuple[Header, ...]:
    names = {one.name: one.id for one in visitor.accounts.values()}
    names |= {one.display_name: one.id for one in visitor.accounts.values()}
    found = visitor.platform.store.facts(
        record=asked["record"] or None,
        actor=names.get(asked["actor"], asked["actor"]) or None,
        verb=asked["verb"] or None,
        since=_moment(asked["since"]) if asked["since"] else None,
        newest_first=True,
    )
    if reads_all(visitor.actor):
        return found
    return tuple(one for one in found if one.organisation == visitor.actor.organisation)


def _moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(word("日期 {text} 应写成 2026-11-25 的样子", text=text[:20])) from None
    return given if given.tzinfo is not None else given.replace(tzinfo=CHINA)


def _daily(visitor: Visitor, found: tuple[Header, ...]) -> list[tuple[str, int]]:
    """Return how many facts each of the last days brought, oldest first."""
    counted = Counter(_day(one.at) for one in found)
    days = [visitor.today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [(f"{day.month}月{day.day}日", counted[day.isoformat()]) for day in days]


def _day(at: str) -> str:
    when = datetime.fromisoformat(at)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(CHINA).date().isoformat()


def fact(visitor: Visitor, seq: int) -> Response:
    """Return one fact in full; its content only for who reads the whole log."""
    store = visitor.platform.store
    header = next((one for one in store.facts(limit=seq + 1) if one.seq == seq), None)
    if header is None:
        raise NotFoundError(word("日志里没有第 {seq} 条", seq=seq))
    if header.organisation != visitor.actor.organisation:
        require_all(visitor.actor, "log:show")
    payload = store.payload(seq) if reads_all(visitor.actor) else None
    text = json.dumps(payload, ensure_ascii=False, indent=2) if payload is not None else ""
    return visitor.page("fact.html", fact=header, payload=text, whole=reads_all(visitor.actor))


def verify(visitor: Visitor) -> Response:
    """Return what an audit of the whole log finds, for a browser without script."""
    require_all(visitor.actor, "log:verify")
    return visitor.page("verified.html", audit=_examined(visitor))


def _examined(visitor: Visitor) -> dict[str, Any]:
    return _summary(visitor, examine(visitor.platform.layout.root))


def _summary(visitor: Visitor, found: Audit) -> dict[str, Any]:
    first = found.reports[0][1]
    return {
        "ok": bool(found),
        "facts": first.facts,
        "checkpoints": first.checkpoints,
        "signatures": first.signatures,
        "root": first.root,
        "problems": [f"{one.where}：{visitor.say(one.message)}" for one in found.problems],
        "losses": [visitor.say(one.message) for one in found.losses],
        "witnesses": [report.witnessed or 0 for _, report in found.reports],
    }


def stream(visitor: Visitor) -> Response:
    """Return the audit as server-sent events: that it runs, how long, and what it found."""
    require_all(visitor.actor, "log:verify")
    return StreamingResponse(_events(visitor), media_type="text/event-stream")


def _events(visitor: Visitor) -> Iterator[str]:
    done = threading.Event()
    answer: dict[str, Any] = {}

    def work() -> None:
        try:
            answer.update(_examined(visitor))
        except SandboxError as error:
            answer.update(ok=False, problems=[visitor.say(error.message)], failed=True)
        finally:
            done.set()

    total = len(visitor.platform.store.facts())
    yield _event("begun", {"facts": total})
    threading.Thread(target=work, daemon=True).start()
    passed = 0.0
    while not done.wait(0.5):
        passed += 0.5
        yield _event("running", {"seconds": passed})
    if not answer:
        answer.update(ok=False, problems=[visitor.t("核验没有办完：请重试")], failed=True)
    yield _event("done", answer)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def exported(visitor: Visitor) -> Response:
    """Return the log as a file for an auditor without the database; contents only when asked for."""
    require_all(visitor.actor, "log:export")
    contents = visitor.request.query_params.get("contents") == "yes"
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / "log.jsonl"
        export(visitor.platform.store, path, payloads=contents)
        data = path.read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="log.jsonl"'}
    return Response(data, media_type="application/jsonl", headers=headers)
