"""The clock of a review and the settings of its regime: how many working days, how often is too often.

The day after the gate's judgement is day 1; a round that is sent back and handed in anew starts anew.
A home's own regime that does not know a setting yet has ours. Overdue is never consent.
"""

from __future__ import annotations

from sandbox.access import clocks
from sandbox.egress.court import policy_for
from sandbox.egress.desk import GateDesk
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.records import Clock, Environment, Submission

WORKING_DAYS = 5


def setting(desk: GateDesk, submission: Submission, code: str, otherwise: int) -> int:
    """Return a number of the regime that the submission's agreement was made under."""
    try:
        return desk.regimes[policy_for(desk, submission).regime].rule(code).number
    except (KeyError, NotFoundError):
        return otherwise


def started(desk: GateDesk, submission: Submission) -> Clock:
    """Return the clock of a round that the gate has just let through to the reviewers."""
    region = desk.directory.store.load(Environment, submission.environment).record.region
    today = desk.directory.today()
    days = setting(desk, submission, "egress-review", WORKING_DAYS)
    blank = Clock(started_on=today, days=days, region=region, due=today, earliest=today, latest=today)
    return clocks.counted(blank, desk.calendar(region))


def days_left(desk: GateDesk, clock: Clock) -> int:
    """Return the working days that are left, below zero once the term has passed."""
    return clocks.days_left(desk.directory.today(), clock.due, desk.calendar(clock.region))
