"""The tree against an independent implementation, and against itself."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from ledger.domain.canonical import canonical, leaf_text
from ledger.domain.merkle import EMPTY_ROOT, Frontier, inclusion_path, leaf_hash, root_from_path, root_of

leaves = st.lists(st.binary(max_size=20), min_size=1, max_size=70)


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
    path = inclusion_path(hashes, index)
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
    path = inclusion_path(hashes, 2)
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
