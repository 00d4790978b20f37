"""Lots as a list: filtered, and found by what is written on papers about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from registry.browsing import PER_PAGE, paged
from registry.models import Facility, Mineral, Party
from registry.parts import Paging
from registry.wording import country_names
from traceability.domain.vocabulary import FindingState, Severity
from traceability.models import Assay, Event, EventLine, Finding, Lot, LotState
from traceability.selectors.holds import held_lots
from traceability.selectors.visibility import get_lots, masked_lots

FILTERS = ("q", "mineral", "material", "country", "findings")
#: Parties and facilities that one question may name; a word that names more is too short to ask for.
_MOST_NAMED = 50
#: Lots on hold that the list shows: a statement takes no more variables. Each hold's own page has all of its lots.
_MOST_HELD = 20_000


@dataclass(frozen=True)
class FoundLots:
    """A page of the lots a reader may see, and what one can filter by."""

    rows: list[Lot]
    paging: Paging
    total: int
    minerals: list[Mineral]
    materials: list[tuple[str, str]]
    countries: list[tuple[str, str]]
    chosen: dict[str, str]
    named: list[tuple[str, str]]


def get_lot_list(user: Any, params: Mapping[str, Any]) -> FoundLots:
    chosen = {name: str(params.get(name, "")).strip()[:200] for name in FILTERS}
    seen = get_lots(user)
    keys = _filtered(seen, chosen).order_by("lot_id").values_list("pk", flat=True)
    shown, paging = paged(_Counted(keys), params)
    names = country_names()
    codes = LotState.objects.filter(lot__in=seen).order_by().values_list("place__country", flat=True).distinct()
    materials = seen.order_by().values_list("material", flat=True).distinct()
    return FoundLots(
        rows=_rows(list(shown), user),
        paging=paging,
        total=seen.count(),
        minerals=list(Mineral.objects.filter(code__in=seen.order_by().values("mineral").distinct())),
        materials=sorted((code, code.replace("_", " ").capitalize()) for code in materials),
        countries=sorted(((code, names.get(code, code)) for code in codes if code), key=lambda pair: pair[1]),
        chosen=chosen,
        named=_named(seen, chosen["q"]),
    )


class _Counted(Sequence[int]):
    """A query as a sequence: its length is counted once and a slice is fetched, never the whole."""

    def __init__(self, query: Any) -> None:
        self.query = query
        self.count_ = int(query.count())

    def __len__(self) -> int:
        return self.count_

    def __getitem__(self, part: Any) -> Any:
        return list(self.query[part])


def _rows(keys: list[int], user: Any) -> list[Lot]:
    is_open = Q(findings__superseded_entry=None, findings__state=FindingState.OPEN.value)
    violation = Q(findings__severity=Severity.VIOLATION.value)
    lots = Lot.objects.filter(pk__in=keys).select_related("mineral", "state__holder", "state__place")
    counted = lots.annotate(
        violations=Count("findings", filter=is_open & violation),
        warnings=Count("findings", filter=is_open & ~violation),
    )
    names = country_names()
    rows: list[Lot] = list(counted.order_by("lot_id")[:PER_PAGE])
    masked = masked_lots(keys, user)
    for row in rows:
        row.is_masked = row.lot_id in masked  # type: ignore[attr-defined]
        row.country_name = names.get(row.state.place.country, row.state.place.country)  # type: ignore[attr-defined]
    return rows


def _filtered(lots: QuerySet[Lot], chosen: Mapping[str, str]) -> QuerySet[Lot]:
    if chosen["q"]:
        lots = lots_named(lots, chosen["q"])
    columns = {"mineral": "mineral", "material": "material", "country": "state__place__country"}
    lots = lots.filter(**{column: chosen[name] for name, column in columns.items() if chosen[name]})
    if chosen["findings"] == "open":
        found = Finding.objects.current().filter(state=FindingState.OPEN.value)
        lots = lots.filter(pk__in=found.values("lot"))
    if chosen["findings"] == "hold":
        lots = lots.filter(pk__in=sorted(held_lots())[:_MOST_HELD])
    return lots


def lots_named(lots: QuerySet[Lot], words: str) -> QuerySet[Lot]:
    """Lots by what an auditor has in hand: a lot, event, permit, licence or assay number, the hash of a certificate,
    an HS code, or the name of a party or facility that had it in an event."""
    parties = list(_parties(words)[:_MOST_NAMED])
    places = list(_facilities(words)[:_MOST_NAMED])
    events = Event.objects.filter(
        Q(permit_number__icontains=words) | Q(event_id__iexact=words) | Q(party__in=parties) | Q(to_party__in=parties)
        | Q(facility__in=places) | Q(to_facility__in=places)
    )  # fmt: skip
    found = Q(lot_id__icontains=words) | Q(state__holder__in=parties) | Q(state__place__in=places)
    found |= Q(pk__in=EventLine.objects.filter(event__in=events).values("lot"))
    found |= Q(pk__in=_assays(words).values("lot"))
    return lots.filter(found | Q(hs_code__startswith=words) if words.isdigit() else found)


def _parties(words: str) -> QuerySet[Party]:
    return Party.objects.filter(Q(name__icontains=words) | Q(party_id__iexact=words))


def _facilities(words: str) -> QuerySet[Facility]:
    named = Q(name__icontains=words) | Q(facility_id__iexact=words)
    return Facility.objects.filter(named | Q(licence_number__iexact=words))


def _assays(words: str) -> QuerySet[Assay]:
    return Assay.objects.filter(Q(assay_id__iexact=words) | Q(certificate_sha256=words.lower()))


def _named(seen: QuerySet[Lot], words: str) -> list[tuple[str, str]]:
    """The parties and facilities that the words name, of those that had a lot the reader may see: (name, what)."""
    if not words:
        return []
    lines = EventLine.objects.filter(lot__in=seen)
    parties = _parties(words).filter(events__in=lines.values("event")).distinct()[:_MOST_NAMED]
    places = _facilities(words).filter(events__in=lines.values("event")).distinct()[:_MOST_NAMED]
    found = {(party.name, "party"): None for party in parties}
    found |= {(place.name, place.get_kind_display().lower() or "facility"): None for place in places}
    return list(found)[:6]
