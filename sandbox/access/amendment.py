"""Amendments (协议变更): a new version of a signed agreement, with review of the difference only.

What is added - columns, datasets, a longer term - is asked in an application of its own that names the
agreement and goes the usual way; what is taken away needs no review. When the new version is signed, it
takes the earlier one's place: key, seats and data go on (第十七条).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sandbox.access import application as applications
from sandbox.access.agreement import check_parties, situation_of
from sandbox.access.desk import AccessDesk
from sandbox.access.policy import check_extents, compiled, policy_of
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item, ItemRequest
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.terms import Narrowing, RowRange, Terms
from sandbox.store.changes import Change, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a developer wants beyond the agreement: columns by dataset id, and a later last day."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    term_to: date | None = None
    justification: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a new version has otherwise; None leaves a thing as it is.

    `keep` names for a dataset, by id, the columns that stay; a dataset that stays with none is left out.
    `rows` names for a dataset the ranges that it is taken in, on top of those of its items; an empty one
    takes all that was approved. `application` is the one in which the additions were reviewed; the
    narrowings of `terms` are not read, `keep` and `rows` say them.
    """

    application: str = ""
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[RowRange, ...]] = field(default_factory=dict)
    term_to: date | None = None
    users: tuple[str, ...] | None = None
    seats: int | None = None
    terms: Terms | None = None


def difference(policy: AccessPolicy, wanted: Wanted) -> tuple[ItemRequest, ...]:
    """Return what has to be reviewed: new columns and datasets; with a longer term, what is kept as well."""
    longer = wanted.term_to is not None and wanted.term_to > policy.term_to
    found = []
    for dataset in sorted({*wanted.columns, *((one.dataset for one in policy.datasets) if longer else ())}):
        part = policy.part(dataset)
        held = part.columns if part is not None else ()
        asked = tuple(dict.fromkeys((*(held if longer else ()), *wanted.columns.get(dataset, ()))))
        new = asked if longer else tuple(one for one in asked if one not in held)
        if new:
            rows = part.rows if part is not None else ()
            extent = part.extents[0] if part is not None and len(part.extents) == 1 else None
            request = ItemRequest(dataset=dataset, columns=new, justification=wanted.justification, rows=rows)
            found.append(request if extent is None else replace(request, extent=extent))
    return tuple(found)


def ask(desk: AccessDesk, actor: Actor, identifier: str, wanted: Wanted) -> Application:
    """Return the application for what an amendment would add, submitted by the developer.

    Raises `InputError` when nothing is added: then the operator drafts the new version at once.
    """
    store = desk.directory.store
    agreement = store.load(ServiceAgreement, identifier).record
    if agreement.state != "active" or agreement.organisation != actor.organisation:
        raise InputError(say("只有生效协议的乙方才能提出变更"))
    requests = difference(policy_of(desk.directory, agreement), wanted)
    if not requests:
        raise InputError(say("没有增加任何内容，不需要审核：请运营商直接拟订变更（sandbox agree amend）"))
    first = store.load(Application, agreement.application).record
    asked = replace(
        applications.fresh(first),
        id="",
        state="submitted",
        applicant=actor.account,
        requests=requests,
        term_to=max(agreement.term_to, wanted.term_to or agreement.term_to),
        portal_number="",
        attachments=(),
        amends=agreement.id,
    )
    return applications.submit(desk, actor, asked)


def amend(desk: AccessDesk, actor: Actor, identifier: str, revision: Revision) -> ServiceAgreement:
    """Return the new version of an agreement in force, as drafted by the operator.

    Refused where something was added that nobody reviewed; `InputError` where it changes nothing.
    """
    store = desk.directory.store
    old = store.load(ServiceAgreement, identifier).record
    made = _drafted(desk, old, revision)
    check_parties(desk, made)
    require(actor, step("service-agreement:amend"), situation_of(desk, actor, made))
    policy = compiled(desk.directory, made)
    check_extents(desk.directory, policy)
    if _same(policy, policy_of(desk.directory, old)):
        raise InputError(say("变更之后与现行协议相同：没有可变更的内容"))
    links = (
        Link("application", made.application),
        Link("supersedes", old.id),
        *(Link("application", one) for one in made.amendments),
        *(Link("item", one) for one in made.items),
        *(Link("user", one) for one in made.users),
    )
    note = {"amends": old.id}
    change = Change(step("service-agreement:amend"), made, links=links, note=note)
    kept: ServiceAgreement = store.write(actor, change)[0].record
    return kept


def _same(one: AccessPolicy, other: AccessPolicy) -> bool:
    return replace(one, agreement=other.agreement, lineage=other.lineage).text == other.text


def _drafted(desk: AccessDesk, old: ServiceAgreement, revision: Revision) -> ServiceAgreement:
    store, policy = desk.directory.store, policy_of(desk.directory, old)
    kept = [store.load(Item, one).record for one in old.items]
    added = _approved(desk, revision.application)
    term_to = revision.term_to or old.term_to
    if term_to > old.term_to:
        # Every dataset that goes on was asked for anew; what was not is over with the earlier term.
        again = {one.dataset for one in added}
        kept = [one for one in kept if one.dataset not in again]
    kept = [one for one in kept if revision.keep.get(one.dataset, (one.dataset,))]
    terms = revision.terms or old.terms
    narrowings = _narrowings(old, policy, revision, (kept, added))
    kept = [one for one in kept if not _emptied(one, policy, revision)]
    items = tuple(dict.fromkeys((*(one.id for one in kept), *(one.id for one in added))))
    left = {one.dataset for one in (*kept, *added)}
    joins = tuple(one for one in terms.joins if {one.first, one.second} <= left)
    terms = replace(
        terms, joins=joins, narrowings=tuple(narrowings[one] for one in items if one in narrowings)
    )
    return replace(
        old,
        id="",
        state="drafted",
        items=items,
        term_to=term_to,
        users=old.users if revision.users is None else revision.users,
        seats=old.seats if revision.seats is None else revision.seats,
        terms=terms,
        key_id="",
        policy="",
        document="",
        seals=(),
        lineage=(*old.lineage, old.id),
        amendments=tuple(dict.fromkeys((*old.amendments, revision.application)))
        if revision.application
        else old.amendments,
    )


def _columns(item: Item, policy: AccessPolicy, revision: Revision) -> tuple[str, ...]:
    """Return the columns of an item that stay, of those that the policy in force still has."""
    part = policy.part(item.dataset)
    held = set(part.columns) if part is not None else set()
    return tuple(one for one in item.columns if one in revision.keep[item.dataset] and one in held)


def _emptied(item: Item, policy: AccessPolicy, revision: Revision) -> bool:
    return item.dataset in revision.keep and not _columns(item, policy, revision)


def _narrowings(
    old: ServiceAgreement,
    policy: AccessPolicy,
    revision: Revision,
    items: tuple[Sequence[Item], Sequence[Item]],
) -> dict[str, Narrowing]:
    """Return what the new version takes less of, by item: of those that stay, and of those that are added.

    What was narrowed to rows stays so for what is added on the same dataset, unless the revision says else.
    """
    before = {one.item: one for one in old.terms.narrowings}
    ranges = {one.dataset: one.rows for one in policy.datasets}
    kept, added = items
    found = {}
    for one in (*kept, *added):
        was = before.get(one.id)
        columns = was.columns if was is not None else ()
        rows = was.rows if was is not None else ()
        if one in added:
            rows = ranges.get(one.dataset, ())
        elif one.dataset in revision.keep:
            columns = _columns(one, policy, revision)
        rows = tuple(each for each in revision.rows.get(one.dataset, rows) if each not in one.rows)
        if columns or rows:
            found[one.id] = Narrowing(item=one.id, columns=columns, rows=rows)
    return found


def _approved(desk: AccessDesk, application: str) -> tuple[Item, ...]:
    if not application:
        return ()
    found = desk.directory.store.find(Item, state="approved", linked=("application", application))
    if not found:
        raise InputError(say("申请 {id} 还没有批准的需求", id=application))
    return tuple(one.record for one in found)
