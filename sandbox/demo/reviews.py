"""The review desk in use: one submission under consolidation, one released in part, one release recalled.

Two reviewers differ about a file that nothing proves. Once they let it go and the rest leaves; once they
are still at it; and what left a third time turns out to be wrong and is recalled (第十九条). Before that the
authority planted leaks among what is reviewed: one is seen through by both reviewers, one by one of them.
"""

from __future__ import annotations

from sandbox.demo.egress import DEVELOPER, PROVIDER, RISKS, SECURITY
from sandbox.demo.journey import Journey
from sandbox.egress import assessment, intake, release, review, samples
from sandbox.kernel.errors import StateError
from sandbox.kernel.message import say
from sandbox.kernel.review_records import FileVote, Submission
from sandbox.seats import seat as seats

OFFICER = "chen.guanglan"
PARTIAL, OPEN, RECALLED = "市场主体分布与抽样核对", "市场主体分布与走访记录", "市场主体分布（月报）"
_WORK = f"""
from pathlib import Path
from sandbox_seat.notebook import catalog, connect, merge_small, product, submit
dataset, connection = catalog()[0], connect()
def classes(name):
    return connection.execute(f'SELECT count(DISTINCT "{{name}}") FROM {{dataset.table}}').fetchone()[0]
subject = next(column.name for column in dataset.columns if column.technique == "token")
group = next(c.name for c in dataset.columns if c.groups and 2 <= classes(c.name) <= 40)
sql = merge_small(connection, group=group, subject=subject, table=dataset.name, counted="企业数")
table, _ = product(connection, "summary.csv", sql=sql, subject=subject)
check = Path("核对.csv")
check.write_text("核对结果,抽查数\\n一致,126\\n口径不同,38\\n待补正,6\\n", encoding="utf-8")
visits = Path("走访.csv")
visits.write_text("走访结论,走访数\\n正常经营,87\\n暂停经营,14\\n无法联系,4\\n", encoding="utf-8")
submit(table, check, title="{PARTIAL}", purpose="核对登记信息的准确性")
submit(table, visits, title="{OPEN}", purpose="了解经营状况")
submit(table, title="{RECALLED}", purpose="每月发布市场主体的分布")
"""


def fill(journey: Journey) -> None:
    """Leave one submission in consolidation, one released in part, and a release that was recalled."""
    journey.tell.chapter(say("审查台：意见有分歧的合议，逐个文件放行，放行之后还能召回（第十九条）"))
    desk, gate = journey.troupe.platform.seats, journey.troupe.platform.gate
    seat = seats.named(desk, "demo")
    done = seats.run(desk, journey.actor(DEVELOPER), seat.id, ["python", "-c", _WORK], seconds=120)
    if done.status != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise StateError(say("席位里的命令没有跑完：{detail}", detail=words[-1] if words else ""))
    taken = intake.collect(gate, seat.id, refused=journey.troupe.platform.note_refusal).submissions
    judged = {one.title: intake.judge(gate, one.id) for one in taken}
    _release_in_part(journey, judged[PARTIAL])
    _disagree(journey, judged[OPEN])
    journey.tell.done(say("《{title}》意见有分歧，合议中", title=OPEN))
    _recall(journey, judged[RECALLED])
    _plant(journey)


def _plant(journey: Journey) -> None:
    """Plant two leaks and have both voted on, so that the page of quality has something to measure."""
    gate = journey.troupe.platform.gate
    rows, largest = say("像是逐条的记录，不能放行"), say("一家占了大半，请合并后再报")
    for kind, seen_by, why in (
        ("row-level", (SECURITY, PROVIDER), rows),
        ("dominance", (SECURITY,), largest),
    ):
        made = samples.plant(gate, journey.actor(OFFICER), "demo", kind)
        for who in (SECURITY, PROVIDER):
            votes = tuple(
                FileVote(
                    digest=file.rewritten,
                    approve=who not in seen_by,
                    comment=str(why) if who in seen_by else "",
                )
                for file in made.files
            )
            review.cast(gate, journey.actor(who), made.id, votes)
    journey.tell.done(say("主管部门在队列里放了两件样品，审查人识破一件，漏过一件；样品任何情况下都不会放行"))


def _votes(one: Submission, *, all_of_it: bool) -> tuple[FileVote, ...]:
    """Return votes for what the gate proved, and for the rest as well or not."""
    return tuple(
        FileVote(
            digest=file.rewritten,
            approve=all_of_it or file.name == "summary.csv",
            comment="" if all_of_it or file.name == "summary.csv" else str(say("样本太小，请合并后再报")),
        )
        for file in one.files
        if file.rewritten
    )


def _disagree(journey: Journey, one: Submission) -> None:
    """Vote blind, differently; the votes are then on the table."""
    gate = journey.troupe.platform.gate
    review.cast(gate, journey.actor(SECURITY), one.id, _votes(one, all_of_it=True))
    after = review.cast(gate, journey.actor(PROVIDER), one.id, _votes(one, all_of_it=False))
    if after.state != "in-review":
        raise StateError(say("申请 {id} 没有进入合议", id=one.id))


def _release_in_part(journey: Journey, one: Submission) -> None:
    gate = journey.troupe.platform.gate
    assessment.file(gate, journey.actor(DEVELOPER), one.id, RISKS)
    _disagree(journey, one)
    for who, every in ((SECURITY, True), (PROVIDER, False)):
        review.revise(gate, journey.actor(who), one.id, _votes(one, all_of_it=every))
    if review.found(gate, one.id).record.state == "in-review":
        review.conclude(gate, journey.actor(SECURITY), one.id)
    made = release.release(gate, journey.actor(SECURITY), one.id)
    left = len(one.files) - len(made.files)
    journey.tell.done(
        say("《{title}》部分放行 {id}：{left} 个文件不放行", title=PARTIAL, id=made.id, left=left)
    )


def _recall(journey: Journey, one: Submission) -> None:
    gate = journey.troupe.platform.gate
    assessment.file(gate, journey.actor(DEVELOPER), one.id, RISKS)
    for who in (SECURITY, PROVIDER):
        review.cast(gate, journey.actor(who), one.id, _votes(one, all_of_it=True))
    made = release.release(gate, journey.actor(SECURITY), one.id)
    release.recall(gate, journey.actor(SECURITY), made.id, reason=str(say("来源数据更正，月报须重做")))
    journey.tell.done(say("《{title}》放行 {id} 之后召回", title=RECALLED, id=made.id))
