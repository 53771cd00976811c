"""The room of the gate's examination: sources built once, each case judged on its own, in parts."""

from __future__ import annotations

import hashlib
import random
import tempfile
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from sandbox.egress.inspect import CLAIM_SUFFIX
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.sources import SourceTable, build_sources
from sandbox.kernel.findings import Finding, FindingKind, Verdict
from tests.attacks import exam_claims, exam_products
from tests.attacks.exam_claims import Case
from tests.attacks.exam_leaks import LEAKS, World
from tests.attacks.exam_source import firms, masked, persons, to_csv

if TYPE_CHECKING:
    from sandbox.egress.origin import Source

RECOGNISED: Final = frozenset({FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER, FindingKind.CANARY})


class Part(Enum):
    """A part of the cases: the half that was looked at, in two quarters, and the half that was not."""

    EVERYDAY = (0,)
    LATER = (2,)
    SEEN = (0, 2)
    HELD_OUT = (1, 3)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate thought of a set of files."""

    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def recognised(self) -> bool:
        """Something in it was named as a record or an identifier of the source."""
        return any(found.kind in RECOGNISED for found in self.findings)

    @property
    def records(self) -> int:
        """Source records found."""
        return max(
            (found.records or 0 for found in self.findings if found.kind is FindingKind.SOURCE_RECORD),
            default=0,
        )


@cache
def world() -> World:
    """The rows behind all cases."""
    rows = persons()
    return World(rows, firms(), masked(rows))


@cache
def sources() -> tuple[Source, ...]:
    """The gate's view of them."""
    here = world()
    return build_sources(
        [
            SourceTable("居民", pa.Table.from_pylist(here.persons)),
            SourceTable("企业", pa.Table.from_pylist(here.firms)),
        ],
        [SourceTable("masked", pa.Table.from_pylist(here.masked))],
        key=bytes(16),
    )


def put(files: dict[str, bytes]) -> Outcome:
    """Judge files together; a claim file belongs to the product it is named after."""
    products = [
        Product(name, data, claim=files.get(name + CLAIM_SUFFIX))
        for name, data in files.items()
        if not name.endswith(CLAIM_SUFFIX)
    ]
    judged = judge(products, sources()).judgement
    found = [one for file in judged.files for one in file.findings]
    return Outcome(judged.verdict, (*found, *judged.set_findings))


def in_part(name: str, part: Part) -> bool:
    """Return whether a case is of that part; half of all were looked at while the gate was mended."""
    return hashlib.sha256(name.encode()).digest()[0] % 4 in part.value


@cache
def _answered() -> dict[str, list[Case]]:
    here = world()
    with tempfile.TemporaryDirectory() as folder:
        visits, companies = Path(folder) / "居民.csv", Path(folder) / "企业.csv"
        visits.write_text(to_csv(here.persons))
        companies.write_text(to_csv(here.firms))
        db = exam_claims.engine(visits, companies)
        return {
            "hostile": exam_claims.hostile(db, here.persons[17], here.firms[23]),
            "provable": exam_products.provable(db),
            "unclaimed": exam_products.unclaimed(db),
        }


def cases(kind: str) -> list[Case]:
    """All cases of a kind: leak, hidden (not recoverable), hostile, provable, unclaimed."""
    if kind in ("leak", "hidden"):
        return [
            Case(one.name, one.make(world(), random.Random(one.name)))
            for one in LEAKS
            if one.recoverable == (kind == "leak")
        ]
    return _answered()[kind]


@cache
def judged(kind: str, part: Part) -> tuple[tuple[str, Outcome], ...]:
    """Judge one part of a kind, once for all that is asked of it."""
    return tuple((case.name, put(case.files)) for case in cases(kind) if in_part(case.name, part))
