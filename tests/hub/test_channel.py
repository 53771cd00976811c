"""What the door can read of a kernel's messages in either form; what it cannot read is nothing."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.hub import channel, framing

FORMS = (None, framing.NUMBERED)


def _message(**fields: object) -> dict[str, object]:
    base = {"header": {"msg_type": "stream"}, "parent_header": {"msg_id": "cell"}, "content": {"text": "x"}}
    return {"channel": "iopub", "metadata": {}, **base, **fields}


def _numbered(*parts: bytes) -> bytes:
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def test_text_and_buffers_are_read_alike() -> None:
    body = json.dumps(_message()).encode()
    framed = struct.pack("!III", 2, 12, 12 + len(body)) + body + b"\x00\xff buffer"
    parts = (b'{"msg_type": "stream"}', b'{"msg_id": "cell"}', b"{}", b'{"text": "x"}')
    numbered = _numbered(b"iopub", *parts, b"\x00\xff buffer", b"")
    for message, form in ((body.decode(), None), (framed, None), (numbered, framing.NUMBERED)):
        found = framing.read(message, form)
        assert found is not None
        assert found["channel"] == "iopub"
        assert found["content"] == {"text": "x"}
        assert channel._cell(found) == "cell"


def test_jupyter_itself_reads_and_writes_the_numbered_form_so() -> None:
    from jupyter_server.services.kernels.connection.base import (
        deserialize_msg_from_ws_v1,
        serialize_msg_to_ws_v1,
    )

    told = _message()
    parts = [json.dumps(told[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    assert framing.read(serialize_msg_to_ws_v1(parts, "iopub"), framing.NUMBERED) == told
    where, back = deserialize_msg_from_ws_v1(framing.write(told, framing.NUMBERED))
    assert where == "iopub"
    assert [json.loads(one) for one in back] == [json.loads(one) for one in parts]


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)), st.sampled_from(FORMS))
def test_nothing_that_comes_breaks_the_reader(message: str | bytes, form: str | None) -> None:
    found = framing.read(message, form)
    assert found is None or isinstance(found["header"], dict)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=12), st.binary(max_size=120))
def test_offsets_that_lie_are_no_message(offsets: list[int], rest: bytes) -> None:
    message = struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + rest
    assert framing.read(message, framing.NUMBERED) is None


def test_what_is_no_message_is_nothing() -> None:
    for message in ("", "[]", "1", "{}", '{"header": 1}', b"", b"\x00\x00\x00\x02", "[" * 100_000):
        assert framing.read(message, None) is None
        assert framing.read(message, framing.NUMBERED) is None
    assert framing.read(json.dumps(_message()), framing.NUMBERED) is None
    hidden = _numbered(b"iopub", b"{}", b"{}", b"{}", b"{}")
    assert framing.read(hidden, framing.NUMBERED) is not None
    assert framing.read(hidden + b"behind the end", framing.NUMBERED) is None


@pytest.mark.parametrize("form", FORMS)
def test_the_door_s_own_words_are_messages_a_browser_understands(form: str | None) -> None:
    own = channel._own("iopub", "stream", "cell", {"name": "stderr", "text": "字"})
    found = framing.read(framing.write(own, form), form)
    assert found is not None
    assert found["parent_header"]["msg_id"] == "cell"
    assert found["content"]["text"] == "字"


def test_only_a_bare_status_goes_unrecorded() -> None:
    assert channel._mere_status("status", _message(content={"execution_state": "idle"}))
    assert not channel._mere_status("status", _message(content={"execution_state": "idle", "more": "data"}))
    assert not channel._mere_status("stream", _message(content={"execution_state": "idle"}))
