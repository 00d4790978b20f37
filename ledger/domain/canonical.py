"""Canonical JSON (RFC 8785): one text for one value, so that hashing it means something."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring
from typing import Any

import rfc8785

JSON = Any

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
#: Sixteen digits together may be an integer that a double cannot hold; inside a text they only cost time.
_LARGE = re.compile(r"\d{16}")


class Canonical(str):
    """A text that is canonical JSON already, put together where half a million of one form are written."""

    __slots__ = ()


def plain(value: Any) -> JSON:
    """The value with dates and decimals as text, so that no precision is lost to floats.

    Raises TypeError for a float: masses, shares and rates are Decimals here.
    """
    kind = type(value)
    if value is None or kind is str or kind is int or kind is bool:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.datetime):
        return instant_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    raise TypeError(f"{value!r} ({type(value).__name__}) has no place in the log")


def canonical(value: Any) -> str:
    """The value as RFC 8785 writes it. An import writes hundreds of thousands, so the C encoder does all that it does
    alike: it sorts ASCII keys the same, escapes the same, and floats are not let in."""
    if value is None:
        return "null"
    if type(value) is Canonical:
        return str(value)
    ready = plain(value)
    text = _encode(ready)
    # Keys beyond ASCII sort by UTF-16 there and by code point here; large integers are refused there.
    return text if text.isascii() and not _LARGE.search(text) else rfc8785.dumps(ready).decode()


def decimal_text(value: Decimal) -> str:
    """A plain decimal without exponent and without trailing zeros; `-0` is `0`."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def instant_text(value: dt.datetime) -> str:
    """UTC with six decimals, so that two writings of one instant are one text."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf_text(
    *,
    number: int,
    recorded_at: dt.datetime,
    actor: str,
    door: str,
    action: str,
    object_type: str,
    object_id: str,
    before: str,
    after: str,
    reason: str,
) -> str:
    """The canonical JSON of one entry; ``before`` and ``after`` are canonical JSON texts already.

    Keys stand in the order RFC 8785 asks for, so the parts can be joined without parsing them again.
    """
    return (
        f'{{"action":{quoted(action)},"actor":{quoted(actor)},"after":{after},"before":{before},"door":{quoted(door)},'
        f'"entry":{number},"object_id":{quoted(object_id)},"object_type":{quoted(object_type)},'
        f'"reason":{quoted(reason)},"recorded_at":"{instant_text(recorded_at)}"}}'
    )


#: A text as JSON writes it, without the cost of choosing an encoder.
quoted = encode_basestring
