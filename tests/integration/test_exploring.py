"""What-if, comparison and time: pages and addresses, on real and hostile questions; nothing is ever stored."""

from __future__ import annotations

import datetime as dt
import json
import re
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from jobs.services import drain
from ledger.domain.actor import Actor, Door
from ledger.services import seal_all
from registry.models import Instrument, Measure, StatusEvent
from registry.services.instruments import Draft, publish, save_draft
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER, REVIEWER = Actor("p-officer", Door.DESK), Actor("p-reviewer", Door.DESK)

REPEAL = [{"op": "set_instrument", "ids": ["id-nickel-ore-export-ban"], "field": "status", "value": "repealed"}]


def ops(operations: Any) -> str:
    return urlencode({"ops": json.dumps(operations)})


def rows() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_models()}  # type: ignore[attr-defined]


def log_thai_licence() -> None:
    day = timezone.localdate().isoformat()
    instrument = Instrument(country_id="TH", title="Export licence", scope="cm_specific", pillar="regulation")
    measure = Measure(code="export_licence", minerals=["rare_earths"], hs=["2846"], start=day)
    draft = Draft(instrument, [measure], [StatusEvent(status="in_force", since=day)])
    publish(instrument=save_draft(draft=draft, by=OFFICER, reason="news"), by=REVIEWER, reason="checked")
    drain()
    seal_all()


def test_a_supposition_shows_moves_ranks_and_gates_and_stores_nothing(client: Client) -> None:
    before = rows()
    page = client.get(f"/what-if/?{ops(REPEAL)}").content.decode()
    answer = client.get(f"/api/v1/what-if/?{ops(REPEAL)}").json()
    assert rows() == before
    assert "Indonesia’s access would be 4, not 5" in page
    assert [(move["country"], move["domain"], move["to"]["level"]) for move in answer["moves"]] == [("ID", "access", 4)]
    assert answer["moves"][0]["gates"][0]["gate"] == "A5"
    assert answer["official"] is False
    assert {"country": "ID", "from": {"overall": "4.00", "rank": 1}, "to": {"overall": "3.67", "rank": 1}} in answer[
        "standings"
    ]


def test_a_body_answers_as_an_address(client: Client) -> None:
    sent = client.post("/api/v1/what-if/", {"operations": REPEAL, "on": "2026-06-01"}, content_type="application/json")
    got = client.get(f"/api/v1/what-if/?{ops(REPEAL)}&on=2026-06-01")
    assert {**sent.json(), "as_of": ""} == {**got.json(), "as_of": ""}


def test_a_filled_form_leads_to_an_address_that_can_be_shared(client: Client) -> None:
    form = {"add": "act", "act": "law", "country": "TH", "mineral": ""}
    answer = client.get("/what-if/", form)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query).keys() == {"ops"}
    assert "Thailand’s governance would be 3, not 2" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"add": "fact", "country": "SG", "says": "reserve_class:limited"}, "Singapore’s access would be 2"),
        ({"add": "drop", "fact": "sg.tech.home"}, "Singapore’s capability would be 1 to 4"),
        ({"add": "param", "name": "uncontrolled_cap", "value": "3"}, "Myanmar’s access would be 3"),
        ({"add": "param", "name": "use_ceiling", "value": "false"}, "Malaysia’s access would be"),
        ({"add": "judgement", "judgement": "J03"}, "Vietnam’s capability would be 3"),
        ({"add": "status", "instrument": "id-nickel-ore-export-ban", "becomes": "left_out"}, "Indonesia’s access"),
    ],
)  # fmt: skip
def test_every_form_can_be_filled(client: Client, form: dict[str, str], words: str) -> None:
    assert words in client.get("/what-if/", form, follow=True).content.decode()


def test_ownership_at_sixty_percent_stands_instead_of_what_is_on_record(client: Client) -> None:
    form = {"add": "fact", "country": "ID", "mineral": "nickel", "says": "processing_owner", "figure": "60"}
    page = client.get("/what-if/", form, follow=True).content.decode()
    assert "No score would change" in page
    assert "60" in page


@pytest.mark.parametrize(
    "asked",
    [
        "ops=%5B",
        "ops=7",
        "ops=[1]",
        'ops=[{"op":{}}]',
        'ops=[{"op":"drop_fact","ids":"sg.tech.home"}]',
        'ops=[{"op":"drop_fact","ids":[{}]}]',
        'ops=[{"op":"add_fact","fact":[]}]',
        'ops=[{"op":"add_fact","fact":{"kind":"control","value":NaN,"subject":{"country":"ID"}}}]',
        'ops=[{"op":"add_fact","fact":{"kind":"control","value":1e999,"subject":{"country":"ID"}}}]',
        'ops=[{"op":"add_fact","fact":{"kind":"control","class":["x"],"subject":{"country":"ID"}}}]',
        'ops=[{"op":"add_fact","fact":{"kind":"control","value":[1,2,3],"subject":{"country":"ID"}}}]',
        'ops=[{"op":"add_fact","fact":{"kind":"control","subject":{"country":["ID"]}}}]',
        'ops=[{"op":"add_instrument","instrument":"law"}]',
        'ops=[{"op":"add_instrument","instrument":{"instrument_id":1,"version":1,"country":"TH","title":"x"}}]',
        'ops=[{"op":"set_fact","ids":["sg.tech.home"],"field":"valid_from","value":7}]',
        'ops=[{"op":"param","name":"leading_pct","value":"NaN"}]',
        'ops=[{"op":"param","name":["x"],"value":1}]',
        "ops=" + json.dumps([{"op": "param", "name": "leading_rank", "value": 5}] * 51),
        "add=status",
        "add=act&act=no&country=TH",
        "add=fact&country=ID&says=control&figure=many",
        "add=nothing",
        "add=judgement&judgement=J99",
    ],
)
def test_what_cannot_be_supposed_is_refused_with_a_sentence(client: Client, asked: str) -> None:
    page = client.get(f"/what-if/?{asked}")
    assert page.status_code == 400
    assert "This cannot be supposed." in page.content.decode()
    if "ops" in asked:
        assert client.get(f"/api/v1/what-if/?{asked}").status_code == 400


@pytest.mark.parametrize("body", ["{", '{"operations": ' + "[" * 5000, "[]", "7"])
def test_a_body_that_is_no_operations_is_refused_with_a_sentence(client: Client, body: str) -> None:
    answer = client.post("/api/v1/what-if/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"].endswith(".") or "JSON parse error" in answer.json()["detail"]


def test_titles_in_an_address_are_never_markup(client: Client) -> None:
    head = {"instrument_id": "x", "version": 1, "country": "TH", "title": "<script>alert(1)</script>"}
    page = client.get(f"/what-if/?{ops([{'op': 'add_instrument', 'instrument': head}])}").content.decode()
    assert "<script>alert" not in page


def test_a_licence_logged_today_is_the_world_between_days_and_the_record_of_one_day(client: Client) -> None:
    before = timezone.now()
    log_thai_licence()
    today, past = timezone.localdate(), timezone.localdate() - dt.timedelta(days=1)
    days = client.get("/api/v1/compare/", {"from_on": past.isoformat(), "on": today.isoformat()}).json()
    assert _causes(days) == {"world": ["TH"]}
    known = client.get("/api/v1/compare/", {"from_as_of": before.isoformat(), "on": today.isoformat()}).json()
    assert _causes(known) == {"correction": ["TH"]}
    change = next(step for step in known["steps"] if step["changes"])["changes"][0]
    assert (change["from"]["level"], change["to"]["level"]) == (2, 3)
    cause = change["causes"][0]
    assert cause["officers"] == ["p-officer", "p-reviewer"]
    assert cause["entry"]


def _causes(answer: dict[str, Any]) -> dict[str, list[str]]:
    return {
        step["cause"]: [change["country"] for change in step["changes"]] for step in answer["steps"] if step["changes"]
    }


def test_the_comparison_page_tells_level_gate_act_and_officer(client: Client) -> None:
    log_thai_licence()
    past = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    page = client.get("/compare/", {"from_on": past, "country": "TH"}).content.decode()
    for words in ("The world changed", "Gate G3", "Export licence", "p-officer, approved by p-reviewer", "log/"):
        assert words in page


def test_the_slider_leads_to_days_on_which_levels_moved(client: Client) -> None:
    answer = client.get("/time/", {"step": "0"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "A backcast." in page
    assert client.get("/time/", {"step": "99999"}).status_code == 302
    assert client.get("/time/", {"step": "x"}).status_code == 200
    assert client.get("/time/", {"on": "never"}).status_code == 400


def test_what_lies_ahead_is_told_as_such(client: Client) -> None:
    page = client.get("/time/").content.decode()
    assert "1 Jan 2031" in page
    assert "Ahead" in page
    moves = client.get("/api/v1/scores/MY/series/").json()["moves"]
    assert [move["on"] for move in moves][-2:] == ["2030-01-02", "2031-01-01"]


def test_a_day_known_before_anything_was_recorded_has_no_card(client: Client) -> None:
    page = client.get("/time/", {"as_of": "2020-01-01"})
    assert page.status_code == 200
    assert "No score" in page.content.decode()


def test_another_day_of_a_supposition_keeps_what_is_supposed(client: Client) -> None:
    supposed = json.dumps([{"op": "param", "name": "uncontrolled_cap", "value": 3}])
    page = client.get("/what-if/", {"ops": supposed}).content.decode()
    strip = page[page.index("Look at another day") : page.index("</form>", page.index("Look at another day"))]
    assert f'name="ops" value="{escape(supposed)}"' in strip
    past = client.get("/what-if/", {"ops": supposed, "on": "2026-06-01"}).content.decode()
    back = re.search(r'<a href="([^"]*)">Back to today', past)
    assert back is not None
    assert parse_qs(urlsplit(unescape(back[1])).query) == {"ops": [supposed]}
    assert "Myanmar’s access would be 3" in client.get(f"/what-if/{unescape(back[1])}").content.decode()


def test_another_day_of_a_comparison_keeps_the_other_side_and_the_country(client: Client) -> None:
    page = client.get("/compare/?from_on=2026-05-01&country=TH").content.decode()
    assert '<input type="hidden" name="from_on" value="2026-05-01">' in page
    assert '<input type="hidden" name="country" value="TH">' in page


def test_every_judgement_can_be_supposed_from_the_method_and_from_where_it_bites(client: Client) -> None:
    page = client.get("/methodology/").content.decode()
    rows = re.findall(r'<tr id="(J\d\d)">(.*?)</tr>', page, re.S)
    assert len(rows) == 35
    for judgement, row in rows:
        link = re.search(r'<a href="(/what-if/[^"]*)">Suppose it', row)
        if "none to run" in row:
            assert link is None
            continue
        assert link is not None, judgement
        supposed = client.get(unescape(link[1]))
        assert supposed.status_code == 200, judgement
        moves = supposed.context["page"].moves
        assert bool(moves) == ("→" in row), judgement
    why = client.get("/countries/VN/capability/?on=2026-06-01").content.decode()
    link = re.search(r'It would make this level 3\..*?<a href="(/what-if/[^"]*)">Suppose it', why)
    assert link is not None
    assert "Vietnam’s capability would be 3" in client.get(unescape(link[1])).content.decode()
