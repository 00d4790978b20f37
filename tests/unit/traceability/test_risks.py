"""Due diligence: lists on their day and place, output above capacity, route against origin."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings

from tests.chains import chain, chains, clean, event, line, more
from traceability.domain.risks import (
    Entry,
    OutputFlag,
    Passed,
    Risk,
    Route,
    Subject,
    matches,
    output_flags,
    passed,
    route_flags,
)

DAY = dt.date(2026, 1, 10)
ONE = dt.timedelta(days=1)
PLACE = Passed(DAY, "L", "trader", "pit", "MM", Decimal("25.91"), Decimal("98.33"))


def entry(subject: str, subject_id: str, **more: str | None) -> Entry:
    return Entry.from_json({"subject": subject, "subject_id": subject_id, "risk": "bribery", **more})


def test_an_entry_is_met_by_party_facility_or_area_and_by_nothing_else() -> None:
    met = [entry("party", "trader"), entry("facility", "pit"), entry("area", "MM")]
    others = [entry("party", "pit"), entry("facility", "trader"), entry("area", "TH")]
    assert {match.entry for match in matches([*met, *others], [PLACE])} == set(met)


def test_first_and_last_day_of_an_entry_belong_to_it() -> None:
    on = {name: str(day) for name, day in (("before", DAY - ONE), ("day", DAY), ("after", DAY + ONE))}
    assert matches([entry("area", "MM", valid_from=on["day"], valid_until=on["day"])], [PLACE])
    assert not matches([entry("area", "MM", valid_from=on["after"])], [PLACE])
    assert not matches([entry("area", "MM", valid_until=on["before"])], [PLACE])


def test_a_circle_is_met_inside_it_only_and_never_by_a_facility_without_a_place() -> None:
    kachin = {"latitude": "25.4", "longitude": "97.4"}
    assert matches([entry("area", "MM", **kachin, radius_km="120")], [PLACE])  # about 110 km away
    assert not matches([entry("area", "MM", **kachin, radius_km="100")], [PLACE])
    assert not matches([entry("area", "MM", **kachin, radius_km="20000")], [Passed(DAY, "L", "p", "f", "MM")])


def test_a_match_says_from_when_to_when_and_by_which_lots() -> None:
    later = Passed(DAY + ONE, "K", "trader", "pit", "MM")
    (match,) = matches([entry("party", "trader")], [later, PLACE])
    assert (match.first, match.last, match.lots) == (DAY, DAY + ONE, ("K", "L"))


def test_an_entry_is_kept_as_it_was() -> None:
    full = Entry(Subject.AREA, "MM", Risk.ARMED_GROUPS, "x", DAY, DAY, Decimal("1.50"), Decimal(-2), Decimal(30))
    assert Entry.from_json(full.to_json()) == full
    bare = Entry(Subject.PARTY, "p", Risk.OTHER, "")
    assert Entry.from_json(bare.to_json()) == bare


def test_output_is_compared_a_year_with_stated_capacity_only() -> None:
    born = [
        ("a", 2025, Decimal(6_000)),
        ("a", 2025, Decimal(5_000)),
        ("a", 2026, Decimal(9_000)),
        ("b", 2025, Decimal(9)),
    ]
    assert output_flags(born, {"a": Decimal(10), "b": None}) == [OutputFlag("a", 2025, Decimal(11), Decimal(10))]
    assert output_flags(born, {"a": Decimal(11)}) == []  # just at it is not above it


def test_a_route_that_holds_together_has_no_flag() -> None:
    facts = clean()
    assert route_flags(chain(facts), [lot.lot_id for lot in facts["lots"]]) == []


def test_a_lot_that_leaves_a_country_it_was_never_brought_to_is_flagged() -> None:
    facts = clean()
    facts["events"] = [e for e in facts["events"] if e.event_id not in ("E03", "E04")]  # V1 is used in MY, unshipped
    (flag,) = route_flags(chain(facts), ["V1"])
    assert (flag.kind, flag.event_id, flag.here, flag.there) == (Route.JUMP, "E07", "MY", "VN")


def test_a_lot_that_comes_back_unchanged_is_flagged() -> None:
    back = event("E04B", "ship", 8, "plant-my", "my", line("item", "V1", "100"), to_facility_id="mine-vn")
    flags = route_flags(chain(more(clean(), events=[back])), ["V1"])
    assert (Route.RETURN, "E04B", "VN", "MY") in {(f.kind, f.event_id, f.here, f.there) for f in flags}


@settings(deadline=None)
@given(chains())
def test_every_place_of_every_chain_can_be_asked(facts: dict[str, list[object]]) -> None:
    made = chain(facts)
    lots = [lot.lot_id for lot in facts["lots"]]  # type: ignore[attr-defined]
    places = list(passed(made, lots))
    assert {place.lot_id for place in places} <= set(lots)
    everywhere = [Entry(Subject.AREA, country, Risk.OTHER, "") for country in {place.country for place in places}]
    assert len(matches(everywhere, places)) == len(everywhere)
    route_flags(made, lots)
