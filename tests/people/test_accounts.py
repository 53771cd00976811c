"""Signing in, enrolling, tokens, resets: what opens an account and what never does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sandbox.kernel.actors import Actor, Proof, Role
from sandbox.kernel.errors import (
    ConflictError,
    CredentialError,
    InputError,
    NotFoundError,
    RefusedError,
)
from sandbox.kernel.records import Account, Grant
from sandbox.people import accounts, grants, secrets
from tests.people.homes import PASSWORD, identity


def codes_of(refused) -> set[str]:
    return {one.code for one in refused.value.decision.refusals}


def state(place, name):
    return place.directory.account_named(name).state


def test_the_right_password_and_code_make_an_actor_with_roles_and_a_key(place):
    actor = place.sign_in("chen")
    assert actor.roles == {Role.AUTHORITY_OFFICER, Role.ORGANISATION_OFFICER}
    assert actor.proof is Proof.PASSWORD_TOTP
    assert secrets.public_key(actor.unlock()) == place.directory.account_named("chen").public_key


@pytest.mark.parametrize(
    "given", [{"password": "wrong"}, {"code": "000000"}, {"code": ""}, {"password": "", "code": ""}]
)
def test_wrong_name_password_and_code_get_the_same_sentence(place, given):
    with pytest.raises(CredentialError) as wrong:
        place.sign_in("chen", **given)
    with pytest.raises(CredentialError) as unknown:
        place.platform.sign_in("nobody", password=PASSWORD, code="123456")
    assert str(wrong.value) == str(unknown.value)


def test_a_code_works_once_and_an_older_one_not_after_it(place):
    older = place.code("chen")
    place.clock.move(seconds=30)
    place.sign_in("chen")
    for code in (place.code("chen"), older):
        with pytest.raises(CredentialError):
            place.sign_in("chen", code=code)
    place.clock.move(seconds=30)
    assert place.sign_in("chen")


def test_a_code_of_two_steps_ago_is_too_old(place):
    old = place.code("chen")
    place.clock.move(seconds=60)
    with pytest.raises(CredentialError):
        place.sign_in("chen", code=old)


def test_five_misses_lock_and_the_right_password_no_longer_helps(place):
    for _ in range(4):
        with pytest.raises(CredentialError):
            place.sign_in("chen", password="wrong")
    assert state(place, "chen") == "active"
    with pytest.raises(CredentialError):
        place.sign_in("chen", password="wrong")
    assert state(place, "chen") == "locked"
    with pytest.raises(CredentialError):
        place.sign_in("chen")
    with pytest.raises(CredentialError):
        place.actor("chen")
    verbs = [one.verb for one in place.directory.store.facts(record="account-000001")][-5:]
    assert verbs == ["account:miss"] * 4 + ["account:lock"]


def test_a_miss_that_was_overtaken_is_counted_all_the_same(place):
    stored = place.directory.store.load(Account, "account-000001")
    for _ in range(4):
        accounts._miss(place.directory, stored)  # each read the same version before the others wrote
    assert place.directory.store.secret("account-000001", "misses") == b"4"
    accounts._miss(place.directory, stored)
    accounts._miss(place.directory, stored)
    assert state(place, "chen") == "locked"


def test_a_success_forgets_the_misses(place):
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(CredentialError):
                place.sign_in("chen", password="wrong")
        place.clock.move(seconds=30)
        place.sign_in("chen")
    assert state(place, "chen") == "active"


def test_the_end_of_a_session_is_on_record_once_and_the_last_ones_are_remembered(place):
    before = place.directory.account_named("chen")
    for n in range(accounts.SESSIONS_REMEMBERED + 2):
        accounts.sign_out(place.directory, "chen", f"session-{n}")
    accounts.sign_out(place.directory, "chen", "session-33")
    ended = place.directory.account_named("chen").signed_out
    assert before.signed_out == ()
    assert len(ended) == accounts.SESSIONS_REMEMBERED
    assert ended[-1] == accounts.session_digest("session-33")
    assert len(place.directory.store.facts(verb="account:sign-out")) == accounts.SESSIONS_REMEMBERED + 2


def test_the_own_officer_unlocks_and_nobody_elses(place):
    for _ in range(5):
        with pytest.raises(CredentialError):
            place.sign_in("chen", password="wrong")
    with pytest.raises(RefusedError) as refused:
        accounts.unlock(place.directory, place.actor("zhang"), "chen")
    assert codes_of(refused) == {"own-record"}
    accounts.unlock(place.directory, place.actor("luo"), "chen")
    with pytest.raises(CredentialError):
        place.sign_in("chen", password="wrong")
    assert state(place, "chen") == "active"  # counted from nothing again
    assert place.sign_in("chen")


def invite(place, by="liu", name="new", number=12, body="某市卫健委"):
    organisation = place.directory.organisation_named(body).id
    return accounts.invite(
        place.directory,
        place.actor(by),
        organisation=organisation,
        name=name,
        display_name=name,
        identity=identity(number),
    )


def test_an_enrolment_code_works_once_and_for_seven_days(place):
    _, code = invite(place)
    place.clock.move(days=7, seconds=1)
    with pytest.raises(CredentialError, match="已过期"):
        accounts.enrol(place.directory, code, password=PASSWORD)
    place.clock.move(seconds=-1)
    accounts.enrol(place.directory, code, password=PASSWORD)
    with pytest.raises(CredentialError, match="已经用过"):
        accounts.enrol(place.directory, code, password=PASSWORD)


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-1] + "0", lambda c: c.split(".")[0], lambda c: "", str.upper]
)
def test_a_wrong_enrolment_code_opens_nothing(place, spoil):
    _, code = invite(place)
    with pytest.raises(CredentialError):
        accounts.enrol(place.directory, spoil(code), password=PASSWORD)
    assert state(place, "new") == "invited"


@pytest.mark.parametrize("password", ["Short1", "alllowercase", "1234567890", "new-Password-1", ""])
def test_a_weak_password_is_refused_and_the_code_stays_good(place, password):
    _, code = invite(place)
    with pytest.raises(InputError, match="口令太弱"):
        accounts.enrol(place.directory, code, password=password)
    assert accounts.enrol(place.directory, code, password=PASSWORD)


def test_an_identity_is_checked_and_not_kept(place):
    with pytest.raises(InputError, match="身份证号"):
        accounts.invite(
            place.directory,
            place.actor("liu"),
            organisation=place.directory.organisation_named("某市卫健委").id,
            name="x",
            display_name="x",
            identity="520300198001010129",
        )
    invite(place, number=12)
    folder = place.platform.layout.root
    place.platform.store.engine.dispose()
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert identity(12).encode() not in kept
    assert PASSWORD.encode() not in kept


def test_two_accounts_of_one_natural_person_are_one_person(place):
    first, _ = invite(place, name="first", number=12)
    second, _ = invite(place, by="zhang", name="second", number=12, body="某市数据运营公司")
    other, _ = invite(place, name="other", number=13)
    assert first.person == second.person != other.person


def test_a_login_name_is_taken_once(place):
    with pytest.raises(InputError, match="已被使用"):
        invite(place, name="chen")


def test_only_the_own_organisation_invites(place):
    with pytest.raises(RefusedError) as refused:
        invite(place, by="zhang")
    assert codes_of(refused) >= {"account-in-reach"}


def test_a_token_dies_by_revocation_and_by_its_day(place):
    actor = place.sign_in("chen")
    short = accounts.issue_token(place.directory, actor, label="short", days=2)
    place.clock.move(days=1)
    acting = place.platform.by_token(short)
    assert acting.proof is Proof.TOKEN
    with pytest.raises(RefusedError) as refused:
        accounts.issue_token(place.directory, acting, label="second")
    assert codes_of(refused) == {"password"}
    second = accounts.issue_token(place.directory, actor, label="second")
    accounts.revoke_token(place.directory, acting, second.split(".")[2])
    with pytest.raises(CredentialError):
        place.platform.by_token(second)
    place.clock.move(days=1, seconds=1)
    with pytest.raises(CredentialError):
        place.platform.by_token(short)
    notes = accounts.tokens_of(place.directory, actor.account)
    assert [(one.label, one.revoked) for one in notes] == [
        ("test", False),
        ("short", False),
        ("second", True),
    ]


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lives_a_day_to_a_year(place, days):
    with pytest.raises(InputError):
        accounts.issue_token(place.directory, place.sign_in("chen"), label="x", days=days)


def test_a_token_of_another_or_a_made_up_one_opens_nothing(place):
    kept = place.tokens["chen"]
    head, account, name, secret = kept.split(".")
    other = place.directory.account_named("luo").id
    for wrong in (
        f"{head}.{other}.{name}.{secret}",
        f"{head}.{account}.{name}.{secret[:-1]}x",
        "",
        "zds...",
        kept[:-1],
    ):
        with pytest.raises(CredentialError):
            place.platform.by_token(wrong)
    with pytest.raises(NotFoundError):
        accounts.revoke_token(place.directory, place.actor("luo"), name)


def test_nobody_acts_without_a_credential(place):
    chen = place.directory.account_named("chen")
    bare = Actor(chen.id, chen.person, chen.organisation, place.directory.roles_of(chen.id))
    with pytest.raises(RefusedError) as refused:
        accounts.reset(place.directory, bare, "luo")
    assert "credential" in codes_of(refused)
    with pytest.raises(CredentialError):
        accounts.issue_token(place.directory, replace(place.sign_in("chen"), unlock=None), label="x")


def test_a_reset_voids_password_device_tokens_and_judging_roles(place):
    place.join("liu", "某市卫健委", "nurse", 12)
    place.role("liu", "nurse", Role.STEWARD, countersigned_by="luo")
    place.role("liu", "nurse", Role.SUPERVISOR)
    waiting = place.role("liu", "nurse", Role.PROVIDER_REVIEWER)
    assert place.actor("nurse").roles == {Role.STEWARD, Role.SUPERVISOR}
    _, code = accounts.reset(place.directory, place.actor("liu"), "nurse")
    for act in (lambda: place.actor("nurse"), lambda: place.sign_in("nurse")):
        with pytest.raises(CredentialError):
            act()
    old_token = place.tokens["nurse"]
    place.enrol(code, "nurse")
    assert place.actor("nurse").roles == {Role.SUPERVISOR}
    assert place.directory.store.load(Grant, waiting.id).record.state == "revoked"
    with pytest.raises(CredentialError):
        place.platform.by_token(old_token)
    account = place.directory.account_named("nurse").id
    assert "account:reset" in {one.verb for one in place.directory.store.facts(record=account)}
    revoked = place.directory.store.facts(verb="grant:revoke")
    assert {one.actor for one in revoked} == {place.directory.account_named("liu").id}
    place.role("liu", "nurse", Role.STEWARD, countersigned_by="luo")
    assert Role.STEWARD in place.actor("nurse").roles


def test_a_token_from_before_a_reset_is_void_even_if_it_were_put_back(place):
    place.join("liu", "某市卫健委", "nurse", 12)
    account = place.directory.account_named("nurse").id
    name = place.tokens["nurse"].split(".")[2]
    sealed = place.directory.store.secret(account, f"token-{name}")
    _, code = accounts.reset(place.directory, place.actor("liu"), "nurse")
    old = place.tokens["nurse"]
    place.enrol(code, "nurse")
    stored = place.directory.store.load(Account, account)
    change = accounts._change("account:miss", stored, stored.record, kept={f"token-{name}": sealed})
    place.directory.store.write(accounts.SYSTEM, change)
    with pytest.raises(CredentialError):
        place.platform.by_token(old)


def test_an_operator_resets_only_its_own_people(place):
    for name in ("chen", "liu"):
        with pytest.raises(RefusedError) as refused:
            accounts.reset(place.directory, place.actor("zhang"), name)
        assert codes_of(refused) == {"own-record"}
    place.join("zhang", "某市数据运营公司", "worker", 22)
    assert accounts.reset(place.directory, place.actor("zhang"), "worker")[0].state == "invited"


def test_a_judge_does_not_reset_himself(place):
    with pytest.raises(RefusedError) as refused:
        accounts.reset(place.directory, place.actor("chen"), "chen")
    assert codes_of(refused) == {"reset-of-judge"}


def test_a_suspended_account_is_out_for_good_and_its_office_free(place):
    accounts.suspend(place.directory, place.actor("chen"), "zhang")
    with pytest.raises(CredentialError):
        place.actor("zhang")
    with pytest.raises(RefusedError):
        accounts.reset(place.directory, place.actor("chen"), "zhang")
    account = place.join("chen", "某市数据运营公司", "successor", 23)
    grants.appoint(place.directory, place.actor("chen"), account)
    assert place.actor("successor").roles == {Role.ORGANISATION_OFFICER}


def test_the_authority_invites_nobody_but_the_first_officer_of_another_organisation(place):
    with pytest.raises(RefusedError) as refused:
        invite(place, by="chen", name="another", number=22, body="某市数据运营公司")
    assert codes_of(refused) == {"first-account"}


def test_two_invitations_at_once_make_one_account(place):
    actor = place.actor("chen")

    def try_it(number: int) -> bool:
        try:
            accounts.invite(
                place.directory,
                actor,
                organisation=actor.organisation,
                name="both",
                display_name="同名",
                identity=identity(40 + number),
            )
        except (ConflictError, InputError):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(try_it, range(6)))
    assert sum(made) == 1
    assert sum(one.record.name == "both" for one in place.directory.store.find(Account)) == 1
