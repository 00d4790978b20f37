"""What every page needs of the site: its log, its demonstration mark, who is reading."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ledger.selectors import get_head, get_trouble
from registry.models import Feed, Instrument


def site(request: HttpRequest) -> dict[str, Any]:
    """Lazy values for templates: nothing is read from the database unless a template uses it."""
    return {
        "now": timezone.now(),
        "log_head": get_head,
        "log_trouble": cache(get_trouble),
        "holds_demo_data": lambda: (
            Instrument.objects.filter(is_demo=True).exists() or Feed.objects.filter(is_demo=True).exists()
        ),
    }
