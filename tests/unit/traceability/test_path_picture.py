"""The path of a lot as a picture: nothing lost, nothing overlapping, large paths folded."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.domain.path_graph import MOST_NODES, PathLink, PathLot, fold, groups, steps
from traceability.domain.path_layout import Crossing, Remark
from traceability.domain.path_picture import path_picture


def lot(name: str, country: str, kg: int | None = 100, material: str = "ore") -> PathLot:
    return PathLot(name, material, country, None if kg is None else Decimal(kg), f"/lots/{name}/")


def link(parent: str, child: str, **strands: int) -> PathLink:
    return PathLink(parent, child, tuple((pattern, Decimal(kg)) for pattern, kg in strands.items()))


LOTS = [
    lot("MM-CC", "MM", 590), lot("VN-ORE", "VN", 378), lot("MY-CON", "MY", 352), lot("MY-BLD", "MY", 942),
    lot("MY-OX", "MY", 886), lot("TH-MET", "TH", 573), lot("TH-MAG", "TH", 262),
]  # fmt: skip
LINKS = [
    link("MM-CC", "MY-BLD", o1=590), link("VN-ORE", "MY-CON", o2=352), link("MY-CON", "MY-BLD", o2=352),
    link("MY-BLD", "MY-OX", o1=555, o2=331), link("MY-OX", "TH-MET", o1=359, o2=214),
    link("TH-MET", "TH-MAG", o1=160, o2=96, unknown=6),
]  # fmt: skip
CROSSINGS = [
    Crossing("VN-ORE", "MY-CON", "bad", ("export ban", "14 Aug 2025")),
    Crossing("MM-CC", "MY-BLD", "none", ()),
]


def test_a_lot_stands_one_step_after_the_last_of_its_parents() -> None:
    assert steps(LOTS, LINKS) == {
        "MM-CC": 0, "VN-ORE": 0, "MY-CON": 1, "MY-BLD": 2, "MY-OX": 3, "TH-MET": 4, "TH-MAG": 5,
    }  # fmt: skip


def test_links_in_a_circle_end_and_open_it_where_the_fewest_parents_wait() -> None:
    round_ = [link("VN-ORE", "MY-CON", o1=1), link("MY-CON", "MY-BLD", o1=1), link("MY-BLD", "MY-CON", o1=1)]
    lots = [one for one in LOTS if one.lot_id in ("VN-ORE", "MY-CON", "MY-BLD")]
    assert steps(lots, round_) == {"VN-ORE": 0, "MY-CON": 1, "MY-BLD": 2}


def test_linked_lots_of_a_country_share_a_box_and_boxes_of_the_same_steps_do_not_overlap() -> None:
    found = groups(LOTS, LINKS, steps(LOTS, LINKS))
    assert [(group.country, len(group.lots)) for group in found] == [("MM", 1), ("VN", 1), ("MY", 3), ("TH", 2)]
    picture = path_picture(LOTS, LINKS, "TH-MAG", CROSSINGS)
    assert picture
    boxes = picture.wide.boxes
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y


def test_every_lot_strand_and_crossing_is_drawn_inside_the_picture() -> None:
    picture = path_picture(LOTS, LINKS, "TH-MAG", CROSSINGS, [Remark("TH-MET", "bad", ("more out than in",))])
    assert picture
    assert picture.tall
    for layout in (picture.wide, picture.tall):
        assert len(layout.bars) == len(LOTS)
        assert len(layout.strands) == sum(len(link.strands) for link in LINKS)
        assert len(layout.marks) == len(CROSSINGS)
        assert all(0 <= bar.x <= layout.width and 0 <= bar.y <= layout.height for bar in layout.bars)


def test_a_crossing_stands_between_the_two_countries() -> None:
    picture = path_picture(LOTS, LINKS, "TH-MAG", CROSSINGS)
    assert picture
    vietnam, malaysia = picture.wide.boxes[1], picture.wide.boxes[2]
    assert vietnam.x + vietnam.width < picture.wide.marks[0].x < malaysia.x


def test_a_lot_that_came_from_no_other_has_no_path() -> None:
    assert path_picture(LOTS[:1], [], "MM-CC") is None


def test_unknown_mass_is_drawn_thin_and_said() -> None:
    picture = path_picture([lot("A", "MM", None), lot("B", "MM", None)], [link("A", "B", o1=0)], "B")
    assert picture
    assert "mass unknown" in picture.wide.labels[0].lines[1][1]


def test_more_than_two_lots_side_by_side_have_no_tall_picture() -> None:
    lots = [lot(name, "ID") for name in "ABC"] + [lot("D", "ID")]
    picture = path_picture(lots, [link(name, "D", o1=10) for name in "ABC"], "D")
    assert picture
    assert picture.tall is None


def test_a_lot_that_stays_alone_in_a_folded_path_keeps_its_name_and_its_link() -> None:
    many = [PathLot(f"L{n}", "ore", "MM", Decimal(1)) for n in range(100)]
    alone = PathLot("ALONE", "ore", "VN", Decimal(1), href="/lots/ALONE/")
    end = PathLot("END", "oxide", "MY", Decimal(1))
    links = [PathLink(lot.lot_id, "END", (("o1", Decimal(1)),)) for lot in (*many, alone)]
    picture = path_picture([*many, alone, end], links, "END")
    assert picture is not None
    shown = {label.lines[0][1]: label.href for label in picture.wide.labels}
    assert shown.keys() == {"100 lots", "ALONE", "END"}
    assert shown["ALONE"] == "/lots/ALONE/"


def test_a_large_path_is_folded_and_says_how_many_lots_that_are() -> None:
    lots = [lot(f"ORE-{n}", "ID") for n in range(200)] + [lot("MET", "ID", 20_000, "metal")]
    links = [link(f"ORE-{n}", "MET", o1=100) for n in range(200)]
    picture = path_picture(lots, links, "MET")
    assert picture
    assert picture.folded == 200
    assert len(picture.wide.bars) == 2
    assert picture.wide.labels[0].lines[0][1] == "200 lots"


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[PathLot], list[PathLink]]:
    count = draw(st.integers(2, 90))
    lots = [
        lot(f"L{n}", draw(st.sampled_from(["ID", "MY", "VN", ""])), draw(st.integers(0, 900))) for n in range(count)
    ]
    links = []
    for n in range(1, count):
        for parent in draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=3)):
            links.append(link(f"L{parent}", f"L{n}", o1=draw(st.integers(0, 500)), o2=draw(st.integers(0, 500))))
    return lots, links


@settings(deadline=None)  # how long it takes is a matter of the machine
@given(graphs())
def test_any_path_is_drawn_with_few_enough_nodes_and_keeps_its_mass(
    graph: tuple[list[PathLot], list[PathLink]],
) -> None:
    lots, links = graph
    nodes, _ = fold(lots, links, lots[-1].lot_id)
    assert len(nodes) <= MOST_NODES
    assert sum(node.count for node in nodes) == len(lots)
    assert sum((node.kg or Decimal(0)) for node in nodes) == sum((one.kg or Decimal(0)) for one in lots)
    assert path_picture(lots, links, lots[-1].lot_id)
