"""Immutable Parquet snapshots: a version is whole or it does not exist.

A landing fills a stage and commits it: files, manifest, directories and pointer are flushed in
that order and `CURRENT` is swapped last, so a reader sees the old version or the new one.
A live stage holds a lock on its own directory, so `sweep` can tell a killed landing from a
running one. Readers get a `Snapshot` (`versions.py`) and never see a stage.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sandbox.kernel.errors import NotFoundError, StateError, TamperedError
from sandbox.kernel.message import say
from sandbox.pool.disk import fsync_path, storage_errors, write_durably
from sandbox.pool.versions import (
    MANIFEST,
    POINTER,
    PartFile,
    Snapshot,
    describe_part,
    manifest_bytes,
    pointer,
    read_snapshot,
    series_path,
    version_name,
    versions_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

__all__ = ["PartFile", "Pool", "Snapshot", "Stage"]

_STAGE: Final = ".stage-"
_LOCK: Final = ".lock"


class Stage:
    """A fresh directory to fill with part files; commit publishes it, anything else leaves no trace."""

    def __init__(self, directory: Path, series: str) -> None:
        self._directory = directory
        self._series = series
        self.path, self._held = _locked_directory(directory)
        self._open = True

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self.abandon()

    def reuse(self, snapshot: Snapshot, name: str) -> None:
        """Hard-link an unchanged part of an earlier version into this one: no copy, same bytes."""
        with storage_errors():
            os.link(snapshot.path / name, self.path / name)

    def commit(self, manifest: Mapping[str, Any]) -> Snapshot:
        """Publish the files as the next version and return it.

        Raises `InputError` for a file that may not be in a version and `StorageError` if the disk
        fails; the version before stays current in both cases.
        """
        self._must_be_open()
        try:
            with storage_errors(), _series_lock(self._directory):
                return self._publish(manifest)
        except BaseException:
            if self._open:
                self.abandon()
            raise

    def abandon(self) -> None:
        """Remove the stage and everything in it; safe to call twice."""
        self._open = False
        _remove_tree(self.path)
        self._release()

    def _publish(self, manifest: Mapping[str, Any]) -> Snapshot:
        names = sorted(entry.name for entry in self.path.iterdir())
        parts = tuple(describe_part(self.path / name) for name in names)
        number = _next_number(self._directory)
        data = manifest_bytes(manifest, number=number, parts=parts)
        (self.path / MANIFEST).write_bytes(data)
        for name in (*names, MANIFEST):
            (self.path / name).chmod(0o444)
            fsync_path(self.path / name)
        fsync_path(self.path)
        target = self._directory / version_name(number)
        # The directory is renamed while still writable: some systems refuse to move one that is not.
        self.path.rename(target)
        self.path = target
        target.chmod(0o555)
        fsync_path(self._directory)
        digest = sha256(data).hexdigest()
        write_durably(self._directory / POINTER, f"{version_name(number)} {digest}\n".encode())
        self._open = False
        self._release()
        return read_snapshot(self._directory, series=self._series, number=number, digest=digest)

    def _must_be_open(self) -> None:
        if not self._open:
            raise StateError(say("这次落地已经结束，请重新开始一次落地"))

    def _release(self) -> None:
        if self._held >= 0:
            os.close(self._held)
            self._held = -1


class Pool:
    """All series under one root; one directory per series, one per version."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def stage(self, series: str) -> Stage:
        """Begin the next version of `series`; use it as a context manager."""
        directory = series_path(self.root, series)
        with storage_errors():
            directory.mkdir(parents=True, exist_ok=True)
            for level in [directory, *directory.parents][: series.count("/") + 2]:
                fsync_path(level)
            return Stage(directory, series)

    def current(self, series: str) -> Snapshot | None:
        """The published version, or None before the first; its manifest is checked against the pointer."""
        directory = series_path(self.root, series)
        with storage_errors():
            published = pointer(directory)
        if published is None:
            return None
        return read_snapshot(directory, series=series, number=published[0], digest=published[1])

    def version(self, series: str, number: int) -> Snapshot:
        """An earlier or the current version; a number past the pointer was never published."""
        published = self.current(series)
        if published is None or not 1 <= number <= published.version:
            raise NotFoundError(say("没有快照 {series} 的第 {version} 版", series=series, version=number))
        if number == published.version:
            return published
        return read_snapshot(published.path.parent, series=series, number=number)

    def versions(self, series: str) -> tuple[int, ...]:
        """Numbers of the published versions that are still kept."""
        directory = series_path(self.root, series)
        published = pointer(directory)
        limit = published[0] if published else 0
        return tuple(number for number in versions_in(directory) if number <= limit)

    def series(self) -> tuple[str, ...]:
        """Every series that has a published version, sorted."""
        found = (path.parent.relative_to(self.root) for path in self.root.rglob(POINTER))
        return tuple(sorted(path.as_posix() for path in found))

    def sweep(self) -> tuple[str, ...]:
        """Remove what killed landings left; return the removed paths relative to the root.

        A stage whose process still lives is kept, and so is every published version.
        """
        removed: list[str] = []
        with storage_errors():
            for stage in sorted(self.root.rglob(f"{_STAGE}*")):
                if stage.is_dir() and not _is_held(stage):
                    _remove_tree(stage)
                    removed.append(stage.relative_to(self.root).as_posix())
            for lock in sorted(self.root.rglob(_LOCK)):
                removed += [
                    path.relative_to(self.root).as_posix() for path in _sweep_unpublished(lock.parent)
                ]
        return tuple(removed)

    def destroy(self, series: str) -> None:
        """Remove every version of a series, pointer first, so that nothing half-removed is ever current."""
        directory = series_path(self.root, series)
        if not directory.is_dir():
            return
        with storage_errors(), _series_lock(directory):
            (directory / POINTER).unlink(missing_ok=True)
            fsync_path(directory)
            for number in versions_in(directory):
                _remove_tree(directory / version_name(number))
            fsync_path(directory)


@contextmanager
def _series_lock(directory: Path) -> Iterator[None]:
    """One publisher at a time in a series, across processes."""
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _locked_directory(directory: Path) -> tuple[Path, int]:
    """A new hidden directory and the descriptor that holds its lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_STAGE, dir=directory))
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.is_dir():  # a sweep may have come between the making and the lock
            return path, descriptor
        os.close(descriptor)


def _is_held(stage: Path) -> bool:
    descriptor = os.open(stage, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _next_number(directory: Path) -> int:
    """The number after the published one; what a killed commit left in its place is removed."""
    for path in _unpublished(directory):
        _remove_tree(path)
    published = pointer(directory)
    return published[0] + 1 if published else 1


def _sweep_unpublished(directory: Path) -> list[Path]:
    with _series_lock(directory):
        doomed = _unpublished(directory)
        for path in doomed:
            _remove_tree(path)
        return doomed


def _unpublished(directory: Path) -> list[Path]:
    """Version directories past the pointer: what a killed commit leaves, one at most."""
    published = pointer(directory)
    limit = published[0] if published else 0
    beyond = [number for number in versions_in(directory) if number > limit]
    if len(beyond) > 1:  # not what a kill leaves: the pointer is lost or old, and these may be the data
        raise TamperedError(say("快照目录 {name} 的版本指针丢失，请从备份恢复", name=directory.name))
    return [directory / version_name(number) for number in beyond]


def _remove_tree(path: Path) -> None:
    """Remove a directory of plain files, read-only or not; a link in it is removed, never followed."""
    if re.match(r"\.stage-|v\d", path.name) and path.is_dir() and not path.is_symlink():
        path.chmod(0o700)
        shutil.rmtree(path)
