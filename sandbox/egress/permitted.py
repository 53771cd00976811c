"""What the access policy lets leave: in which forms, and made of which datasets together (第十七条).

A form that was not agreed is refused, and so is a claim over other datasets or over such as may not be
joined; a table that bears columns of two such datasets is refused as well, for its author may say so
and cannot prove otherwise. Pure; called by `judge`. Without a policy (`sandbox inspect`) nothing applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sandbox.egress.claims import read_declared
from sandbox.egress.content import Content, Form, Issue
from sandbox.egress.origin import Source
from sandbox.egress.relations import tables_named
from sandbox.egress.report import FileReport
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Outcome
from sandbox.kernel.message import say
from sandbox.kernel.policy import AccessPolicy

_TABLE = frozenset({OutputForm.AGGREGATE, OutputForm.INDEX, OutputForm.VERIFICATION, OutputForm.SERVICE})
_FORMS = {
    Form.TABLE: _TABLE,
    Form.DOCUMENT: _TABLE,
    Form.TEXT: frozenset({OutputForm.REPORT}),
    Form.PICTURE: frozenset({OutputForm.CHART}),
    Form.CHART: frozenset({OutputForm.CHART}),
    Form.PLOT: frozenset({OutputForm.CHART}),
    Form.SYNTHETIC: frozenset({OutputForm.SYNTHETIC}),
    Form.CODEBOOK: _TABLE | {OutputForm.REPORT},
    Form.SERVICE: frozenset({OutputForm.SERVICE, OutputForm.VERIFICATION}),
    Form.MODEL: frozenset({OutputForm.MODEL}),
    Form.PAGE: frozenset({OutputForm.REPORT}),
}
"""Which agreed forms a file can be; empty files carry nothing, unreadable ones are refused anyway."""
_LITERAL = re.compile(r"'[^']*'")
CHECKS = ("output-form", "join", "not-agreed-data")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the gate needs of a policy: forms that may leave (none: all), pairs of datasets that may not meet.

    Datasets go by their codes, in which the pairs are ordered.
    """

    outputs: tuple[OutputForm, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()


def bounds_of(policy: AccessPolicy) -> Bounds:
    """Return the bounds that a policy sets."""
    parts = sorted(policy.datasets, key=lambda one: one.code)
    apart = tuple(
        (one.code, other.code)
        for place, one in enumerate(parts)
        for other in parts[place + 1 :]
        if not policy.joinable(one.dataset, other.dataset)
    )
    return Bounds(policy.outputs, apart)


def check_permitted(report: FileReport, sources: Sequence[Source], bounds: Bounds | None) -> None:
    """Add what is not agreed to the report, and note that both checks ran."""
    if bounds is None:
        report.ran_all(CHECKS, Outcome.NOT_APPLICABLE)
        return
    report.ran_all(CHECKS)
    for content in (one for one in report.contents if not one.guessed):
        forms = _FORMS.get(content.form)
        if bounds.outputs and forms is not None and forms.isdisjoint(bounds.outputs):
            agreed = "、".join(one.value for one in bounds.outputs)
            report.add(Issue("output-form", evidence=say("协议允许的产出形式：{forms}", forms=agreed)))
    for name in _strangers(report.product.claim, sources):
        report.add(Issue("not-agreed-data", where="claim", evidence=say("声明用到的表：{name}", name=name)))
    met = [*_claimed(report.product.claim, bounds), *_columns(report.contents, sources, bounds)]
    for one, other in dict.fromkeys(met):
        report.add(Issue("join", evidence=say("{one} 与 {other} 不在许可关联之列", one=one, other=other)))


def _strangers(claim: bytes | None, sources: Sequence[Source]) -> tuple[str, ...]:
    """Return the tables that a claim reads and the agreement does not have; none for what cannot be read."""
    try:
        named = tables_named(read_declared(claim)[0].sql) if claim is not None else ()
    except InputError:
        return ()  # said by the claim's own check
    known = {name.casefold() for source in sources for name in (source.name, *source.aliases)}
    known |= {"source"} if len(sources) == 1 else set()
    return tuple(name for name in named if name.casefold() not in known)


def _claimed(claim: bytes | None, bounds: Bounds) -> Iterator[tuple[str, str]]:
    """Yield the pairs that a claim names together, as whole words outside of its labels."""
    if claim is None:
        return
    text = _LITERAL.sub(" ", claim.decode("utf-8", errors="ignore")).casefold()
    for pair in bounds.apart:
        if all(re.search(rf"(?<![\w-]){re.escape(code.casefold())}(?![\w-])", text) for code in pair):
            yield pair


def _columns(
    contents: Iterable[Content], sources: Sequence[Source], bounds: Bounds
) -> Iterator[tuple[str, str]]:
    """Yield the pairs whose own columns stand side by side in one table."""
    known = {source.name: frozenset(source.table.column_names) for source in sources}
    for pair in bounds.apart:
        one, other = (known.get(code, frozenset()) for code in pair)
        for content in contents:
            for sheet in content.sheets:
                names = set(sheet.table.column_names)
                if names & (one - other) and names & (other - one):
                    yield pair
