"""Errors as HTTP statuses, and what a page or a program is told of one. Decides nothing."""

from __future__ import annotations

from sandbox.kernel.errors import (
    ConflictError,
    CredentialError,
    InputError,
    IsolationError,
    NotFoundError,
    RefusedError,
    SandboxError,
    StateError,
    StorageError,
    TamperedError,
)
from sandbox.locale.words import humane
from sandbox.web.language import text

STATUSES: dict[type[SandboxError], int] = {
    NotFoundError: 404,
    InputError: 422,
    CredentialError: 401,
    RefusedError: 403,
    ConflictError: 409,
    TamperedError: 500,
    StateError: 503,
    IsolationError: 503,
    StorageError: 507,
}
"""The one place where errors become HTTP statuses; subclasses take their nearest ancestor's."""


def status_of(error: SandboxError) -> int:
    """Return the HTTP status of an error."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def told(error: SandboxError, language: str) -> dict[str, object]:
    """Return the sentence, the hint, and of a refusal every reason with its article."""
    reasons: list[dict[str, str]] = []
    message = error.message if not isinstance(error, RefusedError) else error.decision.summary()
    if isinstance(error, RefusedError):
        reasons = [
            {"code": one.code, "article": one.article, "message": text(humane(one.message), language)}
            for one in error.decision.refusals
        ]
    hint = text(error.hint, language) if error.hint is not None else ""
    return {"problem": text(humane(message), language), "reasons": reasons, "hint": hint, "code": error.code}
