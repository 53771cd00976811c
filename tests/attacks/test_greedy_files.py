"""Small files that ask for much: none leaves, none takes another with it, none has the gate for long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.egress.isolated import inspect_files
from sandbox.egress.process import GateLimits
from sandbox.egress.report import Product
from sandbox.egress.worker import CRASHED, _processor
from sandbox.kernel.findings import FileJudgement, Verdict
from tests.attacks import greedy_pages
from tests.attacks.greedy_files import GREEDY, MIB
from tests.egress.clinic import claim, csv_of, visits
from tests.egress.examples import BY_KIND, proven

__all__ = ["greedy_pages"]
LIMITS = GateLimits(file_memory=2048 * MIB, file_seconds=60)
EVERY_DAY = ("bzip2.zip", "sparse.tar", "window.zst", "shape.npy")


def judged(names: list[str], folder: Path) -> tuple[FileJudgement, ...]:
    """Hand them in together with an honest file: none of them leaves, and it does."""
    source = folder / "visits.csv"
    source.write_bytes(csv_of(visits()))
    honest = replace(proven(BY_KIND)[0], claim=claim(BY_KIND))
    products = [*(Product(name, GREEDY[name]()) for name in names), honest]
    found = inspect_files(products, [source], limits=LIMITS).judgement.files
    assert Verdict.RELEASE not in {one.verdict for one in found[:-1]}
    assert found[-1].verdict is Verdict.RELEASE
    return found[:-1]


def test_what_asks_for_much_does_not_leave_and_the_file_beside_it_is_judged(tmp_path: Path) -> None:
    judged(list(EVERY_DAY), tmp_path)


OTHERS = [name for name in GREEDY if name not in EVERY_DAY]
GROUPS = 9
"""So many tests they are judged in: each ends by itself well before the bound of a test."""
REPEATING = (
    "quadratic.docx", "pages.pdf", "attribute.svg", "remarks.html", "blanks.txt", "letters.csv",
    "outputs.ipynb",
)  # fmt: skip
"""They repeat one sign: a pattern that begins anew at each would take the square of their length."""


def test_there_are_many() -> None:
    assert len(GREEDY) >= 50


@pytest.mark.long
@pytest.mark.parametrize("group", range(GROUPS))
def test_none_of_them_leaves(group: int, tmp_path: Path) -> None:
    judged(OTHERS[group::GROUPS], tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", REPEATING)
def test_one_sign_again_and_again_is_read_to_its_end(name: str, tmp_path: Path) -> None:
    (found,) = judged([name], tmp_path)
    assert CRASHED not in {one.evidence for one in found.findings}


def test_a_small_file_is_not_given_the_time_of_a_large_one() -> None:
    small, large = (_processor(Product("a.csv", bytes(size)), 600) for size in (1000, 8 * MIB))
    assert small == 40
    assert large == 200
    assert _processor(Product("a.csv", bytes(100 * MIB)), 600) == 600
    assert _processor(Product("a.csv", b"1", claim=b"{}"), 600) == 600
