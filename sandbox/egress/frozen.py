"""Frozen files: stored once by digest, read only by digest, checked at every reading.

What is judged, voted on and handed out are digests; a file that no longer matches its name
is an error, never a product.
"""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from sandbox.kernel.errors import NotFoundError, StorageError, TamperedError
from sandbox.kernel.message import say
from sandbox.seats.outbox import frozen_path


class FrozenStore:
    """A folder of files named by their SHA-256."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Return where the file of a digest lies; `InputError` for what is no digest."""
        return frozen_path(self.root, digest)

    def put(self, data: bytes) -> str:
        """Store the bytes durably and return their digest; storing twice is harmless."""
        digest = sha256(data).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fchmod(stream.fileno(), 0o400)
                os.fsync(stream.fileno())
            Path(temporary).replace(target)
            _flush(target.parent)
            _flush(self.root)
        except OSError as error:
            raise StorageError(say("磁盘已满或出错，文件没有冻结：请腾出空间后重试")) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes of a digest; `TamperedError` if they are not what the name says."""
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFoundError(say("没有这个摘要的文件")) from None
        if sha256(data).hexdigest() != digest:
            raise TamperedError(say("冻结的文件与摘要不符：不得审查、不得放行"))
        return data


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
