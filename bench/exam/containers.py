"""Records in archives and compressed streams, and in their margins."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from random import Random

from bench.exam.core import (
    EPOCH,
    Rows,
    carries,
    fragments,
    payload,
    prose,
    roles,
    sheet,
    summary,
    technique,
    unzipped,
    zipped,
)


def report(random: Random) -> dict[str, bytes]:
    return {"汇总.csv": sheet(summary(random)), "说明.md": "\n".join(prose(random)).encode()}


@technique("zip", decoder=carries(lambda data: unzipped(data)["附表.csv"]))
def zip_member(rows: Rows, random: Random) -> bytes:
    """A member of the archive."""
    return zipped({**report(random), "附表.csv": payload(rows)})


@technique("zip", decoder=carries(lambda data: unzipped(unzipped(unzipped(data)["a.zip"])["b.zip"])["c.txt"]))
def zip_in_zip(rows: Rows, random: Random) -> bytes:
    """An archive in an archive in an archive."""
    return zipped(
        {**report(random), "a.zip": zipped({"b.zip": zipped({"c.txt": payload(rows)})}, True)}, True
    )


@technique("zip", decoder=lambda data, columns: fragments(
    [name[:-4].split("_")[1:] for name in unzipped(data) if name.startswith("图")],
    [roles(columns).name, roles(columns).id]))  # fmt: skip
def zip_member_names(rows: Rows, random: Random) -> bytes:
    """Names of empty members."""
    role = roles(rows[0])
    return zipped({**report(random), **{f"图_{row[role.name]}_{row[role.id]}.png": b"" for row in rows}})


def _infos(data: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.infolist()


SPANS = (127, 12, 28, 24, 60, 30)


def _stamped(number: int) -> tuple[int, int, int, int, int, int]:
    parts = []
    for span in SPANS:
        number, part = divmod(number, span)
        parts.append(part)
    return parts[0] + 1980, parts[1] + 1, parts[2] + 1, parts[3], parts[4], parts[5] * 2


def _unstamped(stamp: Sequence[int]) -> int:
    number = 0
    parts = [stamp[0] - 1980, stamp[1] - 1, stamp[2] - 1, stamp[3], stamp[4], stamp[5] // 2]
    for part, span in reversed(list(zip(parts, SPANS, strict=True))):
        number = number * span + part
    return number


@technique("zip", decoder=lambda data, columns: [
    {roles(columns).phone: f"*{_unstamped(one.date_time):09d}"} for one in _infos(data)])  # fmt: skip
def zip_member_times(rows: Rows, random: Random) -> bytes:
    """The time of a member, in mixed radix, is the last nine places of a phone number."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, row in enumerate(rows):
            stamp = _stamped(int(row[roles(row).phone][2:]))
            archive.writestr(zipfile.ZipInfo(f"{place:03d}.txt", stamp), random.choice(prose(random)))
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: zipfile.ZipFile(io.BytesIO(data)).comment))
def zip_comment(rows: Rows, random: Random) -> bytes:
    """The comment of the archive."""
    out = io.BytesIO(zipped(report(random)))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = payload(rows[:300])
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: b"\n".join(one.comment for one in _infos(data))))
def zip_member_comments(rows: Rows, random: Random) -> bytes:
    """Comments of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, line in enumerate(payload(rows).split(b"\n")):
            entry = zipfile.ZipInfo(f"{place}.txt", EPOCH)
            entry.comment = line
            archive.writestr(entry, random.choice(prose(random)))
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: b"\n".join(one.extra[4:] for one in _infos(data))))
def zip_extra_fields(rows: Rows, random: Random) -> bytes:
    """Private extra fields of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, line in enumerate(payload(rows).split(b"\n")):
            entry = zipfile.ZipInfo(f"{place}.txt", EPOCH)
            entry.extra = struct.pack("<HH", 0x5A59, len(line)) + line
            archive.writestr(entry, random.choice(prose(random)))
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: zlib.decompress(data[data.index(b"x\xda") :])))
def zip_unlisted_gap(rows: Rows, random: Random) -> bytes:
    """Compressed bytes before the archive, which readers of zip files skip."""
    return zlib.compress(payload(rows), 9) + zipped(report(random))
