"""Reads what a seat put into its outbox, as something a hostile hand may be changing meanwhile.

A request is a folder `<id>/` with `request.json` and `files/`. Every step goes by descriptor:
no link is followed, only plain files with one name, owned by the seat, within the caps, are
copied into the frozen store under their SHA-256. What is judged later is the copy; the
outbox is never read again. Judges no content. Called by the app for a seat's named user.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.kernel.errors import InputError, StorageError
from sandbox.kernel.message import Message, say
from sandbox.seats.spec import MIB
from sandbox.seats.workspace import sync_folder

REQUEST_FILE, FILES_FOLDER = "request.json", "files"
CLAIM_SUFFIX = ".claim.json"
REQUEST_ID = re.compile(r"[0-9a-z][0-9a-z-]{7,63}")
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one look into an outbox may take; bytes and counts."""

    requests: int = 50
    entries: int = 1000
    files: int = 100
    file_bytes: int = 512 * MIB
    request_bytes: int = 1024 * MIB
    document_bytes: int = 256 * 1024
    title_letters: int = 200
    name_letters: int = 120


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """One file as it lies in the frozen store; `claim` is set on a product that came with one.

    A `supporting` file is for the reviewers to read and is no product.
    """

    name: str
    sha256: str
    bytes: int
    claim: str | None = None
    supporting: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One request to submit, all its files frozen. `id` is the seat's own, unique in its outbox.

    With `submission` it goes on with that one in a new round; `answer` is what its author says to it.
    """

    id: str
    title: str
    purpose: str
    files: tuple[FrozenFile, ...]
    submission: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    """A request that cannot be taken, and the sentence its author reads."""

    id: str
    message: Message


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything one look found; `acknowledge` each once it is on record."""

    requests: tuple[Request, ...] = ()
    declined: tuple[Declined, ...] = ()


def collect(outbox: Path, store: Path, *, owner: int | None = None, caps: Caps | None = None) -> Collected:
    """Freeze every complete request in `outbox` into `store` and return them in order of id.

    `owner` is the host uid that every file must belong to (None: the platform's own). Nothing
    is removed from the outbox. A request that breaks a rule is declined whole. Raises
    StorageError when the store cannot be written.
    """
    caps = caps or Caps()
    uid = os.geteuid() if owner is None or os.geteuid() != 0 else owner
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    requests: list[Request] = []
    declined: list[Declined] = []
    with _folder(outbox) as root:
        for name in _names(root, caps.entries)[: caps.requests]:
            try:
                requests.append(_Reader(root, store, uid, caps).read(name))
            except InputError as error:
                declined.append(Declined(name, error.message))
    return Collected(tuple(requests), tuple(declined))


def acknowledge(outbox: Path, request_id: str) -> None:
    """Take a request that is on record out of the outbox; following no link, touching nothing else."""
    if "/" in request_id or request_id.startswith("."):
        return
    done = f".done-{os.urandom(8).hex()}"  # hidden first: what cannot be removed is not collected again
    with _folder(outbox) as root, contextlib.suppress(OSError):
        os.rename(request_id, done, src_dir_fd=root, dst_dir_fd=root)
        _remove(root, done, depth=0)


def frozen_path(store: Path, sha256: str) -> Path:
    """Return where the frozen store keeps a digest; InputError for what is no digest."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise InputError(say("摘要 {digest} 不是 SHA-256", digest=sha256))
    return store / sha256[:2] / sha256


def name_fault(name: object, longest: int = 120) -> Message | None:
    """Return why a product may not have this name, or None. Pure; shown to authors."""
    if not isinstance(name, str) or not name or len(name) > longest:
        return say("文件名必须是 1 到 {longest} 个字", longest=longest)
    if any(unicodedata.category(letter)[0] == "C" for letter in name) or len(name.encode()) > 240:
        return say("文件名太长，或含有控制字符、不可见字符")
    if name.startswith(".") or "/" in name or "\\" in name or name != unicodedata.normalize("NFC", name):
        return say("文件名不能以点开头，不能含路径，请只写文件名")
    return None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one request below the outbox's descriptor."""

    root: int
    store: Path
    uid: int
    caps: Caps

    def read(self, name: str) -> Request:
        """Return the frozen request; InputError with the author's sentence otherwise."""
        if not REQUEST_ID.fullmatch(name):
            raise InputError(say("申请目录名不合规定，请用 submit() 提交"))
        with self._below(self.root, name) as folder:
            document = _document(self._bytes(folder, REQUEST_FILE, self.caps.document_bytes))
            title, purpose, submission, answer = (
                self._text(document, key) for key in ("title", "purpose", "submission", "answer")
            )
            names, aside = self._listed(document), self._aside(document)
            with self._below(folder, FILES_FOLDER) as files:
                frozen = tuple(self._freeze_all(files, names, aside))
                return Request(name, title, purpose, frozen, submission, answer)

    def _aside(self, document: dict[str, object]) -> frozenset[str]:
        """Return the names of files that are for the reviewers alone; something must be left to release."""
        given, listed = document.get("supporting", []), document.get("files")
        if not isinstance(given, list) or not isinstance(listed, list) or any(n not in listed for n in given):
            raise InputError(say("佐证文件须是申请里列出的文件"))
        products = [one for one in listed if one not in given and not str(one).endswith(CLAIM_SUFFIX)]
        if not products:
            raise InputError(say("申请里只有佐证文件：至少要有一个要放行的文件"))
        return frozenset(str(one) for one in given)

    def _freeze_all(self, folder: int, names: Sequence[str], aside: frozenset[str]) -> Iterator[FrozenFile]:
        left = self.caps.request_bytes
        for name in names:
            digest, size = self._freeze(folder, name, min(left, self.caps.file_bytes))
            left -= size
            claim = f"{name}{CLAIM_SUFFIX}"
            yield FrozenFile(name, digest, size, claim if claim in names else None, name in aside)

    def _listed(self, document: dict[str, object]) -> list[str]:
        listed = document.get("files")
        if not isinstance(listed, list) or not 0 < len(listed) <= self.caps.files:
            raise InputError(say("一份申请要有 1 到 {files} 个文件", files=self.caps.files))
        for name in listed:
            fault = name_fault(name, self.caps.name_letters)
            if fault is not None:
                raise InputError(fault)
        if len({name.casefold() for name in listed}) != len(listed):
            raise InputError(say("一份申请里不能有重名的文件"))
        return listed

    def _text(self, document: dict[str, object], key: str) -> str:
        text = document.get(key, "")
        if not isinstance(text, str) or len(text) > self.caps.title_letters:
            raise InputError(say("申请的标题和用途各不超过 {longest} 个字", longest=self.caps.title_letters))
        if any(unicodedata.category(letter)[0] == "C" for letter in text):
            raise InputError(say("申请的标题和用途不能含控制字符"))
        return text

    @contextlib.contextmanager
    def _below(self, parent: int, name: str) -> Iterator[int]:
        try:
            descriptor = os.open(name, FOLDER_FLAGS, dir_fd=parent)
        except OSError as error:
            raise InputError(say("申请里缺少目录 {name}，或它不是真正的目录", name=name)) from error
        try:
            if os.fstat(descriptor).st_uid != self.uid:
                raise InputError(say("申请里的目录 {name} 不属于这个席位", name=name))
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _file(self, parent: int, name: str, most: int) -> Iterator[int]:
        """Open a file that is what it must be, and find it unchanged after it was read."""
        try:
            descriptor = os.open(name, FILE_FLAGS, dir_fd=parent)
        except OSError as error:
            linked = error.errno == errno.ELOOP
            sentence = say("{name} 是链接，只能提交真正的文件", name=name)
            raise InputError(sentence if linked else say("读不到文件 {name}", name=name)) from error
        try:
            before = os.fstat(descriptor)
            self._check(before, name, most)
            yield descriptor
            after = os.fstat(descriptor)
            if _identity(before) != _identity(after):
                raise InputError(say("文件 {name} 在读取时被改动，请停止写入后重新提交", name=name))
        finally:
            os.close(descriptor)

    def _check(self, found: os.stat_result, name: str, most: int) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise InputError(say("{name} 不是普通文件，只能提交真正的文件", name=name))
        if found.st_nlink != 1 or found.st_dev != os.fstat(self.root).st_dev:
            raise InputError(say("{name} 另有别名（硬链接），请复制一份再提交", name=name))
        if found.st_uid != self.uid:
            raise InputError(say("{name} 不属于这个席位，请复制一份再提交", name=name))
        if found.st_size > most:
            raise InputError(say("{name} 超过一次可以提交的大小，请拆小或汇总后再提交", name=name))

    def _bytes(self, parent: int, name: str, most: int) -> bytes:
        with self._file(parent, name, most) as descriptor:
            return b"".join(_chunks(descriptor, most, name))

    def _freeze(self, parent: int, name: str, most: int) -> tuple[str, int]:
        """Copy one file into the store; return its digest and size in bytes."""
        digest, size = hashlib.sha256(), 0
        temporary = self.store / f".incoming-{os.getpid()}-{os.urandom(8).hex()}"
        try:
            with self._file(parent, name, most) as source, temporary.open("xb") as copy:
                for chunk in _chunks(source, most, name):
                    digest.update(chunk)
                    size += len(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fchmod(copy.fileno(), 0o400)
                os.fsync(copy.fileno())
            target = frozen_path(self.store, digest.hexdigest())
            target.parent.mkdir(mode=0o700, exist_ok=True)
            temporary.rename(target)
            sync_folder(target.parent)
        except OSError as error:
            raise StorageError(say("冻结文件 {name} 时磁盘写入失败，申请仍在席位里", name=name)) from error
        finally:
            temporary.unlink(missing_ok=True)
        return digest.hexdigest(), size


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_nlink)


def _chunks(descriptor: int, most: int, name: str) -> Iterator[bytes]:
    left = most
    while chunk := os.read(descriptor, CHUNK):
        left -= len(chunk)
        if left < 0:
            raise InputError(say("文件 {name} 在读取时变大，请停止写入后重新提交", name=name))
        yield chunk


def _document(content: bytes) -> dict[str, object]:
    """Return the request's JSON object; a name given twice, or anything odd, is refused."""
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InputError(say("申请文件不是有效的 JSON，请用 submit() 提交")) from error
    if not isinstance(document, dict) or document.get("format") != 1:
        raise InputError(say("申请文件的格式不认识，请用 submit() 提交"))
    return document


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, FOLDER_FLAGS)
    except OSError as error:
        raise StorageError(say("席位的出域目录打不开，请联系运营人员")) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _names(folder: int, most: int) -> list[str]:
    """Return the names in a folder that are no half-written ones, sorted; at most `most` are looked at."""
    names: list[str] = []
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number >= most:
                break
            if not entry.name.startswith("."):
                names.append(entry.name)
    return sorted(names)


def _remove(parent: int, name: str, *, depth: int) -> None:
    """Remove a folder of at most three levels by descriptor; deeper ones are left to the seat."""
    try:
        descriptor = os.open(name, FOLDER_FLAGS, dir_fd=parent)
    except NotADirectoryError:
        os.unlink(name, dir_fd=parent)
        return
    try:
        for entry in os.listdir(descriptor):  # noqa: PTH208  by descriptor
            try:
                os.unlink(entry, dir_fd=descriptor)
            except IsADirectoryError:
                if depth < 2:
                    _remove(descriptor, entry, depth=depth + 1)
    finally:
        os.close(descriptor)
    with contextlib.suppress(OSError):
        os.rmdir(name, dir_fd=parent)
