"""How the console learns who is at the browser: from the Hub by OAuth with PKCE, or in tests by name.

Returns a login name and nothing more: roles and permission come from the platform's own records.
The Hub's calls block; the routes that use them run in threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

from sandbox.kernel.errors import CredentialError, StateError
from sandbox.people.accounts import session_digest
from sandbox.web.language import word

ASKED_AGAIN_SECONDS = 60
"""How old an answer of the Hub may be. A sign-out does not wait for it: it is on record in the account."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: where the browser goes, and the secret kept for its return."""

    url: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the Hub knows by a token: the login name, and the name of the browser's session in the records."""

    name: str
    session: str


class SignIn(Protocol):
    """The two ways to sign in share these."""

    signs_out_at: str

    def begin(self, state: str) -> Begun:
        """Return where to send the browser."""

    def finish(self, code: str, verifier: str) -> str:
        """Return the token that stands for the person at the Hub."""

    def known(self, token: str) -> Known | None:
        """Return who is behind a token, or None if the Hub knows it no more."""


class HubSignIn:
    """Sign-in at the Hub; configured by the environment that the Hub gives its services."""

    def __init__(self) -> None:
        self._hub = HubOAuth(cache_max_age=ASKED_AGAIN_SECONDS)
        self.signs_out_at = f"{self._hub.hub_prefix}logout"

    def begin(self, state: str) -> Begun:
        """Return the Hub's own page of consent, with the challenge of RFC 7636."""
        verifier, challenge, method = self._hub.generate_pkce_code_challenge()
        asked = {
            "client_id": self._hub.oauth_client_id,
            "redirect_uri": self._hub.oauth_redirect_uri,
            "response_type": "code",
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": method,
        }
        return Begun(f"{self._hub.oauth_authorization_url}?{urlencode(asked)}", verifier)

    def finish(self, code: str, verifier: str) -> str:
        """Return the Hub's token for a code; `CredentialError` when the Hub does not take it."""
        try:
            return str(self._hub.token_for_code(code, code_verifier=verifier))
        except HTTPError:
            raise CredentialError(word("登录没有完成：请重新登录")) from None

    def known(self, token: str) -> Known | None:
        """Return who it is, asked anew every minute; `StateError` when the Hub does not answer."""
        try:
            found = self._hub.user_for_token(token)
        except HTTPError:
            raise StateError(word("登录服务暂时没有应答：请稍候再试，填写的内容会保留")) from None
        return Known(str(found["name"]), session_digest(str(found["session_id"]))) if found else None


class UnsafeSessionAuth:
    """Anybody is who he says: for tests and trials without a Hub, refused outside a demo home."""

    signs_out_at = ""

    def __init__(self) -> None:
        self.signed_out: set[str] = set()
        self.down = False

    def begin(self, state: str) -> Begun:
        """Return the callback itself: the name is given there as the code."""
        return Begun(f"/console/oauth_callback?{urlencode({'state': state, 'code': ''})}", "")

    def finish(self, code: str, verifier: str) -> str:  # noqa: ARG002  the Hub's way has it
        """Return the name as its own token."""
        if not code:
            raise CredentialError(word("登录没有完成：请重新登录"))
        return code

    def known(self, token: str) -> Known | None:
        """Return the name unless it was signed out."""
        if self.down:
            raise StateError(word("登录服务暂时没有应答：请稍候再试，填写的内容会保留"))
        return None if token in self.signed_out else Known(token, session_digest(token))
