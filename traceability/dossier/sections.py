"""What the dossier's PDF says beside what a lot's page says: shares by element, balances, assays, measures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry.domain.instruments import MeasureState
from registry.models import Facility, InstrumentVersion, Party
from registry.wording import country_names, measure_label, section_words
from traceability.batches import batches
from traceability.chains import LotChain
from traceability.domain.balance import balances
from traceability.domain.facts import LineFact
from traceability.domain.vocabulary import Unit
from traceability.dossier.gathering import Gathered
from traceability.loading import load_assays
from traceability.models import BorderVerdict, Lot
from traceability.pages.words import EVENT_TITLES, element_name

_UNITS = {Unit.KILOGRAM: "kg", Unit.TONNE: "t", Unit.GRAM: "g"}
#: Elements with a column of their own in the table of shares.
_MOST_ELEMENTS = 6
#: Rows of a table in the PDF; the JSON beside it is complete.
MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class ShareTable:
    """Origin shares of several elements side by side; a share is None where the element has none from there."""

    elements: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Decimal | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class BalanceRow:
    event_id: str
    day: dt.date
    title: str
    place: str
    element: str
    in_kg: Decimal
    out_kg: Decimal
    difference: Decimal | None  # per cent of what went in
    is_broken: bool


@dataclass(frozen=True, slots=True)
class AssayRow:
    assay_id: str
    lot_id: str
    day: dt.date
    basis: str
    moisture: Decimal | None
    grades: str
    laboratory: str
    certificate: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as recorded; ``day`` and ``time`` are those of its own offset, as the rules count them."""

    event_id: str
    day: dt.date
    time: str
    title: str
    party: str
    place: str
    lines: tuple[str, ...]
    permit: str
    reason: str
    corrects: str
    corrected_by: str
    entry: int


@dataclass(frozen=True, slots=True)
class MeasureText:
    """A measure as the version that was judged had it, with the words of its source."""

    title: str
    title_original: str
    instrument_id: str
    version: int
    country: str
    measure: str
    covers: str
    since: str
    until: str
    life: str
    exemptions: str
    quote: str
    section: str
    source: str


def share_table(chain: LotChain) -> ShareTable:
    """Shares of each place of origin, in dry mass first and then in each element that the assay names."""
    elements: list[str | None] = [None, *chain.elements[:_MOST_ELEMENTS]]
    found: dict[str | None, dict[int, Decimal]] = {}
    for column, element in enumerate(elements):
        for origin in chain.of(element).origins(chain.lot.lot_id):
            found.setdefault(origin.facility_id, {})[column] = origin.share
    names = dict(
        Facility.objects.filter(facility_id__in=[key for key in found if key]).values_list("facility_id", "name")
    )
    countries = country_names()
    rows = []
    for facility_id, shares in sorted(found.items(), key=lambda pair: (pair[0] is None, -pair[1].get(0, Decimal(0)))):
        code = chain.chain.country(facility_id) or ""
        name = names.get(facility_id, facility_id) if facility_id else "Unknown"
        rows.append((name, countries.get(code, code), tuple(shares.get(n) for n in range(len(elements)))))
    return ShareTable(tuple(element_name(element) for element in elements), tuple(rows))


def balance_rows(chain: LotChain) -> Iterator[BalanceRow]:
    """What went into each birth event of the path against what came out, of the element shown or of dry mass."""
    seen = set()
    for lot_id in chain.lots:
        step = chain.chain.births[lot_id]
        if step.event.event_id in seen or not step.inputs:
            continue
        seen.add(step.event.event_id)
        found = balances(chain.chain, step)
        shown = next((each for each in found if each.element == chain.element), found[0] if found else None)
        if shown is None:
            continue
        facility = chain.chain.facilities.get(step.event.facility_id)
        yield BalanceRow(
            event_id=step.event.event_id,
            day=step.event.day,
            title=EVENT_TITLES[step.event.kind],
            place=facility.name if facility else step.event.facility_id,
            element=element_name(shown.element),
            in_kg=shown.in_kg,
            out_kg=shown.out_kg,
            difference=(shown.out_kg - shown.in_kg) / shown.in_kg * 100 if shown.in_kg else None,
            is_broken=any(each.is_gain for each in found),
        )


def assay_rows(gathered: Gathered) -> list[AssayRow]:
    """One row an assay, its analytes in one cell."""
    keys: list[int] = []
    for batch in batches(gathered.chain.lots):
        keys += Lot.objects.filter(lot_id__in=batch).values_list("pk", flat=True)
    grouped: dict[tuple[str, str], list[Any]] = {}
    for assay in load_assays(keys):
        grouped.setdefault((assay.assay_id, assay.lot_id), []).append(assay)
    names = dict(Party.objects.values_list("party_id", "name")) if grouped else {}
    rows = []
    for (assay_id, lot_id), analytes in sorted(grouped.items(), key=lambda pair: (pair[1][0].sampled_on, pair[0])):
        first = analytes[0]
        grades = ", ".join(f"{each.analyte}\u00a0{each.grade_pct.normalize():f}\u00a0%" for each in analytes)
        rows.append(
            AssayRow(
                assay_id, lot_id, first.sampled_on, first.basis.value, first.moisture_pct, grades,
                names.get(first.laboratory_id or "", first.laboratory_id or ""), first.certificate_sha256 or "",
            )
        )  # fmt: skip
    return rows


def event_rows(gathered: Gathered) -> list[EventRow]:
    facilities = {fact.facility_id: fact for fact in gathered.chain.chain.facilities.values()}
    parties = dict(
        Party.objects.filter(party_id__in={event.party_id for event in gathered.events}).values_list("party_id", "name")
    )
    rows = []
    for event in gathered.events[-MOST_ROWS:]:
        place = facilities.get(event.facility_id)
        rows.append(
            EventRow(
                event_id=event.event_id,
                day=event.day,
                time=event.occurred_at.strftime("%H:%M %z"),
                title=EVENT_TITLES[event.kind],
                party=parties.get(event.party_id, event.party_id),
                place=place.name if place else event.facility_id,
                lines=tuple(_line(line) for line in event.lines),
                permit=event.permit_number or "",
                reason=event.reason or "",
                corrects=event.corrects_event_id or "",
                corrected_by=gathered.corrected_by.get(event.event_id, ""),
                entry=gathered.entries[event.event_id].pk,
            )
        )
    return rows


def _line(line: LineFact) -> str:
    """A line as reported; spaces do not break between a number and its unit."""
    role, unit = line.role.value.replace("_", " "), _UNITS[line.unit]
    return f"{role} {line.lot_id} {line.quantity.normalize():,f}\u00a0{unit}\u00a0{line.basis.value}"


def measure_texts(lot_keys: list[int]) -> list[MeasureText]:
    """Each measure that a verdict on the path names, in the words of the version that was judged."""
    named: set[tuple[str, int, str]] = set()
    for batch in batches(lot_keys):
        verdicts = BorderVerdict.objects.current().filter(lot__in=batch).exclude(verdict="clear")
        named.update(verdicts.values_list("instrument_id", "instrument_version", "measure_id"))
    versions = {
        (version.instrument.instrument_id, version.number): version
        for version in InstrumentVersion.objects.filter(
            instrument__instrument_id__in={name for name, _, _ in named}
        ).select_related("instrument__source")
    }
    countries = country_names()
    return [
        _measure_text(versions[instrument, number], measure, countries)
        for instrument, number, measure_id in sorted(named)
        if (instrument, number) in versions
        for measure in versions[instrument, number].content["measures"]
        if measure["measure_id"] == measure_id
    ]


def _measure_text(version: InstrumentVersion, plain: dict[str, Any], countries: dict[str, str]) -> MeasureText:
    measure, details = MeasureState.from_json(plain), version.details
    beside = (details.get("measures") or {}).get(measure.measure_id) or {}
    source = version.instrument.source
    return MeasureText(
        title=version.content["title"],
        title_original=details.get("title_original") or "",
        instrument_id=version.content["instrument_id"],
        version=version.number,
        country=countries.get(measure.country, measure.country),
        measure=measure_label(measure.code),
        covers="; ".join(_covers(measure)),
        since=_dated(plain.get("start")),
        until=_dated(plain.get("until")) or _dated(version.content.get("until")),
        life="; ".join(_life(version.content)),
        exemptions=beside.get("exemptions") or "",
        quote=details.get("quote") or "",
        section=section_words(details.get("section")),
        source=", ".join(part for part in (source.title, source.publisher, source.url) if part) if source else "",
    )


def _life(content: dict[str, Any]) -> Iterator[str]:
    """When the instrument reached which status; a time that no source states is said to be missing."""
    for event in content.get("events") or ():
        yield f"{event['status'].replace('_', ' ')} {_dated(event.get('since')) or '(day not stated)'}"


def _covers(measure: MeasureState) -> Iterator[str]:
    yield "HS " + ", ".join(measure.hs) if measure.hs else "HS codes not stated"
    for name, values in (("minerals", measure.minerals), ("materials", measure.materials)):
        yield ", ".join(value.replace("_", " ") for value in values) if values else f"{name} not stated"
    if measure.destinations:
        yield "to " + ", ".join(measure.destinations)


def _dated(plain: dict[str, Any] | None) -> str:
    if not plain or not plain.get("date"):
        return ""
    basis = plain.get("basis", "stated").replace("_", " ")
    return plain["date"] if basis == "stated" else f"{plain['date']} ({basis})"
