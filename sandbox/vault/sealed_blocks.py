"""HAZMAT. Blocks of bytes on disk for as long as one piece of work lasts, sealed under a key that is nowhere.

The file has no name and the key (AES-256-GCM, random, a counter as nonce) lives in memory only: once the
process has ended, however it ends, what is left on the disk says nothing. Called by landings, whose raw rows
are too many for memory.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.kernel.errors import StorageError, TamperedError
from sandbox.kernel.message import say

Place: TypeAlias = tuple[int, int, int]
"""Number of a block, where it begins in the file, and its sealed length."""


class SealedBlocks:
    """Takes blocks and gives them back by place; lets go of the file when nobody holds it any more."""

    def __init__(self, folder: Path) -> None:
        """Make the file in a folder; StorageError where that fails."""
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._blocks = self._end = 0
        try:
            with tempfile.TemporaryFile(dir=folder) as made:
                self._descriptor = os.dup(made.fileno())
        except OSError as error:
            raise _failed(error) from error
        weakref.finalize(self, os.close, self._descriptor)

    def put(self, data: bytes | memoryview) -> Place:
        """Lay a block in and return its place; StorageError when the disk fails or is full."""
        sealed = self._cipher.encrypt(_nonce(self._blocks), memoryview(data).cast("B"), None)
        place, left = (self._blocks, self._end, len(sealed)), memoryview(sealed)
        try:
            while left:
                wrote = os.pwrite(self._descriptor, left, self._end)
                self._end, left = self._end + wrote, left[wrote:]
        except OSError as error:
            raise _failed(error) from error
        self._blocks += 1
        return place

    def get(self, place: Place) -> bytes:
        """Return a block; TamperedError if the disk gives back anything else than was laid in."""
        number, began, size = place
        try:
            return self._cipher.decrypt(_nonce(number), os.pread(self._descriptor, size, began), None)
        except InvalidTag as error:
            raise TamperedError(say("暂存的原始数据被改动或没有读全：请重新落地")) from error
        except OSError as error:
            raise _failed(error) from error


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _failed(error: OSError) -> StorageError:
    reason = error.strerror or type(error).__name__
    return StorageError(say("原始数据无法暂存到磁盘（{reason}）：请检查磁盘空间后重新落地", reason=reason))
