"""What a published version is on disk, and how it is read and verified.

A version directory holds its parts and a manifest that names each by SHA-256; the pointer
`CURRENT` names the version and its manifest's digest. Publishing is `snapshot.py`'s matter.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.kernel.errors import InputError, NotFoundError, TamperedError
from sandbox.kernel.message import say
from sandbox.pool.disk import sha256_file, storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST: Final = "manifest.json"
POINTER: Final = "CURRENT"
_VERSION = re.compile(r"v(\d{6,9})", re.ASCII)
_SEGMENT = re.compile(r"(?!\.)[\w.\-]{1,80}")


@dataclass(frozen=True, slots=True)
class PartFile:
    """One file of a version: `rows` is 0 for a file that is no Parquet, `bytes` its size, SHA-256 in hex."""

    name: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published version; `digest` is the SHA-256 of its manifest and so names every byte of it."""

    path: Path
    series: str
    version: int
    manifest: Mapping[str, Any]
    parts: tuple[PartFile, ...]
    digest: str

    @property
    def rows(self) -> int:
        """Rows of all Parquet parts together."""
        return sum(part.rows for part in self.parts)

    @property
    def parquet_files(self) -> tuple[Path, ...]:
        """The Parquet parts in order, for DuckDB or Arrow: part-10 after part-9, as they were written."""
        names = sorted((part.name for part in self.parts), key=lambda name: (len(name), name))
        return tuple(self.path / name for name in names if name.endswith(".parquet"))

    def verify(self, *, digest: str | None = None) -> None:
        """Read every byte again; raise `TamperedError` for a changed, missing or added file.

        `digest` is the manifest digest the caller recorded elsewhere: without it only damage is
        found, not a version rewritten together with its manifest.
        """
        with storage_errors():
            seen = sorted(entry.name for entry in self.path.iterdir()) if self.path.is_dir() else []
        if seen != sorted([MANIFEST, *(part.name for part in self.parts)]):
            raise self._tampered(self.path.name)
        if digest not in (None, self.digest):
            raise self._tampered(MANIFEST)
        expected = [(MANIFEST, self.digest), *((part.name, part.sha256) for part in self.parts)]
        for name, wanted in expected:
            target = self.path / name
            if target.is_symlink() or not target.is_file():
                raise self._tampered(name)
            with storage_errors():
                found = sha256_file(target)
            if found != wanted:
                raise self._tampered(name)

    def _tampered(self, name: str) -> TamperedError:
        return TamperedError(
            say("快照 {series} 第 {version} 版的 {name} 与落地时不一致，请停止使用并重新落地",
                series=self.series, version=self.version, name=name)
        )  # fmt: skip


def series_path(root: Path, series: str) -> Path:
    """Directory of a series such as "env/dataset/agreement"; `InputError` for a name that could escape."""
    parts = series.split("/")
    if not parts or any(not _SEGMENT.fullmatch(part) for part in parts):
        raise InputError(
            say("快照名称 {series} 不合规，请只用文字、数字、点、横线并以斜杠分段", series=series)
        )
    return root.joinpath(*parts)


def version_name(number: int) -> str:
    """Directory name of a version: v000001, v000002, …"""
    return f"v{number:06d}"


def versions_in(directory: Path) -> tuple[int, ...]:
    """Version numbers present as directories, published or not, in order."""
    if not directory.is_dir():
        return ()
    matches = (_VERSION.fullmatch(entry.name) for entry in directory.iterdir())
    return tuple(sorted(int(match[1]) for match in matches if match))


def pointer(directory: Path) -> tuple[int, str] | None:
    """Published version and its manifest digest, or None before the first; `TamperedError` if garbled."""
    target = directory / POINTER
    if not target.is_file():
        return None
    match = re.fullmatch(r"v(\d{6,9}) ([0-9a-f]{64})\n", target.read_text("utf-8", errors="replace"))
    if match is None:
        raise TamperedError(say("快照目录 {name} 的版本指针损坏，请从备份恢复", name=directory.name))
    return int(match[1]), match[2]


def describe_part(path: Path) -> PartFile:
    """Measure one file of a stage; `InputError` if it is a link, a directory or a broken Parquet file."""
    if path.is_symlink() or not path.is_file():
        raise InputError(say("快照中只能有普通文件，请移除 {name} 后重试", name=path.name))
    rows = 0
    if path.suffix == ".parquet":
        try:
            rows = int(pq.read_metadata(path).num_rows)
        except pa.ArrowInvalid as error:
            raise InputError(say("{name} 不是完整的 Parquet 文件，请重新生成", name=path.name)) from error
    return PartFile(path.name, rows, path.stat().st_size, sha256_file(path))


def read_snapshot(directory: Path, *, series: str, number: int, digest: str | None = None) -> Snapshot:
    """Open a version; raises `NotFoundError`, or `TamperedError` if its manifest is not as recorded."""
    path = directory / version_name(number)
    target = path / MANIFEST
    if not target.is_file() or target.is_symlink():
        raise NotFoundError(say("没有快照 {series} 的第 {version} 版", series=series, version=number))
    with storage_errors():
        data = target.read_bytes()
    found = sha256(data).hexdigest()
    damaged = TamperedError(say("快照 {series} 的清单与记录不一致，请从备份恢复", series=series))
    if digest not in (None, found):
        raise damaged
    try:
        manifest = json.loads(data)
        parts = tuple(
            PartFile(str(part["name"]), int(part["rows"]), int(part["bytes"]), str(part["sha256"]))
            for part in manifest["parts"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise damaged from error
    return Snapshot(path, series, number, manifest, parts, found)


def manifest_bytes(manifest: Mapping[str, Any], *, number: int, parts: tuple[PartFile, ...]) -> bytes:
    """Canonical bytes of a manifest: the caller's keys plus `version` and `parts`, sorted, UTF-8."""
    listed = [{"name": p.name, "rows": p.rows, "bytes": p.bytes, "sha256": p.sha256} for p in parts]
    whole = {**manifest, "version": number, "parts": listed}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
