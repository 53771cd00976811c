"""Forms of cells that lose: a month for a day, the first digits, a band, a little noise."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from decimal import Decimal

from bench.composed.cells import FACTORS, Cell, Rewrite, affine, cell, money, plain
from bench.composed.kinds import KIND
from bench.sixth.core import ID, USCC, Row

KEPT = {11: 7, 18: 14}
SHARE = Decimal("0.001")


def coarse(name: str, kinds: str, encode: Rewrite) -> None:
    """Put a coarse form on the list; a row matches a cell if it is written the same way."""
    cell(name, kinds, encode, lambda v, _: v, lambda source, found, key: encode(source, key) == found)


def significant(value: str, key: int) -> str:
    """Three or four significant digits of a sum."""
    number = Decimal(value)
    return plain(number.quantize(Decimal(1).scaleb(number.adjusted() - 2 - key % 2)))


def band(value: str, key: int) -> str:
    """The years of birth in a band, as ages at the end of 2025."""
    width = (5, 10)[key % 2]
    low = (2025 - int(value[:4])) // width * width
    return f"{low}-{low + width - 1}岁"


def quarter(value: str, _: int) -> str:
    """The quarter of a day."""
    return f"{value[:4]}年{(int(value[5:7]) + 2) // 3}季度"


def noise(value: str, key: int) -> str:
    """A sum off by at most a thousandth, always by the same."""
    part = hashlib.sha256(f"{key}/{value}".encode()).digest()[0] - 128
    return money(Decimal(value) * (1 + SHARE * part / 128))


def noise_near(source: str, found: str, _: int) -> bool:
    """Whether a cell may be the sum of the source."""
    return abs(Decimal(source) - Decimal(found)) <= Decimal(found) * SHARE * 2 + Decimal("0.01")


def affine_near(source: str, found: str, key: int) -> bool:
    """Whether a cell may be the changed sum of the source."""
    back = (Decimal(found) - key) / Decimal(FACTORS[key % len(FACTORS)])
    return noise_near(source, money(max(back, Decimal("0.01"))), key)


def fill() -> None:
    """Put the forms of this module on the list."""
    coarse("month_only", "day birth", lambda v, key: v[:7] if key % 2 else f"{v[:4]}年{int(v[5:7])}月")
    coarse("quarter_only", "day birth", quarter)
    coarse("age_band", "birth", band)
    coarse("first_digits", "id phone code", lambda v, key: v[: KEPT[len(v)]] + "*" * (key % 5))
    coarse("whole_sums", "money", lambda v, _: plain(Decimal(v).quantize(Decimal(1))))
    coarse("round_sums", "money", significant)
    cell("noise", "money", noise, lambda v, _: v, noise_near)
    cell("affine_noise", "money", lambda v, k: affine(noise(v, k), k), lambda v, _: v, affine_near)


fill()


def single_share(
    source: list[Row],
    rows: list[Row],
    columns: Collection[str],
    form: Cell,
    targets: Collection[str],
    key: int,
) -> float:
    """The share of the rows whose cells lead to one person or firm of the source only."""
    unit = ID if ID in source[0] else USCC
    assert form.match is not None
    fixed = [c for c in columns if c not in targets]
    index: dict[tuple[str, ...], list[Row]] = {}
    for row in source:
        index.setdefault(tuple(row[c] for c in fixed), []).append(row)
    single = 0
    for row in rows:
        near = index[tuple(row[c] for c in fixed)]
        for column in targets:
            found = form.encode(row[column], key)
            near = [
                one for one in near if KIND[column] and one[column] and fits(form, one[column], found, key)
            ]
        single += len({one[unit] for one in near}) == 1
    return single / len(rows)


def fits(form: Cell, source: str, found: str, key: int) -> bool:
    """Whether a source value may stand behind a cell; malformed values never do."""
    try:
        return form.match is not None and form.match(source, found, key)
    except (ArithmeticError, ValueError, KeyError):
        return False
