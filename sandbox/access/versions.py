"""The versions of one agreement: which stands now, and which came before.

Seats, data and products are tied to the version under which they came to be; what is asked about them
is asked of the version that stands. Looks only.
"""

from __future__ import annotations

from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.people.directory import Directory

SUPERSEDED = "superseded"


def standing(directory: Directory, identifier: str) -> ServiceAgreement:
    """Return the version that stands in the place of this one: itself, unless a later one was signed."""
    found = directory.store.load(ServiceAgreement, identifier).record
    while found.state == SUPERSEDED:
        later = directory.store.find(ServiceAgreement, linked=("supersedes", found.id))
        signed = [one.record for one in later if one.record.key_id]
        if len(signed) != 1:
            return found
        found = signed[0]
    return found


def versions(agreement: ServiceAgreement) -> tuple[str, ...]:
    """Return the ids of all versions up to this one, oldest first."""
    return (*agreement.lineage, agreement.id)
