"""The adapters of the oversight room: people, regimes, the place of frozen evidence, ways out for notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.egress.frozen import FrozenStore
from sandbox.people.directory import Directory
from sandbox.regulation.regime import Regime


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; without a host no mail is sent. `security` is "tls", "starttls" or "none"."""

    host: str = ""
    port: int = 465
    security: str = "tls"
    sender: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = 15.0
    authorities: str = ""  # a file of certificates to trust besides the system's


@dataclass(frozen=True, slots=True)
class Channels:
    """The ways out of the console; `webhook_hosts` are the only hosts a webhook may name.

    `plain` lets a demo speak to this machine without TLS; a production home never does.
    """

    mail: MailServer = MailServer()
    webhook_hosts: tuple[str, ...] = ()
    plain: bool = False
    console: str = ""


@dataclass(frozen=True, slots=True)
class OversightDesk:
    """What duties, accounts of use, notices, incidents and retention need."""

    directory: Directory
    regimes: Mapping[str, Regime]
    regime: str
    evidence: FrozenStore
    home_name: str
    demo: bool
    channels: Channels = Channels()

    @property
    def in_force(self) -> Regime:
        """The regime that new things are done under."""
        return self.regimes[self.regime]
