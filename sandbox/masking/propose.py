"""Turns what discovery thinks of a table's columns into a policy that can be carried out.

A starting point for the steward, and what `sandbox mask` uses when it is given no policy. A
technique that discovery names and masking does not know becomes `drop`; a column that
nobody recognised and that holds long text is kept only after redaction.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.discovery.columns import ColumnProposal
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.masking.policy import ColumnPolicy, Policy, TablePolicy
from sandbox.masking.techniques import (
    Band,
    DateTrunc,
    DateUnit,
    Drop,
    Keep,
    KeepChars,
    RedactText,
    Region,
    RegionLevel,
    Technique,
    Token,
)

LONG_TEXT = 15
"""Mean code points from which an unrecognised column counts as free text."""
REASON = "自动识别未发现敏感信息，由数据管理员确认后生效"
_GROUPS = {
    EntityType.CN_USCC: "firm",
    EntityType.ORGANIZATION: "organization",
    EntityType.PERSON: "person",
    EntityType.CN_RESIDENT_ID: "resident-id",
    EntityType.CN_MOBILE: "phone",
    EntityType.CN_LANDLINE: "phone",
}
_WAN = ("资本", "资金", "注册", "出资", "万元", "投资")


def propose_policy(
    proposals: Sequence[ColumnProposal], *, table: str, sample: pa.Table, subject: Sequence[str] = ()
) -> Policy:
    """Return a policy, marked as proposed, for a table whose first rows are `sample`."""
    columns = tuple(_column(proposal, sample.column(proposal.name)) for proposal in proposals)
    return Policy(
        name=f"{table}/proposed",
        tables=(TablePolicy(name=table, columns=columns, subject=tuple(subject)),),
        proposed=True,
    )


def _column(proposal: ColumnProposal, cells: pa.ChunkedArray) -> ColumnPolicy:
    technique = _technique(proposal, cells)
    identifier = proposal.identifier
    if isinstance(technique, Token) and identifier is not IdentifierClass.DIRECT:
        identifier = IdentifierClass.DIRECT
    return ColumnPolicy(proposal.name, technique, identifier, proposal.type)


def _technique(proposal: ColumnProposal, cells: pa.ChunkedArray) -> Technique:
    if proposal.technique == "token":
        return Token(group=_GROUPS.get(proposal.type, "") if proposal.type else "")
    if proposal.technique == "keep":
        if proposal.sensitive:
            return Drop()
        return RedactText() if proposal.type is None and _is_text(cells) else Keep(reason=REASON)
    if proposal.technique == "band":
        return _band(proposal.name)
    try:
        return _generalising(proposal)
    except (InputError, ValueError):
        return Drop()  # an option this version does not know: the column stays away


def _generalising(proposal: ColumnProposal) -> Technique:
    if proposal.technique == "date_trunc":
        return DateTrunc(DateUnit(proposal.option or DateUnit.YEAR.value))
    if proposal.technique == "region":
        return Region(RegionLevel(proposal.option or RegionLevel.DISTRICT.value))
    if proposal.technique == "keep_chars":
        return KeepChars(first=int(proposal.option or 3))
    return Drop()


def _band(name: str) -> Band:
    """Return bands for capital in 万元, for other amounts in 元; the cuts never come from the data."""
    if any(word in name for word in _WAN):
        return Band(cuts=(10, 100, 1000), unit="万元", source_unit="万元")
    return Band(cuts=(100, 1000, 10_000, 100_000), unit="元", source_unit="元")


def _is_text(cells: pa.ChunkedArray) -> bool:
    mean = pc.mean(pc.utf8_length(cells)).as_py()
    return mean is not None and float(mean) >= LONG_TEXT
