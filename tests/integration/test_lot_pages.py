"""The pages of lots: who sees what, what is found by which words, and what stands on a lot's page."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.domain.actor import COMMAND
from tests.cast import signed_in
from tests.chains import as_rows, clean, event, line, lot, more, write_folder
from traceability.browsing import get_lot_page
from traceability.models import Lot
from traceability.selectors.visibility import EVERYTHING
from traceability.services.publishing import set_public

pytestmark = pytest.mark.django_db
_INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=", re.IGNORECASE)


@pytest.fixture
def chain(tmp_path: Path) -> Any:
    """The clean chain of tests.chains, with a permit and a certificate to search for; MAG and its path are open."""
    tables = as_rows(clean())
    ship = next(row for row in tables["events"] if row["kind"] == "ship")
    ship["permit_number"] = "XK-77"
    tables["assays"][0]["certificate_sha256"] = "ab" * 32
    call_command("import_lots", str(write_folder(tmp_path / "chain", tables)))
    return tables


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def listed(client: Client, words: str) -> set[str]:
    text = page(client, f"/lots/?q={words}")
    return set(re.findall(r'<th scope="row"><a href="/lots/([^/"]+)/"', text))


def test_an_unknown_lot_and_a_closed_one_answer_alike(chain: Any) -> None:
    outsider = Client()
    closed, unknown = outsider.get("/lots/V1/"), outsider.get("/lots/NO-SUCH-LOT/")
    assert closed.status_code == unknown.status_code == 403
    assert closed.content.replace(b"/lots/V1/", b"/lots/X/") == unknown.content.replace(
        b"/lots/NO-SUCH-LOT/", b"/lots/X/"
    )
    assert listed(outsider, "") == set()


@pytest.mark.parametrize("role", ["officer", "reviewer", "auditor"])
def test_officers_and_auditors_see_imported_lots(chain: Any, role: str) -> None:
    client = signed_in(role)
    assert "V1, ore" in page(client, "/lots/V1/")
    assert client.get("/lots/NO-SUCH-LOT/").status_code == 404


def test_a_person_without_the_role_sees_only_public_lots(chain: Any) -> None:
    client = signed_in("administrator")
    assert client.get("/lots/V1/").status_code == client.get("/lots/NO-SUCH-LOT/").status_code == 404
    set_public(lot_ids=["MAG"], is_public=True, by=COMMAND, reason="")
    assert listed(Client(), "") == {"MAG"}
    text = page(Client(), "/lots/MAG/")
    assert 'href="/lots/V1/"' not in text  # named on the path, yet closed


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("V1", {"V1"}),
        ("plant-th", {"OX", "MET", "MAG"}),
        ("XK-77", {"V1"}),
        ("ab" * 32, {"V1"}),
        ("850511", {"MAG"}),
        ("no such thing", set()),
    ],
)
def test_lots_are_found_by_lot_place_permit_certificate_and_code(chain: Any, words: str, found: set[str]) -> None:
    assert listed(signed_in("auditor"), words) == found


def test_a_page_has_every_part_an_auditor_asks_for_and_writes_nothing(chain: Any) -> None:
    client = signed_in("auditor")
    with CaptureQueriesContext(connection) as queries:
        text = page(client, "/lots/MAG/?element=Nd")
    for part in ("origin", "path", "borders", "findings", "custody", "timeline", "proof"):
        assert f'id="{part}"' in text
    for row in chain["events"]:
        assert f'id="event-{row["event_id"]}"' in text
    assert not _INLINE.search(text)
    written = [q["sql"] for q in queries if not q["sql"].lstrip("( \n").upper().startswith(("SELECT", "WITH"))]
    assert written == []


def many_lots(folder: Path, count: int, end: str, roasted: str = "90") -> None:
    """Ore of ``count`` lots, each shipped over a border, received and roasted by itself, all blended into one."""
    events, lots = [], [lot(end, "mixed_compound", "284690")]
    for n in range(count):
        ore, roast, name = f"{end}-O{n}", f"{end}-X{n}", f"{end}-{n:04}"
        lots += [lot(ore), lot(roast, "concentrate")]
        events += [
            event(f"{name}a", "commission", 1, "mine-mm", "mm", line("output", ore, "100")),
            event(f"{name}b", "ship", 2, "mine-mm", "mm", line("item", ore, "100"), to_facility_id="plant-my"),
            event(f"{name}c", "receive", 4, "plant-my", "my", line("item", ore, "100")),
            event(
                f"{name}d", "transform", 6, "plant-my", "my", line("input", ore, "100"), line("output", roast, roasted)
            ),
        ]
    inputs = [line("input", f"{end}-X{n}", roasted) for n in range(count)]
    output = line("output", end, str(int(roasted) * count))
    events.append(event(f"{end}-end", "transform", 9, "plant-my", "my", *inputs, output))
    call_command("import_lots", str(write_folder(folder, as_rows(more(clean(), lots=lots, events=events)))))


def test_a_page_of_many_lots_stays_small_asks_no_more_and_shows_all_when_asked(tmp_path: Path) -> None:
    client = signed_in("auditor")
    asked = []
    for count, end in ((110, "SOME"), (420, "MANY")):
        many_lots(tmp_path / end, count, end)
        with CaptureQueriesContext(connection) as queries:
            text = page(client, f"/lots/{end}/")
        asked.append(len(queries))
        assert text.count('<li id="event-') == 50
        assert f"50 of {count * 4 + 1:,} shown" in text
        assert len(text.encode()) < 400_000
    assert asked[0] == asked[1]
    whole = page(client, "/lots/MANY/?rows=all")
    assert whole.count('<li id="event-') == 420 * 4 + 1
    assert "Show all" not in whole


def one_after_another(folder: Path, count: int, end: str) -> None:
    """A lot that was made over in ``count`` steps."""
    names = [f"{end}-{n:03}" for n in range(count)] + [end]
    events = [event(f"{end}-E000", "commission", 1, "mine-mm", "mm", line("output", names[0], "100"))]
    for n, (fed, made) in enumerate(pairwise(names), start=1):
        lines = line("input", fed, "100"), line("output", made, "100")
        events.append(event(f"{end}-E{n:03}", "transform", 1 + n, "mine-mm", "mm", *lines))
    rows = as_rows(more(clean(), lots=[lot(name) for name in names], events=events))
    call_command("import_lots", str(write_folder(folder, rows)))


def test_a_long_way_is_read_in_as_many_statements_as_a_short_one(tmp_path: Path) -> None:
    client, asked = signed_in("auditor"), []
    for count, end in ((70, "SHORT"), (210, "LONG")):
        one_after_another(tmp_path / end, count, end)
        with CaptureQueriesContext(connection) as queries:
            text = page(client, f"/lots/{end}/")
        asked.append(len(queries))
        assert f"As a table: {count + 1} lots" in text
    assert asked[0] == asked[1]


def test_a_page_counts_all_borders_and_findings_and_tells_the_first_of_them(tmp_path: Path) -> None:
    many_lots(tmp_path / "many", 60, "MANY", roasted="60")
    whole, shown, printed = (
        get_lot_page(Lot.objects.get(lot_id="MANY"), EVERYTHING, "", **how)
        for how in ({"most": None}, {"most": 7}, {"most": 7, "is_printed": True})
    )
    assert (len(whole.borders), len(shown.borders), len(printed.borders)) == (60, 7, 60)
    assert whole.borders[:7] == shown.borders
    assert whole.crossed == shown.crossed == 60
    assert [card.anchor for card in shown.findings] == [card.anchor for card in whole.findings[:7]]
    assert shown.counts == whole.counts == printed.counts
    assert whole.counts.total == len(whole.findings) == len(printed.findings)
    opened = [card for card in whole.findings if card.is_open]
    assert len(opened) >= 60, "a loss of 40 % each"
    assert whole.counts.violations == sum(card.severity == "violation" for card in opened)
    assert whole.counts.warnings == sum(card.severity == "warning" for card in opened)


def test_what_a_holder_passed_on_counts_each_lot_once(tmp_path: Path) -> None:
    """The plant in Malaysia sells the oxide that it ships: that is 1,200 kg, not twice as much, nor only the sale."""
    sold = event("E08-SALE", "transfer_ownership", 19, "plant-my", "my", line("item", "OX", "1200"), to_party_id="my")
    facts = clean()
    call_command("import_lots", str(write_folder(tmp_path / "sale", as_rows(more(facts, events=[sold])))))
    custody = page(signed_in("auditor"), "/lots/MAG/").partition('id="custody"')[2].partition('id="timeline"')[0]
    passed = re.findall(r'data-l="Passed on, kg"><span>(?:holds )?([^<]+)</span>', custody)
    assert passed == ["9,600", "18,000", "1,200", "2,600", "2,600"]


def test_the_graph_has_the_whole_chain_both_ways(chain: Any) -> None:
    client = signed_in("auditor")
    found = client.get("/lots/OX/graph.json").json()
    steps = {node["id"]: node["step"] for node in found["nodes"]}
    assert steps == {"V1": -1, "M1": -1, "OX": 0, "MET": 1, "MAG": 2}  # RES is beside it, not above or below
    names = [node["id"] for node in found["nodes"]]
    links = {(names[parent], names[child]) for parent, child in found["links"]}
    assert links == {("V1", "OX"), ("M1", "OX"), ("OX", "MET"), ("MET", "MAG")}
    lists = page(client, "/lots/OX/graph/")
    assert all(f'href="/lots/{name}/"' in lists for name in names)


def test_the_graph_links_only_to_what_is_open_and_a_closed_lot_has_none(chain: Any) -> None:
    set_public(lot_ids=["OX"], is_public=True, by=COMMAND, reason="")
    found = Client().get("/lots/OX/graph.json").json()
    assert {node["id"] for node in found["nodes"] if node["href"]} == {"OX"}
    assert Client().get("/lots/V1/graph/").status_code == Client().get("/lots/NO/graph.json").status_code == 404


def test_the_route_says_what_it_cannot_place(chain: Any) -> None:
    text = page(signed_in("auditor"), "/lots/MAG/").partition('id="route"')[2].partition('id="borders"')[0]
    assert "Without coordinates, so not on the map: mine-mm, mine-vn, plant-my, plant-th" in text
    assert "3 legs" in text
