"""A few numbers by short names in one text, such as the metals of a lot: one column to read, where rows of their own
would each have to be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal


def pairs_text(pairs: Mapping[str, Decimal]) -> str:
    """As `;Nd=0.21;Pr=0.07;` in the order of the names; empty where there are none."""
    if not pairs:
        return ""
    return f";{';'.join(f'{name}={pairs[name]:f}' for name in sorted(pairs))};"


def pair_of(text: str, name: str) -> Decimal | None:
    """The number of one name, None where it is not there."""
    found = text_of(text, name)
    return None if found is None else Decimal(found)


def text_of(text: str, name: str) -> str | None:
    """The same as it is written."""
    rest = text.partition(f";{name}=")[2]
    return rest[: rest.index(";")] if rest else None
