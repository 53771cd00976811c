"""What the door can read of a kernel's messages; what it cannot read is nothing."""

from __future__ import annotations

import json
import struct

from hypothesis import given
from hypothesis import strategies as st

from sandbox.hub import channel


def _message(**fields: object) -> dict[str, object]:
    base = {"header": {"msg_type": "stream"}, "parent_header": {"msg_id": "cell"}, "content": {"text": "x"}}
    return {"channel": "iopub", **base, **fields}


def test_text_and_buffers_are_read_alike() -> None:
    body = json.dumps(_message()).encode()
    framed = struct.pack("!III", 2, 12, 12 + len(body)) + body + b"\x00\xff buffer"
    for message in (body.decode(), framed):
        found = channel._read(message)
        assert found is not None
        assert channel._cell(found) == "cell"


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_nothing_that_comes_breaks_the_reader(message: str | bytes) -> None:
    found = channel._read(message)
    assert found is None or isinstance(found["header"], dict)


def test_what_is_no_message_is_nothing() -> None:
    for message in ("", "[]", "1", "{}", '{"header": 1}', b"", b"\x00\x00\x00\x02", "[" * 100_000):
        assert channel._read(message) is None


def test_the_door_s_own_words_are_messages_a_browser_understands() -> None:
    found = channel._read(channel._own("iopub", "stream", "cell", {"name": "stderr", "text": "字"}))
    assert found is not None
    assert found["parent_header"]["msg_id"] == "cell"
    assert found["content"]["text"] == "字"
