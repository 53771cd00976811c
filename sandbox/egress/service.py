"""The clock of a review and the settings of its regime: how many working days, how often is too often.

The day after the gate's judgement is day 1; a round that is sent back and handed in anew starts anew.
A home's own regime that does not know a setting yet has that of those we ship. Overdue is never consent.
"""

from __future__ import annotations

from contextlib import suppress

from sandbox.access import clocks
from sandbox.egress.court import policy_for
from sandbox.egress.desk import GateDesk
from sandbox.kernel.application_records import Clock
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.message import say
from sandbox.kernel.records import Environment
from sandbox.kernel.review_records import Submission
from sandbox.regulation.loader import regimes

TERM, CUSTODY, REFUSALS, REFUSAL_DAYS, LEAD = (
    "security-review",
    "review-custody",
    "record-refusals",
    "record-refusal-days",
    "reminder-lead",
)
"""The settings of reviews: working days, minutes, times, days, and working days ahead of the end."""


def setting(desk: GateDesk, submission: Submission, code: str) -> int:
    """Return a number of the regime that the application of the submission's agreement was made under."""
    own = policy_for(desk, submission).regime
    shipped = [one for one in regimes() if one.id == own] + [regimes()[-1]]
    for one in (desk.regimes.get(own), *shipped):
        if one is not None:
            with suppress(NotFoundError):
                return one.rule(code).number
    raise NotFoundError(say("{regime}没有名为 {code} 的规则", regime=own, code=code))


def started(desk: GateDesk, submission: Submission) -> Clock:
    """Return the clock of a round that the gate has just let through to the reviewers."""
    region = desk.directory.store.load(Environment, submission.environment).record.region
    today = desk.directory.today()
    days = setting(desk, submission, TERM)
    blank = Clock(started_on=today, days=days, region=region, due=today, earliest=today, latest=today)
    return clocks.counted(blank, desk.calendar(region))


def days_left(desk: GateDesk, clock: Clock) -> int:
    """Return the working days that are left, below zero once the term has passed."""
    return clocks.days_left(desk.directory.today(), clock.due, desk.calendar(clock.region))
