"""The print of one agreement: who may have it, the text that was signed or stands as a draft, its signatures.

What was signed is printed as it was signed, from its record by digest. Called by console and command line.
"""

from __future__ import annotations

from sandbox.access import reading
from sandbox.access.desk import AccessDesk
from sandbox.access.document import (
    Document,
    check_seals,
    operating_document,
    service_document,
    signatures,
    text_named,
)
from sandbox.access.policy import compiled
from sandbox.access.printing import Print, as_html, as_pdf
from sandbox.catalog.reading import require_reader
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.message import say
from sandbox.kernel.records import OperatingAgreement

_OPEN = ("drafted", "accepted")


def print_of(desk: AccessDesk, actor: Actor, identifier: str) -> Print:
    """Return the print of an agreement of either kind for one of its parties or the authority.

    Raises `TamperedError` when text or seals are not what was signed, `NotFoundError` for an agreement
    signed before texts were kept.
    """
    if identifier.startswith(f"{OperatingAgreement.KIND}-"):
        return _operating(desk, actor, identifier)
    found = reading.agreement(desk, actor, identifier)
    signed = found.state not in _OPEN
    document = _kept(desk, found) if found.document else None
    if document is None:
        document = service_document(desk.directory, found, compiled(desk.directory, found))
    return Print(
        document, signatures(desk.directory, found), check_seals(found), signed and bool(found.document)
    )


def _operating(desk: AccessDesk, actor: Actor, identifier: str) -> Print:
    found = desk.directory.store.load(OperatingAgreement, identifier).record
    require_reader(desk.directory, actor, found, organisations={found.organisation, found.authority})
    document = _kept(desk, found) if found.document else operating_document(desk.directory, found)
    return Print(document, signatures(desk.directory, found), check_seals(found), bool(found.document))


def _kept(desk: AccessDesk, found: ServiceAgreement | OperatingAgreement) -> Document:
    return text_named(desk.directory, found.id, found.document)


def rendered(desk: AccessDesk, one: Print, suffix: str) -> bytes:
    """Return the file of a print; `suffix` is .html or .pdf."""
    if suffix == ".html":
        return as_html(one)
    if suffix == ".pdf":
        return as_pdf(one, font=desk.font)
    raise NotFoundError(say("打印的文件名应以 .html 或 .pdf 结尾"))
