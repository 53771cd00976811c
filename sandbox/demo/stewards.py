"""What the stewards of the demonstration decide about each column, beside discovery's proposal.

A steward knows the data: that a county is a category and no name, that a serial number is of
no use to anybody, how coarse a date must be so that nobody stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from sandbox.kernel.dataset_records import Column
from sandbox.kernel.entities import IdentifierClass
from sandbox.masking.policy import ColumnPolicy, Policy
from sandbox.masking.techniques import DateTrunc, DateUnit, Drop, Keep, Technique, Token

Decisions: TypeAlias = Mapping[str, tuple[Technique, IdentifierClass]]
_QUASI, _SENSITIVE, _DIRECT, _OTHER = (
    IdentifierClass.QUASI,
    IdentifierClass.SENSITIVE,
    IdentifierClass.DIRECT,
    IdentifierClass.OTHER,
)
_PUBLIC = Keep(reason="市场主体登记公示内容")
_NEEDED = Keep(reason="统计分析所需，无直接识别风险")
_COMPANIES: Decisions = {
    "企业名称": (Drop(), _DIRECT),
    "注册日期": (Drop(), _QUASI),
    "企业类型": (_PUBLIC, _QUASI),
    "行政区划": (_PUBLIC, _QUASI),
    "经营范围": (Drop(), _OTHER),
    "注册地址": (Drop(), _DIRECT),
    "联系电话": (Drop(), _DIRECT),
}
_VISITS: Decisions = {
    "就诊流水号": (Drop(), _DIRECT),
    "姓名": (Drop(), _DIRECT),
    "居民身份证号": (Token(group="resident-id"), _DIRECT),
    "手机号": (Drop(), _DIRECT),
    "住址": (Drop(), _DIRECT),
    "出生日期": (DateTrunc(DateUnit.DECADE), _QUASI),
    "性别": (_NEEDED, _QUASI),
    "民族": (Drop(), _SENSITIVE),
    "就诊日期": (DateTrunc(DateUnit.YEAR), _QUASI),
    "医疗机构": (Drop(), _OTHER),
    "诊断编码": (Drop(), _SENSITIVE),
    "诊断名称": (Keep(reason="慢病分析所需，第 4 级数据不开放交互席位"), _SENSITIVE),
    "医疗总费用": (_NEEDED, _SENSITIVE),
    "医保支付": (_NEEDED, _SENSITIVE),
}
_ALLOWANCES: Decisions = {
    "家庭编号": (Token(group="household"), _DIRECT),
    "户主姓名": (Drop(), _DIRECT),
    "户主身份证号": (Token(group="resident-id"), _DIRECT),
    "联系电话": (Drop(), _DIRECT),
    "家庭住址": (Drop(), _DIRECT),
    "县区": (_NEEDED, _QUASI),
    "保障类别": (_NEEDED, _QUASI),
    "保障人数": (Drop(), _QUASI),
    "致困原因": (Drop(), _SENSITIVE),
    "月保障金": (Drop(), _SENSITIVE),
    "纳入日期": (DateTrunc(DateUnit.DECADE), _QUASI),
}
_PIPES = Keep(reason="管网设施数据，不涉及个人和企业")
_WATER: Decisions = dict.fromkeys(
    ("表号", "计量分区", "乡镇", "口径", "抄表日期", "表底数", "用水量", "表况"), (_PIPES, _OTHER)
)
_BRANCHES = Keep(reason="网点运营数据，持有单位已授权")
_PARCELS: Decisions = {
    "网点编号": (_BRANCHES, _OTHER),
    "县区": (_BRANCHES, _OTHER),
    "日期": (_BRANCHES, _OTHER),
    "收件量": (_BRANCHES, _OTHER),
    "派件量": (_BRANCHES, _OTHER),
}
_MAX_SUPPRESSED = 0.15
_DECISIONS = {
    "enterprise-registration": _COMPANIES,
    "living-allowance": _ALLOWANCES,
    "water-readings": _WATER,
    "parcel-counts": _PARCELS,
}


def decide(policy: Policy, columns: tuple[Column, ...], code: str) -> tuple[Policy, tuple[Column, ...]]:
    """Return the policy and the columns as the dataset's steward confirms them."""
    decisions = _DECISIONS.get(code, _VISITS)
    table = policy.table(code)
    decided = tuple(_decided(column, decisions) for column in table.columns)
    changed = replace(table, columns=decided, max_suppressed=_MAX_SUPPRESSED)
    confirmed = replace(policy, name=f"{code}/v1", tables=(changed,), proposed=False)
    by_name = {column.name: column for column in decided}
    return confirmed, tuple(
        replace(
            column,
            technique=by_name[column.name].technique.name,
            identifier=by_name[column.name].identifier,
        )
        for column in columns
    )


def _decided(
    column: ColumnPolicy, decisions: Mapping[str, tuple[Technique, IdentifierClass]]
) -> ColumnPolicy:
    if column.name not in decisions:
        return column
    technique, identifier = decisions[column.name]
    return replace(column, technique=technique, identifier=identifier)
