"""`sandbox seat …`: provision, open, run, close, suspend, list, check.

`run` streams what the isolated command prints, takes in what it left in the outbox and ends
with the command's own exit status. Options stand before `--`, the command after it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, decision_text, stated
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.locale.words import state_of

if TYPE_CHECKING:
    from sandbox.egress.intake import Intake
    from sandbox.seats.isolation import Completed

seat = typer.Typer(help="开发席位 · seats", no_args_is_help=True)

_Seat = Annotated[str, typer.Argument(help="席位名或编号 · seat")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(seat, name="seat")


@command(seat, "provision", person=True)
def provision(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="授权服务协议 · service agreement")],
    user: Annotated[str, typer.Option(help="协议列名的用户 · a user named in the agreement")],
    name: Annotated[str, typer.Option(help="席位名 · name of the seat")],
) -> None:
    """运营商为一名用户开通席位 · provision a seat for one named user."""
    from sandbox.seats import seat as seats

    actor = session.actor()
    made = seats.provision(session.platform.seats, actor, agreement=agreement, user=user, name=name)
    _done(session, made)


@command(seat, "open", person=True)
def open_seat(session: Session, seat: _Seat) -> None:
    """本人打开席位 · open one's own seat."""
    from sandbox.seats import seat as seats

    _done(session, seats.open_seat(session.platform.seats, session.actor(), seat))


@command(seat, "close", person=True)
def close(session: Session, seat: _Seat) -> None:
    """关闭席位，其中的文件留着 · close a seat; its files stay."""
    from sandbox.seats import seat as seats

    _done(session, seats.close(session.platform.seats, session.actor(), seat))


@command(seat, "suspend", person=True)
def suspend(
    session: Session, seat: _Seat, reason: Annotated[str, typer.Option(help="理由 · reason")]
) -> None:
    """暂停席位 · suspend a seat."""
    from sandbox.seats import seat as seats

    _done(session, seats.suspend(session.platform.seats, session.actor(), seat, reason=reason))


@command(seat, "reinstate", person=True)
def reinstate(
    session: Session, seat: _Seat, reason: Annotated[str, typer.Option(help="理由 · reason")]
) -> None:
    """主管部门恢复暂停的席位 · reinstate a suspended seat."""
    from sandbox.seats import seat as seats

    _done(session, seats.reinstate(session.platform.seats, session.actor(), seat, reason=reason))


@command(seat, "list", person=True)
def list_seats(session: Session) -> None:
    """看得到的席位 · the seats that one may see."""
    from sandbox.seats import seat as seats

    found = seats.visible(session.platform.seats, session.actor())
    session.show({"seats": found}, lambda _: _seats(session, found))


@command(seat, "check")
def check(session: Session) -> int:
    """这台机器能否隔离席位、哪些控制较弱 · can this machine isolate, and which controls are weaker."""
    from sandbox.seats import isolation

    with session.progress(say("试运行隔离环境")):
        probed, weaker = isolation.probe(), isolation.weaker()
    refusals = [{"code": one.code, "article": one.article, "message": one.message} for one in probed.refusals]
    data = {"isolates": bool(probed), "refusals": refusals, "weaker": weaker}

    def view(console: Console) -> None:
        verdict = say("这台机器能隔离席位") if probed else say("这台机器不能隔离席位，席位不会打开")
        console.print(session.text(verdict), markup=False)
        for line in decision_text(probed, session.language):
            console.print(f"  ✗ {line}", markup=False)
        for one in weaker:
            console.print(f"  ! {session.text(one)}", markup=False)
        if weaker:
            note = say("有较弱的控制时，只有演示环境可以打开席位")
            console.print(session.text(note), markup=False)

    session.show(data, view)
    return 0 if probed else 7


@command(seat, "run", person=True)
def run(
    session: Session,
    seat: _Seat,
    command: Annotated[list[str], typer.Argument(help="在 -- 之后写命令 · the command", metavar="COMMAND…")],
    seconds: Annotated[float | None, typer.Option(help="最长几秒 · at most, in seconds")] = None,
) -> int:
    """在席位的隔离环境里运行命令，返回它的退出状态 · run a command inside the seat's isolation."""
    from sandbox.seats import seat as seats

    actor, platform = session.actor(), session.platform
    held = seats.named(platform.seats, seat)
    done = seats.run(platform.seats, actor, held.id, command, seconds=seconds, sink=_sink(session))
    if done.timed_out:
        session.say(say("命令超过时限，已经结束"))
    elif done.killed_by is not None:
        session.say(say("命令被中止：{cause}", cause=done.killed_by.value))
    if done.truncated:
        session.say(say("输出过长，后面的没有显示"))
    _take_in(session, held, done)
    return done.status


def _sink(session: Session) -> Callable[[str, bytes], None]:
    """Return what passes the command's output on as it comes; with --json all of it goes to stderr."""

    def pass_on(name: str, data: bytes) -> None:
        stream = sys.stdout if name == "stdout" and not session.as_json else sys.stderr
        stream.buffer.write(data)
        stream.buffer.flush()

    return pass_on


def _take_in(session: Session, held: Seat, done: Completed) -> None:
    """Collect the outbox, let the gate judge each submission, show what the author may know."""
    from sandbox.egress import intake, telling

    platform = session.platform
    taken = intake.collect(platform.gate, held.id, refused=platform.note_refusal)
    views: list[dict[str, Any]] = []
    with session.progress(say("闸口检查"), len(taken.submissions)) as advance:
        for one in taken.submissions:
            views.append(telling.author_view(platform.gate, _judged(session, one)))
            advance(1)
    if session.as_json:
        data = {
            "status": done.status,
            "timed_out": done.timed_out,
            "killed_by": done.killed_by,
            "stdout": done.stdout.decode(errors="replace"),
            "stderr": done.stderr.decode(errors="replace"),
            "submissions": views,
            "declined": [{"request": name, "message": why} for name, why in taken.declined],
        }
        session.show(data)
        return
    _tell(session, taken, views)


def _judged(session: Session, one: Submission) -> Submission:
    """Return the submission as judged; a gate that cannot work leaves it frozen and costs no exit status."""
    from sandbox.egress import intake

    try:
        return intake.judge(session.platform.gate, one.id)
    except SandboxError as error:
        waiting = say(
            "出域申请 {id} 已冻结，闸口还没有检查：{reason}；稍后用 sandbox egress judge 续办",
            id=one.id,
            reason=error.message,
        )
        session.say(waiting)
        return one


def _tell(session: Session, taken: Intake, views: list[dict[str, Any]]) -> None:
    """Say on stderr what became of the outbox: stdout is the command's own."""
    for name, why in taken.declined:
        session.say(say("申请 {name} 没有收下：{why}", name=name, why=why))
    for view in views:
        for line in author_lines(view):
            session.say(line)


def author_lines(view: dict[str, Any]) -> list[Message]:
    """Return what an author may know of a submission, as sentences."""
    lines = [
        say(
            "出域申请 {id}《{title}》：{state}",
            id=view["submission"],
            title=view["title"],
            state=state_of("submission", view["state"])[0],
        )
    ]
    for file in view["files"]:
        lines.append(say("  {name}：{outcome}", name=file["name"], outcome=file["outcome"]))
        lines += [
            say(
                "    {message}（{article}）{remedy}",
                **{key: one[key] for key in ("message", "article", "remedy")},
            )
            for one in file["findings"]
        ]
    return lines


def _done(session: Session, made: Seat) -> None:
    session.show(made, lambda _: _seats(session, (made,)))


def _seats(session: Session, found: tuple[Seat, ...]) -> None:
    rows = [(one.id, one.name, one.agreement, one.user, stated(one)) for one in found]
    columns = (say("席位"), say("名称"), say("协议"), say("用户"), say("状态"))
    session.table(say("开发席位"), columns, rows)
