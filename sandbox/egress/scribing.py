"""The door to what the gate writes by itself: asks its isolated process for plans and whole products.

Believes the answer only where its shape fits; what it says of a product is judged afterwards like any
other. No isolation, nothing is written. Called by `templates` and `instances`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.egress import plans
from sandbox.egress.claims import Claim
from sandbox.egress.isolated import SnapshotSource, answered
from sandbox.egress.process import GateLimits
from sandbox.egress.wire import Json, mapping, message_in, sequence, text, unpack
from sandbox.kernel.errors import InputError, IsolationError
from sandbox.kernel.message import Message, say


@dataclass(frozen=True, slots=True)
class Order:
    """One claim to be bound, and written in `form` with at most `decimals` places; no form: only bound."""

    claim: Claim
    form: str | None = None
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Writing:
    """What came of an order: the plan as a tree, its columns, labels and tables, the product's bytes."""

    plan: plans.Tree
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    tables: tuple[str, ...]
    data: bytes


def write(
    orders: Sequence[Order], snapshots: Sequence[SnapshotSource], *, limits: GateLimits
) -> tuple[Writing | Message, ...]:
    """Return for every order its writing, or why the claim has none.

    Raises IsolationError when the process could not be run or its answer cannot be read.
    """
    asked = [
        {"sql": one.claim.sql, "subject": one.claim.subject, "form": one.form, "decimals": one.decimals}
        for one in orders
    ]
    frame = answered(snapshots, {"writings": asked}, limits=limits)
    try:
        header, blobs = unpack(frame)
        if "source_error" in header:
            raise InputError(message_in(header["source_error"]) or say("数据来源无法读取，请检查文件后重试"))
        answers = sequence(header["writings"])
        if not len(answers) == len(blobs) == len(orders):
            raise ValueError("answers")
        return tuple(_writing(mapping(one), data) for one, data in zip(answers, blobs, strict=True))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise IsolationError(say("闸口的隔离进程没有给出可读的结果，请重试")) from None


def _writing(answer: Json, data: bytes) -> Writing | Message:
    refused = message_in(answer["refused"])
    if refused is not None:
        return refused
    return Writing(
        plan=json.loads(text(answer["plan"])),
        columns=tuple(text(one) for one in sequence(answer["columns"])),
        labels=tuple(text(one) for one in sequence(answer["labels"])),
        tables=tuple(text(one) for one in sequence(answer["tables"])),
        data=data,
    )
