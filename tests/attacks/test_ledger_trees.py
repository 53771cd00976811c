"""A tree beside a table, or beside another tree, whose cells differ from its leaves by one person."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress import wire
from sandbox.egress.frames import report_in, report_out
from sandbox.egress.judge import judge, judge_file, settle
from sandbox.egress.kept import Kept, Standing, unpack
from sandbox.egress.options import Judged, Options
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
    assert told(found) == [("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")]


def test_a_table_beside_a_released_tree_without_one_person_is_for_people() -> None:
    assert judged(counted()).judgement.verdict is Verdict.RELEASE
    found = judged(counted(), kept=(ledger(tree("性别", "稀")),))
    assert found.judgement.verdict is Verdict.REVIEW
    assert told(found) == [("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")]


def test_a_tree_and_a_table_handed_in_together_are_for_people() -> None:
    assert [one[:2] for one in told(judged(tree("性别", "稀"), counted()))] == [("G31", Verdict.REVIEW)]


def test_two_trees_of_two_targets_that_differ_by_one_person_are_for_people() -> None:
    """Models of one target are refused already; leaves are the same groups whatever they predict."""
    found = judged(tree("性别", "稀", target="额"), kept=(ledger(tree("额", target="性别")),))
    assert told(found) == [("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")]


def test_a_tree_of_the_same_groups_as_a_table_says_nothing_more() -> None:
    assert told(judged(tree("性别", "年龄"), kept=(ledger(counted()),))) == []
    assert told(judged(counted(), kept=(ledger(tree("性别", "年龄")),))) == []
    assert told(judged(tree("性别"), tree("性别", path="u.json"), counted())) == []


def linear(*features: str, path: str = "m.json", target: str = "额") -> Product:
    """Return the wish for a linear model."""
    wanted = {"model": "linear", "table": "visits", "subject": "证件号", "target": target}
    return Product(path, json.dumps({**wanted, "features": list(features)}).encode())


def test_the_mean_of_a_category_without_one_person_beside_a_released_table_is_for_people() -> None:
    """A coefficient of a dummy is a difference of means over the rows that the model is fitted over."""
    found = judged(linear("性别", "稀"), kept=(ledger(counted()),))
    assert told(found) == [("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")]
    found = judged(counted(), kept=(ledger(linear("性别", "稀")),))
    assert told(found) == [("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")]


def test_two_linear_models_of_two_targets_that_differ_by_one_person_are_for_people() -> None:
    found = judged(linear("性别", "稀"), kept=(ledger(linear("性别", "年龄", target="费用")),))
    assert told(found) == [("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")]
    assert told(judged(linear("性别"), kept=(ledger(linear("性别", "年龄", target="费用")),))) == []


def later(count: int) -> Source:
    """Return a second version of the data that the last persons are gone from."""
    table = paid().table
    gone = set(table.column("证件号").unique().to_pylist()[-count:])
    return version("t2", table.filter(pa.array([one not in gone for one in table["证件号"].to_pylist()])))


def at_a_later_version(product: Product, kept: Kept, count: int) -> list[tuple[str, Verdict, str]]:
    return told(judge([product], [later(count)], Options(kept=(kept,))))


def counted_later(count: int) -> Product:
    counts = later(count).table.group_by("性别").aggregate([([], "count_all")]).rename_columns(["性别", "n"])
    return Product("p.csv", csv_of(counts), claim=claim(BY_SEX))


def test_a_tree_beside_a_table_of_the_version_that_one_person_left_since_is_for_people() -> None:
    (found,) = at_a_later_version(tree("性别"), ledger(counted()), 1)
    assert found == ("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")
    (found,) = at_a_later_version(counted_later(1), ledger(tree("性别")), 1)
    assert found == ("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人")


def test_a_tree_of_another_target_on_the_version_that_one_person_left_since_is_for_people() -> None:
    found = at_a_later_version(tree("性别"), ledger(tree("额", target="性别")), 1)
    assert ("G31", Verdict.REVIEW, "模型的分组（叶子或类别）与 14 相减得到 1 人") in found


def test_a_version_that_many_left_or_nobody_says_nothing_more_of_a_tree() -> None:
    assert at_a_later_version(tree("性别"), ledger(counted()), 60) == []
    assert (
        told(judge([tree("性别")], [version("t2", paid().table)], Options(kept=(ledger(counted()),)))) == []
    )


def test_the_leaves_come_out_of_the_process_that_read_the_file() -> None:
    """Each file is judged in a process of its own: what the ledger keeps of a tree must come back from it."""
    made = judge_file(tree("性别", "稀"), [paid()], Options())
    back = report_in(report_out(made), tree("性别", "稀"), [paid()], Options())
    assert made.modelled is not None
    assert np.array_equal(back.modelled.leaves, made.modelled.leaves)
    assert settle([back], [paid()], Options()).kept["t.json"] == judged(tree("性别", "稀")).kept["t.json"]
    header, blobs = wire.unpack(report_out(made))
    for forged in (blobs[-2][:-2], np.full(paid().table.num_rows, -2, "<i2").tobytes()):
        frame = wire.pack(header, [*blobs[:-2], forged, blobs[-1]])
        with pytest.raises(ValueError, match="leaves"):
            report_in(frame, tree("性别", "稀"), [paid()], Options())
