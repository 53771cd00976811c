"""The list of applications: by state and by words, page by page, printed, or as a file for the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from sandbox.access import lists, reading
from sandbox.kernel.records import Application, Dataset, Item
from sandbox.store.lists import Sieve, Words
from sandbox.web import exports, words
from sandbox.web.language import text, word
from sandbox.web.pages import applications, drafting
from sandbox.web.visitor import Visitor

PAGE, MOST = 50, 5_000
"""Lines of a page, and of a printed or exported list."""
STATES = ("draft", "submitted", "returned", "accepted", "rejected", "withdrawn")
_HEAD = (
    word("编号"),
    word("使用场景"),
    word("开发利用者"),
    word("申请人"),
    word("数据集"),
    word("信息项"),
    word("开始日期"),
    word("结束日期"),
    word("状态"),
    word("审核情况"),
    word("门户编号"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list was asked for."""

    state: str
    query: str
    place: int

    def link(self, **changes: str | int) -> str:
        """Return the query of the same list with something else asked."""
        asked = {"state": self.state, "q": self.query, **changes}
        return urlencode({name: value for name, value in asked.items() if value})


def asked_for(visitor: Visitor, states: tuple[str, ...]) -> Asked:
    """Return what a list was asked for; a state or page that there is none of is left out."""
    given = visitor.request.query_params
    page, state = given.get("page", "1"), given.get("state", "")
    place = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
    return Asked(state if state in states else "", given.get("q", "").strip()[:200], max(1, place))


def _titles(visitor: Visitor) -> dict[str, str]:
    return {one.record.id: one.record.title for one in visitor.platform.store.find(Dataset)}


def _sieve(visitor: Visitor, asked: Asked, titles: Mapping[str, str]) -> Sieve | None:
    """Return what the person may see of what was asked for: by words of it, or names of whom it concerns."""
    sought = None
    if asked.query:
        fits = asked.query.lower()
        sought = Words(
            asked.query,
            organisations=tuple(id for id, one in visitor.organisations.items() if fits in one.name.lower()),
            partners=tuple(id for id, one in visitor.accounts.items() if fits in one.display_name.lower()),
            datasets=tuple(id for id, title in titles.items() if fits in title.lower()),
        )
    return lists.applications(visitor.platform.access, visitor.actor, words=sought)


def listing(visitor: Visitor) -> Response:
    """Return the applications that the person may see, newest first."""
    access, asked, titles = visitor.platform.access, asked_for(visitor, STATES), _titles(visitor)
    sieve = _sieve(visitor, asked, titles)
    counts = lists.counted(access, sieve, Application)
    total = counts.get(asked.state, 0) if asked.state else sum(counts.values())
    found = lists.page(
        access, sieve, Application, state=asked.state, limit=PAGE, offset=(asked.place - 1) * PAGE
    )
    shown = [one.record for one in found]
    return visitor.page(
        "applications.html",
        applications=shown,
        total=total,
        pages=max(1, -(-total // PAGE)),
        asked=asked,
        counts=counts,
        states=STATES,
        items={one.id: _items(visitor, one) for one in shown},
        titles=titles,
        draft=drafting.DRAFT,
        bring=applications.IMPORT,
    )


def _items(visitor: Visitor, one: Application) -> tuple[Item, ...]:
    return reading.items_of(visitor.platform.access, one.id) if one.state == "accepted" else ()


def _whole(visitor: Visitor, asked: Asked, titles: Mapping[str, str]) -> list[Application]:
    sieve = _sieve(visitor, asked, titles)
    found = lists.page(visitor.platform.access, sieve, Application, state=asked.state, limit=MOST)
    return [one.record for one in found]


def printed(visitor: Visitor) -> Response:
    """Return the list that was asked for on paper, the newest if it is a very long one."""
    asked, titles = asked_for(visitor, STATES), _titles(visitor)
    shown = _whole(visitor, asked, titles)
    items = {one.id: _items(visitor, one) for one in shown}
    return visitor.page(
        "applications_sheet.html", applications=shown, asked=asked, items=items, titles=titles, most=MOST
    )


def exported(visitor: Visitor) -> Response:
    """Return the list that was asked for as a workbook or CSV."""
    asked, titles, language = asked_for(visitor, STATES), _titles(visitor), visitor.language
    rows = [_row(visitor, titles, one) for one in _whole(visitor, asked, titles)]
    head = [text(one, language) for one in _HEAD]
    form = visitor.request.query_params.get("format", "xlsx")
    return exports.answer("applications", visitor.t("数据需求申请"), head, rows, form=form)


def _row(visitor: Visitor, titles: Mapping[str, str], one: Application) -> list[exports.Cell]:
    columns = sum(len(request.columns) for request in one.requests)
    stages = [visitor.say(words.state_of("item", item.state)[0]) for item in _items(visitor, one)]
    return [
        one.id,
        one.scenario,
        visitor.body_name(one.organisation),
        visitor.person_name(one.applicant),
        "、".join(titles.get(request.dataset, request.dataset) for request in one.requests),
        columns,
        one.term_from,
        one.term_to,
        visitor.say(words.state_of("application", one.state)[0]),
        "、".join(stages),
        one.portal_number,
    ]
