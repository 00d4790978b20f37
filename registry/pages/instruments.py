"""Instruments as pages show them: the list, and one with its life, measures, sources and record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from registry.choices import label
from registry.comparing import ChangeLine, Words, changes_between, contents_of
from registry.domain.dates import Basis, Certainty, PartialDate, Precision
from registry.domain.instruments import (
    Direction,
    InstrumentState,
    MeasureState,
    Status,
    StatusEvent,
    in_force,
)
from registry.domain.timeline import Moment, Period, Timeline, timeline
from registry.models import InstrumentVersion
from registry.parts import Link, ProofMark, SourceMark
from registry.paths import document_path, instrument_path, issuer_path, judgement_path
from registry.states import step_keys
from registry.wording import basis_words, listed, measure_badge, measure_class, measure_title, source_mark, status_badge

_STARTING = (Status.IN_FORCE, Status.SIGNED)
_MADE = (Status.ADOPTED, Status.PUBLISHED, Status.SIGNED, Status.IN_FORCE)


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """An instrument in a table, as it stands on a day."""

    instrument_id: str
    href: str
    title: str
    country: Link
    counterparts: str
    kinds: str
    minerals: str
    hs: str
    since: PartialDate | None
    badge: str
    badge_words: str
    inferred: bool
    source: SourceMark | None
    is_demo: bool


@dataclass(frozen=True, slots=True)
class MeasureCard:
    number: int
    anchor: str
    name: str
    badge: str
    badge_words: str
    minerals: str
    materials: str
    hs: tuple[str, ...]
    destinations: str
    stages: str
    start: PartialDate | None
    until: PartialDate | None
    classes: str
    exemptions: str
    rate: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A dated step of an instrument's life, in words, with the desk's note on it."""

    words: str
    since: PartialDate | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version; ``shown`` is the one on the page."""

    number: int
    recorded_at: dt.datetime
    drafted_by: str
    approved_by: str
    reason: str
    proof: ProofMark
    href: str
    shown: bool
    changes: tuple[ChangeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """A file kept with the record: what is shown when its link has died."""

    href: str
    name: str
    role: str
    language: str
    url: str
    sha256: str
    size: int
    retrieved_at: dt.datetime


@dataclass(frozen=True, slots=True)
class InstrumentPage:
    row: InstrumentRow
    title_original: str
    number: str
    type: str
    legal_force: str
    made: PartialDate | None
    quote: str
    note: str
    judgement: Link | None
    source_title: str
    source_publisher: str
    source_date: PartialDate | None
    source_url: str
    sha256: str
    life: Timeline | None
    life_words: str
    happenings: tuple[Happening, ...]
    measures: tuple[MeasureCard, ...]
    versions: tuple[Version, ...]
    proof: ProofMark
    documents: tuple[Copy, ...]


def instrument_row(
    version: InstrumentVersion, on: dt.date, countries: Mapping[str, str], minerals: Mapping[str, str], query: str = ""
) -> InstrumentRow:
    state, details = InstrumentState.from_json(version.content), version.details
    badge, words = status_badge(state, on)
    covered = {code for measure in state.measures for code in measure.minerals or ()}
    since = _start(state)
    href = instrument_path(state.instrument_id)
    return InstrumentRow(
        instrument_id=state.instrument_id,
        href=href + query,
        title=title_of(state, details),
        country=Link(countries.get(state.country, state.country), issuer_path(state.country, query)),
        counterparts=listed(state.counterparts, countries, every="", proper=True),
        kinds=", ".join(dict.fromkeys(measure_title(measure) for measure in state.measures)),
        minerals=listed(sorted(covered), minerals, every=""),
        hs=", ".join(dict.fromkeys(code for measure in state.measures for code in measure.hs)),
        since=since,
        badge=badge,
        badge_words=words,
        inferred=bool(since and since.basis is Basis.INFERRED),
        source=source_mark({**(details.get("source") or {}), "section": details.get("section")}, f"{href}#sources"),
        is_demo=bool(details.get("is_demo")),
    )


def title_of(state: InstrumentState, details: Mapping[str, Any]) -> str:
    """The title as it heads a page: what a source only describes starts with a capital too."""
    return state.title[:1].upper() + state.title[1:]


def instrument_page(
    versions: Sequence[InstrumentVersion],
    shown: InstrumentVersion,
    on: dt.date,
    countries: Mapping[str, str],
    minerals: Mapping[str, str],
    query: str = "",
) -> InstrumentPage:
    """The page of one version as it stands on a day; ``versions`` are all approved ones, oldest first."""
    state, details = InstrumentState.from_json(shown.content), shown.details
    source = details.get("source") or {}
    life = timeline(_moments(state), _periods(state), on)
    judgement = details.get("judgement")
    return InstrumentPage(
        row=instrument_row(shown, on, countries, minerals, query),
        title_original=details.get("title_original") or "",
        number=details.get("number") or "",
        type=label(details["type"]) if details.get("type") else "",
        legal_force=label(details["legal_force"]).lower() if details.get("legal_force") else "",
        made=next((event.since for event in state.events if event.status in _MADE and event.since), None),
        quote=details.get("quote") or "",
        note=details.get("note") or "",
        judgement=Link(judgement, judgement_path(judgement)) if judgement else None,
        source_title=source.get("title") or "",
        source_publisher=source.get("publisher") or "",
        source_date=PartialDate.parse(source["date"]) if source.get("date") else None,
        source_url=source.get("url") or "",
        sha256=source.get("sha256") or "",
        life=life,
        life_words=_life_words(state, on),
        happenings=tuple(_happenings(state, details)),
        measures=tuple(_card(measure, state, details, on, countries, minerals) for measure in state.measures),
        versions=tuple(_versions(versions, shown, {**countries, **minerals})),
        proof=ProofMark(shown.recorded_entry_id),
        documents=tuple(_copy(row) for row in details.get("documents") or ()),
    )


def _copy(row: Mapping[str, Any]) -> Copy:
    return Copy(
        href=document_path(row["sha256"]),
        name=row["name"],
        role=label(row["role"]),
        language=row["language"],
        url=row["url"],
        sha256=row["sha256"],
        size=row["size"],
        retrieved_at=dt.datetime.fromisoformat(row["retrieved_at"]),
    )


def _card(
    measure: MeasureState,
    state: InstrumentState,
    details: Mapping[str, Any],
    on: dt.date,
    countries: Mapping[str, str],
    minerals: Mapping[str, str],
) -> MeasureCard:
    badge, words = measure_badge(measure, state, on)
    more = details.get("measures", {}).get(measure.measure_id, {})
    number = measure.measure_id.rpartition(".")[2]
    return MeasureCard(
        number=int(number),
        anchor=f"measure-{number}",
        name=measure_title(measure),
        badge=badge,
        badge_words=words,
        minerals=listed(measure.minerals, minerals),
        materials=listed(measure.materials),
        hs=measure.hs,
        destinations=listed(measure.destinations, countries, every="", proper=True),
        stages=listed(measure.stages, every=""),
        start=measure.start or _began(state),
        until=measure.until or state.until,
        classes=measure_class(measure.code),
        exemptions=more.get("exemptions") or "",
        rate=more.get("rate") or "",
    )


def _start(state: InstrumentState) -> PartialDate | None:
    """When it began; where that is not stated or it never did, when its first dated step was."""
    steps = [event.since for event in state.events if event.since]
    return _began(state) or next(iter(steps), None)


def _began(state: InstrumentState) -> PartialDate | None:
    """When it began; None where that is not stated, or it never did."""
    return next((event.since for event in state.events if event.status in _STARTING and event.since), None)


def _happenings(state: InstrumentState, details: Mapping[str, Any]) -> Iterable[Happening]:
    notes: Mapping[str, str] = details.get("status_notes") or {}
    keys = step_keys((event.status, event.since) for event in state.events)
    steps = sorted(
        zip(state.events, keys, strict=True), key=lambda step: step[0].since.first if step[0].since else dt.date.min
    )
    for event, key in steps:
        yield Happening(label(event.status), event.since, notes.get(key, ""))
    if state.until:
        yield Happening("Ends", state.until)
    if review := details.get("review"):
        yield Happening("To be reviewed", PartialDate.parse(review))


def _moments(state: InstrumentState) -> list[Moment]:
    return [Moment(label(event.status), _note(event.since), event.since) for event in state.events if event.since]


def _note(since: PartialDate) -> str:
    precision = {Precision.YEAR: "the source states the year only", Precision.MONTH: "the source states the month only"}
    return basis_words(since.basis) or precision.get(since.precision, "")


def _periods(state: InstrumentState) -> list[Period]:
    """The measures of an instrument that ever came into force, from its start to its end."""
    began = next((event for event in state.events if event.status in _STARTING), None)
    if began is None:
        return []
    ended = _end(state, began)
    return [
        Period(
            label=f"{number} {measure_title(measure)}",
            start=measure.start or began.since,
            until=measure.until or ended,
            tone=4 if measure.direction is Direction.RESTRICTS else 2,
        )
        for number, measure in enumerate(state.measures, 1)
    ]


def _end(state: InstrumentState, began: StatusEvent) -> PartialDate | None:
    ending = (Status.SUSPENDED, Status.REPEALED, Status.EXPIRED, Status.WITHDRAWN, Status.ANNULLED)
    start = began.since.first if began.since else dt.date.min
    ends = [
        event.since for event in state.events if event.status in ending and event.since and event.since.first > start
    ]
    return min([*ends, *([state.until] if state.until else [])], key=lambda end: end.first, default=None)


def _life_words(state: InstrumentState, on: dt.date) -> str:
    steps = [f"{label(event.status).lower()} {event.since or 'at a time not stated'}" for event in state.events]
    end = f"ends {state.until}" if state.until else "no end stated"
    standing = {Certainty.YES: "in force", Certainty.PERHAPS: "perhaps in force", Certainty.NO: "not in force"}
    return f"Lifecycle: {', '.join(steps) or 'no step on record'}; {end}; {standing[in_force(state, on)]} on {on}."


def _versions(
    versions: Sequence[InstrumentVersion], shown: InstrumentVersion, names: Mapping[str, str]
) -> list[Version]:
    """Newest first, each with what it changed of the one before."""
    words = Words(names)
    changes = [changes_between(contents_of(old), contents_of(new), words) for old, new in pairwise(versions)]
    rows = [_version(version, shown, lines) for version, lines in zip(versions, [[], *changes], strict=True)]
    return rows[::-1]


def _version(version: InstrumentVersion, shown: InstrumentVersion, changes: Sequence[ChangeLine]) -> Version:
    entry = version.recorded_entry
    at = entry.recorded_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return Version(
        number=version.number,
        recorded_at=entry.recorded_at,
        drafted_by=version.drafted_by,
        approved_by=version.approved_by,
        reason=entry.reason,
        proof=ProofMark(entry.pk),
        href=f"{instrument_path(version.instrument.instrument_id)}?as_of={at}",
        shown=version.pk == shown.pk,
        changes=tuple(changes),
    )
