"""Small drawings made here as SVG: a bar of shares, columns over days, the chart of a table beside it.

Colours are classes of the style sheet; every drawing carries its figures as text for who cannot see it. The
chart of a table is drawn as the gate draws charts. No script, no style of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
from markupsafe import Markup, escape

from sandbox.egress.content import Mark, Plot
from sandbox.egress.plots import MAX_PLACES, MAX_SERIES, draw

_WIDTH, _HEIGHT, _GAP = 320, 12, 2
_FIGURE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", re.ASCII)


def shares(parts: Sequence[tuple[str, int, str]], label: str) -> Markup:
    """Return one horizontal bar of (name, amount, tone), as wide as each amount's share."""
    total = sum(amount for _, amount, _ in parts) or 1
    left, drawn = 0.0, []
    for name, amount, tone in parts:
        if not amount:
            continue
        width = max(amount / total * _WIDTH, 3.0)
        drawn.append(
            Markup(
                '<rect x="{}" y="0" width="{}" height="{}" class="tone-{}"><title>{} {:,}</title></rect>'
            ).format(f"{left:.1f}", f"{max(width - _GAP, 1):.1f}", _HEIGHT, tone, name, amount)
        )
        left += width
    frame = Markup(
        '<svg class="shares" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
    )
    return (
        frame.format(f"{max(left, _WIDTH):.0f}", _HEIGHT, label) + Markup("").join(drawn) + Markup("</svg>")
    )


def columns(values: Sequence[tuple[str, int]], label: str) -> Markup:
    """Return small columns, one for each (day, amount), in the order given."""
    top, height, step = max((amount for _, amount in values), default=0) or 1, 48, 14
    drawn = [
        Markup('<rect x="{}" y="{}" width="10" height="{}" rx="2"><title>{} {:,}</title></rect>').format(
            place * step,
            f"{height - amount / top * height:.1f}",
            f"{amount / top * height:.1f}",
            name,
            amount,
        )
        for place, (name, amount) in enumerate(values)
    ]
    frame = Markup('<svg class="columns" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return (
        frame.format(max(len(values), 1) * step, height, escape(label))
        + Markup("").join(drawn)
        + Markup("</svg>")
    )


def of_table(rows: Sequence[Sequence[str]]) -> bytes | None:
    """Return a bar chart of a table, its heading first, as SVG; None where it has nothing to be drawn by.

    The places are what the columns without figures say, the bars the columns of figures.
    """
    head, *body = rows if rows else [[]]
    if not 1 < len(body) <= MAX_PLACES or len(set(head)) != len(head):
        return None
    if any(len(row) != len(head) for row in body):
        return None
    columns = dict(zip(head, zip(*body, strict=True), strict=True))
    figures = [name for name, cells in columns.items() if _figures(cells)]
    names = [name for name in head if name not in figures]
    if not names or not 0 < len(figures) <= MAX_SERIES:
        return None
    x = "、".join(names)
    places = ["、".join(row) for row in zip(*(columns[name] for name in names), strict=True)]
    if x in figures:
        return None
    table = {x: places, **{name: [cell or None for cell in columns[name]] for name in figures}}
    return draw(Plot(Mark.BAR, x, tuple(figures), ""), pa.table(table))


def _figures(cells: Sequence[str]) -> bool:
    """Return whether every cell that says anything is a figure."""
    some = [cell for cell in cells if cell]
    return bool(some) and all(_FIGURE.fullmatch(cell) for cell in some)
