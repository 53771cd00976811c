"""Judges a log by what it says of itself and by what witnesses kept: nothing is believed.

Fed every fact in order, it recomputes leaves, roots, commitments and signatures and
compares them with checkpoints. Holds no database, file or network; needs no home. Called by
`verify` (a home) and by `verifier` (an exported log, offline).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.errors import SandboxError, TamperedError
from sandbox.kernel.message import Message, say
from sandbox.store import facts
from sandbox.store.course import Course
from sandbox.store.facts import Header, commitment
from sandbox.store.merkle import Digest, Frontier
from sandbox.store.report import Loss, Noted, Problem
from sandbox.store.report import Report as Report
from sandbox.store.witness import Checkpoint, Kept, read_note, slug
from sandbox.vault.signer import PublicKey, verify

SHOWN = 200
_KEY_CHANGES = frozenset({"account:enrol", "account:reset"})
_FORGERIES = (
    SandboxError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What values of a wrong shape raise when they are read."""


@dataclass(frozen=True, slots=True)
class _Epoch:
    """The log under one name, until a restoration gave it another."""

    origin: str
    start: int
    restored_at: str = ""
    witnessed: int = 0
    abandoned: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Auditor:
    """Takes the facts in order, then judges; one use.

    `witnessed` is None where no witness was asked, so that silence is not taken for consent.
    """

    digest: Digest
    key: PublicKey
    noted: Sequence[Noted] = ()
    witnessed: Sequence[Kept] | None = None
    keys: dict[str, set[str]] = field(default_factory=dict)
    records: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    effects: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    _frontier: Frontier = field(init=False)
    _roots: dict[int, bytes] = field(init=False)
    _problems: list[Problem] = field(default_factory=list)
    _count: int = 0
    _epochs: list[_Epoch] = field(default_factory=list)
    _missing: dict[int, str] = field(default_factory=dict)
    _purges: list[tuple[int, int, str]] = field(default_factory=list)
    _signed: int = 0
    _unchecked: int = 0
    _own: dict[str, str] = field(default_factory=dict)
    _course: Course = field(default_factory=Course)
    _withheld: bool = False

    def __post_init__(self) -> None:
        self._frontier = Frontier(self.digest)
        sizes = {row.size for row in self.noted}
        sizes |= {kept.checkpoint.size for kept in self.witnessed or () if kept.checkpoint is not None}
        self._roots = dict.fromkeys(sizes, b"")
        if 0 in self._roots:
            self._roots[0] = self._frontier.root()

    def problem(self, code: str, where: str, message: Message) -> None:
        """Note something that does not hold."""
        self._count += 1
        if len(self._problems) < SHOWN:
            self._problems.append(Problem(code=code, where=where, message=message))

    def unreadable(self, place: int) -> None:
        """Note a fact that cannot even be read, in its place."""
        self.problem("unreadable", f"fact {place}", say("第 {seq} 条日志读不出来：内容被改动", seq=place))
        self._extend(b"")

    def feed(
        self, header: Header, leaf: bytes, payload: tuple[bytes, str] | None, *, withheld: bool = False
    ) -> None:
        """Take the next fact: its header, the leaf as stored, its salt and payload if it has them.

        `withheld` says that the exporter kept the payload back, so its absence is no finding.
        """
        place = self._frontier.size
        if header.seq != place:
            self.problem("gap", f"fact {place}", say("日志在第 {seq} 条处断号", seq=place))
        own = self._leaf(header)
        if own != leaf:
            self.problem("leaf", f"fact {place}", say("第 {seq} 条日志被改动：与其摘要不符", seq=place))
        self._extend(own)
        try:
            self._judge(header, payload, withheld=withheld)
        except _FORGERIES as error:
            # A forged value may be of any shape: that it cannot be judged is the finding.
            self.problem("unreadable", f"fact {place}", _bad_fact(place, type(error).__name__))

    def _leaf(self, header: Header) -> bytes:
        try:
            return header.leaf(self.digest)
        except (SandboxError, TypeError, ValueError):
            return b""

    def _judge(self, header: Header, payload: tuple[bytes, str] | None, *, withheld: bool) -> None:
        self._withheld = self._withheld or withheld
        note = {} if withheld else self._open(header, payload)
        self._follow(header)
        for message in self._course.follow(header):
            self.problem("step", f"fact {header.seq}", message)
        if header.kind == facts.LOG:
            self._about_log(header, note)
        elif header.verb == facts.PURGE:
            self._about_purge(header, note)
        self._check_signature(header)

    def finish(self) -> Report:
        """Compare with all checkpoints and return the report."""
        self._check_missing()
        for row in self.noted:
            self._check_noted(row)
        losses = self._check_witnessed()
        sizes = [kept.checkpoint.size for kept in self.witnessed or () if kept.checkpoint is not None]
        return Report(
            origin=self._epochs[-1].origin if self._epochs else "",
            facts=self._frontier.size,
            root=self._frontier.root().hex(),
            problem_count=self._count,
            problems=tuple(self._problems),
            losses=losses,
            checkpoints=len(self.noted),
            witnessed=None if self.witnessed is None else len(self.witnessed),
            last_witnessed=max(sizes, default=None),
            purged=len(self._missing),
            signatures=self._signed,
            unchecked_signatures=self._unchecked,
        )

    @property
    def complete(self) -> bool:
        """Whether every payload was there to be read."""
        return not self._missing

    @property
    def tree(self) -> Frontier:
        """The tree of the facts fed so far."""
        return self._frontier

    @property
    def origin(self) -> str:
        """The name the log bears at its end."""
        return self._epochs[-1].origin if self._epochs else ""

    def _extend(self, leaf: bytes) -> None:
        self._frontier.append(leaf)
        if self._frontier.size in self._roots:
            self._roots[self._frontier.size] = self._frontier.root()

    def _open(self, header: Header, payload: tuple[bytes, str] | None) -> Mapping[str, Any]:
        """Check the payload against the commitment; return its note, empty where there is none."""
        place = f"fact {header.seq}"
        if payload is None:
            self._missing[header.seq] = header.keep_until
            return {}
        salt, text = payload
        if commitment(self.digest, salt, text) != header.payload_commitment:
            self.problem("payload", place, say("第 {seq} 条日志的内容被改动", seq=header.seq))
            return {}
        body = json.loads(text)
        record = body.get("record") or {}
        if header.kind == "account":
            self._learn_key(header, str(record.get("public_key") or ""))
        for effect in body.get("effects") or ():
            self.effects[effect["id"]] = (effect["kind"], effect["record_id"], effect["payload"])
        note = body.get("note")
        return note if isinstance(note, dict) else {}

    def _learn_key(self, header: Header, key: str) -> None:
        """Only the person's own enrolment sets the key that he signs with, only a reset takes it away."""
        before = self._own.get(header.record_id)
        if before is not None and key != before and header.verb not in _KEY_CHANGES:
            self.problem(
                "key", f"fact {header.seq}", say("账户 {id} 的签名公钥被悄悄换掉", id=header.record_id)
            )
        self._own[header.record_id] = key

    def _follow(self, header: Header) -> None:
        if header.kind == facts.LOG:
            return
        version, _ = self.records.get(header.record_id, (0, b""))
        if header.record_version != version + 1:
            self.problem(
                "version",
                f"fact {header.seq}",
                say("记录 {id} 的版本在第 {seq} 条日志处不连续", id=header.record_id, seq=header.seq),
            )
        self.records[header.record_id] = (header.record_version, header.record_digest)

    def _about_log(self, header: Header, note: Mapping[str, Any]) -> None:
        origin = note.get("origin")
        known = {epoch.origin for epoch in self._epochs}
        if header.verb == facts.BEGIN:
            good = not self._epochs and header.seq == 0 and isinstance(origin, str)
        elif header.verb == facts.RESTORE:
            good = isinstance(origin, str) and origin not in known and note.get("backup_size") == header.seq
        else:
            return
        if not good:
            self.problem(
                "log", f"fact {header.seq}", say("第 {seq} 条日志对日志本身的记载不成立", seq=header.seq)
            )
            return
        self._epochs.append(
            _Epoch(
                origin=str(origin),
                start=header.seq,
                restored_at=header.at,
                witnessed=int((note.get("witnessed") or {}).get("size", 0)),
                abandoned={str(name): int(size) for name, size in (note.get("abandoned") or {}).items()},
            )
        )

    def _about_purge(self, header: Header, note: Mapping[str, Any]) -> None:
        for first, last in note.get("purged") or ():
            self._purges.append((int(first), min(int(last), header.seq - 1), header.at))

    def _check_missing(self) -> None:
        """A payload may be absent only if a later fact records its purge, after its retention ended."""
        if self._frontier.size and (not self._epochs or self._epochs[0].start):
            self.problem("log", "fact 0", say("日志没有正确的开头"))
        for seq, keep_until in self._missing.items():
            if any(first <= seq <= last and at >= keep_until for first, last, at in self._purges):
                continue
            self.problem(
                "payload-missing", f"fact {seq}", say("第 {seq} 条日志的内容缺失，且没有清理记录", seq=seq)
            )

    def _check_signature(self, header: Header) -> None:
        if header.signature is None:
            if self._course.must_be_signed(header):
                self.problem(
                    "unsigned", f"fact {header.seq}", say("第 {seq} 条日志没有本人签名", seq=header.seq)
                )
            return
        own = self._own.get(header.actor)
        keys = self.keys.get(header.actor, set()) if own is None else {own}
        if not keys and (self._missing or self._withheld):
            self._unchecked += 1
            return
        self._signed += 1
        message = header.signing_input()
        if not any(verify(key, message, header.signature) for key in map(_key_bytes, keys)):
            self.problem(
                "signature", f"fact {header.seq}", say("第 {seq} 条日志的本人签名不成立", seq=header.seq)
            )

    def _check_noted(self, row: Noted) -> None:
        where = f"checkpoint {row.size}"
        try:
            found = read_note(row.note, self.key)
        except TamperedError as error:
            self.problem("checkpoint", where, error.message)
            return
        if (found.size, found.root, found.at) != (row.size, row.root, row.at):
            self.problem("checkpoint", where, say("第 {size} 条的检查点与其签名文本不符", size=row.size))
        self._compare(found, where)

    def _span(self, origin: str) -> tuple[int, int | None] | None:
        """Return (start, end) of the epoch of that name; end is None for the current one."""
        for index, epoch in enumerate(self._epochs):
            if epoch.origin == origin:
                later = self._epochs[index + 1 :]
                return epoch.start, later[0].start if later else None
        return None

    def _compare(self, found: Checkpoint, where: str) -> None:
        if self._span(found.origin) is None:
            self.problem(
                "origin", where, say("检查点属于另一份日志 {origin}：日志被整体替换", origin=found.origin)
            )
        elif found.size > self._frontier.size:
            self.problem(
                "truncated",
                where,
                say(
                    "检查点证明曾有 {size} 条日志，现只有 {now} 条：尾部被截断",
                    size=found.size,
                    now=self._frontier.size,
                ),
            )
        elif self._roots[found.size] != found.root:
            self.problem("root", where, say("前 {size} 条日志与检查点不符：历史被改写", size=found.size))

    def _check_witnessed(self) -> tuple[Loss, ...]:
        if self.witnessed is None:
            return ()
        ours = {slug(epoch.origin) for epoch in self._epochs}
        noted = {row.size for row in self.noted}
        lost: dict[int, int] = {}
        seen = 0
        for kept in self.witnessed:
            where = f"{kept.path.parent.name}/{kept.path.name}"
            if kept.checkpoint is None:
                if kept.path.parent.name in ours:
                    self.problem("witness", where, say("见证文件 {path} 被改动或不是本平台签署", path=where))
                continue
            seen += 1
            self._check_kept(kept.checkpoint, where, noted, lost)
        if not seen:
            self.problem("witness-none", "witness", say("见证目录里没有这份日志的检查点：无法证明它未被改写"))
        return tuple(
            Loss(first=start, last=size - 1, restored_at=self._restoration(start).restored_at)
            for start, size in sorted(lost.items())
        )

    def _check_kept(self, found: Checkpoint, where: str, noted: set[int], lost: dict[int, int]) -> None:
        start, known = self._left_behind(found)
        if start is None:
            self._compare(found, where)
            ends = {epoch.start for epoch in self._epochs}  # made after the backup, at its very size
            if found.size not in noted | ends and found.size <= self._frontier.size:
                self.problem("checkpoint", where, say("库中缺少第 {size} 条的检查点", size=found.size))
            return
        lost[start] = max(lost.get(start, 0), found.size)
        if found.size > known:
            self.problem(
                "restore",
                where,
                say("恢复记录没有提到见证方第 {size} 条的检查点：恢复时隐瞒了丢失", size=found.size),
            )

    def _left_behind(self, found: Checkpoint) -> tuple[int | None, int]:
        """Return where a restoration cut off what this checkpoint saw, and up to which size it says so."""
        span = self._span(found.origin)
        if span is not None:
            end = span[1]
            if end is None or found.size <= end:
                return None, 0
            return end, self._restoration(end).witnessed
        for epoch in self._epochs:
            if found.origin in epoch.abandoned:
                return epoch.start, epoch.abandoned[found.origin]
        return None, 0

    def _restoration(self, start: int) -> _Epoch:
        return next(epoch for epoch in self._epochs if epoch.start == start)


def _bad_fact(place: int, reason: str) -> Message:
    return say("第 {seq} 条日志读不出来（{reason}）", seq=place, reason=reason)


def _key_bytes(text: str) -> bytes:
    """Return a public key written in hexadecimal or base64; empty if it is neither."""
    for read in (bytes.fromhex, lambda value: base64.b64decode(value, validate=True)):
        try:
            found = read(text)
        except (ValueError, binascii.Error):
            continue
        if len(found) == 32:
            return found
    return b""
