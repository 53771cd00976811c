"""Walks zip, tar, gzip, bzip2, xz and zstd, yielding members and noting what is wrong with them.

Every byte must belong to a member or to the format's own bookkeeping. The two directories of
a zip must agree; a tar must end in zeros. Follows PKWARE APPNOTE 6.3, POSIX ustar/pax and
RFC 1952. Called by `unwrap` only, which holds the limits.
"""

from __future__ import annotations

import io
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator

from sandbox.files import inflate
from sandbox.files.inflate import Decoder
from sandbox.files.wrapping import ProblemCode, Unwrapping, harmless
from sandbox.kernel.message import say

_END = b"PK\x05\x06"
_LOCAL = b"PK\x03\x04"
_DATA_DESCRIPTOR = 8
# zip64, NTFS times, extended timestamp, Info-ZIP owners old and new.
_EXTRAS = (0x0001, 0x000A, 0x5455, 0x5855, 0x7875)
_EXTRA_BYTES = 36
_DECODERS: dict[int, Callable[[], Decoder]] = {
    zipfile.ZIP_DEFLATED: inflate.raw_decoder,
    zipfile.ZIP_BZIP2: inflate.bzip2_decoder,
}


def walk_gzip(data: bytes, path: str, state: Unwrapping) -> Iterator[tuple[str, bytes]]:
    """Yield the one file in a gzip file."""
    # FTEXT, FHCRC, FEXTRA, FCOMMENT can carry anything; FNAME (8) is what every packer writes.
    if data[3] & ~8:
        state.problem(path, ProblemCode.NOTE, say("gzip 头部带有附加内容。"))
    yield from _streams(data, path, state, decoder=inflate.gzip_decoder, suffix=".gz")


def walk_bzip2(data: bytes, path: str, state: Unwrapping) -> Iterator[tuple[str, bytes]]:
    """Yield the one file in a bzip2 file."""
    yield from _streams(data, path, state, decoder=inflate.bzip2_decoder, suffix=".bz2")


def walk_zstd(data: bytes, path: str, state: Unwrapping) -> Iterator[tuple[str, bytes]]:
    """Yield the one file in a Zstandard file (RFC 8878); frames that readers skip are bytes too many."""
    yield from _streams(data, path, state, decoder=inflate.zstd_decoder, suffix=".zst")


def walk_xz(data: bytes, path: str, state: Unwrapping) -> Iterator[tuple[str, bytes]]:
    """Yield the one file in an xz file."""
    yield from _streams(data, path, state, decoder=inflate.xz_decoder, suffix=".xz")


def _streams(
    data: bytes, path: str, state: Unwrapping, *, decoder: Callable[[], Decoder], suffix: str
) -> Iterator[tuple[str, bytes]]:
    """The file in `data`, whose compressed streams may be several on end."""
    out: list[bytes] = []
    magic, at = data[:3], 0
    while data[at : at + 3] == magic:
        if not state.admit(path):
            return
        try:
            content, at = inflate.unfold(data, decoder(), allowance=state.allowance, start=at)
        except inflate.BROKEN:
            state.problem(path, ProblemCode.DAMAGED, say("压缩数据损坏或不完整。"))
            return
        out.append(content)
    if len(out) > 1:
        state.problem(path, ProblemCode.NOTE, say("文件由 {n} 段压缩数据拼接而成。", n=len(out)))
    if at < len(data):
        state.problem(path, ProblemCode.TRAILING, say("压缩数据结束之后还有 {n} 字节。", n=len(data) - at))
    name = path.rsplit("!", 1)[-1].rsplit("/", 1)[-1]
    known = name.lower().endswith(suffix) and len(name) > len(suffix)
    yield name[: -len(suffix)] if known else "data", b"".join(out)


def walk_zip(data: bytes, path: str, state: Unwrapping) -> Iterator[tuple[str, bytes]]:
    """Yield the members of a zip file that can be read."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        state.problem(path, ProblemCode.DAMAGED, say("压缩包目录损坏。"))
        return
    with archive:
        _check_zip_frame(data, archive, path, state)
        for member in archive.infolist():
            if not state.admit(path):
                return
            inside = f"{path}!{harmless(member.filename)}"
            check_name(member.filename, inside, state)
            if member.is_dir() and not member.file_size:
                state.folders.append(inside)
                continue
            content = _zip_member(data, member, inside, state)
            if content is not None:
                yield harmless(member.filename), content


def _check_zip_frame(data: bytes, archive: zipfile.ZipFile, path: str, state: Unwrapping) -> None:
    """Note bytes that no member owns: in front, between, behind, and the archive's comment."""
    end = data.rfind(_END)
    if end + 22 + len(archive.comment) != len(data):
        state.problem(path, ProblemCode.TRAILING, say("压缩包结束之后还有内容。"))
    if archive.comment:
        state.problem(path, ProblemCode.NOTE, say("压缩包带有注释。"))
    at = 0
    for member in sorted(archive.infolist(), key=lambda one: one.header_offset):
        if member.header_offset != at:
            code = ProblemCode.PREPENDED if at == 0 else ProblemCode.GAP
            state.problem(path, code, say("压缩包内有不属于任何文件的内容，或文件相互重叠。"))
        at = _zip_member_end(data, member)
    if archive.start_dir != at:
        code = ProblemCode.PREPENDED if at == 0 else ProblemCode.GAP
        state.problem(path, code, say("压缩包目录之前有不属于任何文件的内容。"))


def _zip_data_start(data: bytes, member: zipfile.ZipInfo) -> int:
    head = data[member.header_offset : member.header_offset + 30]
    return (
        member.header_offset
        + 30
        + int.from_bytes(head[26:28], "little")
        + int.from_bytes(head[28:30], "little")
    )


def _zip_member_end(data: bytes, member: zipfile.ZipInfo) -> int:
    at = _zip_data_start(data, member) + member.compress_size
    if not member.flag_bits & _DATA_DESCRIPTOR:
        return at
    # The descriptor's signature is optional and its sizes have 4 or 8 bytes: take the one that fits.
    crc = member.CRC.to_bytes(4, "little")
    for mark in (b"PK\x07\x08", b""):
        for width in (4, 8):
            sizes = (
                member.compress_size.to_bytes(8, "little")[:width]
                + member.file_size.to_bytes(8, "little")[:width]
            )
            found = mark + crc + sizes
            if data[at : at + len(found)] == found:
                return at + len(found)
    return at


def _zip_member(data: bytes, member: zipfile.ZipInfo, inside: str, state: Unwrapping) -> bytes | None:
    if member.flag_bits & 0x41:
        state.problem(inside, ProblemCode.ENCRYPTED, say("文件已加密，无法检查。"))
        return None
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        state.problem(inside, ProblemCode.LINK, say("压缩包内有链接或特殊文件。"))
        return None
    if member.comment or not (_known_extra(member.extra) and _known_extra(_local_extra(data, member))):
        state.problem(inside, ProblemCode.NOTE, say("压缩包内的文件带有注释或附加字段。"))
    if not _same_header(data, member):
        state.problem(inside, ProblemCode.MISMATCH, say("压缩包的两处目录对同一文件说法不一。"))
        return None
    return _zip_content(data, member, inside, state)


def _local_extra(data: bytes, member: zipfile.ZipInfo) -> bytes:
    start = _zip_data_start(data, member)
    head = data[member.header_offset : member.header_offset + 30]
    return data[start - int.from_bytes(head[28:30], "little") : start]


def _known_extra(extra: bytes) -> bool:
    """Whether an extra field holds only sizes, times and owners as common packers write them."""
    while extra:
        kind, length = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind not in _EXTRAS or length > _EXTRA_BYTES or len(extra) < 4 + length:
            return False
        extra = extra[4 + length :]
    return True


def _same_header(data: bytes, member: zipfile.ZipInfo) -> bool:
    head = data[member.header_offset : member.header_offset + 30]
    name_length = int.from_bytes(head[26:28], "little")
    name = data[member.header_offset + 30 : member.header_offset + 30 + name_length]
    encoding = "utf-8" if member.flag_bits & 0x800 else "cp437"
    return (
        head[:4] == _LOCAL
        and int.from_bytes(head[8:10], "little") == member.compress_type
        and name.decode(encoding, "replace") == member.orig_filename
    )


def _zip_content(data: bytes, member: zipfile.ZipInfo, inside: str, state: Unwrapping) -> bytes | None:
    start = _zip_data_start(data, member)
    packed = data[start : start + member.compress_size]
    decoder = _DECODERS.get(member.compress_type)
    if decoder is None and member.compress_type != zipfile.ZIP_STORED:
        state.problem(inside, ProblemCode.UNSUPPORTED, say("压缩方法不受支持，请用普通 zip 压缩。"))
        return None
    try:
        if decoder is None:
            state.allowance.spend(len(packed))
            content, used = packed, len(packed)
        else:
            content, used = inflate.unfold(packed, decoder(), allowance=state.allowance)
    except inflate.BROKEN:
        state.problem(inside, ProblemCode.DAMAGED, say("压缩数据损坏或不完整。"))
        return None
    if used != member.compress_size:
        state.problem(inside, ProblemCode.TRAILING, say("压缩数据结束之后还有内容。"))
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        state.problem(inside, ProblemCode.DAMAGED, say("文件与压缩包记录的长度或校验和不符。"))
        return None
    return content


def walk_tar(data: bytes, path: str, state: Unwrapping) -> Iterator[tuple[str, bytes]]:
    """Yield the regular members of an uncompressed tar file."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            yield from _tar_members(data, archive, path, state)
    except (tarfile.TarError, *inflate.BROKEN):
        state.problem(path, ProblemCode.DAMAGED, say("tar 文件损坏或不完整。"))


def _tar_members(
    data: bytes, archive: tarfile.TarFile, path: str, state: Unwrapping
) -> Iterator[tuple[str, bytes]]:
    end = 0
    for member in archive:
        if not state.admit(path):
            return
        inside = f"{path}!{harmless(member.name)}"
        check_name(member.name, inside, state)
        end = member.offset_data + (member.size + 511) // 512 * 512 if member.isreg() else member.offset_data
        if member.isdir():
            state.folders.append(inside)
            continue
        if not member.isreg() or member.issparse():
            state.problem(inside, ProblemCode.LINK, say("tar 内有链接、设备或稀疏文件。"))
            continue
        content = data[member.offset_data : member.offset_data + member.size]
        if len(content) < member.size:
            state.problem(inside, ProblemCode.DAMAGED, say("tar 文件损坏或不完整。"))
            continue
        if data[member.offset_data + member.size : end].strip(b"\0"):
            state.problem(inside, ProblemCode.GAP, say("tar 的填充区内有内容。"))
        state.allowance.spend(len(content))
        yield harmless(member.name), content
    if data[end:].strip(b"\0"):
        state.problem(path, ProblemCode.TRAILING, say("tar 结束之后还有内容。"))


def check_name(name: str, inside: str, state: Unwrapping) -> None:
    plain = unicodedata.normalize("NFC", name)
    if harmless(name) != (plain[:-1] if plain.endswith("/") else plain).removeprefix("./"):
        state.problem(inside, ProblemCode.NAME, say("压缩包内的文件名不安全，已改写。"))
