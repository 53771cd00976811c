"""What the rules and regimes of `regulation/` are called, in a few words: the text itself stays the law's.

By the code of the rule and the id of the regime; one that a city adds is called by its own text. Called
by the console.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.kernel.message import Message, say

REGIMES: dict[str, Message] = {
    "zunyi-2022": say("遵义市政府数据资源开发利用管理办法（试行）"),
    "national-2025": say("公共数据资源授权运营实施规范（试行）"),
}
RULES: dict[str, Message] = {
    "preliminary-review": say("初审期限"),
    "provider-review": say("部门审核期限"),
    "review-extension": say("审核期限最长延长"),
    "review-extensions": say("审核期限延长次数"),
    "supplement-notices": say("一次性告知次数"),
    "supplement-answer": say("补正期限"),
    "field-reasons": say("逐项写明理由"),
    "attachment-count": say("附件份数"),
    "attachment-pages": say("附件页数"),
    "attachment-size": say("附件大小"),
    "sector-consultation": say("征求行业主管部门意见"),
    "consultation": say("征求意见答复期限"),
    "coordination": say("协调期限"),
    "reminder-lead": say("提前提醒"),
    "deputy-term": say("代理最长期限"),
    "landing": say("落地期限"),
    "security-review": say("安全审查期限"),
    "review-custody": say("认领审查的时限"),
    "record-refusals": say("提交源数据记录的次数"),
    "record-refusal-days": say("提交源数据记录的计算期间"),
    "access-end": say("到期收回的时限"),
    "incident-report": say("安全事件报告时限"),
    "effect-feedback": say("成效反馈周期"),
    "agreement-term": say("协议最长期限"),
    "access-log": say("访问日志保存期限"),
    "provision-record": say("提供记录保存期限"),
    "impact-assessment": say("影响评估保存期限"),
    "decision": say("各项决定保存期限"),
    "authority": say("主管部门的职责"),
    "provider": say("数据提供部门的职责"),
    "operator": say("数据运营商"),
    "developer": say("数据开发利用者"),
    "purchaser": say("购买方"),
    "third-party-reviewer": say("第三方审查机构"),
    "supervisor": say("监管部门"),
    "operator-may-develop": say("运营商能否再开发"),
    "landing-floor": say("落地的等价类下限"),
    "landing-legal-floor": say("领地公开共享的等价类下限"),
    "controlled-floor": say("按协议交付的等价类下限"),
    "controlled-legal-floor": say("受控公开共享的等价类下限"),
    "public-floor": say("向社会公开的等价类下限"),
    "first-registration": say("首次登记期限"),
    "registration-acceptance": say("登记受理期限"),
    "registration-review": say("登记审核期限"),
    "registration-publicity": say("登记公示期限"),
    "deregistration": say("注销登记期限"),
    "registration-validity": say("登记有效期"),
    "registration-renewal": say("登记续展"),
}

ONE: dict[str, Message] = {
    "working-days": say("1 个工作日"),
    "days": say("1 天"),
    "months": say("1 个月"),
    "minutes": say("1 分钟"),
    "times": say("1 次"),
    "pages": say("1 页"),
    "megabytes": say("1 MB"),
    "years": say("1 年"),
    "units": say("1 个单位"),
}
MANY: dict[str, Message] = {
    "working-days": say("{n} 个工作日", n=""),
    "days": say("{n} 天", n=""),
    "months": say("{n} 个月", n=""),
    "minutes": say("{n} 分钟", n=""),
    "times": say("{n} 次", n=""),
    "pages": say("{n} 页", n=""),
    "megabytes": say("{n} MB", n=""),
    "years": say("{n} 年", n=""),
    "units": say("{n} 个单位", n=""),
}


def measure(value: int, unit: str) -> Message:
    """Return a rule's number with its unit, one or many of it."""
    return ONE[unit] if value == 1 else replace(MANY[unit], values=(("n", f"{value:,}"),))


def regime_name(identifier: str, title: str) -> Message:
    """Return what a regime is called; its own title where it has no other name."""
    return REGIMES.get(identifier) or Message("{title}", (("title", title),))


def rule_name(code: str) -> Message | None:
    """Return what a rule is called, or None for one that is known by its text alone."""
    return RULES.get(code)
