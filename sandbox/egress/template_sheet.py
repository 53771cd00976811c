"""A reviewed template as its signers read it: one line for each of the terms, in words, none left out.

The lines are the terms and nothing else, so that whoever reads them reads what the digest stands for.
Decides nothing. Called by the desks of the terminal and the browser.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.egress.desk import GateDesk
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import Account, Environment
from sandbox.kernel.review_records import Capacity
from sandbox.kernel.template_records import Parameter, ParameterKind, Template, TemplateLimits

Value = Message | str


@dataclass(frozen=True, slots=True)
class Line:
    """One of the terms: its name in the record, what it is called, what it says; `code` is set as code."""

    name: str
    label: Message
    values: tuple[Value, ...]
    code: bool = False


STATES = {
    "drafted": say("草稿"),
    "signing": say("待签署"),
    "in-force": say("生效中"),
    "used-up": say("次数已用完"),
    "suspended": say("已停用"),
    "revoked": say("已撤销"),
    "refused": say("未获同意"),
    "withdrawn": say("已撤回"),
    "expired": say("已到期"),
    "due": say("待抽查"),
    "passed": say("抽查合格"),
    "failed": say("抽查不合格"),
    "issued": say("已放行"),
    "recalled": say("已召回"),
}
"""How a template, a look or a release stands, in words."""
CAPACITIES = {
    Capacity.AUTHORITY: say("大数据主管部门"),
    Capacity.PROVIDER: say("数据提供部门"),
    Capacity.THIRD_PARTY: say("受托第三方"),
}
_KINDS = {
    ParameterKind.TEXT: say("文字"),
    ParameterKind.NUMBER: say("数字"),
    ParameterKind.DATE: say("日期"),
}


def state_in_words(state: str) -> Value:
    """Return how a record stands in words; a state without any as it is."""
    return STATES.get(state, state)


def sheet(desk: GateDesk, template: Template) -> tuple[Line, ...]:
    """Return every one of the terms, in the order in which a signer asks for them."""
    return (*_about(desk, template), *_product(desk, template), *_bounds(template))


def _about(desk: GateDesk, one: Template) -> tuple[Line, ...]:
    store, body = desk.directory.store, _body(desk)
    environment = store.load(Environment, one.environment).record.name
    author = store.load(Account, one.author).record.display_name
    return (
        Line("title", say("名称"), (one.title,)),
        Line("organisation", say("提出单位"), (body(one.organisation),)),
        Line("author", say("提出人"), (author,)),
        Line("recipient", say("领取单位"), (body(one.recipient),)),
        Line("agreement", say("授权服务协议"), (one.agreement,)),
        Line("environment", say("开发利用环境"), (environment,)),
    )


def _product(desk: GateDesk, one: Template) -> tuple[Line, ...]:
    store = desk.directory.store
    titles = tuple(f"{store.load(Dataset, each).record.title}（{each}）" for each in one.datasets)
    parameters = tuple(parameter_in_words(each) for each in one.parameters) or (say("没有参数"),)
    return (
        Line("datasets", say("所用数据集"), titles),
        Line("sql", say("签署的 SQL"), (one.sql,), code=True),
        Line("parameters", say("参数取值"), parameters),
        Line("subject", say("统计单位"), (one.subject,)),
        Line("columns", say("输出列"), ("、".join(one.columns),)),
        Line("decimals", say("取整"), (say("保留 {n} 位小数", n=one.decimals),)),
        Line("form", say("文件格式"), (one.form,)),
        Line("limits", say("统计门槛"), tuple(_limits(each) for each in one.limits)),
    )


def _bounds(one: Template) -> tuple[Line, ...]:
    return (
        Line("number", say("次数"), (say("最多放行 {n} 次", n=one.number),)),
        Line("term_from", say("期限起"), (one.term_from.isoformat(),)),
        Line("term_to", say("期限止"), (one.term_to.isoformat(),)),
        Line("share", say("事后抽查"), (say("每一百份抽查约 {n} 份", n=one.share),)),
        Line("policy", say("访问策略摘要"), (one.policy,), code=True),
        Line("plan", say("绑定计划摘要"), (one.plan,), code=True),
        Line("plan_text", say("绑定计划"), (one.plan_text,), code=True),
    )


def _body(desk: GateDesk) -> Callable[[str], str]:
    return lambda identifier: f"{desk.directory.organisation(identifier).name}（{identifier}）"


def parameter_in_words(one: Parameter) -> Message:
    """Return which values a parameter may have."""
    if one.values:
        return say(
            "{name}（{kind}）：只能取 {values}", name=one.name, kind=_KINDS[one.kind], values=_list(one)
        )
    return say(
        "{name}（{kind}）：从 {low} 到 {high}",
        name=one.name,
        kind=_KINDS[one.kind],
        low=one.low,
        high=one.high,
    )


def _list(one: Parameter) -> str:
    return "、".join(one.values)


def _limits(one: TemplateLimits) -> Message:
    return say(
        "{dataset}：每格不少于 {smallest} 个；最大一个不超过 {largest}%，前两个不超过 {two}%；p% 规则 {p}%",
        dataset=one.dataset,
        smallest=one.smallest,
        largest=_percent(one.largest_share),
        two=_percent(one.two_largest_share),
        p=_percent(one.p_percent),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.6g}"
