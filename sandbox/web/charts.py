"""Small drawings made here as SVG: a bar of shares, and columns over days. No script, no style of its own.

Colours are classes of the style sheet; every drawing carries its figures as text for who cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

_WIDTH, _HEIGHT, _GAP = 320, 12, 2


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
