"""Who answers for a dataset, on each side of 第十六条: one dataset, all of them, named and ended here."""

from __future__ import annotations

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.catalog.reading import of_authority
from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.oversight_records import Duty, Responsibility
from sandbox.kernel.records import Account
from sandbox.locale import words
from sandbox.oversight import duties
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def _on_dataset(dataset: str) -> str:
    return f"/console/datasets/{dataset}/duties"


def _assign(call: Call) -> Outcome:
    form = call.form
    try:
        duty = Duty(form.one("duty"))
    except ValueError:
        raise InputError(word("责任只有监管、提供、使用三方：请从列表中选择")) from None
    made = duties.assign(
        call.platform.oversight,
        call.actor,
        dataset=form.one("dataset"),
        duty=duty,
        account=form.one("account"),
    )
    return Outcome(_on_dataset(made.dataset), word("责任人已指定"))


def _relieve(call: Call) -> Outcome:
    made = duties.relieve(call.platform.oversight, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(_on_dataset(made.dataset), word("责任已解除，记录保留"))


def _datasets(platform: Platform, actor: Actor) -> Options:
    whole = of_authority(platform.directory, actor)
    found = platform.store.find(Dataset, organisation=None if whole else actor.organisation)
    return tuple((one.id, one.record.title) for one in found if one.record.state != "withdrawn")


def _sides(_: Platform, __: Actor) -> Options:
    return tuple((one.value, words.term(f"duty-{one.value}")) for one in Duty)


def _people(platform: Platform, actor: Actor) -> Options:
    whole = of_authority(platform.directory, actor)
    found = platform.store.find(Account, organisation=None if whole else actor.organisation)
    return tuple(
        (one.record.name, f"{one.record.display_name} {one.record.name}")
        for one in found
        if one.record.state != "suspended"
    )


ASSIGN = Action(
    "responsibility:assign",
    "responsibilities",
    word("指定责任人"),
    _assign,
    fields=(
        Field("dataset", word("数据集"), "choice", choices=_datasets),
        Field("duty", word("责任"), "choice", choices=_sides),
        Field("account", word("责任人"), "choice", choices=_people),
    ),
    hint=word("监管在主管部门，提供在数据提供部门，使用在运营商和开发利用者"),
)
RELIEVE = Action(
    "responsibility:relieve",
    "responsibilities",
    word("解除责任"),
    _relieve,
    fields=(reason_field(),),
    record=Responsibility,
    grave=True,
)
ACTIONS = (ASSIGN, RELIEVE)
USING = 3
"""Agreements in force whose users the matrix of all datasets tells; the rest are on each dataset's page."""


def matrix(visitor: Visitor) -> Response:
    """Return the whole matrix, to look at and to print."""
    found = duties.matrices(visitor.platform.oversight, visitor.actor, most=USING)
    known = {one.record.code: one.record for one in visitor.platform.store.find(Dataset)}
    return visitor.page(
        "duties.html",
        rows=[(known[one.dataset], one) for one in found],
        sides=tuple(Duty),
        missing=sum(1 for one in found if one.missing),
        assign=ASSIGN,
        most=USING,
    )


def of_dataset(visitor: Visitor, identifier: str) -> Response:
    """Return who answers for one dataset and by what."""
    platform = visitor.platform
    place = pager.place_of(visitor)
    found = duties.matrix(
        platform.oversight, visitor.actor, identifier, most=pager.PAGE, offset=(place - 1) * pager.PAGE
    )
    dataset = platform.store.load(Dataset, identifier).record
    named = platform.store.find(Responsibility, linked=("dataset", identifier))
    return visitor.page(
        "dataset_duties.html",
        dataset=dataset,
        found=found,
        part=pager.Part((), found.using, place, max(1, -(-found.using // pager.PAGE))),
        sides=tuple(Duty),
        versions={one.id: one.version for one in named if one.record.state == "in-force"},
        ended=[one for one in named if one.record.state == "relieved"],
        mine=dataset.organisation == visitor.actor.organisation
        or of_authority(platform.directory, visitor.actor),
        assign=ASSIGN,
        relieve=RELIEVE,
    )
