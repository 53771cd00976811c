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

MIN_RUN = 40
MAX_BLOBS = 64
_RUN = re.compile(r"[A-Za-z0-9+/_\-=]{40,}")
_LINES = re.compile(r"[\s,;\"']+")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){20,}")
_BASE32 = re.compile(r"[A-Z2-7]{40,}={0,6}")
_WORDS = re.compile(r"[a-z]{3,}(?:[_-][a-z]{2,})+", re.IGNORECASE)


def encoded_runs(texts: Iterable[str]) -> list[str]:
    """Return the runs in the texts that look encoded rather than written."""
    found: list[str] = []
    for text in texts:
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


def joined(texts: Iterable[str]) -> str:
    """Return the texts joined without separators: a blob cut into cells or lines becomes one run."""
    return "".join(_LINES.sub("", text) for text in texts)
