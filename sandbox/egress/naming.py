"""Persons, addresses and numbers of persons in running texts, for whoever reads the text before it leaves.

Discovery at its alarm setting, as far as it goes: a hint where to look and no proof that there is nothing.
Identifiers that settle the matter are found by `spotting`. Pure, bounded; called by `judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sandbox.discovery.text import spans
from sandbox.egress.content import Content, Form, Issue
from sandbox.kernel.entities import EntityType
from sandbox.kernel.message import say

MAX_TEXT = 400_000
"""Characters of one file that are read for names; a longer text is read by people like any other."""
_READ = frozenset({Form.TEXT, Form.PAGE, Form.PLOT})
_QUIET = frozenset({EntityType.MONEY, EntityType.ORGANIZATION, EntityType.HEALTH, EntityType.ETHNICITY,
                    EntityType.RELIGION, EntityType.IP_ADDRESS, EntityType.COORDINATES})  # fmt: skip
"""Kinds that an honest report is full of, or that name nobody by themselves."""


def named(contents: Sequence[Content]) -> Iterator[Issue]:
    """Yield an issue for each kind of personal value in the texts: how many, and the first line."""
    room = MAX_TEXT
    found: dict[EntityType, set[str]] = {}
    first: dict[EntityType, int] = {}
    for content in contents:
        for text in content.texts if content.form in _READ else ():
            part = text[:room]
            room -= len(part)
            for span in spans(part):
                if span.type not in _QUIET:
                    found.setdefault(span.type, set()).add(part[span.start : span.end])
                    first.setdefault(span.type, part.count("\n", 0, span.start) + 1)
    for kind, values in found.items():
        evidence = say("{kind} {count} 个", kind=kind.value, count=len(values))
        yield Issue("names", where=f"line {first[kind]}", evidence=evidence)
