"""The agreement as both sides sign it, in the browser: to read, to print, to take away as PDF.

The text and who may have it are `access.printed`'s; a draft says that it is one.
"""

from __future__ import annotations

from starlette.responses import Response

from sandbox.kernel.records import OperatingAgreement
from sandbox.vault.signers import key_id
from sandbox.web.visitor import Visitor


def document(visitor: Visitor, identifier: str) -> Response:
    """Return the text of an agreement with its signatures."""
    from sandbox.access.printed import print_of  # the PDF's engine comes with it: only where it is asked for

    shown = print_of(visitor.platform.access, visitor.actor, identifier)
    kind = identifier.rpartition("-")[0]
    return visitor.page(
        "agreement_document.html",
        id=identifier,
        kind=kind,
        shown=shown,
        document=shown.document,
        seals=[
            (one.name, one.algorithm, key_id(one.algorithm, bytes.fromhex(one.public))) for one in shown.seals
        ],
        back="/console/agreements" if kind == OperatingAgreement.KIND else f"/console/{kind}s/{identifier}",
    )


def pdf(visitor: Visitor, identifier: str) -> Response:
    """Return the same as a PDF on A4."""
    from sandbox.access.printed import print_of, rendered

    desk = visitor.platform.access
    data = rendered(desk, print_of(desk, visitor.actor, identifier), ".pdf")
    headers = {"Content-Disposition": f'attachment; filename="{identifier}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)
