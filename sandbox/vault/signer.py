"""HAZMAT. Ed25519 signatures (RFC 8032) and the signed notes of C2SP (signed-note v1).

A note is text that ends in a line feed, an empty line, and signature lines. Decides nothing
about what may be signed. Called by the store for checkpoints and by releases for receipts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.kernel.errors import StateError, TamperedError
from sandbox.kernel.message import say

SEED_BYTES = 32
_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]+")
_MARK = "— "


def key_hash(name: str, public: bytes) -> bytes:
    """Return the 4-byte hint by which a note names a key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature is the key's over exactly these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Signer:
    """One Ed25519 key; `name` is what the notes call it."""

    algorithm = "Ed25519"

    def __init__(self, seed: bytes, *, name: str = "sandbox") -> None:
        if len(seed) != SEED_BYTES:
            raise StateError(say("签名密钥应为 {size} 字节：请检查密钥文件", size=SEED_BYTES))
        if not _NAME.fullmatch(name):
            raise StateError(say("签名者名称 {name} 不能含空白或加号", name=name))
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def verifier(self) -> str:
        """The public key as one line to hand out: name+hint+base64 (C2SP verifier key)."""
        encoded = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{key_hash(self.name, self.public).hex()}+{encoded}"

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over the message."""
        return self._key.sign(message)

    def sign_note(self, text: str) -> str:
        """Return the text as a signed note with this key's signature line."""
        if not text.endswith("\n") or "\n\n" in text:
            raise StateError(say("签名文本须以换行结尾，且不能有空行"))
        blob = base64.b64encode(key_hash(self.name, self.public) + self.sign(text.encode())).decode()
        return f"{text}\n{_MARK}{self.name} {blob}\n"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whose signature counts: the name in the notes and the 32 bytes."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, line: str) -> PublicKey:
        """Return the key of a verifier line; `StateError` if it is none."""
        name, _, rest = line.strip().partition("+")
        hint, _, encoded = rest.partition("+")
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            blob = b""
        if not name or len(blob) != 33 or blob[:1] != _ED25519 or hint != key_hash(name, blob[1:]).hex():
            raise StateError(say("公钥一行读不懂：应为 名称+校验+密钥 的形式"))
        return cls(name=name, public=blob[1:])


def open_note(note: str, key: PublicKey) -> str:
    """Return the text of a note that the key signed; `TamperedError` if it did not."""
    text, separator, tail = note.partition("\n\n")
    text += "\n"
    for line in tail.splitlines() if separator else ():
        mark, name, encoded = line[: len(_MARK)], *line[len(_MARK) :].partition(" ")[::2]
        if mark != _MARK or name != key.name:
            continue
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if blob[:4] == key_hash(name, key.public) and verify(key.public, text.encode(), blob[4:]):
            return text
    raise TamperedError(say("检查点的签名与公钥 {name} 不符：内容被改动，或不是由它签署", name=key.name))
