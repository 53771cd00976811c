"""Papers by digest: sealed, within bounds, read by parties alone, refused when they changed."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

import pytest

from sandbox.access import attachments, drafts
from sandbox.kernel.errors import InputError, NotFoundError, RefusedError, TamperedError
from tests.access.hall import Hall, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


def pdf(count: int, *, packed: bool = False) -> bytes:
    """Return bytes with as many page objects, in the open or in a packed object stream."""
    objects = b"".join(b"<< /Type /Page /Parent 2 0 R >>\n" for _ in range(count))
    head = b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages >> endobj\n"
    if packed:
        body = zlib.compress(objects)
        objects = (
            b"3 0 obj << /Type /ObjStm /N 9 /Filter /FlateDecode >>\nstream\n"
            + body
            + b"\nendstream endobj\n"
        )
    return head + objects + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def drafted(town: Hall):
    return drafts.draft(town.desk, town.actors["lin"], town.written())


def laid(town: Hall, name: str, data: bytes) -> Path:
    path = town.folder / name
    path.write_bytes(data)
    return path


def test_a_paper_is_kept_sealed_by_its_digest_and_read_back_by_parties(town: Hall) -> None:
    data = pdf(3)
    made = drafts.attach(town.desk, town.actors["lin"], drafted(town).id, [laid(town, "方案.pdf", data)])
    (kept,) = made.attachments
    assert (kept.digest, kept.pages, kept.type) == (hashlib.sha256(data).hexdigest(), 3, "pdf")
    assert all(data not in one.read_bytes() for one in town.desk.attachments.rglob("*") if one.is_file())
    drafts.hand_in(town.desk, town.actors["lin"], made.id)
    for who in ("lin", "chen", "yang"):
        assert attachments.read(town.desk, town.actors[who], made.id, kept.digest) == data
    for who in ("song", "tang"):
        with pytest.raises(RefusedError):
            attachments.read(town.desk, town.actors[who], made.id, kept.digest)
    for digest in ("0" * 64, "../../keys", ""):
        with pytest.raises(NotFoundError):
            attachments.read(town.desk, town.actors["lin"], made.id, digest)


@pytest.mark.parametrize("packed", [False, True])
def test_a_paper_of_three_hundred_pages_is_one_sentence_and_nothing_else(town: Hall, packed) -> None:
    made = drafted(town)
    with pytest.raises(InputError, match="300 页，超过 200 页"):
        drafts.attach(town.desk, town.actors["lin"], made.id, [laid(town, "长.pdf", pdf(300, packed=packed))])
    assert drafts.revise(town.desk, town.actors["lin"], made.id, town.written()).attachments == ()


def test_what_is_no_paper_is_refused(town: Hall) -> None:
    made = drafted(town)
    with zipfile.ZipFile(town.folder / "a.zip", "w") as archive:
        archive.writestr("x.txt", "x")
    for path in (
        town.folder / "a.zip",
        laid(town, "x.exe", b"MZ\x90\x00" + bytes(99)),
        laid(town, "page.pdf", b"<html><script>alert(1)</script>"),
        laid(town, "empty.pdf", b""),
        town.folder / "none.pdf",
        laid(town, "big.pdf", b"%PDF-1.7" + bytes(21 << 20)),
    ):
        with pytest.raises(InputError) as error:
            drafts.attach(town.desk, town.actors["lin"], made.id, [path])
        assert len(str(error.value).splitlines()) == 1


def test_too_many_papers(town: Hall) -> None:
    papers = [laid(town, f"{n}.pdf", pdf(1) + str(n).encode()) for n in range(21)]
    with pytest.raises(InputError, match="最多 20 份"):
        drafts.attach(town.desk, town.actors["lin"], drafted(town).id, papers)


def test_a_paper_that_changed_is_not_shown(town: Hall) -> None:
    made = drafts.attach(town.desk, town.actors["lin"], drafted(town).id, [laid(town, "a.pdf", pdf(1))])
    digest = made.attachments[0].digest
    place = town.desk.attachments / digest[:2] / digest
    place.chmod(0o600)
    data = bytearray(place.read_bytes())
    data[-1] ^= 1
    place.write_bytes(data)
    with pytest.raises(TamperedError):
        attachments.read(town.desk, town.actors["lin"], made.id, digest)
    place.unlink()
    with pytest.raises(NotFoundError, match="还没有交来"):
        attachments.read(town.desk, town.actors["lin"], made.id, digest)


def test_a_stranger_attaches_nothing(town: Hall) -> None:
    with pytest.raises(RefusedError):
        drafts.attach(town.desk, town.actors["song"], drafted(town).id, [laid(town, "a.pdf", pdf(1))])
