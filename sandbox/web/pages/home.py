"""The first page: what waits for me, what I wait for, the clocks, and a supervisor's look at refusals."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from sandbox.kernel.records import Account, RefusedAttempt
from sandbox.store.checkpoints import last_checkpoint
from sandbox.store.reads import Search
from sandbox.web import waiting
from sandbox.web.pages.audit import reads_all
from sandbox.web.visitor import Visitor


def home(visitor: Visitor) -> Response:
    """Return the first page of the person who is signed in."""
    platform, actor = visitor.platform, visitor.actor
    whole = reads_all(actor)
    since = visitor.now - timedelta(days=7)
    refused = platform.store.find(RefusedAttempt, newest_first=True, limit=5) if whole else ()
    return visitor.page(
        "home.html",
        mine=waiting.for_me(platform, actor),
        theirs=waiting.for_others(platform, actor),
        clocks=waiting.clocks(platform, actor),
        refused=refused,
        whole=whole,
        week=platform.store.count_facts(Search(since=since))[0] if whole else 0,
        last=last_checkpoint(platform.store) if whole else None,
        account=visitor.platform.store.load(Account, actor.account).record,
    )
