"""Filters of the pages of lots."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django import template

from registry.templatetags.seam import kg

register = template.Library()


@register.filter
def of(names: Mapping[str, str], key: str) -> str:
    """What a name stands for; the name itself where nothing is known of it."""
    return names.get(key, key)


@register.filter
def mass(value: Decimal | str | None) -> str:
    """A mass as `kg` writes it; a word such as `masked` stays as it is."""
    return value if isinstance(value, str) else kg(value)


@register.filter
def exactly(value: Decimal) -> str:
    """A mass of an account to its last milligram: what is booked, claimed and left has to add up."""
    return f"{value.normalize():,f}"


@register.filter
def in_kg(value: Decimal | str | None) -> str:
    """A mass with its unit; what is no number has none."""
    return f"{mass(value)} kg" if isinstance(value, Decimal) else mass(value)


@register.filter
def words(code: str) -> str:
    """A code as words: mixed_compound as mixed compound."""
    return code.replace("_", " ")


@register.filter
def away(step: int) -> int:
    """How many steps away, whatever the direction."""
    return abs(step)
