"""Actors and records that the kernel's tests ask about."""

from datetime import date
from itertools import count

from sandbox.kernel.actors import Actor, Proof, Role
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.kernel.review_records import Capacity, FileVote, Review, Submission, SubmittedFile

TODAY = date(2024, 6, 3)
_number = count(1)


def organisation(identifier="org", *roles, **fields):
    """Return a registered organisation with the given roles."""
    base = {"state": "registered", "name": "某单位", "uscc": "", "kind": "企业", "region": "520300"}
    return Organisation(id=identifier, roles=tuple(roles), **(base | fields))


def actor(*roles, org="org", account=None, person=None, proof=Proof.PASSWORD_TOTP):
    """Return a person of an organisation with the given roles."""
    number = next(_number)
    return Actor(account or f"account-{number}", person or f"person-{number}", org, frozenset(roles), proof)


def submission(*, files=("d1",), state="in-review", org="firm", author="author", commissioned=()):
    """Return a submission whose rewritten files have the given digests."""
    return Submission(
        id="submission-1",
        state=state,
        organisation=org,
        environment="env",
        agreement="agreement",
        seat="seat",
        author=author,
        title="测试",
        files=tuple(SubmittedFile(name=f"{d}.csv", digest=f"s-{d}", size=1, rewritten=d) for d in files),
        snapshots=("snapshot-1",),
        commissioned=commissioned,
    )


def review(capacity, org, person, *, yes=("d1",), no=()):
    """Return a vote."""
    votes = tuple(FileVote(digest=d, approve=True) for d in yes) + tuple(
        FileVote(digest=d, approve=False) for d in no
    )
    return Review(
        id=f"review-{next(_number)}",
        state="cast",
        organisation=org,
        environment="env",
        submission="submission-1",
        voter=f"account-of-{person}",
        person=person,
        capacity=capacity,
        votes=votes,
    )


AUTHORITY, PROVIDER, THIRD = Capacity.AUTHORITY, Capacity.PROVIDER, Capacity.THIRD_PARTY
ROLES = OrganisationRole
OFFICER = Role.AUTHORITY_OFFICER
