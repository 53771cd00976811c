"""What is hidden in refused bytes is found as text, within bounds."""

import io
import zipfile
import zlib

import pytest

from sandbox.egress import salvage
from sandbox.egress.salvage import salvaged

RECORD = "沈磊涛,1989-05-15,桐梓县,1673.46"


def package(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = f"注释 {RECORD}".encode()
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030"])
def test_text_is_found_in_any_usual_encoding(encoding):
    assert RECORD in "\n".join(salvaged(f"头\n{RECORD}\n尾".encode(encoding)))


def test_compressed_streams_members_comments_and_what_stands_before_a_package():
    assert RECORD in "\n".join(salvaged(b"\x89PNG....zTXt" + zlib.compress(RECORD.encode()) + b"rest"))
    found = "\n".join(salvaged(b"front matter\n" + package(a=f"<p>{RECORD}</p>".encode())))
    assert f"注释 {RECORD}" in found
    assert "front matter" in found
    assert RECORD in [line.strip() for line in found.splitlines()]


def test_paragraphs_attributes_and_hexadecimal_strings_of_markup():
    marked = f'<p>甲方 乙方</p><p>丙方</p><li data-x="属性{RECORD}"/><{RECORD.encode("utf-16-be").hex()}>'
    found = salvaged(marked.encode())[0].splitlines()
    assert "甲方 乙方" in [line.strip() for line in found]
    assert any(f"属性{RECORD}" in line for line in found)
    assert RECORD in found


def test_a_bomb_is_cut_off(monkeypatch):
    monkeypatch.setattr(salvage, "MAX_BYTES", 1000)
    found = salvaged(package(**{f"m{n}": b"words and more words\n" * 100_000 for n in range(20)}))
    assert sum(map(len, found)) <= 3000
    assert salvaged(b"") == ()
    assert salvaged(b"\x78\x9c" * 3000) is not None
    assert salvaged(b"PK\x03\x04 broken") is not None
