"""Every step that a person may take in a browser has its form; what has none is named with its reason."""

from sandbox.kernel.lifecycle import STEPS
from sandbox.web.taking import ACTIONS

ELSEWHERE = {
    "home:purge": "the machine's keeper, on the command line",
    "grant:confirm": "a part of proposing a role that judges nobody",
    "delivery:receive": "the page with the file, not a form of fields",
    "masking-policy:draft": "a part of confirming the classification",
    "masking-policy:supersede": "a part of confirming the next policy",
    "seat:run": "in the seat",
    "submission:submit": "from the notebook",
    "release:issue": "a part of releasing",
    "release:collect": "answers with the products, not with a page",
    **dict.fromkeys(
        (
            "dataset:suspend",
            "dataset:reinstate",
            "responsibility:assign",
            "responsibility:relieve",
            "undertaking:sign",
            "incident:open",
            "incident:freeze",
            "incident:report",
            "incident:close",
            "notice:read",
            "subscription:add",
            "subscription:cancel",
        ),
        "on the command line until the console has its form",
    ),
}


def test_every_step_of_people_is_offered_once_or_named_as_taken_elsewhere():
    taken = [one.name for one in ACTIONS]
    assert len(taken) == len(set(taken))
    people = {one.name for one in STEPS if not one.by_system}
    assert people - set(taken) == set(ELSEWHERE)
    assert set(taken) <= {one.name for one in STEPS}


def test_paths_are_unique():
    places = [(one.plural, one.word) for one in ACTIONS]
    assert len(places) == len(set(places))
