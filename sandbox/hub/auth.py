"""Who is at the browser: local accounts with password and authenticator code, through the Hub.

The platform's own sign-in decides, counts misses and locks; the Hub keeps the session. Roles
and permission are asked of the platform each time, never kept here.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.handlers import BaseHandler
from jupyterhub.handlers.login import LoginHandler, LogoutHandler
from tornado.web import HTTPError

from sandbox.hub import opened
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.message import say
from sandbox.kernel.records import Account
from sandbox.people import accounts

INCOMPLETE = say("请填写登录名、口令和动态码")
NOT_SIGNED_OUT = say("退出没有办成，您仍处于登录状态：请再退出一次")
EXPIRED = say("登录页已经过期：请重新填写后登录")
FIELDS = ("username", "password", "code")
LONGEST = 200


class AccountAuthenticator(Authenticator):  # type: ignore[misc]  # the Hub's classes have no types
    """Signs people in with the accounts of the home."""

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:
        """Return the account's name, or None with the sentence left at the handler."""
        name, password, code = (data.get(field, "") for field in FIELDS)
        if not name or not password or not code or max(len(name), len(password), len(code)) > LONGEST:
            handler.sentence = INCOMPLETE
            return None
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(None, _sign_in, name, password, code)
        except SandboxError as error:
            handler.sentence = error.message
            return None
        return {"name": found, "admin": False}

    async def refresh_user(self, user: Any, handler: Any = None) -> bool:  # noqa: ARG002
        """Return whether the account is still active: a suspended one is signed out everywhere."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, _active, user.name)

    def get_handlers(self, app: Any) -> list[tuple[str, type[BaseHandler]]]:  # noqa: ARG002
        """Return our own sign-in page."""
        return [("/login", SignIn), ("/logout", SignOut)]

    def normalize_username(self, username: str) -> str:
        """Return the name as the account has it: upper and lower case are two names."""
        return username

    def validate_username(self, username: str) -> bool:
        """Leave judging names to the sign-in itself, which knows the accounts."""
        return bool(username) and "/" not in username


class SignIn(LoginHandler):  # type: ignore[misc]  # the Hub's classes have no types
    """The sign-in page with the sentence of the platform where the Hub has its own."""

    sentence: object = None

    def _render(self, login_error: str | None = None, username: str | None = None, **kwargs: Any) -> Any:
        shown = str(self.sentence or EXPIRED) if login_error else None
        return super()._render(login_error=shown, username=username, **kwargs)


class SignOut(LogoutHandler):  # type: ignore[misc]  # the Hub's classes have no types
    """The end of a session, on record before it ends here: the console reads it there."""

    async def default_handle_logout(self) -> None:
        """Put the sign-out on record, then forget the session; neither if it cannot be recorded."""
        session = self.get_session_cookie()
        if self.current_user and session:
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(None, _sign_out, self.current_user.name, session)
            except SandboxError as error:
                raise HTTPError(503, str(NOT_SIGNED_OUT)) from error
        await super().default_handle_logout()


def _sign_out(name: str, session: str) -> None:
    accounts.sign_out(opened.platform().directory, name, session)


def _sign_in(name: str, password: str, code: str) -> str:
    platform = opened.platform()
    actor = platform.sign_in(name, password=password, code=code)
    return platform.store.load(Account, actor.account).record.name


def _active(name: str) -> bool:
    try:
        platform = opened.platform()
        account = platform.directory.account_named(name)
        return account.name == name and account.state == "active"
    except SandboxError:
        return False
