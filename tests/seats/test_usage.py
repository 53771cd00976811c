"""How much a seat's folders hold, whatever a seat does to the folders."""

import os

from sandbox.seats import usage
from sandbox.seats.isolation import Mount, Sandbox


def test_bytes_and_entries_are_counted_and_links_not_followed(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "f").write_bytes(b"x" * 100_000)
    (tmp_path / "a" / "root").symlink_to("/")
    found = usage.measure(tmp_path / "a")
    assert found.entries == 3
    assert 100_000 <= found.bytes < 200_000
    assert found.within(home_bytes=200_000)
    assert not found.within(home_bytes=50_000)


def test_a_sparse_file_counts_what_it_holds(tmp_path):
    with (tmp_path / "f").open("wb") as stream:
        stream.truncate(1 << 40)
    assert usage.measure(tmp_path).bytes == 0


def test_folders_nested_without_end_count_as_too_many(tmp_path):
    handle = os.open(tmp_path, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=handle)
        below = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    before = len(os.listdir("/proc/self/fd"))
    assert not usage.measure(tmp_path).within(home_bytes=1 << 40)
    assert len(os.listdir("/proc/self/fd")) == before


def test_too_many_entries_stop_the_count(tmp_path, monkeypatch):
    monkeypatch.setattr(usage, "FILES_PER_HOME", 10)
    for number in range(30):
        (tmp_path / str(number)).touch()
    found = usage.measure(tmp_path)
    assert found.entries == 11
    assert not found.within(home_bytes=1 << 40)


def test_a_sandbox_without_writable_folders_is_not_watched(tmp_path):
    watch = usage.Watch(Sandbox(mounts=(Mount(tmp_path, "/data/x"),)))
    assert watch.due(5.0) == float("inf")
    assert not watch.exceeded()
