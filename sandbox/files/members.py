"""The head of a zip member, unfolded no further than is asked for, whatever packed it.

`zipfile` holds deflate alone to the number of bytes that are read: bzip2 and LZMA give all that one piece of
the file unfolds to, and a kilobyte is a gigabyte. Here each stops at the bound. Knows members, not packages.
"""

from __future__ import annotations

import copy
import zipfile

from sandbox.files import inflate

_LZMA_HEAD = 4


def head_of(package: zipfile.ZipFile, member: zipfile.ZipInfo, bound: int) -> bytes:
    """Return at most `bound` of the first bytes of a member.

    Raises what `zipfile` raises for one that is damaged, encrypted or packed in a way that is not known;
    `BadZipFile` also where bzip2 or LZMA are cut off before the bound.
    """
    if member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with package.open(member) as stream:
            return stream.read(bound)
    packed = _packed(package, member)
    if member.compress_type == zipfile.ZIP_BZIP2:
        return _first(packed, inflate.bzip2_decoder(), bound)
    if member.compress_type == zipfile.ZIP_LZMA:
        size = int.from_bytes(packed[2:_LZMA_HEAD], "little")
        properties = packed[_LZMA_HEAD : _LZMA_HEAD + size]
        headed = properties + b"\xff" * 8 + packed[_LZMA_HEAD + size :]
        return _first(headed, inflate.lzma_decoder(), min(bound, member.file_size))
    raise NotImplementedError


def _packed(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a member as they lie in the file."""
    stored = copy.copy(member)
    stored.compress_type, stored.file_size = zipfile.ZIP_STORED, member.compress_size
    del stored.CRC  # it is that of the unfolded bytes
    with package.open(stored) as stream:
        return stream.read()


def _first(packed: bytes, decoder: inflate.Decoder, bound: int) -> bytes:
    """Return the first bytes that a decoder makes."""
    out, given, piece = bytearray(), 0, 1 << 16
    try:
        while len(out) < bound and not decoder.eof:
            fed = packed[given : given + piece] if decoder.needs_input else b""
            given += len(fed)
            made = decoder.decompress(fed, bound - len(out))
            out += made
            if not made and not fed and given >= len(packed):
                break
    except inflate.BROKEN as error:
        raise zipfile.BadZipFile from error
    return bytes(out)
