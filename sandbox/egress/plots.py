"""Charts asked for by a specification: read from JSON, drawn by the gate from a table that it has verified.

The author gives the mark, the columns and the rows; places, scales, colours and letters are the gate's, so
that the drawing says what its table says and nothing besides. Pure; `reading` calls `read_plot`, `rewrite`
calls `draw`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

import pyarrow as pa

from sandbox.egress.content import Document, Mark, Plot, Sheet
from sandbox.egress.documents import sheets_of
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_PLACES = 120
MAX_SERIES = 6
_KEYS = frozenset({"chart", "x", "y", "rows", "title"})
_COLOURS = ("#1f6f8b", "#c1502e", "#5b7f2b", "#7a4e9f", "#b08900", "#4a5568")
_WIDTH, _LEFT, _RIGHT, _TOP, _HEIGHT, _LEGEND = 800, 84, 24, 28, 300, 22
_LETTER = 13
_LONGEST = 12
"""Characters of a place's name beside the axis; the name is whole in the table that stands beside."""


def asked(document: Document) -> bool:
    """Return whether a document asks for a chart, rightly or not."""
    return isinstance(document, Mapping) and "chart" in document and "rows" in document


def read_plot(document: Document) -> tuple[Plot, Sheet]:
    """Return the chart that a document asks for, and its table of text cells.

    Raises InputError for an unknown mark, columns that are not there, or more than a chart can bear.
    """
    if not isinstance(document, Mapping) or not set(document) <= _KEYS:
        raise InputError(say("图的说明只能有 chart、x、y、rows 和 title 几项，请删去其余内容"))
    mark, x, title, names = (document.get(name, "") for name in ("chart", "x", "title", "y"))
    y = tuple(names) if isinstance(names, Sequence) and not isinstance(names, str) else (names,)
    if mark not in tuple(Mark) or not isinstance(title, str):
        raise InputError(say("图的 chart 须是 bar、line 或 point，title 须是文字"))
    sheets = sheets_of(document["rows"])
    if len(sheets) != 1 or not sheets[0].plain:
        raise InputError(say("图的 rows 须是一张普通的表：每行的列都相同"))
    if not isinstance(x, str) or not all(isinstance(name, str) for name in y):
        raise InputError(say("图的 x 须是一个列名，y 须是一个或几个列名"))
    plot = Plot(Mark(str(mark)), x, tuple(str(name) for name in y), title.strip())
    _check(plot, sheets[0].table)
    return plot, sheets[0]


def _check(plot: Plot, table: pa.Table) -> None:
    columns = (plot.x, *plot.y)
    if len(set(columns)) != len(columns) or set(columns) != set(table.column_names):
        raise InputError(say("图的 x 和 y 须合起来正是 rows 的各列，不多也不少"))
    if not plot.y or len(plot.y) > MAX_SERIES or not 0 < table.num_rows <= MAX_PLACES:
        limits = {"series": MAX_SERIES, "places": MAX_PLACES}
        raise InputError(say("一张图最多 {series} 列数值、{places} 个位置，请拆成几张图", **limits))
    for name in plot.y:
        if any(math.isinf(value) for value in _values(table, name)):
            raise InputError(say("图的列 {name} 有不是数值的单元格", name=name))


def _values(table: pa.Table, name: str) -> list[float]:
    """Return the figures of a column: nan for an empty cell, inf for one that is no figure."""
    return [math.nan if cell is None else _number(cell) for cell in table.column(name).to_pylist()]


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return math.inf
    return value if math.isfinite(value) else math.inf


def draw(plot: Plot, table: pa.Table) -> bytes:
    """Return the chart of a table as SVG: the same bytes for the same plot and table."""
    series = [_values(table, name) for name in plot.y]
    ticks = _ticks([value for values in series for value in values if math.isfinite(value)])
    names = ["" if cell is None else str(cell) for cell in table.column(plot.x).to_pylist()]
    turned = sum(min(_width(name), _LONGEST) for name in names) * _LETTER > _WIDTH - _LEFT - _RIGHT
    below = 24 + (_LONGEST * _LETTER * 7 // 10 if turned else 0)
    foot = _TOP + _HEIGHT + below + _LEGEND * (len(plot.y) + 1)
    head = _TOP if plot.title else 0
    sheet = f'width="{_WIDTH}" height="{foot + head}"'
    letters = f'font-family="sans-serif" font-size="{_LETTER}" fill="#1a202c"'
    frame = f'viewBox="0 {-head} {_WIDTH} {foot + head}" {sheet} {letters}'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>',
        f'<rect x="0" y="{-head}" {sheet} fill="#ffffff"/>',
        *([_text(_WIDTH / 2, 0, plot.title, anchor="middle", size=16)] if plot.title else []),
        *_grid(ticks),
        *_names(names, turned=turned),
        *(part for place, values in enumerate(series) for part in _series(plot, place, values, ticks)),
        *_legend(plot, _TOP + _HEIGHT + below + _LETTER),
        "</svg>",
    ]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *parts, ""]).encode()


def _ticks(values: Sequence[float]) -> list[float]:
    """Return four to eleven round figures that enclose the values and 0."""
    low, high = min([0.0, *values]), max([0.0, *values])
    span = high - low or 1.0
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= 8)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * number for number in range(first, max(last, first + 1) + 1)]


def _up(value: float, ticks: Sequence[float]) -> float:
    return _TOP + _HEIGHT * (ticks[-1] - value) / (ticks[-1] - ticks[0])


def _grid(ticks: Sequence[float]) -> Iterator[str]:
    for tick in ticks:
        y = _up(tick, ticks)
        colour = "#4a5568" if tick == 0 else "#e2e8f0"
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{colour}"/>'
        yield _text(_LEFT - 8, y + 4, f"{tick:,.10g}", anchor="end")


def _across(place: int, count: int) -> float:
    """Return the middle of a place on the axis."""
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (place + 0.5) / count


def _names(names: Sequence[str], *, turned: bool) -> Iterator[str]:
    for place, name in enumerate(names):
        x, y = _across(place, len(names)), _TOP + _HEIGHT + 18
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
        turn = f' transform="rotate(-45 {x:.1f} {y})"' if turned else ""
        yield _text(x, y, short, anchor="end" if turned else "middle", more=turn)


def _series(plot: Plot, series: int, values: Sequence[float], ticks: Sequence[float]) -> Iterator[str]:
    """Yield the marks of one column of figures; an empty cell has none."""
    colour = _COLOURS[series]
    room = (_WIDTH - _LEFT - _RIGHT) / len(values)
    if plot.mark is Mark.LINE:
        yield from _lines(values, ticks, colour)
    for place, value in enumerate(values):
        if math.isnan(value):
            continue
        x, y = _across(place, len(values)), _up(value, ticks)
        if plot.mark is Mark.BAR:
            wide = room * 0.8 / len(plot.y)
            left, top = x - room * 0.4 + wide * (series + 0.04), min(y, _up(0, ticks))
            tall = abs(y - _up(0, ticks))
            yield (
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide * 0.92:.1f}" height="{tall:.1f}"'
                f' fill="{colour}"/>'
            )
        else:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def _lines(values: Sequence[float], ticks: Sequence[float], colour: str) -> Iterator[str]:
    """Yield a line through every run of neighbouring figures."""
    run: list[str] = []
    for place, value in [*enumerate(values), (len(values), math.nan)]:
        if not math.isnan(value):
            run.append(f"{_across(place, len(values)):.1f},{_up(value, ticks):.1f}")
            continue
        if len(run) > 1:
            yield f'<polyline points="{" ".join(run)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        run = []


def _legend(plot: Plot, top: float) -> Iterator[str]:
    yield _text(_LEFT + (_WIDTH - _LEFT - _RIGHT) / 2, top, plot.x, anchor="middle")
    for place, name in enumerate(plot.y):
        y = top + _LEGEND * (place + 1)
        colour = _COLOURS[place]
        yield f'<rect x="{_LEFT}" y="{y - 10:.1f}" width="12" height="12" fill="{colour}"/>'
        yield _text(_LEFT + 20, y + 1, name)


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 0, more: str = "") -> str:
    sized = f' font-size="{size}"' if size else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{sized}{more}>{escape(text)}</text>'


def _width(name: str) -> float:
    """Return how wide a name is, in letters of the square scripts."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.6 for letter in name)
