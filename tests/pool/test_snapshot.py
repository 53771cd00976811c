"""A version is whole or absent: kills, full disks, tampering and concurrent landings."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.kernel.errors import InputError, NotFoundError, StateError, StorageError, TamperedError
from sandbox.pool.disk import storage_errors
from sandbox.pool.snapshot import Pool, Snapshot

SERIES = "city/firms/agr-1"


def land(pool: Pool, rows: int, series: str = SERIES) -> Snapshot:
    with pool.stage(series) as stage:
        pq.write_table(pa.table({"n": pa.array(range(rows))}), stage.path / "part-0.parquet")
        return stage.commit({"policy": "p1"})


def test_versions_follow_each_other_and_read_back(tmp_path):
    pool = Pool(tmp_path)
    assert pool.current(SERIES) is None
    first, second = land(pool, 3), land(pool, 5)
    assert (first.version, second.version) == (1, 2)
    assert pool.current(SERIES) == second
    assert pool.version(SERIES, 1).rows == 3
    assert second.manifest["policy"] == "p1"
    assert second.manifest["parts"][0]["rows"] == 5
    assert pool.versions(SERIES) == (1, 2)
    assert pool.series() == (SERIES,)
    first.verify(digest=first.digest)
    second.verify()
    with pytest.raises(NotFoundError):
        pool.version(SERIES, 3)


def test_parts_are_read_in_the_order_they_were_written_past_the_tenth(tmp_path):
    with Pool(tmp_path).stage(SERIES) as stage:
        for n in range(12):
            pq.write_table(pa.table({"n": [n]}), stage.path / f"part-{n}.parquet")
        kept = stage.commit({})
    assert [pq.read_table(one)["n"][0].as_py() for one in kept.parquet_files] == list(range(12))


def test_published_files_are_read_only(tmp_path):
    snapshot = land(Pool(tmp_path), 1)
    assert snapshot.path.stat().st_mode & 0o777 == 0o555
    assert {entry.stat().st_mode & 0o777 for entry in snapshot.path.iterdir()} == {0o444}


def _unlock(snapshot: Snapshot) -> Path:
    snapshot.path.chmod(0o755)
    part = snapshot.path / "part-0.parquet"
    part.chmod(0o644)
    return part


def test_one_changed_byte_is_found(tmp_path):
    snapshot = land(Pool(tmp_path), 100)
    part = _unlock(snapshot)
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    with pytest.raises(TamperedError, match=r"part-0\.parquet"):
        snapshot.verify()


def test_missing_added_and_linked_files_are_found(tmp_path):
    pool = Pool(tmp_path)
    added, missing, linked = land(pool, 1), land(pool, 2), land(pool, 3)
    _unlock(added)
    (added.path / "extra.parquet").write_bytes(b"x")
    _unlock(missing).unlink()
    part = _unlock(linked)
    twin = tmp_path / "twin"
    part.rename(twin)
    part.symlink_to(twin)
    for snapshot in (added, missing, linked):
        with pytest.raises(TamperedError):
            snapshot.verify()


def test_a_manifest_rewritten_with_its_part_is_found_by_pointer_and_by_recorded_digest(tmp_path):
    pool = Pool(tmp_path)
    snapshot = land(pool, 4)
    _unlock(snapshot)
    manifest = snapshot.path / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_bytes(manifest.read_bytes().replace(b'"p1"', b'"p2"'))
    with pytest.raises(TamperedError):
        pool.current(SERIES)
    with pytest.raises(TamperedError):
        snapshot.verify()


@pytest.mark.parametrize("series", ["", "../up", "a//b", "/abs", "a/../b", ".hidden", "a\0b", "a/b\n"])
def test_a_series_cannot_leave_the_root(tmp_path, series):
    with pytest.raises(InputError):
        Pool(tmp_path / "pool").stage(series)
    assert not (tmp_path / "up").exists()


def test_links_directories_and_torn_parquet_are_not_published(tmp_path):
    pool = Pool(tmp_path)
    land(pool, 2)

    def spoil(kind: str, path: Path) -> None:
        if kind == "link":
            path.symlink_to("/etc/passwd")
        elif kind == "directory":
            path.mkdir()
        else:
            path.write_bytes(b"PAR1 torn")

    for kind in ("link", "directory", "torn"):
        stage = pool.stage(SERIES)
        spoil(kind, stage.path / "part-0.parquet")
        with pytest.raises(InputError):
            stage.commit({})
        assert not stage.path.exists()
    assert pool.current(SERIES).rows == 2


def test_an_abandoned_stage_leaves_nothing_and_cannot_commit(tmp_path):
    pool = Pool(tmp_path)
    with pool.stage(SERIES) as stage:
        (stage.path / "a.txt").write_text("x")
    assert not stage.path.exists()
    with pytest.raises(StateError):
        stage.commit({})


def test_sweep_keeps_a_living_stage_and_removes_a_dead_one(tmp_path):
    pool = Pool(tmp_path)
    living = pool.stage(SERIES)
    dead = tmp_path / SERIES / ".stage-dead"
    dead.mkdir()
    (dead / "part-0.parquet").write_bytes(b"half")
    assert pool.sweep() == (f"{SERIES}/.stage-dead",)
    assert living.path.is_dir()
    (living.path / "note.txt").write_text("kept")
    assert living.commit({}).version == 1


def test_a_version_past_the_pointer_is_never_seen_and_its_number_is_reused(tmp_path):
    pool = Pool(tmp_path)
    land(pool, 1)
    orphan = tmp_path / SERIES / "v000002"
    orphan.mkdir()
    (orphan / "part-0.parquet").write_bytes(b"half")
    with pytest.raises(NotFoundError):
        pool.version(SERIES, 2)
    assert pool.versions(SERIES) == (1,)
    assert land(pool, 7).version == 2
    assert pool.version(SERIES, 2).rows == 7


def test_a_lost_pointer_is_reported_and_nothing_is_removed(tmp_path):
    pool = Pool(tmp_path)
    land(pool, 1)
    land(pool, 2)
    (tmp_path / SERIES / "CURRENT").unlink()
    with pytest.raises(TamperedError):
        pool.sweep()
    with pytest.raises(TamperedError):
        land(pool, 3)
    assert (tmp_path / SERIES / "v000002").is_dir()


def test_reused_parts_share_their_bytes(tmp_path):
    pool = Pool(tmp_path)
    first = land(pool, 9)
    with pool.stage(SERIES) as stage:
        stage.reuse(first, "part-0.parquet")
        second = stage.commit({})
    assert (first.path / "part-0.parquet").samefile(second.path / "part-0.parquet")
    second.verify()


def test_destroy_removes_every_version(tmp_path):
    pool = Pool(tmp_path)
    land(pool, 1)
    land(pool, 1)
    pool.destroy(SERIES)
    pool.destroy("never/was/there")
    assert pool.current(SERIES) is None
    assert not list(tmp_path.rglob("*.parquet"))


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    import sandbox.pool.snapshot as room
    calls, target = 0, int(sys.argv[2])
    def dying(function):
        def step(*args, **kwargs):
            global calls
            calls += 1
            if calls == target:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)
        return step
    stage = room.Pool(Path(sys.argv[1])).stage("s")
    (stage.path / "a.txt").write_text("new")
    (stage.path / "b.txt").write_text("new")
    os.open, os.chmod, os.rename, os.replace = map(dying, (os.open, os.chmod, os.rename, os.replace))
    stage.commit({})
    """
)


@pytest.mark.parametrize("step", range(1, 25, 2))
def test_kill_nine_at_every_step_of_a_commit(tmp_path, step):
    pool = Pool(tmp_path)
    with pool.stage("s") as stage:
        (stage.path / "a.txt").write_text("old")
        stage.commit({})
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(step)], timeout=60, check=False)
    assert done.returncode in (0, -signal.SIGKILL)
    seen = pool.current("s")
    seen.verify()
    text = (seen.path / "a.txt").read_text()
    assert (seen.version, text) in {(1, "old"), (2, "new")}
    pool.sweep()
    pool.current("s").verify()
    assert not list(tmp_path.rglob(".stage-*"))
    with pool.stage("s") as stage:
        (stage.path / "a.txt").write_text("next")
        assert stage.commit({}).version == seen.version + 1


def test_a_file_size_limit_fails_with_one_sentence_and_the_last_version_whole(tmp_path):
    pool = Pool(tmp_path)
    land(pool, 3)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        stage = pool.stage(SERIES)
        (stage.path / "a.txt").write_text("small")
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, old[1]))
        with pytest.raises(StorageError, match="空间不足"):
            stage.commit({"text": "x" * 1000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    assert pool.current(SERIES).version == 1
    pool.current(SERIES).verify()
    assert not stage.path.exists()


@pytest.fixture
def small_disk(tmp_path):
    where = tmp_path / "disk"
    where.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(where)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small file system can be mounted here")
    yield where
    subprocess.run(["umount", str(where)], check=False)


def test_a_full_disk_leaves_the_last_version_whole(small_disk):
    pool = Pool(small_disk)
    land(pool, 3)
    with pytest.raises(StorageError, match="空间不足"), pool.stage(SERIES) as stage, storage_errors():
        (stage.path / "big.bin").write_bytes(os.urandom(1 << 20))
    pool.current(SERIES).verify()
    assert land(pool, 4).version == 2
