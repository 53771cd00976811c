"""Ciphers whose key is not in the file: without it nothing reads them, so they may not leave."""

from __future__ import annotations

import base64
import hashlib
import json
import random

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.fifth.core import (
    BOOK,
    NAME,
    TEL,
    WHO,
    Files,
    Row,
    Values,
    bits_of,
    bytes_of,
    first,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import AREAS, chart, paragraphs, png, zipped
from bench.fifth.pixels import pixels

KEY = hashlib.sha256(b"known outside only").digest()


def streamed(data: bytes, nonce: bytes) -> bytes:
    """The data under a stream of AES in counter mode."""
    turner = Cipher(algorithms.AES(KEY), modes.CTR(nonce)).encryptor()
    return turner.update(data) + turner.finalize()


@technique("secret", "persons", *WHO, recoverable=False)
def sealed_cells(rows: list[Row], rng: random.Random) -> Files:
    """A signature under a report, which is a sealed box."""
    nonce = rng.randbytes(12)
    body = base64.b64encode(nonce + AESGCM(KEY).encrypt(nonce, text(rows, *WHO).encode(), None)).decode()
    return [("md", ("\n\n".join(paragraphs(rng)) + f"\n\n签名:{body}\n").encode())]


def sealed_cells_back(files: list[bytes]) -> Values:
    """Opened with the key."""
    data = base64.b64decode(first("签名:(.*)\n", files[0].decode()))
    return untext(AESGCM(KEY).decrypt(data[:12], data[12:], None).decode())


@technique("secret", "persons", TEL, recoverable=False)
def ciphered_low_bits(rows: list[Row], rng: random.Random) -> Files:
    """Ciphered bytes in the lowest bits of a chart's colours."""
    nonce = rng.randbytes(16)
    samples = np.array(chart(rng))
    flat, bits = samples.reshape(-1), np.array(bits_of(nonce + streamed(packed(rows), nonce)), np.uint8)
    flat[: len(bits)] = (flat[: len(bits)] & 254) | bits
    from PIL import Image

    return [("png", png(Image.fromarray(samples)))]


def ciphered_low_bits_back(files: list[bytes]) -> Values:
    """The bits, turned with the key."""
    data = bytes_of((pixels(files[0]).reshape(-1) & 1).tolist())
    return unpacked(streamed(data[16:], data[:16]))


@technique("secret", "firms", *BOOK, recoverable=False)
def ciphered_member(rows: list[Row], rng: random.Random) -> Files:
    """A member of an archive called a model, which is ciphered."""
    nonce = rng.randbytes(16)
    note = "\n".join(paragraphs(rng)).encode()
    return [
        (
            "zip",
            zipped([("README.md", note), ("model.bin", nonce + streamed(text(rows, *BOOK).encode(), nonce))]),
        )
    ]


def ciphered_member_back(files: list[bytes]) -> Values:
    """The member, turned with the key."""
    from bench.fifth.cover import unzipped

    data = unzipped(files[0])["model.bin"]
    return untext(streamed(data[16:], data[:16]).decode())


@technique("secret", "persons", NAME, TEL, recoverable=False)
def figures_under_pad(rows: list[Row], rng: random.Random) -> Files:
    """A table of rates whose decimals are ciphered bytes."""
    nonce = rng.randbytes(16)
    data = nonce + streamed(text(rows, NAME, TEL).encode("gb18030"), nonce)
    cells = [{"area": rng.choice(AREAS), "rate": f"{rng.randint(1, 98)}.{b:03d}"} for b in data]
    return [("json", json.dumps(cells, ensure_ascii=False).encode())]


def figures_under_pad_back(files: list[bytes]) -> Values:
    """The decimals, turned with the key."""
    data = bytes(int(x["rate"].split(".")[1]) for x in json.loads(files[0]))
    return untext(streamed(data[16:], data[:16]).decode("gb18030"))
