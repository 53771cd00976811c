"""Rules on entries, consents and bodies: each refuses exactly what its article forbids."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel import catalogue_rules as c
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Consent, Dataset, Snapshot
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel, joined
from sandbox.kernel.metadata import Core, Exclusion, Media, Opening, Origin, ResourceCode
from sandbox.kernel.records import Attachment, OrganisationRole, Ruling
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.situation import Situation
from sandbox.municipality.numbers import uscc
from tests.kernel.people import TODAY, actor, organisation

OPEN = Grading(ProvincialLevel.PUBLIC, NationalLevel.GENERAL, Grade.L1)
INNER = Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L3)
DATA = Dataset(
    id="d",
    state="classified",
    organisation="dept",
    environment="env",
    code="data",
    title="数据",
    grading=INNER,
)
AGREEMENT = ServiceAgreement(
    id="a", state="active", organisation="firm", operator="operator", environment="env", application="x",
    items=(), scenario="s", term_from=TODAY, term_to=TODAY, users=("me",), seats=1, key_id="k",
)  # fmt: skip
SNAPSHOT = Snapshot(
    id="s", state="published", organisation="dept", environment="env", agreement="a", dataset="d", order="o",
    series="s", version=1, manifest_digest="m", sidecar="s", rows=9, smallest_class=9, interactive=True,
)  # fmt: skip
PERSON = actor()
GRADINGS = [
    Grading(level, national, grade)
    for level, national, grade in product(ProvincialLevel, NationalLevel, Grade)
]


@given(st.lists(st.sampled_from(GRADINGS), min_size=1, max_size=5))
def test_a_join_is_as_high_as_its_highest_input_on_every_axis(gradings):
    made = joined(gradings)
    order = (list(ProvincialLevel), list(NationalLevel))
    assert all(made.covers(one) for one in gradings)
    assert made.grade == max(one.grade for one in gradings)
    assert order[0].index(made.provincial) == max(order[0].index(one.provincial) for one in gradings)
    assert order[1].index(made.national) == max(order[1].index(one.national) for one in gradings)


def test_what_is_joined_keeps_grade_and_flags():
    social = replace(
        DATA, id="e", grading=replace(INNER, grade=Grade.L4), exclusions=(Exclusion.TRADE_SECRET,)
    )
    inputs = (DATA, social)
    made = replace(DATA, id="", derived_from=("d", "e"), grading=social.grading, exclusions=social.exclusions)
    now = Situation(today=TODAY, dataset=made, inputs=inputs)
    assert c.INHERITS.check(PERSON, now) is None
    for wrong in (
        replace(now, dataset=replace(made, grading=INNER)),
        replace(now, dataset=replace(made, grading=OPEN)),
        replace(now, dataset=replace(made, exclusions=())),
        replace(now, inputs=(DATA,)),
        replace(now, dataset=None),
    ):
        assert c.INHERITS.check(PERSON, wrong)


def test_privacy_is_never_taken_away_by_hand():
    private = replace(DATA, exclusions=(Exclusion.PERSONAL_PRIVACY, Exclusion.OTHER_LAW))
    now = Situation(today=TODAY, record=private, dataset=private)
    assert c.PRIVACY_KEPT.check(PERSON, now) is None
    for left in ((), (Exclusion.OTHER_LAW,)):
        assert c.PRIVACY_KEPT.check(PERSON, replace(now, dataset=replace(private, exclusions=left)))
    only = replace(private, exclusions=(Exclusion.PERSONAL_PRIVACY,))
    assert c.PRIVACY_KEPT.check(PERSON, replace(now, dataset=only)) is None


@pytest.mark.parametrize("flag", [one for one in Exclusion if one is not Exclusion.PERSONAL_PRIVACY])
def test_excluded_data_is_not_developed(flag):
    assert c.NOT_EXCLUDED.check(PERSON, Situation(today=TODAY, dataset=replace(DATA, exclusions=(flag,))))


def test_private_data_is_developed_masked_and_closed_data_never():
    private = replace(DATA, exclusions=(Exclusion.PERSONAL_PRIVACY,))
    assert c.NOT_EXCLUDED.check(PERSON, Situation(today=TODAY, dataset=private)) is None
    closed = replace(DATA, core=Core(opening=Opening.NOT_OPEN, opening_basis="other-law"))
    assert c.NOT_EXCLUDED.check(PERSON, Situation(today=TODAY, dataset=closed))


@pytest.mark.parametrize("media", list(Media))
def test_only_tables_are_delivered(media):
    refused = c.DELIVERABLE.check(PERSON, Situation(today=TODAY, dataset=replace(DATA, media=media)))
    assert (refused is None) is (media is Media.TABLE)


@pytest.mark.parametrize(
    ("register", "origin", "fits"),
    [
        ("11", Origin.GOVERNMENT, True), ("11", Origin.PUBLIC_UTILITY, True), ("11", Origin.SOCIAL, False),
        ("12", Origin.GOVERNMENT, True), ("12", Origin.SOCIAL, True), ("91", Origin.GOVERNMENT, False),
        ("91", Origin.PUBLIC_UTILITY, True), ("91", Origin.SOCIAL, True), ("52", Origin.GOVERNMENT, False),
        ("92", Origin.GOVERNMENT, False),
    ],
)  # fmt: skip
def test_whose_data_it_can_be(register, origin, fits):
    own = organisation("own", uscc=uscc(register, "520302", "MA6H0000"))
    now = Situation(today=TODAY, own=own, dataset=replace(DATA, origin=origin))
    assert (c.ORIGIN_FITS.check(PERSON, now) is None) is fits


CONSENT = Consent(
    id="c", state="in-force", organisation="dept", environment="env", dataset="d", document="f",
    purposes=("统计",), until=TODAY + timedelta(days=1),
)  # fmt: skip


def test_social_data_needs_its_own_contributors_consent_in_force():
    social = replace(DATA, origin=Origin.SOCIAL)
    now = Situation(today=TODAY, dataset=social, consents=(CONSENT,))
    assert c.CONSENTED.check(PERSON, now) is None
    assert c.CONSENTED.check(PERSON, replace(now, today=TODAY + timedelta(days=1))) is None
    for wrong in (
        replace(now, consents=None),
        replace(now, consents=()),
        replace(now, consents=(replace(CONSENT, state="withdrawn"),)),
        replace(now, consents=(replace(CONSENT, dataset="other"),)),
        replace(now, consents=(replace(CONSENT, organisation="thief"),)),
        replace(now, today=TODAY + timedelta(days=2)),
        replace(now, dataset=None),
    ):
        assert c.CONSENTED.check(PERSON, wrong)
    assert c.CONSENTED.check(PERSON, Situation(today=TODAY, dataset=DATA)) is None


@pytest.mark.parametrize(
    "changes", [{"document": ""}, {"purposes": ()}, {"until": TODAY - timedelta(days=1)}, {"dataset": "x"}]
)
def test_a_consent_says_what_it_is_for(changes):
    now = Situation(today=TODAY, dataset=replace(DATA, origin=Origin.SOCIAL), record=CONSENT)
    assert c.CONSENT_FITS.check(PERSON, now) is None
    assert c.CONSENT_FITS.check(PERSON, replace(now, record=replace(CONSENT, **changes)))
    assert c.CONSENT_FITS.check(PERSON, replace(now, dataset=DATA))


def test_an_operator_never_develops_further_what_it_delivered():
    delivered = replace(DATA, delivered_by=("operator",))
    landing = Situation(today=TODAY, dataset=delivered, agreement=AGREEMENT)
    assert c.NO_REDEVELOPMENT.check(PERSON, landing) is None
    own = replace(AGREEMENT, organisation="operator")
    assert c.NO_REDEVELOPMENT.check(PERSON, replace(landing, agreement=own))
    seat = Seat(
        id="x", state="open", organisation="operator", environment="env", agreement="a", user="me", name="s"
    )
    made = (SNAPSHOT, replace(SNAPSHOT, id="t", delivered_by=("operator",)))
    opening = Situation(today=TODAY, record=seat, seat=seat, agreement=own, snapshots=made)
    assert c.NO_REDEVELOPMENT.check(PERSON, opening)
    assert c.NO_REDEVELOPMENT.check(PERSON, replace(opening, snapshots=(SNAPSHOT,))) is None
    assert c.NO_REDEVELOPMENT.check(PERSON, replace(opening, agreement=None))


def test_a_person_decides_only_what_the_measure_leaves_open():
    paper = Attachment(name="章程.pdf", digest="e", size=1, type="pdf")
    trader = organisation("t", uscc=uscc("92", "520302", "MA6H0000"), kind="个体工商户", evidence=(paper,))
    officer = actor(org="authority", account="officer")
    ruling = Ruling(
        role="developer", eligible=True, reason="有数据服务能力", evidence=("e",), decided_by="officer",
        decided_on=TODAY,
    )  # fmt: skip
    now = Situation(
        today=TODAY, record=trader, own=organisation("authority", OrganisationRole.AUTHORITY), ruling=ruling
    )
    assert c.LEFT_OPEN.check(officer, now) is None
    organ = organisation("t", uscc=uscc("11", "520302", "MA6H0000"), kind="机关", evidence=(paper,))
    firm = organisation("t", uscc=uscc("91", "520302", "MA6H0000"), kind="企业", evidence=(paper,))
    for wrong in (
        replace(now, record=organ),
        replace(now, record=firm),
        replace(now, record=replace(trader, evidence=())),
        replace(now, ruling=None),
        replace(now, ruling=replace(ruling, decided_by="another")),
        replace(now, ruling=replace(ruling, reason=" ")),
        replace(now, ruling=replace(ruling, evidence=())),
        replace(now, ruling=replace(ruling, role="king")),
        replace(now, record=replace(trader, id="authority")),
    ):
        assert c.LEFT_OPEN.check(officer, wrong), wrong


@pytest.mark.parametrize(
    "text", ["", "307001", "30701/1", "A07001/1", "307001/", "307001/一", "３07001/1", "307001/1/2"]
)
def test_codes_not_written_by_the_guide(text):
    assert ResourceCode.parse(text) is None


def test_a_code_in_its_parts():
    found = ResourceCode.parse("307015AB3/000001")
    assert found is not None
    assert (found.category, found.item, found.catalogue, found.detail, found.sequence) == (
        "3", "07", "015", "AB3", "000001",
    )  # fmt: skip
