"""Public addresses, fixed by contract: an app may link to a page without knowing the app that serves it."""

from __future__ import annotations

from urllib.parse import quote


def country_path(code: str) -> str:
    return f"/countries/{quote(code)}/"


def issuer_path(code: str, query: str = "") -> str:
    """Who issued an instrument: a country has a page, a body such as ASEAN the list of what it issued."""
    if len(code) == 2:
        return country_path(code) + query
    return f"/instruments/?country={quote(code)}{query.replace('?', '&', 1)}"


def why_path(code: str, domain: str) -> str:
    return f"/countries/{quote(code)}/{quote(domain)}/"


def mineral_path(code: str) -> str:
    return f"/minerals/{quote(code)}/"


def instrument_path(instrument_id: str) -> str:
    return f"/instruments/{quote(instrument_id)}/"


def enforcement_path(record_id: str) -> str:
    return f"/enforcement/{quote(record_id)}/"


def facility_path(facility_id: str) -> str:
    return f"/facilities/{quote(facility_id, safe='')}/"


def document_path(sha256: str) -> str:
    return f"/documents/{quote(sha256)}/"


def fact_path(fact_id: str) -> str:
    return f"/facts/{quote(fact_id)}/"


def judgement_path(judgement_id: str) -> str:
    return f"/methodology/#{quote(judgement_id)}"


def note_path(note_id: str) -> str:
    return f"/data-notes/#{quote(note_id)}"


def lot_path(lot_id: str) -> str:
    return f"/lots/{quote(lot_id, safe='')}/"


def entry_path(number: int) -> str:
    return f"/log/{number}/"
