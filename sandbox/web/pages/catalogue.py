"""The catalogue in the browser: datasets, columns, grades, how each column is masked in words, and why."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from sandbox.access.form import environment_of
from sandbox.app import Platform
from sandbox.catalog import entries
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.records import Dataset, Delivery, Environment, MaskingPolicy, Snapshot
from sandbox.masking.policy_file import read_policy
from sandbox.masking.techniques import parameters
from sandbox.web import words
from sandbox.web.actions import Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.pages.bounding import BOUND, in_words
from sandbox.web.pages.columns import CLASSIFY, CONFIRM
from sandbox.web.pages.incidents import REINSTATE, SUSPEND
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def environments(platform: Platform, _: Actor) -> Options:
    """Return the environments that are open, for a field of choice."""
    found = platform.store.find(Environment, state="established")
    return tuple((one.record.code, one.record.name) for one in found)


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
ACTIONS = (REGISTER, CLASSIFY, WITHDRAW, CONFIRM)


@dataclass(frozen=True, slots=True)
class Masked:
    """How one column is masked by the policy, ready to be read."""

    technique: str
    details: tuple[tuple[str, str], ...]
    reason: str


def listing(visitor: Visitor) -> Response:
    """Return the catalogue, filtered by words and environment."""
    query = visitor.request.query_params.get("q", "").strip()
    place = visitor.request.query_params.get("environment", "")
    store = visitor.platform.store
    found = [one.record for one in store.find(Dataset, environment=place or None)]
    shown = [one for one in found if not query or _matches(one, query)]
    named = {one.record.id: one.record for one in store.find(Environment)}
    return visitor.page(
        "catalogue.html", datasets=shown, query=query, place=place, environments=named, register=REGISTER
    )


def _matches(dataset: Dataset, query: str) -> bool:
    texts = (dataset.code, dataset.title, *(one.name for one in dataset.columns))
    return any(query.lower() in one.lower() for one in texts)


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
