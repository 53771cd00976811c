"""The log in the browser: facts to search, the whole verified while one looks on, the export.

Read by supervisors and officers of the authority alone, as on the command line. A vote that is still blind
is not shown in full and leaves its content out of the export.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.catalog.reading import require_reader
from sandbox.keeping import Audit
from sandbox.keeping import audit as examine
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.records import Home, RefusedAttempt
from sandbox.kernel.review_records import Review, Submission
from sandbox.people.directory import CHINA
from sandbox.store.checkpoints import last_checkpoint
from sandbox.store.reads import Search
from sandbox.store.verify import export
from sandbox.web.language import word
from sandbox.web.live import Work, followed
from sandbox.web.visitor import Visitor, recognise

PAGE, DAYS = 50, 14
READERS = frozenset({Role.SUPERVISOR, Role.AUTHORITY_OFFICER})


def reads_all(actor: Actor) -> bool:
    """Return whether the person reads the log of everybody."""
    return actor.has(*READERS)


def require_log_reader(platform: Platform, actor: Actor) -> None:
    """Raise `RefusedError` unless the person may read the log; the command line asks the same."""
    log = Home(state="in-service", name="", demo=False, format=0)
    require_reader(
        platform.directory, actor, log, organisations=[actor.organisation], roles=READERS, authority=True
    )


def still_blind(platform: Platform) -> frozenset[str]:
    """Return the votes that nobody may read yet: those on submissions in review."""
    store = platform.store
    waiting = store.find(Submission, state="in-review")
    return frozenset(
        vote.record.id for one in waiting for vote in store.find(Review, linked=("submission", one.record.id))
    )


def listing(visitor: Visitor) -> Response:
    """Return facts that fit what was asked, newest first, a page at a time."""
    require_log_reader(visitor.platform, visitor.actor)
    asked = {
        key: visitor.request.query_params.get(key, "").strip() for key in ("record", "actor", "verb", "since")
    }
    search, store = _search(visitor, asked), visitor.platform.store
    place = _page(visitor.request.query_params.get("page", "1"))
    shown = store.search(search, limit=PAGE, offset=(place - 1) * PAGE)
    days = [visitor.today - timedelta(days=back) for back in range(DAYS - 1, -2, -1)]
    edges = [datetime.combine(day, time(), CHINA) for day in days]
    total, daily = store.count_facts(search, edges)
    last = last_checkpoint(visitor.platform.store)
    refused = visitor.platform.store.find(RefusedAttempt, newest_first=True, limit=8)
    return visitor.page(
        "audit.html",
        facts=shown,
        total=total,
        place=place,
        pages=max(1, -(-total // PAGE)),
        asked=asked,
        verbs=sorted(one.name for one in STEPS),
        last=last,
        refused=refused,
        daily=[(f"{day.month}月{day.day}日", n) for day, n in zip(days, daily, strict=False)],
    )


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _search(visitor: Visitor, asked: dict[str, str]) -> Search:
    names = {one.name: one.id for one in visitor.accounts.values()}
    names |= {one.display_name: one.id for one in visitor.accounts.values()}
    return Search(
        record=asked["record"] or None,
        actor=names.get(asked["actor"], asked["actor"]) or None,
        verb=asked["verb"] or None,
        since=_moment(asked["since"]) if asked["since"] else None,
    )


def _moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(word("日期 {text} 应写成 2026-11-25 的样子", text=text[:20])) from None
    return given if given.tzinfo is not None else given.replace(tzinfo=CHINA)


def fact(visitor: Visitor, seq: int) -> Response:
    """Return one fact in full; of a vote that is still blind only its commitment."""
    require_log_reader(visitor.platform, visitor.actor)
    store = visitor.platform.store
    header = store.fact(seq)
    blind = header.record_id in still_blind(visitor.platform)
    payload = None if blind else store.payload(seq)
    text = json.dumps(payload, ensure_ascii=False, indent=2) if payload is not None else ""
    return visitor.page("fact.html", fact=header, payload=text, blind=blind)


def verify(visitor: Visitor) -> Response:
    """Return what an audit of the whole log finds, for a browser without script."""
    require_log_reader(visitor.platform, visitor.actor)
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
    require_log_reader(visitor.platform, visitor.actor)
    return followed(visitor.console.jobs.start("verify", _audited(visitor)), lambda: recognise(visitor))


def _audited(visitor: Visitor) -> Work:
    total = len(visitor.platform.store.facts())

    def work(tell: Callable[..., None]) -> dict[str, Any]:
        tell(facts=total)
        try:
            return _examined(visitor)
        except SandboxError as error:
            return {"ok": False, "problems": [visitor.say(error.message)], "failed": True}

    return work


def exported(visitor: Visitor) -> Response:
    """Return the log as a file for an auditor without the database; contents only when asked for."""
    require_log_reader(visitor.platform, visitor.actor)
    contents = visitor.request.query_params.get("contents") == "yes"
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / "log.jsonl"
        export(visitor.platform.store, path, payloads=contents, withheld=still_blind(visitor.platform))
        data = path.read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="log.jsonl"'}
    return Response(data, media_type="application/jsonl", headers=headers)
