"""Figures and letters that were moved along are moved back by what they name then; others are left alone."""

from __future__ import annotations

import codecs

import pytest

from sandbox.egress.rotations import rotations
from tests.egress.clinic import csv_of, visits

TEXT = csv_of(visits().slice(0, 30)).decode()


@pytest.mark.parametrize("step", range(1, 10))
def test_moved_figures_are_moved_back(step: int) -> None:
    moved = TEXT.translate({48 + one: 48 + (one + step) % 10 for one in range(10)})
    assert TEXT in list(rotations(moved))


def test_mirrored_figures_are_mirrored_back() -> None:
    assert TEXT in list(rotations(TEXT.translate({48 + one: 57 - one for one in range(10)})))


def test_letters_are_moved_back_by_the_words_of_a_form() -> None:
    rows = "".join(f"<tr><td>{at} March 19{40 + at}</td><td>{at * 3}.50</td></tr>" for at in range(10, 40))
    turned = codecs.encode(rows, "rot13")
    assert rows in list(rotations(turned.translate({48 + one: 48 + (one + 5) % 10 for one in range(10)})))


def test_what_names_something_already_is_left() -> None:
    assert not list(rotations(TEXT))
    assert not list(rotations("no figures at all\n" * 20))
    assert not list(rotations("\n".join(f"2024-0{at % 9 + 1},{at * 37}" for at in range(60))))
