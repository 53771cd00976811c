"""What a sound says by how long it sounds and how long it is silent: Morse, and the lengths themselves.

Short and long stretches are dots and dashes, longer pauses part letters and lines. Pitches are the matter of
`tones`. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.alphabets import morse
from sandbox.egress.streams import Stream, stream

MAX_SAMPLES = 1 << 22
MAX_HEARD = 4096
_FRAME = 80
_QUIET = 0.08
_LEAST = 24
Lengths = NDArray[np.int64]


def beeped(data: bytes) -> tuple[list[str], list[Stream]]:
    """Return what the beeps of a WAV file say as Morse, and its pauses as a sequence; nothing for none."""
    edges = _edges(data)
    if not _LEAST <= len(edges) <= MAX_HEARD:
        return [], []
    lengths, gaps = edges[:, 1] - edges[:, 0], edges[1:, 0] - edges[:-1, 1]
    return list(morse("".join(_dotted(lengths, gaps)))), [stream("pauses", [gaps.tolist()])]


def _edges(data: bytes) -> Lengths:
    """Return the frames in which each stretch starts and ends that is louder than a share of the loudest."""
    with wave.open(io.BytesIO(data)) as file:
        channels, width = file.getnchannels(), file.getsampwidth()
        raw = file.readframes(MAX_SAMPLES // max(channels * width, 1))
    if width not in (1, 2):
        return np.zeros((0, 2), np.int64)
    kind = np.dtype("<i2") if width == 2 else np.dtype("u1")
    values = np.frombuffer(raw[: len(raw) // (channels * width) * channels * width], kind)
    levels = np.abs(values.reshape(-1, channels)[:, 0].astype(np.float64) - (128 if width == 1 else 0))
    frames = levels[: levels.size // _FRAME * _FRAME].reshape(-1, _FRAME).max(axis=1, initial=0.0)
    loud = frames > _QUIET * max(float(frames.max(initial=0.0)), 1.0)
    turned = np.flatnonzero(np.diff(np.concatenate(([0], loud.astype(np.int8), [0]))))
    return np.asarray(turned.reshape(-1, 2), np.int64)


def _dotted(lengths: Lengths, gaps: Lengths) -> Iterator[str]:
    short, least = max(int(lengths.min()), 1), max(int(gaps.min()), 1)
    for length, gap in zip(lengths.tolist(), [*gaps.tolist(), 0], strict=True):
        yield "." if length < 2 * short else "-"
        yield "" if gap < 2 * least else " " if gap < 5 * least else "\n"
