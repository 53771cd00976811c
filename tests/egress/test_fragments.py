"""Pieces of identifiers are found in any writing, on their side, behind stars and in two orders."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from sandbox.egress.fragments import fragments, in_one_order, tiled, turned
from sandbox.egress.layouts import laid_out
from sandbox.egress.pieces import pieced
from sandbox.egress.seams import seamed
from tests.egress.clinic import visits

ROWS = [list(map(str, row.values())) for row in visits().slice(0, 30).select(["证件号", "电话"]).to_pylist()]
NUMBERS, PHONES = ([row[at] for row in ROWS] for at in (0, 1))
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
CAPITAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")


def table(*columns: Sequence[str]) -> pa.Table:
    return pa.table([pa.array(column) for column in columns], names=[f"c{at}" for at in range(len(columns))])


def made(*tables: pa.Table) -> set[str]:
    return {cell for one in tables for _, cells in tiled(fragments(one)) for cell in cells}


APART = {
    "words and numerals": [
        [f"区{one[:6]}" for one in NUMBERS],
        [f"{one[6:10]}年{int(one[10:12])}月{int(one[12:14])}日" for one in NUMBERS],
        [one[14:17].translate(CAPITAL) for one in NUMBERS],
        [one[17] for one in NUMBERS],
    ],
    "slashes, any order": [
        [one[14:] for one in NUMBERS],
        [f"{one[6:10]}/{one[10:12]}/{one[12:14]}" for one in NUMBERS],
        [one[:6].translate(WIDE) for one in NUMBERS],
    ],
    "stars": [
        [f"{one[:6]}********{one[14:]}" for one in NUMBERS],
        [f"{one[6:14]}-{at % 7}" for at, one in enumerate(NUMBERS)],
    ],
}


@pytest.mark.parametrize("form", APART)
def test_pieces_of_one_row_are_put_together(form: str) -> None:
    columns = APART[form]
    assert set(NUMBERS) <= made(table(*columns))


def test_pieces_of_telephones_on_their_side_are_put_together() -> None:
    lines = [[one[:3] for one in PHONES], [one[3:7] for one in PHONES], [f"尾号{one[7:]}" for one in PHONES]]
    names = [f"x{at}" for at in range(len(PHONES))]
    laid = pa.table([pa.array(column) for column in zip(*lines, strict=True)], names=names)
    assert set(PHONES) <= made(*turned(laid))


def test_a_second_table_in_another_order_is_put_in_the_first_ones() -> None:
    keys = [str(100 + at) for at in range(len(PHONES))]
    order = sorted(range(len(keys)), key=lambda at: at * 7 % len(keys))
    masked = [f"{one[:3]}****{one[7:]}" for one in PHONES]
    both = table(keys, masked, [keys[at] for at in order], [PHONES[at][3:7] for at in order])
    assert set(PHONES) <= made(*in_one_order(both))


def test_figures_that_are_no_identifiers_make_none() -> None:
    assert not made(
        table([f"{at * 37 % 1000:03d}" for at in range(40)], [str(2000 + at) for at in range(40)])
    )


@pytest.mark.parametrize(
    ("parts", "order"),
    [
        (("证件号", "就诊日期"), 1),
        (("就诊日期", "电话"), 1),
        (("姓名", "证件号", "电话"), 1),
        (("姓名", "就诊日期"), -1),
    ],
)
def test_lines_are_cut_where_one_value_touches_another(parts: tuple[str, ...], order: int) -> None:
    rows = [list(map(str, row.values()))[::order] for row in visits().slice(0, 20).select(parts).to_pylist()]
    assert seamed(["".join(row) for row in rows]) == rows


def test_lines_whose_values_do_not_touch_are_left() -> None:
    assert not seamed(["2024-01-05,12.50", "2024-01-06,13.50"] * 10)
    assert not seamed(["a word or two", "another"] * 10)


def test_an_empty_cell_among_pieces_is_no_piece() -> None:
    """A column of pieces may lack one; what begins with nothing begins no identifier."""
    heads = [one[:8] for one in NUMBERS] + [""]
    tails = [one[8:] for one in NUMBERS] + [""]
    assert not pieced([table(heads, tails)], [])


@pytest.mark.parametrize("mark", [" | ", ";", "\t"])
def test_lines_with_more_cells_than_there_are_lines_are_columns(mark: str) -> None:
    lines = [mark.join(["证件号", *NUMBERS]), mark.join(["---"] * 31), mark.join(["电话", *PHONES])]
    text = "\n".join(["一段说明。", *(f"|{one}|" if "|" in mark else one for one in lines), "再一段。"])
    rows = [list(row.values()) for one in laid_out(text) for row in one.to_pylist()]
    assert all([number, phone] in rows for number, phone in ROWS)
