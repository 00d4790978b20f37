"""Shares on random chains, against an exact second computation and against the laws they must keep."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chains import Oracle, assay, at, chain, chains, clean, event, found, keys, line, lot, more
from traceability.domain.chain import Chain
from traceability.domain.exposure import Reach, exposure
from traceability.domain.mixing import graph, origins, shares_from, unknown_shares
from traceability.domain.precision import exceeds
from traceability.domain.rounding import largest_remainder
from traceability.domain.trace import origins_of, trace_down, trace_up, walk_chain

TINY = Fraction(1, 10**40)
ELEMENTS = (None, "Nd", "Dy", "Ce")
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(chains())
def test_origin_shares_equal_an_exact_computation_and_sum_to_one(facts):
    built, oracle = chain(facts), Oracle(facts)
    for element in ELEMENTS:
        for lot_id in built.births:
            exact = oracle.shares(lot_id, element)
            origins = origins_of(walk_chain(built, lot_id, element), lot_id)
            assert abs(sum(Fraction(origin.share) for origin in origins) - 1) < TINY
            assert {origin.facility_id for origin in origins} == set(exact)
            for origin in origins:
                assert abs(Fraction(origin.share) - exact[origin.facility_id]) < TINY


@few
@given(chains())
def test_shown_shares_sum_to_exactly_one(facts):
    built = chain(facts)
    for lot_id in built.births:
        answer = trace_up(walk_chain(built, lot_id, "Nd"), lot_id, "Nd", [])
        assert sum(Decimal(origin["share"]) for origin in answer["origins"]) == 1
        assert all(len(origin["share"].split(".")[1]) >= 4 for origin in answer["origins"])


@few
@given(chains())
def test_up_and_down_are_inverse(facts):
    built = chain(facts)
    commissions = [lot_id for lot_id, step in built.births.items() if not step.inputs]
    for element in ELEMENTS:
        whole = graph(built, element)
        for source in commissions:
            down = shares_from(whole, [source])
            for lot_id in built.births:
                event_id = built.births[source].event.event_id
                up, _unknown = origins(whole, lot_id)
                assert abs(Fraction(up.get(event_id, 0)) - Fraction(down.get(lot_id, 0))) < TINY


@few
@given(chains(), st.randoms(use_true_random=False))
def test_findings_and_shares_do_not_depend_on_the_order_of_recording(facts, chance: random.Random):
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in facts.items()}
    shuffled["events"] = [
        replace(one, lines=tuple(chance.sample(one.lines, len(one.lines)))) for one in shuffled["events"]
    ]
    assert found(shuffled) == found(facts)
    for lot_id in chain(facts).births:
        left = trace_up(walk_chain(chain(facts), lot_id, "Nd"), lot_id, "Nd", [])
        assert trace_up(walk_chain(chain(shuffled), lot_id, "Nd"), lot_id, "Nd", []) == left


@few
@given(chains())
def test_what_is_made_has_no_less_unknown_than_what_it_is_made_of(facts):
    built = chain(facts)
    for element in ELEMENTS:
        whole = graph(built, element)
        unknown = unknown_shares(whole)
        for event_id, mix in whole.mixes.items():
            parts = sum(Fraction(share) for _lot, share in mix.parts)
            carried = sum(
                Fraction(share) * Fraction(unknown.get(whole.born_in[lot_id], 0)) for lot_id, share in mix.parts
            )
            if parts:
                assert Fraction(unknown.get(event_id, 0)) >= carried / parts - TINY


@few
@given(chains())
def test_no_lot_overdrawn_goes_unseen(facts):
    """On chains without misplaced events: an independent running balance in fractions finds the same lots."""
    built, oracle = chain(facts), Oracle(facts)
    misplaced = {lot_id for code, _event, lot_id in keys(found(facts)) if code == "time-order"}
    overdrawn = {lot_id for code, _event, lot_id in keys(found(facts)) if code == "overdrawn"}
    for lot_id in built.births:
        born = sum(oracle.dry(one) for one in oracle.birth[lot_id].lines if one.lot_id == lot_id)
        taken = sum(oracle.dry(one) for other in oracle.events for one in oracle.inputs(other) if one.lot_id == lot_id)
        if lot_id not in misplaced:
            assert (lot_id in overdrawn) == (taken > born * Fraction("1.005"))


@few
@given(chains())
def test_exposure_of_everything_is_everything_held_with_share_one(facts):
    built = chain(facts)
    shown = exposure(built, Reach("MY", since=None)).to_json()
    assert sum((Decimal(one["kg"]) for one in shown["lots"]), Decimal(0)) == Decimal(shown["total_kg"])
    assert all(0 <= Decimal(one["share"]) <= 1 for one in shown["lots"])


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=150).filter(any))
def test_largest_remainder_keeps_the_sum_and_moves_no_share_by_a_step(parts):
    shares = {place: Decimal(part) / sum(parts) for place, part in enumerate(parts)}
    rounded = largest_remainder(shares)
    assert sum(rounded.values()) == 1
    assert all(abs(rounded[place] - share) < Decimal("0.000001") for place, share in shares.items())


def test_the_trace_of_the_clean_chain():
    built = chain(clean())
    up = trace_up(walk_chain(built, "MAG", "Nd"), "MAG", "Nd", ["b", "a", "b"])
    # 720 kg of oxide from Vietnam, 576 kg from Myanmar.
    assert up["origins"] == [
        {"facility": "mine-vn", "country": "VN", "share": "0.555556"},
        {"facility": "mine-mm", "country": "MM", "share": "0.444444"},
    ]
    assert [one["lot"] for one in up["lots"]] == ["M1", "MET", "OX", "V1"]
    assert up["lots"][0] == {"lot": "M1", "material": "ore", "mineral": "rare_earths", "kg": "9600", "country": "MM"}
    assert (up["events"], up["findings"], up["depth"]) == (["E01", "E02", "E07", "E10", "E11"], ["a", "b"], 3)
    down = trace_down(walk_chain(built, "V1", "Nd", down=True), "V1", "Nd", [])
    assert {one["lot"]: one["share"] for one in down["lots"]} == dict.fromkeys(["OX", "RES", "MET", "MAG"], "0.555556")
    assert down["depth"] == 3
    assert "origins" not in down


def test_descendants_with_none_of_the_element_are_left_out():
    facts = clean()
    facts["assays"] = [row for row in facts["assays"] if row.lot_id != "RES"] + [assay("RES", "1", "CeO2")]
    built = chain(facts)
    down = trace_down(walk_chain(built, "V1", "Nd", down=True), "V1", "Nd", [])
    assert [one["lot"] for one in down["lots"]] == ["MAG", "MET", "OX"]


def test_exposure_of_a_thai_measure_on_metal():
    facts = more(
        clean(),
        lots=[lot("M9")],
        events=[
            event("E20", "ship", 50, "plant-th", "jp", line("item", "MAG", "2600"), to_facility_id="mine-mm"),
            event("E21", "receive", 55, "mine-mm", "mm2", line("item", "MAG", "2600")),
            event("E22", "commission", 55, "mine-mm", "mm2", line("output", "M9", "5")),
        ],
    )
    shown = exposure(chain(facts), Reach("TH", ("2805",))).to_json()
    # 80 kg of metal lie in Thailand; the magnet went on to Myanmar, but all of it came through that metal.
    assert shown == {
        "lots": [
            {"lot": "MAG", "holder": "mm2", "country": "MM", "kg": "2600", "share": "1.000000"},
            {"lot": "MET", "holder": "th", "country": "TH", "kg": "80", "share": "1.000000"},
        ],
        "total_kg": "2680",
        "countries": {"MM": "2600", "TH": "80"},
    }
    assert exposure(chain(facts), Reach("TH", ("8505",), since=at(51).date())).to_json()["lots"] == []
    assert [one["lot"] for one in exposure(chain(facts), Reach("TH", ("8505",))).to_json()["lots"]] == ["MAG"]


def test_a_ladder_of_diamonds_is_traced_in_linear_time():
    depth = 300
    lots, events = [lot("L0"), lot("L1")], [
        event("C0", "commission", 0, "mine-vn", "p", line("output", "L0", "10")),
        event("C1", "commission", 0, "mine-mm", "p", line("output", "L1", "10")),
    ]  # fmt: skip
    for step in range(2, depth):
        lots.append(lot(f"L{step}"))
        inputs = [line("input", f"L{step - 1}", "1"), line("input", f"L{step - 2}", "1")]
        events.append(
            event(f"T{step:04}", "transform", step, "plant-my", "p", *inputs, line("output", f"L{step}", "2"))
        )
    built = Chain(lots=lots, events=events, facilities=clean()["facilities"])
    answer = trace_up(walk_chain(built, f"L{depth - 1}", None), f"L{depth - 1}", None, [])
    assert answer["depth"] == depth - 2
    assert [origin["share"] for origin in answer["origins"]] == ["0.666667", "0.333333"]


def test_a_value_on_the_limit_is_not_above_it():
    assert not exceeds(Decimal(1) / 3 * 3, Decimal(1))
    assert exceeds(Decimal("1.000000000000000001"), Decimal(1))
