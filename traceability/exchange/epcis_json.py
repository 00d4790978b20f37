"""An EPCIS document as it came, read into plain values: numbers as decimals, nothing deeper or larger than can be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from traceability.exceptions import CannotRead

JSON = dict[str, Any]

#: A number written with more signs than this is none that anyone weighed.
_LONGEST_NUMBER = 60
#: An event is some ten levels deep.
_DEEPEST = 50
_TOO_DEEP = "The body is nested too deeply to be an EPCIS document."
_NOT_PLAIN = Decimal("NaN")
_SIGN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def parse(body: bytes) -> Any:
    """The JSON of a body. Raises CannotRead with a sentence."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotRead(f"The body is no UTF-8 text, from byte {error.start + 1} on; send JSON in UTF-8.") from error
    try:
        found = json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_constant)
        _check_depth(found)
    except RecursionError as error:
        raise CannotRead(_TOO_DEEP) from error
    except json.JSONDecodeError as error:
        raise CannotRead(f"The body is no JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from error
    return found


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        if (depth := depth + 1) > _DEEPEST:
            raise CannotRead(_TOO_DEEP)
        inner = (list(one.values()) if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [two for one in inner for two in one if isinstance(two, dict | list)]


def events_of(document: Any) -> list[JSON]:
    """The events of an EPCISDocument or EPCISQueryDocument. Raises CannotRead where there can be none."""
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in _WAYS:
        raise CannotRead("The body is no EPCISDocument and no EPCISQueryDocument: `type` has to say which it is.")
    found, way = document, _WAYS[kind]
    for number, name in enumerate(way):
        found = found.get(name) if isinstance(found, dict) else None
        if found is None:
            raise CannotRead(f"The {kind} has no {'.'.join(way[: number + 1])}; that is where its events stand.")
    if not isinstance(found, list) or not all(isinstance(event, dict) for event in found):
        raise CannotRead(f"{'.'.join(way)} is no list of objects; write one object an event.")
    return found


_WAYS: Mapping[Any, tuple[str, ...]] = {
    "EPCISDocument": ("epcisBody", "eventList"),
    "EPCISQueryDocument": ("epcisBody", "queryResults", "resultsBody", "eventList"),
}


def printable(text: str) -> str:
    """Text that any database and any answer takes: signs that are none become a question mark."""
    return _SIGN.sub("�", text)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text) if len(text) <= _LONGEST_NUMBER else _NOT_PLAIN
    except InvalidOperation:  # an exponent that no decimal has
        return _NOT_PLAIN


def _constant(text: str) -> Any:
    raise CannotRead(f"The body has {text}, which is no number of JSON.")
