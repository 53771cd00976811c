"""HAZMAT of sign-in: password hashes, one-time codes, tokens and the person's own key.

Each account has an Ed25519 key whose seed lies only wrapped: once under the password, once
under every token. Whoever owns the database can therefore read no key and forge no vote.
argon2id with the parameters of RFC 9106 (second recommended option); TOTP per RFC 6238.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

import pyotp
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """argon2id parameters: passes, memory in KiB, lanes."""

    passes: int
    memory: int
    lanes: int


RFC_9106_LOW_MEMORY = PasswordCost(passes=3, memory=65536, lanes=4)
"""The second recommended option of RFC 9106, section 4; the only cost of a production home."""
OWASP_MINIMUM = PasswordCost(passes=2, memory=19456, lanes=1)
"""The least that the OWASP cheat sheet on password storage accepts; what a demo home uses."""
TRIAL = PasswordCost(passes=1, memory=8, lanes=1)
"""The least that argon2 computes; protects nothing."""
COSTS = {"rfc9106": RFC_9106_LOW_MEMORY, "owasp": OWASP_MINIMUM, "trial": TRIAL}
"""The costs by the names that settings know them by."""

STEP_SECONDS = 30


def digest(text: str) -> str:
    """Return the SHA-256 of a high-entropy secret, in hex; never used on passwords."""
    return hashlib.sha256(text.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Return whether both are equal, in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def readable(raw: bytes) -> str:
    """Return bytes as lower-case base32 without padding."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def public_key(seed: bytes) -> str:
    """Return the Ed25519 public key of a seed, in hex."""
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign_with(seed: bytes, message: bytes) -> bytes:
    """Return the Ed25519 signature of `message`."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def wrap_by_password(password: str, seed: bytes, *, salt: bytes, nonce: bytes, cost: PasswordCost) -> bytes:
    """Return what is stored of a password: salt, cost and the seed sealed under its argon2id key.

    That the seed opens is the proof of the password; no separate hash is kept to attack.
    """
    sealed = AESGCM(_argon2(password, salt, cost)).encrypt(nonce, seed, b"password")
    fields = {
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "sealed": sealed.hex(),
        "cost": [cost.passes, cost.memory, cost.lanes],
    }
    return json.dumps(fields, sort_keys=True).encode()


def open_by_password(password: str, stored: bytes) -> bytes | None:
    """Return the seed if the password is right, else None."""
    fields = json.loads(stored)
    cost = PasswordCost(*fields["cost"])
    key = _argon2(password, bytes.fromhex(fields["salt"]), cost)
    try:
        return AESGCM(key).decrypt(
            bytes.fromhex(fields["nonce"]), bytes.fromhex(fields["sealed"]), b"password"
        )
    except InvalidTag:
        return None


def wrap_by_token(secret: str, seed: bytes, *, nonce: bytes) -> bytes:
    """Return what is stored of a token: its digest, and the seed sealed under it."""
    sealed = AESGCM(_expand(secret)).encrypt(nonce, seed, b"token")
    fields = {"digest": digest(secret), "nonce": nonce.hex(), "sealed": sealed.hex()}
    return json.dumps(fields, sort_keys=True).encode()


def open_by_token(secret: str, stored: bytes) -> bytes | None:
    """Return the seed if the token is right, else None."""
    fields = json.loads(stored)
    if not same(digest(secret), fields["digest"]):
        return None
    try:
        sealed = bytes.fromhex(fields["sealed"])
        return AESGCM(_expand(secret)).decrypt(bytes.fromhex(fields["nonce"]), sealed, b"token")
    except InvalidTag:
        return None


def totp_secret(raw: bytes) -> str:
    """Return 20 random bytes as the base32 secret that authenticator apps take."""
    return base64.b32encode(raw).decode()


def totp_address(secret: str, account: str) -> str:
    """Return the otpauth address for an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name="遵义数据沙箱")


def totp_code(secret: str, *, moment: int) -> str:
    """Return the code of that moment, as the authenticator app shows it."""
    return pyotp.HOTP(secret).at(moment // STEP_SECONDS)


def totp_counter(secret: str, code: str, *, moment: int) -> int | None:
    """Return the counter that `code` belongs to, one step of tolerance each way, or None."""
    device = pyotp.HOTP(secret)
    now = moment // STEP_SECONDS
    return next((n for n in (now, now - 1, now + 1) if same(device.at(n), code)), None)


def _argon2(password: str, salt: bytes, cost: PasswordCost) -> bytes:
    return hash_secret_raw(
        password.encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory,
        parallelism=cost.lanes,
        hash_len=32,
        type=Type.ID,
    )


def _expand(secret: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"token").derive(secret.encode())


def seal(key: bytes, text: str, *, nonce: bytes) -> bytes:
    """Return the text sealed under the platform's own key (the server must read TOTP secrets)."""
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), b"totp")


def unseal(key: bytes, sealed: bytes) -> str:
    """Return the text of `seal`; `TamperedError` if it was altered."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], b"totp").decode()
    except InvalidTag:
        raise TamperedError(say("动态码密钥校验失败：数据库可能被改动")) from None
