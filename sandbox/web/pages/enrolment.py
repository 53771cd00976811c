"""The page behind an invitation: first password, second factor shown once. Nobody is signed in here.

The code stands in that part of the link which browsers send to no server; `people.accounts` judges it.
"""

from __future__ import annotations

from collections.abc import Mapping

import segno
from markupsafe import Markup
from starlette.responses import Response

from sandbox.kernel.errors import CredentialError, InputError, RefusedError, SandboxError
from sandbox.people import accounts
from sandbox.web.language import word
from sandbox.web.options import PREFIX
from sandbox.web.problems import status_of
from sandbox.web.visitor import Visitor

Typed = Mapping[str, tuple[str, ...]]
PATH = f"{PREFIX}/enrol"


def link(code: str) -> str:
    """Return the path of the invitation; the code stays in the browser."""
    return f"{PATH}#{code}"


def enrol_page(visitor: Visitor) -> Response:
    """Return the form for the first password."""
    return visitor.page("enrol.html", problem="", code="")


def enrol(visitor: Visitor, typed: Typed) -> Response:
    """Set the first password and show the second factor once."""
    code, password, again = (next(iter(typed.get(name, ())), "") for name in ("code", "password", "again"))
    try:
        if password != again:
            raise InputError(word("两次输入的口令不一致：请再输入一次"))
        made = accounts.enrol(visitor.platform.directory, code, password=password)
    except RefusedError:
        raise
    except (CredentialError, InputError) as error:
        return _again(visitor, code, error)
    return visitor.page("enrolled.html", enrolled=made, drawn=drawn(visitor, made.totp_address))


def drawn(visitor: Visitor, address: str) -> Markup:
    """Return the address as a code that a telephone reads: SVG with attributes alone, no style."""
    code = segno.make(address, error="m", micro=False)
    title = visitor.t("动态码的二维码")
    return Markup(code.svg_inline(scale=5, light="#fff", svgclass="qr", lineclass=None, title=title))  # noqa: S704  made here


def _again(visitor: Visitor, code: str, error: SandboxError) -> Response:
    told = visitor.say(error.message)
    return visitor.page("enrol.html", status=status_of(error), problem=told, code=code)
