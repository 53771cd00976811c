"""Amendments in the browser: the developer asks for what is added, the operator drafts the new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.access import amendment
from sandbox.access.policy import policy_of
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.records import Application, ServiceAgreement
from sandbox.web.actions import Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def _amend(call: Call) -> Outcome:
    form, directory = call.form, call.platform.directory
    agreement = directory.store.load(ServiceAgreement, form.one("agreement")).record
    dropped = form.one("drop").replace("，", " ").replace("、", " ").split()
    names = {one.code: one.dataset for one in policy_of(directory, agreement).datasets}
    for code in dropped:
        if code not in names:
            raise InputError(word("数据集 {code} 不在协议之内", code=code))
    users = form.one("users").split()
    revision = amendment.Revision(
        application=form.one("application"),
        keep={names[code]: () for code in dropped},
        term_to=form.day("term_to", agreement.term_to),
        users=tuple(directory.account_named(name).id for name in users) if users else None,
        seats=form.number("seats") or None,
    )
    made = amendment.amend(call.platform.access, call.actor, agreement.id, revision)
    return Outcome(f"/console/service-agreements/{made.id}", word("新的一版已拟订，等待开发利用者接受"))


def _agreements(platform: Platform, actor: Actor) -> Options:
    found = platform.store.find(ServiceAgreement, state="active")
    mine = (one.record for one in found if one.record.operator == actor.organisation)
    return tuple((one.id, f"{one.id} {one.scenario[:24]}") for one in mine)


def _applications(platform: Platform, _: Actor) -> Options:
    found = (one.record for one in platform.store.find(Application, state="accepted"))
    return tuple((one.id, f"{one.id} → {one.amends}") for one in found if one.amends)


def _look(visitor: Visitor, _: str, typed: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    """Return the ways to what stands: the policy in force, and a trial of another."""
    identifier = next(iter(typed.get("agreement", ())), "")
    known = [one for one, _ in _agreements(visitor.platform, visitor.actor)]
    if identifier not in known:
        return {}
    place = f"/console/service-agreements/{identifier}"
    ways = ((f"{place}/policy", word("现行的访问策略")), (f"{place}/replay", word("改动后试算")))
    return {"ways": ways, "back": place}


AMEND = Action(
    "service-agreement:amend",
    "service-agreements",
    word("拟订变更"),
    _amend,
    fields=(
        Field("agreement", word("现行协议"), "choice", choices=_agreements),
        Field(
            "application",
            word("审核增加部分的申请"),
            "choice",
            required=False,
            choices=_applications,
            help=word("只减少的变更不需要"),
        ),
        Field("drop", word("不再使用的数据集"), required=False, help=word("几个数据集代码以空格分开")),
        Field("term_to", word("新的结束日期"), "date", required=False),
        Field("users", word("席位用户的登录名"), required=False, help=word("空为不变")),
        Field("seats", word("席位数"), "number", required=False, help=word("空为不变")),
    ),
    hint=word("双方签署后取代现行的一版：席位、密钥和已落地的数据接着用"),
    look=_look,
)
ACTIONS = (AMEND,)
