"""Whether an organisation may hold a role, as a decision of the access desk (第三条).

The rule itself is pure and lies in `kernel.eligibility`; this file reads the registry.
"""

from __future__ import annotations

from sandbox.kernel.decision import Answer, Decision, Refusal, decide
from sandbox.kernel.eligibility import eligibility
from sandbox.kernel.message import say
from sandbox.kernel.records import Organisation


def eligibility_of(organisation: Organisation, role: str) -> Decision:
    """Return the eligibility of a registered organisation; a manual outcome refuses until decided."""
    finding = eligibility(role, organisation.uscc, kind=organisation.kind)
    if finding.outcome == "eligible":
        return decide([Answer("eligibility")])
    reason = finding.reasons[0] if finding.reasons else None
    sentence = reason.message if reason is not None else say("不具备资格")
    article = reason.article if reason is not None else "第三条"
    return decide([Answer("eligibility", Refusal("eligibility", article, sentence))])
