"""What the rooms need to know of people: one value that holds the adapters, and lookups.

Built once by `app`. The clock and the source of random bytes come in here, so that rules
and tests can hold them still. Decides nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.identifiers import full_resident_id
from sandbox.kernel.message import say
from sandbox.kernel.records import Account, Grant, Organisation, OrganisationRole
from sandbox.kernel.situation import Situation
from sandbox.people.secrets import RFC_9106_LOW_MEMORY, PasswordCost
from sandbox.regulation.regime import Regime
from sandbox.store.opener import Store
from sandbox.vault.keys import DataKey

CHINA = timezone(timedelta(hours=8))
"""China has one time zone and no summer time; terms and days are counted in it."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The store, the key of the people's secrets, the clock, random bytes, the argon2 cost.

    `sectors` names the sector rule packs at hand; they stand at the beginning of every situation.
    `deputy_days` is the longest term of a deputy; at 0 none is named. `regimes` are the versions of
    the measure at hand.
    """

    store: Store
    key: DataKey
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    cost: PasswordCost = RFC_9106_LOW_MEMORY
    sectors: frozenset[str] = frozenset()
    deputy_days: int = 0
    regimes: Mapping[str, Regime] = field(default_factory=dict)

    def today(self) -> date:
        """Return today's date in China."""
        return self.clock().astimezone(CHINA).date()

    def person_of(self, identity: str) -> str:
        """Return the keyed digest of a natural person's resident ID; the number is not kept."""
        number = full_resident_id(identity)
        if number is None:
            raise InputError(say("居民身份证号不正确：请核对 18 位号码和校验位"))
        return hmac.new(self.key.derive("people/person"), number.encode(), "sha256").hexdigest()[:32]

    def organisation(self, identifier: str) -> Organisation:
        """Return the organisation; `NotFoundError` if there is none."""
        return self.store.load(Organisation, identifier).record

    def account_named(self, name: str) -> Account:
        """Return the account of that login name or id; `NotFoundError` if there is none."""
        for stored in self.store.find(Account):
            if name in (stored.record.name, stored.record.id):
                return stored.record
        raise NotFoundError(say("没有名为 {name} 的账户", name=name))

    def organisation_named(self, text: str) -> Organisation:
        """Return the organisation of that id, code or name; `NotFoundError` if there is none."""
        for stored in self.store.find(Organisation):
            if text.strip() in (stored.record.id, stored.record.uscc, stored.record.name):
                return stored.record
        raise NotFoundError(say("没有登记过的单位 {text}：请用编号、统一社会信用代码或全称", text=text))

    def person_of_account(self, account: str) -> str:
        """Return the person behind an account; of the platform itself, its own name."""
        if account == "system":
            return account
        return self.store.load(Account, account).record.person

    def persons_of(self, organisation: str) -> frozenset[str]:
        """Return every natural person with an account in the organisation, whatever its state."""
        found = self.store.find(Account, organisation=organisation)
        return frozenset(stored.record.person for stored in found)

    def roles_within(self, organisation: str) -> frozenset[Role]:
        """Return the roles in force in an organisation, those of suspended accounts aside."""
        grants = self.store.find(Grant, state="in-force", organisation=organisation)
        today = self.today()
        return frozenset(
            one.record.role
            for one in grants
            if one.record.runs(today)
            and self.store.load(Account, one.record.account).record.state != "suspended"
        )

    def has_active(self, organisation: str, roles: frozenset[Role]) -> bool:
        """Return whether somebody of the organisation who has enrolled holds one of the roles today.

        A locked account counts: who guesses at its password must not be able to keep a body from working.
        """
        grants, today = self.store.find(Grant, state="in-force", organisation=organisation), self.today()
        return any(
            self.store.load(Account, one.record.account).record.state in ("active", "locked")
            for one in grants
            if one.record.role in roles and one.record.runs(today)
        )

    def roles_of(self, account: str) -> frozenset[Role]:
        """Return the roles that are in force for the account today; a deputy's within its term."""
        grants, today = self.store.find(Grant, state="in-force", linked=("account", account)), self.today()
        return frozenset(stored.record.role for stored in grants if stored.record.runs(today))

    def authority(self) -> Organisation:
        """Return the data authority; `NotFoundError` before the home is founded."""
        for stored in self.store.find(Organisation):
            if OrganisationRole.AUTHORITY in stored.record.roles:
                return stored.record
        raise NotFoundError(say("平台还没有登记大数据主管部门"))

    def situation(self, actor: Actor) -> Situation:
        """Return the beginning of every situation: today, and the actor's own organisation."""
        moment = self.clock().astimezone(CHINA)
        if actor.organisation == "platform":
            return Situation(today=moment.date(), moment=moment, sectors=self.sectors)
        own = self.organisation(actor.organisation)
        return Situation(today=moment.date(), moment=moment, own=own, sectors=self.sectors)


def with_record(situation: Situation, **fields: object) -> Situation:
    """Return the situation with the named fields filled in."""
    return replace(situation, **fields)  # type: ignore[arg-type]
