"""What was run in a seat cannot be changed afterwards without it showing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.kernel.errors import TamperedError
from sandbox.serving.transcript import FIRST, Head, Transcript, read_head


def now() -> datetime:
    return datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "seat.jsonl"


def _written(path: Path) -> Head:
    made = Transcript(path, now)
    made.code("a", "1 + 1")
    made.shown("a", "execute_result", b"{'text/plain': '2'}")
    made.shown("a", "stream", b"\xff" * 10, withheld="too much")
    made.close()
    return made.head


def test_the_head_is_found_again(path: Path) -> None:
    assert read_head(path) == Head(0, FIRST)
    assert _written(path) == read_head(path)
    again = Transcript(path, now)
    again.code("b", "2")
    again.close()
    assert read_head(path) == again.head
    assert again.head.lines == 4
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("change", ["edit", "drop", "swap", "insert"])
def test_a_changed_line_shows(path: Path, change: str) -> None:
    head = _written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "edit":
        lines[0] = lines[0].replace(b"1 + 1", b"1 + 2")
    elif change == "drop":
        del lines[1]
    elif change == "swap":
        lines[0], lines[1] = lines[1], lines[0]
    else:
        lines.insert(1, lines[1])
    path.write_bytes(b"".join(lines))
    with pytest.raises(TamperedError):
        read_head(path)
    assert head.lines == 3


def test_a_last_line_taken_off_shows_by_the_head(path: Path) -> None:
    head = _written(path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert read_head(path) != head


def test_a_half_written_line_is_mended(path: Path) -> None:
    head = _written(path)
    with path.open("ab") as stream:
        stream.write(b'{"at": "2026')
    again = Transcript(path, now)
    assert again.head == head
    again.close()


def test_odd_letters_are_kept_as_they_can_be(path: Path) -> None:
    made = Transcript(path, now)
    made.code("a", "x = '\ud800'\n\u2028")
    made.close()
    assert read_head(path) == made.head
    assert json.loads(path.read_text(encoding="utf-8"))["kind"] == "code"
