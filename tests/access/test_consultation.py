"""An industry authority is asked, and nothing is approved before it has answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.access import consultation, review
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError, NotFoundError, RefusedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Organisation
from sandbox.municipality.numbers import uscc
from sandbox.store.changes import Change
from tests.access.hall import BODIES, Hall, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


HEALTH = BODIES["health"][0]
UTILITY = ((Organisation, "market"), (Dataset, "firms"))


def test_data_of_an_industry_is_not_approved_unasked(town: Hall) -> None:
    relief, clinics = town.pushed("relief", "clinics")
    with pytest.raises(RefusedError, match="涉及行业管理"):
        review.approve(town.desk, town.actors["mu"], relief.id)
    assert review.approve(town.desk, town.actors["tang"], clinics.id).state == "approved"


def test_an_open_question_blocks_and_its_answer_frees(town: Hall) -> None:
    (item,) = town.pushed("relief")
    asked = consultation.ask(town.desk, town.actors["mu"], item.id, body=HEALTH, question="可否用于统计？")
    assert asked.organisation == town.ids["health"]
    with pytest.raises(RefusedError, match="尚未答复"):
        review.approve(town.desk, town.actors["mu"], item.id)
    for nobody in ("mu", "chen", "lin", "zhang"):
        with pytest.raises(RefusedError):
            consultation.answer(town.desk, town.actors[nobody], asked.id, opinion="可以", objects=False)
    with pytest.raises(InputError):
        consultation.answer(town.desk, town.actors["tang"], asked.id, opinion=" ", objects=False)
    answered = consultation.answer(town.desk, town.actors["tang"], asked.id, opinion="可以", objects=False)
    assert answered.state == "answered"
    with pytest.raises(RefusedError):
        consultation.answer(town.desk, town.actors["tang"], asked.id, opinion="不行", objects=True)
    assert review.approve(town.desk, town.actors["mu"], item.id).state == "approved"


def test_only_the_industrys_own_authority_is_an_answer(town: Hall) -> None:
    """Somebody else may be asked as well; what he says does not stand for the industry."""
    (item,) = town.pushed("relief")
    other = consultation.ask(
        town.desk, town.actors["mu"], item.id, body=BODIES["market"][0], question="可否用于统计？"
    )
    consultation.answer(town.desk, town.actors["yang"], other.id, opinion="可以", objects=False)
    with pytest.raises(RefusedError, match="涉及行业管理"):
        review.approve(town.desk, town.actors["mu"], item.id)
    asked = consultation.ask(town.desk, town.actors["mu"], item.id, body=HEALTH, question="？")
    consultation.answer(town.desk, town.actors["tang"], asked.id, opinion="可以", objects=False)
    assert review.approve(town.desk, town.actors["mu"], item.id).state == "approved"


def test_a_utility_is_not_its_own_industrys_authority(town: Hall) -> None:
    """Its name may hold the industry's words: the department of the industry is heard all the same."""
    body, held = (town.store.load(kind, town.ids[key]) for kind, key in UTILITY)
    company = replace(body.record, name="遵义卫生健康服务有限责任公司", uscc=uscc("91", "520300", "MA6YW001"))
    meters = replace(held.record, special_regime="health")
    for name, record, version in (
        ("organisation:attach", company, body.version),
        ("dataset:classify", meters, held.version),
    ):
        town.store.write(SYSTEM, Change(step(name), record, expected=version))
    (item,) = town.pushed("firms")
    with pytest.raises(RefusedError, match="涉及行业管理"):
        review.approve(town.desk, town.actors["yang"], item.id)


def test_asking_does_not_stop_the_clock(town: Hall) -> None:
    (item,) = town.pushed("relief")
    consultation.ask(town.desk, town.actors["mu"], item.id, body=HEALTH, question="？")
    assert town.item(item.id).due_on == item.due_on


def test_taking_the_question_back_does_not_make_it_needless(town: Hall) -> None:
    (item,) = town.pushed("relief")
    asked = consultation.ask(town.desk, town.actors["mu"], item.id, body=HEALTH, question="？")
    assert consultation.withdraw(town.desk, town.actors["mu"], asked.id).state == "withdrawn"
    with pytest.raises(RefusedError, match="涉及行业管理"):
        review.approve(town.desk, town.actors["mu"], item.id)


def test_an_objection_is_heeded_in_words(town: Hall) -> None:
    (item,) = town.pushed("relief")
    asked = consultation.ask(town.desk, town.actors["mu"], item.id, body=HEALTH, question="？")
    consultation.answer(town.desk, town.actors["tang"], asked.id, opinion="样本过小", objects=True)
    with pytest.raises(InputError, match="不同意见"):
        review.approve(town.desk, town.actors["mu"], item.id)
    kept = review.approve(town.desk, town.actors["mu"], item.id, conditions="已提高最小汇总数")
    assert kept.state == "approved"


def test_only_the_reviewer_asks_and_nobody_asks_himself_or_the_applicant(town: Hall) -> None:
    (item,) = town.pushed()
    for who, body in (
        ("tang", HEALTH),
        ("chen", HEALTH),
        ("yang", BODIES["market"][0]),
        ("yang", BODIES["firm"][0]),
    ):
        with pytest.raises(RefusedError):
            consultation.ask(town.desk, town.actors[who], item.id, body=body, question="？")
    with pytest.raises(NotFoundError):
        consultation.ask(town.desk, town.actors["yang"], item.id, body="没有的局", question="？")
    with pytest.raises(InputError):
        consultation.ask(town.desk, town.actors["yang"], item.id, body=HEALTH, question="")
    review.approve(town.desk, town.actors["yang"], item.id)
    with pytest.raises(RefusedError, match="已经审结"):
        consultation.ask(town.desk, town.actors["yang"], item.id, body=HEALTH, question="？")


def test_who_asked_and_who_was_asked_see_it_and_nobody_else_of_the_parties(town: Hall) -> None:
    (item,) = town.pushed("relief")
    asked = consultation.ask(town.desk, town.actors["mu"], item.id, body=HEALTH, question="？")
    for who in ("mu", "tang", "luo"):
        found, about = consultation.shown(town.desk, town.actors[who], asked.id)
        assert (found.id, about.id) == (asked.id, item.id)
    for who in ("lin", "song", "yang", "zhang"):
        with pytest.raises(RefusedError):
            consultation.shown(town.desk, town.actors[who], asked.id)
