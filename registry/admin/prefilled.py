"""The flag that an address names, and what it fills into the form."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from registry.domain.prefill import Prefill
from registry.models import Flag
from registry.permissions import can_decide
from registry.prefilling import prefill_of


@dataclass(frozen=True, slots=True)
class Prefilled:
    """``attaches``: the flag is added to a record that exists, so only the status is filled in."""

    flag: Flag
    prefill: Prefill
    attaches: bool


def get_prefill(request: HttpRequest) -> Prefilled | None:
    """What `?flag=f-…` fills in; None without it, or where the person may not decide on that flag. Reads only."""
    if not hasattr(request, "_prefilled"):
        request._prefilled = _load(request)  # type: ignore[attr-defined]
    found: Prefilled | None = request._prefilled  # type: ignore[attr-defined]
    return found


def _load(request: HttpRequest) -> Prefilled | None:
    flag = Flag.objects.select_related("entry__feed", "country").filter(flag_id=request.GET.get("flag", "")).first()
    if flag is None or not can_decide(request.user, flag):  # type: ignore[arg-type]
        return None
    attaches = bool(request.resolver_match and "object_id" in request.resolver_match.kwargs)
    return Prefilled(flag, prefill_of(flag), attaches)
