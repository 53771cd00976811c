"""How things end: suspended and resumed, withdrawn, closed, expired; and who alone may end them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from sandbox.access import agreement as contracts
from sandbox.catalog import entries
from sandbox.egress import intake, review
from sandbox.ingest import publish
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, NotFoundError, RefusedError
from sandbox.kernel.metadata import Core, Exclusion, Opening
from sandbox.kernel.records import Environment, OperatingAgreement
from sandbox.kernel.review_records import FileVote, Submission
from sandbox.seats import seat as seats
from sandbox.seats.seat import current_snapshots
from tests.journeys.homes import (
    CODE,
    COUNTY_STEWARD,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    PROVIDER,
    SECURITY,
    STEWARD,
    Home,
    judged,
    landed,
    told,
)

__all__ = ["judged", "landed", "told"]


def test_an_agreement_is_suspended_and_resumed(judged: Home) -> None:
    with judged.open() as desk:
        access = desk.platform.access
        contracts.suspend(access, desk.actor(OPERATOR), MARKET, reason="核查")
        with pytest.raises(RefusedError, match="已暂停"):
            seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["true"])
        for who in (OPERATOR, DEVELOPER):
            with pytest.raises(RefusedError):
                contracts.resume(access, desk.actor(who), MARKET, reason="好了")
        assert contracts.resume(access, desk.actor(OFFICER), MARKET, reason="好了").state == "active"
        assert seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["true"]).status == 0


def test_a_seat_is_suspended_and_reinstated_by_the_authority(judged: Home) -> None:
    with judged.open() as desk:
        room = desk.platform.seats
        seats.suspend(room, desk.actor(OPERATOR), "demo", reason="核查")
        with pytest.raises(RefusedError):
            seats.open_seat(room, desk.actor(DEVELOPER), "demo")
        with pytest.raises(RefusedError):
            seats.reinstate(room, desk.actor(OPERATOR), "demo", reason="好了")
        assert seats.reinstate(room, desk.actor(OFFICER), "demo", reason="好了").state == "closed"
        assert seats.open_seat(room, desk.actor(DEVELOPER), "demo").state == "open"


def test_seats_end_with_their_agreement(judged: Home) -> None:
    with judged.open() as desk:
        developer = desk.actor(DEVELOPER)
        assert seats.expire_due(desk.platform.seats) == ()
    with judged.open(days=400) as later:
        assert len(contracts.expire_due(later.platform.access)) == 5
        assert {one.name for one in seats.expire_due(later.platform.seats)} == {"demo", "demo-health"}
        assert seats.expire_due(later.platform.seats) == ()
        with pytest.raises(RefusedError):
            seats.open_seat(later.platform.seats, developer, "demo")


def test_a_withdrawn_snapshot_is_mounted_no_more(judged: Home) -> None:
    with judged.open() as desk:
        ingest = desk.platform.ingest
        (found,) = (one.record for one in desk.platform.store.find(Snapshot, linked=("agreement", MARKET)))
        with pytest.raises(InputError, match="理由"):
            publish.withdraw(ingest, desk.actor(STEWARD), found.id, reason="")
        for who in (COUNTY_STEWARD, OPERATOR, DEVELOPER):
            with pytest.raises(RefusedError):
                publish.withdraw(ingest, desk.actor(who), found.id, reason="错")
        assert publish.withdraw(ingest, desk.actor(STEWARD), found.id, reason="口径有误").state == "withdrawn"
        assert current_snapshots(desk.platform.directory, MARKET) == ()
        with pytest.raises(RefusedError, match="没有任何落地"):
            seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["true"])


def test_a_withdrawn_dataset_is_mounted_no_more_and_ends_the_run(judged: Home) -> None:
    with judged.open() as desk:
        room, directory = desk.platform.seats, desk.platform.directory
        dataset = entries.by_code(directory, CODE).record
        end = threading.Timer(1.0, lambda: entries.withdraw(directory, desk.actor(STEWARD), dataset.id))
        end.start()
        with pytest.raises(RefusedError, match="没有任何落地"):
            seats.run(room, desk.actor(DEVELOPER), "demo", ["sleep", "120"], seconds=120)
        end.join()
        with pytest.raises(RefusedError, match="没有任何落地"):
            seats.run(room, desk.actor(DEVELOPER), "demo", ["true"])


@pytest.mark.parametrize(
    "found",
    [
        {"exclusions": (Exclusion.PERSONAL_PRIVACY, Exclusion.STATE_SECRET)},
        {"exclusions": (Exclusion.PERSONAL_PRIVACY, Exclusion.OTHER_LAW)},
        {"core": Core(opening=Opening.NOT_OPEN, opening_basis="public-security")},
    ],
    ids=["secret", "other-law", "closed"],
)
def test_what_turns_out_to_be_excluded_is_mounted_no_more_and_comes_back_when_it_was_an_error(
    landed: Home, found: dict[str, object]
) -> None:
    with landed.open() as desk:
        directory, zhao = desk.platform.directory, desk.actor(STEWARD)
        held = entries.by_code(directory, CODE).record
        assert len(current_snapshots(directory, MARKET)) == 1
        entries.describe(directory, zhao, held.id, replace(held, **found))
        assert current_snapshots(directory, MARKET) == ()
        entries.describe(directory, zhao, held.id, held)
        assert len(current_snapshots(directory, MARKET)) == 1


def test_the_author_takes_a_submission_back(judged: Home) -> None:
    with judged.open() as desk:
        gate, waiting = desk.platform.gate, desk.submission("in-review")
        for who in (OPERATOR, SECURITY, "xu.zhizhong"):
            with pytest.raises(RefusedError):
                intake.withdraw(gate, desk.actor(who), waiting.id)
        assert intake.withdraw(gate, desk.actor(DEVELOPER), waiting.id).state == "withdrawn"
        given = tuple(FileVote(digest=one.rewritten, approve=True) for one in waiting.files)
        with pytest.raises(RefusedError, match="不在审查之中"):
            review.cast(gate, desk.actor(PROVIDER), waiting.id, given)
        with pytest.raises(RefusedError):
            intake.withdraw(gate, desk.actor(DEVELOPER), waiting.id)
        assert desk.platform.store.load(Submission, waiting.id).record.files == waiting.files


def test_only_the_authority_ends_an_operating_agreement_or_an_environment(judged: Home) -> None:
    with judged.open() as desk:
        access, store = desk.platform.access, desk.platform.store
        city = next(one.record for one in store.find(Environment) if one.record.code == "520300")
        for end, identifier in (
            (contracts.terminate_operating, city.agreement),
            (contracts.close_environment, city.id),
        ):
            for who in (OPERATOR, DEVELOPER, STEWARD):
                with pytest.raises(RefusedError):
                    end(access, desk.actor(who), identifier, reason="测试")
            with pytest.raises(InputError, match="理由"):
                end(access, desk.actor(OFFICER), identifier, reason=" ")
        contracts.terminate_operating(access, desk.actor(OFFICER), city.agreement, reason="违约")
        assert store.load(OperatingAgreement, city.agreement).record.state == "terminated"
        with pytest.raises(RefusedError, match="开发利用协议"):
            seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["true"])
        contracts.close_environment(access, desk.actor(OFFICER), city.id, reason="违约")
        with pytest.raises(RefusedError, match="已关闭"):
            seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["true"])


def test_an_ended_agreement_loses_its_masking_key_for_good(judged: Home) -> None:
    """第十七条: nobody can make its tokens anew, and no key of that name comes back."""
    with judged.open() as desk:
        access, vault = desk.platform.access, desk.platform.vault
        key = desk.platform.store.load(ServiceAgreement, MARKET).record.key_id
        other = next(
            one.record.key_id
            for one in desk.platform.store.find(ServiceAgreement)
            if one.record.id != MARKET and one.record.key_id
        )
        contracts.suspend(access, desk.actor(OPERATOR), MARKET, reason="核查")
        desk.platform.settle()
        assert vault.exists(key)
        contracts.terminate(access, desk.actor(OPERATOR), MARKET, reason="到此为止")
        desk.platform.settle()
        desk.platform.settle()
        assert vault.destroyed(key)
        assert vault.exists(other)
        with pytest.raises(NotFoundError):
            vault.create(key)
