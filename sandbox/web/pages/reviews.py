"""The review desk in the browser: the queue, the steps around a vote, and how well reviewing works.

Who sees what is `egress.audience`'s to say, what may be done the use cases'. The queue, the stopped seats and
the measures have pages of their own; everything else stands on the page of the submission.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.catalog.reading import of_authority
from sandbox.egress import (
    assessment,
    comments,
    custody,
    docket,
    mending,
    quality,
    review,
    rounds,
    samples,
    stoppage,
)
from sandbox.egress.checks import CHECKS
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.errors import InputError
from sandbox.kernel.review_records import Assessment, Comment, Risk, RiskKind, RiskLevel, Submission
from sandbox.kernel.seat_records import Seat, Stoppage
from sandbox.locale import words
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.pages.ballots import votes_on
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

_REVIEWED = frozenset({"in-review"})
TOGETHER = 50
"""Submissions of one page of the queue."""


def _to(call: Call, told: object) -> Outcome:
    return Outcome(f"/console/submissions/{call.id}", told)  # type: ignore[arg-type]


def _revise(call: Call) -> Outcome:
    after = review.revise(call.platform.gate, call.actor, call.id, votes_on(call))
    return _to(call, word("已改票") if after.state == "in-review" else word("已改票，审查有了结论"))


def _conclude(call: Call) -> Outcome:
    review.conclude(call.platform.gate, call.actor, call.id)
    return _to(call, word("合议已结束：仍有分歧的文件不放行"))


def _return(call: Call) -> Outcome:
    rounds.send_back(call.platform.gate, call.actor, call.id, comment=call.form.one("comment"))
    return _to(call, word("已退回提交人，并告知修改意见"))


def _resubmit(call: Call) -> Outcome:
    keep = call.form.many("keep")
    rounds.resubmit(call.platform.gate, call.actor, call.id, answer=call.form.one("answer"), keep=keep)
    return _to(call, word("已重新提交，等待闸口检查"))


def _mend(call: Call) -> Outcome:
    after = mending.mend(call.platform.gate, call.actor, call.id)
    return _to(call, word("闸口已改好，作为第 {n} 轮重新提交", n=after.round))


def _comment(call: Call) -> Outcome:
    form = call.form
    public = form.one("public") == "public"
    comments.post(
        call.platform.gate, call.actor, call.id, form.one("text"), public=public, file=form.one("file")
    )
    return _to(call, word("留言已记下"))


def _uncomment(call: Call) -> Outcome:
    taken = comments.withdraw(call.platform.gate, call.actor, call.id)
    return Outcome(f"/console/submissions/{taken.submission}", word("留言已撤回"))


def _take(call: Call) -> Outcome:
    custody.take(call.platform.gate, call.actor, call.id)
    return _to(call, word("已认领，4 小时内本单位其他人不办理"))


def _give_back(call: Call) -> Outcome:
    custody.give_back(call.platform.gate, call.actor, call.id)
    return _to(call, word("已放回，本单位其他人可以办理"))


def _lift(call: Call) -> Outcome:
    stoppage.lift(call.platform.gate, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome("/console/reviews", word("席位可以再提交"))


def _assess(call: Call) -> Outcome:
    assessment.file(call.platform.gate, call.actor, call.id, tuple(_risk(call, kind) for kind in RiskKind))
    return _to(call, word("风险评估已提交"))


def _risk(call: Call, kind: RiskKind) -> Risk:
    try:
        level = RiskLevel(call.form.one(f"{kind}-level") or RiskLevel.LOW)
    except ValueError:
        raise InputError(word("风险程度只能是低、中、高")) from None
    finding, control = call.form.one(f"{kind}-finding"), call.form.one(f"{kind}-control")
    return Risk(kind=kind, level=level, finding=finding, control=control)


def _unassess(call: Call) -> Outcome:
    taken = assessment.withdraw(call.platform.gate, call.actor, call.id)
    return Outcome(f"/console/submissions/{taken.submission}", word("风险评估已撤回"))


def _plant(call: Call) -> Outcome:
    samples.plant(call.platform.gate, call.actor, call.form.one("seat"), call.form.one("kind"))
    return Outcome("/console/reviews/quality", word("样品已放进审查队列，任何情况下都不会放行"))


def _levels(_: Platform, __: Actor) -> Options:
    return tuple((one.value, words.term(f"risk-{one.value}")) for one in RiskLevel)


def _publicity(_: Platform, __: Actor) -> Options:
    return (("private", word("只给审查人看")), ("public", word("公开：退回或办结后提交人也看得到")))


def _samples(_: Platform, __: Actor) -> Options:
    return tuple((one, words.term(one)) for one in samples.KINDS)


def _seats(platform: Platform, _: Actor) -> Options:
    found = (one.record for one in platform.store.find(Seat) if one.record.mounted)
    return tuple((one.id, f"{one.name}（{one.id}）") for one in found)


def _risk_fields() -> tuple[Field, ...]:
    made: list[Field] = []
    for kind in RiskKind:
        name = words.term(f"risk-{kind.value}")
        made += [
            Field(f"{kind.value}-finding", name, "area", help=words.term(f"risk-{kind.value}-help")),
            Field(f"{kind.value}-level", word("程度"), "choice", choices=_levels),
            Field(f"{kind.value}-control", word("控制措施"), "area"),
        ]
    return tuple(made)


def _last(visitor: Visitor, identifier: str, typed: Any) -> dict[str, Any]:
    """Begin the form with what the agreement's last assessment said."""
    gate = visitor.platform.gate
    last = assessment.last_of(gate, review.found(gate, identifier).record)
    if typed or last is None:
        return {}
    filled: dict[str, tuple[str, ...]] = {}
    for one in last.risks:
        filled |= {
            f"{one.kind.value}-finding": (one.finding,),
            f"{one.kind.value}-level": (one.level.value,),
            f"{one.kind.value}-control": (one.control,),
        }
    return {"typed": filled}


REVISE = Action(
    "review:revise",
    "submissions",
    word("改票或维持"),
    _revise,
    verb="revise",
    record=Submission,
    fields=(
        Field("approve", word("同意的文件摘要"), "checks", required=False),
        Field("reject", word("不同意的文件摘要"), "checks", required=False),
        Field("comment", word("意见"), "area", required=False),
    ),
    hint=word("合议：各人的票和意见已经公开，可以改票，也可以维持"),
    extra_states=_REVIEWED,
)
CONCLUDE = Action(
    "submission:conclude",
    "submissions",
    word("结束合议"),
    _conclude,
    record=Submission,
    grave=True,
    hint=word("按现在的票了结：仍有分歧的文件不放行，其余照放"),
)
RETURN = Action(
    "submission:return",
    "submissions",
    word("退回修改"),
    _return,
    record=Submission,
    fields=(Field("comment", word("告诉提交人改什么"), "area", help=word("提交人看得到；不要写数据的值")),),
    hint=word("本轮的票随之作废；提交人修改后在同一申请里重新提交"),
)
RESUBMIT = Action(
    "submission:resubmit",
    "submissions",
    word("重新提交"),
    _resubmit,
    record=Submission,
    fields=(
        Field("keep", word("保留的文件"), "checks"),
        Field("answer", word("答复：改了什么"), "area", help=word("审查人看得到")),
    ),
    hint=word("要换文件请在席位里用 submit(…, submission=申请编号) 提交"),
)
MEND = Action(
    "submission:resubmit",
    "submissions",
    word("由闸口改好再提交"),
    _mend,
    verb="mend",
    record=Submission,
    hint=word(
        "闸口由声明重算，隐去会暴露个别对象的行，与此前的产品一并核对，作为下一轮提交，照样判定和审查；改不好的文件不在其中"
    ),
)
COMMENT = Action(
    "comment:post",
    "submissions",
    word("留言"),
    _comment,
    verb="comment",
    fields=(
        Field("text", word("内容"), "area"),
        Field("public", word("给谁看"), "choice", choices=_publicity, default="private"),
        Field("file", word("关于哪份文件"), required=False),
    ),
    extra_states=_REVIEWED,
)
UNCOMMENT = Action("comment:withdraw", "comments", word("撤回留言"), _uncomment, record=Comment)
TAKE = Action(
    "custody:take",
    "submissions",
    word("认领"),
    _take,
    verb="claim",
    hint=word("认领后 4 小时内，本单位其他人不重复审查"),
    extra_states=_REVIEWED,
)
GIVE_BACK = Action(
    "custody:give-back", "submissions", word("放回"), _give_back, verb="give-back", extra_states=_REVIEWED
)
LIFT = Action(
    "stoppage:lift", "stoppages", word("恢复提交"), _lift, record=Stoppage, fields=(reason_field(),)
)
ASSESS = Action(
    "assessment:file",
    "submissions",
    word("风险评估"),
    _assess,
    verb="assess",
    fields=_risk_fields(),
    look=_last,
    hint=word("第十八条：放行之前须识别、评估五类风险并写明控制措施"),
    extra_states=frozenset({"frozen", "in-review", "returned", "approved"}),
)
UNASSESS = Action(
    "assessment:withdraw", "assessments", word("撤回风险评估"), _unassess, record=Assessment, grave=True
)
PLANT = Action(
    "submission:plant",
    "samples",
    word("放一份检验样品"),
    _plant,
    fields=(
        Field("seat", word("借用哪个席位的样子"), "choice", choices=_seats),
        Field("kind", word("样品里藏的是什么"), "choice", choices=_samples),
    ),
    hint=word("样品全部是编造的值，看起来与一般申请一样，任何情况下都不放行；用来衡量漏检率"),
)
ACTIONS = (
    REVISE,
    CONCLUDE,
    RETURN,
    RESUBMIT,
    MEND,
    COMMENT,
    UNCOMMENT,
    TAKE,
    GIVE_BACK,
    LIFT,
    ASSESS,
    UNASSESS,
    PLANT,
)


def queue(visitor: Visitor) -> Response:
    """Return what waits for this reviewer, the riskiest first, and the seats that may not submit.

    Of very many in review each page holds those of one stretch of due days.
    """
    gate, store = visitor.platform.gate, visitor.platform.store
    officer = of_authority(visitor.platform.directory, visitor.actor)
    sieve, place = docket.waiting(gate, visitor.actor), pager.place_of(visitor)
    total = sum(store.lists.counted(Submission, sieve).values()) if sieve is not None else 0
    stops = store.find(Stoppage, state="in-force") if officer and visitor.actor.has(*LIFT.step.roles) else ()
    return visitor.page(
        "reviews.html",
        entries=docket.docket(gate, visitor.actor, most=TOGETHER, offset=(place - 1) * TOGETHER),
        part=pager.Part((), total, place, max(1, -(-total // TOGETHER))),
        stops=[(one.record, one.created_at, store.load(Seat, one.record.seat).record) for one in stops],
        lift=LIFT,
        take=TAKE,
        officer=officer and visitor.actor.has(Role.AUTHORITY_OFFICER),
    )


def next_up(visitor: Visitor, after: str) -> str:
    """Return the submission that the reviewer takes up after this one, or an empty text."""
    found = docket.docket(visitor.platform.gate, visitor.actor, most=TOGETHER)
    return next(
        (one.submission.id for one in found if one.part != "voted" and one.submission.id != after), ""
    )


def measures(visitor: Visitor) -> Response:
    """Return how well reviewing works, for officers of the authority."""
    found = quality.measured(visitor.platform.gate, visitor.actor)
    rules = sorted(found.rules.values(), key=lambda one: (-one.false_alarms, one.rule))
    told = {one.code: one.catches for one in CHECKS}
    return visitor.page(
        "quality.html",
        found=found,
        most=quality.LATEST,
        readers=sorted(found.readers.values(), key=lambda one: -one.votes),
        rules=[(one, told.get(one.rule)) for one in rules],
        plant=PLANT,
    )
