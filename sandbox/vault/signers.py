"""HAZMAT. The seam of signatures: what can sign, by which algorithm, and how such a signature is verified.

Two live implementations: Ed25519 (`signer`) and SM2 with SM3 (GB/T 32918.2-2016). A module of
hardware is a third one with the same three attributes. Decides nothing about what may be signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

from gmalg import SM2
from gmalg.errors import GMError

from sandbox.kernel.errors import StateError
from sandbox.kernel.message import say
from sandbox.kernel.terms import Seal
from sandbox.vault import signer

SM2_SECRET_BYTES = 32
_UID = b"1234567812345678"
"""The signer's identity where none is agreed upon (GM/T 0009-2012 §10)."""
_PART = 32
_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
"""The prime, the order and b of sm2p256v1; a is -3."""


class Signs(Protocol):
    """A key that signs: `algorithm` as it stands in signatures, `name` of the key, `public` as bytes."""

    algorithm: str
    name: str

    @property
    def public(self) -> bytes:
        """The public key as its algorithm writes it."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over the message."""


class Sm2Signer:
    """One SM2 key in software. It is not built against side channels: the seal of a city lies in hardware.

    `random` returns a number of that many bits, and is the secrecy of the key: a repeated one gives it away.
    """

    algorithm = "SM2"

    def __init__(self, secret: bytes, *, random: Callable[[int], int], name: str = "sandbox") -> None:
        if len(secret) != SM2_SECRET_BYTES or not any(secret):
            raise StateError(say("SM2 签名私钥应为 {size} 字节：请检查密钥文件", size=SM2_SECRET_BYTES))
        self.name, self._secret = name, bytes(secret)
        self._public = bytes(SM2(rnd_fn=random).generate_pk(self._secret))
        self._key = SM2(self._secret, _UID, self._public, rnd_fn=random)

    def __repr__(self) -> str:
        return f"Sm2Signer({self.name!r})"

    @property
    def public(self) -> bytes:
        """The 65 bytes of the point: 04, x, y."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return r and s, 32 bytes each (GB/T 32918.2-2016)."""
        r, s = self._key.sign(message)
        return bytes(r) + bytes(s)


def verify_sm2(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature is the key's over exactly these bytes; a key off the curve has none."""
    if len(signature) != 2 * _PART or not _on_curve(public):
        return False
    r, s = signature[:_PART], signature[_PART:]
    if not all(0 < int.from_bytes(part) < _N for part in (r, s)):
        return False
    try:
        return bool(SM2(uid=_UID, pk=public).verify(message, r, s))
    except (GMError, ValueError):
        return False


def _on_curve(public: bytes) -> bool:
    """Return whether the bytes are a point of sm2p256v1 (GB/T 32918.5-2017), written in full."""
    if len(public) != 1 + 2 * _PART or public[0] != 4:
        return False
    x, y = int.from_bytes(public[1 : 1 + _PART]), int.from_bytes(public[1 + _PART :])
    return max(x, y) < _P and (y * y - x * x * x + 3 * x - _B) % _P == 0


VERIFIERS: dict[str, Callable[[bytes, bytes, bytes], bool]] = {
    "Ed25519": signer.verify,
    "SM2": verify_sm2,
}
"""By the name of the algorithm; what is not here proves nothing."""


def key_id(algorithm: str, public: bytes) -> str:
    """Return the short name of a key: 16 hexadecimal digits of the SHA-256 over algorithm and key."""
    return hashlib.sha256(algorithm.encode() + b"\n" + public).hexdigest()[:16]


def seal(key: Signs, message: bytes) -> Seal:
    """Return the key's signature over the message as a value."""
    return Seal(
        algorithm=key.algorithm, name=key.name, public=key.public.hex(), signature=key.sign(message).hex()
    )


def sealed(one: Seal, message: bytes) -> bool:
    """Return whether a seal is a true signature over the message; an unknown algorithm is none."""
    verify = VERIFIERS.get(one.algorithm)
    try:
        public, signature = bytes.fromhex(one.public), bytes.fromhex(one.signature)
    except ValueError:
        return False
    return verify is not None and verify(public, message, signature)
