"""Every form of the console is a step of the table; what is taken elsewhere is named with its reason."""

from collections import Counter

from sandbox.kernel.lifecycle import STEPS
from sandbox.web.taking import ACTIONS

ELSEWHERE = {
    "home:purge": "the machine's keeper, on the command line",
    "grant:confirm": "a part of proposing a role that judges nobody",
    "delivery:receive": "the page with the file, not a form of fields",
    "masking-policy:draft": "a part of confirming the classification",
    "masking-policy:supersede": "a part of confirming the next policy",
    "seat:run": "in the seat",
    "release:issue": "a part of releasing",
    "item:withdraw": "a part of withdrawing the application",
    "coordination:drop": "a part of withdrawing the application",
    "coordination:open": "a part of refusing an item",
    "item:reopen": "a part of returning a case",
    "item:close": "a part of upholding a refusal",
    "service-agreement:supersede": "a part of signing the version that takes its place",
    "dataset:amend": "a part of describing a dataset that is classified",
    "template:draft": "on the command line, with its file",
    "template:propose": "a part of drafting it on the command line",
    "release:collect": "answers with the products, not with a page",
}


TWICE = ["submission:resubmit"]
"""Steps with two forms: the author hands in again what he wrote, or what the gate mended."""


def test_every_form_is_a_step_of_people_and_what_is_taken_elsewhere_has_none():
    taken = [one.name for one in ACTIONS]
    assert [name for name, forms in Counter(taken).items() if forms > 1] == TWICE
    people = {one.name for one in STEPS if not one.by_system}
    assert set(taken) <= people
    assert set(ELSEWHERE) == people - set(taken)


def test_paths_are_unique():
    places = [(one.plural, one.word) for one in ACTIONS]
    assert len(places) == len(set(places))
