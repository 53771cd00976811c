"""Records behind hashes, ciphers and shares; where the key is in the file, the records come back."""

import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Callable, Sequence
from random import Random

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmalg import SM3, SM4

from bench.exam.core import (
    MANY,
    Fragment,
    Rows,
    carries,
    fragments,
    framed,
    payload,
    roles,
    sheet,
    technique,
    unframed,
    unpack,
    unsheet,
)


def listed(data: bytes, column: str, digest: Callable[[str], str]) -> list[Fragment]:
    """One fragment: all source values whose digest stands in the file."""
    seen = set(re.findall(r"[0-9a-f]{6,}", data.decode()))
    return [{column: lambda text: digest(text) in seen, MANY: "yes"}]


def digests(rows: Rows, random: Random, column: str, digest: Callable[[str], str], header: str) -> bytes:
    return sheet([[header, "次数"], *([digest(row[column]), str(random.randint(1, 5))] for row in rows)])


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@technique("csv", decoder=lambda data, columns: listed(data, roles(columns).id, md5))
def md5_of_numbers(rows: Rows, random: Random) -> bytes:
    """MD5 of the identifiers: hash the source column and look."""
    return digests(rows, random, roles(rows[0]).id, md5, "uid")


def sha1_of_salted(text: str) -> str:
    return hashlib.sha1(f"zy2026{text}".encode(), usedforsecurity=False).hexdigest()[:16]


@technique("csv", decoder=lambda data, columns: listed(data, roles(columns).phone, sha1_of_salted))
def truncated_salted_sha1(rows: Rows, random: Random) -> bytes:
    """Sixteen places of SHA-1 with the salt that the header names."""
    return digests(rows, random, roles(rows[0]).phone, sha1_of_salted, "sha1(zy2026+x)[:16]")


def crc(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


@technique("csv", decoder=lambda data, columns: listed(data, roles(columns).phone, crc))
def crc_of_phones(rows: Rows, random: Random) -> bytes:
    """CRC-32 of phone numbers; brute force over the numbers is quick."""
    return digests(rows, random, roles(rows[0]).phone, crc, "bucket")


def sm3(text: str) -> str:
    state = SM3()
    state.update(text.encode())
    return str(state.value().hex())


@technique("csv", decoder=lambda data, columns: listed(data, roles(columns).id, sm3), limit=60)
def sm3_of_numbers(rows: Rows, random: Random) -> bytes:
    """SM3 of the identifiers."""
    return digests(rows, random, roles(rows[0]).id, sm3, "指纹")


@technique(
    "csv",
    decoder=lambda data, columns: listed(
        data,
        roles(columns).id,
        lambda text: hmac.new(
            data.decode().split("\n")[0].split('"')[1].encode(), text.encode(), "sha256"
        ).hexdigest(),
    ),
)
def hmac_with_key_beside(rows: Rows, random: Random) -> bytes:
    """HMAC whose key stands in the first line."""
    key = f"k{random.randrange(10**9)}"
    role = roles(rows[0])
    lines = [hmac.new(key.encode(), row[role.id].encode(), "sha256").hexdigest() for row in rows]
    return "\n".join([f'# run "{key}"', *lines]).encode()


@technique("csv", recoverable=False)
def hmac_with_secret_key(rows: Rows, random: Random) -> bytes:
    """HMAC whose key only the thief has: nobody else can tell whose they are."""
    key = random.randbytes(32)
    role = roles(rows[0])
    lines = [
        [hmac.new(key, row[role.id].encode(), "sha256").hexdigest(), str(random.randint(1, 9))]
        for row in rows
    ]
    return sheet([["对象", "次数"], *lines])


def _places(text: str, size: int) -> list[int]:
    return [int(hashlib.sha256(f"{turn}{text}".encode()).hexdigest(), 16) % size for turn in range(12)]


def _bloom(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    held = json.loads(data)
    bitmap = int(held["bits"], 16)
    test = lambda text: all(bitmap >> place & 1 for place in _places(text, held["m"]))  # noqa: E731
    return [{roles(columns).id: test, MANY: "yes"}]


@technique("json", decoder=_bloom)
def bloom_filter(rows: Rows, _: Random) -> bytes:
    """A Bloom filter of the identifiers with next to no false positives."""
    size, bitmap = 40 * len(rows) + 64, 0
    for row in rows:
        for place in _places(row[roles(row).id], size):
            bitmap |= 1 << place
    return json.dumps({"m": size, "k": 12, "hash": "sha256(i+x)", "bits": f"{bitmap:x}"}).encode()


def aes(data: bytes, key: bytes) -> bytes:
    worker = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return worker.update(data) + worker.finalize()


@technique("json", decoder=carries(lambda data: aes(
    bytes.fromhex(json.loads(data)["weights"]), bytes.fromhex(json.loads(data)["seed"]))))  # fmt: skip
def aes_with_key_beside(rows: Rows, random: Random) -> bytes:
    """AES-CTR, the key stands under another name in the same file."""
    key = random.randbytes(16)
    return json.dumps(
        {"model": "baseline", "seed": key.hex(), "weights": aes(payload(rows), key).hex()}
    ).encode()


@technique("bin", recoverable=False)
def aes_with_secret_key(rows: Rows, random: Random) -> bytes:
    """AES-CTR under a secret key: noise to everybody else."""
    return aes(payload(rows), random.randbytes(32))


def sm4(data: bytes, key: bytes, undo: bool = False) -> bytes:
    worker = SM4(key)
    step = worker.decrypt if undo else worker.encrypt
    return b"".join(bytes(step(data[place : place + 16])) for place in range(0, len(data), 16))


@technique("txt", limit=60, decoder=carries(lambda data: unframed(
    sm4(bytes.fromhex(data.decode().split("\n")[1]), b"zunyi-data-2026!", undo=True))))  # fmt: skip
def sm4_with_known_key(rows: Rows, _: Random) -> bytes:
    """SM4 in ECB mode; the first line is the key."""
    data = framed(payload(rows))
    data += bytes(-len(data) % 16)
    return f"zunyi-data-2026!\n{sm4(data, b'zunyi-data-2026!').hex()}".encode()


@technique("bin", parts=2, decoder=lambda data, columns: unpack(
    bytes(a ^ b for a, b in zip(*data, strict=True)), columns))  # fmt: skip
def xor_shares(rows: Rows, random: Random) -> list[bytes]:
    """Two files of noise whose XOR is the records."""
    data = payload(rows)
    pad = random.randbytes(len(data))
    return [pad, bytes(a ^ b for a, b in zip(data, pad, strict=True))]


PRIME = 2**61 - 1


def _line_through(points: Sequence[tuple[int, int]]) -> str:
    (x1, y1), (x2, y2) = points
    slope = (y2 - y1) * pow(x2 - x1, -1, PRIME)
    return str((y1 - slope * x1) % PRIME)


@technique(
    "csv",
    parts=3,
    decoder=lambda data, columns: fragments(
        [
            (_line_through([(1, int(a[1])), (3, int(c[1]))]),)
            for a, c in zip(unsheet(data[0])[1:], unsheet(data[2])[1:], strict=True)
        ],
        [roles(columns).phone],
    ),
)
def secret_shares(rows: Rows, random: Random) -> list[bytes]:
    """Shamir shares, two of three, of phone numbers modulo 2^61 - 1."""
    slopes = [random.randrange(PRIME) for _ in rows]
    return [
        sheet(
            [
                ["序", "值"],
                *(
                    [str(place), str((int(row[roles(row).phone]) + slope * x) % PRIME)]
                    for place, (row, slope) in enumerate(zip(rows, slopes, strict=True))
                ),
            ]
        )
        for x in (1, 2, 3)
    ]


def _substituted(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    lines = data.decode().split("\n")
    table = str.maketrans(lines[-1].removeprefix("# 0-9: "), "0123456789")
    return fragments([(line.translate(table),) for line in lines[1:-1]], [roles(columns).phone])


@technique("csv", decoder=_substituted)
def digit_substitution(rows: Rows, random: Random) -> bytes:
    """Digits are permuted; the last line is the permutation."""
    order = "".join(random.sample("0123456789", 10))
    table = str.maketrans("0123456789", order)
    lines = [row[roles(row).phone].translate(table) for row in rows]
    return "\n".join(["编码", *lines, f"# 0-9: {order}"]).encode()


@technique("csv", recoverable=False)
def digit_stream_secret(rows: Rows, random: Random) -> bytes:
    """Digits moved by a secret stream, a fresh one for each place: numbers of the right form, no way back."""
    lines = [
        "".join(str((int(sign) + random.randrange(10)) % 10) for sign in row[roles(row).phone])
        for row in rows
    ]
    return "\n".join(["流水号", *lines]).encode()


def keyed(text: str, key: str, sign: int) -> str:
    return "".join(
        str((int(letter) + sign * int(key[place % len(key)])) % 10) if letter.isdigit() else letter
        for place, letter in enumerate(text)
    )


@technique(
    "md",
    decoder=lambda data, columns: [
        {roles(columns).id: keyed(line, "5203002026", -1)} for line in data.decode().split("\n")[2:]
    ],
)
def vigenere_digits(rows: Rows, _: Random) -> bytes:
    """Digits of the identifiers plus the digits of the document number, place by place."""
    lines = [keyed(row[roles(row).id], "5203002026", 1) for row in rows]
    return "\n".join(["遵数发〔5203002026〕号", "", *lines]).encode()


@technique("csv", decoder=lambda data, columns: fragments(
    [("".join(f"{(17 * int(cell)) % 100:02d}" for cell in line)[1:],) for line in unsheet(data)[1:]],
    [roles(columns).phone]))  # fmt: skip
def hill_cipher(rows: Rows, _: Random) -> bytes:
    """Pairs of digits times 53 modulo 100; times 17 gives them back."""
    lines = []
    for row in rows:
        digits = "0" + row[roles(row).phone]
        lines.append([str(int(digits[place : place + 2]) * 53 % 100) for place in range(0, 12, 2)])
    return sheet([[f"x{place}" for place in range(6)], *lines])
