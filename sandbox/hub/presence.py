"""Who is still signed in at a door: confirmed by the Hub every few seconds, remembered while the Hub is away.

A sign-out closes what that person has open here; a Hub that starts again closes nothing. Called
by `passage` for every request and by `door` for the channels that stay open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

ASKED_AGAIN_SECONDS = 2
"""How old an answer of the Hub may be."""
REMEMBERED = timedelta(minutes=2)
"""How long a person who was let in stays so while the Hub cannot be asked."""
SIGNED_OUT = 4401
"""The code with which a channel closes whose person signed out."""


class Open(Protocol):
    """Something a person has open: whose token let him in, and how it is closed."""

    token: str | None

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close it."""


class Presence:
    """The people let in at one door, by the token that each came with."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._confirmed: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self.open: set[Open] = set()

    def confirm(self, token: str | None, person: dict[str, Any]) -> None:
        """Keep that the Hub knows the person behind the token now."""
        if token:
            self._confirmed[token] = (self._clock(), person)

    def remembered(self, token: str | None) -> dict[str, Any] | None:
        """Return the person confirmed not long ago, or None."""
        at, person = self._confirmed.get(token or "", (None, None))
        return person if at is not None and self._clock() - at <= REMEMBERED else None

    def forget(self, token: str | None) -> None:
        """Let nobody in by this token any more, and close what it has open."""
        self._confirmed.pop(token or "", None)
        for one in [one for one in self.open if one.token == token]:
            one.close(SIGNED_OUT)

    async def watch(self) -> None:
        """Ask the Hub again and again about everybody who has something open."""
        while True:
            await asyncio.sleep(ASKED_AGAIN_SECONDS)
            for token in {one.token for one in self.open}:
                await self._ask(token)

    async def _ask(self, token: str | None) -> None:
        try:
            person = await HubOAuth.instance().user_for_token(token or "", use_cache=False, sync=False)
        except HTTPError:
            if self.remembered(token) is None:
                self.forget(token)
            return
        if person is None:
            self.forget(token)
        else:
            self.confirm(token, person)
