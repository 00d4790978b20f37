"""Lots, events, what follows from them, and what was found."""

from traceability.models.claims import Claim, Credit
from traceability.models.documents import Document
from traceability.models.epcis import CaptureJob, NamedQuery
from traceability.models.events import Event, EventLine, Side
from traceability.models.findings import BorderVerdict, Finding
from traceability.models.holds import Hold
from traceability.models.lots import Assay, Lot
from traceability.models.risks import RiskList
from traceability.models.sharing import PartyPerson, Sharing
from traceability.models.states import Feed, LotState, OpenShipment
from traceability.models.uploads import Upload

__all__ = [
    "Assay",
    "BorderVerdict",
    "CaptureJob",
    "Claim",
    "Credit",
    "Document",
    "Event",
    "EventLine",
    "Feed",
    "Finding",
    "Hold",
    "Lot",
    "LotState",
    "NamedQuery",
    "OpenShipment",
    "PartyPerson",
    "RiskList",
    "Sharing",
    "Side",
    "Upload",
]
