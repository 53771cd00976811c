"""Every check of the gate finds what it is for, and leaves alone what lies nearest to it."""

from __future__ import annotations

import pytest

from sandbox.egress.checks import CHECKS
from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import source
from tests.egress.examples import EXAMPLES


def codes(products: list[Product], options: Options) -> tuple[set[str], set[Verdict]]:
    judgement = judge(products, [source()], options).judgement
    found = [*judgement.set_findings, *(one for file in judgement.files for one in file.findings)]
    return {one.rule for one in found}, {file.verdict for file in judgement.files}


def test_every_check_has_its_example() -> None:
    assert set(EXAMPLES) == {check.code for check in CHECKS}


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_each_check_finds_what_it_is_for(code: str) -> None:
    example = EXAMPLES[code]
    rules, verdicts = codes(example.found(), example.options)
    assert code in rules
    assert verdicts != {Verdict.RELEASE}
    near, _ = codes(example.clean(), example.nearly or example.options)
    assert code not in near
