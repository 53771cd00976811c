"""The list of items for who reviews them: by state and by words, with the term of each, or exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from starlette.responses import Response

from sandbox.access import clocks, lists
from sandbox.access.clocks import Calendars
from sandbox.kernel.application_records import Application, Clock, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Organisation
from sandbox.locale import words
from sandbox.store.changes import Stored
from sandbox.store.lists import Sieve, Words
from sandbox.web import exports
from sandbox.web.language import text, word
from sandbox.web.pages.listing import PAGE, TOGETHER, Asked, asked_for
from sandbox.web.visitor import Visitor

STATES = ("pushed", "approved", "refused", "closed", "withdrawn")
_HEAD = (
    word("编号"),
    word("数据集"),
    word("使用场景"),
    word("申请单位"),
    word("审核部门"),
    word("推送日"),
    word("届满日"),
    word("剩余工作日"),
    word("状态"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One item with what is shown of it; `left` is known while it is under review."""

    item: Item
    title: str
    scenario: str
    clock: Clock | None
    left: int | None


def _sieve(visitor: Visitor, asked: Asked) -> Sieve | None:
    """Return what the person may see: what his organisation reviews or asked for, all for the authority."""
    sought = None
    if asked.query:
        fits = asked.query.lower()
        found, bodies = visitor.platform.store.find(Dataset), visitor.named(Organisation, asked.query)
        sought = Words(
            asked.query,
            organisations=bodies,
            partners=bodies,
            datasets=tuple(one.id for one in found if fits in one.record.title.lower()),
        )
    return lists.items(visitor.platform.access, visitor.actor, words=sought)


def _titles(visitor: Visitor) -> dict[str, str]:
    return {one.id: one.record.title for one in visitor.platform.store.find(Dataset)}


def _lines(visitor: Visitor, found: tuple[Stored[Item], ...]) -> list[Line]:
    store, today = visitor.platform.store, visitor.today
    calendars, titles = Calendars(visitor.platform.access), _titles(visitor)
    asked = store.lists.every(Application, [one.record.application for one in found])
    lines = []
    for stored in found:
        one, clock, left = stored.record, None, None
        if one.state == "pushed":
            clock = clocks.of_item(visitor.platform.access, one)
            left = clocks.days_left(today, clock.due, calendars(clock.region))
        title = titles[one.dataset]
        lines.append(Line(one, title, asked[one.application].record.scenario, clock, left))
    return lines


def listing(visitor: Visitor) -> Response:
    """Return the items that the person reviews or may see, newest first."""
    access, asked = visitor.platform.access, asked_for(visitor, STATES)
    sieve = _sieve(visitor, asked)
    counts = lists.counted(access, sieve, Item)
    total = counts.get(asked.state, 0) if asked.state else sum(counts.values())
    found = lists.page(access, sieve, Item, state=asked.state, limit=PAGE, offset=(asked.place - 1) * PAGE)
    return visitor.page(
        "items.html",
        lines=_lines(visitor, found),
        total=total,
        pages=max(1, -(-total // PAGE)),
        asked=asked,
        counts=counts,
        states=STATES,
    )


def _whole(visitor: Visitor, asked: Asked) -> Iterator[Line]:
    """Yield every line that was asked for, the newest first, a part at a time."""
    sieve = _sieve(visitor, asked)
    if sieve is None:
        return
    cut = replace(sieve, states=(asked.state,)) if asked.state else sieve
    found = visitor.platform.store.lists.run(Item, cut)
    while some := tuple(islice(found, TOGETHER)):
        yield from _lines(visitor, some)


def exported(visitor: Visitor) -> Response:
    """Return the list that was asked for as a workbook or CSV."""
    asked = asked_for(visitor, STATES)
    rows: Iterator[list[exports.Cell]] = (
        [
            one.item.id,
            one.title,
            one.scenario,
            visitor.body_name(one.item.organisation),
            visitor.body_name(one.item.reviewer),
            one.item.pushed_on,
            one.item.due_on,
            one.left,
            visitor.say(words.state_of("item", one.item.state)[0]),
        ]
        for one in _whole(visitor, asked)
    )
    head = [text(one, visitor.language) for one in _HEAD]
    form = visitor.request.query_params.get("format", "xlsx")
    return exports.answer("items", visitor.t("需求的审核"), head, rows, form=form)
