"""From news to first values: each change kind opens its status, and nothing is filled that was not said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.domain.dates import Basis
from registry.domain.instruments import Status
from registry.domain.prefill import FirstEvent, Reading, Traits, prefill, sentence, type_in

TRAITS = {"export_licence": Traits("restricts", "regulation"), "mou": Traits("neutral", "engagement")}
LICENCE = Reading(
    title="Thailand puts rare-earth compounds under export licence",
    summary="The ministry met. Shipments under HS 2846 need an export licence from today.",
    published="2026-11-23",
    country="TH",
    minerals=("rare_earths",),
    hs=("2846",),
    measure="export_licence",
    change_kind="in_force",
    effective="2026-11-23",
    matched=("HS 2846", "export licence", "from today"),
)


def test_a_licence_in_force_fills_title_country_scope_measure_and_status() -> None:
    first = prefill(LICENCE, TRAITS)

    assert first.instrument["title"] == LICENCE.title
    assert (first.instrument["country"], first.instrument["scope"]) == ("TH", "cm_specific")
    assert first.instrument["pillar"] == "regulation"
    assert first.measure == {
        "code": "export_licence",
        "direction": "restricts",
        "minerals": ["rare_earths"],
        "hs": ["2846"],
        "start": "2026-11-23",
    }
    assert first.events == (FirstEvent(Status.IN_FORCE, "2026-11-23", Basis.STATED),)
    assert first.hint == ""


def test_the_quote_is_the_sentence_in_which_most_was_matched() -> None:
    assert sentence(LICENCE.title, LICENCE.summary, LICENCE.matched).startswith("Shipments under HS 2846")
    assert sentence("A title", "", ()) == "A title"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("proposed", Status.PROPOSED),
        ("announced", Status.CONSIDERED),
        ("adopted", Status.ADOPTED),
        ("signed", Status.ADOPTED),
        ("in_force", Status.IN_FORCE),
        ("enforced", Status.IN_FORCE),
        ("amended", Status.AMENDED),
        ("extended", Status.AMENDED),
        ("suspended", Status.SUSPENDED),
        ("repealed", Status.REPEALED),
        ("expired", Status.EXPIRED),
    ],
)
def test_each_change_kind_opens_its_status(kind: str, status: Status) -> None:
    assert prefill(replace(LICENCE, change_kind=kind), TRAITS).events[0].status is status


def test_an_act_adopted_with_a_day_of_effect_is_in_force_from_that_day() -> None:
    events = prefill(replace(LICENCE, change_kind="adopted", effective="2027-01-01"), TRAITS).events

    assert events == (
        FirstEvent(Status.ADOPTED, "2026-11-23", Basis.SOURCE_DATE),
        FirstEvent(Status.IN_FORCE, "2027-01-01", Basis.STATED),
    )


def test_without_a_day_the_news_date_is_the_latest_it_can_be() -> None:
    events = prefill(replace(LICENCE, effective=""), TRAITS).events

    assert events == (FirstEvent(Status.IN_FORCE, "2026-11-23", Basis.SOURCE_DATE),)


def test_a_proposal_starts_no_measure() -> None:
    assert "start" not in prefill(replace(LICENCE, change_kind="proposed"), TRAITS).measure


def test_an_extension_asks_for_the_act_on_record_and_its_new_end() -> None:
    assert "new last day" in prefill(replace(LICENCE, change_kind="extended"), TRAITS).hint


def test_a_memorandum_names_its_other_side_and_is_an_engagement() -> None:
    first = prefill(replace(LICENCE, measure="mou", change_kind="signed", counterparts=("JP",)), TRAITS)

    assert first.instrument["type"] == "mou"
    assert first.instrument["counterparts"] == ["JP"]
    assert first.instrument["engagement_scope"] == "dedicated_cm"


def test_what_was_not_read_stays_empty() -> None:
    bare = Reading("A title", "", "", None, (), (), "", "", "")
    first = prefill(bare, TRAITS)

    assert set(first.instrument) == {"title", "quote"}
    assert first.measure == {}
    assert first.events == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A notification of the Ministry of Commerce, published in the Royal Gazette", "notification"),
        ("Senate bill would ban nickel ore exports by law", "bill"),
        ("Chính phủ ban hành Nghị định về đất hiếm", "decree"),
        ("Quốc hội thông qua Luật Địa chất", "law"),
        ("Menteri ESDM menandatangani Peraturan Menteri", "ministerial_regulation"),
        ("ประกาศกระทรวงพาณิชย์", "notification"),
        ("Lawmakers act on billions of exports", ""),
        ("Executive Order No. 130", "executive_order"),
    ],
)
def test_the_type_of_act_is_filled_in_where_the_news_names_it(text: str, kind: str) -> None:
    assert type_in(text) == kind
