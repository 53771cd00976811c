"""Sets that follow from published cells: known traps, and an exact oracle on small cases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.differencing import Published, exposures, search


def units(rows: int) -> dict[str, np.ndarray]:
    return {"person": np.arange(1, rows + 1, dtype=np.uint32)}


def family(owner: str, *sizes: int, rows: int, start: int = 0) -> Published:
    sets = np.full(rows, -1, dtype=np.int64)
    edges = np.cumsum([start, *sizes])
    for cell, (low, high) in enumerate(pairwise(edges)):
        sets[low:high] = cell
    return Published(owner, sets)


def test_a_cap_that_drops_a_few_is_exposed_beside_the_uncapped_table() -> None:
    whole, capped = family("a", 100, rows=100), family("b", 97, rows=100)
    found = exposures([whole, capped], units(100), smallest=10)
    assert [(exposure.rows, exposure.units, exposure.owners) for exposure in found] == [(3, 3, ("a", "b"))]


def test_large_towns_beside_their_province() -> None:
    province, towns = family("a", 100, 100, rows=200), family("b", 50, 46, rows=200)
    assert [exposure.rows for exposure in exposures([province, towns], units(200), smallest=10)] == [4]


def test_equal_and_far_apart_tables_expose_nothing() -> None:
    assert (
        exposures([family("a", 50, 50, rows=100), family("b", 50, 50, rows=100)], units(100), smallest=10)
        == ()
    )
    assert (
        exposures([family("a", 50, 50, rows=100), family("b", 20, 80, rows=100)], units(100), smallest=10)
        == ()
    )


def test_three_tables_isolate_what_no_pair_does() -> None:
    rows = 65
    atoms = np.repeat(np.arange(4), [20, 20, 20, 5])

    def covering(owner: str, *groups: int) -> Published:
        return Published(owner, np.where(np.isin(atoms, groups), 0, -1).astype(np.int64))

    two = [covering("a", 0, 1), covering("b", 1, 2)]
    assert exposures(two, units(rows), smallest=10) == ()
    three = [*two, covering("c", 0, 1, 2, 3)]
    assert exposures(three, units(rows), smallest=10) == ()
    four = [*three, covering("d", 1)]
    assert [exposure.rows for exposure in exposures(four, units(rows), smallest=10)] == [5]


def test_rows_of_one_person_are_one_person() -> None:
    people = {"person": np.concatenate([np.arange(1, 91), np.full(20, 91)]).astype(np.uint32)}
    found = exposures([family("a", 110, rows=110), family("b", 90, rows=110)], people, smallest=10)
    assert [(exposure.rows, exposure.units) for exposure in found] == [(20, 1)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2)), min_size=1, max_size=24))
def test_every_isolated_atom_of_two_tables_is_found(rows: list[tuple[int, int]]) -> None:
    left, right = (np.array([row[side] for row in rows], dtype=np.int64) for side in (0, 1))
    found = exposures([Published("a", left), Published("b", right)], units(len(rows)), smallest=4)
    atoms = sorted(set(rows) - {(-1, -1)})
    cells = [(0, cell) for cell in range(3)] + [(1, cell) for cell in range(3)]
    matrix = np.array(
        [
            [float(atom[side] == cell) for atom in atoms]
            for side, cell in cells
            if any(a[side] == cell for a in atoms)
        ]
    )
    for place, atom in enumerate(atoms):
        target = np.eye(len(atoms))[place]
        solution, *_ = np.linalg.lstsq(matrix.T, target, rcond=None)
        isolated = bool(np.allclose(matrix.T @ solution, target, atol=1e-8))
        size = rows.count(atom)
        alone = any(
            sum(other[side] == atom[side] for other in rows) == size and atom[side] >= 0 for side in (0, 1)
        )
        if isolated and size < 4 and not alone:
            assert any(exposure.rows == size for exposure in found)


def test_too_many_cells_to_combine_is_said_and_not_skipped() -> None:
    rows = 9000
    left = np.arange(rows, dtype=np.int64) // 3
    right = (np.arange(rows, dtype=np.int64) + 1) // 3
    assert not search([Published("a", left), Published("b", right)], units(rows), smallest=10).whole
