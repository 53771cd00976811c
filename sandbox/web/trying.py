"""A changed policy tried in the background: begun, followed, gone on with after a stop, discarded.

Whoever began it alone sees it, and only while he may try policies on that agreement. The answers lie in
`oversight.trials`; what they are `oversight.replay` says.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from sandbox.access.trial import read
from sandbox.kernel.errors import CredentialError, InputError, RefusedError, SandboxError
from sandbox.oversight import replay as replays
from sandbox.oversight.trials import Trial, pursue
from sandbox.web.actions import Form
from sandbox.web.language import word
from sandbox.web.live import followed
from sandbox.web.options import PREFIX
from sandbox.web.pages import replaying
from sandbox.web.problems import told
from sandbox.web.visitor import Visitor, recognise

Typed = Mapping[str, tuple[str, ...]]


def begin(visitor: Visitor, identifier: str, typed: Typed) -> Response:
    """Begin a trial from the form and lead to its page; the form again where it cannot be begun."""
    agreement, policy = replaying.standing(visitor, identifier)
    console, gate = visitor.console, visitor.platform.gate
    try:
        _require_idle(visitor)
        trial = replaying.trial_of(policy, Form(typed))
    except InputError as error:
        return replaying.shown(visitor, identifier, policy, typed, error=error)
    replays.begun(gate, visitor.actor, agreement.id, trial)
    submissions = tuple(one.stored.record.id for one in replays.past_of(gate, agreement))
    made = console.trials.begin(
        visitor.actor.account,
        agreement=agreement.id,
        standing=policy.digest,
        policy=trial.text,
        submissions=submissions,
    )
    return _started(visitor, made)


def _require_idle(visitor: Visitor) -> None:
    """Raise `InputError` while a trial of the same person is under way: the gate judges for others too."""
    for one in visitor.console.trials.of(visitor.actor.account):
        job = visitor.console.jobs.get(_job(one))
        if job is not None and not job.over.is_set():
            raise InputError(word("上一次试算还在进行：请等它办完，或先停止"))


def _job(trial: Trial) -> str:
    return f"trial-{trial.id}"


def _place(trial: Trial) -> str:
    return f"{PREFIX}/service-agreements/{trial.agreement}/replay/{trial.id}"


def _started(visitor: Visitor, trial: Trial) -> Response:
    if visitor.console.trials.waiting(trial):
        visitor.console.jobs.start(_job(trial), _work(visitor, trial))
    return RedirectResponse(_place(trial), status_code=303)


def _work(visitor: Visitor, trial: Trial) -> Callable[[Callable[..., None]], dict[str, Any]]:
    trials, gate, actor = visitor.console.trials, visitor.platform.gate, visitor.actor

    def work(tell: Callable[..., None]) -> dict[str, Any]:
        whole = len(trial.submissions)
        try:
            _, policy = replaying.standing(visitor, trial.agreement)
            changed = read(trial.policy, policy)
            for left in pursue(trials, gate, actor, trial=trial, policy=changed):
                tell(done=whole - left, all=whole)
            if not trials.kept(trial):
                return {"failed": True}
        except SandboxError as error:
            if isinstance(error, RefusedError):
                visitor.platform.note_refusal(error)
            return {"failed": True, **told(error, visitor.language)}
        return {"location": _place(trial)}

    return work


def _mine(visitor: Visitor, identifier: str, trial: str) -> Trial:
    replaying.standing(visitor, identifier)
    return visitor.console.trials.one(trial, visitor.actor.account, identifier)


def page(visitor: Visitor, identifier: str, trial: str) -> Response:
    """Return how far a trial is, with the answers that are there."""
    found = _mine(visitor, identifier, trial)
    job = visitor.console.jobs.get(_job(found))
    running = job is not None and not job.over.is_set()
    failed = job.outcome if job is not None and not running else None
    problem = failed if failed and failed.get("failed") and visitor.console.trials.waiting(found) else {}
    return replaying.answers(visitor, found, running=running, problem=problem)


def stream(visitor: Visitor, identifier: str, trial: str) -> Response:
    """Return the trial's progress as server-sent events."""
    job = visitor.console.jobs.get(_job(_mine(visitor, identifier, trial)))
    if job is None:
        raise InputError(word("这次试算没有在进行：请打开它的页面继续"))
    return followed(job, lambda: recognise(visitor))


def go_on(visitor: Visitor, identifier: str, trial: str) -> Response:
    """Go on with a trial that stopped half way."""
    found = _mine(visitor, identifier, trial)
    _require_idle(visitor)
    return _started(visitor, found)


def discard(visitor: Visitor, identifier: str, trial: str) -> Response:
    """Stop a trial, if it runs, and remove its answers."""
    visitor.console.trials.remove(_mine(visitor, identifier, trial))
    visitor.signed_in.told.append(word("这次试算已删除"))
    return RedirectResponse(f"{PREFIX}/service-agreements/{identifier}/replay", status_code=303)


def routes(visited: Any, typed: Any, signing: Callable[[Visitor], Response]) -> APIRouter:
    """Return the routes of trials; `visited` and `typed` are how the console finds both."""
    router = APIRouter(include_in_schema=False)

    def looking(look: Callable[[Visitor, str, str], Response]) -> Callable[..., Response]:
        def found(visitor: visited, id: str, trial: str) -> Response:
            answer: Response = look(visitor, id, trial) if visitor.person is not None else signing(visitor)
            return answer

        found.__annotations__ = {"visitor": visited, "id": str, "trial": str}
        return found

    def taking(take: Callable[[Visitor, str, str], Response]) -> Callable[..., Response]:
        def posted(visitor: visited, id: str, trial: str, form: typed) -> Response:
            if visitor.person is None:
                expired: Response = visitor.page("expired.html", status=401, draft="")
                return expired
            if not secrets.compare_digest(Form(form).one("csrf"), visitor.signed_in.csrf):
                raise CredentialError(word("页面已过期：请刷新后再办"))
            return take(visitor, id, trial)

        posted.__annotations__ = {"visitor": visited, "id": str, "trial": str, "form": typed}
        return posted

    place = "/service-agreements/{id}/replay/{trial}"
    router.add_api_route(place, looking(page), methods=["GET"])
    router.add_api_route(f"{place}/stream", looking(stream), methods=["GET"])
    router.add_api_route(f"{place}/go-on", taking(go_on), methods=["POST"])
    router.add_api_route(f"{place}/discard", taking(discard), methods=["POST"])
    return router
