"""Verifies a release bundle anywhere: no home, no network, only the bundle and the platform's public key.

Each check gives one sentence; the first that fails ends it. Without a key given, the bundle's own is used
and said to be so: that proves that nothing was changed, not who signed. Called by the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.egress.bundle import FORM, ISSUING, PROOF, RECALLS, RECEIPT, RESERVED, SEAL, plain_name
from sandbox.egress.bundle_files import Received, received, shown
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.message import Message, say
from sandbox.kernel.terms import Seal
from sandbox.people.directory import CHINA
from sandbox.store.canonical import canonical, moment_of
from sandbox.store.facts import Header
from sandbox.store.inclusion import Proven, check_inclusion
from sandbox.vault import signer as signing
from sandbox.vault.signer import PublicKey
from sandbox.vault.signers import key_id
from sandbox.vault.signers import sealed as seal_holds

_ALGORITHMS = {32: "Ed25519", 65: "SM2"}


class Outcome(StrEnum):
    """What a check found: it holds, something was changed, or the log no longer keeps what would prove it."""

    HOLDS = "holds"
    FAILS = "fails"
    OUTLIVED = "outlived"


@dataclass(frozen=True, slots=True)
class Line:
    """One check: its short name, what it found, and the sentence."""

    check: str
    outcome: Outcome
    message: Message

    @property
    def holds(self) -> bool:
        """Whether the check proved what it asks."""
        return self.outcome is Outcome.HOLDS


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found; `keys` are the short names of the keys that sealed the bundle."""

    lines: tuple[Line, ...]
    release: str = ""
    keys: tuple[str, ...] = ()
    pinned: bool = False

    def __bool__(self) -> bool:
        """Return whether every check holds."""
        return all(one.holds for one in self.lines)

    @property
    def outlived(self) -> bool:
        """Whether nothing was found changed, but the log has outlived what would prove it."""
        return any(one.outcome is Outcome.OUTLIVED for one in self.lines)


class _OutlivedError(Exception):
    """The term of what would prove a check has ended, as its own fact says."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(slots=True)
class _Case:
    """What the checks hand on to each other."""

    files: Received
    key: bytes | None
    recalls: bytes | None
    now: datetime
    sealed: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    proven: Proven | None = None


def public_key(text: str) -> bytes:
    """Return the key of a text: hexadecimal (Ed25519 or SM2) or a line name+hint+key, itself or in a file."""
    try:
        path = Path(text)
        text = path.read_text(encoding="utf-8") if path.is_file() else text
    except (OSError, ValueError):
        pass
    text = text.strip()
    if "+" in text:
        return PublicKey.parse(text).public
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) not in _ALGORITHMS:
        raise InputError(say("公钥读不懂：应是十六进制文字，或 名称+校验+密钥 的一行，或存有它的文件"))
    return found


def verify_bundle(
    source: Path, *, key: bytes | None = None, recalls: bytes | None = None, now: datetime
) -> Verified:
    """Return what every check says of a bundle; `InputError` only where there is nothing to read.

    `key` is the platform's published key, `recalls` a sealed list of recalled releases. A bundle fetched
    after the retention of its release has ended proves no more: it does not hold, and is not called changed.
    """
    lines: list[Line] = []
    case: _Case | None = None
    name = "files"
    try:
        with received(source) as files:
            case = _Case(files, key, recalls, now)
            for name, check in _CHECKS:
                lines += [Line(name, Outcome.HOLDS, one) for one in check(case)]
    except TamperedError as error:
        lines.append(Line(name, Outcome.FAILS, error.message))
    except _OutlivedError as error:
        lines.append(Line(name, Outcome.OUTLIVED, error.message))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        # What somebody sealed with a key of his own may have any shape: none of it is a bundle.
        lines.append(Line(name, Outcome.FAILS, say("放行包的内容不合规定：不是本平台打的包")))
    if case is None or not lines[0].holds:
        return Verified(tuple(lines))
    keys = tuple(key_id(one["algorithm"], bytes.fromhex(one["public"])) for one in case.sealed["keys"])
    return Verified(tuple(lines), str(case.sealed["release"]), keys, pinned=key is None)


def _check_seal(case: _Case) -> list[Message]:
    body = opened(case.files.read(SEAL), form=FORM, key=case.key)
    case.sealed = body
    shown = "、".join(f"{one['algorithm']} {one['public'][:16]}" for one in body["keys"])
    if case.key is None:
        return [say("封签有效，由包内所带的密钥 {key} 签署：请与平台公布的公钥核对", key=shown)]
    return [say("封签有效，由给出的平台公钥签署（{key}）", key=shown)]


def opened(data: bytes, *, form: str, key: bytes | None) -> Mapping[str, Any]:
    """Return the body of a sealed document; `TamperedError` if it is changed, of another form or key."""
    try:
        document = json.loads(data)
        body, signatures = document["body"], list(document["signatures"])
        whole = canonical(document).encode() == data and set(document) == {"body", "signatures"}
        seals = [Seal(**named, signature=one) for named, one in zip(body["keys"], signatures, strict=True)]
        fits = body["form"] == form and bool(seals)
    except (ValueError, KeyError, TypeError, InputError, RecursionError):
        raise TamperedError(say("封签读不懂：内容被改动，或不是本平台的文件")) from None
    if not whole or not fits:
        raise TamperedError(say("封签读不懂：内容被改动，或不是本平台的文件"))
    message = canonical(body).encode()
    if not all(_plain_hex(one) and seal_holds(one, message) for one in seals):
        raise TamperedError(say("封签的签名不成立：内容被改动"))
    if key is not None and key.hex() not in {one.public for one in seals}:
        raise TamperedError(say("封签不是给出的公钥 {key} 签署的：不是该平台签发", key=key.hex()[:16]))
    return dict(body)


def _plain_hex(one: Seal) -> bool:
    """Return whether key and signature are written in the one way there is."""
    return all(part == part.lower() and part.isalnum() for part in (one.public, one.signature))


def _check_files(case: _Case) -> list[Message]:
    named, there = case.sealed["files"], set(case.files.openers) - {SEAL}
    if missing := sorted(set(named) - there):
        raise TamperedError(say("缺少文件 {name}", name=shown(missing[0])))
    if extra := sorted(there - set(named)):
        raise TamperedError(say("多出文件 {name}：它不是放行的内容", name=shown(extra[0])))
    for name in sorted(named):
        size = case.files.openers[name][0]
        if size != named[name]["bytes"] or case.files.digest(name) != named[name]["sha256"]:
            raise TamperedError(say("文件 {name} 被改动：与封签上的摘要不符", name=shown(name)))
    return [say("文件 {count} 个，一个不多、一个不少，摘要全部相符", count=len(named))]


def _check_receipt(case: _Case) -> list[Message]:
    try:
        document = json.loads(case.files.read(RECEIPT))
        body, signature = document["body"], bytes.fromhex(document["signature"])
        held = signing.verify(_ed25519(case), canonical(body).encode(), signature)
    except (ValueError, KeyError, TypeError, InputError, RecursionError):
        held = False
    if not held or document.get("public_key") != _ed25519(case).hex():
        raise TamperedError(say("回执签名不正确：内容被改动或不是本平台签发"))
    case.body = body
    products = {plain_name(one["name"]): one["released_sha256"] for one in body["files"]}
    found = {name: one["sha256"] for name, one in case.sealed["files"].items() if name not in RESERVED}
    if products != found or case.sealed["platform"] != body["platform"]:
        raise TamperedError(say("产品与回执对不上：不是同一次放行的内容"))
    said = [
        say(
            "回执有效：申请 {id}《{title}》，{checks} 项检查，协议 {agreement}",
            id=body["submission"],
            title=body["title"],
            checks=len(body["checks"]),
            agreement=body["agreement"],
        )
    ]
    if body.get("demo"):
        said.append(say("这是演示环境签发的，不是真实的放行"))
    return said


def _ed25519(case: _Case) -> bytes:
    """Return the key that signs receipts and checkpoints: the Ed25519 key that the seal names."""
    for one in case.sealed["keys"]:
        if one["algorithm"] == "Ed25519":
            return bytes.fromhex(one["public"])
    raise TamperedError(say("封签没有写明签署回执和日志的密钥"))


def _check_votes(case: _Case) -> list[Message]:
    """Every product was approved by everyone whose vote the receipt counts, and by somebody."""
    votes = case.body["votes"]
    if case.body.get("template") and not votes:
        return _check_template(case.body["template"])
    for file in case.body["files"]:
        given = [vote["digests"].get(file["released_sha256"]) for vote in votes]
        if not given or not all(given):
            raise TamperedError(say("文件 {name} 没有得到全部审查人同意", name=file["name"]))
    return [
        say(
            "{who}（{organisation}，{capacity}）{at} 同意",
            who=vote["voter"],
            organisation=vote["organisation"],
            capacity=_CAPACITIES.get(vote["capacity"], vote["capacity"]),
            at=_time(vote.get("at", "")),
        )
        for vote in votes
    ]


def _check_template(told: Mapping[str, Any]) -> list[Message]:
    """An instance of a reviewed template: the authority and a side of the data signed these very terms."""
    given = told["signatures"]
    sides = {one["capacity"] for one in given}
    if "authority" not in sides or len(sides) < 2 or any(one["digest"] != told["digest"] for one in given):
        raise TamperedError(say("审定模板 {id} 没有得到各方对这些条款的签署", id=told["id"]))
    number = say(
        "审定模板 {id} 的第 {instance} 个产品（共 {of} 个）",
        id=told["id"],
        instance=told["instance"],
        of=told["of"],
    )
    signed = [
        say(
            "{who}（{organisation}，{capacity}）{at} 签署了模板",
            who=one["signer"],
            organisation=one["organisation"],
            capacity=_CAPACITIES.get(one["capacity"], one["capacity"]),
            at=_time(one["at"]),
        )
        for one in given
    ]
    return [number, *signed]


_CAPACITIES = {
    "authority": say("主管部门"),
    "provider": say("数据提供单位"),
    "third-party": say("第三方机构"),
}


def _time(text: str) -> str:
    """Return a moment as people here read it; of none, nothing."""
    return datetime.fromisoformat(text).astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if text else ""


def _check_log(case: _Case) -> list[Message]:
    try:
        proof = json.loads(case.files.read(PROOF))
    except ValueError:
        raise TamperedError(say("日志的包含证明读不懂：内容被改动")) from None
    names = [one["name"] for one in case.sealed["keys"] if one["algorithm"] == "Ed25519"]
    proven = check_inclusion(proof, PublicKey(name=names[0], public=_ed25519(case)))
    case.proven = proven
    _check_issued(case, proven)
    for vote in case.body["votes"]:
        if vote.get("public_key"):
            _check_cast(vote, proven.facts)
    for one in (case.body.get("template") or {}).get("signatures", ()):
        _check_cast(one | {"review": one["signature"], "voter": one["signer"]}, proven.facts)
    return [
        say(
            "日志 {origin} 在 {at} 的检查点（{size} 条）里有这次放行和各票",
            origin=proven.checkpoint.origin,
            at=_time(proven.checkpoint.at),
            size=proven.checkpoint.size,
        )
    ]


def _check_issued(case: _Case, proven: Proven) -> None:
    """The fact of the issue is of this release and names this very receipt: no proof of another one."""
    issued = [one for one in proven.facts if one.verb in ISSUING]
    if len(issued) != 1 or issued[0].record_id != case.sealed["release"]:
        raise TamperedError(say("包含证明说的是另一次放行：不是这个包的"))
    text = proven.payloads.get(issued[0].seq)
    if text is None:
        until = issued[0].keep_until
        if moment_of(until) > case.now:
            raise TamperedError(
                say("包含证明缺放行的内容，而它应保存到 {until}：内容被改动", until=_time(until))
            )
        raise _OutlivedError(
            say(
                "放行的内容保存到 {until}，已按期清理：日志证明不了回执，请用清理前领取的放行包核验",
                until=_time(until),
            )
        )
    receipt = sha256(case.files.read(RECEIPT)).hexdigest()
    try:
        named = json.loads(text)["note"]["receipt"]
    except (ValueError, KeyError, TypeError):
        named = ""
    if named != receipt:
        raise TamperedError(say("日志记下的回执不是这一份：内容被改动"))


def _check_cast(vote: Mapping[str, Any], facts: Sequence[Header]) -> None:
    """The vote was signed by the voter's own key at the time the receipt tells."""
    cast = [one for one in facts if one.record_id == vote["review"] and one.at == vote["at"]]
    key = bytes.fromhex(vote["public_key"])
    for one in cast:
        signature = one.signature or b""
        if one.actor == vote["account"] and signing.verify(key, one.signing_input(), signature):
            return
    raise TamperedError(say("{who} 的票在日志里没有本人签名：投票被改动", who=vote["voter"]))


def _check_recall(case: _Case) -> list[Message]:
    if case.recalls is None:
        return [say("没有给出召回清单：之后是否召回，请向平台查询")]
    ours = case.key if case.key is not None else _ed25519(case)
    told = opened(case.recalls, form=RECALLS, key=ours)
    if told["platform"] != case.sealed["platform"]:
        raise TamperedError(say("召回清单不是这个平台的"))
    receipt = case.sealed["files"][RECEIPT]["sha256"]
    for one in told["releases"]:
        if one["release"] == case.sealed["release"] and one["receipt_sha256"] == receipt:
            raise TamperedError(
                say("放行 {id} 已于 {at} 召回：请停止使用并删除", id=one["release"], at=_time(one["at"]))
            )
    if moment_of(told["issued_at"]) < datetime.fromisoformat(case.body["issued_at"]):
        raise TamperedError(say("召回清单比这次放行还早，说明不了什么：请换一份新的"))
    return [say("不在 {at} 的召回清单里", at=_time(told["issued_at"]))]


_CHECKS: tuple[tuple[str, Callable[[_Case], list[Message]]], ...] = (
    ("seal", _check_seal),
    ("files", _check_files),
    ("receipt", _check_receipt),
    ("votes", _check_votes),
    ("log", _check_log),
    ("recall", _check_recall),
)
