"""A changed policy on past submissions: judged again, told apart, and nothing of it kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sandbox.access.policy import policy_of
from sandbox.access.trial import changed, read
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.policy import plain
from sandbox.kernel.review_records import Examination, Submission
from sandbox.oversight.replay import Replay, past_of, replay
from tests.journeys.homes import (
    DEVELOPER,
    JUDGED,
    MARKET,
    OFFICER,
    OPERATOR,
    OTHER_DEVELOPER,
    Desk,
    Home,
    keep,
    released,
    told,
)

__all__ = ["released", "told"]


def tried(desk: Desk, *settings: str, who: str = OFFICER) -> Replay:
    standing = policy_of(desk.platform.directory, desk.platform.store.load(ServiceAgreement, MARKET).record)
    trial = changed(standing, settings)
    return replay(desk.platform.gate, desk.actor(who), MARKET, trial, standing=standing.digest)


def test_the_standing_policy_decides_as_it_did_and_others_otherwise(released: Home) -> None:
    with released.open() as desk:
        platform = desk.platform
        before = platform.store.facts()
        same = tried(desk)
        assert same.policy == same.trial
        assert len(same.submissions) >= 2
        assert not any(one.differs for one in same.submissions)
        stricter = tried(desk, "datasets.thresholds.smallest=100000", who=OPERATOR)
        was = [file for one in stricter.submissions for file in one.files if file.before is Verdict.RELEASE]
        assert was
        assert all(file.after is Verdict.REFUSE and "G10" in file.rules for file in was)
        formless = tried(desk, "outputs=model")
        assert any("G21" in file.rules for one in formless.submissions for file in one.files)
        over = tried(desk, "term_to=2020-12-31", "term_from=2020-01-01", "reviewers=5")
        assert all(one.refused and one.votes_needed == 5 for one in over.submissions)
        # nothing but the looks is on record, and nothing that stood has moved
        after = platform.store.facts()[len(before) :]
        assert {one.verb for one in after} == {"examination:record"}
        assert len(after) == 4
        (*_, last) = platform.store.find(Examination)
        assert last.record.looked_at == f"replay:{over.trial}"


def test_what_is_under_review_is_not_shown_or_a_sample_would_be_what_is_missing(
    told: Path, tmp_path: Path
) -> None:
    keep(told / JUDGED, tmp_path / "home")
    with Home(tmp_path / "home").open() as desk:
        platform = desk.platform
        every = platform.store.find(Submission, linked=("agreement", MARKET))
        decided = {one.record.id for one in every if one.record.state in ("refused", "released")}
        assert "in-review" in {one.record.state for one in every}
        agreement = platform.store.load(ServiceAgreement, MARKET).record
        assert {one.stored.record.id for one in past_of(platform.gate, agreement)} == decided


def test_who_may_not_look_and_what_cannot_be_tried(released: Home) -> None:
    with released.open() as desk:
        for name in (DEVELOPER, OTHER_DEVELOPER, "linghu.ping"):
            with pytest.raises(RefusedError):
                tried(desk, who=name)
        found = desk.platform.store.load(ServiceAgreement, MARKET).record
        policy = policy_of(desk.platform.directory, found)
        for wrong in (
            "x", "nothing=1", "quotas.nothing=1", "seats=many", "reviewers=[]", "term_to=morgen",
            "agreement=another", "hours=always", "joins=a+b", "outputs=poem", "datasets.columns=1",
            "datasets.thresholds.smallest=1", "quotas.day_runs=-1",
        ):  # fmt: skip
            with pytest.raises(InputError):
                changed(policy, (wrong,))
        assert changed(policy, ("hours=1-5 08:00-20:00",)).hours[0].days == (1, 2, 3, 4, 5)
        assert changed(policy, ("term_to=2030-01-01",)) == replace(policy, term_to=date(2030, 1, 1))
        assert read(json.dumps(plain(policy)), policy) == policy
        with pytest.raises(InputError):
            read("[]", policy)
