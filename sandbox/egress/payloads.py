"""What files hold behind one wrapping, by exclusive or of two or three: shares that say nothing alone.

The encoded runs of a text, in hexadecimal, base64 or base85, are decoded; those of as many bytes in several
files are mixed. Bounded by runs and groups. Pure; called by `shares`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import chain, combinations, islice

import numpy as np

from sandbox.egress.blobs import decoded, encoded_runs, maybe_base85

MAX_RUNS = 8
MAX_GROUPS = 24
MAX_BYTES = 1 << 18
_LEAST = 24
_LONG = re.compile(rb"[!-~]{80,}")


def mixed_payloads(files: Mapping[str, bytes]) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Yield the paths of two or three files, and the exclusive or of as long runs that they wrap."""
    alike: dict[int, list[tuple[str, bytes]]] = {}
    for path, data in files.items():
        for one in dict.fromkeys(_unwrapped(data)):
            alike.setdefault(len(one), []).append((path, one))
    for held in alike.values():
        groups = chain(combinations(held, 2), combinations(held, 3))
        for group in islice(groups, MAX_GROUPS):
            paths = tuple(path for path, _ in group)
            if len(set(paths)) == len(paths):
                bits = [np.frombuffer(one, np.uint8) for _, one in group]
                yield paths, reduce(np.bitwise_xor, bits).tobytes()


def _unwrapped(data: bytes) -> Iterator[bytes]:
    """Yield a file's bytes, and what its encoded runs decode to."""
    yield data
    if len(data) > MAX_BYTES or b"\0" in data[:4096] or (_LONG.search(data) is None and len(data) > 1 << 15):
        return
    text = data.decode("utf-8", errors="replace")
    runs = [one.decode() for one in islice(_LONG.findall(data), MAX_RUNS)]
    runs = [*encoded_runs([text])[:MAX_RUNS], *(one for one in runs if maybe_base85(one))]
    for run in dict.fromkeys(runs):
        yield from (one for one in decoded(run) if len(one) >= _LEAST)
