"""Subjects of tokens: a landed column of tokens counts as its unit, also where it is null or a filler.

A claim whose subject is such a column is counted by the unit alone. Nobody must be made out of that: a group
filled with null and filler subjects holds none, a token that stands for many holds one, and one person under
several tokens is one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.claims import Claim
from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.proof import run_claim
from sandbox.egress.report import Product
from sandbox.egress.rowwise import Budget
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.findings import Verdict
from tests.attacks.test_canary import answer
from tests.egress.clinic import KEY, claim, csv_of

SQL = "SELECT g, count(*) AS n FROM visits GROUP BY g ORDER BY g"
SUMS = "SELECT g, sum(CAST(a AS DOUBLE)) AS s FROM visits GROUP BY g ORDER BY g"


def source(raw: list[str | None], landed: list[str | None], group: list[str], **options: object) -> Source:
    """Return a source of which `raw` are the subjects as they came and `landed` what a seat sees of them."""
    table = pa.table({
        "c": pa.array(landed, pa.string()),
        "g": pa.array(group, pa.string()),
        "a": pa.array([f"{100 + 7 * (place % 13)}" for place in range(len(raw))], pa.string()),
    })  # fmt: skip
    units = dense_units(pa.table({"c": pa.array(raw, pa.string())}), [UnitColumns("person", ("c",))])
    told = {"subjects": {"c": "person"}, **options}
    index = RecordIndex.build([("masked", table)], key=KEY, identifiers=("c",))
    return Source("visits", table, units, index, identifiers=frozenset({"c"}), **told)  # type: ignore[arg-type]


def verdict(at: Source, sql: str = SQL) -> tuple[Verdict, set[str]]:
    """Return what becomes of an honest answer to a claim on the source, and the rules it breaks."""
    judged = judge([Product("p.csv", csv_of(answer(sql, at.table)), claim=claim(sql, "c"))], [at])
    (file,) = judged.judgement.files
    return file.verdict, {one.rule for one in file.findings}


def people(prefix: str, many: int) -> list[str | None]:
    return [f"{prefix}{place:08d}" for place in range(many)]


CLEAN = people("5203", 60)


@pytest.mark.parametrize("sql", [SQL, SUMS])
@pytest.mark.parametrize("filler", [None, "", "000000", "111111111", "无", "NULL", "XXXXXX", "０００００"])
def test_null_and_filler_subjects_are_nobody(filler: str | None, sql: str) -> None:
    """40 rows without a subject and 3 with one: no cell of 43."""
    raw = [*CLEAN, *people("5204", 3), *[filler] * 40]
    group = ["甲"] * 60 + ["乙"] * 43
    for landed in (raw, ["T" + str(one) for one in raw], ["Q7F" if one == filler else one for one in raw]):
        found, rules = verdict(source(raw, landed, group), sql)
        assert found is not Verdict.RELEASE
        assert rules


def test_the_same_group_with_forty_persons_is_released() -> None:
    raw = [*CLEAN, *people("5204", 43)]
    assert (
        verdict(source(raw, ["T" + str(one) for one in raw], ["甲"] * 60 + ["乙"] * 43))[0] is Verdict.RELEASE
    )


def test_distinct_fillers_that_became_tokens_are_nobody() -> None:
    """Each filler has a token of its own once it is masked: counted anew they would be as many subjects."""
    fillers = [character * length for character in "0123456789X" for length in (6, 7, 8, 9)]
    raw = [*CLEAN, *people("5204", 2), *fillers]
    landed = [f"T{place:05d}" for place in range(len(raw))]
    at = source(raw, landed, ["甲"] * 60 + ["乙"] * (len(raw) - 60))
    assert verdict(at)[0] is not Verdict.RELEASE
    assert verdict(replace(at, subjects={}))[0] is not Verdict.RELEASE


def test_one_person_under_many_tokens_is_one() -> None:
    raw = [*CLEAN, *["520399990001"] * 40]
    landed = [f"T{place:05d}" for place in range(100)]
    assert verdict(source(raw, landed, ["甲"] * 60 + ["乙"] * 40))[0] is not Verdict.RELEASE


def test_one_token_for_many_persons_is_one_subject() -> None:
    """A manifest that calls a column tokens does not make it so: 40 persons all landed as one token."""
    raw = [*CLEAN, *people("5204", 40)]
    landed = [*people("T", 60), *["T99"] * 40]
    assert verdict(source(raw, landed, ["甲"] * 60 + ["乙"] * 40))[0] is not Verdict.RELEASE


def test_tokens_that_were_dropped_are_no_subjects() -> None:
    """40 persons whose tokens are null in what the seat saw: the subject is not there to be counted."""
    raw = [*CLEAN, *people("5204", 40)]
    landed: list[str | None] = [*people("T", 60), *[None] * 40]
    assert verdict(source(raw, landed, ["甲"] * 60 + ["乙"] * 40))[0] is not Verdict.RELEASE


def test_tokens_that_stand_one_for_one_are_counted_once() -> None:
    raw = [*CLEAN, None, "000000"]
    at = source(raw, [*people("T", 60), None, "T0"], ["甲"] * 62)
    _, _, units = run_claim(Claim(SQL, "c"), [at], budget=Budget())
    assert list(units) == ["person"]
    assert np.array_equal(units["person"], at.units["person"])
