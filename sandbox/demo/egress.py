"""The second half of the demonstration: the seat, the gate, the votes, the release.

A raw extract is refused and cannot be voted on; an aggregate with a claim is proven, read by
two people and released with a receipt. Those who may not judge try to, and are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sandbox.demo.journey import Journey
from sandbox.egress import assessment, intake, release, review, telling
from sandbox.kernel.errors import RefusedError, SandboxError, StateError
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import FileVote, Release, Risk, RiskKind, RiskLevel, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.seats import seat as seats

DEVELOPER, OPERATOR = "lin.xiaoyu", "zhang.kai"
SECURITY, PROVIDER = "zhou.minxing", "yang.lizhi"
_EXTRACT = """
from sandbox_seat.notebook import connect, submit
rows = connect().sql('SELECT * FROM source LIMIT 200')
rows.write_csv('extract.csv')
print(submit('extract.csv', title='前 200 行', purpose='想带走看看'))
"""


RISKS = (
    Risk(
        kind=RiskKind.POLICY,
        level=RiskLevel.LOW,
        finding="公共数据授权运营政策可能调整，产品的更新来源受其影响",
        control="协议期内按办法使用，政策变化时停止更新并通知购买方",
    ),
    Risk(
        kind=RiskKind.COMPLIANCE,
        level=RiskLevel.LOW,
        finding="汇总表若分组过细，可能指向个别企业",
        control="只出不少于 10 家的分组，由闸口重算核实",
    ),
    Risk(
        kind=RiskKind.LEGAL,
        level=RiskLevel.LOW,
        finding="购买方可能把产品用于约定之外的用途",
        control="销售合同写明用途和不得重新识别的义务",
    ),
    Risk(
        kind=RiskKind.OPERATIONAL,
        level=RiskLevel.MEDIUM,
        finding="汇总脚本出错会使数字失实",
        control="声明由闸口独立重算，发布前复核并留存版本",
    ),
    Risk(
        kind=RiskKind.MARKET,
        level=RiskLevel.LOW,
        finding="数字被误读为对单个企业的评价",
        control="随产品说明统计口径和适用范围",
    ),
)
"""The five risks of the demonstration's product."""


def work(journey: Journey) -> tuple[Seat, tuple[Submission, ...]]:
    """Provision and open the seat, run the first notebook and a raw extract in it (第十二、十三条)."""
    journey.tell.chapter(say("五、开通席位，在隔离环境里做产品（第十二条、第十三条）"))
    platform = journey.troupe.platform
    _try_health_seat(journey)
    made = seats.provision(
        platform.seats,
        journey.actor(OPERATOR),
        agreement=journey.agreements["market-map"].id,
        user=DEVELOPER,
        name="demo",
    )
    developer = journey.actor(DEVELOPER)
    seat = seats.open_seat(platform.seats, developer, made.id)
    journey.tell.done(say("席位 demo 已开通：断网、只读数据、无凭证，仅限 {name} 使用", name=DEVELOPER))
    _attempt(
        journey,
        say("另一名开发人员试图使用这个席位"),
        lambda: seats.run(platform.seats, journey.actor("xu.zhizhong"), seat.id, ["true"]),
    )
    _run(journey, seat, ["python", "-m", "sandbox_seat.run", "01-开始.ipynb"])
    journey.tell.done(say("第一本笔记跑完：看数据、做汇总、写声明、提交出域申请"))
    _run(journey, seat, ["python", "-c", _EXTRACT])
    journey.tell.done(say("同一席位又提交了一份前 200 行的明细"))
    return seat, _collect(journey, seat)


def _try_health_seat(journey: Journey) -> None:
    platform = journey.troupe.platform
    made = seats.provision(
        platform.seats,
        journey.actor(OPERATOR),
        agreement=journey.agreements["chronic"].id,
        user=DEVELOPER,
        name="demo-health",
    )
    _attempt(
        journey,
        say("试图为第 4 级健康数据打开交互席位"),
        lambda: seats.open_seat(platform.seats, journey.actor(DEVELOPER), made.id),
    )


def _run(journey: Journey, seat: Seat, command: list[str]) -> None:
    done = seats.run(journey.troupe.platform.seats, journey.actor(DEVELOPER), seat.id, command, seconds=120)
    if done.status != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise StateError(say("席位里的命令没有跑完：{detail}", detail=words[-1] if words else ""))


def _collect(journey: Journey, seat: Seat) -> tuple[Submission, ...]:
    platform = journey.troupe.platform
    found = intake.collect(platform.gate, seat.id, refused=platform.note_refusal)
    return found.submissions


def judge(journey: Journey, submissions: tuple[Submission, ...]) -> tuple[Submission, ...]:
    """Let the gate judge every submission and show what the author is told (第十七、十九条)."""
    journey.tell.chapter(
        say("六、出域闸口：与源数据比对，自己重算，不信席位里写的任何结论（第十七条、第十九条）")
    )
    gate = journey.troupe.platform.gate
    judged = tuple(intake.judge(gate, one.id) for one in submissions)
    for one in judged:
        view = telling.author_view(gate, one)
        files = view["files"]
        for file in files if isinstance(files, list) else ():
            line = say(
                "《{title}》{name}：{outcome}", title=one.title, name=file["name"], outcome=file["outcome"]
            )
            journey.tell.done(line) if one.state == "in-review" else journey.tell.warn(line)
            for message in file["messages"]:
                journey.tell.warn(say("作者看到：{message}", message=message))
    for one in judged:
        if one.state == "in-review":
            made = assessment.file(gate, journey.actor(DEVELOPER), one.id, RISKS)
            journey.tell.done(say("开发利用者提交五类风险评估 {id}（第十八条）", id=made.id))
    return judged


def review_and_release(journey: Journey, submissions: tuple[Submission, ...]) -> Release:
    """Try the unlawful votes, cast the lawful ones, release and hand out (第十九条)."""
    journey.tell.chapter(say("七、审查与放行：主管部门会同数据提供部门，一人一票，逐个摘要（第十九条）"))
    refused = next(one for one in submissions if one.state == "refused")
    product = next(one for one in submissions if one.state == "in-review")
    gate = journey.troupe.platform.gate
    votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in product.files if one.rewritten)
    for who, what in (
        (DEVELOPER, say("提交人给自己投票")),
        (OPERATOR, say("运营商人员投票")),
        ("shen.zhiyuan", say("与本数据无关的部门投票")),
    ):
        actor = journey.actor(who)
        _attempt(journey, what, partial(review.cast, gate, actor, product.id, votes))
    _attempt(
        journey,
        say("试图对闸口已拒绝的明细投票"),
        lambda: review.cast(gate, journey.actor(SECURITY), refused.id, ()),
    )
    _attempt(
        journey,
        say("试图在审查到齐之前放行"),
        lambda: release.release(gate, journey.actor(SECURITY), product.id),
    )
    for who in (SECURITY, PROVIDER):
        after = review.cast(gate, journey.actor(who), product.id, votes)
        journey.tell.done(say("{who} 已投票（互不可见），申请状态：{state}", who=who, state=after.state))
    _attempt(
        journey,
        say("同一人再投一票"),
        lambda: review.cast(gate, journey.actor(SECURITY), product.id, votes),
    )
    return _release(journey, product)


def _release(journey: Journey, product: Submission) -> Release:
    platform = journey.troupe.platform
    made = release.release(platform.gate, journey.actor(SECURITY), product.id)
    platform.checkpoint()
    folder = platform.layout.root / "released" / made.id
    handed = release.hand_out(platform.gate, journey.actor(DEVELOPER), made.id, folder)
    body = release.verify_receipt((folder / "receipt.json").read_bytes(), public_key=platform.signer.public)
    journey.tell.done(
        say(
            "已放行 {id}：{files}；回执签名有效，载明 {checks} 项检查和 {votes} 张票",
            id=made.id,
            files="、".join(handed.files),
            checks=len(body["checks"]),
            votes=len(body["votes"]),
        )
    )
    return made


def _attempt(journey: Journey, what: Message, act: Callable[[], object]) -> None:
    """Do what must be refused; that it is not refused ends the demonstration."""
    try:
        act()
    except RefusedError as error:
        journey.troupe.platform.note_refusal(error)
        journey.tell.refused(what, error)
        return
    except SandboxError as error:
        journey.tell.refused(what, error)
        return
    raise StateError(say("本应被拒绝的一步没有被拒绝：{what}", what=what))
