"""A job's file on disk that has no name: where tables too large for memory lie while files are judged.

They are read through the system's cache, whose pages are given back when enough of them were looked at.
Nobody can open the file by a path, and it is gone with the processes that hold it, however they end. What a
file's child writes to what it sees of it, it alone sees. Made by `isolated`, filled and read by `worker`.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

PLACE = Path("/var/tmp")  # noqa: S108 - on disk where /tmp may be memory; the file there has no name
MOST_SEEN = 256 << 20
"""Bytes of files in memory from which what was looked at is given back."""
EVERY_SECONDS = 0.02
BLOCK = 1 << 24
_Shape = TypeVar("_Shape", bound=np.ndarray[Any, Any])


def unnamed(folder: Path = PLACE) -> int | None:
    """Return a descriptor of a new file without a name; None where the disk makes none."""
    with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=folder) as made:
        return os.dup(made.fileno())
    return None


class Backing:
    """The file while it is filled and read; `seal` it before anybody else's code runs."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._end = descriptor, 0
        self._maps: list[mmap.mmap] = []

    def table(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> pa.Table:
        """Lay batches in as they come, and return them as a table whose cells lie in the file.

        OSError when the disk is full.
        """
        began = self._end
        with os.fdopen(os.dup(self._descriptor), "wb", buffering=BLOCK) as out:
            out.seek(began)
            with pa.PythonFile(out, "w") as sink, pa.ipc.new_stream(sink, schema) as stream:
                for batch in batches:
                    stream.write_batch(batch)
        held = self._mapped(began, os.fstat(self._descriptor).st_size - began)
        return pa.ipc.open_stream(pa.py_buffer(held)).read_all()

    def array(self, values: _Shape) -> _Shape:
        """Lay an array in and return it as it lies in the file; OSError when the disk is full."""
        if not values.nbytes:
            return values
        began, left = self._end, np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
        place = began
        while left:
            wrote = os.pwrite(self._descriptor, left[:BLOCK], place)
            place, left = place + wrote, left[wrote:]
        held = np.frombuffer(self._mapped(began, values.nbytes), values.dtype)
        return held.reshape(values.shape)  # type: ignore[return-value]

    def seal(self) -> None:
        """Let go of the file, so that nothing more is laid in: what lies there is still read."""
        os.close(self._descriptor)

    def rest(self) -> None:
        """Give back the pages that were looked at; they come again when they are looked at again."""
        for held in self._maps:
            held.madvise(mmap.MADV_DONTNEED)

    @contextlib.contextmanager
    def attended(self) -> Iterator[None]:
        """Give pages back, as long as the context lasts, whenever many of them are there."""
        ended = threading.Event()

        def attend() -> None:
            while not ended.wait(EVERY_SECONDS):
                if _seen() > MOST_SEEN:
                    self.rest()

        keeper = threading.Thread(target=attend, name="backing", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()

    def _mapped(self, began: int, size: int) -> mmap.mmap:
        """Show a stretch of the file. Whoever changes it has a copy of that page for himself."""
        page = mmap.ALLOCATIONGRANULARITY
        self._end = -(-(began + size) // page) * page
        held = mmap.mmap(self._descriptor, size, flags=mmap.MAP_PRIVATE, offset=began)
        self._maps.append(held)
        return held


def _seen() -> int:
    """Return how many bytes of files this process has in memory, those of libraries among them."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[2]) * mmap.PAGESIZE
