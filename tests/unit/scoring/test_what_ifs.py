"""What would follow from a new act, a repeal, or a change in the field."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.domain.card import two_decimals
from scoring.domain.diff import compare, evidence_change
from scoring.domain.explain import explain, needs
from scoring.domain.overlay import apply
from scoring.domain.trace import State
from tests.unit.scoring.paper_case import EVIDENCE, PUBLISHED, RULES, adding, card, instrument, levels, moves, what_if

LICENCE = [{"code": "export_licence", "minerals": ["rare_earths"]}]
PROCESSING = [{"code": "tax_holiday", "stages": ["processing_refining"]}]
PH_BAN = {"op": "set_instrument", "ids": ["ph-ore-export-ban"], "field": "status", "value": "in_force"}
PH_ABUNDANT = {"op": "set_fact", "ids": ["ph.reserves.substantial"], "field": "class", "value": "abundant"}


def under_control(country: str, mineral: str) -> dict[str, Any]:
    fact = {"kind": "control", "class": "under_control", "subject": {"country": country, "mineral": mineral}}
    return {"op": "add_fact", "fact": fact}


def overall(country: str, *operations: Any) -> str:
    mean = what_if(*operations).country(country).overall
    return two_decimals(mean) if mean is not None else "open"


def test_an_export_licence_lifts_governance_through_its_third_gate_and_nothing_else() -> None:
    draft = adding(instrument("TH", "th-licence", LICENCE))
    after = what_if(*draft)
    assert moves(card(), after) == {"TH.governance": "up"}
    change = next(each for each in compare(card(), after) if each.level_changed)
    assert [(flip.gate, flip.before, flip.after) for flip in change.flips] == [("G3", State.FAIL, State.PASS)]
    assert "th-licence" in change.causes


@pytest.mark.parametrize(
    "fields",
    [
        {"pillar": "engagement", "engagement_scope": "dedicated_cm"},
        {"scope": "general"},
        {"scope": "downstream_only", "pillar": "incentive"},
        {"events": [{"status": "proposed", "since": None}]},
        {"events": [{"status": "in_force", "since": {"date": "2027-01-01", "basis": "stated"}}]},
        {"until": {"date": "2026-03-01", "basis": "stated"}},
    ],
    ids=["mou", "general", "downstream", "proposed", "later", "over"],
)
def test_what_is_no_dedicated_domestic_act_in_force_lifts_nothing(fields: dict[str, Any]) -> None:
    assert moves(card(), what_if(*adding(instrument("TH", "th-new", LICENCE, **fields)))) == {}


def test_an_act_perhaps_in_force_opens_a_range_only_where_it_would_matter() -> None:
    perhaps = {"events": [{"status": "in_force", "since": {"date": "2026", "basis": "stated"}}]}
    assert levels(what_if(*adding(instrument("TH", "th-new", **perhaps))))["TH", "governance"] == (None, 2, 3)
    assert moves(card(), what_if(*adding(instrument("ID", "id-new", **perhaps)))) == {}


def test_a_dedicated_act_lifts_thailand() -> None:
    assert overall("TH", *adding(instrument("TH", "th-act"))) == "2.33"


def test_an_enacted_philippine_ban_alone_lifts_nothing() -> None:
    assert moves(card(), what_if(PH_BAN)) == {}


def test_an_enacted_ban_on_abundant_nickel_under_control_lifts_access() -> None:
    assert overall("PH", PH_BAN, PH_ABUNDANT, under_control("PH", "nickel")) == "3.33"


def test_silence_on_control_leaves_the_ban_on_abundant_nickel_open() -> None:
    assert levels(what_if(PH_BAN, PH_ABUNDANT))["PH", "access"] == (None, 4, 5)
    silence = {"op": "param", "name": "control_silence", "value": "under_control"}
    assert levels(what_if(PH_BAN, PH_ABUNDANT, silence))["PH", "access"] == (5, 5, 5)


def test_an_export_tax_alone_is_no_control() -> None:
    tax = instrument("PH", "ph-tax", [{"code": "export_tax", "minerals": ["nickel"]}])
    after = what_if(*adding(tax), PH_ABUNDANT, under_control("PH", "nickel"))
    assert moves(card(), after) == {}


def test_a_repealed_indonesian_ban_lowers_access() -> None:
    repeal = {
        "op": "set_instrument",
        "ids": ["id-nickel-ore-export-ban"],
        "field": "status",
        "value": "repealed",
        "since": "2026-04-01",
    }
    assert moves(card(), what_if(repeal)) == {"ID.access": "down"}
    assert overall("ID", repeal) == "3.67"


def test_vietnam_completes_its_pillars() -> None:
    incentive = instrument("VN", "vn-incentive", PROCESSING, pillar="incentive")
    agreement = instrument("VN", "vn-mou", pillar="engagement", engagement_scope="dedicated_cm")
    assert moves(card(), what_if(*adding(incentive))) == {}
    assert moves(card(), what_if(*adding(incentive, agreement))) == {"VN.governance": "up"}
    assert overall("VN", *adding(incentive, agreement)) == "3.67"


def test_regained_control_lifts_governance_and_not_access() -> None:
    control = ["mm.control.large_share", "mm.fragmented", "mm.tin.control", "mm.rare_earths.control"]
    absence = ["mm.enforcement.limited", "mm.enforcement.unable", "mm.no_enforcement"]
    regained = [
        {"op": "set_fact", "ids": control, "field": "class", "value": "under_control"},
        {"op": "set_fact", "ids": absence, "field": "class", "value": "present"},
    ]
    assert moves(card(), what_if(*regained)) == {"MM.governance": "up"}
    assert levels(what_if(*regained))["MM", "governance"] == (2, 2, 2)


def test_a_world_total_lets_the_number_decide_over_the_word() -> None:
    total = {
        "kind": "reserve_quantity",
        "value": 600_000_000,
        "unit": "t",
        "subject": {"region": "world", "mineral": "nickel"},
    }
    after = what_if({"op": "add_fact", "fact": total})
    assert moves(card(), after)["PH.access"] == "down"
    assert "ph.nickel.reserves" in after.cell("PH", "access").gate("A4").cited


def test_a_new_member_is_judged_on_what_is_known_and_nothing_more() -> None:
    after = levels(what_if(*adding(instrument("LA", "la-law", scope="general"))))
    assert after["LA", "governance"] == (2, 2, 2)
    assert after["LA", "access"] == (None, None, None)


def test_a_change_is_said_in_a_sentence_with_its_cause() -> None:
    evidence, _ = apply(EVIDENCE, RULES, adding(instrument("TH", "th-licence", LICENCE)))
    changed = evidence_change(EVIDENCE, evidence)
    assert (changed.added, changed.removed, changed.altered) == ({"th-licence"}, set(), set())
    change = next(each for each in compare(card(), card(evidence=evidence), changed.ids) if each.level_changed)
    assert change.causes == ("th-licence",)
    assert change.sentence({"TH": "Thailand", "th-licence": "“Licence”"}) == (
        "Thailand, governance rises from 2 to 3: gate G3 now passes (a domestic instrument specific to critical "
        "minerals is in force (th-licence)). Rests on “Licence”."
    )


def test_a_fact_withdrawn_is_named_as_the_cause_of_a_range() -> None:
    evidence = EVIDENCE.without({"id.control"})
    changed = evidence_change(EVIDENCE, evidence)
    moved = [each for each in compare(card(), card(evidence=evidence), changed.ids) if each.level_changed]
    assert [(each.country, each.domain, each.causes) for each in moved] == [("ID", "access", ("id.control",))]
    assert "is 4 to 5, was 5" in moved[0].sentence()


def test_every_cell_is_explained_from_both_sides() -> None:
    for country in card().countries:
        for cell in country.domains:
            sentences = explain(cell, RULES)
            if cell.level is None:
                assert "no facts are on record" in sentences[0]
            else:
                assert len(sentences) == 3
                assert bool(needs(cell, RULES)) == (cell.level < 5)


def test_an_open_cell_names_the_missing_fact() -> None:
    cell = what_if({"op": "drop_fact", "ids": ["sg.tech.home"]}, on=PUBLISHED).cell("SG", "capability")
    assert (cell.low, cell.high) == (1, 4)
    assert "origin of technology" in explain(cell, RULES)[-1]
