"""HAZMAT. Files sealed with a data key: written as a stream, read at any place.

Chunks of 64 KiB under AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway,
Vizár 2015): a key of its own for every file (data key, random salt), the chunk's number and
a last-chunk flag in the nonce, header and name as associated data. One changed, missing,
moved or foreign chunk, and a file under another's name, raise `TamperedError`.
Does not decide who may read. Called by the rooms that keep raw rows and sidecars.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.kernel.errors import InputError, NotFoundError, StorageError, TamperedError
from sandbox.kernel.message import say
from sandbox.vault.files import PRIVATE, sync_directory
from sandbox.vault.keys import DataKey

MAGIC = b"SBXSEAL1"
CHUNK = 64 * 1024
TAG = 16
SALT = 32
_FIXED = struct.Struct(">8sBBI32s")  # magic, cipher, length of the key's name, chunk size, salt
_AES_256_GCM = 1


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _cipher(key: DataKey, salt: bytes) -> AESGCM:
    return AESGCM(key.derive("sealed/aes-256-gcm", salt=salt))


def _associated(header: bytes, name: str) -> bytes:
    return header + name.encode()


class SealedWriter(io.RawIOBase):
    """A write-only stream that seals what passes; whole only once closed without an error.

    Left by an exception, abandoned or collected as garbage, it writes no last chunk, and
    what it wrote cannot be read back.
    """

    def __init__(
        self,
        raw: BinaryIO,
        key: DataKey,
        *,
        name: str,
        owned: bool = False,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        super().__init__()
        salt, key_id = entropy(SALT), key.id.encode()
        header = _FIXED.pack(MAGIC, _AES_256_GCM, len(key_id), CHUNK, salt) + key_id
        self._raw, self._owned, self._name = raw, owned, name
        self._cipher, self._data = _cipher(key, salt), _associated(header, name)
        self._pending, self._index, self._length = bytearray(), 0, 0
        raw.write(header)

    def writable(self) -> bool:
        """Return True: that is all it is for."""
        return True

    def tell(self) -> int:
        """Return how many bytes went in."""
        return self._length

    def write(self, data: object) -> int:
        """Take bytes; full chunks are sealed and handed on at once."""
        if self.closed:
            raise ValueError("write to a closed sealed file")
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        self._pending += view
        self._length += len(view)
        # A full chunk waits until more follows: the last one carries the flag.
        while len(self._pending) > CHUNK:
            self._emit(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(view)

    def close(self) -> None:
        """Seal the last chunk; an owned file is fsynced and closed."""
        if self.closed:
            return
        try:
            self._emit(bytes(self._pending), last=True)
            if self._owned:
                self._raw.flush()
                os.fsync(self._raw.fileno())
        except OSError as error:
            raise _unwritable(self._name, error) from error
        finally:
            self._release()

    def abandon(self) -> None:
        """Stop without a last chunk: what was written can never be read."""
        if not self.closed:
            self._release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def __del__(self) -> None:
        if hasattr(self, "_pending"):
            self.abandon()

    def _release(self) -> None:
        self._pending = bytearray()
        super().close()
        if self._owned:
            with contextlib.suppress(OSError):  # what could not be flushed was reported already
                self._raw.close()

    def _emit(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._index, last=last), chunk, self._data)
        try:
            self._raw.write(sealed)
        except OSError as error:
            raise _unwritable(self._name, error) from error
        self._index += 1


class SealedReader(io.RawIOBase):
    """A seekable view of a sealed file; the last chunk is checked at once, the others as they are read."""

    def __init__(self, raw: BinaryIO, key: DataKey, *, name: str, owned: bool = False) -> None:
        super().__init__()
        self._raw, self._owned, self._name = raw, owned, name
        try:
            header, salt = self._header(key)
            self._cipher, self._data = _cipher(key, salt), _associated(header, name)
            self._start = len(header)
            body = raw.seek(0, io.SEEK_END) - self._start
            self._chunks = max(1, -(-body // (CHUNK + TAG)))
            self._size = body - TAG * self._chunks
            self._position, self._held, self._chunk = 0, -1, b""
            self._load(self._chunks - 1)
            if self._chunks > 1 and not self._chunk:
                raise self._altered()
        except BaseException:
            self.close()
            raise

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the place in the clear text, in bytes."""
        return self._position

    def size(self) -> int:
        """Return the length of the clear text, in bytes."""
        return self._size

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place of the clear text and return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: object) -> int:
        """Fill the buffer as far as the file goes; every byte given was authenticated."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        done = 0
        while done < len(view) and self._position < self._size:
            index, offset = divmod(self._position, CHUNK)
            self._load(index)
            piece = self._chunk[offset : offset + len(view) - done]
            view[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)
        return done

    def close(self) -> None:
        """Forget the chunk held in clear; an owned file is closed."""
        if self.closed:
            return
        self._chunk = b""
        super().close()
        if self._owned:
            self._raw.close()

    def _header(self, key: DataKey) -> tuple[bytes, bytes]:
        self._raw.seek(0)
        fixed = self._raw.read(_FIXED.size)
        if len(fixed) != _FIXED.size:
            raise self._altered()
        magic, cipher, length, chunk, salt = _FIXED.unpack(fixed)
        key_id = self._raw.read(length)
        if magic != MAGIC or cipher != _AES_256_GCM or chunk != CHUNK or key_id != key.id.encode():
            raise self._altered()
        return fixed + key_id, salt

    def _load(self, index: int) -> None:
        if index == self._held:
            return
        self._raw.seek(self._start + index * (CHUNK + TAG))
        sealed = self._raw.read(CHUNK + TAG)
        try:
            self._chunk = self._cipher.decrypt(
                _nonce(index, last=index == self._chunks - 1), sealed, self._data
            )
        except InvalidTag as error:
            raise self._altered() from error
        self._held = index

    def _altered(self) -> TamperedError:
        return TamperedError(
            say("加密文件 {name} 不完整、被改动或密钥不符：请从备份中恢复后重试", name=self._name)
        )


def create_sealed(path: Path, key: DataKey, *, name: str) -> SealedWriter:
    """Return a writer of a new file, mode 0600, fsynced when closed; refuses an existing one.

    The writer raises `StorageError` when the disk fails or is full.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
    except OSError as error:
        raise _unwritable(str(path), error) from error
    return SealedWriter(os.fdopen(handle, "wb"), key, name=name, owned=True)


def open_sealed(path: Path, key: DataKey, *, name: str) -> SealedReader:
    """Return a reader; `NotFoundError` if there is no file, `TamperedError` if it is not whole."""
    try:
        raw = path.open("rb")
    except FileNotFoundError:
        raise NotFoundError(say("没有加密文件 {path}", path=str(path))) from None
    except OSError as error:
        raise StorageError(say("读不了加密文件 {path}：请检查权限和磁盘", path=str(path))) from error
    return SealedReader(raw, key, name=name, owned=True)


def seal_file(source: Path | BinaryIO, target: Path, key: DataKey, *, name: str) -> int:
    """Seal a whole file into a new one and return its length in bytes.

    Left by an error the target is gone; `StorageError` when the disk fails or is full.
    """
    if isinstance(source, Path):
        try:
            opened = source.open("rb")
        except OSError as error:
            raise InputError(say("读不到文件 {path}", path=str(source))) from error
        with opened:
            return seal_file(opened, target, key, name=name)
    writer = create_sealed(target, key, name=name)
    try:
        with writer:
            while block := source.read(1 << 20):
                writer.write(block)
            length = writer.tell()
        sync_directory(target.parent)
    except (OSError, StorageError) as error:
        target.unlink(missing_ok=True)
        raise error if isinstance(error, StorageError) else _unwritable(str(target), error) from error
    return length


def _unwritable(place: str, error: OSError) -> StorageError:
    reason = error.strerror or type(error).__name__
    return StorageError(
        say("写不下加密文件 {name}（{reason}）：请检查磁盘空间和权限后重试", name=place, reason=reason)
    )
