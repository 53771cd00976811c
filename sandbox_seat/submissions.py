"""Handing products to the egress gate, and reading what became of them.

A submission is a folder in the outbox: `request.json` and `files/`, written under a hidden
name and renamed when complete. The platform freezes what it finds there; changing a file
afterwards changes nothing. Nothing leaves by this alone: people review it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.kernel.errors import InputError, StorageError
from sandbox.kernel.message import say
from sandbox_seat.products import CLAIM_SUFFIX
from sandbox_seat.products import claim as write_claim

OUTBOX = Path("/outbox")
STATE = Path("/state/submissions.json")
WAITING = say("等待平台取走")
STATES = {
    "frozen": say("待闸口检查"),
    "in-review": say("审查中"),
    "refused": say("闸口拒绝"),
    "rejected": say("审查未通过"),
    "returned": say("已退回，请按意见修改后重新提交"),
    "approved": say("待放行"),
    "released": say("已放行"),
    "withdrawn": say("已撤回"),
    "declined": say("没有收下"),
}
"""What each state of a submission is called; a state without a name is shown as it is."""
MOST_FILES = 100
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was handed in: the request's id and the digest of each file by name."""

    id: str
    files: Mapping[str, str]

    def __repr__(self) -> str:
        names = "、".join(self.files)
        return f"已写入出域申请 {self.id}：{names}。闸口检查和审查的进展用 status() 查看。"


@dataclass(frozen=True, slots=True)
class Status:
    """The submissions of this seat as the platform last published them."""

    submissions: tuple[Mapping[str, object], ...]

    def __repr__(self) -> str:
        if not self.submissions:
            return "还没有出域申请"
        return "\n".join(line for entry in self.submissions for line in _lines(entry))


def submit(
    *paths: str | Path,
    title: str,
    purpose: str = "",
    claim: Mapping[str, str] | None = None,
    supporting: Sequence[str | Path] = (),
    submission: str = "",
    answer: str = "",
    outbox: Path = OUTBOX,
) -> Submitted:
    """Hand products to the egress gate and return the request's id and the digests.

    `claim` ({"sql": …, "subject": …}) belongs to a lone product; a `<file>.claim.json` beside a
    product goes with it. `supporting` files are for the reviewers to read and never leave. With
    `submission` a returned or refused one goes on with these files, and `answer` says what was
    mended. Raises InputError with what to mend; then nothing was handed in.
    """
    aside = _products(tuple(supporting)) if supporting else []
    files = _products(paths)
    if {one.name.casefold() for one in aside} & {one.name.casefold() for one in files}:
        raise InputError(say("一次提交里不能有重名的文件"))
    _check_text(title, purpose)
    _check_text(submission or "-", answer)
    if claim is not None:
        if len(files) != 1 or not {"sql", "subject"} <= claim.keys():
            raise InputError(say("claim 参数只用于一个产品，并要写明 sql 和 subject"))
        write_claim(files[0], sql=claim["sql"], subject=claim["subject"])
    files += [beside for file in files if (beside := _claim_of(file)).is_file() and beside not in files]
    files += aside
    identifier = f"{time.time_ns():x}-{os.urandom(4).hex()}"
    fresh = outbox / f".{identifier}"
    try:
        digests = dict(_copied(files, fresh / "files"))
        request: dict[str, object] = {"format": 1, "title": title, "purpose": purpose, "files": list(digests)}
        request |= {"supporting": [one.name for one in aside]} if aside else {}
        request |= {"submission": submission, "answer": answer} if submission else {}
        _write(fresh / "request.json", json.dumps(request, ensure_ascii=False).encode())
        fresh.rename(outbox / identifier)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise StorageError(say("申请没能写入出域目录，请检查席位空间后再试")) from error
    return Submitted(identifier, digests)


def status(*, state: Path = STATE, outbox: Path = OUTBOX) -> Status:
    """Return the submissions of this seat and where each stands, those not taken yet at the end."""
    try:
        entries = json.loads(state.read_text(encoding="utf-8"))["submissions"]
        known = tuple(entry for entry in entries if isinstance(entry, dict))
        taken = {entry.get("request") for entry in known}
        return Status(known + tuple(one for one in _waiting(outbox) if one["request"] not in taken))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(say("读不到申请状态，请稍后再试")) from error


def _waiting(outbox: Path) -> Iterator[Mapping[str, object]]:
    """Yield what lies complete in the outbox and was not taken yet, oldest first."""
    for request in sorted(outbox.glob("[!.]*/request.json")):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            title = json.loads(request.read_text(encoding="utf-8"))["title"]
            yield {"request": request.parent.name, "title": title, "state": str(WAITING)}


def _products(paths: tuple[str | Path, ...]) -> list[Path]:
    files = [Path(path) for path in paths]
    if not 0 < len(files) <= MOST_FILES:
        raise InputError(say("一次提交 1 到 {most} 个文件", most=MOST_FILES))
    for file in files:
        if file.is_symlink() or not file.is_file():
            raise InputError(say("没有找到文件 {path}，链接和目录不能提交", path=str(file)))
        if file.name.startswith("."):
            raise InputError(say("文件名 {name} 不能以点开头", name=file.name))
    if len({file.name.casefold() for file in files}) != len(files):
        raise InputError(say("一次提交里不能有重名的文件"))
    return files


def _check_text(title: str, purpose: str) -> None:
    if not title.strip():
        raise InputError(say("请写明申请的标题 title"))
    if max(len(title), len(purpose)) > MOST_LETTERS or not (title + purpose).isprintable():
        raise InputError(say("标题和用途各不超过 {most} 个字，只写一行", most=MOST_LETTERS))


def _claim_of(file: Path) -> Path:
    return file.with_name(file.name + CLAIM_SUFFIX)


def _copied(files: list[Path], folder: Path) -> Iterator[tuple[str, str]]:
    folder.mkdir(parents=True)
    for file in files:
        content = file.read_bytes()
        _write(folder / file.name, content)
        yield file.name, hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _lines(entry: Mapping[str, object]) -> Iterator[str]:
    identifier = entry.get("request", entry.get("id", ""))
    state = str(entry.get("state", ""))
    yield f"{entry.get('title', '')}  {STATES.get(state, state)}  （{identifier}）"
    if entry.get("message"):
        yield f"  {entry['message']}"
    files = entry.get("files", ())
    for file in files if isinstance(files, list) else ():
        if not isinstance(file, dict):
            continue
        yield f"  {file.get('name', '')}  {file.get('outcome', '')}"
        for message in file.get("messages", ()):
            yield f"    {message}"
    said = entry.get("comments", ())
    for comment in said if isinstance(said, list) else ():
        if isinstance(comment, dict):
            yield f"  「{comment.get('text', '')}」"
