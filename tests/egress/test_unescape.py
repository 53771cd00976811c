"""Escapes that any reader undoes are undone, in any order of three, and a plain text has none."""

from __future__ import annotations

import binascii
import codecs
import quopri
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.egress.unescape import rotated, turned, undone

LINES = "\n".join(
    f"{name},1989-05-{day:02d},桐梓县,{day * 37}.46" for day, name in enumerate("沈磊涛周敏丽" * 3, 10)
)


def uuencoded(text: str) -> str:
    data = text.encode()
    rows = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return "begin 644 p.csv\n" + "".join(rows) + "`\nend\n"


def punycode(text: str) -> str:
    return "\n".join("xn--" + line.encode("punycode").decode() for line in text.splitlines())


ESCAPES: dict[str, Callable[[str], str]] = {
    "percent": quote,
    "percent gb18030": lambda text: quote(text, encoding="gb18030"),
    "quoted printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "\\u": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "\\x": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "\\ooo": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()),
    "utf-7": lambda text: text.encode("utf-7").decode(),
    "punycode": punycode,
    "uuencode": uuencoded,
    "bits": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "bytes": lambda text: ", ".join(str(byte) for byte in text.encode()),
    "code points": lambda text: " ".join(str(ord(letter)) for letter in text),
    "0x": lambda text: ",".join(hex(byte) for byte in text.encode()),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_an_escaped_table_is_read(name: str) -> None:
    said = "\n".join(undone("头\n" * (name != "utf-7") + ESCAPES[name](LINES)))
    assert all(line in said for line in LINES.splitlines()[1:-1])


@pytest.mark.parametrize("inner", ["percent", "entities", "\\u"])
@pytest.mark.parametrize("outer", ["percent", "entities", "bytes"])
def test_an_escape_within_an_escape_is_read(inner: str, outer: str) -> None:
    said = "\n".join(undone(ESCAPES[outer](ESCAPES[inner](LINES))))
    assert LINES.splitlines()[2] in said


@given(st.text(alphabet="abc 甲乙丙\n,。", max_size=300))
def test_a_plain_text_has_nothing_to_undo(text: str) -> None:
    assert undone(text) == ()


@given(st.text(max_size=400))
def test_any_text_is_undone_without_a_fault_and_never_gives_itself(text: str) -> None:
    assert text not in undone(text)


@given(
    st.lists(
        st.sampled_from(["+", "2D3eCg", "-", "AAA", "xn--", "\\ud83d", "&#xd800;", ",", "\n", "55357 "]),
        max_size=200,
    )
)
def test_nothing_undone_holds_half_a_character(parts: list[str]) -> None:
    for said in undone("".join(parts) * 3):
        said.encode("utf-8")


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=100))
def test_turning_twice_is_no_turning(run: str) -> None:
    assert rotated(rotated(run)) == run
    backwards, shifted, both = turned(run)
    assert backwards[::-1] == run
    assert codecs.decode(shifted, "rot13") == run
    assert codecs.decode(both, "rot13")[::-1] == run
