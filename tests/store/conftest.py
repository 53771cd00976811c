"""A home with a clock that ticks by the second and entropy that repeats."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.kernel.actors import Actor, Proof
from sandbox.store.home import create
from sandbox.store.log import StoreSettings
from sandbox.store.opener import Store
from tests import database


@dataclass
class Clock:
    now: datetime = datetime(2025, 3, 1, tzinfo=UTC)
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@dataclass
class Entropy:
    count: int = field(default=0)

    def __call__(self, length: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(str(self.count).encode()).digest(length)


@pytest.fixture(scope="session")
def postgresql():
    """The address of a PostgreSQL: the one that the tests run on, or one of its own."""
    if database.on_server():
        yield database.chosen()
        return
    if reason := database.missing():
        pytest.skip(reason)
    with database.serving() as address:
        yield address


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Callable[..., Store]:
    def build(name: str = "home.sqlite", **settings) -> Store:
        return create(
            database.engine(tmp_path / name),
            clock=clock,
            entropy=Entropy(),
            settings=StoreSettings(**{"origin": "data.example/sandbox", **settings}),
        )

    return build


@pytest.fixture
def store(make) -> Store:
    return make()


@pytest.fixture
def officer() -> Actor:
    return Actor(account="account-000001", person="p1", organisation="organisation-000001", proof=Proof.TOKEN)
