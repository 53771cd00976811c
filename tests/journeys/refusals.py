"""What a step is refused by, as the journeys of the articles ask it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.kernel.errors import RefusedError


def refused(act: Callable[..., object], *given: object, **named: object) -> dict[str, str]:
    """Return rule → article of every refusal; each says in words what is missing."""
    with pytest.raises(RefusedError) as error:
        act(*given, **named)
    found = error.value.decision.refusals
    assert all(one.article and str(one.message).strip() for one in found)
    return {one.code: one.article for one in found}
