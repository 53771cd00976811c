"""A tree beside a table, or beside another tree, whose cells differ from its leaves by one person."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pyarrow as pa

from sandbox.egress.judge import Judged, Options, judge
from sandbox.egress.kept import Kept, Standing, unpack
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.attacks.test_ledger_models import data
from tests.attacks.test_ledger_sets import version
from tests.egress.clinic import claim, csv_of

BY_SEX = "SELECT 性别, count(*) AS n FROM visits GROUP BY 性别"


@cache
def paid() -> Source:
    """Return visits with an amount that the sex decides, and a column that one person has no value in."""
    table = data().table
    draw = np.random.default_rng(5)
    sexes = table.column("性别").to_pylist()
    amounts = [f"{(300 if one == '男' else 100) + int(draw.integers(0, 40))}" for one in sexes]
    return version("t1", table.append_column("额", pa.array(amounts, pa.string())))


def tree(*features: str, path: str = "t.json", target: str = "额", leaf: int = 20) -> Product:
    """Return the wish for a tree of one split."""
    wanted = {
        "model": "tree",
        "table": "visits",
        "subject": "证件号",
        "target": target,
        "depth": 1,
        "seed": 1,
    }
    return Product(path, json.dumps({**wanted, "features": list(features), "leaf": leaf}).encode())


def counted(path: str = "p.csv") -> Product:
    """Return the count of visits by sex, with its claim."""
    counts = paid().table.group_by("性别").aggregate([([], "count_all")]).rename_columns(["性别", "n"])
    return Product(path, csv_of(counts), claim=claim(BY_SEX))


def judged(*products: Product, kept: tuple[Kept, ...] = ()) -> Judged:
    return judge(products, [paid()], Options(kept=kept))


def ledger(product: Product, standing: Standing = Standing.RELEASED) -> Kept:
    """Return what the ledger keeps of a product."""
    cells = judged(product).kept[product.path]
    return Kept("14", cells.table, cells.snapshot, standing, unpack(cells.data), paid().numbered)


def told(found: Judged) -> list[tuple[str, Verdict, str]]:
    return [(one.rule, one.verdict, str(one.evidence)) for one in found.judgement.set_findings]


def test_a_tree_without_one_person_beside_a_released_table_is_for_people() -> None:
    found = judged(tree("性别", "稀"), kept=(ledger(counted()),))
    assert told(found) == [("G31", Verdict.REVIEW, "树的叶子与 14 相减得到 1 人")]


def test_a_table_beside_a_released_tree_without_one_person_is_for_people() -> None:
    assert judged(counted()).judgement.verdict is Verdict.RELEASE
    found = judged(counted(), kept=(ledger(tree("性别", "稀")),))
    assert found.judgement.verdict is Verdict.REVIEW
    assert told(found) == [("G31", Verdict.REVIEW, "树的叶子与 14 相减得到 1 人")]


def test_a_tree_and_a_table_handed_in_together_are_for_people() -> None:
    assert [one[:2] for one in told(judged(tree("性别", "稀"), counted()))] == [("G31", Verdict.REVIEW)]


def test_two_trees_of_two_targets_that_differ_by_one_person_are_for_people() -> None:
    """Models of one target are refused already; leaves are the same groups whatever they predict."""
    found = judged(tree("性别", "稀", target="额"), kept=(ledger(tree("额", target="性别")),))
    assert told(found) == [("G31", Verdict.REVIEW, "树的叶子与 14 相减得到 1 人")]


def test_a_tree_of_the_same_groups_as_a_table_says_nothing_more() -> None:
    assert told(judged(tree("性别", "年龄"), kept=(ledger(counted()),))) == []
    assert told(judged(counted(), kept=(ledger(tree("性别", "年龄")),))) == []
    assert told(judged(tree("性别"), tree("性别", path="u.json"), counted())) == []
