"""The words of EPCIS 2.0 and CBV 2.0 (GS1; ISO/IEC 19987, 19988) for the kinds of events here, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from traceability.domain.vocabulary import EventKind


class Meaning(NamedTuple):
    """Type, action, business step and disposition of an event; a transformation has no action."""

    type: str
    action: str
    step: str
    disposition: str


MEANINGS: Mapping[EventKind, Meaning] = {
    EventKind.COMMISSION: Meaning("ObjectEvent", "ADD", "commissioning", "active"),
    EventKind.TRANSFORM: Meaning("TransformationEvent", "", "commissioning", "in_progress"),
    EventKind.SHIP: Meaning("ObjectEvent", "OBSERVE", "shipping", "in_transit"),
    EventKind.RECEIVE: Meaning("ObjectEvent", "OBSERVE", "receiving", "in_progress"),
    EventKind.TRANSFER_OWNERSHIP: Meaning("ObjectEvent", "OBSERVE", "accepting", "in_progress"),
    EventKind.AGGREGATE: Meaning("AggregationEvent", "ADD", "packing", "in_progress"),
    EventKind.DISAGGREGATE: Meaning("AggregationEvent", "DELETE", "unpacking", "in_progress"),
    EventKind.OBSERVE: Meaning("ObjectEvent", "OBSERVE", "inspecting", "in_progress"),
    EventKind.ADJUST: Meaning("ObjectEvent", "OBSERVE", "stock_taking", "in_progress"),
    EventKind.DECOMMISSION: Meaning("ObjectEvent", "DELETE", "decommissioning", "inactive"),
}

#: All types of the standard; events of the last two are not kept here.
EVENT_TYPES = ("AggregationEvent", "ObjectEvent", "TransformationEvent", "AssociationEvent", "TransactionEvent")
ACTIONS = ("ADD", "OBSERVE", "DELETE")

# CBV values as they are met: bare, as CURIE, as Web URI, and as the URN of CBV 1.2.
_URI = re.compile(r"(?:cbv:|https?://(?:ref|ns)\.gs1\.org/cbv/)(?:BizStep|Disp|SDT|BTT|ER)-(\w+)", re.ASCII)
_URN = re.compile(r"urn:epcglobal:cbv:(?:bizstep|disp|sdt|btt|er):(\w+)", re.ASCII)


def term(text: str) -> str:
    """A value of the vocabulary as the bare word; anything else as it stands."""
    found = _URI.fullmatch(text) or _URN.fullmatch(text)
    return found[1] if found else text


def as_event_id(uri: str) -> str:
    """An event's EPCIS id as an id here, where none has a slash; `as_uri` gives it back."""
    return uri.replace("%", "%25").replace("/", "%2F")


def as_uri(event_id: str) -> str | None:
    """The id that an event was captured under, where its id here is one."""
    if not _CAPTURED.match(event_id):
        return None
    return event_id.replace("%2F", "/").replace("%25", "%")


#: Schemes of the ids that events have in the wild; an id of the registry itself does not begin so.
_CAPTURED = re.compile(r"(?:urn:|ni:|https?:)", re.ASCII)
