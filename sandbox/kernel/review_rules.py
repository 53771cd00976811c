"""Who may judge a product and when its votes carry it (第十九条).

The authority together with the provider of every input, or a commissioned third party with
an unexpired qualification together with one of them; never the author, the author's
organisation or the operator's staff; one natural person, one vote a round. One no is a no, unless
on the table a third voter of the same organisation says yes. A planted sample is never approved.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.kernel.actors import Actor
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.kernel.review_records import Capacity, Phase, Review, Standing, Submission
from sandbox.kernel.rules import MISSING, Rule
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import TemplateSignature


def _never_the_author(actor: Actor, now: Situation) -> Message | None:
    one = now.submission
    if one is None or now.own is None:
        return MISSING
    if actor.account == one.author or actor.organisation == one.organisation:
        return say("提交人及其所在单位的人员不得审查")
    if actor.person in now.acted:
        return say("提交单位和运营商的人员换用其他账户也不得审查")
    return None


def capacity_of(organisation: Organisation, situation: Situation) -> Capacity | None:
    """Return in which capacity the organisation may judge the submission, or None (第十九条)."""
    if OrganisationRole.AUTHORITY in organisation.roles:
        return Capacity.AUTHORITY
    if organisation.id in situation.providers:
        return Capacity.PROVIDER
    if OrganisationRole.THIRD_PARTY_REVIEWER in organisation.roles:
        return Capacity.THIRD_PARTY
    return None


def _in_capacity(actor: Actor, now: Situation) -> Message | None:
    review = now.record
    if not isinstance(review, Review) or now.own is None:
        return MISSING
    capacity = capacity_of(now.own, now)
    allowed = {capacity}
    if capacity is Capacity.AUTHORITY and actor.organisation in now.providers:
        allowed.add(Capacity.PROVIDER)
    if capacity is None or review.capacity not in allowed:
        return say("本单位既不是主管部门、也不是所用数据的提供部门或受托第三方")
    return commissioned(now.own, now) if review.capacity is Capacity.THIRD_PARTY else None


def commissioned(body: Organisation, now: Situation) -> Message | None:
    """Return why a third party may not judge: only what it was commissioned for, while qualified."""
    if now.submission is None or body.id not in now.submission.commissioned:
        return say("第三方没有受主管部门委托审查这项申请")
    if body.qualified_until is None or body.qualified_until < now.today:
        return say("第三方的资质不存在或已过期")
    return None


def _commissionable(_: Actor, now: Situation) -> Message | None:
    body = now.other
    if body is None:
        return MISSING
    if OrganisationRole.THIRD_PARTY_REVIEWER not in body.roles or body.state != "registered":
        return say("只能委托已登记的第三方审查机构")
    if body.qualified_until is None or body.qualified_until < now.today:
        return say("第三方的资质不存在或已过期")
    return None


def _one_vote(actor: Actor, now: Situation) -> Message | None:
    if any(review.person == actor.person for review in now.reviews):
        return say("一人一票：本人已经投过票")
    return None


def _in_review(_: Actor, now: Situation) -> Message | None:
    if now.submission is None:
        return MISSING
    if now.submission.state == "refused":
        return say("闸口已拒绝的申请不能投票：请更正后提交新的文件")
    return None if now.submission.state == "in-review" else say("申请不在审查之中")


def _votes_fit(_: Actor, now: Situation) -> Message | None:
    review = now.record
    if not isinstance(review, Review) or now.submission is None:
        return MISSING
    votable = sorted(votable_digests(now.submission))
    if sorted(vote.digest for vote in review.votes) == votable:
        return None
    return say("投票须逐个对应闸口重写后的文件摘要，不能多也不能少")


def votable_digests(submission: Submission) -> tuple[str, ...]:
    """Return the rewritten digest of every file that may be voted on, in the order of the files."""
    return tuple(one.rewritten for one in submission.files if one.rewritten and not one.supporting)


def counted(situation: Situation) -> tuple[Review, ...]:
    """Return the votes that count: none of whoever may not judge it by now, whatever he was when he voted."""
    submission = situation.submission
    if submission is None:
        return ()
    return tuple(
        one
        for one in situation.reviews
        if one.person not in situation.acted
        and one.organisation != submission.organisation
        and one.voter != submission.author
        and (one.submission, one.round) == (submission.id, submission.round)
    )


def approved_digests(situation: Situation) -> frozenset[str]:
    """Return the rewritten digests that a lawful set of votes approves (第十九条).

    The authority plus the provider of every input, or a third party plus one of those;
    where authority and provider are one organisation, two different persons of it.
    """
    submission = situation.submission
    if submission is None or not situation.providers or submission.sample:
        return frozenset()
    digests = votable_digests(submission)
    return frozenset(digest for digest in digests if _carried(digest, situation))


def conflicts(situation: Situation) -> frozenset[str]:
    """Return the digests on which the votes differ and no third voter has decided."""
    votes = counted(situation)
    if situation.submission is None or any(one.standing is Standing.THIRD for one in votes):
        return frozenset()
    return frozenset(
        digest
        for digest in votable_digests(situation.submission)
        if 0 < sum(_approves(one, digest) for one in votes) < len(votes)
    )


def _carried(digest: str, situation: Situation) -> bool:
    """Return whether the votes carry a digest: nobody is against it, or a third voter settled it."""
    votes = counted(situation)
    yes = [one for one in votes if _approves(one, digest)]
    no = [one for one in votes if not _approves(one, digest)]
    if no and not _overruled(yes, no, situation):
        return False
    return lawful(yes, situation)


def _overruled(yes: list[Review], no: list[Review], situation: Situation) -> bool:
    """Return whether a no is outvoted: on the table, by a third voter, never against a whole organisation."""
    if situation.submission is None or situation.submission.phase is Phase.INDEPENDENT:
        return False
    third = any(r.standing is Standing.THIRD for r in yes)
    own_yes = {r.organisation for r in yes}
    return third and len(yes) > len(no) and all(r.organisation in own_yes for r in no)


def lawful(yes: Sequence[Review | TemplateSignature], situation: Situation) -> bool:
    """Return whether those who said yes, or signed, are together whom the law asks for (第十九条)."""
    authority = {r.person for r in yes if r.capacity is Capacity.AUTHORITY}
    third = {r.person for r in yes if r.capacity is Capacity.THIRD_PARTY}
    providers: dict[str, set[str]] = {}
    for review in yes:
        if review.capacity is Capacity.PROVIDER:
            providers.setdefault(review.organisation, set()).add(review.person)
    everyone = set().union(*providers.values()) if providers else set()
    if len(third | authority | everyone) < _needed(situation):
        return False
    if third:
        return bool(authority or everyone)
    return situation.providers <= providers.keys() and bool(authority)


def _needed(situation: Situation) -> int:
    """Return how many persons must judge: two, or more where the agreement says so."""
    return max(2, situation.access.reviewers if situation.access is not None else 2)


def _approves(review: Review, digest: str) -> bool:
    """Whether the vote is for the digest: two files of the same bytes with two answers are a no."""
    said = [vote.approve for vote in review.votes if vote.digest == digest]
    return bool(said) and all(said)


def quorum(situation: Situation) -> bool:
    """Return whether all reviewers that the law asks for have voted, whatever they said."""
    votes = counted(situation)
    seen = {one.capacity for one in votes}
    persons = {one.person for one in votes}
    if len(persons) < _needed(situation):
        return False
    if Capacity.THIRD_PARTY in seen and len(seen) > 1:
        return True
    provided = {one.organisation for one in votes if one.capacity is Capacity.PROVIDER}
    return Capacity.AUTHORITY in seen and situation.providers <= provided


def _decided(_: Actor, now: Situation) -> Message | None:
    one = now.submission
    if one is not None and one.sample and one.state == "returned":
        return None  # sent back is seen through
    return None if quorum(now) else say("应到的审查意见还没有到齐")


def _some_approved(_: Actor, now: Situation) -> Message | None:
    return None if approved_digests(now) else say("没有任何文件获得全部审查人同意")


def _exactly_approved(_: Actor, now: Situation) -> Message | None:
    if now.submission is None:
        return MISSING
    if now.submission.sample:
        return say("这是检验审查质量的样品，任何情况下都不得放行")
    marked = {one.rewritten for one in now.submission.files if one.approved}
    return None if marked and marked <= approved_digests(now) else say("放行的文件与审查同意的摘要不一致")


NEVER_THE_AUTHOR = Rule("never-the-author", "第十九条", _never_the_author)
IN_CAPACITY = Rule("in-capacity", "第十九条", _in_capacity)
ONE_VOTE = Rule("one-vote", "第十九条", _one_vote)
COMMISSIONABLE = Rule("commissionable", "第十九条", _commissionable)
IN_REVIEW = Rule("in-review", "第十九条", _in_review)
VOTES_FIT = Rule("votes-fit", "第十九条", _votes_fit)
DECIDED = Rule("decided", "第十九条", _decided)
SOME_APPROVED = Rule("some-approved", "第十九条", _some_approved)
EXACTLY_APPROVED = Rule("exactly-approved", "第十九条", _exactly_approved)
