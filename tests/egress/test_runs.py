"""What names somebody in packed decimals is found where the plain pattern finds it."""

from __future__ import annotations

import random

import pytest

from sandbox.egress.runs import _FORMED, _formed

_SIGNS = ("0123456789", "0123456789", "13456789", "19", "20", "ANX", "abcdef", " ,é\ufffd")


@pytest.mark.parametrize("seed", range(40))
def test_only_places_are_skipped_that_hold_nothing(seed: int) -> None:
    """The places that are asked are few, the answers the same and in the same order."""
    order = random.Random(seed)
    text = "".join(order.choice(order.choice(_SIGNS[: order.randrange(1, 9)])) for _ in range(4_000))
    text += "13912345678" + "520103198001011234" + "91520103MA12345678" + order.randbytes(500).hex()
    assert list(_formed(text)) == _FORMED.findall(text)
    for size in range(20):
        assert list(_formed(text[-size:])) == _FORMED.findall(text[-size:])
