"""`sandbox egress …`, the reviewer's and the author's part between votes: queue, rounds, comments, risks.

Joins the group of `cli.egress`. Every verb here needs a person's credential and calls the use case that the
console calls.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sandbox.cli.frame import Session, called, command, stated
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import Risk, RiskKind, RiskLevel, Submission

_Submission = Annotated[str, typer.Argument(help="出域申请 · submission")]


def join(egress: typer.Typer) -> None:
    """Add the verbs to the group."""
    for add in (
        _queue,
        _revise,
        _conclude,
        _return,
        _resubmit,
        _mend,
        _comment,
        _claim,
        _assess,
        _stops,
        _quality,
    ):
        add(egress)


def _done(session: Session, sentence: Message, after: Submission) -> None:
    data = {"submission": after.id, "state": after.state, "round": after.round, "phase": after.phase}
    session.show(data, lambda console: console.print(session.text(sentence), markup=False))


def _queue(egress: typer.Typer) -> None:
    @command(egress, "queue", person=True)
    def queue(session: Session) -> None:
        """等本人审查的申请，按风险和期限排 · what waits for this reviewer, by risk and term."""
        from sandbox.egress import docket

        found = docket.docket(session.platform.gate, session.actor())
        entries = [
            {
                "id": one.submission.id,
                "title": one.submission.title,
                "part": one.part,
                "risk": one.risk,
                "why": [{"code": why.code, "count": why.count, "weight": why.weight} for why in one.why],
                "due": one.submission.clock.due if one.submission.clock is not None else None,
                "days_left": one.days_left,
                "held_by": one.held.account if one.held is not None else None,
                "votes_cast": one.cast,
            }
            for one in found
        ]

        def view(_: Console) -> None:
            rows = [
                (
                    one["id"],
                    one["title"],
                    called(str(one["part"]), prefix="part-"),
                    one["risk"],
                    one["days_left"],
                    one["votes_cast"],
                )
                for one in entries
            ]
            columns = (
                say("申请"),
                say("标题"),
                say("要办的事"),
                say("风险"),
                say("剩余工作日"),
                say("已投票"),
            )
            session.table(say("审查台"), columns, rows)

        session.show({"queue": entries}, view)


def _revise(egress: typer.Typer) -> None:
    @command(egress, "revise", person=True)
    def revise(
        session: Session,
        submission: _Submission,
        approve: Annotated[list[str] | None, typer.Option(help="同意的文件 · approve this file")] = None,
        reject: Annotated[list[str] | None, typer.Option(help="不同意的文件 · reject this file")] = None,
        every: Annotated[bool, typer.Option("--all", help="同意其余全部文件 · approve all the rest")] = False,
        comment: Annotated[str, typer.Option(help="意见 · comment")] = "",
    ) -> None:
        """合议时改票或维持 · change or uphold one's vote on the table."""
        from sandbox.cli.egress import votes_of
        from sandbox.egress import review

        actor, gate = session.actor(), session.platform.gate
        found = review.found(gate, submission).record
        votes = votes_of(found, set(approve or ()), set(reject or ()), every=every, comment=comment)
        after = review.revise(gate, actor, submission, votes)
        _done(session, say("已改票；申请 {id} 的状态：{state}", id=after.id, state=stated(after)), after)


def _conclude(egress: typer.Typer) -> None:
    @command(egress, "conclude", person=True)
    def conclude(session: Session, submission: _Submission) -> None:
        """结束合议：仍有分歧的文件不放行 · end consolidation; what is in conflict does not leave."""
        from sandbox.egress import review

        after = review.conclude(session.platform.gate, session.actor(), submission)
        _done(session, say("合议已结束；申请 {id} 的状态：{state}", id=after.id, state=stated(after)), after)


def _return(egress: typer.Typer) -> None:
    @command(egress, "return", person=True)
    def send_back(
        session: Session,
        submission: _Submission,
        comment: Annotated[str, typer.Option(help="告诉提交人改什么 · what to mend, public")] = "",
    ) -> None:
        """退回提交人修改，本轮的票作废 · return to the author; the round's votes end."""
        from sandbox.egress import rounds

        after = rounds.send_back(session.platform.gate, session.actor(), submission, comment=comment)
        _done(session, say("申请 {id} 已退回提交人", id=after.id), after)


def _resubmit(egress: typer.Typer) -> None:
    @command(egress, "resubmit", person=True)
    def resubmit(
        session: Session,
        submission: _Submission,
        keep: Annotated[
            list[str] | None, typer.Option(help="保留的文件，可重复；空为全部 · files to keep")
        ] = None,
        answer: Annotated[str, typer.Option(help="答复：改了什么 · what was mended")] = "",
    ) -> None:
        """在同一申请里重新提交（换文件请在席位里提交）· hand in again within the same submission."""
        from sandbox.egress import review, rounds

        actor, gate = session.actor(), session.platform.gate
        found = review.found(gate, submission).record
        kept = tuple(keep or (one.name for one in found.files))
        after = rounds.resubmit(gate, actor, submission, answer=answer, keep=kept)
        _done(session, say("申请 {id} 已重新提交，第 {n} 轮", id=after.id, n=after.round), after)


def _mend(egress: typer.Typer) -> None:
    @command(egress, "mend", person=True)
    def mend(session: Session, submission: _Submission) -> None:
        """由闸口改好被拒绝的表，作为下一轮提交 · let the gate mend refused tables and hand them in."""
        from sandbox.egress import mending

        after = mending.mend(session.platform.gate, session.actor(), submission)
        sentence = say("申请 {id} 由闸口改好，已作为第 {n} 轮重新提交", id=after.id, n=after.round)
        _done(session, sentence, after)


def _comment(egress: typer.Typer) -> None:
    @command(egress, "comment", person=True)
    def comment(
        session: Session,
        submission: _Submission,
        text: Annotated[str, typer.Argument(help="留言 · the comment")],
        public: Annotated[
            bool, typer.Option("--public", help="提交人也看得到 · the author reads it too")
        ] = False,
        file: Annotated[str, typer.Option(help="关于哪份文件 · about which file")] = "",
    ) -> None:
        """在一项申请上留言 · comment on a submission."""
        from sandbox.egress import comments

        made = comments.post(
            session.platform.gate, session.actor(), submission, text, public=public, file=file
        )
        done = say("留言 {id} 已记下", id=made.id)
        session.show(made, lambda console: console.print(session.text(done), markup=False))

    @command(egress, "withdraw-comment", person=True)
    def withdraw_comment(
        session: Session,
        identifier: Annotated[str, typer.Argument(help="留言编号 · id of the comment")],
    ) -> None:
        """收回自己的留言；提交人读过的收不回 · take a comment back, unless the author read it."""
        from sandbox.egress import comments

        made = comments.withdraw(session.platform.gate, session.actor(), identifier)
        session.show(
            made, lambda console: console.print(f"{made.id} {session.text(stated(made))}", markup=False)
        )


def _claim(egress: typer.Typer) -> None:
    @command(egress, "claim", person=True)
    def claim(
        session: Session,
        submission: _Submission,
        give_back: Annotated[bool, typer.Option("--give-back", help="放回 · give it back")] = False,
    ) -> None:
        """认领一项审查，4 小时内本单位其他人不办理 · take a review for four hours, or give it back."""
        from sandbox.egress import custody

        actor, gate = session.actor(), session.platform.gate
        made = (
            custody.give_back(gate, actor, submission) if give_back else custody.take(gate, actor, submission)
        )
        done = say("认领 {id}：{state}", id=made.id, state=stated(made))
        session.show(made, lambda console: console.print(session.text(done), markup=False))


def _assess(egress: typer.Typer) -> None:
    @command(egress, "assess", person=True)
    def assess(
        session: Session,
        submission: _Submission,
        file: Annotated[
            Path, typer.Argument(help='JSON：{"policy": {"level": "low", "finding": "…", "control": "…"}, …}')
        ],
    ) -> None:
        """提交五类风险评估（第十八条）· file the five-kind risk assessment."""
        from sandbox.egress import assessment

        risks = risks_in(file)
        made = assessment.file(session.platform.gate, session.actor(), submission, risks)
        done = say("风险评估 {id} 已提交", id=made.id)
        session.show(made, lambda console: console.print(session.text(done), markup=False))

    @command(egress, "withdraw-assessment", person=True)
    def withdraw_assessment(
        session: Session,
        identifier: Annotated[str, typer.Argument(help="评估编号 · id of the assessment")],
    ) -> None:
        """收回自己提交的风险评估 · take a risk assessment back."""
        from sandbox.egress import assessment

        made = assessment.withdraw(session.platform.gate, session.actor(), identifier)
        session.show(
            made, lambda console: console.print(f"{made.id} {session.text(stated(made))}", markup=False)
        )


def risks_in(file: Path) -> tuple[Risk, ...]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return tuple(
            Risk(
                kind=RiskKind(kind),
                level=RiskLevel(one["level"]),
                finding=str(one["finding"]),
                control=str(one["control"]),
            )
            for kind, one in document.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        kinds = "、".join(one.value for one in RiskKind)
        raise InputError(
            say("风险评估文件须是 JSON，写明 {kinds} 各项的 level、finding、control", kinds=kinds)
        ) from None


def _stops(egress: typer.Typer) -> None:
    @command(egress, "reopen", person=True)
    def reopen(
        session: Session,
        stoppage: Annotated[str, typer.Argument(help="暂停记录 · stoppage")],
        reason: Annotated[str, typer.Option(help="理由 · reason")],
    ) -> None:
        """恢复一个席位的提交 · let a seat submit again."""
        from sandbox.egress import stoppage as stoppages

        made = stoppages.lift(session.platform.gate, session.actor(), stoppage, reason=reason)
        done = say("席位 {seat} 可以再提交", seat=made.seat)
        session.show(made, lambda console: console.print(session.text(done), markup=False))


_READER = ("account", "votes", "samples", "miss_rate", "agreement", "minutes_per_file")
_RULE = ("rule", "sent", "approved", "false_alarms")


def _quality(egress: typer.Typer) -> None:
    @command(egress, "plant", person=True)
    def plant(
        session: Session,
        seat: Annotated[str, typer.Option(help="借用哪个席位的样子 · whose looks it borrows")],
        kind: Annotated[str, typer.Option(help="small-group | dominance | identifier | row-level")],
    ) -> None:
        """在审查队列里放一份编造的检验样品，永不放行 · plant a made-up leak that never leaves."""
        from sandbox.egress import samples

        made = samples.plant(session.platform.gate, session.actor(), seat, kind)
        done = say("样品 {id} 已放进审查队列", id=made.id)
        data = {"submission": made.id, "kind": kind}
        session.show(data, lambda console: console.print(session.text(done), markup=False))

    @command(egress, "quality", person=True)
    def quality(session: Session) -> None:
        """审查质量：漏检、一致、用时、误报（仅主管部门）· how well reviewing works, authority only."""
        from sandbox.egress import quality as measures

        found = measures.measured(session.platform.gate, session.actor())
        readers = [{name: getattr(one, name) for name in _READER} for one in found.readers.values()]
        rules = [{name: getattr(one, name) for name in _RULE} for one in found.rules.values()]
        data: dict[str, Any] = {
            "planted": found.planted,
            "exposed": found.exposed,
            "caught": found.caught,
            "readers": readers,
            "rules": rules,
        }

        def view(_: Console) -> None:
            columns = (say("审查人"), say("票数"), say("样品"), say("漏检率"), say("一致"), say("每份分钟"))
            session.table(say("审查人"), columns, [tuple(one.values()) for one in readers])
            heads = (say("规则"), say("交人判断"), say("审查同意"), say("误报率"))
            session.table(say("闸口规则的误报"), heads, [tuple(one.values()) for one in rules])

        session.show(data, view)
