"""The live state of what the register keeps in the log, object by object, for `verify_log` to compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ledger.domain.canonical import JSON
from ledger.tracking import track
from registry.models import (
    Comment,
    EnforcementRecord,
    EnforcementVersion,
    Facility,
    FactVersion,
    Feed,
    Flag,
    Instrument,
    InstrumentVersion,
    Party,
    Source,
    User,
)
from registry.states import (
    document_details,
    enforcement_details,
    enforcement_of,
    facility_state,
    party_state,
    person_state,
    relation_details,
    source_details,
)


def instrument_state(instrument: Instrument) -> JSON:
    """What the log holds of an instrument's record at the desk: its columns, measures and status events."""
    return {
        **_columns(instrument, _INSTRUMENT),
        "country": instrument.country_id,
        "source": instrument.source.key if instrument.source else None,
        "flag": instrument.flag.flag_id if instrument.flag else None,
        **({"review": instrument.review} if instrument.review else {}),
        "measures": [_columns(measure, _MEASURE) for measure in instrument.measures.order_by("number")],
        "events": [
            _columns(event, ("status", "since", "basis", "note"))
            for event in instrument.status_events.order_by("since", "pk")
        ],
        **_if_any("relations", relation_details(instrument)),
        **_if_any("documents", document_details(instrument)),
    }


def _if_any(name: str, rows: Sequence[Any]) -> dict[str, JSON]:
    """Nothing where there are no rows: entries made before a kind of row existed stay true."""
    return {name: [dict(row) for row in rows]} if rows else {}


def enforcement_state(row: EnforcementRecord) -> JSON:
    """What the log holds of an enforcement record at the desk, with numbers as any database gives them back."""
    return {
        **enforcement_of(row, version=0).to_json(),
        "amount": f"{row.amount:.2f}" if row.amount is not None else None,
        "quantity_t": f"{row.quantity_t:.3f}" if row.quantity_t is not None else None,
        **_columns(row, ("state", "drafted_by", "submitted_by", "review_note", "basis")),
        **enforcement_details(row),
    }


def version_state(version: InstrumentVersion | EnforcementVersion) -> JSON:
    return {
        "content": version.content,
        "details": version.details,
        "approved_by": version.approved_by,
        "drafted_by": version.drafted_by,
    }


def comment_state(made: Comment) -> JSON:
    """What the log holds of a comment."""
    return {
        "subject": made.subject,
        "subject_id": made.subject_id,
        "country": made.country_id,
        "text": made.text,
        "by": made.by,
        "asked": made.asked,
        "is_answered": made.answered_at is not None,
        "is_withdrawn": made.withdrawn_at is not None,
    }


def fact_state(fact: FactVersion) -> JSON:
    withdraws: dict[str, JSON] = {"withdraws": True} if fact.is_withdrawal else {}
    return {"status": fact.status, "content": fact.content, "recorded_by": fact.recorded_by, **withdraws}


def flag_state(flag: Flag) -> JSON:
    joined = flag.joined_to.flag_id if flag.joined_to else None
    columns = ("state", "countries", "minerals", "hs", "measure", "change_kind", "effective", "counterpart", "reasons",
               "decided_by", "decision_reason")  # fmt: skip
    later = {"snoozed_until": flag.snoozed_until.isoformat()} if flag.snoozed_until else {}
    entry = flag.entry.content_sha256
    return {**_columns(flag, columns), "entry": entry, "score": flag.score, "joined_to": joined, **later}


def feed_state(feed: Feed) -> JSON:
    return {
        **_columns(feed, ("title", "url", "publisher", "language", "is_enabled", "is_demo", "shortest_interval_s")),
        "country": feed.country_id,
        **({"is_unverified": True} if feed.is_unverified else {}),
        **({"note": feed.note} if feed.note else {}),
    }


_INSTRUMENT = ("title", "title_original", "number", "type", "legal_force", "scope", "pillar", "engagement_scope",
               "counterparts", "until", "section", "quote", "note", "state", "drafted_by", "submitted_by",
               "review_note", "is_demo")  # fmt: skip
_MEASURE = ("number", "code", "direction", "minerals", "materials", "hs", "stages", "destinations", "exemptions",
            "rate", "start", "until")  # fmt: skip


def _columns(row: Any, names: tuple[str, ...]) -> dict[str, JSON]:
    return {name: getattr(row, name) for name in names}


def _live_instruments() -> Iterator[tuple[str, JSON]]:
    rows = Instrument.objects.select_related("source", "flag").prefetch_related(
        "measures", "status_events", "relations__other", "documents"
    )
    for instrument in rows:
        yield instrument.instrument_id, instrument_state(instrument)


def _live_versions() -> Iterator[tuple[str, JSON]]:
    for version in InstrumentVersion.objects.select_related("instrument").iterator():
        yield f"{version.instrument.instrument_id}/v{version.number}", version_state(version)


def _live_enforcement() -> Iterator[tuple[str, JSON]]:
    for row in EnforcementRecord.objects.select_related("instrument", "facility", "source"):
        yield row.record_id, enforcement_state(row)


def _live_enforcement_versions() -> Iterator[tuple[str, JSON]]:
    for version in EnforcementVersion.objects.select_related("record").iterator():
        yield f"{version.record.record_id}/v{version.number}", version_state(version)


def _live_comments() -> Iterator[tuple[str, JSON]]:
    for made in Comment.objects.order_by("pk").iterator():
        yield made.comment_id, comment_state(made)


def _live_facts() -> Iterator[tuple[str, JSON]]:
    for fact in FactVersion.objects.iterator():
        yield f"{fact.fact_id}/v{fact.version}", fact_state(fact)


def _live_flags() -> Iterator[tuple[str, JSON]]:
    for flag in Flag.objects.select_related("entry", "joined_to"):
        yield flag.flag_id, flag_state(flag)


def _live_feeds() -> Iterator[tuple[str, JSON]]:
    for feed in Feed.objects.all():
        yield feed.feed_id, feed_state(feed)


def _live_sources() -> Iterator[tuple[str, JSON]]:
    for source in Source.objects.iterator():
        yield source.key, source_details(source)


def _live_parties() -> Iterator[tuple[str, JSON]]:
    for party in Party.objects.order_by().iterator():
        yield party.party_id, party_state(party)


def _live_facilities() -> Iterator[tuple[str, JSON]]:
    for facility in Facility.objects.order_by().select_related("operator", "source").iterator():
        yield facility.facility_id, facility_state(facility)


def _live_people() -> Iterator[tuple[str, JSON]]:
    """Whoever was given rights past the desk, or past the service, differs from what the log says of them."""
    for person in User.objects.order_by("pk"):
        yield person.public_id, person_state(person)


def track_all() -> None:
    track("instrument", _live_instruments)
    track("instrument_version", _live_versions)
    track("enforcement", _live_enforcement)
    track("enforcement_version", _live_enforcement_versions)
    track("comment", _live_comments)
    track("fact", _live_facts)
    track("flag", _live_flags)
    track("feed", _live_feeds)
    track("source", _live_sources)
    track("party", _live_parties)
    track("facility", _live_facilities)
    track("person", _live_people)
