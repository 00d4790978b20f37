"""The tree against an independent implementation, and against itself."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from ledger.domain.canonical import canonical, leaf_text
from ledger.domain.merkle import EMPTY_ROOT, Frontier, is_consistent, leaf_hash, root_from_path, root_of
from ledger.domain.nodes import Growth, consistency_path, inclusion_path, kept_under, root_at

#: Leaves and roots that implementations of RFC 6962 test themselves with.
KNOWN_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
KNOWN_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

leaves = st.lists(st.binary(max_size=20), min_size=1, max_size=70)


def _kept(hashes):
    """Reads the nodes that a tree of these leaves keeps, as the database would."""
    nodes = {(0, index): hashed for index, hashed in enumerate(hashes)}
    growth = Growth(0, lambda wanted: {})
    for hashed in hashes:
        nodes.update(growth.append(hashed))
    return lambda wanted: {place: nodes[place] for place in wanted}


#: Nodes of that tree by their leaves, and the proofs that the same implementations test themselves with.
_N0, _N1, _N4, _N5 = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
_N01, _N23, _N67 = (
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
_N0123, _N4567 = (
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
KNOWN_INCLUSION = {(0, 1): [], (0, 8): [_N1, _N23, _N4567], (5, 8): [_N4, _N67, _N0123], (2, 3): [_N01],
                   (1, 5): [_N0, _N23, _N4]}  # fmt: skip
KNOWN_CONSISTENCY = {(1, 1): [], (1, 8): [_N1, _N23, _N4567], (6, 8): [_N5, _N67, _N0123], (2, 5): [_N23, _N4]}


def test_proofs_over_the_known_leaves_are_the_known_proofs() -> None:
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in KNOWN_LEAVES]
    for (index, size), path in KNOWN_INCLUSION.items():
        assert [step.hex() for step in inclusion_path(_kept(hashes), index, size)] == path
    for (old, new), path in KNOWN_CONSISTENCY.items():
        assert [step.hex() for step in consistency_path(_kept(hashes), old, new)] == path


def test_roots_of_the_known_leaves_are_the_known_roots() -> None:
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in KNOWN_LEAVES]
    assert tuple(root_of(hashes[: n + 1]).hex() for n in range(8)) == KNOWN_ROOTS
    assert tuple(root_at(_kept(hashes), n + 1).hex() for n in range(8)) == KNOWN_ROOTS


sizes = st.one_of(st.integers(1, 70), st.sampled_from([255, 256, 257, 272, 1000, 4096, 4099]))


@settings(max_examples=40)
@given(sizes, st.data())
def test_proofs_of_any_size_equal_those_of_an_independent_implementation(size: int, draw: st.DataObject) -> None:
    data = [index.to_bytes(3, "big") for index in range(size)]
    tree = InmemoryTree(algorithm="sha256")
    for item in data:
        tree.append_entry(item)
    hashes = [leaf_hash(item) for item in data]
    index, older = draw.draw(st.integers(0, size - 1)), draw.draw(st.integers(1, size))
    inclusion = inclusion_path(_kept(hashes), index, size)
    theirs = tree.prove_inclusion(index + 1, size).serialize()["path"]
    assert [step.hex() for step in inclusion] == theirs[1:]  # theirs begins with the leaf itself
    consistency = consistency_path(_kept(hashes), older, size)
    assert is_consistent(older, root_of(hashes[:older]), size, root_of(hashes), consistency)
    assert root_at(_kept(hashes), older) == tree.get_root(older)


@settings(max_examples=40)
@given(sizes, st.data())
def test_no_tree_with_another_beginning_is_consistent(size: int, draw: st.DataObject) -> None:
    hashes = [leaf_hash(index.to_bytes(3, "big")) for index in range(size)]
    older = draw.draw(st.integers(1, size))
    forked = [*hashes]
    forked[draw.draw(st.integers(0, older - 1))] = leaf_hash(b"forked")
    path = consistency_path(_kept(forked), older, size)
    assert not is_consistent(older, root_of(hashes[:older]), size, root_of(forked), path)
    honest = consistency_path(_kept(hashes), older, size)
    assert not is_consistent(older, root_of(hashes[:older]), size, root_of(forked), honest)


@settings(max_examples=40)
@given(st.integers(1, 5000), st.integers(0, 300))
def test_nodes_kept_by_a_tree_that_grows_in_steps_are_those_of_one_that_grew_at_once(first: int, more: int) -> None:
    hashes = [leaf_hash(index.to_bytes(3, "big")) for index in range(first + more)]
    nodes = {(0, index): hashed for index, hashed in enumerate(hashes)}
    for start, end in ((0, first), (first, first + more)):
        growth = Growth(start, lambda wanted: {place: nodes[place] for place in wanted})
        nodes.update(growth.extend(hashes[start:end]))
        assert growth.root == root_of(hashes[:end])
    assert nodes == _kept(hashes)(nodes)
    assert root_at(lambda wanted: {place: nodes[place] for place in wanted}, len(hashes)) == root_of(hashes)


def test_a_proof_reads_some_dozens_of_nodes_however_large_the_tree() -> None:
    read: set[tuple[int, int]] = set()

    def note(wanted):
        read.update(wanted)
        return dict.fromkeys(wanted, b"\0" * 32)

    inclusion_path(note, 123_456_789, 10_000_000_000)
    assert len(read) < 260
    assert all(level % 4 == 0 for level, _index in read)
    assert kept_under((6, 3)) == [(4, 12), (4, 13), (4, 14), (4, 15)]


@given(leaves)
def test_root_equals_that_of_an_independent_implementation(data: list[bytes]) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for item in data:
        tree.append_entry(item)
    assert root_of([leaf_hash(item) for item in data]) == tree.get_root()


@given(leaves, st.data())
def test_a_path_leads_to_the_root_and_only_for_its_leaf(data: list[bytes], draw: st.DataObject) -> None:
    hashes = [leaf_hash(item) for item in data]
    index = draw.draw(st.integers(0, len(hashes) - 1))
    path = inclusion_path(_kept(hashes), index, len(hashes))
    assert root_from_path(hashes[index], index, len(hashes), path) == root_of(hashes)
    assert root_from_path(leaf_hash(b"another" * 9), index, len(hashes), path) != root_of(hashes)


@given(leaves, leaves)
def test_a_frontier_kept_and_read_again_grows_as_if_never_put_away(first: list[bytes], second: list[bytes]) -> None:
    frontier = Frontier()
    frontier.extend(leaf_hash(item) for item in first)
    again = Frontier.from_hex(frontier.size, frontier.to_hex())
    again.extend(leaf_hash(item) for item in second)
    assert again.root == root_of([leaf_hash(item) for item in first + second])


def test_an_empty_tree_has_the_root_of_the_standard() -> None:
    assert Frontier().root == EMPTY_ROOT


def test_a_path_of_the_wrong_length_is_refused() -> None:
    hashes = [leaf_hash(bytes([n])) for n in range(5)]
    path = inclusion_path(_kept(hashes), 2, 5)
    with pytest.raises(ValueError, match="longer"):
        root_from_path(hashes[2], 2, 5, [*path, path[0]])
    with pytest.raises(ValueError, match="shorter"):
        root_from_path(hashes[2], 2, 5, path[:-1])


text = st.text(max_size=30).filter(lambda value: value.isprintable() or "\n" in value)


@given(text, text, st.dictionaries(st.text("abcdé\U0001f600", max_size=3), st.integers(-9, 9), max_size=4))
def test_the_joined_text_of_a_leaf_is_the_canonical_json_of_its_entry(reason: str, actor: str, after: dict) -> None:
    import datetime as dt

    joined = leaf_text(
        number=7,
        recorded_at=dt.datetime(2026, 11, 23, 9, 42, tzinfo=dt.UTC),
        actor=actor,
        door="desk",
        action="change",
        object_type="fact",
        object_id="x",
        before="null",
        after=canonical(after),
        reason=reason,
    )
    assert joined.encode() == rfc8785.dumps(json.loads(joined))


def test_a_float_has_no_place_in_the_log() -> None:
    with pytest.raises(TypeError, match="no place"):
        canonical({"share": 0.5})
