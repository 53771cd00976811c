"""An application as a form of plain fields, and back: datasets, their columns with reasons, rows, extent.

Every name of a field carries the dataset it is for, so that a browser without script can send it. Reads
and writes forms; what is missing from the application is the rules' matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.kernel.application_records import Application, ItemRequest
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.records import Environment
from sandbox.web.actions import Call, Form
from sandbox.web.language import word
from sandbox.web.pages.bounding import parted

MOST_RANGES = 6
Typed = Mapping[str, tuple[str, ...]]
_TEXTS = ("scenario", "scope", "security_controls", "contact", "regime_override")


def chosen(typed: Typed) -> tuple[str, ...]:
    """Return the datasets that are ticked, those just added last."""
    return tuple(dict.fromkeys(one for one in (*typed.get("dataset", ()), *typed.get("add", ())) if one))


def document_of(call: Call) -> dict[str, Any]:
    """Return the document that `access.form` reads; `InputError` names what cannot be read."""
    form = call.form
    datasets = chosen(form.values)
    requests = [_object(one) for one in form.many("requests")] or [
        _request(form, one, plain=form.many("columns")) for one in datasets
    ]
    document: dict[str, Any] = {name: form.one(name) for name in _TEXTS}
    document |= {
        "environment": _environment(call, datasets, requests),
        "regime": form.one("regime", call.platform.settings.regime),
        "scenario_kinds": list(parted(form.one("scenario_kinds"))),
        "outputs": list(form.many("outputs")),
        "term_from": form.day("term_from").isoformat(),
        "term_to": form.day("term_to").isoformat(),
        "requests": requests,
    }
    return document


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError(word("每项需求应是一个 JSON 对象"))
    return found


def _environment(call: Call, datasets: tuple[str, ...], requests: list[dict[str, Any]]) -> str:
    """Return the environment that was named, or that of the first dataset."""
    named = call.form.one("environment")
    first = next(iter(datasets), "") or next((str(one.get("dataset", "")) for one in requests), "")
    if named or not first:
        return named
    from sandbox.catalog.entries import by_code

    found = by_code(call.platform.directory, first).record
    return call.platform.store.load(Environment, found.environment).record.code


def _request(form: Form, dataset: str, *, plain: tuple[str, ...]) -> dict[str, Any]:
    """Return one dataset's part; `plain` are the columns of a program that names one dataset alone."""
    columns = list(form.many(f"columns:{dataset}") or plain)
    reasons = _reasons(form, dataset)
    if left := [one for one in reasons if one not in columns]:
        raise InputError(word("信息项“{name}”写了理由却没有勾选：请勾选，或删去理由", name=left[0]))
    found: dict[str, Any] = {
        "dataset": dataset,
        "columns": columns,
        "justification": form.one(f"justification:{dataset}") or form.one("justification"),
        "reasons": reasons,
        "regions": list(form.many(f"regions:{dataset}")),
        "refresh": form.one(f"refresh:{dataset}"),
        "rows": _ranges(form, dataset),
    }
    for name in ("period_from", "period_to"):
        if form.one(f"{name}:{dataset}"):
            found[name] = form.day(f"{name}:{dataset}").isoformat()
    return found


def _reasons(form: Form, dataset: str) -> dict[str, str]:
    head = f"reason:{dataset}:"
    return {
        name[len(head) :]: form.one(name) for name in form.values if name.startswith(head) and form.one(name)
    }


def _ranges(form: Form, dataset: str) -> list[dict[str, Any]]:
    """Return the ranges of rows that were filled in, by their place in the form."""
    found = []
    for place in range(MOST_RANGES):
        tail = f"{dataset}:{place}"
        column, values = form.one(f"row-column:{tail}"), list(parted(form.one(f"row-values:{tail}")))
        start, end = form.one(f"row-start:{tail}"), form.one(f"row-end:{tail}")
        if column:
            found.append({"column": column, "start": start, "end": end, "values": values})
        elif start or end or values:
            raise InputError(word("行范围写了起止或取值，却没有选信息项"))
    return found


def typed_of(application: Application) -> dict[str, tuple[str, ...]]:
    """Return the application as a form filled with it."""
    found: dict[str, tuple[str, ...]] = {name: (getattr(application, name),) for name in _TEXTS}
    found |= {
        "regime": (application.regime,),
        "scenario_kinds": ("、".join(application.scenario_kinds),),
        "outputs": tuple(one.value for one in application.outputs),
        "term_from": (application.term_from.isoformat(),),
        "term_to": (application.term_to.isoformat(),),
        "dataset": tuple(dict.fromkeys(one.dataset for one in application.requests)),
    }
    for one in application.requests:
        found |= _typed_request(one)
    return found


def _typed_request(one: ItemRequest) -> dict[str, tuple[str, ...]]:
    found = {
        f"columns:{one.dataset}": one.columns,
        f"justification:{one.dataset}": (one.justification,),
        f"regions:{one.dataset}": one.extent.regions,
        f"refresh:{one.dataset}": (one.refresh,),
        f"period_from:{one.dataset}": (one.extent.start.isoformat() if one.extent.start else "",),
        f"period_to:{one.dataset}": (one.extent.end.isoformat() if one.extent.end else "",),
    }
    found |= {f"reason:{one.dataset}:{why.column}": (why.reason,) for why in one.reasons}
    for place, row in enumerate(one.rows[:MOST_RANGES]):
        tail = f"{one.dataset}:{place}"
        found |= {
            f"row-column:{tail}": (row.column,),
            f"row-start:{tail}": (row.start,),
            f"row-end:{tail}": (row.end,),
            f"row-values:{tail}": ("、".join(row.values),),
        }
    return found


def shows_whole(application: Application) -> bool:
    """Return whether the form can show all of it: one part for each dataset, few ranges of rows.

    What a program handed in may have more parts; the form would lose them, so it is not offered.
    """
    datasets = [one.dataset for one in application.requests]
    return len(set(datasets)) == len(datasets) and all(
        len(one.rows) <= MOST_RANGES for one in application.requests
    )


def ranges_shown(typed: Typed, dataset: Dataset) -> int:
    """Return how many lines for ranges of rows a form shows: those filled in and one more."""
    filled = [place for place in range(MOST_RANGES) if any(typed.get(f"row-column:{dataset.id}:{place}", ()))]
    return min(MOST_RANGES, (max(filled) + 1 if filled else 0) + 1)
