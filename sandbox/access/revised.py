"""The terms of an agreement changed by what a person wrote of some of them; what is left out stays.

A list that is written as `none` is emptied. One clear sentence for what cannot be read. Called by the
command line; the console's form sends all terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sandbox.access.desk import AccessDesk
from sandbox.access.terms import forms_of, hours_of, join_named, quotas_of, rows_of
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.terms import RowRange, Terms

NONE = "none"
"""How a list of terms is emptied that would else stay as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was written of the terms: lists as on the command line; empty ones and a zero stay."""

    hours: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    quotas: tuple[str, ...] = ()
    reviewers: int = 0


def datasets_of(desk: AccessDesk, agreement: ServiceAgreement, application: str) -> dict[str, str]:
    """Return the ids by code of the datasets that a new version may have, an application's included."""
    store = desk.directory.store
    added = store.find(Item, state="approved", linked=("application", application)) if application else ()
    items = (*(store.load(Item, one).record for one in agreement.items), *(one.record for one in added))
    return {store.load(Dataset, one.dataset).record.code: one.dataset for one in items}


def terms_of(terms: Terms, told: Told, ids: Mapping[str, str]) -> Terms:
    """Return the terms with what was written; `InputError` for what cannot be read."""
    figures = quotas_of(told.quotas)
    named = {one.partition("=")[0] for one in told.quotas}
    try:
        return replace(
            terms,
            hours=tuple(map(hours_of, _listed(told.hours))) if told.hours else terms.hours,
            joins=tuple(join_named(one, ids) for one in _listed(told.joins)) if told.joins else terms.joins,
            outputs=forms_of(_listed(told.outputs)) if told.outputs else terms.outputs,
            quotas=replace(terms.quotas, **{name: getattr(figures, name) for name in named}),
            reviewers=told.reviewers or terms.reviewers,
        )
    except ValueError:
        raise InputError(say("审查人数为 {least} 到 {most} 人", least=2, most=9)) from None


def rows_of_all(texts: Iterable[str], ids: Mapping[str, str]) -> dict[str, tuple[RowRange, ...]]:
    """Return the ranges by dataset id; `none` empties those of every dataset, `code:none` those of one."""
    found: dict[str, tuple[RowRange, ...]] = {}
    for text in texts:
        if text.strip() == NONE:
            found |= {one: () for one in ids.values()}
            continue
        code, _, rest = text.partition(":")
        ranges: tuple[RowRange, ...] = ()
        if rest.strip() != NONE:
            code, one = rows_of(text)
            ranges = (one,)
        if code.strip() not in ids:
            raise InputError(say("数据集 {code} 不在协议之内", code=code.strip()))
        dataset = ids[code.strip()]
        found[dataset] = (*found.get(dataset, ()), *ranges)
    return found


def _listed(texts: tuple[str, ...]) -> tuple[str, ...]:
    return () if texts == (NONE,) else texts
