"""A reviewed template as a developer writes it down: TOML or JSON; and what a person is shown of one.

Reads and resolves; what the terms lack is the rules' matter. No key is ignored. The showing is exactly what
is signed: the terms by name, and their digest. Called by the desks of the terminal and the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sandbox.catalog.reading import require_reader
from sandbox.egress import looks, templates
from sandbox.egress.desk import GateDesk
from sandbox.egress.templates import Wanted
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.template_records import Parameter, ParameterKind, Template, terms_of

_TEXTS = ("title", "sql", "subject", "form", "term_from", "term_to")
_NUMBERS = ("decimals", "number", "share")
_PARAMETER = frozenset({"name", "kind", "values", "low", "high"})


def wanted_of(document: Mapping[str, Any]) -> Wanted:
    """Return the template that a document describes; InputError names the entry that is wrong."""
    unknown = sorted(set(document) - {*_TEXTS, *_NUMBERS, "parameters"})
    if unknown:
        raise InputError(say("模板里有不认识的一项：{name}", name=unknown[0]))
    for name in _TEXTS:
        if not isinstance(document.get(name), str | date):
            raise InputError(say("模板缺少 {name}，或不是文字", name=name))
    for name in _NUMBERS:
        if not isinstance(document.get(name), int) or isinstance(document.get(name), bool):
            raise InputError(say("模板缺少 {name}，或不是整数", name=name))
    return Wanted(
        title=str(document["title"]),
        sql=str(document["sql"]),
        subject=str(document["subject"]),
        parameters=tuple(_parameter(one) for one in document.get("parameters", [])),
        decimals=document["decimals"],
        form=str(document["form"]),
        number=document["number"],
        term_from=_day(document["term_from"]),
        term_to=_day(document["term_to"]),
        share=document["share"],
    )


def _parameter(entry: object) -> Parameter:
    if not isinstance(entry, Mapping) or set(entry) - _PARAMETER or not isinstance(entry.get("name"), str):
        raise InputError(say("参数须写明 name、kind，和 values 或 low、high"))
    try:
        kind = ParameterKind(str(entry.get("kind", "")))
    except ValueError:
        raise InputError(say("参数的 kind 只能是 text、number 或 date")) from None
    values = entry.get("values", [])
    if not isinstance(values, list):
        raise InputError(say("参数的 values 须是清单"))
    return Parameter(
        name=entry["name"],
        kind=kind,
        values=tuple(str(one) for one in values),
        low=str(entry.get("low", "")),
        high=str(entry.get("high", "")),
    )


def _day(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise InputError(say("日期须写成 YYYY-MM-DD")) from None


def visible(desk: GateDesk, actor: Actor) -> tuple[Template, ...]:
    """Return the templates of the actor's organisation, or of data that it provides; the authority's all."""
    every = (stored.record for stored in desk.directory.store.find(Template))
    return tuple(one for one in every if party(desk, actor, one))


def party(desk: GateDesk, actor: Actor, template: Template) -> bool:
    """Return whether the actor's organisation made the template, provides its data or was commissioned."""
    from sandbox.catalog.reading import is_party

    return is_party(desk.directory, actor, _parties(desk, actor, template))


def _parties(desk: GateDesk, actor: Actor, template: Template) -> frozenset[str]:
    providers = templates.template_situation(desk, actor, template).providers
    return providers | {template.organisation, *template.commissioned}


def shown(desk: GateDesk, actor: Actor, template_id: str) -> dict[str, object]:
    """Return what is signed, by whom it has been, its instances, and for all but the developer the looks."""
    template = templates.found(desk, template_id).record
    parties = _parties(desk, actor, template)
    require_reader(desk.directory, actor, template, organisations=parties)
    data: dict[str, object] = {
        "id": template.id,
        "state": template.state,
        "digest": template.digest,
        "terms": terms_of(template),
        "used": template.used,
        "reason": template.reason,
        "signatures": [
            {"organisation": one.organisation, "capacity": one.capacity, "account": one.account}
            for one in templates.signatures_of(desk, template.id)
        ],
        "releases": [{"id": one.id, "state": one.state} for one in looks.releases_of(desk, template.id)],
    }
    if actor.organisation != template.organisation:  # whom a draw fell on is not for the developer
        late = {one.id for one in looks.overdue(desk)}
        data["looks"] = [
            {
                "id": one.id,
                "state": one.state,
                "submission": one.submission,
                "due": one.due,
                "late": one.id in late,
            }
            for one in looks.looks_of(desk, template.id)
        ]
    return data
