"""Who may read what is no public entry of the catalogue: the parties to a record, and the authority.

Steps that change a record are asked in `kernel.permits`; this is the one question for looking.
A refusal to look is put on record like any other. Called by the rooms above, decides nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.kernel.actors import STRONG_PROOFS, Actor, Proof, Role
from sandbox.kernel.decision import Answer, Refusal, decide
from sandbox.kernel.errors import Attempt, RefusedError
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import OrganisationRole, Record
from sandbox.people.directory import Directory

ARTICLE = "第十六条"
_ANYONE = frozenset(Role)


def of_authority(directory: Directory, actor: Actor) -> bool:
    """Return whether the actor belongs to the data authority."""
    return OrganisationRole.AUTHORITY in directory.organisation(actor.organisation).roles


def is_party(directory: Directory, actor: Actor, organisations: Iterable[str]) -> bool:
    """Return whether the actor's organisation is one of those, or the authority."""
    if not registered(directory, actor):
        return False
    return actor.organisation in set(organisations) or of_authority(directory, actor)


def registered(directory: Directory, actor: Actor) -> bool:
    """Return whether the actor's organisation is registered and not suspended."""
    return directory.organisation(actor.organisation).state == "registered"


def require_reader(
    directory: Directory,
    actor: Actor,
    record: Record,
    *,
    organisations: Iterable[str],
    roles: frozenset[Role] = _ANYONE,
    authority: bool = True,
) -> None:
    """Raise `RefusedError` unless the actor may look at the record.

    `organisations` are the parties; `roles` narrows who of them may look; `authority` lets the
    data authority look as well.
    """
    parties = set(organisations)
    inside = actor.organisation in parties or (authority and of_authority(directory, actor))
    inside = inside and registered(directory, actor)
    fits = roles == _ANYONE or actor.has(*roles)
    wanted = "、".join(sorted(role.value for role in roles))
    proven = actor.proof in STRONG_PROOFS or actor.proof is Proof.SESSION  # looking judges nobody
    answers = (
        _answer("credential", proven, say("查看这项记录需要本人凭证")),
        _answer("reader", inside, say("这项记录只供当事单位和主管部门查看")),
        _answer("role", fits, say("缺少查看这项记录的角色（{roles}）", roles=wanted)),
    )
    decision = decide(answers)
    if not decision:
        attempt = Attempt(f"{record.KIND}:show", record.id, actor.account, actor.organisation)
        raise RefusedError(decision, attempt=attempt)


def _answer(code: str, holds: bool, sentence: Message) -> Answer:
    return Answer(code, None if holds else Refusal(code, ARTICLE, sentence))
