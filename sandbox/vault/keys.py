"""HAZMAT. Data keys, each wrapped by the key-encryption key, and their destruction.

A data key exists on disk only wrapped (AES-256-GCM, the key's name and hash as associated
data). Destroying one shreds everything sealed or masked with it; the name stays behind as
a tombstone, so that a destroyed key can neither be made anew nor brought back from a copy.
Does not decide who may use or destroy a key: the rooms do. Nothing here logs or prints a key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sandbox.kernel.errors import ConflictError, NotFoundError, StateError, TamperedError
from sandbox.kernel.message import say
from sandbox.vault import files
from sandbox.vault.digests import HashName, algorithm

KEY_BYTES = 32
NONCE_BYTES = 12
MAGIC = b"SBXKEY1\n"
INFO = b"sandbox/v1/"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,126}")
_HASHES = {b"\x01": HashName.SHA256, b"\x02": HashName.SM3}
_CODES = {name: code for code, name in _HASHES.items()}

Entropy = Callable[[int], bytes]


def read_kek(path: Path) -> bytes:
    """Return the key-encryption key: 32 bytes, file mode 0600; `StateError` otherwise."""
    return files.read_private(path, size=KEY_BYTES)


def make_kek(path: Path, *, entropy: Entropy = os.urandom) -> bytes:
    """Lay down a new key-encryption key; `ConflictError` if the file exists."""
    kek = entropy(KEY_BYTES)
    try:
        files.write_new(path, kek)
    except FileExistsError:
        raise ConflictError(say("密钥文件 {path} 已存在：不会覆盖，请换一个位置", path=str(path))) from None
    return kek


@dataclass(frozen=True, slots=True)
class DataKey:
    """One key, unwrapped; used only through keys derived from it for a named purpose."""

    id: str
    hash: HashName
    secret: bytes = field(repr=False, compare=False)

    def derive(self, purpose: str, length: int = KEY_BYTES, *, salt: bytes | None = None) -> bytes:
        """Return `length` bytes for one purpose (HKDF, RFC 5869): same purpose, same bytes."""
        if not purpose:
            raise StateError(say("派生密钥时必须写明用途"))
        info = INFO + purpose.encode()
        return HKDF(algorithm=algorithm(self.hash), length=length, salt=salt, info=info).derive(self.secret)


class Vault:
    """The wrapped data keys of one home."""

    def __init__(
        self,
        kek: bytes,
        store_dir: Path,
        *,
        hash_name: HashName = HashName.SHA256,
        entropy: Entropy = os.urandom,
    ) -> None:
        if len(kek) != KEY_BYTES:
            raise StateError(say("主密钥应为 {size} 字节：请检查主密钥文件", size=KEY_BYTES))
        self._kek = bytes(kek)
        self._directory = store_dir
        self._hash = hash_name
        self._entropy = entropy

    def __repr__(self) -> str:
        return f"Vault({str(self._directory)!r})"

    def create(self, key_id: str) -> None:
        """Make a data key; `ConflictError` if one of that name exists or existed."""
        path = self._path(key_id)
        if self._tombstone(key_id).exists():
            raise _destroyed(key_id)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        wrapped = self._wrap(self._kek, key_id, self._hash, self._entropy(KEY_BYTES))
        try:
            files.write_new(path, wrapped)
        except FileExistsError:
            raise ConflictError(say("密钥 {key} 已存在：不会覆盖", key=key_id)) from None

    def open(self, key_id: str) -> DataKey:
        """Return the key; `NotFoundError` if it never was or is destroyed, `TamperedError` if altered."""
        return self._unwrap(self._kek, key_id, self._read(key_id))

    def exists(self, key_id: str) -> bool:
        """Return whether the key can still be opened by name."""
        return self._path(key_id).exists() and not self._tombstone(key_id).exists()

    def destroyed(self, key_id: str) -> bool:
        """Return whether a key of that name was destroyed."""
        return self._tombstone(key_id).exists()

    def destroy(self, key_id: str) -> None:
        """Shred the key, for good; repeating it is harmless. `NotFoundError` if it never was."""
        path, tombstone = self._path(key_id), self._tombstone(key_id)
        if not tombstone.exists():
            if not path.exists():
                raise _unknown(key_id)
            files.replace(tombstone, b"")
        if path.exists():
            files.erase(path)

    def names(self) -> tuple[str, ...]:
        """Return the names of the keys that can be opened, sorted."""
        found = (path.name.removesuffix(".wrapped") for path in self._directory.glob("*.wrapped"))
        return tuple(sorted(name for name in found if _NAME.fullmatch(name) and self.exists(name)))

    def rewrap(self, new_kek: bytes) -> Vault:
        """Wrap every key anew under another key-encryption key and return the vault of it.

        Killed half-way it is run again with the same two keys: what is wrapped already is
        recognised. Masking keys stay the same, so tokens stay the same.
        """
        successor = Vault(new_kek, self._directory, hash_name=self._hash, entropy=self._entropy)
        for key_id in self.names():
            blob = self._read(key_id)
            try:
                key = self._unwrap(self._kek, key_id, blob)
            except TamperedError:
                self._unwrap(new_kek, key_id, blob)
                continue
            files.replace(self._path(key_id), self._wrap(new_kek, key_id, key.hash, key.secret))
        return successor

    def _wrap(self, kek: bytes, key_id: str, hash_name: HashName, secret: bytes) -> bytes:
        head, nonce = MAGIC + _CODES[hash_name], self._entropy(NONCE_BYTES)
        return head + nonce + AESGCM(kek).encrypt(nonce, secret, head + key_id.encode())

    def _unwrap(self, kek: bytes, key_id: str, blob: bytes) -> DataKey:
        end = len(MAGIC) + 1
        head, nonce, sealed = blob[:end], blob[end : end + NONCE_BYTES], blob[end + NONCE_BYTES :]
        hash_name = _HASHES.get(head[-1:])
        if not head.startswith(MAGIC) or hash_name is None or len(sealed) != KEY_BYTES + 16:
            raise _altered(key_id)
        try:
            secret = AESGCM(kek).decrypt(nonce, sealed, head + key_id.encode())
        except InvalidTag as error:
            raise _altered(key_id) from error
        return DataKey(id=key_id, hash=hash_name, secret=secret)

    def _read(self, key_id: str) -> bytes:
        if self._tombstone(key_id).exists():
            raise _destroyed(key_id)
        try:
            return self._path(key_id).read_bytes()
        except FileNotFoundError:
            raise _unknown(key_id) from None

    def _path(self, key_id: str) -> Path:
        if not _NAME.fullmatch(key_id):
            raise StateError(say("密钥名称 {key} 不合规：只用小写字母、数字、点、横线和下划线", key=key_id))
        return self._directory / f"{key_id}.wrapped"

    def _tombstone(self, key_id: str) -> Path:
        return self._path(key_id).with_suffix(".destroyed")


def _unknown(key_id: str) -> NotFoundError:
    return NotFoundError(say("没有名为 {key} 的密钥：请核对名称，或从密钥备份中恢复", key=key_id))


def _destroyed(key_id: str) -> NotFoundError:
    return NotFoundError(say("密钥 {key} 已被销毁：用它保护的数据不能再读取", key=key_id))


def _altered(key_id: str) -> TamperedError:
    return TamperedError(say("密钥 {key} 打不开：主密钥不对，或密钥文件被改动，请核对后重试", key=key_id))
