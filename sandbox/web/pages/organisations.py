"""One organisation in the browser: what it may be under 第三条 and why, its papers, decisions by persons."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import Response

from sandbox.access.eligibility import eligibility_of, finding_of
from sandbox.app import Platform
from sandbox.catalog.reading import require_reader
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.eligibility import Applicant
from sandbox.kernel.errors import InputError
from sandbox.kernel.records import Attachment, Organisation, Ruling
from sandbox.locale import words
from sandbox.people import organisations
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages.accounts import REINSTATE_BODY, SUSPEND_BODY
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def path(identifier: str) -> str:
    """Return the page of an organisation."""
    return f"/console/organisations/{identifier}"


def _attach(call: Call) -> Outcome:
    if not call.files:
        raise InputError(word("请选择证明材料的文件"))
    for file in call.files:
        paper = Attachment(
            name=call.form.one("name") or file.name,
            digest=_digest(file),
            size=file.stat().st_size,
            type=file.suffix.lstrip(".").lower(),
        )
        organisations.attach(call.platform.directory, call.actor, call.id, paper)
    return Outcome(path(call.id), word("证明材料已记录摘要；原件请由本单位妥善保管"))


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _decide(call: Call) -> Outcome:
    form, directory = call.form, call.platform.directory
    outcome = form.one("outcome")
    if outcome not in ("eligible", "ineligible"):
        raise InputError(word("认定结果只能是具备或不具备资格"))
    ruling = Ruling(
        role=form.one("role"),
        eligible=outcome == "eligible",
        reason=form.one("reason"),
        evidence=form.many("evidence"),
        decided_by=call.actor.account,
        decided_on=directory.today(),
        until=form.day("until") if form.one("until") else None,
    )
    organisations.decide(directory, call.actor, call.id, ruling)
    return Outcome(path(call.id), word("资格认定已记录"))


def _applicants(_: Platform, __: Actor) -> Options:
    return tuple((one.value, words.term(f"applicant-{one.value}")) for one in Applicant)


def _outcomes(_: Platform, __: Actor) -> Options:
    return (("eligible", word("具备资格")), ("ineligible", word("不具备资格")))


def _choosable(visitor: Any, identifier: str, _: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    """Return the papers that a decision may rest on."""
    held = visitor.platform.store.load(Organisation, identifier).record
    return {"columns": [(paper.digest, paper.name) for paper in held.evidence]}


ATTACH = Action(
    "organisation:attach",
    "organisations",
    word("提交证明材料"),
    _attach,
    fields=(Field("name", word("材料名称"), required=False, help=word("不填就用文件名")),),
    record=Organisation,
    hint=word("平台只记录文件的摘要，不保存文件"),
    files=True,
    template="paper_form.html",
)
DECIDE = Action(
    "organisation:decide",
    "organisations",
    word("认定资格"),
    _decide,
    fields=(
        Field("role", word("角色"), "choice", choices=_applicants),
        Field("outcome", word("认定结果"), "choice", choices=_outcomes),
        reason_field(),
        Field("evidence", word("所依据的证明材料"), "checks", help=word("至少一份")),
        Field("until", word("有效期至"), "date", required=False),
    ),
    record=Organisation,
    hint=word("只用于办法没有写明、须由人认定的情形"),
    look=_choosable,
)
ACTIONS = (ATTACH, DECIDE)


def one(visitor: Visitor, identifier: str) -> Response:
    """Return one organisation for its own people, the authority and supervisors."""
    directory, actor = visitor.platform.directory, visitor.actor
    stored = visitor.platform.store.load(Organisation, identifier)
    held = stored.record
    parties = {identifier} | ({actor.organisation} if actor.has(Role.SUPERVISOR) else set())
    require_reader(directory, actor, held, organisations=parties)
    standing = []
    for role in Applicant:
        finding = finding_of(held, role)
        answer = eligibility_of(held, role, today=visitor.today)
        shown = "eligible" if answer else finding.outcome.value
        reasons = [(one.article, one.message) for one in finding.reasons]
        standing.append((role.value, shown, reasons))
    return visitor.page(
        "organisation.html",
        body=held,
        version=stored.version,
        standing=standing,
        papers={paper.digest: paper for paper in held.evidence},
        facts=visitor.platform.store.facts(record=identifier),
        actions=(ATTACH, DECIDE, SUSPEND_BODY, REINSTATE_BODY),
    )
