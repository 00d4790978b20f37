"""Enforcement records as pages show them: a row, and the page of one with its versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from registry.choices import label
from registry.comparing import ChangeLine, Words, changes_between, contents_of
from registry.domain.dates import Basis, Certainty, PartialDate
from registry.domain.enforcement import EnforcementState, Standing, fact_id_of
from registry.models import EnforcementVersion
from registry.parts import Link, ProofMark, SourceMark
from registry.paths import enforcement_path, facility_path, fact_path, instrument_path, issuer_path
from registry.wording import listed, source_mark


@dataclass(frozen=True, slots=True)
class Names:
    """What codes and ids are called: countries, minerals, approved instruments, facilities that have a page."""

    countries: Mapping[str, str]
    minerals: Mapping[str, str]
    instruments: Mapping[str, str]
    facilities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EnforcementRow:
    record_id: str
    href: str
    title: str
    kind: str
    is_incident: bool
    country: Link
    since: PartialDate | None
    until: PartialDate | None
    badge: str
    badge_words: str
    minerals: str
    touches: str
    where: str
    facility: Link | None
    instrument: Link | None
    party: str
    amount: str
    quantity: str
    reading: str
    source: SourceMark | None
    proof: ProofMark
    is_demo: bool


@dataclass(frozen=True, slots=True)
class RecordVersion:
    number: int
    recorded_at: dt.datetime
    drafted_by: str
    approved_by: str
    reason: str
    proof: ProofMark
    shown: bool
    changes: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class EnforcementPage:
    row: EnforcementRow
    quote: str
    note: str
    source_title: str
    source_publisher: str
    source_date: PartialDate | None
    source_url: str
    sha256: str
    facts: tuple[Link, ...]
    versions: tuple[RecordVersion, ...]


def enforcement_row(version: EnforcementVersion, on: dt.date, names: Names, query: str = "") -> EnforcementRow:
    state, details = EnforcementState.from_json(version.content), version.details
    href = enforcement_path(state.record_id)
    badge, words = _badge(state, on)
    return EnforcementRow(
        record_id=state.record_id,
        href=href + query,
        title=state.title[:1].upper() + state.title[1:],
        kind=label(state.kind),
        is_incident=state.is_incident,
        country=Link(names.countries.get(state.country, state.country), issuer_path(state.country, query)),
        since=state.since,
        until=state.until,
        badge=badge,
        badge_words=words,
        minerals=listed(state.minerals, names.minerals, every=""),
        touches=listed(state.touches, names.countries, every="", proper=True),
        where=", ".join(filter(None, (details.get("facility_name") or "", state.area))),
        facility=_facility(state, names, query),
        instrument=_instrument(state, names, query),
        party=state.party,
        amount=f"{_plain(state.amount)} {state.currency}" if state.amount is not None else "",
        quantity=f"{_plain(state.quantity_t)} t" if state.quantity_t is not None else "",
        reading=f"Enforcement is {state.reading.value}" if state.reading else "",
        source=source_mark({**(details.get("source") or {}), "section": details.get("section")}, f"{href}#source"),
        proof=ProofMark(version.recorded_entry_id),
        is_demo=bool(details.get("is_demo")),
    )


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _badge(state: EnforcementState, on: dt.date) -> tuple[str, str]:
    """(key, words) of a badge: whether a lasting action is in effect on the day, else where the matter stands."""
    if state.standing is Standing.OVERTURNED:
        return "annulled", "Overturned"
    effect = state.in_effect(on)
    if effect is not None:
        words = {Certainty.YES: "In effect", Certainty.PERHAPS: "Perhaps in effect", Certainty.NO: "Ended"}
        return {Certainty.YES: "in_force", Certainty.PERHAPS: "perhaps", Certainty.NO: "ended"}[effect], words[effect]
    return ("reference", label(state.standing)) if state.standing else ("unknown", "")


def _facility(state: EnforcementState, names: Names, query: str) -> Link | None:
    known = names.facilities.get(state.facility or "")
    return Link(known[:1].upper() + known[1:], facility_path(state.facility or "") + query) if known else None


def _instrument(state: EnforcementState, names: Names, query: str) -> Link | None:
    known = names.instruments.get(state.instrument or "")
    return Link(known[:1].upper() + known[1:], instrument_path(state.instrument or "") + query) if known else None


def enforcement_page(
    versions: Sequence[EnforcementVersion], shown: EnforcementVersion, on: dt.date, names: Names, query: str = ""
) -> EnforcementPage:
    """The page of one version as it stands on a day; ``versions`` are all approved ones, oldest first."""
    details: Mapping[str, Any] = shown.details
    source = details.get("source") or {}
    return EnforcementPage(
        row=enforcement_row(shown, on, names, query),
        quote=details.get("quote") or "",
        note=details.get("note") or "",
        source_title=source.get("title") or "",
        source_publisher=source.get("publisher") or "",
        source_date=PartialDate.parse(source["date"], Basis.SOURCE_DATE) if source.get("date") else None,
        source_url=source.get("url") or "",
        sha256=source.get("sha256") or "",
        facts=tuple(_facts(shown)),
        versions=tuple(_versions(versions, shown, {**names.countries, **names.minerals})),
    )


def _facts(shown: EnforcementVersion) -> list[Link]:
    """The fact that a score reads of it, and the one of the paper that says the same."""
    found = []
    if shown.content["reading"]:
        found.append(Link("the fact that gate G1 reads", fact_path(fact_id_of(shown.content["record_id"]))))
    if shown.details.get("rests_on"):
        found.append(Link("the fact of the paper that it rests on", fact_path(shown.details["rests_on"])))
    return found


def _versions(
    versions: Sequence[EnforcementVersion], shown: EnforcementVersion, names: Mapping[str, str]
) -> list[RecordVersion]:
    words = Words(names)
    changes = [changes_between(contents_of(old), contents_of(new), words) for old, new in pairwise(versions)]
    rows = [
        RecordVersion(
            number=version.number,
            recorded_at=version.recorded_entry.recorded_at,
            drafted_by=version.drafted_by,
            approved_by=version.approved_by,
            reason=version.recorded_entry.reason,
            proof=ProofMark(version.recorded_entry_id),
            shown=version.pk == shown.pk,
            changes=tuple(lines),
        )
        for version, lines in zip(versions, [[], *changes], strict=True)
    ]
    return rows[::-1]
