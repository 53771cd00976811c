"""What was added below the last place of a column is taken off, of all columns at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest

from sandbox.egress.settled import settled

DAYS = [date(1950 + at, at % 12 + 1, at % 28 + 1) for at in range(60)]
SUMS = [f"{at * at * 37 % 900_000 / 100:.2f}" for at in range(1, 61)]
SECONDS = [
    (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400 + 1_237 * at % 86_400
    for at, day in enumerate(DAYS)
]

CLOCKS: dict[str, Callable[[int], str]] = {
    "seconds": lambda at: str(SECONDS[at]),
    "thousandths": lambda at: str(SECONDS[at] * 1_000 + at),
    "text": lambda at: f"{DAYS[at]} {at % 24:02d}:{at:02d}:00",
    "zulu": lambda at: f"{DAYS[at]}T{at % 24:02d}:{at:02d}:00Z",
    "days of a sheet": lambda at: f"{(DAYS[at] - date(1899, 12, 30)).days + at / 61 + 0.001:.5f}",
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_days_lose_the_hour_and_sums_what_is_below_the_cent(clock: str) -> None:
    noisy = [f"{float(one) + (at % 7 - 3) / 1_000:.5f}" for at, one in enumerate(SUMS)]
    table = pa.table(
        {"t": [CLOCKS[clock](at) for at in range(60)], "y": noisy, "k": [f"k{at}" for at in range(60)]}
    )
    (found,) = settled([table])
    assert found.column(0).to_pylist() == [str(day) for day in DAYS]
    assert found.column(1).to_pylist() == SUMS
    assert found.column(2).to_pylist() == table.column("k").to_pylist()


def test_what_is_whole_already_is_left() -> None:
    table = pa.table({"t": list(map(str, DAYS)), "y": SUMS, "n": [str(10_000_000 + at) for at in range(60)]})
    assert not settled([table])
