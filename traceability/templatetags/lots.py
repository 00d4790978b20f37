"""Filters of the pages of lots."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def of(names: Mapping[str, str], key: str) -> str:
    """What a name stands for; the name itself where nothing is known of it."""
    return names.get(key, key)


@register.filter
def words(code: str) -> str:
    """A code as words: mixed_compound as mixed compound."""
    return code.replace("_", " ")
