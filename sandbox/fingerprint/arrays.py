"""Named numpy arrays in one stream, without pickle: a JSON header, then the bytes of each array.

The caller hands in the stream, so that it may be a sealed one. Reading refuses a header it does not
know and a stream that ends early. Used by the index and the sidecar.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAGIC: Final = b"zyarrays1\n"
_BLOCK: Final = 1 << 20
_LIMIT: Final = 1 << 24
_TYPES: Final = frozenset({"<u8", "<u4", "<u2", "|u1", "<i8", "<i4", "<f8", "<f4", "|b1"})


def write_arrays(
    out: BinaryIO, arrays: Mapping[str, np.ndarray[Any, Any]], *, note: Mapping[str, Any]
) -> None:
    """Write `note` (a JSON object) and the arrays, in little-endian C order."""
    listed = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
    header = json.dumps({"note": note, "arrays": listed}, ensure_ascii=False).encode()
    out.write(_MAGIC + len(header).to_bytes(8, "little") + header)
    for array in arrays.values():
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        for start in range(0, len(flat), _BLOCK):
            out.write(flat[start : start + _BLOCK].tobytes())


def read_arrays(source: BinaryIO) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Any]]:
    """Return the arrays by name and the note; raises `TamperedError` if the stream is not whole."""
    if _exactly(source, len(_MAGIC)) != _MAGIC:
        raise _broken()
    size = int.from_bytes(_exactly(source, 8), "little")
    if size > _LIMIT:
        raise _broken()
    try:
        header = json.loads(_exactly(source, size))
        listed = [(str(name), str(kind), [int(n) for n in shape]) for name, kind, shape in header["arrays"]]
        note = dict(header["note"])
    except (ValueError, KeyError, TypeError) as error:
        raise _broken() from error
    return {name: _array(source, kind, shape) for name, kind, shape in listed}, note


def _array(source: BinaryIO, kind: str, shape: list[int]) -> np.ndarray[Any, Any]:
    if kind not in _TYPES or any(n < 0 for n in shape):
        raise _broken()
    array = np.empty(shape, np.dtype(kind))
    flat = array.reshape(-1).view(np.uint8)
    for start in range(0, len(flat), _BLOCK):
        want = min(_BLOCK, len(flat) - start)
        flat[start : start + want] = np.frombuffer(_exactly(source, want), np.uint8)
    return array


def _exactly(source: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        block = source.read(size)
        if not block:
            raise _broken()
        parts.append(block)
        size -= len(block)
    return b"".join(parts)


def _broken() -> TamperedError:
    return TamperedError(say("出域闸口的旁档不完整或已损坏，请重新落地该数据集"))
