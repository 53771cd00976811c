"""A seat's copy of a snapshot is whole or not there, read-only, and gone when it is shown no more."""

import stat

import pytest

from sandbox.kernel.errors import InputError, StorageError
from sandbox.seats import copies


def fill(text):
    def filled(folder):
        (folder / "part-0.parquet").write_text(text)

    return filled


def test_it_is_written_once_and_read_only(tmp_path):
    target = copies.place(tmp_path, "snapshot-1")
    copies.write(target, fill("one"))
    copies.write(target, fill("two"))
    part = target / "part-0.parquet"
    assert part.read_text() == "one"
    assert stat.S_IMODE(part.stat().st_mode) == 0o444
    assert stat.S_IMODE(target.stat().st_mode) == 0o555
    assert [one.name for one in target.parent.iterdir()] == ["snapshot-1"]


@pytest.mark.parametrize(("raised", "told"), [(InputError, InputError), (OSError, StorageError)])
def test_one_that_was_cut_short_leaves_nothing(tmp_path, raised, told):
    def broken(folder):
        (folder / "part-0.parquet").write_text("half")
        raise raised("x")

    target = copies.place(tmp_path, "snapshot-1")
    with pytest.raises(told):
        copies.write(target, broken)
    assert list(target.parent.iterdir()) == []


def test_what_is_shown_no_more_is_removed_and_nothing_else(tmp_path):
    copies.sweep(tmp_path, ())
    for name in ("snapshot-1", "snapshot-2"):
        copies.write(copies.place(tmp_path, name), fill(name))
    outside = tmp_path / "home"
    outside.mkdir()
    (tmp_path / copies.FOLDER / "snapshot-9").symlink_to(outside)
    copies.sweep(tmp_path, {"snapshot-2"})
    assert not copies.place(tmp_path, "snapshot-1").exists()
    assert copies.place(tmp_path, "snapshot-2").is_dir()
    assert outside.is_dir()
