"""What no step may change once it stands: the terms of agreements (第十七条: 未经授权不得变更).

A table of the few fields that single steps may still fill in, each only while it is empty; every other
field of these kinds stays as it was drafted. The store asks at every write. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

KINDS = frozenset({"service-agreement", "operating-agreement"})
_FILLS: Mapping[str, frozenset[str]] = {
    "service-agreement:accept": frozenset({"policy", "document"}),
    "service-agreement:sign": frozenset({"policy", "document", "key_id", "seals"}),
    "operating-agreement:sign": frozenset({"document", "seals"}),
}
_EMPTY: tuple[object, ...] = ("", [], None)


def altered(step: str, before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """Return the fields that a step would change and may not, in order; bodies are records as JSON.

    A field that `before` does not have yet was empty.
    """
    fills = _FILLS.get(step, frozenset())
    return tuple(
        sorted(
            name
            for name in before.keys() | after.keys()
            if name != "state"
            and after.get(name) != before.get(name)
            and not (name in fills and before.get(name) in _EMPTY)
        )
    )
