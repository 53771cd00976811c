"""Hostile words in every text field: kept as they are and harmless, or refused with the field named."""

from __future__ import annotations

import pytest

from sandbox.access import application as applications
from sandbox.access import consultation, coordination, drafts, holidays, reading, review
from sandbox.kernel.application_records import Item
from sandbox.kernel.errors import InputError
from sandbox.kernel.words import LONGEST, checked
from tests.access.hall import BODIES, Hall, hall

HARMLESS = (
    "<script>alert(1)</script>",
    "'; DROP TABLE record; --",
    '=HYPERLINK("http://x","y")',
    "+1+1|cmd",
    "@SUM(A1)",
    "{0.__class__} %s {x}",
    "[bold red]x[/] \\[",
    "../../etc/passwd",
    "行一\n行二",
    "𠮷野家👍🏽",
)
UNREADABLE = ("a\x00b", "a\x1b[31mb", "a\u202eb", "\ud800", "长" * (LONGEST + 1))
FIELDS = ("scenario", "scope", "security_controls", "contact")


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


@pytest.mark.parametrize("words", HARMLESS)
def test_words_that_would_harm_elsewhere_are_kept_to_the_letter(town: Hall, words) -> None:
    desk, people = town.desk, town.actors
    request = {"dataset": "relief", "columns": ["行业"], "justification": words, "reasons": {"行业": words}}
    made = town.submit(**dict.fromkeys(FIELDS, words), scenario_kinds=[words], requests=[request])
    assert reading.application(desk, people["lin"], made.id).scenario == words
    applications.accept(desk, people["chen"], made.id, findings=words, qualification=words)
    (item,) = review.push(desk, people["chen"], made.id)
    asked = consultation.ask(desk, people["mu"], item.id, body=BODIES["health"][0], question=words)
    consultation.answer(desk, people["tang"], asked.id, opinion=words, objects=False)
    review.refuse(desk, people["mu"], item.id, reason=words)
    (case,) = coordination.of_item(desk, item.id)
    coordination.hand_back(desk, people["luo"], case.id, outcome=words)
    kept = review.approve(desk, people["mu"], item.id, conditions=words)
    assert kept.conditions == town.store.load(Item, item.id).record.conditions == words


@pytest.mark.parametrize("words", UNREADABLE, ids=("nul", "escape", "turned", "surrogate", "long"))
@pytest.mark.parametrize("field", FIELDS)
def test_words_nobody_could_read_are_refused_by_field(town: Hall, field, words) -> None:
    for take in (lambda one: applications.submit(town.desk, town.actors["lin"], one),
                 lambda one: drafts.draft(town.desk, town.actors["lin"], one)):  # fmt: skip
        with pytest.raises(InputError, match=field):
            take(town.written(**{field: words}))
    assert reading.applications(town.desk, town.actors["lin"]) == ()


@pytest.mark.parametrize("words", UNREADABLE, ids=("nul", "escape", "turned", "surrogate", "long"))
def test_unreadable_words_are_refused_at_every_later_step(town: Hall, words) -> None:
    desk, people = town.desk, town.actors
    made = town.submit()
    for act in (
        lambda: applications.accept(desk, people["chen"], made.id, findings=words),
        lambda: applications.reject(desk, people["chen"], made.id, findings=words),
        lambda: applications.supplement(desk, people["chen"], made.id, points=("x", words)),
        lambda: holidays.record(
            desk,
            people["chen"],
            holidays.notice_of(people["chen"], {"document": words, "rest": ["2026-03-09"]}),
        ),
    ):
        with pytest.raises(InputError):
            act()
    (item,) = town.pushed()
    told = review.told_today(desk, days=3, leader=words, document="d", reason="r")
    for act in (
        lambda: review.approve(desk, people["yang"], item.id, conditions=words),
        lambda: review.refuse(desk, people["yang"], item.id, reason=words),
        lambda: review.extend(desk, people["yang"], item.id, told),
        lambda: consultation.ask(desk, people["yang"], item.id, body=BODIES["health"][0], question=words),
    ):
        with pytest.raises(InputError):
            act()
    assert town.item(item.id) == item


def test_plain_words_pass_without_the_blanks_around_them() -> None:
    assert checked(" 好 ", where="x") == "好"
    assert checked("一\n二\t三", where="x") == "一\n二\t三"
