"""A query that is written in JSON, as its parameters in an address would be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traceability.domain.epcis.query import BadQuery
from traceability.domain.importing.values import shown


def given_as_json(query: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The parameters of a query that is written in JSON, each value as text. Raises BadQuery."""
    return [(name, _texts(name, value)) for name, value in query.items() if name != "@context"]


def _texts(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [text for one in value for text in _texts(name, {} if isinstance(one, list) else one)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str | int):
        return [str(value)]
    raise BadQuery(f"{shown(name)} is no text, list of texts or whole number.")
