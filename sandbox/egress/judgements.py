"""The gate's judgements, kept whole and sealed: evidence for reviewers, receipts for everybody.

A judgement is named by the digest of its canonical text; the record carries the digest, so
a changed judgement is an error. Who may see what of it is the callers' matter.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from sandbox.egress.desk import GATE_KEY, GateDesk
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.findings import Judgement
from sandbox.kernel.message import say
from sandbox.store import codec
from sandbox.store.canonical import canonical, parse
from sandbox.vault.keys import DataKey
from sandbox.vault.sealed import create_sealed, open_sealed


def keep(desk: GateDesk, judgement: Judgement) -> str:
    """Seal the judgement and return its digest; keeping the same twice is harmless."""
    data = canonical(codec.encode(judgement)).encode()
    digest = sha256(data).hexdigest()
    path = desk.judgements / f"{digest}.sealed"
    if not path.exists():
        desk.judgements.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = desk.judgements / f".{digest}-{desk.directory.entropy(8).hex()}"
        with create_sealed(temporary, gate_key(desk), name="judgement") as sealed:
            sealed.write(data)
        temporary.replace(path)
    return digest


def load(desk: GateDesk, digest: str) -> Judgement:
    """Return a kept judgement; `TamperedError` if it is not the one the record names."""
    path = desk.judgements / f"{digest}.sealed"
    with open_sealed(path, gate_key(desk), name="judgement") as sealed:
        data = sealed.read()
    if sha256(data).hexdigest() != digest:
        raise TamperedError(say("闸口结论与登记的摘要不符：不得据此放行"))
    return codec.decode(Judgement, parse(data.decode()))


def receipts_of(
    desk: GateDesk, digest: str, *, of: Collection[tuple[str, str]] | None = None
) -> list[dict[str, str]]:
    """Return which checks ran on what with what outcome and how far they looked, without any evidence.

    `of` names the files that are told of, each with the digest it was frozen under; None for all.
    """
    judgement = load(desk, digest)
    return [
        {"file": file.path, "check": one.check, "outcome": one.outcome.value}
        | ({"bounds": one.detail} if one.detail else {})
        for file in judgement.files
        if of is None or (file.path, file.digest) in of
        for one in file.receipts
    ]


def gate_key(desk: GateDesk) -> DataKey:
    """Return the key that seals what only the gate may read; made on first use."""
    if not desk.vault.exists(GATE_KEY):
        desk.vault.create(GATE_KEY)
    return desk.vault.open(GATE_KEY)
