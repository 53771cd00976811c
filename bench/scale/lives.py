"""What hangs on the applications of a home of many years: agreements, seats, files to leave, notices.

`python -m bench.scale.lives HOME`, once, after `fill`. In proportion to a hundred thousand applications, by
the same opener and the same signatures; rules and files are left out. All of it is invented.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.scale.fill import TOGETHER, Cast, begin, take, term
from sandbox.kernel.actors import SYSTEM, Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Consultation, Coordination, Item
from sandbox.kernel.dataset_records import Delivery, LandingOrder, Snapshot
from sandbox.kernel.findings import Verdict
from sandbox.kernel.oversight_records import Incident, Notice
from sandbox.kernel.records import Account, Grant, Organisation, OrganisationRole, Record, RefusedAttempt
from sandbox.kernel.review_records import Release, ReleasedFile, Submission, SubmittedFile
from sandbox.kernel.seat_records import Seat, Undertaking
from sandbox.regulation.undertakings import undertaking
from sandbox.store.changes import Link, Stored
from sandbox.store.lists import Sieve

AGREEMENTS, SUBMISSIONS, DELIVERIES, NOTICES = 8_000, 4_000, 3_000, 60_000
BODIES, INCIDENTS, DEPUTIES, ASKED, REFUSED = 200, 300, 400, 3_000, 5_000
Made = list[Stored[Any]]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _parts(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for place in range(0, len(found), TOGETHER):
        yield found[place : place + TOGETHER]


def _make(cast: Cast, actor: Actor, verb: str, records: Sequence[tuple[Record, tuple[Link, ...]]]) -> Made:
    return [one for some in _parts(records) for one in begin(cast, actor, verb, some)]


def _take(cast: Cast, actor: Actor, verb: str, found: Made, **given: Any) -> Made:
    return [one for some in _parts(found) for one in take(cast, actor, verb, some, **given)]


def bodies(cast: Cast) -> None:
    """Register firms with three accounts each."""
    code = "91520300MA{:07d}X"
    firms = [
        Organisation(
            state="registered",
            name=f"黔北数据应用第{n}有限公司",
            uscc=code.format(n),
            kind="企业",
            roles=(OrganisationRole.DEVELOPER,),
            region="520300",
        )
        for n in range(BODIES)
    ]
    made = _make(cast, cast.officer, "register", [(one, ()) for one in firms])
    people = [
        Account(
            state="invited",
            organisation=firm.id,
            name=f"user.{firm.id}.{n}",
            display_name=f"用户{n}",
            person=_digest(f"{firm.id}{n}")[:32],
        )
        for firm in made
        for n in range(3)
    ]
    invited = _make(
        cast, cast.officer, "invite", [(one, (Link("organisation", one.organisation),)) for one in people]
    )
    _take(cast, SYSTEM, "enrol", invited)


def agreements(cast: Cast) -> Made:
    """Draft, accept and sign; most ended long ago."""
    today, operator = cast.platform.directory.today(), cast.operator
    ready = Sieve(states=("accepted",), all_linked=("application", "item", "approved"))
    asked = cast.platform.store.lists.cut(Application, ready, limit=AGREEMENTS)
    records = []
    for one in asked:
        items = tuple(item.id for item in cast.platform.store.find(Item, linked=("application", one.id)))
        made = ServiceAgreement(
            state="drafted",
            organisation=one.record.organisation,
            operator=operator.organisation,
            environment=one.record.environment,
            application=one.id,
            items=items,
            scenario=one.record.scenario,
            term_from=one.record.term_from,
            term_to=today + timedelta(days=200),
            users=(one.record.applicant,),
            seats=1,
            key_id="",
        )
        links = (Link("application", one.id), *(Link("item", item) for item in items))
        records.append((made, (*links, Link("user", one.record.applicant))))
    drafted = _make(cast, operator, "draft", records)
    signed: Made = []
    for actor in cast.developers:
        mine = [one for one in drafted[50:] if one.record.users == (actor.account,)]
        signed += _take(cast, actor, "accept", mine)
    active = _take(cast, operator, "sign", signed[50:])
    return _take(cast, SYSTEM, "expire", active[: len(active) * 9 // 10]) + active[len(active) * 9 // 10 :]


def seats(cast: Cast, agreed: Made) -> Made:
    """Provision a seat for every second agreement, and have the undertaking signed."""
    by = {one.account: one for one in cast.developers}
    records = []
    for one in agreed[::2]:
        service, id = one.record, cast.platform.store.new_id(Seat.KIND)
        number = int(id.rpartition("-")[2])
        seat = Seat(
            id=id,
            state="provisioned",
            organisation=service.organisation,
            environment=service.environment,
            agreement=one.id,
            user=service.users[0],
            name=f"s{number}",
            host_uid=2_000_000 + number,
        )
        records.append((seat, (Link("agreement", one.id), Link("user", service.users[0]))))
    made = _make(cast, cast.operator, "provision", records)
    for account, actor in by.items():
        mine = [one for one in made if one.record.user == account]
        words = [(_undertaken(one.record), (Link("agreement", one.record.agreement),)) for one in mine]
        _make(cast, actor, "sign", [(one, (*links, Link("account", account))) for one, links in words])
        _take(cast, actor, "open", mine)
    return made


def _undertaken(seat: Seat) -> Undertaking:
    words = undertaking()
    return Undertaking(
        state="signed",
        organisation=seat.organisation,
        environment=seat.environment,
        account=seat.user,
        agreement=seat.agreement,
        version=words.version,
        text=words.digest,
    )


def submissions(cast: Cast, found: Made) -> None:
    """Ask for files to leave; most were released and collected, some refused, some lie before reviewers."""
    for actor in cast.developers:
        mine = [one.record for one in found if one.record.user == actor.account]
        mine = (mine * 3)[: SUBMISSIONS // len(cast.developers)]
        records = [
            (_submission(seat, n), (Link("seat", seat.id), Link("agreement", seat.agreement)))
            for n, seat in enumerate(mine)
        ]
        frozen = _make(cast, actor, "submit", records)
        _take(cast, SYSTEM, "refuse", frozen[: len(frozen) // 8])
        judged = _take(cast, SYSTEM, "judge", frozen[len(frozen) // 8 :])
        approved = _take(cast, SYSTEM, "approve", judged[60:])
        released = _take(cast, cast.officer, "release", approved[20:])
        issued = [
            (_issued(cast, one.record), (Link("submission", one.id), Link("agreement", one.record.agreement)))
            for one in released
        ]
        out = _make(cast, cast.officer, "issue", issued)
        _take(cast, actor, "collect", out[30:])


def _submission(seat: Seat, number: int) -> Submission:
    digest = _digest(f"{seat.id}{number}")
    file = SubmittedFile(
        name="表.csv", digest=digest, size=4096, verdict=Verdict.REVIEW, rewritten=digest, approved=True
    )
    return Submission(
        state="frozen",
        organisation=seat.organisation,
        environment=seat.environment,
        agreement=seat.agreement,
        seat=seat.id,
        author=seat.user,
        title=f"分区统计表 {number}",
        files=(file,),
        snapshots=(),
    )


def _issued(cast: Cast, one: Submission) -> Release:
    file = one.files[0]
    return Release(
        state="issued",
        organisation=one.organisation,
        environment=one.environment,
        submission=one.id,
        agreement=one.agreement,
        files=(ReleasedFile(name=file.name, submitted=file.digest, released=file.rewritten, size=file.size),),
        receipt=_digest(one.id),
        issued_at=cast.platform.clock(),
    )


def deliveries(cast: Cast, agreed: Made) -> None:
    """Hand files in, and land them."""
    by = {one.organisation: one for one in cast.called.values() if Role.STEWARD in one.roles}
    given = [one for one in cast.datasets if one.organisation in by]
    for dataset in given:
        steward, about = by[dataset.organisation], (Link("dataset", dataset.id),)
        files = [
            Delivery(
                state="quarantined",
                organisation=dataset.organisation,
                environment=dataset.environment,
                dataset=dataset.id,
                file_name=f"第{n}批.csv",
                digest=_digest(f"{dataset.id}{n}"),
                size=1_000_000,
                declared_rows=1_000,
                key_id="",
            )
            for n in range(DELIVERIES // len(given))
        ]
        received = _make(cast, steward, "receive", [(one, about) for one in files])
        read = _take(cast, SYSTEM, "read", received, counted_rows=1_000, good_rows=1_000)
        accepted = _take(cast, steward, "accept", read[10:])
        _land(cast, steward, accepted, agreed)


def _land(cast: Cast, steward: Actor, accepted: Made, agreed: Made) -> None:
    orders = []
    for batch, service in zip(accepted, agreed, strict=False):
        one = batch.record
        order = LandingOrder(
            state="ordered",
            organisation=one.organisation,
            environment=one.environment,
            agreement=service.id,
            item=service.record.items[0],
            dataset=one.dataset,
            delivery=one.id,
            policy="",
            columns=(),
        )
        orders.append((order, (Link("agreement", service.id), Link("dataset", one.dataset))))
    landed = _take(cast, SYSTEM, "land", _make(cast, steward, "order", orders))
    published = [
        (
            Snapshot(
                state="published",
                organisation=one.record.organisation,
                environment=one.record.environment,
                agreement=one.record.agreement,
                dataset=one.record.dataset,
                order=one.id,
                series=f"{one.record.dataset}/{one.record.agreement}",
                version=1,
                manifest_digest=_digest(one.id),
                sidecar="",
                rows=1_000,
                smallest_class=10,
                interactive=False,
            ),
            (Link("agreement", one.record.agreement), Link("order", one.id)),
        )
        for one in landed
    ]
    _make(cast, SYSTEM, "publish", published)


def asked(cast: Cast) -> None:
    """Ask other departments about items, and refuse some items, which opens cases."""
    pushed = list(cast.platform.store.lists.cut(Item, Sieve(states=("pushed",)), limit=ASKED))
    places = list(cast.reviewers)
    for place, (organisation, actor) in enumerate(cast.reviewers.items()):
        mine = [one for one in pushed if one.record.reviewer == organisation]
        other = cast.reviewers[places[(place + 1) % len(places)]]
        questions = [(_question(cast, one, other, actor), (Link("item", one.id),)) for one in mine]
        _take(cast, other, "answer", _make(cast, actor, "ask", questions)[100:], opinion="无意见")
        refused = _take(cast, actor, "refuse", mine[len(mine) // 2 :])
        cases = [(_case(cast, one), (Link("item", one.id),)) for one in refused]
        _take(cast, cast.officer, "uphold", _make(cast, actor, "open", cases)[50:], outcome="维持")


def _question(cast: Cast, one: Stored[Item], other: Actor, asker: Actor) -> Consultation:
    return Consultation(
        state="asked",
        organisation=other.organisation,
        environment=one.record.environment,
        item=one.id,
        asked_by=asker.organisation,
        question="是否涉及行业限制",
        clock=term(cast, 10, 2),
    )


def _case(cast: Cast, one: Stored[Item]) -> Coordination:
    return Coordination(
        state="open",
        organisation=one.record.organisation,
        environment=one.record.environment,
        item=one.id,
        reviewer=one.record.reviewer,
        refusal="超出范围",
        clock=term(cast, 10, 1),
    )


def told(cast: Cast, agreed: Made) -> None:
    """Post notices to the people who get most of them; they read all but the latest."""
    people = [cast.officer, *cast.developers, *cast.reviewers.values()]
    each = NOTICES // len(people)
    for actor in people:
        posted = [
            (
                Notice(
                    state="posted",
                    organisation=actor.organisation,
                    account=actor.account,
                    template="application:submit",
                    subject=agreed[n % len(agreed)].record.application,
                ),
                (Link("account", actor.account),),
            )
            for n in range(each)
        ]
        _take(cast, actor, "read", _make(cast, SYSTEM, "post", posted)[: each * 9 // 10])


def watched(cast: Cast, agreed: Made) -> None:
    """Open incidents and close most; name deputies; record refusals."""
    now = cast.platform.clock()
    opened = [
        (
            Incident(
                state="open",
                organisation=cast.officer.organisation,
                target=one.id,
                title=f"异常查询 {n}",
                reason="演练",
                known_at=now,
                report_due=now + timedelta(hours=24),
                opened_by=cast.officer.account,
            ),
            (Link("target", one.id),),
        )
        for n, one in enumerate(agreed[:INCIDENTS])
    ]
    made = _make(cast, cast.officer, "open", opened)
    reported = _take(cast, cast.officer, "report", made[10:], report=_digest("x"))
    _take(cast, cast.officer, "close", reported[10:], conclusion="已处置")
    today, reviewer = cast.platform.directory.today(), next(iter(cast.reviewers.values()))
    head = next(
        one
        for one in cast.called.values()
        if one.organisation == reviewer.organisation and Role.ORGANISATION_OFFICER in one.roles
    )
    deputies = [
        Grant(
            state="proposed",
            organisation=reviewer.organisation,
            account=head.account,
            role=Role.PROVIDER_REVIEWER,
            proposed_by=head.account,
            deputy_for=reviewer.account,
            start=today - timedelta(days=20 * n + 14),
            until=today - timedelta(days=20 * n + 10),
        )
        for n in range(DEPUTIES)
    ]
    proposed = _make(cast, head, "propose", [(one, (Link("account", head.account),)) for one in deputies])
    _take(cast, cast.officer, "countersign", proposed[5:])
    refusals = [
        RefusedAttempt(
            state="recorded",
            organisation=reviewer.organisation,
            account=reviewer.account,
            attempted="item:approve",
            subject="",
            rules=("party",),
            reasons=("当事方不得自审",),
        )
        for _ in range(REFUSED)
    ]
    _make(cast, SYSTEM, "record", [(one, ()) for one in refusals])


def live(home: Path) -> int:
    """Write all of it; return how many facts the log has then."""
    cast, began = Cast.of(home), time.perf_counter()

    def tell(name: str) -> None:
        print(f"{name:<14}{time.perf_counter() - began:.0f} s", flush=True)

    bodies(cast)
    agreed = agreements(cast)
    tell("agreements")
    taken = seats(cast, agreed)
    tell("seats")
    rest: tuple[tuple[str, Callable[[], None]], ...] = (
        ("submissions", lambda: submissions(cast, taken)),
        ("deliveries", lambda: deliveries(cast, agreed)),
        ("asked", lambda: asked(cast)),
        ("notices", lambda: told(cast, agreed)),
        ("watched", lambda: watched(cast, agreed)),
    )
    for name, work in rest:
        work()
        tell(name)
    facts = cast.platform.store.facts(limit=1, newest_first=True)[0].seq + 1
    print(f"{facts:,} facts", flush=True)
    cast.platform.close()
    return facts


if __name__ == "__main__":
    live(Path(sys.argv[1]))
