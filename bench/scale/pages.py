"""How long the server takes for every list that staff or programs work from, in process, without network.

`python -m bench.scale.pages HOME [TIMES]`. Every list page of the console and every list of the API, for
people of every role, in milliseconds: the first look of all, when nothing was read yet; a look after one
more fact was written; the middle of looks with nothing new; and the processor time of the second in this
process, by which to judge where other work runs beside. At the end those of which the second took too long.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from sandbox.app import open_platform
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import RefusedAttempt
from sandbox.store.changes import Change
from sandbox.store.opener import Store
from sandbox.web.api_lists import LISTS, MOST
from sandbox.web.console import PAGES, build
from sandbox.web.options import API, Options
from sandbox.web.service import warm
from sandbox.web.signin import UnsafeSessionAuth

ORIGIN = "http://127.0.0.1:8000"
BOUND = 300
PEOPLE = (
    "chen.guanglan",
    "xie.mingjian",
    "lin.xiaoyu",
    "yang.lizhi",
    "zhao.qinghe",
    "zhang.kai",
    "zhou.minxing",
)
NO_LISTS = frozenset(
    {"/audit/verified", "/audit/stream", "/deliveries/new", "/step-up", "/oversight/controls"}
)
"""The whole log verified, a stream, forms, and a page made of the program alone."""
LONG = frozenset(
    {
        "/applications/export",
        "/applications/printed",
        "/audit/export",
        "/catalogue/export",
        "/items/export",
        "/oversight/use/export",
        "/terms/export",
    }
)
"""Files and printed lists of thousands of lines: told, and bound by no 300 ms; with `long` on the line."""
ASKED: Mapping[str, tuple[str, ...]] = {
    "/applications": ("state=submitted", "q=2077", "q=没有这样的词", "page=40", "page=1900"),
    "/items": ("state=pushed", "q=户籍", "page=40", "page=3000"),
    "/terms": ("standing=overdue", "page=40"),
    "/audit": ("verb=item:approve", "actor=chen.guanglan", "page=15000", "since=2026-01-01"),
    "/agreements": ("page=20",),
    "/submissions": ("state=released", "page=20"),
    "/notices": ("unread=yes",),
}
"""What lists are asked besides their first page."""


@dataclass(frozen=True, slots=True)
class Line:
    """One look at a list."""

    page: str
    person: str
    status: int
    first: float
    fact: float
    then: float
    cpu: float
    size: int

    def __str__(self) -> str:
        return (
            f"{self.page:<50}{self.person:<16}{self.status:>6}{self.first:>9.0f}{self.fact:>9.0f}{self.then:>9.0f}{self.cpu:>9.0f}"
            f"{self.size / 1024:>8.0f}"
        )


def touch(store: Store) -> None:
    """Write one fact, so that nothing known before still holds."""
    told = RefusedAttempt(
        state="recorded",
        organisation="platform",
        account="system",
        attempted="bench",
        subject="",
        rules=(),
        reasons=(),
    )
    store.write(SYSTEM, Change(step("refused-attempt:record"), told))


def places(*, long: bool) -> Iterator[str]:
    """Yield the address of every list."""
    for path in PAGES:
        if path not in NO_LISTS and (path in LONG) == long:
            yield f"/console{path}"
            yield from (f"/console{path}?{asked}" for asked in ASKED.get(path, ()))
    if not long:
        for name in LISTS:
            yield f"{API}/{name}"
            yield f"{API}/{name}?limit={MOST}"


async def look(store: Store, client: httpx.AsyncClient, page: str, person: str, times: int) -> Line:
    """Return how long one list took, the first time and then."""
    spent, used, size, status = [], [], 0, 0
    for number in range(max(times, 2)):
        if number < 2:
            touch(store)
        began, busy = time.perf_counter(), time.process_time()
        answer = await client.get(page)
        spent.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - busy) * 1000)
        size, status = len(answer.content), answer.status_code
    then = statistics.median(spent[2:] or [0.0])
    return Line(page, person, status, spent[0], spent[1], then, used[1], size)


async def measure(home: Path, times: int, *, long: bool = False) -> list[Line]:
    """Tell the figures of every list for every person; return them."""
    platform = open_platform(home)
    tokens = json.loads((home / "demo-accounts.json").read_text(encoding="utf-8"))["accounts"]
    app = build(platform, Options((ORIGIN,), home / "assets"), UnsafeSessionAuth())
    warm(app, platform)  # as the service does when it starts
    print(f"{'page':<50}{'person':<16}{'status':>6}{'first':>9}{'fact':>9}{'then':>9}{'cpu':>9}{'KiB':>8}")
    told = []
    for name in PEOPLE[:1] if long else PEOPLE:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, headers=headers, timeout=3600
        ) as client:
            begun = await client.get("/console/")
            found = re.search("state=([^&]+)", begun.headers["location"])
            await client.get(f"/console/oauth_callback?state={found[1] if found else ''}&code={name}")
            for page in places(long=long):
                if page.startswith(API):
                    client.headers["Authorization"] = f"Bearer {tokens[name]['token']}"
                told.append(await look(platform.store, client, page, name, times))
                print(told[-1], flush=True)
    platform.store.engine.dispose()
    return told


def told(found: list[Line]) -> None:
    """Tell which lists take longer than the bound after a fact, by the clock and by the processor."""
    slow = [one for one in found if one.fact > BOUND]
    busy = sum(one.cpu > BOUND for one in found)
    most = max(one.fact for one in found)
    print(
        f"\n{len(found)} lists, {len(slow)} over {BOUND} ms, slowest {most:.0f} ms; {busy} by processor time"
    )
    for one in sorted(slow, key=lambda one: -one.fact):
        print(one)


def main() -> None:
    """Measure a home and tell which lists take too long."""
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    long = "long" in sys.argv[3:]
    found = asyncio.run(measure(Path(sys.argv[1]), times, long=long))
    told(found)


if __name__ == "__main__":
    main()
