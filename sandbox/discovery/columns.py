"""Which columns of a table are sensitive, of which type, and how each should be treated.

Proposals with their evidence, for a steward to confirm: nothing here masks or decides. A column's
content counts more than its name; a column nobody can type is still sensitive if one cell in a
hundred holds a person or an identifier. Called by masking's default policy, by the catalogue and
by the command line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from sandbox.discovery.content import Content, collect, read_content
from sandbox.discovery.grading import (
    EVENT_DATE,
    FREE_TEXT,
    HOUSEHOLD,
    PLAIN,
    QUASI,
    RECORD,
    TREATMENTS,
    Treatment,
)
from sandbox.discovery.heading_words import Role
from sandbox.discovery.headings import Hint, is_telling, read_heading
from sandbox.discovery.proposal import ColumnProposal as ColumnProposal
from sandbox.discovery.text import spans
from sandbox.discovery.units import propose_units as propose_units
from sandbox.discovery.verdicts import Verdict, is_date, is_diverse, judge
from sandbox.kernel.entities import EntityType
from sandbox.kernel.message import Message, say

_BESIDE_A_SUBJECT = {Role.RECORD: RECORD, Role.DATE: EVENT_DATE, Role.TRAIT: QUASI}
NOTICED = 0.006  # one cell in a hundred makes a text sensitive; a sample must not miss that by chance
TEXT_SAMPLE = 4_000
_WORTH_READING = re.compile(
    r"\d{5}|@|[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}|\d\.\d|[\u4e00-\u9fff]{2}.*[\u4e00-\u9fff]{2}|·", re.ASCII
)
_SENSITIVE = frozenset(kind for kind, treatment in TREATMENTS.items() if treatment.sensitive)
_NUMBERS = _SENSITIVE - {
    EntityType.PERSON,
    EntityType.ADDRESS,
    EntityType.HEALTH,
    EntityType.ETHNICITY,
    EntityType.RELIGION,
    EntityType.BIRTH_DATE,
}
CHECKED = frozenset(
    {
        EntityType.CN_RESIDENT_ID,
        EntityType.CN_FOREIGNER_ID,
        EntityType.CN_USCC,
        EntityType.CN_ORG_CODE,
        EntityType.BANK_CARD,
        EntityType.VIN,
        EntityType.IMEI,
    }
)
_SUBJECTS = frozenset(
    {
        EntityType.PERSON,
        EntityType.CN_RESIDENT_ID,
        EntityType.CN_FOREIGNER_ID,
        EntityType.CN_PASSPORT,
        EntityType.CN_MOBILE,
        EntityType.CN_SOCIAL_SECURITY_CARD,
        EntityType.MEDICAL_RECORD,
        EntityType.CN_USCC,
        EntityType.CN_ORG_CODE,
        EntityType.ORGANIZATION,
    }
)


@dataclass(frozen=True, slots=True)
class _Read:
    """One column as read: content, hint, verdict, and the share of cells that hold something in passing."""

    name: str
    content: Content
    hint: Hint | None
    verdict: Verdict
    held: float
    inside: tuple[EntityType, ...]


def _skeleton(text: str) -> str:
    return re.sub("[A-Z]", "A", re.sub("[a-z]", "a", re.sub(r"\d", "9", text, flags=re.ASCII)))


def held_in_text(content: Content, *, numbers: bool = False) -> tuple[float, tuple[EntityType, ...]]:
    """Return the share of cells that hold a sensitive value, and of which types.

    A cell that is wholly one number counts only if cells built like it mostly are: a serial
    number passes a check digit by chance. With `numbers`, names and words do not count.
    """
    step = max(1, len(content.sample) // TEXT_SAMPLE)
    cells = list(zip(content.sample[::step], content.weights[::step], strict=True))
    alike = Counter(_skeleton(text) for text, _ in cells)
    whole: dict[str, list[int]] = {}
    types: Counter[EntityType] = Counter()
    holding = 0
    for text, weight in cells:
        found = [span for span in _read_spans(text) if span[2] in (_NUMBERS if numbers else _SENSITIVE)]
        if all(end - start == len(text) for start, end, _ in found):
            if found and is_diverse(content, found[0][2]):
                whole.setdefault(_skeleton(text), []).append(weight)
        else:
            holding += weight
        types.update({kind for _, _, kind in found})
    holding += sum(sum(weights) for form, weights in whole.items() if len(weights) >= 0.3 * alike[form])
    share = holding / max(1, sum(weight for _, weight in cells))
    return (share, tuple(kind for kind, _ in types.most_common(3))) if share >= NOTICED else (0.0, ())


def _read_spans(text: str) -> list[tuple[int, int, EntityType]]:
    if len(text) < 5 or _WORTH_READING.search(text) is None:
        return []
    return [(span.start, span.end, span.type) for span in spans(text)]


def _read(name: str, comment: str, content: Content) -> _Read:
    hint = read_heading(name, comment)
    verdict = judge(content, hint, telling=is_telling(name, comment))
    harmless = verdict.type is None or not TREATMENTS[verdict.type].sensitive
    held, inside = held_in_text(content, numbers=verdict.type is not None) if harmless else (0.0, ())
    return _Read(name, content, hint, verdict, held, inside)


def _role(read: _Read) -> Role | None:
    """Return what an untyped column is to the table, by its name where content does not say more."""
    if read.verdict.type is not None:
        return None
    content, role = read.content, read.hint.role if read.hint else None
    if is_date(content, read.hint):
        return Role.DATE
    if role in {None, Role.NOTHING} and _is_record_number(content):
        return Role.RECORD
    return Role.TRAIT if role is None and _is_sex(content) else role


def _is_record_number(content: Content) -> bool:
    """Return whether hardly a value repeats and all are built alike, as numbers of records are."""
    texts = content.sample[:TEXT_SAMPLE]
    if len(texts) < 20 or content.distinct < 0.95 * content.cells or content.han > 0.1:
        return False
    (_, alike), *_ = Counter(map(len, texts)).most_common(1)
    return (
        6 <= content.length <= 64
        and alike >= 0.9 * len(texts)
        and not any("." in text for text in texts[:50])
    )


def _is_sex(content: Content) -> bool:
    return content.distinct <= 6 and {"男", "女"} <= set(content.sample)


def _treatment(read: _Read, role: Role | None, *, subject: bool) -> Treatment:
    if read.held:
        level = max(TREATMENTS[kind].level for kind in read.inside)
        base = TREATMENTS[read.verdict.type] if read.verdict.type is not None else FREE_TEXT
        return replace(base, sensitive=True, level=max(level, FREE_TEXT.level))
    if read.verdict.type is not None:
        return TREATMENTS[read.verdict.type]
    if role is Role.HOUSEHOLD:
        return HOUSEHOLD
    return _BESIDE_A_SUBJECT.get(role, PLAIN) if subject and role is not None else PLAIN


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def _evidence(read: _Read) -> tuple[Message, ...]:
    said: list[Message] = []
    verdict, hint = read.verdict, read.hint
    if verdict.type is not None and verdict.by_content:
        share = read.content.share(verdict.type)
        rate, cells, kind = _percent(verdict.rate), read.content.cells, verdict.type.value
        if verdict.type in CHECKED:
            passed = _percent(share.passed)
            said.append(
                say(
                    "{cells} 个有效单元格中 {rate} 是 {type}；同样式的值 {passed} 通过校验位",
                    cells=cells,
                    rate=rate,
                    type=kind,
                    passed=passed,
                )
            )
        else:
            said.append(say("{cells} 个有效单元格中 {rate} 像 {type}", cells=cells, rate=rate, type=kind))
    if verdict.by_name and hint is not None:
        said.append(say("列名或注释中的“{rule}”指向 {type}", rule=hint.rule, type=str(verdict.type)))
    if verdict.by_content and hint is not None and hint.type is not None and hint.type is not verdict.type:
        said.append(say("列名中的“{rule}”与内容不符，以内容为准", rule=hint.rule))
    if verdict.type is EntityType.HEALTH:
        said.append(say("健康信息按第 4 级管理，确需保留时由数据管理员写明理由"))
    if read.held:
        types = "、".join(kind.value for kind in read.inside)
        said.append(say("{rate} 的单元格里夹有 {types}", rate=_percent(read.held), types=types))
    if not said:
        said.append(say("名称和内容都没有显示敏感信息"))
    return tuple(said)


def _proposal(read: _Read, *, subject: bool) -> ColumnProposal:
    role = _role(read)
    treatment = _treatment(read, role, subject=subject)
    return ColumnProposal(
        name=read.name,
        type=read.verdict.type,
        rate=round(read.verdict.rate if read.verdict.type is not None else read.held, 4),
        sensitive=treatment.sensitive,
        level=treatment.level,
        technique=treatment.technique,
        identifier=treatment.identifier,
        evidence=_evidence(read),
        option=treatment.option,
        role=role,
        cells=read.content.cells,
        distinct=read.content.distinct,
    )


def propose(
    source: pa.Table | Iterable[pa.RecordBatch], *, comments: Mapping[str, str] | None = None
) -> tuple[ColumnProposal, ...]:
    """Return a proposal for every column of the table or batches, in their order.

    `comments` maps column names to the database's comments, which count before the name.
    """
    batches = [source] if isinstance(source, pa.Table) else source
    known = comments or {}
    reads = [
        _read(name, known.get(name, ""), read_content(collector)) for name, collector in collect(batches)
    ]
    subject = any(read.verdict.type in _SUBJECTS for read in reads)
    return tuple(_proposal(read, subject=subject) for read in reads)
