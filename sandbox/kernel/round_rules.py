"""What holds between the votes: rounds, comments, custody, stoppages, risk assessment (第十八、十九条).

A round ends by a decision or by a return to the author; what is said in private stays among those
who judge. Who may judge at all and when votes carry is `review_rules`'. Pure.
"""

from __future__ import annotations

from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import (
    Assessment,
    Capacity,
    Comment,
    Custody,
    Phase,
    Review,
    RiskKind,
    Submission,
)
from sandbox.kernel.review_rules import capacity_of, commissioned, conflicts, quorum
from sandbox.kernel.rules import MISSING, Rule
from sandbox.kernel.seat_records import Stoppage
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import Template

REVIEWING = frozenset({Role.SECURITY_REVIEWER, Role.PROVIDER_REVIEWER})
MOST_COMMENT, MOST_RISK = 2000, 1000
"""Characters of a comment, and of one entry of a risk assessment."""


def _may_judge(actor: Actor, now: Situation) -> Message | None:
    """Whoever could vote on it, whether or not he has: the steps around a vote are theirs alone."""
    if now.own is None or now.submission is None or now.own.id != actor.organisation:
        return MISSING
    capacity = capacity_of(now.own, now)
    if capacity is None:
        return say("本单位既不是主管部门、也不是所用数据的提供部门或受托第三方")
    return commissioned(now.own, now) if capacity is Capacity.THIRD_PARTY else None


def _consolidating(_: Actor, now: Situation) -> Message | None:
    if now.submission is None:
        return MISSING
    if now.submission.phase is Phase.CONSOLIDATING:
        return None
    return say("审查意见没有分歧或还没有到齐：到齐且有分歧时才进入合议")


def _own_vote(actor: Actor, now: Situation) -> Message | None:
    review, submission = now.record, now.submission
    if not isinstance(review, Review) or submission is None:
        return MISSING
    fits = review.voter == actor.account and review.submission == submission.id
    if fits and review.round == submission.round:
        return None
    return say("只能修改本人在本轮投出的票")


def _differs(_: Actor, now: Situation) -> Message | None:
    return None if quorum(now) and conflicts(now) else say("审查意见没有分歧，不需要合议")


def _explained(_: Actor, now: Situation) -> Message | None:
    """A return tells the author what to mend, in words that he may read."""
    if now.submission is None:
        return MISSING
    told = any(
        one.public and one.round == now.submission.round and one.account != now.submission.author
        for one in _standing(now)
    )
    return None if told else say("退回之前须至少写一条公开意见，告诉提交人改什么")


def _answered(_: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Submission):
        return MISSING
    if one.state == "refused":
        return None  # the gate has said what to mend; nobody asked anything
    said = any(each.account == one.author and each.round == one.round for each in _standing(now))
    return None if said else say("重新提交之前须先答复退回意见：写明改了什么")


def _standing(now: Situation) -> tuple[Comment, ...]:
    return tuple(one for one in now.comments if one.state == "posted")


def _comment_fits(actor: Actor, now: Situation) -> Message | None:
    one, submission = now.record, now.submission
    if not isinstance(one, Comment) or submission is None:
        return MISSING
    if one.account != actor.account or (one.submission, one.round) != (submission.id, submission.round):
        return say("留言只能由本人写在本轮")
    if not one.text.strip() or len(one.text) > MOST_COMMENT:
        return say("留言须写 1 到 {most} 个字", most=MOST_COMMENT)
    if one.file and all(one.file != file.name for file in submission.files):
        return say("申请里没有这份文件")
    if actor.account == submission.author and not submission.sample:
        open_to_author = submission.state in ("in-review", "returned")
        return None if one.public and open_to_author else say("提交人只能在审查中或退回后公开留言")
    return _judges_comment(actor, submission, now)


def _judges_comment(actor: Actor, submission: Submission, now: Situation) -> Message | None:
    if submission.state != "in-review":
        return say("申请不在审查之中")
    if actor.organisation == submission.organisation or actor.person in now.acted:
        return say("提交人及其所在单位的人员不得审查")
    return _may_judge(actor, now)


def _own_comment(actor: Actor, now: Situation) -> Message | None:
    one, submission = now.record, now.submission
    if not isinstance(one, Comment) or submission is None:
        return MISSING
    if one.account != actor.account:
        return say("留言只能由本人撤回")
    turned = (one.round, submission.state) != (submission.round, "in-review")
    return say("这条留言已经给对方看过，不能撤回") if turned and one.public else None


def _holder(actor: Actor, now: Situation) -> Custody | None:
    """Return who of the actor's organisation holds the round now."""
    if now.moment is None or now.submission is None:
        return None
    for one in now.custodies or ():
        if (
            one.state == "held"
            and one.organisation == actor.organisation
            and one.round == now.submission.round
            and one.until > now.moment
        ):
            return one
    return None


def _not_held(actor: Actor, now: Situation) -> Message | None:
    """While somebody of the same organisation holds it, his colleagues leave it to him; on a conflict not."""
    if now.custodies is None or now.moment is None or now.submission is None:
        return MISSING
    one = _holder(actor, now)
    if one is None or one.account == actor.account or now.submission.phase is not Phase.INDEPENDENT:
        return None
    return say("本单位已有人认领这项审查，到 {until} 为止：请等到期或请其放回", until=one.until.isoformat())


def _custody_fits(actor: Actor, now: Situation) -> Message | None:
    one, submission = now.record, now.submission
    if not isinstance(one, Custody) or submission is None or now.moment is None:
        return MISSING
    right = one.account == actor.account and one.organisation == actor.organisation
    if not right or (one.submission, one.round) != (submission.id, submission.round):
        return say("认领只能由本人在本轮办理")
    return None


def _own_custody(actor: Actor, now: Situation) -> Message | None:
    if isinstance(now.record, Custody) and now.record.account == actor.account:
        return None
    return say("只有认领人本人可以放回")


def _custody_over(_: Actor, now: Situation) -> Message | None:
    """It ends by its hour, with its round, and when its holder may judge no longer."""
    one, submission = now.record, now.submission
    if not isinstance(one, Custody) or submission is None or now.moment is None or now.account is None:
        return MISSING
    turned = submission.state != "in-review" or submission.round != one.round
    able = now.account.state != "suspended" and not now.granted.isdisjoint(REVIEWING)
    if turned or not able or one.until <= now.moment:
        return None
    return say("认领还没有到期")


def _submissions_open(_: Actor, now: Situation) -> Message | None:
    """After too many products that were source records a reviewer must open the seat again."""
    if now.stoppages is None:
        return MISSING
    for one in now.stoppages:
        if one.state == "in-force":
            return say(
                "这个席位已暂停提交：{days} 天内 {times} 次提交源数据记录，须由安全审查员恢复后才能再提交",
                days=one.days,
                times=one.times,
            )
    return None


def _lifts(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Stoppage):
        return MISSING
    if actor.organisation == one.organisation:
        return say("提交人及其所在单位的人员不得审查")
    return None if one.reason.strip() else say("恢复提交须写明理由")


def _assessed(_: Actor, now: Situation) -> Message | None:
    """第十八条: what leaves has been assessed for the five risks, by whoever brings it to market."""
    found = now.assessment
    if now.template is not None:
        return _assessed_once(found, now.template)
    if now.submission is None:
        return MISSING
    if found is not None and found.state == "exempt" and not now.submission.assessed:
        return None if now.submission.id in found.exempt else _NOT_ASSESSED
    if found is None or found.state != "filed" or found.submission != now.submission.id:
        return _NOT_ASSESSED
    return _five(found)


def _assessed_once(found: Assessment | None, template: Template) -> Message | None:
    """What was filed with a reviewed template holds for its instances, while its terms stand."""
    if found is None or found.state != "filed" or found.template != template.id or not found.template:
        return say("模板还没有提交五类风险评估：请开发利用者与模板一并提交")
    return _five(found) if found.terms == template.digest else say("风险评估不是对这份模板条款作出的")


_NOT_ASSESSED = say("还没有提交五类风险评估：请开发利用者或运营商先在出域申请页填写“风险评估”")


def _five(one: Assessment) -> Message | None:
    whole = {risk.kind for risk in one.risks if risk.finding.strip() and risk.control.strip()}
    if whole != set(RiskKind) or len(one.risks) != len(RiskKind):
        return say("风险评估须逐项写明政策、合规性、法律、操作、市场五类风险和控制措施")
    if any(max(len(risk.finding), len(risk.control)) > MOST_RISK for risk in one.risks):
        return say("风险评估每一项不超过 {most} 个字", most=MOST_RISK)
    return None


def _assessment_fits(actor: Actor, now: Situation) -> Message | None:
    one, submission = now.record, now.submission
    if isinstance(one, Assessment) and now.template is not None:
        return _assesses_template(actor, one, now.template) or _five(one)
    if not isinstance(one, Assessment) or submission is None or now.agreement is None:
        return MISSING
    if one.account != actor.account or one.submission != submission.id:
        return say("风险评估由办理人本人填写")
    author = "" if submission.sample else submission.organisation
    if actor.organisation not in (author, now.agreement.operator):
        return say("风险评估由提交单位或协议的数据运营商填写")
    if submission.state not in ("frozen", "in-review", "returned", "approved"):
        return say("申请已经办结，不再填写风险评估")
    return _five(one)


def _assesses_template(actor: Actor, one: Assessment, template: Template) -> Message | None:
    if one.account != actor.account or (one.template, one.terms) != (template.id, template.digest):
        return say("风险评估由办理人本人对这份模板条款填写")
    if actor.organisation != template.organisation:
        return say("模板的风险评估由提出模板的开发利用者填写")
    return None if template.state == "drafted" else say("模板已经提交签署，不再填写风险评估")


def _own_assessment(actor: Actor, now: Situation) -> Message | None:
    one, submission = now.record, now.submission
    if not isinstance(one, Assessment) or submission is None:
        return MISSING
    if one.account != actor.account:
        return say("风险评估只能由填写人撤回")
    return say("产品已经放行，风险评估不能撤回") if submission.state == "released" else None


def _samples_wanted(_: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Submission) or not one.sample or any(file.digest == "" for file in one.files):
        return MISSING
    return None


MAY_JUDGE = Rule("may-judge", "第十九条", _may_judge)
CONSOLIDATING = Rule("consolidating", "第十九条", _consolidating)
OWN_VOTE = Rule("own-vote", "第十九条", _own_vote)
DIFFERS = Rule("differs", "第十九条", _differs)
EXPLAINED = Rule("explained", "第十九条", _explained)
ANSWERED = Rule("answered", "第十九条", _answered)
COMMENT_FITS = Rule("comment-fits", "第十九条", _comment_fits)
OWN_COMMENT = Rule("own-comment", "第十九条", _own_comment)
NOT_HELD = Rule("not-held", "第十九条", _not_held)
CUSTODY_FITS = Rule("custody-fits", "第十九条", _custody_fits)
OWN_CUSTODY = Rule("own-custody", "第十九条", _own_custody)
CUSTODY_OVER = Rule("custody-over", "第十九条", _custody_over)
SUBMISSIONS_OPEN = Rule("submissions-open", "第十七条", _submissions_open)
LIFTS = Rule("lifts", "第十七条", _lifts)
ASSESSED = Rule("assessed", "第十八条", _assessed)
ASSESSMENT_FITS = Rule("assessment-fits", "第十八条", _assessment_fits)
OWN_ASSESSMENT = Rule("own-assessment", "第十八条", _own_assessment)
SAMPLES_WANTED = Rule("samples-wanted", "第十九条", _samples_wanted)
