"""Planted leaks measure the reviewers and leave by no path, whatever is forged."""

from __future__ import annotations

import pytest

from sandbox.egress import audience, docket, quality, release, review, samples
from sandbox.kernel.errors import RefusedError, SandboxError
from sandbox.kernel.records import FileVote, Release
from tests.journeys.forge import forge
from tests.journeys.homes import DEVELOPER, OFFICER, PROVIDER, SECURITY, Home, judged, told

__all__ = ["judged", "told"]


@pytest.mark.parametrize("kind", samples.KINDS)
def test_a_planted_leak_is_voted_on_and_never_leaves(judged: Home, kind: str) -> None:
    with judged.open() as desk:
        gate, security = desk.platform.gate, desk.actor(SECURITY)
        made = samples.plant(gate, desk.actor(OFFICER), "demo", kind)
        assert audience.rewritten(gate, security, made.id)
        assert audience.audience_of(gate, desk.actor(DEVELOPER), made) is None
        assert made.id in {one.submission.id for one in docket.docket(gate, security)}
        votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files if one.rewritten)
        for who in (SECURITY, PROVIDER):
            made = review.cast(gate, desk.actor(who), made.id, votes)
        assert made.state == "exposed"
        with pytest.raises(SandboxError):
            release.release(gate, security, made.id)
        forge(judged.path, made.id, '"state":"exposed"', '"state":"approved"', state="approved")
        forge(judged.path, made.id, '"approved":null', '"approved":true')
        with pytest.raises(SandboxError):
            release.release(gate, security, made.id)
        forge(judged.path, made.id, f'"sample":"{kind}"', '"sample":""')
        with pytest.raises(SandboxError):
            release.release(gate, security, made.id)
        assert desk.platform.store.find(Release) == ()


def test_what_reviewers_missed_is_told_to_the_authority_alone(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        made = samples.plant(gate, desk.actor(OFFICER), "demo", next(iter(samples.KINDS)))
        votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files if one.rewritten)
        for who in (SECURITY, PROVIDER):
            review.cast(gate, desk.actor(who), made.id, votes)
        found = quality.measured(gate, desk.actor(OFFICER))
        assert (found.planted, found.exposed, found.caught) == (1, 1, 0)
        for who in (SECURITY, PROVIDER, DEVELOPER):
            with pytest.raises(RefusedError):
                quality.measured(gate, desk.actor(who))
