"""A lot's trace in the words of UN/CEFACT's Transparency Protocol: passport, events, facility record, conformity.

W3C Verifiable Credentials 2.0. What UNTP has no place for (custody models, losses, mass basis) is not said here; the
dossier says it. Nothing is claimed that the registry does not know: where a grade is unknown no mass is stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ledger.domain.canonical import instant_text
from traceability.domain.epcis.names import Names
from traceability.domain.facts import EventFact, FacilityFact, LineFact, LotFact
from traceability.domain.vocabulary import EventKind, Role

JSON = dict[str, Any]
_W3C = "https://www.w3.org/ns/credentials/v2"
#: The contexts that the published schemas ask for.
_UNTP = "https://test.uncefact.org/vocabulary/untp/{}/working/"
_CBV = "https://ref.gs1.org/cbv/"
TYPES = {
    "dpp": "DigitalProductPassport",
    "dte": "DigitalTraceabilityEvent",
    "dfr": "DigitalFacilityRecord",
    "dcc": "DigitalConformityCredential",
}
_TOPIC = "governance.compliance"

#: Type, action, business step and disposition of each kind.
_MEANING: Mapping[EventKind, tuple[str, str, str, str]] = {
    EventKind.COMMISSION: ("ObjectEvent", "add", "commissioning", "active"),
    EventKind.TRANSFORM: ("TransformationEvent", "add", "commissioning", "in_progress"),
    EventKind.SHIP: ("ObjectEvent", "observe", "shipping", "in_transit"),
    EventKind.RECEIVE: ("ObjectEvent", "observe", "receiving", "in_progress"),
    EventKind.TRANSFER_OWNERSHIP: ("TransactionEvent", "observe", "accepting", "in_progress"),
    EventKind.AGGREGATE: ("AggregationEvent", "add", "packing", "in_progress"),
    EventKind.DISAGGREGATE: ("AggregationEvent", "delete", "unpacking", "in_progress"),
    EventKind.OBSERVE: ("ObjectEvent", "observe", "inspecting", "in_progress"),
    EventKind.ADJUST: ("ObjectEvent", "observe", "stock_taking", "in_progress"),
    EventKind.DECOMMISSION: ("ObjectEvent", "delete", "decommissioning", "inactive"),
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who speaks: a DID, a name, and the instant from which what is said holds."""

    did: str
    name: str
    valid_from: str


@dataclass(frozen=True, slots=True)
class MaterialShare:
    """An element of a lot from one country (None: unknown): its part of the lot's dry mass, and its kilograms."""

    element: str
    country: str | None
    fraction: Decimal
    kg: Decimal


@dataclass(frozen=True, slots=True)
class CrossingSaid:
    """A border crossing that a measure was judged over; ``law`` is (address, name) of the measure's instrument."""

    event_id: str
    day: str
    leaves: str
    words: str
    is_clean: bool
    law: tuple[str, str]


def credential(kind: str, address: str, issuer: Issuer, subject: JSON | list[JSON]) -> JSON:
    """The envelope of a credential of a kind (dpp, dte, dfr, dcc)."""
    return {
        "type": [TYPES[kind], "VerifiableCredential"],
        "@context": [_W3C, _UNTP.format(kind)],
        "id": address,
        "issuer": {"type": ["CredentialIssuer"], "id": issuer.did, "name": issuer.name},
        "validFrom": issuer.valid_from,
        "credentialSubject": subject,
    }


def passport(
    lot: LotFact, born: EventFact, dry_kg: Decimal, known: Decimal, facility: FacilityFact, party: tuple[str, str],
    materials: Sequence[MaterialShare], links: Mapping[str, str], names: Names,
) -> JSON:  # fmt: skip
    """A ProductPassport of a lot; ``known`` is the share of known origin, ``links`` addresses by kind of credential."""
    return {
        "type": ["ProductPassport"],
        "id": f"{names.lot(lot.lot_id)}#passport",
        "product": {
            "type": ["Product"],
            "id": names.lot(lot.lot_id),
            "name": f"{lot.lot_id}, {lot.material.value.replace('_', ' ')}",
            "registeredId": lot.lot_id,
            "idScheme": _scheme(names, "lots", "SEAM lots"),
            "batchNumber": lot.lot_id,
            "productCategory": [_category(names, lot)],
            "producedByParty": {"id": names.party(party[0]), "name": party[1]},
            "producedAtFacility": {"id": names.facility(facility.facility_id), "name": facility.name},
            "productionDate": born.day.isoformat(),
            "countryOfProduction": facility.country,
            "dimensions": {"type": ["Dimension"], "weight": _mass(dry_kg)},
        },
        "granularityLevel": "batch",
        "conformityClaim": [_claim(lot, links["dcc"], names)],
        "traceabilityInformation": [
            {
                "type": ["TraceabilityPerformance"],
                "valueChainProcess": "mine to this lot",
                "verifiedRatio": float(known),
                "traceabilityEvent": [_link(links["dte"], "Traceability events of the lot", "dte")],
            }
        ],
        "materialsProvenance": [_material(each) for each in materials],
    }


def event(fact: EventFact, entry: int, places: Mapping[str, FacilityFact], names: Names) -> JSON:
    """One event of a DigitalTraceabilityEvent credential; its id is its entry in the log."""
    kind, action, step, disposition = _MEANING[fact.kind]
    found: JSON = {
        "type": [kind, "Event"],
        "id": names.entry(entry),
        "processType": fact.kind.value.replace("_", " "),
        "eventTime": instant_text(fact.occurred_at),
        "action": action,
        "disposition": f"{_CBV}Disp-{disposition}",
        "bizStep": f"{_CBV}BizStep-{step}",
        "bizLocation": names.facility(fact.facility_id),
    }
    if kind == "TransformationEvent":
        found["inputQuantityList"] = _quantities(fact.lines, names, (Role.INPUT,))
        found["outputQuantityList"] = _quantities(fact.lines, names, (Role.OUTPUT, Role.BY_PRODUCT))
    elif kind == "AggregationEvent":
        parent = next(line for line in fact.lines if line.role is Role.PARENT)
        found["parentEPC"] = {"type": ["Item"], "id": names.lot(parent.lot_id), "name": parent.lot_id}
        found["childQuantityList"] = _quantities(fact.lines, names, (Role.CHILD,))
    else:
        found["quantityList"] = _quantities(fact.lines, names, tuple(Role))
    if kind == "TransactionEvent":
        found["sourceParty"] = names.party(fact.party_id)
        found["destinationParty"] = names.party(fact.to_party_id or fact.party_id)
    return found


def facility_record(facility: FacilityFact, operator: tuple[str, str] | None, names: Names) -> JSON:
    """A FacilityRecord; where nobody stated a place on the map, none is given."""
    found: JSON = {
        "type": ["Facility"],
        "id": names.facility(facility.facility_id),
        "name": facility.name,
        "registeredId": facility.facility_id,
        "idScheme": _scheme(names, "facilities", "SEAM facilities"),
        "description": facility.kind.replace("_", " "),
        "countryOfOperation": facility.country,
    }
    if operator:
        found["operatedByParty"] = {"id": names.party(operator[0]), "name": operator[1]}
    if facility.latitude is not None and facility.longitude is not None:
        point = {"type": "Point", "coordinates": [float(facility.longitude), float(facility.latitude)]}
        found["locationInformation"] = {"type": ["Location"], "geoLocation": point}
    return {"type": ["FacilityRecord"], "facility": found}


def attestation(
    lot: LotFact, holder: tuple[str, str], crossings: Sequence[CrossingSaid], open_violations: Sequence[str],
    address: str, names: Names,
) -> JSON:  # fmt: skip
    """A ConformityAttestation: the crossings that a measure was judged over, and whether a violation is open."""
    return {
        "type": ["ConformityAttestation", "Attestation"],
        "id": f"{address}#attestation",
        "name": f"What the registry found of lot {lot.lot_id}",
        "assessorLevel": "Unspecified",
        "assessmentLevel": "Unspecified",
        "attestationType": "verification",
        "description": "Worked out from what was reported and the measures on record. A crossing that no measure on "
        "record covers is not assessed.",
        "issuedToParty": {"id": names.party(holder[0]), "name": holder[1]},
        "assessment": [
            *(_crossing(each, lot, address, names) for each in crossings),
            {
                **_assessment(f"{address}#findings", lot, names),
                "name": "Findings",
                "description": f"Open violations: {', '.join(open_violations) or 'none'}.",
                "conformance": not open_violations,
            },
        ],
    }


def _crossing(said: CrossingSaid, lot: LotFact, address: str, names: Names) -> JSON:
    authority = {"id": f"{names.site}/countries/{said.leaves}/", "name": said.leaves}
    return {
        **_assessment(f"{address}#{quote(said.event_id, safe='')}", lot, names),
        "name": f"Border crossing in event {said.event_id}",
        "description": f"Left {said.leaves} on {said.day}: {said.words.lower()}.",
        "assessmentDate": said.day,
        "conformance": said.is_clean,
        "referenceRegulation": {
            "type": ["Regulation"],
            "id": said.law[0],
            "name": said.law[1],
            "jurisdictionCountry": said.leaves,
            "administeredBy": authority,
        },
    }


def _assessment(address: str, lot: LotFact, names: Names) -> JSON:
    product = {"id": names.lot(lot.lot_id), "name": lot.lot_id}
    return {
        "type": ["ConformityAssessment", "Declaration"],
        "id": address,
        "conformityTopic": _TOPIC,
        "assessedProduct": [{"type": ["ProductVerification"], "product": product}],
    }


def _claim(lot: LotFact, address: str, names: Names) -> JSON:
    return {
        "type": ["Claim", "Declaration"],
        "id": f"{names.lot(lot.lot_id)}#claim",
        "description": "Each border crossing on the way of the lot was compared with the measures in force that day.",
        "conformityTopic": _TOPIC,
        "conformityEvidence": _link(address, "What the registry found", "dcc"),
    }


def _link(address: str, name: str, kind: str) -> JSON:
    link_type = f"https://test.uncefact.org/vocabulary/linkTypes/{kind}"
    return {"type": ["SecureLink", "Link"], "linkURL": address, "linkName": name, "linkType": link_type}


def _material(share: MaterialShare) -> JSON:
    found: JSON = {"type": ["Material"], "name": share.element, "massFraction": float(share.fraction)}
    if share.country:
        found["originCountry"] = share.country
    return {**found, "mass": _mass(share.kg)}


def _mass(kg: Decimal) -> JSON:
    return {"type": ["Measure"], "value": float(kg), "unit": "KGM"}


def _category(names: Names, lot: LotFact) -> JSON:
    scheme = f"{names.site}/ns/hs2022/"
    return {"type": ["Classification"], "id": f"{scheme}{lot.hs_code}", "code": lot.hs_code,
            "name": f"HS {lot.hs_code}", "schemeID": scheme, "schemeName": "Harmonized System 2022"}  # fmt: skip


def _scheme(names: Names, path: str, title: str) -> JSON:
    return {"type": ["IdentifierScheme"], "id": f"{names.site}/{path}/", "name": title}


def _quantities(lines: Sequence[LineFact], names: Names, roles: Sequence[Role]) -> list[JSON]:
    return [
        {"type": ["QuantityElement"], "productId": names.lot(line.lot_id), "productName": line.lot_id,
         "quantity": float(line.quantity), "uom": line.unit.value}
        for line in lines
        if line.role in roles
    ]  # fmt: skip
