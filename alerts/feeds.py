"""Atom feeds of changes and instruments, and a calendar of coming dates: to subscribe without an account."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from alerts.links import absolute
from alerts.messages import change_title
from registry.domain.dates import Precision
from registry.domain.instruments import InstrumentState
from registry.models import InstrumentVersion
from registry.selectors import get_instruments
from scoring.models import ScoreChange

_NEWEST = 100


class ScoresFeed(Feed):  # type: ignore[type-arg]  # generic in its stubs alone
    feed_type = Atom1Feed
    title = "SEAM: score changes"
    subtitle = "What moved, why, and where it is proved"

    def link(self) -> str:
        return reverse("scoring:changes")

    def items(self) -> QuerySet[ScoreChange]:
        return ScoreChange.objects.all()[:_NEWEST]

    def item_title(self, item: Any) -> str:
        return change_title(item)

    def item_description(self, item: Any) -> str:
        demo = " (demonstration data)" if item.is_demo else ""
        return f"{item.sentence}{demo}"

    def item_link(self, item: Any) -> str:
        return f"{reverse('scoring:changes')}#{item.change_id}"

    def item_guid(self, item: Any) -> str:
        return f"urn:seam:change:{item.change_id}"

    item_guid_is_permalink = False

    def item_updateddate(self, item: Any) -> dt.datetime:
        updated: dt.datetime = item.recorded_at
        return updated


class InstrumentsFeed(Feed):  # type: ignore[type-arg]  # generic in its stubs alone
    feed_type = Atom1Feed
    title = "SEAM: instruments and measures"
    subtitle = "What was approved for the register, newest first"

    def link(self) -> str:
        return reverse("registry:instrument-list")

    def items(self) -> QuerySet[InstrumentVersion]:
        versions = InstrumentVersion.objects.select_related("instrument__country", "recorded_entry")
        return versions.order_by("-pk")[:_NEWEST]

    def item_title(self, item: Any) -> str:
        return f"{item.instrument.country}: {item.content['title']}"

    def item_description(self, item: Any) -> str:
        return str(item.details.get("quote") or item.content["title"])

    def item_link(self, item: Any) -> str:
        return reverse("registry:instrument-detail", args=[item.instrument.instrument_id])

    def item_guid(self, item: Any) -> str:
        return f"urn:seam:instrument:{item.instrument.instrument_id}:v{item.number}"

    item_guid_is_permalink = False

    def item_updateddate(self, item: Any) -> dt.datetime:
        updated: dt.datetime = item.recorded_entry.recorded_at
        return updated


def calendar(request: HttpRequest) -> HttpResponse:
    """Days on which instruments come into force or end, from today on, as iCalendar (RFC 5545)."""
    today = timezone.localdate()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//SEAM//coming dates//EN"]
    for instrument in get_instruments():
        for day, what in _dates(instrument):
            if day >= today:
                lines += _event(instrument, day, what)
    body = "\r\n".join(_folded(line) for line in [*lines, "END:VCALENDAR", ""])
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


def _dates(instrument: InstrumentState) -> list[tuple[dt.date, str]]:
    """Days known to the day; a year or a month is no appointment."""
    dated = [(event.since, event.status.value.replace("_", " ")) for event in instrument.events]
    dated += [(measure.start, "a measure starts") for measure in instrument.measures]
    dated += [(measure.until, "last day of a measure") for measure in instrument.measures]
    dated.append((instrument.until, "last day"))
    return [(date.first, what) for date, what in dated if date is not None and date.precision is Precision.DAY]


def _event(instrument: InstrumentState, day: dt.date, what: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{instrument.instrument_id}-{what.replace(' ', '-')}@seam",
        f"DTSTAMP:{day:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"SEQUENCE:{instrument.version}",
        f"SUMMARY:{_escaped(f'{instrument.country}: {instrument.title} ({what})')}",
        f"URL:{absolute(reverse('registry:instrument-detail', args=[instrument.instrument_id]))}",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
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
