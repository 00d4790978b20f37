"""What instruments do to one another: no circles, and a picture of the family."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.family import MOST, Relation, RelationKind, closing_path, family_of, picture

_IDS = [f"act-{n}" for n in range(9)]
_PAIRS = st.tuples(st.sampled_from(_IDS), st.sampled_from(RelationKind), st.sampled_from(_IDS))


def test_a_circle_is_found_with_the_way_round_whatever_the_kinds() -> None:
    known = [Relation("b", RelationKind.AMENDS, "a"), Relation("c", RelationKind.IMPLEMENTS, "b")]

    assert closing_path(known, Relation("a", RelationKind.REPEALS, "c")) == ["c", "b", "a"]
    assert closing_path(known, Relation("c", RelationKind.REPEALS, "a")) is None
    assert closing_path([], Relation("a", RelationKind.AMENDS, "a")) == ["a"]


@given(st.lists(_PAIRS, max_size=40))
def test_what_is_let_in_one_by_one_never_has_a_circle(rows: list[tuple[str, RelationKind, str]]) -> None:
    known: list[Relation] = []
    for later, kind, earlier in rows:
        added = Relation(later, kind, earlier)
        if closing_path(known, added) is None:
            known.append(added)
    left = {relation.later for relation in known} | {relation.earlier for relation in known}
    while left:  # an order exists: there is always an act that does nothing to those that are left
        free = {act for act in left if not any(r.later == act and r.earlier in left for r in known)}
        assert free
        left -= free


@given(st.lists(_PAIRS, max_size=30))
def test_every_arrow_of_the_picture_points_down_to_the_earlier_act(rows: list[tuple[str, RelationKind, str]]) -> None:
    known: list[Relation] = []
    for later, kind, earlier in rows:
        if closing_path(known, Relation(later, kind, earlier)) is None:
            known.append(Relation(later, kind, earlier))
    drawn = picture("act-0", family_of("act-0", known), {})
    assert drawn is None or all(arrow.y1 < arrow.y2 for arrow in drawn.arrows)


def test_a_family_is_all_that_hangs_together_and_at_most_what_a_picture_holds() -> None:
    known = [Relation(f"n{n}", RelationKind.AMENDS, "law") for n in range(100)]
    known.append(Relation("far", RelationKind.BASED_ON, "elsewhere"))
    found = family_of("law", known)

    assert len({relation.later for relation in found}) == MOST - 1
    assert all(relation.earlier == "law" for relation in found)
    assert picture("alone", family_of("alone", known), {}) is None
