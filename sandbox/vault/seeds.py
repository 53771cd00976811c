"""HAZMAT. The seed of the platform's signing key: made once, read from a file of mode 0600."""

from __future__ import annotations

import os
from pathlib import Path

from sandbox.kernel.errors import ConflictError
from sandbox.kernel.message import say
from sandbox.vault import files
from sandbox.vault.keys import Entropy
from sandbox.vault.signer import SEED_BYTES


def read_seed(path: Path) -> bytes:
    """Return the 32 bytes of the seed; `StateError` for a missing or readable-by-others file."""
    return files.read_private(path, size=SEED_BYTES)


def make_seed(path: Path, *, entropy: Entropy = os.urandom) -> bytes:
    """Lay down a new seed; `ConflictError` if the file exists."""
    seed = entropy(SEED_BYTES)
    try:
        files.write_new(path, seed)
    except FileExistsError:
        message = say("签名密钥文件 {path} 已存在：不会覆盖，请换一个位置", path=str(path))
        raise ConflictError(message) from None
    return seed
