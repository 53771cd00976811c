"""Which instances people look at afterwards: a developer who counts finds no stretch that nobody sees."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sandbox.egress import looks


class _Key:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def derive(self, purpose: str, length: int) -> bytes:
        return self.seed.to_bytes(length, "big")


def _drawn(monkeypatch: pytest.MonkeyPatch, seed: int, *, share: int, many: int = 60) -> list[bool]:
    monkeypatch.setattr(looks, "gate_key", lambda desk: _Key(seed))
    found = []
    for used in range(1, many + 1):
        template = SimpleNamespace(id="template-000001", used=used, share=share)
        found.append(looks.falls_on(None, template, f"submission-{used:06d}"))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_first_is_looked_at_and_one_of_any_ten_even_where_the_share_is_nothing(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    found = _drawn(monkeypatch, seed, share=0)
    assert found[0]
    assert all(any(found[start : start + looks.MOST_APART]) for start in range(len(found) - looks.MOST_APART))


def test_without_the_key_nobody_tells_which(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {tuple(_drawn(monkeypatch, seed, share=0)[1:40]) for seed in range(20)}
    assert len(found) > 15
    apart = [sum(column) for column in zip(*found, strict=True)][:9]
    assert all(0 < one < len(found) for one in apart)  # no place is always or never looked at


def test_all_are_looked_at_where_the_share_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(_drawn(monkeypatch, 1, share=100))
