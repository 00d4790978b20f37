"""What the page of a lot reads: the lot with everything that is shown of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from jobs.memory import collector_paused
from ledger.models import Leaf
from registry.domain.dates import Certainty
from registry.domain.instruments import measure_in_force
from registry.models import Facility, Party
from registry.parts import Link, ProofMark
from registry.paths import instrument_path, lot_path, mineral_path
from registry.selectors import get_instruments
from registry.wording import country_names, measure_label
from traceability.border_rows import Borders
from traceability.chains import LotChain, holders, load_lot_chain, main_element
from traceability.claiming import masked_shares, shares_of
from traceability.diligence import flags_of
from traceability.domain.borders import JUDGED, covers
from traceability.domain.path_graph import MOST_NODES
from traceability.domain.path_picture import path_picture
from traceability.exceptions import UnknownElement
from traceability.finding_cards import Findings
from traceability.models import Lot, LotState
from traceability.pages.claims import Shares
from traceability.pages.lot import MASKED, HolderRow, HoldRow, LotPage, MadeRow, Mass, PathRow, origin_rows
from traceability.pages.route import Route, route_of
from traceability.pages.words import element_name
from traceability.paperwork import documents_of, missing_of
from traceability.rows import among, select
from traceability.selectors.holds import holds_over
from traceability.selectors.trace import get_trace
from traceability.selectors.visibility import can_view_all, get_lots, masked_lots
from traceability.timeline import moment_rows

_DRY = "dry"
_MOST_MADE = 50
#: Rows of each list at first; all of them are there for the asking.
MOST_ROWS = 50
_ENTRIES = "SELECT event_id, recorded_entry_id FROM traceability_event WHERE id {keys}"


@collector_paused()
def get_lot_page(
    lot: Lot, user: Any, asked_element: str, *, most: int | None = MOST_ROWS, is_printed: bool = False
) -> LotPage:
    """Everything on a lot's page for an element (empty: the likeliest one, `dry`: dry mass), each list with the first
    ``most`` of its rows (None: all). What is printed has every border and finding. Raises UnknownElement."""
    chain = load_lot_chain(lot, None)
    element = _element(chain, asked_element)
    return _PageOf(chain if element is None else chain.of(element), user, most, is_printed=is_printed).page()


def _element(chain: LotChain, asked: str) -> str | None:
    if asked == _DRY:
        return None
    if asked and asked not in chain.elements:
        raise UnknownElement(asked)
    return asked or main_element(chain)


class _PageOf:
    """Gathers what one page needs; each question is put to the database once."""

    def __init__(self, chain: LotChain, user: Any, most: int | None, *, is_printed: bool) -> None:
        self.chain, self.lot, self.user, self.most = chain, chain.lot, user, most
        self.most_told = None if is_printed else most
        self.countries = country_names()
        self.keys = chain.keys.values()
        self.visible = self._visible()
        self.masked = masked_lots(self.keys, user)
        self.entries: dict[str, int] = dict(select(_ENTRIES, chain.event_keys.values()))
        self.borders = Borders(chain, self.countries)
        self.findings = Findings(self.keys, self.lot.pk)
        self.holders = holders(chain)
        named = {holder.party_id for holder in self.holders}
        self.parties = {party.party_id: party for party in Party.objects.filter(party_id__in=named)}

    def page(self) -> LotPage:
        lot, chain, state = self.lot, self.chain, self.lot.state
        facilities = {
            each.facility_id: (each.name, each.get_kind_display())
            for each in Facility.objects.filter(facility_id__in=chain.chain.facilities)
        }
        shares = chain.origins(lot.lot_id)
        origins, parts, patterns = origin_rows(
            shares, facilities, self.countries, self._mass(lot.lot_id, chain.mass(lot.lot_id))
        )
        moments = list(moment_rows(chain, self._link, self._mass, self.countries, self.entries, most=self.most))
        told = {moment.event_id for moment in moments}
        cards = self.findings.cards(
            self._link, told, self.countries, is_masked=bool(self.masked), most=self.most_told
        )  # fmt: skip
        return LotPage(
            lot_id=lot.lot_id,
            material=lot.get_material_display(),
            mineral=Link(lot.mineral.name, mineral_path(lot.mineral_id)),
            hs_code=lot.hs_code,
            custody_model=lot.get_custody_model_display(),
            holder=state.holder.name,
            place=state.place.name,
            country=self.countries.get(state.place.country, state.place.country),
            dry_kg=self._mass(lot.lot_id, state.born_kg),
            balance_kg=self._mass(lot.lot_id, state.balance_kg),
            element=chain.element,
            element_name=element_name(chain.element),
            element_kg=self._mass(lot.lot_id, chain.mass(lot.lot_id)),
            is_masked=bool(self.masked),
            tabs=tuple(self._tabs()),
            parts=parts,
            shares=self._shares(),
            origins=origins,
            known=sum((origin.share for origin in shares if origin.facility_id), Decimal(0)),
            picture=self._picture(patterns),
            path=tuple(self._path()),
            lots=len(chain.lots),
            borders=tuple(self.borders.rows(self._link, self._mass, self.entries, self.most_told)),
            crossed=len(self.borders.crossings),
            broken_borders=self.borders.broken,
            touched_by=tuple(self._touching()),
            findings=tuple(cards),
            counts=self.findings.counts,
            holders=tuple(self._holders()),
            moments=tuple(moments),
            route=self._route({key: name for key, (name, _) in facilities.items()}),
            holds=tuple(self._holds()),
            flags=flags_of(chain, self.countries, self.user),
            documents=documents_of(chain, self.user),
            missing=tuple(missing_of(self.keys, self.user)),
            made=tuple(self._made()),
            events=len(self.entries),
            proved=Leaf.objects.filter(entry__in=among(self.entries.values())).count(),
            first_entry=min(self.entries.values(), default=None),
            most=self.most,
        )

    def _visible(self) -> Collection[str]:
        """The lots of the path that the reader may open."""
        if can_view_all(self.user):
            return self.chain.keys.keys()
        return set(get_lots(self.user).filter(pk__in=among(self.keys)).values_list("lot_id", flat=True))

    def _shares(self) -> Shares:
        shares = shares_of(self.chain, self.chain.keys, self.user, self.countries)
        return masked_shares(shares) if self.lot.lot_id in self.masked else shares

    def _link(self, lot_id: str) -> Link:
        return Link(lot_id, lot_path(lot_id) if lot_id in self.visible else "")

    def _mass(self, lot_id: str, kg: Decimal | None) -> Mass:
        """A mass of a lot, unless its holder keeps it from this reader."""
        return MASKED if lot_id in self.masked else kg

    def _tabs(self) -> Iterator[tuple[str, str, bool]]:
        for element in self.chain.elements[:6]:
            yield element_name(element), f"?element={element}#origin", element == self.chain.element
        yield "Dry mass", f"?element={_DRY}#origin", self.chain.element is None

    def _path(self) -> Iterator[PathRow]:
        for lot_id in self.chain.lots[-self.most :] if self.most else self.chain.lots:
            traced = self.chain.walk.lots[lot_id]
            country = self.countries.get(traced.country or "", traced.country or "not stated")
            material = traced.material.replace("_", " ").capitalize()
            yield PathRow(
                self._link(lot_id),
                material,
                country,
                self._mass(lot_id, self.chain.mass(lot_id)),
                self._mass(lot_id, traced.kg),
            )

    def _picture(self, patterns: Mapping[str | None, str]) -> Any:
        # Of folded lots no crossing is drawn: its ends are no nodes any more.
        marks = list(self.borders.marks()) if len(self.chain.lots) <= MOST_NODES else []
        return path_picture(
            self.chain.path_lots(lot_path, self.visible, self.masked),
            list(self.chain.path_links(patterns, self.masked)),
            self.lot.lot_id,
            marks,
            self.findings.remarks(),
            self.countries,
        )

    def _holders(self) -> Iterator[HolderRow]:
        for each in self.holders:
            party = self.parties.get(each.party_id)
            holds = party is not None and party.pk == self.lot.state.holder_id
            yield HolderRow(
                name=party.name if party else each.party_id,
                country=self.countries.get(party.country, party.country) if party else "",
                since=each.since.date(),
                until=None if holds or each.until is None else each.until.date(),
                did=", ".join(each.did),
                kg=MASKED if self.masked else self.lot.state.balance_kg if holds else each.kg,
                holds=holds,
                proof=ProofMark(self.entries[each.first_event]),
            )

    def _touching(self) -> Iterator[tuple[Link, str, str]]:
        """Export measures in force today over lots of the path that are still held where they apply."""
        today = timezone.localdate()
        held: dict[str, list[str]] = {}
        states = LotState.objects.filter(lot__in=among(self.keys), is_held=True)
        for lot_id, country in states.values_list("lot_name", "place__country"):
            held.setdefault(country, []).append(lot_id)
        for instrument in get_instruments():
            for measure in instrument.measures:
                if measure.code not in JUDGED or measure_in_force(measure, instrument, today) is not Certainty.YES:
                    continue
                for lot_id in held.get(measure.country, ()):
                    if covers(measure, self.chain.chain.lots[lot_id], leaves=measure.country):
                        title = f"{measure_label(measure.code)}: {instrument.title}"
                        link = Link(title, instrument_path(instrument.instrument_id))
                        yield link, lot_id, self.countries.get(measure.country, measure.country)

    def _route(self, names: Mapping[str, str]) -> Route | None:
        route = route_of(self.chain, names, self.countries, self.borders.verdict)
        return route if route.legs else None

    def _holds(self) -> Iterator[HoldRow]:
        for hold in holds_over(self.keys):
            own = hold.lot.lot_id == self.lot.lot_id
            proof = ProofMark(hold.recorded_entry_id)
            yield HoldRow(hold.get_kind_display(), self._link(hold.lot.lot_id), own, hold.placed_at, hold.reason, proof)

    def _made(self) -> Iterator[MadeRow]:
        below = get_trace(lot_id=self.lot.lot_id, direction="down", element=self.chain.element)["lots"]
        visible: dict[str, int] = {}
        if below:
            seen = get_lots(self.user).filter(lot_id__in=among([one["lot"] for one in below]))
            visible.update(seen.values_list("lot_id", "pk"))
        masked = masked_lots(visible.values(), self.user)
        for one in [each for each in below if each["lot"] in visible][:_MOST_MADE]:
            country = self.countries.get(one["country"] or "", one["country"] or "not stated")
            material = one["material"].replace("_", " ").capitalize()
            link = Link(one["lot"], lot_path(one["lot"]))
            kg = MASKED if one["lot"] in masked else Decimal(one["kg"])
            yield MadeRow(link, material, country, kg, Decimal(one["share"]))
