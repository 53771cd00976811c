"""Accounts: invitation by the own organisation, enrolment by a one-time code, tokens, sign-in.

Signing in returns an `Actor`; nothing else makes one for a person. Wrong passwords and
codes are counted on the record and lock the account. Does not grant roles; see `grants`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.kernel.actors import JUDGING_ROLES, SYSTEM, Actor, Proof, Role
from sandbox.kernel.errors import ConflictError, CredentialError, InputError, NotFoundError
from sandbox.kernel.lifecycle import STEPS, step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Account
from sandbox.kernel.words import checked
from sandbox.people import grants, secrets
from sandbox.people.directory import Directory, with_record
from sandbox.store.changes import Change, Link, Stored

ENROLMENT_DAYS = 7
MISSES_BEFORE_LOCK = 5
SESSIONS_REMEMBERED = 32
PASSWORD_LENGTH = 10
TOKEN_DAYS = 90
LONGEST_TOKEN_DAYS = 366
_TOKEN_PREFIX = "zds"
_LIKE_AN_ID = re.compile(r"[a-z-]+-\d+")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a person gets once: the authenticator's secret and its address."""

    account: Account
    totp_secret: str
    totp_address: str


def invite(
    directory: Directory, actor: Actor, *, organisation: str, name: str, display_name: str, identity: str
) -> tuple[Account, str]:
    """Return the new account and its one-time enrolment code, valid seven days.

    `identity` is the person's resident ID number; only its keyed digest is kept.
    """
    account = _new_account(directory, organisation, name, display_name, identity)
    granted = directory.roles_within(account.organisation)
    situation = with_record(directory.situation(actor), record=account, granted=granted)
    require(actor, step("account:invite"), situation)
    return _write_invitation(directory, actor, account)


def _new_account(
    directory: Directory, organisation: str, name: str, display_name: str, identity: str
) -> Account:
    if not checked(name, where="name") or not checked(display_name, where="display_name"):
        raise InputError(say("账户须有登录名和姓名"))
    if _LIKE_AN_ID.fullmatch(name):
        raise InputError(say("登录名 {name} 像记录编号：请换一个", name=name))
    if any(stored.record.name == name for stored in directory.store.find(Account)):
        raise InputError(say("登录名 {name} 已被使用：请换一个", name=name))
    return Account(
        state="invited",
        organisation=directory.organisation(organisation).id,
        name=name,
        display_name=display_name,
        person=directory.person_of(identity),
    )


def _write_invitation(directory: Directory, actor: Actor, account: Account) -> tuple[Account, str]:
    secret, sealed = _enrolment(directory)
    change = Change(
        step("account:invite"),
        account,
        links=(Link("organisation", account.organisation),),
        secrets={"enrolment": sealed},
        names=(f"login:{account.name}",),
    )
    stored = directory.store.write(actor, change)[0]
    kept = _as_account(stored)
    return kept, f"{kept.id}.{secret}"


def _enrolment(directory: Directory) -> tuple[str, bytes]:
    """Return a one-time secret and what is stored of it."""
    secret = secrets.readable(directory.entropy(20))
    expires = directory.clock() + timedelta(days=ENROLMENT_DAYS)
    return secret, json.dumps({"digest": secrets.digest(secret), "expires": expires.isoformat()}).encode()


def found_officer(
    directory: Directory, *, organisation: str, name: str, display_name: str, identity: str
) -> tuple[Account, str]:
    """Return one of the two first officers of the authority; only while the home is founded."""
    account = _new_account(directory, organisation, name, display_name, identity)
    return _write_invitation(directory, SYSTEM, account)


def enrol(directory: Directory, code: str, *, password: str) -> Enrolled:
    """Set the first password and second factor; the code works once.

    Raises `CredentialError` for a wrong, used or expired code, `InputError` for a weak password.
    """
    identifier, _, secret = code.strip().partition(".")
    stored = _load(directory, identifier, say("启用码不正确：请向本单位账户管理员重新索取"))
    _check_enrolment(directory, stored.record, secret)
    _check_password(password, stored.record)
    actor = Actor(stored.record.id, stored.record.person, stored.record.organisation, proof=Proof.ENROLMENT)
    situation = with_record(directory.situation(actor), record=stored.record)
    require(actor, step("account:enrol"), situation)
    seed, device = directory.entropy(32), secrets.totp_secret(directory.entropy(20))
    account = replace(stored.record, state="active", public_key=secrets.public_key(seed))
    wrapped = secrets.wrap_by_password(
        password, seed, salt=directory.entropy(16), nonce=directory.entropy(12), cost=directory.cost
    )
    sealed = {
        "password": wrapped,
        "totp": _seal(directory, device),
        "enrolment": b"",
        "misses": b"0",
        "counter": b"0",
    }
    directory.store.write(
        actor, Change(step("account:enrol"), account, expected=stored.version, secrets=sealed)
    )
    return Enrolled(account, device, secrets.totp_address(device, account.name))


def _check_enrolment(directory: Directory, account: Account, secret: str) -> None:
    kept = _kept(directory, account.id, "enrolment")
    if not kept or account.state != "invited":
        raise CredentialError(say("启用码已经用过：忘记口令请由本单位账户管理员重置"))
    fields = json.loads(kept)
    if not secrets.same(fields["digest"], secrets.digest(secret)):
        raise CredentialError(say("启用码不正确：请向本单位账户管理员重新索取"))
    if directory.clock() > datetime.fromisoformat(fields["expires"]):
        raise CredentialError(say("启用码已过期：请向本单位账户管理员重新索取"))


def _check_password(password: str, account: Account) -> None:
    tests = (str.islower, str.isupper, str.isdigit)
    kinds = sum(any(test(letter) for letter in password) for test in tests)
    too_simple = kinds < 2 and len(password) < 16
    if len(password) < PASSWORD_LENGTH or account.name in password or too_simple:
        raise InputError(
            say(
                "口令太弱：至少 {length} 位，含大小写字母或数字中的两类，不含登录名",
                length=PASSWORD_LENGTH,
            )
        )


def sign_in(directory: Directory, name: str, *, password: str, code: str) -> Actor:
    """Return the person who presented password and TOTP code; `CredentialError` otherwise.

    The same sentence answers a wrong name, password or code. Five misses lock the account;
    a code works once (RFC 6238, 5.2).
    """
    wrong = CredentialError(say("账户、口令或动态码不正确"))
    try:
        stored = directory.store.load(Account, directory.account_named(name).id)
    except NotFoundError:
        raise wrong from None
    account = stored.record
    if account.state != "active":
        raise CredentialError(say("账户未启用、已锁定或已停用：请联系本单位账户管理员"))
    seed = secrets.open_by_password(password, _kept(directory, account.id, "password", b"{}"))
    counter = _second_factor(directory, account, code)
    if seed is None or counter is None:
        _miss(directory, stored)
        raise wrong
    _used(directory, stored, counter)
    return _actor(directory, account, seed, Proof.PASSWORD_TOTP)


def _second_factor(directory: Directory, account: Account, code: str) -> int | None:
    sealed = _kept(directory, account.id, "totp")
    device = _unseal(directory, sealed)
    last = int(_kept(directory, account.id, "counter", b"0"))
    counter = secrets.totp_counter(device, code.strip(), moment=int(directory.clock().timestamp()))
    return counter if counter is not None and counter > last else None


def _miss(directory: Directory, stored: Stored[Account]) -> None:
    """Count a miss; one that another attempt overtook is counted again: guesses in parallel count too."""
    while stored.record.state == "active":
        misses = int(_kept(directory, stored.record.id, "misses", b"0")) + 1
        locked = misses >= MISSES_BEFORE_LOCK
        record = replace(stored.record, state="locked") if locked else stored.record
        verb = "account:lock" if locked else "account:miss"
        change = _change(verb, stored, record, kept={"misses": str(misses).encode()})
        try:
            directory.store.write(SYSTEM, replace(change, note={"misses": misses}))
        except ConflictError:
            stored = directory.store.load(Account, stored.record.id)
            continue
        return


def _used(directory: Directory, stored: Stored[Account], counter: int) -> None:
    change = Change(
        step("account:sign-in"),
        stored.record,
        expected=stored.version,
        secrets={"counter": str(counter).encode(), "misses": b"0"},
    )
    directory.store.write(SYSTEM, change)


def session_digest(session: str) -> str:
    """Return the name under which a browser's session goes on record: its secret does not."""
    return hashlib.sha256(session.encode()).hexdigest()[:32]


def sign_out(directory: Directory, name: str, session: str) -> None:
    """Put on record that a browser's session has ended; `NotFoundError` for an unknown name.

    Whoever serves people by that session sees it in the account itself, without asking anybody.
    """
    ended = session_digest(session)
    while True:
        stored = directory.store.load(Account, directory.account_named(name).id)
        if stored.record.state != "active" or ended in stored.record.signed_out:
            return  # nothing is served for it any more
        kept = (*stored.record.signed_out, ended)[-SESSIONS_REMEMBERED:]
        change = _change("account:sign-out", stored, replace(stored.record, signed_out=kept), kept={})
        try:
            directory.store.write(SYSTEM, change)
        except ConflictError:  # the person did something else at that moment
            continue
        return


READING = "read"
"""The scope of a token that may look and do nothing; looking is in every scope."""
SCOPES = frozenset({READING}) | {one.name for one in STEPS} | {one.kind for one in STEPS}


def issue_token(
    directory: Directory, actor: Actor, *, label: str, days: int = TOKEN_DAYS, scope: Sequence[str] = ()
) -> str:
    """Return a new personal token of the actor's own account, shown once.

    The token opens the person's signing key, so it needs an actor who opened it already. `scope` bounds
    it to those steps ("submission:withdraw") or kinds ("application"), or to looking ("read"); empty
    is everything the person may do. Raises `InputError` for an unknown scope, and for a term of less
    than a day or more than `LONGEST_TOKEN_DAYS`.
    """
    unknown = sorted(set(scope) - SCOPES)
    if unknown:
        raise InputError(
            say(
                "没有“{name}”这个范围：请写 read、记录种类或“种类:步骤”，如 application:submit",
                name=unknown[0],
            )
        )
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise InputError(say("令牌的有效期须在 1 到 {days} 天之间", days=LONGEST_TOKEN_DAYS))
    stored = directory.store.load(Account, actor.account)
    require(actor, step("account:issue-token"), with_record(directory.situation(actor), record=stored.record))
    if actor.unlock is None:
        raise CredentialError(say("签发令牌需要先用口令加动态码或令牌登录"))
    name, secret = secrets.readable(directory.entropy(5)), secrets.readable(directory.entropy(32))
    wrapped = json.loads(secrets.wrap_by_token(secret, actor.unlock(), nonce=directory.entropy(12)))
    wrapped["expires"] = (directory.clock() + timedelta(days=days)).isoformat()
    wrapped["scope"] = sorted(set(scope))
    change = Change(
        step("account:issue-token"),
        stored.record,
        expected=stored.version,
        note={"token": name, "label": label, "expires": wrapped["expires"], "scope": wrapped["scope"]},
        secrets={f"token-{name}": json.dumps(wrapped, sort_keys=True).encode()},
    )
    directory.store.write(actor, change)
    return f"{_TOKEN_PREFIX}.{stored.record.id}.{name}.{secret}"


def first_token(directory: Directory, enrolled: Enrolled, *, password: str, label: str) -> str:
    """Return a first token right after enrolment, signed in with the password and a fresh code."""
    moment = int(directory.clock().timestamp())
    code = secrets.totp_code(enrolled.totp_secret, moment=moment)
    actor = sign_in(directory, enrolled.account.name, password=password, code=code)
    return issue_token(directory, actor, label=label)


def revoke_token(directory: Directory, actor: Actor, name: str) -> None:
    """Make the named token of the actor's own account useless at once."""
    stored = directory.store.load(Account, actor.account)
    require(
        actor, step("account:revoke-token"), with_record(directory.situation(actor), record=stored.record)
    )
    if not _kept(directory, actor.account, f"token-{name}"):
        raise NotFoundError(say("没有名为 {name} 的令牌", name=name))
    change = Change(
        step("account:revoke-token"),
        stored.record,
        expected=stored.version,
        note={"token": name},
        secrets={f"token-{name}": b""},
    )
    directory.store.write(actor, change)


@dataclass(frozen=True, slots=True)
class TokenNote:
    """What may be shown of a personal token: its name, what it is for, until when; never the token."""

    name: str
    label: str
    expires: str
    revoked: bool
    scope: tuple[str, ...] = ()


def tokens_of(directory: Directory, account: str) -> tuple[TokenNote, ...]:
    """Return every token that was issued to the account and is still on record, in order of issue."""
    found = []
    for header in directory.store.facts(record=account, verb="account:issue-token"):
        note = (directory.store.payload(header.seq) or {}).get("note")
        if isinstance(note, dict):
            name = str(note["token"])
            gone = not _kept(directory, account, f"token-{name}")
            scope = tuple(map(str, note.get("scope", ())))
            found.append(TokenNote(name, str(note["label"]), str(note.get("expires", "")), gone, scope))
    return tuple(found)


def reset(directory: Directory, actor: Actor, name: str) -> tuple[Account, str]:
    """Return the account, invited anew, and its one-time code; password, device and tokens are void.

    Judging roles, and the one that proposes them, go in the same transaction: whoever holds the
    new code must be granted and countersigned anew, so that a reset never hands out a vote.
    """
    stored = _named(directory, name)
    situation = with_record(
        directory.situation(actor), record=stored.record, granted=directory.roles_of(stored.record.id)
    )
    require(actor, step("account:reset"), situation)
    revoked = grants.to_revoke(directory, actor, stored.record, JUDGING_ROLES | {Role.ORGANISATION_OFFICER})
    secret, sealed = _enrolment(directory)
    void = {f"token-{one.name}": b"" for one in tokens_of(directory, stored.record.id) if not one.revoked}
    void |= {"password": b"", "totp": b"", "misses": b"0", "enrolment": sealed}
    account = replace(stored.record, state="invited", public_key="")
    change = _change("account:reset", stored, account, kept=void)
    directory.store.write(actor, change, *revoked)
    return account, f"{account.id}.{secret}"


def unlock(directory: Directory, actor: Actor, name: str) -> Account:
    """Return the account of the own organisation active again, its misses forgotten."""
    stored = _named(directory, name)
    require(actor, step("account:unlock"), with_record(directory.situation(actor), record=stored.record))
    account = replace(stored.record, state="active")
    directory.store.write(actor, _change("account:unlock", stored, account, kept={"misses": b"0"}))
    return account


def suspend(directory: Directory, actor: Actor, name: str) -> Account:
    """Return the account suspended for good: neither password nor token is taken from now on."""
    stored = _named(directory, name)
    require(actor, step("account:suspend"), with_record(directory.situation(actor), record=stored.record))
    account = replace(stored.record, state="suspended")
    directory.store.write(actor, _change("account:suspend", stored, account, kept={"enrolment": b""}))
    return account


def _named(directory: Directory, name: str) -> Stored[Account]:
    return directory.store.load(Account, directory.account_named(name).id)


def _change(verb: str, stored: Stored[Account], account: Account, *, kept: Mapping[str, bytes]) -> Change:
    return Change(step(verb), account, expected=stored.version, secrets=dict(kept))


def by_token(directory: Directory, token: str) -> Actor:
    """Return the person whose personal token this is; `CredentialError` otherwise."""
    wrong = CredentialError(say("个人令牌不正确、已撤销或已过期"))
    parts = token.strip().split(".")
    if len(parts) != 4 or parts[0] != _TOKEN_PREFIX:
        raise wrong
    account = _load(directory, parts[1], wrong.message).record
    kept = _kept(directory, account.id, f"token-{parts[2]}")
    seed = secrets.open_by_token(parts[3], kept) if kept else None
    if seed is None or account.state != "active" or secrets.public_key(seed) != account.public_key:
        raise wrong  # the last: a token of before a reset opens a key that is the account's no more
    noted = json.loads(kept)
    if directory.clock() > datetime.fromisoformat(noted["expires"]):
        raise wrong
    scope = frozenset(noted.get("scope", ())) or None
    return replace(_actor(directory, account, seed, Proof.TOKEN), scope=scope)


def for_seat(directory: Directory, account_id: str) -> Actor:
    """Return the named user of a seat, as the platform may act for him: submissions only."""
    account = directory.store.load(Account, account_id).record
    if account.state != "active":
        raise CredentialError(say("席位用户的账户已停用"))
    return Actor(
        account.id, account.person, account.organisation, directory.roles_of(account.id), proof=Proof.SEAT
    )


def _actor(directory: Directory, account: Account, seed: bytes, proof: Proof) -> Actor:
    return Actor(
        account=account.id,
        person=account.person,
        organisation=account.organisation,
        roles=directory.roles_of(account.id),
        proof=proof,
        sign=lambda message: secrets.sign_with(seed, message),
        unlock=lambda: seed,
    )


def _load(directory: Directory, identifier: str, sentence: object) -> Stored[Account]:
    try:
        return directory.store.load(Account, identifier)
    except NotFoundError:
        raise CredentialError(say("{sentence}", sentence=str(sentence))) from None


def _kept(directory: Directory, account: str, name: str, absent: bytes = b"") -> bytes:
    store = directory.store
    return store.secret(account, name) if store.has_secret(account, name) else absent


def _seal(directory: Directory, text: str) -> bytes:
    return secrets.seal(directory.key.derive("people/totp"), text, nonce=directory.entropy(12))


def _unseal(directory: Directory, sealed: bytes) -> str:
    return secrets.unseal(directory.key.derive("people/totp"), sealed)


def _as_account(stored: Stored[Account]) -> Account:
    return stored.record
