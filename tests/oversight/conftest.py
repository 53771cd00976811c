"""The small home of the people's tests, and its oversight desk with the channels a test asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.kernel.actors import Role
from sandbox.kernel.records import Grant
from sandbox.oversight import notices
from tests.people.homes import Town, town


@pytest.fixture
def place(tmp_path) -> Town:
    made = town(tmp_path)
    made.platform.settle()
    yield made
    made.platform.close()


def desk_with(place, **channels):
    """Return the oversight desk with other channels."""
    desk = place.platform.oversight
    return replace(desk, channels=replace(desk.channels, **channels))


def told(place, who):
    """Return the notices in a person's inbox, the latest first."""
    return notices.inbox(place.platform.oversight, place.actor(who))


def ask(place, name="wang", number=31, role=Role.STEWARD) -> Grant:
    """Let the department's officer propose a judging role: a step that both officers are told of."""
    place.join("liu", "某市卫健委", name, number)
    return place.role("liu", name, role)
