"""Encoded content inside cells and texts: long runs of base64, base32 or hexadecimal.

Finds runs that look encoded, and decodes what can be decoded so that records inside are found by
name. A run is opaque whether or not it decodes: nobody can review it. Pure; called by
`reading`, which reads the decoded bytes as further parts, a bounded number of times.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

MIN_RUN = 40
MIN_DUMP = 96
MAX_BLOBS = 64
MAX_KNOWN = 1 << 15
"""Cells that are decoded once: several readings of a file hold the same."""
_RUN = re.compile(r"[A-Za-z0-9+/_\-=]{40,}")
_LINES = re.compile(r"[\s,;\"']+")
_SHORT_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){2,200}")
_SHORT_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/]{4}){0,100}(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)"
)
_BETWEEN = re.compile(r"[ \t]+")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){20,}")
_BASE32 = re.compile(r"[A-Z2-7]{40,}={0,6}")
_BASE85 = re.compile(r"[!-~]{80,}")
_DUMP = re.compile(
    r"^(?:[0-9a-fA-F]{4,16}:?[ \t]+)?((?:[0-9a-fA-F]{2,4}[ \t]+){4,}[0-9a-fA-F]{2,4})\b", re.MULTILINE
)
_WORDS = re.compile(r"[a-z]{3,}(?:[_-][a-z]{2,})+", re.IGNORECASE)


def encoded_runs(texts: Iterable[str]) -> list[str]:
    """Return the runs in the texts that look encoded rather than written."""
    found: list[str] = []
    for text in texts:
        dumped = "".join(_BETWEEN.sub("", match.group(1)) for match in _DUMP.finditer(text))
        if len(dumped) >= MIN_DUMP:
            found.append(dumped)
        for match in _RUN.finditer(text):
            if looks_encoded(match.group()):
                found.append(match.group())
                if len(found) >= MAX_BLOBS:
                    return found
    return found


def looks_encoded(run: str) -> bool:
    """Return whether a run of 40 or more characters is code: mixed or hexadecimal, and varied."""
    plain = run.strip("=")
    if len(plain) < MIN_RUN or _WORDS.fullmatch(plain) or plain.isdigit() or len(set(plain)) < 10:
        return False
    if _HEX.fullmatch(plain):
        return True
    kinds = [any(test(character) for character in plain) for test in (str.isupper, str.islower, str.isdigit)]
    return sum(kinds) >= 2 and _entropy(plain) > 3.5


def _entropy(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def decoded(run: str) -> list[bytes]:
    """Return what a run decodes to, under every encoding that fits it."""
    results: list[bytes] = []
    plain = run.strip("=")
    if _HEX.fullmatch(plain):
        results.append(bytes.fromhex(plain))
    if _BASE32.fullmatch(plain):
        results += _try(base64.b32decode, plain + "=" * (-len(plain) % 8))
    if maybe_base85(run) and not _RUN.fullmatch(run):
        results += _try(base64.b85decode, run) + _try(
            base64.a85decode, run.removeprefix("<~").removesuffix("~>")
        )
    for alphabet in (plain, plain.replace("-", "+").replace("_", "/")):
        padded = (
            alphabet[: len(alphabet) // 4 * 4]
            if len(alphabet) % 4 == 1
            else alphabet + "=" * (-len(alphabet) % 4)
        )
        results += _try(_base64, padded)
    return list(dict.fromkeys(results))


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _try(decode: Callable[[str], bytes], text: str) -> list[bytes]:
    try:
        return [decode(text)]
    except (binascii.Error, ValueError):
        return []


def maybe_base85(text: str) -> bool:
    """Return whether a text without blanks could be base85; most that could be decode to nothing known."""
    return bool(_BASE85.fullmatch(text)) and _entropy(text) > 4.5


@lru_cache(maxsize=MAX_KNOWN)
def decoded_cell(cell: str) -> str | None:
    """Return the text that a short cell holds in hexadecimal or base64, or None."""
    for fits, decode in ((_SHORT_HEX, bytes.fromhex), (_SHORT_BASE64, _base64)):
        if fits.fullmatch(cell):
            try:
                text = decode(cell).decode("utf-8")
            except (binascii.Error, ValueError):
                continue
            if text.isprintable():
                return text
    return None


def joined(texts: Iterable[str]) -> str:
    """Return the texts joined without separators: a blob cut into cells or lines becomes one run."""
    return "".join(_LINES.sub("", text) for text in texts)
