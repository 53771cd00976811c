"""The footer of a Parquet file in its compact code, with every place in the file moved."""

from __future__ import annotations

import struct

PLACES = {(4, 1, 2), (4, 1, 3, 9), (4, 1, 3, 10), (4, 1, 3, 11), (4, 1, 4), (4, 1, 6), (4, 5)}
Path = tuple[int, ...]


def varint(number: int) -> bytes:
    """A whole number in groups of seven bits."""
    out = b""
    while number > 127:
        out += bytes((number & 127 | 128,))
        number >>= 7
    return out + bytes((number,))


class Mover:
    """Copies a footer and adds a number to the places that it names."""

    def __init__(self, data: bytes, step: int) -> None:
        self.data, self.step, self.at, self.out = data, step, 0, b""

    def take(self, count: int) -> bytes:
        """Copy some bytes."""
        piece = self.data[self.at : self.at + count]
        self.at += count
        self.out += piece
        return piece

    def number(self) -> int:
        """Copy a number."""
        total = shift = 0
        while True:
            byte = self.take(1)[0]
            total |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return total

    def value(self, kind: int, path: Path) -> None:
        """Copy a value of a kind."""
        before = self.out
        if kind in (3, 7):
            self.take(1 if kind == 3 else 8)
        elif kind in (4, 5, 6):
            told = self.number()
            if path in PLACES and told:
                self.out = before + varint(told + 2 * self.step)
        elif kind == 8:
            self.take(self.number())
        elif kind in (9, 10):
            self.items(path)
        elif kind == 12:
            self.record(path)

    def items(self, path: Path) -> None:
        """Copy a list."""
        head = self.take(1)[0]
        count = self.number() if head >> 4 == 15 else head >> 4
        for _ in range(count):
            if head & 15 in (1, 2):
                self.take(1)
            else:
                self.value(head & 15, path)

    def record(self, path: Path = ()) -> None:
        """Copy a record to its end."""
        field = 0
        while head := self.take(1)[0]:
            if head >> 4:
                field += head >> 4
            else:
                told = self.number()
                field = told >> 1 if told % 2 == 0 else -(told >> 1) - 1
            self.value(head & 15, (*path, field))


def with_front_gap(plain: bytes, gap: bytes) -> bytes:
    """A Parquet file with some bytes between its first mark and its first page."""
    (size,) = struct.unpack("<I", plain[-8:-4])
    cut = len(plain) - 8 - size
    mover = Mover(plain[cut:-8], len(gap))
    mover.record()
    return plain[:4] + gap + plain[4:cut] + mover.out + struct.pack("<I", len(mover.out)) + plain[-4:]
