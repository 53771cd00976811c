"""How much a seat may show: bytes by message, cell, minute and day; what is used up stays used up.

The day's count survives a restart of the seat, its door and the platform. Decides by numbers
alone, never by content. Called by `door` for every answer that comes out of a seat.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sandbox.kernel.message import Message, say
from sandbox.people.directory import CHINA
from sandbox.serving.places import write_whole

MINUTE = timedelta(minutes=1)
CELLS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes; `overhead` is what every message or answer counts besides its own size."""

    message: int = 1 << 20
    cell: int = 256 << 10
    minute: int = 10_000_000
    day: int = 30_000_000
    overhead: int = 256


class Meter:
    """The count of one seat, kept in one file; `shown` is what is known to have been shown today elsewhere.

    `run` is how much this run of the seat has shown.
    """

    def __init__(
        self, file: Path, clock: Callable[[], datetime], limits: Limits | None = None, *, shown: int = 0
    ) -> None:
        self._file, self._clock, self._limits = file, clock, limits or Limits()
        self._recent: deque[tuple[datetime, int]] = deque()
        self._in_minute = 0
        self._cells: OrderedDict[str, int] = OrderedDict()
        self._day, self._used, self._saved = self._today(), 0, -1
        self._load()
        self._used = max(self._used, shown)
        self.run = 0

    @property
    def used(self) -> int:
        """Return how many bytes were shown today."""
        self._turn()
        return self._used

    @property
    def exhausted(self) -> bool:
        """Return whether nothing more is shown today."""
        self._turn()
        return self._used >= self._limits.day

    def take(self, size: int, *, cell: str | None = None) -> Message | None:
        """Count what is about to be shown and return None, or the sentence why it is withheld."""
        why = self._fault(size, cell)
        if why is not None:
            return why
        now, counted = self._clock(), size + self._limits.overhead
        self._used += counted
        self.run += counted
        self._in_minute += counted
        self._recent.append((now, counted))
        if cell is not None:
            self._cells[cell] = self._cells.get(cell, 0) + size
            self._cells.move_to_end(cell)
            while len(self._cells) > CELLS_REMEMBERED:
                self._cells.popitem(last=False)
        return None

    def _fault(self, size: int, cell: str | None) -> Message | None:
        limits = self._limits
        self._turn()
        if size > limits.message:
            return say(
                "这一条输出超过 {most} KiB，没有显示：大的结果请写成文件走出域申请", most=limits.message >> 10
            )
        if cell is not None and self._cells.get(cell, 0) + size > limits.cell:
            return say(
                "这一格的输出超过 {most} KiB，其余没有显示：大的结果请走出域申请", most=limits.cell >> 10
            )
        if self._used + size + limits.overhead > limits.day:
            self._used = max(self._used, limits.day)
            return say("今天的显示额度已经用完，明天恢复：需要的结果请走出域申请")
        if self._in_minute + size + limits.overhead > limits.minute:
            return say("显示得太快，请过一分钟再运行")
        return None

    def save(self) -> None:
        """Keep the count if it changed."""
        if self._saved != self._used:
            document = {"day": self._day, "bytes": self._used, "run": self.run}
            write_whole(self._file, json.dumps(document).encode())
            self._saved = self._used

    def _load(self) -> None:
        """Read the kept count; one that cannot be read counts as used up, for silence is no consent."""
        if not self._file.exists():
            return
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
            kept, day = int(document["bytes"]), str(document["day"])
        except (OSError, ValueError, KeyError, TypeError):
            kept, day = self._limits.day, self._day
        if day >= self._day:
            self._day, self._used = day, kept

    def _turn(self) -> None:
        """Begin a new day, and forget what is older than a minute."""
        today, now = self._today(), self._clock()
        if today > self._day:
            self._day, self._used = today, 0
        while self._recent and now - self._recent[0][0] >= MINUTE:
            self._in_minute -= self._recent.popleft()[1]

    def _today(self) -> str:
        return self._clock().astimezone(CHINA).date().isoformat()
