"""Codes: bytes in unusual alphabets and codes that repair, compress or can be spoken."""

from __future__ import annotations

import heapq
import json
import zlib
from collections import Counter
from hashlib import sha256

from bench.fresh.core import chunked, dense, gz, lines_of, plain, technique, undense
from bench.held_out.core import (
    BIRTH,
    BOSS,
    CAP,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Values,
    id_text,
    payload,
    read_table,
    table,
    unpayload,
)

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@technique("persons", NAME, ID, BIRTH)
def health_pass(rows, _rng) -> Files:
    """Passes as those of travellers: deflated JSON in Base45 behind a mark, one a line."""
    out = []
    for r in rows:
        data = zlib.compress(
            json.dumps({"nam": r[NAME], "ci": r[ID], "dob": r[BIRTH]}, ensure_ascii=False).encode(), 9
        )
        text = ""
        for pair in chunked(data, 2):
            number = int.from_bytes(pair, "big")
            for _ in range(len(pair) + 1):
                text += BASE45[number % 45]
                number //= 45
        out.append("HC1:" + text)
    return plain("txt", "\n".join(out))


def health_pass_back(files) -> Values:
    out = []
    for line in lines_of(files):
        data = b""
        for part in chunked(line[4:], 3):
            number = sum(BASE45.index(c) * 45**i for i, c in enumerate(part))
            data += number.to_bytes(len(part) - 1, "big")
        out.append(tuple(json.loads(zlib.decompress(data)).values()))
    return out


BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@technique("persons", ID, TEL)
def addresses_of_coins(rows, rng) -> Files:
    """A ledger of payments whose addresses of twenty-five bytes with check sums are people."""
    body = []
    for r in rows:
        data = b"\x1e" + dense([r], ID, TEL) + rng.randbytes(7)
        data += sha256(sha256(data).digest()).digest()[:4]
        number, text = int.from_bytes(data, "big"), ""
        while number:
            number, digit = divmod(number, 58)
            text = BASE58[digit] + text
        body.append([text, f"{rng.random():.8f}", rng.randint(1, 144)])
    return [("csv", table(["address", "amount", "confirmations"], body))]


def addresses_of_coins_back(files) -> Values:
    out = []
    for line in read_table(files[0]):
        number = 0
        for c in line[0]:
            number = number * 58 + BASE58.index(c)
        out += undense(number.to_bytes(25, "big")[1:14], ID, TEL)
    return out


CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"


@technique("firms", USCC, FTEL)
def pronounceable_words(rows, _rng) -> Files:
    """Names of machines in words of five letters that can be spoken, two bytes a word."""
    out = []
    for r in rows:
        words = []
        for pair in chunked(dense([r], USCC, FTEL), 2):
            n = int.from_bytes(pair, "big")
            words.append(
                CONSONANTS[n >> 12]
                + VOWELS[n >> 10 & 3]
                + CONSONANTS[n >> 6 & 15]
                + VOWELS[n >> 4 & 3]
                + CONSONANTS[n & 15]
            )
        out.append("-".join(words) + ".seat.local")
    return plain("txt", "\n".join(out))


def pronounceable_words_back(files) -> Values:
    out = []
    for line in lines_of(files):
        data = b""
        for word in line.split(".")[0].split("-"):
            n = 0
            for i, c in enumerate(word):
                n = n * (4 if i % 2 else 16) + (VOWELS if i % 2 else CONSONANTS).index(c)
            data += n.to_bytes(2, "big")
        out += undense(data, USCC, FTEL)
    return out


@technique("firms", USCC, FIRM, CAP)
def code_of_frequencies(rows, _rng) -> Files:
    """A Huffman code: its table of words and the bits as a number in hexadecimal."""
    text = payload(rows, USCC, FIRM, CAP).decode()
    heap = [(n, ord(c), {c: ""}) for c, n in sorted(Counter(text).items())]
    heapq.heapify(heap)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        merged = {c: "0" + w for c, w in a[2].items()} | {c: "1" + w for c, w in b[2].items()}
        heapq.heappush(heap, (a[0] + b[0], min(a[1], b[1]), merged))
    words = heap[0][2]
    return plain(
        "json", json.dumps({"table": words, "bits": f"{int('1' + ''.join(words[c] for c in text), 2):x}"})
    )


def code_of_frequencies_back(files) -> Values:
    tree = json.loads(files[0])
    known, word, text = {w: c for c, w in tree["table"].items()}, "", ""
    for bit in f"{int(tree['bits'], 16):b}"[1:]:
        word += bit
        if word in known:
            text, word = text + known[word], ""
    return unpayload(text.encode())


@technique("persons", NAME, ID, TEL)
def ideographs_as_digits(rows, _rng) -> Files:
    """Deflated text in base 4096, the digits of which are Chinese characters in a row."""
    bits = "".join(f"{b:08b}" for b in zlib.compress(payload(rows, *WHO), 9)) + "1"
    bits += "0" * (-len(bits) % 12)
    return plain("txt", "。\n".join(chunked("".join(chr(0x4E00 + int(p, 2)) for p in chunked(bits, 12)), 20)))


def ideographs_as_digits_back(files) -> Values:
    text = files[0].decode().replace("。\n", "")
    bits = "".join(f"{ord(c) - 0x4E00:012b}" for c in text).rstrip("0")[:-1]
    return unpayload(zlib.decompress(bytes(int(p, 2) for p in chunked(bits, 8))))


@technique("firms", USCC, BOSS, FTEL)
def repaired_bits(rows, _rng) -> Files:
    """Bits with three guards to every four, as a code that repairs errors, in lines."""
    out = []
    for byte in gz(payload(rows, USCC, BOSS, FTEL)):
        for half in (byte >> 4, byte & 15):
            a, b, c, d = (half >> i & 1 for i in (3, 2, 1, 0))
            out.append(f"{a ^ b ^ d}{a ^ c ^ d}{a}{b ^ c ^ d}{b}{c}{d}")
    return plain("txt", "\n".join(" ".join(part) for part in chunked(out, 12)))


def repaired_bits_back(files) -> Values:
    halves = [int(w[2] + w[4:], 2) for w in files[0].decode().split()]
    return unpayload(zlib.decompress(bytes(a << 4 | b for a, b in chunked(halves, 2)), 31))


def _polyline(numbers: list[int]) -> str:
    """Numbers as the letters of an encoded polyline."""
    out = ""
    for number in numbers:
        value = ~(number << 1) if number < 0 else number << 1
        while value >= 32:
            out += chr((value & 31 | 32) + 63)
            value >>= 5
        out += chr(value + 63)
    return out


@technique("persons", ID, TEL)
def routes_on_a_map(rows, _rng) -> Files:
    """Routes of a map service: differences of points in an encoded polyline."""
    items = []
    for r in rows:
        parts = [int(r[ID][:9]), int("1" + r[ID][9:17]), int(r[TEL])]
        steps = [b - a for a, b in zip([0, *parts], parts, strict=False)]
        items.append({"id": len(items), "overview_polyline": {"points": _polyline(steps)}, "mode": "driving"})
    return plain("json", json.dumps({"routes": items}))


def routes_on_a_map_back(files) -> Values:
    out = []
    for item in json.loads(files[0])["routes"]:
        numbers, value, shift = [0], 0, 0
        for c in item["overview_polyline"]["points"]:
            value |= (ord(c) - 63 & 31) << shift
            shift += 5
            if ord(c) - 63 < 32:
                numbers.append(numbers[-1] + (~(value >> 1) if value & 1 else value >> 1))
                value, shift = 0, 0
        out.append((id_text(int(f"{numbers[1]}{str(numbers[2])[1:]}")), str(numbers[3])))
    return out
