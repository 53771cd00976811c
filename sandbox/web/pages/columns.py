"""The steward's word on every column as a form of fields; discovery's proposal to start from, TOML besides.

Turns the fields into the plain values that `ingest.form` reads from TOML, so that there is one set
of checks and one set of sentences. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sandbox.catalog import entries
from sandbox.catalog.reading import require_reader
from sandbox.ingest import proposals
from sandbox.ingest.form import Form as Sheet
from sandbox.ingest.form import form_from, read_form, write_form
from sandbox.ingest.proposals import Proposal
from sandbox.kernel.actors import Role
from sandbox.kernel.dataset_records import Dataset, Delivery, MaskingPolicy
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.grades import Zone
from sandbox.masking import versions
from sandbox.masking.policy import OnUnhandled, as_mapping
from sandbox.masking.policy_file import read_policy, write_policy
from sandbox.masking.techniques import TECHNIQUES, DateUnit, RegionLevel, Technique
from sandbox.web.actions import NEW, Action, Call, Field, Form
from sandbox.web.language import word
from sandbox.web.session import Outcome

Typed = Mapping[str, tuple[str, ...]]
MOST_COLUMNS, MOST_UNITS = 400, 12
KINDS = ("person", "firm", "household")
_CHOICES: Mapping[tuple[str, str], type[StrEnum]] = {
    ("date_trunc", "unit"): DateUnit,
    ("region", "level"): RegionLevel,
}
_WHOLE = ("policy", "zone", "key", "algorithm", "on_unhandled")
"""What a policy says of the whole table."""
_BREAKS = str.maketrans({"，": " ", "、": " ", ",": " ", "；": " ", ";": " "})


@dataclass(frozen=True, slots=True)
class Parameter:
    """What one technique may be told: `shape` is text, number, flag, choice, numbers or pairs."""

    name: str
    shape: str
    default: object
    choices: tuple[str, ...] = ()


def _parameter(technique: type[Technique], name: str, default: object) -> Parameter:
    known = _CHOICES.get((technique.name, name))
    if known is not None:
        return Parameter(name, "choice", default, tuple(one.value for one in known))
    if isinstance(default, tuple):
        return Parameter(name, "pairs" if name == "values" else "numbers", default)
    shapes: dict[type, str] = {bool: "flag", int: "number"}
    return Parameter(name, shapes.get(type(default), "text"), default)


PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    one.name: tuple(_parameter(one, part.name, part.default) for part in fields(one)) for one in TECHNIQUES
}
"""Every technique with what it may be told, in the order of its definition."""


def typed_of(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    """Return the fields that say what the sheet says."""
    data: dict[str, Any] = as_mapping(sheet.policy)
    table: dict[str, Any] = next(iter(data["table"].values()))
    made: dict[str, tuple[str, ...]] = {
        **{
            f"m:{name}": (str(data[name]),) for name in ("policy", "zone", "key", "algorithm", "on_unhandled")
        },
        "m:k": (str(table["k"]),),
        "m:share": (f"{table['max_suppressed'] * 100:g}",),
        "m:sentinels": ("、".join(table["sentinels"]),),
        "m:subject": tuple(table["subject"]),
    }
    for place, column in enumerate(sheet.columns):
        head = f"c:{place}:"
        made |= {
            f"{head}name": (column.name,),
            f"{head}comment": (column.comment,),
            f"{head}level": (str(column.level),),
            f"{head}sensitive": ("yes",) if column.sensitive else (),
        }
        made |= _masking_fields(head, table["column"][column.name])
    for place, unit in enumerate(sheet.units):
        made |= {
            f"u:{place}:kind": (unit.kind,),
            f"u:{place}:columns": unit.columns,
            f"u:{place}:sentinels": ("、".join(unit.sentinels),),
        }
    return made


def _masking_fields(head: str, given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the technique with its parameters, and for every other what it would begin with."""
    chosen = str(given["technique"])
    made: dict[str, tuple[str, ...]] = {
        f"{head}technique": (chosen,),
        f"{head}class": (str(given["class"]),),
        f"{head}type": (str(given["type"] or ""),),
    }
    for technique, parts in PARAMETERS.items():
        for one in parts:
            value = given.get(one.name, one.default) if technique == chosen else one.default
            made[f"{head}{technique}.{one.name}"] = _shown(one, value)
    return made


def _shown(one: Parameter, value: Any) -> tuple[str, ...]:
    if one.shape == "flag":
        return ("yes",) if value else ()
    if one.shape == "numbers":
        return ("、".join(f"{float(each):g}" for each in value or ()),)
    if one.shape == "pairs":
        pairs = value.items() if isinstance(value, Mapping) else value or ()
        return ("\n".join(f"{key}={to}" for key, to in pairs),)
    return (str(value if value is not None else ""),)


def sheet_of(dataset: str, form: Form) -> Sheet:
    """Return what the fields say, checked as the TOML would be; `InputError` names the column."""
    columns: list[dict[str, Any]] = []
    masked: dict[str, dict[str, Any]] = {}
    for place in range(MOST_COLUMNS):
        name = form.one(f"c:{place}:name")
        if not name:
            break
        if name in masked:
            raise InputError(word("信息项 {name} 出现了两次：请重新打开这一页", name=name))
        columns.append(_column(form, f"c:{place}:", name))
        masked[name] = _masking(form, f"c:{place}:", name)
    data = {
        "dataset": dataset,
        "columns": columns,
        "units": _units(form),
        "masking": {
            **{name: form.one(f"m:{name}") for name in _WHOLE},
            "table": {dataset: {**_table(form), "column": masked}},
        },
    }
    return form_from(data)


def _column(form: Form, head: str, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "comment": form.one(f"{head}comment"),
        "sensitive": bool(form.one(f"{head}sensitive")),
        "level": form.number(f"{head}level", 0),
    }


def _masking(form: Form, head: str, name: str) -> dict[str, Any]:
    technique = form.one(f"{head}technique")
    made: dict[str, Any] = {"technique": technique, "class": form.one(f"{head}class")}
    if form.one(f"{head}type"):
        made["type"] = form.one(f"{head}type")
    for one in PARAMETERS.get(technique, ()):
        value = _told(form, f"{head}{technique}.{one.name}", one, name)
        if value is not None:
            made[one.name] = value
    return made


def _told(form: Form, field: str, one: Parameter, column: str) -> Any:
    """Return the value of a parameter in its own type; None where nothing was filled in."""
    given = form.one(field)
    if one.shape == "flag":
        return bool(given)
    if not given:
        return None
    if one.shape == "number":
        return form.number(field)
    if one.shape == "numbers":
        return _numbers(given, column)
    return _pairs(given, column) if one.shape == "pairs" else given


def _numbers(text: str, column: str) -> list[float]:
    try:
        return [float(one) for one in text.translate(_BREAKS).split()]
    except ValueError:
        raise InputError(word("信息项 {column} 的分界须是数，以顿号分开", column=column)) from None


def _pairs(text: str, column: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        key, sign, value = line.replace("＝", "=").partition("=")
        if line.strip() and not sign:
            raise InputError(word("信息项 {column} 的对照表每行写成 原值=新值", column=column))
        if line.strip():
            pairs[key.strip()] = value.strip()
    return pairs


def _table(form: Form) -> dict[str, Any]:
    try:
        share = float(form.one("m:share", "0")) / 100
    except ValueError:
        raise InputError(word("最多隐去的行数须是百分数")) from None
    return {
        "subject": list(form.many("m:subject")),
        "sentinels": _words(form.one("m:sentinels")),
        "k": form.number("m:k", 0),
        "max_suppressed": share,
    }


def _units(form: Form) -> list[dict[str, Any]]:
    found = []
    for place in range(MOST_UNITS):
        kind, columns = form.one(f"u:{place}:kind"), form.many(f"u:{place}:columns")
        if kind and columns:
            sentinels = _words(form.one(f"u:{place}:sentinels"))
            found.append({"kind": kind, "columns": list(columns), "sentinels": sentinels})
    return found


def _words(text: str) -> list[str]:
    return [one.strip() for one in text.replace("，", "、").split("、") if one.strip()]


def _classify(call: Call) -> Outcome:
    """Confirm columns and units, then draft the masking policy of the same form."""
    directory, form = call.platform.directory, call.form
    if form.one("sheet"):
        read = read_form(form.one("sheet"))
        dataset = entries.by_code(directory, read.dataset).record
        if call.id not in (NEW, dataset.id):
            raise InputError(word("分类表写的是另一个数据集：请核对第一行"))
    else:
        dataset = directory.store.load(Dataset, call.id).record
        read = sheet_of(dataset.code, form)
    made = entries.classify(directory, call.actor, dataset.id, columns=read.columns, units=read.units)
    versions.draft(directory, call.actor, made, write_policy(read.policy))
    return Outcome(f"/console/datasets/{made.id}", word("分类已确认，脱敏策略已拟订，请核对后确认"))


def _confirm(call: Call) -> Outcome:
    made = versions.confirm(call.platform.directory, call.actor, call.id)
    return Outcome(f"/console/datasets/{made.dataset}", word("脱敏策略第 {n} 版生效", n=made.version))


def _look(visitor: Any, identifier: str, typed: Typed) -> Mapping[str, Any]:
    """Return what the form's page shows: the latest delivery's proposal beside what was filled in."""
    store = visitor.platform.store
    wanted = next(iter(typed.get("c:delivery", ())), "")
    found = store.find(Delivery, linked=("dataset", identifier), states=("read", "accepted"))
    delivery = next((one.record for one in found if one.id == wanted), found[-1].record if found else None)
    if delivery is None:
        raise NotFoundError(word("数据集还没有读过的交付批次：交付之后再确认分类"))
    return context(visitor, delivery, typed)


def context(visitor: Any, delivery: Delivery, typed: Typed) -> dict[str, Any]:
    """Return the page's values; its rows are raw data, for the provider's steward alone."""
    platform = visitor.platform
    require_reader(
        platform.directory,
        visitor.actor,
        delivery,
        organisations=(delivery.organisation,),
        roles=frozenset({Role.STEWARD}),
        authority=False,
    )
    dataset = platform.store.load(Dataset, delivery.dataset).record
    comments = {one.name: one.comment for one in dataset.columns}
    made = proposals.propose_for(platform.ingest, delivery, dataset, comments=comments)
    policies = [one.record for one in platform.store.find(MaskingPolicy, linked=("dataset", dataset.id))]
    filled = dict(typed) if "m:policy" in typed else typed_of(_start(made, dataset, policies))
    return {
        "delivery": delivery,
        "dataset": dataset,
        "typed": filled,
        "proposals": {one.name: one for one in made.proposals},
        "value": lambda name: next(iter(filled.get(name, ())), ""),
        "lines": [place for place in range(MOST_COLUMNS) if f"c:{place}:name" in filled],
        "units": range(_room_for_units(filled)),
        "confirmed": {one.name: one for one in dataset.columns},
        "sheet": next(iter(typed.get("sheet", ())), "") or write_form(made, dataset),
        "sheet_typed": bool(typed.get("sheet")),
        "drafted": next((one for one in policies[::-1] if one.state == "drafted"), None),
        "confirm": CONFIRM,
        "parameters": PARAMETERS,
        "types": tuple(one.value for one in EntityType),
        "classes": tuple(one.value for one in IdentifierClass),
        "kinds": KINDS,
        "zones": tuple(one.value for one in Zone),
        "unhandled": tuple(one.value for one in OnUnhandled),
        "back": f"/console/deliveries/{delivery.id}",
    }


def _room_for_units(filled: Typed) -> int:
    """Return how many units the page shows: those that are there and one more."""
    known = [place for place in range(MOST_UNITS) if any(filled.get(f"u:{place}:kind", ()))]
    return min(MOST_UNITS, max(known, default=-1) + 2)


def _start(made: Proposal, dataset: Dataset, policies: Iterable[MaskingPolicy]) -> Sheet:
    """Return what the form begins with: what was confirmed where it fits the delivery, else the proposal."""
    names = {one.name for one in made.columns}
    latest = next(iter(list(policies)[::-1]), None)
    if latest is not None and {one.name for one in dataset.columns} == names:
        return Sheet(dataset.code, dataset.columns, dataset.units, read_policy(latest.text))
    return Sheet(dataset.code, made.columns, made.units, made.policy)


CLASSIFY = Action(
    "dataset:classify",
    "datasets",
    word("确认分类并拟订脱敏策略"),
    _classify,
    record=Dataset,
    fields=(Field("sheet", word("分类表"), "code", help=word("由自动识别拟成，逐行核对后提交")),),
    template="proposal.html",
    look=_look,
)
CONFIRM = Action(
    "masking-policy:confirm",
    "masking-policies",
    word("确认脱敏策略"),
    _confirm,
    record=MaskingPolicy,
    hint=word("确认后即生效，原来的一版随之停用"),
)
