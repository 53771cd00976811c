"""The same model asked for again without a few: through a column that these few have no value in."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa

from sandbox.egress.content import Weights
from sandbox.egress.graphing import linear_graph
from sandbox.egress.judge import judge
from sandbox.egress.kept import Kept, Standing, unpack
from sandbox.egress.options import Judged, Options
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.attacks.test_ledger_sets import version
from tests.egress.clinic import visits

ROWS = visits().num_rows


@cache
def data(name: str = "v1", *, gone: int = 0) -> Source:
    """Return visits with columns that few, and many, have no value in."""
    people = visits().column("证件号").to_pylist()
    one, forty = people[0], set(people[:40])
    draw = np.random.default_rng(4)
    table = visits().append_column("年龄", pa.array([str(one) for one in draw.integers(20, 90, ROWS)]))
    table = table.append_column("费用", pa.array([str(one) for one in draw.integers(100, 200, ROWS)]))
    for column, without in (("稀", {one}), ("疏", forty)):
        values = [None if each in without else str(at % 7) for at, each in enumerate(people)]
        table = table.append_column(column, pa.array(values, pa.string()))
    kept = table.filter(pa.array([each not in set(people[-gone:]) if gone else True for each in people]))
    return version(name, kept)


def asked(*features: str, at: Source | None = None, kept: tuple[Kept, ...] = (), also: str = "") -> Judged:
    """Ask for a linear model of these columns, or for it and another one."""
    wanted = [features, (*features, also)] if also else [features]
    plain = {"model": "linear", "table": "visits", "subject": "证件号", "target": "费用"}
    products = [
        Product(f"m{place}.json", json.dumps({**plain, "features": list(one)}).encode())
        for place, one in enumerate(wanted)
    ]
    return judge(products, [at or data()], Options(kept=kept))


def ledger(*features: str, at: Source | None = None, standing: Standing = Standing.RELEASED) -> Kept:
    """Return what the ledger keeps of such a model."""
    source = at or data()
    cells = asked(*features, at=source).kept["m0.json"]
    return Kept("14", cells.table, cells.snapshot, standing, unpack(cells.data), source.numbered)


def test_a_model_without_one_person_beside_the_model_with_him_is_refused() -> None:
    assert asked("年龄", "性别").judgement.verdict is Verdict.REVIEW
    found = asked("年龄", "性别", "稀", kept=(ledger("年龄", "性别"),))
    assert found.judgement.verdict is Verdict.REFUSE
    (one,) = [each for each in found.judgement.set_findings if each.verdict is Verdict.REFUSE]
    assert (one.rule, str(one.evidence)) == ("G31", "与放行 14 相减得到 1 人")


def test_two_such_models_of_one_submission_are_refused() -> None:
    found = asked("年龄", "性别", also="稀")
    assert {one.verdict for one in found.judgement.files} == {Verdict.REFUSE}
    refused = [one.rule for one in found.judgement.set_findings if one.verdict is Verdict.REFUSE]
    assert refused == ["G19"]


def test_models_of_the_same_rows_or_of_many_others_go_to_people_as_before() -> None:
    for features in (("年龄",), ("年龄", "性别"), ("年龄", "疏")):
        found = asked(*features, kept=(ledger("年龄", "性别"),))
        assert (found.judgement.verdict, found.judgement.set_findings) == (Verdict.REVIEW, ())


def test_a_model_on_a_version_that_one_person_left_is_refused() -> None:
    later = replace(data("v2", gone=1))
    assert asked("年龄", at=later, kept=(ledger("年龄"),)).judgement.verdict is Verdict.REFUSE
    held = asked("年龄", at=later, kept=(ledger("年龄", standing=Standing.DECLINED),))
    assert [(one.rule, one.verdict) for one in held.judgement.set_findings] == [("G31", Verdict.REVIEW)]


def handed(*features: str, kept: tuple[Kept, ...] = ()) -> Judged:
    """Hand in the same model as a file, as somebody fitted it over the data."""
    table = data().table.select(["费用", *features]).to_pylist()
    rows = [row for row in table if None not in row.values()]
    inputs = [[1.0, *(float(row[one]) for one in features)] for row in rows]
    wanted = [float(row["费用"]) for row in rows]
    constant, *figures = np.linalg.lstsq(np.asarray(inputs), np.asarray(wanted), rcond=None)[0]
    asked = {"model": "linear", "table": "visits", "subject": "证件号", "target": "费用"}
    claim = json.dumps({**asked, "features": list(features)}).encode()
    model = linear_graph(Weights(tuple(figures), float(constant)))
    return judge([Product("m0.json", model, claim=claim)], [data()], Options(kept=kept))


def test_a_model_handed_in_as_a_file_meets_the_ledger_as_one_that_was_asked_for() -> None:
    first = handed("年龄", "稀")
    assert (first.judgement.verdict, first.judgement.set_findings) == (Verdict.REVIEW, ())
    assert first.kept["m0.json"].data == asked("年龄", "稀").kept["m0.json"].data
    found = handed("年龄", "稀", kept=(ledger("年龄"),))
    assert found.judgement.verdict is Verdict.REFUSE
    assert [str(one.evidence) for one in found.judgement.set_findings if one.rule == "G31"] == [
        "与放行 14 相减得到 1 人"
    ]
