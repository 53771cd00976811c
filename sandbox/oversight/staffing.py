"""Who is left to review: a body that lost its last reviewer while reviews wait there is reported (第四条).

Told to the authority's officers and to the body's own account officers, once a day until somebody is
named. Called by the round of terms; writes notices and nothing else, and decides nothing on the review.
"""

from __future__ import annotations

from collections import Counter

from sandbox.access.clocks import Staffed
from sandbox.kernel.application_records import Item
from sandbox.kernel.oversight_records import Notice
from sandbox.kernel.records import Organisation
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.notices import tell

UNSTAFFED = "clock:unstaffed"


def unstaffed(desk: OversightDesk) -> tuple[tuple[Organisation, int], ...]:
    """Return the bodies in which nobody may review today, with the reviews that wait there."""
    waiting = Counter(
        str(reviewer)
        for _, _, (reviewer,) in desk.directory.store.lists.glance(Item, ("reviewer",), states=("pushed",))
    )
    staffed = Staffed(desk.directory)
    return tuple(
        (desk.directory.organisation(body), count)
        for body, count in sorted(waiting.items())
        if not staffed(body)
    )


def warn(desk: OversightDesk) -> tuple[Notice, ...]:
    """Return the notices that were written now: of each such body one to everybody concerned, once a day."""
    made: list[Notice] = []
    today = desk.directory.today().isoformat()
    for body, count in unstaffed(desk):
        values = {"what": body.name, "id": body.id, "count": str(count)}
        made += tell(desk, UNSTAFFED, body, values=values, once=f"{body.id}:{today}")
    return tuple(made)
