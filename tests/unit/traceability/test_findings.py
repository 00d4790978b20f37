"""Each finding code: planted once in a clean chain, it is found where the contract says, and nothing besides."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.chains import assay, at, by_dates, chain, change, clean, event, found, keys, line, lot, measure, more
from traceability.domain.rules import RULES, Case, ReceiptMissing, find_all
from traceability.domain.vocabulary import CustodyModel, FindingCode


def test_a_clean_chain_has_no_findings():
    assert keys(found(clean())) == []


def test_every_code_of_the_contract_has_one_rule_with_words_and_a_source():
    assert [rule.code for rule in RULES] == list(FindingCode)
    for rule in RULES:
        assert rule.text
        assert "{" in rule.message
        assert rule.source


def lines_of(facts, event_id):
    return next(one.lines for one in facts["events"] if one.event_id == event_id)


def with_quantity(facts, event_id, lot_id, kg):
    lines = tuple(
        replace(one, quantity=Decimal(kg)) if one.lot_id == lot_id and one.role != "loss" else one
        for one in lines_of(facts, event_id)
    )
    return change(facts, event_id, lines=lines)


def test_mass_gain_when_an_element_grows_by_over_two_per_cent():
    # 18,000 × 4 % + 9,600 × 6 % = 1,296 kg of oxide in; 26,000 × 0.5 % = 130 in the residue.
    facts = with_quantity(clean(), "E07", "OX", "1254.65")  # 1,321.92 kg out, which is 2 % more: on the limit
    assert keys(found(facts)) == []
    facts = with_quantity(clean(), "E07", "OX", "1254.7")
    # The excess is of unknown origin, and that is told of everything made from it.
    assert keys(found(facts))[0] == ("mass-gain", "E07", "OX")
    assert {finding.code for finding in found(facts)} == {"mass-gain", "unknown-origin"}


def test_unknown_origin_is_told_of_each_lot_made_of_the_excess():
    facts = with_quantity(clean(), "E07", "OX", "1300")
    assert keys(found(facts))[1:] == [
        ("unknown-origin", "E07", "OX"),
        ("unknown-origin", "E07", "RES"),
        ("unknown-origin", "E10", "MET"),
        ("unknown-origin", "E11", "MAG"),
    ]


def test_mass_loss_when_less_than_seventy_per_cent_comes_out():
    facts = with_quantity(clean(), "E07", "OX", "819")
    facts = with_quantity(facts, "E08", "OX", "819")
    facts = with_quantity(facts, "E09", "OX", "819")
    facts = with_quantity(facts, "E10", "OX", "800")
    assert ("mass-gain", "E10", "MET") in keys(found(facts))
    facts = with_quantity(with_quantity(facts, "E10", "MET", "660"), "E11", "MET", "650")
    facts = with_quantity(facts, "E11", "MAG", "2100")
    assert keys(found(facts)) == []
    facts = with_quantity(facts, "E07", "RES", "5000")  # 802.1 of 1,296 kg: 62 %
    assert keys(found(facts)) == [("mass-loss", "E07", "OX")]


def test_exactly_seventy_per_cent_is_no_loss_however_many_digits_the_grades_of_an_oxide_have():
    facts = {
        "lots": [lot("IN"), lot("ONE", "concentrate"), lot("TWO", "concentrate"), lot("THREE", "concentrate")],
        "events": [
            event("E1", "commission", 0, "mine-mm", "p-mine", line("output", "IN", "7.120")),
            event("E2", "transform", 1, "mine-mm", "p-mine", line("input", "IN", "7.120"),
                  line("output", "ONE", "2.136"), line("output", "TWO", "2848", "GRM"),
                  line("output", "THREE", "2.136")),
        ],
        "facilities": clean()["facilities"],
        # 2.136 + 2.848 of 7.120 kg are 70 %, and they carry the grade of the input; the rest carries none of it.
        "assays": [assay(name, "0.358493", "Dy2O3") for name in ("IN", "ONE", "TWO")] + [assay("THREE", "0", "Nd2O3")],
    }  # fmt: skip
    assert keys(found(facts)) == []
    facts["events"][1] = replace(facts["events"][1], lines=tuple(
        replace(one, quantity=Decimal("2.135999999")) if one.lot_id == "ONE" else one for one in lines_of(facts, "E2")
    ))  # fmt: skip
    assert keys(found(facts)) == [("mass-loss", "E2", "ONE")]


def test_an_event_that_falls_back_is_balanced_on_dry_mass_alone():
    facts = clean()
    facts["assays"] = [row for row in facts["assays"] if row.lot_id != "MAG"]
    # 800 kg of metal in and 2,600 kg of magnet out: without an assay nothing tells that the rest is iron.
    assert keys(found(facts)) == [("mass-gain", "E11", "MAG"), ("unknown-origin", "E11", "MAG")]


def test_overdrawn_at_the_event_that_crosses_half_a_per_cent():
    again = event("E13", "decommission", 50, "plant-th", "th", line("item", "OX", "106"))
    assert keys(found(more(clean(), events=[again]))) == []
    again = replace(again, lines=(line("item", "OX", "106.01"),))
    later = event("E14", "adjust", 51, "plant-th", "th", line("item", "OX", "-5"))
    assert keys(found(more(clean(), events=[again, later]))) == [("overdrawn", "E13", "OX")]


def test_a_lot_overdrawn_for_a_time_is_found_although_it_is_made_good_later():
    early = event("E13", "decommission", 26, "plant-th", "th", line("item", "OX", "150"))
    later = event("E14", "adjust", 60, "plant-th", "th", line("item", "OX", "500"))
    assert keys(found(more(clean(), events=[early, later]))) == [("overdrawn", "E10", "OX")]


def test_grade_out_of_range_in_a_blend():
    blend = [
        event("E13", "commission", 1, "mine-mm", "mm", line("output", "M2", "1000")),
        event("E14", "commission", 1, "mine-mm", "mm", line("output", "M3", "1000")),
        event("E15", "transform", 2, "mine-mm", "mm", line("input", "M2", "1000"), line("input", "M3", "1000"),
              line("output", "M4", "2000")),
    ]  # fmt: skip
    lots = [lot("M2"), lot("M3"), lot("M4")]

    def with_grade(grade):
        return more(clean(), lots=lots, events=blend, assays=[assay("M2", "5"), assay("M3", "5"), assay("M4", grade)])

    assert keys(found(with_grade("4.9"))) == []
    assert keys(found(with_grade("4.89"))) == [("grade-out-of-range", "E15", "M4")]
    assert ("grade-out-of-range", "E15", "M4") in keys(found(with_grade("5.2")))


def test_time_order_of_a_use_before_birth_has_no_second_finding():
    facts = change(clean(), "E10", occurred_at=at(5))
    # E10 draws on OX, which is born on day 10; what E10 makes is used later, as it should be.
    assert keys(found(facts)) == [("time-order", "E10", "OX")]


def test_time_order_of_a_receipt_before_its_shipment_opens_no_gap_in_custody():
    assert keys(found(change(clean(), "E04", occurred_at=at(2)))) == [("time-order", "E04", "V1")]


def test_time_order_of_a_receipt_without_a_shipment():
    again = event("E13", "receive", 26, "plant-th", "th", line("item", "OX", "1200"))
    assert keys(found(more(clean(), events=[again]))) == [("time-order", "E13", "OX")]


def test_equal_times_are_ordered_by_event_id():
    facts = change(clean(), "E03", occurred_at=at(1))
    assert keys(found(facts)) == []
    facts["events"] = [replace(one, event_id="E00") if one.event_id == "E03" else one for one in facts["events"]]
    assert keys(found(facts)) == [("time-order", "E00", "V1")]


def test_custody_gap_when_a_party_uses_what_another_holds():
    assert keys(found(change(clean(), "E07", party_id="th"))) == [
        ("custody-gap", "E07", "M1"),
        ("custody-gap", "E07", "V1"),
        ("custody-gap", "E08", "OX"),
    ]


def test_custody_follows_a_transfer_and_not_a_shipment():
    ship = event("E13", "ship", 41, "plant-th", "th", line("item", "MAG", "2600"), to_facility_id="mine-mm")
    assert keys(found(more(clean(), events=[ship]))) == [("custody-gap", "E13", "MAG")]
    assert keys(found(more(clean(), events=[replace(ship, party_id="jp")]))) == []


def test_receipt_mismatch_beyond_half_a_per_cent_of_dry_mass():
    assert keys(found(with_quantity(clean(), "E04", "V1", "17910"))) == []
    assert keys(found(with_quantity(clean(), "E04", "V1", "17909.9"))) == [("receipt-mismatch", "E04", "V1")]


def test_receipt_missing_sixty_days_before_the_newest_event():
    ship = event("E13", "ship", 41, "plant-th", "jp", line("item", "MAG", "2600"), to_facility_id="mine-mm")
    facts = more(clean(), events=[ship, event("E14", "observe", 101, "plant-my", "my", line("item", "RES", "1"))])
    assert keys(found(facts)) == []
    assert keys(found(change(facts, "E14", occurred_at=at(101, 9)))) == [("receipt-missing", "E13", "MAG")]


def test_receipt_missing_counts_from_the_newest_event_of_the_whole_registry():
    ship = event("E13", "ship", 41, "plant-th", "jp", line("item", "MAG", "2600"), to_facility_id="mine-mm")
    case = Case(chain(more(clean(), events=[ship])), (), by_dates, newest=at(300))
    assert [finding.key for finding in ReceiptMissing().find(case)] == [("receipt-missing", "E13", "MAG")]


def test_identity_broken_with_two_mines():
    facts = change(clean(), "MAG", custody_model=CustodyModel.IDENTITY_PRESERVED)
    assert ("identity-broken", "E11", "MAG") in keys(found(facts))
    facts["events"] = [
        replace(one, lines=tuple(two for two in one.lines if two.lot_id != "M1")) if one.event_id == "E07" else one
        for one in facts["events"]
    ]
    assert "identity-broken" not in [code for code, _event, _lot in keys(found(facts))]


def test_segregation_broken_and_no_model_upgrade_besides():
    facts = change(clean(), "V1", custody_model=CustodyModel.MASS_BALANCE)
    facts = change(facts, "M1", custody_model=CustodyModel.SEGREGATED)
    facts = change(facts, "OX", custody_model=CustodyModel.SEGREGATED)
    facts = change(facts, "RES", custody_model=CustodyModel.MASS_BALANCE)
    assert keys(found(facts)) == [("segregation-broken", "E07", "OX")]


def test_model_upgrade_when_a_lot_is_stricter_than_its_input():
    facts = change(clean(), "MAG", custody_model=CustodyModel.SEGREGATED)
    assert keys(found(facts)) == [("model-upgrade", "E11", "MAG")]


def test_over_capacity_at_the_event_that_crosses_it_once_a_year():
    more_ore = [lot(f"V{n}") for n in (2, 3, 4)]
    events = [
        event("E21", "commission", 60, "mine-vn", "vn", line("output", "V2", "80", "TNE", "wet")),
        event("E22", "commission", 61, "mine-vn", "vn", line("output", "V3", "0.001", "KGM", "wet")),
        event("E23", "commission", 62, "mine-vn", "vn", line("output", "V4", "80", "TNE", "wet")),
    ]
    assert keys(found(more(clean(), lots=more_ore[:1], events=events[:1]))) == []
    assert keys(found(more(clean(), lots=more_ore, events=events))) == [("over-capacity", "E22", "V3")]


def test_licence_invalid_outside_its_days_of_the_events_own_offset():
    # 00:30 at +07:00 is still the day before in UTC: the event's own day counts.
    facts = change(clean(), "E01", occurred_at=dt.datetime.fromisoformat("2026-01-02T00:30:00+07:00"))
    assert keys(found(change(facts, "mine-vn", licence_from=dt.date(2026, 1, 2)))) == []
    assert keys(found(change(facts, "mine-vn", licence_from=dt.date(2026, 1, 3)))) == [("licence-invalid", "E01", "V1")]
    assert keys(found(change(facts, "mine-vn", licence_until=dt.date(2026, 1, 1)))) == [
        ("licence-invalid", "E01", "V1")
    ]


BAN = measure("export_ban", "VN", "2530", minerals=("rare_earths",), materials=("ore",))


def test_export_banned_on_the_day_and_not_the_day_before():
    on = replace(BAN, start=measure("export_ban", "VN", start="2026-01-04").start)
    after = replace(BAN, start=measure("export_ban", "VN", start="2026-01-05").start)
    assert keys(found(clean(), on)) == [("export-banned", "E03", "V1")]
    assert keys(found(clean(), after)) == []


@pytest.mark.parametrize("other", [
    replace(BAN, country="TH"), replace(BAN, hs=("2604",)), replace(BAN, minerals=("nickel",)),
    replace(BAN, materials=("concentrate",)), replace(BAN, destinations=("CN",)),
    measure("export_ban", "VN", "2530", start="2026"),  # known to the year: certain from 31 December
])  # fmt: skip
def test_a_ban_that_does_not_cover_the_shipment_gives_no_finding(other):
    assert keys(found(clean(), other)) == []


def test_a_permit_lifts_no_ban_but_answers_a_licence_requirement():
    licence = replace(BAN, code=measure("export_licence", "VN").code)
    permitted = change(clean(), "E03", permit_number="P-1")
    assert keys(found(clean(), licence)) == [("permit-missing", "E03", "V1")]
    assert keys(found(permitted, licence)) == []
    assert keys(found(permitted, BAN)) == [("export-banned", "E03", "V1")]


def test_a_shipment_inside_a_country_crosses_no_border():
    facts = change(clean(), "plant-my", country="VN")
    assert keys(found(facts, BAN)) == []


def test_a_correction_replaces_the_whole_event_in_chains_too():
    wrong = change(clean(), "E07", party_id="th")
    first = replace(next(one for one in wrong["events"] if one.event_id == "E07"), event_id="E07b",
                    corrects_event_id="E07")  # fmt: skip
    second = replace(first, event_id="E07c", corrects_event_id="E07b", party_id="my")
    assert keys(found(more(wrong, events=[second, first]))) == []


def test_a_message_names_lot_event_and_limit():
    finding = find_all(Case(chain(with_quantity(clean(), "E07", "OX", "1300"))))[0]
    assert finding.message.startswith("Event E07 took in 1111.")
    assert "5.3" in finding.message
    assert finding.evidence["elements"] == "Nd"


def test_aggregate_and_disaggregate_carry_mass_shares_and_custody_like_a_transform():
    pack = event("E13", "aggregate", 41, "plant-th", "jp", line("child", "MAG", "2600"), line("parent", "BOX", "2600"))
    unpack = event(
        "E14", "disaggregate", 42, "plant-th", "jp", line("parent", "BOX", "2600"), line("child", "P1", "2700")
    )
    lots = [lot("BOX", "magnet", "850511"), lot("P1", "magnet", "850511")]
    assays = [assay("BOX", "30", "Nd"), assay("P1", "30", "Nd")]
    facts = more(clean(), lots=lots, assays=assays, events=[pack, unpack])
    assert keys(found(facts)) == [("mass-gain", "E14", "P1"), ("unknown-origin", "E14", "P1")]
