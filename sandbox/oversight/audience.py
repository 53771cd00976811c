"""Who hears of a step: accounts, found from the record and the roles in force.

Suspended accounts and those of suspended organisations hear nothing. Decides no right: a
notice says that something happened and where to look, and looking is asked there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sandbox.kernel.actors import Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Consultation, Coordination, Item
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.kinds import RECORDS
from sandbox.kernel.records import Account, Grant, Organisation, Record
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.people.directory import Directory

_KINDS = {one.KIND: one for one in RECORDS}


def record_of(directory: Directory, identifier: str) -> Record:
    """Return the record of an id, whatever its kind; `NotFoundError` if there is none."""
    kind = identifier.rpartition("-")[0]
    return directory.store.load(_KINDS.get(kind, Organisation), identifier).record


def listeners(directory: Directory, audience: str, record: Record) -> tuple[Account, ...]:
    """Return the accounts of an audience that can still sign in; nobody twice."""
    found = []
    for identifier in dict.fromkeys(AUDIENCES[audience](directory, record)):
        try:
            account = directory.store.load(Account, identifier).record
        except NotFoundError:
            continue
        body = directory.organisation(account.organisation)
        if account.state != "suspended" and body.state == "registered":
            found.append(account)
    return tuple(found)


def holding(directory: Directory, organisation: str, *roles: Role) -> tuple[str, ...]:
    """Return the accounts of an organisation that hold one of the roles now."""
    grants = directory.store.find(Grant, state="in-force", organisation=organisation)
    return tuple(dict.fromkeys(one.record.account for one in grants if one.record.role in roles))


def what_of(directory: Directory, record: Record) -> str:
    """Return what people call the record: its title, name or scenario; that of what it is part of; its id."""
    for name in ("title", "scenario", "name", "file_name"):
        text = getattr(record, name, "")
        if isinstance(text, str) and text.strip():
            return text
    for name, kind in (("dataset", Dataset), ("submission", Submission)):
        identifier = getattr(record, name, "")
        if identifier:
            return what_of(directory, directory.store.load(kind, identifier).record)
    return record.id


def _officers(directory: Directory, _: Record) -> Iterable[str]:
    return holding(directory, directory.authority().id, Role.AUTHORITY_OFFICER)


def _applicant(directory: Directory, record: Record) -> Iterator[str]:
    if isinstance(record, Item):
        record = directory.store.load(Application, record.application).record
    if isinstance(record, Application):
        yield record.applicant


def _reviewers(directory: Directory, record: Record) -> Iterable[str]:
    if not isinstance(record, Item):
        return ()
    return holding(directory, record.reviewer, Role.PROVIDER_REVIEWER, Role.AUTHORITY_OFFICER)


def _consulted(directory: Directory, record: Record) -> Iterable[str]:
    """Whoever may answer for the body that was asked."""
    if not isinstance(record, Consultation):
        return ()
    return holding(directory, record.organisation, Role.PROVIDER_REVIEWER, Role.AUTHORITY_OFFICER)


def _askers(directory: Directory, record: Record) -> Iterable[str]:
    if not isinstance(record, Consultation):
        return ()
    return holding(directory, record.asked_by, Role.PROVIDER_REVIEWER, Role.AUTHORITY_OFFICER)


def _asking(directory: Directory, record: Record) -> Iterator[str]:
    """Whoever waits for a body's opinion: who asked for it, and the authority that sees to it."""
    yield from _askers(directory, record)
    yield from _officers(directory, record)


def _concerned(directory: Directory, record: Record) -> Iterator[str]:
    """Both sides of a term: who acts on it, who waits for it, and the authority."""
    yield from _officers(directory, record)
    if isinstance(record, Consultation):
        yield from _consulted(directory, record)
        yield from _askers(directory, record)
        return
    if isinstance(record, Coordination):
        record = directory.store.load(Item, record.item).record
    yield from _applicant(directory, record)
    yield from _reviewers(directory, record)


def _agreement(directory: Directory, record: Record) -> ServiceAgreement | None:
    if isinstance(record, ServiceAgreement):
        return record
    if isinstance(record, Snapshot):
        return directory.store.load(ServiceAgreement, record.agreement).record
    return None


def _users(directory: Directory, record: Record) -> Iterable[str]:
    agreement = _agreement(directory, record)
    return agreement.users if agreement is not None else ()


def _developers(directory: Directory, record: Record) -> Iterable[str]:
    agreement = _agreement(directory, record)
    return () if agreement is None else holding(directory, agreement.organisation, Role.DEVELOPER)


def _parties(directory: Directory, record: Record) -> Iterable[str]:
    agreement = _agreement(directory, record)
    if agreement is None:
        return ()
    return (*agreement.users, *holding(directory, agreement.operator, Role.OPERATOR))


def _stewards(directory: Directory, record: Record) -> Iterable[str]:
    return holding(directory, str(getattr(record, "organisation", "")), Role.STEWARD)


def _user(_: Directory, record: Record) -> Iterable[str]:
    return (record.user,) if isinstance(record, Seat) else ()


def _author(directory: Directory, record: Record) -> Iterable[str]:
    if isinstance(record, Release):
        record = directory.store.load(Submission, record.submission).record
    return (record.author,) if isinstance(record, Submission) and not record.sample else ()


def _board(directory: Directory, record: Record) -> Iterator[str]:
    """Those who may vote: the authority's reviewers, those of the departments whose data it was made of."""
    if not isinstance(record, Submission):
        return
    yield from holding(directory, directory.authority().id, Role.SECURITY_REVIEWER)
    for one in record.snapshots:
        provider = directory.store.load(Snapshot, one).record.organisation
        yield from holding(directory, provider, Role.PROVIDER_REVIEWER)


def _watch(directory: Directory, record: Record) -> Iterator[str]:
    yield from _officers(directory, record)
    for stored in directory.store.find(Grant, state="in-force"):
        if stored.record.role is Role.SUPERVISOR:
            yield stored.record.account


def _staffing(directory: Directory, record: Record) -> Iterator[str]:
    """Who can see to it that a body has its reviewers: its own account officers, and the authority."""
    yield from _officers(directory, record)
    yield from holding(directory, record.id, Role.ORGANISATION_OFFICER)


AUDIENCES: dict[str, Callable[[Directory, Record], Iterable[str]]] = {
    "officers": _officers,
    "applicant": _applicant,
    "reviewers": _reviewers,
    "consulted": _consulted,
    "askers": _askers,
    "asking": _asking,
    "concerned": _concerned,
    "users": _users,
    "developers": _developers,
    "parties": _parties,
    "stewards": _stewards,
    "user": _user,
    "author": _author,
    "board": _board,
    "watch": _watch,
    "staffing": _staffing,
    "named": lambda _, __: (),
}
"""Every audience by name; "named" is told by the caller."""
