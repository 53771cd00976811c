"""Chains of codings: what stands under a short key, or backwards, is followed to its end."""

from __future__ import annotations

import base64
import binascii
import io
import json
import tarfile
import urllib.parse
from collections.abc import Callable

import pytest

from sandbox.egress.chains import Room, unwound

_NAMES = "王伟芳李强赵敏洋涛刘静杰陈磊"
_ROWS = "\n".join(
    f"{_NAMES[at % 11 :][:3]},199{at % 10}-0{at % 9 + 1}-1{at % 7},138{at * 48271 % 10**8:08d}"
    for at in range(40)
)
_KEY = b"X\xbd"


def _keyed(data: bytes, key: bytes) -> bytes:
    return bytes(one ^ key[at % len(key)] for at, one in enumerate(data))


def _tarred(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("rows")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "coded",
    [
        lambda data: binascii.b2a_qp(data, quotetabs=True, istext=False),
        lambda data: urllib.parse.quote(data, safe="").encode(),
        base64.b85encode,
        lambda data: data[::-1],
    ],
    ids=["quoted", "percent", "base85", "backwards"],
)
def test_codings_under_a_short_key(coded: Callable[[bytes], bytes]) -> None:
    """Escapes leave many keys likely: the one that makes most escapes is taken."""
    data = _ROWS.encode()
    assert data in list(unwound(_keyed(coded(data), _KEY), Room()))


def test_archive_backwards() -> None:
    """Its mark stands behind its first name, so that it is looked for from the end, too."""
    assert _tarred(_ROWS.encode()) in list(unwound(_tarred(_ROWS.encode())[::-1], Room()))


def test_nested_document_that_says_little() -> None:
    """Its blanks and names are most of it, and are no reason to take it for noise."""
    value = [
        {"id": at, "attrs": [{"k": "v_a", "v": line.split(",")[0]}, {"k": "v_b", "v": line.split(",")[1]}]}
        for at, line in enumerate(_ROWS.splitlines())
    ]
    data = json.dumps(value, ensure_ascii=False, indent=1).encode()
    assert data in list(unwound(_keyed(data, _KEY), Room()))
