"""What happens while a page is open, told by server-sent events: jobs, and records that changed.

One slow job has one thread; a page that only waits has none, for it is asked for in turns. A stream ends
when its person is signed out or has been there long enough; the browser then asks again.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

TICK, LONGEST_SECONDS, ASK_AGAIN_SECONDS = 0.5, 300.0, 4.0
Work = Callable[[Callable[..., None]], dict[str, Any]]
Still = Callable[[], bool]


@dataclass(slots=True)
class Job:
    """Work under way in a thread of its own: how far it is, and in the end what came of it."""

    told: dict[str, Any] = field(default_factory=dict)
    outcome: dict[str, Any] | None = None
    over: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """The jobs of this process by name; each name has one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def start(self, name: str, work: Work) -> Job:
        """Return the running job of that name, begun if there was none."""
        with self._lock:
            found = self._jobs.get(name)
            if found is not None and not found.over.is_set():
                return found
            made = self._jobs[name] = Job()
        threading.Thread(target=_run, args=(made, work), name=f"job-{name}", daemon=True).start()
        return made

    def get(self, name: str) -> Job | None:
        """Return the job of that name."""
        with self._lock:
            return self._jobs.get(name)

    def drop(self, name: str) -> None:
        """Forget a job whose outcome was told."""
        with self._lock:
            self._jobs.pop(name, None)


def _run(job: Job, work: Work) -> None:
    try:
        job.outcome = work(lambda **more: job.told.update(more))
    finally:
        job.over.set()


def followed(job: Job, still: Still) -> Response:
    """Return a job's progress as events: `running` with how far it is, then `done` with its outcome."""
    return _stream(_follow(job, still))


async def _follow(job: Job, still: Still) -> AsyncIterator[str]:
    passed = 0.0
    while not job.over.is_set():
        yield event("running", {**job.told, "seconds": round(passed, 1)})
        await asyncio.sleep(TICK)
        passed += TICK
        if passed % ASK_AGAIN_SECONDS < TICK and not await run_in_threadpool(still):
            return
    yield event("done", job.outcome or {"failed": True})


def watched(version: Callable[[], int], seen: int, still: Still) -> Response:
    """Return one event, `changed`, when the record is no longer at the version that the page shows."""
    return _stream(_watch(version, seen, still))


async def _watch(version: Callable[[], int], seen: int, still: Still) -> AsyncIterator[str]:
    passed = 0.0
    yield ": open\n\n"
    while passed < LONGEST_SECONDS:
        if await run_in_threadpool(version) != seen:
            yield event("changed", {})
            return
        await asyncio.sleep(2 * TICK)
        passed += 2 * TICK
        if passed % ASK_AGAIN_SECONDS < 2 * TICK and not await run_in_threadpool(still):
            return


def event(name: str, data: dict[str, Any]) -> str:
    """Return one event as it goes over the line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _stream(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
