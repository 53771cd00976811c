"""The provider's account (第十条) in the browser: what was done with whose data, to read and to take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from starlette.responses import Response

from sandbox.catalog.reading import of_authority
from sandbox.kernel.actors import Role
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message
from sandbox.kernel.records import OrganisationRole
from sandbox.locale import words
from sandbox.oversight import use
from sandbox.oversight.use import Metric, Used
from sandbox.people.directory import CHINA
from sandbox.web import exports
from sandbox.web.language import word
from sandbox.web.visitor import Visitor

DAYS = 30
MOST_ROWS = 100
_ACTIVE = frozenset({Metric.LANDINGS, Metric.SESSIONS, Metric.RUNS, Metric.QUERIES, Metric.PRODUCTS})
"""What a day's column counts: things done, not rows, which would drown them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The department and the days that are asked for; nothing means all that the person may see."""

    provider: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """One department's account: sums, the sums of each dataset, and what each day brought."""

    provider: str
    sums: dict[Metric, int]
    datasets: tuple[tuple[str, dict[Metric, int]], ...]
    daily: tuple[tuple[str, int], ...]


def _asked(visitor: Visitor) -> Asked:
    given = visitor.request.query_params
    return Asked(
        given.get("provider", "").strip(), _day(given.get("since", "")), _day(given.get("until", ""))
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(word("日期 {text} 应写成 2026-11-25 的样子", text=text[:20])) from None


def _rows(visitor: Visitor, asked: Asked) -> tuple[Used, ...]:
    """Return the rows of the whole days asked for, in China's time."""
    since, until = asked.since, asked.until
    return use.account(
        visitor.platform.oversight,
        visitor.actor,
        provider=asked.provider or None,
        since=datetime.combine(since, time(), CHINA) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), CHINA) if until else None,
        kept=visitor.console.used,
    )


def _accounts(visitor: Visitor, rows: Iterable[Used], last: date) -> tuple[Account, ...]:
    by_provider: dict[str, list[Used]] = {}
    for row in rows:
        by_provider.setdefault(row.provider, []).append(row)
    order = sorted(by_provider, key=visitor.body_name)
    return tuple(_account(one, by_provider[one], last) for one in order)


def _account(provider: str, rows: list[Used], last: date) -> Account:
    of: dict[str, list[Used]] = {}
    for row in rows:
        of.setdefault(row.dataset, []).append(row)
    each = tuple((one, _sums(of[one])) for one in sorted(of))
    return Account(provider, _sums(rows), each, _daily(rows, last))


def _sums(rows: Iterable[Used]) -> dict[Metric, int]:
    counted: Counter[Metric] = Counter()
    for row in rows:
        counted[row.metric] += row.quantity
    return {metric: counted[metric] for metric in Metric}


def _daily(rows: list[Used], last: date) -> tuple[tuple[str, int], ...]:
    counted: Counter[date] = Counter()
    for row in rows:
        if row.metric in _ACTIVE:
            counted[datetime.fromisoformat(row.at).astimezone(CHINA).date()] += row.quantity
    days = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return tuple((f"{day.month}月{day.day}日", counted[day]) for day in days)


def page(visitor: Visitor) -> Response:
    """Return the accounts that the person may see, of the days asked for."""
    asked = _asked(visitor)
    rows = _rows(visitor, asked)
    return visitor.page(
        "use.html",
        accounts=_accounts(visitor, rows, min(asked.until or visitor.today, visitor.today)),
        rows=rows[::-1][:MOST_ROWS],
        total=len(rows),
        asked=asked,
        query=visitor.request.url.query,
        providers=_providers(visitor),
        titles={one.id: one.record.title for one in visitor.platform.store.find(Dataset)},
        metrics=tuple(Metric),
        metric_name=metric_name,
        days=DAYS,
    )


def _providers(visitor: Visitor) -> list[tuple[str, str]]:
    """Return the departments to choose from, for those who see more than their own."""
    if not (of_authority(visitor.platform.directory, visitor.actor) or visitor.actor.has(Role.SUPERVISOR)):
        return []
    giving = {OrganisationRole.PROVIDER, OrganisationRole.AUTHORITY}
    found = [one for one in visitor.organisations.values() if giving & set(one.roles)]
    return [(one.id, one.name) for one in found]


def metric_name(metric: Metric) -> Message:
    """Return what a metric is called."""
    return words.term(f"metric-{metric.value}")


_HEAD = (
    word("日志序号"),
    word("时间"),
    word("数据提供部门"),
    word("数据集"),
    word("协议"),
    word("开发利用者"),
    word("计量"),
    word("数量"),
)


def _line(visitor: Visitor, row: Used, titles: Mapping[str, str]) -> list[exports.Cell]:
    at = datetime.fromisoformat(row.at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    return [
        row.seq,
        at,
        visitor.body_name(row.provider),
        titles.get(row.dataset, row.dataset),
        row.agreement,
        visitor.body_name(row.developer) if row.developer else "",
        visitor.say(metric_name(row.metric)),
        row.quantity,
    ]


def exported(visitor: Visitor) -> Response:
    """Return every row of the account as a workbook or CSV."""
    titles = {one.id: one.record.title for one in visitor.platform.store.find(Dataset)}
    lines = [_line(visitor, row, titles) for row in _rows(visitor, _asked(visitor))]
    form = visitor.request.query_params.get("format", "xlsx")
    return exports.answer("use", visitor.t("使用账目"), [visitor.say(one) for one in _HEAD], lines, form=form)
