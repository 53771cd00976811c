"""The same lists and steps for programs: JSON, a personal token, one description made from the tables.

A token is a credential, so steps that decide on others need no other. A key in the header
`Idempotency-Key` makes a call safe to repeat. Calls the use cases of the pages; holds no rule.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import JSONResponse, Response

from sandbox.app import Platform
from sandbox.egress import audience
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import CredentialError, InputError, RefusedError, SandboxError
from sandbox.kernel.message import Message
from sandbox.web.actions import NEW, Action, Call, Form
from sandbox.web.api_lists import LISTS, MOST, USUAL, List
from sandbox.web.language import chosen, text, word
from sandbox.web.pages import drafting
from sandbox.web.problems import told
from sandbox.web.repeats import Done, Repeats
from sandbox.web.taking import ACTIONS
from sandbox.web.upload import plain_name

_BEARER = HTTPBearer(auto_error=False, description="个人令牌 · personal token")
PAPERS, MOST_PAPERS = "files", 20
SHOWN_OTHERWISE = frozenset({"submissions"})
"""A submission is shown to each as he may see it."""


class Paper(BaseModel):
    """A file that goes with a call: its name, and what is in it as Base64 (RFC 4648)."""

    name: str = Field(max_length=200)
    content: str


class Problem(BaseModel):
    """Why something was not done; of a refusal every reason with its article."""

    code: str
    problem: str
    hint: str = ""
    reasons: list[dict[str, str]] = Field(default_factory=list)


def plain(value: object, language: str) -> Any:  # noqa: PLR0911  one line for each kind of value
    """Return records as JSON values: messages rendered, enums and dates as text."""
    if value is None or isinstance(value, bool | int | float):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Message):
        return text(value, language)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(one, language) for name, one in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [plain(one, language) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name), language) for name in value.__dataclass_fields__}
    return str(value.value if isinstance(value, Enum) else value)


def router(platform: Platform) -> APIRouter:
    """Return the routes of the API, made from the tables of lists and actions."""
    routes = APIRouter(responses={status: {"model": Problem} for status in (401, 403, 404, 409, 422)})

    def person(_: Annotated[object, Security(_BEARER)], request: Request) -> Actor:
        given = request.headers.get("authorization", "")
        kind, _, token = given.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise CredentialError(word("请在 Authorization 头里出示个人令牌（Bearer）"))
        return platform.by_token(token)

    who = Annotated[Actor, Depends(person)]
    routes.add_api_route(
        "/submissions/{id}", _submission(platform, who), methods=["GET"], tags=["submissions"]
    )
    for name, each in LISTS.items():
        listing = _listing(platform, each, who)
        routes.add_api_route(f"/{name}", listing, methods=["GET"], name=name, tags=[name])
        if each.one is not None and name not in SHOWN_OTHERWISE:
            one = _showing(platform, each.one, who)
            routes.add_api_route(f"/{name}/{{id}}", one, methods=["GET"], tags=[name])
    kept = Repeats(platform.layout.root / "calls", platform.clock)
    for action in (*ACTIONS, drafting.ATTACH):
        places = f"/{action.plural}/{action.word}" if action.step.creates and not action.verb else ""
        routes.add_api_route(
            places or f"/{action.plural}/{{id}}/{action.word}",
            _acting(platform, action, who, kept, new=bool(places)),
            methods=["POST"],
            tags=[action.plural],
            summary=f"{text(action.label, 'zh')} · {action.name}",
            description=f"{action.name}（{action.step.article}）",
            operation_id=f"{action.plural}-{action.word}",
        )
    return routes


def _language(request: Request) -> str:
    return chosen(request.query_params.get("lang"), request.headers.get("accept-language", "")[:2])


def _listing(platform: Platform, each: List, who: Any) -> Callable[..., Response]:
    def listed(request: Request, actor: who, after: str = "", limit: int = USUAL) -> Response:
        with platform.store.looking():
            page = each.page(platform, actor, after, limit)
        headers = {} if page.total is None else {"X-Total-Count": str(page.total)}
        if page.after:
            query = urlencode({"after": page.after, "limit": limit})
            headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
        return JSONResponse(plain(page.entries, _language(request)), headers=headers)

    bounds = Annotated[int, Query(ge=1, le=MOST, description="一次取几条 · how many at once")]
    place = Annotated[str, Query(max_length=80, description="从这一条之后 · after this one")]
    return _resolved(listed, actor=who, request=Request, after=place, limit=bounds)


def _showing(
    platform: Platform, one: Callable[[Platform, Actor, str], object], who: Any
) -> Callable[..., Response]:
    def shown(request: Request, id: str, actor: who) -> Response:
        with platform.store.looking():
            found = one(platform, actor, id)
        return JSONResponse(plain(found, _language(request)))

    return _resolved(shown, actor=who, request=Request, id=str)


def _submission(platform: Platform, who: Any) -> Callable[..., Response]:
    def shown(request: Request, id: str, actor: who) -> Response:
        return JSONResponse(plain(audience.shown(platform.gate, actor, id), _language(request)))

    return _resolved(shown, actor=who, request=Request, id=str)


def _resolved(function: Callable[..., Any], **kinds: Any) -> Callable[..., Any]:
    """Give a route made in a function the types that FastAPI reads from it."""
    function.__annotations__ = kinds
    return function


_SHAPES: dict[str, Any] = {"checks": list[str], "objects": list[dict[str, Any]], "number": int}
_LISTS = frozenset({"checks", "objects"})


def _body(action: Action) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for one in action.fields:
        kind: Any = _SHAPES.get(one.shape, str)
        about = text(one.label, "zh")
        default: Any = (
            ... if one.required and not one.default else ([] if one.shape in _LISTS else one.default)
        )
        if one.shape == "number" and default == "":
            kind, default = int | None, None
        elif one.shape == "number" and default is not ...:
            default = int(default)
        fields[one.name] = (kind, Field(default, description=about))
    if action.files:
        about = "文件，内容为 Base64 · files, their content in Base64"
        fields[PAPERS] = (list[Paper], Field(default_factory=list, max_length=MOST_PAPERS, description=about))
    config = ConfigDict(extra="forbid")
    made: type[BaseModel] = create_model(f"{action.plural}-{action.word}", __config__=config, **fields)
    return made


def _acting(platform: Platform, action: Action, who: Any, kept: Repeats, *, new: bool) -> Callable[..., Done]:
    body = _body(action)

    def act(
        request: Request, actor: Actor, given: BaseModel, id: str = NEW, idempotency_key: str | None = None
    ) -> Done:
        place = (actor.account, request.url.path, idempotency_key or "")
        earlier = kept.claim(*place) if idempotency_key else None
        if earlier is not None:
            return earlier
        done: Done | None = None
        try:
            with _papers(platform, given) as papers:
                outcome = action.run(Call(platform, actor, id, Form(_values(given)), papers))
            language = _language(request)
            once = {text(label, language): value for label, value in outcome.once}
            message = text(outcome.told, language) if outcome.told is not None else ""
            done = Done(location=outcome.location, message=message, once=once)
        finally:
            if idempotency_key:
                kept.settle(*place, done)
        return done

    key = Annotated[str | None, Header(max_length=200)]
    wanted = any(one.is_required() for one in body.model_fields.values())
    given: Any = body if wanted else Annotated[body, Body(default_factory=body)]
    kinds: dict[str, Any] = {"request": Request, "actor": who, "given": given, "idempotency_key": key}
    if new:

        def create(
            request: Request, actor: Actor, given: BaseModel, idempotency_key: str | None = None
        ) -> Done:
            return act(request, actor, given, NEW, idempotency_key)

        return _resolved(create, **kinds, **{"return": Done})
    return _resolved(act, **kinds, id=str, **{"return": Done})


@contextmanager
def _papers(platform: Platform, given: BaseModel) -> Iterator[tuple[Path, ...]]:
    """Yield the files of a call where they lie, in a private folder that goes with the call."""
    sent: list[Paper] = getattr(given, PAPERS, [])
    if not sent:
        yield ()
        return
    place = platform.layout.root / "arriving"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".upload-", dir=place) as folder:
        yield tuple(_paper(Path(folder) / str(number), one) for number, one in enumerate(sent))


def _paper(folder: Path, sent: Paper) -> Path:
    folder.mkdir(mode=0o700)
    path = folder / plain_name(sent.name)
    try:
        path.write_bytes(base64.b64decode(sent.content, validate=True))
    except ValueError:
        raise InputError(word("文件 {name} 的内容不是 Base64：请编码后再发", name=path.name)) from None
    return path


def _text(one: object) -> str:
    """Return one entry of a list: an object as JSON, all else as it is written."""
    return json.dumps(one, ensure_ascii=False) if isinstance(one, dict) else str(one)


def _values(given: BaseModel) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for name, value in given.model_dump(exclude={PAPERS}).items():
        if value is None:
            continue
        values[name] = tuple(map(_text, value)) if isinstance(value, list) else (str(value),)
    return values


def failed(request: Request, error: SandboxError, status: int) -> Response:
    """Return the document for an error; a refusal is put on record as everywhere."""
    if isinstance(error, RefusedError):
        request.app.state.console.platform.note_refusal(error)
    return JSONResponse(told(error, _language(request)), status_code=status)
