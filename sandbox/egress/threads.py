"""A run of code threaded through other words: its pieces stand behind the same words, line after line.

A log, a settings file or a list may carry a piece of a run in each entry, with anything between them, and the
last piece shorter. Pieces are gathered by what stands before them, as they come and by the numbers that stand
there. Knows no alphabet and judges nothing. Linear, bounded; called by `gathered` and `held`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import islice

MAX_TEXT = 1 << 20
MAX_THREADS = 8
MAX_PIECES = 20_000
LEAST = 64
"""Signs of a run that is worth reading."""
_LEAST_PIECE = 12
_BEFORE = 24
_NEAR = 10
"""Signs before a piece that say which thread it is of."""
_LETTERED = 0.3
_HEXADECIMAL = 0.03
_HEX = re.compile(r"[0-9a-fA-F]+")
_FIGURED = 0.03
MAX_WHOLE = 12
_WHOLE = re.compile(r"(?:<!--|(?<![A-Za-z0-9+/_-]))([A-Za-z0-9+/_-]{64,})(={0,6})")
_SAID = re.compile(r">([^<>]{64,})<|=\s?\"([^\"<>]{64,})\"|=\s?'([^'<>]{64,})'|<!--([^<>]{64,}?)-->")
_PRINTED = re.compile(rb"[!-~]{64,}")
_PIECE = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}={0,6}")
_DENSE = re.compile(r"(?<![!-~])([!-~]{1,20}?[=:>\"'])([!-~]{12,})")
_REST = re.compile(r"[A-Za-z0-9+/_-]{2,}={0,6}")
_NUMBER = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class _Thread:
    """Pieces behind the same words, the numbers that stand before each, and where the last one ends."""

    pieces: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    end: int = 0


def threads(text: str) -> list[str]:
    """Return the runs whose pieces stand behind the same words, the longest first."""
    front = text[:MAX_TEXT]
    found: dict[str, None] = {}
    for words, thread in _gathered(front).items():
        pieces = [*thread.pieces, *_last(front, words, thread)]
        if len(pieces) < 2:
            continue
        for order in _orders(pieces, thread.numbers):
            run = "".join(order)
            if len(run) >= LEAST and _coded(run):
                found[run] = None
    found |= dict.fromkeys(_marked(front))
    return sorted(found, key=len, reverse=True)[:MAX_THREADS]


def whole(text: str) -> list[str]:
    """Return the runs that stand in a text as they are: letters and figures, and all that one element says.

    What ends a remark of markup are signs of codes, too, and what an element says has escapes of its own.
    """
    front = text[:MAX_TEXT]
    found: dict[str, None] = {}
    for one in islice(_WHOLE.finditer(front), MAX_WHOLE):
        remark = one[1].endswith("--") and front.startswith(">", one.end())
        found[(one[1][:-2] if remark else one[1]) + one[2]] = None
    if "<" in front:
        said = (next(filter(None, one.groups())) for one in islice(_SAID.finditer(front), MAX_WHOLE))
        found |= dict.fromkeys(run for text in said if " " not in (run := unescape(text).strip()))
    return [run for run in found if _coded(run)]


def printed(data: bytes) -> list[str]:
    """Return the runs of printed signs in bytes of any kind: Base 85 has the marks of markup, too."""
    runs = (one.group().decode("ascii") for one in islice(_PRINTED.finditer(data[:MAX_TEXT]), MAX_WHOLE))
    return [run for run in runs if _coded(run)]


def _gathered(text: str) -> dict[str, _Thread]:
    held: dict[str, _Thread] = defaultdict(_Thread)
    for number, one in enumerate(_PIECE.finditer(text)):
        if number >= MAX_PIECES:
            break
        before = _before(text, one.start())
        thread = held[_words(before)]
        thread.pieces.append(one.group())
        thread.numbers.append(int((_NUMBER.findall(before) or ["-1"])[-1]))
        thread.end = one.end()
    return held


def _before(text: str, start: int) -> str:
    """Return what stands before a piece on its line."""
    return text[max(start - _BEFORE, 0) : start].rpartition("\n")[2]


def _words(before: str) -> str:
    return _BLANKS.sub(" ", _NUMBER.sub("", before))[-_NEAR:]


def _last(text: str, words: str, thread: _Thread) -> Iterator[str]:
    """Yield the rest of a run behind the last of its pieces, which may be as short as it likes."""
    end = thread.end
    for _ in range(8):
        line_end = text.find("\n", end)
        if line_end < 0:
            return
        stop = text.find("\n", line_end + 1)
        line = text[line_end + 1 : stop if stop >= 0 else len(text)][:400]
        for one in _REST.finditer(line):
            if _words(line[max(one.start() - _BEFORE, 0) : one.start()]) == words:
                if len(one.group().rstrip("=")) < _LEAST_PIECE:
                    yield one.group()
                return
        end = line_end + 1


def _orders(pieces: Sequence[str], numbers: Sequence[int]) -> Iterator[Sequence[str]]:
    """Yield pieces as they come, without those of another width, and by the numbers before them."""
    yield pieces
    width = Counter(map(len, pieces[:-1])).most_common(1)[0][0]
    same = [one for one in pieces[:-1] if len(one) == width]
    if 2 <= len(same) < len(pieces) - 1:
        yield [*same, *(pieces[-1:] if len(pieces[-1]) <= width else ())]
    known = len(set(numbers)) == len(numbers) and -1 not in numbers
    if known and list(numbers) != sorted(numbers):
        order = sorted(range(len(numbers)), key=numbers.__getitem__)
        yield [pieces[at].rstrip("=") if at < len(order) - 1 else pieces[at] for at in order]


def _coded(run: str) -> bool:
    """Return whether a run is of many signs, letters among them, and of no words alone."""
    head = run[:512]
    letters, figures = sum(map(str.isalpha, head)), sum(map(str.isdigit, head))
    least = _HEXADECIMAL if _HEX.fullmatch(head) else _LETTERED
    return letters >= least * len(head) and figures >= _FIGURED * len(head) and len(set(head)) >= 12


def _marked(text: str) -> Iterator[str]:
    """Yield dense words behind the same mark, whatever signs they are of: Base 85 has signs of its own."""
    held: dict[str, list[str]] = defaultdict(list)
    for number, one in enumerate(_DENSE.finditer(text)):
        if number >= MAX_PIECES:
            return
        held[_NUMBER.sub("", one[1])].append(one[2].rstrip("\"',;)]}<"))
    for pieces in held.values():
        run = "".join(pieces)
        if len(pieces) >= 2 and len(run) >= LEAST and len(set(run)) > 65 and _coded(run):
            yield run
