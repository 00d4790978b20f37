"""The public register: the list with its facets, what is listed as a file, other days."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import pytest
from django.test import Client
from openpyxl import load_workbook

from ledger.domain.actor import COMMAND
from registry.models import Instrument
from registry.reference import load_contradictions
from registry.services.facts import withdraw_fact
from registry.services.instruments import Draft, publish, save_draft
from tests.integration.loaded import loaded, reference

__all__ = ["loaded", "reference"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(reference: None) -> Client:
    return Client()


def titles(client: Client, query: str) -> list[str]:
    return [row.title for row in client.get(f"/instruments/?{query}").context["found"].rows]


def count(client: Client, query: str) -> int:
    return len(titles(client, query))


def test_every_facet_narrows_the_list_and_says_beforehand_by_how_much(client: Client) -> None:
    found = client.get("/instruments/").context["found"]
    assert found.total == 33
    for facet in found.facets:
        assert facet.choices, facet.key
        for choice in facet.choices:
            assert count(client, f"{facet.key}={choice.value}") == choice.count > 0, (facet.key, choice)


def test_facets_go_together_and_stand_in_the_address(client: Client) -> None:
    page = client.get("/instruments/?country=VN&kind=export_ban&status=in_force")

    assert [row.title for row in page.context["found"].rows] == ["2024 Law on Geology and Minerals"]
    assert '<option value="export_ban" selected>' in page.content.decode()
    assert count(client, "country=VN&kind=export_tax") == 0


def test_the_status_is_that_of_the_day_shown(client: Client) -> None:
    ban = "country=ID&kind=export_ban&status=in_force"
    assert count(client, ban) == 1
    assert count(client, f"{ban}&on=2019-12-31") == 0
    assert count(client, f"{ban.replace('in_force', 'perhaps')}&on=2020-06-01") == 1


def test_words_are_found_in_the_original_language_without_accents(client: Client) -> None:
    act = Instrument(
        country_id="VN", title="Rule on rare earths", title_original="Nghị định về đất hiếm", number="9/2026"
    )
    publish(instrument=save_draft(draft=Draft(act), by=COMMAND, reason="test"), by=COMMAND, reason="test")

    assert titles(client, "q=dat+HIEM") == ["Rule on rare earths"]
    assert titles(client, "q=9/2026") == ["Rule on rare earths"]
    assert "Rule on rare earths" in client.get("/search/?q=nghi+dinh").content.decode()


def test_what_is_listed_can_be_taken_as_a_file_with_its_names_in_other_vocabularies(client: Client) -> None:
    address = "/instruments/?country=ID&kind=export_ban&format="
    [told] = json.loads(client.get(f"{address}json").content)["measures"]
    [written] = csv.DictReader(io.StringIO(client.get(f"{address}csv").content.decode("utf-8-sig")))
    sheet = load_workbook(io.BytesIO(client.get(f"{address}xlsx").content)).active
    assert sheet is not None
    names, values = ([str(cell or "") for cell in row] for row in sheet.values)

    assert told == written == dict(zip(names, values, strict=True))
    crosswalk = ("mast", "mast_edition", "gta_type", "oecd_measure", "hs", "hs_edition", "measure_in_force")
    said = ["P31", "2019", "Export ban", "Export prohibition", "2604", "2022", "yes"]
    assert [told[name] for name in crosswalk] == said


def test_every_measure_of_the_list_is_a_row_of_the_file(client: Client) -> None:
    found = client.get("/instruments/").context["found"]
    rows = json.loads(client.get("/instruments/?format=json").content)["measures"]

    assert len(rows) == sum(max(1, len(version.content["measures"])) for version in found.versions)
    assert [row["instrument_id"] for row in rows if row["measure_id"] == ""] == ["mm-inconsistent-policy"]


def test_no_cell_of_a_file_is_read_as_a_formula(client: Client) -> None:
    act = Instrument(country_id="TH", title='=HYPERLINK("http://x","y")')
    publish(instrument=save_draft(draft=Draft(act), by=COMMAND, reason="test"), by=COMMAND, reason="test")
    text = client.get("/instruments/?q=hyperlink&format=csv").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["title"].startswith("'=")
    sheet = load_workbook(io.BytesIO(client.get("/instruments/?q=hyperlink&format=xlsx").content)).active
    assert sheet is not None
    assert sheet["D2"].data_type == "s"


def test_the_order_that_lifted_the_moratorium_is_shown_on_both_pages(client: Client) -> None:
    order = client.get("/instruments/ph-eo-130/").content.decode()
    moratorium = client.get("/instruments/ph-mining-moratorium/").content.decode()

    assert re.search(r"<b>Lifts</b> <a href=./instruments/ph-mining-moratorium/", order)
    assert re.search(r"<b>Lifted by</b> <a href=./instruments/ph-eo-130/", moratorium)


def test_every_contradiction_of_the_paper_is_a_note_with_both_places(client: Client) -> None:
    page = unescape(client.get("/data-notes/").content.decode())
    for case in load_contradictions():
        assert f'id="{case.contradiction_id}"' in page
        assert case.treatment[1:] in page
        assert all(quote in page for _section, quote in case.places), case.contradiction_id


def test_a_note_leads_to_what_is_on_record_from_both_places_and_back(client: Client) -> None:
    page = client.get("/data-notes/").content.decode()
    row = page[page.index('id="C12"') :].partition("</tr>")[0]
    assert 'href="/facts/vn.ree.largest/"' in row
    assert 'href="/facts/my.ree.deposits/"' in row
    ban = page[page.index('id="C15"') :].partition("</tr>")[0]
    assert 'href="/instruments/my-mining-suspension/"' in ban
    assert 'href="/data-notes/#C12"' in client.get("/facts/my.ree.deposits/").content.decode()
    assert "says otherwise elsewhere" not in client.get("/facts/id.nickel.key/").content.decode()


def test_what_is_withdrawn_is_on_record_from_no_place_any_more(client: Client) -> None:
    withdraw_fact(fact_id="my.ree.deposits", by=COMMAND, reason="a test")
    assert "/facts/my.ree.deposits/" not in client.get("/data-notes/").content.decode()


def test_the_notes_are_reached_from_every_page_and_from_the_page_of_the_method(client: Client) -> None:
    assert 'href="/data-notes/"' in client.get("/minerals/").content.decode().partition("<footer")[2]
    assert 'href="/data-notes/"' in client.get("/methodology/").content.decode().partition("<footer")[0]


def test_programmes_list_each_member_and_say_what_no_source_states(client: Client) -> None:
    page = client.get("/programmes/")
    plan = page.context["page"].programmes[0]

    assert len(plan.fields) == 4
    assert (len(plan.members), plan.excluded) == (10, ("Timor-Leste",))
    assert plan.title.text == "ASEAN Minerals Cooperation Action Plan (AMCAP-IV) 2026-2030"
    assert page.content.decode().count("not stated for any member") == 2
    for each in (*page.context["page"].programmes, *page.context["page"].standards):
        assert not each.title.href or client.get(each.title.href).status_code == 200, each.title


def test_a_minerals_chain_has_every_stage_with_codes_plants_and_measures(client: Client) -> None:
    chain = {stage.name: stage for stage in client.get("/minerals/nickel/").context["page"].chain}

    assert list(chain) == [
        "Mining extraction",
        "Processing refining",
        "Component manufacturing",
        "End use",
        "Recycling",
    ]
    assert {each.hs_code for each in chain["Mining extraction"].materials} == {"260400"}
    assert "Export ban, Indonesia" in {link.text for link in chain["Mining extraction"].measures}
    assert chain["Processing refining"].facilities


def test_a_measure_that_lifts_is_not_called_what_it_lifts(client: Client) -> None:
    assert "1. Moratorium, lifted or eased" in client.get("/instruments/ph-eo-130/").content.decode()
    assert "1. Moratorium <" in client.get("/instruments/ph-mining-moratorium/").content.decode()


def test_enforcement_lists_actions_and_incidents_with_their_source_as_known_then(client: Client) -> None:
    page = client.get("/enforcement/").content.decode()

    assert "Malaysia suspends rare earths, tin mining operations after river water turns blue" in page
    assert re.search(r'<a href="/countries/MY/[^"]*">Malaysia</a>', page)
    assert "No action or incident was known then." in client.get("/enforcement/?as_of=2020-01-01").content.decode()


def test_growth_shows_how_it_is_worked_out_and_the_papers_figure_beside_ours_where_they_differ(client: Client) -> None:
    bismuth = " ".join(client.get("/minerals/bismuth/").content.decode().split())
    assert "By its figure the region mined about 1,026 tonnes in 2019." in bismuth
    assert re.search(r"comes to <b>\+11\.89 %</b> against the paper’s <b>\+11\.92 %</b>", bismuth)
    assert "1,148 of 10,110 tonnes are 11.36 %. The paper prints 11.36 %: the same." in bismuth
    others = [row["code"] for row in client.get("/api/v1/minerals/").json()["results"] if row["production"]]
    assert len(others) == 8
    for code in set(others) - {"bismuth"}:
        page = client.get(f"/minerals/{code}/").content.decode()
        assert "Worked out again from these whole tonnes it is the same." in page, code
