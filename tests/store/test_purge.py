"""Payloads go when their retention ends, on record, and the tree still stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.kernel.errors import StateError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Home, Organisation, OrganisationRole
from sandbox.store.changes import Change
from sandbox.store.checkpoints import checkpoint
from sandbox.store.log import StoreSettings
from sandbox.store.verify import verify
from sandbox.vault.signer import PublicKey, Signer

SIGNER = Signer(bytes(range(32)), name="key.example")
KEY = PublicKey(name=SIGNER.name, public=SIGNER.public)
HOME = Home(state="in-service", name="h", demo=True, format=1)
FIRM = Organisation(
    state="registered",
    name="遵义某公司",
    uscc="91520300MA0000000X",
    kind="企业",
    roles=(OrganisationRole.DEVELOPER,),
    region="520300",
)
MONTH = timedelta(days=30)


@pytest.fixture
def old(make, officer, tmp_path):
    """A home whose organisations are kept a month; all else for ten years."""
    store = make(keep=(("organisation", MONTH),))
    store.write(officer, Change(step("home:found"), HOME))
    (firm,) = store.write(officer, Change(step("organisation:register"), FIRM))
    store.write(
        officer,
        Change(step("organisation:suspend"), replace(firm.record, state="suspended"), expected=1),
    )
    checkpoint(store, SIGNER, [tmp_path / "witness"])
    return store


def purging(store) -> Change:
    home = store.find(Home)[0]
    return Change(step("home:purge"), home.record, expected=home.version, note={"why": "保存期满"})


def test_nothing_is_due_and_nothing_is_written(old, officer):
    before = old.facts()
    assert old.purge(officer, purging(old)) is None
    assert old.facts() == before


def test_what_is_due_goes_and_is_named(old, officer, clock, tmp_path):
    clock.now += MONTH
    assert old.purge(officer, purging(old)).version == 2
    assert [old.payload(seq) is None for seq in range(5)] == [False, False, True, True, False]
    assert old.payload(4)["note"] == {"why": "保存期满", "purged": [[2, 3]]}
    assert old.load(Organisation, "organisation-000001").record.name == FIRM.name
    checkpoint(old, SIGNER, [tmp_path / "witness"])
    report = verify(old, key=KEY, witness=tmp_path / "witness")
    assert report.problems == ()
    assert (report.whole, report.purged) == (True, 2)
    clock.now += MONTH * 1000
    assert old.purge(officer, purging(old)) is None, "the account of a purge is kept for ever"


def test_only_the_homes_own_step_purges(old, officer, clock):
    clock.now += MONTH
    with pytest.raises(StateError, match="home:purge"):
        old.purge(officer, Change(step("organisation:register"), FIRM))
    assert old.payload(2) is not None


def test_retention_beyond_the_calendar_is_for_ever(clock):
    settings = StoreSettings(origin="x", keep_by_default=timedelta(days=3_000_000))
    assert settings.keep_until("organisation", clock.now).startswith("9999-")
