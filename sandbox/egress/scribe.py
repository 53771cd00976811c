"""What the gate makes of a claim by itself, inside its own process: the bound plan, and the whole product.

No byte of a developer's is read: the table is computed from the snapshot, in full, rounded as asked for,
and written in the gate's own spelling. Says nothing about whether it is safe; the gate judges what comes
of it like any product. Called by `worker` for a job that asks for writings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sqlglot

from sandbox.egress import plans
from sandbox.egress.claims import CheckedClaim, Claim, check_claim
from sandbox.egress.compare import Comparison
from sandbox.egress.content import Content, Form
from sandbox.egress.origin import Source
from sandbox.egress.proof import run_claim, table_names
from sandbox.egress.rewrite import rewrite_proven
from sandbox.egress.rowwise import Budget
from sandbox.egress.wire import Json, mapping, message_out, number, pack, sequence, text
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

FORMS = {
    "csv": FileType.CSV, "json": FileType.JSON, "xlsx": FileType.XLSX, "parquet": FileType.PARQUET,
}  # fmt: skip
"""The forms in which the gate writes an instance of a template, by the suffix of its name."""


def written(job: Json, sources: Sequence[Source]) -> bytes:
    """Return the answer to a job that asks for writings: for each its plan, its columns, its bytes."""
    answers, blobs = [], []
    for entry in sequence(job["writings"]):
        answer, data = _one(mapping(entry), sources)
        answers.append(answer)
        blobs.append(data)
    return pack({"writings": answers}, blobs)


def _one(entry: Json, sources: Sequence[Source]) -> tuple[Json, bytes]:
    try:
        claim = Claim(text(entry["sql"]), text(entry["subject"]))
        checked = _checked(claim, sources)
        _no_limit(claim)
        data = b"" if entry["form"] is None else _bytes(claim, sources, entry)
    except InputError as error:
        return {"refused": message_out(error.message)}, b""
    return {
        "refused": None,
        "plan": plans.text_of(plans.tree_of(checked)),
        "columns": [item.name for item in checked.items],
        "labels": list(checked.labels),
        "tables": list(checked.tables),
    }, data


def _checked(claim: Claim, sources: Sequence[Source]) -> CheckedClaim:
    return check_claim(claim, {name: source.scope() for name, source in table_names(sources).items()})


def _no_limit(claim: Claim) -> None:
    """A plan says which rows there are, not how many an author would rather show."""
    if sqlglot.parse_one(claim.sql, dialect="duckdb").args.get("limit") is not None:
        raise InputError(say("审定模板的 SQL 不能有 LIMIT：闸口写出全部行"))


def _bytes(claim: Claim, sources: Sequence[Source], entry: Json) -> bytes:
    _, truth, _ = run_claim(claim, sources, budget=Budget())
    type = FORMS[text(entry["form"])]
    decimals = _decimals(truth.claim, number(entry["decimals"]) or 0)
    whole = Comparison(np.flatnonzero(truth.shown), decimals)
    return rewrite_proven(truth, whole, Content(type, Form.TABLE)).data


def _decimals(checked: CheckedClaim, most: int) -> tuple[int, ...]:
    """Return the decimals of every item: those of the template, or fewer where the SQL rounds further."""
    found = []
    for item in checked.items:
        digits = item.aggregate.digits if item.aggregate is not None else None
        found.append(most if digits is None else max(0, min(most, digits)))
    return tuple(found)
