"""Datasets of the base and the theme library, and demands for them, which the authority reviews (第八条).

Catalogued and classified, not yet delivered. The class digit of the resource code decides the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.access import review as item_review
from sandbox.catalog import entries
from sandbox.demo import applications
from sandbox.demo.journey import Journey
from sandbox.kernel.dataset_records import Column, Dataset, Unit
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.message import say
from sandbox.kernel.metadata import Core, Cycle, Opening, Sharing
from sandbox.kernel.oversight_records import Duty
from sandbox.oversight import duties

_STEWARD, _OFFICER, _OTHER_OFFICER = "zhao.qinghe", "chen.guanglan", "luo.zhengyan"
_CODE = Column(
    name="统一社会信用代码",
    type=EntityType.CN_USCC,
    identifier=IdentifierClass.DIRECT,
    level=2,
    technique="token",
)
_DISTRICT = Column(name="行政区划", identifier=IdentifierClass.QUASI, technique="keep")


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    title: str
    code: str
    abstract: str
    columns: tuple[Column, ...]


_ENTRIES = (
    _Entry(
        "legal-persons",
        "法人单位基础信息",
        "101001/000001",
        "法人和其他组织的名称、代码、类型和登记状态",
        (
            _CODE,
            _DISTRICT,
            Column(name="单位类型", technique="keep"),
            Column(name="登记状态", technique="keep"),
        ),
    ),
    _Entry(
        "credit-theme",
        "公共信用主题信息",
        "203001/000001",
        "行政许可、行政处罚和异常名录按法人单位归集",
        (_CODE, _DISTRICT, Column(name="许可数", technique="keep"), Column(name="处罚数", technique="keep")),
    ),
)


def fill(journey: Journey) -> None:
    """Catalogue both, ask for both: one demand waits at the authority, the other it has approved."""
    for entry in _ENTRIES:
        _catalogue(journey, entry)
    waiting = applications.pushed(journey, "xu.zhizhong", "legal-persons", say("机构名录编制"))
    decided = applications.pushed(journey, "xu.zhizhong", "credit-theme", say("信用环境评价"))
    item_review.approve(
        journey.troupe.platform.access,
        journey.actor(_OFFICER),
        decided.id,
        conditions=str(say("只许出汇总结果")),
    )
    authority = journey.troupe.platform.directory.organisation(waiting.reviewer)
    journey.tell.done(
        say("基础库和主题库各有一个数据集：需求不推送部门，由{name}自己审核（第八条）", name=authority.name)
    )


def _catalogue(journey: Journey, entry: _Entry) -> None:
    platform, steward = journey.troupe.platform, journey.actor(_STEWARD)
    made = entries.register(
        platform.directory,
        steward,
        Dataset(
            state="registered",
            organisation=steward.organisation,
            environment=journey.environments["520300"],
            code=entry.key,
            resource_code=entry.code,
            title=entry.title,
            grading=Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L2),
            core=Core(
                abstract=entry.abstract,
                formats=("csv",),
                sharing=Sharing.CONDITIONAL,
                sharing_condition="履行职责需要",
                opening=Opening.AFTER_MASKING,
                cycle=Cycle.MONTH,
                issued=date(2024, 11, 1),
                rows=10_000,
            ),
        ),
    )
    unit = Unit(kind="firm", columns=(_CODE.name,))
    journey.datasets[entry.key] = entries.classify(
        platform.directory, steward, made.id, columns=entry.columns, units=(unit,)
    )
    oversight, officer = platform.oversight, journey.actor(_OTHER_OFFICER)
    duties.assign(oversight, officer, dataset=made.id, duty=Duty.SUPERVISE, account="xie.mingjian")
    duties.assign(oversight, steward, dataset=made.id, duty=Duty.PROVIDE, account=_STEWARD)
    duties.assign(oversight, officer, dataset=made.id, duty=Duty.USE, account="zhang.kai")
