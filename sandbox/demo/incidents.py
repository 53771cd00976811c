"""A rehearsal of the incident switch: stop, evidence, report, close, resume (第十六条、第十七条)."""

from __future__ import annotations

from sandbox.access import agreement as agreements
from sandbox.demo.journey import Journey
from sandbox.kernel.message import say
from sandbox.oversight import evidence, incident, reporting

_OFFICER, _OTHER = "chen.guanglan", "luo.zhengyan"


def rehearse(journey: Journey) -> None:
    """Stop one agreement at once, report it within the term, close it by another officer, and resume."""
    platform, target = journey.troupe.platform, journey.agreements["logistics"]
    desk, officer, other = platform.oversight, journey.actor(_OFFICER), journey.actor(_OTHER)
    made = incident.open_incident(
        desk,
        officer,
        target.id,
        title=str(say("席位口令外泄（演练）")),
        reason=str(say("年度应急演练：假定开发人员的口令被他人得知")),
    )
    evidence.freeze(desk, officer, made.id)
    findings = reporting.Findings(
        cause=str(say("演练设定：口令写在便条上")),
        harm=str(say("只落地汇总级网点数据，未涉及个人信息")),
        advice=str(say("有关人员更换口令和动态码")),
        contact="遵义市大数据局 陈观澜",
    )
    reporting.report(desk, officer, made.id, findings)
    closed = incident.close(desk, other, made.id, conclusion=str(say("演练完成，停用即时生效，证据完整")))
    agreements.resume(platform.access, other, target.id, reason=str(say("演练结束，恢复使用")))
    journey.tell.done(say("安全事件演练 {id}：停用、冻结证据、报告、办结、恢复各走一遍", id=closed.id))
