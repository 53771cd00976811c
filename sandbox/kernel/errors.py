"""The one error tree: what went wrong, in a sentence for the user and a hint for the operator.

Each class has a stable code; the edges map classes to exit statuses and HTTP statuses
once each. Anything that is not a `SandboxError` is a bug and is shown as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.kernel.decision import Decision
    from sandbox.kernel.message import Message


class SandboxError(Exception):
    """Base of every error that a user is meant to read; never raised itself."""

    code = "error"

    def __init__(self, message: Message, *, hint: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class InputError(SandboxError):
    """What was handed in cannot be used: a wrong call, an unreadable source."""

    code = "input"


class NotFoundError(InputError):
    """No record, file or column of that name."""

    code = "not-found"


class CredentialError(SandboxError):
    """The person could not be recognised: wrong password, code or token, or locked out."""

    code = "credential"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was refused to whom: step, record, account and organisation."""

    step: str
    subject: str
    account: str
    organisation: str


class RefusedError(SandboxError):
    """A rule said no; carries the whole decision with every refusal and its article."""

    code = "refused"

    def __init__(self, decision: Decision, *, attempt: Attempt | None = None) -> None:
        super().__init__(decision.summary())
        self.decision = decision
        self.attempt = attempt


class ConflictError(SandboxError):
    """Somebody else changed the record first; nothing was written."""

    code = "conflict"


class TamperedError(SandboxError):
    """A digest, signature or tree root does not match what was recorded."""

    code = "tampered"


class IsolationError(SandboxError):
    """This machine cannot isolate a process as a seat or the gate needs; nothing was run."""

    code = "isolation"


class StorageError(SandboxError):
    """The disk is full or failed; what was whole before is still whole."""

    code = "storage"


class StateError(SandboxError):
    """The home is missing, half-made, of a later version, or its keys are not at hand."""

    code = "state"
