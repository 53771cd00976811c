"""Every running term of review that concerns the person's organisation, to be printed or exported."""

from __future__ import annotations

from starlette.responses import Response

from sandbox.access.clocks import STANDINGS, OpenClock, how_many, open_clocks
from sandbox.kernel.actors import Actor
from sandbox.web import exports, timeline
from sandbox.web.language import text, word
from sandbox.web.pages import listing
from sandbox.web.visitor import Visitor

MOST = 100
_HEAD = (
    word("期限"),
    word("事项"),
    word("办理单位"),
    word("届满日"),
    word("最早"),
    word("最晚"),
    word("剩余工作日"),
    word("状态"),
)


def place_of(one: OpenClock, actor: Actor) -> str:
    """Return where the person looks at what a term is for."""
    if one.what == "consultation" and one.organisation == actor.organisation:
        return f"/console/consultations/{one.record}"
    if one.what == "provider-review":
        return f"/console/items/{one.record}"
    if one.what == "coordination":
        return f"/console/coordinations/{one.record}"
    return f"/console/applications/{one.application}"


def _standing(visitor: Visitor) -> str:
    """Return how the terms are to stand that were asked for; nothing where all are meant."""
    asked = visitor.request.query_params.get("standing", "")
    return asked if asked in STANDINGS else ""


def page(visitor: Visitor) -> Response:
    """Return the terms that run, the nearest first."""
    access, actor, standing = visitor.platform.access, visitor.actor, _standing(visitor)
    shown = open_clocks(access, actor, limit=MOST, standing=standing)
    return visitor.page(
        "terms.html",
        clocks=[(one, place_of(one, actor)) for one in shown],
        most=MOST,
        total=how_many(access, actor),
        standing=standing,
        whats=timeline.WHATS,
        standings=timeline.STANDINGS,
    )


def exported(visitor: Visitor) -> Response:
    """Return the terms as a workbook or CSV, the nearest if there are very many."""
    shown = open_clocks(
        visitor.platform.access, visitor.actor, limit=listing.MOST, standing=_standing(visitor)
    )
    head = [text(one, visitor.language) for one in _HEAD]
    form = visitor.request.query_params.get("format", "xlsx")
    return exports.answer(
        "terms", visitor.t("进行中的期限"), head, (_row(visitor, one) for one in shown), form=form
    )


def _row(visitor: Visitor, one: OpenClock) -> list[exports.Cell]:
    return [
        visitor.say(timeline.WHATS[one.what]),
        one.title,
        visitor.body_name(one.organisation),
        one.clock.due,
        one.clock.earliest,
        one.clock.latest,
        one.days_left,
        visitor.say(timeline.STANDINGS[one.standing][0]),
    ]
