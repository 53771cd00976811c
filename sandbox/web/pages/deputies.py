"""Deputies in the browser: a colleague named for a term, so that leave stops no review (第八条).

The same step as proposing a role, with a principal and two days; the authority countersigns it.
"""

from __future__ import annotations

from sandbox.app import Platform
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.errors import InputError
from sandbox.kernel.records import Account
from sandbox.locale import words
from sandbox.people import grants
from sandbox.web.actions import Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.session import Outcome

_ABLE = (Role.PROVIDER_REVIEWER, Role.SECURITY_REVIEWER, Role.AUTHORITY_OFFICER, Role.STEWARD)


def _depute(call: Call) -> Outcome:
    form, directory = call.form, call.platform.directory
    try:
        role = Role(form.one("role"))
    except ValueError:
        raise InputError(word("角色不在可选的范围里：请重新选择")) from None
    made = grants.depute(
        directory,
        call.actor,
        account=directory.account_named(form.one("account")).id,
        role=role,
        deputy_for=directory.account_named(form.one("deputy_for")).id,
        term=grants.Term(form.day("start"), form.day("until")),
    )
    told = word("代理已生效") if made.state == "in-force" else word("代理已提名，等待主管部门会签")
    return Outcome("/console/accounts#waiting", told)


def _colleagues(platform: Platform, actor: Actor) -> Options:
    found = platform.store.find(Account, state="active", organisation=actor.organisation)
    return tuple((one.record.name, one.record.display_name) for one in found)


def _roles(_: Platform, __: Actor) -> Options:
    return tuple((one.value, words.term(one.value)) for one in _ABLE)


DEPUTE = Action(
    "grant:propose",
    "grants",
    word("指定代理人"),
    _depute,
    verb="depute",
    fields=(
        Field("deputy_for", word("被代理人"), "choice", choices=_colleagues),
        Field("role", word("代行的角色"), "choice", choices=_roles),
        Field("account", word("代理人"), "choice", choices=_colleagues),
        Field("start", word("第一天"), "date"),
        Field("until", word("最后一天"), "date"),
    ),
    hint=word("代理人须是本单位另一个人，不得是当事方；到期自动失效，审查类角色须经会签"),
)
"""Takes the same step as proposing a role; a form of its own beside it."""
