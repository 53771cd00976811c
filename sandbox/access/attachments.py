"""Papers of an application: kept sealed, found by the digest of their bytes, within the regime's bounds.

Nothing in a paper is run or shown by the platform; type and number of pages are read off its bytes.
Who may add one is asked where the application is written, who may read one here.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from sandbox.access import reading
from sandbox.access.desk import AccessDesk
from sandbox.files.types import FileType, sniff
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import InputError, NotFoundError, TamperedError
from sandbox.kernel.message import say
from sandbox.kernel.records import Attachment
from sandbox.kernel.words import checked
from sandbox.vault.sealed import create_sealed, open_sealed

KEY = "attachments"
ALLOWED = frozenset({FileType.PDF, FileType.PNG, FileType.JPEG, FileType.DOCX, FileType.XLSX})
_MEGABYTE = 1 << 20
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
_OPENED = 64 * _MEGABYTE
_DIGEST = re.compile(r"[0-9a-f]{64}")


def kept_papers(desk: AccessDesk, application: Application, papers: Sequence[Path]) -> tuple[Attachment, ...]:
    """Return the application's attachments with these files added; `InputError` names an unfit one."""
    found = {one.digest: one for one in application.attachments}
    for path in papers:
        data = _read(path, limit=desk.regime(application.regime).count("attachment-size"))
        made = described(path.name, data)
        _check(desk, application, made)
        _seal(desk, made.digest, data)
        found[made.digest] = made
    most = desk.regime(application.regime).count("attachment-count")
    if len(found) > most:
        raise InputError(say("附件最多 {most} 份：请合并或只附相关材料", most=most))
    return tuple(found.values())


def _read(path: Path, *, limit: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > limit * _MEGABYTE:
            raise InputError(
                say("附件 {name} 超过 {limit} MB：请压缩或拆分后重新提交", name=path.name, limit=limit)
            )
        return path.read_bytes()
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(path))) from None


def described(name: str, data: bytes) -> Attachment:
    """Return what the bytes are: digest, size, true type, pages of a PDF."""
    kind = sniff(data[:4096], size=len(data))
    if kind is FileType.ZIP:
        kind = _office(data)
    return Attachment(
        name=checked(name, where="attachments"),
        digest=hashlib.sha256(data).hexdigest(),
        size=len(data),
        type=kind.value,
        pages=pages(data) if kind is FileType.PDF else 0,
    )


def _office(data: bytes) -> FileType:
    if b"word/document.xml" in data:
        return FileType.DOCX
    return FileType.XLSX if b"xl/workbook.xml" in data else FileType.ZIP


def _check(desk: AccessDesk, application: Application, made: Attachment) -> None:
    if made.type not in {one.value for one in ALLOWED}:
        raise InputError(
            say(
                "附件 {name} 的类型是 {type}：只收 PDF、PNG、JPEG、DOCX 和 XLSX",
                name=made.name,
                type=made.type,
            )
        )
    most = desk.regime(application.regime).count("attachment-pages")
    if made.pages > most:
        raise InputError(
            say(
                "附件 {name} 有 {pages} 页，超过 {most} 页：请拆分，或只附与申请有关的部分",
                name=made.name,
                pages=made.pages,
                most=most,
            )
        )


def pages(data: bytes) -> int:
    """Return the pages that a PDF's objects name, packed ones as well (ISO 32000-1, 7.5.7)."""
    count, opened = len(_PAGE.findall(data)), 0
    for match in _PACKED.finditer(data):
        engine = zlib.decompressobj()
        try:
            text = engine.decompress(data[match.end() :], _OPENED - opened)
        except zlib.error:
            continue  # another filter: what it holds is not counted, and no page is shown from it
        opened += len(text)
        count += len(_PAGE.findall(text))
        if opened >= _OPENED:
            break
    return count


def _seal(desk: AccessDesk, digest: str, data: bytes) -> None:
    if not desk.vault.exists(KEY):
        desk.vault.create(KEY)
    place = desk.attachments / digest[:2] / digest
    if place.exists():
        return
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    arriving = place.with_suffix(".new")
    arriving.unlink(missing_ok=True)
    with create_sealed(arriving, desk.vault.open(KEY), name=digest) as sealed:
        sealed.write(data)
    arriving.replace(place)


def read(desk: AccessDesk, actor: Actor, application: str, digest: str) -> bytes:
    """Return the bytes of a paper to a party of its application; `TamperedError` if they changed."""
    found = reading.application(desk, actor, application)
    if not _DIGEST.fullmatch(digest) or all(one.digest != digest for one in found.attachments):
        raise NotFoundError(say("申请 {id} 没有这份附件", id=application))
    place = desk.attachments / digest[:2] / digest
    if not place.exists():
        raise NotFoundError(say("这份附件只登记了摘要，文件还没有交来"))
    with open_sealed(place, desk.vault.open(KEY), name=digest) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise TamperedError(say("附件与登记的摘要不符：不得据以审核"))
    return data
