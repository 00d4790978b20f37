"""The keys of SEAM's extension in a JSON-LD document, whatever prefix its context gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traceability.exchange.epcis import EXTENSION

#: How the name of the extension's vocabulary ends, on every site.
_VOCABULARY = "/ns/epcis#"


def prefix_of(context: Any) -> str | None:
    """The prefix that a context binds to the extension; `seam` where it binds it to nothing else."""
    parts = [part for part in (context if isinstance(context, list) else [context]) if isinstance(part, Mapping)]
    for part in parts:
        for name, value in part.items():
            if isinstance(value, str) and value.endswith(_VOCABULARY):
                return str(name)
    return None if any(EXTENSION in part for part in parts) else EXTENSION


def in_our_words(value: Any, prefix: str | None) -> Any:
    """A value with the extension's keys under the prefix that is read here."""
    if prefix == EXTENSION:
        return value
    if isinstance(value, Mapping):
        return {_key(str(name), prefix): in_our_words(one, prefix) for name, one in value.items()}
    return [in_our_words(one, prefix) for one in value] if isinstance(value, list) else value


def _key(name: str, prefix: str | None) -> str:
    if prefix is not None and name.startswith(f"{prefix}:"):
        return EXTENSION + name[len(prefix) :]
    return f"other-{name}" if name.startswith(f"{EXTENSION}:") else name
