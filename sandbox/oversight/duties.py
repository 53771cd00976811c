"""Duties of 第十六条: who answers for a dataset on each side, and who has signed the undertaking.

The responsibility matrix names persons for supervising, providing and using; users of
agreements in force are in it by themselves. Decides nothing about seats: the rule asks there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sandbox.access.policy import policy_of
from sandbox.access.versions import standing
from sandbox.catalog.reading import of_authority, require_reader
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Duty, Responsibility
from sandbox.kernel.permits import require
from sandbox.kernel.records import Account
from sandbox.kernel.seat_records import Undertaking
from sandbox.oversight.desk import OversightDesk
from sandbox.people.directory import with_record
from sandbox.regulation.undertakings import undertaking
from sandbox.store.changes import Change, Link
from sandbox.store.lists import Order, Sieve

_LOOKS = frozenset({Role.AUTHORITY_OFFICER, Role.SUPERVISOR, Role.STEWARD, Role.OPERATOR})


@dataclass(frozen=True, slots=True)
class Answerable:
    """One row of the matrix: who answers for which side; `record` is the assignment or the agreement."""

    dataset: str
    duty: Duty
    organisation: str
    person: str
    account: str
    record: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rows of one dataset, and the sides for which nobody is named.

    `using` is how many agreements in force have the dataset; the rows may tell the users of some only.
    """

    dataset: str
    title: str
    rows: tuple[Answerable, ...]
    using: int = 0

    @property
    def missing(self) -> tuple[Duty, ...]:
        """The sides without a named person."""
        named = {row.duty for row in self.rows}
        return tuple(duty for duty in Duty if duty not in named)


def assign(desk: OversightDesk, actor: Actor, *, dataset: str, duty: Duty, account: str) -> Responsibility:
    """Return the assignment of a named person; `ConflictError` if he is named already."""
    store = desk.directory.store
    entry = _dataset(desk, dataset)
    person = desk.directory.account_named(account)
    made = Responsibility(
        state="in-force",
        organisation=entry.organisation,
        environment=entry.environment,
        dataset=entry.id,
        duty=duty,
        holder=person.organisation,
        account=person.id,
    )
    holder = desk.directory.organisation(person.organisation)
    situation = with_record(desk.directory.situation(actor), record=made, account=person, other=holder)
    require(actor, step("responsibility:assign"), situation)
    if any((one.duty, one.account) == (duty, person.id) for one in _assigned(desk, entry.id)):
        raise ConflictError(say("{name} 已经是这一方的责任人", name=person.display_name))
    links = (Link("dataset", entry.id), Link("account", person.id))
    kept: Responsibility = store.write(actor, Change(step("responsibility:assign"), made, links=links))[
        0
    ].record
    return kept


def relieve(desk: OversightDesk, actor: Actor, identifier: str, *, reason: str) -> Responsibility:
    """Return the assignment, ended; the record stays."""
    if not reason.strip():
        raise InputError(say("解除责任须写明理由"))
    stored = desk.directory.store.load(Responsibility, identifier)
    situation = with_record(desk.directory.situation(actor), record=stored.record)
    require(actor, step("responsibility:relieve"), situation)
    changed = replace(stored.record, state="relieved")
    change = Change(
        step("responsibility:relieve"), changed, expected=stored.version, note={"reason": reason.strip()}
    )
    desk.directory.store.write(actor, change)
    return changed


def matrix(
    desk: OversightDesk, actor: Actor, dataset: str, *, most: int | None = None, offset: int = 0
) -> Matrix:
    """Return who answers for a dataset; its provider, the authority, operators and supervisors may look.

    With `most`, the users of so many agreements in force after the first `offset`, the oldest first.
    """
    entry = _dataset(desk, dataset)
    parties = (
        {entry.organisation, actor.organisation}
        if actor.has(Role.SUPERVISOR, Role.OPERATOR)
        else {entry.organisation}
    )
    require_reader(desk.directory, actor, entry, organisations=parties, roles=_LOOKS)
    using = sum(desk.directory.store.lists.counted(ServiceAgreement, _in_force(entry.id)).values())
    rows = tuple(rows_of(desk, entry, most=most, offset=offset))
    return Matrix(entry.code, entry.title, rows, using)


def may_look(desk: OversightDesk, actor: Actor) -> bool:
    """Return whether the matrix opens to somebody: a steward needs a dataset of his own body in it."""
    if not actor.has(*_LOOKS):
        return False
    if of_authority(desk.directory, actor) or actor.has(Role.SUPERVISOR, Role.OPERATOR):
        return True
    own = desk.directory.store.find(Dataset, organisation=actor.organisation)
    return any(one.record.state != "withdrawn" for one in own)


def matrices(desk: OversightDesk, actor: Actor, *, most: int | None = None) -> tuple[Matrix, ...]:
    """Return the matrix of every dataset that the actor may ask for, by title; `most` as for one of them.

    Raises `RefusedError` for somebody who may ask for none.
    """
    found, refused = [], None
    for stored in desk.directory.store.find(Dataset):
        if stored.record.state == "withdrawn":
            continue
        try:
            found.append(matrix(desk, actor, stored.id, most=most))
        except RefusedError as error:
            refused = error
    if refused is not None and not found:
        raise refused
    return tuple(sorted(found, key=lambda one: one.title))


def rows_of(
    desk: OversightDesk, entry: Dataset, *, most: int | None = None, offset: int = 0
) -> Iterator[Answerable]:
    """Return who answers for a dataset: those named, then the users of agreements in force."""
    for one in sorted(_assigned(desk, entry.id), key=lambda one: list(Duty).index(one.duty)):
        yield _row(desk, entry, one.duty, (one.account, one.id))
    lists = desk.directory.store.lists
    agreed = lists.cut(ServiceAgreement, _in_force(entry.id), limit=most, offset=offset, order=Order.OLDEST)
    for agreement in (one.record for one in agreed):
        for user in agreement.users:
            yield _row(desk, entry, Duty.USE, (user, agreement.id))


def _row(desk: OversightDesk, entry: Dataset, duty: Duty, what: tuple[str, str]) -> Answerable:
    account, record = what
    person = desk.directory.store.load(Account, account).record
    body = desk.directory.organisation(person.organisation).name
    return Answerable(entry.code, duty, body, person.display_name, person.id, record)


def _assigned(desk: OversightDesk, dataset: str) -> tuple[Responsibility, ...]:
    found = desk.directory.store.find(Responsibility, state="in-force", linked=("dataset", dataset))
    return tuple(one.record for one in found)


def _in_force(dataset: str) -> Sieve:
    """Return the sieve of the agreements in force that have the dataset."""
    return Sieve(states=("active", "suspended"), items_on=(dataset,))


def agreements_with(desk: OversightDesk, dataset: str) -> tuple[ServiceAgreement, ...]:
    """Return every agreement, whatever its state, that lists an item of the dataset, the oldest first."""
    sieve = Sieve(items_on=(dataset,))
    found = desk.directory.store.lists.cut(ServiceAgreement, sieve, limit=None, order=Order.OLDEST)
    return tuple(one.record for one in found)


def _dataset(desk: OversightDesk, text: str) -> Dataset:
    for stored in desk.directory.store.find(Dataset):
        if text in (stored.record.id, stored.record.code):
            return stored.record
    raise InputError(say("目录里没有数据集 {code}：请从数据目录中选择", code=text))


def sign(desk: OversightDesk, actor: Actor, agreement: str) -> Undertaking:
    """Return the undertaking that the actor signed for an agreement; signing again is harmless.

    The fact bears his own signature over the digest of the words. Raises `RefusedError` for anybody
    whom the agreement does not name.
    """
    store, words = desk.directory.store, undertaking()
    service = standing(desk.directory, agreement)
    made = Undertaking(
        state="signed",
        organisation=actor.organisation,
        environment=service.environment,
        account=actor.account,
        agreement=service.id,
        version=words.version,
        text=words.digest,
    )
    situation = with_record(
        desk.directory.situation(actor),
        record=made,
        agreement=service,
        access=policy_of(desk.directory, service),
        undertaking_version=words.version,
    )
    require(actor, step("undertaking:sign"), situation)
    for one in signed_by(desk, actor.account):
        if (one.agreement, one.version) == (service.id, words.version):
            return one
    links = (Link("agreement", service.id), Link("account", actor.account))
    names = (f"undertaking:{actor.account}:{service.id}:{words.version}",)
    change = Change(step("undertaking:sign"), made, links=links, names=names)
    kept: Undertaking = store.write(actor, change)[0].record
    return kept


def signed_by(desk: OversightDesk, account: str) -> tuple[Undertaking, ...]:
    """Return what a person has signed."""
    found = desk.directory.store.find(Undertaking, linked=("account", account))
    return tuple(one.record for one in found)


def unsigned(desk: OversightDesk, agreements: Iterable[ServiceAgreement], account: str) -> tuple[str, ...]:
    """Return those agreements that name the person and for which he has still to sign."""
    wanted = [one for one in agreements if account in one.users and one.state == "active"]
    every = {id for one in wanted for id in (one.id, *one.lineage)}
    given = desk.directory.store.lists.hanging(Undertaking, "agreement", every)
    own = (one.record for each in given.values() for one in each if one.record.account == account)
    done = {one.agreement for one in own if one.version == undertaking().version}
    return tuple(one.id for one in wanted if done.isdisjoint((one.id, *one.lineage)))
