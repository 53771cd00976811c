"""The tree against the recursive definitions of RFC 6962, section 2.1, and its published roots."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.store.merkle import (
    Frontier,
    consistency_proof,
    consistent,
    inclusion_proof,
    joined,
    leaf_hash,
    root_of_inclusion,
    subtree_hash,
)
from sandbox.vault.digests import HashName, digest


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def power(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(data: list[bytes]) -> bytes:
    if not data:
        return sha(b"")
    if len(data) == 1:
        return sha(b"\x00" + data[0])
    k = power(len(data))
    return sha(b"\x01" + mth(data[:k]) + mth(data[k:]))


def path(m: int, data: list[bytes]) -> list[bytes]:
    if len(data) == 1:
        return []
    k = power(len(data))
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    if m == len(data):
        return [] if whole else [mth(data)]
    k = power(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


DATA = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
PUBLISHED = {  # the reference vectors of the certificate-transparency project
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", PUBLISHED)
def test_published_roots(size):
    published = DATA
    assert mth(published[:size]).hex() == PUBLISHED[size]


@given(st.lists(st.binary(max_size=3), max_size=40))
def test_the_frontier_root_is_the_recursive_root_at_every_size(data):
    frontier = Frontier(sha)
    assert frontier.root() == mth([])
    for size, item in enumerate(data, 1):
        frontier.append(leaf_hash(sha, item))
        assert frontier.root() == mth(data[:size])


@pytest.mark.parametrize("size", range(1, 20))
def test_every_inclusion_proof(size):
    data = [bytes([i]) for i in range(size)]
    leaves = [leaf_hash(sha, item) for item in data]
    for index in range(size):
        proof = inclusion_proof(index, size, subtree_hash(sha, leaves))
        assert list(proof) == path(index, data)
        assert root_of_inclusion(sha, leaves[index], index, size, proof) == mth(data)
        with pytest.raises(ValueError):
            root_of_inclusion(sha, leaves[index], index, size, [*proof, b"x" * 32])
        if proof:
            with pytest.raises(ValueError):
                root_of_inclusion(sha, leaves[index], index, size, proof[:-1])


@pytest.mark.parametrize("new", range(1, 20))
def test_every_consistency_proof_from_the_frontier_alone(new):
    data = [bytes([i]) for i in range(new)]
    leaves = [leaf_hash(sha, item) for item in data]
    for old in range(1, new + 1):
        frontier = Frontier(sha)
        for leaf in leaves[:old]:
            frontier.append(leaf)
        proof = consistency_proof(old, new, joined(sha, frontier.subtrees(), leaves[old:], start=old))
        assert list(proof) == subproof(old, data, True)
        before, after = (old, mth(data[:old])), (new, mth(data))
        assert consistent(sha, before, after, proof)
        assert not consistent(sha, (old, b"x" * 32), after, proof)
        assert not consistent(sha, before, (new, b"x" * 32), proof)
        assert not consistent(sha, before, after, [*proof, b"x" * 32])
        for index in range(len(proof)):
            assert not consistent(sha, before, after, proof[:index] + proof[index + 1 :])


def test_a_smaller_tree_is_never_consistent():
    assert not consistent(sha, (3, b"a"), (2, b"b"), ())
    assert consistent(sha, (0, b""), (2, b"b"), ())
    with pytest.raises(ValueError):
        consistency_proof(3, 2, subtree_hash(sha, []))
    with pytest.raises(ValueError):
        inclusion_proof(2, 2, subtree_hash(sha, []))


def test_sm3_serves_as_well():
    def sm3(data: bytes) -> bytes:
        return digest(HashName.SM3, data)

    frontier = Frontier(sm3)
    for item in (b"a", b"b", b"c"):
        frontier.append(leaf_hash(sm3, item))
    left = sm3(b"\x01" + sm3(b"\x00a") + sm3(b"\x00b"))
    assert frontier.root() == sm3(b"\x01" + left + sm3(b"\x00c"))
