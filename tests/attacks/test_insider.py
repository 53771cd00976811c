"""Insiders who know the program: second selves, both sides of a contract, writing past the rules.

An account officer, an officer of the authority, an operator with the database and the keys, a
person of a suspended organisation. Every test is an attack; what it must meet is a refusal.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.access import agreement as agreements
from sandbox.access import reading as visible
from sandbox.catalog.entries import by_code
from sandbox.catalog.reading import require_reader
from sandbox.egress import audience, court, intake, judgements, ledger, release, review
from sandbox.egress.kept import Standing
from sandbox.founding import Officer, found
from sandbox.kernel.actors import SYSTEM, Actor, Proof, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import InputError, RefusedError, SandboxError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import require
from sandbox.kernel.records import (
    Account,
    Environment,
    Grant,
    OperatingAgreement,
    Organisation,
    OrganisationRole,
)
from sandbox.kernel.review_records import FileVote, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.masking import versions
from sandbox.masking.policy_file import read_policy, write_policy
from sandbox.masking.techniques import Keep
from sandbox.municipality.numbers import uscc
from sandbox.people import accounts, grants, organisations, secrets
from sandbox.people.directory import with_record
from sandbox.seats import seat as seats
from sandbox.store.changes import Change, Link
from sandbox.store.report import Report
from sandbox.store.verify import verify
from tests.journeys.homes import (
    CODE,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    PROVIDER,
    SECURITY,
    STEWARD,
    Desk,
    Home,
    judged,
    landed,
    told,
)
from tests.people.homes import Town, founding, identity, town

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "landed", "told"]

DEPARTMENT = "某市卫健委"
AUTHORITY = "某市大数据局"


@pytest.fixture
def place(tmp_path) -> Iterator[Town]:
    made = town(tmp_path)
    yield made
    made.platform.close()


def codes(refused: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    """Return the codes of all refusals."""
    return {one.code for one in refused.value.decision.refusals}


def body(name: str, number: str, *roles: OrganisationRole) -> Organisation:
    """Return an organisation to be registered."""
    return Organisation(
        state="registered",
        name=name,
        uscc=uscc("91", "520300", number),
        kind="企业",
        roles=roles,
        region="520300",
    )


def audit(place: Town | Desk) -> Report:
    """Return what the audit finds against the witness."""
    platform = place.platform
    platform.checkpoint()
    return verify(platform.store, key=platform.public_key, witness=platform.witnesses[0])


def found_by(place: Town | Desk) -> set[str]:
    """Return the codes of what the audit finds."""
    return {one.code for one in audit(place).problems}


# --- one person, several accounts -------------------------------------------------------------


def test_a_second_account_of_the_proposer_does_not_countersign(place: Town) -> None:
    grants.revoke(
        place.directory, place.actor("liu"), place.directory.store.find(Grant, linked=_of(place, "liu"))[0].id
    )
    place.join("chen", DEPARTMENT, "chen-too", 1)
    with pytest.raises(RefusedError) as refused:
        grants.appoint(place.directory, place.actor("chen"), place.directory.account_named("chen-too").id)
    assert "first-officer" in codes(refused)
    grants.appoint(place.directory, place.actor("luo"), place.directory.account_named("chen-too").id)
    place.join("chen-too", DEPARTMENT, "sock", 31)
    grant = place.role("chen-too", "sock", Role.PROVIDER_REVIEWER)
    with pytest.raises(RefusedError) as refused:
        grants.countersign(place.directory, place.actor("chen"), grant.id)
    assert "not-self-granted" in codes(refused)


def _of(place: Town, name: str) -> tuple[str, str]:
    return "account", place.directory.account_named(name).id


def test_nobody_registers_a_second_authority(place: Town) -> None:
    with pytest.raises(RefusedError) as refused:
        organisations.register(
            place.directory, place.actor("chen"), body("某县大数据局", "00718533", OrganisationRole.AUTHORITY)
        )
    assert codes(refused) == {"no-second-authority"}


def test_an_account_officer_of_the_authority_reaches_no_other_organisation(place: Town) -> None:
    place.join("chen", AUTHORITY, "clerk", 41)
    place.role("chen", "clerk", Role.ORGANISATION_OFFICER)
    for grant in place.directory.store.find(Grant, state="proposed"):
        grants.countersign(place.directory, place.actor("luo"), grant.id)
    with pytest.raises(RefusedError) as refused:
        place.join("clerk", DEPARTMENT, "planted", 42)
    assert "account-in-reach" in codes(refused)
    with pytest.raises(RefusedError):
        accounts.suspend(place.directory, place.actor("clerk"), "liu")


def test_one_officer_makes_no_reviewer_by_a_puppet(place: Town) -> None:
    """He makes a puppet account officer, the puppet proposes a second puppet, he countersigns."""
    place.join("chen", AUTHORITY, "puppet", 51)
    place.join("chen", AUTHORITY, "voter", 52)
    place.role("chen", "puppet", Role.ORGANISATION_OFFICER)
    with pytest.raises(RefusedError):
        place.role("puppet", "voter", Role.SECURITY_REVIEWER, countersigned_by="chen")


def test_one_officer_does_not_become_two_by_a_reset(place: Town) -> None:
    """He resets the other officer, enrols as him, lets him propose himself, and countersigns."""
    _, code = accounts.reset(place.directory, place.actor("chen"), "luo")
    place.clock.move(minutes=2)
    place.enrol(code, "luo")
    with pytest.raises(RefusedError):
        place.role("luo", "luo", Role.AUTHORITY_OFFICER, countersigned_by="chen")


def test_the_old_and_the_new_number_are_one_person(place: Town) -> None:
    new = identity(7)
    old = new[:6] + new[8:17]
    assert place.directory.person_of(old) == place.directory.person_of(new)


def test_two_officers_are_not_founded_from_one_persons_two_numbers(tmp_path) -> None:
    new = identity(7)
    with pytest.raises(InputError, match="两个不同的人"):
        founding(
            tmp_path / "home",
            tmp_path / "keys",
            officers=(Officer("a", "甲", new), Officer("b", "乙", new[:6] + new[8:17])),
        )


def test_nothing_of_a_new_home_is_for_other_accounts_of_the_machine(tmp_path) -> None:
    mask = os.umask(0o022)
    try:
        platform, _ = found(tmp_path / "home", founding(tmp_path / "home", tmp_path / "keys"))
        platform.close()
    finally:
        os.umask(mask)
    places = [tmp_path / "home", *(tmp_path / "home").iterdir(), *(tmp_path / "keys").iterdir()]
    shown = {one.name for one in places if one.stat().st_mode & 0o044}
    assert shown == {"witness"}


def test_a_session_makes_neither_accounts_nor_roles(place: Town) -> None:
    by_session = replace(place.actor("chen"), proof=Proof.SESSION)
    with pytest.raises(RefusedError) as refused:
        accounts.issue_token(place.directory, by_session, label="kept")
    assert codes(refused) == {"fresh-credential", "password"}
    with pytest.raises(RefusedError) as refused:
        accounts.reset(place.directory, by_session, "luo")
    assert "fresh-credential" in codes(refused)
    with pytest.raises(RefusedError) as refused:
        grants.propose(place.directory, by_session, account=by_session.account, role=Role.SUPERVISOR)
    assert "fresh-credential" in codes(refused)


# --- whoever has database and keys writes past the rules ---------------------------------------


def unsigned(place: Town, name: str) -> Actor:
    """Return the person as the owner of the host can play him: everything but his key."""
    return replace(place.actor(name), sign=None)


def test_an_unsigned_countersignature_is_found(place: Town) -> None:
    place.join("chen", AUTHORITY, "puppet", 61)
    grant = place.role("chen", "puppet", Role.SECURITY_REVIEWER)
    assert audit(place)
    grants.countersign(place.directory, unsigned(place, "luo"), grant.id)
    assert found_by(place) == {"unsigned"}


def test_a_signature_by_an_account_without_a_key_is_found(place: Town) -> None:
    ghost = replace(place.actor("chen"), account="account-009999")
    firm = body("某公司", "00718534", OrganisationRole.DEVELOPER)
    place.directory.store.write(ghost, Change(step("organisation:register"), firm))
    assert "signature" in found_by(place)


def test_a_key_swapped_in_a_fact_of_the_platform_is_found(place: Town) -> None:
    """A miss is written by the platform, unsigned: it must not carry a new key along."""
    stored = place.directory.store.load(Account, place.directory.account_named("luo").id)
    seed = bytes(range(32))
    swapped = replace(stored.record, public_key=secrets.public_key(seed))
    place.directory.store.write(
        SYSTEM, Change(step("account:miss"), swapped, expected=stored.version, note={"misses": 1})
    )
    assert found_by(place) == {"key"}


def test_an_enrolment_of_an_enrolled_account_is_no_course(place: Town) -> None:
    """The store refuses it; taken out of the store's hands, the audit finds it by the verbs alone."""
    from sandbox.store.course import Course
    from sandbox.store.facts import Header

    facts = place.directory.store.facts()
    luo = place.directory.account_named("luo").id
    course = Course()
    assert [list(course.follow(fact)) for fact in facts] == [[] for _ in facts]
    again = next(fact for fact in facts if fact.verb == "account:enrol" and fact.record_id == luo)
    assert list(course.follow(again))
    invented = Header(
        seq=99, at="", actor="system", organisation="platform", verb="grant:found", record_id="grant-000099",
        record_version=1, record_digest=b"", payload_commitment=b"", keep_until="",
    )  # fmt: skip
    assert list(course.follow(invented))


def test_a_founding_grant_after_the_founding_is_found(place: Town) -> None:
    account = place.join("chen", AUTHORITY, "puppet", 62)
    assert audit(place)
    grants.found(place.directory, account, Role.AUTHORITY_OFFICER)
    assert found_by(place) == {"step"}


def test_a_vote_by_the_platform_is_found(judged: Home) -> None:
    with judged.open() as desk:
        waiting = desk.submission("in-review")
        assert audit(desk)
        actor = replace(desk.actor(SECURITY), sign=None, account="system", organisation="platform")
        given = tuple(review.FileVote(digest=one.rewritten, approve=True) for one in waiting.files)
        cast = review.Review(
            state="cast", organisation="organisation-000001", environment=waiting.environment,
            submission=waiting.id, voter="account-000001", person="p",
            capacity=review.Capacity.AUTHORITY, votes=given,
        )  # fmt: skip
        links = (Link("submission", waiting.id), Link("voter", "account-000001"))
        desk.platform.store.write(actor, Change(step("review:cast"), cast, links=links))
        assert found_by(desk) == {"step"}


# --- contracts ---------------------------------------------------------------------------------


def test_the_operator_of_another_environment_drafts_nothing(landed: Home) -> None:
    with landed.open() as desk:
        access, store = desk.platform.access, desk.platform.store
        other = replace(
            desk.platform.directory.organisation_named("遵义数据运营有限公司"),
            id="", name="某县数据运营公司", uscc=uscc("91", "520328", "00718544"),
        )  # fmt: skip
        made = organisations.register(desk.platform.directory, desk.actor(OFFICER), other)
        signed = store.load(ServiceAgreement, MARKET).record
        drafted = replace(signed, id="", state="drafted", operator=made.id, key_id="")
        stranger = replace(
            desk.actor(OPERATOR), organisation=made.id, account="account-x", person="x", proof=Proof.TOKEN
        )
        with pytest.raises(RefusedError) as refused:
            agreements.draft(access, stranger, drafted)
        assert codes(refused) == {"agreement-operator"}


def test_nothing_is_signed_once_the_application_is_withdrawn(landed: Home) -> None:
    from sandbox.access import application as applications

    with landed.open() as desk:
        access, store = desk.platform.access, desk.platform.store
        signed = store.load(ServiceAgreement, MARKET).record
        drafted = agreements.draft(
            access, desk.actor(OPERATOR), replace(signed, id="", state="drafted", key_id="")
        )
        agreements.accept(access, desk.actor(DEVELOPER), drafted.id)
        with pytest.raises(InputError, match="先终止协议"):
            applications.withdraw(access, desk.actor(DEVELOPER), signed.application)
        asked = store.load(Application, signed.application)  # past the desk, by code that knows the store
        gone = replace(asked.record, state="withdrawn")
        store.write(desk.actor(DEVELOPER), Change(step("application:withdraw"), gone, expected=asked.version))
        with pytest.raises(RefusedError) as refused:
            agreements.sign(access, desk.actor(OPERATOR), drafted.id)
        assert codes(refused) == {"application-accepted"}
        assert not desk.platform.vault.exists(f"agreement-{drafted.id}")


def test_an_environment_is_established_once_and_for_its_own_operator(landed: Home) -> None:
    with landed.open() as desk:
        access, officer = desk.platform.access, desk.actor(OFFICER)
        (first, *_) = desk.platform.store.find(Environment)
        again = replace(first.record, id="")
        with pytest.raises(InputError, match="已经建立"):
            agreements.establish(access, officer, again)
        with pytest.raises(InputError, match="不是协议的一方"):
            agreements.establish(access, officer, replace(again, organisation=officer.organisation))


def test_both_sides_of_an_operating_agreement_are_different_persons(landed: Home) -> None:
    with landed.open() as desk:
        access, operator, officer = desk.platform.access, desk.actor(OPERATOR), desk.actor(OFFICER)
        today = access.directory.today()
        drafted = agreements.draft_operating(
            access,
            operator,
            OperatingAgreement(
                state="drafted", organisation=operator.organisation, authority=officer.organisation,
                environment_code="520302", scope="运营", term_from=today, term_to=today + timedelta(days=9),
            ),
        )  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            agreements.sign_operating(access, replace(officer, person=operator.person), drafted.id)
        assert codes(refused) == {"different-person"}


def test_an_application_is_submitted_by_its_applicant_and_accepted_by_nobody_of_his(landed: Home) -> None:
    from sandbox.access import application as applications

    with landed.open() as desk:
        access, store = desk.platform.access, desk.platform.store
        asked = next(one.record for one in store.find(Application))
        developer, officer = desk.actor(DEVELOPER), desk.actor(OFFICER)
        again = replace(asked, id="", state="submitted", applicant="account-000001")
        with pytest.raises(RefusedError) as refused:
            applications.submit(access, developer, again)
        assert codes(refused) == {"applicant"}
        made = applications.submit(access, developer, replace(again, applicant=developer.account))
        colleague = desk.actor("xu.zhizhong")
        with pytest.raises(RefusedError) as refused:
            applications.accept(access, replace(officer, person=colleague.person), made.id, findings="好")
        assert codes(refused) == {"different-person"}


def test_no_seat_opens_once_the_operating_agreement_has_ended(judged: Home) -> None:
    with judged.open() as desk:
        store, seat = desk.platform.store, next(one.record for one in desk.platform.store.find(Seat))
        environment = store.load(Environment, seat.environment).record
        stored = store.load(OperatingAgreement, environment.agreement)
        ended = Change(
            step("operating-agreement:terminate"),
            replace(stored.record, state="terminated"),
            expected=stored.version,
        )
        store.write(desk.actor(OFFICER), ended)
        with pytest.raises(RefusedError) as refused:
            seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["true"])
        assert codes(refused) == {"operating-in-force"}


def test_a_refused_demand_is_not_pushed_until_somebody_approves(landed: Home) -> None:
    from sandbox.access import review as item_review

    with landed.open() as desk:
        asked = next(one.record for one in desk.platform.store.find(Application, state="accepted"))
        with pytest.raises(InputError, match="已经推送过"):
            item_review.push(desk.platform.access, desk.actor(OFFICER), asked.id)


# --- suspended organisations, other people's records -------------------------------------------


def test_people_of_a_suspended_organisation_read_nothing(judged: Home) -> None:
    with judged.open() as desk:
        platform, developer = desk.platform, desk.actor(DEVELOPER)
        agreement = platform.store.load(ServiceAgreement, MARKET).record
        assert visible.agreements(platform.access, developer)
        assert seats.visible(platform.seats, developer)
        organisations.suspend(platform.directory, desk.actor(OFFICER), developer.organisation)
        assert visible.agreements(platform.access, developer) == ()
        assert seats.visible(platform.seats, developer) == ()
        assert audience.visible(platform.gate, developer) == ()
        with pytest.raises(RefusedError) as refused:
            require_reader(platform.directory, developer, agreement, organisations=(developer.organisation,))
        assert codes(refused) == {"reader"}


def test_a_steward_withdraws_no_snapshot_of_another_department(landed: Home) -> None:
    with landed.open() as desk:
        snapshot = next(one.record for one in desk.platform.store.find(Snapshot, state="published"))
        for who, refused_by in ((STEWARD, set()), ("ouyang.lan", {"own-or-authority"})):
            actor = desk.actor(who)
            situation = with_record(desk.platform.directory.situation(actor), record=snapshot)
            if not refused_by:
                require(actor, step("snapshot:withdraw"), situation)
                continue
            with pytest.raises(RefusedError) as refused:
                require(actor, step("snapshot:withdraw"), situation)
            assert codes(refused) == refused_by


def test_seats_never_share_a_host_uid(landed: Home) -> None:
    with landed.open() as desk:
        store = desk.platform.store
        other = store.load(ServiceAgreement, MARKET).record
        first = seats.provision(
            desk.platform.seats, desk.actor(OPERATOR), agreement=other.id, user=DEVELOPER, name="one"
        )
        assert first.host_uid == 2_000_000 + int(first.id.rpartition("-")[2])
        assert len({one.record.host_uid for one in store.find(Seat)}) == len(store.find(Seat))


def test_a_policy_never_keeps_what_the_catalogue_calls_a_direct_identifier(landed: Home) -> None:
    with landed.open() as desk:
        directory, steward = desk.platform.directory, desk.actor(STEWARD)
        dataset = by_code(directory, CODE).record
        policy = read_policy(versions.confirmed_for(directory, dataset.id).text)
        table = policy.table(CODE)
        name = next(one.name for one in dataset.columns if one.identifier is IdentifierClass.DIRECT)
        columns = tuple(
            replace(one, technique=Keep(reason="x"), identifier=IdentifierClass.OTHER)
            if one.name == name
            else one
            for one in table.columns
        )
        text = write_policy(replace(policy, tables=(replace(table, columns=columns),)))
        with pytest.raises(InputError, match="直接标识符"):
            versions.draft(directory, steward, dataset, text)


# --- the gate ----------------------------------------------------------------------------------


def test_what_is_proven_and_still_in_review_counts_as_leaving(judged: Home) -> None:
    """Two tables judged before either left would never meet: their difference would be one person."""
    with judged.open() as desk:
        gate, waiting = desk.platform.gate, desk.submission("in-review")
        twin = _copy_of(desk, waiting)
        beside = ledger.before(gate, twin, trial=False)
        assert [one.owner for one in beside.ledger.entries] == [waiting.id]
        assert beside.ledger.entries[0].standing is Standing.PENDING


def _copy_of(desk: Desk, submission: Submission) -> Submission:
    files = tuple(replace(one, verdict=None, rewritten="", approved=None) for one in submission.files)
    fresh = replace(submission, id="", state="frozen", files=files, judgement="", request="0request-twin")
    links = (Link("seat", submission.seat), Link("agreement", submission.agreement))
    actor = accounts.for_seat(desk.platform.directory, submission.author)
    return desk.platform.store.write(actor, Change(step("submission:submit"), fresh, links=links))[0].record


def test_a_withdrawn_snapshot_stays_an_input(judged: Home) -> None:
    """What a seat read once lies in its home: it is compared with, and its provider votes."""
    with judged.open() as desk:
        platform, waiting = desk.platform, desk.submission("in-review")
        (mounted,) = waiting.snapshots
        stored = platform.store.load(Snapshot, mounted)
        steward = desk.actor(STEWARD)
        platform.store.write(
            steward,
            Change(
                step("snapshot:withdraw"), replace(stored.record, state="withdrawn"), expected=stored.version
            ),
        )
        later = _copy_of(desk, replace(waiting, snapshots=()))
        assert [one.id for one in court.within_reach(platform.gate, later)] == [mounted]
        other = _copy_of(desk, waiting)
        assert review.providers_of(platform.gate, other) == {stored.record.organisation}


def test_an_extract_of_an_earlier_version_is_refused(judged: Home) -> None:
    """The rows of a version that is no longer mounted are still source records."""
    from tests.journeys.homes import hand_in

    with judged.open() as desk:
        platform, waiting = desk.platform, desk.submission("in-review")
        (mounted,) = waiting.snapshots
        stored = platform.store.load(Snapshot, mounted)
        held = platform.pool.version(stored.record.series, stored.record.version)
        import pyarrow.csv as csv
        import pyarrow.parquet as pq

        rows = pq.read_table(held.parquet_files[0]).slice(0, 100)
        kept = judged.path.parent / "kept.csv"
        csv.write_csv(rows, kept)
        seat = platform.store.load(Seat, waiting.seat)
        platform.store.write(
            desk.actor(DEVELOPER),
            Change(step("seat:run"), replace(seat.record, mounted=()), expected=seat.version),
        )
        hand_in(judged, desk, seat.record.id, {"kept.csv": kept.read_bytes()})
        taken = intake.collect(platform.gate, seat.record.id, refused=platform.note_refusal)
        (made,) = taken.submissions
        assert made.snapshots == ()
        after = intake.judge(platform.gate, made.id)
        assert after.state == "refused"
        assert "G06" in {found.rule for found in _findings(desk, after)}


def _findings(desk: Desk, submission: Submission):
    judgement = judgements.load(desk.platform.gate, submission.judgement)
    return [found for file in judgement.files for found in file.findings]


def _approved(desk: Desk) -> Submission:
    waiting = desk.submission("in-review")
    given = tuple(FileVote(digest=one.rewritten, approve=True) for one in waiting.files)
    for who in (SECURITY, PROVIDER):
        waiting = review.cast(desk.platform.gate, desk.actor(who), waiting.id, given)
    assert waiting.state == "approved"
    return waiting


def test_nothing_leaves_under_a_terminated_agreement(judged: Home) -> None:
    with judged.open() as desk:
        approved = _approved(desk)
        agreements.terminate(desk.platform.access, desk.actor(OFFICER), MARKET, reason="违约")
        with pytest.raises(RefusedError) as refused:
            release.release(desk.platform.gate, desk.actor(SECURITY), approved.id)
        assert codes(refused) == {"agreement-stands"}


def test_a_voters_later_reset_is_no_forgery(judged: Home) -> None:
    with judged.open() as desk:
        approved = _approved(desk)
        accounts.reset(desk.platform.directory, desk.actor("tian.yufang"), PROVIDER)
        assert release.release(desk.platform.gate, desk.actor(SECURITY), approved.id).state == "issued"
        assert audit(desk)


def test_products_are_never_written_through_a_link(judged: Home, tmp_path) -> None:
    with judged.open() as desk:
        made = release.release(desk.platform.gate, desk.actor(SECURITY), _approved(desk).id)
        folder, target = tmp_path / "out", tmp_path / "elsewhere"
        folder.mkdir()
        (folder / made.files[0].name).symlink_to(target)
        with pytest.raises(SandboxError):
            release.hand_out(desk.platform.gate, desk.actor(DEVELOPER), made.id, folder)
        assert not target.exists()
