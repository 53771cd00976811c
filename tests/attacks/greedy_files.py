"""Small files that ask for much: packed beyond reason, counted beyond what is there, nested, in circles."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
import pyarrow as pa

MIB = 1 << 20
ZEROS = bytes(MIB)
LONG = 256
"""Mebibytes that are unfolded from a long one: far beyond what its size allows."""
GREEDY: dict[str, Callable[[], bytes]] = {}
"""How each of them is made, by its name as it would be handed in."""


def greedy(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Enter a maker under the name of its file."""

    def enter(make: Callable[[], bytes]) -> Callable[[], bytes]:
        GREEDY[name] = make
        return make

    return enter


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in parts.items():
            file.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def _stream_zip(method: int, mebibytes: int, name: str = "rows.csv") -> bytes:
    info = zipfile.ZipInfo(name)
    info.compress_type = method
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file, file.open(info, "w", force_zip64=True) as part:
        for _ in range(mebibytes):
            part.write(ZEROS)
    return out.getvalue()


@greedy("lzma.zip")
def lzma_part() -> bytes:
    """A long part packed by LZMA."""
    return _stream_zip(zipfile.ZIP_LZMA, LONG)


@greedy("bzip2.zip")
def bzip2_part() -> bytes:
    """A long part packed by bzip2."""
    return _stream_zip(zipfile.ZIP_BZIP2, LONG)


@greedy("deflated.zip")
def deflated_part() -> bytes:
    """A very long part packed by deflate."""
    return _stream_zip(zipfile.ZIP_DEFLATED, 4 * LONG)


@greedy("shelves.zip")
def shelves() -> bytes:
    """Zips of zips: ten in each, five deep."""
    data = zipped({"rows.csv": ZEROS})
    for _ in range(5):
        data = zipped({f"{number}.zip": data for number in range(10)})
    return data


@greedy("shared.zip")
def shared() -> bytes:
    """Fifty thousand entries of the directory that name the same packed part."""
    data = zipped({"a": bytes(10_000)})
    end = data.rindex(b"PK\5\6")
    start = data.index(b"PK\1\2")
    count = 50_000
    directory = data[start:end] * count
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), start, 0)
    return data[:start] + directory + tail


@greedy("sparse.tar")
def sparse() -> bytes:
    """A GNU sparse member that says it is 4 TiB."""
    info = tarfile.TarInfo("rows.csv")
    info.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT)[:512])
    head[386:410] = b"00000000000\0" + b"00000000001\0"
    head[483:495] = b"\x80" + (4 << 40).to_bytes(11, "big")
    head[148:156] = b" " * 8
    head[148:156] = f"{sum(head):06o}\0 ".encode()
    return bytes(head) + b"1".ljust(512, b"\0") + bytes(1024)


@greedy("claimed.tar")
def claimed_tar() -> bytes:
    """A member whose pax header says 8 EiB."""
    info = tarfile.TarInfo("rows.csv")
    info.pax_headers = {"size": str(8 << 60)}
    return info.tobuf(tarfile.PAX_FORMAT) + bytes(2048)


@greedy("members.tar")
def members() -> bytes:
    """Forty thousand empty members, packed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for number in range(40_000):
            file.addfile(tarfile.TarInfo(f"{number}.csv"))
    return gzip.compress(out.getvalue(), mtime=0)


@greedy("dictionary.xz")
def dictionary() -> bytes:
    """An LZMA stream whose dictionary would be 1.5 GiB."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1536 * MIB, "preset": 0}]
    head = bytearray(
        lzma.compress(b"1,2\n", format=lzma.FORMAT_XZ, filters=[{**filters[0], "dict_size": MIB}])
    )
    place = 12 + 4  # stream header, then size, flags, filter, length of properties, dictionary
    head[place] = 39
    crc = zlib.crc32(bytes(head[12 : 12 + (head[12] + 1) * 4 - 4]))
    head[12 + (head[12] + 1) * 4 - 4 : 12 + (head[12] + 1) * 4] = struct.pack("<I", crc)
    return bytes(head)


@greedy("alone.lzma")
def alone() -> bytes:
    """An old LZMA file whose dictionary would be 4 GiB."""
    data = bytearray(lzma.compress(b"1,2\n" * 100, format=lzma.FORMAT_ALONE))
    data[1:5] = b"\xff\xff\xff\xff"
    return bytes(data)


@greedy("long.xz")
def long_xz() -> bytes:
    """Zeros for long."""
    packer = lzma.LZMACompressor(preset=0)
    return b"".join([*(packer.compress(ZEROS) for _ in range(LONG)), packer.flush()])


@greedy("long.zst")
def long_zst() -> bytes:
    """Zeros for very long, in a frame that tells no size."""
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as packer:
        for _ in range(4 * LONG):
            packer.write(ZEROS)
    return bytes(out.getvalue())


@greedy("window.zst")
def window() -> bytes:
    """A frame whose window would be 2 GiB."""
    rows = b"1,2\n" * 1000
    return b"\x28\xb5\x2f\xfd\x00\xa8" + struct.pack("<I", len(rows) << 3 | 1)[:3] + rows


@greedy("members.gz")
def gz_members() -> bytes:
    """A hundred thousand members of one byte."""
    return gzip.compress(b"1", mtime=0) * 100_000


@greedy("long.gz")
def long_gz() -> bytes:
    """Zeros for very long, packed twice."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    once = b"".join([*(packer.compress(ZEROS) for _ in range(4 * LONG)), packer.flush()])
    return gzip.compress(once, mtime=0)


@greedy("streams.bz2")
def bz2_streams() -> bytes:
    """Thirty thousand streams, and zeros for long."""
    packer = bz2.BZ2Compressor(1)
    long = b"".join([*(packer.compress(ZEROS) for _ in range(LONG)), packer.flush()])
    return bz2.compress(b"1") * 30_000 + long


@greedy("long.7z")
def long_seven() -> bytes:
    """Zeros for long in a 7z."""
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 0}]) as file:
        file.writef(io.BytesIO(bytes(LONG * MIB)), "rows.csv")
    return out.getvalue()


@greedy("claimed.safetensors")
def claimed_tensors() -> bytes:
    """A header that says it is 2**62 bytes long."""
    return struct.pack("<Q", 1 << 62) + b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}' + bytes(4)


@greedy("many.safetensors")
def many_tensors() -> bytes:
    """A hundred thousand arrays of nothing."""
    one = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    head = json.dumps({f"t{number}": one for number in range(100_000)}).encode()
    return struct.pack("<Q", len(head)) + head


@greedy("shape.safetensors")
def shaped_tensors() -> bytes:
    """An array of 2**60 by 2**60."""
    head = json.dumps({"a": {"dtype": "F64", "shape": [1 << 60, 1 << 60], "data_offsets": [0, 8]}}).encode()
    return struct.pack("<Q", len(head)) + head + bytes(8)


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _model(graph: bytes) -> bytes:
    return b"\x08\x08" + _field(7, graph)


@greedy("shape.onnx")
def shaped_onnx() -> bytes:
    """An initial value that says it has 2**40 numbers and has one."""
    tensor = b"\x08" + _varint(1 << 40) + b"\x10\x01" + _field(8, b"w") + _field(9, bytes(4))
    return _model(_field(5, tensor))


@greedy("outside.onnx")
def outside_onnx() -> bytes:
    """An initial value that lies in a device."""
    entry = _field(1, b"location") + _field(2, b"../../../../dev/zero")
    tensor = b"\x08" + _varint(1 << 20) + b"\x10\x01" + _field(8, b"w") + _field(13, entry) + b"\x70\x01"
    return _model(_field(5, tensor))


@greedy("nested.onnx")
def nested_onnx() -> bytes:
    """Graphs within graphs: two hundred deep, two in each of the innermost twelve."""
    graph = b""
    for depth in range(200):
        attribute = _field(1, b"then_branch") + _field(6, graph) + b"\xa0\x01\x05"
        node = _field(1, _field(4, b"If") + _field(5, attribute))
        graph = node * (2 if depth < 12 else 1)
    return _model(graph)


@greedy("shape.npy")
def shaped_npy() -> bytes:
    """An array that says it has 2**50 numbers."""
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1125899906842624,), }"
    head = head.ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + bytes(64)


@greedy("nested.npy")
def nested_npy() -> bytes:
    """A header of brackets within brackets."""
    head = b"(" * 9000 + b")" * 9000 + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head


@greedy("zeros.npz")
def zeros_npz() -> bytes:
    """An array of zeros for very long, packed."""
    out = io.BytesIO()
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f8", "fortran_order": False, "shape": (LONG * MIB // 2,)}
    )
    info = zipfile.ZipInfo("a.npy")
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w") as file, file.open(info, "w", force_zip64=True) as part:
        part.write(head.getvalue())
        for _ in range(4 * LONG):
            part.write(ZEROS)
    return out.getvalue()
