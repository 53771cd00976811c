"""What people are told: for each step or occasion a title, a sentence, and who hears of it.

A code is the step's own name, or the name of an occasion that is no step. Values are data of
others and may be hostile: they are cleaned before they meet a sentence, never read as one.
Adding a row is all that a new notice takes; the store posts its effect with the fact.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.kernel.message import Message, say

LONGEST = 120
"""Characters of a value in a notice; what is longer is cut, with a sign that it was."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Template:
    """One notice: `audience` names who hears of it (see `audience`)."""

    code: str
    audience: str
    title: Message
    body: Message

    @property
    def of_step(self) -> bool:
        """Whether the code is a step, so that the store announces it."""
        return not self.code.startswith(("clock:", "asked:"))


TEMPLATES: tuple[Template, ...] = (
    Template(
        "application:submit",
        "officers",
        say("有新的数据需求申请"),
        say("“{what}”（{id}）已提交，请初审需求和资质能力。"),
    ),
    Template(
        "application:accept",
        "applicant",
        say("申请通过初审"),
        say("“{what}”（{id}）已通过初审，转部门审核。"),
    ),
    Template(
        "application:reject",
        "applicant",
        say("申请未通过初审"),
        say("“{what}”（{id}）未通过初审，理由见申请页。"),
    ),
    Template(
        "item:push",
        "reviewers",
        say("有数据需求等待审核"),
        say("“{what}”（{id}）已推送给本单位，请在期限之内审核并答复。"),
    ),
    Template(
        "asked:impact",
        "named",
        say("需要提交影响评估"),
        say("“{what}”（{id}）含个人信息：落地之前请提交个人信息保护影响评估。"),
    ),
    Template("item:approve", "applicant", say("数据需求已批准"), say("“{what}”（{id}）已由提供部门批准。")),
    Template(
        "item:refuse",
        "applicant",
        say("数据需求未获批准"),
        say("“{what}”（{id}）未获批准，由市大数据主管部门协调处理。"),
    ),
    Template(
        "application:supplement",
        "applicant",
        say("申请需要补正"),
        say("“{what}”（{id}）需要补正，全部内容已一次性列明，请按期补正。"),
    ),
    Template(
        "application:answer",
        "officers",
        say("申请已补正"),
        say("“{what}”（{id}）已补正并重新提交，初审期限重新起算。"),
    ),
    Template(
        "application:remind",
        "officers",
        say("初审期限将到"),
        say("“{what}”（{id}）的初审期限临近，请及时办理。"),
    ),
    Template(
        "application:escalate",
        "officers",
        say("初审已超过期限"),
        say("“{what}”（{id}）的初审已超过期限。"),
    ),
    Template(
        "application:recount",
        "concerned",
        say("初审期限已重算"),
        say("“{what}”（{id}）的初审期限因放假安排变化已重新计算，请查看新的届满日。"),
    ),
    Template(
        "application:recount-answer",
        "concerned",
        say("补正期限已重算"),
        say("“{what}”（{id}）的补正期限因放假安排变化已重新计算，请查看新的届满日。"),
    ),
    Template(
        "item:extend",
        "concerned",
        say("审核期限已延长"),
        say("“{what}”（{id}）的审核期限经提供部门主要领导同意延长，特此告知。"),
    ),
    Template(
        "item:remind",
        "reviewers",
        say("审核期限临近"),
        say("“{what}”（{id}）的审核期限临近，请及时审核并答复。"),
    ),
    Template(
        "item:escalate",
        "officers",
        say("部门审核逾期"),
        say("“{what}”（{id}）的部门审核已超过期限，请督办；逾期不视为同意。"),
    ),
    Template(
        "item:recount",
        "concerned",
        say("审核期限已重算"),
        say("“{what}”（{id}）的审核期限因放假安排变化已重新计算，请查看新的届满日。"),
    ),
    Template(
        "item:reopen",
        "reviewers",
        say("需求交回重新审核"),
        say("“{what}”（{id}）经协调交回重新审核，期限重新起算。"),
    ),
    Template(
        "item:close",
        "applicant",
        say("协调后维持不同意"),
        say("“{what}”（{id}）经协调维持不同意，理由见协调结果。"),
    ),
    Template(
        "coordination:open",
        "officers",
        say("有需求待协调"),
        say("{id}：一项需求未获同意，请协调处理。"),
    ),
    Template(
        "coordination:remind",
        "officers",
        say("协调期限临近"),
        say("{id}：一项需求的协调期限临近，请及时协调处理。"),
    ),
    Template(
        "coordination:escalate",
        "officers",
        say("协调已超过期限"),
        say("{id}：一项需求的协调已超过期限，请尽快处理。"),
    ),
    Template(
        "coordination:recount",
        "concerned",
        say("协调期限已重算"),
        say("{id}：协调期限因放假安排变化已重新计算，请查看新的届满日。"),
    ),
    Template(
        "consultation:ask",
        "consulted",
        say("有征求意见待答复"),
        say("{id}：请就一项数据需求提出意见；答复之前审核单位不能同意。"),
    ),
    Template(
        "consultation:answer",
        "askers",
        say("征求意见已答复"),
        say("{id}：行业主管部门已答复意见，请继续审核。"),
    ),
    Template(
        "consultation:remind",
        "consulted",
        say("征求意见期限临近"),
        say("{id}：征求意见的答复期限临近，请及时答复。"),
    ),
    Template(
        "consultation:escalate",
        "asking",
        say("征求意见逾期未答复"),
        say("{id}：行业主管部门没有按期答复意见，审核期限照常计算，请督促。"),
    ),
    Template(
        "consultation:recount",
        "concerned",
        say("答复期限已重算"),
        say("{id}：征求意见的答复期限因放假安排变化已重新计算，请查看新的届满日。"),
    ),
    Template(
        "service-agreement:draft",
        "developers",
        say("授权服务协议待确认"),
        say("“{what}”（{id}）已拟订，请核对并确认。"),
    ),
    Template(
        "service-agreement:sign",
        "users",
        say("授权服务协议已生效"),
        say("“{what}”（{id}）已生效。进入席位之前请签署承诺书。"),
    ),
    Template(
        "service-agreement:suspend",
        "parties",
        say("授权服务协议已暂停"),
        say("“{what}”（{id}）已暂停，席位不能使用，产品不得放行。"),
    ),
    Template(
        "service-agreement:resume", "parties", say("授权服务协议已恢复"), say("“{what}”（{id}）已恢复。")
    ),
    Template(
        "service-agreement:terminate",
        "parties",
        say("授权服务协议已终止"),
        say("“{what}”（{id}）已终止，脱敏密钥随之销毁。"),
    ),
    Template(
        "service-agreement:expire", "parties", say("授权服务协议已到期"), say("“{what}”（{id}）期限已到。")
    ),
    Template(
        "snapshot:publish",
        "users",
        say("数据已落地"),
        say("“{what}”的新版本（{id}）已落地，下次运行即可使用。"),
    ),
    Template("snapshot:withdraw", "users", say("数据已撤回"), say("“{what}”（{id}）已撤回，席位不再提供。")),
    Template(
        "delivery:fail",
        "stewards",
        say("交付批次读取失败"),
        say("“{what}”（{id}）读不出来，原因见交付页，请核对后重新交付。"),
    ),
    Template(
        "landing-order:stop",
        "stewards",
        say("落地已停下"),
        say("落地单 {id} 已停下，原因见落地单，请处理后重新开出。"),
    ),
    Template("seat:provision", "user", say("席位已开通"), say("席位“{what}”（{id}）已为您开通。")),
    Template("seat:suspend", "user", say("席位已暂停"), say("席位“{what}”（{id}）已暂停，不能使用。")),
    Template("seat:reinstate", "user", say("席位已恢复"), say("席位“{what}”（{id}）已恢复。")),
    Template("seat:expire", "user", say("席位已到期"), say("席位“{what}”（{id}）已到期。")),
    Template(
        "submission:judge", "board", say("有产品等待审查"), say("“{what}”（{id}）已经闸口检查，请审查投票。")
    ),
    Template(
        "submission:reopen",
        "board",
        say("放行前台账不符"),
        say("“{what}”（{id}）与其后放行的产品相减会露出个别对象，已退回审查：请看发现后再审。"),
    ),
    Template(
        "submission:consolidate",
        "board",
        say("审查意见有分歧"),
        say("“{what}”（{id}）的审查意见有分歧：请合议，或由第三人投票。"),
    ),
    Template(
        "submission:remind",
        "board",
        say("审查期限临近"),
        say("“{what}”（{id}）的审查期限临近，请及时审查投票。"),
    ),
    Template(
        "submission:escalate",
        "officers",
        say("产品审查逾期"),
        say("“{what}”（{id}）的审查已超过期限，请督办；逾期不视为同意。"),
    ),
    Template(
        "submission:return",
        "author",
        say("出域申请已退回"),
        say("“{what}”（{id}）已退回，请按公开意见修改后在同一申请里重新提交。"),
    ),
    Template(
        "stoppage:impose",
        "officers",
        say("席位已暂停提交"),
        say("{id}：一个席位多次提交源数据记录，已暂停提交，请安全审查员查明。"),
    ),
    Template(
        "template-look:escalate",
        "officers",
        say("抽查逾期"),
        say("“{what}”（{id}）的抽查已超过期限，请督办；逾期不视为合格。"),
    ),
    Template(
        "template:suspend",
        "officers",
        say("审定模板已停用"),
        say("“{what}”（{id}）已停用：请决定是否召回已放行的实例。"),
    ),
    Template(
        "submission:refuse",
        "author",
        say("出域申请被闸口拒绝"),
        say("“{what}”（{id}）被闸口拒绝，原因见出域申请。"),
    ),
    Template(
        "submission:approve", "author", say("产品审查通过"), say("“{what}”（{id}）审查通过，等待放行。")
    ),
    Template("submission:reject", "author", say("产品审查未通过"), say("“{what}”（{id}）审查未通过。")),
    Template("release:instantiate", "author", say("产品已放行"), say("“{what}”（{id}）已放行，可以领取。")),
    Template("release:issue", "author", say("产品已放行"), say("“{what}”（{id}）已放行，可以领取。")),
    Template(
        "release:recall",
        "author",
        say("产品已召回"),
        say("“{what}”（{id}）已召回：请立即停止使用并删除已领取的文件。"),
    ),
    Template(
        "incident:open",
        "watch",
        say("发生安全事件"),
        say("“{what}”（{id}）已登记，有关协议、席位和产品已即时停止，报告须在 24 小时内提出。"),
    ),
    Template(
        "clock:incident",
        "watch",
        say("安全事件报告将到期限"),
        say("“{what}”（{id}）的报告期限是 {due}，请冻结证据并提出报告。"),
    ),
    Template(
        "clock:incident-overdue",
        "watch",
        say("安全事件报告已过期限"),
        say("“{what}”（{id}）的报告期限 {due} 已过，请立即提出报告并说明逾期原因。"),
    ),
    Template("incident:report", "watch", say("安全事件已报告"), say("“{what}”（{id}）的事件报告已形成。")),
    Template("incident:close", "watch", say("安全事件已办结"), say("“{what}”（{id}）已办结。")),
    Template(
        "grant:propose",
        "officers",
        say("有角色等待会签"),
        say("角色授予 {id} 已提名；审查类角色须由主管部门会签。"),
    ),
    Template(
        "clock:due",
        "named",
        say("审核期限将到"),
        say("“{what}”（{id}）的期限是 {due}，还有 {days} 个工作日，请及时办理。"),
    ),
    Template(
        "clock:unstaffed",
        "staffing",
        say("审核单位没有审核人"),
        say("“{what}”（{id}）有 {count} 项需求待审核，却没有可以办理的审核人：请指定审核人或代理人。"),
    ),
    Template(
        "clock:supplement",
        "applicant",
        say("补正期限临近"),
        say("“{what}”（{id}）的补正期限是 {due}，还有 {days} 个工作日，请按期补正。"),
    ),
    Template(
        "clock:supplement-overdue",
        "concerned",
        say("补正已超过期限"),
        say("“{what}”（{id}）没有在 {due} 之前补正：主管部门可以据现有材料作出初审结论。"),
    ),
    Template(
        "clock:calendar",
        "officers",
        say("放假安排尚未登记"),
        say("{what} 年的放假安排还没有登记，有关期限为暂定：通知公布后请及时登记。"),
    ),
)
"""Every notice, in the order of the journey."""

_BY_CODE = {one.code: one for one in TEMPLATES}
ANNOUNCED = frozenset(one.code for one in TEMPLATES if one.of_step)
"""The steps that the store announces."""


def template(code: str) -> Template | None:
    """Return the template of a code; None for one that this program does not know (any more)."""
    return _BY_CODE.get(code)


def clean(text: str, longest: int = LONGEST) -> str:
    """Return a value that can do nothing in a header, a terminal or a page's line: one visible line, cut."""
    shown = "".join(" " if unicodedata.category(one) in _HIDDEN else one for one in text)
    plain = " ".join(shown.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def filled(sentence: Message, values: Mapping[str, str]) -> Message:
    """Return the sentence with its values; one that was not given shows as a dash."""
    given = {name: clean(value) for name, value in values.items()}
    return Message(sentence.template, tuple((name, given.get(name, "—")) for name in VALUES))


VALUES = ("what", "id", "due", "days", "count")
"""The only names that a sentence may use."""
