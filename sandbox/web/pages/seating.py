"""Seats in the browser: provisioned, opened, closed, suspended; the way into JupyterLab and what was run."""

from __future__ import annotations

from starlette.responses import Response

from sandbox.access import reading
from sandbox.access.versions import standing
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.records import Account
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.oversight import duties
from sandbox.seats import seat as seats
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def _provision(call: Call) -> Outcome:
    form = call.form
    made = seats.provision(
        call.platform.seats,
        call.actor,
        agreement=form.one("agreement"),
        user=form.one("user"),
        name=form.one("name"),
    )
    return Outcome(
        f"/console/service-agreements/{made.agreement}", word("席位 {name} 已开通", name=made.name)
    )


def _open_seat(call: Call) -> Outcome:
    made = seats.open_seat(call.platform.seats, call.actor, call.id)
    return Outcome(f"/console/seats/{made.id}", word("席位已打开，可以进入 JupyterLab"))


def _close_seat(call: Call) -> Outcome:
    seats.close(call.platform.seats, call.actor, call.id)
    return Outcome(f"/console/seats/{call.id}", word("席位已关闭，其中的文件留着"))


def _suspend_seat(call: Call) -> Outcome:
    seats.suspend(call.platform.seats, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(f"/console/seats/{call.id}", word("席位已暂停"))


def _reinstate_seat(call: Call) -> Outcome:
    seats.reinstate(call.platform.seats, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(f"/console/seats/{call.id}", word("席位已恢复，由本人重新打开"))


def _agreed(platform: Platform, actor: Actor) -> Options:
    found = reading.agreements(platform.access, actor)
    return tuple((one.id, f"{one.id} {one.scenario[:24]}") for one in found if one.state == "active")


PROVISION = Action(
    "seat:provision",
    "seats",
    word("开通席位"),
    _provision,
    fields=(
        Field("agreement", word("授权服务协议"), "choice", choices=_agreed),
        Field("user", word("用户登录名"), help=word("协议列名的用户")),
        Field("name", word("席位名"), help=word("小写字母、数字和连字符")),
    ),
)
OPEN_SEAT = Action("seat:open", "seats", word("打开席位"), _open_seat, record=Seat)
CLOSE_SEAT = Action("seat:close", "seats", word("关闭席位"), _close_seat, record=Seat)
SUSPEND_SEAT = Action(
    "seat:suspend",
    "seats",
    word("暂停席位"),
    _suspend_seat,
    record=Seat,
    fields=(reason_field(),),
    grave=True,
)
REINSTATE_SEAT = Action(
    "seat:reinstate", "seats", word("恢复席位"), _reinstate_seat, record=Seat, fields=(reason_field(),)
)
ACTIONS = (PROVISION, OPEN_SEAT, CLOSE_SEAT, SUSPEND_SEAT, REINSTATE_SEAT)


def seat_page(visitor: Visitor, identifier: str) -> Response:
    """Return one seat: whose, what it mounts, when it ran, and the way into it."""
    platform, store = visitor.platform, visitor.platform.store
    found = seats.named(platform.seats, identifier)
    if found.user != visitor.actor.account:
        reading.agreement(platform.access, visitor.actor, found.agreement)
    stored = store.load(Seat, found.id)
    agreement = store.load(ServiceAgreement, found.agreement).record
    stands = standing(platform.directory, found.agreement)
    return visitor.page(
        "seat.html",
        to_sign=bool(duties.unsigned(platform.oversight, (stands,), found.user)),
        seat=found,
        version=stored.version,
        user=store.load(Account, found.user).record,
        agreement=agreement,
        snapshots=seats.current_snapshots(platform.directory, found.agreement),
        runs=store.facts(record=found.id, verb="seat:run", newest_first=True, limit=20),
        facts=store.facts(record=found.id),
        submissions=[one.record for one in store.find(Submission, linked=("seat", found.id))],
        actions=ACTIONS[1:],
        mine=found.user == visitor.actor.account,
    )
