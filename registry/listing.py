"""The list of instruments: filtered by its address, with what each filter still offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.choices import INSTRUMENT_TYPES, STAGES, label
from registry.domain.asked import AskedDay
from registry.domain.folding import fold, has_all
from registry.models import InstrumentVersion
from registry.pages.instruments import InstrumentRow, instrument_row
from registry.selectors import get_versions
from registry.wording import country_names, measure_label, mineral_names

#: What an instrument is on the day shown, as the badges say it, in fewer words.
STANDINGS: dict[str, tuple[str, frozenset[str]]] = {
    "in_force": ("In force", frozenset({"in_force", "signed", "amended"})),
    "perhaps": ("Perhaps in force", frozenset({"perhaps"})),
    "on_the_way": (
        "On the way",
        frozenset({"considered", "in_discussion", "proposed", "adopted", "published"}),
    ),
    "suspended": ("Suspended", frozenset({"suspended"})),
    "over": ("Over", frozenset({"ended", "repealed", "expired", "withdrawn", "annulled"})),
    "reference": ("For reference", frozenset({"reference"})),
    "unknown": ("Not stated", frozenset({"unknown"})),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, and how many of the list it would leave with all other filters as they are."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter of the address: ``key`` its parameter, ``chosen`` its value, empty where it is not in use."""

    key: str
    name: str
    chosen: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Instruments that meet the filters, by country and title; ``versions`` stand in the order of ``rows``."""

    rows: list[InstrumentRow]
    versions: list[InstrumentVersion]
    total: int
    words: str
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    """An instrument with its values by filter, and the folded text that words are looked for in."""

    version: InstrumentVersion
    row: InstrumentRow
    values: Mapping[str, frozenset[str]]
    text: str


_NAMES = {"country": "Country", "mineral": "Mineral", "kind": "Measure", "stage": "Stage", "type": "Type",
          "status": "Status"}  # fmt: skip


def get_instrument_rows(asked: AskedDay, params: Mapping[str, Any]) -> Found:
    """Instruments as known and as they stand on the day asked for, filtered by ``q`` and the facets of an address."""
    chosen = {key: str(params.get(key, "")).strip() for key in _NAMES}
    words = str(params.get("q", "")).strip()[:200]
    countries, minerals = country_names(), mineral_names()
    listed = [_listed(version, asked, countries, minerals) for version in get_versions(as_of=asked.as_of)]
    with_words = [each for each in listed if has_all(words, each.text)]
    matching = sorted(
        (each for each in with_words if _meets(each, chosen)), key=lambda each: (each.row.country.text, each.row.title)
    )
    names = {"country": countries, "mineral": minerals, "stage": dict(STAGES), "type": dict(INSTRUMENT_TYPES)}
    return Found(
        rows=[each.row for each in matching],
        versions=[each.version for each in matching],
        total=len(listed),
        words=words,
        facets=tuple(_facets(with_words, chosen, names)),
    )


def _listed(
    version: InstrumentVersion, asked: AskedDay, countries: Mapping[str, str], minerals: Mapping[str, str]
) -> _Listed:
    row = instrument_row(version, asked.on, countries, minerals, asked.query)
    measures, details = version.content["measures"], version.details
    standing = next((key for key, (_name, badges) in STANDINGS.items() if row.badge in badges), "")
    values = {
        "country": frozenset({version.content["country"]}),
        "mineral": frozenset(code for measure in measures for code in measure["minerals"] or ()),
        "kind": frozenset(measure["code"] for measure in measures),
        "stage": frozenset(stage for measure in measures for stage in measure["stages"] or ()),
        "type": frozenset(filter(None, [details.get("type")])),
        "status": frozenset({standing}),
    }
    source = details.get("source") or {}
    parts = (row.title, details.get("title_original"), details.get("number"), row.country.text, row.counterparts,
             row.kinds, row.minerals, details.get("quote"), source.get("title"))  # fmt: skip
    return _Listed(version, row, values, fold(" ".join(part for part in parts if part)))


def get_instrument_versions(asked: AskedDay, params: Mapping[str, Any]) -> list[InstrumentVersion]:
    """The versions of the instruments that meet the filters, by id."""
    found = get_instrument_rows(asked, params).versions
    return sorted(found, key=lambda version: version.instrument.instrument_id)


def _meets(each: _Listed, chosen: Mapping[str, str], besides: str = "") -> bool:
    return all(not value or key == besides or _has(each, key, value) for key, value in chosen.items())


def _has(each: _Listed, key: str, value: str) -> bool:
    if key == "status" and value == "other":  # as the API says it: whatever is not in force
        return "in_force" not in each.values[key]
    return value in each.values[key]


def _facets(
    listed: Sequence[_Listed], chosen: Mapping[str, str], names: Mapping[str, Mapping[str, str]]
) -> Iterator[Facet]:
    for key, name in _NAMES.items():
        left = Counter(value for each in listed if _meets(each, chosen, besides=key) for value in each.values[key])
        if chosen[key]:
            left.setdefault(chosen[key], 0)
        choices = (Choice(value, _name(key, value, names), count) for value, count in left.items() if value)
        yield Facet(key, name, chosen[key], tuple(sorted(choices, key=lambda choice: choice.name)))


def _name(key: str, value: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if key == "kind":
        return measure_label(value)
    if key == "status":
        return STANDINGS[value][0] if value in STANDINGS else value
    return names[key].get(value) or label(value)
