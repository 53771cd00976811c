"""Who is at the browser, kept in the server's memory alone: nothing of it survives a restart.

A session holds the Hub's token, the secret of its forms, a fresh credential for fifteen minutes,
what was typed before a sign-in ran out, and the outcome of each form by its key. Decides no permission.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.kernel.actors import Actor
from sandbox.kernel.message import Message
from sandbox.web.options import Options

DRAFTS_KEPT = timedelta(hours=1)
MOST_DRAFTS, MOST_OUTCOMES, MOST_SESSIONS = 500, 200, 5_000
SECRET_FIELDS = frozenset({"csrf", "password", "code"})
"""Fields that no draft keeps."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: where to go on, and what is shown once, by which page."""

    location: str
    told: Message | None = None
    once: tuple[tuple[Message, str], ...] = ()
    template: str = "outcome.html"


@dataclass(slots=True)
class Pending:
    """A form being worked on; a second click waits for the first one's outcome."""

    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None


@dataclass(slots=True)
class Session:
    """One signed-in browser."""

    token: str
    account: str
    ends: datetime
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    strong: Actor | None = None
    strong_until: datetime | None = None
    told: list[Message] = field(default_factory=list)
    forms: dict[str, Pending] = field(default_factory=dict)

    def fresh(self, now: datetime) -> Actor | None:
        """Return the person as he showed his credential, while that still counts."""
        if self.strong_until is None or now >= self.strong_until:
            self.strong = self.strong_until = None
        return self.strong

    def strengthen(self, actor: Actor, until: datetime) -> None:
        """Keep a fresh credential until then."""
        self.strong, self.strong_until = actor, until


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed into a form that could not be taken: in which browser, by whom, for which path."""

    browser: str
    account: str
    path: str
    fields: tuple[tuple[str, str], ...]
    kept_until: datetime


class Sessions:
    """Every session, draft and sign-in under way."""

    def __init__(self, options: Options, clock: Callable[[], datetime]) -> None:
        self._options, self._clock = options, clock
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._drafts: dict[str, Draft] = {}
        self._begun: dict[str, tuple[str, str, datetime]] = {}

    def open(self, token: str, account: str) -> str:
        """Return the secret of a new session."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._sweep()
            self._sessions[name] = Session(token, account, self._clock() + self._options.session)
        return name

    def get(self, name: str) -> Session | None:
        """Return the session of that secret unless it has ended."""
        with self._lock:
            found = self._sessions.get(name)
            if found is not None and found.ends <= self._clock():
                del self._sessions[name]
                return None
            return found

    def close(self, name: str) -> None:
        """Forget a session and the credential it held."""
        with self._lock:
            self._sessions.pop(name, None)

    def claim(self, session: Session, key: str) -> tuple[Pending, bool]:
        """Return the form of that key and whether the caller is the first to send it."""
        with self._lock:
            found = session.forms.get(key)
            if found is not None:
                return found, False
            while len(session.forms) >= MOST_OUTCOMES:
                session.forms.pop(next(iter(session.forms)))
            session.forms[key] = made = Pending()
            return made, True

    def release(self, session: Session, key: str) -> None:
        """Let a form be sent again: it came to nothing."""
        with self._lock:
            pending = session.forms.pop(key, None)
        if pending is not None:
            pending.done.set()

    def keep(self, browser: str, path: str, fields: Mapping[str, tuple[str, ...]]) -> str:
        """Keep what was typed, secrets apart, and return its name."""
        name = secrets.token_urlsafe(16)
        account = next(iter(fields.get("who", ())), "")
        typed = tuple((key, one) for key, many in fields.items() if key not in SECRET_FIELDS for one in many)
        with self._lock:
            now = self._clock()
            self._drafts = {key: one for key, one in self._drafts.items() if one.kept_until > now}
            while len(self._drafts) >= MOST_DRAFTS:
                self._drafts.pop(next(iter(self._drafts)))
            self._drafts[name] = Draft(browser, account, path, typed, now + DRAFTS_KEPT)
        return name

    def draft(self, name: str, browser: str) -> Draft | None:
        """Return what this browser typed, if it is still kept."""
        with self._lock:
            found = self._drafts.get(name)
        if found is None or found.kept_until <= self._clock() or found.browser != browser:
            return None
        return found

    def drop(self, name: str) -> None:
        """Forget a draft that was taken."""
        with self._lock:
            self._drafts.pop(name, None)

    def begin(self, state: str, verifier: str, then: str) -> None:
        """Remember a sign-in under way for ten minutes."""
        with self._lock:
            now = self._clock()
            self._begun = {key: one for key, one in self._begun.items() if one[2] > now}
            while len(self._begun) >= MOST_SESSIONS:
                self._begun.pop(next(iter(self._begun)))
            self._begun[state] = (verifier, then, now + timedelta(minutes=10))

    def finish(self, state: str) -> tuple[str, str] | None:
        """Return verifier and next page of a sign-in under way, once."""
        with self._lock:
            found = self._begun.pop(state, None)
        return None if found is None or found[2] <= self._clock() else found[:2]

    def _sweep(self) -> None:
        now = self._clock()
        self._sessions = {key: one for key, one in self._sessions.items() if one.ends > now}
        while len(self._sessions) >= MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
