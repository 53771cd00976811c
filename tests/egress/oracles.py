"""The gate's rules G23 to G33 in plain Python, as they are written down: slow, obvious, an oracle.

Rows are (cell, subject, value), subject 0 for nobody; a table is headings and rows of text or None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import combinations

Row = tuple[int, int, float]
Table = tuple[list[str], list[list[str | None]]]


def summary(function: str, values: Sequence[float], place: float) -> float:
    """Return what DuckDB shows of one cell's values."""
    ordered = sorted(values)
    if function in ("min", "max"):
        return ordered[0 if function == "min" else -1]
    if function == "quantile_disc":
        return ordered[max(math.ceil(place * len(ordered)) - 1, 0)]
    at = place * (len(ordered) - 1)
    low = ordered[math.floor(at)]
    return low + (ordered[math.ceil(at)] - low) * (at - math.floor(at))


def subjects(rows: Iterable[Row]) -> int:
    """Return how many different subjects stand behind rows."""
    return len({subject for _, subject, _ in rows if subject})


def _cells(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def thin(rows: Sequence[Row], function: str, place: float, digits: int | None, smallest: int) -> list[int]:
    """Return the cells whose shown figure too few subjects hold (G23 for ends, G25 for quantiles)."""
    found = []
    for cell, inside in sorted(_cells(rows).items()):
        shown = summary(function, [value for _, _, value in inside], place)
        room = 0.0
        if digits is not None:
            shown, room = round(shown / 10.0**-digits) * 10.0**-digits, 0.5 * 10.0**-digits
        near = [row for row in inside if abs(row[2] - shown) <= room + 1e-9 * max(abs(shown), 1.0)]
        if subjects(near) < smallest:
            found.append(cell)
    return found


def edge(rows: Sequence[Row], function: str, place: float, smallest: int) -> list[int]:
    """Return the cells with too few subjects on one side of a quantile (G23)."""
    found = []
    for cell, inside in sorted(_cells(rows).items()):
        shown = summary(function, [value for _, _, value in inside], place)
        sides = [[row for row in inside if row[2] <= shown], [row for row in inside if row[2] >= shown]]
        if any(subjects(side) < smallest for side in sides):
            found.append(cell)
    return found


def unfree(rows: Sequence[Row], smallest: int) -> list[int]:
    """Return the cells with too few degrees of freedom (G24)."""
    return [cell for cell, inside in sorted(_cells(rows).items()) if subjects(inside) - 1 < smallest]


def _figures(table: Table, place: int) -> list[float]:
    return [float(row[place].rstrip("%")) for row in table[1] if row[place] and _is_figure(row[place])]


def _is_figure(cell: str | None) -> bool:
    return bool(cell) and re.fullmatch(r"[+-]?\d+(\.\d+)?\s*%?", cell or "") is not None


def regression(table: Table) -> bool:
    """Return whether a table shows coefficients: their heading, and another word of models (G26)."""
    words = {"系数", "coef", "估计值"}
    model = {"标准误", "变量", "term", "显著性"}
    labels = {row[0] for row in table[1]}
    return bool(words & set(table[0])) and bool(model & set(table[0]) or {"const", "常数", "截距"} & labels)


def survival(table: Table) -> bool:
    """Return whether a table shows numbers at risk, or shares surviving over time (G27)."""
    risk = any("在险" in name for name in table[0])
    return risk or ("survival" in table[0] and "time" in table[0])


def baseless(table: Table) -> bool:
    """Return whether a rate stands without a count beside it (G28)."""
    return any(name.endswith("率") for name in table[0]) and not any(name.endswith("数") for name in table[0])


def zeros(table: Table) -> bool:
    """Return whether a column of counts, by its heading or as a category, shows a zero (G29)."""
    other = any("平均" in name for name in table[0])
    places = [place for place, name in enumerate(table[0]) if name.endswith("数") or (place and not other)]
    return any(0.0 in _figures(table, place) for place in places)


def strangers(sql: str, datasets: Sequence[str]) -> list[str]:
    """Return the tables after FROM and JOIN that are neither datasets nor names of WITH (G30)."""
    named = set(re.findall(r"(\w+) AS \(SELECT", sql))
    return [one for one in re.findall(r"(?:FROM|JOIN) (\w+)", sql) if one not in named | set(datasets)]


def subtracted(published: Sequence[tuple[str, Sequence[int]]], units: Sequence[int], smallest: int) -> bool:
    """Return whether a cell less whole cells of another table inside it leaves too few subjects (G31)."""
    families = [
        (owner, [{row for row, cell in enumerate(sets) if cell == one} for one in sorted(set(sets) - {-1})])
        for owner, sets in published
    ]
    for (_, outers), (_, inners) in ((one, two) for one in families for two in families if one is not two):
        for outer in outers:
            inside = [inner for inner in inners if inner <= outer]
            left = outer.difference(*inside) if inside else set()
            if left and len({units[row] for row in left} - {0}) < smallest:
                return True
    return False


def drips(earlier: int, products: int, most: int) -> bool:
    """Return whether a seat has handed in more products of the data than pass one by one (G32)."""
    return earlier > 0 and earlier + products > most


def given_back(table: Table, smallest: int) -> bool:
    """Return whether a small count follows from totals: every line again until nothing changes (G33)."""
    names, rows = table
    grid = [[float(cell) if cell else None for cell in row[1:]] for row in rows]
    lines = []
    total_rows = [place for place, row in enumerate(rows) if row[0] == "合计"]
    total_columns = [place for place, name in enumerate(names[1:]) if name == "合计"]
    if total_rows:
        inner = [place for place in range(len(rows)) if place not in total_rows]
        lines += [[(total_rows[0], j), *((i, j) for i in inner)] for j in range(len(names) - 1)]
    if total_columns:
        others = [place for place in range(len(names) - 1) if place not in total_columns]
        lines += [[(i, total_columns[0]), *((i, j) for j in others)] for i in range(len(rows))]
    found = []
    changed = True
    while changed:
        changed = False
        for total, *parts in lines:
            unknown = [cell for cell in (total, *parts) if grid[cell[0]][cell[1]] is None]
            if len(unknown) != 1:
                continue
            known = [grid[i][j] or 0.0 for i, j in parts]
            value = sum(known) if unknown[0] == total else (grid[total[0]][total[1]] or 0.0) - sum(known)
            grid[unknown[0][0]][unknown[0][1]] = value
            found.append(value)
            changed = True
    return any(0 < round(value) < smallest for value in found)


def nearly_equal(one: set[int], other: set[int], units: Sequence[int], smallest: int) -> bool:
    """Return whether two sets of rows that share some differ, and by too few subjects."""
    apart = one ^ other
    return bool(one & other and apart) and len({units[row] for row in apart} - {0}) < smallest


def pairs(published: Sequence[tuple[str, Sequence[int]]]) -> list[tuple[set[int], set[int]]]:
    """Return every pair of cells of two different owners, as sets of rows."""
    cells = [
        (owner, {row for row, cell in enumerate(sets) if cell == one})
        for owner, sets in published
        for one in sorted(set(sets) - {-1})
    ]
    return [(one[1], two[1]) for one, two in combinations(cells, 2) if one[0] != two[0]]
