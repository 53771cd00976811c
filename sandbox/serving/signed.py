"""The person behind a login name that the Hub vouches for: signed in, which judges nobody.

Called when a seat is opened and while it runs; nothing else may make an actor of a name.
"""

from __future__ import annotations

from sandbox.app import Platform
from sandbox.kernel.actors import Actor, Proof
from sandbox.kernel.errors import CredentialError
from sandbox.kernel.message import say


def signed_in(platform: Platform, name: str) -> Actor:
    """Return the person with his roles now; `CredentialError` for an account that is not active."""
    account = platform.directory.account_named(name)
    if account.name != name or account.state != "active":
        raise CredentialError(say("账户未启用、已锁定或已停用：请联系本单位账户管理员"))
    return Actor(
        account=account.id,
        person=account.person,
        organisation=account.organisation,
        roles=platform.directory.roles_of(account.id),
        proof=Proof.SESSION,
    )
