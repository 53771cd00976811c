"""Encodings: strict, GB18030 after the edition of 2022, faults reported line by line."""

import io

import pytest

from sandbox.files import encoding
from sandbox.files.encoding import blocks, guess, named
from sandbox.kernel.errors import InputError


def text_of(data, name="utf-8"):
    found = list(blocks(io.BytesIO(data), encoding=name, name="x", max_bytes=1 << 30))
    return b"".join(block.data for block in found).decode(), found


def test_the_encoding_is_the_one_under_which_fewer_lines_fail():
    line = "姓名,年龄\n张三,3\n"
    assert guess(io.BytesIO(line.encode()), name="x") == "utf-8"
    assert guess(io.BytesIO(line.encode("utf-8-sig")), name="x") == "utf-8"
    assert guess(io.BytesIO(line.encode("gb18030")), name="x") == "gb18030"
    assert guess(io.BytesIO(line.encode("utf-16")), name="x") == "utf-16"
    assert guess(io.BytesIO(b"a,b\n"), name="x") == "utf-8"
    broken = ("张三李四,3\n" * 9).encode() + b"\xff\xff\n"
    assert guess(io.BytesIO(broken), name="x") == "utf-8"


def test_a_long_ascii_beginning_decides_nothing(monkeypatch):
    monkeypatch.setattr(encoding, "SAMPLE_BYTES", 64)
    data = b"a,b\n" * 100 + "张三,李四\n".encode("gb18030") * 30
    assert guess(io.BytesIO(data), name="x") == "gb18030"


@pytest.mark.parametrize(
    "data", ["a,张\n".encode("utf-32"), "a,张\n".encode("utf-16-le"), b"\xfd\xff\x81\n" * 9]
)
def test_what_is_no_text_we_read_is_refused(data):
    with pytest.raises(InputError):
        guess(io.BytesIO(data), name="x")


@pytest.mark.parametrize(
    ("code", "point"),
    [
        ("FE59", 0x9FB4),
        ("A6D9", 0xFE10),
        ("A6DA", 0xFE12),
        ("A6F3", 0xFE19),
        ("FEA0", 0x9FBB),
        ("FE51", 0x20087),
        ("A8BC", 0x1E3F),
    ],
)
def test_moved_characters_follow_the_edition_of_2022(code, point):
    text, _ = text_of(bytes.fromhex(code) + b"\n", "gb18030")
    assert ord(text[0]) == point


def test_four_byte_characters_survive():
    name = "𬱖𠮷䶮㼆"
    assert text_of(name.encode("gb18030"), "gb18030")[0] == name
    assert text_of(b"\x84\x31\x95\x33a\n", "gb18030")[0] == "a\n"


@pytest.mark.parametrize("name", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("chunk", [1, 3, 7, 1 << 20])
def test_chunks_never_split_a_character(monkeypatch, name, chunk):
    monkeypatch.setattr(encoding, "CHUNK_BYTES", chunk)
    text = "张三,𠮷\r\nਊ਀,b\n\n末行"
    assert text_of(text.encode(name), name)[0] == text


@pytest.mark.parametrize(
    ("name", "bad"),
    [("utf-8", b"\xe5\xbc"), ("gb18030", b"\x81"), ("gb18030", b"\xff"), ("utf-16-le", b"\x00\xd8")],
)
def test_a_line_that_does_not_decode_is_marked_and_the_next_is_whole(name, bad):
    lines = ["甲,1\n".encode(name), bad + ",2\n".encode(name), "丙,3\n".encode(name)]
    mark = b"\xff\xfe" if name.startswith("utf-16") else b""
    text, found = text_of(mark + b"".join(lines), name.removesuffix("-le"))
    assert text.startswith("甲,1\n")
    assert text.endswith("丙,3\n")
    (spot,) = found[0].faults
    assert spot == len("甲,1\n".encode())


def test_limits_and_names_are_checked(monkeypatch):
    with pytest.raises(InputError, match="字节"):
        list(blocks(io.BytesIO(b"a\n" * 99), encoding="utf-8", name="x", max_bytes=10))
    monkeypatch.setattr(encoding, "MAX_LINE_BYTES", 100)
    monkeypatch.setattr(encoding, "CHUNK_BYTES", 64)
    with pytest.raises(InputError, match="一行"):
        list(blocks(io.BytesIO(b"a" * 999), encoding="utf-8", name="x", max_bytes=10_000))
    assert named("GBK", name="x") == "gb18030"
    with pytest.raises(InputError, match="latin-1"):
        named("latin-1", name="x")
