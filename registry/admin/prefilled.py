"""The flag that an address names, and what it fills into the form."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import model_to_dict
from django.http import HttpRequest

from registry.desk import get_instruments_of
from registry.domain.prefill import Prefill
from registry.models import Flag, Instrument
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


def get_copied(request: HttpRequest) -> Instrument | None:
    """The record that `?copy=id` names as the model for a new one; None without it, or where the person sees none."""
    wanted = request.GET.get("copy", "")
    if not wanted or request.method != "GET":
        return None
    return get_instruments_of(request.user).filter(instrument_id=wanted).first()  # type: ignore[arg-type]


_COPIED = ("title", "title_original", "country", "type", "legal_force", "scope", "pillar", "engagement_scope",
           "counterparts")  # fmt: skip


def first_values(record: Instrument) -> dict[str, object]:
    """What a copy starts with: what the act is, not its number, its dates or its evidence."""
    return model_to_dict(record, _COPIED)


def first_measures(record: Instrument) -> list[dict[str, object]]:
    """The measures of a copied record without their days."""
    hidden = ("id", "instrument", "number", "start", "until")
    return [model_to_dict(measure, exclude=hidden) for measure in record.measures.all()]
