"""The reading pane of the inbox: all that is known of one flag, and what an officer may do with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from ledger.selectors import get_newest_entry
from registry.admin.instruments import preview_of_flag
from registry.choices import FlagState, label
from registry.domain.marking import Piece, mark
from registry.forms import minerals
from registry.models import Flag
from registry.permissions import can_decide
from registry.prefilling import prefill_of, reading_of
from registry.suggesting import suggested_for


def pane_of(request: HttpRequest, flag: Flag) -> dict[str, Any]:
    """All that the reading pane says of a flag."""
    open_now = flag.state in (FlagState.OPEN, FlagState.JOINED)
    allowed = can_decide(request.user, flag)  # type: ignore[arg-type]
    prefilled = prefill_of(flag)
    matched = reading_of(flag).matched
    return {
        "title": _marked(mark(flag.entry.title, matched)),
        "summary": _marked(mark(flag.entry.summary, matched)),
        "minerals": ", ".join(name for code, name in minerals() if code in flag.minerals),
        "language": language_name(flag.entry.language),
        "change": label(flag.change_kind) if flag.change_kind else "",
        "score": round(flag.score * 100),
        "reasons": [{**reason, "percent": round(float(reason.get("weight") or 0) * 100)} for reason in flag.reasons],
        "hint": prefilled.hint,
        "preview": preview_of_flag(prefilled, on=timezone.localdate()) if open_now else None,
        "entry_log": get_newest_entry("flag", flag.flag_id),
        "can_decide": allowed and open_now,
        "can_reopen": allowed and (_was_merged(flag) or flag.state == FlagState.DISMISSED or _is_put_off(flag)),
        "is_put_off": _is_put_off(flag),
        "others": _others(flag) if allowed and open_now else [],
        "make": f"{reverse('admin:registry_instrument_add')}?{urlencode({'flag': flag.flag_id})}",
        "targets": _targets(flag) if allowed and open_now else [],
        "became": list(flag.instruments.all()),
    }


def _is_put_off(flag: Flag) -> bool:
    return flag.state == FlagState.OPEN and flag.snoozed_until is not None and flag.snoozed_until > timezone.now()


def _was_merged(flag: Flag) -> bool:
    return flag.state == FlagState.JOINED and flag.decided_at is not None


def _others(flag: Flag) -> list[Flag]:
    """Flags that may tell the same step: lately raised, of its country or minerals, nearest first."""
    since = flag.raised_at - dt.timedelta(days=60)
    recent = Flag.objects.filter(raised_at__gte=since, joined_to=None).exclude(state=FlagState.DISMISSED)
    rows = recent.exclude(pk=flag.pk).select_related("entry", "country").order_by("-raised_at")[:200]

    def nearness(other: Flag) -> int:
        same_country = 2 * bool(set(other.countries) & set(flag.countries))
        return same_country + bool(set(other.minerals) & set(flag.minerals)) + (other.measure == flag.measure)

    return sorted((row for row in rows if nearness(row) >= 2), key=nearness, reverse=True)[:12]


def _targets(flag: Flag) -> list[dict[str, Any]]:
    """Records that the news may be about, those it names by number first, with why and the address to attach it."""
    query = urlencode({"flag": flag.flag_id})
    return [
        {
            "record": one.record,
            "why": one.why,
            "by_number": one.by_number,
            "address": f"{reverse('admin:registry_instrument_change', args=[one.record.pk])}?{query}",
        }
        for one in suggested_for(flag)
    ]


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


def _marked(pieces: Sequence[Piece]) -> SafeString:
    parts = ((SafeString("<mark>"), conditional_escape(piece.text), SafeString("</mark>")) if piece.is_match
             else ("", conditional_escape(piece.text), "") for piece in pieces)  # fmt: skip
    return format_html_join("", "{}{}{}", parts)
