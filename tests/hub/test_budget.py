"""How much a seat may show: every bound, and that what is used up stays used up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.hub.budget import Limits, Meter

SMALL = Limits(message=1000, cell=2000, minute=10_000, day=30_000, overhead=100)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **passed: float) -> None:
        self.now += timedelta(**passed)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meter(tmp_path: Path, clock: Clock) -> Meter:
    return Meter(tmp_path / "seat.json", clock, SMALL)


def test_a_message_too_large_is_withheld_and_costs_nothing(meter: Meter) -> None:
    assert meter.take(1001) is not None
    assert meter.used == 0
    assert meter.take(1000) is None
    assert meter.used == 1100


def test_a_cell_is_bounded_and_the_next_cell_is_free(meter: Meter) -> None:
    assert meter.take(1000, cell="a") is None
    assert meter.take(1000, cell="a") is None
    assert meter.take(1, cell="a") is not None
    assert meter.take(1, cell="b") is None


def test_a_minute_is_bounded_and_passes(meter: Meter, clock: Clock) -> None:
    for _ in range(9):
        assert meter.take(1000) is None
    assert meter.take(1000) is not None
    assert not meter.exhausted
    clock.on(seconds=61)
    assert meter.take(1000) is None


def test_the_day_is_sticky_until_the_next_day_in_china(meter: Meter, clock: Clock) -> None:
    _use_up(meter, clock)
    assert meter.exhausted
    assert meter.take(1) is not None
    clock.on(minutes=5)
    assert meter.take(1) is not None
    clock.now = datetime(2026, 11, 25, 16, 0, 1, tzinfo=UTC)
    assert meter.take(1) is None


def test_a_restart_gives_nothing_back(meter: Meter, clock: Clock, tmp_path: Path) -> None:
    _use_up(meter, clock)
    meter.save()
    assert Meter(tmp_path / "seat.json", clock, SMALL).exhausted


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"day": "2026-11-25"}', '{"bytes": "x", "day": "2026-11-25"}']
)
def test_a_count_that_cannot_be_read_is_used_up(tmp_path: Path, clock: Clock, content: str) -> None:
    (tmp_path / "seat.json").write_text(content)
    assert Meter(tmp_path / "seat.json", clock, SMALL).exhausted


def test_a_clock_set_back_gives_nothing_back(meter: Meter, clock: Clock, tmp_path: Path) -> None:
    _use_up(meter, clock)
    meter.save()
    clock.on(days=-1)
    assert meter.exhausted
    assert Meter(tmp_path / "seat.json", clock, SMALL).exhausted
    assert json.loads((tmp_path / "seat.json").read_text())["day"] == "2026-11-25"


def test_what_was_shown_elsewhere_counts_and_a_run_is_counted_apart(
    meter: Meter, clock: Clock, tmp_path: Path
) -> None:
    meter.take(900)
    meter.save()
    assert json.loads((tmp_path / "seat.json").read_text())["run"] == 1000
    again = Meter(tmp_path / "seat.json", clock, SMALL, shown=29_500)
    assert (again.used, again.run) == (29_500, 0)
    assert again.take(500) is not None
    assert Meter(tmp_path / "seat.json", clock, SMALL, shown=10).used == 1000


def _use_up(meter: Meter, clock: Clock) -> None:
    for _ in range(100):
        if meter.exhausted:
            return
        clock.on(seconds=30)
        meter.take(1000)
