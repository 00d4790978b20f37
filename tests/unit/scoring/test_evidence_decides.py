"""Each fact and each instrument withdrawn in turn: only what cites it may change."""

from __future__ import annotations

import json
from functools import cache

import pytest

from scoring.domain.card import Card
from tests.unit.scoring.paper_case import EVIDENCE, Cell, Levels, card, expected, levels

INPUTS = expected("gate_inputs")

#: Level, low and high of a cell once one id is withdrawn; ids that are missing here move no cell.
DECISIVE: dict[tuple[str, Cell], Levels] = {
    ("id-nickel-ore-export-ban", ("ID", "access")): (4, 4, 4),
    ("id-strategic-plan", ("ID", "governance")): (3, 3, 3),
    ("id-uk-critical-minerals-mou", ("ID", "governance")): (None, 3, 4),
    ("id.control", ("ID", "access")): (None, 4, 5),
    ("id.nickel.coverage", ("ID", "capability")): (None, 1, 3),
    ("id.nickel.key", ("ID", "capability")): (None, 1, 5),
    ("id.nickel.tier", ("ID", "capability")): (None, 2, 3),
    ("my-nmitp-2021-2030", ("MY", "governance")): (3, 3, 3),
    ("my-processing-incentives", ("MY", "governance")): (3, 3, 3),
    ("my-us-critical-minerals-mou", ("MY", "governance")): (3, 3, 3),
    ("my.rare_earths.key", ("MY", "capability")): (None, 1, 5),
    ("my.ree.coverage", ("MY", "capability")): (None, 1, 3),
    ("my.ree.estimated", ("MY", "access")): (None, 2, 3),
    ("my.ree.tier", ("MY", "capability")): (None, 2, 3),
    ("ph-eo-130", ("PH", "governance")): (1, 1, 1),
    ("ph.nickel.key", ("PH", "capability")): (None, 1, 5),
    ("ph.reserves.substantial", ("PH", "access")): (None, 3, 4),
    ("production.bauxite.2023", ("MY", "access")): (None, 3, 4),
    ("sg-supply-chain-policy", ("SG", "governance")): (1, 1, 1),
    ("sg.tech.home", ("SG", "capability")): (None, 1, 4),
    ("th-downstream-incentives", ("TH", "governance")): (1, 1, 1),
    ("th.ree.reserves", ("TH", "access")): (None, 2, 3),
    ("th.refining.limited", ("TH", "capability")): (None, 1, 2),
    ("vn-law-geology-minerals-2024", ("VN", "access")): (4, 4, 4),
    ("vn-law-geology-minerals-2024", ("VN", "governance")): (2, 2, 2),
    ("vn.rare_earths.key", ("VN", "capability")): (3, 3, 3),
    ("vn.ree.abundance", ("VN", "access")): (4, 4, 4),
    ("vn.tungsten.rank", ("VN", "access")): (None, 3, 5),
    ("vn.tungsten.refining", ("VN", "capability")): (None, 1, 2),
    ("vn.tungsten.share", ("VN", "access")): (None, 3, 5),
    ("vn.tungsten.tech", ("VN", "capability")): (None, 2, 3),
}

#: Read beyond the list: presence makes a mineral a candidate, shares of others and totals make ceilings, control of key
#: minerals belongs to enforcement (J16), home origin of technology to the provider's route (J04).
BEYOND = {
    "access": ("production.", ".production_share", ".share", "my.bauxite.resources", "vn.other.produces"),
    "capability": ("sg.tech.home",),
    "governance": (".control", ".key", ".state_control"),
}


def bytes_of(scored: Card) -> dict[Cell, str]:
    return {
        (country.country, cell.domain.value): json.dumps(cell.to_json(), sort_keys=True)
        for country in scored.countries
        for cell in country.domains
    }


@cache
def whole() -> tuple[dict[Cell, str], dict[Cell, Levels]]:
    return bytes_of(card()), levels(card())


@cache
def cited() -> dict[Cell, frozenset[str]]:
    return {
        (country.country, cell.domain.value): cell.cited for country in card().countries for cell in country.domains
    }


@pytest.mark.parametrize("public_id", sorted(EVIDENCE.ids))
def test_withdrawing_it_changes_only_what_cites_it(public_id: str) -> None:
    old_bytes, old_levels = whole()
    after = card(evidence=EVIDENCE.without({public_id}))
    changed = {cell for cell, text in bytes_of(after).items() if old_bytes[cell] != text}
    assert changed == {cell for cell, ids in cited().items() if public_id in ids}
    moved = {cell: now for cell, now in levels(after).items() if now != old_levels[cell]}
    assert moved == {cell: now for (name, cell), now in DECISIVE.items() if name == public_id}


@pytest.mark.parametrize("cell", sorted(cited()), ids=".".join)
def test_a_cell_reads_what_the_independent_list_says_it_reads(cell: Cell) -> None:
    country, domain = cell
    listed = {item for items in INPUTS.get(country, {}).get(domain, {}).values() for item in items}
    assert listed <= cited()[cell]
    gates = card().cell(country, domain).gates
    counted = {fact for gate in gates for trace in gate.walk() for fact in trace.facts}
    assert [item for item in sorted(counted - listed) if not _beyond(domain, item)] == []


def _beyond(domain: str, item: str) -> bool:
    return any(item.startswith(each) or item.endswith(each) for each in BEYOND[domain])


def test_all_facts_and_instruments_were_withdrawn() -> None:
    assert (len(EVIDENCE.facts), len(EVIDENCE.instruments), len(EVIDENCE.production)) == (303, 33, 8)
