"""The list of applications: by state and by words, page by page, printed, or as a file for the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlencode

from starlette.responses import Response

from sandbox.access import lists
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Account, Organisation
from sandbox.locale import words
from sandbox.store.lists import Sieve, Words
from sandbox.web import exports
from sandbox.web.language import text, word
from sandbox.web.pages import applications, drafting
from sandbox.web.visitor import Visitor

PAGE, MOST, TOGETHER = 50, 5_000, 500
"""Lines of a page, of a printed list, and of what is exported at a time."""
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
            organisations=visitor.named(Organisation, asked.query),
            partners=visitor.named(Account, asked.query),
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
        items=_items(visitor, shown),
        titles=titles,
        draft=drafting.DRAFT,
        bring=applications.IMPORT,
    )


def _items(visitor: Visitor, shown: Sequence[Application]) -> Mapping[str, tuple[Item, ...]]:
    """Return the items of those that were divided into some, asked for all at once."""
    divided = [one.id for one in shown if one.state == "accepted"]
    found = visitor.platform.store.lists.hanging(Item, "application", divided)
    return {one.id: tuple(item.record for item in found.get(one.id, ())) for one in shown}


def _whole(
    visitor: Visitor, asked: Asked, titles: Mapping[str, str], *, most: int | None
) -> Iterator[tuple[Application, tuple[Item, ...]]]:
    """Yield every application that was asked for with its items, the newest first, a part at a time."""
    sieve = _sieve(visitor, asked, titles)
    if sieve is None:
        return
    cut = replace(sieve, states=(asked.state,)) if asked.state else sieve
    found = visitor.platform.store.lists.run(Application, cut, most=most)
    while some := [one.record for one in islice(found, TOGETHER)]:
        items = _items(visitor, some)
        yield from ((one, items[one.id]) for one in some)


def printed(visitor: Visitor) -> Response:
    """Return the list that was asked for on paper, the newest if it is a very long one."""
    asked, titles = asked_for(visitor, STATES), _titles(visitor)
    shown = list(_whole(visitor, asked, titles, most=MOST))
    return visitor.page(
        "applications_sheet.html",
        applications=[one for one, _ in shown],
        asked=asked,
        items={one.id: items for one, items in shown},
        titles=titles,
        most=MOST,
    )


def exported(visitor: Visitor) -> Response:
    """Return the list that was asked for as a workbook or CSV."""
    asked, titles, language = asked_for(visitor, STATES), _titles(visitor), visitor.language
    whole = _whole(visitor, asked, titles, most=None)
    rows = (_row(visitor, titles, one, items) for one, items in whole)
    head = [text(one, language) for one in _HEAD]
    form = visitor.request.query_params.get("format", "xlsx")
    return exports.answer("applications", visitor.t("数据需求申请"), head, rows, form=form)


def _row(
    visitor: Visitor, titles: Mapping[str, str], one: Application, items: Sequence[Item]
) -> list[exports.Cell]:
    columns = sum(len(request.columns) for request in one.requests)
    stages = [visitor.say(words.state_of("item", item.state)[0]) for item in items]
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
