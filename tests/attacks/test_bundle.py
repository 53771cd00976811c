"""Ways to pass off a release bundle that is not what was released: bytes, fields, tricks of archives."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sandbox.egress import release
from sandbox.egress.bundle import PROOF, RECALLS, RECEIPT, SEAL, bundle, pack, recall_list, sealed
from sandbox.egress.bundle_check import Verified, public_key, verify_bundle
from sandbox.egress.crate import METADATA
from sandbox.kernel.errors import InputError
from sandbox.kernel.review_records import Release
from sandbox.store.canonical import canonical, moment_of
from sandbox.vault.signer import Signer
from sandbox.vault.signers import Sm2Signer
from tests.journeys.homes import RELEASED, SECURITY, Home, keep, released, told

__all__ = ["released", "told"]

NOW = datetime(2026, 12, 1, tzinfo=UTC)
STRANGER = Signer(b"\x07" * 32, name="stranger")


class Held:
    """One genuine bundle, the platform's key, a recall list before and one after its recall."""

    def __init__(self, home: Home) -> None:
        with home.open() as desk:
            gate = desk.platform.gate
            (made,) = (one.record for one in desk.platform.store.find(Release))
            self.files = bundle(gate, made)
            self.key = desk.platform.signer.public
            self.release = made.id
            self.clean = recall_list(gate)
            release.recall(gate, desk.actor(SECURITY), made.id, reason="数据有误")
            self.recalled = recall_list(gate)

    def folder(self, place: Path, **changed: bytes | None) -> Path:
        """Lay the files out, some of them changed or (None) left out."""
        place.mkdir(parents=True, exist_ok=True)
        for name, data in {**self.files, **changed}.items():
            if data is not None:
                (place / name).write_bytes(data)
        return place

    def archive(self, place: Path) -> Path:
        """Pack the files as the platform does."""
        with (place / "bundle.zip").open("wb") as stream:
            pack(self.files, stream)
        return place / "bundle.zip"


@pytest.fixture(scope="module")
def held(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Held:
    place = tmp_path_factory.mktemp("bundle") / "home"
    keep(told / RELEASED, place)
    return Held(Home(place))


def said(found: Verified) -> str:
    """Return the one sentence that ended a verification."""
    assert not found
    assert sum(not one.holds for one in found.lines) == 1
    return str(found.lines[-1].message)


def test_a_genuine_bundle_holds_as_folder_and_as_archive(held: Held, tmp_path: Path) -> None:
    for place in (held.folder(tmp_path / "out"), held.archive(tmp_path)):
        found = verify_bundle(place, key=held.key, recalls=held.clean, now=NOW)
        assert found, [str(one.message) for one in found.lines]
        assert found.release == held.release
        assert {one.check for one in found.lines} == {"seal", "files", "receipt", "votes", "log", "recall"}
        assert sum(one.check == "votes" for one in found.lines) == 2


def test_without_a_key_it_says_whose_key_it_went_by(held: Held, tmp_path: Path) -> None:
    found = verify_bundle(held.folder(tmp_path / "out"), now=NOW)
    assert found
    assert found.pinned
    assert "请与平台公布的公钥核对" in str(found.lines[0].message)
    assert held.key.hex()[:16] in str(found.lines[0].message)


@pytest.mark.parametrize("name", [SEAL, RECEIPT, PROOF, METADATA, "summary.csv"])
def test_every_flipped_byte_of_every_file_is_found(held: Held, tmp_path: Path, name: str) -> None:
    genuine = held.files[name]
    place = held.folder(tmp_path / "out") / name
    step = max(1, len(genuine) // 400)
    for at in range(0, len(genuine), step):
        changed = bytearray(genuine)
        changed[at] ^= 1 << (at % 8)
        place.write_bytes(bytes(changed))
        assert not verify_bundle(place.parent, key=held.key, now=NOW), (name, at)
        assert not verify_bundle(place.parent, now=NOW), (name, at)
    for cut in (0, 1, len(genuine) // 2, len(genuine) - 1):
        place.write_bytes(genuine[:cut])
        assert not verify_bundle(place.parent, key=held.key, now=NOW), (name, cut)


def test_every_flipped_byte_and_every_cut_of_the_archive_is_found(held: Held, tmp_path: Path) -> None:
    place = held.archive(tmp_path)
    genuine = place.read_bytes()
    edges = [*range(64), *range(len(genuine) - 700, len(genuine))]
    for at in sorted({*range(0, len(genuine), max(1, len(genuine) // 300)), *edges}):
        changed = bytearray(genuine)
        changed[at] ^= 1 << (at % 8)
        place.write_bytes(bytes(changed))
        assert not verify_bundle(place, key=held.key, now=NOW), at
    for cut in range(0, len(genuine), max(1, len(genuine) // 60)):
        place.write_bytes(genuine[:cut])
        assert "压缩包" in said(verify_bundle(place, key=held.key, now=NOW))
    for wrapped in (genuine + b"x", b"x" + genuine, genuine + genuine):
        place.write_bytes(wrapped)
        assert not verify_bundle(place, key=held.key, now=NOW)


def fields(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all leaves of a JSON value."""
    if isinstance(value, dict):
        return [one for name in value for one in fields(value[name], (*path, name))]
    if isinstance(value, list):
        return [one for place, item in enumerate(value) for one in fields(item, (*path, place))]
    return [path]


def other(value: object) -> object:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    return "x"


@pytest.mark.parametrize("name", [SEAL, RECEIPT, PROOF])
def test_every_altered_field_is_found(held: Held, tmp_path: Path, name: str) -> None:
    document = json.loads(held.files[name])
    place = held.folder(tmp_path / "out")
    for path in fields(document):
        changed = json.loads(held.files[name])
        spot = changed
        for part in path[:-1]:
            spot = spot[part]
        spot[path[-1]] = other(spot[path[-1]])
        data = json.dumps(changed, ensure_ascii=False, indent=1, sort_keys=True).encode()
        (place / name).write_bytes(data if name == RECEIPT else canonical(changed).encode())
        assert not verify_bundle(place, key=held.key, now=NOW), path


def resealed(
    held: Held, products: dict[str, bytes], *keys: Signer | Sm2Signer, **changed: object
) -> dict[str, bytes]:
    """Seal changed files anew, as only somebody with other keys (or a broken platform) can."""

    class Desk:
        seals = keys
        signer = keys[0]

    contents = json.loads(held.files[SEAL])["body"]
    contents.pop("keys")
    contents["files"] = {
        name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in products.items()
        if name != SEAL
    }
    return {**products, SEAL: sealed(Desk(), {**contents, **changed})}  # type: ignore[arg-type]


def test_a_bundle_sealed_by_somebody_else_is_not_the_platforms(held: Held, tmp_path: Path) -> None:
    forged = resealed(held, held.files, STRANGER)
    place = held.folder(tmp_path / "out", **forged)
    assert "不是给出的公钥" in said(verify_bundle(place, key=held.key, now=NOW))
    assert "回执签名不正确" in said(verify_bundle(place, now=NOW))
    assert "不是给出的公钥" in said(
        verify_bundle(held.folder(tmp_path / "ours"), key=STRANGER.public, now=NOW)
    )


def test_a_swapped_vote_does_not_hold_even_for_whoever_can_sign_receipts(held: Held, tmp_path: Path) -> None:
    body = json.loads(held.files[RECEIPT])["body"]

    def forged(change: Callable[[dict[str, Any]], None]) -> str:
        changed = json.loads(json.dumps(body))
        change(changed)
        signature = STRANGER.sign(canonical(changed).encode()).hex()
        whole = {"body": changed, "signature": signature, "public_key": STRANGER.public.hex()}
        files = resealed(held, {**held.files, RECEIPT: json.dumps(whole).encode()}, STRANGER)
        return said(verify_bundle(held.folder(tmp_path / "out", **files), key=STRANGER.public, now=NOW))

    digest = body["files"][0]["released_sha256"]
    assert "没有得到全部审查人同意" in forged(lambda b: b["votes"][0]["digests"].update({digest: False}))
    assert "没有得到全部审查人同意" in forged(lambda b: b.update(votes=[]))
    assert "检查点" in forged(lambda b: b["votes"][0].update(voter="别人"))  # the log is still ours


def test_a_bundle_whose_log_was_cleared_in_time_is_not_called_changed_and_does_not_hold(
    released: Home, tmp_path: Path
) -> None:
    with released.open() as desk:
        gate, key = desk.platform.gate, desk.platform.signer.public
        (made,) = (one.record for one in desk.platform.store.find(Release))
        files = bundle(gate, made)
        place = tmp_path / "out"
        place.mkdir()
        proof = json.loads(files[PROOF])
        issued = next(one for one in proof["facts"] if one["fact"]["verb"] == "release:issue")
        until = moment_of(issued["fact"]["keep_until"])
        issued["payload"] = None
        data = canonical(proof).encode()
        contents = json.loads(files[SEAL])["body"]
        contents.pop("keys")
        contents["files"][PROOF] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
        for name, content in {**files, PROOF: data, SEAL: sealed(gate, contents)}.items():
            (place / name).write_bytes(content)
    before = verify_bundle(place, key=key, now=until - timedelta(seconds=1))
    assert (bool(before), before.outlived) == (False, False)
    after = verify_bundle(place, key=key, now=until)
    assert "按期清理" in said(after)
    assert (bool(after), after.outlived) == (False, True)
    for change in ("summary.csv", PROOF):
        (place / change).write_bytes((place / change).read_bytes() + b" ")
        found = verify_bundle(place, key=key, now=until)
        assert (bool(found), found.outlived) == (False, False), change


def test_a_proof_of_another_release_is_found_though_the_platform_itself_sealed_it(
    released: Home, tmp_path
) -> None:
    with released.open() as desk:
        gate, key = desk.platform.gate, desk.platform.signer.public
        (made,) = (one.record for one in desk.platform.store.find(Release))
        files = bundle(gate, made)

        def sealed_with(proof: dict[str, Any], **changed: object) -> str:
            contents = json.loads(files[SEAL])["body"]
            contents.pop("keys")
            data = canonical(proof).encode()
            contents["files"][PROOF] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
            whole = {**files, PROOF: data, SEAL: sealed(gate, {**contents, **changed})}
            place = tmp_path / "out"
            place.mkdir(exist_ok=True)
            for name, content in whole.items():
                (place / name).write_bytes(content)
            return said(verify_bundle(place, key=key, now=NOW))

        proof = json.loads(files[PROOF])
        issued = next(one for one in proof["facts"] if one["fact"]["verb"] == "release:issue")
        votes = [one for one in proof["facts"] if one is not issued]
        assert "另一次放行" in sealed_with(proof, release="release-000009")
        assert "另一次放行" in sealed_with({**proof, "facts": votes})
        assert "没有本人签名" in sealed_with({**proof, "facts": [issued]})
        assert "没有本人签名" in sealed_with({**proof, "facts": [issued, votes[0]]})
        # A payload taken out before the term that its own fact commits to was not cleared: it was removed.
        assert "应保存到" in sealed_with({**proof, "facts": [{**issued, "payload": None}, *votes]})
        for name in ("receipt", "issued_at"):
            text = issued["payload"]["text"].replace(f'"{name}":"', f'"{name}":"0')
            payload = {**issued["payload"], "text": text}
            assert "承诺不符" in sealed_with({**proof, "facts": [{**issued, "payload": payload}, *votes]})
        assert "通不到" in sealed_with({**proof, "facts": [{**issued, "path": issued["path"][:-1]}, *votes]})
        swapped = [{**one, "path": two["path"]} for one, two in zip(votes, reversed(votes), strict=True)]
        assert "通不到" in sealed_with({**proof, "facts": [issued, *swapped]})


def test_missing_extra_renamed_and_linked_files_are_told(held: Held, tmp_path: Path) -> None:
    for name in held.files:
        place = held.folder(tmp_path / f"without-{name}", **{name: None})
        assert "缺少" in said(verify_bundle(place, key=held.key, now=NOW))
    place = held.folder(tmp_path / "more", **{"私货.csv": b"a"})
    assert "多出文件 私货.csv" in said(verify_bundle(place, key=held.key, now=NOW))
    place = held.folder(tmp_path / "linked", **{"summary.csv": None})
    (tmp_path / "elsewhere.csv").write_bytes(held.files["summary.csv"])
    (place / "summary.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert "不是普通文件" in said(verify_bundle(place, key=held.key, now=NOW))
    place = held.folder(tmp_path / "nested")
    (place / "sub").mkdir()
    assert "不是普通文件" in said(verify_bundle(place, key=held.key, now=NOW))
    place = held.folder(tmp_path / "pipe", **{"summary.csv": None})
    os.mkfifo(place / "summary.csv")
    assert "不是普通文件" in said(verify_bundle(place, key=held.key, now=NOW))
    place = held.folder(tmp_path / "swapped", **{"summary.csv": held.files[METADATA]})
    assert "summary.csv 被改动" in said(verify_bundle(place, key=held.key, now=NOW))


def zipped(place: Path, entries: list[tuple[zipfile.ZipInfo | str, bytes]], *, packed: int = 0) -> Path:
    """Write an archive of anybody's making."""
    with zipfile.ZipFile(place, "w", packed) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return place


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_tricks_of_archives_are_told(held: Held, tmp_path: Path) -> None:
    whole: list[tuple[zipfile.ZipInfo | str, bytes]] = list(held.files.items())
    link = zipfile.ZipInfo("summary2.csv")
    link.external_attr, link.create_system = (stat.S_IFLNK | 0o777) << 16, 3
    sentences = {
        "../evil.csv": ("会写到别的目录", [("../evil.csv", b"x"), *whole]),
        "absolute": ("会写到别的目录", [("/etc/evil", b"x"), *whole]),
        "windows": ("会写到别的目录", [("..\\evil", b"x"), *whole]),
        "drive": ("会写到别的目录", [("C:evil", b"x"), *whole]),
        "twin": ("两个 summary.csv", [*whole, ("summary.csv", b"other")]),
        "link": ("是链接", [(link, b"/etc/passwd"), *whole]),
        "repacked": ("请解压到空目录", whole),
        "folder": ("会写到别的目录", [("sub/", b""), *whole]),
    }
    for name, (sentence, entries) in sentences.items():
        place = zipped(tmp_path / f"{len(name)}-trick.zip", entries)
        assert sentence in said(verify_bundle(place, key=held.key, now=NOW)), name
    bomb = zipped(tmp_path / "bomb.zip", [("a", b"\0" * 10_000_000)], packed=zipfile.ZIP_DEFLATED)
    assert "展开后比它本身还大" in said(verify_bundle(bomb, key=held.key, now=NOW))
    assert "不完整" in said(verify_bundle(held.folder(tmp_path / "x") / "summary.csv", key=held.key, now=NOW))


def test_a_hidden_note_between_the_files_of_an_archive_is_found(held: Held, tmp_path: Path) -> None:
    place = held.archive(tmp_path)
    with zipfile.ZipFile(place, "a") as archive:
        archive.comment = b"more than was released"
    assert "夹带了内容" in said(verify_bundle(place, key=held.key, now=NOW))


def test_a_recalled_release_is_told_and_a_foreign_or_old_list_is_no_list(held: Held, tmp_path: Path) -> None:
    place = held.folder(tmp_path / "out")
    assert "召回：请停止使用" in said(verify_bundle(place, key=held.key, recalls=held.recalled, now=NOW))
    for at in range(0, len(held.clean), 7):
        changed = bytearray(held.clean)
        changed[at] ^= 2
        assert not verify_bundle(place, key=held.key, recalls=bytes(changed), now=NOW)

    class Theirs:
        seals, signer = (), STRANGER

    forged = {"form": RECALLS, "platform": "x", "issued_at": "2030-01-01T00:00:00.000000Z", "releases": []}
    data = sealed(Theirs(), forged)  # type: ignore[arg-type]
    assert "不是给出的公钥" in said(verify_bundle(place, key=held.key, recalls=data, now=NOW))
    assert "不是给出的公钥" in said(verify_bundle(place, recalls=data, now=NOW))
    assert not verify_bundle(place, key=held.key, recalls=held.files[SEAL], now=NOW)  # another form, same key


def test_a_list_older_than_the_release_says_nothing(told: Path, tmp_path: Path) -> None:
    keep(told / RELEASED, tmp_path / "home")
    home = Home(tmp_path / "home")
    with home.open(days=-2) as desk:
        early = recall_list(desk.platform.gate)
    with home.open() as desk:
        (made,) = (one.record for one in desk.platform.store.find(Release))
        files, key = bundle(desk.platform.gate, made), desk.platform.signer.public
    with (tmp_path / "bundle.zip").open("wb") as stream:
        pack(files, stream)
    assert "比这次放行还早" in said(verify_bundle(tmp_path / "bundle.zip", key=key, recalls=early, now=NOW))


def test_two_seals_both_hold_and_either_key_verifies(held: Held, tmp_path: Path) -> None:
    numbers = iter(range(10**9, 10**9 + 50))
    sm2 = Sm2Signer(b"\x05" * 32, random=lambda bits: next(numbers) ** 8 % (1 << bits) | 1)
    files = resealed(held, held.files, STRANGER, sm2)  # type: ignore[arg-type]
    seal = json.loads(files[SEAL])
    place = held.folder(tmp_path / "out", **files)
    for key in (STRANGER.public, sm2.public):
        found = verify_bundle(place, key=key, now=NOW)
        assert found.lines[0].holds  # the seal holds; the receipt is not the stranger's
        assert "回执签名不正确" in said(found)
    for broken in (
        ["00" * 64, seal["signatures"][1]],
        [seal["signatures"][0], "00" * 64],
        seal["signatures"][:1],
    ):
        (place / SEAL).write_bytes(canonical({**seal, "signatures": broken}).encode())
        assert "封签" in said(verify_bundle(place, now=NOW))


@pytest.mark.parametrize("shape", [[], {}, {"a": 1}, None, 7, "x", {"summary.csv": 3}, {"summary.csv": {}}])
def test_whatever_shape_somebody_seals_is_refused_not_crashed_on(held: Held, tmp_path: Path, shape) -> None:
    for part in ("files", "release", "platform", "form"):
        files = {**resealed(held, held.files, STRANGER, **{part: shape})}
        assert not verify_bundle(held.folder(tmp_path / part, **files), now=NOW)
    whole = {"body": shape, "signature": STRANGER.sign(canonical(shape).encode()).hex()}  # type: ignore[arg-type]
    receipt = json.dumps({**whole, "public_key": STRANGER.public.hex()}).encode()
    files = resealed(held, {**held.files, RECEIPT: receipt}, STRANGER)
    assert not verify_bundle(held.folder(tmp_path / "receipt", **files), now=NOW)
    for name in (SEAL, PROOF):
        files = {**held.files, name: canonical(shape).encode()}  # type: ignore[arg-type]
        files = files if name == SEAL else resealed(held, files, STRANGER)
        assert not verify_bundle(held.folder(tmp_path / name, **files), now=NOW)


def test_what_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="读不到"):
        verify_bundle(tmp_path / "nothing", now=NOW)
    for text in ("", "xyz", "00" * 31, "name+00+AA", "\0"):
        with pytest.raises(Exception, match="公钥"):
            public_key(text)


def test_it_says_nothing_of_evidence_or_comments(held: Held) -> None:
    whole = b"".join(data for name, data in held.files.items() if name != "summary.csv").decode()
    for word in ("evidence", "comment", "findings", "records_found"):
        assert f'"{word}"' not in whole


def test_it_is_the_same_at_every_hand_out(released: Home) -> None:
    with released.open() as desk:
        (made,) = (one.record for one in desk.platform.store.find(Release))
        first = bundle(desk.platform.gate, made)
        desk.platform.checkpoint()
        assert bundle(desk.platform.gate, made) == first
        packed = [io.BytesIO(), io.BytesIO()]
        for stream in packed:
            pack(first, stream)
        assert packed[0].getvalue() == packed[1].getvalue()
