"""Impact assessments in the browser (PIPL 55, 56): which items ask for one, which have one, by whom.

A department sees those of its own data, the authority and supervisors all. Filing stands on the item's own
page; what is asked for is a rule, what is kept how long the regimes say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from sandbox.catalog import impacts
from sandbox.kernel.application_records import Application, ImpactAssessment, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.decision import Answer, Refusal, decide
from sandbox.kernel.errors import RefusedError
from sandbox.oversight import retention
from sandbox.store.changes import Stored
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Row:
    """One item that asks for an assessment, with the one that holds, or else the latest withdrawn."""

    item: Item
    dataset: Dataset
    scenario: str
    found: Stored[ImpactAssessment] | None
    kept_until: datetime | None

    @property
    def wanted(self) -> bool:
        """Whether one has still to be filed before the data can land."""
        return (self.found is None or self.found.record.state != "filed") and self.item.state in impacts.LIVE


def seen(visitor: Visitor) -> bool:
    """Return whether the list opens to somebody."""
    return impacts.may_look(visitor.platform.directory, visitor.actor)


def listing(visitor: Visitor) -> Response:
    """Return the items that ask for an assessment, the latest first; refused to who provides nothing."""
    directory, store = visitor.platform.directory, visitor.platform.store
    sieve = impacts.items(directory, visitor.actor)
    if sieve is None:
        refusal = Refusal("reader", "第十六条", word("影响评估只供提供部门、主管部门和监管人员查看"))
        raise RefusedError(decide((Answer("reader", refusal),)))
    found, after = pager.older(
        visitor,
        Item,
        sieve,
        lambda one: one.impact_asked,
        ahead=lambda some: store.ahead(Dataset, (one.dataset for one in some)),
    )
    held = store.lists.hanging(ImpactAssessment, "item", [one.id for one in found])
    term = max(retention.term(one, retention.IMPACT) for one in visitor.platform.oversight.regimes.values())
    rows = [_row(visitor, one.record, _best(held.get(one.id, ())), term) for one in found]
    return visitor.page("impacts.html", rows=rows, after=after, waiting=sum(one.wanted for one in rows))


def _best(held: Sequence[Stored[ImpactAssessment]]) -> Stored[ImpactAssessment] | None:
    """Return the latest that holds; where none does, the latest there was."""
    newest = sorted(held, key=lambda one: one.created_at, reverse=True)
    return next((one for one in newest if one.record.state == "filed"), next(iter(newest), None))


def _row(visitor: Visitor, item: Item, best: Stored[ImpactAssessment] | None, term: timedelta) -> Row:
    store = visitor.platform.store
    return Row(
        item=item,
        dataset=store.load(Dataset, item.dataset).record,
        scenario=store.load(Application, item.application).record.scenario,
        found=best,
        kept_until=best.updated_at + term if best is not None else None,
    )
