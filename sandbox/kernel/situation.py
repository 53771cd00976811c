"""Everything a rule may look at besides the actor, gathered by the use case beforehand.

A field that a rule needs and that is absent makes the rule refuse: what cannot be checked
is not allowed. Nothing here is loaded lazily; rules stay free of disk and clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sandbox.kernel.actors import Role
from sandbox.kernel.agreement_records import ServiceAgreement, Transfer
from sandbox.kernel.application_records import (
    Application,
    Consultation,
    Coordination,
    Extension,
    ImpactAssessment,
    Item,
    Preliminary,
)
from sandbox.kernel.dataset_records import Consent, Dataset, Delivery, LandingOrder, MaskingPolicy, Snapshot
from sandbox.kernel.decision import Decision
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.records import (
    Account,
    Environment,
    Grant,
    OperatingAgreement,
    Organisation,
    Record,
    Ruling,
)
from sandbox.kernel.review_records import Assessment, Comment, Custody, Review, Submission
from sandbox.kernel.seat_records import Seat, Stoppage, Undertaking
from sandbox.kernel.template_records import Instance, Template, TemplateSignature


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts of one question.

    `record` is the record the step acts on, as it stands now (for a creation: as it would
    be). `own` is the actor's organisation, `other` the organisation the record concerns.
    `sectors` are the sector rule packs at hand (第二十条). `access` is the policy compiled from
    `agreement`; `transfer` lets a dataset of another environment in, `target` is where a transfer
    leads; `region_names` are region codes with their names; `moment` is China's time, `today` its date.
    `unstaffed` names the bodies of a push that have nobody who may review.
    `acted` holds the persons who took an earlier step that excludes them from this one.
    """

    today: date
    record: Record | None = None
    own: Organisation | None = None
    other: Organisation | None = None
    account: Account | None = None
    grant: Grant | None = None
    granted: frozenset[Role] = frozenset()
    environment: Environment | None = None
    operating: OperatingAgreement | None = None
    dataset: Dataset | None = None
    delivery: Delivery | None = None
    policy: MaskingPolicy | None = None
    application: Application | None = None
    items: tuple[Item, ...] = ()
    agreement: ServiceAgreement | None = None
    order: LandingOrder | None = None
    snapshots: tuple[Snapshot, ...] = ()
    seat: Seat | None = None
    seats_taken: int = 0
    submission: Submission | None = None
    reviews: tuple[Review, ...] = ()
    comments: tuple[Comment, ...] = ()
    custodies: tuple[Custody, ...] | None = None
    stoppages: tuple[Stoppage, ...] | None = None
    assessment: Assessment | None = None
    template: Template | None = None
    signatures: tuple[TemplateSignature, ...] | None = None
    instance: Instance | None = None
    organisations: tuple[Organisation, ...] = ()
    providers: frozenset[str] = frozenset()
    acted: frozenset[str] = frozenset()
    eligibility: Decision | None = None
    isolation: Decision | None = None
    regime_lapsed: bool = False
    longest_term_days: int = 0
    regime_ahead: bool = False
    preliminary: Preliminary | None = None
    supplements_allowed: int = 0
    each_field_justified: bool = False
    extension: Extension | None = None
    extension_days: int = 0
    extensions_allowed: int = 0
    consultations: tuple[Consultation, ...] | None = None
    must_consult: bool = True
    industry: frozenset[str] = frozenset()
    coordination: Coordination | None = None
    unstaffed: tuple[str, ...] | None = None
    principal: Account | None = None
    principal_roles: frozenset[Role] = frozenset()
    deputy_days: int = 0
    parties: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    consents: tuple[Consent, ...] | None = None
    impacts: tuple[ImpactAssessment, ...] | None = None
    inputs: tuple[Dataset, ...] = ()
    ruling: Ruling | None = None
    undertaking: Undertaking | None = None
    undertaking_version: int = 0
    incidents: tuple[Incident, ...] | None = None
    access: AccessPolicy | None = None
    amended: ServiceAgreement | None = None
    amendments: tuple[Application, ...] = ()
    moment: datetime | None = None
    transfer: Transfer | None = None
    target: Environment | None = None
    region_names: Mapping[str, str] = field(default_factory=dict)

    def organisation(self, identifier: str) -> Organisation | None:
        """Return the organisation of that id among those gathered, or None."""
        known = (self.own, self.other, *self.organisations)
        return next((one for one in known if one is not None and one.id == identifier), None)
