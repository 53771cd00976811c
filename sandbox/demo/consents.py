"""The consent of the demonstration's contributor of social data, signed by its own officer (第五条)."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from sandbox.catalog import consents
from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Consent, Dataset
from sandbox.kernel.message import say
from sandbox.people.directory import Directory


def give(directory: Directory, officer: Actor, dataset: Dataset) -> Consent:
    """Return the consent for a year."""
    signed = str(say("同意用于县域物流景气分析，只出汇总结果"))
    consent = Consent(
        state="in-force",
        organisation=dataset.organisation,
        environment=dataset.environment,
        dataset=dataset.id,
        document=sha256(signed.encode()).hexdigest(),
        purposes=(signed,),
        until=directory.today() + timedelta(days=365),
    )
    return consents.give(directory, officer, consent)
