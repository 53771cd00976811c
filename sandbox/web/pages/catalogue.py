"""The catalogue in the browser: datasets, columns, grades, how each column is masked in words, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.access.form import environment_of
from sandbox.app import Platform
from sandbox.catalog import consents, entries
from sandbox.catalog.search import Hits
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.dataset_records import Dataset, Delivery, MaskingPolicy, Snapshot
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.message import Message
from sandbox.kernel.records import Environment
from sandbox.locale import words
from sandbox.masking.policy_file import read_policy
from sandbox.masking.techniques import parameters
from sandbox.web.actions import Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.pages import cataloguing
from sandbox.web.pages.bounding import BOUND, in_words
from sandbox.web.pages.cataloguing import CONSENT, DESCRIBE, SHEET, WITHDRAW_CONSENT, environments
from sandbox.web.pages.columns import CLASSIFY, CONFIRM
from sandbox.web.pages.incidents import REINSTATE, SUSPEND
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def _grades(_: Platform, __: Actor) -> Options:
    return tuple((str(int(one)), f"L{int(one)}") for one in Grade)


def _provincial(_: Platform, __: Actor) -> Options:
    return tuple((one, words.term(one)) for one in ("public", "internal", "secret"))


def _national(_: Platform, __: Actor) -> Options:
    return tuple((one, words.term(one)) for one in ("general", "important", "core"))


def _libraries(_: Platform, __: Actor) -> Options:
    return tuple((one, words.term(one)) for one in ("department", "base", "theme"))


def _register(call: Call) -> Outcome:
    form, platform = call.form, call.platform
    try:
        grading = Grading(
            ProvincialLevel(form.one("provincial", "internal")),
            NationalLevel(form.one("national", "general")),
            Grade(form.number("grade", 0) or 0),
        )
    except ValueError:
        raise InputError(word("分级不在可选的范围里：请重新选择")) from None
    made = entries.register(
        platform.directory,
        call.actor,
        Dataset(
            state="registered",
            organisation=call.actor.organisation,
            environment=environment_of(platform.access, form.one("environment")).id,
            code=form.one("dataset_code"),
            resource_code=form.one("resource_code"),
            title=form.one("title"),
            grading=grading,
            library=form.one("library", "department"),
            special_regime=form.one("special_regime"),
        ),
    )
    return Outcome(f"/console/datasets/{made.id}", word("数据集已登记"))


def _withdraw(call: Call) -> Outcome:
    made = entries.withdraw(call.platform.directory, call.actor, call.id)
    return Outcome(f"/console/datasets/{made.id}", word("数据集已撤回"))


REGISTER = Action(
    "dataset:register",
    "datasets",
    word("登记数据集"),
    _register,
    fields=(
        Field("dataset_code", word("数据集代码"), help=word("小写字母、数字和连字符，3 到 40 位")),
        Field("title", word("名称")),
        Field("environment", word("开发利用环境"), "choice", choices=environments),
        Field("grade", word("一般数据级别"), "choice", choices=_grades),
        Field("provincial", word("省级分级"), "choice", choices=_provincial, default="internal"),
        Field("national", word("国家分级"), "choice", choices=_national, default="general"),
        Field("library", word("所在库"), "choice", choices=_libraries, default="department"),
        Field("resource_code", word("政务信息资源代码"), required=False),
        Field("special_regime", word("行业规则包"), required=False, help=word("如 health；没有则不填")),
    ),
)
WITHDRAW = Action("dataset:withdraw", "datasets", word("撤回数据集"), _withdraw, record=Dataset, grave=True)
ACTIONS = (REGISTER, CLASSIFY, WITHDRAW, CONFIRM, *cataloguing.ACTIONS)


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to narrow the list by: its name, its label, and (value, what it is called, how many)."""

    name: str
    label: Message
    options: tuple[tuple[str, Message | str, int], ...]


@dataclass(frozen=True, slots=True)
class Masked:
    """How one column is masked by the policy, ready to be read."""

    technique: str
    details: tuple[tuple[str, str], ...]
    reason: str


FACETS: tuple[tuple[str, Message, str], ...] = (
    ("environment", word("开发利用环境"), ""),
    ("organisation", word("数据提供部门"), ""),
    ("grade", word("一般数据级别"), "grade-"),
    ("media", word("数据形态"), "media-"),
    ("origin", word("数据来源"), "origin-"),
    ("opening", word("开放属性"), "opening-"),
    ("library", word("所在库"), ""),
    ("state", word("状态"), ""),
)
"""What the list may be narrowed by: the facet's name, what people call it, how its values are called."""
PAGE = 50


def listing(visitor: Visitor) -> Response:
    """Return what fits the words and the facets chosen, with how many there are of every other choice."""
    asked = visitor.request.query_params
    query, store = asked.get("q", "").strip(), visitor.platform.store
    wanted = {name: (asked[name],) for name, _, _ in FACETS if asked.get(name)}
    place = max(1, int(number)) if (number := asked.get("page", "1")).isascii() and number.isdecimal() else 1
    hits = visitor.console.finder.index().search(
        query, wanted=wanted, offset=(min(place, 10**6) - 1) * PAGE, limit=PAGE
    )
    named = {one.record.id: one.record for one in store.find(Environment)}
    return visitor.page(
        "catalogue.html",
        datasets=[store.load(Dataset, one).record for one in hits.ids],
        total=hits.total,
        place=place,
        pages=max(1, -(-hits.total // PAGE)),
        query_text=query,
        chosen={name: values[0] for name, values in wanted.items()},
        facets=_facets(visitor, hits, named),
        environments=named,
        makes=(REGISTER, SHEET),
    )


def _facets(visitor: Visitor, hits: Hits, named: Mapping[str, Environment]) -> list[Facet]:
    """Return the choices of every facet that has any, with their counts."""
    found = []
    for name, label, prefix in FACETS:
        options = []
        for value, count in hits.facets[name]:
            said: Message | str = words.term((prefix + value).replace("grade-L", "level-"))
            if name == "environment":
                said = named[value].name
            elif name == "organisation":
                said = visitor.body_name(value)
            elif name == "state":
                said = words.state_of("dataset", value)[0]
            if value:
                options.append((value, said, count))
        if options:
            found.append(Facet(name, label, tuple(options)))
    return found


def one(visitor: Visitor, identifier: str) -> Response:
    """Return one dataset with its columns, units, policies, deliveries of the own body, and use."""
    store, actor = visitor.platform.store, visitor.actor
    stored = store.load(Dataset, identifier)
    dataset = stored.record
    policies = [one.record for one in store.find(MaskingPolicy, linked=("dataset", dataset.id))]
    own = dataset.organisation == actor.organisation
    deliveries = store.find(Delivery, linked=("dataset", dataset.id)) if own else ()
    in_force = next((one for one in policies[::-1] if one.state == "confirmed"), None)
    return visitor.page(
        "dataset.html",
        dataset=dataset,
        version=stored.version,
        environment=store.load(Environment, dataset.environment).record,
        policies=policies[::-1],
        masked=_masked(in_force or (policies[-1] if policies else None), dataset),
        deliveries=[one.record for one in deliveries][::-1],
        snapshots=len(store.find(Snapshot, state="published", linked=("dataset", dataset.id))),
        facts=store.facts(record=dataset.id),
        own=own,
        watch=own or actor.has(Role.AUTHORITY_OFFICER, Role.SUPERVISOR, Role.OPERATOR),
        switch=(SUSPEND, REINSTATE),
        described=DESCRIBE,
        consents=consents.of_dataset(visitor.platform.directory, dataset),
        consent=(CONSENT, WITHDRAW_CONSENT),
        bound=BOUND,
        bounds=in_words(visitor, dataset.boundary),
        confirm=CONFIRM,
        withdraw=WITHDRAW,
    )


def _masked(policy: MaskingPolicy | None, dataset: Dataset) -> dict[str, Masked]:
    if policy is None:
        return {}
    table = read_policy(policy.text).table(dataset.code)
    return {one.name: _told(one.technique.name, parameters(one.technique)) for one in table.columns}


def _told(technique: str, given: dict[str, object]) -> Masked:
    hidden = ("reason", "bits", "allow_small", "group")
    details = tuple((name, _plain(value)) for name, value in given.items() if name not in hidden and value)
    return Masked(technique, details, str(given.get("reason", "")))


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return "、".join(f"{one:g}" if isinstance(one, float) else str(one) for one in value)
    return str(value)
