"""How a file comes to the quarantine from a browser: in one form, or part by part with a job at the end.

Whoever sent it is recognised anew when all of it is there, so that a role removed meanwhile counts.
What is refused, and why, is the use case's matter; plain copies are removed whatever happens.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.catalog.entries import by_code
from sandbox.ingest import batch
from sandbox.kernel.dataset_records import Delivery
from sandbox.kernel.errors import CredentialError, InputError, RefusedError, SandboxError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message
from sandbox.kernel.permits import require
from sandbox.people.directory import with_record
from sandbox.web.actions import Form
from sandbox.web.arrivals import PART_BYTES, Arrival
from sandbox.web.language import word
from sandbox.web.live import Job, followed
from sandbox.web.options import PREFIX
from sandbox.web.pages import deliveries
from sandbox.web.problems import status_of, told
from sandbox.web.taking import FRESH
from sandbox.web.upload import Upload, received
from sandbox.web.visitor import Visitor, recognise

Typed = Mapping[str, tuple[str, ...]]
HERE = f"{PREFIX}/deliveries/uploads"
TOKEN = "x-form-secret"


async def receive(request: Request, visitor: Visitor) -> Response:
    """Take a delivery in one form: streamed to a private folder, handed to the use case, removed."""
    if visitor.person is None:
        return visitor.page("expired.html", status=401, draft="")
    content_type = request.headers.get("content-type", "")
    place = visitor.platform.layout.root / "arriving"
    try:
        upload = await received(request.stream(), content_type, place=place)
    except InputError as error:
        return deliveries.receive_page(visitor, 422, visitor.say(error.message))
    try:
        return await run_in_threadpool(_receive, visitor, upload)
    finally:
        upload.remove()


def _receive(visitor: Visitor, upload: Upload) -> Response:
    form = Form(upload.fields)
    recognise(visitor)
    if visitor.person is None:
        return visitor.page("expired.html", status=401, draft="")
    if not secrets.compare_digest(form.one("csrf"), visitor.signed_in.csrf):
        return visitor.page("stale.html", status=403, draft="")
    try:
        if upload.file is None or not upload.file.stat().st_size:
            raise InputError(word("请选择要交付的文件"))
        made = _deliver(visitor, form.one("dataset"), upload.file, form.number("rows"))
    except RefusedError as error:
        return _shown_credential(error, f"{PREFIX}/deliveries/new?dataset={form.one('dataset')}")
    except SandboxError as error:
        return deliveries.receive_page(visitor, status_of(error), visitor.say(error.message))
    visitor.signed_in.told.append(_taken(made))
    return RedirectResponse(f"{PREFIX}/deliveries/{made.id}", status_code=303)


def _deliver(
    visitor: Visitor, dataset: str, file: Path, rows: int | None, progress: batch.Progress | None = None
) -> Delivery:
    desk = visitor.platform.ingest
    return batch.receive(desk, visitor.actor, dataset, file, declared_rows=rows, progress=progress)


def _taken(made: Delivery) -> Message:
    rows, bad = made.counted_rows, made.bad_rows
    return word("已收进隔离区：实收 {counted} 行，其中隔离 {bad} 行", counted=rows, bad=bad)


def begin(visitor: Visitor, typed: Typed) -> Response:
    """Return where the parts of a file go, or why it is not begun."""
    _require_form(visitor, Form(typed).one("csrf"))
    form = Form(typed)
    _require_receivable(visitor, form.one("dataset"), form.one("name"), form.number("rows"))
    made = visitor.console.arrivals.begin(
        visitor.actor.account,
        dataset=form.one("dataset"),
        rows=form.number("rows"),
        name=form.one("name"),
        size=form.number("size") or 0,
    )
    return JSONResponse(_standing(made), status_code=201)


def _require_receivable(visitor: Visitor, dataset: str, name: str, rows: int | None) -> None:
    """Raise `RefusedError` now for what would be refused after hours of sending."""
    directory, actor = visitor.platform.directory, visitor.actor
    found = by_code(directory, dataset).record
    draft = Delivery(
        state="quarantined",
        organisation=found.organisation,
        environment=found.environment,
        dataset=found.id,
        file_name=name,
        digest="",
        size=0,
        declared_rows=rows,
        key_id="",
    )
    situation = with_record(directory.situation(actor), record=draft, dataset=found)
    require(actor, step("delivery:receive"), situation)


def _standing(arrival: Arrival) -> dict[str, Any]:
    return {
        "id": arrival.id,
        "url": f"{HERE}/{arrival.id}",
        "offset": arrival.arrived,
        "size": arrival.size,
        "part": PART_BYTES,
    }


def offset(visitor: Visitor, identifier: str) -> Response:
    """Return how much of a file is there."""
    return JSONResponse(_standing(visitor.console.arrivals.one(identifier, visitor.actor.account)))


async def part(request: Request, visitor: Visitor, identifier: str) -> Response:
    """Take one part and return how much is there now."""
    _require_form(visitor, request.headers.get(TOKEN, ""))
    arrivals = visitor.console.arrivals
    arrival = arrivals.one(identifier, visitor.actor.account)
    given = request.headers.get("upload-offset", "")
    if not given.isascii() or not given.isdecimal() or len(given) > 15:
        raise InputError(word("请写明这一段从哪里开始"))
    await arrivals.append(arrival, int(given), request.stream())
    return JSONResponse(_standing(arrival))


def _require_form(visitor: Visitor, given: str) -> None:
    if not secrets.compare_digest(given, visitor.signed_in.csrf):
        raise CredentialError(word("页面已过期：请刷新后续传，已收到的部分还在"))


def finish(visitor: Visitor, identifier: str, typed: Typed) -> Response:
    """Begin to seal and read a file that is all there; on to the page that shows how far it is."""
    if visitor.person is None:
        return visitor.page("expired.html", status=401, draft="")
    _require_form(visitor, Form(typed).one("csrf"))
    arrival = visitor.console.arrivals.one(identifier, visitor.actor.account)
    if not arrival.whole:
        raise InputError(word("文件还没有传完：已收到 {n} 字节", n=arrival.arrived))
    try:
        _require_receivable(visitor, arrival.dataset, arrival.name, arrival.rows)
    except RefusedError as error:
        return _shown_credential(error, f"{HERE}/{arrival.id}")
    visitor.console.jobs.start(arrival.id, _work(visitor, arrival))
    return RedirectResponse(f"{HERE}/{arrival.id}", status_code=303)


def _shown_credential(error: RefusedError, then: str) -> Response:
    """Return the way to a fresh credential and back, if that is all that was missing."""
    if not {one.code for one in error.decision.refusals} <= FRESH:
        raise error
    return RedirectResponse(f"{PREFIX}/step-up?{urlencode({'then': then})}", status_code=303)


def _work(visitor: Visitor, arrival: Arrival) -> Callable[[Callable[..., None]], dict[str, Any]]:
    def work(tell: Callable[..., None]) -> dict[str, Any]:
        sealed, rows = 0, 0

        def progress(more: int) -> None:
            nonlocal sealed, rows
            sealed, rows = sealed + (batch.CHUNK if not more else 0), rows + more
            tell(sealed=min(sealed, arrival.size), size=arrival.size, rows=rows)

        try:
            made = _deliver(visitor, arrival.dataset, arrival.path, arrival.rows, progress)
        except SandboxError as error:
            if isinstance(error, RefusedError):
                visitor.platform.note_refusal(error)
            return {"failed": True, **told(error, visitor.language)}
        finally:
            visitor.console.arrivals.remove(arrival)
        visitor.signed_in.told.append(_taken(made))
        return {"location": f"{PREFIX}/deliveries/{made.id}"}

    return work


def discard(visitor: Visitor, identifier: str, typed: Typed) -> Response:
    """Remove what has arrived of a file."""
    if visitor.person is None:
        return visitor.page("expired.html", status=401, draft="")
    _require_form(visitor, Form(typed).one("csrf"))
    arrivals = visitor.console.arrivals
    arrivals.remove(arrivals.one(identifier, visitor.actor.account))
    visitor.signed_in.told.append(word("已放弃这份文件，收到的部分已删除"))
    return RedirectResponse(f"{PREFIX}/deliveries/new", status_code=303)


def shown(visitor: Visitor, identifier: str) -> Response:
    """Return how far a file is: on its way, being read, or delivered."""
    job = visitor.console.jobs.get(identifier)
    if job is None:
        arrival = visitor.console.arrivals.one(identifier, visitor.actor.account)
        return visitor.page("arrival.html", arrival=arrival, job=None, problem={})
    if job.outcome is not None and "location" in job.outcome:
        return RedirectResponse(job.outcome["location"], status_code=303)
    return visitor.page("arrival.html", arrival=None, job=identifier, problem=_problem(job))


def _problem(job: Job) -> dict[str, Any]:
    return (job.outcome or {"failed": True, "problem": "", "reasons": []}) if job.over.is_set() else {}


def stream(visitor: Visitor, identifier: str) -> Response:
    """Return the job's progress as server-sent events."""
    job = visitor.console.jobs.get(identifier)
    if job is None:
        visitor.console.arrivals.one(identifier, visitor.actor.account)
        raise InputError(word("文件还没有交付核对"))
    return followed(job, lambda: recognise(visitor))


def routes(visited: Any, typed: Any) -> APIRouter:
    """Return the routes of files under way; `visited` and `typed` are how the console finds both."""
    router = APIRouter(include_in_schema=False)

    def looking(look: Callable[[Visitor, str], Response]) -> Callable[..., Response]:
        def page(visitor: visited, id: str) -> Response:
            return look(visitor, id)

        page.__annotations__ = {"visitor": visited, "id": str}
        return page

    def taking(take: Callable[[Visitor, str, Typed], Response]) -> Callable[..., Response]:
        def posted(visitor: visited, id: str, form: typed) -> Response:
            return take(visitor, id, form)

        posted.__annotations__ = {"visitor": visited, "id": str, "form": typed}
        return posted

    def begun(visitor: visited, form: typed) -> Response:
        return begin(visitor, form)

    async def sent(request: Request, visitor: visited, id: str) -> Response:
        return await part(request, visitor, id)

    async def whole(request: Request, visitor: visited) -> Response:
        return await receive(request, visitor)

    begun.__annotations__ = {"visitor": visited, "form": typed}
    sent.__annotations__ = {"request": Request, "visitor": visited, "id": str}
    whole.__annotations__ = {"request": Request, "visitor": visited}
    router.add_api_route("/deliveries/new/receive", whole, methods=["POST"])
    router.add_api_route("/deliveries/uploads", begun, methods=["POST"])
    router.add_api_route("/deliveries/uploads/{id}", sent, methods=["PATCH"])
    router.add_api_route("/deliveries/uploads/{id}", looking(shown), methods=["GET"])
    router.add_api_route("/deliveries/uploads/{id}/offset", looking(offset), methods=["GET"])
    router.add_api_route("/deliveries/uploads/{id}/stream", looking(stream), methods=["GET"])
    router.add_api_route("/deliveries/uploads/{id}/finish", taking(finish), methods=["POST"])
    router.add_api_route("/deliveries/uploads/{id}/discard", taking(discard), methods=["POST"])
    return router
