"""What the console is told at its start: where it is reached, what it serves, how long things last.

Values only; `service` makes them from the command line, the tests by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "/console"
API = "/api"
"""Every path of the pages, and of the calls for programs; the Hub's proxy sends both here."""


@dataclass(frozen=True, slots=True)
class Options:
    """`origins` are the public addresses (scheme, host and port) at which browsers find the platform.

    `assets` is the folder of packages with the style sheet and script of others, never our own.
    """

    origins: tuple[str, ...]
    assets: Path
    step_up: timedelta = timedelta(minutes=15)
    session: timedelta = timedelta(hours=8)
    upload_bytes: int = 4 << 30
    form_bytes: int = 2 << 20

    @property
    def hosts(self) -> frozenset[str]:
        """Return the values of the Host header that are answered."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    @property
    def secure(self) -> bool:
        """Return whether browsers come by TLS, so that cookies are sent by TLS alone."""
        return all(origin.startswith("https://") for origin in self.origins)
