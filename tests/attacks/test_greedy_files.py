"""Small files that ask for much: none leaves, none takes another with it, none has the gate for long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.egress.isolated import inspect_files
from sandbox.egress.process import GateLimits
from sandbox.egress.report import Product
from sandbox.egress.worker import _processor
from sandbox.kernel.findings import Verdict
from tests.attacks import greedy_pages
from tests.attacks.greedy_files import GREEDY, MIB
from tests.egress.clinic import claim, csv_of, visits
from tests.egress.examples import BY_KIND, proven

__all__ = ["greedy_pages"]
LIMITS = GateLimits(file_memory=2048 * MIB, file_seconds=60)
EVERY_DAY = ("bzip2.zip", "sparse.tar", "window.zst", "shape.npy")


def judged(names: list[str], folder: Path) -> None:
    """Hand them in together with an honest file: none of them leaves, and it does."""
    source = folder / "visits.csv"
    source.write_bytes(csv_of(visits()))
    honest = replace(proven(BY_KIND)[0], claim=claim(BY_KIND))
    products = [*(Product(name, GREEDY[name]()) for name in names), honest]
    found = inspect_files(products, [source], limits=LIMITS).judgement.files
    assert Verdict.RELEASE not in {one.verdict for one in found[:-1]}
    assert found[-1].verdict is Verdict.RELEASE


def test_what_asks_for_much_does_not_leave_and_the_file_beside_it_is_judged(tmp_path: Path) -> None:
    judged(list(EVERY_DAY), tmp_path)


@pytest.mark.long
def test_none_of_them_leaves(tmp_path: Path) -> None:
    assert len(GREEDY) >= 45
    judged([name for name in GREEDY if name not in EVERY_DAY], tmp_path)


def test_a_small_file_is_not_given_the_time_of_a_large_one() -> None:
    small, large = (_processor(Product("a.csv", bytes(size)), 600) for size in (1000, 8 * MIB))
    assert small == 40
    assert large == 200
    assert _processor(Product("a.csv", bytes(100 * MIB)), 600) == 600
    assert _processor(Product("a.csv", b"1", claim=b"{}"), 600) == 600
