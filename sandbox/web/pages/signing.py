"""Signing in and out, and showing the credential anew before deciding on others."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from sandbox.kernel.errors import CredentialError, NotFoundError
from sandbox.people import accounts
from sandbox.web.language import word
from sandbox.web.options import PREFIX
from sandbox.web.taking import action_at, take
from sandbox.web.visitor import COOKIE, Visitor, person_of

Typed = Mapping[str, tuple[str, ...]]
STATE = "console-state"


def begin(visitor: Visitor) -> Response:
    """Return the way to the sign-in; the page that was asked for is kept for afterwards."""
    url = visitor.request.url
    asked = f"{url.path}?{url.query}" if url.query else url.path
    state = secrets.token_urlsafe(24)
    begun = visitor.console.sign_in.begin(state)
    visitor.console.sessions.begin(state, begun.verifier, asked)
    response = RedirectResponse(begun.url, status_code=303)
    visitor.set_cookie(response, STATE, state)
    return visitor.dressed(response)


def callback_of(visit: Callable[[Request], Awaitable[Visitor]]) -> Callable[[Request], Awaitable[Response]]:
    """Return the route to which the Hub sends the browser back."""

    async def callback(request: Request) -> Response:
        visitor = await visit(request)
        return await run_in_threadpool(_finish, visitor)

    return callback


def _finish(visitor: Visitor) -> Response:
    asked, console = visitor.request.query_params, visitor.console
    state = asked.get("state", "")
    begun = console.sessions.finish(state)
    if begun is None or not secrets.compare_digest(state, visitor.request.cookies.get(STATE, "")):
        raise CredentialError(word("登录没有完成：请重新登录"))
    verifier, then = begun
    token = console.sign_in.finish(asked.get("code", ""), verifier)
    known = console.sign_in.known(token)
    if known is None:
        raise CredentialError(word("登录没有完成：请重新登录"))
    try:
        account = console.platform.directory.account_named(known.name)
    except NotFoundError:
        raise CredentialError(word("登录没有完成：请重新登录")) from None
    response = RedirectResponse(local(then), status_code=303)
    visitor.set_cookie(response, COOKIE, console.sessions.open(token, account.id))
    response.delete_cookie(STATE, path=PREFIX)
    return visitor.dressed(response)


def local(path: str) -> str:
    """Return the path if it is a page of the console, else the first page: never another site."""
    fits = path.startswith(f"{PREFIX}/") and "//" not in path and "\\" not in path and path.isprintable()
    return path if fits else f"{PREFIX}/"


def then(path: str) -> str:
    """Return a path as the query that leads back to it."""
    return urlencode({"then": path})


def sign_out(visitor: Visitor, typed: Typed) -> Response:
    """Forget the session and the credential, then sign out at the Hub too."""
    if visitor.session is not None and _csrf(visitor, typed):
        visitor.console.sessions.close(visitor.request.cookies.get(COOKIE, ""))
    where = visitor.console.sign_in.signs_out_at
    response = RedirectResponse(where, 303) if where else visitor.page("signed_out.html")
    response.delete_cookie(COOKIE, path=PREFIX)
    return response


def _csrf(visitor: Visitor, typed: Typed) -> bool:
    return secrets.compare_digest(_one(typed, "csrf"), visitor.signed_in.csrf)


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def step_up_page(
    visitor: Visitor, *, problem: str = "", status: int = 200, typed: Typed | None = None
) -> Response:
    """Return the form for password and code, with what will be done by them."""
    asked = visitor.request.query_params
    draft_name = _one(typed, "draft") if typed else asked.get("draft", "")
    draft = visitor.console.sessions.draft(draft_name, visitor.browser)
    action = None
    if draft is not None:
        _, plural, _, verb = draft.path.removeprefix(PREFIX).split("/")
        action = action_at(plural, verb)
    hidden = ("who", "key", "seen")
    return visitor.page(
        "step_up.html",
        status=status,
        problem=problem,
        draft=draft_name if draft is not None else "",
        then=local(_one(typed, "then") if typed else asked.get("then", "")),
        action=action,
        fields=[(key, value) for key, value in (draft.fields if draft else ()) if key not in hidden],
        minutes=int(visitor.console.options.step_up.total_seconds() // 60),
        login=visitor.accounts[visitor.actor.account].name,
    )


def step_up(visitor: Visitor, typed: Typed) -> Response:
    """Take password and code, keep the credential for its minutes, and go on with what waited for it."""
    if visitor.person is None:
        return visitor.page("expired.html", status=401, draft="")
    if not _csrf(visitor, typed):
        return step_up_page(visitor, problem=visitor.t("页面已过期：请再填一次"), status=403, typed=typed)
    account = visitor.accounts[visitor.actor.account]
    directory = visitor.platform.directory
    try:
        strong = accounts.sign_in(
            directory, account.name, password=_one(typed, "password"), code=_one(typed, "code")
        )
    except CredentialError as error:
        told = visitor.say(error.message)
        return step_up_page(visitor, problem=told, status=401, typed=typed)
    visitor.signed_in.strengthen(strong, visitor.now + visitor.console.options.step_up)
    return _go_on(visitor, typed)


def _go_on(visitor: Visitor, typed: Typed) -> Response:
    visitor.person = person_of(visitor.console, visitor.signed_in)
    name = _one(typed, "draft")
    draft = visitor.console.sessions.draft(name, visitor.browser)
    if draft is None or draft.account not in ("", visitor.actor.account):
        return RedirectResponse(local(_one(typed, "then")), status_code=303)
    visitor.console.sessions.drop(name)
    _, plural, identifier, verb = draft.path.removeprefix(PREFIX).split("/")
    fields: dict[str, tuple[str, ...]] = {"csrf": (visitor.signed_in.csrf,)}
    for key, value in draft.fields:
        fields[key] = (*fields.get(key, ()), value)
    return take(visitor, action_at(plural, verb), identifier, fields)
