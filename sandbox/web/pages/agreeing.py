"""A service agreement being drafted in the browser: filled in from the approved application (第十二条).

What a form may say and how it is read is `stipulating`'s; whether the agreement may be drafted the use
case says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.access import agreement as agreements
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message
from sandbox.kernel.records import Account, Environment
from sandbox.kernel.terms import LEAST_REVIEWERS
from sandbox.locale import words
from sandbox.regulation.calendars import regions
from sandbox.store.lists import Sieve
from sandbox.web.actions import NEW, Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.pages.asking import MOST_RANGES
from sandbox.web.pages.bounding import output_forms
from sandbox.web.pages.stipulating import DAYS, QUOTAS, Ground, Typed, ground_of, stipulated
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

MOST_OFFERED = 200
"""Applications in the field of choice: the newest; any other is drafted from its own page."""
WEEK = tuple((str(number), name) for number, name in DAYS.items())


def _draft(call: Call) -> Outcome:
    ground = ground_of(call.platform, call.actor, call.form.one("application"))
    asked, agreed = ground.application, stipulated(call.platform.directory, call.form, ground)
    made = agreements.draft(
        call.platform.access,
        call.actor,
        ServiceAgreement(
            state="drafted",
            organisation=asked.organisation,
            operator=call.actor.organisation,
            environment=asked.environment,
            application=asked.id,
            items=tuple(one.id for one in ground.items),
            scenario=asked.scenario,
            term_from=agreed.term_from,
            term_to=agreed.term_to,
            users=agreed.users,
            seats=agreed.seats,
            key_id="",
            terms=agreed.terms,
        ),
    )
    return Outcome(f"/console/service-agreements/{made.id}", word("协议已拟订，等待开发利用者接受"))


def _drafted_from(platform: Platform, actor: Actor) -> Options:
    store = platform.store
    places = tuple(one.id for one in store.find(Environment, organisation=actor.organisation))
    decided = ("application", "item", "approved", "closed", "withdrawn")
    ready = Sieve(states=("accepted",), environments=places, all_linked=decided)
    found = [one.record for one in store.lists.cut(Application, ready, limit=MOST_OFFERED)]
    return tuple((one.id, f"{one.id} {one.scenario[:24]}") for one in found)


def _no_pairs(_: Platform, __: Actor) -> Options:
    return ()


FIELDS = (
    Field("application", word("已批准的申请"), "choice", choices=_drafted_from),
    Field("users", word("席位用户的登录名"), help=word("开发利用者的人员，几名以空格分开；一人一席")),
    Field("seats", word("席位数"), "number", default="1"),
    Field("term_from", word("开始日期"), "date", required=False),
    Field("term_to", word("结束日期"), "date", required=False),
    Field(
        "hours",
        word("其他时段"),
        "area",
        required=False,
        help=word("一行一个，如“6 09:00-12:00”是星期六上午；什么都不填就不限时段"),
    ),
    Field(
        "joins",
        word("许可关联的数据集"),
        "checks",
        required=False,
        choices=_no_pairs,
        help=word("没有勾选的，出域闸口一律不准在同一结果里合用"),
    ),
    Field(
        "outputs",
        word("产出形式"),
        "checks",
        required=False,
        choices=output_forms,
        help=word("申请和边界条件都允许的形式；一项不勾就按它们的"),
    ),
    Field(
        "rows",
        word("行范围"),
        "area",
        required=False,
        help=word("一行一个“数据集:信息项=起..止”或“数据集:信息项=值|值”"),
    ),
    Field("run_bytes", word("一次运行能显示的字节数"), "number", required=False),
    Field("day_bytes", word("一天能显示的字节数"), "number", required=False),
    Field("run_seconds", word("一次运行的秒数"), "number", required=False),
    Field("day_runs", word("一天运行的次数"), "number", required=False),
    Field("day_submissions", word("一天提交出域申请的次数"), "number", required=False),
    Field(
        "reviewers",
        word("每件产品的审查人数"),
        "number",
        required=False,
        default=str(LEAST_REVIEWERS),
        help=word("至少两人，由主管部门和数据提供部门分别指派；一人一票"),
    ),
)
_BY_NAME = {one.name: one for one in FIELDS}


def _look(visitor: Visitor, _: str, typed: Typed) -> Mapping[str, Any]:
    """Return what the form's page shows: first the choice of an application, then the whole form."""
    platform, named = visitor.platform, next(iter(typed.get("application", ())), "")
    nothing: dict[str, Any] = {"ground": None, "named": _BY_NAME}
    if not named:
        return nothing
    try:
        ground = ground_of(platform, visitor.actor, named)
    except InputError as error:
        return {**nothing, "wrong": {"application": error.message}}
    filled = typed if "who" in typed else {**_typed_of(platform, ground), **typed}
    return shown_of(visitor, ground, filled, _BY_NAME)


def shown_of(visitor: Visitor, ground: Ground, typed: Typed, named: Mapping[str, Field]) -> dict[str, Any]:
    """Return what the whole form shows: of a first draft, and of an amendment."""
    bounds = visitor.platform.seats.bounds
    return {
        "ground": ground,
        "named": named,
        "typed": typed,
        "days": WEEK,
        "forms": tuple((one.value, words.term(f"output-{one.value}")) for one in ground.outputs),
        "ranges": {one: _shown(typed, one) for one in ground.datasets},
        "caps": {
            "run_bytes": bounds.run_bytes,
            "day_bytes": bounds.day_bytes,
            "run_seconds": int(bounds.seconds),
        },
        "quotas": QUOTAS,
        "regions": regions(),
        "opened": _opened(typed, ground),
    }


def _typed_of(platform: Platform, ground: Ground) -> dict[str, tuple[str, ...]]:
    """Return the form as the application fills it."""
    asked = ground.application
    applicant = platform.store.load(Account, asked.applicant).record if asked.applicant else None
    named = applicant is not None and applicant.organisation == asked.organisation
    return {
        "users": (applicant.name,) if applicant is not None and named else (),
        "seats": ("1",),
        "term_from": (asked.term_from.isoformat(),),
        "term_to": (asked.term_to.isoformat(),),
        "outputs": tuple(one.value for one in ground.outputs),
        "reviewers": (str(LEAST_REVIEWERS),),
    }


def _shown(typed: Typed, dataset: str) -> int:
    """Return how many lines for ranges of rows are shown: those filled in and one more."""
    heads = ("row-column", "row-start", "row-end", "row-values")
    filled = [
        place
        for place in range(MOST_RANGES)
        if any(one for head in heads for one in typed.get(f"{head}:{dataset}:{place}", ()))
    ]
    return min(MOST_RANGES, (max(filled) + 1 if filled else 0) + 1)


def _opened(typed: Typed, ground: Ground) -> dict[str, Message | None]:
    """Return of each part that is folded away what stands in it in a word; None where it says nothing."""
    rows = any(_shown(typed, one) > 1 for one in ground.datasets)
    return {
        "hours": word("已填") if _any(typed, "hours", "hours-days", "hours-start") else None,
        "joins": word("已选 {n} 对", n=len(typed["joins"])) if _any(typed, "joins") else None,
        "outputs": word("已选 {n} 种", n=len(typed["outputs"])) if _any(typed, "outputs") else None,
        "rows": word("已填") if rows else None,
        "quotas": word("已填") if _any(typed, *QUOTAS) else None,
    }


def _any(typed: Typed, *names: str) -> bool:
    return any(one for name in names for one in typed.get(name, ()))


DRAFT = Action(
    "service-agreement:draft",
    "service-agreements",
    word("拟订授权服务协议"),
    _draft,
    fields=FIELDS,
    hint=word("条款按批准的申请填好，只能收紧；开发利用者接受、本单位签署后生效"),
    template="agreeing.html",
    look=_look,
)


def path_for(application: str) -> str:
    """Return where the agreement on an application is drafted."""
    return f"{DRAFT.path(NEW)}?application={application}"
