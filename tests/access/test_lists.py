"""The list that the database cuts is the list that is asked record by record, for everybody."""

from __future__ import annotations

import pytest

from sandbox.access import drafts, lists, reading
from sandbox.kernel.application_records import Application, Item
from sandbox.store.lists import Words
from tests.access.hall import PEOPLE, Hall, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_sees_in_lists_what_he_may_open(town: Hall, who: str) -> None:
    town.submit()
    town.submit("song", requests=[{"dataset": "relief", "columns": ["行业"], "justification": "汇总"}])
    town.pushed("clinics")
    drafts.draft(town.desk, town.actors["lin"], town.written(scenario="没写完"))
    drafts.draft(town.desk, town.actors["song"], town.written("song", scenario="也没写完"))
    actor = town.actors[who]
    sieve = lists.applications(town.desk, actor)
    cut = [one.id for one in lists.page(town.desk, sieve, Application, state="", limit=100)]
    asked = [one.id for one in reading.applications(town.desk, actor)]
    assert sorted(cut) == sorted(asked)
    assert sum(lists.counted(town.desk, sieve, Application).values()) == len(asked)
    first = lists.page(town.desk, sieve, Application, state="", limit=1)
    assert len(first) == min(1, len(asked))


def test_words_find_scenario_number_body_and_dataset(town: Hall) -> None:
    made = town.submit(scenario="水泥_100%需求")
    town.submit("song", scenario="另一个")
    officer = town.actors["luo"]

    def found(words: Words) -> list[str]:
        sieve = lists.applications(town.desk, officer, words=words)
        return [one.id for one in lists.page(town.desk, sieve, Application, state="submitted", limit=9)]

    assert found(Words("_100%")) == [made.id]
    assert found(Words("不存在")) == []
    assert found(Words("不存在", organisations=(made.organisation,))) == [made.id]
    assert found(Words(made.id)) == [made.id]


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_sees_the_items_that_he_reviews_or_asked_for(town: Hall, who: str) -> None:
    town.pushed("firms", "relief")
    town.pushed("clinics", "legal-persons")
    actor = town.actors[who]
    cut = {one.id for one in lists.page(town.desk, lists.items(town.desk, actor), Item, state="", limit=100)}
    assert cut == {one.id for one in reading.items(town.desk, actor)}
    assert len(cut) == (4 if PEOPLE[who][0] in ("authority", "firm") else len(cut))
