"""A record at the desk as people read it: its sections, and what a new draft changes of the approved version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from registry.choices import label
from registry.domain.dates import PartialDate
from registry.domain.differences import Difference, differences
from registry.models import Country, Instrument, InstrumentVersion, Measure, Mineral, StatusEvent
from registry.states import details_of, partial_date, state_of

_LISTS = ("minerals", "materials", "stages", "hs", "destinations", "counterparts")
#: Parts of a version's JSON that say nothing to a person who compares.
_SILENT = {"instrument_id", "measure_id", "version", "basis", "key", "sha256", "row", "judgement", "flag"}


@dataclass(frozen=True, slots=True)
class Line:
    """A value under its label; ``value`` is words, a PartialDate, or None where it is not stated."""

    label: str
    value: str | PartialDate | None


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What differs, in words; empty words: nothing was or is there."""

    what: str
    old: str
    new: str


class Words:
    """Codes of countries and minerals as names, read once a page."""

    def __init__(self) -> None:
        self.names = dict(Country.objects.values_list("code", "name")) | dict(
            Mineral.objects.values_list("code", "name")
        )

    def of(self, value: Any) -> str:
        """A value of a column or a version as a person says it; empty where there is none."""
        if value is None or value in ("", [], {}):
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(self.of(item) for item in value)
        if isinstance(value, dict):
            return self._of_object(value)
        text = str(value)
        return self.names.get(text) or (label(text) if text.replace("_", "").islower() and " " not in text else text)

    def _of_object(self, value: dict[str, Any]) -> str:
        if "date" in value and "basis" in value:
            return str(value["date"])
        if "status" in value:
            return f"{label(value['status'])} {self.of(value.get('since')) or 'at a time not stated'}"
        if "code" in value:
            parts = [label(value["code"]), self.of(value.get("minerals")), self.of(value.get("hs"))]
            return ", ".join(part for part in parts if part)
        return str(value.get("title") or ", ".join(f"{label(key)}: {self.of(item)}" for key, item in value.items()))


def sections_of(instrument: Instrument, words: Words) -> list[Section]:
    """The whole record, section by section, in the order of the form."""
    return [
        Section("Instrument", tuple(_instrument_lines(instrument, words))),
        Section("Status", tuple(_event_line(event) for event in instrument.status_events.all())),
        *(_measure_section(measure, words) for measure in instrument.measures.order_by("number")),
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


def _event_line(event: StatusEvent) -> Line:
    return Line(event.get_status_display(), partial_date(event.since, event.basis))


def _measure_section(measure: Measure, words: Words) -> Section:
    lines = [Line("Measure", measure.get_code_display()), Line("Direction", measure.get_direction_display() or None)]
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


def _evidence_lines(instrument: Instrument) -> Iterator[Line]:
    source = instrument.source
    yield Line("Source", ", ".join(filter(None, (source.title, source.publisher, source.date))) if source else None)
    yield Line("What it says", instrument.quote or None)
    if instrument.note:
        yield Line("Note", instrument.note)


def changes_against(instrument: Instrument, version: InstrumentVersion, words: Words) -> list[ChangeLine]:
    """What approving the record as it stands would change of an approved version, in words."""
    measures, events = list(instrument.measures.order_by("number")), list(instrument.status_events.all())
    state = state_of(instrument, measures, events, version=version.number).to_json()
    old = {**version.content, "details": version.details}
    new = {**state, "details": details_of(instrument, measures)}
    return [_change_line(found, words) for found in differences(old, new) if not _SILENT & set(found.path)]


def _change_line(found: Difference, words: Words) -> ChangeLine:
    return ChangeLine(_path_words(found.path), words.of(found.old), words.of(found.new))


def _path_words(path: Sequence[str]) -> str:
    names = {
        "events": "status",
        "hs": "HS codes",
        "date": "",
        "details": "",
        "start": "in force from",
        "until": "last day",
    }
    parts = [names.get(part, label(part).lower()) for part in path]
    said = ", ".join(part for part in parts if part)
    said = said.replace("measures, ", "measure ").replace("status, ", "status ")
    return said[:1].upper() + said[1:]
