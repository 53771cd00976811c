"""Which columns of a table identify its statistical units: persons, firms, households.

A proposal for the catalogue and what `inspect` counts by. One entry per kind. When in doubt the
coarser choice is taken: two people under one name count once, never one person twice. A firm is no
unit where a few establishments merely serve many persons. Called through `columns`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sandbox.discovery.heading_words import Role
from sandbox.discovery.proposal import ColumnProposal
from sandbox.fingerprint.sidecar import UnitColumns
from sandbox.kernel.entities import EntityType as T

SERVING = 0.005  # below this share of different values, establishments serve and are no subjects
_PERSON_CODES = (
    T.CN_RESIDENT_ID,
    T.CN_FOREIGNER_ID,
    T.CN_SOCIAL_SECURITY_CARD,
    T.CN_PASSPORT,
    T.MEDICAL_RECORD,
)
# People who stand in a record without being its subject.
_STAFF = re.compile(
    r"经办|医生|医师|护士|审[核批查]|操作|创建|录入|修改|办案|民警|承办|填表|登记人|开票|收款人|监护|"
    r"配偶|父亲|母亲|家长|紧急|代理|"
    r"jbr|doctor|oper|creat|updat|audit|^ys|czr|lrr|shr",
    re.IGNORECASE,
)


def _best(
    proposals: Sequence[ColumnProposal], kind: T, *, accepts: Callable[[ColumnProposal], bool]
) -> str | None:
    found = [proposal for proposal in proposals if proposal.type is kind and accepts(proposal)]
    if not found:
        return None
    order = {proposal.name: place for place, proposal in enumerate(proposals)}
    return min(found, key=lambda one: (_STAFF.search(one.name) is not None, -one.cells, order[one.name])).name


def _anyone(proposal: ColumnProposal) -> bool:
    return proposal.type is not None


def _firm(proposals: Sequence[ColumnProposal], *, persons: bool) -> tuple[str, ...]:
    def subject(one: ColumnProposal) -> bool:
        return not persons or one.distinct >= SERVING * max(one.cells, 1)

    def register(one: ColumnProposal) -> bool:
        return not persons and one.distinct >= 0.5 * max(one.cells, 1)

    for kind, accepts in ((T.CN_USCC, subject), (T.CN_ORG_CODE, subject), (T.ORGANIZATION, register)):
        name = _best(proposals, kind, accepts=accepts)
        if name is not None:
            return (name,)
    return ()


def _person(proposals: Sequence[ColumnProposal], *, firms: bool) -> tuple[str, ...]:
    for kind in _PERSON_CODES:
        code = _best(proposals, kind, accepts=_anyone)
        if code is not None:
            return (code,)
    name = _best(proposals, T.PERSON, accepts=_anyone)
    if name is None:
        mobile = _best(proposals, T.CN_MOBILE, accepts=_anyone)
        return (mobile,) if mobile and not firms else ()
    if firms:
        return (name,)  # one person behind several firms, whatever telephone each gives
    for kind in (T.BIRTH_DATE, T.CN_MOBILE):
        more = _best(proposals, kind, accepts=_anyone)
        if more is not None:
            return (name, more)
    return (name,)


def propose_units(proposals: Sequence[ColumnProposal]) -> tuple[UnitColumns, ...]:
    """Return the columns that identify persons, firms and households, at most one entry of each kind."""
    coded = any(proposal.type in _PERSON_CODES for proposal in proposals)
    firm = _firm(proposals, persons=coded)
    person = _person(proposals, firms=bool(firm))
    household = next((one.name for one in proposals if one.role is Role.HOUSEHOLD), None)
    units = [("person", person), ("firm", firm), ("household", (household,) if household else ())]
    return tuple(UnitColumns(kind, columns) for kind, columns in units if columns)
