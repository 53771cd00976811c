"""The access policy of an agreement as people read it: what is allowed, and who reads it (第十七条).

Shows the value that seats, landing, gate and meters read, by its digest; a draft's is compiled as things
stand. Decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.access import reading
from sandbox.access.policy import compiled, policy_of
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Extent
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.message import Message
from sandbox.kernel.policy import AccessPolicy, DatasetTerms, differences
from sandbox.kernel.records import Environment
from sandbox.kernel.terms import Hours, Quotas, RowRange
from sandbox.locale import words
from sandbox.oversight import replay as replays
from sandbox.regulation.calendars import regions
from sandbox.web import shown
from sandbox.web.actions import NEW
from sandbox.web.language import word
from sandbox.web.pages.amendments import AMEND
from sandbox.web.pages.stipulating import DAYS
from sandbox.web.visitor import Visitor

QUOTAS = {
    "run_bytes": word("一次运行能显示的字节数"),
    "day_bytes": word("一天能显示的字节数"),
    "run_seconds": word("一次运行的秒数"),
    "day_runs": word("一天运行的次数"),
    "day_submissions": word("一天提交出域申请的次数"),
}
FIELDS: dict[str, Message] = {
    "scenario": word("使用场景"),
    "term_from": word("开始日期"),
    "term_to": word("结束日期"),
    "users": word("席位用户"),
    "seats": word("席位数"),
    "hours": word("使用时段"),
    "quotas": word("额度"),
    "joins": word("许可关联"),
    "outputs": word("产出形式"),
    "reviewers": word("每件产品的审查人数"),
    "regions": word("只限的地域"),
    "regime": word("依据的制度"),
    "regime_digest": word("制度版本的摘要"),
    "columns": word("信息项"),
    "rows": word("行范围"),
    "extents": word("申请的时空范围"),
    "thresholds": word("出域门槛"),
    "conditions": word("审核条件"),
    "items": word("所依据的需求"),
    "grade": word("级别"),
    "provider": word("提供部门"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """One place that reads the policy: what of it, and when."""

    place: Message
    reads: Message
    when: Message


READERS = (
    Reader(
        word("开通和打开席位"),
        word("期限、用户名单、席位数、使用时段"),
        word("每次打开、每次运行都重新读；不符就不开，开着的随即停下"),
    ),
    Reader(
        word("席位里的数据视图"),
        word("数据集、信息项、行范围"),
        word("挂载快照时；多出信息项的快照和别的数据集都不挂载"),
    ),
    Reader(
        word("脱敏落地"),
        word("数据集、信息项、行范围、依据的需求"),
        word("开落地单时和落地时各一次；只写出策略里的行和列"),
    ),
    Reader(
        word("出域闸口"),
        word("产出形式、许可关联、出域门槛、使用时段、一天提交的次数"),
        word("收件时和检查时；按提交那一刻的策略摘要判"),
    ),
    Reader(word("产品审查"), word("审查人数"), word("计票时；不到人数不能放行")),
    Reader(
        word("计量"),
        word("额度"),
        word("每次运行之前和显示每一屏时；额度只会收紧环境上限"),
    ),
    Reader(word("到期和停用"), word("期限"), word("每天夜里；到期的协议和席位关闭，密钥销毁")),
)


def days_of(visitor: Visitor, days: tuple[int, ...]) -> str:
    """Return days of the week in words: a run of three or more as from and to."""
    whole = len(days) > 2 and days == tuple(range(days[0], days[-1] + 1))
    if whole:
        return visitor.t("{first}至{last}", first=DAYS[days[0]], last=DAYS[days[-1]])
    return visitor.t("、").join(visitor.say(DAYS[one]) for one in days)


def hours_of(visitor: Visitor, hours: Iterable[Hours]) -> list[str]:
    """Return hours of use in words, one each."""
    return [f"{days_of(visitor, one.days)} {one.start}–{one.end}" for one in hours]


def rows_of(visitor: Visitor, rows: Iterable[RowRange]) -> list[str]:
    """Return ranges of rows in words, one each."""
    return [_range(visitor, one) for one in rows]


def _range(visitor: Visitor, one: RowRange) -> str:
    if one.values:
        among = visitor.t("、").join(one.values)
        return visitor.t("{column} 属于 {values}", column=one.column, values=among)
    if one.start and one.end:
        return visitor.t("{column} 自 {start} 至 {end}", column=one.column, start=one.start, end=one.end)
    if one.start:
        return visitor.t("{column} 自 {start} 起", column=one.column, start=one.start)
    return visitor.t("{column} 至 {end} 止", column=one.column, end=one.end)


def extents_of(visitor: Visitor, extents: Iterable[Extent]) -> list[str]:
    """Return the times and places that were asked for, in words."""
    known, found = regions(), []
    for one in extents:
        if one.start or one.end:
            first = shown.day(one.start, visitor.language) if one.start else visitor.t("不限")
            last = shown.day(one.end, visitor.language) if one.end else visitor.t("不限")
            found.append(visitor.t("时间：{first} 至 {last}", first=first, last=last))
        if one.regions:
            places = visitor.t("、").join(known.get(place, place) for place in one.regions)
            found.append(visitor.t("地域：{places}", places=places))
    return found


def quotas_of(visitor: Visitor, quotas: Quotas) -> list[tuple[str, str]]:
    """Return the quotas that are agreed on: what and how much."""
    figures = ((name, getattr(quotas, name)) for name in QUOTAS)
    return [
        (visitor.say(QUOTAS[name]), shown.size(value) if "bytes" in name else shown.count(value))
        for name, value in figures
        if value
    ]


def forms_of(visitor: Visitor, forms: Iterable[OutputForm]) -> list[str]:
    """Return output forms in words."""
    return [visitor.say(words.term(f"output-{one.value}")) for one in forms]


def page(visitor: Visitor, identifier: str) -> Response:
    """Return the whole policy of one agreement."""
    platform = visitor.platform
    agreement = reading.agreement(platform.access, visitor.actor, identifier)
    policy = policy_of(platform.directory, agreement)
    store = platform.store
    return visitor.page(
        "policy.html",
        agreement=agreement,
        policy=policy,
        signed=bool(agreement.policy),
        stale=_stale(visitor, agreement, policy),
        environment=store.load(Environment, policy.environment).record,
        parts=[(one, store.load(Dataset, one.dataset).record.title) for one in policy.datasets],
        rows=lambda one: rows_of(visitor, one.rows),
        extents=lambda one: extents_of(visitor, one.extents),
        hours=hours_of(visitor, policy.hours),
        quotas=quotas_of(visitor, policy.quotas),
        outputs=forms_of(visitor, policy.outputs),
        within=[regions().get(one, one) for one in policy.regions],
        regime=platform.directory.regimes.get(policy.regime),
        readers=READERS,
        changes=_since(visitor, agreement, policy),
        text=json.dumps(json.loads(policy.text), ensure_ascii=False, indent=1, sort_keys=True),
        may_try=replays.may_look(platform.gate, visitor.actor, agreement),
        amend=f"{AMEND.path(NEW)}?agreement={agreement.id}"
        if agreement.state == "active" and AMEND.offered(visitor.actor)
        else "",
    )


def _stale(visitor: Visitor, agreement: ServiceAgreement, policy: AccessPolicy) -> bool:
    """Return whether what was accepted is no longer what would be compiled, so that it cannot be signed."""
    if agreement.state != "accepted":
        return False
    return compiled(visitor.platform.directory, agreement).digest != policy.digest


def _since(visitor: Visitor, agreement: ServiceAgreement, policy: AccessPolicy) -> list[dict[str, object]]:
    """Return in what the policy differs from that of the version before."""
    if not agreement.lineage:
        return []
    directory = visitor.platform.directory
    before = policy_of(directory, directory.store.load(ServiceAgreement, agreement.lineage[-1]).record)
    return changes_of(visitor, before, policy)


def changes_of(visitor: Visitor, first: AccessPolicy, second: AccessPolicy) -> list[dict[str, object]]:
    """Return the differences of two policies in words: where, what, and both values."""
    titles = {
        part.code: visitor.title_of(part.dataset) for policy in (first, second) for part in policy.datasets
    }
    found: list[dict[str, object]] = []
    for name, _, _ in differences(first, second):
        code, dot, field = name.rpartition(".")
        found.append(
            {
                "where": titles.get(code, "") if dot else "",
                "what": FIELDS.get(field, field),
                "before": _value(visitor, first, code, field),
                "after": _value(visitor, second, code, field),
            }
        )
    return [one for one in found if one["before"] != one["after"]]


def _value(visitor: Visitor, policy: AccessPolicy, code: str, name: str) -> list[str]:
    """Return one field of a policy, or of a dataset in it, as lines to read."""
    if code:
        part = policy.part(code)
        return [visitor.t("不列入")] if part is None else _of_part(visitor, part, name)
    titles: Mapping[str, str] = {one.dataset: visitor.title_of(one.dataset) for one in policy.datasets}
    lists = {
        "hours": lambda: hours_of(visitor, policy.hours) or [visitor.t("不限")],
        "outputs": lambda: forms_of(visitor, policy.outputs) or [visitor.t("不限")],
        "users": lambda: [visitor.person_name(one) for one in policy.users],
        "joins": lambda: (
            [f"{titles[one.first]} + {titles[one.second]}" for one in policy.joins] or [visitor.t("不许可")]
        ),
        "quotas": lambda: (
            [f"{what} {much}" for what, much in quotas_of(visitor, policy.quotas)]
            or [visitor.t("按环境上限")]
        ),
    }
    return lists[name]() if name in lists else [str(getattr(policy, name))]


def _of_part(visitor: Visitor, part: DatasetTerms, name: str) -> list[str]:
    if name == "thresholds":
        return thresholds_of(visitor, part)
    if name == "rows":
        return rows_of(visitor, part.rows) or [visitor.t("不限")]
    if name == "extents":
        return extents_of(visitor, part.extents)
    if name == "provider":
        return [visitor.body_name(part.provider)]
    value = getattr(part, name)
    return [str(one) for one in value] if isinstance(value, tuple) else [str(value)]


def thresholds_of(visitor: Visitor, part: DatasetTerms) -> list[str]:
    """Return the limits of a dataset's released cells, one a line."""
    limits = part.thresholds
    return [
        visitor.t("每格至少 {n} 个统计单位", n=limits.smallest),
        visitor.t("最大一家低于 {share}", share=f"{limits.largest_share:.0%}"),
        visitor.t("最大两家合计低于 {share}", share=f"{limits.two_largest_share:.0%}"),
        visitor.t("p% 规则 {share}", share=f"{limits.p_percent:.0%}"),
        visitor.t("由模型或合成数据认出成员不超过随机加 {share}", share=f"{limits.advantage:.0%}"),
        visitor.t("合成数据贴近真人不多于 {share}", share=f"{limits.near_excess:.0%}"),
        visitor.t("合成数据每列与来源相差不多于 {share}", share=f"{limits.coverage_gap:.0%}"),
    ]
