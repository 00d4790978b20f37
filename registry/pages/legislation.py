"""An instrument as schema.org ``Legislation``: what search engines and libraries read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from registry.choices import label
from registry.domain.dates import Certainty, PartialDate
from registry.domain.family import RelationKind
from registry.domain.instruments import InstrumentState, Status, in_force
from registry.models import InstrumentVersion
from registry.paths import document_path, instrument_path
from registry.services.vocabularies import mast_edition, measure_words
from registry.wording import measure_label

_FORCE = {Certainty.YES: "InForce", Certainty.PERHAPS: "PartiallyInForce", Certainty.NO: "NotInForce"}
_MADE = (Status.ADOPTED, Status.SIGNED)
#: schema.org has words for some of what acts do to one another.
_RELATIONS = {
    RelationKind.AMENDS: "legislationAmends",
    RelationKind.EXTENDS: "legislationChanges",
    RelationKind.SUSPENDS: "legislationChanges",
    RelationKind.LIFTS: "legislationRepeals",
    RelationKind.REPEALS: "legislationRepeals",
    RelationKind.REPLACES: "legislationRepeals",
    RelationKind.IMPLEMENTS: "legislationEnsuresImplementationOf",
    RelationKind.BASED_ON: "isBasedOn",
}


def legislation(
    version: InstrumentVersion, on: dt.date, countries: Mapping[str, str], minerals: Mapping[str, str], site: str
) -> dict[str, Any]:
    """JSON-LD of an approved version as it stands on a day; what is not stated is left out. ``site``: its address."""
    state, details = InstrumentState.from_json(version.content), version.details
    covered = sorted({code for measure in state.measures for code in measure.minerals or ()})
    source = details.get("source") or {}
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Legislation",
        "@id": f"{site}{instrument_path(state.instrument_id)}",
        "url": f"{site}{instrument_path(state.instrument_id)}",
        "version": version.number,
        "name": state.title,
        "alternateName": details.get("title_original"),
        "legislationIdentifier": details.get("number"),
        "legislationType": label(details["type"]) if details.get("type") else None,
        "legislationJurisdiction": countries.get(state.country, state.country),
        "legislationDate": _date(next((e.since for e in state.events if e.status in _MADE and e.since), None)),
        "datePublished": _date(next((e.since for e in state.events if e.status is Status.PUBLISHED), None)),
        "legislationDateOfApplicability": _date(
            next((e.since for e in state.events if e.status is Status.IN_FORCE), None)
        ),
        "legislationLegalForce": f"https://schema.org/{_FORCE[in_force(state, on)]}",
        "expires": _date(state.until),
        "about": [{"@type": "Thing", "name": minerals.get(code, code)} for code in covered],
        "keywords": [measure_label(measure.code) for measure in state.measures],
        "identifier": [*_crosswalk(state)],
        "citation": source.get("title"),
        "encoding": [_encoding(row, site) for row in details.get("documents") or ()],
        **_relations(details, site),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def as_script(data: Mapping[str, Any]) -> str:
    """JSON that can stand between script tags: no character of it can end them."""
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _date(date: PartialDate | None) -> str | None:
    return str(date) if date else None


def _crosswalk(state: InstrumentState) -> list[dict[str, str]]:
    words = measure_words()
    names = {"mast": f"UNCTAD MAST {mast_edition()}", "gta": "Global Trade Alert", "oecd": "OECD"}
    rows = [
        (names[key], str(words[measure.code.value][key]))
        for measure in state.measures
        for key in names
        if words.get(measure.code.value, {}).get(key)
    ]
    rows += [("HS 2022", code) for measure in state.measures for code in measure.hs]
    return [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in dict.fromkeys(rows)]


def _encoding(row: Mapping[str, Any], site: str) -> dict[str, Any]:
    return {
        "@type": "LegislationObject",
        "contentUrl": f"{site}{document_path(row['sha256'])}",
        "encodingFormat": row["media_type"],
        "sha256": row["sha256"],
        **({"inLanguage": row["language"]} if row["language"] else {}),
    }


def _relations(details: Mapping[str, Any], site: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in details.get("relations") or ():
        name = _RELATIONS.get(RelationKind(row["kind"]))
        if name:
            other = {"@id": f"{site}{instrument_path(row['instrument_id'])}", "name": row["title"]}
            found.setdefault(name, []).append(other)
    return found
