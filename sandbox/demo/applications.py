"""Further applications of the demonstration, one in every state, so that every desk has something on it.

Opened under the regime in force. Told after the journey; changes nothing of it.
"""

from __future__ import annotations

from datetime import timedelta

from sandbox.access import application as applications
from sandbox.access import consultation, coordination, drafts
from sandbox.access import review as item_review
from sandbox.demo.journey import Journey
from sandbox.kernel.application_records import Application, Item, ItemRequest
from sandbox.kernel.message import Message, say

REGIME = "national-2025"
_OFFICER = "luo.zhengyan"


def fill(journey: Journey) -> None:
    """Write applications that stay in each state, and items under review, extended, consulted, refused."""
    journey.tell.chapter(
        say("其余各环节也各有一例：草稿、待初审、补正、退回、撤回、部门审核、征求意见、协调")
    )
    access, officer = journey.troupe.platform.access, journey.actor(_OFFICER)
    lin, xu, song = (journey.actor(one) for one in ("lin.xiaoyu", "xu.zhizhong", "song.keyi"))
    drafts.draft(access, lin, _application(journey, "lin.xiaoyu", "parcels", say("商圈选址参考")))
    applications.submit(access, xu, _application(journey, "xu.zhizhong", "companies", say("产业链图谱")))
    asked = applications.submit(
        access, xu, _application(journey, "xu.zhizhong", "allowances", say("帮扶政策评估"))
    )
    points = (str(say("补充月保障金的使用理由")), str(say("补充人员管理措施")))
    applications.supplement(access, officer, asked.id, points=points)
    poor = applications.submit(access, song, _application(journey, "song.keyi", "companies", say("名单核对")))
    applications.reject(access, officer, poor.id, findings=str(say("场景不明确，与统计用途不符")))
    taken = applications.submit(access, song, _application(journey, "song.keyi", "water", say("用水预测")))
    applications.withdraw(access, song, taken.id)
    waiting = pushed(journey, "lin.xiaoyu", "parcels", say("快递驿站布局"))
    longer = item_review.told_today(
        access, days=10, leader="马顺达", document="通达函〔2026〕1号", reason=str(say("需与各网点核对"))
    )
    item_review.extend(access, journey.actor("lu.pingan"), waiting.id, longer)
    consulted = pushed(journey, "lin.xiaoyu", "allowances", say("因病致困分析"))
    consultation.ask(
        access,
        journey.actor("fang.siyuan"),
        consulted.id,
        body="遵义市卫生健康局",
        question=str(say("致困原因中的因病一类可否按县区汇总使用？")),
    )
    refused = pushed(journey, "song.keyi", "meitan-visits", say("药店选址"))
    words = str(say("就诊明细不用于商业选址"))
    item_review.refuse(access, journey.actor("linghu.ping"), refused.id, reason=words)
    settled = pushed(journey, "song.keyi", "water", say("水厂扩建论证"))
    item_review.refuse(access, journey.actor("qu.yuanliu"), settled.id, reason=str(say("须先说明用途")))
    (case,) = coordination.of_item(access, settled.id)
    chen = journey.actor("chen.guanglan")
    coordination.uphold(access, chen, case.id, outcome=str(say("双方未达成一致，维持部门意见")))
    journey.tell.done(say("各类申请和审核事项已就位，可在终端和浏览器里查看"))


def pushed(journey: Journey, who: str, key: str, scenario: Message) -> Item:
    """Return the item of a demand for one dataset, accepted and pushed to its reviewer."""
    access, officer = journey.troupe.platform.access, journey.actor(_OFFICER)
    made = applications.submit(access, journey.actor(who), _application(journey, who, key, scenario))
    applications.accept(
        access, officer, made.id, findings=str(say("需求明确")), qualification=str(say("资质符合"))
    )
    (item,) = item_review.push(access, officer, made.id)
    return item


def _application(journey: Journey, who: str, key: str, scenario: Message) -> Application:
    applicant, dataset = journey.actor(who), journey.datasets[key]
    wanted = tuple(one.name for one in dataset.columns if one.technique != "drop")
    today = journey.troupe.platform.directory.today()
    return Application(
        state="submitted",
        organisation=applicant.organisation,
        environment=dataset.environment,
        regime=REGIME,
        scenario=str(scenario),
        scope=str(say("只用于本场景的统计分析，产出汇总表")),
        term_from=today,
        term_to=today + timedelta(days=180),
        security_controls=str(say("专人专席，不下载，产品经出域审查")),
        applicant=applicant.account,
        requests=(ItemRequest(dataset=dataset.id, columns=wanted, justification=str(say("分组统计所需"))),),
    )
