"""`sandbox clock …` in a home: what runs out when, the nightly round, the editable calendar.

Holds no rule: calls the access room, shows what came of it. `clock due` beside needs no home.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, stated
from sandbox.kernel.message import Message, say

if TYPE_CHECKING:
    from sandbox.access.clocks import OpenClock
    from sandbox.access.holidays import Kept
    from sandbox.access.nightly import Round
    from sandbox.egress.nightly import Reviews


def register(clock: typer.Typer) -> None:
    """Add the commands to the group."""
    command(clock, "list", person=True)(list_clocks)
    command(clock, "run")(run_round)
    command(clock, "calendar")(calendar)
    command(clock, "record", person=True)(record)
    command(clock, "revoke", person=True)(revoke)


def _words(one: OpenClock) -> tuple[Message, Message]:
    what = {
        "preliminary-review": say("初审"),
        "provider-review": say("部门审核"),
        "consultation": say("征求意见"),
        "coordination": say("协调处理"),
        "supplement": say("补正"),
    }
    how = {
        "running": say("进行中"),
        "soon": say("临近届满"),
        "due": say("届满在即"),
        "overdue": say("已逾期"),
    }
    return what[one.what], how[one.standing]


def list_clocks(session: Session) -> None:
    """与本人单位有关的期限，连同剩余工作日 · running terms that concern one's organisation."""
    from sandbox.access import clocks

    access = session.platform.access
    found = clocks.open_clocks(access, session.actor())

    def view(_: Console) -> None:
        rows = []
        for one in found:
            what, how = _words(one)
            window = f"{one.clock.earliest} – {one.clock.latest}" if one.clock.provisional else ""
            rows.append(
                (what, one.record, one.title, str(one.clock.due), window, one.days_left, how, one.staffed)
            )
        columns = (
            say("期限"),
            say("编号"),
            say("名称"),
            say("届满日"),
            say("暂定区间"),
            say("剩余工作日"),
            say("状态"),
            say("有人可办"),
        )
        session.table(say("进行中的期限"), columns, rows)

    session.show({"clocks": found}, view)


def run_round(session: Session) -> None:
    """每晚一次：重算期限、提醒、上报逾期、检查来年日历 · the nightly round of all clocks."""
    from sandbox.access import nightly
    from sandbox.egress import nightly as reviews
    from sandbox.oversight import deadline, staffing

    access, oversight = session.platform.access, session.platform.oversight
    done = nightly.run(access)
    staffing.warn(oversight)
    deadline.answers(oversight, access)
    deadline.calendar(oversight, access)

    def view(_: Console) -> None:
        counts = [(done.seen, len(done.recounted), len(done.reminded), len(done.escalated), len(done.faults))]
        columns = (say("期限数"), say("重算"), say("提醒"), say("上报"), say("未能计算"))
        session.table(say("期限检查"), columns, counts)

    session.show(done, view)
    _tell(session, done)
    _tell_reviews(session, reviews.run(session.platform.gate))
    for body, count in staffing.unstaffed(session.platform.oversight):
        session.say(
            say(
                "{name}有 {count} 项需求待审核，却没有可以办理的审核人（第四条）", name=body.name, count=count
            )
        )


def _tell(session: Session, done: Round) -> None:
    for fault in done.faults:
        session.say(say("{id}：{reason}", id=fault.record, reason=fault.reason))
    if done.missing_year is not None:
        session.say(
            say(
                "还没有登记 {year} 年的放假安排，有关期限为暂定：通知公布后用 sandbox clock record 登记",
                year=str(done.missing_year),
            )
        )


def _tell_reviews(session: Session, done: Reviews) -> None:
    for name, reason in done.faults:
        session.say(say("{id}：{reason}", id=name, reason=reason))
    counts = [len(one) for one in (done.recounted, done.reminded, done.escalated, done.lapsed)]
    if any(counts):
        words = say(
            "产品审查：重算 {recounted} 项，提醒 {reminded} 项，上报 {escalated} 项，认领到期放回 {lapsed} 项",  # noqa: E501
            recounted=counts[0],
            reminded=counts[1],
            escalated=counts[2],
            lapsed=counts[3],
        )
        session.say(words)


def calendar(session: Session) -> None:
    """登记过的放假安排 · the notices on record."""
    from sandbox.access import holidays

    found = holidays.notices(session.platform.access)

    def view(_: Console) -> None:
        rows = [
            (one.id, one.document, one.region, str(one.year or ""), len(one.rest), len(one.work), stated(one))
            for one in found
        ]
        columns = (
            say("编号"),
            say("文号"),
            say("地区"),
            say("年度"),
            say("休息日"),
            say("补班日"),
            say("状态"),
        )
        session.table(say("放假安排"), columns, rows)

    session.show({"notices": found}, view)


def record(
    session: Session,
    file: Annotated[Path, typer.Argument(help="放假安排（TOML 或 JSON）· the notice")],
) -> None:
    """登记放假安排，随即重算全部期限 · record a notice and count every clock anew."""
    from sandbox.access import holidays

    access, actor = session.platform.access, session.actor()
    _kept(session, holidays.record(access, actor, holidays.notice_of(actor, holidays.read_notice(file))))


def revoke(
    session: Session,
    notice: Annotated[str, typer.Argument(help="放假安排编号 · notice")],
    reason: Annotated[str, typer.Option(help="理由 · reason")],
) -> None:
    """撤销登记有误的放假安排，随即重算 · revoke a notice and count every clock anew."""
    from sandbox.access import holidays

    _kept(session, holidays.revoke(session.platform.access, session.actor(), notice, reason=reason))


def _kept(session: Session, made: Kept) -> None:
    def view(console: Console) -> None:
        changed = say("{id}：重算了 {count} 个期限", id=made.notice.id, count=len(made.recount.recounted))
        console.print(session.text(changed), markup=False)

    session.show(made, view)
