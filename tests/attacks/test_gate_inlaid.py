"""Records beside and among the pixels of a picture are recognised in whatever file the picture lies.

The same carriers of strangers show none.
"""

from __future__ import annotations

import random

import pytest

from sandbox.kernel.findings import FindingKind, Verdict
from sandbox.kernel.identifiers import USCC_ALPHABET, resident_id_check_digit
from tests.attacks.exam_room import Outcome, put, world
from tests.attacks.picture_leaks import LEAKS

MISSED = (
    "moments_of_chunks",
    "pairs_of_red_and_green",
    "indices_of_a_palette",
    "deep_levels",
    "deep_halves",
    "squares_under_a_chart",
    "small_squares_above_a_chart",
    "squares_of_ten_colours",
    "squares_in_a_frame",
    "bars_in_panels",
    "bars_of_two_colours",
    "bars_of_four_figures",
    "dots_in_panels",
    "gantt",
    "amounts_as_bars",
    "curve_of_digits",
    "steps_of_a_path",
    "curves_of_a_path",
    "arcs_of_a_path",
    "names_of_marks",
    "rgb_of_marks",
    "points_of_a_polyline",
    "cells_of_a_page",
    "own_properties_of_styles",
    "calls_of_a_canvas",
    "dark_words",
    "words_with_bits_in_colours",
    "shades_of_cells",
    "ticks_of_a_specification",
    "samples_of_a_sound",
)
"""What the gate holds back and does not recognise yet."""


def people(table: str) -> list[dict[str, str]]:
    return (world().persons if table == "persons" else world().firms)[40:80]


def strangers(table: str) -> list[dict[str, str]]:
    chance = random.Random(5)
    found = []
    for row in people(table):
        born = f"{chance.randint(1940, 2010)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        number = f"5203{chance.randint(21, 99)}{born}{chance.randint(0, 999):03}"
        code = f"91520{chance.randint(0, 999):03}MA{''.join(chance.choices(USCC_ALPHABET, k=7))}0"
        other = {
            "姓名": "".join(chr(chance.randint(0x4E00, 0x9000)) for _ in range(3)),
            "企业名称": "".join(chr(chance.randint(0x4E00, 0x9000)) for _ in range(6)),
            "身份证号": number + resident_id_check_digit(number),
            "手机号": f"1{chance.randint(3 * 10**9, 10**10 - 1)}",
            "统一社会信用代码": code,
            "金额": f"{chance.uniform(10, 5000):.2f}",
        }
        found.append({**row, **{name: cell for name, cell in other.items() if name in row}})
    return found


def judged(name: str, rows: list[dict[str, str]]) -> Outcome:
    _, extension, hide = LEAKS[name]
    return put({f"p.{extension}": hide(rows)})


def says_records(outcome: Outcome) -> bool:
    return any(found.kind is FindingKind.SOURCE_RECORD for found in outcome.findings)


@pytest.mark.parametrize("name", [name for name in LEAKS if name not in MISSED])
def test_records_in_a_picture_are_recognised(name: str) -> None:
    assert says_records(judged(name, people(LEAKS[name][0])))


@pytest.mark.parametrize("name", MISSED)
def test_what_is_not_recognised_is_held_back(name: str) -> None:
    assert judged(name, people(LEAKS[name][0])).verdict is not Verdict.RELEASE


@pytest.mark.parametrize("name", [name for name in LEAKS if name not in MISSED])
def test_the_same_picture_of_strangers_shows_no_record(name: str) -> None:
    assert not says_records(judged(name, strangers(LEAKS[name][0])))
