"""The release bundle: products, receipt, proof from the log, description and seal, in one folder or archive.

Made from what the release froze, so it is the same at every hand-out; no evidence, no comment is in it.
Who may have it is the release's matter; `bundle_check` verifies it anywhere. Called by the hand-out.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from sandbox.egress.crate import METADATA, crate
from sandbox.egress.desk import GateDesk
from sandbox.egress.receipt import GIVEN, last_vote
from sandbox.kernel.errors import InputError, StateError
from sandbox.kernel.message import say
from sandbox.kernel.review_records import Release, Review
from sandbox.store.canonical import Json, canonical, instant
from sandbox.store.inclusion import prove_inclusion
from sandbox.vault.signers import Signs, seal

FORM, RECALLS = "sandbox-release-bundle-1", "sandbox-recalls-1"
RECEIPT, PROOF, SEAL = "receipt.json", "log-proof.json", "seal.json"
OWN: Mapping[str, str] = {
    RECEIPT: "平台签名的出域回执",
    PROOF: "放行与各票在日志中的包含证明",
    SEAL: "整个放行包的封签",
}
ISSUING = ("release:issue", "release:instantiate")
RESERVED = frozenset({*OWN, METADATA})
"""The names that no product may bear."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNKNOWN, _CHUNK = "product.bin", 1 << 20


def bundle(desk: GateDesk, release: Release) -> dict[str, bytes]:
    """Return every file of the bundle by its plain name: the products and what proves them.

    Raises `TamperedError` for a frozen file that is not what was released, `InputError` for two
    products of one name.
    """
    products = {plain_name(one.name): desk.frozen.get(one.released) for one in release.files}
    if len(products) != len(release.files):
        raise InputError(say("放行的文件重名：请联系主管部门"))
    receipt = desk.frozen.get(release.receipt)
    paths = {one.released: plain_name(one.name) for one in release.files}
    described = crate(json.loads(receipt)["body"], paths, release=release.id, own=OWN)
    files = {
        **products,
        RECEIPT: receipt,
        PROOF: canonical(_proof(desk, release)).encode(),
        METADATA: json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True).encode(),
    }
    return {**files, SEAL: sealed(desk, _contents(desk, release, files))}


def plain_name(name: str) -> str:
    """Return the name under which a product is handed out: no folder, no name of the bundle's own files."""
    plain = PurePosixPath(name.replace("\\", "/")).name
    return plain if plain not in ("", ".", "..") and plain not in RESERVED else _UNKNOWN


def _proof(desk: GateDesk, release: Release) -> dict[str, Json]:
    """Return the proof that the log holds the release, and every vote or signature that let it leave."""
    store = desk.directory.store
    issued = [one for verb in ISSUING for one in store.facts(record=release.id, verb=verb)]
    if len(issued) != 1:
        raise StateError(say("日志里没有放行 {id} 的签发：请用 sandbox audit verify 核对", id=release.id))
    body = json.loads(desk.frozen.get(release.receipt))["body"]
    reviews = (store.load(Review, vote["review"]).record for vote in body["votes"] if "account" in vote)
    votes = [fact.seq for fact in (last_vote(desk, one) for one in reviews) if fact is not None]
    given = [one["signature"] for one in (body.get("template") or {}).get("signatures", ())]
    signed = [fact.seq for one in given for fact in store.facts(record=one, verb=GIVEN)]
    return prove_inclusion(store, desk.signer, issued[0].seq, *votes, *signed)


def _contents(desk: GateDesk, release: Release, files: Mapping[str, bytes]) -> dict[str, Json]:
    return {
        "form": FORM,
        "platform": desk.home_name,
        "release": release.id,
        "files": {
            name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()
        },
    }


def sealed(desk: GateDesk, contents: Mapping[str, Json]) -> bytes:
    """Return contents under the platform's seals, as canonical JSON; they name every key that seals them."""
    keys: tuple[Signs, ...] = desk.seals or (desk.signer,)
    named: list[Json] = [
        {"algorithm": one.algorithm, "name": one.name, "public": one.public.hex()} for one in keys
    ]
    body: dict[str, Json] = {**contents, "keys": named}
    message = canonical(body).encode()
    signatures: list[Json] = [seal(one, message).signature for one in keys]
    return canonical({"body": body, "signatures": signatures}).encode()


def recall_list(desk: GateDesk) -> bytes:
    """Return the sealed list of every release recalled up to now, for whoever verifies a bundle."""
    store = desk.directory.store
    recalled: list[Json] = []
    for one in store.find(Release, state="recalled"):
        facts = store.facts(record=one.record.id, verb="release:recall")
        at = facts[-1].at if facts else ""
        recalled.append({"release": one.record.id, "receipt_sha256": one.record.receipt, "at": at})
    now = instant(desk.directory.clock())
    return sealed(desk, {"form": RECALLS, "platform": desk.home_name, "issued_at": now, "releases": recalled})


def pack(files: Mapping[str, bytes | Path], stream: IO[bytes]) -> None:
    """Write files into an archive that has no liberty: sorted, stored, no times; equal files, equal bytes."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            value = files[name]
            with io.BytesIO(value) if isinstance(value, bytes) else value.open("rb") as source:
                pack_one(archive, name, source)


def pack_one(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> None:
    """Append one file to an archive in the layout of `pack`."""
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.external_attr, entry.create_system = 0o644 << 16, 3
    entry.file_size = source.seek(0, io.SEEK_END)
    source.seek(0)
    with archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, _CHUNK)
