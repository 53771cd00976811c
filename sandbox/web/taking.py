"""How a form is taken: once, from the page it was drawn on, by the person who is signed in.

Keeps what was typed when it cannot be taken: sign-in over, credential wanted, refused, page out of date.
Which steps there are is the tables' matter, whether one may be taken the use cases'.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from sandbox.egress import review
from sandbox.kernel.errors import ConflictError, NotFoundError, RefusedError, SandboxError
from sandbox.locale import words
from sandbox.web import trying
from sandbox.web.actions import NEW, Action, Call, Form, Misfilled
from sandbox.web.language import word
from sandbox.web.options import PREFIX
from sandbox.web.pages import (
    accounts,
    agreeing,
    agreements,
    applications,
    bounding,
    catalogue,
    cataloguing,
    deliveries,
    deputies,
    drafting,
    reviewing,
    reviews,
    seating,
    submissions,
    templates,
    workdays,
)
from sandbox.web.pages.oversight import ACTIONS as OVERSIGHT
from sandbox.web.pages.oversight import BACK
from sandbox.web.problems import status_of, told
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

ACTIONS: tuple[Action, ...] = (
    *catalogue.ACTIONS,
    *bounding.ACTIONS,
    *drafting.ACTIONS,
    *applications.ACTIONS,
    *reviewing.ACTIONS,
    *workdays.ACTIONS,
    agreeing.DRAFT,
    *agreements.ACTIONS,
    *seating.ACTIONS,
    *deliveries.ACTIONS,
    *submissions.ACTIONS,
    *templates.ACTIONS,
    *accounts.ACTIONS,
    *OVERSIGHT,
)
FORMS: tuple[Action, ...] = (*ACTIONS, cataloguing.SHEET, drafting.ATTACH, deputies.DEPUTE)
"""Every form; one that takes the same step as another is no action of its own."""
_AT = {(one.plural, one.word): one for one in FORMS}
FRESH = frozenset({"fresh-credential", "credential", "password"})
"""The reasons for a refusal that a fresh credential removes."""
_WAIT_SECONDS = 120
Typed = Mapping[str, tuple[str, ...]]


def action_at(plural: str, verb: str) -> Action:
    """Return the action of a path; `NotFoundError` for none."""
    found = _AT.get((plural, verb))
    if found is None:
        raise NotFoundError(word("没有这个页面"))
    return found


def take(
    visitor: Visitor, action: Action, identifier: str, typed: Typed, files: tuple[Path, ...] = ()
) -> Response:
    """Return the answer to a form: on to its outcome, or back with what was typed.

    `more` asks only for the form again with room for more in it.
    """
    refusal = _not_now(visitor, action.path(identifier), typed)
    if refusal is not None:
        return refusal
    if _first(typed, "more") and action.look is not None:
        return form_page(visitor, action, identifier, typed=typed)
    key = _first(typed, "key")
    if not key:
        return _perform(visitor, action, identifier, typed, files)
    pending, first = visitor.console.sessions.claim(visitor.signed_in, key)
    if not first:
        pending.done.wait(_WAIT_SECONDS)
        if pending.outcome is None:
            return RedirectResponse(action.path(identifier), status_code=303)
        return _onwards(key, pending.outcome)
    try:
        return _perform(visitor, action, identifier, typed, files)
    finally:
        if pending.outcome is None:
            visitor.console.sessions.release(visitor.signed_in, key)


def _not_now(visitor: Visitor, path: str, typed: Typed) -> Response | None:
    """Return the page for a form whose sign-in or secret is over; what was typed is kept."""
    if visitor.person is None:
        draft = visitor.console.sessions.keep(visitor.browser, path, typed)
        return visitor.page("expired.html", status=401, draft=draft)
    if not secrets.compare_digest(_first(typed, "csrf"), visitor.signed_in.csrf):
        draft = visitor.console.sessions.keep(visitor.browser, path, typed)
        return visitor.page("stale.html", status=403, draft=draft)
    return None


def _perform(
    visitor: Visitor, action: Action, identifier: str, typed: Typed, files: tuple[Path, ...]
) -> Response:
    form = Form(typed)
    try:
        _check_seen(visitor, action, identifier, form)
        outcome = action.run(Call(visitor.platform, visitor.actor, identifier, form, files))
    except SandboxError as error:
        return _came_back(visitor, action, identifier, typed, error)
    key = form.one("key") or secrets.token_urlsafe(12)
    pending, _ = visitor.console.sessions.claim(visitor.signed_in, key)
    pending.outcome = outcome
    pending.done.set()
    if outcome.told is not None and not outcome.once:
        visitor.signed_in.told.append(outcome.told)
    return _onwards(key, outcome)


def _onwards(key: str, outcome: Outcome) -> Response:
    where = f"{PREFIX}/outcomes/{quote(key, safe='')}" if outcome.once else outcome.location
    return RedirectResponse(where, status_code=303)


def _check_seen(visitor: Visitor, action: Action, identifier: str, form: Form) -> None:
    """Raise `ConflictError` when the record has changed since the page was drawn, saying by whom."""
    seen = form.number("seen")
    if action.record is None or seen is None or identifier == NEW:
        return
    store = visitor.platform.store
    if store.load(action.record, identifier).version == seen:
        return
    last = store.facts(record=identifier, newest_first=True, limit=1)[0]
    raise ConflictError(
        word(
            "这一页打开之后，{name}已经办理了“{what}”，现在的状态不同了。什么都没有写入：请看过新的内容再决定",
            name=visitor.person_name(last.actor),
            what=words.step_name(last.verb),
        )
    )


def _came_back(
    visitor: Visitor, action: Action, identifier: str, typed: Typed, error: SandboxError
) -> Response:
    if isinstance(error, RefusedError):
        codes = {one.code for one in error.decision.refusals}
        if codes and codes <= FRESH:
            draft = visitor.console.sessions.keep(visitor.browser, action.path(identifier), typed)
            return RedirectResponse(f"{PREFIX}/step-up?draft={draft}", status_code=303)
        visitor.platform.note_refusal(error)
    return form_page(visitor, action, identifier, typed=typed, error=error, status=status_of(error))


def form_page(
    visitor: Visitor,
    action: Action,
    identifier: str,
    *,
    typed: Typed | None = None,
    error: SandboxError | None = None,
    status: int = 200,
) -> Response:
    """Return an action's form as a page of its own, filled with what was typed before."""
    asked = visitor.request.query_params
    filled = dict(typed or {name: tuple(asked.getlist(name)) for name in asked})
    version = ""
    if action.record is not None and identifier != NEW:
        version = str(visitor.platform.store.load(action.record, identifier).version)
    shown = told(error, visitor.language) if error is not None else {}
    context = {
        "action": action,
        "id": identifier,
        "typed": filled,
        "seen": version,
        "error": shown,
        "wrong": error.wrong if isinstance(error, Misfilled) else {},
        "back": _back(action, identifier),
        "columns": (),
        "votable": _votable(visitor, action, identifier),
    }
    own = action.look(visitor, identifier, filled) if action.look is not None else {}
    return visitor.page(action.template, status=status, **{**context, **own})


def _back(action: Action, identifier: str) -> str:
    own = {"submissions", "releases", "seats", "service-agreements", "deliveries", "datasets", "applications"}
    own |= {"items", "consultations", "coordinations", "templates"}
    if identifier != NEW and action.plural in own:
        return f"{PREFIX}/{action.plural}/{identifier}"
    own |= {"undertakings", "incidents", "organisations"}
    lists = {**BACK, "grants": "accounts", "organisations": "accounts", "datasets": "catalogue"}
    lists |= {"landing-orders": "landing-orders", "accounts": "accounts", "deliveries": "deliveries"}
    lists |= {"applications": "applications", "snapshots": "landing-orders", "calendar-notices": "calendar"}
    lists |= {"comments": "reviews", "stoppages": "reviews", "samples": "reviews/quality"}
    lists |= {"assessments": "submissions", "template-looks": "templates"}
    return f"{PREFIX}/{lists.get(action.plural, 'agreements')}"


def _votable(visitor: Visitor, action: Action, identifier: str) -> tuple[tuple[str, str], ...]:
    if action not in (submissions.CAST, reviews.REVISE):
        return ()
    found = review.found(visitor.platform.gate, identifier).record
    return tuple((one.rewritten, one.name) for one in found.files if one.rewritten and not one.supporting)


def draft_page(visitor: Visitor, name: str) -> Response:
    """Return a kept form, filled in again, for the person who filled it in."""
    draft = visitor.console.sessions.draft(name, visitor.browser)
    if draft is None or draft.account not in ("", visitor.actor.account):
        raise NotFoundError(word("没有保留下来的内容：可能已超过一小时，或是另一个人填写的"))
    _, plural, identifier, verb = draft.path.removeprefix(PREFIX).split("/")
    if (plural, verb) not in _AT:  # a form that is no step: begun anew
        return RedirectResponse(draft.path, status_code=303)
    typed: dict[str, tuple[str, ...]] = {}
    for key, value in draft.fields:
        typed[key] = (*typed.get(key, ()), value)
    return form_page(visitor, action_at(plural, verb), identifier, typed=typed)


def outcome_page(visitor: Visitor, key: str) -> Response:
    """Return what a form brought that is shown once: a code, a token."""
    pending = visitor.signed_in.forms.get(key)
    if pending is None or pending.outcome is None or not pending.outcome.once:
        raise NotFoundError(word("这项内容只显示一次，已经不在了"))
    shown, pending.outcome = pending.outcome, replace(pending.outcome, once=())
    return visitor.page(shown.template, outcome=shown)


def collect(visitor: Visitor, identifier: str, typed: Typed) -> Response:
    """Return the released products and the receipt as one archive."""
    path = f"{PREFIX}/releases/{identifier}/collect"
    refusal = _not_now(visitor, path, typed)
    if refusal is not None:
        return refusal
    data = submissions.collected(Call(visitor.platform, visitor.actor, identifier, Form(typed)))
    headers = {"Content-Disposition": f'attachment; filename="{quote(identifier)}.zip"'}
    return Response(data, media_type="application/zip", headers=headers)


def try_policy(visitor: Visitor, identifier: str, typed: Typed) -> Response:
    """Begin to try a changed policy; taken from a form, for it is put on record."""
    path = f"{PREFIX}/service-agreements/{identifier}/replay"
    return _not_now(visitor, path, typed) or trying.begin(visitor, identifier, typed)


def _first(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")
