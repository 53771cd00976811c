"""The console as one application: routes, sign-in, and the one way in which every form is taken.

A form is taken once, by the same use case as the command line; what fails comes back with what was typed
and the reasons. Errors become HTTP statuses here and nowhere else. Holds no rule.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from sandbox.app import Platform
from sandbox.catalog.search import Finder
from sandbox.kernel.errors import RefusedError, SandboxError, StateError
from sandbox.oversight.trials import Trials
from sandbox.web import api, assets, measures, receiving, taking, trying
from sandbox.web.actions import Action
from sandbox.web.arrivals import Arrivals
from sandbox.web.guard import Guard
from sandbox.web.language import chosen, word
from sandbox.web.live import Jobs
from sandbox.web.options import API, PREFIX, Options
from sandbox.web.pages import (
    accounts,
    agreements,
    applications,
    audit,
    catalogue,
    cataloguing,
    deliveries,
    drafting,
    enrolment,
    home,
    items,
    listing,
    oversight,
    reviewing,
    reviews,
    seating,
    signing,
    submissions,
    templates,
    terms,
    watching,
    workdays,
)
from sandbox.web.problems import status_of, told
from sandbox.web.session import Sessions
from sandbox.web.signin import SignIn, UnsafeSessionAuth
from sandbox.web.upload import received
from sandbox.web.visitor import LANGUAGE, Console, Visitor, recognise

LOG = logging.getLogger("console")
Look = Callable[[Visitor], Response]
LookAt = Callable[[Visitor, str], Response]

PAGES: dict[str, Look] = {
    "/": home.home,
    "/catalogue": catalogue.listing,
    "/catalogue/export": cataloguing.exported,
    "/applications": listing.listing,
    "/applications/printed": listing.printed,
    "/applications/export": listing.exported,
    "/calendar": workdays.page,
    "/items": items.listing,
    "/items/export": items.exported,
    "/terms": terms.page,
    "/terms/export": terms.exported,
    "/agreements": agreements.listing,
    "/deliveries": deliveries.listing,
    "/deliveries/new": deliveries.receive_page,
    "/landing-orders": deliveries.orders,
    "/submissions": submissions.listing,
    "/reviews": reviews.queue,
    "/templates": templates.listing,
    "/reviews/quality": reviews.measures,
    "/audit": audit.listing,
    "/audit/verified": audit.verify,
    "/audit/stream": audit.stream,
    "/audit/export": audit.exported,
    "/accounts": accounts.listing,
    "/me": accounts.me,
    "/step-up": signing.step_up_page,
    **oversight.PAGES,
}
RECORD_PAGES: dict[str, LookAt] = {
    "/datasets/{id}": catalogue.one,
    "/applications/{id}": applications.page,
    "/items/{id}": reviewing.page,
    "/consultations/{id}": reviewing.consultation_page,
    "/coordinations/{id}": reviewing.case,
    "/service-agreements/{id}": agreements.agreement_page,
    "/seats/{id}": seating.seat_page,
    "/deliveries/{id}": deliveries.one,
    "/deliveries/{id}/bad-rows": deliveries.bad_rows,
    "/deliveries/{id}/proposal": deliveries.proposal,
    "/submissions/{id}": submissions.one,
    "/templates/{id}": templates.one,
    "/submissions/{id}/sheet": submissions.review_sheet,
    "/releases/{id}": submissions.release_page,
    "/releases/{id}/receipt": submissions.receipt,
    "/live/{id}": watching.watch,
    "/drafts/{id}": taking.draft_page,
    "/outcomes/{id}": taking.outcome_page,
    **oversight.RECORD_PAGES,
}


def build(platform: Platform, options: Options, sign_in: SignIn) -> FastAPI:
    """Return the application; `StateError` for a sign-in that proves nothing outside a demo home."""
    if isinstance(sign_in, UnsafeSessionAuth) and not platform.settings.demo:
        raise StateError(word("没有口令的登录只能用于演示环境"))
    version = hashlib.sha256("".join(assets.own_digests()).encode()).hexdigest()[:10]
    arrivals = Arrivals(platform.layout.root / "arriving", platform.clock, options.upload_bytes)
    sessions = Sessions(options, platform.clock)
    trials, finder = Trials(platform.layout.root / "trials", platform.clock), Finder(platform.store)
    console = Console(platform, options, sign_in, sessions, arrivals, trials, Jobs(), finder, version)
    app = FastAPI(
        title="遵义数据沙箱 · 控制台接口",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
    )
    app.state.console = console
    app.include_router(assets.router(options), prefix=PREFIX)
    app.include_router(measures.router(platform), prefix=PREFIX)
    app.include_router(api.router(platform), prefix=API)
    app.include_router(_pages(), prefix=PREFIX)  # the last: its paths take what is left
    app.add_exception_handler(SandboxError, _failed)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(Guard, options=options)
    app.add_middleware(measures.Measured)
    return app


async def visit(request: Request) -> Visitor:
    """Return the visitor of a request: found in a thread, for the Hub and the records may be slow."""
    return await run_in_threadpool(_visit, request)


def _visit(request: Request) -> Visitor:
    console: Console = request.app.state.console
    language = chosen(request.query_params.get("lang"), request.cookies.get(LANGUAGE))
    visitor = Visitor(console, request, language)
    request.state.visitor = visitor
    visitor.moment = console.platform.store.moment()
    with console.platform.store.looking(visitor.moment):
        recognise(visitor)
    return visitor


Visited = Annotated[Visitor, Depends(visit)]


def _pages() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for path, look in PAGES.items():
        router.add_api_route(path, _looking(look), methods=["GET"])
    router.add_api_route("/oauth_callback", signing.callback_of(visit), methods=["GET"])
    router.add_api_route("/enrol", _open_to_all(enrolment.enrol_page), methods=["GET"])
    router.add_api_route("/enrol", _posting(enrolment.enrol), methods=["POST"])
    router.add_api_route("/sign-out", _posting(signing.sign_out), methods=["POST"])
    router.add_api_route("/step-up", _posting(signing.step_up), methods=["POST"])
    router.include_router(receiving.routes(Visited, Typed))
    router.include_router(trying.routes(Visited, Typed, signing.begin))
    router.add_api_route("/releases/{id}/collect", _collect, methods=["POST"])
    router.add_api_route("/service-agreements/{id}/replay", _try_policy, methods=["POST"])
    router.add_api_route("/audit/{seq:int}", _fact, methods=["GET"])
    router.add_api_route("/submissions/{id}/files/{place:int}", _preview, methods=["GET"])
    router.add_api_route("/applications/{id}/papers/{digest}", _paper, methods=["GET"])
    for action in taking.FORMS:
        if action.files:
            router.add_api_route(f"/{action.plural}/{{id}}/{action.word}", _sending(action), methods=["POST"])
    for path, look_at in RECORD_PAGES.items():
        router.add_api_route(path, _looking_at(look_at), methods=["GET"])
    router.add_api_route("/{plural}/{id}/{verb}", _form_page, methods=["GET"])
    router.add_api_route("/{plural}/{id}/{verb}", _act, methods=["POST"])
    return router


def _looking(look: Look) -> Callable[..., Response]:
    def page(visitor: Visited) -> Response:
        with visitor.platform.store.looking(visitor.moment):
            return look(visitor) if visitor.person is not None else signing.begin(visitor)

    return page


def _open_to_all(look: Look) -> Callable[..., Response]:
    def page(visitor: Visited) -> Response:
        return look(visitor)

    return page


def _looking_at(look: LookAt) -> Callable[..., Response]:
    def page(visitor: Visited, id: str) -> Response:
        with visitor.platform.store.looking(visitor.moment):
            return look(visitor, id) if visitor.person is not None else signing.begin(visitor)

    return page


async def typed(request: Request) -> Mapping[str, tuple[str, ...]]:
    """Return what was filled into a form, every value as text."""
    form = await request.form(max_files=0, max_fields=2_000)
    return {name: tuple(str(one) for one in form.getlist(name)) for name in form}


Typed = Annotated[Mapping[str, tuple[str, ...]], Depends(typed)]


def _posting(take: Callable[[Visitor, Mapping[str, tuple[str, ...]]], Response]) -> Callable[..., Response]:
    def posted(visitor: Visited, form: Typed) -> Response:
        return take(visitor, form)

    return posted


def _form_page(visitor: Visited, plural: str, id: str, verb: str) -> Response:
    if visitor.person is None:
        return signing.begin(visitor)
    return taking.form_page(visitor, taking.action_at(plural, verb), id)


def _act(visitor: Visited, plural: str, id: str, verb: str, form: Typed) -> Response:
    return taking.take(visitor, taking.action_at(plural, verb), id, form)


def _sending(action: Action) -> Callable[..., Any]:
    """Return the route of a form that brings files: they lie in a private folder until the step is done."""

    async def sent(request: Request, visitor: Visited, id: str) -> Response:
        kind = request.headers.get("content-type", "")
        if not kind.startswith("multipart/"):
            return await run_in_threadpool(taking.take, visitor, action, id, await typed(request))
        place = visitor.platform.layout.root / "arriving"
        most = drafting.MOST_PAPERS if visitor.person is not None else 0
        upload = await received(request.stream(), kind, place=place, most=most)
        try:
            return await run_in_threadpool(taking.take, visitor, action, id, upload.fields, upload.filled)
        finally:
            upload.remove()

    return sent


def _paper(visitor: Visited, id: str, digest: str) -> Response:
    if visitor.person is None:
        return signing.begin(visitor)
    return drafting.paper(visitor, id, digest)


def _collect(visitor: Visited, id: str, form: Typed) -> Response:
    return taking.collect(visitor, id, form)


def _try_policy(visitor: Visited, id: str, form: Typed) -> Response:
    return taking.try_policy(visitor, id, form)


def _fact(visitor: Visited, seq: int) -> Response:
    with visitor.platform.store.looking(visitor.moment):
        return audit.fact(visitor, seq) if visitor.person is not None else signing.begin(visitor)


def _preview(visitor: Visited, id: str, place: int) -> Response:
    return submissions.preview(visitor, id, place) if visitor.person is not None else signing.begin(visitor)


async def _failed(request: Request, error: Exception) -> Response:
    """Return the page or the API's document for an error that people are meant to read."""
    if not isinstance(error, SandboxError):
        raise error
    program = request.headers.get("accept") == "application/json"
    if program or request.url.path.startswith(f"{API}/"):
        return await run_in_threadpool(api.failed, request, error, status_of(error))
    return await run_in_threadpool(_failed_page, request, error)


async def _broken(_: Request, error: Exception) -> Response:
    """Answer for a fault of our own: nothing of it is told, all of it is in the diagnostics."""
    LOG.error("a page could not be made", exc_info=error)
    return PlainTextResponse("平台内部出错，这一步没有办成：请返回后重试，仍不行请联系运营人员。", 500)


def _failed_page(request: Request, error: SandboxError) -> Response:
    console: Console = request.app.state.console
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is None:
        language = chosen(request.query_params.get("lang"), request.cookies.get(LANGUAGE))
        visitor = Visitor(console, request, language)
    if isinstance(error, RefusedError):
        asked = {one.code for one in error.decision.refusals}
        if asked <= taking.FRESH and visitor.session is not None and request.method == "GET":
            return RedirectResponse(f"{PREFIX}/step-up?{signing.then(request.url.path)}", status_code=303)
        console.platform.note_refusal(error)
    return visitor.page("problem.html", status=status_of(error), **told(error, visitor.language))
