"""What an EPCIS event without words of SEAM's own says: which kind it is, of which lots, and what is not kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext

from traceability.domain.epcis.words import MEANINGS, term
from traceability.domain.importing.values import shown
from traceability.domain.mass import KG_PER_UNIT
from traceability.domain.vocabulary import EventKind, Role, Unit
from traceability.exchange.epcis_fields import (
    JSON,
    Fault,
    ends_of,
    keys_left,
    named_in,
    no_serials,
    place_of,
    plain,
    quantities_of,
    text_of,
)

#: (role, lot, quantity, unit) as an import has them.
Line = tuple[str, str, str, str]

_OBSERVED: Mapping[str, EventKind] = {
    "shipping": EventKind.SHIP,
    "departing": EventKind.SHIP,
    "receiving": EventKind.RECEIVE,
    "arriving": EventKind.RECEIVE,
    "accepting": EventKind.TRANSFER_OWNERSHIP,
}
#: Steps that say what there is of a lot, where the register asks what changed.
_COUNTED = ("stock_taking", "cycle_counting")
_KINDS: Mapping[tuple[str, str], EventKind] = {
    ("ObjectEvent", "ADD"): EventKind.COMMISSION,
    ("ObjectEvent", "DELETE"): EventKind.DECOMMISSION,
    ("AggregationEvent", "ADD"): EventKind.AGGREGATE,
    ("AggregationEvent", "DELETE"): EventKind.DISAGGREGATE,
}
_WRITTEN = (
    "type", "action", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime", "bizStep", "disposition",
    "readPoint", "bizLocation", "sourceList", "destinationList", "epcList", "quantityList", "inputEPCList",
    "inputQuantityList", "outputEPCList", "outputQuantityList", "parentID", "childEPCs", "childQuantityList", "ilmd",
    "errorDeclaration",
)  # fmt: skip


def kind_of(event: JSON) -> EventKind:
    """Raises Fault for an event that is of no kind here."""
    kind, action, step = text_of(event, "type"), text_of(event, "action"), term(text_of(event, "bizStep"))
    if kind == "TransformationEvent":
        return EventKind.TRANSFORM
    if (kind, action) == ("ObjectEvent", "OBSERVE"):
        if step in _COUNTED:
            raise Fault("bizStep", f"{step} says what was counted; report the change as an adjust, in seam:event")
        return _OBSERVED.get(step, EventKind.OBSERVE)
    if (kind, action) in _KINDS:
        return _KINDS[kind, action]
    if kind in ("ObjectEvent", "AggregationEvent"):
        raise Fault("action", f"{shown(action)} of an {kind} is no kind of event here; docs/epcis.md lists them")
    raise Fault("type", f"{shown(kind)} is kept by no kind of event here; docs/epcis.md lists them")


def lines_of(event: JSON, kind: EventKind) -> list[Line]:
    """Lots with their quantities; a parent weighs what its parts weigh together."""
    no_serials(event, "epcList", "inputEPCList", "outputEPCList", "childEPCs")
    if kind is EventKind.TRANSFORM:
        lists = (("inputQuantityList", Role.INPUT), ("outputQuantityList", Role.OUTPUT))
        return [line for field, role in lists for line in _lines(event, field, role)]
    if kind in (EventKind.AGGREGATE, EventKind.DISAGGREGATE):
        return _packed(event)
    lines = list(_lines(event, "quantityList", Role.OUTPUT if kind is EventKind.COMMISSION else Role.ITEM))
    if not lines:
        raise Fault("quantityList", "names no lot; give each with epcClass, quantity and uom")
    return lines


def _lines(event: JSON, field: str, role: Role) -> Iterator[Line]:
    for lot, quantity, unit in quantities_of(event, field):
        yield role.value, lot, plain(quantity, field), unit


def _packed(event: JSON) -> list[Line]:
    field, parent = "childQuantityList", named_in(event, "parentID")
    parts = list(quantities_of(event, field))
    if not parts:
        raise Fault(field, "names no lot; an event of all that is in a parent names each with quantity and uom")
    total = Decimal(0)
    with localcontext(prec=60):
        for _lot, quantity, unit in parts:
            plain(quantity, field)
            if unit not in set(Unit):
                raise Fault(field, f"{shown(unit)} is no unit of mass here; use KGM, TNE or GRM")
            total += quantity * KG_PER_UNIT[Unit(unit)]
    whole = (Role.PARENT.value, parent, plain(total, field), Unit.KILOGRAM.value)
    return [whole, *_lines(event, field, Role.CHILD)]


def parties_of(event: JSON, kind: EventKind) -> tuple[str, str, str]:
    """(party, to party, to facility). Of a receipt the party is whoever receives."""
    if kind is EventKind.TRANSFER_OWNERSHIP:
        types: Sequence[str] = ("owning_party",)
    else:
        types = ("possessing_party", "owning_party")
    source, destination = ends_of(event, "source", *types), ends_of(event, "destination", *types)
    there = ends_of(event, "destination", "location") if kind is EventKind.SHIP else ""
    if kind is EventKind.RECEIVE:
        source, destination = destination or source, ""
    if not source:
        raise Fault("sourceList", f"names no {types[0]}: who reports this of the lots")
    return source, destination, there


def not_kept(event: JSON, kind: EventKind) -> list[str]:
    """Fields whose value the register has no place for, and so will not write again."""
    left, meaning = keys_left(event, _WRITTEN), MEANINGS[kind]
    if term(text_of(event, "bizStep")) not in ("", meaning.step):
        left.append("bizStep")
    if term(text_of(event, "disposition")) not in ("", meaning.disposition):
        left.append("disposition")
    if place_of(event, "bizLocation") not in ("", place_of(event, "readPoint")) and event.get("readPoint"):
        left.append("bizLocation")
    ilmd = event.get("ilmd")
    if isinstance(ilmd, Mapping) and keys_left(ilmd, ()):
        left.append("ilmd")
    return left
