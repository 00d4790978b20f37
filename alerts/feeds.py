"""Feeds of changes and instruments, Atom and JSON Feed 1.1, narrowed by country, domain, mineral or measure.

An entry keeps its id for ever; what is asked for again unchanged answers 304.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from alerts.languages import ENGLISH
from alerts.links import absolute
from alerts.telling import level_text
from registry.models import InstrumentVersion
from registry.paths import entry_path, instrument_path
from scoring.models import ScoreChange

_NEWEST = 100
#: Versions looked through for those that a filter leaves.
_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a feed. ``id`` is its own for ever; ``tags`` are codes of country, domain, minerals, measures."""

    id: str
    title: str
    text: str
    page: str
    at: dt.datetime
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    title: str
    subtitle: str
    home: str
    entries: Callable[[HttpRequest], Iterable[Entry]]


def _scores(request: HttpRequest) -> Iterable[Entry]:
    changes = ScoreChange.objects.all()
    for name in ("country", "domain"):
        if value := request.GET.get(name, ""):
            changes = changes.filter(**{name: value})
    for change in changes[:_NEWEST]:
        demo = " (demonstration data)" if change.is_demo else ""
        page = f"{reverse('scoring:changes')}#{change.change_id}"
        tags = tuple(tag for tag in (change.country, change.domain, change.cause) if tag)
        text = f"{change.sentence}{demo} {_proved(change.recorded_entry_id)}"
        yield Entry(f"urn:seam:change:{change.change_id}", change_title(change), text, page, change.recorded_at, tags)


def change_title(change: ScoreChange) -> str:
    """Country, domain, old to new; or that nothing moved."""
    country = ENGLISH.country(change.country)
    if not change.is_moved:
        return f"{country}: new measure on record, no score changes"
    old, new = level_text(change.old), level_text(change.new)
    return ENGLISH.say("scores", "title", country=country, domain=ENGLISH.domain(change.domain), old=old, new=new)


def _instruments(request: HttpRequest) -> Iterable[Entry]:
    versions = InstrumentVersion.objects.select_related("instrument__country", "recorded_entry").order_by("-pk")
    if country := request.GET.get("country", ""):
        versions = versions.filter(instrument__country=country)
    wanted = [request.GET[name] for name in ("mineral", "measure") if request.GET.get(name)]
    count = 0
    for version in versions[: _LOOKED_AT if wanted else _NEWEST]:
        entry = _version_entry(version)
        if set(wanted) <= set(entry.tags):
            yield entry
            count += 1
        if count == _NEWEST:
            return


def _version_entry(version: InstrumentVersion) -> Entry:
    public_id, measures = version.instrument.instrument_id, version.content.get("measures") or []
    minerals = {mineral for measure in measures for mineral in measure.get("minerals") or ()}
    codes = {measure["code"] for measure in measures}
    return Entry(
        id=f"urn:seam:instrument:{public_id}:v{version.number}",
        title=f"{version.instrument.country}: {version.content['title']}",
        text=f"{version.details.get('quote') or version.content['title']} {_proved(version.recorded_entry_id)}",
        page=instrument_path(public_id),
        at=version.recorded_entry.recorded_at,
        tags=(version.instrument.country_id, *sorted(minerals), *sorted(codes)),
    )


def _proved(entry: int) -> str:
    return f"Log entry {entry}: {absolute(entry_path(entry))}"


_SCORES = Topic("SEAM: score changes", "What moved, why, and where it is proved", "/changes/", _scores)
_INSTRUMENTS = Topic(
    "SEAM: instruments and measures", "What was approved for the register, newest first", "/instruments/", _instruments
)


def _atom(request: HttpRequest, topic: Topic) -> HttpResponseBase:
    feed: Any = Atom1Feed(
        title=topic.title,
        link=absolute(topic.home),
        description="",
        subtitle=topic.subtitle,
        language="en",
        feed_url=absolute(request.get_full_path()),
    )
    entries = list(topic.entries(request))
    for entry in entries:
        feed.add_item(
            title=entry.title,
            link=absolute(entry.page),
            description=entry.text,
            unique_id=entry.id,
            updateddate=entry.at,
            pubdate=entry.at,
            categories=entry.tags,
        )
    # an empty feed has no newest entry: its date stands still, so that its tag does
    feed.latest_post_date = lambda: max((entry.at for entry in entries), default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    return _conditional(request, feed.writeString("utf-8").encode(), feed.content_type, entries)


def _json(request: HttpRequest, topic: Topic) -> HttpResponseBase:
    entries = list(topic.entries(request))
    plain = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": topic.title,
        "description": topic.subtitle,
        "home_page_url": absolute(topic.home),
        "feed_url": absolute(request.get_full_path()),
        "language": "en",
        "items": [
            {
                "id": entry.id,
                "url": absolute(entry.page),
                "title": entry.title,
                "content_text": entry.text,
                "date_published": entry.at.isoformat(),
                "tags": list(entry.tags),
            }
            for entry in entries
        ],
    }
    return _conditional(request, json.dumps(plain, ensure_ascii=False).encode(), "application/feed+json", entries)


def _conditional(request: HttpRequest, body: bytes, content_type: str, entries: list[Entry]) -> HttpResponseBase:
    return conditional(request, body, content_type, max((entry.at for entry in entries), default=None))


def conditional(
    request: HttpRequest, body: bytes, content_type: str, newest: dt.datetime | None = None
) -> HttpResponseBase:
    """The body, or 304 where the reader has it already; the tag is of the bytes themselves."""
    response = HttpResponse(body, content_type=content_type)
    response["ETag"] = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response["Cache-Control"] = "public, max-age=60"
    if newest is not None:
        response["Last-Modified"] = http_date(newest.timestamp())
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return found or response


@require_safe
def scores_atom(request: HttpRequest) -> HttpResponseBase:
    return _atom(request, _SCORES)


@require_safe
def scores_json(request: HttpRequest) -> HttpResponseBase:
    return _json(request, _SCORES)


@require_safe
def instruments_atom(request: HttpRequest) -> HttpResponseBase:
    return _atom(request, _INSTRUMENTS)


@require_safe
def instruments_json(request: HttpRequest) -> HttpResponseBase:
    return _json(request, _INSTRUMENTS)
