"""The registry of organisations: registration by the authority, with the code checked.

Does not decide who may be a developer or purchaser; see `access/eligibility`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.identifiers import is_uscc
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Attachment, Organisation, Ruling
from sandbox.kernel.words import check_record
from sandbox.people.directory import Directory, with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change

_DIGEST = re.compile(r"[0-9a-f]{64}")


def register(directory: Directory, actor: Actor, organisation: Organisation) -> Organisation:
    """Return the organisation as registered; `InputError` for a wrong or taken code."""
    checked(directory, organisation)
    situation = with_record(directory.situation(actor), record=organisation)
    require(actor, step("organisation:register"), situation)
    change = Change(step("organisation:register"), organisation, names=(f"uscc:{organisation.uscc}",))
    kept: Organisation = directory.store.write(actor, change)[0].record
    return kept


def checked(directory: Directory, organisation: Organisation) -> Organisation:
    """Return the organisation if its name and code can be registered."""
    if not organisation.name.strip():
        raise InputError(say("单位须有名称"))
    check_record(organisation)
    if not is_uscc(organisation.uscc):
        raise InputError(say("统一社会信用代码 {code} 不正确：请核对", code=organisation.uscc))
    if any(one.record.uscc == organisation.uscc for one in directory.store.find(Organisation)):
        raise InputError(say("统一社会信用代码 {code} 已经登记", code=organisation.uscc))
    return organisation


def suspend(directory: Directory, actor: Actor, identifier: str) -> Organisation:
    """Return the organisation suspended: none of its people can take a step that needs it."""
    return _move(directory, actor, identifier, "organisation:suspend", "suspended")


def reinstate(directory: Directory, actor: Actor, identifier: str) -> Organisation:
    """Return the organisation registered again."""
    return _move(directory, actor, identifier, "organisation:reinstate", "registered")


def _move(directory: Directory, actor: Actor, identifier: str, name: str, state: str) -> Organisation:
    stored = directory.store.load(Organisation, identifier)
    require(actor, step(name), with_record(directory.situation(actor), record=stored.record))
    changed = replace(stored.record, state=state)
    directory.store.write(actor, Change(step(name), changed, expected=stored.version))
    return changed


def attach(directory: Directory, actor: Actor, identifier: str, paper: Attachment) -> Organisation:
    """Return the organisation with one more paper, by digest: what its kind and funding rest on."""
    if not paper.name.strip() or not _DIGEST.fullmatch(paper.digest):
        raise InputError(say("证明材料须有名称和文件摘要（SHA-256）"))
    check_record(paper)
    stored = directory.store.load(Organisation, identifier)
    held = stored.record
    require(actor, step("organisation:attach"), with_record(directory.situation(actor), record=held))
    if any(one.digest == paper.digest for one in held.evidence):
        raise InputError(say("这份证明材料已经提交过"))
    changed = replace(held, evidence=(*held.evidence, paper))
    change = Change(step("organisation:attach"), changed, expected=stored.version)
    directory.store.write(actor, change)
    return changed


def decide(directory: Directory, actor: Actor, identifier: str, ruling: Ruling) -> Organisation:
    """Return the organisation with a person's decision on a role that 第三条 leaves open.

    The decider and the day are those of the call. A later decision on the same role stands instead of an
    earlier one; both stay on record.
    """
    stored = directory.store.load(Organisation, identifier)
    held = stored.record
    check_record(ruling)
    made = replace(ruling, decided_by=actor.account, decided_on=directory.today())
    situation = with_record(directory.situation(actor), record=held, ruling=made)
    require(actor, step("organisation:decide"), situation)
    changed = replace(held, rulings=(*held.rulings, made))
    note: dict[str, Json] = {"role": made.role, "eligible": made.eligible, "reason": made.reason}
    change = Change(step("organisation:decide"), changed, expected=stored.version, note=note)
    directory.store.write(actor, change)
    return changed
