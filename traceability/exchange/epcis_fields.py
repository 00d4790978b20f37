"""Fields of an EPCIS event, each read with a fault that says what is wrong with it and how to mend it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from traceability.domain.epcis.names import named
from traceability.domain.epcis.words import term
from traceability.domain.importing.values import shown

JSON = Mapping[str, Any]
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)


class Fault(Exception):
    """What is wrong with a field of an event."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def text_of(found: JSON, name: str, field: str = "") -> str:
    """A text; empty where there is none."""
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Fault(field or name, "is no text; write it in quotation marks")
    return value


def objects_of(found: JSON, name: str, field: str = "") -> list[JSON]:
    """A list of objects; empty where there is none."""
    value = found.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Fault(field or name, "is no list of objects")
    return value


def place_of(event: JSON, name: str) -> str:
    """The facility that a place of an event names; empty where there is none."""
    value = event.get(name)
    if value is None:
        return ""
    if not isinstance(value, Mapping) or not text_of(value, "id", name):
        raise Fault(name, 'names no place; write {"id": "the facility\'s address"}')
    return named(value["id"])


def named_in(event: JSON, field: str) -> str:
    """What a field names; it has to name something."""
    uri = text_of(event, field)
    if not uri:
        raise Fault(field, "is missing; it names a lot")
    return named(uri)


def ends_of(event: JSON, side: str, *types: str) -> str:
    """What `sourceList` or `destinationList` names of the first of some types; empty where there is none."""
    field = f"{side}List"
    found: dict[str, str] = {}
    for one in objects_of(event, field):
        kind = term(text_of(one, "type", field))
        if found.setdefault(kind, named(text_of(one, side, field))) != named(text_of(one, side, field)):
            raise Fault(field, f"names two different {side}s of the type {shown(kind)}")
    return next((found[kind] for kind in types if kind in found), "")


def time_of(event: JSON) -> str:
    """When it happened, in the offset of the place: that is the day it happened on."""
    text, offset = text_of(event, "eventTime"), text_of(event, "eventTimeZoneOffset")
    if not text:
        raise Fault("eventTime", "is missing; write 2026-01-31T08:30:00+07:00")
    if not offset:
        return text
    found = _OFFSET.fullmatch(offset)
    if not found or int(found[2]) > 14 or int(found[3]) > 59:
        raise Fault("eventTimeZoneOffset", f"{shown(offset)} is no offset; write +07:00")
    minutes = int(found[2]) * 60 + int(found[3])
    zone = dt.timezone(dt.timedelta(minutes=-minutes if found[1] == "-" else minutes))
    try:
        at = dt.datetime.fromisoformat(text)
        return text if at.tzinfo is None else at.astimezone(zone).isoformat()
    except (ValueError, OverflowError):
        return text  # refused where all times are read


def quantities_of(event: JSON, field: str) -> Iterator[tuple[str, Decimal, str]]:
    """(lot, quantity, unit) of a list of quantities."""
    for one in objects_of(event, field):
        lot, quantity, unit = text_of(one, "epcClass", field), one.get("quantity"), text_of(one, "uom", field)
        if not lot:
            raise Fault(field, "has an element without epcClass, which names the lot")
        if not isinstance(quantity, Decimal):
            raise Fault(field, f"has no quantity of {shown(lot)}; lots are weighed: give quantity and uom")
        if not unit:
            raise Fault(field, f"counts {shown(lot)} without uom; lots are weighed: KGM, TNE or GRM")
        yield named(lot), quantity, unit


def no_serials(event: JSON, *fields: str) -> None:
    for field in fields:
        if event.get(field):
            raise Fault(field, "names things without a mass; lots are weighed: put them in a quantity list, with uom")


def plain(value: Decimal, field: str) -> str:
    """A number as an import has it."""
    if not value.is_finite() or not -30 < value.adjusted() < 30:
        raise Fault(field, "has a number that is no plain one: at most 15 digits before the point and 9 after it")
    return format(value, "f")


def keys_left(found: JSON, known: Sequence[str]) -> list[str]:
    """Keys that nothing here reads."""
    return sorted(str(name) for name in found if name not in known and not str(name).startswith(("seam:", "@")))
