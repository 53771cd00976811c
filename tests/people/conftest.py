"""The small home, opened anew for every test."""

import pytest

from tests.people.homes import Town, town


@pytest.fixture
def place(tmp_path) -> Town:
    made = town(tmp_path)
    yield made
    made.platform.close()
