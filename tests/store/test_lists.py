"""Lists cut by the database hold what the whole list holds; what is read ahead answers single questions."""

from dataclasses import replace

import pytest

from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Account, Organisation
from sandbox.store import lists, reads
from sandbox.store.changes import Change, Link
from sandbox.store.lists import Order, Sieve, Words, numbered
from tests.store.test_opener import FIRM, REGISTER

NAMES = ("遵义水务", "遵义燃气", "红花岗区卫健局", "Guizhou Data", "水务数据")


@pytest.fixture
def filled(store, officer):
    made = [
        store.write(officer, Change(REGISTER, replace(FIRM, name=f"{n} {k}")))[0]
        for k, n in enumerate(NAMES * 4)
    ]
    for one in made[::3]:
        changed = replace(one.record, state="suspended")
        store.write(officer, Change(step("organisation:suspend"), changed, expected=one.version))
    return store


def named(store, text, state=""):
    """Search as plainly as can be, the newest first."""
    every = store.find(Organisation, newest_first=True)
    fits = (
        one
        for one in every
        if text.lower() in one.record.name.lower() or one.id == numbered("organisation", text)
    )
    return [one.id for one in fits if state in ("", one.record.state)]


@pytest.mark.parametrize("few", [1_000, 3, 0])
@pytest.mark.parametrize("text", ["水务", "DATA", "遵义", "7", "organisation-000003", "没有", "%", "_"])
@pytest.mark.parametrize("state", ["", "suspended"])
def test_a_search_finds_the_same_in_one_look_or_in_two(filled, monkeypatch, few, text, state):
    monkeypatch.setattr(lists, "_FEW", few)
    sieve = Sieve(words=Words(text), states=(state,) if state else ())
    wanted = named(filled, text, state)
    got = [filled.lists.cut(Organisation, sieve, limit=3, offset=place) for place in range(0, 24, 3)]
    assert [one.id for page in got for one in page] == wanted
    assert sum(filled.lists.counted(Organisation, sieve).values()) == len(wanted)


def test_pages_together_are_the_whole_list(filled):
    for order in (Order.NEWEST, Order.OLDEST):
        got = [
            filled.lists.cut(Organisation, Sieve(), limit=7, offset=place, order=order)
            for place in range(0, 28, 7)
        ]
        whole = filled.find(Organisation, newest_first=order is Order.NEWEST)
        assert [one for page in got for one in page] == list(whole)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("7", "item-000007"),
        ("item-7", "item-000007"),
        ("ITEM-000007", "item-000007"),
        ("x7", None),
        ("７", None),
    ],
)
def test_a_number_names_a_record(text, id):
    assert numbered("item", text) == id


def test_what_is_read_ahead_is_not_asked_again_and_is_the_same(filled, officer, monkeypatch):
    firms = [one.id for one in filled.find(Organisation)]
    for n, firm in enumerate(firms[:6]):
        person = Account(
            state="invited", organisation=firm, name=f"p{n}", display_name=f"人{n}", person=f"{n:032}"
        )
        filled.write(
            officer, Change(step("account:invite"), person, links=(Link("organisation", firms[n % 2]),))
        )
    plain = {firm: filled.find(Account, linked=("organisation", firm)) for firm in firms}
    single = {firm: filled.load(Organisation, firm) for firm in firms}
    with filled.looking():
        filled.ahead(Organisation, firms)
        filled.ahead_linked(Account, "organisation", firms)
        filled.ahead_linked(Account, "organisation", firms, state="invited")
        monkeypatch.setattr(reads.Reads, "_load", None)
        monkeypatch.setattr(reads.Reads, "_found", None)
        assert {firm: filled.load(Organisation, firm) for firm in firms} == single
        assert {firm: filled.find(Account, linked=("organisation", firm)) for firm in firms} == plain
        invited = filled.find(Account, state="invited", linked=("organisation", firms[0]))
        assert invited == plain[firms[0]]
