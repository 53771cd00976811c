"""The folders of one seat: home and outbox (the seat's own), state (read-only to the seat).

Lays them out, builds the sandbox that shows them, and publishes the state that the seat may
read. What comes out of the outbox is `outbox`'s matter. Called by `seat`; decides nothing
about who may use a seat.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.kernel.errors import InputError, StateError, StorageError
from sandbox.kernel.message import say
from sandbox.seats.interpreter import PACKAGE, python_mounts
from sandbox.seats.spec import Limits, Mount, Sandbox
from sandbox.seats.usage import measure

HOME_INSIDE, OUTBOX_INSIDE, STATE_INSIDE = "/home/dev", "/outbox", "/state"
STATE_FILE = "submissions.json"
TEMPLATES = PACKAGE.parent / "notebooks_template"
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where one seat's folders lie on the host."""

    base: Path

    @property
    def home(self) -> Path:
        """Return the folder shown as the seat user's home."""
        return self.base / "home"

    @property
    def outbox(self) -> Path:
        """Return the folder into which the seat writes its requests."""
        return self.base / "outbox"

    @property
    def state(self) -> Path:
        """Return the folder that the platform writes and the seat reads."""
        return self.base / "state"


def folders(root: Path, seat_id: str) -> Folders:
    """Return the places of a seat's folders under `root`; InputError for an id that is no plain name."""
    if not IDENTIFIER.fullmatch(seat_id):
        raise InputError(say("席位号 {seat} 不合规定，只能用字母、数字、横线和下划线", seat=seat_id))
    return Folders(root.absolute() / seat_id)


def prepare(root: Path, seat_id: str, *, host_uid: int | None, templates: Path = TEMPLATES) -> Folders:
    """Lay out a seat's folders if they are not there yet, with the start notebooks in a new home.

    As root, home and outbox belong to `host_uid`; nobody else may look into them. A home that
    exists is never written to: it is the seat's. Raises StorageError when the disk refuses.
    """
    places = folders(root, seat_id)
    owner = host_uid if os.geteuid() == 0 and host_uid is not None else -1
    try:
        places.base.mkdir(mode=0o700, parents=True, exist_ok=True)
        places.state.mkdir(mode=0o755, exist_ok=True)
        if not (places.state / STATE_FILE).exists():
            publish_state(places.state, {"submissions": []})
        _lay_out(places.outbox, owner, content=None)
        _lay_out(places.home, owner, content=templates)
    except OSError as error:
        raise StorageError(say("席位 {seat} 的目录没能建立，请检查磁盘空间和权限", seat=seat_id)) from error
    return places


def sandbox_for(
    root: Path, seat_id: str, *, host_uid: int | None, mounts: Sequence[Mount], limits: Limits
) -> Sandbox:
    """Return the sandbox of a prepared seat: its folders, its data (`mounts`) and Python.

    Raises StateError when the seat was never prepared or its folders hold more than they may.
    """
    places = folders(root, seat_id)
    if not (places.home.is_dir() and places.outbox.is_dir() and places.state.is_dir()):
        raise StateError(say("席位 {seat} 的目录还没有建立，请先打开席位", seat=seat_id))
    if not measure(places.home, places.outbox).within(home_bytes=limits.home_bytes):
        raise StateError(say("席位 {seat} 的目录超出配额，请联系运营人员清理后再用", seat=seat_id))
    own = (
        Mount(places.home, HOME_INSIDE, writable=True),
        Mount(places.outbox, OUTBOX_INSIDE, writable=True),
        Mount(places.state, STATE_INSIDE),
    )
    return Sandbox(
        mounts=(*python_mounts(), *own, *mounts),
        limits=limits,
        workdir=HOME_INSIDE,
        home=HOME_INSIDE,
        host_uid=host_uid,
    )


def data_mounts(
    root: Path, seat_id: str, *, code: str, snapshot: Path, manifest: Mapping[str, object]
) -> tuple[Mount, Mount]:
    """Return the mounts of one data set, with a description that holds only what the author may know.

    The snapshot's own manifest also names suppressed and quarantined rows and the measured
    risk: those would say what was taken out, so a smaller one covers it.
    """
    places = folders(root, seat_id)
    described = json.dumps(seat_manifest(manifest), ensure_ascii=False, sort_keys=True).encode()
    if not IDENTIFIER.fullmatch(code):
        raise InputError(say("数据集代号 {code} 不合规定，只能用字母、数字、横线和下划线", code=code))
    file = places.base / "catalog" / f"{code}.json"
    try:
        file.parent.mkdir(mode=0o755, exist_ok=True)
        _replace(file, described)
    except OSError as error:
        raise StorageError(say("席位 {seat} 的数据目录没能写入，请检查磁盘空间", seat=seat_id)) from error
    return Mount(snapshot, f"/data/{code}"), Mount(file, f"/data/{code}/manifest.json")


def seat_manifest(manifest: Mapping[str, object]) -> dict[str, object]:
    """Return a snapshot's description without counts of what was left out. Pure."""
    rows, columns = manifest.get("rows"), manifest.get("columns")
    kept = ("name", "technique", "family", "class", "type")
    return {
        "format": manifest.get("format"),
        "table": manifest.get("table"),
        "rows": {"out": rows.get("out") if isinstance(rows, Mapping) else None},
        "columns": [
            {key: column[key] for key in kept if key in column}
            for column in (columns if isinstance(columns, Sequence) else ())
            if isinstance(column, Mapping)
        ],
        "schema": manifest.get("schema", []),
    }


def publish_state(state: Path, document: Mapping[str, object]) -> None:
    """Replace the file that the seat reads of its submissions, whole or not at all."""
    content = json.dumps(document, ensure_ascii=False, sort_keys=True).encode(errors="backslashreplace")
    try:
        _replace(state / STATE_FILE, content)
    except OSError as error:
        raise StorageError(say("席位的状态文件没能写入，请检查磁盘空间")) from error


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(file: Path, content: bytes) -> None:
    """Replace a file that the seat may read, whole or not at all."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)
            os.fsync(stream.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(file.parent)


def _lay_out(folder: Path, owner: int, *, content: Path | None) -> None:
    """Make a folder complete under another name first, so that a killed run leaves none half-made."""
    if folder.is_dir() and not folder.is_symlink():
        return
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    for notebook in sorted(content.glob("*.ipynb")) if content is not None else ():
        shutil.copyfile(notebook, fresh / notebook.name)
        os.chown(fresh / notebook.name, owner, owner)
    os.chown(fresh, owner, owner)
    fresh.rename(folder)
    sync_folder(folder.parent)


def declined_before(state: Path) -> dict[str, str]:
    """Return the requests that were declined earlier, with the sentence told; the platform wrote the file."""
    try:
        entries = json.loads((state / STATE_FILE).read_text(encoding="utf-8"))["submissions"]
    except (OSError, ValueError, KeyError):
        return {}
    return {
        str(entry["request"]): str(entry["message"]) for entry in entries if entry.get("state") == "declined"
    }
