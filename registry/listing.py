"""The list of instruments: filtered by its address, with what each filter still offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.choices import INSTRUMENT_TYPES, STAGES, label
from registry.domain.asked import AskedDay
from registry.domain.facets import Listed
from registry.models import InstrumentVersion
from registry.narrowing import Found, find, text_of
from registry.pages.instruments import InstrumentRow, instrument_row
from registry.selectors import get_versions
from registry.wording import country_names, measure_label, mineral_names

#: What an instrument is on the day shown, as the badges say it, in fewer words.
STANDINGS: dict[str, tuple[str, frozenset[str]]] = {
    "in_force": ("In force", frozenset({"in_force", "signed", "amended"})),
    "perhaps": ("Perhaps in force", frozenset({"perhaps"})),
    "on_the_way": (
        "On the way",
        frozenset({"considered", "in_discussion", "proposed", "adopted", "published"}),
    ),
    "suspended": ("Suspended", frozenset({"suspended"})),
    "over": ("Over", frozenset({"ended", "repealed", "expired", "withdrawn", "annulled"})),
    "reference": ("For reference", frozenset({"reference"})),
    "unknown": ("Not stated", frozenset({"unknown"})),
}


FoundInstruments = Found[InstrumentRow, InstrumentVersion]
_NAMES = {"country": "Country", "mineral": "Mineral", "kind": "Measure", "stage": "Stage", "type": "Type",
          "status": "Status"}  # fmt: skip


def get_instrument_rows(asked: AskedDay, params: Mapping[str, Any]) -> FoundInstruments:
    """Instruments as known and as they stand on the day asked for, filtered by ``q`` and the facets of an address; by
    country and title."""
    countries, minerals = country_names(), mineral_names()
    listed = [_listed(version, asked, countries, minerals) for version in get_versions(as_of=asked.as_of)]
    names = {"country": countries, "mineral": minerals, "stage": dict(STAGES), "type": dict(INSTRUMENT_TYPES)}
    return find(
        listed,
        params,
        _NAMES,
        lambda key, value: _name(key, value, names),
        order=lambda row: (row.country.text, row.title),
    )


def _listed(
    version: InstrumentVersion, asked: AskedDay, countries: Mapping[str, str], minerals: Mapping[str, str]
) -> Listed[tuple[InstrumentRow, InstrumentVersion]]:
    row = instrument_row(version, asked.on, countries, minerals, asked.query)
    measures, details = version.content["measures"], version.details
    standing = next((key for key, (_name, badges) in STANDINGS.items() if row.badge in badges), "")
    values = {
        "country": frozenset({version.content["country"]}),
        "mineral": frozenset(code for measure in measures for code in measure["minerals"] or ()),
        "kind": frozenset(measure["code"] for measure in measures),
        "stage": frozenset(stage for measure in measures for stage in measure["stages"] or ()),
        "type": frozenset(filter(None, [details.get("type")])),
        "status": frozenset({standing}),
    }
    # As the API says it: whatever is not in force.
    also = {} if standing == "in_force" else {"status": frozenset({"other"})}
    source = details.get("source") or {}
    parts = (row.title, details.get("title_original"), details.get("number"), row.country.text, row.counterparts,
             row.kinds, row.minerals, details.get("quote"), source.get("title"))  # fmt: skip
    return Listed((row, version), values, text_of(parts), also)


def get_instrument_versions(asked: AskedDay, params: Mapping[str, Any]) -> list[InstrumentVersion]:
    """The versions of the instruments that meet the filters, by id."""
    found = get_instrument_rows(asked, params).versions
    return sorted(found, key=lambda version: version.instrument.instrument_id)


def _name(key: str, value: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if key == "kind":
        return measure_label(value)
    if key == "status":
        return STANDINGS[value][0] if value in STANDINGS else value
    return names[key].get(value) or label(value)
