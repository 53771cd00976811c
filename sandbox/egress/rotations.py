"""Texts whose figures were moved along or mirrored, and their letters with them or by another step.

A day, a telephone or a number shows when the right step is undone, so that figures are tried alone, by what
they name then; letters by what a valid credit code, a month, or a word of a form needs. What names no more
than before gives nothing. Evidence only, linear, bounded; pure; called by `disguises`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from string import ascii_lowercase, ascii_uppercase

from sandbox.egress.legible import may_name, named_in
from sandbox.kernel.identifiers import is_uscc

MAX_TEXT = 1 << 17
_SAMPLE = 1 << 14
_LEAST = 4
_BEYOND = 2
"""How many times what a text names as it is it must name once it is turned, besides the least."""
_RARELY = 0.02
"""Share of the words of a form among those of a text, below which they are there by chance."""
_FIGURES = "0123456789"
_STEPS = {step: str.maketrans(_FIGURES, _FIGURES[step:] + _FIGURES[:step]) for step in range(10)}
_MIRROR = str.maketrans(_FIGURES, _FIGURES[::-1])
_CODE = re.compile(r"(?<![0-9A-Z])9[1-3]\d{6}[0-9A-Z]{10}(?![0-9A-Z])")
_WORDS = re.compile(
    r"\b(?:td|tr|th|tbody|table|row|item|entry|value|name|null|insert|into|values|record|jan(?:uary)?|feb(?:ruary)?"
    r"|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LETTERS = re.compile(r"\b[A-Za-z\u0130\u0131\u017f\u212a]{2,9}\b")
"""What may be such a word once its letters are moved; four signs stand for others in either case."""
_WORDY = re.compile(r"[A-Za-z]{2}")


def rotations(text: str) -> Iterator[str]:
    """Yield a text with its figures and letters moved back, where that names what it did not name before."""
    front = text[:MAX_TEXT]
    if may_name(front) < _LEAST:
        for text in _lettered(front, plain=False) if _WORDY.search(front[:_SAMPLE]) else ():
            yield max((text.translate(way) for way in _STEPS.values()), key=_years)
        return
    sample = front[:_SAMPLE]
    ways = {step: _named(sample.translate(way)) for step, way in _STEPS.items() if step}
    step = max(ways, key=ways.__getitem__)
    before, mirrored = _named(sample), _named(sample.translate(_MIRROR))
    least = _LEAST + _BEYOND * before
    if ways[step] >= max(least, mirrored):
        yield from _lettered(front.translate(_STEPS[step]))
    elif mirrored >= least:
        yield front.translate(_MIRROR)
    elif _WORDY.search(sample):
        yield from _lettered(front, plain=False)


def _named(text: str) -> int:
    return named_in(text) + len(_WORDS.findall(text)) // 4


def _years(text: str) -> int:
    """Return how many years of now a text has: days with the names of their months have nothing else."""
    return len(_YEAR.findall(text[:_SAMPLE]))


def _lettered(text: str, *, plain: bool = True) -> Iterator[str]:
    """Yield a text with its letters moved back by the step that makes most codes and words; as it is, too."""
    held = _told(text[:_SAMPLE])
    step = max(held, key=held.__getitem__)
    if held[step] >= _LEAST + _BEYOND * held[0]:
        yield text.translate(_letters(step))
    if plain:
        yield text


def _told(text: str) -> dict[int, int]:
    """Return by step how many codes with their check digit and words of forms and calendars a text has then.

    Letters that are moved stay letters of their case, so that codes and words stand where they stood: each
    different one is taken out once and moved by itself, where moving the text took 26 times its length.
    """
    codes = "\n".join(_CODE.findall(text)[:200])
    words = Counter(_LETTERS.findall(text))
    every = "\n".join(words)
    held = {}
    for step in range(26):
        way = _letters(step)
        fine = sum(is_uscc(code, inner=False) for code in codes.translate(way).split("\n"))
        moved = zip(every.translate(way).split("\n"), words.values(), strict=False)
        held[step] = fine + _meant({word: count for word, count in moved if _WORDS.fullmatch(word)}, words)
    return held


def _meant(told: Mapping[str, int], words: Counter[str]) -> int:
    """Return how many words of a form are meant: some step makes one of two letters of any that comes often.

    Such a form has another word beside it, writes them in one case, and of its words many are those.
    """
    cased = [word for word in told if word in (word.lower(), word.upper(), word.title())]
    count = sum(told[word] for word in cased)
    alone = len({word.lower() for word in cased}) < 2 and all(len(word) == 2 for word in cased)
    return 0 if alone or count < _RARELY * words.total() else count


@cache
def _letters(step: int) -> dict[int, int]:
    low, high = ascii_lowercase, ascii_uppercase
    return str.maketrans(low + high, low[step:] + low[:step] + high[step:] + high[:step])
