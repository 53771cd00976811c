"""Deliveries in the browser: quarantine, bad rows, and discovery's proposal beside the steward's word."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sandbox.access import lists
from sandbox.app import Platform
from sandbox.catalog.reading import is_party, require_reader
from sandbox.fingerprint.canary import FEWEST_ROWS
from sandbox.ingest import batch, publish
from sandbox.kernel.actors import STRONG_PROOFS, Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset, Delivery, LandingOrder, Snapshot
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages import columns, pager
from sandbox.web.pages.columns import CLASSIFY
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

MOST_BAD = 100


def _accept(call: Call) -> Outcome:
    batch.accept(call.platform.ingest, call.actor, call.id, explanation=call.form.one("explanation"))
    return Outcome(f"/console/deliveries/{call.id}", word("交付批次已接收"))


def _refuse(call: Call) -> Outcome:
    batch.refuse(call.platform.ingest, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(f"/console/deliveries/{call.id}", word("交付批次已退回"))


def own_datasets(platform: Platform, actor: Actor) -> Options:
    """Return the datasets of the actor's organisation, for a field of choice."""
    found = platform.store.find(Dataset, organisation=actor.organisation)
    return tuple((one.record.id, one.record.title) for one in found if one.record.state != "withdrawn")


def _agreements(platform: Platform, _: Actor) -> Options:
    found = platform.store.find(ServiceAgreement, state="active")
    return tuple((one.record.id, f"{one.record.id} {one.record.scenario[:30]}") for one in found)


def _accepted(platform: Platform, actor: Actor) -> Options:
    found = platform.store.find(Delivery, state="accepted", organisation=actor.organisation)
    return tuple((one.record.id, f"{one.record.id} {one.record.file_name}") for one in found)


def _order(call: Call) -> Outcome:
    form = call.form
    made = publish.order(
        call.platform.ingest,
        call.actor,
        agreement=form.one("agreement"),
        dataset=form.one("dataset"),
        delivery=form.one("delivery"),
    )
    return Outcome("/console/landing-orders", word("落地单 {id} 已开，平台将脱敏并发布快照", id=made.id))


def _reopen(call: Call) -> Outcome:
    publish.reopen(call.platform.ingest, call.actor, call.id)
    return Outcome("/console/landing-orders", word("落地单已按现行脱敏策略重新开出"))


def _withdraw(call: Call) -> Outcome:
    publish.withdraw(call.platform.ingest, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome("/console/landing-orders", word("快照已撤回，席位不再挂载"))


ACCEPT = Action(
    "delivery:accept",
    "deliveries",
    word("接收"),
    _accept,
    record=Delivery,
    fields=(
        Field(
            "explanation",
            word("行数对不上的说明"),
            "area",
            required=False,
            help=word("申报与实收一致时不必填写"),
        ),
    ),
)
REFUSE = Action(
    "delivery:refuse",
    "deliveries",
    word("退回"),
    _refuse,
    record=Delivery,
    fields=(reason_field(),),
    grave=True,
)
ORDER = Action(
    "landing-order:order",
    "landing-orders",
    word("开落地单"),
    _order,
    fields=(
        Field("agreement", word("授权服务协议"), "choice", choices=_agreements),
        Field("dataset", word("数据集"), "choice", choices=own_datasets),
        Field("delivery", word("交付批次"), "choice", choices=_accepted),
    ),
)
REOPEN = Action("landing-order:resume", "landing-orders", word("重新开出"), _reopen, record=LandingOrder)
WITHDRAW = Action(
    "snapshot:withdraw",
    "snapshots",
    word("撤回快照"),
    _withdraw,
    record=Snapshot,
    fields=(reason_field(),),
    grave=True,
)
ACTIONS = (ACCEPT, REFUSE, ORDER, REOPEN, WITHDRAW)


def listing(visitor: Visitor) -> Response:
    """Return the deliveries of the person's organisation, of all for the authority."""
    platform, actor = visitor.platform, visitor.actor
    part = pager.part(visitor, Delivery, lists.owned(platform.directory, actor))
    titles = {one.record.id: one.record.title for one in platform.store.find(Dataset)}
    may = actor.has(Role.STEWARD)
    return visitor.page("deliveries.html", deliveries=part.found, part=part, titles=titles, may_receive=may)


def receive_page(visitor: Visitor, status: int = 200, problem: str = "") -> Response:
    """Return the form for handing in a file; the credential is asked for before, not after, the sending."""
    actor, url = visitor.actor, visitor.request.url
    if actor.proof not in STRONG_PROOFS and actor.has(Role.STEWARD):
        here = f"{url.path}?{url.query}" if url.query else url.path
        return RedirectResponse(f"/console/step-up?{urlencode({'then': here})}", status_code=303)
    return visitor.page(
        "receive.html",
        status=status,
        datasets=own_datasets(visitor.platform, visitor.actor),
        chosen=visitor.request.query_params.get("dataset", ""),
        problem=problem,
        arrivals=visitor.console.arrivals.of(visitor.actor.account),
        cap=visitor.console.options.upload_bytes,
    )


def one(visitor: Visitor, identifier: str) -> Response:
    """Return one delivery: counts beside what was declared; the rows themselves are a page of their own."""
    platform, actor = visitor.platform, visitor.actor
    stored = platform.store.load(Delivery, identifier)
    found = stored.record
    require_reader(platform.directory, actor, found, organisations=(found.organisation,))
    dataset = platform.store.load(Dataset, found.dataset).record
    return visitor.page(
        "delivery.html",
        delivery=found,
        version=stored.version,
        made=stored.created_at,
        dataset=dataset,
        facts=platform.store.facts(record=identifier),
        accept=ACCEPT,
        refuse=REFUSE,
        own=found.organisation == actor.organisation,
    )


def _own(visitor: Visitor, identifier: str) -> Delivery:
    """Return the delivery for its provider's steward, by his credential: it is raw data."""
    found = visitor.platform.store.load(Delivery, identifier).record
    require_reader(
        visitor.platform.directory,
        visitor.actor,
        found,
        organisations=(found.organisation,),
        roles=frozenset({Role.STEWARD}),
        authority=False,
    )
    return found


def bad_rows(visitor: Visitor, identifier: str) -> Response:
    """Return the quarantined rows with number, reason and text, for the own steward."""
    found = _own(visitor, identifier)
    rows = batch.bad_rows(visitor.platform.ingest, found, limit=MOST_BAD) if found.bad_rows else ()
    return visitor.page("bad_rows.html", delivery=found, rows=rows, most=MOST_BAD)


def proposal(visitor: Visitor, identifier: str) -> Response:
    """Return discovery's proposal column by column, with what the steward confirms beside it."""
    found = _own(visitor, identifier)
    shown = columns.context(visitor, found, {})
    stored = visitor.platform.store.load(Dataset, found.dataset)
    return visitor.page(
        "proposal.html", **shown, action=CLASSIFY, id=found.dataset, seen=str(stored.version), error={}
    )


def orders(visitor: Visitor) -> Response:
    """Return landing orders and snapshots of the own organisation, all for the authority."""
    platform, actor = visitor.platform, visitor.actor
    part = pager.part(visitor, LandingOrder, lists.owned(platform.directory, actor))
    made = platform.store.lists.hanging(Snapshot, "order", [one.id for one in part.found])
    snapshots = {
        order: one
        for order, found in made.items()
        for one in found
        if is_party(platform.directory, actor, (one.record.organisation,))
    }
    titles = {one.record.id: one.record.title for one in platform.store.find(Dataset)}
    return visitor.page(
        "orders.html",
        orders=part.found,
        part=part,
        snapshots=snapshots,
        titles=titles,
        fewest=FEWEST_ROWS,
        order=ORDER,
        reopen=REOPEN,
        withdraw=WITHDRAW,
    )
