"""A service agreement in the hall, from application to signature; and a seat desk that runs nothing."""

from __future__ import annotations

from typing import Any

from sandbox.access import agreement as agreements
from sandbox.access import boundaries, review
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.boundary import Boundary
from sandbox.kernel.decision import Answer, decide
from sandbox.kernel.terms import PLAIN, Terms
from sandbox.pool.snapshot import Pool
from sandbox.seats.isolation import Limits
from sandbox.seats.seat import SeatDesk
from tests.access.hall import Hall

REVIEWERS = {"firms": "yang", "legal-persons": "luo", "relief": "mu"}
STEWARDS = {"firms": "zhao", "legal-persons": "zhao"}


def approved(
    town: Hall, *datasets: str, boundary: dict[str, Boundary] | None = None, **changes: Any
) -> tuple[Item, ...]:
    """Return the approved items of one application on these datasets, under boundaries set beforehand."""
    for code, bound in (boundary or {}).items():
        boundaries.set_boundary(town.desk, town.actors[STEWARDS[code]], code, bound)
    items = town.pushed(*datasets, **changes)
    codes = datasets or ("firms",)
    return tuple(
        review.approve(town.desk, town.actors[REVIEWERS[code]], one.id)
        for code, one in zip(codes, items, strict=True)
    )


def drafted(town: Hall, items: tuple[Item, ...], *, terms: Terms = PLAIN, **changes: Any) -> ServiceAgreement:
    """Return the agreement that the operator drafts on the items."""
    asked = town.store.load(Application, items[0].application).record
    made = ServiceAgreement(
        state="drafted",
        organisation=asked.organisation,
        operator=town.ids["operator"],
        environment=asked.environment,
        application=asked.id,
        items=tuple(one.id for one in items),
        scenario=asked.scenario,
        term_from=changes.pop("term_from", asked.term_from),
        term_to=changes.pop("term_to", asked.term_to),
        users=changes.pop("users", (town.ids["lin"],)),
        seats=changes.pop("seats", 1),
        key_id="",
        terms=terms,
        **changes,
    )
    return agreements.draft(town.desk, town.actors["zhang"], made)


def in_force(town: Hall, made: ServiceAgreement) -> ServiceAgreement:
    """Return the drafted agreement after both sides signed."""
    agreements.accept(town.desk, town.actors["lin"], made.id)
    return agreements.sign(town.desk, town.actors["zhang"], made.id)


def signed(town: Hall, *datasets: str, terms: Terms = PLAIN, **changes: Any) -> ServiceAgreement:
    """Return an agreement in force on these datasets."""
    boundary = changes.pop("boundary", None)
    users, seats = changes.pop("users", (town.ids["lin"],)), changes.pop("seats", 1)
    items = approved(town, *datasets, boundary=boundary, **changes)
    return in_force(town, drafted(town, items, terms=terms, users=users, seats=seats))


def seat_desk(town: Hall) -> SeatDesk:
    """Return a seat desk of the hall on a machine that isolates well."""
    able = decide([Answer("isolation")])
    return SeatDesk(
        town.desk.directory,
        Pool(town.folder / "pool"),
        town.folder / "seats",
        demo=True,
        limits=Limits(memory_bytes=1 << 30),
        probe=lambda: able,
        weaker=tuple,
    )
