"""Days on which instruments come into force, change, end or are to be reviewed, as iCalendar (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from alerts.domain.dates import Appointment, Told, appointments
from alerts.feeds import conditional
from alerts.links import absolute
from registry.domain.dates import PartialDate
from registry.domain.instruments import InstrumentState
from registry.models import InstrumentVersion
from registry.paths import instrument_path
from registry.wording import country_names

#: Days that are past stay for so long, so that a cancellation reaches calendars that hold them.
_KEEP = dt.timedelta(days=90)


@require_safe
def calendar(request: HttpRequest) -> HttpResponseBase:
    """All of the region, or of one ``?country=``."""
    since = timezone.localdate() - _KEEP
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//SEAM//dates of instruments//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:SEAM: dates of instruments",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    for state, told in _histories(request.GET.get("country", "")):
        for appointment in appointments(told):
            if appointment.day >= since:
                lines += _event(state, appointment)
    body = "\r\n".join(_folded(line) for line in [*lines, "END:VCALENDAR", ""])
    return conditional(request, body.encode(), "text/calendar; charset=utf-8")


def _histories(country: str) -> list[tuple[InstrumentState, list[Told]]]:
    """Each instrument's newest state and all that was told of it."""
    versions = InstrumentVersion.objects.select_related("recorded_entry").order_by("instrument", "number")
    if country:
        versions = versions.filter(instrument__country=country)
    found: dict[int, list[Told]] = defaultdict(list)
    for version in versions:
        state = InstrumentState.from_json(version.content)
        is_standing, review = version.superseded_entry_id is None, version.details.get("review")
        stated = PartialDate.parse(review) if review else None
        told = Told(state, version.recorded_entry.recorded_at, is_standing, stated)
        found[version.instrument_id].append(told)
    return [(told[-1].state, told) for told in found.values()]


def _event(state: InstrumentState, appointment: Appointment) -> list[str]:
    country = country_names().get(state.country, state.country)
    summary = f"{country}: {appointment.title} ({appointment.what})"
    return [
        "BEGIN:VEVENT",
        f"UID:{state.instrument_id}-{appointment.name}@seam",
        f"DTSTAMP:{appointment.changed_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{appointment.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{appointment.day + dt.timedelta(days=1):%Y%m%d}",
        f"SEQUENCE:{appointment.sequence}",
        f"STATUS:{'CANCELLED' if appointment.is_cancelled else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        f"SUMMARY:{_escaped(summary)}",
        f"URL:{absolute(instrument_path(state.instrument_id))}",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    text = "".join(char if char >= " " or char == "\n" else " " for char in text)
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, as the format asks; cut between characters."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > 74:
            parts.append(current)
            current = ""
        current += character
    return "\r\n ".join([*parts, current])
