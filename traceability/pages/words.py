"""The words of the pages of lots: findings as plain titles, verdicts as chips, elements by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from traceability.domain.vocabulary import EventKind, FindingCode, FindingState, Verdict

FINDING_TITLES: Mapping[str, str] = {
    FindingCode.MASS_GAIN: "More came out than went in",
    FindingCode.MASS_LOSS: "Much less came out than went in",
    FindingCode.OVERDRAWN: "More was used than there was",
    FindingCode.GRADE_OUT_OF_RANGE: "A grade outside that of what went in",
    FindingCode.TIME_ORDER: "An event before what it needs",
    FindingCode.CUSTODY_GAP: "Used by a party that did not hold it",
    FindingCode.RECEIPT_MISMATCH: "Received differs from shipped",
    FindingCode.RECEIPT_MISSING: "Shipped and not received",
    FindingCode.IDENTITY_BROKEN: "Identity preserved, with more than one mine",
    FindingCode.SEGREGATION_BROKEN: "Segregated, with an input that is not",
    FindingCode.MODEL_UPGRADE: "A stricter custody model than its inputs",
    FindingCode.OVER_CAPACITY: "More mined in a year than the mine can",
    FindingCode.LICENCE_INVALID: "Mined outside the days of the licence",
    FindingCode.EXPORT_BANNED: "Shipped during an export ban",
    FindingCode.PERMIT_MISSING: "Shipped without a permit where one was needed",
    FindingCode.UNKNOWN_ORIGIN: "Part of the origin is unknown",
}

#: (kind of chip, words in a table, words on the picture) of a crossing.
VERDICT_WORDS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.CLEAR: ("none", "No measure on record", "no measure on record"),
    Verdict.PERHAPS: ("warn", "Perhaps in force", "perhaps in force"),
    Verdict.LICENCE_PRESENT: ("ok", "Permit held", "permit held"),
    Verdict.LICENCE_MISSING: ("bad", "Permit missing", "permit missing"),
    Verdict.BANNED: ("bad", "Banned", "export ban"),
}

STATE_CHIPS: Mapping[str, tuple[str, str]] = {
    FindingState.ACKNOWLEDGED: ("warn", "Acknowledged"),
    FindingState.DISMISSED: ("none", "Dismissed"),
    FindingState.RESOLVED: ("ok", "Resolved"),
}

DID: Mapping[EventKind, str] = {
    EventKind.COMMISSION: "mined or made",
    EventKind.TRANSFORM: "processed",
    EventKind.SHIP: "shipped",
    EventKind.RECEIVE: "received",
    EventKind.TRANSFER_OWNERSHIP: "transferred",
    EventKind.AGGREGATE: "joined",
    EventKind.DISAGGREGATE: "split",
    EventKind.ADJUST: "adjusted",
    EventKind.DECOMMISSION: "used up",
}

EVENT_TITLES: Mapping[EventKind, str] = {
    EventKind.COMMISSION: "Born",
    EventKind.TRANSFORM: "Processed",
    EventKind.SHIP: "Shipped",
    EventKind.RECEIVE: "Received",
    EventKind.TRANSFER_OWNERSHIP: "Sold",
    EventKind.AGGREGATE: "Joined",
    EventKind.DISAGGREGATE: "Split",
    EventKind.OBSERVE: "Looked at",
    EventKind.ADJUST: "Adjusted",
    EventKind.DECOMMISSION: "Used up",
}

ELEMENT_NAMES = {
    "Al": "Aluminium", "B": "Boron", "Bi": "Bismuth", "C": "Carbon", "Ce": "Cerium", "Co": "Cobalt", "Cu": "Copper",
    "Dy": "Dysprosium", "Eu": "Europium", "Fe": "Iron", "Gd": "Gadolinium", "Ho": "Holmium", "La": "Lanthanum",
    "Li": "Lithium", "Mn": "Manganese", "Nd": "Neodymium", "Ni": "Nickel", "Pr": "Praseodymium", "Sb": "Antimony",
    "Sm": "Samarium", "Sn": "Tin", "Tb": "Terbium", "W": "Tungsten", "Y": "Yttrium",
}  # fmt: skip


_BORDER_WORDS: Mapping[str, str] = {
    FindingCode.EXPORT_BANNED: "{lot} left {leaves} for {reaches} on {day} while an export ban on it was in force.",
    FindingCode.PERMIT_MISSING: (
        "{lot} left {leaves} for {reaches} on {day} without a permit on record; one was required that day."
    ),
}


#: Findings whose words name no mass.
PLAIN_CODES = frozenset(
    {
        FindingCode.TIME_ORDER,
        FindingCode.CUSTODY_GAP,
        FindingCode.RECEIPT_MISSING,
        FindingCode.IDENTITY_BROKEN,
        FindingCode.SEGREGATION_BROKEN,
        FindingCode.MODEL_UPGRADE,
        FindingCode.LICENCE_INVALID,
        FindingCode.EXPORT_BANNED,
        FindingCode.PERMIT_MISSING,
    }
)


MASKED_WORDS = "The masses of this finding are masked by a holder; officers and auditors see them."


def finding_words(code: str, message: str, evidence: Mapping[str, str], countries: Mapping[str, str]) -> str:
    """A finding for people: borders with the names of countries and days as pages write them."""
    words = _BORDER_WORDS.get(code)
    if words is None or not {"leaves", "reaches", "day", "hs", "material"} <= evidence.keys():
        return message
    on = dt.date.fromisoformat(evidence["day"])
    return words.format(
        lot=f"{evidence['material'].replace('_', ' ').capitalize()} (HS {evidence['hs']})",
        leaves=countries.get(evidence["leaves"], evidence["leaves"]),
        reaches=countries.get(evidence["reaches"], evidence["reaches"]),
        day=f"{on.day} {on:%b %Y}",
    )


def element_name(element: str | None) -> str:
    return "Dry mass" if element is None else ELEMENT_NAMES.get(element, element)
