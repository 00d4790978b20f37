"""What the public pages read of the register, filtered and paged as their addresses ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone

from registry.choices import FactStatus
from registry.domain.asked import AskedDay
from registry.domain.enforcement import is_derived
from registry.models import Facility, FactVersion, InstrumentDocument, InstrumentVersion, Mineral, Party
from registry.pages.facts import fact_line
from registry.pages.instruments import InstrumentRow, instrument_row
from registry.pages.minerals import CountryFacts, MineralRow, facts_of, mineral_row, production_of
from registry.pages.search import Hit, SearchPage, search_page
from registry.parts import Link, Paging
from registry.paths import country_path, facility_path, mineral_path
from registry.reference import load_parties
from registry.selectors import get_known_versions, get_members, get_versions
from registry.wording import country_names, mineral_names

PER_PAGE = 50
T = TypeVar("T")


def get_known_facts(as_of: dt.datetime | None = None, **about: Any) -> list[FactVersion]:
    """Accepted facts as known at an instant (None: now), by id; ``about`` filters columns."""
    known = get_known_versions(as_of).filter(**about)
    return list(known.select_related("source").order_by("fact_id"))


#: Facts on enforcement as a whole; single actions and incidents are records of their own.
_ON_THE_WHOLE = ("enforcement", "enforcement_local")


def enforcement_by_country(asked: AskedDay) -> list[CountryFacts]:
    """What sources say of enforcement as a whole, as known, by country."""
    countries, minerals = country_names(), mineral_names()
    known = [fact for fact in get_known_facts(asked.as_of, kind__in=_ON_THE_WHOLE) if not is_derived(fact.fact_id)]
    codes = sorted({fact.country for fact in known}, key=lambda code: countries.get(code, code))
    return [
        CountryFacts(
            Link(countries.get(code, code) or "The region", country_path(code) + asked.query if code else ""),
            tuple(fact_line(fact, minerals) for fact in known if fact.country == code),
        )
        for code in codes
    ]


def get_fact_versions(fact_id: str) -> list[FactVersion]:
    """All versions of a fact that were ever accepted, oldest first."""
    versions = FactVersion.objects.filter(fact_id=fact_id).exclude(status=FactStatus.PROPOSED)
    return list(versions.select_related("source", "recorded_entry").order_by("version"))


def get_known_instrument(
    instrument_id: str, as_of: dt.datetime | None
) -> tuple[list[InstrumentVersion], InstrumentVersion | None]:
    """All approved versions of an instrument, and the one known at an instant."""
    rows = InstrumentVersion.objects.filter(instrument__instrument_id=instrument_id)
    versions = list(rows.select_related("instrument", "recorded_entry").order_by("number"))
    if as_of is None:
        return versions, next((version for version in versions if version.superseded_entry_id is None), None)
    return versions, rows.as_known(as_of).select_related("instrument", "recorded_entry").first()


def get_document(sha256: str, user: Any) -> InstrumentDocument | None:
    """A kept file that a person may read: of a record that was ever approved with it, or of one of their desk."""
    rows: QuerySet[InstrumentDocument] = InstrumentDocument.objects.filter(sha256=sha256)
    for row in rows.select_related("instrument"):
        if user.has_perm("registry.view_instrument", row.instrument) or _was_published(row):
            return row
    return None


def _was_published(row: InstrumentDocument) -> bool:
    approved = InstrumentVersion.objects.filter(instrument=row.instrument).values_list("details__documents", flat=True)
    return any(kept["sha256"] == row.sha256 for documents in approved for kept in documents or ())


def mineral_rows(asked: AskedDay) -> list[MineralRow]:
    """Every mineral of the register: those with a total of the region first, largest share of the world first."""
    countries, minerals = country_names(), mineral_names()
    known = get_known_facts(asked.as_of)
    production = production_of(known, minerals)
    instruments = [
        ({code for measure in version.content["measures"] for code in measure["minerals"] or ()},
         instrument_row(version, asked.on, countries, minerals, asked.query))
        for version in get_versions(as_of=asked.as_of)
    ]  # fmt: skip
    rows = [
        mineral_row(
            mineral,
            production,
            facts_of(mineral.code, known),
            [row for covers, row in instruments if mineral.code in covers],
            countries,
        )
        for mineral in Mineral.objects.all()
    ]
    return sorted(rows, key=lambda row: (-row.production.share if row.production else 1, row.name))


def get_search_page(words: str) -> SearchPage:
    return search_page(words, _searched()) if words else search_page("", ())


def _searched() -> Iterator[tuple[str, Sequence[Hit]]]:
    countries, minerals = country_names(), mineral_names()
    today = timezone.localdate()
    members = get_members(today)
    yield "Countries", [Hit(Link(each.name, country_path(each.code)), f"ASEAN member, {each.code}") for each in members]
    yield "Minerals", [Hit(Link(each.name, mineral_path(each.code)), each.symbol) for each in Mineral.objects.all()]
    rows = [(version.details, instrument_row(version, today, countries, minerals)) for version in get_versions()]
    yield "Instruments", [_instrument_hit(details, row) for details, row in rows]
    yield "Facilities", [_facility_hit(each, countries) for each in Facility.objects.exclude(source=None)]
    named = {each.party_id: each.section[2:] for each in load_parties() if each.section.startswith("A.")}
    parties = Party.objects.filter(party_id__in=named)  # those of imported lots are for who may see the lots
    yield "Parties", [_party_hit(each, named[each.party_id], countries) for each in parties]


def _instrument_hit(details: Mapping[str, Any], row: InstrumentRow) -> Hit:
    also = (details.get("title_original"), details.get("number"), row.minerals, row.hs)
    return Hit(Link(row.title, row.href), f"{row.country.text}, {row.kinds}", " ".join(part for part in also if part))


def _facility_hit(facility: Facility, countries: Mapping[str, str]) -> Hit:
    where = countries.get(facility.country, facility.country) or "country not stated"
    href = facility_path(facility.facility_id)
    return Hit(Link(facility.name[:1].upper() + facility.name[1:], href), f"{facility.get_kind_display()}, {where}")


def _party_hit(party: Party, appendix: str, countries: Mapping[str, str]) -> Hit:
    """It opens the country whose appendix of the paper names it: its own is often not stated."""
    where = countries.get(party.country, party.country) or "country not stated"
    return Hit(Link(party.name, f"{country_path(appendix)}#chain"), where)


def paged(rows: Sequence[T], params: Mapping[str, Any]) -> tuple[Sequence[T], Paging]:
    """One page of a list, by the address's ``page``; a page that is not there is the nearest that is."""
    count = max(1, -(-len(rows) // PER_PAGE))
    text = str(params.get("page", "1"))
    number = min(max(1, int(text) if text.isdigit() else 1), count)

    def address(page: int) -> str:
        return "?" + urlencode({**{name: str(value) for name, value in params.items()}, "page": page})

    paging = Paging(
        number=number,
        count=count,
        total=len(rows),
        previous=address(number - 1) if number > 1 else "",
        next=address(number + 1) if number < count else "",
    )
    return rows[(number - 1) * PER_PAGE : number * PER_PAGE], paging
