"""Whatever a document says, reading it answers rows and problems, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.domain.epcis.names import Names, named
from traceability.domain.epcis.query import BadQuery, read_query
from traceability.domain.epcis.words import as_event_id, as_uri, term
from traceability.domain.epcis.written import given_as_json
from traceability.exceptions import CannotRead
from traceability.exchange.epcis_json import events_of, parse
from traceability.exchange.epcis_reading import ASSAY_KEYS, COLUMNS, LOT_KEYS, read_events
from traceability.exchange.epcis_refusals import notes, refusals
from traceability.exchange.epcis_words import in_our_words, prefix_of

NAMES = Names("https://register.example")
_KEYS = [
    "type", "action", "eventID", "eventTime", "eventTimeZoneOffset", "bizStep", "disposition", "readPoint",
    "bizLocation", "sourceList", "destinationList", "epcList", "quantityList", "inputQuantityList",
    "outputQuantityList", "parentID",
    "childQuantityList", "ilmd", "errorDeclaration", "correctiveEventIDs", "id", "source", "destination", "epcClass",
    "quantity", "uom", "seam:event", "seam:kind", "seam:lines", "seam:lots", "seam:assays", "seam:basis",
    "seam:quantity", "seam:role", *LOT_KEYS, *ASSAY_KEYS,
]  # fmt: skip
_WORDS = [
    "ObjectEvent", "TransformationEvent", "AggregationEvent", "ADD", "OBSERVE", "DELETE", "shipping", "commission",
    "transform", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "+07:00", "-14:00", "KGM", "TNE", "http://[",
    "urn:epc:class:lgtin:1.2.3", "possessing_party", "location", "owning_party", "https://register.example/log/7/",
]  # fmt: skip
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(_WORDS),
    st.text(max_size=8),
)  # fmt: skip
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6)),
    max_leaves=20,
)
_events = st.dictionaries(st.sampled_from(_KEYS), _values, max_size=14)


@given(st.lists(_events, max_size=3), _values)
def test_any_document_is_read_into_rows_and_problems(events: list[Any], context: Any) -> None:
    body = json.dumps({"@context": context, "type": "EPCISDocument", "epcisBody": {"eventList": events}}).encode()
    document = parse(body)
    prefix = prefix_of(document["@context"])
    reported = read_events([in_our_words(event, prefix) for event in events_of(document)], NAMES)
    for name, rows in reported.tables.items():
        for number, cells in rows:
            assert 1 <= number <= len(events)
            assert len(cells) == len(COLUMNS[name])
            assert all(isinstance(cell, str) for cell in cells)
    assert len(reported.problems) + len(reported.tables["events"]) >= len(events)
    for error in refusals(reported.problems):
        assert error["detail"].startswith("Event ")
        assert error["detail"].endswith(".")
        error["detail"].encode()
    assert all(note.endswith("no place for it.") for note in notes(reported.not_kept))


@given(st.binary(max_size=60))
def test_any_body_is_json_or_refused(body: bytes) -> None:
    assert said_by(parse, body, CannotRead)[-1:] in ("", ".")


@given(st.dictionaries(st.one_of(st.sampled_from(["EQ_bizStep", "GE_eventTime", "eventCountLimit", "orderBy"]),
                                 st.text(max_size=12)), _values, max_size=4))  # fmt: skip
def test_any_query_is_read_or_refused_with_a_sentence(query: dict[str, Any]) -> None:
    assert said_by(lambda asked: read_query(given_as_json(asked)), query, BadQuery)[-1:] in ("", ".")


def said_by(read: Callable[[Any], Any], value: Any, refusal: type[Exception]) -> str:
    """The sentence of a refusal; empty where there was none."""
    try:
        read(value)
    except refusal as error:
        return str(error)
    return ""


@given(st.text())
def test_the_id_of_a_captured_event_comes_out_as_it_went_in(text: str) -> None:
    for scheme in ("urn:", "ni:///", "https://", "http://"):
        assert as_uri(as_event_id(scheme + text)) == scheme + text
        assert "/" not in as_event_id(scheme + text)
    assert as_uri("E-1") is None


@given(st.text(min_size=1).filter(lambda text: "/" not in text))
def test_what_is_named_by_its_address_is_found_again(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert named(NAMES.lot(text)) == named(NAMES.facility(text)) == named(NAMES.party(text)) == text
    assert NAMES.number_of(NAMES.entry(7)) == 7
    assert NAMES.number_of(NAMES.lot(text)) is None


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("TH-1", "TH-1"),
        ("https://elsewhere.example/lots/TH%2D1", "TH-1"),
        ("https://id.gs1.org/01/09506000134352/10/TH-1", "TH-1"),
        ("https://id.gs1.org/414/9506000134352?x=1#y", "9506000134352"),
        ("urn:epc:class:lgtin:9506000.134352.TH-1.a", "TH-1.a"),
        ("urn:epc:id:sgln:0614141.07346.1234", "0614141.07346.1234"),
        ("urn:uuid:7", "7"),
    ],
)
def test_a_uri_names_what_it_ends_in(uri: str, name: str) -> None:
    assert named(uri) == name


@pytest.mark.parametrize(
    "text", ["shipping", "cbv:BizStep-shipping", "https://ref.gs1.org/cbv/BizStep-shipping",
             "urn:epcglobal:cbv:bizstep:shipping", "https://ns.gs1.org/cbv/BizStep-shipping"]
)  # fmt: skip
def test_words_of_the_vocabulary_are_read_in_each_of_their_forms(text: str) -> None:
    assert term(text) == "shipping"
    assert term("urn:x:shipping") == "urn:x:shipping"
