"""Events as EPCIS asks for them: a page at a time, by time or by record, only those the reader may see.

An event is seen by whoever sees every lot it names. A page costs the same wherever it lies: it goes on after the last
event of the page before, along an index. Where a question names several kinds or facilities, each is asked by itself
along its own index and the answers are merged, since a database that joins them would sort all there is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from ledger.models import Leaf, TreeHead
from registry.models import Facility
from traceability.domain.epcis.names import Names, named
from traceability.domain.epcis.query import EventQuery, LotMatch, PartMatch
from traceability.domain.epcis.words import as_event_id
from traceability.domain.facts import EventFact
from traceability.domain.sharing import Level
from traceability.domain.vocabulary import BIRTH_ROLES, EventKind
from traceability.exchange.epcis import Place, Writing
from traceability.loading import load_events_by_key, load_lots_with_assays
from traceability.models import Event, EventLine, Lot, Sharing
from traceability.selectors.visibility import can_view_all, get_lots, get_parties, masked_lots

#: As many lots a reader sees, or events a question leads to, are looked up one by one; more are met on the way.
_FEW = 2_000
#: Kinds × facilities of a question that are asked one by one.
_MOST_STREAMS = 40

_BEGINNING = dt.datetime(1, 1, 1, 0, 0, 1, tzinfo=dt.UTC)

#: Time and log entry of the last event of a page, after which the next one goes on.
Mark = tuple[dt.datetime, int]


@dataclass(frozen=True)
class EventPage:
    """Events in order with what they are written with; ``next`` is None on the last page."""

    events: list[EventFact]
    writing: Writing
    next: Mark | None


@dataclass
class _Asked:
    """A question as conditions: ``where`` for all, ``kinds`` and ``facilities`` that are asked one by one."""

    query: EventQuery
    where: Q = field(default_factory=Q)
    kinds: list[EventKind] = field(default_factory=list)
    facilities: list[int] = field(default_factory=list)
    is_narrow: bool = False


def get_event_page(query: EventQuery, user: Any, names: Names, *, count: int, after: Mark | None = None) -> EventPage:
    """At most ``count`` events of a question, after a mark."""
    rows = [] if query.asks_nothing else _rows(query, user, names, count + 1, after)
    events, writing = load_written([key for key, *_ in rows[:count]], user, names)
    return EventPage(events, writing, (rows[count - 1][1], rows[count - 1][2]) if len(rows) > count else None)


def count_events(query: EventQuery, user: Any, names: Names, *, most: int) -> int:
    """How many events a question has, counted to one above ``most``."""
    if query.asks_nothing:
        return 0
    asked = _asked(query, user, names)
    found = _events(asked).filter(_generic(asked))
    return found.order_by()[: most + 1].count()


def get_event_keys(uri: str, user: Any, names: Names) -> list[int]:
    """The event that a URI names, as a list of none or one: by its address in the log, or the id it was reported by."""
    return list(Event.objects.filter(_named(uri, names)).filter(_seen(user)).values_list("pk", flat=True)[:1])


def load_written(keys: Sequence[int], user: Any, names: Names) -> tuple[list[EventFact], Writing]:
    """Events in the order of their keys, and what they are written with for this reader."""
    facts = load_events_by_key(keys)
    events = [facts[key] for key in keys]
    born = {line.lot_id for one in events for line in one.lines if line.role in BIRTH_ROLES.get(one.kind, ())}
    lots, assays = load_lots_with_assays(born)
    masked: set[str] = set()
    if not can_view_all(user):
        lines = EventLine.objects.filter(event__in=keys).order_by()
        masked = masked_lots(set(lines.values_list("lot_id", flat=True)), user)
    return events, Writing(names, _places(keys), lots, assays, masked)


def _places(keys: Sequence[int]) -> dict[str, Place]:
    columns = ("event_id", "recorded_entry_id", "recorded_entry__recorded_at", "corrected_by__event_id",
               "corrected_by__recorded_entry_id", "corrected_by__recorded_entry__recorded_at")  # fmt: skip
    found: dict[str, Place] = {}
    for event_id, entry, at, by, by_entry, by_at in Event.objects.filter(pk__in=keys).order_by().values_list(*columns):
        found[event_id] = Place(entry, at, by, by_at)
        if by:
            found.setdefault(by, Place(by_entry, by_at))
    return found


def _rows(query: EventQuery, user: Any, names: Names, most: int, after: Mark | None) -> list[tuple[Any, ...]]:
    """(key, time, log entry) of the first events, in order."""
    asked = _asked(query, user, names)
    order = ("recorded_entry_id",) if query.by_record else ("occurred_at", "recorded_entry_id")
    events = _events(asked).filter(_after(query, after))
    events = events.order_by(*(f"-{column}" if query.descending else column for column in order))
    rows: list[tuple[Any, ...]] = []
    for stream in _streams(asked):
        rows += events.filter(stream).values_list("pk", "occurred_at", "recorded_entry_id")[:most]
    rows.sort(key=lambda row: row[2:] if query.by_record else row[1:], reverse=query.descending)
    return rows[:most]


def _after(query: EventQuery, mark: Mark | None) -> Q:
    if mark is None:
        return Q()
    beyond, (at, entry) = "lt" if query.descending else "gt", mark
    later = Q(**{f"recorded_entry_id__{beyond}": entry})
    if query.by_record:
        return later
    # The first condition says the same once more, in the one form that both databases follow an index by.
    return Q(**{f"occurred_at__{beyond}e": at}) & (Q(**{f"occurred_at__{beyond}": at}) | Q(later, occurred_at=at))


def _streams(asked: _Asked) -> Iterator[Q]:
    """Conditions whose events lie in order in an index each; one for all where that index is not wanted."""
    whole = len(asked.kinds) == len(EventKind)
    places: list[int | None] = [*asked.facilities] or [None]
    kinds: list[EventKind | None] = [None] if whole and places == [None] else [*asked.kinds]
    few = len(kinds) * len(places) <= _MOST_STREAMS
    if asked.is_narrow or asked.query.by_record or not few:
        yield _generic(asked)
        return
    for kind, place in product(kinds, places):
        yield (Q(kind=kind.value) if kind else Q()) & (Q(facility=place) if place else Q())


def _generic(asked: _Asked) -> Q:
    """All kinds and facilities at once, in a form that no index is chosen for."""
    found = Q()
    if len(asked.kinds) < len(EventKind):
        found &= Q(plain_kind__in=[kind.value for kind in asked.kinds])
    if asked.facilities:
        found &= Q(plain_facility__in=asked.facilities)
    return found


def _events(asked: _Asked) -> QuerySet[Any]:
    plain = {"plain_kind": Concat("kind", Value("")), "plain_facility": F("facility_id") + Value(0)}
    return Event.objects.alias(**plain).filter(asked.where)


def _asked(query: EventQuery, user: Any, names: Names) -> _Asked:
    asked = _Asked(query, kinds=sorted(query.kinds), where=_seen(user))
    asked.where &= _times(query)
    for part in query.parts:
        _add_part(asked, part)
    for match in query.lots:
        _narrow(asked, EventLine.objects.filter(_lines_of(match)), "event_id")
    for uris in query.event_uris:
        asked.where &= _any(_named(uri, names) for uri in uris)
        asked.is_narrow = True
    if query.is_corrected is True:
        by = Q() if query.correctors is None else _any(_named(uri, names) for uri in query.correctors)
        _narrow(asked, Event.objects.filter(by, corrects__isnull=False), "corrects_id")
    elif query.is_corrected is False:
        asked.where &= Q(corrected_by=None)
    return asked


def _times(query: EventQuery) -> Q:
    found, times = Q(), query.times
    for name, column in (
        ("eventTime", "occurred_at"),
        ("recordTime", "recorded_entry__recorded_at"),
        ("errorDeclarationTime", "corrected_by__recorded_entry__recorded_at"),
    ):
        if since := times.get(f"GE_{name}"):
            found &= Q(**{f"{column}__gt": _just_before(since)})
        if until := times.get(f"LT_{name}"):
            found &= Q(**{f"{column}__lte": _just_before(until)})
    if (since := times.get("GE_recordTime")) and (known := _last_entry_before(since)):
        found &= Q(recorded_entry_id__gt=known)
    return found


def _just_before(at: dt.datetime) -> dt.datetime:
    """A microsecond earlier, than which nothing is finer. SQLite compares text, where the three digits of its own clock
    are less than the same instant with six."""
    return max(at.astimezone(dt.UTC), _BEGINNING) - dt.timedelta(microseconds=1)


def _last_entry_before(at: dt.datetime) -> int | None:
    """A log entry that, with all of smaller numbers, was recorded before an instant: the last of a sealing before it.
    Numbers are given out in order, and an entry's instant is not after its number was given out."""
    size = TreeHead.objects.filter(sealed_at__lt=at).order_by("-sealed_at").values_list("size", flat=True).first()
    return Leaf.objects.filter(index=size - 1).values_list("entry_id", flat=True).first() if size else None


def _add_part(asked: _Asked, part: PartMatch) -> None:
    ids = {named(uri) for uri in part.uris}
    column = "party_id" if "party" in part.column else "facility_id"
    model: Any = Event._meta.get_field(part.column).related_model
    keys = sorted(model.objects.filter(**{f"{column}__in": ids}).values_list("pk", flat=True))
    if not keys:
        asked.where &= Q(pk=None)
    elif part.column == "facility" and not asked.facilities:
        asked.facilities = keys
    else:
        asked.where &= Q(**{f"{part.column}__in": keys})


def _narrow(asked: _Asked, rows: QuerySet[Any], column: str) -> None:
    """Only the events that some rows lead to: one by one where they are few."""
    found = rows.order_by().values_list(column, flat=True).distinct()
    keys = list(found[: _FEW + 1])
    asked.where &= Q(pk__in=keys if len(keys) <= _FEW else found)
    asked.is_narrow = True


def _lines_of(match: LotMatch) -> Q:
    lots = Lot.objects.filter(lot_id__in={named(uri) for uri in match.uris})
    found = Q(lot__in=list(lots.order_by().values_list("pk", flat=True)))
    if len(match.roles) < len(EventLine._meta.get_field("role").choices or ()):
        found &= Q(role__in=[role.value for role in match.roles], event__kind__in=[kind.value for kind in match.kinds])
    return found


def _named(uri: str, names: Names) -> Q:
    number = names.number_of(uri)
    if number is not None:
        return Q(recorded_entry=number)
    return Q(event_id__in={uri, as_event_id(uri)})


def _any(conditions: Iterator[Q]) -> Q:
    found = Q(pk=None)
    for condition in conditions:
        found |= condition
    return found


def _seen(user: Any) -> Q:
    """Events whose lots the reader all sees. Where these lots are few, only their events are looked at."""
    if can_view_all(user):
        return Q()
    seen = _seen_lots(user)
    closed = EventLine.objects.filter(event=OuterRef("pk")).exclude(lot__in=seen)
    found = Q(~Exists(closed), Exists(EventLine.objects.filter(event=OuterRef("pk"))))
    keys = list(seen.order_by().values_list("pk", flat=True)[: _FEW + 1])
    if len(keys) <= _FEW:
        found &= Q(pk__in=EventLine.objects.filter(lot__in=keys).values("event"))
    return found


def _seen_lots(user: Any) -> QuerySet[Lot]:
    """As `get_lots`; where no holder has opened its lots to all, in the form that the index of public lots serves."""
    opened = Sharing.objects.current().filter(level=Level.PUBLIC.value).exclude(party=None)
    if get_parties(user) or opened.exists():
        return get_lots(user)
    return Lot.objects.filter(is_public=True)


def get_lot_ids(user: Any, *, after: str, count: int, only: str | None = None) -> list[str]:
    """Lots the reader may see, by id."""
    lots = get_lots(user).filter(lot_id__gt=after) if only is None else get_lots(user).filter(lot_id=only)
    return list(lots.order_by("lot_id").values_list("lot_id", flat=True)[:count])


def get_places_of_events(user: Any, *, shipped: bool, after: str, count: int, only: str | None = None) -> list[str]:
    """Facilities of events the reader may see, by id; without ``shipped`` not those that something only left."""
    events = Event.objects.filter(_seen(user), facility=OuterRef("pk"))
    if not shipped:
        events = events.exclude(kind=EventKind.SHIP.value)
    places = Facility.objects.filter(Exists(events))
    places = places.filter(facility_id__gt=after) if only is None else places.filter(facility_id=only)
    return list(places.order_by("facility_id").values_list("facility_id", flat=True)[:count])
