"""What is read for looking is kept until the next fact, and never a moment longer."""

from dataclasses import replace

import pytest

from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Organisation
from sandbox.store import moments
from sandbox.store.changes import Change
from sandbox.store.home import open_home
from sandbox.store.log import StoreSettings
from tests import database
from tests.store.conftest import Entropy
from tests.store.test_opener import FIRM, REGISTER


@pytest.fixture
def beside(store, tmp_path, clock):
    """Another process' view of the same home."""
    return open_home(
        database.engine(tmp_path / "home.sqlite"),
        clock=clock,
        entropy=Entropy(),
        settings=StoreSettings(origin="data.example/sandbox"),
    )


def register(store, officer, firm=FIRM):
    return store.write(officer, Change(REGISTER, firm))[0]


def suspend(store, officer, found):
    changed = replace(found.record, state="suspended")
    store.write(officer, Change(step("organisation:suspend"), changed, expected=found.version))


def test_what_another_process_wrote_is_seen_by_the_next_look(store, beside, officer):
    made = register(store, officer)
    with beside.looking():
        assert beside.load(Organisation, made.id).record.state == "registered"
        assert len(beside.find(Organisation, state="registered")) == 1
    suspend(store, officer, made)
    with beside.looking():
        assert beside.load(Organisation, made.id).record.state == "suspended"
        assert beside.find(Organisation, state="registered") == ()


def test_one_look_is_of_one_moment_and_a_step_reads_anew(store, beside, officer):
    made = register(store, officer)
    with beside.looking():
        before = beside.load(Organisation, made.id)
        suspend(store, officer, made)
        assert beside.load(Organisation, made.id) is before
    assert beside.load(Organisation, made.id).record.state == "suspended"


def test_what_one_look_read_the_next_need_not_read_again(store, officer):
    made = register(store, officer)
    with store.looking():
        first = store.load(Organisation, made.id)
    with store.looking():
        assert store.load(Organisation, made.id) is first


def test_another_home_never_answers_from_this_one(store, make, officer):
    made = register(store, officer)
    other = make("other.sqlite")
    with store.looking():
        assert store.load(Organisation, made.id)
        with pytest.raises(NotFoundError):
            other.load(Organisation, made.id)


def test_a_failure_is_not_kept(store, officer):
    with store.looking(moment := store.moment()), pytest.raises(NotFoundError):
        store.load(Organisation, "organisation-000001")
    made = register(store, officer)
    with store.looking(moment):
        assert store.load(Organisation, made.id).record.name == FIRM.name


def test_long_lists_are_given_whole_and_not_kept(store, officer, monkeypatch):
    monkeypatch.setattr(moments, "HEAVIEST", 2)
    for n in range(3):
        register(store, officer, replace(FIRM, name=f"公司{n}"))
    with store.looking():
        first = store.find(Organisation)
        assert len(first) == 3
        assert store.find(Organisation) is not first
        assert store.find(Organisation) == first
