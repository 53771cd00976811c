"""Tells the whole demonstration in order and returns what came of it."""

from __future__ import annotations

from pathlib import Path

from sandbox.demo import applications, egress, incidents, journey, libraries, reviews, templates, transfers
from sandbox.demo.events import Narrator, Tell
from sandbox.demo.people import TOKENS, found_demo, gather
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say
from sandbox.municipality.cast import cast
from sandbox.municipality.deliveries import FULL, Size
from sandbox.store.auditor import Report
from sandbox.store.verify import verify


def tell_story(home: Path, tell: Tell, *, size: Size = FULL) -> dict[str, object]:
    """Make a demo home and walk the journey in it; raise what stops it."""
    narrator = Narrator(tell)
    narrator.chapter(say("演示环境：建立主目录、单位和人员（第三条、第四条）"))
    troupe = found_demo(home, cast())
    people = gather(troupe)
    troupe.save()
    narrator.done(say("{people} 人以本人凭证启用账户；审查类角色经主管部门会签", people=people))
    walk = journey.Journey(troupe, narrator, size=size)
    journey.establish(walk)
    journey.publish_data(walk)
    journey.apply_for_data(walk)
    journey.land(walk)
    _, submissions = egress.work(walk)
    released = egress.review_and_release(walk, egress.judge(walk, submissions))
    reviews.fill(walk)
    templates.fill(walk)
    applications.fill(walk)
    libraries.fill(walk)
    transfers.fill(walk)
    incidents.rehearse(walk)
    report = _verify(walk)
    narrator.chapter(say("接着自己试：演示账户的令牌各有一个文件，例如"))
    narrator.done(
        say(
            "sandbox seat list --home {home} --token-file {token}",
            home=str(home),
            token=str(home / TOKENS / egress.DEVELOPER),
        )
    )
    troupe.platform.close()
    return {"people": people, "release": released.id, "facts": report.facts}


def _verify(walk: journey.Journey) -> Report:
    walk.tell.chapter(say("八、核验日志：每一步都在案，改动一个字节也能发现（第十六条）"))
    platform = walk.troupe.platform
    report = verify(platform.store, key=platform.public_key, witness=platform.witnesses[0])
    if not report:
        raise TamperedError(report.problems[0].message)
    walk.tell.done(
        say(
            "日志 {facts} 条与 {checkpoints} 个见证检查点一致，{signatures} 个本人签名有效",
            facts=report.facts,
            checkpoints=report.witnessed or 0,
            signatures=report.signatures,
        )
    )
    return report
