"""Archives come apart within limits, and everything odd about them is a problem."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import warnings
import zipfile

import pytest
from backports import zstd

from sandbox.files.types import FileType
from sandbox.files.unwrap import ProblemCode, UnwrapLimits, harmless, unwrap

CSV = "a,b\n1,张三\n".encode()


def zipped(members, *, method=zipfile.ZIP_DEFLATED, comment=b""):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.comment = comment
            for name, data in members:
                archive.writestr(name, data)
    return out.getvalue()


def tarred(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(data), kind, "/etc/passwd"
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def codes(data, **limits):
    return {problem.code for problem in unwrap(data, name="x", limits=UnwrapLimits(**limits)).problems}


def test_a_plain_file_is_its_own_part():
    found = unwrap(CSV, name="a.csv")
    assert [(part.path, part.type, part.depth) for part in found.parts] == [("a.csv", FileType.CSV, 0)]
    assert not found.problems


@pytest.mark.parametrize(
    ("data", "name", "path"),
    [
        (zipped([("b/c.csv", CSV)]), "a.zip", "a.zip!b/c.csv"),
        (zipped([("c.csv", CSV)], method=zipfile.ZIP_STORED), "a.zip", "a.zip!c.csv"),
        (zipped([("c.csv", CSV)], method=zipfile.ZIP_BZIP2), "a.zip", "a.zip!c.csv"),
        (gzip.compress(CSV, mtime=0), "a.csv.gz", "a.csv.gz!a.csv"),
        (bz2.compress(CSV), "a.csv.bz2", "a.csv.bz2!a.csv"),
        (lzma.compress(CSV), "a.csv.xz", "a.csv.xz!a.csv"),
        (zstd.compress(CSV), "a.csv.zst", "a.csv.zst!a.csv"),
        (tarred(("b/c.csv", CSV, tarfile.REGTYPE)), "a.tar", "a.tar!b/c.csv"),
        (gzip.compress(tarred(("c.csv", CSV, tarfile.REGTYPE)), mtime=0), "a.tar.gz", "a.tar.gz!a.tar!c.csv"),
        (zipped([("数据/甲.csv", CSV)]), "a.zip", "a.zip!数据/甲.csv"),
    ],
)
def test_each_wrapping_is_opened(data, name, path):
    found = unwrap(data, name=name)
    assert [(part.path, part.data, part.type) for part in found.parts] == [(path, CSV, FileType.CSV)]
    assert not found.problems


def test_zip_written_as_a_stream_is_whole():
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.out = bytearray()

        def writable(self):
            return True

        def write(self, data):
            self.out += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    found = unwrap(bytes(pipe.out), name="x.zip")
    assert len(found.parts) == 2
    assert not found.problems


def test_limits_stop_everything_and_say_so():
    deep = CSV
    for _ in range(5):
        deep = zipped([("x", deep)])
    assert codes(deep) == {ProblemCode.TOO_DEEP}
    many = zipped([(f"{n}", b"x") for n in range(9)])
    assert codes(many, max_parts=5) == {ProblemCode.TOO_MANY}
    for pack in (
        gzip.compress,
        bz2.compress,
        lzma.compress,
        zstd.compress,
        lambda data: zipped([("x", data)]),
    ):
        assert codes(pack(b"\0" * (32 << 20))) == {ProblemCode.TOO_LARGE}
        assert codes(pack(CSV * 9), max_total=20) == {ProblemCode.TOO_LARGE}
    assert (
        unwrap(gzip.compress(CSV, mtime=0), name="x", expired=lambda: True).problems[0].code
        is ProblemCode.TOO_LARGE
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("/etc/passwd", "etc/passwd"),
        ("../../a", "_/_/a"),
        ("a\\..\\b", "a/_/b"),
        ("a\x1b[31m", "a_[31m"),
        ("a!b", "a_b"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("", "_"),
    ],
)
def test_names_are_made_harmless(name, kept):
    assert harmless(name) == kept
    if name:
        stand_in = "Q" * len(name) if name.isascii() else name
        archive = zipped([(stand_in, CSV)]).replace(stand_in.encode(), name.encode())
        found = unwrap(archive, name="a.zip")
        assert all(".." not in part.path for part in found.parts)
        assert found.problems or not found.parts


def test_bytes_that_belong_to_no_member_are_problems():
    good = zipped([("a.csv", CSV), ("b.csv", CSV)])
    assert codes(good + b"secret") & {ProblemCode.TRAILING, ProblemCode.DAMAGED}
    assert codes(zipped([("a.csv", CSV)], comment=b"secret")) == {ProblemCode.NOTE}
    assert codes(gzip.compress(CSV, mtime=0) + b"secret") == {ProblemCode.TRAILING}
    assert codes(bz2.compress(CSV) + b"secret") == {ProblemCode.TRAILING}
    assert codes(lzma.compress(CSV) + b"secret") == {ProblemCode.TRAILING}
    assert codes(zstd.compress(CSV) + b"secret") == {ProblemCode.TRAILING}
    skipped = b"\x50\x2a\x4d\x18\x06\0\0\0secret"
    assert codes(zstd.compress(CSV) + skipped) == {ProblemCode.TRAILING}
    assert codes(zstd.compress(CSV)[:-3]) == {ProblemCode.DAMAGED}
    assert codes(tarred(("a", CSV, tarfile.REGTYPE)) + b"secret") == {ProblemCode.TRAILING}
    padded = bytearray(tarred(("a", CSV, tarfile.REGTYPE)))
    padded[512 + len(CSV) + 3] = 65
    assert codes(bytes(padded)) == {ProblemCode.GAP}
    assert codes(gzip.compress(CSV, mtime=0) + gzip.compress(CSV)) == {ProblemCode.NOTE}


def test_prepended_and_inserted_bytes_of_a_zip_are_problems():
    good = zipped([("a.csv", CSV), ("b.csv", CSV)])
    front = b"PK\x03\x04secret" + good
    assert ProblemCode.PREPENDED in codes(front)
    second = good.find(b"PK\x03\x04", 4)
    shifted = bytearray(good[:second] + b"secret" + good[second:])
    end = shifted.rfind(b"PK\x05\x06")
    struct.pack_into("<I", shifted, end + 16, struct.unpack_from("<I", shifted, end + 16)[0] + 6)
    entry = shifted.rfind(b"PK\x01\x02")
    struct.pack_into("<I", shifted, entry + 42, second + 6)
    assert codes(bytes(shifted)) == {ProblemCode.GAP}


def test_encrypted_linked_repeated_and_contradictory_members_are_problems():
    good = zipped([("a.csv", CSV)])
    locked = bytearray(good)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(mark) + offset] |= 1
    assert codes(bytes(locked)) == {ProblemCode.ENCRYPTED}
    link = zipfile.ZipInfo("a")
    link.external_attr = 0o120777 << 16
    assert codes(zipped([(link, b"/etc/passwd")])) == {ProblemCode.LINK}
    assert codes(zipped([("a", CSV), ("A", CSV)])) == {ProblemCode.DUPLICATE}
    other = good.replace(b"a.csv", b"b.csv", 1)
    assert codes(other) == {ProblemCode.MISMATCH}
    wrong = bytearray(good)
    wrong[wrong.find(b"PK\x01\x02") + 16] ^= 1
    assert ProblemCode.DAMAGED in codes(bytes(wrong))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_problems(kind):
    found = unwrap(tarred(("a", b"", kind), ("b.csv", CSV, tarfile.REGTYPE)), name="x.tar")
    assert [problem.code for problem in found.problems] == [ProblemCode.LINK]
    assert [part.path for part in found.parts] == ["x.tar!b.csv"]


def test_what_cannot_be_opened_is_a_problem():
    for whole in (
        gzip.compress(CSV * 99, mtime=0),
        bz2.compress(CSV * 99),
        lzma.compress(CSV * 99),
        zipped([("a", CSV)]),
    ):
        assert codes(whole[:-9]) == {ProblemCode.DAMAGED}
    assert codes(b"\x28\xb5\x2f\xfd\x00\x00") == {ProblemCode.DAMAGED}
    assert ProblemCode.UNSUPPORTED in codes(zipped([("a", CSV)], method=zipfile.ZIP_LZMA))
    assert codes(b"\x89PNG\r\n\x1a\n" + zipped([("a", CSV)])) == {ProblemCode.POLYGLOT}


def test_any_flipped_byte_of_a_zip_is_noticed_or_harmless():
    good = zipped([("a.csv", CSV), ("b.csv", CSV * 3)])
    for spot in range(len(good)):
        hurt = bytearray(good)
        hurt[spot] ^= 0x41
        found = unwrap(bytes(hurt), name="x.zip")
        same = [part.data for part in found.parts] == [CSV, CSV * 3]
        assert found.problems or same or found.parts[0].depth == 0


def test_unknown_extra_fields_are_problems():
    info = zipfile.ZipInfo("a.csv")
    info.extra = struct.pack("<HH", 0xCAFE, 6) + b"secret"
    assert codes(zipped([(info, CSV)])) == {ProblemCode.NOTE}
    info.extra = struct.pack("<HHBI", 0x5455, 5, 1, 1_700_000_000)
    assert not codes(zipped([(info, CSV)]))
