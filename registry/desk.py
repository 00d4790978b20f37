"""What an officer's day holds: whose countries, which flags, drafts, reviews, feeds and dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from registry.auth import PERMISSIONS, memberships_of
from registry.choices import DraftState, FactStatus, FeedState, FlagState
from registry.domain.dates import PartialDate
from registry.domain.enforcement import is_derived
from registry.domain.facts import Fact
from registry.domain.instruments import InstrumentState
from registry.domain.news.verdicts import Verdict
from registry.domain.staleness import as_of, months_over
from registry.models import (
    Comment,
    Country,
    EnforcementRecord,
    FactVersion,
    Feed,
    FeedEntry,
    Flag,
    Instrument,
    InstrumentVersion,
    User,
)
from registry.permissions import DECIDES
from registry.services.vocabularies import review_intervals

#: How far ahead the desk looks for dates, and how long a feed may be silent before it is worth a look.
AHEAD = dt.timedelta(days=60)
SILENT_AFTER = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Coming:
    """A date of an approved instrument that lies ahead; ``what`` happens then, as words."""

    when: PartialDate
    what: str
    instrument_id: str
    title: str
    country: str


@dataclass(frozen=True, slots=True)
class StaleFact:
    """An accepted fact whose review is due: the time it is of, and how many months it is over."""

    version: FactVersion
    as_of: PartialDate
    months_over: int


@dataclass(frozen=True, slots=True)
class FactsToSee:
    """Facts of a person's countries: proposals that wait for somebody, and facts gone stale, the longest first."""

    proposals: list[FactVersion]
    stale: list[StaleFact]


@dataclass(frozen=True, slots=True)
class Watch:
    """How the feeds fare: those enabled, and what the last 24 hours brought."""

    feeds: int
    last_poll_at: dt.datetime | None
    entries: int
    flags: int
    joined: int


def countries_of(user: User, permission: str) -> frozenset[str] | None:
    """Countries in which a person holds a permission; None is the whole region."""
    from_memberships = _memberships_with(user, permission)
    if user.is_superuser or any(country is None for country in from_memberships):
        return None
    return frozenset(country for country in from_memberships if country)


def desk_name(user: User) -> str:
    """How the desk of a person is called: by its country, its countries or the region."""
    codes = countries_of(user, "registry.view_instrument")
    if codes is None:
        return "Regional desk"
    names = list(Country.objects.filter(pk__in=codes).values_list("name", flat=True))
    return f"{', '.join(names)} desk" if names else "Your desk"


def get_flags(user: User) -> QuerySet[Flag]:
    """Flags that a person may decide on, newest first."""
    flags = Flag.objects.select_related("entry__feed", "country").order_by("-raised_at", "-pk")
    codes = countries_of(user, "registry.decide_flag")
    return flags if codes is None else flags.filter(Q(country__in=codes) | Q(country=None))


def get_open_flags(user: User) -> QuerySet[Flag]:
    return awake(get_flags(user))


def awake(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """Open flags that nobody has put off to a later day."""
    put_off = Q(snoozed_until__gt=timezone.now())
    return flags.filter(state=FlagState.OPEN).exclude(put_off)


def get_verdicts(since: dt.datetime) -> list[Verdict]:
    """What officers said of flags since an instant, newest first."""
    decided = Flag.objects.filter(decided_at__gte=since, state__in=(FlagState.CONFIRMED, FlagState.DISMISSED))
    rows = decided.select_related("entry__feed").order_by("-decided_at")
    return [
        Verdict(
            decided_on=flag.decided_at.date() if flag.decided_at else since.date(),
            source=flag.entry.feed.title,
            rules=tuple(dict.fromkeys(r["rule"] for r in flag.reasons if float(r.get("weight") or 0) > 0)),
            right=flag.state == FlagState.CONFIRMED,
        )
        for flag in rows
    ]


def get_instruments_of(user: User) -> QuerySet[Instrument]:
    """Records a person sees at the desk: those of their countries, and of others what is approved."""
    records = Instrument.objects.select_related("country", "source")
    codes = countries_of(user, "registry.view_instrument")
    return records if codes is None else records.filter(Q(country__in=codes) | Q(state=DraftState.APPROVED))


def get_records_of(user: User) -> QuerySet[EnforcementRecord]:
    """Enforcement records a person sees at the desk: those of their countries, and of others what is approved."""
    records = EnforcementRecord.objects.select_related("country", "source", "instrument", "facility")
    codes = countries_of(user, "registry.view_enforcementrecord")
    return records if codes is None else records.filter(Q(country__in=codes) | Q(state=DraftState.APPROVED))


def get_records_to_review(user: User) -> QuerySet[EnforcementRecord]:
    """Enforcement records submitted by others that a person may approve, longest waiting first."""
    codes = countries_of(user, "registry.approve_enforcementrecord")
    waiting = EnforcementRecord.objects.select_related("country").filter(state=DraftState.SUBMITTED)
    waiting = waiting.exclude(drafted_by=user.public_id).exclude(submitted_by=user.public_id).order_by("changed_at")
    return waiting if codes is None else waiting.filter(country__in=codes)


def get_reviews(user: User) -> QuerySet[Instrument]:
    """Records submitted by others that a person may approve, longest waiting first."""
    codes = countries_of(user, "registry.approve_instrument")
    waiting = Instrument.objects.select_related("country").filter(state=DraftState.SUBMITTED)
    waiting = waiting.exclude(drafted_by=user.public_id).exclude(submitted_by=user.public_id).order_by("changed_at")
    return waiting if codes is None else waiting.filter(country__in=codes)


def get_drafts(user: User) -> QuerySet[Instrument]:
    """Records a person is at work on: drafted, sent back, or waiting for a second officer."""
    unfinished = (DraftState.DRAFT, DraftState.SENT_BACK, DraftState.SUBMITTED)
    own = Instrument.objects.select_related("country").filter(state__in=unfinished, drafted_by=user.public_id)
    return own.order_by("changed_at")


def count_waiting(user: User) -> dict[str, int]:
    """How many records wait for a person, ``reviews`` to approve and ``drafts`` to finish, in one query."""
    return Instrument.objects.aggregate(
        reviews=Count("pk", filter=Q(pk__in=get_reviews(user).order_by().values("pk"))),
        drafts=Count("pk", filter=Q(pk__in=get_drafts(user).order_by().values("pk"))),
    )


def get_facts_to_see(user: User, on: dt.date) -> FactsToSee:
    """In one query: what waits to be accepted, own proposals aside, and what is due to be looked at again."""
    current = FactVersion.objects.current().exclude(status=FactStatus.WITHDRAWN).exclude(kind="production_total")
    codes = countries_of(user, "registry.add_factversion")
    rows = current if codes is None else current.filter(country__in=codes)
    found = list(rows.select_related("source").order_by("recorded_entry_id"))
    proposals = [each for each in found if each.status == FactStatus.PROPOSED and each.recorded_by != user.public_id]
    waiting = {each.fact_id for each in found if each.status == FactStatus.PROPOSED}
    stale = [each for each in map(partial(_stale, on=on), found) if each and each.version.fact_id not in waiting]
    return FactsToSee(proposals, sorted(stale, key=lambda each: (-each.months_over, each.version.fact_id)))


def _stale(version: FactVersion, on: dt.date) -> StaleFact | None:
    if version.status != FactStatus.ACCEPTED or is_derived(version.fact_id):
        return None
    fact = Fact.from_json(version.content)
    known = as_of(fact, version.source.date if version.source else "")
    ended = fact.valid_until is not None and fact.valid_until.last < on
    months = review_intervals().months(version.kind)
    if known is None or ended or months is None:
        return None
    over = months_over(known, months, on.year, on.month)
    return StaleFact(version, known, over) if over > 0 else None


def get_comments_to(user: User) -> QuerySet[Comment]:
    """Open comments that ask for a person's attention, longest waiting first."""
    asks = Q(asked=user.public_id)
    for subject, permission in DECIDES.items():
        codes = countries_of(user, permission)
        where = Q() if codes is None else Q(country__in=codes)
        asks |= Q(asked="", subject=subject) & where
    return Comment.objects.filter(asks, answered_at=None, withdrawn_at=None).exclude(by=user.public_id)


def get_unfinished_records(user: User) -> QuerySet[EnforcementRecord]:
    """Enforcement records that wait for a person: to be approved, or to be finished."""
    mine = Q(drafted_by=user.public_id) & ~Q(state=DraftState.APPROVED)
    rows = EnforcementRecord.objects.select_related("country").order_by("changed_at")
    return rows.filter(mine | Q(pk__in=get_records_to_review(user).order_by().values("pk")))


def get_watch(now: dt.datetime) -> tuple[Watch, list[Feed]]:
    """How the feeds fare, and those that fail, moved, or are silent for longer than they should be: in two queries.

    What needs a person comes first, then what moved, then the longest silent.
    """
    enabled = list(Feed.objects.filter(is_enabled=True))
    day = now - dt.timedelta(days=1)
    seen, raised = Q(first_seen_at__gte=day), Q(flags__raised_at__gte=day)
    # An entry has one flag at most, so joining the two counts nothing twice.
    news = FeedEntry.objects.filter(seen | raised).aggregate(
        entries=Count("pk", filter=seen),
        flagged=Count("flags", filter=raised),
        joined=Count("flags", filter=raised & Q(flags__state=FlagState.JOINED)),
    )
    polled = max((feed.last_attempt_at for feed in enabled if feed.last_attempt_at), default=None)
    watch = Watch(len(enabled), polled, entries=news["entries"], flags=news["flagged"], joined=news["joined"])
    return watch, sorted((feed for feed in enabled if _is_troubled(feed, now)), key=_worst_first)


def _is_troubled(feed: Feed, now: dt.datetime) -> bool:
    silent = feed.last_success_at is not None and feed.last_success_at < now - SILENT_AFTER
    return feed.state != FeedState.OK or silent or bool(feed.proposed_url)


def _worst_first(feed: Feed) -> tuple[int, float]:
    rank = 0 if feed.state == FeedState.NEEDS_PERSON else 1 if feed.proposed_url else 2
    return rank, feed.last_success_at.timestamp() if feed.last_success_at else 0.0


def get_coming(user: User, on: dt.date) -> list[Coming]:
    """Dates of approved instruments within `AHEAD`, soonest first."""
    versions = InstrumentVersion.objects.current().select_related("instrument__country")
    codes = countries_of(user, "registry.view_instrument")
    if codes is not None:
        versions = versions.filter(instrument__country__in=codes)
    found = [coming for version in versions for coming in _coming(version, on)]
    return sorted(found, key=lambda coming: coming.when.first)


def _coming(version: InstrumentVersion, on: dt.date) -> Iterator[Coming]:
    state = InstrumentState.from_json(version.content)
    for when, what in _dates(state):
        if on < when.first <= on + AHEAD:
            yield Coming(when, what, state.instrument_id, state.title, version.instrument.country.name)


def _dates(state: InstrumentState) -> Iterator[tuple[PartialDate, str]]:
    for event in state.events:
        if event.since:
            yield event.since, event.status.value.replace("_", " ")
    for measure in state.measures:
        if measure.start:
            yield measure.start, f"{measure.code.value.replace('_', ' ')} starts"
        if measure.until:
            yield measure.until, f"{measure.code.value.replace('_', ' ')} ends"
    if state.until:
        yield state.until, "ends"


def _memberships_with(user: User, permission: str) -> list[str | None]:
    return [country for role, country in memberships_of(user) if permission in PERMISSIONS[role]]
