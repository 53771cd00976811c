"""How a job reaches the gate's process: one file in memory, sealed, handed over on a socket.

Both sides of it: `Packing` is what the door fills, `Handed` what the process reads. Nobody can change a
byte once it is sealed, the door no more than a file's child over there, and there is no way from it to the
host's disk, as a descriptor of a file there would be. Called by `isolated` outside and `worker` inside.
"""

from __future__ import annotations

import fcntl
import io
import json
import mmap
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from sandbox.egress.backing import Backing, unnamed
from sandbox.egress.wire import Json, mapping, number, sequence
from sandbox.seats.spares import READY, TAKEN

CHUNK = 1 << 20
COPIED_BYTES = 64 << 20
"""Source files of so many bytes in all are copied for a job; larger ones are mounted where it starts."""
SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
QUIET_SECONDS = 0.05
"""Without a job for so long, the process takes it that nobody waits yet."""


def copied(files: Sequence[Path]) -> bool:
    """Return whether the files are few bytes enough to be copied."""
    return sum(path.stat().st_size for path in files if path.is_file()) <= COPIED_BYTES


class Packing:
    """The file of one job while it is filled; a context that lets go of it.

    `descriptors` are what goes over: the file, and behind it one on disk where the job is `large`.
    """

    def __init__(self, *, large: bool = False) -> None:
        self.descriptor = os.memfd_create("job", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        backing = unnamed() if large else None
        self.descriptors = (self.descriptor,) if backing is None else (self.descriptor, backing)
        self._end = 0

    def __enter__(self) -> Packing:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)

    def add(self, data: bytes) -> list[int]:
        """Lay bytes into it; return their place: where they begin, and how many."""
        return self.copy(io.BytesIO(data))

    def copy(self, source: BinaryIO) -> list[int]:
        """Lay in what a stream holds; return its place."""
        began = self._end
        while chunk := source.read(CHUNK):
            left = memoryview(chunk)
            while left:
                wrote = os.pwrite(self.descriptor, left, self._end)
                self._end += wrote
                left = left[wrote:]
        return [began, self._end - began]

    def seal(self, document: Json) -> bytes:
        """Lay in the job's document, seal the file, and return the words that go with its descriptor."""
        place = self.add(json.dumps(document, ensure_ascii=False).encode())
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, SEALS)
        return json.dumps(place).encode()


class Handed:
    """What was handed over, read by place; `backing` is there for a large job."""

    def __init__(self, held: mmap.mmap, backing: Backing | None = None) -> None:
        self._held, self.backing = memoryview(held), backing

    def read(self, place: object) -> bytes:
        """Return the bytes of a place; ValueError for what is no place."""
        return bytes(self.held(place))

    def opened(self, place: object) -> BinaryIO:
        """Return a stream over the bytes of a place, without copying them."""
        return io.BufferedReader(_Stretch(self.held(place)), CHUNK)

    def document(self, place: object) -> Json:
        """Return the job's document."""
        return mapping(json.loads(self.read(place)))

    def held(self, place: object) -> memoryview:
        """Return the bytes of a place as they lie there; ValueError for what is no place."""
        began, many = (number(one) for one in sequence(place))
        if began is None or many is None or not 0 <= began <= began + many <= len(self._held):
            raise ValueError("a place")
        return self._held[began : began + many]


class _Stretch(io.RawIOBase):
    """A stretch of memory as a raw stream."""

    def __init__(self, held: memoryview) -> None:
        self._held, self._place = held, 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that one may go about in it."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place and return it; never before the first byte."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: len(self._held)}[whence]
        self._place = max(base + offset, 0)
        return self._place

    def readinto(self, buffer: object) -> int:
        """Fill a buffer with what follows and return how much that was."""
        out = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        taken = self._held[self._place : self._place + len(out)]
        out[: len(taken)] = taken
        self._place += len(taken)
        return len(taken)


def received(descriptor: int, *, meanwhile: Callable[[], object]) -> tuple[Json, Handed]:
    """Say that this process is ready, wait for its one job, and return it with what was handed over.

    `meanwhile` is called once nobody seems to wait yet. Ends the process when the door went away.
    """
    with socket.socket(fileno=descriptor) as door:
        door.sendall(READY)
        door.settimeout(QUIET_SECONDS)
        try:
            words, descriptors, *_ = socket.recv_fds(door, CHUNK, 2)
        except TimeoutError:
            door.settimeout(None)
            meanwhile()
            words, descriptors, *_ = socket.recv_fds(door, CHUNK, 2)
        if not words or not descriptors:
            sys.exit(0)
        packed, *large = descriptors
        held = mmap.mmap(packed, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        handed = Handed(held, Backing(*large) if large else None)
        os.close(packed)
        job = handed.document(json.loads(words))
        door.settimeout(None)
        door.sendall(TAKEN)
    return job, handed
