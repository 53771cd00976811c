"""Applications as they are written: drafts, revisions, the answer to a notice of what is missing (第七条).

A draft may be incomplete and only its own organisation sees it. What is handed in meets every rule
at once. The preliminary review lies in `application`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sandbox.access.application import check_requests, create, fresh, links_of, situation_of, started
from sandbox.access.attachments import kept_papers
from sandbox.access.desk import AccessDesk
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Environment
from sandbox.kernel.words import check_record
from sandbox.store.changes import Change


def draft(desk: AccessDesk, actor: Actor, application: Application) -> Application:
    """Return the application as a draft that only the own organisation sees; nothing need be complete."""
    blank = replace(fresh(application), state="draft")
    desk.regime(blank.regime)
    desk.directory.store.load(Environment, blank.environment)
    require(actor, step("application:draft"), situation_of(desk, actor, blank))
    return create(desk, actor, blank, "application:draft")


def revise(desk: AccessDesk, actor: Actor, identifier: str, application: Application) -> Application:
    """Return the draft with what it now asks; whose it is and what was attached stay."""
    stored = desk.directory.store.load(Application, identifier)
    desk.regime(application.regime)
    changed = _rewritten(stored.record, application)
    require(actor, step("application:revise"), situation_of(desk, actor, changed))
    return _rewrite(desk, actor, changed, "application:revise", stored.version)


def hand_in(desk: AccessDesk, actor: Actor, identifier: str) -> Application:
    """Return the draft as submitted; refused with every reason at once."""
    stored = desk.directory.store.load(Application, identifier)
    require(actor, step("application:hand-in"), situation_of(desk, actor, stored.record))
    check_requests(desk, stored.record)
    changed = started(desk, replace(stored.record, state="submitted"))
    return _rewrite(desk, actor, changed, "application:hand-in", stored.version)


def attach(desk: AccessDesk, actor: Actor, identifier: str, papers: Sequence[Path]) -> Application:
    """Return the draft with further papers, each kept sealed by the digest of its bytes."""
    stored = desk.directory.store.load(Application, identifier)
    require(actor, step("application:revise"), situation_of(desk, actor, stored.record))
    changed = replace(stored.record, attachments=kept_papers(desk, stored.record, papers))
    return _rewrite(desk, actor, changed, "application:revise", stored.version)


def answer(
    desk: AccessDesk, actor: Actor, identifier: str, application: Application, *, papers: Sequence[Path] = ()
) -> Application:
    """Return a returned application as submitted again: what was missing is there, its clock starts anew.

    Regime and override stay: an answer reopens nothing.
    """
    stored = desk.directory.store.load(Application, identifier)
    kept = stored.record
    changed = replace(_rewritten(kept, application), regime=kept.regime, regime_override=kept.regime_override)
    require(actor, step("application:answer"), situation_of(desk, actor, changed))
    check_requests(desk, changed)
    changed = replace(changed, attachments=kept_papers(desk, changed, papers))
    again = started(desk, replace(changed, state="submitted"))
    return _rewrite(desk, actor, again, "application:answer", stored.version)


def _rewritten(kept: Application, asked: Application) -> Application:
    """Return what is asked now, with everything that is not the applicant's to change."""
    if asked.organisation != kept.organisation:
        raise InputError(say("申请属于别的单位"))
    return replace(
        asked,
        id=kept.id,
        state=kept.state,
        applicant=kept.applicant,
        regime_digest=kept.regime_digest,
        override_confirmed_by="",
        portal_number=kept.portal_number,
        attachments=kept.attachments,
        supplement=kept.supplement,
        supplements=kept.supplements,
        preliminary=None,
        clock=kept.clock,
    )


def _rewrite(desk: AccessDesk, actor: Actor, changed: Application, name: str, version: int) -> Application:
    check_record(changed)
    change = Change(step(name), changed, expected=version, links=links_of(changed))
    kept: Application = desk.directory.store.write(actor, change)[0].record
    return kept
