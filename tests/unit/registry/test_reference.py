"""What the paper states arrives whole, and in a form that rules can read."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.dates import Basis, Certainty, PartialDate
from registry.domain.facts import Comparator, Fact, Period, Subject, parse_value, value_text
from registry.domain.instruments import InstrumentState, Status, in_force, status_on
from registry.reference import (
    DATA,
    load_bodies,
    load_contradictions,
    load_countries,
    load_facilities,
    load_facts,
    load_instruments,
    load_judgements,
    load_parties,
    load_production,
    load_sections,
    load_sources,
)

FACTS = {fact.fact_id: fact for fact in load_facts()}
INSTRUMENTS = {each.state.instrument_id: each for each in load_instruments()}
PUBLISHED = dt.date(2026, 4, 30)


def test_nothing_of_the_paper_is_lost() -> None:
    counts = {
        "facts": len(FACTS),
        "instruments": len(INSTRUMENTS),
        "facilities": len(load_facilities()),
        "parties": len(load_parties()),
        "publication and endnotes": len(load_sources()),
        "production": len(load_production()),
        "judgements": len(load_judgements()),
        "contradictions": len(load_contradictions()),
        "countries": len(load_countries()),
    }
    assert counts == {
        "facts": 303,
        "instruments": 33,
        "facilities": 13,
        "parties": 15,
        "publication and endnotes": 54,
        "production": 8,
        "judgements": 35,
        "contradictions": 33,
        "countries": 11,
    }
    assert [each.row for each in load_instruments()] == list(range(1, 34))
    assert [source.number for source in load_sources()] == [None, *range(1, 54)]


def test_every_fact_has_a_section_of_the_paper_a_source_and_a_short_quotation() -> None:
    sections = {section.code for section in load_sections()}
    keys = {source.key for source in load_sources()}
    for fact in FACTS.values():
        assert fact.section in sections
        assert fact.source_key in keys
        assert fact.quote
        assert len(fact.quote.split()) <= 20


def test_references_between_the_files_hold() -> None:
    judgements = {each.judgement_id for each in load_judgements()}
    facilities = {each.facility_id for each in load_facilities()}
    parties = {each.party_id for each in load_parties()}
    assert {fact.judgement for fact in FACTS.values()} - {None} <= judgements
    assert {fact.subject.facility for fact in FACTS.values()} - {None} <= facilities
    assert {each.operator for each in load_facilities()} - {None} - parties == {"ethnic armed organizations"}
    for judgement in load_judgements():
        assert set(judgement.facts) <= set(FACTS)
        assert set(judgement.instruments) <= set(INSTRUMENTS)


def test_an_undated_fact_holds_from_publication_until_superseded() -> None:
    undated = FACTS["id.control"]
    assert (undated.valid_from, undated.valid_until) == (PartialDate.parse("2026-04", Basis.INFERRED), None)
    days = (dt.date(2026, 3, 31), dt.date(2026, 4, 15), PUBLISHED, dt.date(2040, 1, 1))
    assert [undated.holds_on(day) for day in days] == [Certainty.NO, Certainty.PERHAPS, Certainty.YES, Certainty.YES]


def test_the_date_of_a_source_is_not_the_date_of_a_fact() -> None:
    by_source = FACTS["my.ree.world_share"]
    assert by_source.period == Period("2025-12-05", "day", "source_date")
    assert str(by_source.valid_from) == "2026-04"
    assert str(FACTS["mm.tin.share"].valid_from) == "2023"


@pytest.mark.parametrize(
    ("name", "status", "since", "on_the_day"),
    [
        ("id-nickel-ore-export-ban", Status.IN_FORCE, "2020", Certainty.YES),
        ("id-tax-holidays", Status.IN_FORCE, "2026-04", Certainty.YES),
        ("my-jica-rare-earths", Status.IN_DISCUSSION, None, Certainty.NO),
        ("my-mining-suspension", Status.UNKNOWN, None, Certainty.PERHAPS),
        ("ph-eo-130", Status.SIGNED, "2021", Certainty.YES),
        ("ph-mining-moratorium", Status.REPEALED, "2021", Certainty.NO),
        ("ph-senate-bill-nickel-ban", Status.PROPOSED, None, Certainty.NO),
        ("vn-law-geology-minerals-2024", Status.IN_FORCE, "2025-07-01", Certainty.YES),
        ("oecd-due-diligence", Status.REFERENCE, None, Certainty.NO),
    ],
)
def test_an_instrument_stands_as_the_paper_describes_it(
    name: str, status: Status, since: str | None, on_the_day: Certainty
) -> None:
    state = INSTRUMENTS[name].state
    last = state.events[-1]
    assert (last.status, str(last.since) if last.since else None) == (status, since)
    assert status_on(state, PUBLISHED) is status
    assert in_force(state, PUBLISHED) is on_the_day


def test_a_period_that_is_over_ends_the_force() -> None:
    plan = INSTRUMENTS["asean-plus-three-work-plan"].state
    days = (dt.date(2024, 1, 1), dt.date(2025, 6, 1), dt.date(2026, 1, 1))
    assert [in_force(plan, day) for day in days] == [Certainty.YES, Certainty.PERHAPS, Certainty.NO]


def test_the_repealed_moratorium_was_perhaps_in_force_before() -> None:
    moratorium = INSTRUMENTS["ph-mining-moratorium"].state
    assert in_force(moratorium, dt.date(2019, 1, 1)) is Certainty.PERHAPS


def test_an_instrument_survives_storage() -> None:
    for each in INSTRUMENTS.values():
        assert InstrumentState.from_json(each.state.to_json()) == each.state


def test_a_fact_survives_storage() -> None:
    for fact in FACTS.values():
        assert Fact.from_json(fact.to_json()) == fact


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)
_NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
_VALUES = st.none() | _NUMBERS | st.tuples(_NUMBERS, _NUMBERS) | st.lists(_WORDS, max_size=3).map(tuple) | _WORDS


@given(value=_VALUES, word=st.none() | _WORDS, comparator=st.none() | st.sampled_from(Comparator))
def test_any_value_survives_storage(value: object, word: str | None, comparator: Comparator | None) -> None:
    fact = Fact("x", "k", Subject(country="TH"), value=parse_value(value), fact_class=word, comparator=comparator)
    assert Fact.from_json(fact.to_json()) == fact


@pytest.mark.parametrize(
    ("comparator", "value", "low", "high"),
    [
        (None, 5, 5, 5),
        (Comparator.ABOUT, 55, 55, 55),
        (Comparator.MORE_THAN, 14, 14, None),
        (Comparator.UP_TO, 5, None, 5),
        (Comparator.ABOUT_RANGE, [12, 15], 12, 15),
        (None, ["CN", "TH"], None, None),
    ],
)
def test_a_figure_has_the_limits_its_wording_gives_it(
    comparator: Comparator | None, value: object, low: int | None, high: int | None
) -> None:
    fact = Fact("x", "k", value=parse_value(value), comparator=comparator)
    assert (fact.low, fact.high) == (low, high)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("id.nickel.production_share", "about 55 percent"),
        ("my.ree.world_share", "about 12-15 percent"),
        ("vn.tungsten.rank", "rank 2 in the world"),
        ("id.nickel.abundance", 'abundant ("abundance")'),
        ("mm.tin.destinations", "nearly all CN, TH, MY"),
    ],
)
def test_a_fact_says_what_it_states(name: str, text: str) -> None:
    assert FACTS[name].text == text


def test_numbers_are_written_plainly() -> None:
    assert value_text(Decimal("55000000")) == "55,000,000"
    assert value_text(None) == ""


def test_production_shares_agree_with_their_masses() -> None:
    for total in load_production():
        share = Decimal(total.region_t) / Decimal(total.world_t) * 100
        assert share.quantize(Decimal("0.01")) == total.share_pct
        assert type(total).from_json(total.to_json()) == total


def test_the_region_is_no_smaller_than_its_members() -> None:
    totals = {total.mineral: total.share_pct for total in load_production()}
    stated = Counter[str]()
    for fact in FACTS.values():
        if fact.kind == "production_share" and fact.subject.mineral and fact.low is not None:
            stated[fact.subject.mineral] += int(fact.low)
    assert all(share <= totals[mineral] for mineral, share in stated.items())


def test_membership_stands_on_its_own_basis() -> None:
    members = load_bodies().memberships
    assert len(members) == 11
    assert {member.since.basis for member in members} == {Basis.OUTSIDE_PAPER}


def test_no_data_file_holds_a_level_or_the_result_of_a_gate() -> None:
    """Facts, not verdicts: no file names a cell of the card, a level or what a gate found."""
    forbidden = re.compile(
        r"\b[A-Z]{2}\.(access|capability|governance)\b"
        r"|^\s*(level|score|moves|passes|state|rank|low|high):|\blevel [1-5]\b",
        re.M,
    )
    for path in Path(DATA).glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert forbidden.search(text) is None, path.name


def test_shares_worked_out_of_the_masses_are_the_papers_figures_and_growth_fits_the_first_year() -> None:
    for total in load_production():
        assert total.worked_share_pct == total.share_pct, total.mineral
        if total.growth_pct is not None and total.implied_base_t is not None:
            # The first year's mass is implied to the tonne: half a tonne either way holds what is printed.
            most, least = (100 * total.region_t / (total.implied_base_t + half) - 100 for half in (-0.5, 0.5))
            assert least - 0.005 <= float(total.growth_pct) <= most + 0.005, total.mineral
