"""The Merkle tree of RFC 6962, section 2.1, over any 32-byte hash: roots and proofs.

A frontier keeps one hash for every complete subtree of the leaves so far, so that appending
and the root take logarithmic time and space. Pure; knows nothing of facts or databases.
Called by the log, the checkpoints and the verifier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Digest = Callable[[bytes], bytes]
SubtreeHash = Callable[[int, int], bytes]
"""The hash of leaves [start, end)."""


def leaf_hash(digest: Digest, data: bytes) -> bytes:
    """Return H(0x00 || data)."""
    return digest(b"\x00" + data)


def node_hash(digest: Digest, left: bytes, right: bytes) -> bytes:
    """Return H(0x01 || left || right)."""
    return digest(b"\x01" + left + right)


@dataclass(slots=True)
class Frontier:
    """The complete subtrees of the first `size` leaves: level → hash, where `size` has that bit."""

    digest: Digest
    size: int = 0
    levels: dict[int, bytes] = field(default_factory=dict)

    def append(self, leaf: bytes) -> int:
        """Take one more leaf hash; return the one level that changed to a live value."""
        level, node = 0, leaf
        while self.size >> level & 1:
            node = node_hash(self.digest, self.levels[level], node)
            level += 1
        self.levels[level] = node
        self.size += 1
        return level

    def root(self) -> bytes:
        """Return the tree hash; of no leaves, the hash of nothing."""
        live = [self.levels[level] for level in range(self.size.bit_length()) if self.size >> level & 1]
        if not live:
            return self.digest(b"")
        node = live[0]
        for left in live[1:]:
            node = node_hash(self.digest, left, node)
        return node

    def subtrees(self) -> dict[tuple[int, int], bytes]:
        """Return the live subtrees as (start, end) → hash, from left to right."""
        found, start = {}, 0
        for level in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> level & 1:
                found[start, start + (1 << level)] = self.levels[level]
                start += 1 << level
        return found


def _split(count: int) -> int:
    """Return the largest power of two smaller than count (count > 1)."""
    return 1 << ((count - 1).bit_length() - 1)


def subtree_hash(digest: Digest, leaves: Sequence[bytes]) -> SubtreeHash:
    """Return the hash of any range of these leaf hashes."""
    return joined(digest, {}, leaves, start=0)


def joined(
    digest: Digest, known: Mapping[tuple[int, int], bytes], leaves: Sequence[bytes], *, start: int
) -> SubtreeHash:
    """Return the hash of any range made of known subtrees and of the leaves from `start` on."""

    def of(low: int, high: int) -> bytes:
        if (low, high) in known:
            return known[low, high]
        if low < start:
            if high - low < 2:
                raise KeyError((low, high))
            middle = low + _split(high - low)
            return node_hash(digest, of(low, middle), of(middle, high))
        frontier = Frontier(digest)
        for leaf in leaves[low - start : high - start]:
            frontier.append(leaf)
        return frontier.root()

    return of


def inclusion_proof(index: int, size: int, subtree: SubtreeHash) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 6962, section 2.1.1: from the leaf's sibling upwards."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(subtree(middle, high))
            high = middle
        else:
            path.append(subtree(low, middle))
            low = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, subtree: SubtreeHash) -> tuple[bytes, ...]:
    """Return PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty where nothing is to show."""
    if not 0 <= old <= new:
        raise ValueError("the new tree is smaller")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(subtree(middle, high))
            high = middle
        else:
            path.append(subtree(low, middle))
            low, whole = middle, False
    if not whole:
        path.append(subtree(low, high))
    return tuple(reversed(path))


def root_of_inclusion(digest: Digest, leaf: bytes, index: int, size: int, proof: Iterable[bytes]) -> bytes:
    """Return the root that the proof leads to; `ValueError` if its length is wrong (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ValueError("proof too long")
        if place & 1 or place == last:
            node = node_hash(digest, sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(digest, node, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("proof too short")
    return node


def consistent(
    digest: Digest, old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]
) -> bool:
    """Return whether the tree (size, root) `new` begins with `old` (RFC 9162, 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size > new_size or old_size < 0:
        return False
    if old_size in (0, new_size):
        return not proof and (old_size == 0 or old_root == new_root)
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        return False
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(digest, sibling, first), node_hash(digest, sibling, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(digest, second, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
