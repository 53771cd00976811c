"""Amendments in the browser: the developer asks for what is added, the operator drafts the new version.

The form is that of a first draft, filled in as the agreement in force stands, so that every term of the
access policy can be changed in it. A program may send single fields: what it leaves out stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.access import amendment, reading
from sandbox.access.policy import policy_of
from sandbox.access.revised import NONE
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.records import Account
from sandbox.kernel.terms import RowRange
from sandbox.web.actions import Action, Call, Faults, Field, Form, Misfilled, Options
from sandbox.web.language import word
from sandbox.web.pages import agreeing
from sandbox.web.pages.stipulating import QUOTAS, Ground, Typed, stipulated
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

WHOLE = "whole"
"""The field by which the page's form says that it sends every term, ticked or not."""
_LISTS = ("hours", "joins", "outputs", "rows")


@dataclass(frozen=True, slots=True)
class Standing:
    """What an amendment begins with: the agreement in force, its policy, and what a new version stands on."""

    agreement: ServiceAgreement
    policy: AccessPolicy
    ground: Ground
    added: tuple[Item, ...]


def _standing(platform: Platform, actor: Actor, identifier: str, application: str) -> Standing:
    """Return what the new version begins with; `InputError` for an agreement not open to the actor."""
    if identifier not in dict(_agreements(platform, actor)):
        raise Misfilled({"agreement": word("没有本单位运营的生效协议 {id}：请从列出的里面选", id=identifier)})
    if application and application not in dict(_applications(platform, actor)):
        raise Misfilled({"application": word("申请 {id} 不是就本单位的协议提出的变更", id=application)})
    store = platform.store
    agreement = reading.agreement(platform.access, actor, identifier)
    found = store.find(Item, state="approved", linked=("application", application)) if application else ()
    added = tuple(one.record for one in found)
    items = (*(store.load(Item, one).record for one in agreement.items), *added)
    asked = dict.fromkeys((*agreement.amendments, *((application,) if application else ())))
    ground = Ground(
        store.load(Application, agreement.application).record,
        items,
        {one.dataset: store.load(Dataset, one.dataset).record for one in items},
        tuple(store.load(Application, one).record for one in asked),
    )
    return Standing(agreement, policy_of(platform.directory, agreement), ground, added)


def _amend(call: Call) -> Outcome:
    form, platform = call.form, call.platform
    now = _standing(platform, call.actor, form.one("agreement"), form.one("application"))
    if not form.one(WHOLE):
        form = Form(_completed(platform, now, form))
    agreed = stipulated(platform.directory, form, now.ground)
    by_item: dict[str, tuple[RowRange, ...]] = {one.item: one.rows for one in agreed.terms.narrowings}
    revision = amendment.Revision(
        application=form.one("application"),
        keep=_kept(form, now),
        rows={one.dataset: by_item.get(one.id, ()) for one in now.ground.items},
        term_to=agreed.term_to,
        users=agreed.users,
        seats=agreed.seats,
        terms=agreed.terms,
    )
    made = amendment.amend(platform.access, call.actor, now.agreement.id, revision)
    return Outcome(f"/console/service-agreements/{made.id}", word("新的一版已拟订，等待开发利用者接受"))


def _kept(form: Form, now: Standing) -> dict[str, tuple[str, ...]]:
    """Return by dataset the columns that stay, where fewer stay than stand."""
    found = {one.dataset: form.many(f"columns:{one.dataset}") for one in now.policy.datasets}
    return {
        one.dataset: found[one.dataset]
        for one in now.policy.datasets
        if set(one.columns) - set(found[one.dataset])
    }


def _typed_of(platform: Platform, now: Standing) -> dict[str, tuple[str, ...]]:
    """Return the form as the agreement in force fills it."""
    agreement, codes = now.agreement, {one.id: one.code for one in now.ground.datasets.values()}
    terms, store = agreement.terms, platform.store
    names = (store.load(Account, one).record.name for one in agreement.users)
    typed: dict[str, tuple[str, ...]] = {
        "users": (" ".join(names),),
        "seats": (str(agreement.seats),),
        "term_from": (agreement.term_from.isoformat(),),
        "term_to": (agreement.term_to.isoformat(),),
        "hours": ("\n".join(map(str, terms.hours)),),
        "joins": tuple(f"{codes[one.first]}+{codes[one.second]}" for one in terms.joins),
        "outputs": tuple(one.value for one in terms.outputs or now.ground.outputs),
        "reviewers": (str(terms.reviewers),),
        **{name: (str(getattr(terms.quotas, name) or ""),) for name in QUOTAS},
        **{f"columns:{one.dataset}": one.columns for one in now.policy.datasets},
    }
    ranges = {one.item: one.rows for one in terms.narrowings}
    for item in now.ground.items:
        for place, row in enumerate(ranges.get(item.id, ())):
            tail = f"{item.dataset}:{place}"
            typed |= {f"row-column:{tail}": (row.column,), f"row-values:{tail}": ("、".join(row.values),)}
            typed |= {f"row-start:{tail}": (row.start,), f"row-end:{tail}": (row.end,)}
    return typed


def _completed(platform: Platform, now: Standing, given: Form) -> dict[str, tuple[str, ...]]:
    """Return the form with what a program sent; a list sent as `none` is emptied, one left out stays."""
    typed = _typed_of(platform, now)
    sent = {name: values for name, values in given.values.items() if any(one.strip() for one in values)}
    if "rows" in sent:
        typed = {name: values for name, values in typed.items() if not name.startswith("row-")}
    typed |= sent
    typed |= {name: () for name in _LISTS if given.one(name) == NONE}
    faults, ids = Faults(), {one.code: one for one in now.policy.datasets}
    for code in given.one("drop").replace("，", " ").replace("、", " ").split():
        if code not in ids:
            faults.found["drop"] = word("数据集 {code} 不在协议之内", code=code)
        else:
            typed[f"columns:{ids[code].dataset}"] = ()
    for line in filter(None, map(str.strip, given.one("keep").splitlines())):
        code, colon, names = line.partition(":")
        part = ids.get(code.strip())
        columns = tuple(one.strip() for one in names.split(",") if one.strip())
        if part is None or not colon or set(columns) - set(part.columns):
            faults.found["keep"] = word("{text} 应写成“数据集:信息项,信息项”，都在现行协议之内", text=line)
        else:
            typed[f"columns:{part.dataset}"] = columns
    faults.settle()
    return typed


def _agreements(platform: Platform, actor: Actor) -> Options:
    found = platform.store.find(ServiceAgreement, state="active")
    mine = (one.record for one in found if one.record.operator == actor.organisation)
    return tuple((one.id, f"{one.id} {one.scenario[:24]}") for one in mine)


def _applications(platform: Platform, actor: Actor) -> Options:
    """Return the accepted applications that would add to an agreement of the actor's."""
    found = (one.record for one in platform.store.find(Application, state="accepted"))
    mine = (one for one in found if one.amends and _operated(platform, actor, one.amends))
    return tuple((one.id, f"{one.id} → {one.amends}") for one in mine)


def _operated(platform: Platform, actor: Actor, agreement: str) -> bool:
    return platform.store.load(ServiceAgreement, agreement).record.operator == actor.organisation


def _look(visitor: Visitor, _: str, typed: Typed) -> Mapping[str, Any]:
    """Return what the form's page shows: the agreements to choose from, then every term as it stands."""
    platform, identifier = visitor.platform, next(iter(typed.get("agreement", ())), "")
    application = next(iter(typed.get("application", ())), "")
    nothing: dict[str, Any] = {"ground": None, "named": _BY_NAME}
    if not identifier:
        return nothing
    try:
        now = _standing(platform, visitor.actor, identifier, application)
    except InputError as error:
        wrong = error.wrong if isinstance(error, Misfilled) else {"agreement": error.message}
        return {**nothing, "wrong": wrong}
    place = f"/console/service-agreements/{identifier}"
    ways = ((f"{place}/policy", word("现行的访问策略")), (f"{place}/replay", word("改动后试算")))
    filled = typed if WHOLE in typed else {**_typed_of(platform, now), **typed}
    further = [one for one in _applications(platform, visitor.actor) if _belongs(platform, one[0], now)]
    shown = agreeing.shown_of(visitor, now.ground, filled, _BY_NAME)
    return {**shown, "ways": ways, "back": place, "now": now, "further": further, "application": application}


def _belongs(platform: Platform, application: str, now: Standing) -> bool:
    amends = platform.store.load(Application, application).record.amends
    return amends in (*now.agreement.lineage, now.agreement.id)


_TERMS = {one.name: one for one in agreeing.FIELDS if one.name not in ("application", "term_from")}


def _optional(one: Field) -> Field:
    """Return a field of the first draft for an amendment: left out, it stays as it stands."""
    default = "" if one.name in ("seats", "reviewers") else one.default
    return Field(
        one.name, one.label, one.shape, required=False, help=one.help, choices=one.choices, default=default
    )


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
        Field(
            "keep",
            word("只留下的信息项"),
            "area",
            required=False,
            help=word("一行一个“数据集:信息项,信息项”；空为不变"),
        ),
        *map(_optional, _TERMS.values()),
    ),
    hint=word(
        "双方签署后取代现行的一版：席位、密钥和已落地的数据接着用；改了行范围或许可关联的数据集要重新落地"
    ),
    template="amending.html",
    look=_look,
)
_BY_NAME = {one.name: one for one in AMEND.fields}
ACTIONS = (AMEND,)
