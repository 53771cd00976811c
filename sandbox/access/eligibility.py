"""Whether an organisation may hold a role, as a decision of the access desk (第三条).

The rule itself is pure and lies in `kernel.eligibility`; this file reads the registry. Where the
rule leaves the answer to a person, the latest decision on record answers, until its last day.
"""

from __future__ import annotations

from datetime import date

from sandbox.kernel.decision import Answer, Decision, Refusal, decide
from sandbox.kernel.eligibility import Eligibility, Standing, eligibility
from sandbox.kernel.message import say
from sandbox.kernel.records import Organisation, Ruling


def eligibility_of(organisation: Organisation, role: str, *, today: date) -> Decision:
    """Return the eligibility of a registered organisation; a manual outcome refuses until decided."""
    finding = finding_of(organisation, role)
    if finding:
        return decide([Answer("eligibility")])
    ruling = ruling_of(organisation, role, today=today)
    if finding.outcome is Standing.MANUAL and ruling is not None:
        if ruling.eligible:
            return decide([Answer("eligibility")])
        sentence = say("主管部门认定该单位不具备资格：{reason}", reason=ruling.reason)
        return decide([Answer("eligibility", Refusal("eligibility", "第三条", sentence))])
    reason = finding.reasons[0]
    return decide([Answer("eligibility", Refusal("eligibility", reason.article, reason.message))])


def finding_of(organisation: Organisation, role: str) -> Eligibility:
    """Return what the rule alone says of the organisation as registered."""
    return eligibility(
        role,
        organisation.uscc,
        kind=organisation.kind,
        fiscally_funded=organisation.fiscally_funded,
    )


def ruling_of(organisation: Organisation, role: str, *, today: date) -> Ruling | None:
    """Return the latest decision on the role if it has not run out, or None."""
    mine = [one for one in organisation.rulings if one.role == role]
    latest = mine[-1] if mine else None
    if latest is None or (latest.until is not None and latest.until < today):
        return None
    return latest
