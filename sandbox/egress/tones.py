"""Tones in a recording one after another: keys of a telephone, pitches, how long each sounds.

Sound is cut where it is silent; each piece is told by its strongest pitches. Pairs of the keys of a telephone
are spelled as the keys (ITU-T Q.23); of anything else the order of pitches and lengths is a sequence of
choices. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.streams import Stream, stream

MAX_SAMPLES = 1 << 21
MAX_TONES = 4096
_LEAST = 24
_LOW = (697.0, 770.0, 852.0, 941.0)
_HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
_KEYS = "123A456B789C*0#D"
_SILENT = 0.15
_SHORTEST = 0.008

Sound = NDArray[np.float64]


def keys_pressed(data: bytes) -> tuple[str, list[Stream]]:
    """Return the keys that a recording sounds, and the pitches and lengths of its tones, in order."""
    rate, sound = _sound(data)
    pieces = list(_pieces(sound, rate)) if sound.size else []
    if not _LEAST <= len(pieces) <= MAX_TONES:
        return "", []
    keys = "".join(_key(piece, rate) for piece in pieces)
    pitches = [_pitch(piece, rate) for piece in pieces]
    lengths = [round(1000 * len(piece) / rate) for piece in pieces]
    return keys.replace("*", "X").replace("#", "\n"), [
        stream("pitches", [pitches]),
        stream("lengths", [lengths]),
    ]


def _sound(data: bytes) -> tuple[int, Sound]:
    with wave.open(io.BytesIO(data)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        heard = file.readframes(min(file.getnframes(), MAX_SAMPLES // max(width * channels, 1)))
    if width not in (1, 2) or rate < 4000:
        return 1, np.zeros(0)
    raw = np.frombuffer(heard[: len(heard) // width * width], "u1" if width == 1 else "<i2")[::channels]
    plain = raw.astype(np.float64)
    return rate, plain - np.median(plain)


def _pieces(sound: Sound, rate: int) -> Iterator[Sound]:
    """Yield the sounds between silences."""
    span = max(rate // 400, 4)
    power = np.convolve(np.abs(sound), np.full(span, 1 / span), "same")
    loud = power > _SILENT * np.percentile(power, 95)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start >= _SHORTEST * rate:
            yield sound[start:end]


def _key(piece: Sound, rate: int) -> str:
    """Return the key whose two pitches are the strongest, or nothing where they are not by far."""
    turns = np.exp(-2j * np.pi * np.outer(np.array(_LOW + _HIGH), np.arange(len(piece))) / rate)
    strength = np.abs(turns @ piece)
    low, high = strength[:4], strength[4:]
    if min(low.max(), high.max()) * len(piece) < 0.1 * len(piece) * np.abs(piece).sum():
        return ""
    return _KEYS[int(np.argmax(low)) * 4 + int(np.argmax(high))]


def _pitch(piece: Sound, rate: int) -> int:
    """Return the strongest pitch in steps of half tones."""
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), max(4096, len(piece))))
    place = int(np.argmax(spectrum[1:])) + 1
    return round(12 * float(np.log2(place * rate / max(4096, len(piece)) / 27.5)))
