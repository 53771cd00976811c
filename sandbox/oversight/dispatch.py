"""Carries notices out of the console: at least once, in order, each failure waiting longer than the last.

What is sent twice has the same identity, so that the other side can tell. A notice holds no
data column and no reason of a decision: it says where to look. Called by the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.oversight_records import Notice, Subscription
from sandbox.kernel.records import Account
from sandbox.oversight import mail, webhook
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.notices import CARRIED
from sandbox.oversight.subscriptions import SECRET, check_webhook
from sandbox.store.outbox import Pending, finish, pending, postpone

FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
_DOUBLINGS = 12
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Round:
    """How many were sent, how many had nobody left to go to, and which failed with what."""

    sent: int
    dropped: int
    failed: tuple[tuple[Pending, SandboxError], ...]


@dataclass(slots=True)
class Dispatcher:
    """Remembers between rounds what rests after a failure; what it forgets is tried at once."""

    desk: OversightDesk
    resting: dict[int, float] = field(default_factory=dict)

    def round(self) -> Round:
        """Send what is due; a failure stops neither the others nor the caller."""
        now = self.desk.directory.clock().timestamp()
        store = self.desk.directory.store
        sent, dropped, failed = 0, 0, []
        for effect in pending(store, kinds=tuple(CARRIED.values()), limit=_AT_ONCE):
            if now < self.resting.get(effect.id, 0.0):
                continue
            try:
                went = self._carry(effect)
            except SandboxError as error:
                postpone(store, effect)
                self.resting[effect.id] = now + wait_after(effect.attempts + 1)
                failed.append((effect, error))
                continue
            finish(store, effect)
            self.resting.pop(effect.id, None)
            sent, dropped = sent + went, dropped + (not went)
        return Round(sent, dropped, tuple(failed))

    def _carry(self, effect: Pending) -> bool:
        """Send one; False where its receiver is no longer there or no longer allowed."""
        store = self.desk.directory.store
        notice = store.load(Notice, effect.record_id).record
        where = store.load(Subscription, str(effect.payload["subscription"])).record
        account = store.load(Account, where.account).record
        if where.state != "active" or account.state == "suspended":
            return False
        carry: Callable[[Notice, Subscription], bool] = {
            CARRIED["mail"]: self._mail,
            CARRIED["webhook"]: self._call,
        }[effect.kind]
        return carry(notice, where)

    def _mail(self, notice: Notice, where: Subscription) -> bool:
        mail.send(self.desk, notice, where)
        return True

    def _call(self, notice: Notice, where: Subscription) -> bool:
        try:
            check_webhook(self.desk, where.address)
        except InputError:
            return False  # the installation allows this host no longer
        webhook.call(self.desk, notice, where, secret=self.desk.directory.store.secret(where.id, SECRET))
        return True


def wait_after(attempts: int) -> float:
    """Return how many seconds to wait after so many failures: doubling, an hour at most."""
    return min(LONGEST_WAIT, FIRST_WAIT * float(2 ** min(attempts - 1, _DOUBLINGS)))
