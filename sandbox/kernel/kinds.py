"""Every kind of record in one tuple, wherever its type is defined.

The store, the tests and the reference read kinds from here; what a kind holds is its own module's.
"""

from __future__ import annotations

from sandbox.kernel.agreement_records import AgreementText, PolicyRecord, ServiceAgreement, Transfer
from sandbox.kernel.application_records import (
    Application,
    CalendarNotice,
    Consultation,
    Coordination,
    ImpactAssessment,
    Item,
)
from sandbox.kernel.dataset_records import Consent, Dataset, Delivery, LandingOrder, MaskingPolicy, Snapshot
from sandbox.kernel.oversight_records import Incident, Notice, Responsibility, Subscription
from sandbox.kernel.records import (
    Account,
    Environment,
    Grant,
    Home,
    OperatingAgreement,
    Organisation,
    Record,
    RefusedAttempt,
)
from sandbox.kernel.review_records import (
    Assessment,
    Comment,
    Custody,
    Examination,
    Release,
    Review,
    Submission,
)
from sandbox.kernel.seat_records import Seat, Stoppage, Undertaking
from sandbox.kernel.template_records import Template, TemplateLook, TemplateSignature
from sandbox.kernel.trace_records import Trace

RECORDS: tuple[type[Record], ...] = (
    Home,
    RefusedAttempt,
    Examination,
    Organisation,
    Account,
    Grant,
    OperatingAgreement,
    Environment,
    Dataset,
    Consent,
    ImpactAssessment,
    Delivery,
    MaskingPolicy,
    Application,
    Item,
    Consultation,
    Coordination,
    CalendarNotice,
    ServiceAgreement,
    PolicyRecord,
    AgreementText,
    Transfer,
    LandingOrder,
    Snapshot,
    Seat,
    Submission,
    Review,
    Comment,
    Custody,
    Stoppage,
    Assessment,
    Template,
    TemplateSignature,
    TemplateLook,
    Release,
    Responsibility,
    Undertaking,
    Incident,
    Trace,
    Notice,
    Subscription,
)
"""Every record kind; a new kind is added here and nowhere else."""
