"""Seats: provisioned by the operator for one named user of one agreement, opened by the user.

A seat mounts the newest snapshot of every dataset of its agreement, read-only, and nothing
else; what it may do is asked anew at every run. How a process is isolated is `isolation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq

from sandbox.access.policy import policy_of
from sandbox.access.transfer import in_force
from sandbox.access.versions import standing, versions
from sandbox.catalog.consents import usable
from sandbox.catalog.reading import of_authority, registered
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.catalogue_rules import excluded
from sandbox.kernel.dataset_records import Dataset, LandingOrder, Snapshot
from sandbox.kernel.decision import Answer, Decision, Refusal, decide
from sandbox.kernel.errors import Attempt, InputError, NotFoundError, RefusedError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy, covers
from sandbox.kernel.records import Account, Environment, OperatingAgreement
from sandbox.kernel.seat_records import Seat, Undertaking
from sandbox.kernel.situation import Situation
from sandbox.people.directory import CHINA, Directory, with_record
from sandbox.pool.snapshot import Pool
from sandbox.pool.snapshot import Snapshot as Version
from sandbox.regulation.undertakings import undertaking
from sandbox.seats import copies, isolation, workspace
from sandbox.seats.pipes import Sink
from sandbox.seats.vigil import Vigil
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link, Stored

_FIRST_HOST_UID = 2_000_000
_SCRAP = 16  # less than this part of a run's share is no share: the day is over


@dataclass(frozen=True, slots=True)
class OutputBounds:
    """What a person may see of a seat without the gate: bytes a run, bytes a day, seconds a run.

    A screen cannot be unseen; the bounds say how much, and every run says how much it was.
    """

    run_bytes: int = 262_144
    day_bytes: int = 10_485_760
    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class SeatDesk:
    """The adapters of the seats room, and whether weaker controls are bearable (a demo only).

    `copy` makes the seat's own copy of a snapshot; without it every seat is shown the pool's.
    """

    directory: Directory
    pool: Pool
    root: Path
    demo: bool
    limits: isolation.Limits
    bounds: OutputBounds = field(default_factory=OutputBounds)
    probe: Callable[[], Decision] = isolation.probe
    weaker: Callable[[], tuple[Message, ...]] = isolation.weaker
    copy: copies.Maker | None = None


def can_isolate(desk: SeatDesk) -> Decision:
    """Return whether this machine isolates well enough for this home.

    A home with real data opens no seat while any control is weaker than designed.
    """
    probed = desk.probe()
    if not probed or desk.demo:
        return probed
    lacking = [
        Answer("isolation-strength", Refusal("isolation-strength", "第十七条", sentence))
        for sentence in desk.weaker()
    ]
    return decide([Answer("isolation"), *lacking])


def provision(desk: SeatDesk, actor: Actor, *, agreement: str, user: str, name: str) -> Seat:
    """Return the seat that the operator made for a user named in the agreement.

    Raises `InputError` for a name that another seat has, or that could be taken for a number.
    """
    store = desk.directory.store
    _check_name(desk, name)
    service = store.load(ServiceAgreement, agreement).record
    policy = policy_of(desk.directory, service)
    identifier = store.new_id(Seat.KIND)
    account = desk.directory.account_named(user)
    taken = [one for each in versions(service) for one in store.find(Seat, linked=("agreement", each))]
    live = [one for one in taken if one.record.state != "expired"]
    seat = Seat(
        id=identifier,  # given out once, so that no two seats ever share a host uid
        state="provisioned",
        organisation=service.organisation,
        environment=service.environment,
        agreement=service.id,
        user=account.id,
        name=name,
        host_uid=_FIRST_HOST_UID + int(identifier.rpartition("-")[2]),
        policy=policy.digest,
    )
    situation = with_record(
        _environment(desk, actor, service),
        record=seat,
        agreement=service,
        access=policy,
        seats_taken=len(live),
    )
    require(actor, step("seat:provision"), situation)
    links = (Link("agreement", service.id), Link("user", account.id))
    # The place is numbered over all seats there ever were, so that two operators never take the same one.
    names = (f"seat:{name}", f"place:{service.id}:{len(taken) + 1}")
    change = Change(step("seat:provision"), seat, links=links, names=names)
    kept: Seat = store.write(actor, change)[0].record
    return kept


def _check_name(desk: SeatDesk, name: str) -> None:
    if not workspace.IDENTIFIER.fullmatch(name) or name.startswith(f"{Seat.KIND}-"):
        raise InputError(say("席位名 {name} 只能用字母、数字、横线和下划线，也不能以 seat- 开头", name=name))
    if any(one.record.name == name for one in desk.directory.store.find(Seat)):
        raise InputError(say("席位名 {name} 已被使用：请换一个名字", name=name))


def open_seat(desk: SeatDesk, actor: Actor, identifier: str) -> Seat:
    """Return the seat, open for its user; lays out its folders on first use."""
    stored = _named(desk, identifier)
    require(actor, step("seat:open"), situation_of(desk, actor, stored.record))
    workspace.prepare(desk.root, stored.record.id, host_uid=stored.record.host_uid)
    return _move(desk, actor, stored, "seat:open")


def close(desk: SeatDesk, actor: Actor, identifier: str) -> Seat:
    """Return the seat, closed; its folders stay."""
    stored = _named(desk, identifier)
    require(actor, step("seat:close"), situation_of(desk, actor, stored.record))
    return _move(desk, actor, stored, "seat:close")


def suspend(desk: SeatDesk, actor: Actor, identifier: str, *, reason: str) -> Seat:
    """Return the seat, suspended: nothing runs in it until the authority reinstates it."""
    stored = _named(desk, identifier)
    require(actor, step("seat:suspend"), situation_of(desk, actor, stored.record))
    return _move(desk, actor, stored, "seat:suspend", reason=reason)


def reinstate(desk: SeatDesk, actor: Actor, identifier: str, *, reason: str) -> Seat:
    """Return a suspended seat, closed and ready to be opened again, by the authority's word."""
    stored = _named(desk, identifier)
    require(actor, step("seat:reinstate"), situation_of(desk, actor, stored.record))
    return _move(desk, actor, stored, "seat:reinstate", reason=reason)


def expire_due(desk: SeatDesk) -> tuple[Seat, ...]:
    """Return the seats whose agreement has ended, now expired; their folders stay, copies of data do not."""
    store, over = desk.directory.store, []
    for stored in store.find(Seat, states=step("seat:expire").sources):
        agreement = standing(desk.directory, stored.record.agreement)
        if agreement.state in ("expired", "terminated"):
            require(SYSTEM, step("seat:expire"), situation_of(desk, SYSTEM, stored.record))
            over.append(_move(desk, SYSTEM, stored, "seat:expire", reason=agreement.state))
            copies.sweep(workspace.folders(desk.root, stored.record.id).base, ())
    return tuple(over)


def run(
    desk: SeatDesk,
    actor: Actor,
    identifier: str,
    command: Sequence[str],
    *,
    seconds: float | None = None,
    sink: Sink | None = None,
) -> isolation.Completed:
    """Run a command in the seat's isolation and return how it ended, with what it printed.

    `sink` hears what the command prints while it runs.

    The run is on record before it begins, its end and how much it showed afterwards. Raises
    `RefusedError` when the seat may not be used, has shown its share of the day, or may be used no
    longer while it runs (it is then killed), and `IsolationError` when the machine cannot isolate it.
    """
    seat = _named(desk, identifier).record
    bounds = bounds_of(desk, seat)
    left = _output_left(desk, actor, seat, bounds)
    sandbox = begin(desk, actor, identifier, command)
    longest = min(seconds or bounds.seconds, bounds.seconds)
    with Vigil(lambda: may_go_on(desk, actor, seat.id)) as vigil:
        done = isolation.run(
            sandbox, command, timeout=longest, sink=sink, output_bytes=left, started=vigil.begin
        )
    shown = sha256(done.stdout + done.stderr).hexdigest()
    note: dict[str, Json] = {
        "status": done.status,
        "shown_bytes": len(done.stdout) + len(done.stderr),
        "shown_sha256": shown,
        "truncated": done.truncated,
    }
    _finish(desk, seat.id, note)
    if vigil.ended_by is not None:
        raise vigil.ended_by
    return done


def may_go_on(desk: SeatDesk, actor: Actor, identifier: str) -> None:
    """Raise `RefusedError` once the rules no longer allow the run, as things and roles stand now.

    Data that was withdrawn while it lies in the run ends the run as well.
    """
    now = replace(actor, roles=desk.directory.roles_of(actor.account))
    seat = _named(desk, identifier).record
    situation = situation_of(desk, now, seat)
    mounted = tuple(desk.directory.store.load(Snapshot, one).record for one in seat.mounted)
    withdrawn = not all(shown_still(desk.directory, one) for one in mounted)
    require(now, step("seat:run"), replace(situation, snapshots=()) if withdrawn else situation)


def bounds_of(desk: SeatDesk, seat: Seat) -> OutputBounds:
    """Return the platform's bounds, narrowed by the quotas of the seat's agreement."""
    agreement = standing(desk.directory, seat.agreement)
    quotas, own = policy_of(desk.directory, agreement).quotas, desk.bounds
    return OutputBounds(
        run_bytes=min(own.run_bytes, quotas.run_bytes or own.run_bytes),
        day_bytes=min(own.day_bytes, quotas.day_bytes or own.day_bytes),
        seconds=min(own.seconds, float(quotas.run_seconds or own.seconds)),
    )


def _output_left(desk: SeatDesk, actor: Actor, seat: Seat, bounds: OutputBounds) -> int:
    """Return how many bytes of each stream the run may show; `RefusedError` when the day's share is used."""
    shown = shown_since(desk, seat.id, desk.directory.clock() - timedelta(days=1))
    left = bounds.day_bytes - shown
    if left >= bounds.run_bytes // _SCRAP:
        return min(bounds.run_bytes, left) // 2
    sentence = say("席位今天能显示的输出已用完：数据请经出域申请带走，明天再运行")
    decision = decide([Answer("output-budget", Refusal("output-budget", "第十七条", sentence))])
    attempt = Attempt("seat:run", seat.id, actor.account, actor.organisation)
    raise RefusedError(decision, attempt=attempt)


def shown_since(desk: SeatDesk, seat_id: str, moment: datetime) -> int:
    """Return how many bytes the seat's runs have shown since a moment, from the facts.

    A run without an end, under way or killed, counts as one that showed all it might.
    """
    store = desk.directory.store
    total = 0
    ended = store.facts(record=seat_id, verb="seat:finish", since=moment)
    for fact in ended:
        note = (store.payload(fact.seq) or {}).get("note")
        shown = note.get("shown_bytes", 0) if isinstance(note, Mapping) else 0
        total += shown if isinstance(shown, int) else 0
    begun = store.facts(record=seat_id, verb="seat:run", since=moment)
    return total + desk.bounds.run_bytes * max(0, len(begun) - len(ended))


def _finish(desk: SeatDesk, seat_id: str, note: Mapping[str, Json]) -> bool:
    """Put the end of a run on record; False when the seat is no longer open."""
    stored = _named(desk, seat_id)
    if stored.record.state not in step("seat:finish").sources:
        return False
    change = Change(step("seat:finish"), stored.record, expected=stored.version, note=note)
    desk.directory.store.write(SYSTEM, change)
    return True


def begin(desk: SeatDesk, actor: Actor, identifier: str, command: Sequence[str]) -> isolation.Sandbox:
    """Put a run on record, with the snapshots it is given, and return the sandbox for it.

    Raises `RefusedError` when the seat may not be used, `TamperedError` for a snapshot that is not the
    one registered.
    """
    stored = _named(desk, identifier)
    seat = stored.record
    situation = situation_of(desk, actor, seat)
    require(actor, step("seat:run"), situation)
    policy = _runs_left(desk, actor, seat, situation.access)
    note = {"command": [part[:200] for part in command][:50]}
    snapshots = current_snapshots(desk.directory, seat.agreement)
    running = replace(seat, mounted=tuple(one.id for one in snapshots), policy=policy.digest)
    change = Change(step("seat:run"), running, expected=stored.version, note=note)
    desk.directory.store.write(actor, change)
    mounts = _data_mounts(desk, seat, snapshots, policy)
    return workspace.sandbox_for(
        desk.root, seat.id, host_uid=seat.host_uid, mounts=mounts, limits=desk.limits
    )


def _runs_left(desk: SeatDesk, actor: Actor, seat: Seat, policy: AccessPolicy | None) -> AccessPolicy:
    """Return the policy while the seat may run again today; `RefusedError` when its runs are used up."""
    if policy is None:
        raise TamperedError(say("席位 {id} 的协议没有访问策略：席位不开放", id=seat.id))
    most, today = policy.quotas.day_runs, desk.directory.clock().astimezone(CHINA)
    began = today.replace(hour=0, minute=0, second=0, microsecond=0)
    if not most or len(desk.directory.store.facts(record=seat.id, verb="seat:run", since=began)) < most:
        return policy
    sentence = say("协议约定一天最多运行 {most} 次，今天已用完：明天再运行", most=most)
    decision = decide([Answer("run-budget", Refusal("run-budget", "第十七条", sentence))])
    attempt = Attempt("seat:run", seat.id, actor.account, actor.organisation)
    raise RefusedError(decision, attempt=attempt)


def _check_columns(snapshot: Snapshot, held: Version, policy: AccessPolicy) -> None:
    """Raise `TamperedError` unless the snapshot holds nothing but columns that the policy names."""
    part = policy.part(snapshot.dataset)
    allowed = set(part.columns) if part is not None else set()
    beyond = {name for file in held.parquet_files for name in pq.read_schema(file).names} - allowed
    if beyond:
        columns = "、".join(sorted(beyond)[:5])
        raise TamperedError(
            say(
                "快照 {series} 里有协议没有列入的信息项 {columns}：席位不开放",
                series=snapshot.series,
                columns=columns,
            )
        )


def _data_mounts(
    desk: SeatDesk, seat: Seat, snapshots: Sequence[Snapshot], policy: AccessPolicy
) -> tuple[isolation.Mount, ...]:
    mounts: list[isolation.Mount] = []
    base = workspace.folders(desk.root, seat.id).base
    for snapshot in snapshots:
        held = desk.pool.version(snapshot.series, snapshot.version)
        if held.digest != snapshot.manifest_digest:
            raise TamperedError(say("快照 {series} 与登记的摘要不一致：席位不开放", series=snapshot.series))
        _check_columns(snapshot, held, policy)
        code = desk.directory.store.load(Dataset, snapshot.dataset).record.code
        own = desk.copy(seat, snapshot, copies.place(base, snapshot.id)) if desk.copy else None
        mounts += workspace.data_mounts(
            desk.root,
            seat.id,
            code=code,
            snapshot=held.path if own is None else own.folder,
            manifest=held.manifest if own is None else {**held.manifest, "rows": {"out": own.rows}},
        )
    copies.sweep(base, {*seat.mounted, *(one.id for one in snapshots)})
    return tuple(mounts)


def current_snapshots(directory: Directory, agreement: str) -> tuple[Snapshot, ...]:
    """Return the newest snapshot of each dataset of the agreement, if it is in force.

    A newest one that was withdrawn leaves nothing: an older version does not come back by itself.
    Nothing of a withdrawn dataset is shown to anybody.
    """
    newest: dict[str, Snapshot] = {}
    now = standing(directory, agreement)
    for each in versions(now):
        for stored in directory.store.find(Snapshot, linked=("agreement", each)):
            held = newest.get(stored.record.dataset)
            if held is None or stored.record.version > held.version:
                newest[stored.record.dataset] = stored.record
    found = (newest[dataset] for dataset in sorted(newest))
    if now.lineage:
        policy = policy_of(directory, now)
        found = (one for one in found if _covered(directory, one, policy))
    return tuple(one for one in found if shown_still(directory, one))


def _covered(directory: Directory, snapshot: Snapshot, policy: AccessPolicy) -> bool:
    """Return whether a later version of the agreement still covers what was landed under an earlier one.

    What was landed with more columns, other rows or tokens that meet where they no longer may is mounted
    no more; it has to be landed anew.
    """
    under = directory.store.load(ServiceAgreement, snapshot.agreement).record
    order = directory.store.load(LandingOrder, snapshot.order).record
    before = policy_of(directory, under)
    return covers(policy, before, snapshot.dataset, columns=order.columns, keyed_apart=bool(under.policy))


def shown_still(directory: Directory, snapshot: Snapshot) -> bool:
    """Return whether the snapshot may be worked on: neither it nor its dataset has been withdrawn or stopped.

    What has turned out to be excluded, or is closed, is worked on no more (第三条); social data only while
    its contributor's consent holds (第五条).
    """
    dataset = directory.store.load(Dataset, snapshot.dataset).record
    shown = snapshot.state == "published" and dataset.state not in ("withdrawn", "suspended")
    shown = shown and excluded(dataset) is None
    if snapshot.environment != dataset.environment:  # it came by a transfer, and stays while that holds
        shown = shown and in_force(directory, dataset, snapshot.environment) is not None
    return shown and usable(directory, dataset)


def situation_of(desk: SeatDesk, actor: Actor, seat: Seat) -> Situation:
    """Return everything the rules ask about using this seat."""
    agreement = standing(desk.directory, seat.agreement)
    return with_record(
        _environment(desk, actor, agreement),
        record=seat,
        seat=seat,
        agreement=agreement,
        access=policy_of(desk.directory, agreement),
        account=desk.directory.store.load(Account, seat.user).record,
        snapshots=current_snapshots(desk.directory, seat.agreement),
        isolation=can_isolate(desk),
        undertaking=_undertaking(desk.directory, seat),
        undertaking_version=undertaking().version,
    )


def _undertaking(directory: Directory, seat: Seat) -> Undertaking | None:
    """Return the latest version that the seat's user has signed for its agreement."""
    found = (one.record for one in directory.store.find(Undertaking, linked=("account", seat.user)))
    agreement = standing(directory, seat.agreement)
    mine = (one for one in found if one.agreement in (agreement.id, *agreement.lineage))
    return max(mine, key=lambda one: one.version, default=None)


def _environment(desk: SeatDesk, actor: Actor, agreement: ServiceAgreement) -> Situation:
    """Return the beginning of a situation with the agreement's environment and what it stands on."""
    environment = desk.directory.store.load(Environment, agreement.environment).record
    operating = desk.directory.store.load(OperatingAgreement, environment.agreement).record
    return with_record(desk.directory.situation(actor), environment=environment, operating=operating)


def note_end(desk: SeatDesk, identifier: str, *, lines: int, digest: str, shown_bytes: int) -> bool:
    """Put the end of a run in the browser on record: how much it showed, the digest of its transcript.

    Returns False while the seat is not open.
    """
    note: dict[str, Json] = {"shown_bytes": shown_bytes, "transcript": {"lines": lines, "digest": digest}}
    return _finish(desk, identifier, note)


def visible(desk: SeatDesk, actor: Actor) -> tuple[Seat, ...]:
    """Return the seats the actor may see: his own, those his organisation runs; the authority all."""
    store, every = desk.directory.store, desk.directory.store.find(Seat)
    if not registered(desk.directory, actor):
        return ()
    if of_authority(desk.directory, actor):
        return tuple(one.record for one in every)
    return tuple(
        one.record
        for one in every
        if one.record.user == actor.account
        or store.load(ServiceAgreement, one.record.agreement).record.operator == actor.organisation
    )


def named(desk: SeatDesk, name: str) -> Seat:
    """Return the seat of that id or name; `NotFoundError` if there is none."""
    return _named(desk, name).record


def _named(desk: SeatDesk, name: str) -> Stored[Seat]:
    for stored in desk.directory.store.find(Seat):
        if name in (stored.record.id, stored.record.name):
            return stored
    raise NotFoundError(say("没有席位 {name}：用 sandbox seat list 查看", name=name))


def _move(desk: SeatDesk, actor: Actor, stored: Stored[Seat], name: str, reason: str = "") -> Seat:
    changed = replace(stored.record, state=step(name).target)
    change = Change(step(name), changed, expected=stored.version, note={"reason": reason})
    desk.directory.store.write(actor, change)
    return changed
