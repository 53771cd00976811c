"""Comments on a submission: among the reviewers, or public; who reads which and when (第十九条).

While votes are blind a reviewer reads his own and the author's; the author reads what is public
once it was sent back to him or decided. Words that hold an identifier are not taken.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.egress.desk import GateDesk
from sandbox.egress.judge import WORDS
from sandbox.egress.review import review_situation
from sandbox.egress.spotting import spot_text
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Comment, Phase, Submission
from sandbox.kernel.situation import Situation
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link, Stored


def post(
    desk: GateDesk, actor: Actor, submission_id: str, text: str, *, public: bool = False, file: str = ""
) -> Comment:
    """Return the comment, put on record in the present round; the author's own is always public."""
    submission = desk.directory.store.load(Submission, submission_id).record
    change = written(desk, actor, submission, text, public=public, file=file)
    kept: Comment = desk.directory.store.write(actor, change)[0].record
    return kept


def written(
    desk: GateDesk, actor: Actor, submission: Submission, text: str, *, public: bool = False, file: str = ""
) -> Change:
    """Return the change that puts a comment on record, after asking whether it may be."""
    if spot_text(text, where=WORDS):
        raise InputError(say("留言中有证件、信用代码或电话号码：请去掉后重新提交"))
    comment = Comment(
        state="posted",
        organisation=actor.organisation,
        environment=submission.environment,
        submission=submission.id,
        round=submission.round,
        account=actor.account,
        text=text.strip(),
        public=public or actor.account == submission.author,
        file=file,
    )
    require(actor, step("comment:post"), _asked(desk, actor, submission, comment))
    links = (Link("submission", submission.id), Link("writer", actor.account))
    return Change(step("comment:post"), comment, links=links)


def withdraw(desk: GateDesk, actor: Actor, comment_id: str) -> Comment:
    """Return the comment, taken back by its writer; refused once a public one was read by the author."""
    stored = desk.directory.store.load(Comment, comment_id)
    submission = desk.directory.store.load(Submission, stored.record.submission).record
    require(actor, step("comment:withdraw"), _asked(desk, actor, submission, stored.record))
    changed = replace(stored.record, state="withdrawn")
    desk.directory.store.write(actor, Change(step("comment:withdraw"), changed, expected=stored.version))
    return changed


def _asked(desk: GateDesk, actor: Actor, submission: Submission, comment: Comment) -> Situation:
    return with_record(review_situation(desk, actor, submission), record=comment)


def thread(desk: GateDesk, submission: Submission) -> tuple[Stored[Comment], ...]:
    """Return every comment that stands, in the order of writing."""
    found = desk.directory.store.find(Comment, state="posted", linked=("submission", submission.id))
    return tuple(found)


def read_by_author(desk: GateDesk, submission: Submission) -> tuple[Stored[Comment], ...]:
    """Return what the author reads: his own, and what is public and no longer in the reviewers' hands."""
    judging = submission.state in ("frozen", "in-review")
    return tuple(
        one
        for one in thread(desk, submission)
        if one.record.account == submission.author
        or (one.record.public and (one.record.round < submission.round or not judging))
    )


def read_by_reviewer(desk: GateDesk, actor: Actor, submission: Submission) -> tuple[Stored[Comment], ...]:
    """Return what a reviewer reads: in a blind round nothing of another reviewer's."""
    blind = submission.state == "in-review" and submission.phase is Phase.INDEPENDENT
    return tuple(
        one
        for one in thread(desk, submission)
        if not blind
        or one.record.round < submission.round
        or one.record.account in (actor.account, submission.author)
    )
