"""Choices of forms and columns, made of the domain's enums and the vocabularies' labels."""

from __future__ import annotations

from enum import StrEnum

from registry.domain.dates import Basis
from registry.domain.enforcement import INCIDENTS, EnforcementKind, EnforcementReading, Standing
from registry.domain.family import RelationKind
from registry.domain.instruments import Direction, EngagementScope, MeasureCode, Pillar, Scope, Status


class Role(StrEnum):
    """What a person may do, in one country or in the region."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    VIEWER = "viewer"


class DraftState(StrEnum):
    """Where an instrument's record stands at the desk; only approved content counts anywhere."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    APPROVED = "approved"


class FlagState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    JOINED = "joined"


class FeedState(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    NEEDS_PERSON = "needs_person"


class FactStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class InstrumentType(StrEnum):
    CONSTITUTION = "constitution"
    LAW = "law"
    DECREE = "decree"
    EXECUTIVE_ORDER = "executive_order"
    MINISTERIAL_REGULATION = "ministerial_regulation"
    NOTIFICATION = "notification"
    SUBNATIONAL_RULE = "subnational_rule"
    BILL = "bill"
    STRATEGY = "strategy"
    ACTION_PLAN = "action_plan"
    WORK_PLAN = "work_plan"
    TRADE_AGREEMENT = "trade_agreement"
    MOU = "mou"
    STANDARD = "standard"
    GUIDANCE = "guidance"
    COURT_RULING = "court_ruling"
    ADMINISTRATIVE_DECISION = "administrative_decision"


class LegalForce(StrEnum):
    BINDING = "binding"
    CONDITIONAL = "conditional"
    SOFT = "soft"
    NONE = "none"


class DocumentRole(StrEnum):
    """What a document is to its instrument."""

    MAIN = "main"
    AMENDMENT = "amendment"
    ANNEX = "annex"
    TRANSLATION = "translation"
    PRESS_RELEASE = "press_release"


#: Words where the value alone does not read well.
_LABELS = {
    "cm_specific": "Specific to critical minerals",
    "downstream_only": "Downstream only",
    "dedicated_cm": "Dedicated to critical minerals",
    "main": "Text of the act",
    "mou": "Memorandum of understanding",
    "outside_paper": "From outside the paper",
    "source_date": "Date of the source",
    "needs_person": "Needs a person",
}


def label(value: str) -> str:
    return _LABELS.get(value) or value.replace("_", " ").capitalize()


def choices(enum: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, label(member.value)) for member in enum]


ROLES = choices(Role)
DRAFT_STATES = choices(DraftState)
FLAG_STATES = choices(FlagState)
FEED_STATES = choices(FeedState)
FACT_STATUSES = choices(FactStatus)
INSTRUMENT_TYPES = choices(InstrumentType)
LEGAL_FORCES = choices(LegalForce)
MEASURE_CODES = choices(MeasureCode)
STATUSES = choices(Status)
SCOPES = choices(Scope)
PILLARS = choices(Pillar)
ENGAGEMENT_SCOPES = choices(EngagementScope)
DIRECTIONS = choices(Direction)
BASES = choices(Basis)
RELATIONS = choices(RelationKind)
DOCUMENT_ROLES = choices(DocumentRole)
#: Actions first, then incidents, as groups of one list.
ENFORCEMENT_KINDS = [
    ("Actions", [(kind.value, label(kind)) for kind in EnforcementKind if kind not in INCIDENTS]),
    ("Incidents", [(kind.value, label(kind)) for kind in EnforcementKind if kind in INCIDENTS]),
]
STANDINGS_OF_MATTERS = choices(Standing)
ENFORCEMENT_READINGS = [(each.value, f"Enforcement is {each.value}") for each in EnforcementReading]

#: Materials of the lot contract, in the order of the chain.
MATERIALS = [
    (value, label(value))
    for value in (
        "ore",
        "concentrate",
        "mixed_compound",
        "separated_oxide",
        "refined",
        "metal",
        "alloy",
        "magnet",
        "component",
        "residue",
        "scrap",
    )
]
STAGES = [
    (value, label(value))
    for value in ("mining_extraction", "processing_refining", "component_manufacturing", "end_use", "recycling")
]
FACILITY_KINDS = [
    (value, label(value))
    for value in (
        "mine",
        "concentrator",
        "separation_plant",
        "refinery",
        "alloy_plant",
        "magnet_plant",
        "component_plant",
        "warehouse",
        "port",
    )
]
