"""Transfers between environments in the browser: proposed by one side, agreed to by the others, revoked."""

from __future__ import annotations

from starlette.responses import Response

from sandbox.access import transfer as transfers
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import Transfer
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Environment
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

_PAGE = "/console/transfers"


def _propose(call: Call) -> Outcome:
    form = call.form
    asked = transfers.Proposal(
        dataset=form.one("dataset"),
        target=form.one("target"),
        columns=tuple(form.one("columns").replace("，", " ").replace("、", " ").split()),
        purpose=form.one("purpose"),
        until=form.day("until"),
    )
    transfers.propose(call.platform.directory, call.actor, asked)
    return Outcome(_PAGE, word("已提出，等待数据所在环境的运营商同意转出"))


def _release(call: Call) -> Outcome:
    transfers.release(call.platform.directory, call.actor, call.id)
    return Outcome(_PAGE, word("已同意转出，等待数据提供部门同意"))


def _consent(call: Call) -> Outcome:
    transfers.consent(call.platform.directory, call.actor, call.id)
    return Outcome(_PAGE, word("已同意，等待主管部门确认"))


def _confirm(call: Call) -> Outcome:
    transfers.confirm(call.platform.directory, call.actor, call.id)
    return Outcome(_PAGE, word("转移生效：转入环境的申请可以列入这些信息项"))


def _decline(call: Call) -> Outcome:
    transfers.decline(call.platform.directory, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(_PAGE, word("已谢绝，理由已记录"))


def _revoke(call: Call) -> Outcome:
    transfers.revoke(call.platform.directory, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(_PAGE, word("转移已撤销：不再落地，已落地的不再挂载"))


def _targets(platform: Platform, actor: Actor) -> Options:
    found = platform.store.find(Environment, state="established", organisation=actor.organisation)
    return tuple((one.record.id, one.record.name) for one in found)


PROPOSE = Action(
    "transfer:propose",
    "transfers",
    word("提出跨环境转移"),
    _propose,
    fields=(
        Field("dataset", word("数据集代码或编号")),
        Field("target", word("转入环境"), "choice", choices=_targets),
        Field("columns", word("信息项"), "area", help=word("几个信息项以空格或顿号分开")),
        Field("purpose", word("用途"), "area"),
        Field("until", word("截止日期"), "date"),
    ),
    hint=word("数据不搬走：转入环境的协议可以申请，按其密钥脱敏后落地到转入环境"),
)
RELEASE = Action("transfer:release", "transfers", word("同意转出"), _release, record=Transfer)
CONSENT = Action("transfer:consent", "transfers", word("部门同意"), _consent, record=Transfer)
CONFIRM = Action("transfer:confirm", "transfers", word("确认生效"), _confirm, record=Transfer)
DECLINE = Action(
    "transfer:decline",
    "transfers",
    word("谢绝"),
    _decline,
    record=Transfer,
    fields=(reason_field(),),
    grave=True,
)
REVOKE = Action(
    "transfer:revoke",
    "transfers",
    word("撤销转移"),
    _revoke,
    record=Transfer,
    fields=(reason_field(),),
    grave=True,
)
ACTIONS = (PROPOSE, RELEASE, CONSENT, CONFIRM, DECLINE, REVOKE)


def listing(visitor: Visitor) -> Response:
    """Return the transfers that the person's organisation is a side of; all for the authority."""
    platform = visitor.platform
    found = transfers.visible(platform.directory, visitor.actor)[::-1]
    names = {one.record.id: one.record.name for one in platform.store.find(Environment)}
    titles = {one.dataset: platform.store.load(Dataset, one.dataset).record.title for one in found}
    return visitor.page(
        "transfers.html",
        found=found,
        environments=names,
        titles=titles,
        versions={one.id: platform.store.load(Transfer, one.id).version for one in found},
        actions=ACTIONS[1:],
        propose=PROPOSE,
    )
