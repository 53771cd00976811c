"""Large files on their way in, part by part: what has come stays when the line breaks or the console stops.

Each lies in a private folder beside a note of whose it is and for which dataset. Idle ones are swept.
Holds no rule: whether the file may be delivered is asked by `ingest.batch` when all of it is there.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sandbox.kernel.errors import ConflictError, InputError, NotFoundError
from sandbox.web.language import word
from sandbox.web.upload import plain_name

IDLE = timedelta(hours=2)
"""How long a file that has only partly arrived is kept; it is raw data."""
PART_BYTES = 8 << 20
MOST_OF_ONE_PERSON = 4
_NAME = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file: whose, for which dataset, how large it will be, and where it lies."""

    id: str
    account: str
    dataset: str
    rows: int | None
    name: str
    size: int
    folder: str

    @property
    def path(self) -> Path:
        """Return where the file lies; its name is the one that the delivery keeps."""
        return Path(self.folder) / "file" / self.name

    @property
    def arrived(self) -> int:
        """Return how many bytes are there."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def whole(self) -> bool:
        """Return whether all of it is there."""
        return self.arrived == self.size


class Arrivals:
    """Every file under way in one folder."""

    def __init__(self, root: Path, clock: Callable[[], datetime], most_bytes: int) -> None:
        self._root, self._clock, self._most = root, clock, most_bytes
        self._lock = threading.Lock()
        self._busy: set[str] = set()

    def begin(self, account: str, *, dataset: str, rows: int | None, name: str, size: int) -> Arrival:
        """Return a new arrival; `InputError` for a size that is none or too large, or too many at once."""
        if not 0 < size <= self._most:
            raise InputError(word("文件须不为空，且不超过 {n} 字节", n=self._most))
        self.sweep()
        if len(self.of(account)) >= MOST_OF_ONE_PERSON:
            raise InputError(word("未传完的文件太多：请先传完或放弃已有的"))
        folder = self._root / secrets.token_urlsafe(18)
        (folder / "file").mkdir(mode=0o700, parents=True)
        made = Arrival(folder.name, account, dataset, rows, plain_name(name), size, str(folder))
        note = {key: value for key, value in asdict(made).items() if key != "folder"}
        (folder / "note.json").write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        os.close(os.open(made.path, os.O_CREAT | os.O_EXCL, 0o600))
        return made

    def one(self, identifier: str, account: str) -> Arrival:
        """Return the arrival of that person; `NotFoundError` for anything else."""
        found = self._read(self._root / identifier) if _NAME.fullmatch(identifier) else None
        if found is None or found.account != account:
            raise NotFoundError(word("没有这份正在上传的文件：可能已经交付、放弃，或超过两小时没有续传"))
        return found

    def of(self, account: str) -> tuple[Arrival, ...]:
        """Return the arrivals of a person."""
        folders = sorted(self._root.iterdir()) if self._root.is_dir() else []
        found = (self._read(folder) for folder in folders if _NAME.fullmatch(folder.name))
        return tuple(one for one in found if one is not None and one.account == account)

    async def append(self, arrival: Arrival, offset: int, chunks: AsyncIterator[bytes]) -> int:
        """Write a part behind what is there and return how much is there now.

        `ConflictError` unless the part begins where the file ends; a broken-off part keeps what came.
        """
        with self._lock:
            if arrival.id in self._busy or offset != arrival.arrived:
                raise ConflictError(
                    word("这一段与已收到的内容接不上：请从 {n} 字节处续传", n=arrival.arrived)
                )
            self._busy.add(arrival.id)
        try:
            with arrival.path.open("ab") as file:
                async for chunk in chunks:
                    if file.tell() + len(chunk) > arrival.size:
                        raise InputError(word("传来的内容比申报的文件大：请重新选择文件"))
                    file.write(chunk)
            return arrival.arrived
        finally:
            with self._lock:
                self._busy.discard(arrival.id)

    def remove(self, arrival: Arrival) -> None:
        """Remove the file and its note."""
        shutil.rmtree(arrival.folder, ignore_errors=True)

    def sweep(self) -> int:
        """Remove what was left: arrivals nobody went on with, and what is none. Return how many."""
        oldest = (self._clock() - IDLE).timestamp()
        folders = list(self._root.iterdir()) if self._root.is_dir() else []
        stale = [one for one in folders if self._stale(one, oldest)]
        for folder in stale:
            shutil.rmtree(folder, ignore_errors=True)
        return len(stale)

    def _stale(self, folder: Path, oldest: float) -> bool:
        found = self._read(folder)
        try:
            return (found.path if found is not None else folder).stat().st_mtime < oldest
        except FileNotFoundError:
            return True

    def _read(self, folder: Path) -> Arrival | None:
        try:
            note = json.loads((folder / "note.json").read_text(encoding="utf-8"))
            return Arrival(**note, folder=str(folder))
        except (OSError, ValueError, TypeError):
            return None
