"""The single rules of transfers between environments: both sides, the owner and the authority (第十一条).

An environment sees another's data only while a transfer is in force; the operators of both, the department
that owns the data and the authority have each agreed to it, every time another person.
"""

from __future__ import annotations

from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import Transfer
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import OrganisationRole
from sandbox.kernel.rules import MISSING, Rule
from sandbox.kernel.situation import Situation


def _target_operator(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Transfer) or now.target is None or now.target.id != one.target:
        return MISSING
    mine = now.target.organisation == actor.organisation == one.proposed_by
    return None if mine else say("跨环境转移由转入环境的运营商提出")


def _source_operator(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Transfer) or now.environment is None or now.environment.id != one.environment:
        return MISSING
    mine = now.environment.organisation == actor.organisation
    return None if mine else say("转出由数据所在环境的运营商同意")


def _transferable(_: Actor, now: Situation) -> Message | None:
    """Both environments stand, the dataset may be used at all, and the columns are its own."""
    one, dataset = now.record, now.dataset
    if not isinstance(one, Transfer) or now.environment is None or now.target is None or dataset is None:
        return MISSING
    if one.environment == one.target or dataset.environment != one.environment:
        return say("跨环境转移须写明数据所在的环境和另一个转入的环境")
    if {now.environment.state, now.target.state} != {"established"}:
        return say("开发利用环境没有建立或已关闭")
    if one.until < now.today:
        return say("转移的截止日期已经过去")
    return _of_dataset(one, dataset)


def _of_dataset(one: Transfer, dataset: Dataset) -> Message | None:
    if dataset.state != "classified" or not dataset.grading.landable:
        return say("数据集还没有由数据管理员确认分类")
    if not one.columns or not set(one.columns) <= {column.name for column in dataset.columns}:
        return say("转移的信息项不在数据集的目录里")
    return None


def _transfer_party(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Transfer) or now.environment is None:
        return MISSING
    if actor.organisation in (one.organisation, one.proposed_by, now.environment.organisation):
        return None
    if now.own is not None and OrganisationRole.AUTHORITY in now.own.roles:
        return None
    return say("跨环境转移由双方环境的运营商、数据提供部门和主管部门办理")


def _transferred(_: Actor, now: Situation) -> Message | None:
    """Data of another environment lands only under a transfer in force, and no more of it than that says."""
    if now.dataset is None or now.agreement is None or now.order is None:
        return MISSING
    if now.dataset.environment == now.agreement.environment:
        return None
    return lets_in(now.transfer, now, columns=now.order.columns)


def lets_in(transfer: Transfer | None, now: Situation, *, columns: tuple[str, ...]) -> Message | None:
    """Return why a transfer does not let these columns in, or None."""
    if transfer is None or transfer.state != "in-force" or transfer.until < now.today:
        return say("数据集属于另一个环境：须先由双方环境同意并记录跨环境转移")
    if set(columns) <= set(transfer.columns):
        return None
    return say("信息项超出了跨环境转移的范围")


TARGET_OPERATOR = Rule("target-operator", "第十一条", _target_operator)
SOURCE_OPERATOR = Rule("source-operator", "第十一条", _source_operator)
TRANSFERABLE = Rule("transferable", "第十一条", _transferable)
TRANSFER_PARTY = Rule("transfer-party", "第十一条", _transfer_party)
TRANSFERRED = Rule("transferred", "第十一条", _transferred)
