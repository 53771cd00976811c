"""Checkpoints: signed once a size, handed to every witness, due when old."""

from datetime import timedelta

import pytest

from sandbox.kernel.errors import InputError, StorageError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Home
from sandbox.store.changes import Change
from sandbox.store.checkpoints import checkpoint, checkpoint_if_due, last_checkpoint, prove
from sandbox.store.log import hasher
from sandbox.store.merkle import consistent
from sandbox.store.witness import Checkpoint, hand_over, last_kept, read_folder, read_note, slug
from sandbox.vault.digests import HashName
from sandbox.vault.signer import PublicKey, Signer

SIGNER = Signer(bytes(range(32)), name="key.example")
KEY = PublicKey(name=SIGNER.name, public=SIGNER.public)
FOUND = Change(step("home:found"), Home(state="in-service", name="h", demo=True, format=1))
SHA = hasher(HashName.SHA256)


def test_a_checkpoint_names_the_log_its_size_and_root(store, officer, tmp_path):
    witnesses = [tmp_path / "a", tmp_path / "b"]
    store.write(officer, FOUND)
    made = checkpoint(store, SIGNER, witnesses)
    assert (made.origin, made.size) == ("data.example/sandbox", 2)
    for folder in witnesses:
        path = folder / slug(made.origin) / "2.checkpoint"
        assert read_note(path.read_text(), KEY) == made
        assert path.stat().st_mode & 0o777 == 0o644
    assert last_checkpoint(store) == (2, store.clock.now)


def test_repeating_it_changes_nothing_and_reaches_a_witness_that_was_away(store, tmp_path):
    first = checkpoint(store, SIGNER, [tmp_path / "a"])
    kept = (tmp_path / "a" / slug(first.origin) / "1.checkpoint").read_bytes()
    assert checkpoint(store, SIGNER, [tmp_path / "a", tmp_path / "late"]) == first
    assert (tmp_path / "a" / slug(first.origin) / "1.checkpoint").read_bytes() == kept
    assert (tmp_path / "late" / slug(first.origin) / "1.checkpoint").read_bytes() == kept


def test_one_witness_out_of_reach_does_not_keep_the_others_waiting(store, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="见证"):
        checkpoint(store, SIGNER, [tmp_path / "file", tmp_path / "b"])
    assert len(read_folder(tmp_path / "b", KEY)) == 1


def test_it_is_due_only_with_new_facts_and_after_its_age(store, officer, clock):
    age = timedelta(seconds=60)
    assert checkpoint_if_due(store, SIGNER, now=clock.now, max_age=age).size == 1
    assert checkpoint_if_due(store, SIGNER, now=clock.now + age * 9, max_age=age) is None
    store.write(officer, FOUND)
    assert checkpoint_if_due(store, SIGNER, now=clock.now, max_age=age) is None
    assert checkpoint_if_due(store, SIGNER, now=clock.now + age, max_age=age).size == 2


def test_the_log_proves_that_it_continues_every_earlier_checkpoint(store, officer):
    made = [checkpoint(store, SIGNER)]
    for _ in range(9):
        store.write(officer, FOUND)
        made.append(checkpoint(store, SIGNER))
    last = made[-1]
    for one in made:
        proof = prove(store, one.size, last.size)
        assert consistent(SHA, (one.size, one.root), (last.size, last.root), proof)


def test_a_proof_without_a_kept_checkpoint_reads_all_leaves(store, officer):
    store.write(officer, FOUND)
    with_frontier = checkpoint(store, SIGNER)
    for _ in range(4):
        store.write(officer, FOUND)
    last = checkpoint(store, SIGNER)
    for old in range(1, last.size + 1):
        proof = prove(store, old, last.size)
        if old == with_frontier.size:
            assert consistent(SHA, (old, with_frontier.root), (last.size, last.root), proof)
        assert isinstance(proof, tuple)


def test_a_witness_takes_nothing_smaller_or_unconnected(tmp_path):
    def at(size: int, root: bytes) -> Checkpoint:
        return Checkpoint(origin="log", size=size, root=root, at="2025-01-01T00:00:00.000000Z")

    def give(one: Checkpoint, proof=()) -> None:
        note = SIGNER.sign_note(one.text())
        hand_over(tmp_path, note, one, key=KEY, digest=SHA, proof=lambda old, new: proof)

    give(at(5, b"a" * 32))
    give(at(5, b"a" * 32))
    for one, match in (
        (at(4, b"b" * 32), "截断"),
        (at(5, b"b" * 32), "接不上"),
        (at(6, b"b" * 32), "接不上"),
    ):
        with pytest.raises(TamperedError, match=match):
            give(one)
    assert last_kept(tmp_path, "log", KEY).size == 5
    (tmp_path / slug("log") / "9.checkpoint").write_text("rubbish")
    with pytest.raises(TamperedError, match="见证"):
        give(at(7, b"c" * 32))


def test_names_of_logs_become_folders_apart():
    assert slug("a/b") != slug("a-b")
    assert "/" not in slug("../../etc")
    assert not slug("../../etc").startswith(".")
    assert slug("遵义").startswith("log-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n1\n",
        "log\n01\nYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\ntime 2025-01-01T00:00:00.000000Z\n",
        "log\n1\nYWFh\ntime 2025-01-01T00:00:00.000000Z\n",
        "log\n1\nYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\ntime yesterday\n",
        "log\n1\nYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\ntime 2025-01-01T00:00:00.000000Z\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(TamperedError):
        Checkpoint.parse(text)


def test_no_witness_folder_is_said_so(tmp_path):
    with pytest.raises(InputError, match="见证目录"):
        read_folder(tmp_path / "none", KEY)
