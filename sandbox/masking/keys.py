"""The masking key of a run that has no agreement: of a folder of its own, or thrown away.

Made on first use and kept wrapped; decides nothing about who may use it. Landings take the
key of their agreement instead. Called by the command line.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import TypeAlias

from sandbox.kernel.errors import ConflictError, StateError
from sandbox.kernel.message import say
from sandbox.pool.disk import storage_errors
from sandbox.vault.digests import HashName
from sandbox.vault.keys import KEY_BYTES, DataKey, Vault, make_kek, read_kek

MaskingKey: TypeAlias = DataKey
KEY = "mask"
KEYS_FOLDER = "keys"
KEK_FILE = "kek"


def throw_away() -> MaskingKey:
    """Return a key that nobody can have again: tokens made with it join with nothing else."""
    return DataKey(id="throw-away", hash=HashName.SHA256, secret=secrets.token_bytes(KEY_BYTES))


def of_vault(vault: Vault) -> tuple[MaskingKey, bool]:
    """Return the masking key of a vault, and whether it was made just now."""
    new = not vault.exists(KEY)
    if new:
        with contextlib.suppress(ConflictError):  # another run may have made it meanwhile
            vault.create(KEY)
    return vault.open(KEY), new


def of_folder(folder: Path) -> tuple[Vault, bool]:
    """Return the vault of a folder that holds keys and nothing else, and whether it was made just now.

    Its key-encryption key lies beside the keys, mode 0600: the folder is as secret as the key.
    Raises StateError for a folder that holds other things.
    """
    keys = folder / KEYS_FOLDER
    new = not (keys / KEK_FILE).is_file()
    if new:
        with storage_errors():
            if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not keys.is_dir())):
                raise StateError(say("{path} 既不是主目录，也不是空文件夹，请换一个", path=str(folder)))
            keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(ConflictError):
            make_kek(keys / KEK_FILE)
    return Vault(read_kek(keys / KEK_FILE), keys), new
