"""Who is told of what, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.domain.items import Item, Kind
from alerts.domain.matching import Wish, reasons_against

SCORE = Item(
    Kind.SCORE, "c-1", "t", "s", country="TH", country_name="Thailand", domain="governance", step=1,
    minerals=("rare_earths",), measures=("export_licence",),
)  # fmt: skip
ACT = Item(
    Kind.INSTRUMENT, "act/v1", "t", "s", country="TH", minerals=("rare_earths",), measures=("export_licence",),
    statuses=("in_force",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "item", "is_told"),
    [
        (Wish(), SCORE, True),
        (Wish(), ACT, True),
        (Wish("scores"), ACT, False),
        (Wish("instruments"), SCORE, False),
        (Wish(country="TH"), SCORE, True),
        (Wish(country="VN"), SCORE, False),
        (Wish(domain="governance"), SCORE, True),
        (Wish(domain="access"), SCORE, False),
        (Wish(domain="access"), ACT, True),
        (Wish(mineral="rare_earths"), SCORE, True),
        (Wish(mineral="nickel"), SCORE, False),
        (Wish(mineral="nickel"), replace(SCORE, minerals=()), True),
        (Wish(least=1), SCORE, True),
        (Wish(least=2), SCORE, False),
        (Wish(least=4), replace(SCORE, step=None), True),
        (Wish("instruments", measure="export_licence"), ACT, True),
        (Wish("instruments", measure="export_ban"), ACT, False),
        (Wish("instruments", status="in_force"), ACT, True),
        (Wish("instruments", status="repealed"), ACT, False),
        (Wish("flags"), SCORE, False),
        (Wish("flags"), replace(SCORE, kind=Kind.FLAG), True),
        (Wish("flags", country="VN"), replace(SCORE, kind=Kind.FLAG), False),
    ],
)
def test_a_wish_is_told_of_what_it_asks_for(wish: Wish, item: Item, is_told: bool) -> None:
    assert (reasons_against(wish, item) == []) is is_told


def test_a_wish_about_lots_is_told_of_a_measure_that_touches_a_watched_lot() -> None:
    wish = Wish("lots", lots=frozenset({"L1", "L2"}))
    assert reasons_against(wish, ACT, frozenset({"L2", "L9"})) == []
    assert reasons_against(wish, ACT, frozenset({"L9"})) == ["None of the lots watched is touched by it."]
    assert reasons_against(Wish("lots"), ACT, frozenset()) == ["No lot that is held is touched by it."]


def test_an_item_survives_being_stored() -> None:
    item = replace(SCORE, gates=({"gate": "G3", "from": "fail"},), source={"url": "https://x.example"}, follows=("a",))
    assert Item.from_json(item.to_json()) == item


def test_all_that_is_against_it_is_said() -> None:
    assert len(reasons_against(Wish("scores", country="VN", domain="access", least=3, mineral="tin"), SCORE)) == 4
