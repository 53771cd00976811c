"""How long the server takes for every list that staff work from, in process, without network or browser.

`python -m bench.scale.pages HOME [TIMES]`. The first figure is the first look after a fact was written,
the second the middle of the looks that follow; both in milliseconds, for the person of each role.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
import time
from pathlib import Path

import httpx

from sandbox.app import open_platform
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import RefusedAttempt
from sandbox.store.changes import Change
from sandbox.store.opener import Store
from sandbox.web.console import build
from sandbox.web.options import Options
from sandbox.web.signin import UnsafeSessionAuth

ORIGIN = "http://127.0.0.1:8000"
PEOPLE = ("chen.guanglan", "lin.xiaoyu", "yang.lizhi", "zhao.qinghe", "zhang.kai", "zhou.minxing")
PAGES = (
    "/console/",
    "/console/applications",
    "/console/applications?state=submitted",
    "/console/applications?q=2077",
    "/console/applications?page=40",
    "/console/agreements",
    "/console/catalogue",
    "/console/submissions",
    "/console/deliveries",
    "/console/landing-orders",
    "/console/audit",
    "/console/audit?verb=item:approve",
    "/console/audit?actor=chen.guanglan",
    "/console/accounts",
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


async def measure(home: Path, times: int) -> None:
    """Tell the figures of every page for every person."""
    platform = open_platform(home)
    app = build(platform, Options((ORIGIN,), home / "assets"), UnsafeSessionAuth())
    print(f"{'page':<44}{'person':<16}{'status':>6}{'first':>9}{'then':>9}{'KiB':>8}")
    for name in PEOPLE:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            begun = await client.get("/console/")
            found = re.search("state=([^&]+)", begun.headers["location"])
            await client.get(f"/console/oauth_callback?state={found[1] if found else ''}&code={name}")
            for page in PAGES:
                touch(platform.store)
                spent = []
                for _ in range(times):
                    began = time.perf_counter()
                    answer = await client.get(page)
                    spent.append((time.perf_counter() - began) * 1000)
                later = statistics.median(spent[1:]) if spent[1:] else 0.0
                size = len(answer.content) / 1024
                line = f"{page:<44}{name:<16}{answer.status_code:>6}{spent[0]:>9.0f}{later:>9.0f}{size:>8.0f}"
                print(line, flush=True)
    platform.store.engine.dispose()


if __name__ == "__main__":
    asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4))
