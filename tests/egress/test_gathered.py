"""What frames a line is taken off as the plain patterns take it, however long the line is."""

from __future__ import annotations

import random
import re

from sandbox.egress.gathered import _BEFORE, _BEHIND, _BLANKS

_FRAMED = re.compile(r"^[\s\"'(#>*;/|-]*|[\s\"',;)\\|]*$")


def test_a_line_loses_the_same_frame() -> None:
    """Blanks of every script are blanks."""
    assert all((re.match(r"\s", chr(one)) is not None) == (chr(one) in _BLANKS) for one in range(0x110000))
    order = random.Random(2)
    for _ in range(20_000):
        line = "".join(order.choices("\"'(#>*;/|- \t\\,)ab1\u3000\x0b", k=order.randrange(12)))
        assert line.lstrip(_BEFORE).rstrip(_BEHIND) == _FRAMED.sub("", line)
