"""One started platform for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.seats import isolation
from sandbox.serving import supervisor
from tests.serving.started import Started, make_home, platform


def can_serve() -> str:
    """Return why no platform can be started here, or nothing."""
    if not supervisor.PROXY.is_file():
        return "the proxy is not installed: make install"
    return "" if isolation.probe() else "this machine cannot isolate a seat"


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    lack = can_serve()
    if lack:
        pytest.skip(lack)
    home: Path = tmp_path_factory.mktemp("serving") / "home"
    with platform(home, make_home(home)) as running:
        yield running
