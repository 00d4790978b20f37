"""The paper's 33 rows are in the register, each silence of the source shown as one, never as a value."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.utils.text import capfirst

from registry.domain.paper import PaperInstrument
from registry.models import Instrument, InstrumentVersion
from registry.pages.instruments import InstrumentPage
from registry.reference import load_contradictions, load_instruments
from tests.integration.loaded import loaded, reference

__all__ = ["loaded", "reference"]
pytestmark = pytest.mark.django_db

#: Where the page says that what the paper leaves open is not stated, by the name of what is open.
SHOWN = {
    "number": r"<dt>Number</dt><dd><span class=.unk.>not stated",
    "force_until": r"<dt>Until</dt><dd><span class=.unk.>no end stated",
}


def test_all_rows_are_there_and_approved(reference: None) -> None:
    assert [each.row for each in load_instruments()] == list(range(1, 34))
    on_record = Instrument.objects.filter(state="approved").order_by("row").values_list("row", flat=True)
    assert list(on_record) == list(range(1, 34))
    assert InstrumentVersion.objects.current().count() == 33


@pytest.mark.parametrize("paper", load_instruments(), ids=lambda each: each.state.instrument_id)
def test_what_the_paper_does_not_state_is_shown_as_not_stated(reference: None, paper: PaperInstrument) -> None:
    answer = Client().get(f"/instruments/{paper.state.instrument_id}/")
    text, page = unescape(answer.content.decode()), answer.context["page"]
    assert isinstance(page, InstrumentPage)
    for name in set(paper.not_stated) & set(SHOWN):
        if name != "force_until" or page.measures:
            assert re.search(SHOWN[name], text), name
    if {"type", "legal_force"} <= set(paper.not_stated):
        assert re.search(r"<dt>Type</dt><dd><span class=.unk.>not stated", text)
    for number, card in enumerate(page.measures):
        if f"measures.{number}.hs" in paper.not_stated:
            assert card.hs == ()
        if f"measures.{number}.minerals" in paper.not_stated:
            assert card.minerals == "not stated, read as all"
        if f"measures.{number}.materials" in paper.not_stated:
            assert card.materials == "not stated, read as all"
    if "force_from" in paper.not_stated:
        assert all(card.start is None or card.start.basis != "stated" for card in page.measures)
    assert paper.quote in text


def test_every_row_leaves_something_open_and_every_contradiction_is_a_note(reference: None) -> None:
    assert sum(len(each.not_stated) for each in load_instruments()) > 100
    notes = unescape(Client().get("/data-notes/").content.decode())
    assert len(load_contradictions()) > 10
    assert all(capfirst(case.treatment) in notes for case in load_contradictions())
