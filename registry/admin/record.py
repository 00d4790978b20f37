"""A record at the desk as people read it: its sections, and what a new draft changes of the approved version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.choices import label
from registry.comparing import ChangeLine, Words, changes_between, contents_of
from registry.domain.dates import PartialDate
from registry.models import (
    EnforcementRecord,
    EnforcementVersion,
    Instrument,
    InstrumentRelation,
    InstrumentVersion,
    Measure,
    StatusEvent,
)
from registry.states import details_of, enforcement_details, enforcement_of, partial_date, state_of
from registry.wording import measure_label

_LISTS = ("minerals", "materials", "stages", "hs", "destinations", "counterparts")


@dataclass(frozen=True, slots=True)
class Line:
    """A value under its label; ``value`` is words, a PartialDate, or None where it is not stated."""

    label: str
    value: str | PartialDate | None


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


def sections_of(instrument: Instrument, words: Words) -> list[Section]:
    """The whole record, section by section, in the order of the form."""
    return [
        Section("Instrument", tuple(_instrument_lines(instrument, words))),
        Section("Status", tuple(line for event in instrument.status_events.all() for line in _event_lines(event))),
        *(_measure_section(measure, words) for measure in instrument.measures.order_by("number")),
        *_related_sections(instrument),
        Section("Evidence", tuple(_evidence_lines(instrument))),
    ]


def _instrument_lines(instrument: Instrument, words: Words) -> Iterator[Line]:
    yield Line("Title", instrument.title)
    yield Line("Original title", instrument.title_original or None)
    yield Line("Official number", instrument.number or None)
    yield Line("Country or body", str(instrument.country))
    for name in ("type", "legal_force", "scope", "pillar", "engagement_scope"):
        value = getattr(instrument, f"get_{name}_display")()
        if value or name != "engagement_scope":
            yield Line(label(name), value or None)
    if instrument.counterparts:
        yield Line("Counterparts", words.of(instrument.counterparts))
    if instrument.until:
        yield Line("Last day", partial_date(instrument.until))
    if instrument.review:
        yield Line("To be reviewed", partial_date(instrument.review))


def _related_sections(instrument: Instrument) -> Iterator[Section]:
    relations = instrument.relations.select_related("other")
    if relations:
        yield Section("Relations", tuple(_relation_line(row) for row in relations))
    documents = [Line(row.get_role_display(), f"{row.name}, SHA-256 {row.sha256[:16]}…")
                 for row in instrument.documents.all()]  # fmt: skip
    if documents:
        yield Section("Documents", tuple(documents))


def _relation_line(row: InstrumentRelation) -> Line:
    return Line(row.get_kind_display(), row.other.title + (f", since {row.since}" if row.since else ""))


def _event_lines(event: StatusEvent) -> Iterator[Line]:
    yield Line(event.get_status_display(), partial_date(event.since, event.basis))
    if event.note:
        yield Line("Note", event.note)


def _measure_section(measure: Measure, words: Words) -> Section:
    lines = [Line("Measure", measure_label(measure.code)), Line("Direction", measure.get_direction_display() or None)]
    for name in ("minerals", "materials", "hs", "stages", "destinations"):
        codes = getattr(measure, name)
        title = "HS codes" if name == "hs" else label(name)
        stated = ", ".join(codes) if name == "hs" else words.of(codes)
        lines.append(Line(title, stated or None))
    lines += [
        Line("In force from", partial_date(measure.start)),
        Line("Last day in force", partial_date(measure.until)),
    ]
    optional = (Line("Exemptions", measure.exemptions), Line("Rate or quota", measure.rate))
    return Section(f"Measure {measure.number}", (*lines, *(line for line in optional if line.value)))


def _evidence_lines(row: Instrument | EnforcementRecord) -> Iterator[Line]:
    source = row.source
    yield Line("Source", ", ".join(filter(None, (source.title, source.publisher, source.date))) if source else None)
    yield Line("Where in the source", row.section or None)
    yield Line("What it says", row.quote or None)
    if row.note:
        yield Line("Note", row.note)


def changes_against(instrument: Instrument, version: InstrumentVersion, words: Words) -> list[ChangeLine]:
    """What approving the record as it stands would change of an approved version, in words."""
    measures, events = list(instrument.measures.order_by("number")), list(instrument.status_events.all())
    state = state_of(instrument, measures, events, version=version.number).to_json()
    return changes_between(contents_of(version), {**state, "details": details_of(instrument, measures, events)}, words)


def enforcement_sections(row: EnforcementRecord, words: Words) -> list[Section]:
    """The whole of an enforcement record, in the order of its form."""
    fine = f"{row.amount:,.2f} {row.currency}" if row.amount is not None else None
    tons = f"{row.quantity_t.normalize():,f} t" if row.quantity_t is not None else None
    return [
        Section(
            "What happened",
            (
                Line("In one sentence", row.title),
                Line("What happened", row.get_kind_display()),
                Line("Country", str(row.country)),
                Line("When", partial_date(row.since, row.basis)),
                Line("Until", partial_date(row.until)),
                Line("Where it stands", row.get_standing_display() or None),
            ),
        ),
        Section(
            "Where, and whom it touches",
            (
                Line("Taken under", str(row.instrument) if row.instrument else None),
                Line("Facility", str(row.facility) if row.facility else None),
                Line("Area", row.area or None),
                Line("Against or by whom", row.party or None),
                Line("Minerals", words.of(row.minerals) or None),
                Line("Other countries touched", words.of(row.touches) or None),
                Line("Amount", fine),
                Line("Metric tons", tons),
            ),
        ),
        Section("Evidence", tuple(_evidence_lines(row))),
        Section("For scores", (Line("Of enforcement as a whole", row.get_reading_display() or "it says nothing"),)),
    ]


def enforcement_changes(row: EnforcementRecord, version: EnforcementVersion, words: Words) -> list[ChangeLine]:
    """What approving the record as it stands would change of an approved version, in words."""
    state = enforcement_of(row, version=version.number).to_json()
    return changes_between(contents_of(version), {**state, "details": enforcement_details(row)}, words)
