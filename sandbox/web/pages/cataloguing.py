"""Keeping the catalogue in the browser: a department's sheet, core metadata, consents, all of it taken away.

The rows of a sheet are judged by `catalog.importing`, metadata by the rules; nothing here decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from starlette.responses import Response

from sandbox.access.form import environment_of
from sandbox.app import Platform
from sandbox.catalog import consents, entries, impacts, importing
from sandbox.catalog.sheet import Severity, SheetFinding, heading_of, read_sheet
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import ImpactAssessment, Item
from sandbox.kernel.dataset_records import Consent, Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message
from sandbox.kernel.metadata import Core, Cycle, Exclusion, Media, Opening, Origin, Sharing
from sandbox.kernel.records import Environment
from sandbox.locale import words
from sandbox.regulation.catalogue import lists
from sandbox.web.actions import Action, Call, Choices, Field, Form, Options, reason_field
from sandbox.web.language import word
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

CHECK, ALL, GOOD = "check", "all", "good"
Chosen = TypeVar("Chosen", bound=StrEnum)


def environments(platform: Platform, _: Actor) -> Options:
    """Return the environments that are open, for a field of choice."""
    found = platform.store.find(Environment, state="established")
    return tuple((one.record.code, one.record.name) for one in found)


def _how(_: Platform, __: Actor) -> Options:
    return (
        (CHECK, word("只检查，什么也不登记")),
        (ALL, word("没有错误就全部登记，有错误一行也不登记")),
        (GOOD, word("登记没有错误的行，其余留下说明")),
    )


def _import(call: Call) -> Outcome:
    if not call.files:
        raise InputError(word("请选择目录表"))
    platform, how = call.platform, call.form.one("how", CHECK)
    place = environment_of(platform.access, call.form.one("environment")).id
    own = platform.directory.organisation(call.actor.organisation)
    sheet = read_sheet(call.files[0], sheet=call.form.one("sheet") or None)
    made = importing.plan(platform.directory, own, sheet, environment=place)
    found = tuple((one.message, _place(one)) for one in made.findings)
    ready, rows = len(made.planned), len(made.sheet.rows)
    if how == CHECK or (how == ALL and not made.clean) or not ready:
        told = word("{rows} 行，其中 {ready} 行可以登记；什么也没有登记", rows=rows, ready=ready)
        return Outcome("/console/catalogue", told, found or _NOTHING_FOUND, template="sheet.html")
    kept = importing.apply(platform.directory, call.actor, made, only_good=how == GOOD)
    told = word("已登记 {n} 个数据集", n=len(kept))
    return Outcome("/console/catalogue", told, found, template="sheet.html")


_NOTHING_FOUND = ((word("没有发现问题"), ""),)


def _place(found: SheetFinding) -> str:
    mark = "!" if found.severity is Severity.ERROR else "·"
    return f"{mark}{found.row or '—'}\n{heading_of(found.column)}"


SHEET = Action(
    "dataset:register",
    "datasets",
    word("导入目录表"),
    _import,
    verb="import",
    fields=(
        Field("environment", word("开发利用环境"), "choice", choices=environments),
        Field("sheet", word("工作表"), required=False, help=word("不填就用第一张")),
        Field("how", word("怎么办"), "choice", choices=_how, default=CHECK),
    ),
    hint=word("xlsx 或 csv，一行一个数据集；逐行指出问题"),
    template="paper_form.html",
    files=True,
)


def _named(kind: str, values: Iterable[str], *, open_end: bool = True) -> Choices:
    listed = tuple((one, words.term(f"{kind}-{one}")) for one in values)
    unstated: Options = (("", word("未说明")),) if open_end else ()
    return lambda _, __: (*unstated, *listed)


def _one(kind: type[Chosen], form: Form, name: str) -> Chosen | None:
    given = form.one(name)
    try:
        return kind(given) if given else None
    except ValueError:
        raise InputError(word("“{text}”不在可选的范围里：请重新选择", text=given[:40])) from None


def _list(form: Form, name: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in form.one(name).replace("，", "、").split("、") if one.strip())


def _describe(call: Call) -> Outcome:
    form, directory = call.form, call.platform.directory
    held = directory.store.load(Dataset, call.id).record
    core = replace(
        held.core,
        abstract=form.one("abstract"),
        keywords=_list(form, "keywords"),
        formats=_list(form, "formats"),
        sharing=_one(Sharing, form, "sharing"),
        sharing_condition=form.one("sharing_condition"),
        opening=_one(Opening, form, "opening"),
        opening_condition=form.one("opening_condition"),
        opening_basis=form.one("opening_basis"),
        cycle=_one(Cycle, form, "cycle"),
        issued=form.day("issued") if form.one("issued") else None,
    )
    flags = tuple(one for one in Exclusion if one.value in form.many("exclusions"))
    changed = replace(
        held,
        core=core,
        media=_one(Media, form, "media") or held.media,
        origin=_one(Origin, form, "origin") or held.origin,
        exclusions=flags,
    )
    made = entries.describe(directory, call.actor, held.id, changed)
    return Outcome(f"/console/datasets/{made.id}", word("核心元数据已更新"))


def _bases(_: Platform, __: Actor) -> Options:
    return (("", word("不适用")), *((code, one.title) for code, one in lists().grounds.items()))


def _stated(visitor: Visitor, identifier: str, typed: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    if typed:
        return {}
    held = visitor.platform.store.load(Dataset, identifier).record
    own: Core = held.core
    given: dict[str, str] = {
        "abstract": own.abstract,
        "keywords": "、".join(own.keywords),
        "formats": "、".join(own.formats),
        "sharing": own.sharing.value if own.sharing else "",
        "sharing_condition": own.sharing_condition,
        "opening": own.opening.value if own.opening else "",
        "opening_condition": own.opening_condition,
        "opening_basis": own.opening_basis,
        "cycle": own.cycle.value if own.cycle else "",
        "issued": own.issued.isoformat() if own.issued else "",
        "media": held.media.value,
        "origin": held.origin.value,
    }
    filled = {name: (value,) for name, value in given.items()}
    return {"typed": {**filled, "exclusions": tuple(one.value for one in held.exclusions)}}


DESCRIBE = Action(
    "dataset:describe",
    "datasets",
    word("填写核心元数据"),
    _describe,
    fields=(
        Field("abstract", word("摘要"), "area", required=False),
        Field("keywords", word("关键词"), required=False, help=word("用顿号隔开")),
        Field("formats", word("资源格式"), required=False, help=word("如 csv、xlsx，用顿号隔开")),
        Field("media", word("数据形态"), "choice", choices=_named("media", Media, open_end=False)),
        Field("origin", word("数据来源"), "choice", choices=_named("origin", Origin, open_end=False)),
        Field("sharing", word("共享类型"), "choice", required=False, choices=_named("sharing", Sharing)),
        Field("sharing_condition", word("共享条件"), required=False),
        Field("opening", word("开放属性"), "choice", required=False, choices=_named("opening", Opening)),
        Field("opening_condition", word("开放条件"), required=False),
        Field("opening_basis", word("不予开放的依据"), "choice", required=False, choices=_bases),
        Field("cycle", word("更新周期"), "choice", required=False, choices=_named("cycle", Cycle)),
        Field("issued", word("发布日期"), "date", required=False),
        Field(
            "exclusions",
            word("限制标识"),
            "checks",
            required=False,
            choices=_named("exclusion", Exclusion, open_end=False),
        ),
    ),
    record=Dataset,
    look=_stated,
    extra_states=frozenset({"classified"}),
)


def _consent(call: Call) -> Outcome:
    if not call.files:
        raise InputError(word("请选择授权书的文件"))
    held = call.platform.store.load(Dataset, call.id).record
    with call.files[0].open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    consents.give(
        call.platform.directory,
        call.actor,
        Consent(
            state="in-force",
            organisation=call.actor.organisation,
            environment=held.environment,
            dataset=held.id,
            document=digest,
            purposes=_list(call.form, "purposes"),
            until=call.form.day("until"),
        ),
    )
    return Outcome(f"/console/datasets/{held.id}#consents", word("授权书已记录摘要；原件请由本单位妥善保管"))


CONSENT = Action(
    "consent:give",
    "datasets",
    word("出具授权书"),
    _consent,
    verb="consent",
    fields=(
        Field("purposes", word("同意的用途"), help=word("用顿号隔开")),
        Field("until", word("到哪一天"), "date"),
    ),
    record=Dataset,
    hint=word("社会数据由持有单位授权；平台只记录文件的摘要"),
    template="paper_form.html",
    files=True,
)


def _withdraw_consent(call: Call) -> Outcome:
    made = consents.withdraw(call.platform.directory, call.actor, call.id, reason=call.form.one("reason"))
    told = word("授权书已撤回：已落地的数据随即退出席位")
    return Outcome(f"/console/datasets/{made.dataset}#consents", told)


WITHDRAW_CONSENT = Action(
    "consent:withdraw",
    "consents",
    word("撤回授权书"),
    _withdraw_consent,
    fields=(Field("reason", word("理由"), "area"),),
    record=Consent,
    grave=True,
)


def _assess(call: Call) -> Outcome:
    found = impacts.Assessed(
        lawfulness=call.form.one("lawfulness"),
        impact=call.form.one("impact"),
        measures=call.form.one("measures"),
    )
    impacts.file(call.platform.directory, call.actor, call.id, found)
    return Outcome(f"/console/items/{call.id}#impacts", word("影响评估已提交，保存不少于三年"))


def _withdraw_impact(call: Call) -> Outcome:
    made = impacts.withdraw(call.platform.directory, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(f"/console/items/{made.item}#impacts", word("影响评估已撤回：不再据此开出落地单"))


ASSESS = Action(
    "impact-assessment:file",
    "items",
    word("提交影响评估"),
    _assess,
    verb="assess-impact",
    fields=(
        Field("lawfulness", word("目的、方式是否合法、正当、必要"), "area"),
        Field("impact", word("对个人权益的影响和安全风险"), "area"),
        Field("measures", word("保护措施是否合法、有效并与风险程度相适应"), "area"),
    ),
    record=Item,
    hint=word("个人信息提供给开发利用者之前由提供部门评估（个人信息保护法第五十五、五十六条）"),
)
WITHDRAW_IMPACT = Action(
    "impact-assessment:withdraw",
    "impact-assessments",
    word("撤回影响评估"),
    _withdraw_impact,
    fields=(reason_field(),),
    record=ImpactAssessment,
    grave=True,
)
ACTIONS = (DESCRIBE, CONSENT, WITHDRAW_CONSENT, ASSESS, WITHDRAW_IMPACT)


def exported(visitor: Visitor) -> Response:
    """Return the whole catalogue as DCAT-AP, in Turtle or JSON-LD, for other catalogues to read."""
    from sandbox.catalog import dcat  # only here: the graph library is large

    try:
        syntax = dcat.Syntax(visitor.request.query_params.get("format", "turtle"))
    except ValueError:
        raise InputError(word("格式只能是 turtle 或 json-ld")) from None
    told: dict[str, Message] = {
        "title": word("遵义市政府数据资源目录"),
        "description": word("可申请开发利用的数据资源：在席位内使用，不提供下载"),
    }
    whole = dcat.whole(visitor.platform.directory, **{name: visitor.say(one) for name, one in told.items()})
    suffix = {"turtle": "ttl", "json-ld": "jsonld"}[syntax.value]
    headers = {"Content-Disposition": f'attachment; filename="catalogue.{suffix}"'}
    media = {"ttl": "text/turtle", "jsonld": "application/ld+json"}[suffix]
    return Response(dcat.write(whole, syntax=syntax), media_type=media, headers=headers)
