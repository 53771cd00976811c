"""The undertaking in the browser: its whole text, who has signed it, and the named user's own signature.

What is signed is what was shown: the form names the digest of the words. Who may sign, the rules say.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from sandbox.access import lists, reading
from sandbox.access.versions import standing, versions
from sandbox.app import Platform
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import ConflictError
from sandbox.kernel.seat_records import Seat, Undertaking
from sandbox.oversight import duties
from sandbox.regulation.undertakings import undertaking
from sandbox.store.changes import Stored
from sandbox.store.lists import Sieve
from sandbox.web.actions import Action, Call, Field
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

PLURAL = "undertakings"


def path(agreement: str) -> str:
    """Return the page on which the undertaking of an agreement is read and signed."""
    return f"/console/{PLURAL}/{agreement}"


def _sign(call: Call) -> Outcome:
    """Sign the words that were read; other words than those in force are refused."""
    if call.form.one("digest") != undertaking().digest:
        raise ConflictError(word("承诺书的文字须先读过再签：请打开承诺书页面，读完全文后签署"))
    made = duties.sign(call.platform.oversight, call.actor, call.id)
    return Outcome(path(made.agreement), word("承诺书已签署，可以进入席位"))


SIGN = Action(
    "undertaking:sign",
    PLURAL,
    word("签署承诺书"),
    _sign,
    fields=(Field("digest", word("承诺书全文的摘要"), "hidden"),),
    hint=word("由本人以口令和动态码签署，签名记入日志"),
)
ACTIONS = (SIGN,)


def unsigned(platform: Platform, actor: Actor) -> tuple[ServiceAgreement, ...]:
    """Return the agreements in force for which the person has still to sign."""
    named = platform.store.find(ServiceAgreement, state="active", linked=("user", actor.account))
    mine = [one.record for one in named if actor.account in one.record.users]
    wanted = set(duties.unsigned(platform.oversight, mine, actor.account))
    return tuple(one for one in mine if one.id in wanted)


def one(visitor: Visitor, identifier: str) -> Response:
    """Return the undertaking of one agreement, to read, print and, by a named user, sign."""
    platform, actor = visitor.platform, visitor.actor
    service = standing(platform.directory, identifier)
    if actor.account not in service.users and not actor.has(Role.SUPERVISOR):
        reading.agreement(platform.access, actor, service.id)
    found = _signed(platform, service)
    words = undertaking()
    mine = _latest(found, actor.account)
    return visitor.page(
        "undertaking.html",
        agreement=service,
        words=words,
        paragraphs=words.text.splitlines(),
        signers=[(user, _latest(found, user)) for user in service.users],
        named=actor.account in service.users,
        mine=mine,
        current=mine is not None and mine.record.version == words.version,
        seats=_own_seats(visitor, service),
        sign=SIGN,
    )


def _signed(platform: Platform, service: ServiceAgreement) -> tuple[Stored[Undertaking], ...]:
    """Return what was signed for an agreement or an earlier version of it, oldest first."""
    found = [
        made
        for one in versions(service)
        for made in platform.store.find(Undertaking, linked=("agreement", one))
    ]
    return tuple(sorted(found, key=lambda one: one.created_at))


def _latest(found: tuple[Stored[Undertaking], ...], account: str) -> Stored[Undertaking] | None:
    return next((one for one in found[::-1] if one.record.account == account), None)


def _own_seats(visitor: Visitor, service: ServiceAgreement) -> list[Seat]:
    store = visitor.platform.store
    found = [one for each in versions(service) for one in store.find(Seat, linked=("agreement", each))]
    return [one.record for one in found if one.record.user == visitor.actor.account]


def listing(visitor: Visitor) -> Response:
    """Return what the person signed and has still to sign; of all people for those who watch."""
    platform, actor = visitor.platform, visitor.actor
    seen = lists.agreements(platform.access, actor)
    if actor.has(Role.SUPERVISOR):
        seen = Sieve()
    running = None if seen is None else replace(seen, states=("active", "suspended"))
    part = pager.part(visitor, ServiceAgreement, running)
    rows = []
    for service in part.records:
        signed = _signed(platform, service)
        rows += [(service, user, _latest(signed, user)) for user in service.users]
    return visitor.page("undertakings.html", rows=rows, part=part, version=undertaking().version)
