"""Which hash the platform counts on: SHA-256, or SM3 where national algorithms are required.

The choice is made by setting when a key or a log is made and is kept with it; changing the
setting later changes only what is made afterwards. Called by the vault and the store.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from cryptography.hazmat.primitives import hashes


class HashName(StrEnum):
    """The hashes that may be chosen, both of 32 bytes."""

    SHA256 = "sha256"  # FIPS 180-4
    SM3 = "sm3"  # GB/T 32905-2016


DIGEST_BYTES = 32


def algorithm(name: HashName) -> hashes.HashAlgorithm:
    """Return the `cryptography` object of the named hash."""
    return hashes.SM3() if name is HashName.SM3 else hashes.SHA256()


def digest(name: HashName, *parts: bytes) -> bytes:
    """Return the 32-byte hash of the parts joined; callers keep the joint unambiguous."""
    if name is HashName.SHA256:
        return hashlib.sha256(b"".join(parts)).digest()
    state = hashes.Hash(hashes.SM3())
    for part in parts:
        state.update(part)
    return state.finalize()
