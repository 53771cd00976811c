"""Every running term of review that concerns the person's organisation, to be printed or exported."""

from __future__ import annotations

from collections import Counter

from starlette.responses import Response

from sandbox.access.clocks import OpenClock, open_clocks
from sandbox.kernel.actors import Actor
from sandbox.web import exports, timeline
from sandbox.web.language import text, word
from sandbox.web.visitor import Visitor

MOST = 500
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


def _found(visitor: Visitor) -> tuple[tuple[OpenClock, ...], tuple[OpenClock, ...], str]:
    """Return all terms, those that stand as was asked, and what was asked."""
    standing = visitor.request.query_params.get("standing", "")
    every = open_clocks(visitor.platform.access, visitor.actor)
    return every, tuple(one for one in every if not standing or one.standing == standing), standing


def page(visitor: Visitor) -> Response:
    """Return the terms as a page, the first of many."""
    every, shown, standing = _found(visitor)
    return visitor.page(
        "terms.html",
        clocks=[(one, place_of(one, visitor.actor)) for one in shown[:MOST]],
        total=len(shown),
        counts=Counter(one.standing for one in every),
        standing=standing,
        whats=timeline.WHATS,
        standings=timeline.STANDINGS,
    )


def exported(visitor: Visitor) -> Response:
    """Return the terms as a workbook or CSV."""
    _, shown, _ = _found(visitor)
    head = [text(one, visitor.language) for one in _HEAD]
    rows = [_row(visitor, one) for one in shown]
    form = visitor.request.query_params.get("format", "xlsx")
    return exports.answer("terms", visitor.t("进行中的期限"), head, rows, form=form)


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
