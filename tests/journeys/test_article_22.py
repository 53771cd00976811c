"""第二十二条: the measure has lapsed; what was opened runs on, what is new needs a reason and a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.access import application as applications
from sandbox.access import review
from sandbox.access.transition import transition
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import InputError, RefusedError
from tests.access.hall import LAPSED, REGIME, hall


def test_two_measures_side_by_side(tmp_path: Path) -> None:
    town = hall(tmp_path)
    desk, people = town.desk, town.actors
    old, new = desk.regime(LAPSED), desk.regime(REGIME)
    assert not old.in_force(town.today)
    assert new.in_force(town.today)
    assert old.successor == new.id
    with pytest.raises(RefusedError, match="第二十二条"):
        town.submit(regime=LAPSED)
    made = town.submit(regime=LAPSED, regime_override="2024 年立项，按原办法办结")
    with pytest.raises(InputError):
        applications.accept(desk, people["chen"], made.id, findings="好")
    kept = applications.accept(desk, people["chen"], made.id, findings="好", confirm_override=True)
    assert kept.override_confirmed_by == people["chen"].account
    (item,) = review.push(desk, people["chen"], made.id)
    assert item.clock is not None
    assert item.clock.days == old.deadline("provider-review")
    fresh = town.submit()
    report = {one.id: (one.regime, one.lapsed) for one in transition(desk, people["chen"]).applications}
    assert report == {made.id: (LAPSED, True), fresh.id: (REGIME, False)}
    (fact,) = town.store.facts(verb="application:submit", record=made.id)
    assert town.store.payload(fact.seq)["note"]["override"] == "2024 年立项，按原办法办结"
    assert town.store.load(Application, made.id).record.regime_digest == old.digest
