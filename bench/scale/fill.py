"""A home of many years: the demonstration's, and then applications by the ten thousand.

`python -m bench.scale.fill HOME [APPLICATIONS]`. Every fact is appended by the opener, signed by the
person who takes the step where the table of steps asks for it, so that the home proves itself like any
other; only the rules and the files are left out, because they would take days. Applications are invented.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sandbox.access import application as applications
from sandbox.access import clocks
from sandbox.app import Platform, open_platform
from sandbox.demo.story import tell_story
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.application_records import Application, Clock, Item, ItemRequest, Preliminary, Supplement
from sandbox.kernel.dataset_records import Column, Dataset
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Record
from sandbox.municipality.deliveries import SMALL
from sandbox.store.changes import Change, Link, Stored

APPLICATIONS = 100_000
TOGETHER = 1_000
DEVELOPERS = ("lin.xiaoyu", "song.keyi", "xu.zhizhong")
OFFICER = "chen.guanglan"
OPERATOR = "zhang.kai"
_SCENARIOS = ("分区统计", "信贷风控", "人口流动", "商圈选址", "慢病管理", "用水异常", "企业画像", "就业形势")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts, and on which data."""

    platform: Platform
    called: dict[str, Actor]
    developers: tuple[Actor, ...]
    officer: Actor
    operator: Actor
    reviewers: dict[str, Actor]
    datasets: tuple[Dataset, ...]
    authority: str
    terms: dict[tuple[int, int], Clock] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Path) -> Cast:
        """Open a demonstration home and call its people by their tokens."""
        platform = open_platform(home)
        platform.store.settings = replace(platform.store.settings, announced=frozenset())
        people = json.loads((home / "demo-accounts.json").read_text(encoding="utf-8"))["accounts"]
        called = {name: platform.by_token(one["token"]) for name, one in people.items()}
        reviewers = {
            actor.organisation: actor for actor in called.values() if "provider-reviewer" in actor.roles
        }
        found = [one.record for one in platform.store.find(Dataset, state="classified")]
        datasets = tuple(one for one in found if one.organisation in reviewers and one.columns)
        place = datasets[0].environment
        return cls(
            platform,
            called,
            tuple(called[name] for name in DEVELOPERS),
            called[OFFICER],
            called[OPERATOR],
            reviewers,
            tuple(one for one in datasets if one.environment == place),
            platform.directory.authority().id,
        )


def take(
    cast: Cast, actor: Actor, verb: str, found: Sequence[Stored[Any]], **given: Any
) -> list[Stored[Any]]:
    """Take one step on many records in one transaction; `given` are fields, the same for all or by record."""
    if not found:
        return []
    row = step(f"{found[0].record.KIND}:{verb}")
    changes = []
    for one in found:
        fields = {name: value(one.record) if callable(value) else value for name, value in given.items()}
        changed = replace(one.record, state=row.target, **fields)
        changes.append(Change(row, changed, expected=one.version))
    return list(cast.platform.store.write(actor, *changes))


def begin(
    cast: Cast, actor: Actor, verb: str, records: Sequence[tuple[Record, tuple[Link, ...]]]
) -> list[Stored[Any]]:
    """Make many records in one transaction."""
    if not records:
        return []
    row = step(f"{records[0][0].KIND}:{verb}")
    changes = [Change(row, replace(one, state=row.target), links=links) for one, links in records]
    return list(cast.platform.store.write(actor, *changes))


def term(cast: Cast, days: int, ago: int) -> Clock:
    """Return a clock that was started some days ago."""
    if (days, ago) not in cast.terms:
        made = clocks.start(cast.platform.access, days=days, region="520300")
        moved = replace(made, started_on=made.started_on - timedelta(days=ago))
        cast.terms[days, ago] = clocks.counted(moved, cast.platform.access.calendar("520300"))
    return cast.terms[days, ago]


def written(cast: Cast, actor: Actor, number: int, rng: np.random.Generator) -> Application:
    """Return an application as a developer writes it, for two datasets."""
    today = cast.platform.directory.today()
    places = rng.permutation(len(cast.datasets))[:2]
    requests = tuple(_request(cast.datasets[int(one)]) for one in places)
    return Application(
        state="draft",
        organisation=actor.organisation,
        environment=cast.datasets[0].environment,
        regime="national-2025",
        scenario=f"{_SCENARIOS[int(rng.integers(len(_SCENARIOS)))]} {number}",
        scope="本单位内部使用，不对外提供",
        term_from=today,
        term_to=today + timedelta(days=300),
        security_controls="专席、专人、留痕，按季自查",
        applicant=actor.account,
        requests=requests,
        clock=term(cast, 5, int(rng.integers(0, 4))),
    )


def _request(dataset: Dataset) -> ItemRequest:
    names = tuple(_names(dataset.columns)[:3])
    return ItemRequest(dataset=dataset.id, columns=names, justification="按区县和行业分组统计")


def _names(columns: Sequence[Column]) -> list[str]:
    return [one.name for one in columns]


def some(cast: Cast, start: int, count: int, rng: np.random.Generator) -> None:
    """Let `count` applications run: a few stay at each stage, most are decided."""
    actor = cast.developers[start // TOGETHER % len(cast.developers)]
    made = [written(cast, actor, number, rng) for number in range(start, start + count)]
    linked = [(one, applications.links_of(one)) for one in made]
    drafts, rest = linked[: count // 50], linked[count // 50 :]
    begin(cast, actor, "draft", [(replace(one, clock=None), links) for one, links in drafts])
    found = begin(cast, actor, "submit", rest)
    told = Supplement(points=("补交安全方案",), told_on=cast.platform.directory.today())
    back = take(cast, cast.officer, "supplement", found[: count * 6 // 10], supplement=told)
    answered = take(cast, actor, "answer", back[count * 3 // 100 :])
    open_ones = [*answered, *found[count * 6 // 10 :]]
    take(cast, SYSTEM, "remind", open_ones[: count // 10])
    judged = open_ones[count * 14 // 100 :]
    take(cast, cast.officer, "reject", judged[: count * 5 // 100])
    take(cast, actor, "withdraw", judged[count * 5 // 100 : count * 10 // 100])
    finding = Preliminary(demand=True, qualification=True, on_demand="材料齐全", on_qualification="符合条件")
    accepted = take(
        cast, cast.officer, "accept", judged[count * 10 // 100 :], preliminary=finding, clock=None
    )
    review(cast, [one.record for one in accepted], count * 20 // 100, rng)


def review(cast: Cast, accepted: Sequence[Application], waiting: int, rng: np.random.Generator) -> None:
    """Push every request and let the providers decide all but those of the last `waiting` applications."""
    items = [_item(cast, one, request, rng) for one in accepted for request in one.requests]
    pushed = begin(cast, cast.officer, "push", items)
    for _ in range(2):
        pushed = take(cast, SYSTEM, "recount", pushed)
    pushed = take(cast, SYSTEM, "remind", pushed)
    decided = pushed[: len(pushed) - 2 * waiting]
    for organisation, actor in cast.reviewers.items():
        take(cast, actor, "approve", [one for one in decided if one.record.reviewer == organisation])


def _item(
    cast: Cast, application: Application, request: ItemRequest, rng: np.random.Generator
) -> tuple[Item, tuple[Link, ...]]:
    dataset = next(one for one in cast.datasets if one.id == request.dataset)
    clock = term(cast, 15, int(rng.integers(0, 12)))
    made = Item(
        state="pushed",
        organisation=application.organisation,
        environment=application.environment,
        application=application.id,
        dataset=dataset.id,
        reviewer=dataset.organisation,
        columns=request.columns,
        justification=request.justification,
        pushed_on=clock.started_on,
        due_on=clock.due,
        clock=clock,
    )
    return made, (Link("application", application.id), Link("dataset", dataset.id))


def fill(home: Path, count: int = APPLICATIONS) -> int:
    """Make the home if there is none and fill it; return how many facts its log has."""
    if not home.exists():
        tell_story(home, lambda _: None, size=SMALL)
    cast, rng = Cast.of(home), np.random.default_rng(5203)
    began = time.perf_counter()
    for start in range(0, count, TOGETHER):
        some(cast, start, min(TOGETHER, count - start), rng)
        if start % (10 * TOGETHER) == 0:
            print(f"{start + TOGETHER:>8} applications, {time.perf_counter() - began:.0f} s", flush=True)
    facts = cast.platform.store.facts(limit=1, newest_first=True)[0].seq + 1
    print(f"{facts:,} facts in {time.perf_counter() - began:.0f} s", flush=True)
    cast.platform.close()
    return facts


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else APPLICATIONS)
