"""What a second process works out of one file ahead of the first, and the form in which it hands that back.

The chains of codings, the choices that the file leaves open, and whether what is asked last shows anything at
all. Each has an answer that the first takes over as it is, or works out itself: where something shows, always
itself, so that the answers are few, plain and the same. Called by `judge`, `disguises` and `sightings`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np

from sandbox.egress.channels import hidden_in
from sandbox.egress.content import Content
from sandbox.egress.recognise import Recognised, recognise_views
from sandbox.egress.report import Product
from sandbox.egress.second import Second, Task
from sandbox.egress.streams import Stream
from sandbox.egress.views import Read, views_of_all
from sandbox.egress.wire import number, pack, sequence, text, unpack
from sandbox.fingerprint.index import RecordIndex

LEAST_BYTES = 1 << 14
"""Size of a file from which a second process takes less time than it costs."""
MOST_BYTES = 4 << 20
"""Size up to which two processes have room where one has."""
NOTHING = b"nothing"
_KINDS = ("<i8", "<i4", "<i2", "|i1", "<u4", "<u2", "|u1", "|b1")
_Read = TypeVar("_Read")
_NONE = Recognised()


@dataclass(frozen=True, slots=True)
class Unwound:
    """What the ends of chains of codings say: texts, numbers, and bytes that hold contents, or these."""

    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    held: tuple[bytes, ...] = ()
    contents: tuple[Content, ...] = ()


@dataclass(frozen=True, slots=True)
class Openly:
    """The readings of what a file openly holds, and what they show by themselves."""

    read: Sequence[Read] = ()
    shown: Recognised = _NONE
    asked: bool = False


class Unseen:
    """A question of which a process finds out whether it shows nothing. End it."""

    def __init__(self, process: Second | None = None, name: str = "") -> None:
        """Begin nothing: the process is at work, if there is one."""
        self._process, self._name = process or Second(), name

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.close()

    @property
    def begun(self) -> bool:
        """Return whether there is a process that finds out."""
        return bool(self._process)

    def __bool__(self) -> bool:
        """Return whether nothing shows, waiting for it; false also where nobody found out."""
        return self._process.answer(self._name) == NOTHING


class Foreseen:
    """What is known ahead of one file: nothing by default. End it with the file."""

    def __init__(
        self, parts: Sequence[bytes] = (), indexes: Sequence[RecordIndex] = (), *, cores: int = 1
    ) -> None:
        """Begin nothing yet; with one core nothing ever is."""
        self._parts, self._indexes, self._cores = parts, indexes, cores
        self._chains, self._choices, self._open = Second(), Second(), Openly()
        self._heard: list[Stream] | None = None

    @classmethod
    def of(cls, product: Product, parts: Sequence[bytes], indexes: Sequence[RecordIndex], cores: int) -> Self:
        """Return what can be known ahead of a file: nothing if it is small, too large, or comes with a claim.

        A claim is recomputed by an engine with threads of its own, and what is proven is asked little more.
        """
        worth = bool(indexes) and product.claim is None and LEAST_BYTES <= len(product.data) <= MOST_BYTES
        return cls(parts, indexes, cores=cores if worth else 1)

    def openly(self, own: Sequence[Content]) -> Openly:
        """Return what a file shows by what it openly holds; asked once, first: little else is asked then."""
        if not self._open.asked:
            read = views_of_all(own)
            plain = recognise_views([view for _, some in read for view in some], self._indexes)
            self._open = Openly(read, plain, asked=True)
        return self._open

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self._chains.close()
        self._choices.close()

    def begin(self, chains: Callable[[], Unwound], own: Sequence[Content]) -> None:
        """Have the chains followed to their ends and those read, and the choices of the file, asked later."""
        self._chains = Second([Task("ends", lambda: _ends_out(chains()))], cores=self._cores)
        if self._cores > 1 and not self.openly(own).shown:
            hidden = Task("hidden", lambda: _heard_out(*hidden_in(self._parts, self._indexes)))
            self._choices = Second([hidden], cores=self._cores, behind=True)

    def ends(self, chains: Callable[[], Unwound]) -> Unwound:
        """Return what the ends of the chains say."""
        told = self._chains.answer("ends")
        found = None if told is None else _read(_ends_in, told)
        return chains() if found is None else found

    def heard(self, *, wait: bool = False) -> list[Stream] | None:
        """Return the sequences of choices of the file; None where nobody found them out, as yet or while they
        are waited for, or the choices show something.
        """
        if wait or self._choices.ready():
            told = self._choices.answer("hidden")
            self._heard = self._heard if told is None else _read(_heard_in, told)
        return self._heard

    def hidden(self) -> tuple[Recognised, list[Stream]]:
        """Return the records that the choices of the file show, and the sequences of them that were read."""
        heard = self.heard(wait=True)
        return hidden_in(self._parts, self._indexes) if heard is None else (_NONE, heard)

    def nothing(self, name: str, asked: Callable[[], bool], *, behind: bool = False) -> Unseen:
        """Have it found out whether what is asked shows nothing, unless the file shows something openly."""
        task = Task(name, lambda: NOTHING if asked() else b"")
        return Unseen(Second([] if self._open.shown else [task], cores=self._cores, behind=behind), name)


def _ends_out(ends: Unwound) -> bytes:
    said = [one.encode("utf-8", "surrogatepass") for one in (*ends.texts, *ends.numbers)]
    return pack({"texts": len(ends.texts), "held": len(ends.held)}, [*ends.held, *said])


def _ends_in(told: bytes) -> Unwound:
    header, blobs = unpack(told)
    every = tuple(bytes(data) for data in blobs)
    held, texts = number(header["held"]), number(header["texts"])
    if held is None or texts is None or not 0 <= held <= held + texts <= len(every):
        raise ValueError("more texts than were said")
    said = tuple(data.decode("utf-8", "surrogatepass") for data in every[held:])
    return Unwound(said[:texts], said[texts:], every[:held])


def _heard_out(seen: Recognised, heard: Sequence[Stream]) -> bytes:
    if seen:
        raise ValueError("what shows something is asked again")
    if any(one.values.ndim != 1 or one.values.dtype.str not in _KINDS for one in heard):
        raise ValueError("a sequence of another kind")
    told = [[one.name, one.values.dtype.str, list(one.ends)] for one in heard]
    return pack({"heard": told}, [one.values.tobytes() for one in heard])


def _heard_in(told: bytes) -> list[Stream]:
    header, blobs = unpack(told)
    found = []
    for one, data in zip(sequence(header["heard"]), blobs, strict=True):
        name, kind, ends = sequence(one)
        if kind not in _KINDS:
            raise ValueError("a sequence of another kind")
        values = np.frombuffer(data, np.dtype(text(kind))).copy()
        found.append(Stream(text(name), values, tuple(number(end) or 0 for end in sequence(ends))))
    return found


def _read(way: Callable[[bytes], _Read], told: bytes) -> _Read | None:
    """Return what was handed back, or None if it is not in its form: then it is worked out anew."""
    try:
        return way(told)
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError):
        return None
