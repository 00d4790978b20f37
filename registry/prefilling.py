"""From a flag's rows to the first values of an instrument's form."""

from __future__ import annotations

from registry.domain.prefill import Prefill, Reading, Traits, prefill
from registry.models import FeedEntry, Flag
from registry.services.vocabularies import measure_words


def measure_traits() -> dict[str, Traits]:
    return {code: Traits(row["direction"] or "", row["pillar"] or "") for code, row in measure_words().items()}


def reading_of(flag: Flag) -> Reading:
    entry = flag.entry
    return Reading(
        title=entry.title,
        summary=entry.summary,
        published=published_on(entry),
        country=flag.country_id,
        minerals=tuple(flag.minerals),
        hs=tuple(flag.hs),
        measure=flag.measure,
        change_kind=flag.change_kind,
        effective=flag.effective,
        counterparts=tuple(flag.counterpart or ()),
        matched=tuple(reason["text"] for reason in flag.reasons if reason.get("text")),
    )


def prefill_of(flag: Flag) -> Prefill:
    return prefill(reading_of(flag), measure_traits())


def published_on(entry: FeedEntry) -> str:
    """The day an entry was published as ``YYYY-MM-DD``; empty where its date is not to be trusted."""
    if entry.published_at is None or entry.is_date_unsure:
        return ""
    return entry.published_at.date().isoformat()
