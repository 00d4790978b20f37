"""What pages and the API read of enforcement: filtered by an address, on both clocks, with names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from registry.choices import ENFORCEMENT_KINDS, STANDINGS_OF_MATTERS, label
from registry.domain.asked import AskedDay
from registry.domain.enforcement import EnforcementState
from registry.domain.facets import Listed
from registry.models import EnforcementVersion, Facility, InstrumentVersion
from registry.narrowing import Found, find, text_of
from registry.pages.enforcement import EnforcementRow, Names, enforcement_row
from registry.services.vocabularies import country_words, mineral_words

_NAMES = {"country": "Country", "kind": "What happened", "mineral": "Mineral", "standing": "Where it stands",
          "year": "Year"}  # fmt: skip


FoundRecords = Found[EnforcementRow, EnforcementVersion]


def get_enforcement(asked: AskedDay, **about: str) -> list[EnforcementVersion]:
    """Approved records as known at the instant asked for, of what had happened by the day or has no date.

    ``about`` names parts of the content, such as ``instrument``.
    """
    rows = EnforcementVersion.objects.as_known(asked.as_of).order_by("record__record_id")
    wanted = rows.filter(**{f"content__{name}": value for name, value in about.items()})
    return [version for version in wanted if _had_happened(version, asked.on)]


def _had_happened(version: EnforcementVersion, on: dt.date) -> bool:
    since = EnforcementState.from_json(version.content).since
    return since is None or since.first <= on


def get_known_record(
    record_id: str, as_of: dt.datetime | None
) -> tuple[list[EnforcementVersion], EnforcementVersion | None]:
    """All approved versions of a record, and the one known at an instant (None: now)."""
    rows = EnforcementVersion.objects.filter(record__record_id=record_id)
    versions = list(rows.select_related("recorded_entry").order_by("number"))
    if as_of is None:
        return versions, next((version for version in versions if version.superseded_entry_id is None), None)
    return versions, rows.as_known(as_of).select_related("recorded_entry").first()


def names_for(versions: Iterable[EnforcementVersion], as_of: dt.datetime | None) -> Names:
    """The names that rows of these versions need: at most one question each for instruments and facilities."""
    contents = [version.content for version in versions]
    acts = {each["instrument"] for each in contents if each["instrument"]}
    plants = {each["facility"] for each in contents if each["facility"]}
    known = InstrumentVersion.objects.as_known(as_of).filter(instrument__instrument_id__in=acts) if acts else ()
    titles = known and dict(known.values_list("instrument__instrument_id", "content__title"))
    public = Facility.objects.filter(facility_id__in=plants).exclude(source=None) if plants else ()
    facilities = public and dict(public.values_list("facility_id", "name"))
    return Names(country_words(), mineral_words(), titles or {}, facilities or {})


def get_rows(versions: Sequence[EnforcementVersion], asked: AskedDay) -> list[EnforcementRow]:
    """Rows of versions, newest first; those without a date last."""
    names = names_for(versions, asked.as_of)
    rows = [enforcement_row(version, asked.on, names, asked.query) for version in versions]
    return sorted(rows, key=_newest_first)


def _newest_first(row: EnforcementRow) -> tuple[int, str]:
    return (-row.since.first.toordinal() if row.since else 0, row.title)


def get_found_records(asked: AskedDay, params: Mapping[str, Any]) -> FoundRecords:
    """Records filtered by ``q`` and the facets of an address, newest first."""
    versions = get_enforcement(asked)
    names = names_for(versions, asked.as_of)
    listed = [_listed(version, asked, names) for version in versions]
    return find(listed, params, _NAMES, _namer(names), order=_newest_first)


def _listed(
    version: EnforcementVersion, asked: AskedDay, names: Names
) -> Listed[tuple[EnforcementRow, EnforcementVersion]]:
    state, details = EnforcementState.from_json(version.content), version.details
    row = enforcement_row(version, asked.on, names, asked.query)
    values = {
        "country": frozenset({state.country, *state.touches}),
        "kind": frozenset({state.kind.value, "incident" if state.is_incident else "action"}),
        "mineral": frozenset(state.minerals),
        "standing": frozenset(filter(None, [state.standing])),
        "year": frozenset([str(state.since.first.year)] if state.since else ()),
    }
    source = details.get("source") or {}
    parts = (row.title, row.kind, row.where, row.party, row.minerals, row.country.text, details.get("quote"),
             source.get("title"), row.instrument.text if row.instrument else "")  # fmt: skip
    return Listed((row, version), values, text_of(parts))


def _namer(names: Names) -> Callable[[str, str], str]:
    words: dict[str, Mapping[str, str]] = {
        "country": names.countries,
        "mineral": names.minerals,
        "standing": dict(STANDINGS_OF_MATTERS),
        "kind": {"action": "Any action", "incident": "Any incident", **_kinds()},
        "year": {},
    }
    return lambda key, value: words[key].get(value) or label(value)


def _kinds() -> dict[str, str]:
    return {value: words for _group, kinds in ENFORCEMENT_KINDS for value, words in kinds}


def record_rows(versions: Iterable[EnforcementVersion], on: dt.date) -> Iterator[dict[str, str]]:
    """A row a record for files: codes, dates as stated, numbers as text; empty where not stated."""
    for version in versions:
        state, details = EnforcementState.from_json(version.content), version.details
        source, effect = details.get("source") or {}, state.in_effect(on)
        yield {
            "record_id": state.record_id,
            "version": str(version.number),
            "country": state.country,
            "kind": state.kind.value,
            "is_incident": "true" if state.is_incident else "false",
            "title": state.title,
            "since": str(state.since or ""),
            "since_basis": state.since.basis.value if state.since else "",
            "until": str(state.until or ""),
            "state_on": on.isoformat(),
            "in_effect": effect.value if effect else "",
            "standing": state.standing or "",
            "instrument_id": state.instrument or "",
            "facility_id": state.facility or "",
            "area": state.area,
            "party": state.party,
            "minerals": ";".join(state.minerals),
            "touches": ";".join(state.touches),
            "amount": f"{state.amount:f}" if state.amount is not None else "",
            "currency": state.currency,
            "quantity_t": f"{state.quantity_t:f}" if state.quantity_t is not None else "",
            "reading": state.reading or "",
            "source_title": source.get("title") or "",
            "source_publisher": source.get("publisher") or "",
            "source_date": source.get("date") or "",
            "source_url": source.get("url") or "",
            "source_section": details.get("section") or "",
            "source_endnote": str(source.get("endnote") or ""),
            "quote": details.get("quote") or "",
            "log_entry": str(version.recorded_entry_id),
            "is_demo": "true" if details.get("is_demo") else "false",
        }
