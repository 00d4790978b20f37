"""What is stored is found, traced and exposed as the rules say, in whatever order it came."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.services import drain
from ledger.domain.actor import Actor, Door
from ledger.models import Entry
from ledger.selectors import verify
from ledger.services import seal_all
from registry.models import Instrument
from registry.services.instruments import withdraw
from registry.services.measures import load_measures
from tests import chains
from tests.chains import as_rows, assay, at, change, clean, event, line, lot, more
from traceability.domain.exposure import Reach, exposure
from traceability.domain.importing.reading import Sheet
from traceability.domain.rules import Case, find_all
from traceability.domain.trace import trace_down, trace_up, walk_chain
from traceability.domain.vocabulary import FindingState
from traceability.exceptions import WrongState
from traceability.models import BorderVerdict, Finding, Lot, LotState
from traceability.selectors.exposure import get_exposure
from traceability.selectors.findings import get_findings
from traceability.selectors.trace import get_trace
from traceability.services.deriving import derive
from traceability.services.findings import decide
from traceability.services.importing import import_lots
from traceability.services.publishing import set_public

pytestmark = pytest.mark.django_db

BY = Actor("p-tester", Door.COMMAND)
BAN = {"country": "VN", "hs": "2530", "mineral": "rare_earths", "materials": ["ore"], "kind": "export_ban",
       "from": "2026-01-01", "until": None}  # fmt: skip


def sheets(facts: dict[str, list[Any]]) -> list[Sheet]:
    found = []
    for name, rows in as_rows(facts).items():
        header = list(dict.fromkeys(column for row in rows for column in row))
        cells = [[row[column] for column in header] for row in rows]
        found.append(Sheet(f"{name}.csv", header, list(enumerate(cells, start=2))))
    return found


def report(facts: dict[str, list[Any]]) -> None:
    import_lots(sheets=sheets(facts), by=BY, now=timezone.now(), reason="a test")
    drain()


def part(facts: dict[str, list[Any]], *names: str) -> dict[str, list[Any]]:
    return {name: rows if name in names else [] for name, rows in facts.items()}


def gaining() -> dict[str, list[Any]]:
    """The clean chain with more oxide out of the separation than went in."""
    facts = clean()
    lines = [replace(one, quantity=Decimal(1300)) if one.lot_id == "OX" else one for one in facts["events"][6].lines]
    return change(facts, "E07", lines=tuple(lines))


def open_keys() -> list[tuple[str, str, str]]:
    return sorted((one["code"], one["event_id"], one["lot_id"]) for one in get_findings() if one["state"] == "open")


def expected(facts: dict[str, list[Any]]) -> list[tuple[str, str, str]]:
    return sorted(one.key for one in find_all(Case(chains.chain(facts))))


def test_a_clean_chain_is_stored_with_states_and_no_findings() -> None:
    report(clean())
    assert get_findings() == []
    magnet = LotState.objects.get(lot__lot_id="MAG")
    assert (magnet.holder.party_id, magnet.place.facility_id) == ("jp", "plant-th")
    assert (magnet.born_kg, magnet.balance_kg, magnet.is_held) == (Decimal(2600), Decimal(2600), True)
    assert LotState.objects.get(lot__lot_id="V1").balance_kg == 0


def test_the_trace_of_the_database_is_that_of_the_rules() -> None:
    report(clean())
    built = chains.chain(clean())
    for element in (None, "Nd"):
        for lot_id in built.births:
            up = trace_up(walk_chain(built, lot_id, element), lot_id, element, [])
            assert get_trace(lot_id=lot_id, element=element) == up
            down = trace_down(walk_chain(built, lot_id, element, down=True), lot_id, element, [])
            assert get_trace(lot_id=lot_id, direction="down", element=element) == down


def named(facts: dict[str, list[Any]], mark: str) -> dict[str, list[Any]]:
    """The same chain under other ids, so that many can be told apart in one registry."""
    return {
        "lots": [replace(one, lot_id=mark + one.lot_id) for one in facts["lots"]],
        "assays": [replace(one, lot_id=mark + one.lot_id, assay_id=mark + one.assay_id) for one in facts["assays"]],
        "events": [
            replace(
                one,
                event_id=mark + one.event_id,
                lines=tuple(replace(two, lot_id=mark + two.lot_id) for two in one.lines),
            )
            for one in facts["events"]
        ],
        "facilities": facts["facilities"],
    }


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=chains.chains(), chance=st.randoms(use_true_random=False))
def test_any_chain_reported_in_pieces_gives_what_the_rules_give(facts: dict[str, list[Any]], chance: Any) -> None:
    """Some assays come late, and the log goes on growing: what is found and traced is that of the whole."""
    mark = f"{next(_NUMBERS)}:"
    facts = named(facts, mark)
    late = chance.sample(facts["assays"], chance.randint(0, len(facts["assays"])))
    report({**facts, "assays": [one for one in facts["assays"] if one not in late]})
    report({**part(facts), "assays": late})
    found = [key for key in open_keys() if key[2].startswith(mark)]
    assert found == expected(facts)
    built = chains.chain(facts)
    for lot_id in built.births:
        walk = walk_chain(built, lot_id, "Nd")
        codes = [code for code, _event, lot in found if lot in walk.lots]
        assert get_trace(lot_id=lot_id, element="Nd") == trace_up(walk, lot_id, "Nd", codes)
    for reach in (Reach("MY"), Reach("VN"), Reach("MM", ("2530",))):
        shown = [one for one in get_exposure(reach).to_json()["lots"] if one["lot"].startswith(mark)]
        assert shown == exposure(built, reach).to_json()["lots"]


_NUMBERS = itertools.count()


def test_a_late_correction_resolves_what_it_explains_and_nothing_is_deleted() -> None:
    wrong = change(clean(), "E07", party_id="th")
    report(wrong)
    assert open_keys() == [("custody-gap", "E07", "M1"), ("custody-gap", "E07", "V1"), ("custody-gap", "E08", "OX")]
    right = next(one for one in clean()["events"] if one.event_id == "E07")
    report({**part(clean()), "events": [replace(right, event_id="E07b", corrects_event_id="E07")]})
    assert open_keys() == []
    assert {one["state"] for one in get_findings()} == {"resolved"}
    assert Finding.objects.count() == 6  # three opened, three resolved
    assert get_trace(lot_id="OX")["events"] == ["E01", "E02", "E07b"]


def test_a_new_newest_event_makes_an_open_shipment_late() -> None:
    ship = event("E13", "ship", 41, "plant-th", "jp", line("item", "MAG", "2600"), to_facility_id="mine-mm")
    report(more(clean(), events=[ship]))
    assert open_keys() == []
    other = {**part(clean()), "lots": [lot("M9")]}
    born = event("E14", "commission", 120, "mine-mm", "mm", line("output", "M9", "1"))
    report({**other, "events": [born]})
    assert open_keys() == [("receipt-missing", "E13", "MAG")]
    arrived = event("E15", "receive", 60, "mine-mm", "mm", line("item", "MAG", "2600"))
    report({**part(clean()), "events": [arrived]})
    assert open_keys() == []


def test_withdrawing_the_ban_resolves_its_finding_and_keeps_the_old_verdict() -> None:
    report(clean())
    load_measures(rows=[BAN], by=BY, reason="a test")
    drain()
    assert open_keys() == [("export-banned", "E03", "V1")]
    assert BorderVerdict.objects.current().get().verdict == "banned"
    withdraw(instrument=Instrument.objects.get(), by=BY, reason="it was never so")
    drain()
    assert [one["state"] for one in get_findings()] == ["resolved"]
    assert not BorderVerdict.objects.current().exists()
    assert BorderVerdict.objects.get().verdict == "banned"


def test_a_shipment_on_the_day_before_the_ban_gives_none() -> None:
    load_measures(rows=[{**BAN, "from": "2026-01-05"}], by=BY, reason="a test")
    report(clean())
    assert get_findings() == []


def test_a_licence_requirement_is_answered_by_a_permit() -> None:
    load_measures(rows=[{**BAN, "kind": "export_licence"}], by=BY, reason="a test")
    report(change(clean(), "E03", permit_number="P-1"))
    assert get_findings() == []
    assert BorderVerdict.objects.current().get().verdict == "licence_present"


def test_a_year_only_ban_is_perhaps_and_gives_no_finding() -> None:
    load_measures(rows=[{**BAN, "from": "2026"}], by=BY, reason="a test")
    report(clean())
    assert get_findings() == []
    assert BorderVerdict.objects.current().get().verdict == "perhaps"


def test_a_dismissed_finding_opens_again_when_its_evidence_changes() -> None:
    report(gaining())
    finding = Finding.objects.current().get(code="mass-gain")
    with pytest.raises(WrongState):
        decide(finding=finding, state=FindingState.DISMISSED, by=BY, reason=" ")
    decide(finding=finding, state=FindingState.DISMISSED, by=BY, reason="the scale was repaired")
    report({**part(clean()), "assays": [replace(assay("M1", "6.01", moisture="20"), assay_id="AS-Z")]})
    assert Finding.objects.current().get(code="mass-gain").state == "open"


def test_running_a_derivation_again_changes_nothing() -> None:
    report(change(clean(), "E07", party_id="th"))
    rows, entries = Finding.objects.count(), Entry.objects.count()
    lots = set(Lot.objects.values_list("pk", flat=True))
    derive(lots=lots, by=BY, reason="again", name="again")
    assert (Finding.objects.count(), Entry.objects.count()) == (rows, entries)


def test_the_log_holds_what_is_stored(settings: Any) -> None:
    report(clean())
    set_public(lot_ids=["MAG", "OX"], is_public=True, by=BY, reason="a test")
    seal_all()
    assert verify().ok, verify().reason
    entry = Entry.objects.get(object_type="event", object_id="E04")
    after = json.loads(entry.after)
    assert after["occurred_at"] == at(6).isoformat()
    assert after["lines"] == [{"role": "item", "lot_id": "V1", "quantity": "17990", "unit": "KGM", "basis": "dry"}]


def test_exposure_follows_the_metal_into_what_was_made_of_it(tmp_path: Path) -> None:
    report(clean())
    shown = get_exposure(Reach("TH", ("2805",))).to_json()
    assert [(one["lot"], one["holder"], one["kg"]) for one in shown["lots"]] == [
        ("MAG", "jp", "2600"),
        ("MET", "th", "80"),
    ]
