"""Codes that a file explains itself: an alphabet, a vocabulary, a code of bits, and what is written in it.

A run of different signs may be the digits that other runs are written in; a list or a map of signs, what
numbers or bits elsewhere stand for. Only what is explained in the same file is read, so nothing is guessed.
Pure and bounded; called by `disguises`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from sandbox.egress.content import Document
from sandbox.egress.glyphs import of_bits

MAX_TEXT = 1 << 18
MAX_SIGNS = 1 << 16
MAX_WORDS = 1 << 16
LEAST_SIGNS = 48
_LEAST_WORDS = 10
_LONGEST_WORD = 12
_RUN = re.compile(r"[!#-&(-+\--;=?-\[\]-~]{16,}")
_PAIR = re.compile(
    r"([^\s,;:=|\"'(){}\[\]<>，、；：]{1,8})[\"']?\s*(?:=>|->|[:=：＝])\s*[\"']?(\d{1,3})(?![\d.])"
)


def spelled_out(text: str) -> Iterator[bytes]:
    """Yield what runs of signs say in an alphabet that stands in the same text."""
    front = text[:MAX_TEXT]
    runs = list(dict.fromkeys(_RUN.findall(front)))
    for alphabet in [run for run in runs if len(set(run)) == len(run) <= 94][:3]:
        held = set(alphabet)
        told = "".join(run for run in runs if run != alphabet and set(run.rstrip("=")) <= held)[:MAX_SIGNS]
        if len(told) < LEAST_SIGNS:
            continue
        place = {sign: at for at, sign in enumerate(alphabet)}
        values = np.array([place[sign] for sign in told if sign in place], np.uint8)
        size = (len(alphabet) - 1).bit_length()
        if 1 << size == len(alphabet):
            yield from of_bits(values, size)
    yield from _numbered(front)


def _numbered(text: str) -> Iterator[bytes]:
    """Yield what words stand for that a text gives a number each, in the order in which they come again."""
    found = list(islice(_PAIR.finditer(text), 1_000))
    known = {one[1]: int(one[2]) for one in found}
    numbers = sorted(known.values())
    if len(known) < _LEAST_WORDS or len(known) < len(found) or numbers[-1] - numbers[0] != len(known) - 1:
        return
    rest = _PAIR.sub(" ", text)
    words = sorted(known, key=len, reverse=True)
    said = [known[word] for word in re.findall("|".join(map(re.escape, words)), rest)[:MAX_SIGNS]]
    if len(said) < LEAST_SIGNS:
        return
    if numbers[-1] < 10:
        parts = re.split(r"[\n。；;,，]+", rest)
        lines = [
            "".join(str(known[word]) for word in re.findall("|".join(map(re.escape, words)), part))
            for part in parts
        ]
        yield "\n".join(lines).encode()
    elif numbers[-1] < 256:
        yield bytes(said)
        yield from of_bits(np.array(said, np.uint8), numbers[-1].bit_length())


def translated(document: Document) -> Iterator[str]:
    """Yield the texts that numbers or bits of a document spell by a vocabulary of the same document."""
    nodes = list(islice(_nodes(document), 2_000))
    words = [word for word in map(_vocabulary, nodes) if word]
    for known in words[:4]:
        for node in nodes:
            if isinstance(node, str) and node.isascii():
                yield from _by_bits(node, known)
            elif isinstance(node, Sequence) and LEAST_SIGNS // 2 <= len(node) <= MAX_WORDS:
                yield _by_numbers(node, known)


def _nodes(document: Document) -> Iterator[Document]:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Mapping):
            waiting += node.values()
        elif isinstance(node, Sequence) and not isinstance(node, str):
            waiting += [one for one in node[:1_000] if not isinstance(one, str) or len(one) >= LEAST_SIGNS]


def _vocabulary(node: Document) -> dict[str, str]:
    """Return words by the number or the bits that stand for each, if a node is a list or a map of words."""
    if isinstance(node, Mapping):
        pairs = [(str(code), word) for word, code in node.items() if isinstance(code, str)]
        pairs = pairs or []
        if all(len(word) > len(code) for code, word in pairs):
            pairs = [(word, code) for code, word in pairs]
        codes = {code: word for code, word in pairs if code.isdigit()}
        return codes if len(codes) >= _LEAST_WORDS and len(codes) == len(node) else {}
    if isinstance(node, Sequence) and not isinstance(node, str) and len(node) >= _LEAST_WORDS:
        fit = all(isinstance(word, str) and len(word) <= _LONGEST_WORD for word in node[:5_000])
        if fit and len(set(map(str, node))) == len(node) and not all(str(word).isdigit() for word in node):
            return {str(at): str(word) for at, word in enumerate(node[:5_000])}
    return {}


def _by_numbers(node: Sequence[Document], known: Mapping[str, str]) -> str:
    said = [known.get(str(one), "") for one in node]
    return "".join(said) if sum(map(bool, said)) >= 0.9 * len(said) else ""


def _by_bits(text: str, known: Mapping[str, str]) -> Iterator[str]:
    """Yield what a string of noughts and ones, or such a number in hexadecimal, says by a prefix code."""
    if len(text) < LEAST_SIGNS or not all(set(code) <= {"0", "1"} for code in known):
        return
    bits = [text] if set(text) <= {"0", "1"} else []
    if not bits and re.fullmatch(r"[0-9a-fA-F]+", text):
        whole = f"{int(text, 16):b}"
        bits = [whole, whole[1:], whole.zfill(4 * len(text))]
    longest = max(map(len, known))
    for run in bits:
        out, word = [], ""
        for bit in run[: 4 * MAX_SIGNS]:
            word += bit
            if word in known:
                out.append(known[word])
                word = ""
            elif len(word) > longest:
                break
        yield "".join(out)
