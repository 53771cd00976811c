"""溯源 in the browser: a file that turned up outside is sent in, the answer told, and earlier ones listed.

Who may ask, and what a file comes to, `egress.tracing` says; the file itself is not kept.
"""

from __future__ import annotations

from starlette.responses import Response

from sandbox.egress import tracing
from sandbox.egress.options import Options as GateOptions
from sandbox.files.opening import open_regular
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.trace_records import Suspect, TraceOutcome
from sandbox.web.actions import Action, Call
from sandbox.web.language import word
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

OUTCOMES = {
    TraceOutcome.SEATS: (word("点出了席位"), "stop"),
    TraceOutcome.AGREEMENT: (word("只认得出协议，点不出席位"), "heed"),
    TraceOutcome.NOBODY: (word("点不出任何席位"), "over"),
}


def _report(call: Call) -> Outcome:
    if not call.files:
        raise InputError(word("请选择外面发现的文件"))
    with open_regular(call.files[0], max_bytes=GateOptions().max_bytes) as source:
        data = source.read()
    made = tracing.trace(call.platform.gate, call.actor, name=call.files[0].name, data=data)
    return Outcome(f"/console/traces/{made.id}", word("溯源报告已出，已记入日志"))


REPORT = Action(
    "trace:report",
    "traces",
    word("溯源一个文件"),
    _report,
    hint=word("在外面发现的文件出自哪个席位：删过行列、换过格式、打过包的也可以；文件不留存，只记摘要"),
    template="tracing.html",
    look=lambda visitor, _, __: {"fresh": visitor.signed_in.fresh(visitor.now) is not None},
    files=True,
)
ACTIONS = (REPORT,)


def listing(visitor: Visitor) -> Response:
    """Return every report, the latest first."""
    found = tracing.visible(visitor.platform.gate, visitor.actor)
    return visitor.page("traces.html", reports=found, outcomes=OUTCOMES, report=REPORT)


def one(visitor: Visitor, identifier: str) -> Response:
    """Return one report: who is named, on what evidence, and what nobody's file would have shown."""
    found = tracing.report(visitor.platform.gate, visitor.actor, identifier)
    store = visitor.platform.store
    agreements = [
        (each, store.load(ServiceAgreement, each.agreement).record.organisation) for each in found.agreements
    ]
    return visitor.page(
        "trace.html",
        report=found,
        outcome=OUTCOMES[found.outcome],
        suspects=[(each, _data(visitor, each)) for each in found.suspects],
        agreements=agreements,
        again=REPORT,
        facts=store.facts(record=found.id),
    )


def _data(visitor: Visitor, suspect: Suspect) -> list[tuple[Dataset, str, int]]:
    store = visitor.platform.store
    return [
        (store.load(Dataset, each.dataset).record, "、".join(map(str, each.versions)), each.rows)
        for each in suspect.data
    ]


def seen(visitor: Visitor) -> bool:
    """Return whether the way here is shown."""
    return tracing.may_look(visitor.platform.gate, visitor.actor)
