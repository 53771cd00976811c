"""What a sign of a text is, told by a table, is what patterns say of it."""

from __future__ import annotations

import re
import sys

from sandbox.egress.legible import LEVELS, _counted

_FINE = re.compile("[ -~\r\n\t\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")
_TELLING = re.compile("[0-9\u4e00-\u9fff]")
_WIDE = re.compile("[\u4e00-\u9fff]")


def test_every_sign_is_of_its_kind() -> None:
    """Surrogates and signs beyond the first plane are of none."""
    signs = [chr(one) for one in range(0x12000)] + [chr(sys.maxunicode), "\U0001f600"]
    text = "".join(signs)
    held = [len(kind.findall(text)) for kind in (_FINE, _TELLING, _WIDE)]
    assert _counted(text) == (*held, sum(one in LEVELS for one in signs))
    for one in "\t ~0一龥鿿　！\x00\x7fé\ufffd\ud800":
        kinds = [bool(kind.match(one)) for kind in (_FINE, _TELLING, _WIDE)]
        assert _counted(one) == (*kinds, one in LEVELS)
