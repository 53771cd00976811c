"""A record that somebody looks at while it moves: one event when it is no longer what the page shows.

Watched by who may look at the record, asked as its page asks. The event says that it changed, not what.
"""

from __future__ import annotations

from starlette.responses import Response

from sandbox.catalog.reading import require_reader
from sandbox.egress import audience
from sandbox.kernel.dataset_records import LandingOrder
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.review_records import Submission
from sandbox.web.language import word
from sandbox.web.live import watched
from sandbox.web.visitor import Visitor, recognise

_KINDS: dict[str, type[Submission | LandingOrder]] = {"submission": Submission, "landing-order": LandingOrder}


def watch(visitor: Visitor, identifier: str) -> Response:
    """Return the stream for one record, from the version that the page shows."""
    kind = _KINDS.get(identifier.rpartition("-")[0])
    if kind is None:
        raise NotFoundError(word("没有这个页面"))
    store, asked = visitor.platform.store, visitor.request.query_params.get("seen", "")
    _require(visitor, store.load(kind, identifier).record)
    seen = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0
    return watched(lambda: store.load(kind, identifier).version, seen, lambda: recognise(visitor))


def _require(visitor: Visitor, record: Submission | LandingOrder) -> None:
    if isinstance(record, Submission):
        audience.shown(visitor.platform.gate, visitor.actor, record.id)
        return
    directory, parties = visitor.platform.directory, (record.organisation,)
    require_reader(directory, visitor.actor, record, organisations=parties)
