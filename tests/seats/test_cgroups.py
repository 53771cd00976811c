"""Control groups: made bounded and removed, or not made at all."""

import subprocess

import pytest

from sandbox.seats import cgroups


def test_a_group_bounds_and_goes_away():
    if not cgroups.usable():
        pytest.skip("this user may not make control groups")
    group = cgroups.create(cgroups.unique_name(), memory_bytes=1 << 28, processes=5)
    with subprocess.Popen(["sleep", "30"]) as child:
        group.add(child.pid)
        for folder in group.folders:
            assert str(child.pid) in (folder / "cgroup.procs").read_text().split()
        bound = [
            folder / name for folder in group.folders for name in ("memory.max", "memory.limit_in_bytes")
        ]
        assert [path.read_text().strip() for path in bound if path.exists()] == [str(1 << 28)]
        assert not group.out_of_memory()
        child.kill()
    group.remove()
    assert not any(folder.exists() for folder in group.folders)


def test_what_a_killed_platform_left_is_swept():
    if not cgroups.usable():
        pytest.skip("this user may not make control groups")
    with subprocess.Popen(["true"]) as ended:
        pass
    left = cgroups._make(f"{ended.pid}-0123", 1 << 28, 5)
    mine = cgroups._make(cgroups.unique_name(), 1 << 28, 5)
    cgroups._sweep(mine)
    assert not any(folder.exists() for folder in left.folders)
    assert all(folder.exists() for folder in mine.folders)
    mine.remove()


def test_names_do_not_meet():
    assert len({cgroups.unique_name() for _ in range(100)}) == 100


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    return tmp_path


def test_no_control_groups_at_all_is_none(fake):
    assert cgroups._make("x", 1 << 20, 5) is None


def test_a_bound_without_a_place_is_no_group(fake, monkeypatch):
    """A controller that is not switched on must not pass for a bound."""
    (fake / "cgroup.controllers").write_text("cpu")
    (fake / "cgroup.subtree_control").write_text("")
    monkeypatch.setattr(cgroups, "_own_paths", lambda: {"": "/"})
    assert cgroups._make("x", 1 << 20, 5) is None
    assert not (fake / cgroups.FAMILY / "x").exists()


def test_without_groups_memory_is_bounded_by_process(monkeypatch):
    from sandbox.seats import isolation, launch
    from sandbox.seats.spec import MIB

    monkeypatch.setattr(launch.cgroups, "create", lambda *_arguments, **_more: None)
    limits = isolation.Limits(memory_bytes=200 * MIB)
    sandbox = isolation.Sandbox(mounts=isolation.python_mounts(), limits=limits)
    done = isolation.run(sandbox, ["python", "-S", "-c", "bytearray(400 << 20)"], timeout=30)
    assert done.status == 1
    assert b"MemoryError" in done.stderr


def test_what_is_weaker_is_said(monkeypatch):
    from sandbox.seats import isolation

    monkeypatch.setattr(isolation.cgroups, "usable", lambda: False)
    assert any("内存上限" in str(message) for message in isolation.weaker())
