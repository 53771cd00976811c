"""A file of company registrations through the catalogue and the agreement, up to the landing order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import review as item_review
from sandbox.catalog import entries, impacts
from sandbox.demo.journey import REGIME, Journey
from sandbox.ingest import batch, proposals
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, ItemRequest
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.terms import RowRange
from sandbox.masking import versions
from sandbox.masking.policy_file import write_policy
from sandbox.masking.techniques import DateTrunc, DateUnit, Keep, Region, RegionLevel, Token

CODE, FIRM, PERSON, ADDRESS = "统一社会信用代码", "企业名称", "法人代表", "注册地址"
KEPT = Keep(reason="统计分析所需")
DECISIONS = {
    FIRM: (Token(group="organization"), IdentifierClass.DIRECT),
    CODE: (Token(group="firm"), IdentifierClass.DIRECT),
    PERSON: (Token(group="person"), IdentifierClass.DIRECT),
    "注册日期": (DateTrunc(DateUnit.YEAR), IdentifierClass.QUASI),
    "企业类型": (KEPT, IdentifierClass.QUASI),
    "注册资金": (KEPT, IdentifierClass.SENSITIVE),
    "经营范围": (KEPT, IdentifierClass.OTHER),
    "所在省份": (KEPT, IdentifierClass.OTHER),
    "地区": (KEPT, IdentifierClass.QUASI),
    ADDRESS: (Region(RegionLevel.DISTRICT), IdentifierClass.QUASI),
}
"""A steward who keeps as much text as can be kept: the leak is to be found, not to be dropped."""


def published(journey: Journey, file: Path, rows: int) -> tuple[Dataset, str]:
    """Return the dataset of a file of registrations, classed by its steward, and its accepted delivery."""
    platform, steward = journey.troupe.platform, journey.actor("zhao.qinghe")
    entry = journey.troupe.cast.dataset("companies")
    dataset = entries.register(
        platform.directory,
        steward,
        Dataset(
            state="registered",
            organisation=steward.organisation,
            environment=journey.environments[entry.environment],
            code="zunyi-enterprises",
            resource_code=entry.code,
            title=entry.title,
            grading=entry.grading,
        ),
    )
    delivery = batch.receive(platform.ingest, steward, dataset.code, file, declared_rows=rows)
    proposal = proposals.propose_for(platform.ingest, delivery, dataset)
    table = proposal.policy.table(dataset.code)
    decided = tuple(
        replace(column, technique=DECISIONS[column.name][0], identifier=DECISIONS[column.name][1])
        for column in table.columns
    )
    policy = replace(
        proposal.policy, tables=(replace(table, columns=decided, max_suppressed=0.3),), proposed=False
    )
    columns = tuple(
        replace(column, technique=mine.technique.name, identifier=mine.identifier)
        for column, mine in zip(proposal.columns, decided, strict=True)
    )
    dataset = entries.classify(platform.directory, steward, dataset.id, columns=columns, units=proposal.units)
    drafted = versions.draft(platform.directory, steward, dataset, write_policy(policy))
    versions.confirm(platform.directory, steward, drafted.id)
    return dataset, batch.accept(platform.ingest, steward, delivery.id).id


def agreed(journey: Journey, dataset: Dataset, *, rows: tuple[RowRange, ...] = ()) -> ServiceAgreement:
    """Return the signed agreement on all columns of the dataset, and on those rows."""
    access = journey.troupe.platform.access
    applicant, officer = journey.actor("lin.xiaoyu"), journey.actor("luo.zhengyan")
    operator, today = journey.actor("zhang.kai"), access.directory.today()
    request = ItemRequest(
        dataset=dataset.id,
        columns=tuple(column.name for column in dataset.columns),
        rows=rows,
        justification="分组统计",
    )
    application = applications.submit(
        access,
        applicant,
        Application(
            state="submitted",
            organisation=applicant.organisation,
            environment=dataset.environment,
            regime=REGIME,
            regime_override="按原办法走完全流程",
            scenario="市场主体分析",
            scope="只产出汇总表",
            term_from=today,
            term_to=today + timedelta(days=365),
            security_controls="专人专席",
            applicant=applicant.account,
            requests=(request,),
        ),
    )
    applications.accept(access, officer, application.id, findings="需求明确", confirm_override=True)
    (item,) = item_review.push(access, officer, application.id)
    item_review.approve(access, journey.actor("yang.lizhi"), item.id)
    if item.impact_asked:
        found = impacts.Assessed(lawfulness="依法、必要", impact="有限", measures="脱敏、专席、审查")
        impacts.file(access.directory, journey.actor("yang.lizhi"), item.id, found)
    drafted = agreements.draft(
        access,
        operator,
        ServiceAgreement(
            state="drafted",
            organisation=application.organisation,
            operator=operator.organisation,
            environment=application.environment,
            application=application.id,
            items=(item.id,),
            scenario=application.scenario,
            term_from=application.term_from,
            term_to=application.term_to,
            users=(journey.troupe.accounts["lin.xiaoyu"],),
            seats=1,
            key_id="",
        ),
    )
    agreements.accept(access, applicant, drafted.id)
    return agreements.sign(access, operator, drafted.id)
