"""Transfers between the city's and the county's environment, one in every state (第十一条、第十七条)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.access import transfer
from sandbox.demo.journey import Journey
from sandbox.kernel.agreement_records import Transfer
from sandbox.kernel.message import Message, say

_ASKS, _LETS, _DEPARTMENT, _OFFICER = "zhang.kai", "li.yuncheng", "lu.pingan", "chen.guanglan"
_DATASET, _COLUMNS = "parcels", ("县区", "日期", "收件量")
_AGO = timedelta(days=40)
_STEPS = ((_LETS, transfer.release), (_DEPARTMENT, transfer.consent), (_OFFICER, transfer.confirm))


def fill(journey: Journey) -> None:
    """Leave a transfer proposed, released, consented, in force, declined, revoked and expired."""
    directory = journey.troupe.platform.directory
    for agreed, purpose in enumerate(
        (say("县域消费活跃度分析"), say("乡镇物流站点规划"), say("农产品上行统计"), say("县域快递景气监测"))
    ):
        _agreed(journey, purpose, steps=agreed)
    declined = _agreed(journey, say("快递员轨迹分析"), steps=1)
    reason = str(say("网点数据不含轨迹，用途不符"))
    transfer.decline(directory, journey.actor(_DEPARTMENT), declined.id, reason=reason)
    revoked = _agreed(journey, say("夜间经济评估"), steps=3)
    reason = str(say("县里改用自有数据"))
    transfer.revoke(directory, journey.actor(_OFFICER), revoked.id, reason=reason)
    _agreed(journey, say("春节运力测算"), steps=3, ago=_AGO)
    transfer.expire_due(directory)
    journey.tell.done(say("市、县两个环境之间的跨环境转移：提出、各方同意、生效、谢绝、撤销、到期各有一例"))


def _agreed(journey: Journey, purpose: Message, *, steps: int, ago: timedelta = timedelta(0)) -> Transfer:
    """Return a transfer to the county as far as so many steps after its proposal take it."""
    held = journey.troupe.platform.directory
    directory = replace(held, clock=lambda: held.clock() - ago)
    made = transfer.propose(
        directory,
        journey.actor(_ASKS),
        transfer.Proposal(
            dataset=journey.datasets[_DATASET].id,
            target=journey.environments["520328"],
            columns=_COLUMNS,
            purpose=str(purpose),
            until=held.today() - timedelta(days=1) if ago else held.today() + timedelta(days=180),
        ),
    )
    for who, act in _STEPS[:steps]:
        made = act(directory, journey.actor(who), made.id)
    return made
