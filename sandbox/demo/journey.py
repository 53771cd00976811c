"""The whole journey on the built-in municipality, told step by step through the real verbs.

Every line of it is a use case that the desks call as well; nothing is shown that was not
done. What must be refused is tried, and the refusal shown with its article.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import review as item_review
from sandbox.catalog import entries, impacts
from sandbox.demo import consents, stewards
from sandbox.demo.events import Narrator
from sandbox.demo.people import Troupe
from sandbox.ingest import batch, proposals, publish
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, ItemRequest
from sandbox.kernel.dataset_records import Dataset, Delivery, Snapshot
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Duty
from sandbox.kernel.records import Environment, OperatingAgreement
from sandbox.masking import versions
from sandbox.masking.policy_file import write_policy
from sandbox.municipality.deliveries import FULL, Size, deliver
from sandbox.municipality.writers import Delivered
from sandbox.oversight import duties

CODES = {
    "companies": "enterprise-registration",
    "visits": "health-settlement",
    "meitan-visits": "health-settlement-meitan",
    "allowances": "living-allowance",
    "water": "water-readings",
    "parcels": "parcel-counts",
}
REGIME = "zunyi-2022"
_STEWARDS = {
    "companies": "zhao.qinghe",
    "visits": "liu.jingshu",
    "meitan-visits": "ouyang.lan",
    "allowances": "bai.ruxue",
    "water": "jiang.hanbo",
    "parcels": "ma.shunfeng",
}
_REVIEWERS = {
    "companies": "yang.lizhi",
    "visits": "shen.zhiyuan",
    "meitan-visits": "linghu.ping",
    "allowances": "fang.siyuan",
    "water": "qu.yuanliu",
    "parcels": "lu.pingan",
}


_IMPACT = impacts.Assessed(
    lawfulness="依法履职取得，用于本场景统计分析，最小必要，不提供直接标识符",
    impact="脱敏后仍属个人信息，小组可能指向个人；产品须汇总",
    measures="专席隔离、脱敏、最小等价类和出域审查，与风险程度相适应",
)


@dataclass
class Journey:
    """What has come into being so far, by the names of the cast."""

    troupe: Troupe
    tell: Narrator
    size: Size = FULL
    environments: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    agreements: dict[str, ServiceAgreement] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)

    def actor(self, account: str) -> Actor:
        """Return a person of the cast, recognised by token."""
        return self.troupe.actor(account)


def establish(journey: Journey) -> None:
    """Sign the operating agreements and establish city and county (第十一条)."""
    journey.tell.chapter(say("一、签订开发利用协议，建立市、县两个开发利用环境（第十一条）"))
    access = journey.troupe.platform.access
    operator, officer = journey.actor("zhang.kai"), journey.actor("chen.guanglan")
    today = access.directory.today()
    for place in journey.troupe.cast.environments:
        drafted = agreements.draft_operating(
            access,
            operator,
            OperatingAgreement(
                state="drafted",
                organisation=operator.organisation,
                authority=officer.organisation,
                environment_code=place.code,
                scope=str(say("政务数据资源开发利用运营")),
                term_from=today,
                term_to=today + timedelta(days=3 * 365),
            ),
        )
        signed = agreements.sign_operating(access, officer, drafted.id)
        environment = Environment(
            state="established",
            organisation=operator.organisation,
            code=place.code,
            name=place.name,
            region=place.region,
            agreement=signed.id,
        )
        made = agreements.establish(access, officer, environment)
        journey.environments[place.code] = made.id
        journey.tell.done(say("{name}已建立，协议 {id}", name=place.name, id=signed.id))


def publish_data(journey: Journey) -> None:
    """Register, deliver, read, class and accept the datasets (第五、六、九条)."""
    journey.tell.chapter(say("二、数据提供部门编目、交付，数据管理员确认分类（第五条、第六条、第九条）"))
    with tempfile.TemporaryDirectory(prefix="municipality-") as folder:
        delivered = deliver(Path(folder), size=journey.size)
        for key in CODES:
            _register(journey, key)
            _receive(journey, key, delivered[key])
    _answer_for(journey)


def _answer_for(journey: Journey) -> None:
    """Name who answers for each dataset on all three sides (第十六条)."""
    oversight = journey.troupe.platform.oversight
    officer = journey.actor("chen.guanglan")
    for key, dataset in journey.datasets.items():
        duties.assign(oversight, officer, dataset=dataset.id, duty=Duty.SUPERVISE, account="xie.mingjian")
        steward = journey.actor(_STEWARDS[key])
        duties.assign(oversight, steward, dataset=dataset.id, duty=Duty.PROVIDE, account=_STEWARDS[key])
        duties.assign(oversight, officer, dataset=dataset.id, duty=Duty.USE, account="zhang.kai")
    journey.tell.done(say("每个数据集监管、提供、使用三方的责任人已指定（第十六条）"))


def _register(journey: Journey, key: str) -> None:
    entry, steward = journey.troupe.cast.dataset(key), journey.actor(_STEWARDS[key])
    directory = journey.troupe.platform.directory
    dataset = Dataset(
        state="registered",
        organisation=steward.organisation,
        environment=journey.environments[entry.environment],
        code=CODES[key],
        resource_code=entry.code,
        title=entry.title,
        grading=entry.grading,
        special_regime=entry.special_regime,
        origin=entry.origin,
        core=entry.core,
    )
    journey.datasets[key] = entries.register(directory, steward, dataset)


def _receive(journey: Journey, key: str, delivered: Delivered) -> None:
    platform, steward = journey.troupe.platform, journey.actor(_STEWARDS[key])
    dataset = journey.datasets[key]
    delivery = batch.receive(
        platform.ingest,
        steward,
        dataset.code,
        delivered.path,
        declared_rows=delivered.note.declared_rows,
    )
    journey.tell.done(
        say(
            "{title}：申报 {declared} 行，实收 {counted} 行，合格 {good} 行，隔离 {bad} 行",
            title=dataset.title,
            declared=delivered.note.declared_rows,
            counted=delivery.counted_rows,
            good=delivery.good_rows,
            bad=delivery.bad_rows,
        )
    )
    _show_bad(journey, delivery)
    _classify(journey, key, delivery, dict(delivered.note.columns))
    words = str(say("申报数含被截断的行，已与提供方核对"))
    journey.deliveries[key] = batch.accept(platform.ingest, steward, delivery.id, explanation=words)


def _show_bad(journey: Journey, delivery: Delivery) -> None:
    rows = batch.bad_rows(journey.troupe.platform.ingest, delivery, limit=3)
    journey.tell.table(
        say("隔离区里的前几行（逐行写明原因）"),
        (say("行号"), say("原因")),
        [(row.row, row.reason) for row in rows],
    )


def _classify(journey: Journey, key: str, delivery: Delivery, comments: dict[str, str]) -> None:
    platform, steward = journey.troupe.platform, journey.actor(_STEWARDS[key])
    dataset = journey.datasets[key]
    proposal = proposals.propose_for(platform.ingest, delivery, dataset, comments=comments)
    policy, columns = stewards.decide(proposal.policy, proposal.columns, dataset.code)
    dataset = entries.classify(platform.directory, steward, dataset.id, columns=columns, units=proposal.units)
    journey.datasets[key] = dataset
    drafted = versions.draft(platform.directory, steward, dataset, write_policy(policy))
    confirmed = versions.confirm(platform.directory, steward, drafted.id)
    direct = sum(column.identifier is IdentifierClass.DIRECT for column in columns)
    journey.tell.done(
        say(
            "数据管理员确认：{columns} 个信息项，其中直接标识符 {direct} 个；脱敏策略第 {version} 版生效",
            columns=len(columns),
            direct=direct,
            version=confirmed.version,
        )
    )


def apply_for_data(journey: Journey) -> None:
    """Apply, review in two steps, sign the service agreements (第七、八、十二条)."""
    journey.tell.chapter(say("三、申请、初审、部门审核，签订授权服务协议（第七条、第八条、第十二条）"))
    regime = journey.troupe.platform.access.regime(REGIME)
    journey.tell.warn(
        say(
            "《{title}》已于 {day} 失效：演示依具名理由按旧办法开启，理由记录在案；现行依据为 {next}",
            title=regime.title,
            day=regime.lapsed_on.isoformat(),
            next=regime.successor,
        )
    )
    _apply(journey, "market-map", "companies", "lin.xiaoyu", str(say("市场主体活力分析")))
    _apply(journey, "credit", "companies", "song.keyi", str(say("小微企业信贷辅助")))
    _apply(journey, "chronic", "visits", "lin.xiaoyu", str(say("慢病医保支出分析")))
    _apply(journey, "pipes", "water", "song.keyi", str(say("供水管网漏损分析")))
    _apply(journey, "logistics", "parcels", "song.keyi", str(say("县域物流景气分析")))


def _apply(journey: Journey, name: str, key: str, developer: str, scenario: str) -> None:
    access, dataset = journey.troupe.platform.access, journey.datasets[key]
    applicant, officer = journey.actor(developer), journey.actor("luo.zhengyan")
    wanted = tuple(c.name for c in dataset.columns if c.technique != "drop")
    today = access.directory.today()
    application = applications.submit(
        access,
        applicant,
        Application(
            state="submitted",
            organisation=applicant.organisation,
            environment=dataset.environment,
            regime=REGIME,
            regime_override=str(say("演示：按原办法走完全流程")),
            scenario=scenario,
            scope=str(say("只用于本场景的统计分析，产出汇总表")),
            term_from=today,
            term_to=today + timedelta(days=365),
            security_controls=str(say("专人专席，不下载，产品经出域审查")),
            applicant=applicant.account,
            requests=(
                ItemRequest(dataset=dataset.id, columns=wanted, justification=str(say("分组统计所需"))),
            ),
        ),
    )
    words = str(say("需求明确，资质符合"))
    applications.accept(access, officer, application.id, findings=words, confirm_override=True)
    (item,) = item_review.push(access, officer, application.id)
    _try_wrong_reviewer(journey, item.id)
    item_review.approve(
        access, journey.actor(_REVIEWERS[key]), item.id, conditions=str(say("只许出汇总结果"))
    )
    if item.impact_asked:
        made = impacts.file(access.directory, journey.actor(_REVIEWERS[key]), item.id, _IMPACT)
        journey.tell.done(say("部门提交个人信息保护影响评估 {id}（个人信息保护法第五十五条）", id=made.id))
    journey.agreements[name] = _agree(journey, application, item.id, developer)
    journey.tell.done(
        say(
            "{scenario}：审核期限 {due}，协议 {id} 生效",
            scenario=scenario,
            due=item.due_on.isoformat(),
            id=journey.agreements[name].id,
        )
    )


def _try_wrong_reviewer(journey: Journey, item: str) -> None:
    if journey.agreements:
        return
    try:
        item_review.approve(journey.troupe.platform.access, journey.actor("li.yuncheng"), item)
    except RefusedError as error:
        journey.tell.refused(say("运营商人员试图代部门审核"), error)


def _agree(journey: Journey, application: Application, item: str, user: str) -> ServiceAgreement:
    access, operator = journey.troupe.platform.access, journey.actor("zhang.kai")
    drafted = agreements.draft(
        access,
        operator,
        ServiceAgreement(
            state="drafted",
            organisation=application.organisation,
            operator=operator.organisation,
            environment=application.environment,
            application=application.id,
            items=(item,),
            scenario=application.scenario,
            term_from=application.term_from,
            term_to=application.term_to,
            users=(journey.troupe.accounts[user],),
            seats=1,
            key_id="",
        ),
    )
    agreements.accept(access, journey.actor(user), drafted.id)
    signed = agreements.sign(access, operator, drafted.id)
    duties.sign(journey.troupe.platform.oversight, journey.actor(user), signed.id)
    return signed


def land(journey: Journey) -> None:
    """Land each agreement's data with its own key (第九条)."""
    journey.tell.chapter(
        say("四、按协议脱敏落地：一份协议一把密钥，两份协议的数据无法拼接（第九条、第十七条）")
    )
    for name, key in (("market-map", "companies"), ("credit", "companies"), ("chronic", "visits")):
        _land(journey, name, key)
    _land(journey, "pipes", "water")
    _consent(journey)
    _land(journey, "logistics", "parcels")
    _show_tokens(journey)


def _consent(journey: Journey) -> None:
    """Social data lands only under its contributor's consent (第五条)."""
    try:
        _land(journey, "logistics", "parcels")
    except RefusedError as error:
        journey.tell.refused(say("社会数据还没有授权书就试图落地"), error)
    directory, dataset = journey.troupe.platform.directory, journey.datasets["parcels"]
    made = consents.give(directory, journey.actor("tong.daren"), dataset)
    journey.tell.done(
        say("数据持有单位出具授权书 {id}，有效期至 {day}", id=made.id, day=made.until.isoformat())
    )


def _land(journey: Journey, name: str, key: str) -> None:
    ingest = journey.troupe.platform.ingest
    made = publish.order(
        ingest,
        journey.actor(_STEWARDS[key]),
        agreement=journey.agreements[name].id,
        dataset=journey.datasets[key].code,
        delivery=journey.deliveries[key].id,
    )
    snapshot = publish.land(ingest, made.id)
    journey.snapshots[name] = snapshot
    rows = ingest.pool.version(snapshot.series, snapshot.version).manifest["rows"]
    journey.tell.done(
        say(
            "{series}：交付 {delivered} 行 = 落地 {out} + 隔离 {bad} + 抑制 {small}；最小等价类 {k}",
            series=snapshot.series,
            delivered=rows["delivered"],
            out=rows["out"],
            bad=rows["quarantined"],
            small=rows["suppressed"],
            k=snapshot.smallest_class,
        )
    )
    if not snapshot.interactive:
        journey.tell.warn(say("{series}：{reason}", series=snapshot.series, reason=snapshot.reason))


def _show_tokens(journey: Journey) -> None:
    pool = journey.troupe.platform.pool
    first, second = (
        _first_rows(pool.version(one.series, one.version).parquet_files[0])
        for one in (journey.snapshots["market-map"], journey.snapshots["credit"])
    )
    rows = [(name, first[name], second[name]) for name in first]
    journey.tell.table(
        say("同一家企业在两份协议里的样子（令牌互不相同）"),
        (say("信息项"), say("协议甲"), say("协议乙")),
        rows,
    )


def _first_rows(path: Path) -> dict[str, str | None]:
    row: dict[str, str | None] = pq.read_table(path).slice(0, 1).to_pylist()[0]
    return row
